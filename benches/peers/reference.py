"""Trains in NumPy float64 by any rule of `workload.py`: what every contestant is checked against.

The tutorial's rule is left to tests/golden/train_reference.py, whose optimizers serve here too. This adds a hidden
activation other than the output's, and orders of examples that differ by network and epoch.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "golden"))
import train_reference  # noqa: E402

HIDDEN = {
    "relu": (lambda z: np.maximum(z, 0.0), lambda h: (h > 0.0).astype(h.dtype)),
    "sigmoid": (lambda z: 1.0 / (1.0 + np.exp(-z)), lambda h: h * (1.0 - h)),
    "tanh": (np.tanh, lambda h: 1.0 - h * h),
}


def train(size, starts, learning_rate, epoch_count, orders=None):
    """Weights after `epoch_count` epochs; `orders` (epochs, nets, m) for rules that shuffle."""
    rule = size.rule
    settings = {"task": size.task, "optimizer": rule.optimizer, "lr": learning_rate, "momentum": rule.momentum}
    if rule.hidden == "sigmoid" and orders is None:
        return train_reference.train(starts, {**settings, "update": rule.update}, epoch_count)
    x, y = train_reference.examples(size.task)
    thetas = [np.asarray(theta, dtype=np.float64) for theta in starts]
    optimizer = train_reference.Optimizer(thetas, settings)
    for epoch in range(epoch_count):
        if orders is None:
            thetas = optimizer.step(thetas, gradients(thetas, x[None], y[None], rule.hidden, 1.0 / len(x)))
            continue
        for position in range(len(x)):
            example = orders[epoch, :, position : position + 1]
            thetas = optimizer.step(thetas, gradients(thetas, x[example], y[example], rule.hidden, 1.0))
    return thetas


def gradients(thetas, x, y, hidden, scale):
    """Of cross-entropy with sigmoid outputs: `x` (nets or 1, m, inputs), `y` (nets or 1, m, 1)."""
    activate, slope = HIDDEN[hidden]
    layers = [np.broadcast_to(x, (len(thetas[0]), *x.shape[1:]))]
    for theta in thetas[:-1]:
        layers.append(activate(layers[-1] @ theta[:, :-1] + theta[:, -1:]))
    delta = scale * (HIDDEN["sigmoid"][0](layers[-1] @ thetas[-1][:, :-1] + thetas[-1][:, -1:]) - y)
    result = [None] * len(thetas)
    for index in reversed(range(len(thetas))):
        a = layers[index]
        result[index] = np.concatenate([np.swapaxes(a, 1, 2) @ delta, delta.sum(axis=1, keepdims=True)], axis=1)
        if index:
            delta = (delta @ np.swapaxes(thetas[index][:, :-1], 1, 2)) * slope(a)
    return result


def basins_orders(size, nets, epoch_count, seed=0):
    """The orders that `basins run` draws, by the independent script that tests/golden/orders.json was made with."""
    import orders

    drawn = [
        [orders.shuffled(seed, network, epoch + 1, size.example_count) for network in range(nets)]
        for epoch in range(epoch_count)
    ]
    return np.array(drawn)
