"""Levels of government behind a body or an office, and the names of units behind levels."""

import re
from collections import defaultdict
from collections.abc import Iterable

from nlp.gazetteer import Gazetteer
from nlp.names import looks_personal, run_end, split_name, syllables
from nlp.patterns import HAMLETS, LEVELS

_NUMBER = re.compile(r" (?:số )?\d+[A-Z]?(?![\w.,]*\d|\s?(?:%|triệu|tỷ|nghìn|đồng))")
_UNIT_NUMBER = re.compile(r" \d{1,2}(?!\d)")
_SIBLINGS = (("xã", "phường", "thị trấn"), ("huyện", "thị xã", "thành phố", "quận"))
_AFTER_LEVEL = re.compile(r" các(?!\w)")
# Courts and the like since 2025 have numbered areas: Tòa án nhân dân khu vực 6 - Quảng Trị.
_AREA = re.compile(r" khu vực \d{1,2}(?: [-–] (?=[^\W\d_]))?")
_NO_LEVELS = ("khu vực", "cụm dân cư")
_NEVER_BARE = ("tổ", "bản", "khối", "khu", "làng")
_NUMBERED_LEVELS = ("quận", "phường", "q.", "p.")
_HAMLET_NAME = 2  # words of a person's name that a hamlet may bear
_LONGEST = 4  # words of a place that no table knows


class LevelReader:
    """Finds where a level and its unit's name end in one text."""

    def __init__(self, text: str, gazetteer: Gazetteer) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self._people: dict[str, set[str]] = defaultdict(set)

    def know(self, names: Iterable[str]) -> None:
        """Take names of people, which stand behind levels too: Chủ tịch UBND huyện Trượng Ngọc Sinh."""
        for name in names:
            if " " in name:
                self._people[name.partition(" ")[0]].add(name)

    def level_end(self, at: int) -> int | None:
        """The end of a level word and the place name behind it, if any: " huyện Gia Viễn"."""
        if self.text[at : at + 1] != " ":
            return None
        if area := _AREA.match(self.text, at):
            province = run_end(self.text, area.end()) if area[0].endswith(" ") else None
            return province or area.end()
        found = LEVELS.match(self.text, at + 1) or HAMLETS.match(self.text, at + 1)
        if not found or _AFTER_LEVEL.match(self.text, found.end()) or found[0] in _NO_LEVELS:
            return None
        end = self.place_end(found.end(), found[0].lower())
        if end is None and (self._sibling(found) or found[0].lower() in _NEVER_BARE):
            return None
        return end or found.end()

    def _sibling(self, level: re.Match[str]) -> bool:
        """Whether another level of the same rank follows, so that many are meant: UBND xã, thị trấn."""
        rank = next((r for r in _SIBLINGS if level[0] in r), ())
        others = "|".join(word for word in rank if word != level[0])
        joint = rf"(?:,| và|/|-| -) ?(?:{others})(?!\w)"
        following = self.text[level.end() : level.end() + 20]
        return bool(others) and re.match(joint, following) is not None

    def place_end(self, at: int, level: str) -> int | None:
        """The end of the place name behind a level word; a person's name there is left alone."""
        begin = at + (self.text[at : at + 1] == " ")
        if begin == at and self.text[at - 1] != ".":
            return None
        end = run_end(self.text, begin)
        if end is None:
            return self._numbered(at, level)
        own = level if LEVELS.match(level) else None
        known = self.known_unit(begin, end, own) or self.known_unit(begin, end, None)
        if known or self._is_known_person(begin):
            return known
        return self._unknown(begin, end, hamlet=HAMLETS.match(level) is not None)

    def _is_known_person(self, begin: int) -> bool:
        first = self.text[begin : begin + 12].partition(" ")[0]
        names = self._people.get(first, ())
        return any(self.text.startswith(name, begin) for name in names)

    def _numbered(self, at: int, level: str) -> int | None:
        number = _NUMBER.match(self.text, at)
        numbered = HAMLETS.match(level) or level in _NUMBERED_LEVELS
        return number.end() if number and numbered else None

    def _unknown(self, begin: int, end: int, hamlet: bool) -> int | None:
        """The end of a place that no table knows, before a person's name that stands behind it."""
        words = syllables(self.text, begin, end)
        if looks_personal(self.text[begin:end]) and not (hamlet and len(words) <= _HAMLET_NAME):
            return split_name(self.text, words) if hamlet else None
        stop = split_name(self.text, words) or words[min(len(words), _LONGEST) - 1][1]
        stop -= self.text[stop - 1] == "."
        number = _UNIT_NUMBER.match(self.text, stop) if hamlet else None
        return number.end() if number else stop

    def bare_place(self, at: int) -> int | None:
        """The end of the longest unit's name behind a position: Huyện ủy Gia Viễn."""
        end = run_end(self.text, at + 1) if self.text[at : at + 1] == " " else None
        return self.known_unit(at + 1, end, None) if end else None

    def known_unit(self, begin: int, end: int, level: str | None) -> int | None:
        """The end of the longest name of a unit (of that level) within a run of capitals."""
        number = _UNIT_NUMBER.match(self.text, end)
        ends = [
            stop - (self.text[stop - 1] == ".") for _, stop in syllables(self.text, begin, end)[:6]
        ]
        for stop in ([number.end()] if number else []) + ends[::-1]:
            name, rest = self.text[begin:stop], self.text[stop:end].strip(" .")
            alone = not rest or looks_personal(rest)
            if self.gazetteer.knows(name, level) or (
                alone and self.gazetteer.knows_afar(name, level)
            ):
                return stop
        return None

    def is_unit(self, at: int) -> bool:
        """Whether the capitals here are a unit's name: Hội An, Trường Sa."""
        end = run_end(self.text, at)
        return end is not None and self.gazetteer.knows(self.text[at:end].rstrip("."))
