"""Holds the rows of the same networks by several backends against each other: see fates.sh.

    fates.py FOLDER BACKEND BACKEND...

Shares of fates: chi-squared test of homogeneity, fates that fewer than ten networks met on average taken together. The
starts are the same, which brings the shares nearer to each other than those of independent samples: the test calls fewer
differences real than its level says. Stuart and Maxwell's test has no such slack: it asks whether the networks that changed
their fate moved evenly in both directions. P-values are adjusted for the number of comparisons (Holm) within each test.
"""

import collections
import csv
import itertools
import sys

import numpy
import scipy.stats

LEVEL = 0.05
RARE = 10
SETTINGS = [f"{layers}-{loss}" for layers in ("2,2,1", "2,3,1") for loss in ("cross-entropy", "mse")]


def fates(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [row["fate"] for row in csv.DictReader(file)]


def grouped(a, b):
    """Both with rare fates called rare, and the names in order of number."""
    counts = collections.Counter(a) + collections.Counter(b)
    kept = [fate for fate, count in counts.most_common() if count >= 2 * RARE]
    name = lambda fate: fate if fate in kept else "rare"
    a, b = [name(fate) for fate in a], [name(fate) for fate in b]
    names = kept + (["rare"] if "rare" in a + b else [])
    return a, b, names


def table(a, b, names):
    """How many networks met which fate in both: rows by a, columns by b."""
    at = {name: position for position, name in enumerate(names)}
    cells = numpy.zeros((len(names), len(names)), dtype=int)
    for pair, count in collections.Counter(zip(a, b)).items():
        cells[at[pair[0]], at[pair[1]]] = count
    return cells


def stuart_maxwell(cells):
    """P-value of equal margins of a square table of pairs."""
    difference = (cells.sum(1) - cells.sum(0))[:-1]
    spread = -(cells + cells.T).astype(float)
    numpy.fill_diagonal(spread, cells.sum(1) + cells.sum(0) - 2 * cells.diagonal())
    spread = spread[:-1, :-1]
    statistic = difference @ numpy.linalg.pinv(spread) @ difference
    return scipy.stats.chi2.sf(statistic, numpy.linalg.matrix_rank(spread)) if spread.any() else 1.0


def compare(a, b):
    a, b, names = grouped(a, b)
    cells = table(a, b, names)
    margins = numpy.array([cells.sum(1), cells.sum(0)])
    return {
        "names": names,
        "margins": margins,
        "changed": int(cells.sum() - cells.trace()),
        "of": int(cells.sum()),
        "homogeneity": scipy.stats.chi2_contingency(margins, correction=False).pvalue if len(names) > 1 else 1.0,
        "paired": stuart_maxwell(cells),
    }


def holm(values):
    order = numpy.argsort(values)
    adjusted, largest = [1.0] * len(values), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, values[at] * (len(values) - rank)))
        adjusted[at] = largest
    return adjusted


def main(folder, *backends):
    rows = lambda setting, name: fates(f"{folder}/{setting}-{name}/outcomes.csv")
    found, failures = [], []
    for setting in SETTINGS:
        by = {backend: rows(setting, backend) for backend in backends}
        for a, b in itertools.combinations(backends, 2):
            found.append((setting, f"{a} and {b}", compare(by[a], by[b])))
        print(f"{setting}: " + ", ".join(f"{name} {count}" for name, count in collections.Counter(by[backends[0]]).most_common()))
    assert found, "two backends at least are needed"
    adjusted = {test: holm([one[test] for *_, one in found]) for test in ("homogeneity", "paired")}
    print("\n| setting | backends | fate changed | largest difference of a share | homogeneity, p adjusted | paired, p adjusted |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for at, (setting, pair, one) in enumerate(found):
        largest = abs(one["margins"][0] - one["margins"][1]).max() / one["of"]
        p = {test: adjusted[test][at] for test in adjusted}
        print(f"| {setting} | {pair} | {one['changed']} of {one['of']} | {largest:.5%} | {p['homogeneity']:.3g} | {p['paired']:.3g} |")
        failures += [f"{setting}, {pair}: {test}, p = {value:.3g}" for test, value in p.items() if value < LEVEL]
    print()
    # A rate that is a little off moves few networks, but to one side; another seed's networks are no pairs.
    for setting in SETTINGS:
        for planted, test in (("rate", "paired"), ("width", "homogeneity")):
            one = compare(rows(setting, backends[0]), rows(setting, planted))
            print(f"planted, {setting}, {planted}: {one['changed']} changed, {test} p = {one[test]:.3g}")
            if one[test] * len(found) > LEVEL:
                failures.append(f"DEAF to a planted {planted} at {setting}")
    for failure in failures:
        print(f"DIFFERS  {failure}", file=sys.stderr)
    print("all agree" if not failures else f"{len(failures)} do not agree")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
