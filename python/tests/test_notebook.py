"""The notebook of the documentation runs from its first cell to its last."""

import json
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebook.ipynb"


def cells(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(sources):
    known = {}
    for source in sources:
        exec(compile(source, "notebook", "exec"), known)
    return known


def test_every_cell_runs():
    pytest.importorskip("matplotlib").use("agg")
    known = run(cells(json.loads(NOTEBOOK.read_text())))
    assert 0.9 < known["run"].rate < 1 and len(known["rows"]) == 20_000
    assert known["moons"].rate > 0.1
    # A cell that cannot run is found.
    with pytest.raises(TypeError):
        run(["import basins", "basins.run(json=True)"])
