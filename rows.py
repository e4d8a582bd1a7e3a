"""Rows for people: tables on a terminal."""

from datetime import datetime
from typing import IO, Any

from rich.console import Console
from rich.table import Table

_HEADS = {
    "slug": "Mã", "name": "Tên", "home": "Địa chỉ", "place": "Nơi", "dialect": "Phần mềm", "published": "Ngày",
    "portal": "Cổng", "title": "Tiêu đề", "snippet": "Trích", "id": "Mã bài", "type": "Loại", "value": "Giá trị",
    "qualifier": "Mức", "unit_of": "Đơn vị", "lists": "Trang mục", "links": "Liên kết", "sentence": "Câu", "offices": "Chức vụ", "articles": "Bài",
    "editions": "Bản", "figures": "Số liệu", "newest": "Mới nhất", "last_run": "Lần cuối", "outcome": "Kết quả",
    "note": "Ghi chú", "what": "Ở đâu", "problem": "Vấn đề", "group": "Nhóm", "min": "Nhỏ nhất", "median": "Trung vị",
    "max": "Lớn nhất", "sum": "Tổng", "article_id": "Mã bài",
}  # fmt: skip


def write_table(rows: list[dict[str, Any]], columns: list[str], output: IO[str]) -> None:
    """The rows as a table with Vietnamese heads; brackets in text are text, not markup."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(_HEADS.get(column, column), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, column) for column in columns))
    Console(file=output, highlight=False, markup=False).print(table)


def _cell(row: dict[str, Any], column: str) -> str:
    if column == "unit_of":
        return str(row.get("currency") or row.get("unit") or row.get("noun") or "")
    if column == "value" and row.get("value") is None and row.get("low") is not None:
        return f"{_number(row['low'])}–{_number(row['high'])}"
    value = row.get(column)
    if column in ("min", "median", "max", "sum"):
        return _number(value)
    if column == "value":
        return _number(value) + (f"/{_number(row['total'])}" if row.get("total") else "")
    if column in ("published", "newest") and value:
        return f"{value[8:10]}/{value[5:7]}/{value[:4]}"
    if column == "last_run" and value:
        return datetime.fromisoformat(value).astimezone().strftime("%d/%m/%Y %H:%M")
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
