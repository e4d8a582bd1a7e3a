"""The printed publication line of a page: date, time of day and how sure we are."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))

FIRST_YEAR = 1990  # there was no web before

# Names of weekdays as portals print them, Monday is 0 as in datetime.
_WEEKDAYS = {
    "thứ hai": 0, "thứ 2": 0, "t.2": 0, "t2": 0,
    "thứ ba": 1, "thứ 3": 1, "t.3": 1, "t3": 1,
    "thứ tư": 2, "thứ 4": 2, "t.4": 2, "t4": 2,
    "thứ năm": 3, "thứ 5": 3, "t.5": 3, "t5": 3,
    "thứ sáu": 4, "thứ 6": 4, "t.6": 4, "t6": 4,
    "thứ bảy": 5, "thứ bẩy": 5, "thứ 7": 5, "t.7": 5, "t7": 5,
    "chủ nhật": 6, "cn": 6,
}  # fmt: skip

# Months as WordPress and others spell them; "th11" and "tháng 11" are read as numbers.
_MONTHS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
    "mười": 10, "mười một": 11, "mười hai": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
# "27 năm 2026" is no day: Vietnamese names and digits need the word month before them.
_SPELT = rf"(?:(?:tháng|th) ?|(?=[a-z]+\b)(?!(?:một|giêng|hai|ba|tư|năm|sáu|bảy|tám|chín|mười)\b))({_NAMES}|\d{{1,2}})"

_WEEKDAY = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in _WEEKDAYS))
_ISO = re.compile(
    r"\b(\d{4})-(\d\d)-(\d\d)(?:[t ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?(z|[+-]\d\d:?\d\d)?)?"
)
_WORDED = re.compile(r"\b(\d{1,2}) tháng (\d{1,2}),? năm (\d{4})\b")
# "18 Tháng Mười Một, 2024", "27 Th05 2022" and "Tháng Mười Hai 30, 2025", "November 18, 2024".
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?=tháng|th ?\d|[a-z]){_SPELT},? (\d{{4}})\b"
)
_MONTH_FIRST = re.compile(rf"\b(?=tháng|th ?\d|[a-z]){_SPELT} (\d{{1,2}}),? (\d{{4}})\b")
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d/.,-])(\d{1,2})(?::|h|g| giờ )(\d{2})(?::(\d{2}))?(?! ?tháng|[/.-]\d)\s*(sa|ch|am|pm)?\b"
)


# Which groups are day, month and year.
_FORMS = (
    (_WORDED, (1, 2, 3)), (_NUMERIC, (1, 3, 4)), (_DAY_FIRST, (1, 2, 3)), (_MONTH_FIRST, (2, 1, 3)),
)  # fmt: skip


@dataclass(frozen=True)
class PrintedDate:
    """When a page says it was published: a day, perhaps a time of day, and what is doubtful."""

    day: date
    clock: time | None = None
    certainty: str = "printed"
    warning: str | None = None

    def iso(self) -> str:
        """ISO 8601: the day alone, or day and time at UTC+7."""
        if self.clock is None:
            return self.day.isoformat()
        return datetime.combine(self.day, self.clock, VIETNAM).isoformat()


def read_date(text: str) -> PrintedDate | None:
    """The first date printed in a publication line, None where it prints none.

    A two-digit year is of this century. A weekday beside the date is its checksum: where it only
    fits with day and month swapped, the swap is taken and marked `resolved`; where it fits
    neither, the date is marked `guessed`.

    >>> read_date("Thứ tư, 12/07/2023").iso()
    '2023-07-12'
    >>> read_date("Cập nhật lúc 09:15, Thứ Hai, 15/04/2019 (GMT+7)").iso()
    '2019-04-15T09:15:00+07:00'
    >>> read_date("Thứ tư, 07/12/2023 3:05:00 CH").iso()
    '2023-07-12T15:05:00+07:00'
    >>> read_date("Lượt xem: 1.245") is None
    True
    """
    line = text.lower()
    if iso := _ISO.search(line):
        return _from_iso(iso)
    for pattern, order in _FORMS:
        if found := pattern.search(line):
            day, month, year = (found[group] for group in order)
            return _checked(line, int(day), _MONTHS.get(month) or int(month), _full_year(year))
    return None


def _full_year(year: str) -> int:
    return int(year) + 2000 if len(year) == 2 else int(year)


def _from_iso(found: re.Match[str]) -> PrintedDate | None:
    day = _day(int(found[1]), int(found[2]), int(found[3]))
    if day is not None and day.year < FIRST_YEAR:
        return None  # what software prints for no date: 0001-01-01, 1970-01-01
    if day is None or found[4] is None:
        return PrintedDate(day) if day else None
    clock = time(int(found[4]) % 24, int(found[5]) % 60, int(found[6] or 0) % 60)
    if found[7] is None:
        return PrintedDate(day, clock)
    offset = "+00:00" if found[7] == "z" else found[7]
    sign = -1 if offset[0] == "-" else 1
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])) * sign
    try:
        local = (datetime.combine(day, clock, VIETNAM) - shift) + timedelta(hours=7)
    except OverflowError:
        return None
    return PrintedDate(local.date(), local.time())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _checked(line: str, day: int, month: int, year: int) -> PrintedDate | None:
    read, swapped = _day(year, month, day), _day(year, day, month)
    clock = _clock(line)
    named = _WEEKDAY.search(line)
    if read is None:
        return PrintedDate(swapped, clock, "guessed", "month before day") if swapped else None
    if named is None or read.weekday() == _WEEKDAYS[named[0]]:
        return PrintedDate(read, clock)
    if swapped and swapped.weekday() == _WEEKDAYS[named[0]]:
        return PrintedDate(swapped, clock, "resolved", "weekday fits only with month before day")
    return PrintedDate(read, clock, "guessed", f"the date is no {named[0]}")


def _clock(line: str) -> time | None:
    found = _CLOCK.search(line)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    # `15:20 PM` is printed beside 24-hour times, so an afternoon hour is left as it is.
    if found[4] in ("ch", "pm") and hour < 12:
        hour += 12
    if found[4] in ("sa", "am") and hour == 12:
        hour = 0
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
