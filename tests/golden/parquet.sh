#!/usr/bin/env bash
# The Parquet files of a run and of a sweep, opened with what people open them with: DuckDB, pandas, PyArrow, Polars, this
# year's and an older one. Each must count what the JSON counts, read every column's type, and find the spec in the
# metadata. And a comparison that must fail: against another run's JSON.
#
#   tests/golden/parquet.sh
#
# Needs Python with venv; makes tests/golden/.venv-parquet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

venv=.venv-parquet
if ! $venv/bin/python -c 'import duckdb, pandas, polars, pyarrow' 2>/dev/null; then
    if ! python3 -m venv $venv; then
        echo "parquet.sh: SKIPPED, nothing was opened: python3 with venv is needed" >&2
        exit 77
    fi
    $venv/bin/pip install --quiet -r requirements-parquet.txt
fi
# A second Polars beside the first, which PYTHONPATH puts before it.
old="$PWD/$venv/older"
[[ -d $old ]] || $venv/bin/pip install --quiet --target "$old" -r requirements-parquet-older.txt
python="$PWD/$venv/bin/python"
cargo build --release --quiet
basins="$PWD/../../target/release/basins"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

common=(--quiet --backend simd --nets 2000 --lr 4 --epochs 1500 --init uniform:1)
"$basins" run "${common[@]}" --first 7 --out "$work/run" >"$work/summary.txt"
"$basins" run "${common[@]}" --first 9 --seed 1 --out "$work/other" >"$work/summary.txt"
"$basins" sweep --quiet --backend simd --vary lr=0.5..8:log:4 --vary loss=mse,cross-entropy --nets 200 --epochs 500 \
    --out "$work/sweep" >"$work/summary.txt"

for path in "" "$old"; do
    PYTHONPATH="$path" "$python" parquet.py run "$work/run/outcomes.parquet" "$work/run/run.json"
    PYTHONPATH="$path" "$python" parquet.py sweep "$work/sweep/sweep.parquet" "$work/sweep/sweep.json"
done | tee "$work/readers"
# Two versions of Polars were asked, and not one of them twice.
polars="$(grep -o 'polars [0-9.]*' "$work/readers" | sort -u)"
[[ $(wc -l <<<"$polars") == 2 ]] || { echo "not two versions of Polars: $polars" >&2; exit 1; }
if "$python" parquet.py run "$work/run/outcomes.parquet" "$work/other/run.json" >"$work/log" 2>&1; then
    echo "DEAF: another run's counts pass" >&2
    exit 1
fi
grep -q AssertionError "$work/log" || { cat "$work/log" >&2; exit 1; }
echo "all agree"
