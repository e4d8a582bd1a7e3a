"""An archive's database as a whole: copied to another one, or to a file while others write."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, literal, select

from model.errors import StoreError
from storage import schema
from storage.database import begin, look, open_database
from storage.epochs import begin_epoch, is_rereading
from storage.journal import last_number

_BATCH = 1000  # rows copied at once


def copy_database(source: Engine, target: Engine) -> dict[str, int]:
    """Copy every row of one database into another, empty one, in one transaction. Returns rows by table.

    What is copied is one moment of the source, whoever writes meanwhile. Raises StoreError where the target holds
    anything.
    """
    refuse_filled(target)
    copied = {}
    with look(source) as reading, begin(target) as writing:
        writing.execute(schema.Base.metadata.tables["counter"].delete())
        for table in schema.Base.metadata.sorted_tables:
            rows = reading.execute(select(table).execution_options(yield_per=_BATCH))
            copied[table.name] = 0
            for batch in _batches(rows):
                writing.execute(insert(table), batch)
                copied[table.name] += len(batch)
        begin_epoch(writing, reading=is_rereading(reading))  # from now on it is another database
    return copied


def refuse_filled(target: Engine) -> None:
    """Raise StoreError where a database holds rows already, beside the counter that every one begins with."""
    with look(target) as session:
        for table in schema.Base.metadata.sorted_tables:
            filled = session.scalar(select(literal(1)).select_from(table).limit(1))
            if filled and table.name != "counter":
                told = f"{target.url}: holds rows already ({table.name}); name an empty database"
                raise StoreError(told)


def _batches(rows: Any) -> Iterator[list[dict[str, Any]]]:
    stream = iter(rows.mappings())
    while batch := [dict(row) for row in islice(stream, _BATCH)]:
        yield batch


def snapshot(source: Engine, path: Path) -> dict[str, int]:
    """Copy a database as a new SQLite file, one moment of it. Returns rows by table."""
    target = open_database(f"sqlite:///{path}")
    try:
        copied = copy_database(source, target)
        raw = target.raw_connection()
        raw.cursor().execute("PRAGMA journal_mode=DELETE")  # one file, without its log
        raw.close()
    finally:
        target.dispose()
    return copied


def known_files(source: Engine) -> dict[str, int]:
    """The WARC files that captures lie in, each with the length that is known of it."""
    capture = schema.Capture
    ends = select(capture.warc_file, func.max(capture.warc_start + capture.warc_length))
    with look(source) as session:
        rows = session.execute(ends.where(capture.state != "lost").group_by(capture.warc_file))
        return {row[0]: row[1] for row in rows}


def last_line(source: Engine) -> int:
    """The number of the journal's last line."""
    with look(source) as session:
        return last_number(session)
