"""The period that a figure reports on: told in its clause, its sentence, the heading over it, or by the bulletin."""

import re
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cached_property

from model.records import Reported
from nlp.amounts import Read
from nlp.moments import Moment
from nlp.source import Source, make_cue
from nlp.tables import either, table, terms

Span = tuple[int, int]
_WORDS: dict[str, str] = table("meaning")["times"]
_REPORT = re.compile(rf"(?<!\w)(?:{either(terms(_WORDS['reports']))})(?!\w)")
_AHEAD = re.compile(rf"(?<!\w)(?:{either(terms(_WORDS['ahead']))})(?!\w)[^,;.\n]*$")
_PAST = make_cue(rf"(?<!\w)(?:{either(terms(_WORDS['past']))})(?!\w)")
_AT_EVENT = make_cue(rf"(?<!\w)(?:{either(terms(_WORDS['events']))})(?!\w)")
_PARTS = re.compile(rf"\s*(?:{either(terms(table('meaning')['parts']['openers']))})(?!\w)")
_STOP = re.compile(r"[;\n]")
_REACH = 600  # letters on both sides in which a sentence's times bear on a figure
_OF = re.compile(r" (?:(?:của|trong|vào|ở) ){1,2}")  # 27 chỉ tiêu của năm 2023
_FAR = 2000  # letters of the longest line that a heading may stand over
_FEW = 20  # letters before a time that opens its clause: "đến 16 giờ ngày 20/10"
_FRESH, _RECENT = timedelta(days=45), timedelta(days=400)  # how old an event, a period may be
_EVENT = 16  # days of the longest event
_SOME = 3  # items that make a list of items
_ITEM = re.compile(r"(?m)^[*•+-] ?[^\n:]{2,60}:[^\n]{60,}$")
_HEADING = 160  # letters of the longest heading line
_TITLE_EVENT = re.compile(rf"(?<!\w)(?:{either(terms(_WORDS['occasions']))})(?!\w)")


class Periods:
    """The moments of one text, and what each position of it is reported on."""

    def __init__(
        self,
        source: Source,
        moments: list[Moment],
        sections: dict[str, Span],
        published: date | None,
    ) -> None:
        self.source = source
        self.published = published
        self.moments = moments
        self.starts = [m.start for m in moments]
        self.sections = sections

    def period_of(self, read: Read, aim: str, others: list[int]) -> Reported | None:
        """The period of a figure by its aim; `others` are where the text's figures begin, in order.

        A target or plan has only one that its own sentence names.
        """
        start, end, in_table = read.start, read.end, "table_cell" in read.flags
        usable = ("report", "plan") if aim in ("target", "plan") else ("report",)
        first, last = self.source.sentence(start)
        if first and _PARTS.match(self.source.lowered, first):
            first, _ = self.source.sentence(max(0, first - 2))
        first, last = max(first, start - _REACH), min(last, start + _REACH)
        near = [m for m in self._between(first, last) if m.use in usable]
        if told := self._told(near, start, end, aim, others):
            bound = _STOP.search(self.source.text, min(told.end, start), max(told.start, start))
            return _reported(told, "sentence" if bound else "clause")
        if aim in ("target", "plan") and not in_table:
            return None
        if self.source.cues(_PAST, first, start):
            return None
        if item := self._item(start):
            own = self._event(*item)
            return _reported(own, "heading") if own else None
        if self.event and self.source.cues(_AT_EVENT, first, start):
            return _reported(self.event, "document")
        if heading := self._heading(start, in_table):
            return _reported(heading, "heading")
        return _reported(self.document, "document") if self.document else None

    def _between(self, first: int, last: int) -> list[Moment]:
        return self.moments[bisect_left(self.starts, first) : bisect_left(self.starts, last)]

    def _told(
        self, near: list[Moment], start: int, end: int, aim: str, others: list[int]
    ) -> Moment | None:
        """In brackets behind the figure, else the last before it, else the first behind it."""
        text = self.source.text
        behind = next((m for m in near if m.start >= end), None)
        if behind and re.fullmatch(r" ?\([^()\d]{0,12}", text[end : behind.start]):
            return behind
        before = [m for m in near if m.end <= start and self._reaches(m, start)]
        if behind and _OF.fullmatch(text, end, behind.start):
            return behind
        if before:
            return before[-1]
        if behind is None or _STOP.search(text, end, behind.start):
            return None
        between = bisect_left(others, behind.start) - bisect_right(others, start)
        return behind if between <= 1 or aim in ("target", "plan") else None

    def _reaches(self, moment: Moment, at: int) -> bool:
        """Whether a time before a position bears on it: over a semicolon only what opens its clause, or a list."""
        text = self.source.text
        if _bracketed(text, moment, at):
            return False
        if not _STOP.search(text, moment.end, at) or text.startswith(":", moment.end):
            return True
        run = text[max(0, moment.start - _FEW) : moment.start]
        return len(re.split(r"[,;:.\n]", run)[-1]) < _FEW

    def _heading(self, at: int, in_table: bool) -> Moment | None:
        """The time in the heading line over the paragraph, or in the head of the list it stands in."""
        text = self.source.text
        line = text.rfind("\n", max(0, at - _FAR), at)
        for _ in range(12):
            above = text.rfind("\n", max(0, line - _FAR), max(line, 0))
            if line <= 0 or above < max(0, self.sections.get("title", (0, 0))[1]):
                return None
            written = text[above + 1 : line].strip()
            if written and len(written) <= _HEADING and not written.endswith((".", ";", ",")):
                found = [m for m in self._between(above, line) if m.use == "report"]
                if found or not in_table:
                    return found[-1] if found else None
            elif written and not re.match(r"[-+*•\d]", written):
                return None
            line = above
        return None

    @cached_property
    def _title(self) -> Span:
        if "title" in self.sections:
            return self.sections["title"]
        end = self.source.text.find("\n")
        return (0, end if 0 < end <= 2 * _HEADING else 0)

    @cached_property
    def document(self) -> Moment | None:
        """The period that title or first paragraph name for all of the bulletin, else the day of its event."""
        title, body = self._title, self._opening
        for first, last, cued in ((*title, False), (*body, True)):
            for moment in self._between(first, last):
                begin = max(first, self.source.sentence(moment.start)[0])
                before = self.source.lowered[begin : moment.start]
                if moment.use != "report" or moment.first == moment.last or _AHEAD.search(before):
                    continue
                if _REPORT.search(before) or not (cued or _TITLE_EVENT.search(before)):
                    return moment
        return self.event or next((m for m in self._between(*body) if self._is_recent(m)), None)

    def _is_recent(self, moment: Moment) -> bool:
        """Whether a bulletin may be about that time: it ends not long before publication, and is no school year."""
        if (
            moment.use != "report"
            or moment.as_of
            or "năm học" in self.source.lowered[moment.start : moment.end]
        ):
            return False
        return self.published is None or moment.last >= self.published - _RECENT

    @cached_property
    def event(self) -> Moment | None:
        """The first day or span of days that the opening names."""
        return self._event(*self._opening)

    def _event(self, first: int, last: int) -> Moment | None:
        days = (m for m in self._between(first, last) if m.use == "report" and not m.as_of)
        short = (m for m in days if (m.last - m.first).days < _EVENT)
        return next((m for m in short if self._is_fresh(m)), None)

    def _is_fresh(self, moment: Moment) -> bool:
        return self.published is None or moment.last >= self.published - _FRESH

    @cached_property
    def _items(self) -> list[Span]:
        """The paragraphs of a bulletin that is a list of items, each told of its own place and day."""
        found = [m.span() for m in _ITEM.finditer(self.source.text)]
        return found if len(found) >= _SOME else []

    def _item(self, at: int) -> Span | None:
        before = bisect_right(self._items, (at, len(self.source.text)))
        found = self._items[before - 1] if before else None
        return found if found and at < found[1] else None

    @cached_property
    def _opening(self) -> Span:
        """The lead, and the first paragraph of the body that has more than a line."""
        text = self.source.text
        first, last = self.sections.get("body", (self._title[1], len(text)))
        first = min(first, self.sections.get("lead", (first, 0))[0])
        at = first
        while at < last:
            end = text.find("\n", at, last)
            end = last if end < 0 else end
            if end - at > _HEADING // 2:
                return first, end
            at = end + 1
        return first, first


def _bracketed(text: str, moment: Moment, at: int) -> bool:
    """Whether a time stands in brackets that close before a position: it is told of what is before them."""
    opened = text.rfind("(", max(0, moment.start - 40), moment.start)
    return opened >= 0 and ")" not in text[opened : moment.start] and ")" in text[moment.end : at]


def _reported(moment: Moment, where: str) -> Reported:
    return Reported(from_=moment.first.isoformat(), to=moment.last.isoformat(), source=where)  # type: ignore[arg-type]
