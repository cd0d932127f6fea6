"""Who takes part: Python contestants in worker processes, and the `basins` binary. Both answer the same five calls.

`prepare` loads a population and finds how many epochs to time; `sample` trains it and writes the weights of its first
networks; `orders` says in which orders those see the examples; `time` runs once and answers (net-epochs, seconds); `close` ends it. `Missing` says why one can't take part.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import reference

HERE = Path(__file__).parent


class Missing(Exception):
    """A contestant that can't take part here, with the reason."""


class Python:
    """A worker process (`worker.py`) that keeps its libraries loaded and its functions compiled."""

    def __init__(self, name):
        self.name = name
        environment = {**os.environ, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        if name.startswith("jax"):
            environment["JAX_PLATFORMS"] = "cuda" if name.endswith("-gpu") else "cpu"
        if name.startswith("torch") and not name.endswith("-gpu"):
            environment["CUDA_VISIBLE_DEVICES"] = ""
        if name == "jax-tuned":
            environment["XLA_FLAGS"] = " ".join([os.environ.get("XLA_FLAGS", ""), *tuned_flags()]).strip()
        self.xla_flags = environment.get("XLA_FLAGS")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "worker.py", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if not os.environ.get("PEERS_DEBUG") else None,
            env=environment,
            text=True,
        )
        facts = self.answer()
        self.device, self.versions = facts["device"], facts["versions"]
        self.label = facts["label"] + (f", {self.device}" if name.endswith("-gpu") else "")

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Missing(f"its process ended with {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise Missing(answer["error"])
        return answer

    def ask(self, do, size, **what):
        self.process.stdin.write(json.dumps({"do": do, "layers": size.layers, "rule": size.rule.name, **what}) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def prepare(self, size, nets, seconds):
        self.plan = self.ask("prepare", size, nets=nets, seconds=seconds)
        return self.plan

    def sample(self, size, starts, epoch_count, nets, out):
        self.ask("sample", size, epochs=epoch_count, nets=nets, out=str(out))

    def orders(self, size, epoch_count, nets, out):
        self.ask("orders", size, epochs=epoch_count, nets=nets, out=str(out))
        return np.load(out)

    def time(self, size):
        seconds = self.ask("time", size, epochs=self.plan["epochs"])["seconds"]
        return self.plan["nets"] * self.plan["epochs"], seconds

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def tuned_flags():
    """What XLA's CPU backend gains from, found by trying (see README.md)."""
    flags = ["--xla_cpu_enable_concurrency_optimized_scheduler=false"]
    try:
        if "avx512f" in Path("/proc/cpuinfo").read_text():
            flags.append("--xla_cpu_prefer_vector_width=512")  # LLVM's default is 256 even where 512 is faster
    except OSError:
        pass
    return flags


class Basins:
    """The binary, started anew for every measurement; the time is the one it reports for training alone."""

    def __init__(self, binary, backend, threads=None, adapter=None):
        self.binary, self.backend, self.threads, self.adapter = binary, backend, threads, adapter
        parts = [backend, f"{threads}t" if threads else None, adapter]
        self.name = "basins-" + "-".join(part for part in parts if part)
        version = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout
        self.versions = {"basins": version.strip().removeprefix("basins ")}
        report = self.run(["--task", "xor", "--layers", "2,3,1", "--nets", "16", "--epochs", "1"])
        ran = report["device"]
        self.device = ran["name"]
        where = {"cpu": "", "software": f", software adapter {ran['name']}"}.get(ran["kind"], f", {ran['name']}")
        count = {None: "", 1: ", 1 thread"}.get(threads, f", {threads} threads")
        self.label = f"basins {backend}{count}{where}"

    def run(self, arguments, limit=600):
        command = [self.binary, "run", "--json", "--progress", "never", "--after-solved", "continue", "--examine", "0"]
        command += ["--backend", self.backend, *arguments]
        if self.threads:
            command += ["--threads", str(self.threads)]
        if self.adapter:
            command += ["--device", self.adapter]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Missing(str(error)) from error
        if done.returncode:
            raise Missing(f"exit {done.returncode}: {done.stderr.strip()[-300:]}")
        return json.loads(done.stdout)

    def task(self, size, nets, epoch_count):
        layers = ",".join(map(str, size.layers))
        task = ["--task", size.task, "--layers", layers, "--nets", str(nets), "--epochs", str(epoch_count)]
        return task + size.rule.flags()

    def sample(self, size, starts, epoch_count, nets, out):
        task = self.task(size, self.plan["nets"], epoch_count)
        self.run(task + ["--weights-in", str(starts), "--weights-out", str(out)])

    def orders(self, size, epoch_count, nets, out):
        return reference.basins_orders(size, nets, epoch_count)

    def warm_run(self, size, nets, epoch_count):
        """The second of two runs: drivers compile a kernel when it is first used, and keep it on disk."""
        self.run(self.task(size, nets, epoch_count))
        return self.run(self.task(size, nets, epoch_count))

    def prepare(self, size, nets, seconds):
        epoch_count = 16
        while True:
            report = self.warm_run(size, nets, epoch_count)
            elapsed = report["seconds"]["train"]
            if elapsed > seconds / 2:
                break
            epoch_count *= 8 if elapsed < seconds / 40 else 2
        epoch_count = max(1, round(epoch_count * seconds / elapsed))
        self.plan = {"nets": nets, "epochs": epoch_count, "form": report["backend"]}
        self.plan["compile_seconds"] = report["seconds"]["setup"]
        self.run(self.task(size, nets, epoch_count))
        return self.plan

    def time(self, size):
        nets, epoch_count = self.plan["nets"], self.plan["epochs"]
        report = self.run(self.task(size, nets, epoch_count))
        if report["net_epochs"] != nets * epoch_count:
            raise Missing(f"did {report['net_epochs']} net-epochs, not {nets} x {epoch_count}")
        return report["net_epochs"], report["seconds"]["train"]

    def close(self):
        pass
