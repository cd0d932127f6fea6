"""Rows, weights and predictions, against NumPy."""

import basins
import numpy as np
import polars
import pytest

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
SHORT = {"lr": 4, "epochs": 400, "nets": 300, "backend": "simd", "examine": 2}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(layers, X):
    for layer in layers:
        X = sigmoid(np.hstack([X, np.ones((len(X), 1))]) @ layer)
    return X


def test_rows_are_columns_of_any_library():
    run = basins.run(**SHORT, first=10)
    frame = run.to_pandas()
    assert list(frame["network"]) == list(range(10, 310))
    assert frame["fate"].astype(str).value_counts().to_dict() == {name: count for name, count in run.fates.items() if count}
    solved = frame[frame["solved_epoch"].notna()]
    assert len(solved) == run.solved and solved["solved_epoch"].median() == run.epochs_to_solve["median"]
    columns = [f"output_{example}" for example in range(4)]
    assert np.allclose((frame.loc[solved.index, columns] - [0, 1, 1, 0]).abs().max(axis=1) <= 0.1001, True)
    other = run.to_polars()
    assert other.shape == frame.shape and other["loss"].sum() == pytest.approx(frame["loss"].sum())
    assert other.filter(polars.col("fate") == "solved").height == run.solved
    curve = polars.DataFrame(run.survival)
    assert curve["solved"].sum() == run.solved
    assert 0 < len(run.examined) <= 2 * len(run["fate_rows"])


def test_weights_compute_the_outputs():
    run = basins.run(**SHORT)
    frame = run.to_pandas()
    assert [layer.shape for layer in run.weights] == [(300, 3, 3), (300, 4, 1)]
    for network in (0, 7, 299):
        outputs = frame.loc[network, [f"output_{example}" for example in range(4)]].to_numpy(float)
        mine = forward(run.network(network), XOR)[:, 0]
        assert np.abs(mine - outputs).max() < 1e-5
        assert np.abs(run.predict(XOR, network)[:, 0] - mine).max() < 1e-12
        assert np.abs(forward(run.network(1), XOR)[:, 0] - outputs).max() > 1e-4, "another network"


def test_the_best_have_the_smallest_loss():
    run = basins.run(**SHORT, first=5)
    frame = run.to_pandas().set_index("network")
    best = run.best(10)
    assert list(best.indices) == list(frame["loss"].sort_values(kind="stable").index[:10])
    assert best.predict(XOR).shape == (10, 4, 1)
    assert np.allclose(best.predict(XOR)[3], run.predict(XOR, int(best.indices[3])))
    assert np.allclose(run.predict(XOR), best.predict(XOR)[0])
    assert len(best[:2]) == 2 and best[0][0].shape == (3, 3)
    with pytest.raises(ValueError, match="networks 5 to 304"):
        run.predict(XOR, 3)


def test_arrays_are_trained_on():
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, (40, 2))
    words = np.where(X.sum(axis=1) > 0, "above", "below")
    for y in (words, (words == "above").astype(int), (words == "above")[:, np.newaxis].astype(float)):
        run = basins.train(X, y, hidden=[3], nets=50, epochs=300, lr=3, solved="accuracy", backend="simd")
        assert run["spec"]["layers"] == "2,3,1" and run.rate > 0.3
        assert run.predict(X).shape == (40, 1)
    assert run["spec"]["task"].startswith("given:40x2-")
    three = np.digitize(X.sum(axis=1), [-0.5, 0.5])
    classes = basins.train(X, three, hidden=5, nets=20, epochs=50, backend="simd")
    assert classes["spec"]["layers"] == "2,5,3" and classes["labels"].startswith("class labels: 0 = output 1")
    swept = basins.sweep({"hidden": [2, 3]}, X=X, y=words, layers=[2, 2, 1], nets=20, epochs=50, backend="simd")
    assert len(swept.points) == 2
    with pytest.raises(ValueError, match="go together"):
        basins.run(X=X)
    with pytest.raises(ValueError, match="40 rows of inputs, but 39"):
        basins.train(X, words[:-1])


def test_starts_in_the_layouts_of_others():
    layers = basins.run(nets=3, epochs=1, backend="simd", lr=0.001).weights
    networks = [[layer[at] for layer in layers] for at in range(3)]
    expected = basins.run(starts=networks, **{**SHORT, "nets": 3}).to_pandas()
    as_arrays = {f"theta{at + 1}": layer for at, layer in enumerate(layers)}
    states = [basins.to_torch(network) for network in networks]
    assert list(states[0]) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    keras = [basins.to_keras(network) for network in networks]
    assert [array.shape for array in keras[0]] == [(2, 3), (3,), (3, 1), (1,)]
    for starts in (as_arrays, states, keras, [[layer.tolist() for layer in network] for network in networks]):
        assert basins.run(starts=starts, **{**SHORT, "nets": 3}).to_pandas().equals(expected)
    one = basins.run(starts=states[1], **{**SHORT, "nets": 1}).to_pandas()
    assert one["loss"][0] == expected["loss"][1] != expected["loss"][0]
    for there, back in ((basins.to_torch, basins.from_torch), (basins.to_keras, basins.from_keras)):
        assert all(np.array_equal(a, b) for a, b in zip(back(there(networks[0])), networks[0], strict=True))
    # What the other library computes with its layout: x W' + b.
    hidden = sigmoid(XOR @ states[0]["0.weight"].T + states[0]["0.bias"])
    assert np.allclose(sigmoid(hidden @ states[0]["2.weight"].T + states[0]["2.bias"]), forward(networks[0], XOR), atol=1e-6)


def test_what_is_not_kept_is_said():
    run = basins.run(**SHORT, keep="counts")
    for missing in (run.to_pandas, lambda: run.weights, run.best):
        with pytest.raises(ValueError, match="not kept"):
            missing()
    assert basins.run(**SHORT, keep="outcomes").to_pandas().shape[0] == 300


def test_many_outputs_are_a_list():
    run = basins.run(task="spirals:60", layers=[2, 2, 1], nets=5, epochs=2, backend="simd", examine=0)
    frame = run.to_polars()
    assert frame["outputs"].dtype == polars.Array(polars.Float32, 120)
    outputs = frame["outputs"][3].to_numpy()
    assert len(outputs) == 120 and 0 < outputs.min() < outputs.max() < 1
