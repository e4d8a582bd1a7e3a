"""The journal: every change a line, numbered in the order of commits."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from model.clock import now
from storage import schema

TELLING = ("edition", "returned")  # events that tell which text of an article is current


def last_number(session: Session) -> int:
    """The number of the last line; 0 where there is none."""
    return session.scalar(select(func.max(schema.Journal.number))) or 0


def add_line(
    session: Session, event: str, article_id: str, edition_id: str | None, detail: str | None = None
) -> None:
    """Append a line; nobody else gets a number before this transaction has ended."""
    number = _take_numbers(session, 1)
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
    add_each_once(session, event, [(article_id, edition_id, detail)])


def add_each_once(
    session: Session, event: str, lines: Sequence[tuple[str, str, str | None]]
) -> None:
    """Append a line for each article, edition and detail that the journal did not tell before."""
    line = schema.Journal
    asked = select(line.edition_id, line.detail).where(
        line.event == event, line.edition_id.in_([edition for _, edition, _ in lines])
    )
    told = {tuple(row) for row in session.execute(asked)}
    fresh = [found for found in lines if found[1:] not in told]
    if not fresh:
        return
    last, at = _take_numbers(session, len(fresh)), now()
    rows = [
        {"number": number, "at": at, "event": event, "article_id": article, "edition_id": edition, "detail": detail}
        for number, (article, edition, detail) in enumerate(fresh, last - len(fresh) + 1)
    ]  # fmt: skip
    session.execute(insert(line), rows)


def _take_numbers(session: Session, count: int) -> int:
    """The last of so many new numbers; nobody else gets one before this transaction has ended."""
    counter = schema.Counter
    taken = update(counter).where(counter.name == "journal").values(value=counter.value + count)
    return int(session.scalar(taken.returning(counter.value)) or 0)
