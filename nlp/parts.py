"""Which figure is a part of which: "trong đó", lists in brackets, and whether the parts make up the whole."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from nlp.amounts import Read
from nlp.source import Source
from nlp.tables import either, table, terms

_WORDS = table("meaning")["parts"]
_OPENER = re.compile(
    rf"(?<!\w)(?:{either(terms(_WORDS['openers']))}|{either(terms(_WORDS['rests']))})(?!\w)|\("
)
_WITHIN = re.compile(r"(?<!\w)trong (?:số |tổng số )?$")  # trong 6 trụ sở dôi dư, 2 trụ sở …
_AGAIN = re.compile(rf"(?i)\s*(?:{either(terms(_WORDS['openers']))})(?!\w)")
_REACH = 500  # letters before a part in which its whole is told
_NEAR = 60  # letters between a whole and the words behind which its parts are told, whatever they are called


def find_wholes(
    source: Source, reads: list[Read], changes: Sequence[str | None]
) -> list[int | None]:
    """For each figure the number of the one that it is a part of, None where it is no part."""
    finder = _Finder(source, reads, changes)
    for number in range(len(reads)):
        finder.done.append(finder.whole_of(number))
    finder.add_sums()
    return finder.done


def add_up(reads: list[Read], wholes: list[int | None]) -> dict[int, str]:
    """Of each whole whether its parts make it up: parts_complete, parts_exceed, or parts_incomplete."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for read, whole in zip(reads, wholes, strict=True):
        if whole is not None:
            sums[whole] += read.value or 0
    words = {-1: "parts_incomplete", 0: "parts_complete", 1: "parts_exceed"}
    return {
        n: words[(made > _size(reads[n])) - (made < _size(reads[n]))] for n, made in sums.items()
    }


def _size(read: Read) -> Decimal:
    return read.total or read.value or read.high or Decimal(0)


@dataclass(frozen=True)
class _List:
    """A list of parts: where it begins, whether in brackets, and whether its sentence only tells parts."""

    start: int
    end: int
    bracket: bool
    again: bool


class _Finder:
    """The figures of one text in order, and the wholes found so far."""

    def __init__(self, source: Source, reads: list[Read], changes: Sequence[str | None]) -> None:
        self.source, self.reads, self.changes = source, reads, changes
        self.starts = [r.start for r in reads]
        self.done: list[int | None] = []

    def whole_of(self, number: int) -> int | None:
        part = self.reads[number]
        if not self._may_be(number):
            return None
        first, again = self._begin(part.start)
        listed = self._list(first, part, again)
        begin = bisect_left(self.starts, listed.start) if listed else number
        if listed and (shared := self._shared(listed, number, begin)) is not None:
            return shared
        for n in range(begin - 1, -1, -1):
            whole = self.reads[n]
            if whole.start < first:
                return None
            if listed is None:
                if self._implied(whole, part):
                    return n
            elif not (
                listed.again and (self.done[n] is not None or self.changes[n])
            ) and self._holds(listed, whole, part):
                return n
        return None

    def _may_be(self, number: int) -> bool:
        part = self.reads[number]
        rated = part.per or "/" in (part.unit or "")
        odd = part.type == "percent" or "table_cell" in part.flags or part.value is None
        return not (odd or rated or self.changes[number])

    def _begin(self, at: int) -> tuple[int, bool]:
        """The start of the sentence; of the one before where this one only tells its parts, and then True."""
        first, _ = self.source.sentence(at)
        again = (
            bool(first and _AGAIN.match(self.source.text, first))
            and self.source.text[first - 2 : first] != "\n\n"
        )
        if again:
            first, _ = self.source.sentence(max(0, first - 2))
        return max(first, at - _REACH), again

    def _list(self, first: int, part: Read, again: bool) -> _List | None:
        """The list of parts that reaches a figure; a semicolon ends it, but not a list of bare numbers."""
        text, at = self.source.lowered, part.start
        marks = [
            mark
            for mark in _OPENER.finditer(text, first, at)
            if mark[0] != "(" or text.find(")", mark.end(), at) < 0
        ]
        if not marks:
            return None
        mark = marks[-1]
        listed = again or text.startswith(":", mark.end()) or "elided_noun" in part.flags
        if ";" in text[mark.end() : at] and not listed:
            return None
        own, _ = self.source.sentence(at)
        opens = again and not text[own : mark.start()].strip()
        return _List(mark.start(), mark.end(), mark[0] == "(", opens)

    def _shared(self, listed: _List, number: int, begin: int) -> int | None:
        """The whole of an earlier part of the same list."""
        part = self.reads[number]
        for n in range(begin, number):
            whole = self.done[n]
            if (
                whole is not None
                and whole < begin
                and _size(self.reads[whole]) >= (part.value or 0)
            ):
                return whole if _comparable(self.reads[whole], part) else None
        return None

    def _holds(self, listed: _List, whole: Read, part: Read) -> bool:
        """Whether a figure is of the same kind of thing and at least as great."""
        if not _comparable(whole, part) or _size(whole) < (part.value or 0):
            return False
        near = 0 <= listed.start - whole.end < _NEAR and not listed.bracket
        return whole.type != "count" or near or _same_kind(whole.noun or "", part.noun or "")

    def _implied(self, whole: Read, part: Read) -> bool:
        """Whether a part shows without a word for it: 17 mẫu, 15/17 mẫu âm tính; trong 6 trụ sở, 2 trụ sở."""
        if whole.noun is None or not _same_kind(whole.noun, part.noun or ""):
            return False
        before = self.source.lowered[max(0, whole.start - 20) : whole.start]
        return (part.total is not None and part.total == whole.value) or bool(
            _WITHIN.search(before)
        )

    def add_sums(self) -> None:
        """Figures of one noun behind one that is exactly their sum are its parts: 58 tổ chức, có 11 …; 39 …; 8 …."""
        for number, whole in enumerate(self.reads):
            if whole.type == "count" and self.done[number] is None and whole.value:
                for n in self._summands(number):
                    self.done[n] = number

    def _summands(self, number: int) -> list[int]:
        found: list[int] = []
        whole, made = self.reads[number], Decimal(0)
        _, last = self.source.sentence(whole.start)
        for n in range(number + 1, min(number + 9, len(self.reads))):
            part = self.reads[n]
            if part.start >= last:
                break
            if (
                not self._may_be(n)
                or part.type != "count"
                or not _same_kind(whole.noun or "", part.noun or "")
            ):
                continue
            if self.done[n] is not None:
                return []
            made, found = made + (part.value or 0), [*found, n]
            if made == whole.value and len(found) > 1:
                return found
        return []


def _comparable(whole: Read, part: Read) -> bool:
    same = whole.type == part.type and not whole.per
    return same and (whole.type == "count" or whole.unit == part.unit)


_PEOPLE = frozenset(terms(table("nouns")["classes"]["people"]))
_HUMAN = re.compile(rf"(?:{either([*terms(_WORDS['human']), *_PEOPLE])})(?!\w)")
_CLASSIFIERS = frozenset(terms(_WORDS["classifiers"]))


def _same_kind(whole: str, part: str) -> bool:
    one, other = whole.lower(), part.lower()
    shared = set(one.split(" ")[:2]) & set(other.split(" ")[:2])
    return bool(shared) or other in _CLASSIFIERS or bool(_HUMAN.match(one) and _HUMAN.match(other))
