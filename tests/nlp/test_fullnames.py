"""Names in full: within an article, from the portal's place, and offices taken apart."""

from typing import Any

import pytest

from model.records import Document, Organisation, Person
from nlp import annotate, read_sightings

GIA_VIEN = "huyện Gia Viễn, tỉnh Ninh Bình"


def read(text: str, place: str | None = GIA_VIEN, published: str = "2023-07-12") -> Any:
    return annotate(Document(text=text, place=place, published=published))


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("UBND huyện", "Ủy ban nhân dân huyện Gia Viễn"),
        ("Huyện ủy", "Huyện ủy Gia Viễn"),
        ("Phòng LĐTB&XH", "Phòng Lao động - Thương binh và Xã hội huyện Gia Viễn"),
        ("Phòng LĐ-TB&XH huyện", "Phòng Lao động - Thương binh và Xã hội huyện Gia Viễn"),
        ("Ban Thường vụ Tỉnh ủy", "Ban Thường vụ Tỉnh ủy Ninh Bình"),
        ("Công an huyện", "Công an huyện Gia Viễn"),
        ("Hội Nông dân", "Hội Nông dân huyện Gia Viễn"),
        ("UBND xã Gia Thịnh", "Ủy ban nhân dân xã Gia Thịnh"),
        ("UBND xã", "Ủy ban nhân dân xã"),
        ("Uỷ ban MTTQ Việt Nam huyện", "Ủy ban Mặt trận Tổ quốc Việt Nam huyện Gia Viễn"),
        ("Trường THCS Gia Thịnh", "Trường Trung học cơ sở Gia Thịnh"),
        ("phòng nội vụ huyện", "Phòng Nội vụ huyện Gia Viễn"),
    ],
)
def test_body_in_full(written: str, full: str) -> None:
    found = read(f"Sáng nay, {written} báo cáo kết quả.").mentions
    assert [(m.text, m.name) for m in found if isinstance(m, Organisation)] == [(written, full)]


def test_bodies_in_a_list_share_its_tail() -> None:
    found = read("Đại biểu Huyện ủy, HĐND, UBND, Ủy ban MTTQ huyện đã dự.").mentions
    names = [m.name for m in found if isinstance(m, Organisation)]
    assert names[1:3] == ["Hội đồng nhân dân huyện Gia Viễn", "Ủy ban nhân dân huyện Gia Viễn"]


def test_only_commune_of_a_paragraph_is_meant() -> None:
    found = read("Tại xã Gia Thịnh, lúa tốt. UBND xã đã kiểm tra.").mentions
    assert (
        next(m.name for m in found if isinstance(m, Organisation)) == "Ủy ban nhân dân xã Gia Thịnh"
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Đồng chí Vũ Thị Dược dự. Đồng chí Dược phát biểu.", ["Vũ Thị Dược", "Vũ Thị Dược"]),
        ("Bắt Chau R. (SN 1992). R. khai nhận.", ["Chau R.", "Chau R."]),
        ("Ông Lê Văn Hùng và ông Trần Hùng đến. Ông Hùng nói.", ["Lê Văn Hùng", "Trần Hùng", "Hùng"]),
    ],
)  # fmt: skip
def test_person_in_full(text: str, names: list[str]) -> None:
    assert [m.name for m in read(text).mentions if isinstance(m, Person)] == names


def test_office_is_taken_apart() -> None:
    text = "Bà Vũ Thị Dược, Huyện ủy viên, Phó Chủ tịch UBND huyện; ông Lê Văn Hai, Trưởng phòng Nội vụ huyện."
    document = Document(text=text, place=GIA_VIEN, published="2023-07-12")
    seen = read_sightings(document, annotate(document))
    assert [(s.name, [(o.position, o.body, o.unit) for o in s.offices]) for s in seen] == [
        ("Vũ Thị Dược", [
            ("Huyện ủy viên", "Huyện ủy Gia Viễn", "huyện Gia Viễn, tỉnh Ninh Bình"),
            ("Phó Chủ tịch", "Ủy ban nhân dân huyện Gia Viễn", "huyện Gia Viễn, tỉnh Ninh Bình"),
        ]),
        ("Lê Văn Hai", [("Trưởng phòng", "Phòng Nội vụ huyện Gia Viễn", "huyện Gia Viễn, tỉnh Ninh Bình")]),
    ]  # fmt: skip


def test_masked_and_single_names_are_nobody_across_articles() -> None:
    document = Document(text="Bắt Chau R. (SN 1992). Tin: Sen", place=GIA_VIEN)
    assert read_sightings(document, annotate(document)) == []
