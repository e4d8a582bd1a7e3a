"""What a date or a period in prose means, resolved against the day of publication with a bias to the past.

The rules are those of the project's annotation guideline (DATE, PERIOD). A year is printed or it
is resolved; what is impossible (24,25/2023) is left alone, never clamped.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from text import LOWER

DAY, MONTH = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])"
YEAR = r"((?:1[5-9]|20)\d{2})"
NUMBER = r"(\d{1,2}|ba|bốn|năm|sáu|bảy|tám|chín|mười|mười một)"
SEP = r"\s?[/.-]\s?"
DASH = r"(?:\s?[-–—]\s?|\s(?:đến hết|đến|tới|và)\s|, ?)"
MORE = r"(?:, ?(?:0?[1-9]|[12]\d|3[01])(?=,| và)){0,5}"  # the days between in ngày 13, 14 và 15/10
_COUNTS = {"ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10, "mười một": 11}  # fmt: skip
MONTHS = {"hai": 2, "ba": 3, "tư": 4, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
# The day of a bare 14/10 or 14-10 must be announced by one of these, or stand alone as a date.
_ANNOUNCED = re.compile(
    r"(?:ngày|sáng|chiều|tối|trưa|đêm|khuya|hôm nay,|hôm qua,|trước|đến|từ|hết|kể từ|hôm|rạng sáng|và|tới|vào|"
    r"hẹn|chậm nhất|lúc|giờ|\d{1,2}h(?:\d{2})?|(?:hai|ba|hai|các|những|\d) ngày(?: từ)?|:)\s*\(?$",
    re.IGNORECASE,
)
_NO_DATE = re.compile(
    r"(?:chiếm(?: tới| đến| gần| hơn| khoảng)?|hạng|lớp|số|đạt|có|tỷ lệ|còn|được|nhà|lô|hẻm|ngõ|ngách|thửa|huyết áp|tổ|liệt|bệnh binh|thương binh|tiêu chí)\s$",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"(?:(?:trước|chậm nhất|đến hết|hạn|hạn chót|tới|hẹn|từ nay đến|từ (?:ngày )?\d{1,2}[/-]\d{1,2} đến)\s+(?:ngày\s)?"
    r"|(?:dự kiến|sẽ|chuẩn bị|kế hoạch|(?<!đã )(?<!vừa )diễn ra|áp dụng|đề nghị|phấn đấu|mục tiêu|yêu cầu|cam kết)\s[^.;]{0,80})$",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(r"(?:(?:N|n)gày|(?:L|l)ễ|kỷ niệm)(?: [^\W\d_]+){1,9} $")
_SHARE = re.compile(r"(?:tới|gần|hơn|còn|hết|quá|bằng) $")
_STEMS = "Giáp|Ất|Bính|Đinh|Mậu|Kỷ|Canh|Tân|Nhâm|Quý"  # of lunar years: năm Ất Mùi
_NOUN_AFTER = re.compile(
    rf"\s(?!tháng|của|của|tại|tới|với|năm|này|vừa|là|ở|đến|và|từ|cho|âm|dương|AL)[{LOWER}]"
)
_LUNAR = re.compile(
    rf"(?:\s(?:đến|tới|-)\s(?:(?:mùng|mồng|ngày)\s)?\d{{1,2}}/\d{{1,2}})?\s?\(?(?:âm lịch|AL\b|Âm lịch|năm (?:{_STEMS})\s)"
)


@dataclass(frozen=True)
class Clue:
    """What a resolver may look at: the match, the text and the day of publication."""

    match: re.Match[str]
    text: str
    sentence: tuple[int, int]
    published: date | None
    parts: dict[int, int | None]

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


_HALF_YEAR, _MONTH_AHEAD = 183, 31  # days that a date without a year may lie ahead


def _near(clue: Clue, month: int, day: int) -> date | None:
    """The day of that month nearest to publication, at most a month after it unless announced."""
    if clue.published is None:
        return None
    ahead = _HALF_YEAR if _AHEAD.search(clue.before) else _MONTH_AHEAD
    around = (_day(clue.published.year + step, month, day) for step in (-1, 0, 1))
    distances = {d: (d - clue.published).days for d in around if d}
    fitting = [d for d, days in distances.items() if days <= ahead]
    return min(fitting, key=lambda d: abs(distances[d]), default=None)


def full_date(clue: Clue) -> Resolved:
    found = _day(int(clue.match[3]), int(clue.match[2]), int(clue.match[1]))
    return (found, found, "printed") if found else None


_SHARES = 5  # of what is told in thirds and quarters: tới 2/3


def short_date(clue: Clue) -> Resolved:
    start, end = clue.match.span()
    after = clue.text[end : end + 20]
    if _LUNAR.match(clue.text, end) or _NO_DATE.search(clue.before):
        return None
    day, month = int(clue.match[1]), int(clue.match[2])
    if day < month <= _SHARES and _SHARE.search(clue.before):
        return None
    if _NAMED_DAY.search(clue.before):
        found = _near(clue, month, day)
        return (found, found, "resolved") if found else None
    if not clue.match[0].lower().startswith("ngày") and not _ANNOUNCED.search(clue.before):
        dashed = "/" not in clue.match[0]
        if dashed or _NOUN_AFTER.match(after) or clue.text[start - 1 : start] == "-":
            return None
    found = _near(clue, int(clue.match[2]), int(clue.match[1]))
    return (found, found, "resolved") if found else None


def dotted_date(clue: Clue) -> Resolved:
    """A day and month with a dot between them, only where a word says that it is one: sáng 25.7."""
    announced = clue.match[0].startswith("ngày") or _PART_OF_DAY.search(clue.before)
    return short_date(clue) if announced else None


_PART_OF_DAY = re.compile(r"(?i)(?:sáng|trưa|chiều|tối|đêm|khuya) $")


def worded_date(clue: Clue) -> Resolved:
    if " Tháng " in clue.text[clue.match.start() : clue.match.end()]:
        return None  # a street or school that bears a day's name
    if clue.match[3]:
        return full_date(clue)
    if _LUNAR.match(clue.text, clue.match.end()):
        return None
    found = _near(clue, int(clue.match[2]), int(clue.match[1]))
    return (found, found, "resolved") if found else None


def day_range(clue: Clue) -> Resolved:
    first, last, month, year = clue.match.groups()
    announced = clue.match[0].startswith("ngày") or _ANNOUNCED.search(clue.before)
    if not announced and not clue.before.endswith("("):
        return None
    end = _day(int(year), int(month), int(last)) if year else _near(clue, int(month), int(last))
    start = _day(end.year, end.month, int(first)) if end else None
    if start is None or end is None or start >= end:
        return None
    return start, end, "printed" if year else "resolved"


def bracketed_range(clue: Clue) -> Resolved:
    """(28/7 - 3/8): both days without a year."""
    if clue.published is None or not clue.before.endswith("("):
        return None
    d1, m1, d2, m2 = (int(part) for part in clue.match.groups())
    end = _near(clue, m2, d2)
    start = _day(end.year - (m1 > m2), m1, d1) if end else None
    return (start, end, "resolved") if start and end and start < end else None


def date_range(clue: Clue) -> Resolved:
    d1, m1, y1, d2, m2, y2 = (int(part) for part in clue.match.groups())
    start, end = _day(y1, m1, d1), _day(y2, m2, d2)
    return (start, end, "printed") if start and end and start < end else None


def count_of(written: str) -> int:
    return int(written) if written.isdecimal() else _COUNTS[written.lower()]


def _year_nearby(clue: Clue) -> int | None:
    """The year of the next part-of-year in the same sentence: "6 tháng đầu năm và … cuối năm 2023"."""
    rest = clue.text[clue.match.end() : clue.sentence[1]]
    found = re.search(rf"tháng (?:đầu |cuối )?năm {YEAR}", rest)
    return int(found[1]) if found else None


_PLANNED = re.compile(r"(?i)(?:phấn đấu|mục tiêu|kế hoạch|dự kiến|chỉ tiêu|nhiệm vụ)[^.;]*$")


def half_year(clue: Clue) -> Resolved:
    year = int(clue.match[2]) if clue.match[2] else clue.published and clue.published.year
    if not year:
        return None
    span = (1, 6) if clue.match[1] == "đầu" else (7, 12)
    return *_months(year, *span), "printed" if clue.match[2] else "resolved"


def part_of_year(clue: Clue) -> Resolved:
    count, half, year = count_of(clue.match[1]), clue.match[2].lower(), clue.match[3]
    if not 1 <= count <= 11 or (not year and clue.published is None):
        return None
    resolved = int(year) if year else _year_nearby(clue)
    if resolved is None:
        assert clue.published is not None
        passed = clue.published.month >= (count if half == "đầu" else 2)
        planned = _PLANNED.search(clue.before) is not None
        resolved = clue.published.year - (not passed and not planned)
    span = (1, count) if half == "đầu" else (13 - count, 12)
    return *_months(resolved, *span), "printed" if year else "resolved"


def first_months(clue: Clue) -> Resolved:
    """Nine months of 2024 ("9 tháng năm 2024") are January to September, never the ninth of May."""
    count = count_of(clue.match[1])
    return (*_months(int(clue.match[2]), 1, count), "printed") if 1 <= count <= 11 else None


def bare_months(clue: Clue) -> Resolved:
    """Months alone ("trong 6 tháng") mean the part of the year that the text names in full elsewhere."""
    count = count_of(clue.match[1])
    cued = re.search(
        r"(?i)(?:trong|qua|kết quả|tình hình|tổng kết|sơ kết|lũy kế|,|^)\s*$", clue.before
    )
    summed = re.search(r"(?i)l[uũ][ỹy] kế\s$", clue.before)
    reached = _REACHED.match(clue.text, clue.match.end()) and clue.published
    just_over = reached and (clue.published.month - count) % 12 in (0, 1)  # type: ignore[union-attr]
    if not 2 <= count <= 11 or not ((cued and count in clue.parts) or just_over or summed):
        return None
    year = clue.parts.get(count)
    if year is None and clue.published is None:
        return None
    base = year or clue.published.year - (clue.published.month < count)  # type: ignore[union-attr]
    return *_months(base, 1, count), "resolved"


_REACHED = re.compile(r" (?:đạt|ước|tăng|giảm)(?!\w)")


def quarter_year(clue: Clue) -> Resolved:
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


def whole_month(clue: Clue) -> Resolved:
    month, year = int(clue.match[1]), clue.match[2]
    if year:
        return *_months(int(year), month, month), "printed"
    if clue.published is None or _LUNAR.match(clue.text, clue.match.end()):
        return None
    if re.search(r"(?i)(?:\d|hai|ba|rằm|mùng .{1,4}|mồng .{1,4})\s$", clue.before):
        return None
    shift = clue.published.month - month
    year_shift = 0 if abs(shift) <= 6 else (1 if shift > 0 else -1)
    return *_months(clue.published.year + year_shift, month, month), "resolved"


def worded_month(clue: Clue) -> Resolved:
    """A month in words with its year: tháng Tư năm 2023."""
    month = MONTHS[clue.match[1]]
    return *_months(int(clue.match[2]), month, month), "printed"


def month_range(clue: Clue) -> Resolved:
    first, last, year = int(clue.match[1]), int(clue.match[2]), clue.match[3]
    if first >= last or (not year and clue.published is None):
        return None
    resolved = int(year) if year else clue.published.year  # type: ignore[union-attr]
    return *_months(resolved, first, last), "printed" if year else "resolved"


def whole_year(clue: Clue) -> Resolved:
    if re.search(r"(?i)(?:(?<!giáng )sinh|học|SN)\s*$", clue.before):
        return None
    return *_months(int(clue.match[1]), 1, 12), "printed"


def short_year(clue: Clue) -> Resolved:
    """A year of the last century in two digits, as people say it ("Năm 72")."""
    return *_months(1900 + int(clue.match[1]), 1, 12), "resolved"


def day_of_month(clue: Clue) -> Resolved:
    """A day whose month is that of publication, the one before or the one after."""
    if clue.published is None:
        return None
    months = (_shifted(clue.published, step) for step in (-1, 0, 1))
    days = [d for year, month in months if (d := _day(year, month, int(clue.match[1])))]
    found = min(days, key=lambda d: abs((d - clue.published).days))  # type: ignore[operator]
    return found, found, "resolved"


def _shifted(day: date, months: int) -> tuple[int, int]:
    number = day.year * 12 + day.month - 1 + months
    return number // 12, number % 12 + 1


def year_range(clue: Clue) -> Resolved:
    first, last = int(clue.match[1]), int(clue.match[2])
    if not first < last <= first + 30:
        return None
    return date(first, 1, 1), date(last, 12, 31), "printed"


def bracketed_years(clue: Clue) -> Resolved:
    return year_range(clue) if clue.before.endswith("(") else None


def school_year(clue: Clue) -> Resolved:
    first, last = int(clue.match[1]), int(clue.match[2] or int(clue.match[1]) + 1)
    return (date(first, 9, 1), date(last, 5, 31), "printed") if last == first + 1 else None


def school_term(clue: Clue) -> Resolved:
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
