"""A run shared by the workers of an executor."""

from __future__ import annotations

import concurrent.futures
import os
from typing import Any

from . import _basins
from ._arrays import Examples, made

# Attempts at a shard whose worker dies.
ATTEMPTS = 3


def shared(executor: Any, words: list[str], examples: Examples | None, keep: str, shards: int | None) -> _basins.Reply:
    """Trains every shard by the executor, and joins them to what one process would have found."""
    if shards is None:
        shards = 4 * workers(executor)
    missing = list(range(1, shards + 1))
    done: dict[int, bytes] = {}
    given = executor
    try:
        for _ in range(ATTEMPTS):
            done.update(attempt(executor, words, examples, keep, missing, shards))
            missing = [part for part in missing if part not in done]
            if not missing:
                return _basins.join(words, list(done.values()), made(examples), keep)
            executor = renewed(executor)
    finally:
        if executor is not given:
            executor.shutdown()
    raise RuntimeError(f"workers died {ATTEMPTS} times over; shards {missing} of {shards} are missing")


def attempt(executor: Any, words: list[str], examples: Any, keep: str, parts: list[int], count: int) -> dict[int, bytes]:
    """The shards that came back. What is wrong with the question is raised; a worker that died leaves its shard out."""
    futures = {}
    done = {}
    try:
        for part in parts:
            futures[executor.submit(shard, words, part, count, examples, keep)] = part
        for future in concurrent.futures.as_completed(futures) if native(futures) else futures:
            try:
                done[futures[future]] = future.result()
            except Exception as error:
                if not died(executor, error):
                    raise
    except BaseException as error:
        for future in futures:
            future.cancel()
        if not died(executor, error):
            raise
    return done


def native(futures: Any) -> bool:
    """Whether these are futures of the standard library, which can be waited for together."""
    return all(isinstance(future, concurrent.futures.Future) for future in futures)


def died(executor: Any, error: BaseException) -> bool:
    """Whether an error says that a worker, and not the work, failed: a pool that just breaks also fails by accidents."""
    if isinstance(error, OSError) and getattr(executor, "_broken", False):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"BrokenExecutor", "KilledWorker", "WorkerCrashedError", "RayActorError", "TerminatedWorkerError"})


def renewed(executor: Any) -> Any:
    """An executor that takes work: a pool of processes that broke is made anew, others heal themselves."""
    if type(executor) is concurrent.futures.ProcessPoolExecutor:
        # A pool that breaks while work is handed to it can leave workers behind, which the interpreter would wait for at
        # its end.
        for process in list((getattr(executor, "_processes", None) or {}).values()):
            process.terminate()
        context = getattr(executor, "_mp_context", None)
        return concurrent.futures.ProcessPoolExecutor(workers(executor), mp_context=context)
    return executor


def workers(executor: Any) -> int:
    """How many there are, as far as the executor tells."""
    count = getattr(executor, "_max_workers", None)
    return count if isinstance(count, int) and count > 0 else os.cpu_count() or 1


def shard(words: list[str], part: int, count: int, examples: Examples | None, keep: str) -> bytes:
    """Trains one shard: this runs in the workers."""
    return _basins.share(words, part, count, made(examples), keep)
