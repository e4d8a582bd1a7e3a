"""Who holds an office that a sentence names, and whether it is new to them or left."""

import pytest

from model.records import Document, Role
from nlp import annotate

PLACE = "huyện Nho Quan, tỉnh Ninh Bình"
Held = tuple[str, list[str], str | None]


def held(text: str) -> list[Held]:
    read = annotate(Document(text=text, published="2023-07-12", place=PLACE))
    return [(m.text, m.holders, m.status) for m in read.mentions if isinstance(m, Role)]


@pytest.mark.parametrize(
    ("text", "offices"),
    [
        (
            "Phó Chủ tịch UBND huyện Nguyễn Văn Hùng và ông Đinh Văn Hà, Chủ tịch UBND xã Cúc Phương, thăm các hộ.",
            [
                ("Phó Chủ tịch UBND huyện", ["Nguyễn Văn Hùng"], None),
                ("Chủ tịch UBND xã Cúc Phương", ["Đinh Văn Hà"], None),
            ],
        ),
        (
            "Huyện trao quyết định nghỉ hưu đối với đồng chí Đinh Công Hòa, Trưởng phòng Nội vụ huyện.",
            [("Trưởng phòng Nội vụ huyện", ["Đinh Công Hòa"], "former")],
        ),
        (
            "HĐND miễn nhiệm ông Lê Văn Cam khỏi chức Phó Chủ tịch UBND huyện.",
            [("Phó Chủ tịch UBND huyện", ["Lê Văn Cam"], "former")],
        ),
        (
            "Ông Lê Văn Cam, Bí thư Đảng ủy xã Gia Lập, bị cách chức.",
            [("Bí thư Đảng ủy xã Gia Lập", ["Lê Văn Cam"], "former")],
        ),
        (
            "Ông Lê Văn Cam, Trưởng phòng Nội vụ huyện, chuyển công tác sang Sở Nội vụ.",
            [("Trưởng phòng Nội vụ huyện", ["Lê Văn Cam"], "former")],
        ),
        (
            "Bà Ngô Thị Đào thay ông Lê Văn Cam làm Chủ tịch UBND xã Gia Lập.",
            [("Chủ tịch UBND xã Gia Lập", ["Ngô Thị Đào"], None)],
        ),
        (
            "Bà Ngô Thị Đào trúng cử chức danh Chủ tịch UBND xã Gia Lập.",
            [("Chủ tịch UBND xã Gia Lập", ["Ngô Thị Đào"], "new")],
        ),
        (
            "Các đồng chí Lê Văn Cam và Ngô Thị Đào, Phó Chủ tịch UBND huyện, dự lễ.",
            [("Phó Chủ tịch UBND huyện", ["Lê Văn Cam", "Ngô Thị Đào"], None)],
        ),
    ],
)
def test_holders(text: str, offices: list[Held]) -> None:
    assert held(text) == offices
