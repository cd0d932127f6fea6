#!/usr/bin/env bash
# Every target in turn, for as many seconds as the first argument says (600 if it says nothing), on one core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds="${1:-600}"
for target in csv npz toml words json html parquet png; do
    mkdir -p "fuzz/corpus/$target"
    echo "== $target"
    nice -n 19 cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "tests/seeds/$target" -- \
        -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=20 -max_len=65536 -print_final_stats=1
done
