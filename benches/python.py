"""What the Python package costs beyond the program: seconds of calls, and of tables of 10^7 rows.

    pip install ./python pandas polars pyarrow
    cargo build --release
    python benches/python.py target/release/basins
"""

import json
import subprocess
import sys
import time

import basins


def seconds(work):
    """The shortest of three, and what the last gave."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        done = work()
        times.append(time.perf_counter() - began)
    return min(times), done


print(f"a call of one network: {seconds(lambda: basins.run(nets=1, epochs=1, backend='simd', examine=0))[0]:.4f} s")
ours, run = seconds(lambda: basins.run(nets=20_000, backend="simd", examine=0))
words = [sys.argv[1], "run", "--nets", "20000", "--backend", "simd", "--examine", "0", "--json", "--quiet"]
theirs, said = seconds(lambda: json.loads(subprocess.run(words, capture_output=True, check=True).stdout))
assert run.solved == said["solved"], "not the same networks"
print(f"20,000 networks: {ours:.3f} s in Python, {theirs:.3f} s by the program")
large = basins.run(nets=10_000_000, epochs=1, backend="simd", examine=0, keep="outcomes")
began = time.perf_counter()
large.rows  # noqa: B018
print(f"10^7 rows as columns: {time.perf_counter() - began:.2f} s, once")
print(f"to polars: {seconds(large.to_polars)[0]:.2f} s; to pandas: {seconds(large.to_pandas)[0]:.2f} s")
