"""Train millions of tiny neural networks at once, and learn how often they learn.

Each function is a verb of the command line and takes its flags as keywords, with ``_`` for ``-``: the same words, defaults
and errors. ``basins.run(layers=[2, 3, 1], nets=1_000_000, lr=0.1)`` is ``basins run --layers 2,3,1 --nets 1000000 --lr 0.1``.

>>> import basins
>>> run = basins.run(lr=4, epochs=500, nets=1000)
>>> run.rate > 0.9
True

``print(basins.flags("run"))`` says what there is.
"""

import os as _os
import sys as _sys
import tempfile as _tempfile

from ._basins import __version__
from ._results import Interval, Map, Result, Run, Sweep
from ._verbs import (
    bench,
    compare,
    devices,
    flags,
    map,
    power,
    reproduce,
    rerun,
    run,
    surface,
    sweep,
    trace,
    train,
    verify,
)
from ._weights import from_keras, from_torch, to_keras, to_torch

# Mesa's Vulkan drivers print warnings where this is missing; they need nothing from it.
if _sys.platform == "linux":
    _os.environ.setdefault("XDG_RUNTIME_DIR", _tempfile.gettempdir())

__all__ = [
    "Interval",
    "Map",
    "Result",
    "Run",
    "Sweep",
    "__version__",
    "bench",
    "compare",
    "devices",
    "flags",
    "from_keras",
    "from_torch",
    "map",
    "power",
    "reproduce",
    "rerun",
    "run",
    "surface",
    "sweep",
    "to_keras",
    "to_torch",
    "trace",
    "train",
    "verify",
]
