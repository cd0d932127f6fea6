"""Examples from arrays at hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _basins


class Examples:
    """Inputs of shape (examples, inputs), and targets of shape (examples, outputs) or a label for each example."""

    def __init__(self, X: Any, y: Any) -> None:
        inputs, targets = np.ascontiguousarray(X, dtype=np.float64), np.asarray(y)
        self.inputs = inputs[:, np.newaxis] if inputs.ndim == 1 else inputs
        if self.inputs.ndim != 2 or targets.ndim not in (1, 2):
            needed = "(examples, inputs) and (examples, outputs)"
            raise ValueError(f"X has shape {inputs.shape} and y {targets.shape}, but {needed} are needed")
        self.targets = targets[:, np.newaxis] if targets.ndim == 1 else targets

    @classmethod
    def given(cls, X: Any, y: Any) -> Examples | None:
        """What was handed over; None where nothing was."""
        if X is None and y is None:
            return None
        if X is None or y is None:
            raise ValueError("X and y go together: inputs, and targets or labels")
        return cls(X, y)

    def made(self) -> _basins.Examples:
        """As the extension takes them."""
        if self.targets.dtype.kind in "OUS":
            if self.targets.shape[1] != 1:
                raise ValueError("y holds text, and labels are one column")
            return _basins.Examples.labels(self.inputs, [str(label) for label in self.targets[:, 0]])
        return _basins.Examples.numbers(self.inputs, np.ascontiguousarray(self.targets, dtype=np.float64))


def made(examples: Examples | None) -> _basins.Examples | None:
    """As the extension takes them; None where there are none."""
    return None if examples is None else examples.made()
