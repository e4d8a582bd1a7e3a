"""Rows for people: tables on a terminal."""

import os
import textwrap
from collections.abc import Callable
from datetime import datetime
from typing import IO, Any

from rich.console import Console
from rich.table import Table

_HEADS = {
    "slug": "Mã", "name": "Tên", "home": "Địa chỉ", "place": "Nơi", "dialect": "Phần mềm", "published": "Ngày",
    "portal": "Cổng", "title": "Tiêu đề", "snippet": "Trích", "id": "Mã bài", "type": "Loại", "value": "Giá trị",
    "qualifier": "Mức", "unit_of": "Đơn vị", "lists": "Trang mục", "links": "Liên kết", "sentence": "Câu", "offices": "Chức vụ", "articles": "Bài",
    "editions": "Bản", "figures": "Số liệu", "newest": "Mới nhất", "last_run": "Lần cuối", "outcome": "Kết quả",
    "note": "Ghi chú", "vanished": "Đã gỡ", "unread": "Chờ đọc", "unreadable": "Không đọc được", "figure": "Mã số liệu", "what": "Ở đâu", "problem": "Vấn đề", "group": "Nhóm", "min": "Nhỏ nhất", "median": "Trung vị",
    "known": "Đã biết", "waiting": "Chưa tải", "complete": "Đủ %", "next_run": "Lần tới", "alarms": "Cảnh báo", "dying": "Dấu hiệu đóng",
    "requests": "Yêu cầu", "new": "Mới", "edited": "Sửa", "unchanged": "Như cũ", "files": "Tệp", "coverage": "Đọc được %",
    "per_article": "Yêu cầu/bài", "month": "Tháng", "max": "Lớn nhất", "sum": "Tổng", "article_id": "Mã bài", "named_in": "Có tên trong", "person": "Mã người", "score": "Chắc %",
    "also": "Cũng đăng ở", "key": "Danh từ", "unit": "Đơn vị", "about": "Về", "from": "Từ", "to": "Đến", "agree": "Khớp",
    "archived": "Bản lưu", "change": "Thay đổi", "before_text": "Trước", "after_text": "Sau", "after_archived": "Bản lưu sau", "noun": "Danh từ",
    "health": "Sức khỏe", "troubles": "Vấn đề", "channel": "Kênh", "target": "Địa chỉ nhận", "wish": "Theo dõi", "rhythm": "Nhịp", "at": "Giờ", "confirmed": "Xác nhận", "due": "Lần tới", "bounces": "Bị trả",
}  # fmt: skip
_NUMBERS = (
    "value",
    "articles",
    "editions",
    "figures",
    "min",
    "median",
    "max",
    "sum",
    "unread",
    "vanished",
    "unreadable",
    "lists",
    "links",
    "known",
    "waiting",
    "complete",
    "requests",
    "new",
    "edited",
    "unchanged",
    "files",
    "per_article",
)
# Columns of running text; numbers and ids are never broken.
_WRAPPED = (
    "title",
    "snippet",
    "sentence",
    "offices",
    "named_in",
    "note",
    "problem",
    "name",
    "home",
    "place",
    "alarms",
    "dying",
    "coverage",
)


def write_table(rows: list[dict[str, Any]], columns: list[str], output: IO[str]) -> None:
    """The rows as a table with Vietnamese heads; on a narrow terminal each row as a few lines.

    Numbers and ids are never broken; brackets in text are text, not markup.
    """
    width = None if output.isatty() or os.environ.get("COLUMNS") else 160
    console = Console(file=output, highlight=False, markup=False, width=width, soft_wrap=False)
    cells = [[_cell(row, column) for column in columns] for row in rows]
    heads = [_HEADS.get(column, column) for column in columns]
    fixed = [i for i, column in enumerate(columns) if column not in _WRAPPED]
    taken = sum(max(len(line[i]) for line in [heads, *cells]) + 2 for i in fixed)
    if taken + 24 * (len(columns) - len(fixed)) > console.width:
        _write_stacked(cells, columns, console)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head, column in zip(heads, columns, strict=True):
        wraps = column in _WRAPPED
        table.add_column(
            head, overflow="fold", no_wrap=not wraps,
            justify="right" if column in _NUMBERS else "left", ratio=1 if wraps else None,
        )  # fmt: skip
    for line in cells:
        table.add_row(*line)
    console.print(table)


def _write_stacked(cells: list[list[str]], columns: list[str], console: Console) -> None:
    """Each row as a line of what is short and indented lines of what is running text."""
    for line in cells:
        pairs = list(zip(columns, line, strict=True))
        short = "  ".join(
            f"{_HEADS.get(column, column)} {cell}" if column in _NUMBERS else cell
            for column, cell in pairs
            if cell and column not in _WRAPPED
        )
        console.print(short, style="bold")
        for column, cell in pairs:
            if cell and column in _WRAPPED:
                indent = "    "
                console.print(
                    textwrap.fill(
                        cell, console.width, initial_indent=indent, subsequent_indent=indent
                    )
                )


def _cell(row: dict[str, Any], column: str) -> str:
    shown = _SHOWN.get(column, _plain)
    return shown(row, column)


def _plain(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _unit(row: dict[str, Any], _column: str) -> str:
    return str(row.get("currency") or row.get("unit") or row.get("noun") or "")


def _value(row: dict[str, Any], _column: str) -> str:
    if row.get("value") is None and row.get("low") is not None:
        return f"{_number(row['low'])}–{_number(row['high'])}"
    return _number(row.get("value")) + (f"/{_number(row['total'])}" if row.get("total") else "")


def _amount(row: dict[str, Any], column: str) -> str:
    return _number(row.get(column))


def _day(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    return f"{value[8:10]}/{value[5:7]}/{value[:4]}" if value else ""


def _moment(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    return datetime.fromisoformat(value).astimezone().strftime("%d/%m/%Y %H:%M") if value else ""


def _offices(row: dict[str, Any], _column: str) -> str:
    """Each office with the days between which it was reported."""
    return "; ".join(_office(office) for office in row["offices"])


def _office(office: dict[str, Any]) -> str:
    first, last, left = (_day(office, key) for key in ("first", "last", "left"))
    days = first if first == last else f"{first} – {last}"
    if office["status"] == "former":
        days += f"{', ' if days else ''}nguyên{f' từ {left}' if left else ''}"
    name = office["body"] and f"{office['position']}, {office['body']}"
    return f"{name or office['title']} ({days})" if days else str(name or office["title"])


def _named_in(row: dict[str, Any], _column: str) -> str:
    """The newest articles that name a person, and how many more there are."""
    shown = [f"{_day(a, 'published')} {a['title']} [{a['id']}]" for a in row["articles"][-_FEW:]]
    more = len(row["articles"]) - len(shown)
    return "; ".join([*reversed(shown), *([f"và {more} bài khác"] if more else [])])


def _own_id(row: dict[str, Any], _column: str) -> str:
    return str(row["id"])


_SHOWN: dict[str, Callable[[dict[str, Any], str], str]] = {
    "unit_of": _unit,
    "value": _value,
    **dict.fromkeys(("min", "median", "max", "sum"), _amount),
    **dict.fromkeys(("published", "newest"), _day),
    **dict.fromkeys(("last_run", "next_run"), _moment),
    "offices": _offices,
    "figure": _own_id,
    "person": _own_id,
    "named_in": _named_in,
}
_FEW = 3  # articles of a person that a table shows


def _number(value: Any) -> str:
    """Digits the Vietnamese way: 31.000.000.000 and 3,11."""
    if value is None:
        return ""
    whole, _, decimals = str(value).partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return grouped + (f",{decimals}" if decimals else "")
