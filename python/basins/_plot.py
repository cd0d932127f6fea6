"""Pictures by matplotlib, of parts of results as their objects have them."""

from __future__ import annotations

from typing import Any

import numpy as np

Rows = list[dict[str, Any]]


def axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots()[1]


def survival(curve: Rows, ax: Any) -> Any:
    """Share still unsolved after each epoch; the darker band holds at each epoch by itself, the lighter for the whole curve."""
    ax = axes(ax)
    epochs = np.array([0, *(step["epoch"] for step in curve)])

    def column(name: str) -> np.ndarray:
        return np.array([1.0, *(step[name] for step in curve)])

    (line,) = ax.step(epochs, column("unsolved"), where="post")
    for low, high, opacity in (("band_low", "band_high", 0.15), ("low", "high", 0.3)):
        ax.fill_between(epochs, column(low), column(high), step="post", alpha=opacity, color=line.get_color(), linewidth=0)
    ax.set(xlabel="epoch", ylabel="share still unsolved", ylim=(0, 1.02), xlim=(0, None))
    return ax


def fates(rows: Rows, ax: Any) -> Any:
    ax = axes(ax)
    ax.barh([row["words"] for row in rows[::-1]], [row["networks"] for row in rows[::-1]])
    ax.set(xlabel="networks")
    return ax


def sweep(rows: Rows, ax: Any) -> Any:
    ax = axes(ax)
    names = list(rows[0]["values"])
    first, others = names[0], names[1:]
    lines: dict[tuple[str, ...], list[Any]] = {}
    for point in rows:
        lines.setdefault(tuple(str(point["values"][name]) for name in others), []).append(point)
    for key, points in lines.items():
        values = [point["values"][first] for point in points]
        numbers = [number(value) for value in values]
        places = numbers if None not in numbers else [str(value) for value in values]
        rates = np.array([point["solved_rate"] for point in points])
        ends = np.array([[point["solved_interval"][end] for point in points] for end in ("low", "high")])
        label = ", ".join(f"{name}={value}" for name, value in zip(others, key, strict=True))
        # An end may miss the rate by a rounding.
        ax.errorbar(places, rates, np.abs(ends - rates), marker="o", capsize=2, label=label or None)
    if logarithmic([number(point["values"][first]) for point in rows]):
        ax.set_xscale("log")
    if others:
        ax.legend()
    ax.set(xlabel=first, ylabel="share solved")
    return ax


def number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def logarithmic(numbers: list[float | None]) -> bool:
    """Whether these spread over more than a power of ten."""
    known = [number for number in numbers if number is not None and number > 0]
    return 0 < len(known) == len(numbers) and max(known) > 20 * min(known)
