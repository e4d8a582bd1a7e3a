"""How days, numbers and questions are written for readers, in Vietnamese."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from storage.wishes import Wish
from text import VIETNAM

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
_SCALES = ((Decimal(10**9), "tỷ"), (Decimal(10**6), "triệu"), (Decimal(10**3), "nghìn"))
_TYPES = {"money": "tiền", "count": "số lượng", "percent": "tỷ lệ", "measure": "đo lường"}
COUNTED = {"new": "bài mới", "edited": "bài sửa", "vanished": "bài gỡ"}
RHYTHMS = {"daily": "hằng ngày", "weekly": "hằng tuần", "at_once": "ngay khi có"}
TROUBLES = {
    "late": "chưa đọc được đúng hạn",
    "blocked": "bị chặn",
    "dead": "không trả lời",
    "silent": "im lặng bất thường",
    "hollow": "thiếu trường",
    "drifted": "đổi giao diện",
    "dying": "có dấu hiệu đóng cửa",
}
# How a number is hedged; "31 tỷ đồng" for "hơn 31 tỷ đồng" would be another number.
QUALIFIERS = {
    "over": "hơn",
    "nearly": "gần",
    "about": "khoảng",
    "under": "dưới",
    "at_least": "ít nhất",
    "at_most": "tối đa",
}
KINDS = {"new": "Mới", "edited": "Đã sửa", "vanished": "Đã gỡ"}


def hedged(text: str | None, qualifier: str | None) -> str | None:
    """A number as it was written, with the word that hedges it.

    >>> hedged("31 tỷ đồng", "over"), hedged("81 hộ", "exact"), hedged(None, None)
    ('hơn 31 tỷ đồng', '81 hộ', None)
    """
    word = QUALIFIERS.get(qualifier or "")
    return f"{word} {text}" if word and text else text


def short_day(day: date) -> str:
    """A day in digits.

    >>> short_day(date(2023, 7, 12))
    '12/07/2023'
    """
    return f"{day:%d/%m/%Y}"


def long_day(published: str | None) -> str:
    """A day of publication with its weekday.

    >>> long_day("2023-07-12"), long_day("2023-07-12T08:30:00+07:00")
    ('Thứ Tư, 12/07/2023', 'Thứ Tư, 12/07/2023 08:30')
    """
    if not published:
        return "không rõ ngày"
    at = datetime.fromisoformat(published)
    told = f"{WEEKDAYS[at.weekday()]}, {short_day(at)}"
    return f"{told} {at:%H:%M}" if "T" in published else told


def local_moment(at: datetime) -> str:
    """A moment in Vietnam's time: 12/07/2023 18:05."""
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def short_number(value: Decimal) -> str:
    """A number as people say it.

    >>> short_number(Decimal("31e9")), short_number(Decimal("1500000")), short_number(Decimal("12.5"))
    ('31 tỷ', '1,5 triệu', '12,5')
    """
    for scale, word in _SCALES:
        if abs(value) >= scale:
            return f"{number_text((value / scale).normalize())} {word}"
    return number_text(value.normalize())


def number_text(value: object, language: str = "vi") -> str:
    """A plain number as readers of a language write it; what is none as it is.

    >>> number_text("1284500.5"), number_text(1284, "en"), number_text("12..15")
    ('1.284.500,5', '1,284', '12..15')
    """
    try:
        told = f"{Decimal(str(value)):,f}"
    except InvalidOperation:
        return str(value)
    return told if language == "en" else told.translate(str.maketrans(",.", ".,"))


def day_digits(iso: str | None) -> str:
    """An ISO day or moment in digits; "" for none.

    >>> day_digits("2023-07-12T08:30:00+07:00")
    '12/07/2023'
    """
    return short_day(date.fromisoformat(iso[:10])) if iso else ""


def wish_label(wish: Wish, names: Mapping[str, str]) -> str:
    """A question in a few words, on one line; `names` are those of portals.

    >>> wish_label(Wish(q="nhà ở", type="money", min="10e9", portal="gia-vien"), {"gia-vien": "Gia Viễn"})
    'nhà ở, tiền từ 10 tỷ, Gia Viễn'
    """
    parts = [wish.q, _figure_label(wish), names.get(wish.portal or "", wish.portal or "")]
    parts += [wish.province or "", wish.section or "", wish.person or "", wish.place or ""]
    if wish.since or wish.until:
        ends = [
            short_day(date.fromisoformat(day)) if day else "" for day in (wish.since, wish.until)
        ]
        parts.append("–".join(ends))
    parts.append("có số liệu" if wish.with_figures else "")
    told = ", ".join(" ".join(part.split()) for part in parts if part and part.strip())
    return told or "mọi bản tin"


def _figure_label(wish: Wish) -> str:
    if not wish.of_figures:
        return ""
    what = wish.noun or _TYPES.get(wish.type or "", "số liệu")
    ends = [("từ", wish.min), ("đến", wish.max)]
    bounds = " ".join(f"{word} {short_number(Decimal(end))}" for word, end in ends if end)
    return " ".join(filter(None, (what, bounds, wish.unit)))
