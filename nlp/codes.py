"""Which administrative unit a place is: its code at publication and what it is today.

A name is looked for from near to far: within the unit named right behind it, in the portal's own units,
in the portal's province, among all provinces and districts. The first circle that holds the name decides;
two units of that name in it, or none anywhere, leave the place without a code. Communes are never looked
for outside the portal's province unless their chain says where.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp.atlas import Atlas, Unit, moments_of, read_atlas, split_level
from nlp.gazetteer import Gazetteer
from nlp.patterns import COUNTRIES, REGIONS
from nlp.tables import table

_ALIASES: dict[str, str] = table("places")["aliases"]
_LIST_HEAD = re.compile(r"(?i)(tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn)(?: là)?[ :]+$")
_LISTED = re.compile(r"\s?(?:,|;|và|&|-|–)\s?(?:\w+\s)?")
# Before the first of a list whose level word is of all: các xã Gia Lập, Gia Vân.
_PLURAL = re.compile(r"(?i)(?:các|những|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|\d{1,2}) $")
_LISTED_LEVEL = re.compile(
    r"(?i)(?:các|những|\d{1,2}|hai|ba|bốn|năm|sáu) (?:tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn)(?: là| gồm)?[ :]+$"
)
_INSIDE = re.compile(r"\s?(?:,|-|–|\(|của|thuộc|tỉnh|ở)\s?\(?(?:của |thuộc )?")
_KIND = re.compile(r"(?i)^(huyện|xã|thị xã|thành phố) (?:đảo|biên giới|miền núi|vùng cao) ")
_UP = {"province": 0, "district": 1, "commune": 2}
_RANKS = {
    "tỉnh": "province", "huyện": "district", "quận": "district", "thị xã": "district",
    "xã": "commune", "phường": "commune", "thị trấn": "commune", "đặc khu": "commune",
}  # fmt: skip


@dataclass(frozen=True)
class Coded:
    """The unit of a place: its code valid at publication, None where it was no unit then; today's codes."""

    code: str | None
    now: tuple[str, ...]
    unit: Unit | None = None


NOTHING = Coded(None, ())


class Coder:
    """Gives the places of one text their units."""

    def __init__(self, text: str, gazetteer: Gazetteer, published: str | None) -> None:
        self.text = text
        self.home = gazetteer.home
        self.own = {(unit.code, unit.moments) for unit in gazetteer.home}
        self.moments, self.valid = moments_of(published)
        # Communes were merged early in 2020, the districts of Thủ Đức and others a year or two later.
        self.merging = "2020-04-01" <= (published or "") < "2022-01-01"
        self.atlas: Atlas = read_atlas()

    def code_places(self, spans: Sequence[tuple[int, int]]) -> list[Coded]:
        """The unit of each place, in the order given (which must be that of the text)."""
        levels = self._levels(spans)
        coded = [NOTHING] * len(spans)
        for number in range(len(spans) - 1, -1, -1):
            chained = self._chained(spans, number)
            if chained and COUNTRIES.fullmatch(self.text, *spans[number + 1]):
                continue
            upper = coded[number + 1].unit if chained else None
            coded[number] = self._code(spans[number], levels[number], upper)
        return coded

    def _levels(self, spans: Sequence[tuple[int, int]]) -> list[str | None]:
        """The level word of each place: its own, or that of the list it stands in behind a plural."""
        levels: list[str | None] = []
        plural = False
        for number, (start, end) in enumerate(spans):
            before = self.text[max(0, start - 24) : start]
            level, _ = split_level(_KIND.sub(r"\1 ", self.text[start:end]))
            listed = number > 0 and _LISTED.fullmatch(self._gap(spans, number - 1)) is not None
            if level:
                plural = _PLURAL.search(before) is not None
            elif head := _LIST_HEAD.search(before):
                level, plural = head[1].lower(), _LISTED_LEVEL.search(before) is not None
            elif listed and plural:
                level = levels[-1]
            levels.append(level)
        return levels

    def _gap(self, spans: Sequence[tuple[int, int]], number: int) -> str:
        gap = self.text[spans[number][1] : spans[number + 1][0]]
        return gap if len(gap) < 20 else "."

    def _chained(self, spans: Sequence[tuple[int, int]], number: int) -> bool:
        return number + 1 < len(spans) and bool(_INSIDE.fullmatch(self._gap(spans, number)))

    def _code(self, span: tuple[int, int], level: str | None, upper: Unit | None) -> Coded:
        text = " ".join(self.text[span[0] : span[1]].split())
        if REGIONS.fullmatch(text):
            return NOTHING
        own, name = split_level(_KIND.sub(r"\1 ", _ALIASES.get(text, text)))
        name = name.lstrip("0") if name.isdecimal() else name
        for units in (self.atlas.named(name), self.atlas.nearly_named(name)):
            for wanted in dict.fromkeys((own or level, own)):
                found = self._nearest([u for u in units if _fits(u, wanted)], wanted, upper)
                if found is not None and found.unit is not None:
                    return found
        return NOTHING

    def _nearest(self, units: list[Unit], level: str | None, upper: Unit | None) -> Coded | None:
        exact = [u for u in units if level in (None, u.level)]
        listed = [u for u in exact if self.moments[0] in u.moments]
        for pool in (listed, exact, units):
            for circle in self._circles(pool, upper):
                if circle:
                    return self._chosen(circle)
        return None

    def _circles(self, units: list[Unit], upper: Unit | None) -> Iterable[list[Unit]]:
        """The units of a name from near to far."""
        if upper is not None:
            below = [
                u for u in units if _UP[u.rank] > _UP[upper.rank] and self.atlas.within(u, upper)
            ]
            yield from ([u for u in below if self.atlas.within(u, own)] for own in self.home)
            yield below
        yield [u for u in units if (u.code, u.moments) in self.own]
        yield [u for u in units if self.home and self.home[0].code in u.became]
        for own in self.home:
            if own.rank == "province":
                yield [u for u in units if self.atlas.within(u, own) and u.rank == "district"]
                yield [u for u in units if u.rank == "province"]
            yield [u for u in units if self.atlas.within(u, own)]
        if self.home and "4" in (self.moments, self.home[0].moments):
            today = self.atlas.today_province(self.home[-1])
            yield [u for u in units if self.atlas.today_province(u) == today]
        yield [u for u in units if u.rank == "province"]
        yield [u for u in units if u.rank == "district"]
        yield [u for u in units if u.level == "đặc khu"]

    def _chosen(self, units: list[Unit]) -> Coded:
        """The one unit of a circle at the moment nearest to publication; nothing where two fit."""
        for moment in (*self.moments, *"321"):
            listed = [u for u in units if moment in u.moments]
            if listed:
                district = moment == "1" and listed[0].rank == "district" and self.merging
                return self._one(listed, valid=moment in self.valid or district)
        return NOTHING

    def _one(self, units: list[Unit], valid: bool) -> Coded:
        if len({u.code for u in units}) != 1:
            return NOTHING
        unit = units[0]
        return Coded(unit.code if valid else None, unit.became, unit)


def _fits(unit: Unit, level: str | None) -> bool:
    """Whether a unit may be called by a level word: its own, or another of the same rank."""
    if level is None or unit.level == level:
        return True
    return (level in _RANKS and unit.rank == _RANKS[level]) or (
        level == "thành phố" and unit.rank == "district"
    )
