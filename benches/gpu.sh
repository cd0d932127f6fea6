#!/usr/bin/env bash
# All that only a GPU in hardware can show, in one command, on a machine that needs no compiler.
#
#   benches/gpu.sh BASINS OUT [STEP...]     BASINS: a release build carried there; OUT: the folder for results
#
#   devices      what there is, driver and limits
#   tests        the trials of tests/gpu; TRIALS=FILE names their binary, carried as well
#   verify       every form against the f64 reference, and a planted fault
#   runs         default runs of 10^5 to 10^7 networks: rate, idle share, executed over needed
#   bench        `basins bench`: the crossover against this machine's CPU
#   workgroups   32 to 256 invocations a workgroup
#   forms        where fused, grouped and staged pass each other
#   peers        JAX on the same GPU; PYTHON=FILE names the interpreter that has it
#
# All steps, in this order, unless some are named. Each has ten minutes (SECONDS_A_STEP), its output goes to OUT/STEP.txt
# and its JSON beside it; one that fails does not keep the others from running, and the exit status says so at the end.
# LOADER_DEBS=FOLDER: .deb packages of a Vulkan loader (libvulkan1), unpacked if the system has none.
# ANY_ADAPTER=1 takes a software adapter too, with few networks: does it all work? No figures to quote.
set -uo pipefail
if (($# < 2)); then
    sed -n 2,19p "${BASH_SOURCE[0]}" >&2
    exit 2
fi
basins="$(realpath "$1")" out="$2"
shift 2
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
steps=("$@")
((${#steps[@]})) || steps=(devices tests verify runs bench workgroups forms peers)
mkdir -p "$out"
out="$(realpath "$out")"

if ! ldconfig -p | grep libvulkan.so.1 >/dev/null && [[ -n "${LOADER_DEBS:-}" ]]; then
    loader="$(mktemp -d)"
    trap 'rm -rf "$loader"' EXIT
    for package in "$LOADER_DEBS"/*.deb; do dpkg -x "$package" "$loader"; done
    LD_LIBRARY_PATH="$(dirname "$(find "$loader" -name libvulkan.so.1 | head -n 1)"):${LD_LIBRARY_PATH:-}"
    export LD_LIBRARY_PATH
fi
# NVIDIA's driver announces itself in other places inside containers.
if [[ -z "${VK_DRIVER_FILES:-}" && -z "${ANY_ADAPTER:-}" ]]; then
    for file in /etc/vulkan/icd.d/nvidia_icd.json /usr/share/vulkan/icd.d/nvidia_icd.json \
        /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json; do
        [[ -e "$file" ]] && export VK_DRIVER_FILES="$file" && break
    done
fi

hardware=(--require-gpu) few=() many=1e6 crowd=16384 largest=10000000 quick=()
if [[ -n "${ANY_ADAPTER:-}" ]]; then
    hardware=() few=(--nets 200) many=2000 crowd=64 largest=2000 quick=(--quick)
fi

devices() {
    nvidia-smi 2>/dev/null
    "$basins" devices && "$basins" devices --json >"$out/devices.json"
}

tests() {
    if [[ -z "${TRIALS:-}" ]]; then
        echo "no TRIALS given: not run"
        return 1
    fi
    BASINS_REQUIRE_GPU=1 "$TRIALS"
}

verify() {
    local status=0 form
    for form in fused grouped staged; do
        "$basins" verify --thorough --backend "$form" "${hardware[@]}" "${few[@]}" || status=1
        # A wrong sign must be found: exit code 4.
        "$basins" verify --backend "$form" "${hardware[@]}" --nets 100 --plant gradient-sign >/dev/null 2>&1
        (($? == 4)) || { echo "$form: the planted fault was not found" && status=1; }
    done
    return "$status"
}

runs() {
    local nets status=0
    for nets in 100000 1000000 10000000; do
        ((nets <= largest)) || nets="$largest"
        "$basins" run --backend fused "${hardware[@]}" --nets "$nets" --examine 0 --json --quiet \
            >"$out/run-$nets.json" || status=1
        "$basins" run --backend fused "${hardware[@]}" --nets "$nets" --examine 0 | tail -n 3 || status=1
    done
    return "$status"
}

bench() {
    "$basins" bench "${hardware[@]}" "${quick[@]}" --out "$out/bench" --quiet
}

workgroups() {
    local status=0 layers task
    for layers in 2,2,1 2,3,1 2,4,4,1 4,8,1; do
        [[ "$layers" == 4,* ]] && task=parity:4 || task=xor
        "$basins" bench "${hardware[@]}" "${quick[@]}" --task "$task" --layers "$layers" --backend fused \
            --populations "$many" --workgroup-size 32,64,128,256 --json --quiet >"$out/workgroups-$layers.json" || status=1
        medians "$out/workgroups-$layers.json"
    done
    "$basins" bench "${hardware[@]}" "${quick[@]}" --task parity:8 --layers 8,32,1 --backend grouped --populations "$crowd" \
        --workgroup-size 16,32,64,128 --json --quiet >"$out/workgroups-8,32,1.json" || status=1
    medians "$out/workgroups-8,32,1.json"
    return "$status"
}

forms() {
    local status=0 hidden
    for hidden in 4 6 8 9 10 11 12 16 24 32 48; do
        "$basins" bench "${hardware[@]}" "${quick[@]}" --task parity:8 --layers "8,$hidden,1" --backend fused \
            --against grouped,staged --populations "$crowd" --json --quiet >"$out/forms-$hidden.json" || status=1
        medians "$out/forms-$hidden.json"
    done
    return "$status"
}

# One line a contestant of a bench's JSON.
medians() {
    grep -E '"(contestant|layers|median)"' "$1" | paste - - - | grep contestant | tr -s ' '
}

peers() {
    local python="${PYTHON:-python3}"
    JAX_PLATFORMS=cuda "$python" -c 'import jax; print("JAX", jax.__version__, "on", jax.devices()[0].device_kind)' &&
        "$python" "$here/peers/peers.py" --basins "$basins" --platform gpu --backends simd,fused,grouped,staged \
            --json "$out/peers.json"
}

export -f devices tests verify runs bench workgroups forms peers medians
failed=()
for step in "${steps[@]}"; do
    if [[ "$(type -t "$step")" != function ]]; then
        echo "benches/gpu.sh: there is no step $step" >&2
        exit 2
    fi
    echo "== $step"
    began=$SECONDS
    # A shell of its own, so that its time can be bounded; arrays do not travel through the environment.
    timeout "${SECONDS_A_STEP:-600}" bash -c "
        basins=$(printf %q "$basins") out=$(printf %q "$out") here=$(printf %q "$here")
        hardware=(${hardware[*]}) few=(${few[*]}) quick=(${quick[*]}) many=$many crowd=$crowd largest=$largest
        $step" >"$out/$step.txt" 2>&1 || failed+=("$step")
    tail -n 20 "$out/$step.txt"
    echo "== $step took $((SECONDS - began)) s"
done
((${#failed[@]} == 0)) || { echo "failed: ${failed[*]}" && exit 1; }
