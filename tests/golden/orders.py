"""Orders of examples in plain integers: what `orders.json` holds.

For: an implementation that shares nothing with the Rust and WGSL ones. Contract: src/seed/orders.rs.
Run `python3 orders.py` to write the file, with `--check` to compare it.
"""

import json
import sys
from pathlib import Path

from philox import MASK, block, check_published

ORDER = 2
FILE = Path(__file__).parent / "orders.json"


def words(seed, network, epoch, row):
    """Four words: those of positions 4 `row` and on."""
    counter = (network & MASK, network >> 32, (ORDER + (row << 8)) & MASK, epoch)
    return block(counter, (seed & MASK, seed >> 32))


def below(seed, network, epoch, position, bound, count):
    """A number below `bound` without bias (Lemire 2019): rejected words give way to those of the next rows."""
    row = position // 4
    while True:
        product = words(seed, network, epoch, row)[position % 4] * bound
        if product & MASK >= (1 << 32) % bound:
            return product >> 32
        row += -(-count // 4)


def shuffled(seed, network, epoch, count):
    """Fisher-Yates from the front."""
    order = list(range(count))
    for position in range(count):
        other = position + below(seed, network, epoch, position, count - position, count)
        order[position], order[other] = order[other], order[position]
    return order


def random(seed, network, epoch, count):
    """Draws with replacement."""
    return [below(seed, network, epoch, position, count, count) for position in range(count)]


def cases():
    for seed in (0, 42, 2**64 - 1):
        for network in (0, 7, 2**32 + 5):
            for epoch, count in ((1, 4), (2, 4), (70_000, 5), (3, 17), (16_777_216, 194)):
                yield {
                    "seed": str(seed),
                    "network": str(network),
                    "epoch": epoch,
                    "shuffled": shuffled(seed, network, epoch, count),
                    "random": random(seed, network, epoch, count),
                }


def main():
    check_published()
    made = list(cases())
    for case in made:
        assert sorted(case["shuffled"]) == list(range(len(case["shuffled"])))
    text = "[\n" + ",\n".join(json.dumps(case) for case in made) + "\n]\n"
    if "--check" in sys.argv:
        assert FILE.read_text() == text, "orders.json is not what this script makes"
    else:
        FILE.write_text(text)


if __name__ == "__main__":
    main()
