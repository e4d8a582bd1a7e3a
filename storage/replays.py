"""Captures by the address that they answered, for replay (RFC 7089, Memento)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from model.errors import TakenDown
from model.records import RawPage
from storage import schema
from storage.captures import place_of
from storage.ids import address_id
from storage.takedowns import was_taken_down
from storage.warc import raw_page, read_exchange

STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class Memento:
    """One capture that can be replayed."""

    id: str
    url: str
    captured: datetime
    kind: str
    article: str | None

    @property
    def stamp(self) -> str:
        """The moment of capture as addresses have it, UTC."""
        return f"{self.captured.astimezone(UTC):{STAMP}}"


def list_mementos(engine: Engine, url: str) -> list[Memento]:
    """The captures of an address that hold a page, the oldest first; raises TakenDown where its article is.

    http or https, with www. or without, a slash at the end or none are one address.
    """
    row, key = schema.Capture, address_id(url)
    good = (row.address == key, row.status.between(200, 299), row.state != "lost")
    whole = row.article_id.is_not(None) | (
        row.kind == "file"
    )  # a list or a feed shows what was taken down, too
    asked = select(row.id, row.url, row.captured, row.kind, row.article_id).where(*good, whole)
    with Session(engine) as session:
        found = session.execute(asked.order_by(row.captured, row.id)).all()
        articles = {capture.article_id for capture in found if capture.article_id}
        articles |= set(session.scalars(_offering(key))) if found else set()
        if any(was_taken_down(session, article) for article in articles):
            raise TakenDown("what stood under this address was taken down")
        return [Memento(*capture) for capture in found]


def _offering(key: str) -> Any:
    """The question for the articles that offer the file of an address."""
    attachment, edition = schema.Attachment, schema.Edition
    asked = select(edition.article_id).join(attachment, attachment.edition_id == edition.id)
    return asked.where(attachment.address == key).distinct()


def nearest_memento(mementos: Sequence[Memento], at: datetime) -> Memento:
    """The capture nearest to a moment."""
    return min(mementos, key=lambda m: (abs(m.captured - at), m.captured))


def read_stamp(stamp: str) -> datetime | None:
    """The moment of an address's fourteen digits, UTC; None of what is none.

    >>> read_stamp("20230712110500")
    datetime.datetime(2023, 7, 12, 11, 5, tzinfo=datetime.timezone.utc)
    """
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC) if len(stamp) == 14 else None
    except ValueError:
        return None


def replay(engine: Engine, root: Path, memento: Memento) -> RawPage:
    """The archived page; raises ArchiveError, or ExtractError where its body can't be unpacked."""
    with Session(engine) as session:
        place = place_of(session.get_one(schema.Capture, memento.id))
    return raw_page(read_exchange(root, place))
