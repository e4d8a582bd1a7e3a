"""Administrative units for pages: names by code, what became of each, codes by name."""

from functools import lru_cache

from model.records import UnitLine
from nlp.atlas import Atlas, Unit, read_atlas, split_loosely

_MOST = 40  # units of a name that are shown


class UnitTable:
    """The table of units, by code and by name; read when it is first asked."""

    def describe(self, code: str) -> UnitLine | None:
        """A unit with what it lay in and what it is today; None of a code that the table has not."""
        return _describe(code)

    def find(self, written: str) -> list[UnitLine]:
        """The units of a name typed with or without marks, those of today last."""
        level, name = split_loosely(" ".join(written.split()))
        atlas = read_atlas()
        units = [u for u in atlas.nearly_named(name) if level in (None, u.level)] if name else []
        codes = dict.fromkeys(
            u.code for u in sorted(units, key=lambda u: ("4" in u.moments, u.code))
        )
        lines = (_describe(code) for code in list(codes)[:_MOST])
        return [line for line in lines if line]


@lru_cache(maxsize=20_000)
def _describe(code: str) -> UnitLine | None:
    atlas = read_atlas()
    units = atlas.by_code.get(code)
    if not units:
        return None
    unit = units[-1]
    today = [] if "4" in unit.moments else [_chain(atlas, new) for new in _heirs(atlas, unit)]
    lasts = any("4" in one.moments for one in units)
    return UnitLine(
        code=code, name=f"{unit.level} {unit.name}", whole=_chain(atlas, unit), lasts=lasts,
        today=[] if lasts else today, today_codes=[] if lasts else [new.code for new in _heirs(atlas, unit)],
    )  # fmt: skip


def _heirs(atlas: Atlas, unit: Unit) -> list[Unit]:
    found = (
        next((u for u in atlas.by_code[code] if "4" in u.moments), None) for code in unit.became
    )
    return [u for u in found if u]


def _chain(atlas: Atlas, unit: Unit) -> str:
    """A unit with those it lies in."""
    names, upper = [f"{unit.level} {unit.name}"], unit.above
    while upper and (above := atlas.by_code.get(upper)):
        names.append(f"{above[-1].level} {above[-1].name}")
        upper = above[-1].above
    return ", ".join(names)
