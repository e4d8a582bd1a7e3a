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
            "Thừa ủy quyền của Thủ tướng Chính phủ, Phó Chủ tịch UBND tỉnh Tống Quang Thìn trao quà.",
            [
                ("Thủ tướng Chính phủ", [], None),
                ("Phó Chủ tịch UBND tỉnh", ["Tống Quang Thìn"], None),
            ],
        ),
        (
            "Bổ nhiệm ông Trần Văn Tú, Trưởng phòng Nội vụ giữ chức Chủ tịch UBND xã Gia Phú.",
            [
                ("Trưởng phòng Nội vụ", ["Trần Văn Tú"], "former"),
                ("Chủ tịch UBND xã Gia Phú", ["Trần Văn Tú"], "new"),
            ],
        ),
        (
            "Đinh Văn Tiên thay đồng chí Bùi Văn Khởi giữ chức Chủ tịch UBND xã Gia Hưng.",
            [("Chủ tịch UBND xã Gia Hưng", ["Đinh Văn Tiên"], "new")],
        ),
        (
            "Bí thư Chi bộ, Trưởng thôn Đinh Văn Hùng cho biết.",
            [("Bí thư Chi bộ", ["Đinh Văn Hùng"], None), ("Trưởng thôn", ["Đinh Văn Hùng"], None)],
        ),
        (
            "Ông Lê Văn Sáu (62 tuổi), Tổ trưởng tổ dân phố Mỹ Sơn, nói.",
            [("Tổ trưởng tổ dân phố Mỹ Sơn", ["Lê Văn Sáu"], None)],
        ),
        (
            "Bí thư Đoàn xã Lê Văn Bình dự; ông Vàng A Sò, dân tộc Mông, Bí thư Đảng ủy xã, chủ trì.",
            [("Bí thư Đoàn xã", ["Lê Văn Bình"], None), ("Bí thư Đảng ủy xã", ["Vàng A Sò"], None)],
        ),
        (
            "Trưởng phòng giáo dục và đào tạo huyện Trần Thị Thu báo cáo.",
            [("Trưởng phòng giáo dục và đào tạo huyện", ["Trần Thị Thu"], None)],
        ),
        (
            "Ông Lê Văn Cam, nguyên là Chủ tịch UBND xã Cúc Phương, kể.",
            [("Chủ tịch UBND xã Cúc Phương", ["Lê Văn Cam"], "former")],
        ),
        (
            "Các đồng chí Lê Văn Cam và Ngô Thị Đào, Phó Chủ tịch UBND huyện, dự lễ.",
            [("Phó Chủ tịch UBND huyện", ["Lê Văn Cam", "Ngô Thị Đào"], None)],
        ),
    ],
)
def test_holders(text: str, offices: list[Held]) -> None:
    assert held(text) == offices
