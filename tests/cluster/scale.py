"""10^12 networks in 10^5 shards, as far as merging goes: what it takes, and what a shard leaves.

    BASINS=target/release/basins python scale.py [SHARDS...]        1000 10000 100000 by default

One real shard is trained; the others are its copies with other ranges, as if each had found the same, with eight times its
networks. So what is joined is as much as it would be, and the sum is known. Copies that are the same are links, so all is
read from memory: what a disk takes comes on top. Needs a gigabyte of disk for 10^5 shards and no package.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASINS = os.path.realpath(os.environ.get("BASINS", "target/release/basins"))
# A whole number of row groups.
TRAINED = 20 * 65536
TIMES = 8
# File systems allow so many links and not more.
LINKS = 1000


def train(folder):
    """The first of so many shards that each has as many networks as are trained; gives its files and their bytes."""
    command = [BASINS, "run", "--quiet", "--rows", "none", "--nets", str(TRAINED * 10), "--shard", "1/10",
               "--out", folder / "real"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    files = sorted(path for path in (folder / "real").rglob("*") if path.is_file())
    return {str(path.relative_to(folder / "real")): path.stat().st_size for path in files}


def multiplied(progress):
    """The same shard with eight times the networks."""
    tally = progress["state"]["tally"]
    for name in ("networks", "net_epochs"):
        tally[name] *= TIMES
    for name in ("solved_epochs", "unfinished_epochs"):
        tally[name] = {epoch: count * TIMES for epoch, count in tally[name].items()}
    for _, kind in tally["kinds"]:
        for name in kind:
            kind[name] *= TIMES
    progress["parts"] = [TRAINED * TIMES]
    return progress


def fabricate(folder, shards):
    real, parts = folder / "real", folder / str(shards)
    manifest = json.loads((real / "parts/manifest.json").read_text())
    progress = json.dumps(multiplied(json.loads((real / "parts/progress.json").read_text())))
    manifest["nets"] = shards * TRAINED * TIMES
    source = None
    for shard in range(shards):
        place = parts / str(shard + 1) / "parts"
        place.mkdir(parents=True)
        manifest["shard"] = f"{shard + 1}/{shards}"
        manifest["part"] = [shard * TRAINED * TIMES, (shard + 1) * TRAINED * TIMES]
        (place / "manifest.json").write_text(json.dumps(manifest))
        if shard % LINKS == 0:
            source = place / "progress.json"
            source.write_text(progress)
            (place.parent / "run.json").write_bytes((real / "run.json").read_bytes())
            result = place.parent / "run.json"
        else:
            os.link(source, place / "progress.json")
            os.link(result, place.parent / "run.json")
    return parts


def merge(parts, names, out, *more):
    """How it ended, in how many seconds, with how many MiB at most."""
    began = time.monotonic()
    with open(os.devnull, "w") as nowhere:
        command = [BASINS, "merge", *names, "--out", out, *more]
        child = subprocess.Popen(command, cwd=parts, stdout=nowhere, stderr=subprocess.PIPE)
        said = child.stderr.read().decode()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, said, time.monotonic() - began, usage.ru_maxrss / 1024


def join_in_two_steps(parts, names, whole):
    """By thousands first: a command line of any length, and little memory."""
    began, peaks, middle = time.monotonic(), [], []
    for start in range(0, len(names), 1000):
        middle.append(f"{whole}-from-{start}")
        code, said, _, peak = merge(parts, names[start : start + 1000], middle[-1], "--partial")
        peaks.append(peak)
        if code != 0:
            sys.exit(f"FAILED: merge from {start}: {said[:400]}")
    code, said, _, peak = merge(parts, middle, f"{whole}-steps")
    one, other = (timeless(f"{folder}/run.json") for folder in (whole, f"{whole}-steps"))
    if code != 0 or one != other:
        sys.exit(f"FAILED: in two steps it is another result: {said[:400]}")
    print(f"  by thousands, then these: the same in {time.monotonic() - began:.1f} s, peak {max(*peaks, peak):.0f} MiB")


def timeless(path):
    result = json.loads(Path(path).read_text())
    for name in ("seconds", "net_epochs_per_second", "net_epochs_executed", "date", "command"):
        del result[name]
    del result["settings"]["out"]
    return result


def main():
    counts = [int(float(text)) for text in sys.argv[1:]] or [1_000, 10_000, 100_000]
    with tempfile.TemporaryDirectory(dir=os.environ.get("WORK")) as folder:
        folder = Path(folder)
        left = train(folder)
        print(f"a shard without rows leaves {len(left)} files of {sum(left.values()):,} bytes:")
        for name, size in left.items():
            print(f"  {size:9,}  {name}")
        solved = json.loads((folder / "real/run.json").read_text())["solved"]
        for shards in counts:
            parts = fabricate(folder, shards)
            # Short names: a command line holds about 2 MB.
            names = [str(shard + 1) for shard in range(shards)]
            code, said, seconds, peak = merge(parts, names, folder / f"all-{shards}")
            if code != 0:
                sys.exit(f"FAILED: merge of {shards}: {said[:400]}")
            result = json.loads((folder / f"all-{shards}/run.json").read_text())
            networks = shards * TRAINED * TIMES
            if (result["nets"], result["solved"]) != (networks, shards * solved * TIMES):
                sys.exit(f"FAILED: {result['nets']} networks, {result['solved']} solved")
            print(f"{shards:,} shards, {networks:.3e} networks: {seconds:.1f} s, {1e6 * seconds / shards:.0f} us a shard, "
                  f"peak {peak:.0f} MiB", flush=True)
            join_in_two_steps(parts, names, folder / f"all-{shards}")
            code, said, seconds, _ = merge(parts, names[: shards // 2] + names[shards // 2 + 1 :], folder / "lacking")
            if code != 2 or f"parts are missing: {shards // 2 + 1}/{shards}" not in said:
                sys.exit(f"FAILED: a missing shard was not missed: {said[:400]}")
            print(f"  found in {seconds:.1f} s: parts are missing: {shards // 2 + 1}/{shards}")


if __name__ == "__main__":
    main()
