"""What PyTorch and scikit-learn draw as starts: moments and ranges of a layer, as `frameworks.json` holds them.

Needs torch and scikit-learn (the versions are in the file). Each layer is drawn anew until there are enough numbers.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.neural_network import MLPClassifier
from torch import nn

LAYERS = ((2, 3), (3, 1), (8, 5))
NUMBERS = 20_000


def summary(weights, biases):
    def one(values):
        values = np.asarray(values, dtype=np.float64)
        return {
            "count": int(values.size),
            "mean": float(values.mean()),
            "deviation": float(values.std()),
            "low": float(values.min()),
            "high": float(values.max()),
        }

    return {"weights": one(weights), "biases": one(biases)}


def torch_layer(fan_in, fan_out, initialise):
    weights, biases = [], []
    while sum(map(len, weights)) < NUMBERS:
        layer = nn.Linear(fan_in, fan_out)
        if initialise is not None:
            initialise(layer.weight)
            nn.init.zeros_(layer.bias)
        weights.append(layer.weight.detach().numpy().ravel())
        biases.append(layer.bias.detach().numpy().ravel())
    return summary(np.concatenate(weights), np.concatenate(biases))


def sklearn_layers(activation):
    """The starts of a network 2-3-1: those that a fit of no steps begins with."""
    warnings.simplefilter("ignore")
    weights, biases = [[], []], [[], []]
    inputs, targets = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    for seed in range(1_500):
        network = MLPClassifier((3,), activation=activation, solver="sgd", learning_rate_init=1e-300, max_iter=1, random_state=seed)
        network.fit(inputs, targets)
        for layer in range(2):
            weights[layer].append(network.coefs_[layer].ravel())
            biases[layer].append(network.intercepts_[layer].ravel())
    return [summary(np.concatenate(w), np.concatenate(b)) for w, b in zip(weights, biases)]


def main():
    torch.manual_seed(1)
    rows = []
    for init, initialise in {
        "pytorch": None,
        "xavier": nn.init.xavier_uniform_,
        "glorot-normal": nn.init.xavier_normal_,
        "he": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
        "he-uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
        "lecun": lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear"),
        "lecun-uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="linear"),
    }.items():
        for fan_in, fan_out in LAYERS:
            rows.append({"init": init, "activation": "tanh", "fan_in": fan_in, "fan_out": fan_out, **torch_layer(fan_in, fan_out, initialise)})
    for activation, ours in (("logistic", "sigmoid"), ("tanh", "tanh"), ("relu", "relu")):
        for (fan_in, fan_out), layer in zip(((2, 3), (3, 1)), sklearn_layers(activation)):
            rows.append({"init": "sklearn", "activation": ours, "fan_in": fan_in, "fan_out": fan_out, **layer})
    made = {"torch": torch.__version__, "scikit-learn": sklearn.__version__, "rows": rows}
    path = Path(__file__).parent / "frameworks.json"
    path.write_text(json.dumps({**made, "rows": "ROWS"}, indent=1).replace('"ROWS"', "[\n  " + ",\n  ".join(map(json.dumps, rows)) + "\n ]") + "\n")


if __name__ == "__main__":
    main()
