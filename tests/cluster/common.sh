# What the tests of all engines share; sourced by them. run.sh sets WORK, BASINS, PYTHON and COMMAND.

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
examples="$(cd "$here/../../examples/cluster" && pwd)"
export SHARDS=4 THREADS=1 BASINS_KEEP_SECONDS=0.3

# A test that fails takes its driver along.
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Waits until a command succeeds: await SECONDS COMMAND...
await() {
    local rest=$(($1 * 10))
    shift
    until "$@"; do
        ((rest-- > 0)) || fail "waited in vain for: $*"
        sleep 0.1
    done
}

# The process that writes a shard, by the folder's lock.
writer() {
    sed -n 's/^process \([0-9]*\).*/\1/p' "$1/.basins-lock" 2>/dev/null | grep .
}

# Whether a shard has kept some of its work and is still being trained.
is_underway() {
    [[ -s "$1/parts/progress.json" ]] && writer "$1" >/dev/null
}

has_other_writer() {
    local now
    now="$(writer "$1")" && [[ "$now" != "$2" ]]
}

is_gone() {
    [[ ! -d "/proc/$1" ]]
}

# Kills with SIGKILL the writer of a shard once it has kept something, or whoever started it; then both are gone:
# kill_in_the_middle FOLDER parent|self. The writer stays known as `killed`.
kill_in_the_middle() {
    local victim
    await 120 is_underway "$1"
    killed="$(writer "$1")" || fail "$1 was over before it could be killed"
    victim="$killed"
    [[ "$2" == self ]] || victim="$(awk '/^PPid:/ { print $2 }' "/proc/$killed/status")"
    echo "  killed process $victim ($(cat "/proc/$victim/comm")); shard $(basename "$1") had kept $(kept "$1") networks"
    kill -KILL "$victim"
    await 10 is_gone "$killed"
}

# Waits until somebody else writes a shard: taken_up FOLDER PROCESS
taken_up() {
    await 240 has_other_writer "$1" "$2"
    echo "  shard $(basename "$1") taken up by process $(writer "$1")"
}

# Networks of a shard that are safe.
kept() {
    "$PYTHON" -c 'import json, sys; print(sum(json.load(open(sys.argv[1]))["parts"]))' "$1/parts/progress.json"
}

# The joined folder is the whole one; and what must not pass does not: a shard too few, a changed row, a changed count.
check() {
    local folder="$1" changed="$WORK/changed" what
    "$PYTHON" "$here/compare.py" "$WORK/whole" "$folder/all" | sed 's/^/  /'
    if "$BASINS" merge "$folder"/parts/{1,2,4} --out "$folder/lacking" 2>"$WORK/said"; then
        fail "a missing shard was not missed"
    fi
    grep -q "parts are missing: 3/4" "$WORK/said" || fail "$(cat "$WORK/said")"
    [[ ! -e "$folder/lacking" ]] || fail "a refused merge left something"
    for what in row count; do
        rm -rf "$changed"
        cp -r "$folder/all" "$changed"
        "$PYTHON" "$here/change.py" "$changed" "$what"
        if "$PYTHON" "$here/compare.py" "$WORK/whole" "$changed" 2>"$WORK/said"; then
            fail "a changed $what was not found"
        fi
        echo "  found: $(sed 's/.*: //' "$WORK/said" | head -1)"
    done
    rm -rf "$changed"
}
