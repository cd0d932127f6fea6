"""Results in a notebook."""

from __future__ import annotations

from html import escape
from typing import Any

CELL = 'style="text-align:right;padding:.1em .8em"'
WORD = 'style="text-align:left;padding:.1em .8em"'


def text(words: str) -> str:
    """What is printed for a terminal."""
    return f'<pre style="overflow-x:auto">{escape(words.rstrip())}</pre>'


def picture(svg: str, words: str) -> str:
    """A picture, and what is printed below it, folded."""
    return f"{framed(svg)}<details><summary>as text</summary>{text(words)}</details>"


def framed(svg: str) -> str:
    """A picture no wider than its place, on the light ground that it is drawn for."""
    drawn = svg[svg.index("<svg") :]
    return f'<div style="max-width:44em;background:#fff;color:#000">{drawn}</div>'


def run(data: dict[str, Any], svg: str | None) -> str:
    """Rate, survival curve, and what the unsolved are."""
    solved, nets, spec = data["solved"], data["nets"], data["spec"]
    asked = f"{nets:,} networks {spec['layers'].replace(',', '-')} learning {spec['task']}, seed {data['seed']}"
    parts = [f"<p>{escape(asked)}"]
    if data["solved_rate"] is None:
        parts.append(f"<br>solved so far: <b>{solved:,}</b></p>")
    else:
        interval = data["solved_interval"]
        parts.append(
            f"<br>solved within {data['solved_within']:,} epochs: <b>{data['solved_rate']:.2%}</b> "
            f"({interval['level']:.0%} interval {interval['low']:.2%} to {interval['high']:.2%}; {solved:,} of {nets:,})</p>"
        )
    if data["interrupted"]:
        parts.append("<p><b>Interrupted:</b> this is what was found by then.</p>")
    if svg is not None and solved:
        parts.append(framed(svg))
    if data["fate_rows"]:
        parts.append(unsolved(data["fate_rows"], nets))
    return "".join(parts)


def unsolved(rows: list[dict[str, Any]], nets: int) -> str:
    """A row a fate."""
    head = (
        f"<tr><th {WORD}>unsolved</th><th {CELL}>networks</th><th {CELL}>share</th><th {CELL}>mean loss</th>"
        f"<th {WORD}>of those examined</th></tr>"
    )
    lines = []
    for row in rows:
        loss = "-" if row["mean_loss"] is None else f"{row['mean_loss']:.4g}"
        lines.append(
            f"<tr><td {WORD}>{escape(row['words'])}</td><td {CELL}>{row['networks']:,}</td>"
            f"<td {CELL}>{row['networks'] / nets:.2%}</td><td {CELL}>{loss}</td>"
            f"<td {WORD}>{escape(row['evidence'] or '-')}</td></tr>"
        )
    return f'<div style="overflow-x:auto"><table>{head}{"".join(lines)}</table></div>'


def sweep(words: str, svg: str | None) -> str:
    """The rates, drawn, and the table."""
    return text(words) if svg is None else framed(svg) + text(words)
