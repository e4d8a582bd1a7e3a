"""Figures in lines of blanks and numbers under a caption that names their unit: (ĐVT: triệu đồng)."""

import re
from dataclasses import dataclass

from msgspec.structs import replace

from nlp.amounts import Read, read_amount
from nlp.grids import Covered
from nlp.masks import Mask
from nlp.source import Source
from nlp.tabular import CAPTION, PLAN, SHARE, Cell

Span = tuple[int, int]

_LINE = re.compile(r"[^\n]+")
_NUMBERS = re.compile(
    r"(?:(?:^|[\s|])(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?=[\s|]|$))+\s*$"
)
_HEAD = 3  # lines below the caption before its first row
_LABEL = re.compile(r"(?:\d{1,2}|[IVX]+)?[.)]?\s*(.*)")
_ONE = re.compile(r"\d[\d.,]*")
_TITLES = re.compile(r"(?:^| )((?:[A-ZĐÀ-Ỹ]|%)[^\s]*(?: (?![A-ZĐÀ-Ỹ])[^\s]+)*)")


@dataclass(frozen=True)
class _Title:
    """A word of the line that labels the columns, with its span."""

    text: str
    span: Span


def caption_cells(source: Source, mask: Mask, taken: Covered) -> list[Cell]:
    """The figures of lines below a caption, outside what tables hold; takes their letters from the mask."""
    found: list[Cell] = []
    for caption in CAPTION.finditer(source.text):
        found += _lines(source, mask, caption, taken)
    return found


def _lines(source: Source, mask: Mask, caption: re.Match[str], taken: Covered) -> list[Cell]:
    found: list[Cell] = []
    titles: list[_Title] = []
    for number, line in enumerate(_LINE.finditer(source.text, caption.end())):
        numbers = _NUMBERS.search(line[0])
        ended = numbers is None and (number > _HEAD or found)
        if ended or taken.touches(*line.span()) or (number and CAPTION.search(line[0])):
            break
        if numbers is None:
            titles = _titles(line) if number else titles
            continue
        found += _row(source, mask, line, titles, caption[1].strip())
    return found


def _titles(line: re.Match[str]) -> list[_Title]:
    found = _TITLES.finditer(line[0])
    return [_Title(t[1], (line.start() + t.start(1), line.start() + t.end(1))) for t in found]


def _row(
    source: Source, mask: Mask, line: re.Match[str], titles: list[_Title], unit: str
) -> list[Cell]:
    numbers = _NUMBERS.search(line[0])
    at = numbers.start() if numbers else len(line[0])
    label = _LABEL.match(line[0][: at + 1])
    name = label[1].strip() if label else ""
    begin = line.start() + line[0].find(name)
    spans = [(line.start() + m.start(), line.start() + m.end()) for m in _ONE.finditer(line[0], at)]
    heads: list[_Title | None] = (
        [*titles[-len(spans) :]] if len(titles) >= len(spans) else [None] * len(spans)
    )
    plan = next((head.span for head in heads if head and PLAN.match(head.text)), None)
    found = []
    for span, head in zip(spans, heads, strict=True):
        share = head is not None and SHARE.search(head.text)
        read = _line_figure(source, mask, span, "%" if share else unit)
        if read:
            named = (begin, begin + len(name)) if name else None
            told = (head.text, head.span) if head else (None, None)
            found.append(Cell(read, name or None, told[0], named, told[1], plan))
    return found


def _line_figure(source: Source, mask: Mask, span: Span, unit: str) -> Read | None:
    start, end = span
    if not mask.free(start, end):
        return None
    number = source.text[start:end]
    read = read_amount(f"{number} {unit}", 0)
    if read is None:
        return None
    mask.take([span])
    return replace(read, start=start, end=end, flags=(*read.flags, "table_cell"))
