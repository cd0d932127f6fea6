"""One epoch of batch training in JAX, written three ways. How they are run (chunks, devices) is in `jax_forms.py`.

An epoch takes and returns a tuple of arrays: the weights, then what the optimizer keeps of each. `pack` makes that tuple of matrices (nets, fan_in + 1, fan_out) and
`unpack` turns it back; in the two structure-of-arrays ways the network is the last axis of each array.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jax_rules import HIDDEN, optimizer, sigmoid


def total(terms):
    """Sum of a list, without the zero that `sum` would begin with."""
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def with_slots(optimizer, weights):
    """The weights and, for each slot in turn, an array of zeros a weight."""
    return weights + tuple(np.zeros_like(w) for _ in range(optimizer.slot_count) for w in weights)


def moved(optimizer, state, gradients, epoch):
    """The state after an update by a gradient a weight."""
    count, constants = len(gradients), optimizer.constants(epoch)
    slots = [state[count * (slot + 1) : count * (slot + 2)] for slot in range(optimizer.slot_count)]
    stepped = [
        optimizer.step(w, g, kept, constants)
        for w, g, kept in zip(state[:count], gradients, zip(*slots) if slots else [()] * count)
    ]
    weights, kept = zip(*stepped)
    return weights + tuple(slot for slots in zip(*kept) for slot in slots)


class VmapGrad:
    """What most people write: a loss of one network, `grad`, `vmap`. Networks are the first axis."""

    def __init__(self, size):
        self.size, self.layer_count, self.optimizer = size, len(size.shapes), optimizer(size.rule)
        x, y = jnp.asarray(size.inputs()), jnp.asarray(size.targets()[:, None])
        activate = {"sigmoid": jax.nn.sigmoid, "relu": jax.nn.relu, "tanh": jnp.tanh}[size.rule.hidden]

        def loss(thetas):
            a = x
            for theta in thetas[:-1]:
                a = activate(a @ theta[:-1] + theta[-1])
            z = a @ thetas[-1][:-1] + thetas[-1][-1]
            return jnp.mean(jnp.sum(jax.nn.softplus(z) - y * z, axis=1))

        self.gradients = jax.vmap(jax.grad(loss))

    def pack(self, thetas):
        return with_slots(self.optimizer, tuple(thetas))

    def unpack(self, state):
        return [np.asarray(theta) for theta in state[: self.layer_count]]

    def epoch(self, state, epoch):
        gradients = self.gradients(state[: self.layer_count])
        return moved(self.optimizer, state, gradients, epoch)


def one_a_weight(thetas):
    return tuple(theta[:, row, column] for theta in thetas for row, column in np.ndindex(*theta.shape[1:]))


class Unrolled:
    """Hand-unrolled structure of arrays: one array (nets,) a weight, every unit and example written out as scalars.

    The inputs are 0 or 1 and known while tracing, so multiplications by them vanish; pre-activations of an example are
    those of the example with one bit less plus one weight, and the gradient's sums over examples are shared the same way.
    """

    def __init__(self, size, sigmoid=sigmoid):
        self.size, self.optimizer, self.output = size, optimizer(size.rule, 1.0 / size.example_count), sigmoid
        self.activation, self.back = HIDDEN[size.rule.hidden]
        if size.rule.hidden == "sigmoid":
            self.activation = sigmoid
        self.weight_count = sum(a * b for a, b in size.shapes)

    def pack(self, thetas):
        return with_slots(self.optimizer, one_a_weight(thetas))

    def unpack(self, state):
        flat = np.stack([np.asarray(array) for array in state[: self.weight_count]], axis=1)
        cuts = np.cumsum([a * b for a, b in self.size.shapes])[:-1]
        return [part.reshape(-1, *shape) for part, shape in zip(np.split(flat, cuts, axis=1), self.size.shapes)]

    def epoch(self, state, epoch):
        size, weights = self.size, iter(state)
        thetas = [[[next(weights) for _ in range(b)] for _ in range(a)] for a, b in size.shapes]
        layers = [self.first_layer(thetas[0])]
        for theta in thetas[1:]:
            activation = self.output if theta is thetas[-1] else self.activation
            layers.append([[activation(self.logit(theta, a, c)) for c in range(len(theta[0]))] for a in layers[-1]])
        deltas = [[h - float(y) for h in row] for row, y in zip(layers[-1], size.targets())]
        gradients = []
        for index in range(len(thetas) - 1, 0, -1):
            theta, a = thetas[index], layers[index - 1]
            gradient = [
                [total([row[r] * d[c] for row, d in zip(a, deltas)]) for c in range(len(theta[0]))]
                for r in range(len(theta) - 1)
            ] + [[total([d[c] for d in deltas]) for c in range(len(theta[0]))]]
            deltas = [
                [
                    self.back(total([w * one for w, one in zip(theta[r], d)]), row[r])
                    for r in range(len(theta) - 1)
                ]
                for row, d in zip(a, deltas)
            ]
            gradients = [g for gs in gradient for g in gs] + gradients
        gradients = [g for gs in self.first_gradient(deltas) for g in gs] + gradients
        return moved(self.optimizer, state, gradients, epoch)

    def first_layer(self, theta):
        logits = [theta[-1]]
        for e in range(1, self.size.example_count):
            bit = e & -e
            row = theta[self.size.layers[0] - bit.bit_length()]
            logits.append([z + w for z, w in zip(logits[e ^ bit], row)])
        return [[self.activation(z) for z in row] for row in logits]

    def logit(self, theta, a, column):
        return total([h * theta[r][column] for r, h in enumerate(a)]) + theta[-1][column]

    def first_gradient(self, deltas):
        """Rows for each input and the bias: sums of deltas over the examples in which that input is 1."""
        rows = []
        while len(deltas) > 1:  # the top bit's examples are the upper half; then fold it away
            lower, upper = deltas[: len(deltas) // 2], deltas[len(deltas) // 2 :]
            rows.append([total(column) for column in zip(*upper)])
            deltas = [[p + q for p, q in zip(a, b)] for a, b in zip(lower, upper)]
        return rows + [deltas[0]]


class Stacked:
    """Structure of arrays with the examples as first axis: arrays (m, nets), units written out, examples not.

    For networks whose unrolled code is too long. Inputs are the same for all networks, so the first layer and every sum
    over examples are plain matrix products, which XLA hands to its fastest routine.
    """

    def __init__(self, size):
        self.size, self.optimizer = size, optimizer(size.rule, 1.0 / size.example_count)
        self.activation, self.back = HIDDEN[size.rule.hidden]
        self.array_count = size.layers[1] + sum(a * b for a, b in size.shapes[1:])
        self.x = np.hstack([size.inputs(), np.ones((size.example_count, 1), np.float32)])

    def pack(self, thetas):
        first = tuple(thetas[0][:, :, unit].T for unit in range(thetas[0].shape[2]))
        return with_slots(self.optimizer, first + one_a_weight(thetas[1:]))

    def unpack(self, state):
        count = self.size.layers[1]
        thetas = [np.stack([np.asarray(unit).T for unit in state[:count]], axis=2)]
        flat = [np.asarray(array) for array in state[count : self.array_count]]
        for a, b in self.size.shapes[1:]:
            thetas.append(np.stack(flat[: a * b], axis=1).reshape(-1, a, b))
            flat = flat[a * b :]
        return thetas

    def epoch(self, state, epoch):
        size, count = self.size, self.size.layers[1]
        first, weights = state[:count], iter(state[count:])
        thetas = [[[next(weights) for _ in range(b)] for _ in range(a)] for a, b in size.shapes[1:]]
        x, ones = jnp.asarray(self.x), jnp.ones((1, size.example_count), jnp.float32)

        def over_examples(array):
            return (ones @ array)[0]

        layers = [[self.activation(x @ unit) for unit in first]]
        for theta in thetas:
            activation = sigmoid if theta is thetas[-1] else self.activation
            layers.append(
                [
                    activation(total([h * theta[r][c] for r, h in enumerate(layers[-1])]) + theta[-1][c])
                    for c in range(len(theta[0]))
                ]
            )
        deltas = [h - size.targets()[:, None] for h in layers[-1]]
        gradients = []
        for theta, a in zip(reversed(thetas), reversed(layers[:-1])):
            if len(deltas) == 1 and size.rule.hidden == "sigmoid":
                # One output: a * delta serves the gradient and the delta of the layer before.
                shared = [h * deltas[0] for h in a]
                gradient = [[over_examples(s)] for s in shared] + [[over_examples(deltas[0])]]
                deltas = [theta[r][0] * (s * (1 - h)) for r, (s, h) in enumerate(zip(shared, a))]
            else:
                gradient = [[over_examples(h * d) for d in deltas] for h in a] + [[over_examples(d) for d in deltas]]
                deltas = [
                    self.back(total([theta[r][c] * d for c, d in enumerate(deltas)]), h) for r, h in enumerate(a)
                ]
            gradients = [g for gs in gradient for g in gs] + gradients
        gradients = [x.T @ d for d in deltas] + gradients
        return moved(self.optimizer, state, gradients, epoch)


def epochs(epoch, state, epoch_count):
    """`epoch_count` epochs, the count not fixed when compiled."""
    return lax.fori_loop(jnp.int32(0), epoch_count, lambda index, carried: epoch(carried, index), state)
