"""Exports: rows streamed as CSV that runs no formulas, JSON Lines, a workbook, or Parquet."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import IO, Any

from model.errors import InputError
from model.records import to_json
from publish.columns import cell_text
from publish.parquet import write_parquet
from publish.workbook import write_workbook

Row = dict[str, Any]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[Row], fields: Sequence[str] = ()) -> Iterator[str]:
    """The rows as CSV with the keys of the first, a header before; text that a spreadsheet would run is quoted off.

    Lists are joined by "; ", numbers plain, dates ISO; `fields` is the header where there is no row.
    """
    first, stream = _peek(rows)
    buffer = StringIO()
    writer = csv.DictWriter(buffer, list(first or fields), lineterminator="\n")
    writer.writeheader()
    for row in stream:
        yield _emptied(buffer)
        writer.writerow({key: _safe(value) for key, value in row.items()})
    yield _emptied(buffer)


def _emptied(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def json_lines(rows: Iterable[Row], fields: Sequence[str] = ()) -> Iterator[str]:
    """The rows as JSON, one a line."""
    return (to_json(row) + "\n" for row in rows)


# What is text, as pieces of it.
TEXTS: dict[str, Callable[[Iterable[Row], Sequence[str]], Iterator[str]]] = {
    "csv": csv_lines,
    "jsonl": json_lines,
}


def _writer(kind: str) -> Callable[[Iterable[Row], IO[str], Sequence[str]], int]:
    def write(rows: Iterable[Row], output: IO[str], fields: Sequence[str] = ()) -> int:
        """Write rows to a file of text. Returns how many."""
        count = 0

        def counted() -> Iterator[Row]:
            nonlocal count
            for row in rows:
                count += 1
                yield row

        output.write("")  # makes the file where there is no row
        for piece in TEXTS[kind](counted(), fields):
            output.write(piece)
        return count

    return write


FORMATS: dict[str, Callable[[Iterable[Row], IO[str], Sequence[str]], int]] = {
    kind: _writer(kind) for kind in TEXTS
}
# What is no text is written to a file only.
BINARY: dict[str, Callable[[Iterable[Row], Path, Sequence[str]], int]] = {
    "xlsx": write_workbook,
    "parquet": write_parquet,
}


def export_rows(rows: Iterable[Row], kind: str, path: Path, fields: Sequence[str] = ()) -> int:
    """Write rows to a file, which is there whole or not at all. Returns how many.

    CSV files begin with a byte order mark, without which spreadsheets guess the charset. What is no
    regular file (a pipe, a device) is written to as it is, where the format is text; else InputError is raised.
    """
    regular = path.is_file() or not path.exists()
    path = path.resolve()
    if kind in BINARY and not regular:
        raise InputError(f"{path}: {kind} needs a file of its own")
    part = path.with_name(path.name + ".part") if regular else path
    if kind in BINARY:
        first, stream = _peek(rows)
        count = BINARY[kind](stream, part, list(first or fields))
    else:
        encoding = "utf-8-sig" if kind == "csv" else "utf-8"
        with part.open("w", encoding=encoding, newline="") as file:
            count = FORMATS[kind](rows, file, fields)
    if part != path:
        part.replace(path)
    return count


def _peek(rows: Iterable[Row]) -> tuple[Row | None, Iterator[Row]]:
    stream = iter(rows)
    first = next(stream, None)
    return first, chain([first] if first else [], stream)


def _safe(value: Any) -> Any:
    value = cell_text(value)
    if not isinstance(value, str):
        return value
    risky = value.startswith(_FORMULA) and not _is_number(value)
    # A lone carriage return would end the row for some readers.
    return ("'" if risky else "") + value.replace("\r\n", "\n").replace("\r", "\n")


def _is_number(value: str) -> bool:
    return value.lstrip("+-").replace(".", "", 1).isdecimal()
