"""Figures in tables, from lines under a caption that names the unit (ĐVT: triệu đồng)."""

import re
from dataclasses import replace

from nlp.amounts import read_amount
from nlp.figures import Qualified
from nlp.masks import Mask
from nlp.source import Source

_CAPTION = re.compile(r"(?:ĐVT|Đvt|Đơn vị tính|Đơn vị)\s?:\s?([^\n)|]+)")
_ROW = re.compile(r"[^\n]+")
_CELLS = re.compile(r"(?:(?:^|[\s|])(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?=[\s|]|$))+\s*$")
_NUMBER = re.compile(r"\d[\d.,]*")
_PERCENT_HEAD = re.compile(r"(?:%|[Tt]ỷ lệ)[^|\n]{0,12}$")


def find_cells(source: Source, mask: Mask) -> list[Qualified]:
    """Figures in the rows below a caption that names their unit; takes their letters from the mask."""
    found: list[Qualified] = []
    for caption in _CAPTION.finditer(source.text):
        found += _table(source, mask, caption)
    return found


def _table(source: Source, mask: Mask, caption: re.Match[str]) -> list[Qualified]:
    unit = caption[1].strip()
    found: list[Qualified] = []
    percent_last = False
    lines = list(_ROW.finditer(source.text, caption.end()))
    for number, line in enumerate(lines):
        cells = _CELLS.search(line[0])
        if cells is None:
            if number > 3 or found:
                break
            percent_last = percent_last or bool(_PERCENT_HEAD.search(line[0].rstrip(" )")))
            continue
        spans = [
            (line.start() + m.start(), line.start() + m.end())
            for m in _NUMBER.finditer(line[0], cells.start())
        ]
        for place, (start, end) in enumerate(spans):
            last = percent_last and place == len(spans) - 1
            if qualified := _cell(source, mask, (start, end), "%" if last else unit):
                found.append(qualified)
    return found


def _cell(source: Source, mask: Mask, span: tuple[int, int], unit: str) -> Qualified | None:
    start, end = span
    if not mask.free(start, end):
        return None
    read = read_amount(source.text[:end] + " " + unit, start)
    if read is None:
        return None
    mask.take([span])
    return Qualified(replace(read, end=end, flags=(*read.flags, "table_cell")), "exact")
