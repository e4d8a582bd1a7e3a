"""Scores of what figures mean, by the rules of RELATIONS.md: only figures that were found count."""

from collections import Counter
from typing import Any

KEYS = ("about", "period", "change", "baseline", "part_of", "of_plan", "aim")
Row = dict[str, Any]


def relation_scores(golds: list[Row], answers: dict[Any, Any]) -> dict[str, float | int]:
    """The share of figures of which each key is right, where gold or answer says something.

    `about` and `baseline` are right where they overlap, `of_plan` and `aim` count where they are not false
    and result; `figures` is how many were compared.
    """
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for gold in golds:
        for wanted, figure, numbers in _pairs(gold["figures"], answers[gold["id"]]["figures"]):
            asked["figures"] += 1
            for key in KEYS:
                mine = _answer(figure, key, numbers)
                if _says(wanted[key]) or _says(mine):
                    asked[key] += 1
                    right[key] += _same(wanted[key], mine)
    shares = {key: round(right[key] / asked[key], 4) if asked[key] else 1.0 for key in KEYS}
    return {"figures": asked["figures"], **shares}


def _pairs(wanted: list[Row], figures: list[Row]) -> list[tuple[Row, Row, dict[int, int]]]:
    """Figures of both sides at one place, with the numbers of ours by theirs."""
    starts = {f["start"]: n for n, f in enumerate(figures)}
    found = {n: starts[w["start"]] for n, w in enumerate(wanted) if w["start"] in starts}
    numbers = {ours: theirs for theirs, ours in found.items()}
    return [(wanted[theirs], figures[ours], numbers) for theirs, ours in found.items()]


def _answer(figure: Row, key: str, numbers: dict[int, int]) -> Any:
    value = figure[key]
    if key == "period" and value:
        return [value["from"], value["to"]]
    if key == "part_of" and value is not None:
        return numbers.get(value, -1)
    return value


def _says(value: Any) -> bool:
    return value is not None and value is not False and value != "result"


def _same(wanted: Any, mine: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(mine, dict):
        return bool(wanted["start"] < mine["end"] and mine["start"] < wanted["end"])
    return bool(wanted == mine)
