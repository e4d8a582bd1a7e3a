"""What readers say of figures: kept beside what was read, through every rebuild."""

from decimal import Decimal

from sqlalchemy import Engine

from model.errors import InputError, UnknownId
from model.records import decimal_text
from storage import schema
from storage.clock import now
from storage.database import begin
from storage.journal import add_line
from storage.values import to_scaled


def correct_figure(engine: Engine, figure_id: str, value: Decimal | None, reason: str) -> None:
    """Note that a figure is wrong (`value` None: reject it) or what it should be; the last word counts.

    Raises UnknownId where no figure has that id, InputError for a value that can't be kept exactly.
    """
    with begin(engine) as session:
        figure = session.get(schema.Figure, figure_id)
        if figure is None:
            raise UnknownId(f"{figure_id}: no such figure; `bantin figures` prints ids")
        scaled = to_scaled(figure.type, value)
        if value is not None and scaled is None:
            raise InputError(f"{value}: too large or too fine for {figure.type}")
        edition = session.get_one(schema.Edition, figure.edition_id)
        action = "reject" if value is None else "correct"
        session.merge(
            schema.Correction(
                figure_id=figure_id, article_id=edition.article_id, action=action,
                value=None if value is None else decimal_text(value), scaled=scaled,
                reason=reason, at=now(),
            )
        )  # fmt: skip
        add_line(session, "correction", edition.article_id, edition.id, f"{figure_id} {reason}")
