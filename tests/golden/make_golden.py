#!/usr/bin/env python3
"""Makes the JSON files of this folder, or (`--check`) makes them anew and compares them with those that lie here.

Before anything is written, each source is held against something else: the generator against its published vectors,
the gradients against complex-step derivatives, the 1988 run against its published epoch, SciPy against mpmath.
"""

import argparse
import json
import sys
from pathlib import Path

import mpmath
import numpy as np
import scipy
from scipy import special, stats

import philox
import train_reference as reference

HERE = Path(__file__).parent
FLOAT_RTOL = 1e-11  # between two machines' libm, for --check
SCIPY_RTOL = 1e-7  # SciPy's beta quantiles against the exact ones
mpmath.mp.dps = 60

XOR = {"task": "xor"}
CASES = [
    # name, layers, epochs, settings
    ("tutorial", [2, 3, 1], 100, XOR),
    ("tutorial-one-epoch", [2, 3, 1], 1, XOR),
    ("mse-momentum-sum", [2, 2, 1], 60, {"loss": "mse", "lr": 0.5, "momentum": 0.9, "update": "batch-sum"}),
    ("mse-mean-targets", [2, 2, 1], 50, {"loss": "mse", "lr": 1.0, "targets": [0.1, 0.9]}),
    ("online", [2, 3, 1], 40, {"update": "online", "lr": 0.3}),
    ("online-momentum-mse", [2, 2, 1], 40, {"update": "online", "loss": "mse", "lr": 0.25, "momentum": 0.9}),
    ("online-adam", [2, 3, 1], 20, {"update": "online", "optimizer": "adam", "lr": 0.02}),
    ("adam", [2, 3, 1], 100, {"optimizer": "adam", "lr": 0.05}),
    ("tanh-mse", [2, 3, 1], 50, {"activation": "tanh", "loss": "mse", "inputs": [-1.0, 1.0], "targets": [-1.0, 1.0]}),
    ("tanh-mse-adam", [2, 4, 1], 40, {"activation": "tanh", "loss": "mse", "optimizer": "adam", "lr": 0.01}),
    ("deep", [2, 4, 4, 1], 60, {"lr": 0.5}),
    ("deep-online-momentum", [2, 4, 4, 1], 20, {"update": "online", "lr": 0.2, "momentum": 0.5}),
    ("parity-3", [3, 5, 1], 40, {"task": "parity:3", "lr": 1.0, "update": "batch-sum"}),
    ("table", [2, 1], 30, {"task": "table:0111", "lr": 0.5}),
]

# McClelland & Rumelhart (1988), the handbook's XOR run, weights as in public copies: (fan_in + 1, fan_out), bias last.
PDP_START = [
    [[0.432171, -0.038413], [0.448781, 0.036489], [-0.276589, -0.402498]],
    [[0.272080], [0.081714], [0.279299]],
]
PDP_SETTINGS = {"loss": "mse", "lr": 0.5, "momentum": 0.9, "update": "batch-sum"}
PDP_PUBLISHED_EPOCH, PDP_PUBLISHED_TSS = 289, 0.04


def starts(layers, net_count, seed):
    """Starting weights that f32 holds exactly, so that every precision starts from the same ones."""
    generator = np.random.default_rng(seed)
    shapes = [(net_count, a + 1, b) for a, b in zip(layers, layers[1:])]
    return [generator.normal(0, 0.7, shape).astype(np.float32).astype(np.float64) for shape in shapes]


def flat(thetas):
    """Per network: matrices row-major, layers in order."""
    return np.concatenate([theta.reshape(len(theta), -1) for theta in thetas], axis=1).tolist()


def gradient_error(thetas, settings, grads):
    """Largest difference of a gradient (summed over the examples) from its complex-step derivative."""
    x, y = reference.examples(settings["task"], settings["inputs"], settings["targets"])

    def summed(complex_thetas):
        layers, z = reference.forward(complex_thetas, x, settings["activation"])
        each = np.log1p(np.exp(z)) - y * z if settings["loss"] == "cross-entropy" else 0.5 * (layers[-1] - y) ** 2
        return each.sum(axis=(1, 2))

    worst = 0.0
    for layer, theta in enumerate(thetas):
        for index in np.ndindex(*theta.shape[1:]):
            stepped = [t.astype(complex) for t in thetas]
            stepped[layer][(slice(None), *index)] += 1e-30j
            exact = summed(stepped).imag / 1e-30
            worst = max(worst, float(np.abs(exact - grads[layer][(slice(None), *index)]).max()))
    return worst


def check_gradients(thetas, settings):
    """Raises unless gradients are right, and unless one with its sign turned is found to be wrong."""
    x, y = reference.examples(settings["task"], settings["inputs"], settings["targets"])
    grads = reference.gradients(thetas, x, y, settings)
    if not gradient_error(thetas, settings, grads) < 1e-12:
        raise AssertionError("a gradient differs from its complex-step derivative")
    if gradient_error(thetas, settings, [-grads[0], *grads[1:]]) < 1e-12:
        raise AssertionError("the gradient check does not see a wrong sign")


def check_published_run():
    """Raises unless the 1988 run first has TSS < 0.04 at epoch 289."""
    x, y = reference.examples("xor")
    start = [np.array([theta]) for theta in PDP_START]

    def tss(update_count):
        layers, _ = reference.forward(reference.train(start, PDP_SETTINGS, update_count), x, "sigmoid")
        return float(((layers[-1] - y) ** 2).sum())

    solved = next(epoch for epoch in range(1, 400) if tss(epoch - 1) < PDP_PUBLISHED_TSS)
    if solved != PDP_PUBLISHED_EPOCH:
        raise AssertionError(f"the 1988 run solves at epoch {solved}, not {PDP_PUBLISHED_EPOCH}")


def training_case(name, layers, epoch_count, settings, start):
    settings = reference.complete(settings)
    check_gradients(start, settings)
    final = reference.train(start, settings, epoch_count)
    x, y = reference.examples(settings["task"], settings["inputs"], settings["targets"])
    outputs = reference.forward(final, x, settings["activation"])[0][-1]
    return {
        "name": name,
        "settings": {**settings, "layers": layers},
        "epochs": epoch_count,
        "start": flat(start),
        "final": flat(final),
        "loss": reference.losses(final, x, y, settings).tolist(),
        "outputs": outputs.tolist(),
    }


def trainings():
    cases = [
        training_case(name, layers, epoch_count, settings, starts(layers, 3, seed))
        for seed, (name, layers, epoch_count, settings) in enumerate(CASES)
    ]
    check_published_run()
    pdp = [np.array([theta]) for theta in PDP_START]
    cases.append(training_case("pdp-1988", [2, 2, 1], PDP_PUBLISHED_EPOCH - 1, PDP_SETTINGS, pdp))
    return {
        "what": "weights per network flat: theta row-major (fan_in + 1, fan_out), bias row last, layers in order; "
        "outputs [network][example][output]; loss is the mean over the examples; float64",
        "source": f"train_reference.py, NumPy {np.__version__}",
        "cases": cases,
    }


def binomial_tail(k, n, p):
    """P(X <= k) for X binomial(n, p), k small, in many digits."""
    return mpmath.fsum(mpmath.binomial(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


def clopper_pearson(k, n, level):
    """The interval from the binomial sum in many digits; SciPy's beta quantiles start the search and must be near.

    Near, not equal: at n = 10^9 SciPy 1.17's upper quantiles are off by up to 1e-8 of themselves.
    """
    if 2 * k > n:
        low, high = clopper_pearson(n - k, n, level)
        return 1 - high, 1 - low
    half = (1 - mpmath.mpf(str(level))) / 2

    def bound(near, tail):
        low, high = (mpmath.mpf(float(near)) * (1 + sign * SCIPY_RTOL) for sign in (-1, 1))
        if (tail(low) > half) == (tail(high) > half):
            raise AssertionError(f"no bound near SciPy's {near} at k={k}, n={n}, level {level}")
        return mpmath.findroot(lambda p: tail(p) / half - 1, (low, high), solver="anderson", tol=1e-50)

    low = mpmath.mpf(0)
    if k:
        low = bound(stats.beta.ppf(float(half), k, n - k + 1), lambda p: 1 - binomial_tail(k - 1, n, p))
    return low, bound(stats.beta.isf(float(half), k + 1, n - k), lambda p: binomial_tail(k, n, p))


def wilson(k, n, level):
    """Wilson's interval in many digits; SciPy's must be near."""
    z = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf(str(level)))
    rate, shrink = mpmath.mpf(k) / n, 1 + z * z / n
    centre = (rate + z * z / (2 * n)) / shrink
    half = z * mpmath.sqrt(rate * (1 - rate) / n + z * z / (4 * mpmath.mpf(n) ** 2)) / shrink
    low = mpmath.mpf(0) if k == 0 else centre - half
    high = mpmath.mpf(1) if k == n else centre + half
    near = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    for exact, scipys in ((low, near.low), (high, near.high)):
        if abs(exact - scipys) > SCIPY_RTOL * exact:
            raise AssertionError(f"bound {exact} at k={k}, n={n}, level {level}: SciPy says {scipys}")
    return {"low": float(low), "high": float(high)}


def intervals():
    cases = []
    for n in (10, 10**3, 10**5, 10**7, 10**9):
        for k in (0, 1, 3, n - 3, n):
            for level in (0.9, 0.95, 0.99):
                low, high = clopper_pearson(k, n, level)
                cases.append(
                    {
                        "k": k,
                        "n": n,
                        "level": level,
                        "wilson": wilson(k, n, level),
                        "clopper_pearson": {"low": float(low), "high": float(high)},
                    }
                )
    return {
        "what": "two-sided intervals for k successes in n",
        "source": f"Wilson's formula and the binomial sum in mpmath {mpmath.__version__}, held against SciPy {scipy.__version__}",
        "cases": cases,
    }


def quantile(p):
    """SciPy's normal quantile, held against mpmath's distribution function."""
    z = float(special.ndtri(p))
    miss = mpmath.ncdf(z) - mpmath.mpf(p)
    if abs(miss / mpmath.npdf(z)) > 1e-14 * max(1.0, abs(z)):
        raise AssertionError(f"SciPy's quantile {z} of {p} is off by {miss}")
    return z


def quantiles():
    small = [10.0**-e for e in (300, 200, 100, 50, 30, 20, 16, 12, 10, 8, 7, 6, 5, 4, 3)]
    # Around the seams of AS241: |p - 0.5| = 0.425 and sqrt(-ln p) = 5.
    seams = [0.0749, 0.075, 0.0751, 1.3e-11, 1.38879438649640206e-11, 1.5e-11]
    middle = [i / 200 for i in range(1, 200)]
    levels = [0.005, 0.025, 0.05, 0.95, 0.975, 0.995, 0.999, 0.9999, 1 - 2.0**-20, 1 - 2.0**-40, 1 - 2.0**-53]
    cases = [{"p": p, "z": quantile(p)} for p in sorted({*small, *seams, *middle, *levels})]
    return {
        "what": "z with Phi(z) = p",
        "source": f"SciPy {scipy.__version__} special.ndtri, held against mpmath {mpmath.__version__}",
        "cases": cases,
    }


def start_draws():
    """Words with the draws made of them: the uniform one exact in f32, the normal one as its exact quantile."""
    words = [0, 1, 2, 0xFF, 0x100, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0x40000000, 0x3FFFFFFF, 0xC0000000]
    words += [1 << bit for bit in range(2, 31, 3)]
    words += [philox.word(7, 11, 0, k) for k in range(64)]
    cases = []
    for word in words:
        odd = 2 * (word >> 8) + 1 - 2**24
        uniform = {str(r): float(np.float32(odd) * np.float32(r * 2.0**-24)) for r in (1.0, 0.5, 3.0)}
        tail = max(word & 0x7FFFFFFF, 1) / 2**32
        magnitude = -float(special.ndtri(tail))
        cases.append({"word": word, "uniform": uniform, "normal": -magnitude if word >> 31 else magnitude})
    return cases


def random_words():
    philox.check_published()
    samples = [
        (seed, network, purpose, block)
        for seed in (0, 1, 0xFFFFFFFF, 0x123456789ABCDEF0)
        for network in (0, 1, 99_999, 2**32 - 1, 2**32, 10**12)
        for purpose in (0, 1)
        for block in (0, 1, 3, 80)
    ]
    return {
        "what": "Philox4x32-10: key = (seed low, high), counter = (network low, high, purpose, block); a draw's word k "
        "is lane k % 4 of block k // 4. uniform: f32 value of U(-R, R) by R, exact. normal: the exact quantile "
        "(f64) that a table may approach: lower-tail probability max(word & 0x7fffffff, 1) / 2^32, made positive, "
        "negative where bit 31 is set",
        "source": f"philox.py, checked on Random123's published vectors; SciPy {scipy.__version__} special.ndtri",
        "published": [
            {"counter": list(counter), "key": list(key), "words": list(words)}
            for counter, key, words in philox.PUBLISHED
        ],
        "blocks": [
            {"seed": s, "network": n, "purpose": p, "block": b, "words": list(philox.network_block(s, n, p, b))}
            for s, n, p, b in samples
        ],
        "draws": start_draws(),
    }


FILES = {
    "trainings.json": trainings,
    "intervals.json": intervals,
    "normal_quantiles.json": quantiles,
    "philox.json": random_words,
}


def dump(value):
    """JSON with one case a line: small, and a change shows as the cases that changed."""
    lines = []
    for key, entry in value.items():
        if isinstance(entry, list):
            lines.append(f"{json.dumps(key)}: [\n" + ",\n".join(json.dumps(case) for case in entry) + "\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(entry)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def same(a, b):
    """Equal but for the last digits of floats."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a if k != "source")
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= FLOAT_RTOL * max(abs(a), abs(b))
    return a == b


def main():
    parser = argparse.ArgumentParser(description="Make the golden files.")
    parser.add_argument("--check", action="store_true", help="compare with the files that lie here, write nothing")
    check = parser.parse_args().check
    failed = False
    for name, make in FILES.items():
        made = make()
        path = HERE / name
        if not check:
            path.write_text(dump(made))
        elif not same(json.loads(dump(made)), json.loads(path.read_text())):
            failed = True
            print(f"{name} differs from what the scripts make")
            continue
        print(f"{name}: {'as made' if check else 'written'}, {path.stat().st_size} bytes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
