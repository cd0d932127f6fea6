#!/usr/bin/env bash
# Dask: two workers, one of them killed in the middle of a shard.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder="$WORK/dask"
"$PYTHON" -c 'import dask, sys; print("Dask", dask.__version__, "on Python", sys.version.split()[0])'
"$PYTHON" "$examples/dask_driver.py" "$folder" $COMMAND >"$WORK/dask.txt" 2>&1 &
driver=$!
kill_in_the_middle "$folder/parts/2" parent
taken_up "$folder/parts/2" "$killed"
wait "$driver" || fail "$(tail -30 "$WORK/dask.txt")"
check "$folder"
