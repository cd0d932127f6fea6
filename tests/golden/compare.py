#!/usr/bin/env python3
"""Largest difference between the weights of two NPZ files; exit 1 above the bound, 2 where they can't be compared.

    compare.py ours.npz reference.npz --atol 1e-4

A value that is not finite is a difference without bound, and one file can't be compared with itself.
"""

import argparse
import os
import sys

import numpy as np

from train_reference import load


def largest_difference(ours, reference):
    """(difference, layer, index) of the weight that differs most; infinity where one is not finite."""
    worst = (0.0, 0, (0, 0, 0))
    for layer, (a, b) in enumerate(zip(ours, reference, strict=True)):
        if a.shape != b.shape:
            raise ValueError(f"theta{layer + 1}: shapes {a.shape} and {b.shape}")
        if a.size == 0:
            raise ValueError(f"theta{layer + 1} is empty: nothing was compared")
        difference = np.abs(a.astype(np.float64) - b.astype(np.float64))
        difference[~np.isfinite(difference)] = np.inf
        index = np.unravel_index(difference.argmax(), difference.shape)
        if difference[index] > worst[0]:
            worst = (float(difference[index]), layer, tuple(int(i) for i in index))
    return worst


def main():
    parser = argparse.ArgumentParser(description="Compare the weights of two NPZ files.")
    parser.add_argument("ours")
    parser.add_argument("reference")
    parser.add_argument("--atol", type=float, required=True, help="largest absolute difference allowed")
    arguments = parser.parse_args()
    if os.path.samefile(arguments.ours, arguments.reference):
        print("the same file twice: nothing was compared", file=sys.stderr)
        return 2
    try:
        worst, layer, index = largest_difference(load(arguments.ours), load(arguments.reference))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    verdict = "agrees" if worst <= arguments.atol else "DIFFERS"
    print(f"{verdict}: largest difference {worst:.3e} at theta{layer + 1}{list(index)}, bound {arguments.atol:g}")
    return 0 if worst <= arguments.atol else 1


if __name__ == "__main__":
    sys.exit(main())
