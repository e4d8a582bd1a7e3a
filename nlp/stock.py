"""underthesea, asked sentence by sentence: its NER is quadratic in length and rewrites its text.

Its answers are candidates only. It is loaded when the first sentence is asked about, because that takes a
second. Its three taggers (parts of speech, chunks, names) are given the same features as by its own code, but
with their templates read once instead of once a word, which is where its own `ner` spends its time.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from text import bare_key

_KINDS = {"PER": "person", "ORG": "organisation", "LOC": "place"}
_TEMPLATE = re.compile(r"T\[(-?\d+)(?:,(-?\d+))?\](?:\[(\d+)\])?(?:\.(\w+))?")
# How a tagger gets the tag that it would have to know before it gives it.
_UNKNOWN = "X"

Column = list[str]


@cache
def _words() -> Callable[[str], list[str]]:
    from underthesea import word_tokenize  # noqa: PLC0415 -- takes a second, which most texts do not need

    split: Callable[[str], list[str]] = word_tokenize
    return split


@cache
def _taggers() -> list[Callable[[list[Column]], Column]]:
    """The taggers in the order in which each needs what the one before it found."""
    from underthesea.pipeline.chunking import CRFChunkingPredictor  # noqa: PLC0415
    from underthesea.pipeline.ner import CRFNERPredictor  # noqa: PLC0415
    from underthesea.pipeline.pos_tag import CRFPOSTagPredictor  # noqa: PLC0415

    predictors = (CRFPOSTagPredictor, CRFChunkingPredictor, CRFNERPredictor)
    return [_tagger(predictor.Instance()) for predictor in predictors]


def _tagger(predictor: Any) -> Callable[[list[Column]], Column]:
    from underthesea.pipeline.ner.tagged_feature import apply_function  # noqa: PLC0415

    parts = [(syntax, _TEMPLATE.fullmatch(syntax)) for syntax in predictor.transformer.template]
    asked = [(f"{s}=", int(m[1]), int(m[2] or m[1]), int(m[3] or 0), m[4]) for s, m in parts if m]
    functions = {function for *_, function in asked if function}

    def tag(columns: list[Column]) -> Column:
        columns = [*columns, [_UNKNOWN] * len(columns[0])]
        seen = {
            name: [str(apply_function(name, word)) for word in columns[0]] for name in functions
        }
        rows = [(p, a, b, seen[f] if f else columns[c]) for p, a, b, c, f in asked]
        features = zip(*(_features(*row) for row in rows), strict=True)
        tags: Column = predictor.model.tag([list(word) for word in features])
        return tags

    return tag


def _features(prefix: str, first: int, last: int, column: Column) -> Column:
    """One feature of every word: the words from `first` to `last` of it, or that they lie outside."""
    size = last - first + 1
    grams = [" ".join(column[i : i + size]) for i in range(len(column) - size + 1)]
    values = [prefix + gram for gram in (column if size == 1 else grams)]
    before, behind = [prefix + "BOS"] * -first, [prefix + "EOS"] * last
    return [*before, *values[max(first, 0) :], *behind][: len(column)]


@lru_cache(maxsize=1000)
def stock_entities(sentence: str) -> tuple[tuple[int, int, str], ...]:
    """Spans and kinds that underthesea names in one sentence, aligned to the sentence's letters."""
    found: list[list[Any]] = []
    at = 0
    for word, label in stock_labels(sentence):
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


def stock_labels(sentence: str) -> list[tuple[str, str]]:
    """Words and labels (B-PER, I-LOC, O ...) exactly as underthesea's own `ner` gives them."""
    columns = [_words()(sentence)]
    if not columns[0]:
        return []
    for tagger in _taggers():
        columns.append(tagger(columns))
    return list(zip(columns[0], columns[-1], strict=True))


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
