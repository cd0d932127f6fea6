"""Trains shards as Ray tasks, then joins them.

    SHARDS=64 THREADS=8 python ray_driver.py FOLDER run --nets 1e9 --lr 4

FOLDER is on a disk that all nodes share. A shard whose worker or node dies is given to another, and goes on where it ended.
"""

import os
import subprocess
import sys

import ray

folder, *command = sys.argv[1:]
folder = os.path.abspath(folder)
basins = os.environ.get("BASINS", "basins")
shards = int(os.environ.get("SHARDS", 64))
threads = int(os.environ.get("THREADS", 1))


@ray.remote(num_cpus=threads, max_retries=5, retry_exceptions=[subprocess.CalledProcessError])
def train(shard):
    # A folder has one writer: the program ends with its worker, so that the next one can have the folder.
    alone = ["setpriv", "--pdeathsig", "KILL"]
    place = ["--shard", f"{shard}/{shards}", "--out", f"{folder}/parts/{shard}"]
    subprocess.run([*alone, basins, *command, "--quiet", "--threads", str(threads), *place],
                   check=True, stdout=subprocess.DEVNULL)
    return f"{folder}/parts/{shard}"


ray.init()
parts = ray.get([train.remote(shard) for shard in range(1, shards + 1)])
subprocess.run([basins, "merge", *parts, "--out", f"{folder}/all"], check=True)
