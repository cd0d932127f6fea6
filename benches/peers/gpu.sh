#!/bin/sh
# The GPU part in one command, on a machine that has an NVIDIA GPU, a python3 with JAX for it, and no compiler.
#   benches/peers/gpu.sh BASINS_BINARY OUTPUT_FOLDER [any option of peers.py]
# BASINS_BINARY: a release build carried there. LOADER_DEBS=FOLDER: .deb packages of a Vulkan loader (libvulkan1),
# unpacked beside the output if the system has none. PYTHON=... chooses another interpreter.
set -eu
[ $# -ge 2 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
binary=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
mkdir -p "$out"

if ! ldconfig -p | grep -q libvulkan.so.1 && [ -n "${LOADER_DEBS:-}" ]; then
    loader=$(mktemp -d)
    for package in "$LOADER_DEBS"/*.deb; do dpkg -x "$package" "$loader"; done
    LD_LIBRARY_PATH=$(dirname "$(find "$loader" -name libvulkan.so.1 | head -n 1)"):${LD_LIBRARY_PATH:-}
    export LD_LIBRARY_PATH
fi
if [ -z "${VK_DRIVER_FILES:-}" ]; then
    for file in /etc/vulkan/icd.d/nvidia_icd.json /usr/share/vulkan/icd.d/nvidia_icd.json \
        /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json; do
        if [ -e "$file" ]; then export VK_DRIVER_FILES="$file"; break; fi
    done
fi

JAX_PLATFORMS=cuda "$python" -c 'import jax; print("JAX", jax.__version__, "on", jax.devices()[0].device_kind)'
"$binary" devices || true
exec "$python" "$here/peers.py" --basins "$binary" --platform gpu --backends simd,fused,grouped,staged \
    --json "$out/peers-gpu.json" "$@"
