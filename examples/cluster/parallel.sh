#!/usr/bin/env bash
# Trains shards with GNU parallel, then joins them.
#
#   SHARDS=64 ./parallel.sh FOLDER run --nets 1e9 --lr 4
#
# As many shards at a time as there are cores; with JOBS=4 THREADS=8, four of eight cores each. A shard that fails is tried
# again and goes on where it ended. For several machines add --sshloginfile HOSTS --workdir . to parallel, with FOLDER on
# a disk that they share.
set -euo pipefail
folder=$1 basins=${BASINS:-basins} shards=${SHARDS:-64}
shift

mkdir -p "$folder"
seq "$shards" | parallel --quote --jobs "${JOBS:-100%}" --retries 5 --halt soon,fail=1 --joblog "$folder/parallel.log" \
    "$basins" "$@" --quiet --threads "${THREADS:-1}" --shard "{}/$shards" --out "$folder/parts/{}" >/dev/null

"$basins" merge "$folder"/parts/* --out "$folder/all"
