"""Figures in tables: number, unit from header, row or caption, and the labels of row and column."""

import re
from collections import Counter
from dataclasses import dataclass

from msgspec.structs import replace

from nlp.amounts import Read, read_amount
from nlp.grids import Box, Grid, distinct, head_height, is_figure, is_numbering, whole_figure
from nlp.masks import Mask
from nlp.nouns import noun_end
from nlp.source import Source
from nlp.tables import either, table, terms

Span = tuple[int, int]
_WORDS = table("tables")
_ORDER = re.compile(_WORDS["order"]["header"], re.IGNORECASE)
_NO_FIGURE = re.compile(rf"(?:{either(terms(_WORDS['none']['headers']))})(?!\w)", re.IGNORECASE)
_UNIT_HEAD = re.compile(rf"(?:{either(terms(_WORDS['unit']['headers']))})(?!\w)", re.IGNORECASE)
SHARE = re.compile(
    rf"%|(?<!\w)(?:{either(terms(_WORDS['share']['headers']))})(?!\w)", re.IGNORECASE
)
CAPTION = re.compile(r"(?:ĐVT|Đvt|đvt|Đơn vị tính|đơn vị tính|Đơn vị)\s?:\s?([^\n)|;.]+)")
_BRACKET = re.compile(r"\(([^()]*)\)")
_MONEY = re.compile(r"(?:đồng|VNĐ|VND|USD|đ)(?:/|$|\b)")
_NUMBER_OF = re.compile(
    r"(?:tổng số|số lượng|số|bình quân|trung bình) ([^\W\d_][^,;()]*)", re.IGNORECASE
)
_RISE = re.compile(r"(?i)tăng ?\(\+\)|giảm ?\(-\)")
_PRICE = re.compile(r"(?i)(?<!\w)giá(?!\w)")
PLAN = re.compile(rf"(?:{either(terms(_WORDS['plan']['headers']))})(?!\w)", re.IGNORECASE)
_SHORT = 20  # letters of a unit
_EMPTY = frozenset(["x", "-", "…", "...", "–", "—"])
_ORDINAL = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,2})*|[IVXLC]{1,5}|[a-zđ]|[A-H])[.)]?")


@dataclass(frozen=True)
class Cell:
    """A figure of a table, with words and spans of its labels, and where a column of plans to its left is labelled."""

    read: Read
    row: str | None
    column: str | None
    row_span: Span | None
    column_span: Span | None
    plan_span: Span | None = None


def grid_cells(source: Source, mask: Mask, grid: Grid) -> list[Cell]:
    """The figures of a grid, row by row; takes their letters from the mask."""
    return _GridReader(source, mask, grid).read()


class _GridReader:
    """A grid with its header: what each column is labelled and measured in."""

    def __init__(self, source: Source, mask: Mask, grid: Grid) -> None:
        self.source, self.mask = source, mask
        self.height = head_height(grid)
        self.body = grid.rows[self.height :]
        head = [
            row
            for row in grid.rows[: self.height]
            if len(distinct(row)) > 1 and not is_numbering(row)
        ]
        width = len(grid.rows[0])
        self.columns = [distinct([row[x] for row in head]) for x in range(width)]
        title = " ".join(
            b.text
            for row in grid.rows[: self.height]
            if len(distinct(row)) == 1
            for b in distinct(row)
        )
        captions = CAPTION.findall(f"{grid.caption}\n{title}")
        self.caption = captions[-1].strip() if captions else ""
        self.order = [self._is_order(x) for x in range(width)]
        self.unit = next((x for x in range(width) if self._is_unit(x)), None)
        self.closed = [bool(_NO_FIGURE.match(self._bottom(x))) for x in range(width)]
        self.english = _is_english(self.body)
        self.priced = any(_PRICE.search(box.text) for column in self.columns for box in column)
        self.ditto: dict[int, str] = {}

    def read(self) -> list[Cell]:
        if not self.height or not any(self.columns):
            return []
        found = []
        aside = [x for x, order in enumerate(self.order) if order or x == self.unit]
        for row in self.body:
            self.mask.take([(box.start, box.end) for x in aside if (box := row[x])])
            if is_numbering(row) or len(distinct(row)) < 2:
                continue
            found += self._row(row)
        return found

    def _bottom(self, x: int) -> str:
        return self.columns[x][-1].text if self.columns[x] else ""

    def _is_unit(self, x: int) -> bool:
        """Whether a column names units: by its header and by most of its cells, which are short and no names."""
        cells = [box.text for row in self.body if (box := row[x]) and box.text]
        short = [c for c in cells if len(c) < _SHORT and (not c[:1].isupper() or _MONEY.search(c))]
        return bool(_UNIT_HEAD.match(self._bottom(x))) and 2 * len(short) > len(cells)

    def _is_order(self, x: int) -> bool:
        """Whether a column numbers the rows: by its header, or the first where it has none and only ordinals."""
        if _ORDER.fullmatch(self._bottom(x)):
            return True
        cells = [row[x].text for row in self.body if row[x] and row[x].text]  # type: ignore[union-attr]
        return (
            x == 0
            and not self._bottom(x)
            and bool(cells)
            and all(_ORDINAL.fullmatch(c) for c in cells)
        )

    def _row(self, row: list[Box | None]) -> list[Cell]:
        first = next((x for x, box in enumerate(row) if self._is_number(x, box)), None)
        if first is None:
            return []
        labels = [
            box
            for x, box in enumerate(row[:first])
            if box
            and box.text.lower() not in _EMPTY
            and not is_figure(box.text)
            and box.text
            and not self.order[x]
            and x != self.unit
        ]
        unit = self._row_unit(row)
        name = labels[-1] if labels else None
        found: list[Cell] = []
        seen: set[Box] = set()
        for x in range(first, len(row)):
            box = row[x]
            if box is None or box in seen or not self._is_number(x, box):
                continue
            seen.add(box)
            if read := self._figure(box, x, unit, labels):
                column = " / ".join(b.text for b in self.columns[x])
                label = " / ".join(dict.fromkeys(b.text for b in labels))
                head = self.columns[x][-1] if self.columns[x] else None
                told = (label or None, column or None, _span(name), _span(head))
                found.append(Cell(read, *told, self._plan_head(x)))
        return found

    def _plan_head(self, x: int) -> Span | None:
        """The label of the nearest column of plans to the left."""
        heads = (box for y in range(x - 1, -1, -1) for box in self.columns[y])
        return _span(next((box for box in heads if PLAN.match(box.text)), None))

    def _is_number(self, x: int, box: Box | None) -> bool:
        if box is None or self.order[x] or self.closed[x] or x == self.unit:
            return False
        if re.fullmatch(r"0\d{8,10}", box.text):
            return False
        return is_figure(box.text)

    def _row_unit(self, row: list[Box | None]) -> str:
        """The row's own unit; a ditto mark repeats the one above."""
        if self.unit is None or row[self.unit] is None:
            return ""
        written = row[self.unit].text  # type: ignore[union-attr]
        if written not in ('"', "''", "-nt-", "nt", "”", "“"):
            self.ditto[self.unit] = written
        return self.ditto.get(self.unit, "")

    def _figure(self, box: Box, x: int, row_unit: str, labels: list[Box]) -> Read | None:
        if not self.mask.free(box.start, box.end):
            return None
        if whole := whole_figure(box.text):
            self.mask.take([(box.start, box.end)])
            flags = (*whole.flags, "table_cell")
            return replace(whole, start=box.start, end=box.start + whole.end, flags=flags)
        unit, per = self._unit_of(x, row_unit, labels, box.text)
        number = box.text.rstrip(" %").lstrip("+")
        if self.english:
            number = number.translate(str.maketrans(".,", ",."))
        read = read_amount(f"{number} {unit}", 0) if unit else None
        if read is None or read.end < len(number) + 1:
            return None
        start = box.start + (box.text[0] == "+")
        end = start + len(box.text.lstrip("+").rstrip(" %"))
        self.mask.take([(box.start, box.end)])
        noun = _plain_noun(unit) if read.noun else None
        flags = (*read.flags, "table_cell", *(("english_marks",) if self.english else ()))
        return replace(read, start=start, end=end, noun=noun, per=read.per or per, flags=flags)

    def _unit_of(
        self, x: int, row_unit: str, labels: list[Box], cell: str
    ) -> tuple[str, str | None]:
        """What the cell is measured in, and the noun that it is a rate of where the row's unit is one.

        The column's label says so first, then the row's unit, its label, and the caption.
        """
        heads = [box.text for box in reversed(self.columns[x])]
        by_head = "%" if cell.endswith("%") else next(filter(None, map(_head_unit, heads)), "")
        if by_head:
            rated = _MONEY.search(by_head) and "/" not in by_head
            return by_head, (row_unit or None) if rated else None
        if row_unit and self.priced and _MONEY.search(self.caption) and not _MONEY.search(row_unit):
            return self.caption, row_unit
        names = [box.text for box in reversed(labels)]
        bracketed = (_bracketed(name) for name in names)
        counted = (_counted(head) for head in heads)
        others = (row_unit, *bracketed, *counted, self.caption, *map(_counted, names))
        return next(filter(None, others), ""), None


def _head_unit(label: str) -> str:
    """The unit that a column's label names: per cent by its words, else what stands in brackets."""
    bracketed = _bracketed(label)
    share = SHARE.search(label) and ("%" in label or not _RISE.search(label))
    return "%" if share and not bracketed else bracketed


def _counted(label: str) -> str:
    """The noun that a label counts: Số hộ nghèo."""
    found = _NUMBER_OF.match(label)
    return found[1].strip().lower() if found else ""


def _plain_noun(unit: str) -> str:
    """The counted noun of a unit: nghìn con is con."""
    return re.sub(r"^(?:nghìn|ngàn|triệu|vạn|tỷ) ", "", unit)


def _bracketed(label: str) -> str:
    """The unit that a label names in brackets, "" where the brackets hold something else."""
    for inner in _BRACKET.findall(label):
        words = re.sub(r"^(?:ĐVT|Đơn vị|đvt):? ?", "", inner.strip())
        words = re.sub(r"(?<=\bm) (?=[23]\b)", "", words)
        if words == "%":
            return words
        read = read_amount(f"2 {words}", 0) if words and not words[0].isdecimal() else None
        if read and read.end == len(words) + 2 and (read.type != "count" or noun_end(words, 0)):
            return words
    return ""


def _is_english(body: list[list[Box | None]]) -> bool:
    """Whether a table writes 1,245 for thousands and 95.0 for tenths throughout."""
    forms: Counter[bool] = Counter()
    for row in body:
        for box in distinct(row):
            if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,2}", box.text):
                forms[True] += 1
            elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d{1,2}", box.text):
                forms[False] += 1
    return forms[True] > 2 and not forms[False]


def _span(box: Box | None) -> Span | None:
    return (box.start, box.end) if box else None
