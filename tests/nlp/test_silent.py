"""What other tools read wrongly without saying so (factors, dates that are none): one row each."""

import pytest

from model.records import Document
from nlp import annotate
from tests.nlp.reading import DAY, figures, unit, worth


@pytest.mark.parametrize(
    ("text", "wanted", "of"),
    [
        ("Tổng vốn đầu tư là 5,362 tỷ đồng.", "5362000000", "VND"),
        ("Giá trị sản xuất đạt 12.345,6 tỷ đồng.", "12345600000000", "VND"),
        ("Diện tích gieo trồng 5.120,5 ha.", "5120.5", "ha"),
        ("Thu ngân sách 1.346.710 triệu đồng.", "1346710000000", "VND"),
        ("Khối lượng đào đắp 1.200 m³.", "1200", "m³"),
        ("Nước dâng cao 4,5m.", "4.5", "m"),
        ("Đường rộng 20 m.", "20", "m"),
        ("Công trình trị giá gần 1 tỷ 3.", "1300000000", "VND"),
        ("Công trình trị giá 1 tỷ 300.", "1300000000", "VND"),
        ("Mỗi hộ lãi một triệu rưỡi.", "1500000", "VND"),
        ("Kinh phí 4,145 tỷ đồng.", "4145000000", "VND"),
        ("Tỷ lệ hộ nghèo còn 3,11%.", "3.11", "%"),
        ("Mỗi suất 500.000 đồng.", "500000", "VND"),
        ("Cả huyện có 1.500 hộ.", "1500", "hộ"),
        ("Xã gieo cấy 02 vụ lúa.", "2", "vụ lúa"),
        ("Tỷ lệ che phủ đạt 62,5%.", "62.5", "%"),
        ("Đạt 57% kế hoạch.", "57", "%"),
        ("Thời gian giữ chức vụ không quá 5 năm, cấp 3 thẻ.", "3", "thẻ"),
    ],
)  # fmt: skip
def test_factor(text: str, wanted: str, of: str) -> None:
    (read,) = figures(text)
    assert (worth(read), unit(read)) == (wanted, of)


@pytest.mark.parametrize(
    "text",
    [
        "Tỷ lệ hộ nghèo giảm.", "Thực hiện Nghị định số 07/2021/NĐ-CP của Chính phủ.", "Hỗ trợ mai táng phí cho gia đình.",
        "Trong thời gian qua, huyện đã quan tâm.", "Hỗ trợ tối đa cho dân.", "Đại hội lần thứ 2 thành công.",
        "Trong năm học kỳ này không có.", "Giữ chức vụ không quá 5 năm.",
    ],
)  # fmt: skip
def test_nothing_is_read(text: str) -> None:
    read = annotate(Document(text=text, published=DAY))
    assert read.figures == []
    assert read.times == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Trong 9 tháng năm 2024, thu ngân sách tăng.", "2024-01-01", "2024-09-30"),
        ("Tháng 6/2023, mưa lớn.", "2023-06-01", "2023-06-30"),
        ("Tính đến ngày 30/6, đã xong.", "2023-06-30", "2023-06-30"),
        ("Hội thi đã diễn ra từ 25-27/12.", "2022-12-25", "2022-12-27"),
        ("Trong 6/2023 có mưa.", None, None),
        ("Lượng mưa đo được 62,5 mm.", None, None),
        ("Đạt 18,3%.", None, None),
    ],
)
def test_time(text: str, first: str | None, last: str | None) -> None:
    times = annotate(Document(text=text, published=DAY)).times
    assert [(t.from_, t.to) for t in times] == ([(first, last)] if first else [])
