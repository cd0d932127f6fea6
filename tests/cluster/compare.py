"""Whether a joined result is what the uncut command wrote: compare.py WHOLE JOINED

The same files; their bytes, but for times and for who trained where. Exits 1 with what differs.
"""

import json
import sys
from pathlib import Path

import pyarrow.parquet

OBJECTS = {"run.json", "sweep.json", "map.json"}
# They hold the object, with its times.
CARRIERS = {"report.html", "map.png", "pixels.png"}
# What depends on the clock, or on how networks were dealt out to lanes.
TIMES = {"seconds", "net_epochs_per_second", "net_epochs_executed", "pixels_before", "date"}
# Who trained, with how many threads, and where to; the command says that as well.
PROVENANCE = {"device", "command"}
PLACES = {"out", "threads"}
STORES = {"parts", "tiles"}


def timeless(path):
    whole = json.loads(path.read_text())
    for name in TIMES | PROVENANCE | ({"net_epochs"} if whole["schema"] == "basins.map/1" else set()):
        whole.pop(name, None)
    for name in PLACES:
        whole["settings"].pop(name, None)
    return whole


def data(path):
    """The bytes of a Parquet file before its footer, which tells of times."""
    text = path.read_bytes()
    return text[: len(text) - 8 - int.from_bytes(text[-8:-4], "little")]


def first_difference(one, other):
    one, other = pyarrow.parquet.read_table(one), pyarrow.parquet.read_table(other)
    if one.schema.remove_metadata() != other.schema.remove_metadata() or len(one) != len(other):
        return f"{len(one)} rows of {one.schema.names} and {len(other)} of {other.schema.names}"
    for name in one.column_names:
        if not one[name].equals(other[name]):
            pairs = zip(one[name].to_pylist(), other[name].to_pylist())
            row, (left, right) = next((row, pair) for row, pair in enumerate(pairs) if pair[0] != pair[1])
            return f"{name} of row {row} is {left} and {right}"
    return None


def differences(whole, joined):
    names = [{entry.name for entry in folder.iterdir()} - STORES for folder in (whole, joined)]
    if names[0] != names[1]:
        yield f"only one has {sorted(names[0] ^ names[1])}"
    for name in sorted(names[0] & names[1] - CARRIERS):
        one, other = whole / name, joined / name
        if name in OBJECTS:
            one, other = timeless(one), timeless(other)
            keys = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
            if keys:
                yield f"{name} differs in {sorted(keys)}"
        elif name.endswith(".parquet"):
            rows = first_difference(one, other)
            if rows:
                yield f"{name}: {rows}"
            elif data(one) != data(other):
                yield f"{name}: the same rows in other bytes"
        elif one.read_bytes() != other.read_bytes():
            yield f"{name} differs"


def main():
    whole, joined = map(Path, sys.argv[1:])
    found = list(differences(whole, joined))
    for line in found:
        print(f"DIFFERENT {whole} {joined}: {line}", file=sys.stderr)
    if found:
        sys.exit(1)
    counted = [name for name in sorted(OBJECTS) if (joined / name).exists()]
    if not counted:
        sys.exit(f"{joined} holds no result")
    rows = [pyarrow.parquet.read_metadata(path).num_rows for path in sorted(joined.glob("*.parquet"))]
    print(f"same: {', '.join(counted)} and {sum(rows):,} rows")


if __name__ == "__main__":
    main()
