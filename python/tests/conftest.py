"""The program beside the package: what both say must be the same."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program():
    """Runs the command line, and gives what it prints as JSON."""
    path = os.environ.get("BASINS_PROGRAM", ROOT / "target" / "debug" / "basins")

    def run(*words):
        done = subprocess.run([path, *words, "--json", "--quiet"], capture_output=True, text=True, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.removeprefix("error: ").strip()

    return run


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Tests write where nobody minds."""
    monkeypatch.chdir(tmp_path)
