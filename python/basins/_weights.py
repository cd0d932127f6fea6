"""Weights in the layouts of others.

A layer of basins is a matrix of shape (fan_in + 1, fan_out), the bias row last. PyTorch has ``weight`` of shape (fan_out,
fan_in) and ``bias`` of shape (fan_out,); Keras a kernel of shape (fan_in, fan_out) and a bias of shape (fan_out,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def from_torch(state_dict: Mapping[str, Any]) -> list[np.ndarray]:
    """Layers from a PyTorch ``state_dict`` of linear layers, in their order.

    Parameters
    ----------
    state_dict : mapping
        Tensors or arrays named ``*.weight`` of shape (fan_out, fan_in) and ``*.bias`` of shape (fan_out,). A layer without
        bias gets a bias row of zeros: train it with ``bias="off"``.

    Returns
    -------
    list of numpy.ndarray
        A matrix of shape (fan_in + 1, fan_out) for each layer.
    """
    layers = []
    for name, tensor in state_dict.items():
        prefix, _, kind = name.rpartition(".")
        if kind == "weight":
            kernel = array(tensor, name, 2).T
            bias = f"{prefix}.bias" if prefix else "bias"
            layers.append(joined(kernel, state_dict.get(bias), bias))
        elif kind != "bias":
            raise ValueError(f"{name} is neither the weight nor the bias of a linear layer")
    if not layers:
        raise ValueError("the state_dict has no layers")
    return layers


def to_torch(layers: Sequence[np.ndarray], names: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """A PyTorch ``state_dict`` of linear layers, as arrays.

    Parameters
    ----------
    layers : sequence of numpy.ndarray
        Matrices of shape (fan_in + 1, fan_out).
    names : sequence of str, optional
        Names of the layers; those of an ``nn.Sequential`` with an activation after each linear layer by default: 0, 2, ...

    Returns
    -------
    dict of numpy.ndarray
        ``NAME.weight`` of shape (fan_out, fan_in) and ``NAME.bias`` of shape (fan_out,), float32. Load it by
        ``model.load_state_dict({name: torch.from_numpy(a) for name, a in state.items()})``.
    """
    names = [str(2 * at) for at in range(len(layers))] if names is None else list(names)
    if len(names) != len(layers):
        raise ValueError(f"there are {len(layers)} layers, but {len(names)} names")
    state = {}
    for name, layer in zip(names, layers, strict=True):
        layer = array(layer, name, 2)
        state[f"{name}.weight"] = np.ascontiguousarray(layer[:-1].T, dtype=np.float32)
        state[f"{name}.bias"] = np.ascontiguousarray(layer[-1], dtype=np.float32)
    return state


def from_keras(weights: Sequence[Any]) -> list[np.ndarray]:
    """Layers from Keras' ``model.get_weights()`` of dense layers.

    Parameters
    ----------
    weights : sequence of array_like
        Kernels of shape (fan_in, fan_out), each followed by its bias of shape (fan_out,) if it has one.

    Returns
    -------
    list of numpy.ndarray
        A matrix of shape (fan_in + 1, fan_out) for each layer.
    """
    layers, following = [], list(weights)
    while following:
        kernel = array(following.pop(0), f"array {len(weights) - len(following) - 1}", 2)
        bias = following.pop(0) if following and np.ndim(following[0]) == 1 else None
        layers.append(joined(kernel, bias, "bias"))
    return layers


def to_keras(layers: Sequence[np.ndarray]) -> list[np.ndarray]:
    """What Keras' ``model.set_weights()`` takes: for each layer its kernel and its bias, float32.

    Parameters
    ----------
    layers : sequence of numpy.ndarray
        Matrices of shape (fan_in + 1, fan_out).

    Returns
    -------
    list of numpy.ndarray
        Kernels of shape (fan_in, fan_out), each followed by a bias of shape (fan_out,).
    """
    parts = [(layer[:-1], layer[-1]) for layer in (array(layer, "a layer", 2) for layer in layers)]
    return [np.ascontiguousarray(part, dtype=np.float32) for layer in parts for part in layer]


def stacked(starts: Any) -> dict[str, np.ndarray]:
    """Arrays theta1, theta2, ... of shape (networks, fan_in + 1, fan_out) from starts in any form that is taken."""
    if isinstance(starts, Mapping):
        if all(name.startswith("theta") for name in starts):
            return {name: np.asarray(starts[name]) for name in starts}
        networks = [from_torch(starts)]
    else:
        networks = [network(one) for one in (starts if several(starts) else [starts])]
    shapes = {tuple(layer.shape for layer in layers) for layers in networks}
    if len(shapes) != 1:
        raise ValueError(f"starts= holds networks of {len(shapes)} different shapes")
    return {f"theta{at + 1}": np.stack(layers) for at, layers in enumerate(zip(*networks, strict=True))}


def several(starts: Any) -> bool:
    """Whether these are several networks, each a list or a mapping of arrays, and not the arrays of one."""
    if len(starts) == 0:
        raise ValueError("starts= holds no networks")
    first = starts[0]
    if isinstance(first, Mapping):
        return True
    return isinstance(first, (list, tuple)) and np.ndim(first[0]) > 0 and not is_matrix(first)


def is_matrix(rows: Any) -> bool:
    """Whether nested lists are one matrix."""
    is_row = [isinstance(row, (list, tuple)) and np.ndim(row) == 1 for row in rows]
    return all(is_row) and len({len(row) for row in rows}) == 1


def network(layers: Any) -> list[np.ndarray]:
    """One network's layers: a state_dict, matrices with their bias row, or kernels with biases between."""
    if isinstance(layers, Mapping):
        return from_torch(layers)
    arrays = [np.asarray(layer) for layer in layers]
    if any(one.ndim == 1 for one in arrays):
        return from_keras(arrays)
    return [array(one, "a layer of starts=", 2) for one in arrays]


def joined(kernel: np.ndarray, bias: Any, name: str) -> np.ndarray:
    """Kernel of shape (fan_in, fan_out) and bias in one matrix, the bias row last."""
    row = np.zeros(kernel.shape[1], kernel.dtype) if bias is None else array(bias, name, 1)
    if row.shape != (kernel.shape[1],):
        raise ValueError(f"{name} has shape {row.shape}, but the layer has {kernel.shape[1]} units")
    return np.vstack([kernel, row])


def array(value: Any, name: str, dimensions: int) -> np.ndarray:
    """An array of so many dimensions, of a tensor too."""
    for method in ("detach", "cpu"):
        if hasattr(value, method):
            value = getattr(value, method)()
    made = np.asarray(value)
    if made.ndim != dimensions:
        raise ValueError(f"{name} has shape {made.shape}, but {dimensions} dimensions are needed")
    return made
