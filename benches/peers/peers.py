#!/usr/bin/env python3
"""Measures basins and what a user would pick instead, side by side in one run. The protocol is in README.md.

    peers.py --basins target/release/basins --json peers.json
    peers.py --quick                       # a minute: does it all work? (no figures to quote)
    peers.py --platform both               # with a GPU, where JAX (and PyTorch) see one
"""

import argparse
import dataclasses
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

import reference
import report
from contestants import Basins, Missing, Python
from workload import GPU_SCALE, RULES, SIZES

import compare  # tests/golden, whose place `reference` makes known
import train_reference

SCHEMA = "peers/1"
CHECK_EPOCHS = 100
CHECK_NETS = 64
CHECK_ATOL = 1e-4  # f32 weights after 100 epochs against f64; forms differ by about 2e-6
CPU_PEERS = ["numpy-one", "numpy-batched", "numpy-network-last", "jax-vmap", "jax-soa", "jax-tuned", "torch-vmap"]
GPU_PEERS = ["jax-vmap-gpu", "jax-soa-gpu", "jax-tuned-gpu", "torch-vmap-gpu"]


def arguments():
    parser = argparse.ArgumentParser(description="Measure basins beside NumPy, JAX and PyTorch.")
    parser.add_argument("--basins", metavar="BINARY", help="without it only the others are measured")
    parser.add_argument("--platform", choices=["cpu", "gpu", "both"], default="cpu", help="where JAX and PyTorch run")
    parser.add_argument("--backends", default="simd,reference,fused,grouped,staged", help="of basins")
    parser.add_argument("--adapter", action="append", help="GPU adapter for basins (--device); may be repeated")
    parser.add_argument("--sizes", help="2-3-1,2-2-1,... (default: all)")
    parser.add_argument("--rules", help=f"{','.join(RULES)} (default: all)")
    parser.add_argument("--only", help="contestants whose name contains one of these, comma-separated")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5, help="aimed at, each measurement")
    parser.add_argument("--nets", type=int, help="population of every size, in place of the workload's")
    parser.add_argument("--json", metavar="FILE", help="write everything there")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.1 s, 2-3-1 and 4-8-1: a smoke test")
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds, given.sizes = 3, 0.1, given.sizes or "2-3-1,4-8-1"
    return given


def open_contestants(given, missing):
    """Every contestant that can take part here; the others, with reasons, go to `missing`."""
    makers = {}
    if given.platform in ("cpu", "both"):
        makers |= {name: lambda name=name: Python(name) for name in CPU_PEERS}
    if given.platform in ("gpu", "both"):
        makers |= {name: lambda name=name: Python(name) for name in GPU_PEERS}
    if given.basins:
        cores = len(os.sched_getaffinity(0))
        for backend in given.backends.split(","):
            if backend in ("fused", "grouped", "staged"):
                for adapter in given.adapter or [None]:
                    name = f"basins-{backend}" + (f"-{adapter}" if adapter else "")
                    makers[name] = lambda b=backend, a=adapter: Basins(given.basins, b, adapter=a)
            else:
                for threads in sorted({1, cores}):
                    makers[f"basins-{backend}-{threads}t"] = lambda b=backend, t=threads: Basins(given.basins, b, t)
    contestants = []
    for name, make in makers.items():
        if given.only and not any(part in name for part in given.only.split(",")):
            continue
        try:
            contestants.append(make())
        except (Missing, OSError, KeyError, ValueError) as reason:
            missing.append({"contestant": name, "size": None, "reason": f"{reason}"})
            print(f"  not here: {name}: {reason}", file=sys.stderr)
    return contestants


def check(contestant, size, folder):
    """Largest difference from the f64 reference of the very networks and form that will be timed."""
    nets = contestant.plan["nets"]
    starts = size.starts(nets)
    start_file, out = folder / "starts.npz", folder / f"{contestant.name.replace('/', '_')}.npz"
    train_reference.save(start_file, starts)
    contestant.sample(size, start_file, CHECK_EPOCHS, CHECK_NETS, out)
    ours = [theta[:CHECK_NETS] for theta in train_reference.load(out)]
    out.unlink()
    orders = None
    if size.rule.update == "online:shuffled":
        orders = contestant.orders(size, CHECK_EPOCHS, min(nets, CHECK_NETS), folder / "orders.npy")
        check_orders(orders, size.example_count)

    def expected(rate=size.rule.learning_rate, orders=orders):
        return reference.train(size, [theta[:CHECK_NETS] for theta in starts], rate, CHECK_EPOCHS, orders)

    faults = {"a rate 2% off": expected(rate=1.02 * size.rule.learning_rate)}
    if orders is not None:
        faults["orders of the epoch before"] = expected(orders=np.roll(orders, 1, axis=0))
    for fault, weights in faults.items():
        if compare.largest_difference(ours, weights)[0] <= CHECK_ATOL:
            raise Missing(f"check is blind: {fault} stays within {CHECK_ATOL}")
    return compare.largest_difference(ours, expected())[0]


def check_orders(orders, example_count):
    """Each is a permutation, each example comes as often at each position, and epochs and networks differ."""
    if not (np.sort(orders, axis=2) == np.arange(example_count)).all():
        raise Missing("an order is no permutation")
    expected = orders[..., 0].size / example_count
    for position in range(example_count):
        counts = np.bincount(orders[..., position].ravel(), minlength=example_count)
        squares = ((counts - expected) ** 2 / expected).sum()
        freedom = example_count - 1
        if squares > freedom + 6 * np.sqrt(2 * freedom):
            raise Missing(f"orders are not uniform at position {position}: chi squared {squares:.1f}")
    for axis in (0, 1):
        same = (orders == np.roll(orders, 1, axis=axis)).all(axis=2).mean()
        if same > 0.1:  # of four examples one order in 24 is the next one again
            raise Missing(f"{same:.0%} of orders are those of the {('epoch', 'network')[axis]} before")


def chosen(given):
    """The workloads asked for."""
    layers = {"-".join(map(str, size.layers)) for size in SIZES}
    for asked, known in ((given.sizes, layers), (given.rules, set(RULES))):
        unknown = set(asked.split(",")) - known if asked else set()
        if unknown:
            sys.exit(f"no such thing: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    return [
        size
        for size in SIZES
        if (not given.sizes or "-".join(map(str, size.layers)) in given.sizes.split(","))
        and (not given.rules or size.rule.name in given.rules.split(","))
    ]


def measure(given, size, contestants, missing):
    """All contestants on one size: prepared, checked, then timed in turns."""
    scale = GPU_SCALE if given.platform != "cpu" else 1
    nets = given.nets or size.nets * scale
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for contestant in contestants:
            try:
                plan = contestant.prepare(size, nets, given.seconds)
                difference = check(contestant, size, Path(folder))
            except (Missing, OSError, KeyError, ValueError) as reason:
                missing.append({"contestant": contestant.name, "size": size.name, "reason": f"{reason}"})
                print(f"  {contestant.name} at {size.name}: {reason}", file=sys.stderr)
                continue
            row = {
                "size": size.name,
                "task": size.task,
                "rule": size.rule.name,
                "contestant": contestant.name,
                "label": contestant.label,
                "device": contestant.device,
                "xla_flags": getattr(contestant, "xla_flags", None),
                **plan,
                "check": {"largest_difference": difference, "agrees": difference <= CHECK_ATOL},
                "net_epochs_per_second": [],
            }
            results.append((contestant, row))
            verdict = "agrees" if row["check"]["agrees"] else "DIFFERS: not timed"
            form = plan.get("form", "")
            print(f"  {contestant.label:45} {verdict} ({difference:.1e})  {form}", file=sys.stderr)
        timed = [(contestant, row) for contestant, row in results if row["check"]["agrees"]]
        for turn in range(given.rounds):
            for contestant, row in timed[turn % len(timed) :] + timed[: turn % len(timed)] if timed else []:
                try:
                    net_epochs, seconds = contestant.time(size)
                    row["net_epochs_per_second"].append(net_epochs / seconds)
                except Missing as reason:
                    missing.append({"contestant": contestant.name, "size": size.name, "reason": f"{reason}"})
    for _, row in results:
        rates = row["net_epochs_per_second"]
        if rates:
            low, median, high = np.percentile(rates, [25, 50, 75])
            row |= {"median": median, "quartile_low": low, "quartile_high": high}
    return [row for _, row in results]


def machine():
    """The machine as it calls itself."""
    model = platform.processor()
    if Path("/proc/cpuinfo").exists():
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    try:
        query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
        gpus = subprocess.run(query, capture_output=True, text=True, timeout=30).stdout.split("\n")
    except (OSError, subprocess.TimeoutExpired):
        gpus = []
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "gpus": [gpu for gpu in gpus if gpu],
        "load_before": os.getloadavg()[0],
    }


def main():
    given = arguments()
    if given.json:
        Path(given.json).open("a").close()  # a path that can't be written is found before the work
    outcome = {
        "schema": SCHEMA,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": shlex.join(["peers.py", *sys.argv[1:]]),
        "quick": given.quick,
        "machine": machine(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "settings": {name: dataclasses.asdict(rule) for name, rule in RULES.items()},
        "check": {"epochs": CHECK_EPOCHS, "nets": CHECK_NETS, "atol": CHECK_ATOL, "reference": "NumPy f64"},
        "rounds": given.rounds,
        "missing": [],
        "results": [],
    }
    contestants = open_contestants(given, outcome["missing"])
    sizes = chosen(given)
    for contestant in contestants:
        outcome["versions"] |= contestant.versions
    for size in sizes:
        print(f"{size.name} on {size.task}", file=sys.stderr)
        outcome["results"] += measure(given, size, contestants, outcome["missing"])
        if given.json:
            Path(given.json).write_text(json.dumps(outcome, indent=1) + "\n")
    for contestant in contestants:
        contestant.close()
    outcome["ratios"] = report.ratios(outcome["results"])
    if given.json:
        Path(given.json).write_text(json.dumps(outcome, indent=1) + "\n")
    print(report.text(outcome))
    if not any("median" in row for row in outcome["results"]):
        print("nothing was measured", file=sys.stderr)
        return 1
    return 0 if all(row["check"]["agrees"] for row in outcome["results"]) else 1


if __name__ == "__main__":
    sys.exit(main())
