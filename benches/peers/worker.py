"""One contestant in a process of its own: reads one JSON command a line, answers one JSON object a line.

A process each, because XLA flags, thread pools and device lists are a process's, and no contestant should pay for
another's. While one is timed the others sleep in `readline`.
"""

import json
import os
import sys
import time

import numpy as np

from workload import RULES, TUTORIAL, Size


def make(name):
    """The contestant of that name, and facts about what it runs on."""
    if name.startswith("numpy"):
        import numpy_forms

        forms = {
            "numpy-one": numpy_forms.OneAtATime,
            "numpy-batched": numpy_forms.Batched,
            "numpy-network-last": numpy_forms.NetworkLast,
        }
        return forms[name](), {"versions": {"numpy": np.__version__}, "device": "cpu"}
    if name.startswith("torch"):
        import torch_forms as module

        return module.Vmap(), {"versions": module.versions(), "device": module.device()}
    import jax

    if name == "jax-tuned":
        # One JAX device a core: each runs its own loop over epochs, instead of all cores meeting after every operation.
        jax.config.update("jax_num_cpu_devices", len(os.sched_getaffinity(0)))
    import jax_forms as module

    forms = {"jax-vmap": module.Vmap, "jax-soa": module.Soa, "jax-tuned": module.Tuned}
    return forms[name.removesuffix("-gpu")](), {"versions": module.versions(), "device": module.device()}


def prepare(contestant, size, nets, seconds):
    """Loads a population, warms up, and finds the epochs that take about `seconds`."""
    if size.rule != TUTORIAL and not getattr(contestant, "takes_rules", False):
        raise ValueError("written for the tutorial's rule alone")
    nets = min(nets, contestant.most_nets or nets)
    facts = contestant.load(size, size.starts(nets)) or {}
    epoch_count = 1
    while True:
        elapsed = timed(contestant, epoch_count)
        if elapsed > seconds / 2:
            break
        epoch_count *= 4 if elapsed < seconds / 20 else 2
    return {**facts, "nets": nets, "epochs": max(1, round(epoch_count * seconds / elapsed))}


def timed(contestant, epoch_count):
    began = time.perf_counter()
    contestant.train(epoch_count)
    return time.perf_counter() - began


def sample(contestant, epoch_count, nets, out):
    """Trains the loaded population from its start and writes the weights of its first networks."""
    contestant.train(epoch_count)
    np.savez(out, **{f"theta{l + 1}": theta[:nets] for l, theta in enumerate(contestant.weights())})
    return {}


def orders(contestant, epoch_count, nets, out):
    """Writes the orders of examples that the first networks of the loaded population are trained in."""
    np.save(out, contestant.orders(epoch_count, nets))
    return {}


def main():
    answers = os.fdopen(os.dup(1), "w")  # stdout is ours alone: what libraries print goes to stderr
    os.dup2(2, 1)
    try:
        contestant, answer = make(sys.argv[1])
        answer["label"] = contestant.label
    except Exception as error:
        contestant, answer = None, {"error": f"{type(error).__name__}: {error}"}
    while True:
        print(json.dumps(answer), file=answers, flush=True)
        line = sys.stdin.readline()
        if not line or contestant is None:
            return
        command = json.loads(line)
        size = Size(tuple(command["layers"]), 0, RULES[command["rule"]])
        try:
            if command["do"] == "sample":
                answer = sample(contestant, command["epochs"], command["nets"], command["out"])
            elif command["do"] == "orders":
                answer = orders(contestant, command["epochs"], command["nets"], command["out"])
            elif command["do"] == "prepare":
                answer = prepare(contestant, size, command["nets"], command["seconds"])
            else:
                answer = {"seconds": timed(contestant, command["epochs"])}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {str(error)[:500]}"}


if __name__ == "__main__":
    main()
