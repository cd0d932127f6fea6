#!/usr/bin/env bash
# The examples of examples/cluster, each on its engine: a population in four shards, one of them killed in the middle, joined
# and compared with the uncut command's result. README.md says what is tested; takes some minutes.
#
#   tests/cluster/run.sh                    all engines
#   tests/cluster/run.sh slurm ray          some: parallel, slurm, ray, dask, kubernetes
#   BASINS=target/release/basins ...        this program; otherwise one is built
#
# Installs what is missing: munge, slurmctld, slurmd, slurm-client and parallel by apt-get, the rest into tests/cluster/.venv.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
engines=("$@")
((${#engines[@]})) || engines=(parallel slurm ray dask kubernetes)

install() {
    local root=() missing=()
    [[ "$(id -u)" == 0 ]] || root=(sudo)
    while (($#)); do
        command -v "$1" >/dev/null || missing+=("$2")
        shift 2
    done
    ((${#missing[@]})) || return 0
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

export PATH="$PATH:/usr/sbin"
install setpriv util-linux
for engine in "${engines[@]}"; do
    case "$engine" in
    parallel) install parallel parallel ;;
    slurm) install munged munge slurmctld slurmctld slurmd slurmd sbatch slurm-client ;;
    esac
done

# PYTHON may be one that has all of requirements.txt.
if [[ -z "${PYTHON:-}" ]]; then
    PYTHON="$here/.venv/bin/python"
    if ! "$PYTHON" -c 'import dask, distributed, kubernetes_validate, pyarrow, ray, yaml' 2>/dev/null; then
        python3 -m venv "$here/.venv"
        "$PYTHON" -m pip install --quiet -r "$here/requirements.txt"
    fi
fi
if [[ -z "${BASINS:-}" ]]; then
    (cd "$here/../.." && cargo build --release --quiet)
    BASINS="$here/../../target/release/basins"
fi
BASINS="$(realpath "$BASINS")"
WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT
# Some seconds a shard, with evidence of each kind, so that what is killed is under way.
COMMAND="${COMMAND:-run --backend simd --layers 2,3,1 --loss mse --lr 1 --nets 400000 --epochs 4000 --examine 4}"
export BASINS PYTHON WORK COMMAND

began=$SECONDS
"$BASINS" $COMMAND --quiet --out "$WORK/whole" >/dev/null
echo "the whole, uncut: basins $COMMAND, $((SECONDS - began)) s"
for engine in "${engines[@]}"; do
    began=$SECONDS
    echo "== $engine"
    "$here/$engine.sh"
    echo "  passed in $((SECONDS - began)) s"
    rm -rf "${WORK:?}/$engine"
done
