#!/usr/bin/env python3
"""Trains networks in NumPy float64: another implementation, for weights to be compared with.

    train_reference.py starts.npz out.npz --task xor --epochs 100 [settings]

Reads `theta1`, `theta2`, ... of shape (nets, fan_in + 1, fan_out), bias row last, and writes the weights after
`--epochs` epochs in the same form, as float64. All networks are trained at once: axis 0 of every array is the network.

Not for: fates. Every network trains to the last epoch (`--after-solved continue`) and none is stopped as diverged.
"""

import argparse
import sys

import numpy as np

ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON = 0.9, 0.999, 1e-8

DEFAULTS = {
    "task": "xor",
    "activation": "sigmoid",
    "loss": "cross-entropy",
    "optimizer": "gd",
    "lr": 0.1,
    "momentum": 0.0,
    "update": "batch-mean",
    "inputs": [0.0, 1.0],
    "targets": [0.0, 1.0],
}


def examples(task, inputs=(0.0, 1.0), targets=(0.0, 1.0)):
    """Inputs (m, input_count) and targets (m, 1) of a truth table; the first input is the most significant bit."""
    if task.startswith("table:"):
        column = [int(bit) for bit in task[len("table:") :]]
        input_count = len(column).bit_length() - 1
        if len(column) != 1 << input_count:
            raise ValueError(f"{task}: the length of a truth table is a power of two")
    else:
        input_count = int(task[len("parity:") :]) if task.startswith("parity:") else 2
        count = range(1 << input_count)
        if task == "and":
            column = [int(e == 3) for e in count]
        elif task == "or":
            column = [int(e > 0) for e in count]
        elif task == "xor" or task.startswith("parity:"):
            column = [e.bit_count() % 2 for e in count]
        else:
            raise ValueError(f"unknown task {task}")
    bits = [[(e >> (input_count - 1 - i)) & 1 for i in range(input_count)] for e in range(len(column))]
    low, high = inputs
    low_target, high_target = targets
    return (
        low + (high - low) * np.array(bits, dtype=np.float64),
        low_target + (high_target - low_target) * np.array(column, dtype=np.float64)[:, None],
    )


def activate(z, activation):
    """h = act(z)."""
    return np.tanh(z) if activation == "tanh" else 1.0 / (1.0 + np.exp(-z))


def slope(h, activation):
    """act'(z), written in h = act(z)."""
    return 1.0 - h * h if activation == "tanh" else h * (1.0 - h)


def forward(thetas, x, activation):
    """Activations of every layer, inputs first, each (nets, m, width); and the logits of the output layer."""
    layers = [np.broadcast_to(x, (len(thetas[0]), *x.shape))]
    for theta in thetas:
        z = layers[-1] @ theta[:, :-1] + theta[:, -1:]
        layers.append(activate(z, activation))
    return layers, z


def losses(thetas, x, y, settings):
    """Loss of each network, a mean over the examples: cross-entropy from the logits, or half the squared error."""
    layers, z = forward(thetas, x, settings["activation"])
    if settings["loss"] == "cross-entropy":
        each = np.logaddexp(0.0, z) - y * z
    else:
        each = 0.5 * (layers[-1] - y) ** 2
    return each.sum(axis=(1, 2)) / len(x)


def gradients(thetas, x, y, settings):
    """d(sum of the examples' losses)/d(theta) for every layer: summed over the examples, not averaged."""
    activation = settings["activation"]
    layers, _ = forward(thetas, x, activation)
    delta = layers[-1] - y
    if settings["loss"] == "mse":
        delta = delta * slope(layers[-1], activation)
    result = [None] * len(thetas)
    for index in reversed(range(len(thetas))):
        a = layers[index]
        result[index] = np.concatenate([np.swapaxes(a, 1, 2) @ delta, delta.sum(axis=1, keepdims=True)], axis=1)
        if index:
            delta = (delta @ np.swapaxes(thetas[index][:, :-1], 1, 2)) * slope(a, activation)
    return result


class Optimizer:
    """Descent with momentum, or Adam; holds the velocity or the moments of every weight."""

    def __init__(self, thetas, settings):
        self.settings = settings
        self.first = [np.zeros_like(theta) for theta in thetas]
        self.second = [np.zeros_like(theta) for theta in thetas]
        self.step_count = 0

    def step(self, thetas, grads):
        """The weights after one update."""
        lr = self.settings["lr"]
        self.step_count += 1
        if self.settings["optimizer"] == "gd":
            self.first = [self.settings["momentum"] * v - lr * g for v, g in zip(self.first, grads)]
            return [theta + v for theta, v in zip(thetas, self.first)]
        self.first = [ADAM_BETA1 * a + (1 - ADAM_BETA1) * g for a, g in zip(self.first, grads)]
        self.second = [ADAM_BETA2 * b + (1 - ADAM_BETA2) * g * g for b, g in zip(self.second, grads)]
        unbias1, unbias2 = 1 - ADAM_BETA1**self.step_count, 1 - ADAM_BETA2**self.step_count
        return [
            theta - lr * (a / unbias1) / (np.sqrt(b / unbias2) + ADAM_EPSILON)
            for theta, a, b in zip(thetas, self.first, self.second)
        ]


def complete(settings):
    """Settings with the defaults filled in; a combination that has no meaning is refused."""
    unknown = set(settings) - set(DEFAULTS) - {"layers"}
    if unknown:
        raise ValueError(f"unknown settings: {sorted(unknown)}")
    merged = {**DEFAULTS, **settings}
    if merged["activation"] == "tanh" and merged["loss"] == "cross-entropy":
        raise ValueError("cross-entropy needs outputs in (0, 1): with tanh use mse")
    return merged


def train(thetas, settings, epoch_count):
    """Weights of all networks after `epoch_count` epochs, float64."""
    settings = complete(settings)
    x, y = examples(settings["task"], settings["inputs"], settings["targets"])
    thetas = [np.asarray(theta, dtype=np.float64) for theta in thetas]
    optimizer = Optimizer(thetas, settings)
    scale = 1.0 / len(x) if settings["update"] == "batch-mean" else 1.0
    for _ in range(epoch_count):
        if settings["update"] == "online":
            for e in range(len(x)):
                thetas = optimizer.step(thetas, gradients(thetas, x[e : e + 1], y[e : e + 1], settings))
        else:
            thetas = optimizer.step(thetas, [scale * g for g in gradients(thetas, x, y, settings)])
    return thetas


def load(path):
    """theta1, theta2, ... of an NPZ file."""
    with np.load(path) as arrays:
        names = [f"theta{l + 1}" for l in range(len(arrays.files))]
        if sorted(names) != sorted(arrays.files):
            raise ValueError(f"{path}: expected theta1, theta2, ...; found {arrays.files}")
        return [arrays[name] for name in names]


def save(path, thetas):
    """Writes theta1, theta2, ... to an NPZ file."""
    np.savez(path, **{f"theta{l + 1}": theta for l, theta in enumerate(thetas)})


def pair(text):
    """LO,HI as two numbers."""
    low, high = (float(part) for part in text.split(","))
    return [low, high]


def main():
    parser = argparse.ArgumentParser(description="Train networks from NPZ starts in NumPy float64.")
    parser.add_argument("starts")
    parser.add_argument("out")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--task", default=DEFAULTS["task"], help="xor, and, or, parity:N, table:BITS")
    parser.add_argument("--activation", default=DEFAULTS["activation"], choices=["sigmoid", "tanh"])
    parser.add_argument("--loss", default=DEFAULTS["loss"], choices=["cross-entropy", "mse"])
    parser.add_argument("--optimizer", default=DEFAULTS["optimizer"], choices=["gd", "adam"])
    parser.add_argument("--lr", type=float, default=DEFAULTS["lr"])
    parser.add_argument("--momentum", type=float, default=DEFAULTS["momentum"])
    parser.add_argument("--update", default=DEFAULTS["update"], choices=["batch-mean", "batch-sum", "online"])
    parser.add_argument("--inputs", type=pair, default=DEFAULTS["inputs"], metavar="LO,HI")
    parser.add_argument("--targets", type=pair, default=DEFAULTS["targets"], metavar="LO,HI")
    arguments = vars(parser.parse_args())
    starts, out, epoch_count = (arguments.pop(name) for name in ("starts", "out", "epochs"))
    save(out, train(load(starts), arguments, epoch_count))


if __name__ == "__main__":
    sys.exit(main())
