"""A place handed in is a chain of units of the table, however it is typed, or is refused."""

import pytest

from model.errors import InputError
from nlp.gazetteer import find_place


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("huyện Gia Viễn, tỉnh Ninh Bình", "huyện Gia Viễn, tỉnh Ninh Bình"),
        ("huyen gia vien, tinh ninh binh", "huyện Gia Viễn, tỉnh Ninh Bình"),
        ("huyện Gia Viễn", "huyện Gia Viễn, tỉnh Ninh Bình"),
        ("xã Gia Vân, huyện Gia Viễn", "xã Gia Vân, huyện Gia Viễn, tỉnh Ninh Bình"),
        ("quận 1, TP Hồ Chí Minh", "quận 1, thành phố Hồ Chí Minh"),
        ("đặc khu Phú Quý", "đặc khu Phú Quý, tỉnh Lâm Đồng"),
        ("tỉnh Quảng Nam", "tỉnh Quảng Nam"),
    ],
)
def test_found(written: str, place: str) -> None:
    assert find_place(written) == place


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("huyện Sai, tỉnh Nhầm", "no unit is called 'tỉnh Nhầm'"),
        ("huyện Hoa Lư, tỉnh Hà Nam", "no unit of tỉnh Hà Nam is called 'huyện Hoa Lư'"),
        ("huyện Châu Thành", "several"),
        (" , ", "names no unit"),
    ],
)
def test_refused(written: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        find_place(written)
