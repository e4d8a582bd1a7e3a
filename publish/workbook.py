"""Rows as an Excel workbook: typed cells, text that stays text, constant memory."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from publish.columns import cell_text, column_type

Row = dict[str, Any]
# Limits of the format (ECMA-376, and Excel's own): rows of a sheet, letters of a cell, digits of a number.
MOST_ROWS, _LETTERS, _DIGITS = 1_048_575, 32_767, 15


def write_workbook(rows: Iterable[Row], path: Path, fields: Sequence[str]) -> int:
    """Write rows to a workbook, a further sheet for every 1,048,575 of them. Returns how many.

    A number of more than 15 digits is text, which a spreadsheet would round; a longer text than a cell holds is cut.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 -- slow to load, and only needed here

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with Workbook(str(path), options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = None
        for row in rows:
            place = count % MOST_ROWS
            if place == 0:
                sheet = _add_sheet(book, fields)
            for x, name in enumerate(fields):
                _write(sheet, (place + 1, x), name, row.get(name), day)
            count += 1
        if sheet is None:
            _add_sheet(book, fields)
    return count


def _add_sheet(book: Any, fields: Sequence[str]) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, list(fields))
    return sheet


def _write(sheet: Any, place: tuple[int, int], name: str, value: Any, day: Any) -> None:
    value = cell_text(value)
    if value is None:
        return
    kind = column_type(name)
    if kind == "boolean":
        sheet.write_boolean(*place, bool(value))
    elif kind in ("number", "integer") and _fits(value):
        sheet.write_number(*place, Decimal(value))
    elif kind == "date" and len(str(value)) == len("2023-07-12"):
        sheet.write_datetime(*place, date.fromisoformat(value), day)
    else:
        sheet.write_string(*place, str(value)[:_LETTERS])


def _fits(value: Any) -> bool:
    """Whether a number is exact in a cell."""
    digits = str(value).lstrip("+-").replace(".", "", 1)
    return digits.isdecimal() and len(digits.lstrip("0")) <= _DIGITS
