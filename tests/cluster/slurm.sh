#!/usr/bin/env bash
# Slurm for real: munge, slurmctld and slurmd on this machine, of our own configuration and with two processors. One task of
# the array is killed by Slurm, of another the program; both go back to the queue. Needs root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder="$WORK/slurm" host="$(hostname -s)" daemons=()
system="$(mktemp -d /tmp/basins-slurm.XXXXXX)" # sockets have short names
mkdir "$system"/{state,spool,munge}
chmod 755 "$system" "$system"/*
export SLURM_CONF="$system/slurm.conf"

stop() {
    local status=$?
    ((status == 0)) || tail -n 20 "$system"/*.log >&2
    scancel --partition=all 2>/dev/null && sleep 3 || true
    for ((at = ${#daemons[@]} - 1; at >= 0; at--)); do
        kill "${daemons[at]}" 2>/dev/null && wait "${daemons[at]}" 2>/dev/null || true
    done
    rm -rf "$system"
}
trap stop EXIT

cat >"$SLURM_CONF" <<CONF
ClusterName=basins
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=$system/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$system/state
SlurmdSpoolDir=$system/spool
SlurmctldPidFile=$system/slurmctld.pid
SlurmdPidFile=$system/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=1,requeue_delay=1
KillWait=5
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF

dd if=/dev/urandom of="$system/munge/key" bs=128 count=1 2>/dev/null
chmod 400 "$system/munge/key"
munged --foreground --force --key-file="$system/munge/key" --socket="$system/munge/socket" \
    --pid-file="$system/munge/pid" --seed-file="$system/munge/seed" --log-file="$system/munged.log" \
    >"$system/munged-said.log" 2>&1 &
daemons+=($!)
await 10 test -S "$system/munge/socket"
slurmctld -D >"$system/slurmctld.log" 2>&1 &
daemons+=($!)
slurmd -D >"$system/slurmd.log" 2>&1 &
daemons+=($!)

is_ready() { sinfo --noheader --format=%T 2>/dev/null | grep -q idle; }
await 60 is_ready
slurmd -V

"$examples/slurm.sh" "$folder" $COMMAND | tee "$WORK/submitted" | sed 's/^/  /'
array="$(sed -n 's/.*array \([0-9]*\).*/\1/p' "$WORK/submitted")"

# The program of one shard dies: its script hands the task back, and Slurm begins it again two minutes later.
kill_in_the_middle "$folder/parts/2" self
first=$killed
# A task is taken from its node, as when that is lost or wanted by others.
await 120 is_underway "$folder/parts/3"
second="$(writer "$folder/parts/3")"
scontrol requeue "${array}_3"
echo "  requeued task 3; it had kept $(kept "$folder/parts/3") networks"
# A task is told that its time is over: its program keeps what it has, its script hands it back.
await 120 is_underway "$folder/parts/4"
third="$(writer "$folder/parts/4")"
scancel --signal=TERM "${array}_4"
await 15 is_gone "$third"
echo "  ended task 4 by SIGTERM; it has kept $(kept "$folder/parts/4") networks"
taken_up "$folder/parts/2" "$first"
taken_up "$folder/parts/3" "$second"
taken_up "$folder/parts/4" "$third"

is_over() { [[ -z "$(squeue --noheader --states=all --format=%T | grep -vE 'COMPLETED|FAILED|CANCELLED')" ]]; }
await 300 is_over
scontrol --oneliner show job | while read -r job; do
    echo "  $(grep -oE '(JobName|ArrayTaskId|JobState|Restarts)=\S+' <<<"$job" | paste -sd' ')"
done
[[ -e "$folder/all/run.json" ]] || fail "$(cat "$folder"/log/*)"
check "$folder"
