#!/bin/sh
# Counts the instructions of a net-epoch with callgrind and fails where one has risen by more than 3%.
#   benches/instructions.sh            compares with benches/instructions.json
#   benches/instructions.sh --write    makes that table anew
# INSTRUCTIONS_TABLE=FILE compares with, or writes, another table.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
table=${INSTRUCTIONS_TABLE:-$here/instructions.json}

command -v valgrind >/dev/null || { echo "valgrind is missing (Debian: apt-get install valgrind)" >&2; exit 2; }
[ "$(uname -m)" = x86_64 ] || { echo "the table is of x86-64" >&2; exit 2; }
# Incremental builds cut the code into other units, which inline less.
CARGO_INCREMENTAL=0 cargo build --release --quiet --manifest-path "$root/Cargo.toml" --no-default-features --example instructions
program=${CARGO_TARGET_DIR:-$root/target}/release/examples/instructions
case ${1:-} in
    "") exec "$program" check "$table" ;;
    --write) exec "$program" write "$table" "$(rustc --version)" "$(date -u +%Y-%m-%d)" ;;
    *) sed -n '2,5s/^# *//p' "$0"; exit 2 ;;
esac
