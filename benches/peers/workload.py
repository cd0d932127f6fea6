"""What every contestant trains: the tutorial's rule over six networks, three more rules over two of them.

The one place where it is written down.
"""

from dataclasses import dataclass

import numpy as np

NUMPY_NETS = 4096  # networks that the batched NumPy forms train at once


@dataclass(frozen=True)
class Rule:
    """How weights are moved. Outputs are sigmoid and the loss is cross-entropy in all; Adam has its usual constants."""

    name: str
    hidden: str = "sigmoid"
    optimizer: str = "gd"
    learning_rate: float = 0.1
    momentum: float = 0.0
    update: str = "batch-mean"

    def flags(self):
        """The same for `basins run`, where it differs from the tutorial's."""
        pairs = [
            ("--activation", f"{self.hidden},sigmoid", self.hidden != "sigmoid"),
            ("--optimizer", self.optimizer, self.optimizer != "gd"),
            ("--lr", str(self.learning_rate), self.learning_rate != 0.1),
            ("--momentum", str(self.momentum), self.momentum != 0.0),
            ("--update", self.update, self.update != "batch-mean"),
        ]
        return [part for flag, value, differs in pairs if differs for part in (flag, value)]


TUTORIAL = Rule("tutorial")
RULES = {
    rule.name: rule
    for rule in (
        TUTORIAL,
        Rule("relu-adam", hidden="relu", optimizer="adam", learning_rate=0.01),
        Rule("tanh-momentum", hidden="tanh", momentum=0.9),
        Rule("shuffled", update="online:shuffled"),
    )
}


@dataclass(frozen=True)
class Size:
    """A network, the task it learns, the population it is measured on, and the rule."""

    layers: tuple[int, ...]
    nets: int
    rule: Rule = TUTORIAL

    @property
    def name(self):
        layers = "-".join(map(str, self.layers))
        return layers if self.rule == TUTORIAL else f"{layers} {self.rule.name}"

    @property
    def task(self):
        return "xor" if self.layers[0] == 2 else f"parity:{self.layers[0]}"

    @property
    def shapes(self):
        """(fan_in + 1, fan_out) of each layer's weights, bias row last."""
        return [(a + 1, b) for a, b in zip(self.layers, self.layers[1:])]

    @property
    def example_count(self):
        return 1 << self.layers[0]

    @property
    def sigmoid_count(self):
        """Activations of one epoch."""
        return self.example_count * sum(self.layers[1:])

    def inputs(self):
        """(m, input_count), the first input the most significant bit of the example's number."""
        bits = range(self.layers[0] - 1, -1, -1)
        return np.array([[(e >> b) & 1 for b in bits] for e in range(self.example_count)], dtype=np.float32)

    def targets(self):
        """(m,): parity, which for two inputs is XOR."""
        return self.inputs().sum(axis=1) % 2

    def starts(self, nets, seed=1):
        """Weights drawn as the tutorial draws them, (nets, fan_in + 1, fan_out) f32."""
        generator = np.random.default_rng(seed)
        draws = []
        for a, b in zip(self.layers, self.layers[1:]):
            scale = 0.5 * np.sqrt(6.0 / (a + b))
            draws.append((scale * generator.standard_normal((nets, a + 1, b))).astype(np.float32))
        return draws


# The main one first. Populations are such that one epoch is some milliseconds and memory is no constraint.
SIZES = [
    Size((2, 3, 1), 65_536),
    Size((2, 2, 1), 65_536),
    Size((4, 8, 1), 16_384),
    Size((8, 16, 1), 4_096),
    Size((8, 32, 1), 4_096),
    Size((2, 4, 4, 1), 32_768),
]
SIZES += [
    Size(layers, nets, rule)
    for rule in RULES.values()
    if rule != TUTORIAL
    for layers, nets in (((2, 3, 1), 65_536), ((4, 8, 1), 16_384))
]
GPU_SCALE = 16  # times as many networks where a GPU takes part
