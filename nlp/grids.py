"""Tables as grids of cells: from a page's own structure, or from lines with one mark between their cells."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from model.records import Table
from nlp.amounts import Read, read_amount
from nlp.source import Source
from text import nfc

Span = tuple[int, int]
# Marks between the cells of a line, where a table was flattened; a line needs two of them.
_MARKS = (" | ", "\t", " – ", " - ", " / ", "; ")
_MOST = 60  # cells of a row, and rows that one cell spans


@dataclass(frozen=True)
class Box:
    """A cell with its span and text; one that spans rows or columns stands in each of them."""

    start: int
    end: int
    text: str
    header: bool = False


@dataclass(frozen=True)
class Grid:
    """A table's rows of equal length, None where there is no cell, and the words right before it."""

    rows: list[list[Box | None]]
    caption: str


def table_grids(source: Source, tables: list[Table]) -> list[Grid]:
    """The grids of a page's tables, cells repeated over the rows and columns that they span."""
    return [_spread(source, table) for table in tables if len(table.rows) > 1]


_CAPTION = 400  # letters before a table in which its unit is told


def _spread(source: Source, table: Table) -> Grid:
    filled: dict[tuple[int, int], Box] = {}
    for y, row in enumerate(table.rows):
        x = 0
        for cell in row:
            while (y, x) in filled:
                x += 1
            if x >= _MOST:
                break
            start, end = source.place(cell.start), source.place(cell.end)
            words = nfc(source.raw[cell.start : cell.end])
            box = Box(start, end, " ".join(words.split()), cell.header)
            for dy in range(min(cell.rowspan, len(table.rows) - y, _MOST)):
                for dx in range(min(cell.colspan, _MOST)):
                    filled.setdefault((y + dy, x + dx), box)
            x += max(1, cell.colspan)
    width = min(_MOST, max((x for _, x in filled), default=0) + 1)
    rows = [[filled.get((y, x)) for x in range(width)] for y in range(len(table.rows))]
    begin = source.place(table.start)
    return Grid(rows, source.text[max(0, begin - _CAPTION) : begin])


class Covered:
    """Spans of a text, and whether another one touches any of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.ends: list[int] = []
        self.starts: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(end, self.ends[-1])
            else:
                self.starts.append(start)
                self.ends.append(end)

    def touches(self, start: int, end: int) -> bool:
        before = bisect_left(self.starts, end) - 1
        return before >= 0 and self.ends[before] > start


def line_grids(source: Source, taken: Covered) -> list[Grid]:
    """The grids of runs of lines that one mark parts into as many cells, outside what is covered."""
    grids: list[Grid] = []
    run: list[list[Box | None]] = []
    mark, at, begin = "", 0, 0
    for line in [*source.text.split("\n"), ""]:
        found = next((m for m in _MARKS if line.count(m) >= _PARTS), "")
        boxes = _parted(line, at, found) if found and len(line) < _LONGEST else []
        if not boxes or found != mark or (run and len(boxes) != len(run[0])):
            grids += _finished(source, run, begin)
            run, mark, begin = [], found, at
        if boxes and not taken.touches(at, at + len(line)):
            run.append(boxes)
        at += len(line) + 1
    return grids


_PARTS, _LONGEST = 2, 1000  # marks that a row has at least, letters that it has at most


def _finished(source: Source, run: list[list[Box | None]], begin: int) -> list[Grid]:
    return [Grid(run, source.text[max(0, begin - _CAPTION) : begin])] if len(run) > 1 else []


def _parted(line: str, at: int, mark: str) -> list[Box | None]:
    boxes: list[Box | None] = []
    for part in line.split(mark)[:_MOST]:
        text = part.strip()
        start = at + (len(part) - len(part.lstrip()))
        boxes.append(Box(start, start + len(text), text))
        at += len(part) + len(mark)
    return boxes


def head_height(grid: Grid) -> int:
    """How many rows at the top hold labels: up to the first that has numbers other than years or column numbers."""
    for y, row in enumerate(grid.rows):
        if is_numbering(row):
            return y + 1
        numbers = [box for box in row if box and (is_figure(box.text))]
        if any(not YEAR.fullmatch(box.text) for box in numbers) and not all(
            b is None or b.header for b in row
        ):
            return y
    return 0


NUMBER = re.compile(r"[+-]?\d[\d.,]*\d ?%?|[+-]?\d ?%?")
RANGE = re.compile(r"\d[\d.,]* ?[-–] ?\d[\d.,]*\d")
YEAR = re.compile(r"(?:19|20)\d\d")
_COLUMN = re.compile(
    r"\(?[A-Za-z0-9]{1,2}\)?\s*(?:= ?[\d()+/*x:= -]+)?|[\d()]+ ?= ?[\d()+/*x:= -]+"
)


def is_figure(text: str) -> bool:
    """Whether a cell holds nothing but a number, a range, or a number with its unit."""
    if NUMBER.fullmatch(text) or RANGE.fullmatch(text):
        return True
    return whole_figure(text) is not None


def whole_figure(text: str) -> Read | None:
    """The figure that fills a cell with its unit (1,2 tỷ đồng; 15 tấn gạo), None where there is none."""
    if not text[:1].isdecimal() or text[-1:].isdecimal() or len(text) > _WIDE:
        return None
    read = read_amount(text, 0)
    if read is None or read.type == "percent":
        return None
    return (
        read
        if read.end == len(text) or (read.type == "measure" and text[read.end] == " ")
        else None
    )


_WIDE = 40  # letters of a cell that holds one figure


def is_numbering(row: list[Box | None]) -> bool:
    """Whether a row numbers the columns: A B 1 2 3; (1) (2) (3)=(1)+(2)."""
    texts = [box.text for box in distinct(row) if box.text]
    if len(texts) < 3 or not all(_COLUMN.fullmatch(text) for text in texts):
        return False
    found = (re.match(r"\(?(\d{1,2})", text) for text in texts)
    numbers = [int(number[1]) for number in found if number]
    steps = pairwise(numbers)
    return len(numbers) > 1 and numbers[0] <= 2 and all(0 <= b - a <= 2 for a, b in steps)


def distinct(row: list[Box | None]) -> list[Box]:
    """The cells of a row in order, each once."""
    return list(dict.fromkeys(box for box in row if box))
