"""underthesea, asked sentence by sentence: its NER is quadratic in length and rewrites its text.

Its answers are candidates only. It is loaded when the first sentence is asked about, because that
takes a second.
"""

from functools import cache
from typing import Any

from text import bare_key

_KINDS = {"PER": "person", "ORG": "organisation", "LOC": "place"}


@cache
def _ner() -> Any:
    from underthesea import ner  # noqa: PLC0415 -- takes a second, which most texts do not need

    return ner


@cache
def stock_entities(sentence: str) -> tuple[tuple[int, int, str], ...]:
    """Spans and kinds that underthesea names in one sentence, aligned to the sentence's letters."""
    found: list[list[Any]] = []
    at = 0
    for word, _, _, label in _ner()(sentence):
        start, at = _align(sentence, word, at)
        kind = _KINDS.get(label[2:])
        if kind is None:
            continue
        if (
            label.startswith("I-")
            and found
            and found[-1][2] == kind
            and not sentence[found[-1][1] : start].strip()
        ):
            found[-1][1] = at
        else:
            found.append([start, at, kind])
    return tuple((start, end, kind) for start, end, kind in found)


def _align(sentence: str, word: str, at: int) -> tuple[int, int]:
    """Where a token stands, letter by letter without blanks: underthesea moves tone marks."""
    letters = [c for c in bare_key(word) if not c.isspace()]
    while at < len(sentence) and sentence[at].isspace():
        at += 1
    start = at
    for _ in letters:
        while at < len(sentence) and sentence[at].isspace():
            at += 1
        at += 1
    return start, min(at, len(sentence))
