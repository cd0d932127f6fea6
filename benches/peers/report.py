"""What is printed: for each network one table, rates and the ratio of each basins backend to each of the others."""


def ratios(results):
    """{size: {basins contestant: {other: ratio of medians}}}."""
    table = {}
    for row in results:
        if not row["contestant"].startswith("basins") or "median" not in row:
            continue
        others = {
            other["contestant"]: row["median"] / other["median"]
            for other in results
            if other["size"] == row["size"] and other is not row and "median" in other
        }
        table.setdefault(row["size"], {})[row["contestant"]] = others
    return table


def text(outcome):
    """The whole report as Markdown."""
    machine, versions = outcome["machine"], outcome["versions"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; {outcome['date']}",
        ", ".join(f"{name} {version}" for name, version in versions.items() if version),
        f"net-epochs/s: median of {outcome['rounds']} rounds (quartiles); ratios of medians, all from this one run",
    ]
    if outcome["quick"]:
        lines.append("QUICK RUN: a smoke test, not a measurement")
    for size in dict.fromkeys(row["size"] for row in outcome["results"]):
        lines += ["", *table(size, outcome)]
    missing = [f"- {item['contestant']} {item['size'] or ''}: {item['reason']}" for item in outcome["missing"]]
    return "\n".join(lines + (["", "Not measured:", *missing] if missing else []))


def table(size, outcome):
    """One size: a row a contestant, slowest first, and a column a basins contestant with the ratio to that row."""
    rows = [row for row in outcome["results"] if row["size"] == size and "median" in row]
    rows.sort(key=lambda row: row["median"])
    columns = [row for row in rows if row["contestant"].startswith("basins")]
    task = next(row["task"] for row in outcome["results"] if row["size"] == size)
    head = [f"{size} on {task}", "networks", "net-epochs/s", "quartiles", "setup s"]
    head += [f"{column['contestant']} /" for column in columns]
    body = []
    for row in rows:
        setup = row.get("compile_seconds")
        cells = [row["label"], f"{row['nets']:,}", f"{row['median']:.3g}"]
        cells += [f"{row['quartile_low']:.3g} - {row['quartile_high']:.3g}", "" if setup is None else f"{setup:.2f}"]
        cells += [f"{column['median'] / row['median']:,.2f}" for column in columns]
        body.append(cells)
    widths = [max(len(line[index]) for line in [head, *body]) for index in range(len(head))]
    pad = lambda cells: "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"  # noqa: E731
    return [pad(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(pad, body)]
