"""The results of a run as a table, and as docs/performance.md with its plot."""

import os
import platform
import sys
import time
from html import escape
from pathlib import Path
from statistics import median

DOCS = Path(__file__).parent.parent.parent / "docs"
USUAL = 200_000  # bulletins
FEW = 5  # questions of each class that PostgreSQL is asked where there are more bulletins than usual: each takes seconds
_ENGINES = ("ours", "FTS5", "PostgreSQL")
_COLOURS = {"ours": "#1b6e53", "FTS5": "#b5722a", "PostgreSQL": "#5b6b9a"}
Times = dict[str, list[float]]


def p95(times: list[float]) -> float:
    """What 95 of 100 take at most."""
    return sorted(times)[int(len(times) * 0.95)]


def write_report(count: int, told: dict[str, str], times: dict[str, Times], *, write: bool) -> None:
    """Print the report; write it into the docs where that is asked for."""
    text = report_text(count, told, times)
    sys.stdout.write(text)
    if write:
        (DOCS / f"{file_name(count)}.svg").write_text(plot(count, times), encoding="utf-8")
        (DOCS / f"{file_name(count)}.md").write_text(text, encoding="utf-8")


def file_name(count: int) -> str:
    """Where a run of so many bulletins is reported."""
    return "performance" if count == USUAL else f"performance-{count}"


def report_text(count: int, told: dict[str, str], times: dict[str, Times]) -> str:
    """The report as Markdown."""
    fewer = (
        f" PostgreSQL is asked {FEW} questions of each class, the others 15."
        if count > USUAL
        else ""
    )
    lines = [
        f"# Search and storage at {count:,} bulletins", "",
        f"Measured by `make bench-search` on {os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()}), where ten million "
        f"additions in Python take {additions():.2f} s. Ours are answers whole: exact totals, facets, re-posts folded, 20 results with snippets from "
        "the database. FTS5 ranks and cuts snippets, PostgreSQL ranks. Among the generator's bulletins are no re-posts and no figures that are parts of others: "
        f"where there are, small queries more are asked.{fewer} Milliseconds, warm.", "",
        "| class | " + " | ".join(f"{name} p50 | p95" for name in _ENGINES) + " | FTS5 / ours |",
        "|---|" + "---:|" * (2 * len(_ENGINES) + 1),
    ]  # fmt: skip
    for name in times["ours"]:
        cells = [_cell(times[engine].get(name)) for engine in _ENGINES]
        lines.append(f"| {name} | {' | '.join(cells)} | {_ratio(times, name)} |")
    lines += [
        "",
        f"![the same as a plot]({file_name(count)}.svg)",
        "",
        "| what | measured |",
        "|---|---|",
    ]
    lines += [f"| {name} | {value} |" for name, value in told.items()]
    return "\n".join(lines) + "\n"


def additions() -> float:
    """Seconds that ten million additions take: how fast this machine is."""
    began, total = time.perf_counter(), 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - began


def _cell(found: list[float] | None) -> str:
    return f"{median(found):.1f} | {p95(found):.1f}" if found else "| "


def _ratio(times: dict[str, Times], name: str) -> str:
    other = times["FTS5"].get(name)
    return f"{median(other) / median(times['ours'][name]):.1f}" if other else ""


def plot(count: int, times: dict[str, Times]) -> str:
    """Bars of p95 by class and engine, logarithmic, as SVG."""
    rows = [
        (name, engine, p95(times[engine][name]))
        for name in times["ours"]
        for engine in _ENGINES
        if name in times[engine]
    ]
    height, left, width = 16 * len(rows) + 60, 300, 520
    shapes, y, before = [], 40, ""
    for name, engine, value in rows:
        y += 8 if name != before else 0
        length = width * max(0.0, _log(value) + 1) / 5
        label = name if name != before else ""
        shapes.append(f'<text x="{left - 8}" y="{y + 10}" text-anchor="end">{escape(label)}</text>')
        shapes.append(
            f'<rect x="{left}" y="{y}" width="{length:.0f}" height="12" fill="{_COLOURS[engine]}"/>'
        )
        shapes.append(f'<text x="{left + length + 5:.0f}" y="{y + 10}">{value:.1f} ms</text>')
        y, before = y + 15, name
    key = "".join(
        f'<rect x="{left + 130 * n}" y="12" width="12" height="12" fill="{_COLOURS[e]}"/><text x="{left + 130 * n + 17}" y="22">{e}</text>'
        for n, e in enumerate(_ENGINES)
    )
    limit = left + width * (_log(60) + 1) / 5
    line = f'<line x1="{limit:.0f}" y1="34" x2="{limit:.0f}" y2="{y}" stroke="#999" stroke-dasharray="3 3"/><text x="{limit + 3:.0f}" y="{y + 12}" fill="#777">60 ms</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="960" height="{max(height, y + 30)}" font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="8" y="22" font-size="13">p95 at {count:,} bulletins, logarithmic</text>'
        f"{key}{line}{''.join(shapes)}</svg>\n"
    )


def _log(value: float) -> float:
    from math import log10

    return log10(max(value, 0.1))
