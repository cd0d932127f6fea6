#!/usr/bin/env bash
# Do backends agree on what becomes of networks? 100,000 of 2-2-1 and of 2-3-1, under cross-entropy and under squared error,
# trained by each backend from the same starts; every pair of backends is held against each other by `fates.py`: shares of
# fates by a chi-squared test of homogeneity, and network by network how many changed, and whether evenly. And two
# comparisons that must fail: a learning rate 5% higher, network by network; and starts a quarter wider of another seed.
#
#   tests/golden/fates.sh [NETWORKS [BACKEND...]]      default: 100000 reference simd fused
#
# A GPU imitated by the processor does for fused. Needs Python with venv; makes tests/golden/.venv with NumPy and SciPy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! .venv/bin/python -c 'import scipy' 2>/dev/null; then
    if ! python3 -m venv .venv; then
        echo "fates.sh: SKIPPED, nothing was compared: python3 with venv is needed" >&2
        exit 77
    fi
    .venv/bin/pip install --quiet -r requirements.txt
fi
python="$PWD/.venv/bin/python"
cargo build --release --quiet
basins="$PWD/../../target/release/basins"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

networks="${1:-100000}"
shift || true
backends=("$@")
(($#)) || backends=(reference simd fused)

# train NAME ARGUMENTS...: the rows go to $work/NAME/outcomes.csv
train() {
    local name="$1"
    shift
    "$basins" run --quiet --examine 0 --nets "$networks" --rows csv --out "$work/$name" "$@" >"$work/$name.txt"
    tail -1 "$work/$name.txt"
}

# Rates at which most settle within the budget, so that every fate is met.
common=(--update batch-sum --epochs 3000)
for layers in 2,2,1 2,3,1; do
    for loss in cross-entropy mse; do
        setting=(--layers "$layers" --loss "$loss" "${common[@]}")
        echo "$layers, $loss: lr 1, init uniform:1, ${common[*]}"
        for backend in "${backends[@]}"; do
            train "$layers-$loss-$backend" "${setting[@]}" --lr 1 --init uniform:1 --backend "$backend"
        done
        train "$layers-$loss-rate" "${setting[@]}" --lr 1.05 --init uniform:1 --backend simd
        train "$layers-$loss-width" "${setting[@]}" --lr 1 --init uniform:1.25 --seed 1 --backend simd
    done
done
"$python" fates.py "$work" "${backends[@]}"
