"""What readers say of figures: kept beside what was read, through every rebuild."""

import json
from decimal import Decimal

from sqlalchemy import Engine

from model.clock import now
from model.errors import InputError, UnknownId
from model.records import decimal_text
from storage import schema
from storage.database import begin
from storage.journal import add_line
from storage.values import to_scaled


def correct_figure(engine: Engine, figure_id: str, value: Decimal | None, reason: str) -> None:
    """Note that a figure is wrong (`value` None: reject it) or what it should be; the last word counts.

    Raises UnknownId where no figure has that id, InputError without a reason and for a value that
    can't be kept exactly or can't be.
    """
    if not reason.strip():
        raise InputError("a correction needs a reason")
    with begin(engine) as session:
        figure = session.get(schema.Figure, figure_id)
        if figure is None:
            raise UnknownId(f"{figure_id}: no such figure; `bantin figures` prints ids")
        scaled = to_scaled(figure.type, value)
        if value is not None and (scaled is None or (value < 0 and figure.type != "percent")):
            raise InputError(f"{value}: no value that a figure of type {figure.type} can have")
        edition = session.get_one(schema.Edition, figure.edition_id)
        row = schema.Correction(
            figure_id=figure_id, article_id=edition.article_id,
            action="reject" if value is None else "correct",
            value=None if value is None else decimal_text(value), scaled=scaled,
            reason=" ".join(reason.split()), at=now(),
        )  # fmt: skip
        add_line(session, "correction", edition.article_id, edition.id, correction_line(row))
        session.merge(row)


def correction_line(row: schema.Correction) -> str:
    """What the journal tells of a correction."""
    told = {"figure": row.figure_id, "action": row.action, "value": row.value, "reason": row.reason}
    return json.dumps(told, ensure_ascii=False)
