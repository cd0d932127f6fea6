"""Results against the schemas of the documentation, by a validator that is not ours."""

import json
from pathlib import Path

import basins
import jsonschema
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schema"


def validator(schema):
    """For an object that says that it is of this schema."""
    name = schema.removeprefix("basins.").removesuffix("/1")
    return jsonschema.Draft202012Validator(json.loads((FOLDER / f"{name}.json").read_text()))


def test_schemas_are_schemas():
    files = sorted(FOLDER.glob("*.json"))
    assert len(files) == 14
    for file in files:
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text()))


def test_results_are_as_their_schemas_say():
    short = {"nets": 60, "lr": 4, "epochs": 200, "backend": "simd"}
    for result in [
        basins.run(**short, examine=2, continue_unsolved="2x"),
        basins.sweep({"lr": [1, 4]}, **short),
        basins.map(x="lr=1..4", y="momentum=0..0.5", size="4x3", epochs=30, backend="simd"),
        basins.surface(points=3, no_paths=True),
        basins.trace(epochs=20),
        basins.power(rate=0.9, width=0.01),
        basins.devices(),
    ]:
        result = getattr(result, "data", result)
        validator(result["schema"]).validate(result)


def test_another_key_is_found():
    run = basins.run(nets=10, epochs=10).data
    renamed = {("rate" if name == "solved_rate" else name): value for name, value in run.items()}
    with pytest.raises(jsonschema.ValidationError):
        validator("basins.run/1").validate(renamed)
