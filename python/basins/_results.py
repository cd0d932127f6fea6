"""What verbs answer."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from . import _basins, _html, _plot


class Interval(NamedTuple):
    """An interval of a share.

    Attributes
    ----------
    low, high : float
        Its ends, from 0 to 1.
    level : float
        How often such intervals hold the true share, as 0.95.
    method : str
        How it was made: wilson, clopper-pearson, ...
    """

    low: float
    high: float
    level: float
    method: str

    @classmethod
    def of(cls, data: dict[str, Any]) -> Interval:
        return cls(data["low"], data["high"], data["level"], data["method"])


class Result:
    """The answer of a verb.

    Attributes
    ----------
    data : dict
        What ``basins VERB --json`` prints.
    text : str
        What ``basins VERB`` prints.
    command : str
        The command that asks the same again.
    interrupted : bool
        Whether it ended before its time.
    """

    def __init__(self, reply: _basins.Reply) -> None:
        self._reply = reply
        self.data: dict[str, Any] = json.loads(reply.json())
        self.text: str = reply.text
        self.command: str = reply.command
        self.interrupted: bool = reply.interrupted

    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    def __repr__(self) -> str:
        return self.text.rstrip() or json.dumps(self.data, indent=1)

    def _repr_html_(self) -> str:
        return _html.text(self.text or repr(self))

    @property
    def files(self) -> dict[str, bytes]:
        """Pages, pictures and tables by name, where they do not stand in the folder of ``out``."""
        return dict(self._reply.files())

    def page(self) -> str | None:
        """The page ``report.html``, with tables, pictures and settings; None where the verb has none."""
        return self._reply.page()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the result: as a page where the name ends in ``.html``, else as JSON.

        Parameters
        ----------
        path : path_like
            The file. Either can be trained again by ``basins rerun``.
        """
        page = self.page() if os.fspath(path).endswith(".html") else None
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(self.data, indent=2) + "\n" if page is None else page)


class Networks(Sequence):
    """Some networks of a run, best first.

    Attributes
    ----------
    indices : numpy.ndarray
        Their indices in the population, shape (networks,).
    weights : list of numpy.ndarray
        A layer each, shape (networks, fan_in + 1, fan_out), the bias row last.
    """

    def __init__(self, run: Run, indices: np.ndarray) -> None:
        self._run = run
        self.indices = indices
        self.weights = [layer[indices - run.first] for layer in run.weights]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, at: Any) -> Any:
        """One network's layers, each of shape (fan_in + 1, fan_out); or a part of the networks."""
        if isinstance(at, slice):
            return Networks(self._run, self.indices[at])
        return [layer[at] for layer in self.weights]

    def __iter__(self) -> Iterator[list[np.ndarray]]:
        return (self[at] for at in range(len(self)))

    def predict(self, X: Any) -> np.ndarray:
        """Outputs of each network, computed in float64.

        Parameters
        ----------
        X : array_like
            Inputs, shape (examples, inputs).

        Returns
        -------
        numpy.ndarray
            Shape (networks, examples, outputs). Of an ensemble, ``predict(X).mean(axis=0)``.
        """
        return np.stack([self._run.predict(X, int(network)) for network in self.indices])

    def __repr__(self) -> str:
        return f"Networks({self.indices.tolist()})"


class Table(Result):
    """An answer that is a table as well, to pandas, polars, DuckDB and pyarrow."""

    @property
    def rows(self) -> Any:
        """The rows, as an Arrow table."""
        raise NotImplementedError

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> Any:
        """The rows as a pandas.DataFrame; takes pyarrow."""
        import pyarrow  # type: ignore[import-untyped]

        return pyarrow.table(self.rows).to_pandas(split_blocks=True)

    def to_polars(self) -> Any:
        """The rows as a polars.DataFrame."""
        import polars

        return polars.DataFrame(self.rows)


class Run(Table):
    """The answer of a run. To pandas, polars, DuckDB and pyarrow it is a table with a row a network.

    Attributes
    ----------
    rate : float or None
        Share of networks solved within the budget; None where nothing is known of it.
    interval : Interval or None
        Its interval.
    nets, first, seed, solved : int
        Networks trained, index of the first one, seed of the starts, networks solved.
    fates : dict
        Networks by what became of them.
    epochs_to_solve : dict or None
        Of the solved ones: mean, min, p05, p25, median, p75, p95, max, in epochs counted from 1.
    """

    def __init__(self, reply: _basins.Reply) -> None:
        super().__init__(reply)
        data = self.data
        self.rate: float | None = data["solved_rate"]
        self.interval = None if data["solved_interval"] is None else Interval.of(data["solved_interval"])
        self.nets: int = data["nets"]
        self.first: int = data["first"]
        self.seed: int = data["seed"]
        self.solved: int = data["solved"]
        self.fates: dict[str, int] = data["fates"]
        self.epochs_to_solve: dict[str, float] | None = data["epochs_to_solve"]
        self._weights: list[np.ndarray] | None = None

    @property
    def rows(self) -> Any:
        """A row a network, as an Arrow table: network, fate, variant, solved_epoch, epochs, loss, output_0, ..., seed."""
        return self._reply.table()

    @property
    def survival(self) -> Any:
        """Share still unsolved after each epoch in which networks were solved, as an Arrow table with its bands."""
        return self._reply.survival()

    @property
    def examined(self) -> Any:
        """What was found of the networks that were examined in float64, as an Arrow table."""
        return self._reply.examined()

    @property
    def weights(self) -> list[np.ndarray]:
        """Final weights: an array a layer of shape (networks, fan_in + 1, fan_out), the bias row last."""
        if self._weights is None:
            flat = self._reply.take_weights()
            if flat is None:
                raise ValueError('final weights were not kept: ask with keep="weights"')
            self._weights = [
                flat[:, offset : offset + rows * columns].reshape(-1, rows, columns)
                for rows, columns, offset in self._reply.shapes()
            ]
        return self._weights

    def network(self, network: int) -> list[np.ndarray]:
        """Final weights of one network: a matrix a layer of shape (fan_in + 1, fan_out), the bias row last.

        Parameters
        ----------
        network : int
            Its index in the population.
        """
        if not self.first <= network < self.first + self.nets:
            last = self.first + self.nets - 1
            raise ValueError(f"network {network} was not trained: these are networks {self.first} to {last}")
        return [layer[network - self.first] for layer in self.weights]

    def best(self, count: int = 1) -> Networks:
        """The networks with the smallest loss, best first; of equals the one with the smaller index.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        Networks
            Their indices and weights; they predict.
        """
        return Networks(self, np.array(self._reply.best(count), dtype=np.int64))

    def predict(self, X: Any, network: int | None = None) -> np.ndarray:
        """Outputs of a network, computed in float64.

        Parameters
        ----------
        X : array_like
            Inputs, shape (examples, inputs).
        network : int, optional
            Its index; the one with the smallest loss by default.

        Returns
        -------
        numpy.ndarray
            Shape (examples, outputs).
        """
        if network is None:
            network = int(self.best(1).indices[0])
        flat = np.concatenate([layer.ravel() for layer in self.network(network)]).astype(np.float64)
        inputs = np.ascontiguousarray(X, dtype=np.float64)
        return self._reply.predict(flat, np.atleast_2d(inputs))

    def _repr_html_(self) -> str:
        return _html.run(self.data, self._reply.svg())

    def plot_survival(self, ax: Any = None) -> Any:
        """Draw the share still unsolved after each epoch, with its 95% bands; takes matplotlib.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes
        """
        return _plot.survival(self.data["survival"]["curve"], ax)

    def plot_fates(self, ax: Any = None) -> Any:
        """Draw how many of the unsolved networks came to what; takes matplotlib."""
        return _plot.fates(self.data["fate_rows"], ax)


class Sweep(Table):
    """The answer of a sweep. To pandas, polars, DuckDB and pyarrow it is a table with a row a point.

    Attributes
    ----------
    points : list of dict
        A row a point, in the order of the grid: values of the settings, networks, solved, rate, interval, ...
    """

    def __init__(self, reply: _basins.Reply) -> None:
        super().__init__(reply)
        self.points: list[dict[str, Any]] = self.data["points"]

    @property
    def rows(self) -> Any:
        """A row a point, as an Arrow table."""
        return self._reply.points()

    def _repr_html_(self) -> str:
        return _html.sweep(self.text, self._reply.svg())

    def plot(self, ax: Any = None) -> Any:
        """Draw the rates with their 95% intervals over the first setting, a line for each value of the others.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where; a new figure by default.

        Returns
        -------
        matplotlib.axes.Axes
        """
        return _plot.sweep(self.points, ax)


class Map(Result):
    """A plane: of a map one training a pixel, of a surface the loss.

    Attributes
    ----------
    arrays : dict of numpy.ndarray
        What is known of each point by name, shape (rows, columns) where it is of points.
    """

    def __init__(self, reply: _basins.Reply) -> None:
        super().__init__(reply)
        self.arrays: dict[str, np.ndarray] = {}
        for name, data in self.files.items():
            if name.endswith(".npz"):
                with np.load(io.BytesIO(data)) as archive:
                    self.arrays.update(archive.items())

    def _repr_html_(self) -> str:
        files = self.files
        svg = next((files[name].decode() for name in ("map.svg", "surface.svg") if name in files), None)
        return _html.text(self.text) if svg is None else _html.picture(svg, self.text)
