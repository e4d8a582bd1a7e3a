"""Rows for people and spreadsheets: tables on a terminal, CSV that runs no formulas."""

import csv
from typing import IO, Any

from rich.console import Console
from rich.table import Table

_HEADS = {
    "slug": "Mã", "name": "Tên", "home": "Địa chỉ", "place": "Nơi", "dialect": "Phần mềm", "published": "Ngày",
    "portal": "Cổng", "title": "Tiêu đề", "snippet": "Trích", "id": "Mã bài", "type": "Loại", "value": "Giá trị",
    "qualifier": "Mức", "what": "Đơn vị", "sentence": "Câu", "offices": "Chức vụ", "articles": "Bài",
    "editions": "Bản", "figures": "Số liệu", "newest": "Mới nhất", "last_run": "Lần cuối", "outcome": "Kết quả",
    "note": "Ghi chú",
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(rows: list[dict[str, Any]], columns: list[str], output: IO[str]) -> None:
    """The rows as a table with Vietnamese heads; brackets in text are text, not markup."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(_HEADS.get(column, column), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, column) for column in columns))
    Console(file=output, highlight=False, markup=False).print(table)


def _cell(row: dict[str, Any], column: str) -> str:
    if column == "what":
        return str(row.get("currency") or row.get("unit") or row.get("noun") or "")
    if column == "value" and row.get("value") is None and row.get("low") is not None:
        return f"{_number(row['low'])}–{_number(row['high'])}"
    value = row.get(column)
    if column == "value":
        return _number(value) + (f"/{_number(row['total'])}" if row.get("total") else "")
    if column == "published" and value:
        return f"{value[8:10]}/{value[5:7]}/{value[:4]}"
    if column == "offices":
        return "; ".join(office["title"] for office in row["offices"])
    return "" if value is None else str(value)


def _number(value: Any) -> str:
    """Digits the Vietnamese way: 31.000.000.000 and 3,11."""
    if value is None:
        return ""
    whole, _, decimals = str(value).partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return grouped + (f",{decimals}" if decimals else "")


def write_csv(rows: list[dict[str, Any]], output: IO[str]) -> None:
    """The rows as CSV with the keys of the first; text that a spreadsheet would run is quoted off."""
    if not rows:
        return
    writer = csv.DictWriter(output, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _safe(value) for key, value in row.items()})


def _safe(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(
            str(item.get("title") if isinstance(item, dict) else item) for item in value
        )
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value):
        return "'" + value
    return value


def _is_number(value: str) -> bool:
    return value.lstrip("+-").replace(".", "", 1).isdigit()
