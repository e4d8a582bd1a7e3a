"""Administrative units before and after 2025-07-01, as far as a portal's place needs them.

The table is the one that ships with underthesea (`address/data/mapping.json`, from
vietnamadminunits 1.0.4): provinces, districts and communes before the reform, and what they became.
"""

import importlib.util
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from text import bare_key, match_key

_LEVEL = re.compile(
    r"(?i)^(tỉnh|thành phố|tp\.?|huyện|thị xã|tx\.?|quận|xã|phường|thị trấn|tt\.?)\s+(.+)$"
)
_SHORT = {"tp": "thành phố", "tp.": "thành phố", "tx": "thị xã", "tx.": "thị xã", "tt": "thị trấn", "tt.": "thị trấn"}  # fmt: skip


@cache
def _mapping() -> dict[str, Any]:
    spec = importlib.util.find_spec("underthesea")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "address" / "data" / "mapping.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def split_level(name: str) -> tuple[str | None, str]:
    """The level word of a unit's name, written out, and its bare name."""
    if found := _LEVEL.match(name.strip()):
        level = found[1].lower()
        return _SHORT.get(level, level), found[2].strip()
    return None, name.strip()


@dataclass(frozen=True)
class Gazetteer:
    """The units around one portal's place, by matching key of their bare names."""

    province: str | None
    chain: tuple[tuple[str | None, str], ...]
    levels: dict[str, frozenset[str]]
    near: frozenset[str]

    def knows(self, name: str, level: str | None = None) -> bool:
        """Whether a bare name is a unit (of that level) in the portal's province, or a province."""
        levels = self.levels.get(match_key(name), frozenset())
        return bool(levels) if level is None else level in levels

    def is_near(self, name: str) -> bool:
        """Whether a bare name alone means a place here: the portal's units and all provinces."""
        return match_key(name) in self.near

    def complete(self, level: str) -> str | None:
        """The bare name of the portal's own unit of that level."""
        return next((name for own, name in self.chain if own == level), None)


@cache
def read_gazetteer(place: str | None) -> Gazetteer:
    """The gazetteer for a place such as "huyện Gia Viễn, tỉnh Ninh Bình"; provinces alone for None."""
    chain = tuple(split_level(part) for part in (place or "").split(",") if part.strip())
    levels: dict[str, set[str]] = defaultdict(set)
    near: set[str] = set()
    for names in ("province_names", "old_province_names"):
        for row in _mapping()[names].values():
            levels[match_key(row["short"])].add(split_level(row["name"])[0] or "tỉnh")
            near.add(match_key(row["short"]))
    own = {bare_key(name) for _, name in chain}
    province = bare_key(chain[-1][1]) if chain else None
    for row in _rows_by_province().get(province or "", []):
        _add_row(row, own, levels, near)
    near.update(match_key(name) for _, name in chain)
    return Gazetteer(province, chain, {k: frozenset(v) for k, v in levels.items()}, frozenset(near))


@cache
def _rows_by_province() -> dict[str, list[dict[str, str]]]:
    """Rows of the table under the folded names of their provinces, before and after the reform."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _mapping()["ward_mapping"]:
        for name in {row["old_province"], row["new_province"]}:
            rows[bare_key(split_level(name)[1])].append(row)
    return rows


def _add_row(
    row: dict[str, str], own: set[str], levels: dict[str, set[str]], near: set[str]
) -> None:
    names = {key: split_level(row[key]) for key in ("old_district", "old_ward", "new_ward")}
    bare = {key: match_key(name) for key, (_, name) in names.items()}
    plain = {key: bare_key(name) for key, (_, name) in names.items()}
    for key in ("old_district", "old_ward", "new_ward"):
        levels[bare[key]].add(names[key][0] or "")
    if " " in names["old_district"][1]:
        near.add(bare["old_district"])
    if own & {plain["old_district"], plain["old_ward"], plain["new_ward"]}:
        near.update(bare[key] for key in ("old_ward", "new_ward") if " " in names[key][1])


@cache
def province_code(name: str, published: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The statistical office's code of a province at publication, and its code today.

    Codes before and after 2025-07-01 are those of the tables of Nghị quyết 202/2025/QH15's reform.
    """
    key = match_key(name)
    old = {match_key(r["short"]): r for r in _mapping()["old_province_names"].values()}
    new = {match_key(r["short"]): r for r in _mapping()["province_names"].values()}
    became = {
        match_key(_mapping()["old_province_names"][a]["short"]): _mapping()["province_names"][b][
            "code"
        ]
        for a, b in _mapping()["province_mapping"].items()
        if a in _mapping()["old_province_names"] and b in _mapping()["province_names"]
    }
    after = published is not None and published >= "2025-07-01"
    then = (new if after else old).get(key)
    today = became.get(key) or (new[key]["code"] if key in new else None)
    return (then["code"] if then else None), ((today,) if today else ())
