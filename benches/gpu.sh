#!/usr/bin/env bash
# All that only a GPU in hardware can show, in one command, on a machine that needs no compiler.
#
#   benches/gpu.sh BASINS OUT [STEP...]     BASINS: a release build carried there; OUT: the folder for results
#
#   devices      what there is, driver and limits
#   tests        the trials of tests/gpu; TRIALS=FILE names their binary, carried as well
#   verify       the fused form against the f64 reference, and a planted fault (the trials check all forms)
#   runs         10^5 to 10^7 networks, long and short: seconds of training and of the device, processor time of the host
#   bench        the crossover against this machine's CPU
#   workgroups   32 to 256 invocations a workgroup
#   forms        where fused and grouped pass each other; what rules cost
#   cuda         the tutorial's network by hand in CUDA, where there is nvcc
#   peers        JAX on the same GPU; PYTHON=FILE names the interpreter that has it
#
# All steps, in this order, unless some are named: some six minutes on an H100. Each has a minute and a half (SECONDS_A_STEP),
# its output goes to OUT/STEP.txt and its JSON beside it; one that fails does not keep the others from running, and the exit
# status says so at the end. `basins bench` without arguments says more, and takes longer.
# LOADER_DEBS=FOLDER: .deb packages of a Vulkan loader (libvulkan1), unpacked if the system has none.
# ANY_ADAPTER=1 takes a software adapter too, with few networks: does it all work? No figures to quote.
set -uo pipefail
if (($# < 2)); then
    sed -n 2,21p "${BASH_SOURCE[0]}" >&2
    exit 2
fi
basins="$(realpath "$1")" out="$2"
shift 2
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
steps=("$@")
((${#steps[@]})) || steps=(devices tests verify runs bench workgroups forms cuda peers)
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

hardware=(--require-gpu) few=() many=1048576 crowd=65536 nets=(1e5 1e6 1e7) populations=64,1024,16384,262144,1048576 quick=()
if [[ -n "${ANY_ADAPTER:-}" ]]; then
    hardware=() few=(--nets 200) many=2000 crowd=256 nets=(500 1000 2000) populations=64,256 quick=(--quick)
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
    local status=0
    "$basins" verify --backend fused "${hardware[@]}" "${few[@]}" || status=1
    # A wrong sign must be found: exit code 4.
    "$basins" verify --backend fused "${hardware[@]}" --nets 100 --plant gradient-sign >/dev/null 2>&1
    (($? == 4)) || { echo "the planted fault was not found" && status=1; }
    return "$status"
}

# Settings of `basins run`; one line of the seconds that it took.
timed() {
    local TIMEFORMAT='%R s in all, processor %U s and %S s in the system' file="$out/run.json"
    echo "$*"
    time timeout 25 "$basins" run "${hardware[@]}" --json --quiet "$@" >"$file" || return 1
    grep -E '"(setup|train|device|net_epochs|net_epochs_executed|net_epochs_per_second)": [0-9]' "$file" | tr -s ' \n' ' '
    echo
}

runs() {
    local status=0 count
    for count in "${nets[@]}"; do
        timed --backend fused --nets "$count" --examine 0 || status=1
    done
    timed --backend fused --nets "$count" || status=1
    timed --backend fused --nets "$count" --examine 0 --epochs 300 || status=1
    timed --backend fused --nets "$count" --examine 0 --epochs 1 || status=1
    return "$status"
}

bench() {
    "$basins" bench "${hardware[@]}" "${quick[@]}" --task xor --layers 2,3,1 --backend fused --against simd \
        --populations "$populations" --seconds 0.2 --repeats 3 --out "$out/bench" --quiet && medians "$out/bench/bench.json"
}

workgroups() {
    local status=0 layers task
    for layers in 2,3,1 4,8,1; do
        [[ "$layers" == 4,* ]] && task=parity:4 || task=xor
        "$basins" bench "${hardware[@]}" "${quick[@]}" --task "$task" --layers "$layers" --backend fused --against fused \
            --populations "$many" --seconds 0.2 --workgroup-size 32,64,128,256 --json --quiet \
            >"$out/workgroups-$layers.json" || status=1
        medians "$out/workgroups-$layers.json"
    done
    return "$status"
}

# By the device's own clock: net-epochs executed in `device` seconds.
forms() {
    local status=0 network task layers epochs rule
    for network in "xor 2,16,1" "xor 2,32,1" "xor 2,48,1" "xor 2,250,1" "xor 2,8,8,1" "xor 2,16,16,1" "xor 2,32,32,1" \
        "parity:4 4,12,1" "parity:8 8,16,1" "encoder:8 8,24,8"; do
        read -r task layers <<<"$network"
        [[ "$task" == parity:8 ]] && epochs=120 || epochs=1000
        set -- --examine 0 --task "$task" --layers "$layers" --nets "$crowd"
        timed --backend fused "$@" --epochs "$epochs" || status=1
        timed --backend grouped "$@" --epochs "$((epochs / 4))" || status=1
    done
    for rule in "--momentum 0" "--momentum 0.9" "--optimizer adam" "--update online" "--activation tanh,sigmoid"; do
        # shellcheck disable=SC2086 # two words
        timed --backend fused --examine 0 --nets "$many" --epochs 5000 --after-solved continue $rule || status=1
    done
    return "$status"
}

cuda() {
    command -v nvcc >/dev/null || { echo "there is no nvcc" && return 0; }
    nvcc -O3 -arch=native -o "$out/tutorial" "$here/peers/tutorial.cu" && "$out/tutorial" && "$out/tutorial" 1048576 10000
}

# One line a contestant of a bench's JSON.
medians() {
    grep -E '"(contestant|nets|median)":' "$1" | paste - - - | grep contestant | tr -s ' \t' ' '
}

peers() {
    local python="${PYTHON:-python3}"
    export JAX_PLATFORMS=cuda,cpu XLA_PYTHON_CLIENT_PREALLOCATE=false
    "$python" -c 'import jax; print("JAX", jax.__version__, "on", jax.devices()[0].device_kind)' &&
        "$python" "$here/peers/peers.py" --basins "$basins" --platform gpu --backends fused --sizes 2-3-1 --rules tutorial \
            --only jax,fused --rounds 3 --seconds 0.2 --json "$out/peers.json"
}

export -f devices tests verify timed runs bench workgroups forms cuda peers medians
failed=()
for step in "${steps[@]}"; do
    if [[ "$(type -t "$step")" != function ]]; then
        echo "benches/gpu.sh: there is no step $step" >&2
        exit 2
    fi
    echo "== $step"
    began=$SECONDS
    # A shell of its own, so that its time can be bounded; arrays do not travel through the environment.
    timeout "${SECONDS_A_STEP:-90}" bash -c "
        basins=$(printf %q "$basins") out=$(printf %q "$out") here=$(printf %q "$here")
        hardware=(${hardware[*]}) few=(${few[*]}) quick=(${quick[*]}) many=$many crowd=$crowd nets=(${nets[*]}) populations=$populations
        $step" >"$out/$step.txt" 2>&1 || failed+=("$step")
    tail -n 20 "$out/$step.txt"
    echo "== $step took $((SECONDS - began)) s"
done
((${#failed[@]} == 0)) || { echo "failed: ${failed[*]}" && exit 1; }
