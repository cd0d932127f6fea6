"""Every verb against the command line."""

import basins
import numpy as np
import pytest

SHORT = {"lr": 4, "epochs": 400, "nets": 300, "backend": "simd", "examine": 2}
WORDS = ["--lr", "4", "--epochs", "400", "--nets", "300", "--backend", "simd", "--examine", "2"]
# Times, and work on lanes that idle, which depends on who came first.
UNSTEADY = {"seconds", "net_epochs_per_second", "net_epochs_executed", "date", "command"}


def steady(value):
    if isinstance(value, dict):
        return {name: steady(one) for name, one in value.items() if name not in UNSTEADY}
    return [steady(one) for one in value] if isinstance(value, list) else value


def test_a_run_is_the_programs(program):
    run = basins.run(**SHORT, seed=3, layers=[2, 3, 1])
    said = program("run", *WORDS, "--seed", "3", "--layers", "2,3,1")
    assert steady(run.data) == steady(said)
    assert steady(run.data) != steady(program("run", *WORDS, "--seed", "4", "--layers", "2,3,1")), "another seed"
    assert (run.rate, run.nets, run.seed) == (said["solved_rate"], 300, 3)
    assert run.interval.low < run.rate < run.interval.high and run.interval.method == "wilson"
    assert sum(run.fates.values()) == 300
    assert not run.interrupted and "300 networks" in run.text


def test_a_sweep_is_the_programs(program):
    varied = {"lr": [1, 4], "hidden": "2..3:2"}
    sweep = basins.sweep(varied, epochs=300, nets=100, backend="simd")
    words = ["--vary", "lr=1,4", "--vary", "hidden=2..3:2", "--epochs", "300", "--nets", "100", "--backend", "simd"]
    assert steady(sweep.data) == steady(program("sweep", *words))
    frame = sweep.to_pandas()
    assert list(frame["lr"]) == [1.0, 1.0, 4.0, 4.0] and list(frame["hidden"]) == [2.0, 3.0, 2.0, 3.0]
    assert list(frame["solved"]) == [point["solved"] for point in sweep.points]


def test_a_map_has_a_number_a_pixel(program):
    shape = {"x": "lr=0.1..10:log", "y": "momentum=0..0.9", "size": "12x8", "epochs": 200, "backend": "simd"}
    drawn = basins.map(**shape)
    words = [word for name, value in shape.items() for word in (f"--{name}", str(value))]
    assert steady(drawn.data) == steady(program("map", *words))
    assert any(array.shape[:2] == (8, 12) for array in drawn.arrays.values())
    assert "<svg" in drawn._repr_html_()


def test_other_verbs_answer():
    assert basins.power(rate=0.9, width=0.01)["schema"].startswith("basins.power")
    assert basins.devices()["schema"].startswith("basins.devices")
    traced = basins.trace(net=7, epochs=50)
    assert traced["schema"].startswith("basins.trace")
    assert basins.surface(layers=[1, 1], task="table:10").arrays
    assert "verdict" in repr(basins.reproduce("tutorial/descent").data)


def test_errors_are_the_programs(program):
    for keywords, words in [
        ({"layers": [3, 3, 1]}, ["--layers", "3,3,1"]),
        ({"lr": -1}, ["--lr=-1"]),
        ({"activation": "sigmod"}, ["--activation", "sigmod"]),
        ({"nets": 0}, ["--nets", "0"]),
        ({"task": "csv:nowhere.csv"}, ["--task", "csv:nowhere.csv"]),
        ({"learning_rate": 0.1}, ["--learning-rate", "0.1"]),
        ({"nosuch": 1}, ["--nosuch", "1"]),
    ]:
        with pytest.raises(ValueError) as caught:
            basins.run(**keywords)
        assert str(caught.value) == program("run", *words).splitlines()[0]
    with pytest.raises(TypeError, match="json= is not taken"):
        basins.run(json=True)


def test_words_are_as_people_type_them():
    from basins._words import words

    varied = {"layers": [[2, 3, 1], [2, 4, 1]]}
    asked = words("sweep", {"nets": 1e6, "lr": np.float32(0.5), "layers": (2, 3, 1), "vary": varied})
    assert asked == ["sweep", "--nets=1000000", "--lr=0.5", "--layers=2,3,1", "--vary=layers=2,3,1;2,4,1"]
    assert words("run", {"require_gpu": False, "out": None, "lr": 1e-7}) == ["run", "--lr=1e-07"]
    assert words("run", {"lr_schedule": "cosine", "shortcuts": True}) == ["run", "--lr-schedule=cosine", "--shortcuts"]


def test_a_folder_is_written_as_the_program_does(program, tmp_path):
    run = basins.run(**SHORT, out=tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"run.json", "report.html", "outcomes.parquet", "survival.csv"} <= names
    with pytest.raises(ValueError, match="rows were not kept"):
        run.to_pandas()
    assert basins.rerun(tmp_path / "out" / "run.json")["agrees"] is True


def test_a_result_is_trained_again_from_its_page(tmp_path):
    run = basins.run(**SHORT)
    run.save(tmp_path / "run.html")
    run.save(tmp_path / "run.json")
    assert basins.rerun(tmp_path / "run.html")["agrees"] is True
    assert basins.rerun(tmp_path / "run.json")["agrees"] is True


def test_warnings_are_warnings():
    with pytest.warns(UserWarning, match="--activation"):
        basins.run(**SHORT, output_activation="same")


def test_flags_are_told():
    assert "--continue-unsolved <FACTOR>" in basins.flags("run") and "--vary" in basins.flags("sweep")
    with pytest.raises(ValueError, match="no verb"):
        basins.flags("jog")
