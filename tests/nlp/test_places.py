"""Units of places: the table, the codes of the gold bulletins, and what an ambiguous name means."""

import hashlib
from typing import Any

import pytest

from model.records import Document, Place
from nlp import annotate
from nlp.atlas import TABLE, read_atlas, split_level
from nlp.making.units import Unit, Units, write_table
from tests.eval import code_scores

GIA_VIEN = "huyện Gia Viễn, tỉnh Ninh Bình"


def codes(text: str, published: str = "2023-07-12", place: str | None = GIA_VIEN) -> dict[str, Any]:
    read = annotate(Document(text=text, published=published, place=place))
    return {m.text: (m.code, m.now) for m in read.mentions if isinstance(m, Place)}


def test_codes_of_the_gold_bulletins() -> None:
    then, now, invented = code_scores()
    assert then >= 0.95
    assert now >= 0.90
    assert invented <= 0.02


def test_every_code_of_today_is_a_unit_of_today() -> None:
    atlas = read_atlas()
    today = {unit.code for unit in atlas.units if "4" in unit.moments}
    assert len(today) == 34 + 3321
    assert {code for unit in atlas.units for code in unit.became} <= today
    lost = [u for u in atlas.units if "3" in u.moments and not u.became]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "published", "place", "name", "wanted"),
    [
        ("Đoàn thăm xã Gia Thịnh.", "2023-07-12", GIA_VIEN, "xã Gia Thịnh", ("14497", ["14464"])),
        ("Đoàn thăm xã Gia Viễn.", "2025-08-01", "xã Gia Viễn, tỉnh Ninh Bình", "xã Gia Viễn", ("14464", ["14464"])),
        ("Tại huyện Gia Viễn cũ, dân phấn khởi.", "2025-08-01", "xã Gia Viễn, tỉnh Ninh Bình", "huyện Gia Viễn",
         (None, ["14464", "14482", "14488", "14494", "14500", "14524", "14533"])),
        ("Gia Viễn ra quân làm thủy lợi.", "2023-07-12", GIA_VIEN, "Gia Viễn",
         ("373", ["14464", "14482", "14488", "14494", "14500", "14524", "14533"])),
        ("Đoàn thăm xã Gia Viễn, huyện Cát Tiên, tỉnh Lâm Đồng.", "2023-07-12", GIA_VIEN, "xã Gia Viễn", ("25168", ["25162"])),
        ("Hàng cứu trợ từ TP.HCM đã về.", "2023-07-12", GIA_VIEN, "TP.HCM", ("79", ["79"])),
        ("Tỉnh Hà Giang cử đoàn dự.", "2023-07-12", GIA_VIEN, "Tỉnh Hà Giang", ("02", ["08"])),
        ("Ông Ba ở xã Tân Lập kể chuyện.", "2023-07-12", GIA_VIEN, "xã Tân Lập", (None, [])),
        ("Đoàn của huyện Mèo Vạc, Hà Giang đã đến.", "2023-07-12", GIA_VIEN, "Hà Giang", ("02", ["08"])),
        ("Đoàn của xã Gia Thịnh, Gia Viễn, Ninh Bình.", "2023-07-12", GIA_VIEN, "Ninh Bình", ("37", ["37"])),
        ("Hàng từ Hòa Bình đã về.", "2023-07-12", "quận Ba Đình, thành phố Hà Nội", "Hòa Bình", ("17", ["25"])),
        ("Hàng từ Nam Định đã về.", "2023-07-12", GIA_VIEN, "Nam Định", ("36", ["37"])),
        ("Đoàn thăm xã Gia Thính.", "2023-07-12", GIA_VIEN, "xã Gia Thính", (None, [])),
        ("Dân vùng Đông Bắc vui.", "2018-05-01", "huyện Kim Bôi, tỉnh Hòa Bình", "Đông Bắc", (None, [])),
        ("Hàng xuất sang Quảng Châu (Trung Quốc).", "2018-05-01", "huyện Quảng Xương, tỉnh Thanh Hóa", "Quảng Châu", (None, [])),
        ("Tại phường 05, dân vui.", "2023-05-01", "quận 8, TP.HCM", "phường 05", ("27418", ["27418", "27424"])),
        ("Đoàn thăm đặc khu Hoàng Sa.", "2025-09-12", "thành phố Đà Nẵng", "đặc khu Hoàng Sa", ("20333", ["20333"])),
        ("Tại quận 2 sắp hợp nhất.", "2020-06-01", "thành phố Hồ Chí Minh", "quận 2",
         ("769", ["26800", "26803", "26809", "26824", "26833", "26842", "26848", "26857", "26860", "27094", "27097", "27112"])),
        ("Bà Tư ở thôn 5 kể chuyện.", "2023-07-12", GIA_VIEN, "thôn 5", (None, [])),
        ("Cá trên sông Hoàng Long chết.", "2023-07-12", GIA_VIEN, "sông Hoàng Long", (None, [])),
        ("Người dân huyện Phú Quý bám biển.", "2022-07-15", "huyện Phú Quý, Bình Thuận", "huyện Phú Quý", ("602", ["23272"])),
    ],
)  # fmt: skip
def test_unit(text: str, published: str, place: str, name: str, wanted: Any) -> None:
    assert codes(text, published, place)[name] == wanted


def test_levels() -> None:
    assert split_level("TP. Hồ Chí Minh") == ("thành phố", "Hồ Chí Minh")
    assert split_level("H.Tuy Phong") == ("huyện", "Tuy Phong")


def test_table_is_written_in_order() -> None:
    units = Units()
    units.add(1, "00001", "Phường Phúc Xá", "001")
    units.add(3, "00001", "Phường  Phúc Xá", "001")
    units.add(1, "01", "Thành phố Hà Nội")
    next(u for u in units if u.code == "01").became.add("01")
    lines = write_table(units).splitlines()[1:]
    assert lines == ["01\tthành phố\tHà Nội\t\t1\t01", "00001\tphường\tPhúc Xá\t001\t13\t"]
    assert isinstance(next(iter(units)), Unit)


def test_table_is_the_one_that_was_made() -> None:
    """`make units` gives these bytes; a hand's change would be lost with the next."""
    digest = hashlib.sha256(TABLE.read_bytes()).hexdigest()
    assert digest == "31e2d828ba56b44189dbb660aa163222e798e7b6833132502dd25893f4cb4fb3"
