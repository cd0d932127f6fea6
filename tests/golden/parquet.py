"""Opens a Parquet file with DuckDB, pandas, PyArrow and Polars, and holds what each counts against the JSON beside it.

    parquet.py run   outcomes.parquet run.json
    parquet.py sweep sweep.parquet    sweep.json
"""

import json
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet


def frames(path):
    """The rows as pandas would have them, by each reader."""
    return {
        "duckdb": duckdb.sql(f"SELECT * FROM read_parquet('{path}')").df(),
        "pandas": pandas.read_parquet(path),
        "pyarrow": pyarrow.parquet.read_table(path).to_pandas(),
        "polars": polars.read_parquet(path).to_pandas(),
    }


def check_run(frame, run):
    assert len(frame) == run["nets"], (len(frame), run["nets"])
    assert list(frame["network"]) == list(range(run["first"], run["first"] + run["nets"]))
    assert (frame["seed"] == run["seed"]).all()
    counts = frame["fate"].value_counts().to_dict()
    assert counts == {fate: count for fate, count in run["fates"].items() if count}, (counts, run["fates"])
    solved = frame["fate"] == "solved"
    assert int(frame["epochs"].sum()) == run["net_epochs"]
    assert (frame["solved_epoch"].notna() == solved).all()
    assert int(frame["solved_epoch"].max()) == run["epochs_to_solve"]["max"]
    # A column an example; a solved network's outputs are within 0.1 of xor.
    for example, target in enumerate((0, 1, 1, 0)):
        outputs = frame[f"output_{example}"]
        assert outputs.notna().all() and ((outputs[solved] - target).abs() <= 0.1 + 1e-6).all(), example
    assert "output_4" not in frame
    # What there is nothing to say of is null: no text of no letters.
    for name in ("variant", "verdict"):
        assert frame[name].isna().any() and (frame[name].dropna() != "").all(), name
    examined = sum(row["examined"] for row in run["fate_rows"])
    assert int(frame["gradient_norm"].notna().sum()) == examined


def check_sweep(frame, sweep):
    assert len(frame) == len(sweep["points"])
    assert list(frame["solved"]) == [point["solved"] for point in sweep["points"]]
    assert (frame["networks"] == sweep["nets"]).all()
    for name in sweep["points"][0]["values"]:
        written = [point["values"][name] for point in sweep["points"]]
        numeric = pandas.api.types.is_numeric_dtype(frame[name])
        assert list(frame[name]) == ([float(value) for value in written] if numeric else written)
    assert list(frame["solved_rate"]) == [point["solved_rate"] for point in sweep["points"]]
    assert int(frame["adjusted_p"].isna().sum()) == 1, "the point that the others are held against has no p"


def notes(path):
    """The metadata by two readers: PyArrow's and DuckDB's must be the same text."""
    by_arrow = {key.decode(): value.decode() for key, value in pyarrow.parquet.read_metadata(path).metadata.items()}
    rows = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
    by_duck = {bytes(key).decode(): bytes(value).decode() for key, value in rows}
    for name in (name for name in by_arrow if name.startswith("basins.")):
        assert by_arrow[name] == by_duck[name], name
    return by_arrow


def main(kind, path, summary):
    with open(summary, encoding="utf-8") as file:
        expected = json.load(file)
    found = notes(path)
    kept = json.loads(found[f"basins.{kind}"])
    assert kept["spec"] == expected["spec"] and kept["options"] == expected["options"]
    if kind == "run":
        assert json.loads(found["basins.spec"]) == expected["spec"]
    for reader, frame in frames(path).items():
        {"run": check_run, "sweep": check_sweep}[kind](frame, expected)
        print(f"{kind}: {reader} {sys.modules[reader].__version__} reads {len(frame)} rows, counts as the JSON says")
    assert kept == expected, "the object in the metadata is not that of the JSON"
    print(f"{kind}: the spec and the whole object are in the metadata")


if __name__ == "__main__":
    main(*sys.argv[1:])
