#!/usr/bin/env bash
#SBATCH --job-name=basins
#SBATCH --requeue --open-mode=append
#SBATCH --signal=TERM@60
#
# Trains shards as an array of Slurm jobs; a job that depends on them all joins them.
#
#   SHARDS=64 THREADS=8 ./slurm.sh FOLDER run --nets 1e9 --lr 4
#
# Outside of Slurm this submits itself; options for sbatch, as a partition or a time limit, come from SBATCH_PARTITION,
# SBATCH_TIMELIMIT and so on. A shard that is preempted, loses its node or meets its time limit goes back to the queue and
# goes on where it ended: shards may take longer than the limit.
set -euo pipefail
export BASINS=${BASINS:-basins}
folder=$(realpath -m "$1")

if [[ -z ${SLURM_ARRAY_TASK_ID:-} ]]; then
    mkdir -p "$folder/log"
    array=$(sbatch --parsable --array="1-${SHARDS:-64}" --cpus-per-task="${THREADS:-1}" --output="$folder/log/%a.txt" "$0" "$@")
    sbatch --dependency="afterok:$array" --kill-on-invalid-dep=yes --output="$folder/log/merge.txt" \
        --job-name=basins-merge --wrap "'$BASINS' merge '$folder'/parts/* --out '$folder/all'"
    echo "shards: array $array; log in $folder/log"
    exit
fi

shift
status=0
srun --cpus-per-task="$SLURM_CPUS_PER_TASK" "$BASINS" "$@" --quiet --threads "$SLURM_CPUS_PER_TASK" \
    --shard auto --out "$folder/parts/$SLURM_ARRAY_TASK_ID" || status=$?
# 2 is a mistake in the command, which another try would not mend.
if ((status != 0 && status != 2 && ${SLURM_RESTART_COUNT:-0} < 100)); then
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    sleep 60 # until Slurm has taken it back
fi
exit "$status"
