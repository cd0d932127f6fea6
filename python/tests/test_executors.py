"""Shards by the executors of others: exactly what one process finds."""

import concurrent.futures
import multiprocessing
import os
import signal

import basins
import numpy as np
import pytest

from test_verbs import steady

SHORT = {"lr": 4, "epochs": 400, "nets": 301, "backend": "simd", "threads": 1, "examine": 2, "continue_unsolved": "3x"}


def same(shared, whole):
    assert steady(shared.data) == steady(whole.data)
    assert shared.to_pandas().equals(whole.to_pandas())
    assert all(np.array_equal(a, b) for a, b in zip(shared.weights, whole.weights, strict=True))


def pool(workers=2):
    return concurrent.futures.ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def test_processes_find_what_one_finds():
    whole = basins.run(**SHORT)
    with pool() as executor:
        same(basins.run(**SHORT, executor=executor, shards=5), whole)
    other = basins.run(**{**SHORT, "seed": 1})
    with pytest.raises(AssertionError):
        same(other, whole)


def test_threads_and_arrays():
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "yes", "yes", "no"]
    whole = basins.train(X, y, hidden=3, **SHORT)
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        same(basins.train(X, y, hidden=3, **SHORT, executor=executor), whole)


def test_a_killed_worker_is_made_up_for(monkeypatch):
    whole = basins.run(**SHORT)
    executor = pool()
    # A worker is there, and dies with a shard.
    assert executor.submit(os.getpid).result() != os.getpid()
    killed = executor.submit(os.kill, next(iter(executor._processes)), signal.SIGKILL)
    workers = list(executor._processes.values())
    same(basins.run(**SHORT, executor=executor, shards=4), whole)
    assert killed.done()
    # None is left, for which the interpreter would wait at its end.
    for worker in [*workers, *multiprocessing.active_children()]:
        worker.join(60)
        assert not worker.is_alive()


def test_what_is_wrong_is_raised_once():
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        with pytest.raises(ValueError, match="try --layers 2,3,1"):
            basins.run(layers=[3, 3, 1], executor=executor)
        with pytest.raises(ValueError, match="--until-width"):
            basins.run(until_width=0.1, executor=executor)
        with pytest.raises(ValueError, match="--out does not go"):
            basins.run(out="x", executor=executor)


def test_dask():
    distributed = pytest.importorskip("distributed")
    whole = basins.run(**SHORT)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        with distributed.Client(cluster) as client:
            same(basins.run(**SHORT, executor=client.get_executor(), shards=4), whole)


def test_ray(monkeypatch):
    ray = pytest.importorskip("ray")
    # It would tell its makers how it is used.
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.util.multiprocessing import Pool

    class Executor(concurrent.futures.Executor):
        """A pool of Ray's by the interface of the standard library."""

        def __init__(self):
            self.pool = Pool(2)
            self.threads = concurrent.futures.ThreadPoolExecutor(4)

        def submit(self, work, /, *arguments, **keywords):
            return self.threads.submit(lambda: self.pool.apply(work, arguments, keywords))

    whole = basins.run(**SHORT)
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        same(basins.run(**SHORT, executor=Executor(), shards=4), whole)
    finally:
        ray.shutdown()
