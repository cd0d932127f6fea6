"""NumPy: the tutorial's way, and two ways to train a batch.

Each form has `load(size, thetas)`, `train(epoch_count)`, `weights()`; training starts from the loaded weights every time.
"""

import numpy as np

from workload import NUMPY_NETS, TUTORIAL


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class OneAtATime:
    """One network after another, vectorised over the examples, biases as a unit that is always 1, in f64."""

    label = "NumPy, one network at a time"
    most_nets = 1

    def load(self, size, thetas):
        self.x, self.y = size.inputs().astype(np.float64), size.targets()[:, None].astype(np.float64)
        self.start = [theta.astype(np.float64) for theta in thetas]
        self.nets = len(thetas[0])

    def train(self, epoch_count):
        self.final = [theta.copy() for theta in self.start]
        for net in range(self.nets):
            trained = self.train_one([theta[net] for theta in self.start], epoch_count)
            for theta, one in zip(self.final, trained):
                theta[net] = one

    def train_one(self, thetas, epoch_count):
        thetas = [theta.copy() for theta in thetas]
        example_count = len(self.x)
        ones = np.ones((example_count, 1))
        x = np.hstack([self.x, ones])
        for _ in range(epoch_count):
            layers = [x]
            for theta in thetas[:-1]:
                layers.append(np.hstack([sigmoid(layers[-1] @ theta), ones]))
            delta = sigmoid(layers[-1] @ thetas[-1]) - self.y
            for index in range(len(thetas) - 1, -1, -1):
                a = layers[index]
                gradient = a.T @ delta / example_count
                if index:
                    delta = (delta @ thetas[index].T * a * (1 - a))[:, :-1]
                thetas[index] -= TUTORIAL.learning_rate * gradient
        return thetas

    def weights(self):
        return self.final


class Batched:
    """All networks by NumPy's batched matrix product, network axis first: the tutorial's code with one more axis."""

    label = f"NumPy, batched over {NUMPY_NETS:,}"
    most_nets = NUMPY_NETS

    def load(self, size, thetas):
        self.x, self.y = size.inputs(), size.targets()[:, None]
        self.start = thetas

    def train(self, epoch_count):
        thetas = list(self.start)
        rate = np.float32(TUTORIAL.learning_rate / len(self.x))
        for _ in range(epoch_count):
            layers = [self.x]
            for theta in thetas:
                layers.append(sigmoid(layers[-1] @ theta[:, :-1] + theta[:, -1:]))
            delta = layers[-1] - self.y
            for index in range(len(thetas) - 1, -1, -1):
                a, theta = layers[index], thetas[index]
                gradient = np.concatenate([np.swapaxes(a, -1, -2) @ delta, delta.sum(axis=1, keepdims=True)], axis=1)
                if index:
                    delta = (delta @ np.swapaxes(theta[:, :-1], 1, 2)) * (a * (1 - a))
                thetas[index] = theta - rate * gradient
        self.final = thetas

    def weights(self):
        return self.final


class NetworkLast:
    """All networks, network axis last: inputs are shared, so the first layer is one plain matrix product."""

    label = f"NumPy, network axis last, {NUMPY_NETS:,}"
    most_nets = NUMPY_NETS

    def load(self, size, thetas):
        self.x = np.hstack([size.inputs(), np.ones((size.example_count, 1), np.float32)])
        self.y = size.targets()[:, None, None]
        self.start = [np.ascontiguousarray(np.moveaxis(theta, 0, -1)) for theta in thetas]

    def train(self, epoch_count):
        thetas = [theta.copy() for theta in self.start]
        example_count, nets = len(self.x), thetas[0].shape[-1]
        rate = np.float32(TUTORIAL.learning_rate / example_count)
        for _ in range(epoch_count):
            first = thetas[0]
            layers = [sigmoid((self.x @ first.reshape(len(first), -1)).reshape(example_count, -1, nets))]
            for theta in thetas[1:]:
                layers.append(sigmoid(np.einsum("ein,ion->eon", layers[-1], theta[:-1]) + theta[-1]))
            delta = layers[-1] - self.y
            for index in range(len(thetas) - 1, 0, -1):
                a, theta = layers[index - 1], thetas[index]
                scaled = rate * delta
                delta = np.einsum("eon,ion->ein", delta, theta[:-1]) * (a * (1 - a))
                theta[:-1] -= np.einsum("ein,eon->ion", a, scaled)
                theta[-1] -= scaled.sum(axis=0)
            first -= (rate * (self.x.T @ delta.reshape(example_count, -1))).reshape(first.shape)
        self.final = thetas

    def weights(self):
        return [np.moveaxis(theta, -1, 0) for theta in self.final]
