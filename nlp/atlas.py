"""Administrative units of 2019, 2023, June 2025 and today, by name and by the statistical office's code.

The table is `tables/administrative.tsv`, made by `nlp.making.units` from three published lists.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from text import bare_key, fold, match_key

TABLE = Path(__file__).parent / "tables" / "administrative.tsv"
REFORM = "2025-07-01"
BEFORE_REFORM = "2025-06-30"
# By the day before which a text was published: the moments of the table, nearest first, and those whose
# lists were in force. In the winter of 2019 and in 2024 communes were merged bit by bit.
_NEAREST = (
    ("2019-11-01", "123", "1"), ("2020-04-01", "123", "12"), ("2022-01-01", "213", "2"),
    ("2024-01-01", "231", "2"), ("2025-04-01", "321", "23"), (REFORM, "321", "3"),
)  # fmt: skip
_LEVEL = re.compile(
    r"(?i)(tỉnh|thành phố|tp\.?|huyện|h\.|thị xã|tx\.?|quận|q\.|xã|phường|p\.|thị trấn|tt\.?|đặc khu)(?:(?<=\.) ?| )(\S.*)"
)
_SHORT = {"tp": "thành phố", "tx": "thị xã", "tt": "thị trấn", "h": "huyện", "q": "quận", "p": "phường"}  # fmt: skip
_LEVELS = ("tỉnh", "thành phố", "huyện", "thị xã", "quận", "xã", "phường", "thị trấn", "đặc khu")
_RANKS = {2: "province", 3: "district", 5: "commune"}
_GLUE = re.compile(r"[\s'’.-]+")
_Y = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit under one name: `moments` it is listed at (1 to 4, 4 is today), its codes today."""

    code: str
    level: str
    name: str
    above: str
    moments: str
    became: tuple[str, ...]

    @property
    def rank(self) -> str:
        return _RANKS[len(self.code)]


def split_level(name: str) -> tuple[str | None, str]:
    """The level word of a unit's name, written out, and its bare name.

    >>> split_level("TX.Duyên Hải"), split_level("Gia Thịnh")
    (('thị xã', 'Duyên Hải'), (None, 'Gia Thịnh'))
    """
    if found := _LEVEL.fullmatch(" ".join(name.split())):
        level = found[1].lower().rstrip(".")
        return _SHORT.get(level, level), found[2]
    return None, " ".join(name.split())


def split_loosely(name: str) -> tuple[str | None, str]:
    """The same for a name typed with or without marks.

    >>> split_loosely("thi xa duyen hai"), split_loosely("TP Hoa Lư")
    (('thị xã', 'duyen hai'), ('thành phố', 'Hoa Lư'))
    """
    level, bare = split_level(name)
    words = bare.split()
    for known in () if level else _LEVELS:
        count = len(known.split())
        if bare_key(" ".join(words[:count])) == bare_key(known) and len(words) > count:
            return known, " ".join(words[count:])
    return level, bare


def moments_of(published: str | None) -> tuple[str, str]:
    """The moments of the table to be asked for a day, nearest first, and those in force; today's without a day."""
    if published is None or published >= REFORM:
        return "4", "4"
    return next((moments, valid) for day, moments, valid in _NEAREST if published < day)


@lru_cache(maxsize=100_000)
def name_key(name: str) -> str:
    """Equal for spellings of one name: tones placed either way, i or y, hyphens with or without blanks.

    >>> name_key("Phú Quý") == name_key("Phú Quí"), name_key("Bà Rịa-Vũng Tàu") == name_key("Bà Rịa - Vũng Tàu")
    (True, True)
    """
    key = match_key(name).translate(_Y).replace(" - ", "-").replace("’", "'").replace("k' ", "k'")
    return key.replace("đăk", "đắk")


def loose_key(name: str) -> str:
    """Equal for spellings that differ in marks, hyphens, apostrophes and blanks: Ea H'leo, Ea Hleo."""
    return _GLUE.sub("", bare_key(name))


def _lacks_marks(written: str, name: str) -> bool:
    """Whether each letter is that of the name, with its mark or without any."""
    pairs = zip(*(_GLUE.sub("", name_key(n)) for n in (written, name)), strict=True)
    return all(a == b or a == fold(b) for a, b in pairs)


class Atlas:
    """All units, found by name or code."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = list(units)
        self.by_code: dict[str, list[Unit]] = defaultdict(list)
        self.by_key: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            self.by_code[unit.code].append(unit)
            self.by_key[name_key(unit.name)].append(unit)

    @cached_property
    def by_loose_key(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            found[loose_key(unit.name)].append(unit)
        return found

    def named(self, name: str) -> list[Unit]:
        """Units of that name in any time."""
        return self.by_key.get(name_key(name), [])

    def nearly_named(self, name: str) -> list[Unit]:
        """Units whose name has more marks, or other hyphens, apostrophes and blanks; another tone is another name."""
        return [u for u in self.by_loose_key.get(loose_key(name), []) if _lacks_marks(name, u.name)]

    def province(self, unit: Unit) -> str:
        """The code of the province that a unit lay in at its moments."""
        if not unit.above or len(unit.above) == len("01"):
            return unit.above or unit.code
        return next((up.above for up in self.by_code[unit.above] if len(up.above) == len("01")), "")

    def within(self, unit: Unit, upper: Unit) -> bool:
        """Whether a unit lay in another one, or in what that became."""
        if upper.rank == "province":
            old, now = self.province(unit), self.today_province(unit)
            return upper.code == (now if upper.moments == "4" or "4" in unit.moments else old)
        if upper.rank == "district":
            return unit.above == upper.code or (unit.moments == "4" and unit.code in upper.became)
        return unit.code == upper.code

    def today_province(self, unit: Unit) -> str:
        """The code of today's province of what a unit became."""
        if "4" in unit.moments:
            return unit.above or unit.code
        heirs = (up for code in unit.became[:1] for up in self.by_code[code] if "4" in up.moments)
        return next((up.above or up.code for up in heirs), "")


@cache
def read_atlas() -> Atlas:
    """The atlas of the project's table, read once."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return Atlas(_unit(line) for line in lines)


def _unit(line: str) -> Unit:
    code, level, name, above, moments, became = line.split("\t")
    return Unit(code, level, name, above, moments, tuple(became.split()))
