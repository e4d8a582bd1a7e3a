"""What is known of places around one portal: its own units, and the names of units in its province."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache

from model.errors import InputError
from nlp.atlas import (
    BEFORE_REFORM,
    REFORM,
    Atlas,
    Unit,
    name_key,
    read_atlas,
    split_level,
    split_loosely,
)
from nlp.tables import table
from text import nfc

_ALIASES: dict[str, str] = table("places")["aliases"]


@dataclass(frozen=True)
class Gazetteer:
    """The units around one portal's place: `home` is its chain of units, the smallest first.

    `levels` are the level words of each name in the portal's province, by matching key, and `near` the
    names that mean a place when they stand alone: the portal's units, districts and all provinces.
    """

    home: tuple[Unit, ...]
    levels: dict[str, frozenset[str]]
    near: frozenset[str]

    def knows(self, name: str, level: str | None = None) -> bool:
        """Whether a bare name is a unit (of that level) in the portal's province, or a province."""
        levels = self.levels.get(name_key(name), frozenset())
        return bool(levels) if level is None else level in levels

    def is_near(self, name: str) -> bool:
        """Whether a bare name alone means a place here: the portal's units and all provinces."""
        return name_key(name) in self.near

    def knows_afar(self, name: str, level: str | None) -> bool:
        """Whether a name of two words or more is a unit of that level, or a district, anywhere in the country."""
        units = read_atlas().named(name) if " " in name else []
        return any(u.level == level if level else u.rank == "district" for u in units)

    def locate(self, unit: str) -> tuple[str, str | None] | None:
        """A unit such as "huyện Gia Viễn" with its province, and the last day on which it can have been.

        The last day is None where it may still be; all is None where several are called so, none in this province.
        """
        level, name = split_level(unit)
        atlas, province = read_atlas(), self.home[-1] if self.home else None
        units = [u for u in atlas.named(name) if u.level == level]
        near = [u for u in units if province and _lies(atlas, u, province)] or units
        above = {atlas.province(u) for u in near if "4" not in u.moments} or {
            atlas.province(u) for u in near
        }
        if len(above) != 1:
            return None
        found = next(u for u in atlas.by_code[above.pop()] if u.rank == "province")
        until = None if any("4" in u.moments for u in near) else BEFORE_REFORM
        chain = unit if near[0].rank == "province" else f"{unit}, {found.level} {found.name}"
        return chain, until

    def own(self, level: str) -> Unit | None:
        """The portal's own unit of that level, or of another level of the same rank."""
        return next((unit for unit in self.home if unit.level == level), None)


@cache
def read_gazetteer(place: str | None, today: bool = False) -> Gazetteer:
    """The gazetteer for a place such as "huyện Gia Viễn, tỉnh Ninh Bình"; provinces alone for None.

    `today` takes a name that units before and after 2025-07-01 share for the unit of today.
    """
    atlas = read_atlas()
    home = _home(atlas, place or "", today) or _home(atlas, _completed(place or ""), today)
    levels: dict[str, set[str]] = defaultdict(set)
    near = {name_key(name) for _, name in _links(place or "")}
    for unit in _around(atlas, home):
        levels[name_key(unit.name)].add(unit.level)
        if (
            unit.rank == "province"
            or (unit.rank == "district" and " " in unit.name)
            or (" " in unit.name and any(atlas.within(unit, own) for own in home if own.above))
        ):
            near.add(name_key(unit.name))
    return Gazetteer(home, {k: frozenset(v) for k, v in levels.items()}, frozenset(near))


def portal_gazetteer(place: str | None, published: str | None) -> Gazetteer:
    """The gazetteer of a portal's place as it was named on the day of publication."""
    return read_gazetteer(nfc(place) if place else None, (published or REFORM) >= REFORM)


def home_provinces(place: str | None) -> tuple[str | None, str | None]:
    """The name of the province that a place lies in, as it was and today; None where it is not known."""
    home = portal_gazetteer(place, None).home or portal_gazetteer(place, BEFORE_REFORM).home
    if not home:
        return None, None
    atlas = read_atlas()
    upper = home[-1]
    code = atlas.today_province(upper)
    today = next(
        (u for u in atlas.by_code[code] if "4" in u.moments and u.rank == "province"), None
    )
    return upper.name, today.name if today else None


def _completed(place: str) -> str:
    """The place with its province, "" where it is none."""
    try:
        return find_place(place)
    except InputError:
        return ""


def _links(place: str) -> list[tuple[str | None, str]]:
    parts = (" ".join(part.split()) for part in place.split(",") if part.strip())
    return [split_level(_ALIASES.get(part, part)) for part in parts]


def _home(atlas: Atlas, place: str, today: bool) -> tuple[Unit, ...]:
    """The units of a chain from the smallest up, each within the next."""
    found: list[Unit] = []
    for level, name in reversed(_links(place)):
        for units in (atlas.named(name), atlas.nearly_named(name)):
            if fitting := _fitting(atlas, units, level, found):
                unit = max(fitting, key=lambda u: ("4" in u.moments) == today)
                found.append(
                    replace(unit, name=name)
                )  # the portal's own spelling: Phú Quý, Phú Quí
                break
    return tuple(reversed(found))


def _fitting(atlas: Atlas, units: list[Unit], level: str | None, found: list[Unit]) -> list[Unit]:
    """The units of that level that lie in the last one found, or in what its province is today."""
    units = [u for u in units if level in (None, u.level) and (u.rank == "province") == (not found)]
    if not found:
        return units
    today = atlas.today_province(found[0])
    inside = [u for u in units if atlas.within(u, found[-1])]
    return inside or [u for u in units if atlas.today_province(u) == today]


def _around(atlas: Atlas, home: tuple[Unit, ...]) -> list[Unit]:
    """All provinces, and every unit that lay or lies in the portal's province."""
    if not home:
        return [u for u in atlas.units if u.rank == "province"]
    upper = home[-1]
    return [
        u
        for u in atlas.units
        if u.rank == "province"
        or atlas.province(u) == upper.code
        or ("4" in upper.moments and atlas.today_province(u) == upper.code)
    ]


def find_place(written: str) -> str:
    """A chain of units as the table spells it, with its province: "huyen gia vien" is "huyện Gia Viễn, tỉnh Ninh Bình".

    Raises InputError where a part is no unit, none within the part behind it, or one of several.
    """
    atlas = read_atlas()
    found: list[Unit] = []
    for part in reversed([" ".join(p.split()) for p in nfc(written).split(",") if p.strip()]):
        level, name = split_loosely(_ALIASES.get(part, part))
        units = [u for u in atlas.nearly_named(name) if level in (None, u.level)]
        units = [u for u in units if name_key(u.name) == name_key(name)] or units
        units = [u for u in units if all(u != up and _lies(atlas, u, up) for up in found)]
        if not units:
            inside = f" of {found[-1].level} {found[-1].name}" if found else ""
            raise InputError(f"place: no unit{inside} is called {part.strip()!r}")
        first = next((u for u in units if u.rank == "province"), units[0])
        if not found and first.rank != "province":
            if len({(atlas.today_province(u), u.level) for u in units}) > 1:
                raise InputError(f"place: there are several {part.strip()!r}; add the province")
            found += [u for u in atlas.by_code[atlas.province(first)] if u.rank == "province"][:1]
        found.append(first)
    if not found:
        raise InputError(f"place: {written!r} names no unit")
    return ", ".join(f"{unit.level} {unit.name}" for unit in reversed(found))


def _lies(atlas: Atlas, unit: Unit, upper: Unit) -> bool:
    return atlas.within(unit, upper) or atlas.today_province(unit) == upper.code
