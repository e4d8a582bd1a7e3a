"""An article's text as HTML: what was read out of it marked where it stands, tables as tables; pure."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

# Of marks that overlap the first of these wins.
_ORDER = ("figure", "person", "place", "role", "organisation", "document")


@dataclass(frozen=True)
class Mark:
    """A span of the text with the HTML before and behind it."""

    start: int
    end: int
    kind: str
    before: Markup
    behind: Markup


def choose_marks(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that are shown, in text order: none overlaps another, the more telling kinds win."""
    taken: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (_ORDER.index(m.kind), m.start - m.end, m.start)):
        at = bisect_left(taken, mark.start, key=_start)
        free = (at == 0 or taken[at - 1].end <= mark.start) and (
            at == len(taken) or mark.end <= taken[at].start
        )
        if mark.start < mark.end and free:
            taken.insert(at, mark)
    return taken


def marked_text(text: str, start: int, end: int, marks: Sequence[Mark]) -> Markup:
    """A stretch of a text on lines, with the marks (in text order) that lie in it."""
    parts, at = [], start
    within = (bisect_left(marks, place, key=_start) for place in (start, end))
    for mark in marks[slice(*within)]:
        if mark.end > end:
            continue
        parts += [
            _lines(text[at : mark.start]),
            mark.before,
            _lines(text[mark.start : mark.end]),
            mark.behind,
        ]
        at = mark.end
    return Markup().join([*parts, _lines(text[at:end])])


def _start(mark: Mark) -> int:
    return mark.start


def _lines(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


def article_blocks(
    text: str, begin: int, tables: Sequence[dict[str, Any]], marks: Sequence[Mark]
) -> Iterator[Markup]:
    """The paragraphs and tables of a text from a place on, each as HTML."""
    spans = sorted(
        (table["start"], table["end"], table) for table in tables if table["start"] >= begin
    )
    at = begin
    for start, end, table in _apart(spans):
        yield from _paragraphs(text, at, start, marks)
        yield _table(text, table, marks)
        at = end
    yield from _paragraphs(text, at, len(text), marks)


def _apart(
    spans: list[tuple[int, int, dict[str, Any]]],
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Tables that lie in no other one."""
    at = 0
    for start, end, table in spans:
        if start >= at and end > start:
            yield start, end, table
            at = end


def _paragraphs(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[Markup]:
    at = start
    for block in text[start:end].split("\n\n"):
        stop = at + len(block)
        lead = len(block) - len(block.lstrip())
        if block.strip():
            yield Markup("<p>%s</p>") % marked_text(
                text, at + lead, at + len(block.rstrip()), marks
            )
        at = stop + 2


def _table(text: str, table: dict[str, Any], marks: Sequence[Mark]) -> Markup:
    """A table that scrolls by itself where it is wide; who uses a keyboard can reach it."""
    rows = Markup("\n").join(
        Markup("<tr>%s</tr>") % Markup().join(_cell(text, cell, marks) for cell in row)
        for row in table["rows"]
    )
    return (
        Markup(
            '<div class="wide" tabindex="0" role="group" aria-label="Bảng"><table>%s</table></div>'
        )
        % rows
    )


def _cell(text: str, cell: dict[str, Any], marks: Sequence[Mark]) -> Markup:
    spans = Markup().join(
        Markup(' %s="%d"') % (key, cell[key])
        for key in ("rowspan", "colspan")
        if 1 < int(cell.get(key) or 1) <= 1000
    )
    inner = marked_text(text, cell["start"], cell["end"], marks)
    return Markup("<th%s>%s</th>" if cell["header"] else "<td%s>%s</td>") % (spans, inner)  # noqa: S704 -- filled in escaped
