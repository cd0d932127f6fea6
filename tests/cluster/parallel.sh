#!/usr/bin/env bash
# GNU parallel: two shards at a time, one of them killed in the middle.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder="$WORK/parallel"
echo "$(parallel --version | head -1)"
JOBS=2 "$examples/parallel.sh" "$folder" $COMMAND >"$WORK/parallel.txt" 2>&1 &
driver=$!
kill_in_the_middle "$folder/parts/2" self
taken_up "$folder/parts/2" "$killed"
wait "$driver" || fail "$(cat "$WORK/parallel.txt")"
check "$folder"
