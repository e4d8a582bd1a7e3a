"""Any amount, written in any of the ways Vietnamese has, reads back to the same Decimal."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.numbers import read_spelled
from tests.nlp.reading import figures

ONES = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
SCALES = {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9, "nghìn tỷ": 12}


def dotted(whole: int) -> str:
    return f"{whole:,}".replace(",", ".")


def read_money(written: str) -> Decimal | None:
    (read,) = figures(f"Tổng kinh phí là {written} đồng.")
    assert read.type == "money"
    assert read.currency == "VND"
    return read.value


@given(st.integers(1, 10**13))
@settings(max_examples=200, deadline=None)
def test_grouped(value: int) -> None:
    assert read_money(dotted(value)) == value


@given(
    st.integers(0, 99_999), st.integers(0, 999), st.integers(1, 3), st.sampled_from(sorted(SCALES))
)
@settings(max_examples=300, deadline=None)
def test_scaled(whole: int, decimals: int, places: int, scale: str) -> None:
    tail = str(decimals).zfill(places)[:places]
    value = Decimal(f"{whole}.{tail}").scaleb(SCALES[scale])
    if value:
        assert read_money(f"{dotted(whole)},{tail} {scale}") == value


@given(st.integers(1, 999), st.integers(1, 999), st.integers(0, 999))
@settings(max_examples=200, deadline=None)
def test_parts(milliards: int, millions: int, thousands: int) -> None:
    written = f"{milliards} tỷ {millions} triệu" + (f" {thousands} nghìn" if thousands else "")
    assert read_money(written) == milliards * 10**9 + millions * 10**6 + thousands * 10**3


@given(st.integers(1, 99), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_colloquial_rest(milliards: int, tenths: int) -> None:
    (read,) = figures(f"Công trình trị giá gần {milliards} tỷ {tenths}.")
    assert read.value == milliards * 10**9 + tenths * 10**8


def spelled(value: int) -> str:
    """A number below a thousand in words."""
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    words = [f"{ONES[hundreds]} trăm"] if hundreds else []
    if tens == 0 and ones:
        words.append(f"linh {ONES[ones]}" if hundreds else ONES[ones])
    elif tens:
        last = {1: "mốt" if tens > 1 else "một", 4: "tư" if tens > 1 else "bốn", 5: "lăm"}.get(
            ones, ONES[ones]
        )
        words.append("mười" if tens == 1 else f"{ONES[tens]} mươi")
        words += [last] if ones else []
    return " ".join(words)


@given(st.integers(1, 999), st.sampled_from(["", " nghìn", " triệu", " tỷ"]))
@settings(max_examples=300, deadline=None)
def test_words(value: int, scale: str) -> None:
    factor = 10 ** {"": 0, " nghìn": 3, " triệu": 6, " tỷ": 9}[scale]
    assert read_spelled(spelled(value) + scale) == value * factor
