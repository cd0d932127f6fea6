"""Trains shards as Dask tasks, then joins them.

    SHARDS=64 python dask_driver.py FOLDER run --nets 1e9 --lr 4

With DASK_SCHEDULER_ADDRESS=tcp://HOST:8786 on a cluster, else on this machine. FOLDER is on a disk that all workers share.
A shard whose worker dies is given to another, and goes on where it ended.
"""

import os
import subprocess
import sys

from distributed import Client


def train(shard, shards, threads, basins, folder, command):
    # A folder has one writer: the program ends with its worker, so that the next one can have the folder.
    alone = ["setpriv", "--pdeathsig", "KILL"]
    place = ["--shard", f"{shard}/{shards}", "--out", f"{folder}/parts/{shard}"]
    subprocess.run([*alone, basins, *command, "--quiet", "--threads", threads, *place],
                   check=True, stdout=subprocess.DEVNULL)
    return f"{folder}/parts/{shard}"


def main():
    folder, *command = sys.argv[1:]
    folder = os.path.abspath(folder)
    basins = os.environ.get("BASINS", "basins")
    shards = int(os.environ.get("SHARDS", 64))
    threads = os.environ.get("THREADS", "1")
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    with Client(address) if address else Client(threads_per_worker=1) as client:
        tasks = client.map(train, range(1, shards + 1), shards=shards, threads=threads, basins=basins,
                           folder=folder, command=command, retries=5)
        parts = client.gather(tasks)
    subprocess.run([basins, "merge", *parts, "--out", f"{folder}/all"], check=True)


if __name__ == "__main__":
    main()
