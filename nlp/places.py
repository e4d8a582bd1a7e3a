"""Places: type words with names, lists of names, gazetteer names, countries and regions."""

import re
from collections.abc import Iterable

from nlp.bodies import BodyReader
from nlp.gazetteer import Gazetteer
from nlp.names import looks_personal, run_end, syllables
from nlp.patterns import (
    ABROAD,
    BETWEEN,
    COUNTRIES,
    GREAT_MEN,
    HAMLETS,
    LEVELS,
    OTHER_TYPES,
    PEOPLES,
    PLACE_FIRSTS,
    REGIONS,
    SHORT_AFTER,
    SHORT_COUNTRIES,
    SURNAMES,
    TYPE_FIRSTS,
    is_closed,
    is_product,
    is_second_half,
)
from nlp.tables import table
from text import UPPER, match_key

_PLURAL = re.compile(
    rf"(?:(?:^|\W)(?:{'|'.join(table('places')['types']['plurals']['words'])})|\d)\s$",
    re.IGNORECASE,
)
_LIST = re.compile(r"(?:\s?[,;]\s?|\s(?:và|&)\s)(?=\S)")
_NUMBER = re.compile(
    r"\s?(?:số )?\d{1,2}[A-Z]?(?![\w]|[.,]\d|\s?(?:%|triệu|tỷ|nghìn|đồng|ha\b|hộ|người))"
)
_LETTERED = re.compile(r" [A-ZĐ]\d{0,2}[A-Z]?(?![\w'’])(?! [A-ZĐ])")
_DASHABLE = (
    "khu",
    "tỉnh",
    "kcn",
    "cụm",
    "kênh",
    "sông",
    "bãi",
    "xã",
    "phường",
    "thành phố",
    "tp",
    "dãy",
    "vịnh",
    "đầm",
    "hồ",
    "cao nguyên",
    "rạch",
    "suối",
)
_UNIT_NUMBER = re.compile(r" \d{1,2}(?!\d)")
_GOES_ON = re.compile(r" [^\W\d_]")
# The country in the name of a day or a contest: Ngày Nhà giáo Việt Nam.
_EVENT = re.compile(
    r"(?:Ngày|ngày|Hội thi|Liên hoan|Tháng|Tuần lễ|Giải|Cuộc vận động|Cuộc thi)(?: [^\W\d_]+){1,6} $"
)
_INITIAL = re.compile(rf"[{UPPER}]\.")
_HOME = re.compile(r"(?:quê|quê ở|quê tại|ngụ|ngụ tại|trú|trú tại) $")
_HAMLET_BEFORE = re.compile(
    r"(?:giai đoạn|bước|đợt|quý|lần|lớp|tháng|năm|thôn|xóm|ấp|bản|buôn|tổ|khu|khóm|khối|làng|số|đội|khu phố|dân phố) \d{1,2},? $"
)
_MODIFIED = re.compile(
    r" (?:(?:bạn|cũ|mới|nghèo|khác|vùng cao|miền núi|biên giới|ven biển|ven sông|điểm|còn lại|trọng điểm|lân cận|nội thị|phía \w+|gồm|là|như)[: ]*){1,3}(?=\S)"
)
_TAIL_NUMBER = re.compile(
    r" \d{1,2}(?![\w.,]*\d|\s?(?:%|triệu|tỷ|nghìn|đồng|ha\b|hộ|người|[^\W\d_]))"
)
_DASHED = re.compile(r"\s?[-–]\s?")
_LINE_HEAD = re.compile(r"(?:^|\n)[*•+\- ]*$")

Spans = list[tuple[int, int]]


_BETWEEN_WORDS = 4  # words between a type and its name: khu đô thị mới Bắc sông Cấm


class PlaceReader:
    """Finds places in one text; `places` are bare names already known from it."""

    def __init__(
        self, text: str, gazetteer: Gazetteer, bodies: BodyReader, places: frozenset[str]
    ) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.bodies = bodies
        self.places = places

    def places_at(self, at: int, first: str) -> Spans:
        """Spans of the place, or of the list of places, that begins at a position with this first word."""
        if is_closed(self.text[max(0, at - 22) : at]):
            return []
        if first in PLACE_FIRSTS and (end := self._known(at)):
            return [] if _EVENT.search(self.text[max(0, at - 45) : at]) else [(at, end)]
        typed = self._typed(at) if first in TYPE_FIRSTS else []
        return typed or self._bare(at)

    def _known(self, at: int) -> int | None:
        """The end of a region, a country or a place abroad."""
        for pattern in (REGIONS, ABROAD, COUNTRIES):
            if found := pattern.match(self.text, at):
                end = run_end(self.text, at) or found.end()
                longer = end > found.end() and looks_personal(self.text[at:end])
                return None if longer else found.end()
        short = SHORT_COUNTRIES.match(self.text, at)
        if short is None:
            return None
        announced = SHORT_AFTER.search(self.text[max(0, at - 14) : at])
        if announced and not _GOES_ON.match(self.text, short.end()):
            return short.end()
        alone = (run_end(self.text, at) or 0) <= short.end()
        return short.end() if short[0] in ("Lào", "Nga", "Pháp") and alone else None

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
        if longest[0][-1] == "." and _INITIAL.match(self.text, longest.end()):
            return []
        before = self.text[max(0, at - 20) : at]
        if _PLURAL.search(before) and longest is not other and not _HAMLET_BEFORE.search(before):
            listed = self._list(longest.end())
            return listed if listed or longest is not hamlet else []
        end = self._name_end(longest, hamlet is not None)
        return [(at, end)] if end else []

    def _is_other_word(self, kind: re.Match[str]) -> bool:
        """Whether the type word is a family name (Hồ Chí Minh) or half of another word (khai thác)."""
        if (
            kind[0] in SURNAMES
            and kind[0][0].isupper()
            and not OTHER_TYPES.match(self.text, kind.end() + 1)
        ):
            return True
        return is_second_half(self.text, kind)

    def _name_end(self, kind: re.Match[str], hamlet: bool) -> int | None:
        if (
            hamlet
            and (number := _NUMBER.match(self.text, kind.end()))
            and number[0][0] in " 0123456789"
        ):
            return number.end()
        begin = kind.end() + (self.text[kind.end() : kind.end() + 1] == " ")
        if lettered := _LETTERED.match(self.text, kind.end()):
            return lettered.end() if hamlet or kind[0].lower() == "khu" else None
        level = bool(LEVELS.match(kind[0]))
        for _ in range(0 if level else _BETWEEN_WORDS):
            between = BETWEEN.match(self.text, begin)
            if between is None or self.text[between.end() : between.end() + 1] != " ":
                break
            begin = between.end() + 1
            if inner := OTHER_TYPES.match(self.text, begin):  # Khu đô thị Bắc sông Cấm
                begin = inner.end() + 1
        end = self._run(begin, kind[0])
        if end is None:
            return self._numbered(kind) if level else None
        if level:
            tail = _UNIT_NUMBER.match(self.text, end)
            known = tail is not None and self.gazetteer.knows(self.text[begin : tail.end()])
        else:
            tail = _TAIL_NUMBER.match(self.text, end)
            known = tail is not None
        return tail.end() if tail and known else end

    def _numbered(self, kind: re.Match[str]) -> int | None:
        """The end of an urban unit that a number names: Q. 3, phường 12."""
        number = _NUMBER.match(self.text, kind.end())
        return (
            number.end() if number and kind[0].lower() in ("q.", "p.", "quận", "phường") else None
        )

    def _run(self, begin: int, kind: str) -> int | None:
        """The end of a place's name: the longest the gazetteer knows, else the run of capitals."""
        end = run_end(self.text, begin)
        if end is None or self._is_body(begin, end):
            return None
        region = REGIONS.match(self.text, begin) if LEVELS.match(kind) else None
        if region and not self.gazetteer.knows_afar(region[0], kind.lower()):
            return None if region.end() >= end else end
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

    def _is_body(self, begin: int, end: int) -> bool:
        """Whether a body begins behind a type word, and not a place that only looks like one: thôn Hội An."""
        body = self.bodies.body_end(begin) if self.bodies.tails.begins_body(begin) else None
        return body is not None and (body > end or self.bodies.has_level(begin))

    def _dashed(self, begin: int, end: int, level: str) -> int | None:
        """The end of a name of two halves: khu Đồng Sậy - Trẫm Sau, tỉnh Bà Rịa - Vũng Tàu."""
        joint = _DASHED.match(self.text, end)
        beyond = run_end(self.text, joint.end()) if joint else None
        if beyond is None or not level.startswith(_DASHABLE):
            return None
        known = not LEVELS.match(level) or self.gazetteer.knows(self.text[begin:beyond])
        return beyond if known else None

    def _list(self, at: int) -> Spans:
        """Names behind "các xã": each its own place, the type word outside."""
        spans: Spans = []
        modified = _MODIFIED.match(self.text, at)
        begin = modified.end() if modified else at + 1
        while (end := run_end(self.text, begin)) is not None and not self._is_body(begin, end):
            end -= self.text[end - 1] == "."
            if self.text[begin:end] in PEOPLES:
                break
            spans.append((begin, end))
            joint = _LIST.match(self.text, end)
            if not joint or LEVELS.match(self.text, joint.end()):
                break
            begin = joint.end()
        return spans

    def _bare(self, at: int) -> Spans:
        end = run_end(self.text, at)
        before = self.text[max(0, at - 30) : at]
        if end is None or is_product(before):
            return []
        if _HOME.search(before) and self._is_home(at, end):
            return [(at, end)]
        words = syllables(self.text, at, end)
        for count in range(min(len(words), 5), 0, -1):
            stop = words[count - 1][1]
            stop -= self.text[stop - 1] == "."
            if self._is_place(at, stop, rest=len(words) - count):
                return [(at, stop)]
        return []

    def _is_home(self, at: int, end: int) -> bool:
        """Whether the capitals behind a word like quê are a place that no table of this province knows."""
        name = self.text[at:end]
        return " " in name and "." not in name and not looks_personal(name)

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
