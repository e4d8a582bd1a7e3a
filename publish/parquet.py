"""Rows as Parquet, for those who installed pyarrow."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from model.errors import InputError
from publish.columns import cell_text, column_type

Row = dict[str, Any]
_BATCH = 20_000  # rows of a row group
_PRECISION, _SCALE = 38, 6  # of decimals; what is longer is null, and stands in the text beside


def write_parquet(rows: Iterable[Row], path: Path, fields: Sequence[str]) -> int:
    """Write rows to a Parquet file, numbers as decimals, null where they do not fit. Returns how many; raises InputError without pyarrow."""
    try:
        import pyarrow as pa  # noqa: PLC0415 -- an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise InputError("parquet needs pyarrow: pip install 'bantin[parquet]'") from error
    kinds = {
        "string": pa.string(),
        "number": pa.decimal128(_PRECISION, _SCALE),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    schema = pa.schema([(name, kinds[column_type(name)]) for name in fields])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        for batch in _batches(rows):
            columns = {name: [_value(name, row.get(name)) for row in batch] for name in fields}
            writer.write_table(pa.Table.from_pydict(columns, schema=schema))
            count += len(batch)
    return count


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _value(name: str, value: Any) -> Any:
    value = cell_text(value)
    if value is None:
        return None
    kind = column_type(name)
    if kind == "number":
        number = Decimal(value)
        places = -int(number.as_tuple().exponent)
        fits = places <= _SCALE and number.adjusted() < _PRECISION - _SCALE
        return number if fits else None
    if kind == "date":
        return date.fromisoformat(value)
    return str(value) if kind == "string" else value
