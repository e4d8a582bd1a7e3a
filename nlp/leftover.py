"""Names that no rule explains: underthesea is asked about their sentence, rules accept or not.

Accepted are a person whose name reads as a full name, and a place that a preposition announces,
both only where underthesea names exactly the unexplained run of capitals: on bulletins most of its
other finds are wrong (the decision record on rules and underthesea has the figures).
"""

import re

from nlp.names import looks_personal, run_end
from nlp.source import Source
from nlp.spots import Spot
from nlp.stock import stock_entities
from text import UPPER

_CAPITAL = re.compile(rf"(?<![\w'.-])(?=[{UPPER}])")
_PLACED = re.compile(r"(?:tại|ở|từ|về|đến|qua|ra|vào|gần|giáp) $")


Spans = list[tuple[int, int]]


def ask_stock(source: Source, explained: Spans, prose: Spans) -> list[Spot]:
    """People and places in runs of two capitals or more that nothing explained touches."""
    taken = bytearray(len(source.text) + 1)
    for start, end in explained:
        taken[start:end] = b"\1" * (end - start)
    found: list[Spot] = []
    for start, end in source.sentences:
        if not any(a <= start < b for a, b in prose):
            continue
        for at, stop, kind in _unexplained(source.text, start, end, taken):
            if _named(source.text[start:end], at - start, stop - start, kind):
                name = source.text[at:stop]
                found.append(Spot(at, stop, kind, name if kind == "person" else ""))
    return found


def _unexplained(text: str, start: int, end: int, taken: bytearray) -> list[tuple[int, int, str]]:
    runs = []
    at = start
    while found := _CAPITAL.search(text, at, end):
        stop = run_end(text, found.start()) or found.start() + 1
        at = max(stop, found.start() + 1)
        run = text[found.start() : stop]
        if " " not in run or 1 in taken[found.start() : stop] or stop > end:
            continue
        if _PLACED.search(text[max(start, found.start() - 6) : found.start()]):
            runs.append((found.start(), stop, "place"))
        elif looks_personal(run):
            runs.append((found.start(), stop, "person"))
    return runs


def _named(sentence: str, start: int, end: int, kind: str) -> bool:
    return (start, end, kind) in stock_entities(sentence)
