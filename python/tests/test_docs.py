"""The lines of Python in the documentation's page of files run on a run's own files."""

import re
from pathlib import Path

import pytest

import basins

PAGE = Path(__file__).resolve().parents[2] / "docs" / "files.md"


def blocks(text):
    """All blocks of Python as one program, but for those that need PyTorch."""
    found = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return "\n".join(block for block in found if "torch" not in block)


def test_every_line_runs(tmp_path, monkeypatch):
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    asked = basins.run(nets=2_000, lr=3, epochs=300, out="xor")
    code = blocks(PAGE.read_text())
    assert code.count("duckdb.sql") >= 5
    known = {}
    exec(compile(code, "files.md", "exec"), known)
    assert (known["rows"].fate == "solved").sum() == asked["solved"]
    # A column that is not there is found.
    with pytest.raises(AttributeError):
        exec(compile(code.replace("solved_epoch", "solved_epok"), "files.md", "exec"), {})
