"""Rows of traps, figures and times, written by somebody who had not seen the reader.

What they scored at first sight stands in tests/gold/README.md; the limits here are those of the issue.
"""

import json
from pathlib import Path

from model.records import Document
from nlp import annotate
from tests.nlp.reading import DAY, figures, same_worth, unit, worth

ROWS = Path(__file__).parent / "rows"


def lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (ROWS / name).read_text(encoding="utf-8").splitlines()]


def test_no_figure_on_a_trap() -> None:
    found, rows = [], lines("traps.tsv")
    for _, text, trap in rows:
        start = text.index(trap)
        end = start + len(trap)
        found += [(trap, f.text) for f in figures(text) if f.start < end and start < f.end]
    assert len(rows) >= 150
    assert len(found) <= 0.02 * len(rows), found


def test_values_units_and_rates() -> None:
    wanted = right = rated = rates = extra = units = 0
    for text, told in lines("figures.tsv"):
        found = figures(text)
        rows = json.loads(told)
        extra += max(0, len(found) - len(rows))
        at = 0
        for row in rows:
            start = text.index(row["text"], at)
            at = start + len(row["text"])
            wanted += 1
            read = next(
                (f for f in found if f.start < at and start < f.end and f.type == row["type"]), None
            )
            if read is None or not same_worth(worth(read), row["value"]):
                continue
            right += 1
            head = unit(read).lower().split(" ")[0]
            units += row["type"] == "percent" or head == row["unit"].lower().split(" ")[0]
            if row.get("per"):
                rated += 1
                rates += bool(read.per)
    assert right / wanted >= 0.97
    assert extra <= 0.01 * wanted
    assert units / right >= 0.97
    assert rates / rated >= 0.9


def test_times() -> None:
    wanted = right = read = 0
    for published, text, told in lines("times.tsv"):
        found = annotate(Document(text=text, published=published)).times
        gold = {(row["type"], row["from"], row["to"]) for row in json.loads(told)}
        wanted += len(gold)
        read += len(found)
        right += len(gold & {(t.type, t.from_, t.to) for t in found})
    assert 2 * right / (wanted + read) >= 0.97


def test_a_rejected_sentence_has_no_figure() -> None:
    assert not figures("Tỷ lệ hộ nghèo năm 2023 giảm.", DAY)
