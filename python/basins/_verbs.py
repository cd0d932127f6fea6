"""The verbs of the command line as functions."""

from __future__ import annotations

import contextlib
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from . import _basins
from ._arrays import Examples, made
from ._executor import shared
from ._progress import shown
from ._results import Map, Result, Run, Sweep
from ._weights import stacked
from ._words import words

# Numbers of all networks together that are kept without being asked for: 256 MiB of weights.
_KEPT = 1 << 26


def run(
    *,
    X: Any = None,
    y: Any = None,
    starts: Any = None,
    keep: str | None = None,
    progress: bool | None = None,
    executor: Any = None,
    shards: int | None = None,
    **options: Any,
) -> Run:
    """Train a population of networks; how often do they learn, how fast, and what becomes of the rest?

    Parameters
    ----------
    X, y : array_like, optional
        Examples in place of ``task``: inputs of shape (examples, inputs), and targets of shape (examples, outputs) or
        (examples,), or a class label for each example, as words or as numbers that outputs cannot reach.
    starts : optional
        Starting weights in place of drawn ones: a list of networks, each a list of matrices of shape (fan_in + 1, fan_out)
        with the bias row last, a list of kernels and biases as of Keras' ``get_weights()``, or a PyTorch ``state_dict``; or
        a mapping ``theta1``, ``theta2``, ... to arrays of shape (networks, fan_in + 1, fan_out).
    keep : {"counts", "outcomes", "weights"}, optional
        What is kept of every network in memory: nothing, its row, or its row and final weights. By default all of it up to
        67 million weights in all, rows up to ten million networks, and counts beyond.
    progress : bool, optional
        A bar by tqdm; by default where tqdm is installed and stderr is a terminal or this is a notebook.
    executor : concurrent.futures.Executor, optional
        Trains shards of the population by this executor, of processes here or elsewhere, and joins them to exactly what one
        process would have found. A shard whose worker died is trained again.
    shards : int, optional
        How many shards the executor is given; four for each of its workers by default.
    **options
        The flags of ``basins run``, with ``_`` for ``-``: ``layers=[2, 3, 1]``, ``lr=0.1``, ``nets=1_000_000``,
        ``activation="relu,sigmoid"``, ``until_width=0.001``, ``out="DIR"``, ...

    Returns
    -------
    Run
        Of a run that was interrupted by Ctrl-C or a notebook's stop button, what it had found by then.

    Raises
    ------
    ValueError
        What is wrong with the question, in the command line's sentence.
    """
    if keep is None:
        keep = _kept(options)
    with _starts(starts) as extra:
        asked = words("run", {**options, **extra})
        given = Examples.given(X, y)
        if executor is not None:
            return Run(_told(shared(executor, asked, given, keep, shards)))
        total = options.get("nets") if options.get("until_width") is None else None
        with shown(progress, 100_000 if total is None and "until_width" not in options else total) as tell:
            return Run(_told(_basins.ask(asked, made(given), keep, tell)))


def train(X: Any, y: Any, hidden: Any = (4,), **options: Any) -> Run:
    """Train networks on arrays at hand: :func:`run` with layers that fit.

    Parameters
    ----------
    X : array_like
        Inputs, shape (examples, inputs).
    y : array_like
        Targets, shape (examples, outputs) or (examples,); or a class label for each example, as words or whole numbers. Two
        labels take one output, more take one each.
    hidden : sequence of int
        Units of the hidden layers, where ``layers`` does not say all.
    **options
        As of :func:`run`.

    Returns
    -------
    Run
    """
    if options.get("layers") is None:
        options["layers"] = Examples(X, y).made().layers([int(units) for units in np.atleast_1d(hidden)])
    return run(X=X, y=y, **options)


def sweep(vary: Any, *, X: Any = None, y: Any = None, progress: bool | None = None, **options: Any) -> Sweep:
    """Train the same networks under many settings, and compare them.

    Parameters
    ----------
    vary : mapping, str or sequence of str
        Settings and their values: ``{"lr": "0.01..10:log:7", "loss": ["mse", "cross-entropy"]}``, or as the command line has
        them.
    X, y : array_like, optional
        Examples, as of :func:`run`.
    progress : bool, optional
        A bar by tqdm.
    **options
        The flags of ``basins sweep``, with ``_`` for ``-``.

    Returns
    -------
    Sweep
        A row a point.
    """
    with shown(progress, None) as tell:
        return Sweep(_ask("sweep", {"vary": vary, **options}, Examples.given(X, y), tell))


def map(*, X: Any = None, y: Any = None, progress: bool | None = None, **options: Any) -> Map:  # noqa: A001
    """Train a network for every pixel of a plane of weights or settings.

    Parameters
    ----------
    X, y : array_like, optional
        Examples, as of :func:`run`.
    progress : bool, optional
        A bar by tqdm.
    **options
        The flags of ``basins map``, with ``_`` for ``-``: ``x="lr=0.01..10:log"``, ``y`` is taken by the examples, so the
        axes are also ``x_axis`` and ``y_axis``; ``size="256x256"``, ...

    Returns
    -------
    Map
        Arrays by name, one number a pixel.
    """
    for axis in ("x", "y"):
        if f"{axis}_axis" in options:
            options[axis] = options.pop(f"{axis}_axis")
    # An axis is text, targets are not.
    if isinstance(y, str):
        options["y"], y = y, None
    with shown(progress, None) as tell:
        return Map(_ask("map", options, Examples.given(X, y), tell))


def surface(*, X: Any = None, y: Any = None, **options: Any) -> Map:
    """The loss over a plane of two weights; flags of ``basins surface`` as keywords.

    Returns
    -------
    Map
        Arrays by name, one number a point.
    """
    if isinstance(y, str):
        options["y"], y = y, None
    return Map(_ask("surface", options, Examples.given(X, y)))


def trace(*, X: Any = None, y: Any = None, **options: Any) -> Result:
    """One network, step by step; flags of ``basins trace`` as keywords."""
    return Result(_ask("trace", options, Examples.given(X, y)))


def verify(**options: Any) -> Result:
    """This machine's devices against the reference; flags of ``basins verify`` as keywords."""
    return Result(_ask("verify", options))


def bench(**options: Any) -> Result:
    """How fast each backend is; flags of ``basins bench`` as keywords."""
    return Result(_ask("bench", options))


def reproduce(*names: str, **options: Any) -> Result:
    """The tutorial's programs and published results beside ours.

    Parameters
    ----------
    *names : str
        Which, as ``"tutorial/xor"``.
    **options
        The flags of ``basins reproduce``: ``quick=True``, ``all=True``, ...
    """
    return Result(_printed("reproduce", options, names))


def rerun(path: str | os.PathLike[str], **options: Any) -> Result:
    """Train a result again from what it says of itself, and say whether it agrees."""
    return Result(_printed("rerun", options, [path]))


def compare(first: str | os.PathLike[str], second: str | os.PathLike[str], **options: Any) -> Result:
    """Two results side by side, differences tested."""
    return Result(_printed("compare", options, [first, second]))


def power(**options: Any) -> Result:
    """How many networks a question needs; flags of ``basins power`` as keywords."""
    return Result(_printed("power", options))


def devices() -> Result:
    """What there is to train on, and what is missing."""
    return Result(_printed("devices", {}))


def flags(verb: str = "run") -> str:
    """What ``basins VERB --help`` says: each flag is a keyword, with ``_`` for ``-``.

    Parameters
    ----------
    verb : str
        run, sweep, map, surface, trace, ...
    """
    return _basins.help_of(verb)


def _ask(verb: str, options: Mapping[str, Any], given: Examples | None = None, tell: Any = None) -> _basins.Reply:
    return _told(_basins.ask(words(verb, options), made(given), "counts", tell))


def _printed(verb: str, options: Mapping[str, Any], arguments: Any = ()) -> _basins.Reply:
    asked = words(verb, options, arguments)
    return _told(_basins.ask([*asked, "--json"], None, "counts", None))


def _told(reply: _basins.Reply) -> _basins.Reply:
    for line in reply.warnings:
        warnings.warn(line.removeprefix("warning: "), stacklevel=3)
    return reply


def _kept(options: Mapping[str, Any]) -> str:
    """What is kept if nothing is said, by how much it is."""
    if options.get("out") is not None or options.get("until_width") is not None:
        return "counts"
    nets = options.get("nets")
    count = 100_000 if nets is None else float(nets) if not isinstance(nets, str) else 0
    sizes = options.get("layers") or [2, 3, 1]
    sizes = [int(size) for size in (sizes.split(",") if isinstance(sizes, str) else sizes)]
    weights = sum((a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False))
    if count * weights <= _KEPT and count > 0:
        return "weights"
    return "outcomes" if 0 < count <= 10_000_000 else "counts"


@contextlib.contextmanager
def _starts(starts: Any) -> Iterator[dict[str, Any]]:
    """The flag that reads starts, with the file behind it."""
    if starts is None:
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "starts.npz")
        np.savez(path, **stacked(starts))  # type: ignore[arg-type]
        yield {"weights_in": path}
