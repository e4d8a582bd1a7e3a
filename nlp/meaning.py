"""What a figure means: its period, its change, its plan, its place, and the figure it is part of."""

import re
from bisect import bisect_left
from decimal import Decimal
from typing import Literal

from msgspec import UNSET

from model.records import Evidence, Figure, Reported
from nlp.figures import Qualified
from nlp.source import Source
from nlp.times import Found

Aim = Literal["result", "target", "plan", "estimate"]
Change = Literal["up", "down"] | None
Where = Literal["clause", "sentence"]

_UP = re.compile(
    r"(?i)(?<!\w)(?:tăng|tăng thêm|vượt|nâng lên|tăng lên)(?: (?:thêm|hơn|gần|khoảng|trên|bình quân|lên|từ|ước|đạt))*\s\(?\+?$"
)
_DOWN = re.compile(
    r"(?i)(?<!\w)(?:giảm|giảm bớt|hụt)(?: (?:còn|xuống còn|hơn|gần|khoảng|trên|bình quân|xuống|từ|ước))*\s\(?-?$"
)
_LEVEL = re.compile(r"(?i)(?:còn|xuống|lên|từ)\s$")
_PLAN = re.compile(
    r"(?i)^\s(?:so với |của |)(?:kế hoạch|dự toán|chỉ tiêu|KH|nghị quyết|Nghị quyết)(?!\w)"
)
_TARGET = re.compile(r"(?i)phấn đấu|mục tiêu|chỉ tiêu|đề ra")
_PLANNED = re.compile(r"(?i)dự kiến|kế hoạch|sẽ|đề nghị")
_ESTIMATED = re.compile(r"(?i)ước")
_BASELINE = re.compile(
    r"(?i)so với (?:cùng kỳ(?: năm (?:trước|ngoái|\d{4}))?|(?:đầu|cuối) năm(?: \d{4})?|năm (?:trước|ngoái|\d{4})|tháng (?:trước|\d{1,2}(?:/\d{4})?)|kế hoạch|giá khởi điểm|nghị quyết)"
)
_CLAUSE = re.compile(r"[;.\n]|, (?=trong đó|còn|riêng)")
_REACH = 600  # letters
_NEAR = 60  # letters before a figure in which its change is told
_PART = re.compile(r"(?i)trong đó")


def give_meaning(source: Source, figures: list[Qualified], times: list[Found]) -> list[Figure]:
    """The figures with what the words around them say; unknown stays null."""
    periods = [t for t in times if t.kind == "period" and (t.last - t.first).days < 3660]
    done: list[Figure] = []
    for number, qualified in enumerate(figures):
        part = _part_of(source, figures, number)
        done.append(
            _figure(source, qualified, _period(source, qualified.read.start, periods), part)
        )
    return done


def _around(source: Source, at: int) -> tuple[int, int]:
    """The sentence around a position, as far as words reach: text without an end stays cheap to read."""
    first, last = source.sentence(at)
    return max(first, at - _REACH), min(last, at + _REACH)


def _figure(
    source: Source, qualified: Qualified, period: Reported | None, part: int | None
) -> Figure:
    read = qualified.read
    first, last = _around(source, read.start)
    before, after = source.text[first : read.start], source.text[read.end : last]
    start, end = source.span(read.start, read.end)
    if "table_cell" in read.flags:
        before = after = ""
    return Figure(
        type=read.type,  # type: ignore[arg-type]
        start=start,
        end=end,
        text=source.raw[start:end],
        value=_plain(read.value),
        low=_plain(read.low),
        high=_plain(read.high),
        total=_plain(read.total),
        qualifier=qualified.qualifier,  # type: ignore[arg-type]
        currency=read.unit if read.type == "money" and read.unit else UNSET,
        unit=read.unit if read.type in ("measure", "percent") else None,
        noun=read.noun,
        per=read.per,
        period=period,
        change=_change(before),
        baseline=_baseline(source, read.end, last),
        of_plan=read.type == "percent" and bool(_PLAN.match(after)),
        aim=_aim(before, qualified.qualifier),
        part_of=part,
        flags=list(read.flags),
    )


def _plain(value: Decimal | None) -> Decimal | None:
    """The same number in plain digits: scaling by powers of ten must not leave an exponent."""
    return None if value is None else Decimal(format(value, "f"))


def _change(before: str) -> Change:
    near = before[-_NEAR:]
    if _LEVEL.search(near):
        return None
    if _UP.search(near):
        return "up"
    return "down" if _DOWN.search(near) else None


def _baseline(source: Source, at: int, end: int) -> Evidence | None:
    found = _BASELINE.search(source.text, at, min(end, at + 60))
    if not found or re.search(r"\d[^;]*[;,]", source.text[at : found.start()]):
        return None
    start, stop = source.span(*found.span())
    return Evidence(start=start, end=stop, text=source.raw[start:stop])


def _aim(before: str, qualifier: str) -> Aim:
    if _TARGET.search(_since(".;", before)):
        return "target"
    if _PLANNED.search(_since(".;,", before)):
        return "plan"
    estimated = qualifier == "about" and _ESTIMATED.search(_since(",;", before))
    return "estimate" if estimated else "result"


def _since(marks: str, text: str) -> str:
    """The end of a text behind the last of these marks."""
    return text[max(text.rfind(mark) for mark in marks) + 1 :]


def _period(source: Source, at: int, periods: list[Found]) -> Reported | None:
    """The period named last before the figure in its clause, then in its sentence; else unknown."""
    first, _ = _around(source, at)
    clause = max((m.end() for m in _CLAUSE.finditer(source.text, first, at)), default=first)
    places: list[tuple[int, Where]] = [(clause, "clause"), (first, "sentence")]
    before = bisect_left(periods, at, key=lambda t: t.start)
    if not before:
        return None
    last = periods[before - 1]
    where = next((where for begin, where in places if begin <= last.start), None)
    if where is None:
        return None
    return Reported(from_=last.first.isoformat(), to=last.last.isoformat(), source=where)


def _part_of(source: Source, figures: list[Qualified], number: int) -> int | None:
    """The figure of the same noun that stands before "trong đó" in the same sentence."""
    read = figures[number].read
    first, _ = _around(source, read.start)
    marks = list(_PART.finditer(source.text, first, read.start))
    if not marks:
        return None
    for earlier in range(number - 1, -1, -1):
        whole = figures[earlier].read
        if whole.start < first:
            return None
        if whole.end <= marks[-1].start():
            same = (
                whole.type == read.type
                and (whole.noun or "").split()[:1] == (read.noun or "").split()[:1]
            )
            return earlier if same and (whole.value or 0) >= (read.value or 0) else None
    return None
