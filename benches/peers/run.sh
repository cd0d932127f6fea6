#!/bin/sh
# Makes a virtual environment with pinned versions, builds basins and measures it beside NumPy and JAX.
#   benches/peers/run.sh [--quick] [any option of peers.py]
# PEERS_TORCH=1 adds PyTorch (on Linux x86-64 PyPI's wheel brings CUDA: about 5 GB); PEERS_CUDA=1 JAX for NVIDIA GPUs.
# PEERS_NO_BASINS=1 measures the others alone.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python="$here/.venv/bin/python"

[ -x "$python" ] || python3 -m venv "$here/.venv"
"$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
[ "${PEERS_TORCH:-0}" = 0 ] || "$python" -m pip install --quiet --disable-pip-version-check torch==2.15.0
if [ "${PEERS_CUDA:-0}" != 0 ]; then
    version=$(sed -n 's/^jax==//p' "$here/requirements.txt")
    "$python" -m pip install --quiet --disable-pip-version-check "jax[cuda13]==$version"
fi
if [ "${PEERS_NO_BASINS:-0}" = 0 ]; then
    cargo build --release --manifest-path "$root/Cargo.toml"
    set -- --basins "${CARGO_TARGET_DIR:-$root/target}/release/basins" "$@"
fi
exec "$python" "$here/peers.py" "$@"
