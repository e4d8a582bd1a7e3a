"""The journal: every change a line, numbered in the order of commits."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from storage import schema
from storage.clock import now


def add_line(
    session: Session, event: str, article_id: str, edition_id: str | None, detail: str | None = None
) -> None:
    """Append a line; nobody else gets a number before this transaction has ended."""
    number = session.scalar(
        update(schema.Counter)
        .where(schema.Counter.name == "journal")
        .values(value=schema.Counter.value + 1)
        .returning(schema.Counter.value)
    )
    line = {
        "article_id": article_id,
        "edition_id": edition_id,
        "detail": detail,
        "at": now(),
        "event": event,
    }
    session.execute(insert(schema.Journal).values(number=number, **line))


def add_once(
    session: Session, event: str, article_id: str, edition_id: str, detail: str | None = None
) -> None:
    """Append a line unless the journal told this before: a rebuild is no news."""
    told = select(schema.Journal.number).where(
        schema.Journal.event == event,
        schema.Journal.edition_id == edition_id,
        schema.Journal.detail == detail,
    )
    if session.scalar(told.limit(1)) is None:
        add_line(session, event, article_id, edition_id, detail)
