"""Dates and periods in prose, resolved against the day of publication with a bias to the past.

The rules are those of the project's annotation guideline (DATE, PERIOD). A year is printed or it
is resolved; what is impossible (24,25/2023) is left alone, never clamped.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from nlp.masks import Mask
from nlp.source import Source
from text import LOWER

_D, _M = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])"
_Y = r"((?:19|20)\d{2})"
_N = r"(\d{1,2}|ba|bốn|năm|sáu|bảy|tám|chín|mười|mười một)"
_SEP = r"\s?[/.-]\s?"
_DASH = r"(?:\s?[-–—]\s?|\s(?:đến|tới|và)\s)"
_COUNTS = {"ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10, "mười một": 11}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
# The day of a bare 14/10 or 14-10 must be announced by one of these, or stand alone as a date.
_ANNOUNCED = re.compile(
    r"(?:ngày|sáng|chiều|tối|trưa|đêm|hôm nay,|hôm qua,|trước|đến|từ|hết|kể từ|hôm|rạng sáng|và|tới|vào|"
    r"(?:hai|ba|hai|các|những|\d) ngày(?: từ)?|:)\s*\(?$",
    re.IGNORECASE,
)
_NO_DATE = re.compile(
    r"(?:hạng|lớp|số|đạt|có|tỷ lệ|còn|được|nhà|lô|hẻm|ngõ|ngách|thửa|huyết áp|tổ|liệt|bệnh binh|thương binh|tiêu chí)\s$",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"(?:(?:trước|chậm nhất|đến hết|hạn|tới|từ nay đến)\s+(?:ngày\s)?|(?:dự kiến|sẽ|chuẩn bị|kế hoạch)\s[^.;]{0,80})$",
    re.IGNORECASE,
)
_NOUN_AFTER = re.compile(
    rf"\s(?!tháng|của|của|tại|tới|với|năm|này|vừa|là|ở|đến|và|từ|cho|âm|dương|AL)[{LOWER}]"
)
_LUNAR = re.compile(r"\s?\(?(?:âm lịch|AL\b|Âm lịch)")


@dataclass(frozen=True)
class Found:
    """A time found in the text, by its span there, resolved to first and last day."""

    start: int
    end: int
    kind: str
    first: date
    last: date
    certainty: str


@dataclass(frozen=True)
class Clue:
    """What a resolver may look at: the match, the text and the day of publication."""

    match: re.Match[str]
    text: str
    sentence: tuple[int, int]
    published: date | None

    @property
    def before(self) -> str:
        return self.text[max(self.sentence[0], self.match.start() - 100) : self.match.start()]


Resolved = tuple[date, date, str] | None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _near(clue: Clue, month: int, day: int) -> date | None:
    """The day of that month nearest to publication, at most a month after it unless announced."""
    if clue.published is None:
        return None
    ahead = 120 if _AHEAD.search(clue.before) else 31
    around = (_day(clue.published.year + step, month, day) for step in (-1, 0, 1))
    distances = {d: (d - clue.published).days for d in around if d}
    fitting = [d for d, days in distances.items() if days <= ahead]
    return min(fitting, key=lambda d: abs(distances[d]), default=None)


def _full_date(clue: Clue) -> Resolved:
    found = _day(int(clue.match[3]), int(clue.match[2]), int(clue.match[1]))
    return (found, found, "printed") if found else None


def _short_date(clue: Clue) -> Resolved:
    start, end = clue.match.span()
    after = clue.text[end : end + 20]
    if _LUNAR.match(after) or _NO_DATE.search(clue.before):
        return None
    if not clue.match[0].lower().startswith("ngày") and not _ANNOUNCED.search(clue.before):
        dashed = "/" not in clue.match[0]
        if dashed or _NOUN_AFTER.match(after) or clue.text[start - 1 : start] == "-":
            return None
    found = _near(clue, int(clue.match[2]), int(clue.match[1]))
    return (found, found, "resolved") if found else None


def _worded_date(clue: Clue) -> Resolved:
    if clue.match[3]:
        return _full_date(clue)
    if _LUNAR.match(clue.text[clue.match.end() :]):
        return None
    found = _near(clue, int(clue.match[2]), int(clue.match[1]))
    return (found, found, "resolved") if found else None


def _day_range(clue: Clue) -> Resolved:
    first, last, month, year = clue.match.groups()
    if not clue.match[0].lower().startswith("ngày") and not _ANNOUNCED.search(clue.before):
        return None
    end = _day(int(year), int(month), int(last)) if year else _near(clue, int(month), int(last))
    start = _day(end.year, end.month, int(first)) if end else None
    if start is None or end is None or start >= end:
        return None
    return start, end, "printed" if year else "resolved"


def _date_range(clue: Clue) -> Resolved:
    d1, m1, y1, d2, m2, y2 = (int(part) for part in clue.match.groups())
    start, end = _day(y1, m1, d1), _day(y2, m2, d2)
    return (start, end, "printed") if start and end and start < end else None


def _count(written: str) -> int:
    return int(written) if written.isdecimal() else _COUNTS[written.lower()]


def _year_nearby(clue: Clue) -> int | None:
    """The year of the next part-of-year in the same sentence: "6 tháng đầu năm và … cuối năm 2023"."""
    rest = clue.text[clue.match.end() : clue.sentence[1]]
    found = re.search(rf"tháng (?:đầu |cuối )?năm {_Y}", rest)
    return int(found[1]) if found else None


def _part_of_year(clue: Clue) -> Resolved:
    count, half, year = _count(clue.match[1]), clue.match[2].lower(), clue.match[3]
    if not 1 <= count <= 11 or (not year and clue.published is None):
        return None
    resolved = int(year) if year else _year_nearby(clue)
    if resolved is None:
        assert clue.published is not None
        passed = clue.published.month >= (count if half == "đầu" else 2)
        resolved = clue.published.year - (not passed)
    span = (1, count) if half == "đầu" else (13 - count, 12)
    return *_months(resolved, *span), "printed" if year else "resolved"


def _first_months(clue: Clue) -> Resolved:
    """Nine months of 2024 ("9 tháng năm 2024") are January to September, never the ninth of May."""
    count = _count(clue.match[1])
    return (*_months(int(clue.match[2]), 1, count), "printed") if 1 <= count <= 11 else None


def _bare_months(clue: Clue) -> Resolved:
    """Months alone ("trong 6 tháng") mean the part of the year that the text names in full elsewhere."""
    count = _count(clue.match[1])
    named = re.search(rf"(?i)\b0?{clue.match[1]} tháng đầu năm(?: {_Y})?", clue.text)
    cued = re.search(
        r"(?i)(?:trong|qua|kết quả|tình hình|tổng kết|sơ kết|lũy kế|,|^)\s*$", clue.before
    )
    if not named or not cued or not 2 <= count <= 11:
        return None
    year = named[1] or next(iter(re.findall(rf"tháng (?:đầu|cuối) năm {_Y}", clue.text)), None)
    if year is None and clue.published is None:
        return None
    base = int(year) if year else clue.published.year - (clue.published.month < count)  # type: ignore[union-attr]
    return *_months(base, 1, count), "resolved"


def _quarter(clue: Clue) -> Resolved:
    written, year = clue.match[1].lower(), clue.match[2]
    quarter = _QUARTERS.get(written) or int(written)
    if not year and clue.published is None:
        return None
    if year:
        resolved = int(year)
    else:
        assert clue.published is not None
        resolved = clue.published.year - (quarter * 3 - 2 > clue.published.month + 4)
    return *_months(resolved, quarter * 3 - 2, quarter * 3), "printed" if year else "resolved"


def _month(clue: Clue) -> Resolved:
    month, year = int(clue.match[1]), clue.match[2]
    if year:
        return *_months(int(year), month, month), "printed"
    if clue.published is None or _LUNAR.match(clue.text[clue.match.end() :]):
        return None
    if re.search(r"(?i)(?:\d|hai|ba|rằm|mùng .{1,4}|mồng .{1,4})\s$", clue.before):
        return None
    shift = clue.published.month - month
    year_shift = 0 if abs(shift) <= 6 else (1 if shift > 0 else -1)
    return *_months(clue.published.year + year_shift, month, month), "resolved"


def _month_range(clue: Clue) -> Resolved:
    first, last, year = int(clue.match[1]), int(clue.match[2]), clue.match[3]
    if first >= last or (not year and clue.published is None):
        return None
    resolved = int(year) if year else clue.published.year  # type: ignore[union-attr]
    return *_months(resolved, first, last), "printed" if year else "resolved"


def _year(clue: Clue) -> Resolved:
    if re.search(r"(?i)(?:sinh|học|SN)\s*$", clue.before):
        return None
    return *_months(int(clue.match[1]), 1, 12), "printed"


def _years(clue: Clue) -> Resolved:
    first, last = int(clue.match[1]), int(clue.match[2])
    if not first < last <= first + 30:
        return None
    return date(first, 1, 1), date(last, 12, 31), "printed"


def _bracketed_years(clue: Clue) -> Resolved:
    return _years(clue) if clue.before.endswith("(") else None


def _school_year(clue: Clue) -> Resolved:
    first, last = int(clue.match[1]), int(clue.match[2] or int(clue.match[1]) + 1)
    return (date(first, 9, 1), date(last, 5, 31), "printed") if last == first + 1 else None


def _school_term(clue: Clue) -> Resolved:
    """Terms by the guideline: the first September to December, the second January to May."""
    term = {"1": 1, "2": 2, "i": 1, "ii": 2}[clue.match[1].lower()]
    if clue.match[2]:
        first = int(clue.match[2])
    elif clue.published:
        first = clue.published.year - (clue.published.month < 9)
    else:
        return None
    span = (
        (date(first, 9, 1), date(first, 12, 31))
        if term == 1
        else (date(first + 1, 1, 1), date(first + 1, 5, 31))
    )
    return *span, "printed" if clue.match[2] else "resolved"


# Order is precedence: the first pattern that resolves takes its letters.
_RULES: list[tuple[str, str, Callable[[Clue], Resolved]]] = [
    ("period", rf"\bhọc kỳ (1|2|II|I)\b(?:,? (?:của )?năm học {_Y}\s?[-–]\s?{_Y})?", _school_term),
    ("period", rf"\bnăm học {_Y}(?:\s?[-–]\s?{_Y})?", _school_year),
    (
        "period",
        rf"\b(?:giai đoạn|nhiệm kỳ)(?: các năm| từ năm)? {_Y}\s?(?:[-–]|đến)\s?(?:năm )?{_Y}",
        _years,
    ),
    ("period", rf"\b(?:\d+ năm,? |từ năm )?\(?{_Y}\s?[-–]\s?{_Y}(?=\))", _bracketed_years),
    ("period", rf"\b\d+ năm {_Y}\s?[-–]\s?{_Y}\b", _years),
    ("period", rf"\b(?:từ )?năm {_Y}\s?[-–]\s?(?:năm )?{_Y}\b", _years),
    ("period", rf"\b{_D}{_SEP}{_M}{_SEP}{_Y}\s?[-–]\s?{_D}{_SEP}{_M}{_SEP}{_Y}\b", _date_range),
    (
        "period",
        rf"\b(?:ngày )?{_D}{_DASH}(?:ngày )?{_D}[/.-]{_M}(?:[/.-]{_Y})?\b(?![/.-]?\d)",
        _day_range,
    ),
    ("date", rf"\b(?:ngày )?{_D}[/.-]{_M}[/.-]{_Y}\b", _full_date),
    ("date", rf"\b(?:ngày )?{_D} tháng {_M}(?:,? năm {_Y})?\b", _worded_date),
    ("date", rf"(?<![\d/.,-])\b(?:ngày )?{_D}[/-]{_M}\b(?![/-]?\d|[.,]\d|%|\s?%)", _short_date),
    ("date", rf"\bngày {_D}\.{_M}\b(?![.\d])", _short_date),
    ("period", rf"\b{_N} tháng (đầu|cuối) năm(?: {_Y})?\b", _part_of_year),
    ("period", rf"\b{_N} tháng,? (?:của )?năm {_Y}\b", _first_months),
    ("period", rf"\bquý (IV|III|II|I|[1-4])\b(?:(?:\s?[/.-]\s?|,? năm ){_Y})?", _quarter),
    ("period", rf"\btháng {_M}{_DASH}(?:tháng )?{_M}(?:[/.-]{_Y}| năm {_Y})", _month_range),
    ("period", rf"\btháng {_M}\b(?:(?:\s?[/.-]\s?|,? năm ){_Y})?(?!\s?[/.-]\s?\d)", _month),
    ("period", rf"\b{_N} tháng\b(?! (?:đầu|cuối|trước|sau|qua|tuổi|liền|nay))", _bare_months),
    ("period", rf"\bnăm {_Y}\b", _year),
]
# A word without which a pattern finds nothing: most texts need no more than to be asked for it.
_NEEDED = ("học kỳ", "năm học", "quý", "tháng")
_COMPILED = [
    (
        next((word for word in _NEEDED if rf"\b{word} " in p), ""),
        kind,
        re.compile(p, re.IGNORECASE),
        resolve,
    )
    for kind, p, resolve in _RULES
]
_PLURAL = re.compile(r"(?i)(?:hai|ba|bốn|năm|\d|các|những|mấy)\s$")


def find_times(source: Source, published: date | None, mask: Mask) -> list[Found]:
    """All dates and periods of a text in order; takes their letters from the mask."""
    found: list[Found] = []
    lowered = source.text.lower()
    for needed, kind, pattern, resolve in _COMPILED:
        if needed not in lowered:
            continue
        for match in pattern.finditer(source.text):
            if not mask.free(*match.span()):
                continue
            clue = Clue(match, source.text, source.sentence(match.start()), published)
            resolved = resolve(clue)
            if resolved is None:
                continue
            start = _bare_start(clue, kind)
            mask.take([match.span()])
            first, last, certainty = resolved
            found.append(Found(start, match.end(), kind, first, last, certainty))
    return sorted(found, key=lambda f: f.start)


def _bare_start(clue: Clue, kind: str) -> int:
    """Where the span begins: after a numeral or a plural the word ngày is not part of a period."""
    start = clue.match.start()
    lowered = clue.match[0].lower()
    if kind == "period" and lowered.startswith("ngày ") and _PLURAL.search(clue.before):
        return start + len("ngày ")
    for word in ("từ năm ", "từ "):
        if lowered.startswith(word):
            return start + len(word) - (4 if word == "từ năm " else 0)
    return start
