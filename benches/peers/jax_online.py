"""One epoch of online training in a fresh order for each network, in JAX. Batch training is in `jax_epochs.py`.

The state's last array is the networks' indices, of which and of the epoch the orders are drawn.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jax_epochs import Unrolled, total
from jax_rules import DRAWS, HIDDEN, sigmoid


def indices(thetas):
    """The networks' indices."""
    return np.arange(len(thetas[0]), dtype=np.uint32)


class VmapOnline:
    """What most people write: `grad` of one example's loss, a `scan` over the permuted examples, `vmap` over networks."""

    def __init__(self, size):
        self.size, self.layer_count = size, len(size.shapes)
        self.draw, self.example_count = DRAWS["permutation"], size.example_count
        x, y = jnp.asarray(size.inputs()), jnp.asarray(size.targets())
        activate, rate = jax.nn.sigmoid, size.rule.learning_rate

        def loss(thetas, x, y):
            a = x
            for theta in thetas[:-1]:
                a = activate(a @ theta[:-1] + theta[-1])
            z = (a @ thetas[-1][:-1] + thetas[-1][-1])[0]
            return jax.nn.softplus(z) - y * z

        def step(thetas, example):
            gradients = jax.grad(loss)(thetas, x[example], y[example])
            return tuple(theta - rate * g for theta, g in zip(thetas, gradients)), None

        def one(thetas, order):
            return lax.scan(step, thetas, order)[0]

        self.trained = jax.vmap(one)

    def pack(self, thetas):
        return (*thetas, indices(thetas))

    def unpack(self, state):
        return [np.asarray(theta) for theta in state[: self.layer_count]]

    def epoch(self, state, epoch):
        order = jnp.stack(self.draw(state[-1], epoch + 1, self.example_count), axis=1)
        return (*self.trained(state[:-1], order), state[-1])


class Online(Unrolled):
    """Structure of arrays: an update after each example, units written out.

    `looped` runs one example's code over the positions of the order, which keeps it short; otherwise positions are
    written out too.
    """

    def __init__(self, size, draw, looped):
        super().__init__(size)
        self.draw, self.looped = DRAWS[draw], looped

    def pack(self, thetas):
        return (*super().pack(thetas), indices(thetas))

    def epoch(self, state, epoch):
        order = self.draw(state[-1], epoch + 1, self.size.example_count)
        weights = state[:-1]
        if self.looped:
            stacked = jnp.stack(order)
            weights = lax.fori_loop(jnp.int32(0), jnp.int32(len(order)), lambda p, weights: self.update(weights, stacked[p]), weights)
        else:
            for example in order:
                weights = self.update(weights, example)
        return (*weights, state[-1])

    def update(self, state, example):
        """The weights after an update by each network's example."""
        size, weights = self.size, iter(state)
        thetas = [[[next(weights) for _ in range(b)] for _ in range(a)] for a, b in size.shapes]
        bits = [(example >> bit) & 1 for bit in range(size.layers[0] - 1, -1, -1)]
        parity = bits[0]
        for bit in bits[1:]:
            parity = parity ^ bit
        layers = [[bit.astype(jnp.float32) for bit in bits]]
        activate, back = HIDDEN[size.rule.hidden]
        for theta in thetas[:-1]:
            layers.append([activate(self.logit(theta, layers[-1], c)) for c in range(len(theta[0]))])
        deltas = [sigmoid(self.logit(thetas[-1], layers[-1], 0)) - parity.astype(jnp.float32)]
        rate, updated = size.rule.learning_rate, []
        for theta, a in zip(reversed(thetas), reversed(layers)):
            scaled = [rate * d for d in deltas]
            rows = [w - s * h for ws, h in zip(theta, a) for w, s in zip(ws, scaled)]
            rows += [w - s for w, s in zip(theta[-1], scaled)]
            if a is not layers[0]:
                deltas = [back(total([w * d for w, d in zip(ws, deltas)]), h) for ws, h in zip(theta, a)]
            updated = rows + updated
        return tuple(updated)
