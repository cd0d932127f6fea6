"""PyTorch: `torch.func.vmap` over `grad`, the loop over epochs in Python, as its documentation shows it."""

import torch
from torch.func import grad, vmap
from torch.nn.functional import binary_cross_entropy_with_logits

from workload import TUTORIAL


class Vmap:
    label = "PyTorch vmap(grad)"
    most_nets = None

    def load(self, size, thetas):
        place = device_name()
        x, y = torch.tensor(size.inputs(), device=place), torch.tensor(size.targets()[:, None], device=place)

        def loss(thetas):
            a = x
            for theta in thetas[:-1]:
                a = torch.sigmoid(a @ theta[:-1] + theta[-1])
            return binary_cross_entropy_with_logits(a @ thetas[-1][:-1] + thetas[-1][-1], y)

        self.gradients = vmap(grad(loss))
        self.start = tuple(torch.tensor(theta, device=place) for theta in thetas)
        self.train(1)
        return {"form": "vmap(grad), eager"}

    def train(self, epoch_count):
        thetas = self.start
        with torch.no_grad():
            for _ in range(epoch_count):
                thetas = tuple(theta - TUTORIAL.learning_rate * g for theta, g in zip(thetas, self.gradients(thetas)))
        if thetas[0].is_cuda:
            torch.cuda.synchronize()
        self.final = thetas

    def weights(self):
        return [theta.cpu().numpy() for theta in self.final]


def device_name():
    return "cuda" if torch.cuda.is_available() else "cpu"


def versions():
    return {"torch": torch.__version__}


def device():
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
