"""What every contestant trains: the tutorial's setting over six networks. The one place where it is written down."""

from dataclasses import dataclass

import numpy as np

LEARNING_RATE = 0.1  # with cross-entropy, batch-mean descent, sigmoid units: the tutorial's setting
NUMPY_NETS = 4096  # networks that the batched NumPy forms train at once


@dataclass(frozen=True)
class Size:
    """A network, the task it learns and the population it is measured on."""

    layers: tuple[int, ...]
    nets: int

    @property
    def name(self):
        return "-".join(map(str, self.layers))

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
GPU_SCALE = 16  # times as many networks where a GPU takes part
