"""Places: type words with names, lists of names, gazetteer names, countries and regions."""

import re
from collections.abc import Iterable

from nlp.bodies import BodyReader
from nlp.gazetteer import Gazetteer
from nlp.names import looks_personal, run_end, syllables
from nlp.patterns import (
    BETWEEN,
    CLOSED,
    COUNTRIES,
    FIRST_HALVES,
    GREAT_MEN,
    HAMLETS,
    LEVELS,
    OTHER_TYPES,
    PEOPLES,
    REGIONS,
    SHORT_AFTER,
    SHORT_COUNTRIES,
    SURNAMES,
)
from nlp.tables import table
from text import match_key

_PLURAL = re.compile(
    rf"(?:(?:^|\W)(?:{'|'.join(table('places')['types']['plural'])})|\d)\s$", re.IGNORECASE
)
_LIST = re.compile(r"(?:\s?[,;]\s?|\s(?:và|&)\s)(?=\S)")
_NUMBER = re.compile(
    r"\s?(?:số )?\d{1,3}[A-Z]?(?![\w]|[.,]\d|\s?(?:%|triệu|tỷ|nghìn|đồng|ha\b|hộ|người))"
)
_TAIL_NUMBER = re.compile(
    r" \d{1,2}(?![\w.,]*\d|\s?(?:%|triệu|tỷ|nghìn|đồng|ha\b|hộ|người|[^\W\d_]))"
)
_DASHED = re.compile(r"\s?[-–]\s?")
_LINE_HEAD = re.compile(r"(?:^|\n)[*•+\- ]*$")

Spans = list[tuple[int, int]]


class PlaceReader:
    """Finds places in one text; `places` are bare names already known from it."""

    def __init__(
        self, text: str, gazetteer: Gazetteer, bodies: BodyReader, places: frozenset[str]
    ) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.bodies = bodies
        self.places = places

    def places_at(self, at: int) -> Spans:
        """Spans of the place, or of the list of places, that begins at a position."""
        if CLOSED.search(self.text[max(0, at - 22) : at]):
            return []
        for pattern in (REGIONS, COUNTRIES):
            if found := pattern.match(self.text, at):
                return [found.span()]
        short = SHORT_COUNTRIES.match(self.text, at)
        if (
            short
            and SHORT_AFTER.search(self.text[max(0, at - 14) : at])
            and not re.match(r" [^\W\d_]", self.text[short.end() : short.end() + 2])
        ):
            return [short.span()]
        if (
            short
            and short[0] in ("Lào", "Nga", "Pháp")
            and not (run_end(self.text, at) or 0) > short.end()
        ):
            return [short.span()]
        return self._typed(at) or self._bare(at)

    def named(self, spans: Iterable[tuple[int, int]]) -> frozenset[str]:
        """The bare names of places, by matching key, to know them again without their type."""
        names = set()
        for start, end in spans:
            found = LEVELS.match(self.text, start) or HAMLETS.match(self.text, start)
            bare = self.text[found.end() if found else start : end].strip()
            if bare and bare[0].isupper():
                names.add(match_key(bare))
        return frozenset(names)

    def _typed(self, at: int) -> Spans:
        level, hamlet, other = (p.match(self.text, at) for p in (LEVELS, HAMLETS, OTHER_TYPES))
        longest = max((m for m in (level, hamlet, other) if m), key=lambda m: m.end(), default=None)
        if longest is None or self._is_other_word(longest):
            return []
        if _PLURAL.search(self.text[max(0, at - 6) : at]):
            listed = self._list(longest.end())
            return listed if listed or longest is not hamlet else []
        end = self._name_end(longest, hamlet is not None)
        return [(at, end)] if end else []

    def _is_other_word(self, kind: re.Match[str]) -> bool:
        """Whether the type word is a family name (Hồ Chí Minh) or half of another word (khai thác)."""
        if kind[0] in SURNAMES and kind[0][0].isupper():
            return True
        before = re.search(r"([^\W\d_]+) $", self.text[max(0, kind.start() - 8) : kind.start()])
        return before is not None and before[1].lower() in FIRST_HALVES and " " not in kind[0]

    def _name_end(self, kind: re.Match[str], hamlet: bool) -> int | None:
        if (
            hamlet
            and (number := _NUMBER.match(self.text, kind.end()))
            and number[0][0] in " 0123456789"
        ):
            return number.end()
        begin = kind.end() + (self.text[kind.end() : kind.end() + 1] == " ")
        between = BETWEEN.match(self.text, begin)
        if between and self.text[between.end() : between.end() + 1] == " ":
            begin = between.end() + 1
        end = self._run(begin, kind[0])
        if end is None:
            return None
        if tail := _TAIL_NUMBER.match(self.text, end):
            return tail.end()
        return end

    def _run(self, begin: int, kind: str) -> int | None:
        """The end of a place's name: the longest the gazetteer knows, else the run of capitals."""
        end = run_end(self.text, begin)
        if end is None or self.bodies.begins_body(begin):
            return None
        end -= self.text[end - 1] == "."
        level = kind.lower()
        if beyond := self._dashed(begin, end, level):
            return beyond
        words = syllables(self.text, begin, end)
        if self.text[begin:end] in PEOPLES or (
            kind == "TT" and not self.gazetteer.knows(self.text[begin:end])
        ):
            return None
        if LEVELS.match(kind):
            for _, stop in reversed(words):
                if self.gazetteer.knows(self.text[begin:stop]):
                    return stop
        return words[min(len(words), 5) - 1][1]

    def _dashed(self, begin: int, end: int, level: str) -> int | None:
        """The end of a name of two halves: khu Đồng Sậy - Trẫm Sau, tỉnh Bà Rịa - Vũng Tàu."""
        joint = _DASHED.match(self.text, end)
        beyond = run_end(self.text, joint.end()) if joint else None
        if beyond is None or not level.startswith(("khu", "tỉnh", "kcn", "cụm")):
            return None
        known = not level.startswith("tỉnh") or self.gazetteer.knows(self.text[begin:beyond])
        return beyond if known else None

    def _list(self, at: int) -> Spans:
        """Names behind "các xã": each its own place, the type word outside."""
        spans: Spans = []
        begin = at + 1
        while (end := run_end(self.text, begin)) is not None and not self.bodies.begins_body(begin):
            end -= self.text[end - 1] == "."
            spans.append((begin, end))
            joint = _LIST.match(self.text, end)
            if not joint or LEVELS.match(self.text, joint.end()):
                break
            begin = joint.end()
        return spans

    def _bare(self, at: int) -> Spans:
        end = run_end(self.text, at)
        if end is None:
            return []
        words = syllables(self.text, at, end)
        for count in range(min(len(words), 5), 0, -1):
            stop = words[count - 1][1]
            stop -= self.text[stop - 1] == "."
            if self._is_place(at, stop, rest=len(words) - count):
                return [(at, stop)]
        return []

    def _is_place(self, start: int, end: int, rest: int) -> bool:
        name = self.text[start:end]
        if name in GREAT_MEN:
            return False
        if rest and looks_personal(name + " x"):
            return False
        if self.gazetteer.is_near(name) and (" " in name or rest == 0):
            return (
                rest == 0
                or not self.text[end + 1 : end + 2].isupper()
                or self.gazetteer.knows(name)
            )
        if match_key(name) in self.places and rest == 0:
            return " " in name or len(name) > 3
        heads_line = bool(_LINE_HEAD.search(self.text[max(0, start - 6) : start]))
        return (
            heads_line
            and rest == 0
            and self.text[end : end + 1] == ":"
            and self.gazetteer.knows(name)
        )
