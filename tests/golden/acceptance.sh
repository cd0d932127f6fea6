#!/usr/bin/env bash
# 10^4 networks whose starts NumPy wrote, trained 100 epochs and exported, against NumPy in f64: 1e-9 for the reference
# in f64, 1e-4 for whatever trains in f32. And a comparison that must fail: with one epoch less.
#
#   tests/golden/acceptance.sh [BACKEND...]      default: reference (in f64 and in f32)
#
# Needs Python with venv; makes tests/golden/.venv with NumPy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [[ ! -x .venv/bin/python ]]; then
    if ! python3 -m venv .venv; then
        echo "acceptance.sh: SKIPPED, nothing was compared: python3 with venv is needed" >&2
        exit 77
    fi
    .venv/bin/pip install --quiet "$(grep '^numpy==' requirements.txt)"
fi
python="$PWD/.venv/bin/python"
cargo build --release --quiet
basins="$PWD/../../target/release/basins"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

"$python" - "$work/starts.npz" <<'PYTHON'
import sys
import numpy as np

generator = np.random.default_rng(20_150)
thetas = [generator.normal(0, 0.6, (10_000, *shape)).astype(np.float32) for shape in ((3, 3), (4, 1))]
np.savez_compressed(sys.argv[1], theta1=thetas[0], theta2=thetas[1])
PYTHON

# Settings beyond the default, so that more than one line of the update is compared. Adam in f64 alone: it divides by a
# gradient's own size, so in f32 the rounding of a tiny gradient is a step, and a few of 10^4 networks pass 1e-4.
settings=("--lr 0.1" "--lr 0.5 --momentum 0.9 --loss mse --update batch-sum" "--optimizer adam --lr 0.01")
failed=0

# compare BOUND NAME SETTINGS ARGUMENTS...
compare() {
    local bound="$1" name="$2" setting="$3"
    shift 3
    # shellcheck disable=SC2086 # a setting is several words
    "$basins" run --quiet --json --weights-in "$work/starts.npz" --after-solved continue --epochs 100 \
        --weights-out "$work/ours.npz" $setting "$@" >"$work/run.json"
    echo "$name, $setting"
    "$python" compare.py "$work/ours.npz" "$work/expected.npz" --atol "$bound" || failed=1
    if "$python" compare.py "$work/ours.npz" "$work/other.npz" --atol "$bound" >/dev/null; then
        echo "DEAF: 99 epochs pass for 100" >&2
        failed=1
    fi
}

for setting in "${settings[@]}"; do
    # shellcheck disable=SC2086
    "$python" train_reference.py "$work/starts.npz" "$work/expected.npz" --epochs 100 $setting
    # shellcheck disable=SC2086
    "$python" train_reference.py "$work/starts.npz" "$work/other.npz" --epochs 99 $setting
    if (($# == 0)); then
        compare 1e-9 "reference in f64" "$setting" --backend reference --precision f64
    fi
    [[ "$setting" == *adam* ]] && continue
    (($# > 0)) || compare 1e-4 "reference in f32" "$setting" --backend reference --precision f32
    for backend in "$@"; do
        compare 1e-4 "$backend" "$setting" --backend "$backend"
    done
done
((failed == 0)) && echo "all agree"
