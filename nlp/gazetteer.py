"""What is known of places around one portal: its own units, and the names of units in its province."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache

from nlp.atlas import REFORM, Atlas, Unit, name_key, read_atlas, split_level
from text import nfc


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

    def own(self, level: str) -> Unit | None:
        """The portal's own unit of that level, or of another level of the same rank."""
        return next((unit for unit in self.home if unit.level == level), None)


@cache
def read_gazetteer(place: str | None, today: bool = False) -> Gazetteer:
    """The gazetteer for a place such as "huyện Gia Viễn, tỉnh Ninh Bình"; provinces alone for None.

    `today` takes a name that units before and after 2025-07-01 share for the unit of today.
    """
    atlas = read_atlas()
    home = _home(atlas, place or "", today)
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


def _links(place: str) -> list[tuple[str | None, str]]:
    return [split_level(part) for part in place.split(",") if part.strip()]


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
