#!/usr/bin/env bash
# Memory stays bounded whatever --nets says: 10^8 networks for one epoch within 2 GB. Linux only; minutes on the scalar
# backend, so no part of tests/run.sh.
#
#   tests/memory.sh [BACKEND [NETS]]        BACKEND auto by default, NETS 1e8
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
backend="${1:-auto}" nets="${2:-1e8}" limit_kib=$((2 * 1000 * 1000 * 1000 / 1024))

cargo build --release --quiet
./target/release/basins run --nets "$nets" --epochs 1 --backend "$backend" &
child=$! peak=0
trap 'kill "$child" 2>/dev/null || true' EXIT
# The kernel keeps the high-water mark; the last look before the end is at most a fifth of a second old.
while now="$(awk '/^VmHWM/ { print $2 }' "/proc/$child/status" 2>/dev/null)" && [[ -n "$now" ]]; do
    peak="$now"
    sleep 0.2
done
wait "$child"
trap - EXIT
echo "peak resident memory $((peak / 1024)) MiB of $((limit_kib / 1024)) MiB, $nets networks on $backend"
((peak > 0 && peak <= limit_kib))
