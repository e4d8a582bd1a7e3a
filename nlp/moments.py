"""Moments and periods that a figure may report on: those that are named, and those told by "đến nay" and the like."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from nlp.source import Source, make_cue
from nlp.tables import either, table, terms
from nlp.times import Found

_WORDS: dict[str, str] = table("meaning")["times"]
# report: a figure may report on it; plan: only what is planned; other: the text tells of it for something else.
Use = Literal["report", "plan", "other"]


@dataclass(frozen=True)
class Moment:
    """A span of text that names days, the first and last of them, what it may be used for, and whether it is "đến …"."""

    start: int
    end: int
    first: date
    last: date
    use: Use
    as_of: bool = False


def find_moments(source: Source, times: list[Found], published: date | None) -> list[Moment]:
    """The moments of a text in order; those that overlap are one, the longest."""
    named = [_named(source, times, n, published) for n in range(len(times))]
    told = _deictics(source, times, published) if published else []
    done: list[Moment] = []
    for moment in sorted([*told, *named], key=lambda m: (m.start, -m.end)):
        if not done or moment.start >= done[-1].end:
            done.append(moment)
    return done


def _alone(cell: str) -> str:
    return rf"(?<!\w)(?:{either(terms(cell))})"


_A_YEAR = 364
_REACH = 90  # letters before a time in which words bear on it
_RUN = re.compile(r"[^,;:.\n()\"“”]*$")  # the words before it without a mark
_AS_OF = re.compile(r"(?<!\w)(?:đến|tới)(?: \d{1,2} ?(?:h|giờ)(?: \d\d(?: phút)?)?)?(?: ngày)? $")
_END = re.compile(r"(?<!\w)(?:(?:đến|tới)(?: ngày)? (?:hết|cuối)|hết|kết thúc)(?: ngày)? $")
_SINCE = re.compile(r"(?<!\w)từ $")
_OPEN = timedelta(
    days=31
)  # "từ ngày 6/9" reaches the day of publication where that is not long after
_TO = re.compile(r" ?(?:đến|tới|-|–)(?: hết| ngày| hết ngày)? ?$")
_COMPARED = re.compile(rf"{_alone(_WORDS['baseline'])}(?: [^\W\d_]+){{0,4}} $")
_PLANNED = re.compile(rf"{_alone(_WORDS['plans'])}(?: [^\W\d_]+){{0,4}} $")
_NAMED = re.compile(rf"{_alone(_WORDS['names'])}(?!\w)")
_MEMORY = re.compile(rf"{_alone(_WORDS['memories'])}(?: [^\W\d_]+){{0,9}}[ (]+$")
_AIMED = re.compile(r"(?<!\w)(?:mục tiêu(?! quốc gia)|phấn đấu|đề ra|đặt ra|chỉ tiêu|giao)(?!\w)")
_BIRTH = re.compile(r"(?<!\w)(?:sinh(?: năm| ngày)?|sn:?|năm sinh:?) $")
_SIGNED = re.compile(r"\d[^\s,;]*/[^\s,;]+[^,;.\n]{0,20}$|(?<!\w)số \d+[^,;.\n]{0,15}$")
_DEADLINE = re.compile(rf"{_alone(_WORDS['deadlines'])}(?: [^\W\d_]+){{0,2}} $")
_AHEAD = re.compile(rf"{_alone(_WORDS['ahead'])}(?!\w)")


def _named(source: Source, times: list[Found], number: int, published: date | None) -> Moment:
    """A dated time, to its last day where it is "đến hết", from it on where it is "từ"."""
    found = times[number]
    begin = max(source.sentence(found.start)[0], found.start - _REACH)
    before = source.lowered[begin : found.start]
    first, last, start = found.first, found.last, found.start
    earlier = times[number - 1] if number else None
    if earlier and earlier.end > begin and _TO.fullmatch(source.lowered, earlier.end, found.start):
        if earlier.first <= found.last:
            first, start = earlier.first, earlier.start
            before = source.lowered[begin:start]
    elif _END.search(before) or (_AS_OF.search(before) and found.kind == "date"):
        return Moment(start, found.end, last, last, _use(source, found, before), as_of=True)
    elif published and _SINCE.search(before) and first == last <= published <= last + _OPEN:
        last = published
    return Moment(start, found.end, first, last, _use(source, found, before))


def _use(source: Source, found: Found, before: str) -> Use:
    run = _RUN.search(before)[0]  # type: ignore[index]
    written = source.lowered[found.start : found.end]
    if _COMPARED.search(before) or _BIRTH.search(before) or _SIGNED.search(before):
        return "other"
    if found.kind == "date" and _MEMORY.search(run):
        return "other"
    term = "nhiệm kỳ" in written or "giai đoạn" in written
    if (run.strip() or before.rstrip().endswith((",", "("))) and "nhiệm kỳ" in written:
        return "other"
    named = list(_NAMED.finditer(run))
    if (
        named
        and not _AIMED.search(run, named[-1].end())
        and (found.last - found.first).days >= _A_YEAR
    ):
        return "other"
    if _PLANNED.search(before):
        return "plan"
    if _DEADLINE.search(before):
        return "plan"
    if re.search(r"(?<!\w)(?:đến|tới) (?:năm )?$", before) and found.kind == "period" and not term:
        return "plan"
    return "report"


def _year(day: date, back: int = 0) -> tuple[date, date]:
    return date(day.year - back, 1, 1), date(day.year - back, 12, 31)


def _month(day: date, back: int = 0) -> tuple[date, date]:
    for _ in range(back):
        day = day.replace(day=1) - timedelta(days=1)
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(day=1), following - timedelta(days=1)


def _now(word: str) -> str:
    """A word that means now only before some words, and never behind others."""
    never = "".join(rf"(?<!{re.escape(before)} )" for before in terms(_NOW[word]["never_after"]))
    return rf"{never}{word}(?= (?:{either(terms(_NOW[word]['only_before']))})|, )"


_NOW: dict[str, dict[str, str]] = table("meaning")["now"]
_UNTIL = r"(?:đến|tới) (?:nay|giờ|thời điểm này|thời điểm hiện tại)"
# What is told from the day of publication on, longest first: (words, days of that day).
_TOLD: tuple[tuple[str, Callable[[date], tuple[date, date]]], ...] = (
    (rf"từ đầu năm {_UNTIL}|từ đầu năm tới nay", lambda d: (date(d.year, 1, 1), d)),
    (rf"từ đầu tháng {_UNTIL}", lambda d: (d.replace(day=1), d)),
    (r"năm nay", _year),
    (r"(?:năm trước|năm ngoái)", lambda d: _year(d, 1)),
    (r"tháng này", _month),
    (r"tháng trước", lambda d: _month(d, 1)),
    (
        rf"(?:tính |cho )?{_UNTIL}|{either(terms(_WORDS['now']))}|{_now('hiện')}|{_now('nay')}"
        r"|chừ(?= )|(?:^|(?<=[.!?:] )|(?<=[\"“])|(?<=, ))giờ(?= )",
        lambda d: (d, d),
    ),
)
_DEICTIC = make_cue(
    "|".join(rf"(?P<t{n}>(?<!\w)(?:{words})(?!\w))" for n, (words, _) in enumerate(_TOLD))
)
_TERM_SO_FAR = re.compile(rf"từ đầu nhiệm kỳ {_UNTIL}")
_TERM_PAST = re.compile(r"(?<!\w)nhiệm kỳ (?:vừa )?qua(?!\w)")
_TERM = 5  # years, of people's councils and of congresses
_SO_FAR = re.compile(rf" {_UNTIL}")
_FROM = re.compile(r"(?<!\w)từ (?:đầu )?$")


def _deictics(source: Source, times: list[Found], published: date) -> list[Moment]:
    """Moments told from the day of publication."""
    done = []
    for found in source.cues(_DEICTIC, 0, len(source.lowered)):
        resolve = _TOLD[int(found.lastgroup[1:])][1]  # type: ignore[index]
        before = source.lowered[max(0, found.start() - _REACH) : found.start()]
        first, last = resolve(published)
        compared = _COMPARED.search(before)
        done.append(
            Moment(found.start(), found.end(), first, last, "other" if compared else "report")
        )
    for time in times:
        so_far = _SO_FAR.match(source.lowered, time.end)
        since = _FROM.search(source.lowered, max(0, time.start - _REACH), time.start)
        if so_far and since and time.first <= published:
            start = since.start()
            done.append(Moment(start, so_far.end(), time.first, published, "report"))
    term = next((t.first for t in times if "nhiệm kỳ" in source.lowered[t.start : t.end]), None)
    if term and term <= published:
        ended = date(term.year - _TERM, 1, 1), date(term.year, 12, 31)
        for pattern, (first, last) in ((_TERM_SO_FAR, (term, published)), (_TERM_PAST, ended)):
            spans = (found.span() for found in pattern.finditer(source.lowered))
            done += [Moment(start, end, first, last, "report") for start, end in spans]
    return done
