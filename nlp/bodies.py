"""Bodies: where the name of an organisation ends."""

import re

from nlp.gazetteer import Gazetteer
from nlp.levels import LevelReader
from nlp.names import run_end
from nlp.patterns import (
    BRANCHED,
    COUNTRIES,
    GENERIC_AFTER,
    HEADED,
    INNER,
    LEVELLED,
    NEVER,
    OVER,
    REGIONS,
    STANDALONE,
    is_second_half,
)
from nlp.tails import BRACKET, BRANCH, CAPITAL, FINAL_NUMBER, TailReader

_LIST = re.compile(r"(?:\s?,\s?|\s(?:và|&|cùng|[-–])\s|;\s?)")
_PAIR = re.compile(r"(?:HĐND|Huyện ủy|ĐBQH|Đoàn ĐBQH|Đảng ủy)(?: ?(?:&|và|-|–) ?|, ?)")
# A number or a plural before a head: many bodies, none of them by name.
_COUNTED = re.compile(
    r"(?:(?<!lớp)(?<!tháng)(?<!năm)(?<!ngày)(?<!khối)(?:^| )\d{1,3}|các|những|mỗi|từng) $"
)
_OF_PLACE = re.compile(r"(?:ủy|đoàn(?: xã| phường| thị trấn)?)$")
_REGIMENT = re.compile(r" \d{3}(?!\d)")
_AWAY = re.compile(r"(?:Hiệp hội|Hội [Đđ]ồng hương|Quỹ|Văn phòng|UNESCO|UNICEF|Đại sứ)")
_NEVER_LISTED = ("Công an", "CA", "Đảng bộ", "Chi bộ")


_DEEPEST = 8


class BodyReader:
    """Finds where a body's name ends in one text."""

    def __init__(self, text: str, gazetteer: Gazetteer) -> None:
        self.text = text
        self._depth = 0
        self.levels = LevelReader(text, gazetteer)
        self.tails = TailReader(text, self.levels)

    def body_end(self, at: int, listed: bool = True) -> int | None:
        """The end of the body that begins at a position, None where none does.

        `listed` allows a bare HĐND when the list it stands in ends with a level. Bodies over bodies, and
        lists of them, are followed a few steps only.
        """
        if self._depth == _DEEPEST:
            return None
        self._depth += 1
        try:
            return self._body_end(at, listed)
        finally:
            self._depth -= 1

    def _body_end(self, at: int, listed: bool) -> int | None:
        if any(p.match(self.text, at) for p in (NEVER, REGIONS)) or self.levels.is_unit(at):
            return None
        end = self._over(at) or self._standalone(at) or self._levelled(at, listed)
        end = end or self._headed(at)
        return None if end is None else self._abroad(at, self.chained(end))

    def chained(self, end: int) -> int:
        """A body named right behind another belongs to it: Đội … Công an huyện."""
        bracket = BRACKET.match(self.text, end)
        begin = (bracket.end() if bracket else end) + 1
        if self.text[begin - 1 : begin] != " " or not (
            self.has_level(begin) or OVER.match(self.text, begin)
        ):
            return end
        return self.body_end(begin, listed=False) or end

    def _abroad(self, at: int, end: int) -> int:
        """The end of the place where a body is that is not of it: Hiệp hội Doanh nghiệp Hàn Quốc tại Bình Dương."""
        if not _AWAY.match(self.text, at) or not self.text.startswith(" tại ", end):
            return end
        begin = end + len(" tại ")
        country = COUNTRIES.match(self.text, begin)
        run = country.end() if country else self.levels.level_end(begin - 1)
        return run or self.levels.bare_place(begin - 1) or end

    def _over(self, at: int) -> int | None:
        found = OVER.match(self.text, at)
        if not found:
            return None
        end = self.body_end(found.end() + 1, listed=False)
        return end or (self.pair_end(found.end() + 1) if found[0] == "Văn phòng" else None)

    def pair_end(self, at: int) -> int | None:
        """The end of two bodies with one office: Văn phòng HĐND & UBND huyện."""
        pair = _PAIR.match(self.text, at)
        return self.body_end(pair.end(), listed=False) if pair else None

    def _standalone(self, at: int) -> int | None:
        found = STANDALONE.match(self.text, at)
        if not found or GENERIC_AFTER.match(self.text, found.end()):
            return None
        end = self.levels.level_end(found.end())
        if end is None and BRANCHED.match(found[0]):
            end = self._branch(found.end())
        elif end is None and _OF_PLACE.search(found[0].lower()):
            end = self.levels.bare_place(found.end())
        return end or found.end()

    def _branch(self, at: int) -> int | None:
        if branch := BRANCH.match(self.text, at):
            return self.levels.level_end(branch.end() - 1) or run_end(self.text, branch.end())
        return self.levels.bare_place(at)

    def _levelled(self, at: int, listed: bool) -> int | None:
        found = LEVELLED.match(self.text, at)
        if not found:
            return None
        end = self.levels.level_end(found.end())
        if end is None and found[0] in ("Chi bộ", "Đảng bộ"):
            number = FINAL_NUMBER.match(self.text, found.end())
            end = number.end() if number else None
        end = end or self.levels.bare_place(found.end())
        if end is None and listed and found[0] not in _NEVER_LISTED:
            end = found.end() if self._shared_tail(found.end()) else None
        return end

    def _shared_tail(self, at: int) -> bool:
        joint = _LIST.match(self.text, at)
        return joint is not None and self.body_end(joint.end()) is not None

    def _headed(self, at: int) -> int | None:
        found = HEADED.match(self.text, at)
        if not found or GENERIC_AFTER.match(self.text, found.end()):
            return None
        if _COUNTED.search(self.text[max(0, at - 12) : at]):
            return None
        if found[0].islower() and not self._lower_head(found):
            return None
        if found[0] == "Đoàn":
            regiment = _REGIMENT.match(self.text, found.end())
            return regiment.end() if regiment else None
        end = self.tails.tail_end(found.end(), found[0])
        if end and self.text[at:end] == "Ban Tổ chức":  # of an event, unless it stands in a list
            return end if self._shared_tail(end) else None
        whole = " " in found[0] or found[0].isupper()
        return end or (self.levels.level_end(found.end()) if whole else None)

    def _lower_head(self, head: re.Match[str]) -> bool:
        """Whether a head in lower case begins a name: trường THCS, but not thị trường Tết."""
        inner = INNER.match(self.text, head.end() + 1)
        begin = inner.end() + 1 if inner else head.end() + 1
        level = self.levels.level_end(inner.end()) if inner else None
        named = CAPITAL.match(self.text, begin) or (
            level and run_end(self.text, self.text.rfind(" ", 0, level) + 1)
        )
        return bool(named) and not is_second_half(self.text, head)

    def has_level(self, at: int) -> bool:
        """Whether a body that is complete in itself, or by a level, begins at a position."""
        return any(p.match(self.text, at) for p in (STANDALONE, LEVELLED))
