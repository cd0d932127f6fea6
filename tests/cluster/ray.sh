#!/usr/bin/env bash
# Ray: two workers, one of them killed in the middle of a shard.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder="$WORK/ray"
"$PYTHON" -c 'import ray, sys; print("Ray", ray.__version__, "on Python", sys.version.split()[0])'
export RAY_USAGE_STATS_ENABLED=0 RAY_ADDRESS=local
"$PYTHON" "$examples/ray_driver.py" "$folder" $COMMAND >"$WORK/ray.txt" 2>&1 &
driver=$!
kill_in_the_middle "$folder/parts/2" parent
taken_up "$folder/parts/2" "$killed"
wait "$driver" || fail "$(tail -30 "$WORK/ray.txt")"
check "$folder"
