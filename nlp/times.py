"""Dates and periods of a text, found by patterns and given their first and last day."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from nlp.masks import Mask
from nlp.needed import Needed, Words, may_match, needed_words
from nlp.resolving import DAY, NUMBER, YEAR, Clue, Resolved, count_of
from nlp.source import Source
from nlp.timeforms import FORMS


@dataclass(frozen=True)
class Found:
    """A time found in the text, by its span there, resolved to first and last day."""

    start: int
    end: int
    kind: str
    first: date
    last: date
    certainty: str


_DAY_FIRST = r"\b(?:ngày )?" + DAY


@dataclass(frozen=True)
class Rule:
    """A compiled pattern over lower case with what it needs; `by_day` if it begins with a day's number."""

    kind: str
    pattern: re.Pattern[str]
    resolve: Callable[[Clue], Resolved]
    needed: Needed
    by_day: bool

    def matches(self, words: Words, days: list[int]) -> Iterator[re.Match[str]]:
        """The matches that do not overlap, in order."""
        lowered = words.lowered
        if not self.by_day:
            yield from words.matches(self.pattern, self.needed, lowered, _REACH)
            return
        end = 0
        for day in days:
            if day >= end and (match := self.pattern.match(lowered, day)):
                yield match
                end = match.end()


def _rule(kind: str, written: str, resolve: Callable[[Clue], Resolved]) -> Rule:
    pattern = re.compile(written)
    by_day = _DAY_FIRST in written[:60] or written.startswith(r"\b" + DAY)
    return Rule(kind, pattern, resolve, needed_words(pattern), by_day)


_COMPILED = [_rule(*form) for form in FORMS]
# A day's number, with the word or mark behind it that makes it one.
_DAY = re.compile(r"\b(?=(?:ngày )?\d{1,2}(?:\s?[/.-]\s?\d|\s?[–—]|, ?\d| (?:tháng|và|đến|tới)\b))")
_REACH = (60, 80)  # letters around a word of a time within which it is told
_PLURAL = re.compile(r"(?i)(?:hai|ba|bốn|năm|\d|các|những|mấy)\s$")


_PART = re.compile(rf"\b0?{NUMBER} tháng (?:đầu|cuối) năm(?: {YEAR})?")


def _parts(lowered: str) -> dict[int, int | None]:
    """The parts of a year that a text names in full, by months, with the year named first of all."""
    found = list(_PART.finditer(lowered)) if "tháng" in lowered else []
    year = next((int(m[2]) for m in found if m[2]), None)
    return {count_of(m[1]): year for m in found if "đầu" in m[0]}


def find_times(source: Source, published: date | None, mask: Mask) -> list[Found]:
    """All dates and periods of a text in order; takes their letters from the mask."""
    found: list[Found] = []
    lowered = source.lowered
    parts = _parts(lowered)
    days = [m.start() for m in _DAY.finditer(lowered)]
    for rule in _COMPILED:
        if not may_match(rule.needed, lowered):
            continue
        for match in rule.matches(source.words, days):
            if not mask.free(*match.span()):
                continue
            clue = Clue(match, source.text, source.sentence(match.start()), published, parts)
            resolved = rule.resolve(clue)
            if resolved is None:
                continue
            start = _bare_start(clue, rule.kind)
            mask.take([match.span()])
            first, last, certainty = resolved
            found.append(Found(start, match.end(), rule.kind, first, last, certainty))
    return sorted(found, key=lambda f: f.start)


def _bare_start(clue: Clue, kind: str) -> int:
    """Where the span begins: after a numeral or a plural the word ngày is not part of a period."""
    start = clue.match.start()
    lowered = clue.match[0].lower()
    if kind == "period" and lowered.startswith("ngày ") and _PLURAL.search(clue.before):
        return start + len("ngày ")
    for word in ("từ năm ", "từ "):
        if lowered.startswith(word):
            return start + len(word) - (4 if word == "từ năm " else 0)
    return start
