"""The lines of Python in the documentation run: those of files on a run's own files, those of the guide and the package's page."""

import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import basins

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in [*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md"), ROOT / "python/README.md"] if "```python" in path.read_text()]


def blocks(page):
    """All blocks of Python of a page."""
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def run(code, page, known=None):
    known = {} if known is None else known
    exec(compile(code, page, "exec"), known)
    return known


def few(code):
    """The same with fewer networks."""
    return re.sub(r"nets=[\d_]+", "nets=300", code)


def test_every_page_is_run():
    assert sorted(path.relative_to(ROOT).as_posix() for path in PAGES) == ["docs/files.md", "docs/guide.md", "python/README.md"]


def test_files(tmp_path):
    pytest.importorskip("duckdb")
    asked = basins.run(nets=2_000, lr=3, epochs=300, out="xor")
    code = "\n".join(block for block in blocks("docs/files.md") if "torch" not in block)
    assert code.count("duckdb.sql") >= 5
    known = run(code, "files.md")
    assert (known["rows"].fate == "solved").sum() == asked["solved"]
    # A column that is not there is found.
    with pytest.raises(AttributeError):
        run(code.replace("solved_epoch", "solved_epok"), "files.md")


class Linear:
    """A layer as PyTorch has it, as far as the page asks: its weight is (outputs, inputs)."""

    def __init__(self, inputs, outputs):
        self.weight = Tensor(np.arange(outputs * inputs, dtype=np.float32).reshape(outputs, inputs))
        self.bias = Tensor(np.full(outputs, 0.5, dtype=np.float32))


class Tensor(np.ndarray):
    def __new__(cls, array):
        return array.view(cls)

    def detach(self):
        return self


def test_weights_of_a_torch_layer(monkeypatch):
    [code] = [block for block in blocks("docs/files.md") if "torch" in block]
    stub = types.ModuleType("torch")
    stub.nn = types.SimpleNamespace(Linear=Linear)
    try:
        import torch  # noqa: F401
    except ImportError:
        monkeypatch.setitem(sys.modules, "torch", stub)
    first = run(code, "files.md")["first"]
    # A rate of 0 keeps the first layer as it starts.
    asked = basins.run(weights_in="starts.npz", nets=1, epochs=1, lr="0,0.1", keep="weights")
    theta = asked.weights[0][0]
    assert theta.shape == (3, 3)
    assert np.array_equal(theta[:2], np.asarray(first.weight.detach()).T)
    assert np.array_equal(theta[2], np.asarray(first.bias.detach()))


def test_the_guide(capsys):
    [code] = blocks("docs/guide.md")
    known = run(few(code), "guide.md")
    assert len(known["rows"]) == 300 and capsys.readouterr().out.count("\n") > 3
    with pytest.raises(ValueError, match="layerz"):
        run(few(code.replace("layers=", "layerz=")), "guide.md")


def test_the_page_of_the_package(monkeypatch):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    [code] = blocks("python/README.md")
    # Arrays of one's own, which the page has at hand.
    known = {"X": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": ["no", "yes", "yes", "no"]}
    known = run(few(code), "python/README.md", known)
    assert len(known["run"].to_pandas()) == 300
