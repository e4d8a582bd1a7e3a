"""What figures mean: one row for each rule of tests/gold/RELATIONS.md and of the tables behind it."""

from typing import Any

import pytest

from model.records import Figure
from tests.nlp.reading import figures


def nth(text: str, number: int = -1, published: str | None = "2023-07-12", **more: Any) -> Figure:
    return figures(text, published, **more)[number]


@pytest.mark.parametrize(
    ("text", "number", "wanted"),
    [
        ("Tổng kinh phí hỗ trợ là 31 tỷ đồng.", 0, "Tổng kinh phí hỗ trợ"),
        ("Năng suất ước đạt 66 tạ/ha.", 0, "Năng suất"),
        ("Tỷ lệ hộ nghèo còn 3,11%.", 0, "Tỷ lệ hộ nghèo"),
        ("Giá trị sản xuất nông nghiệp tăng 3,2%.", 0, "Giá trị sản xuất nông nghiệp"),
        ("Huyện đã chi trả hơn 31 tỷ đồng cho dân.", 0, "chi trả"),
        ("Chi bộ kết nạp 15 đảng viên.", 0, "kết nạp"),
        ("Đoàn đã tặng 30 suất quà, 20 áo ấm cho học sinh.", 1, "tặng"),
        ("Toàn huyện có 520 hộ nghèo.", 0, None),
        ("Tổng số hộ nghèo: 520 hộ.", 0, "Tổng số hộ nghèo"),
        ("Tổng thu ngân sách đạt 500 tỷ đồng, tăng 12%, bằng 103% dự toán.", 1, "Tổng thu ngân sách"),
        ("Tổng thu ngân sách đạt 500 tỷ đồng, tăng 12%, bằng 103% dự toán.", 2, "Tổng thu ngân sách"),
        ("Tổng thu đạt 500 tỷ đồng, trong đó thu nội địa 300 tỷ đồng.", 1, "thu nội địa"),
        ("Toàn xã có 32 ha rừng.", 0, "rừng"),
        ("Làng có 71 hộ, 100% là người Mông.", 1, "người Mông"),
        ("Toàn xã còn 88 hộ nghèo, giảm 26 hộ.", 1, "hộ nghèo"),
        ("Vết nứt dài gần 200 m, rộng 0,5 m.", 1, "rộng"),
        ("Hội thành lập 12 tổ với 137 thành viên.", 1, None),
        ("Ông Ba nói: \"Nhà tôi có 6 người\".", 0, None),
    ],
)  # fmt: skip
def test_about(text: str, number: int, wanted: str | None) -> None:
    about = nth(text, number).about
    assert (about and about.text) == wanted


@pytest.mark.parametrize(
    ("text", "number", "wanted"),
    [
        ("6 tháng đầu năm 2023, thu ngân sách đạt 500 tỷ đồng.", 0, ("2023-01-01", "2023-06-30", "clause")),
        ("Tính đến ngày 30/6, toàn huyện còn 520 hộ nghèo.", 0, ("2023-06-30", "2023-06-30", "clause")),
        ("Đến hết tháng 6/2023, dư nợ đạt 52 tỷ đồng.", 0, ("2023-06-30", "2023-06-30", "clause")),
        ("Đến nay, xã có 520 hộ nghèo.", 0, ("2023-07-12", "2023-07-12", "clause")),
        ("Từ đầu năm đến nay, công an bắt 12 vụ.", 0, ("2023-01-01", "2023-07-12", "clause")),
        ("Từ năm 2020 đến nay, Hội giúp 210 hộ.", 0, ("2020-01-01", "2023-07-12", "clause")),
        ("Năm nay, huyện trồng 12 ha rừng.", 0, ("2023-01-01", "2023-12-31", "clause")),
        ("Năm 2022, thu đạt 5 tỷ đồng; chi 4 tỷ đồng.", 1, ("2022-01-01", "2022-12-31", "sentence")),
        ("Thu ngân sách đạt 5 tỷ đồng, tăng 3% so với năm 2022.", 0, None),
        ("Nguồn vốn Chương trình mục tiêu quốc gia giai đoạn 2021-2025 là 5 tỷ đồng.", 0, None),
        ("Quyết định số 12/QĐ-UBND ngày 5/6/2023 hỗ trợ 30 hộ.", 0, None),
        ("Tỷ lệ giảm từ 5,27% (năm 2021) xuống 1,4% (năm 2022).", 0, ("2021-01-01", "2021-12-31", "clause")),
        ("Tỷ lệ giảm từ 5,27% (năm 2021) xuống 1,4% (năm 2022).", 1, ("2022-01-01", "2022-12-31", "clause")),
        ("Phấn đấu đến năm 2025 có 100% hộ dùng nước sạch.", 0, ("2025-01-01", "2025-12-31", "clause")),
        ("Hồi trước, mỗi nhà có 5 sào ruộng.", 0, None),
    ],
)  # fmt: skip
def test_period(text: str, number: int, wanted: tuple[str, str, str] | None) -> None:
    period = nth(text, number).period
    assert (period and (period.from_, period.to, period.source)) == wanted


TITLE = "Kết quả thu ngân sách 6 tháng đầu năm 2023"
BODY = (
    "Sáng 10/7, UBND huyện họp báo. Thu ngân sách đạt 500 tỷ đồng. Dịp này, huyện tặng 30 suất quà."
)


def test_period_of_the_bulletin_and_of_its_event() -> None:
    text = f"{TITLE}\n\n{BODY}"
    sections = {"title": (0, len(TITLE)), "body": (len(TITLE) + 2, len(text))}
    thu, qua = figures(text, sections=sections)
    assert thu.period is not None
    assert (thu.period.to, thu.period.source) == ("2023-06-30", "document")
    assert qua.period is not None
    assert (qua.period.from_, qua.period.to) == ("2023-07-10", "2023-07-10")


@pytest.mark.parametrize(
    ("text", "number", "change", "baseline", "of_plan"),
    [
        ("Thu ngân sách tăng 12,5% so với cùng kỳ.", 0, "up", "cùng kỳ", False),
        ("Số vụ giảm 4 vụ so với năm 2022.", 0, "down", "năm 2022", False),
        ("Thu đạt 103% kế hoạch tỉnh giao.", 0, None, "kế hoạch tỉnh giao", True),
        ("Thu bằng 94% cùng kỳ.", 0, None, "cùng kỳ", False),
        ("Sản lượng gấp 1,7 lần vụ trước.", 0, None, "vụ trước", False),
        ("Tỷ lệ giảm từ 5,2% xuống 3,1%.", 0, None, None, False),
        ("Tỷ lệ giảm từ 5,2% xuống 3,1%.", 1, None, "5,2%", False),
        ("Tỷ lệ hộ nghèo giảm còn 3,1%.", 0, None, None, False),
        ("Thu nhập tăng lên 45 triệu đồng.", 0, None, None, False),
        ("Lợi nhuận tăng từ 15% đến 18%.", 0, "up", None, False),
        ("Số vụ tai nạn giảm 4 vụ (-16,7%).", 1, "down", None, False),
        ("Giá bán 8.300 đ/kg, cao hơn giá thị trường 900 đ/kg.", 1, "up", "giá thị trường", False),
        ("Kết nạp vượt 25% so với Nghị quyết.", 0, "up", "Nghị quyết", False),
        ("So với cùng kỳ, thu ngân sách tăng 12%.", 0, "up", "cùng kỳ", False),
    ],
)  # fmt: skip
def test_comparison(
    text: str, number: int, change: str | None, baseline: str | None, of_plan: bool
) -> None:
    read = nth(text, number)
    told = read.baseline and read.baseline.text
    assert (read.change, told, read.of_plan) == (change, baseline, of_plan)


@pytest.mark.parametrize(
    ("text", "number", "wanted"),
    [
        ("Phấn đấu trồng 500 ha rừng.", 0, "target"),
        ("Kế hoạch giao 500 ha, đã trồng 480 ha.", 0, "target"),
        ("Kế hoạch giao 500 ha, đã trồng 480 ha.", 1, "result"),
        ("Dự kiến trồng 500 ha rừng.", 0, "plan"),
        ("Ông đề nghị tỉnh hỗ trợ 5 tỷ đồng.", 0, "plan"),
        ("Thiệt hại ước tính 5 tỷ đồng.", 0, "estimate"),
        ("Thu đạt 103% kế hoạch.", 0, "result"),
        ("Chương trình mục tiêu quốc gia hỗ trợ 5 tỷ đồng.", 0, "result"),
        ("Các hộ ký cam kết, 12 hộ đã nhận giống.", 0, "result"),
    ],
)  # fmt: skip
def test_aim(text: str, number: int, wanted: str) -> None:
    assert nth(text, number).aim == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Đại hội có 52 đại biểu, trong đó có 12 nữ.", [None, 0]),
        ("Tặng 35 suất quà, gồm 20 suất của huyện và 15 suất của tỉnh.", [None, 0, 0]),
        ("Có 30 hộ nghèo (A 13 hộ, B 17 hộ).", [None, 0, 0]),
        ("Tổng vốn 500 tỷ đồng. Trong đó, vốn tỉnh 300 tỷ đồng, vốn huyện 200 tỷ đồng.", [None, 0, 0]),
        ("Lấy 17 mẫu, 15/17 mẫu âm tính.", [None, 0]),
        ("Trong 6 trụ sở dôi dư, 2 trụ sở làm trạm y tế.", [None, 0]),
        ("Có 10 tổ chức, 6 tổ chức hoàn thành tốt; 4 tổ chức hoàn thành.", [None, 0, 0]),
        ("Trồng 500 ha lúa, tăng 20 ha, gồm 30 ha nếp và 470 ha tẻ.", [None, None, 0, 0]),
        ("Toàn xã có 500 hộ, trong đó hộ nghèo chiếm 5%.", [None, None]),
        ("Có 500 hộ và 12 hộ mới.", [None, None]),
    ],
)  # fmt: skip
def test_part_of(text: str, wanted: list[int | None]) -> None:
    assert [f.part_of for f in figures(text)] == wanted


def test_parts_are_summed() -> None:
    whole, *_ = figures("Tặng 35 suất quà, gồm 20 suất của huyện và 15 suất của tỉnh.")
    assert whole.flags == ["parts_complete"]
    whole, *_ = figures("Tặng 35 suất quà, gồm 20 suất của huyện và 25 suất của tỉnh.")
    assert whole.flags == ["parts_exceed"]


def test_headline_is_told_once() -> None:
    title = "Chi trả hơn 31 tỷ đồng cho người nghèo"
    text = f"{title}\n\nHuyện đã chi trả 31,3 tỷ đồng cho người nghèo."
    head, body = figures(
        text, sections={"title": (0, len(title)), "body": (len(title) + 2, len(text))}
    )
    assert head.flags == ["repeat"]
    assert body.flags == []


def test_place_of_a_figure() -> None:
    from model.records import Document
    from nlp import annotate

    text = "Tại thôn 5, xã Gia Thịnh, đoàn tặng 30 suất quà; trao 20 suất quà ở xã Gia Vượng."
    place = "huyện Gia Viễn, tỉnh Ninh Bình"
    read = annotate(Document(text=text, published="2023-07-12", place=place))
    told = [None if f.place is None else read.mentions[f.place].text for f in read.figures]
    assert told == ["thôn 5", "xã Gia Vượng"]
