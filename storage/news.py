"""What is new between two numbers of the journal: articles that appeared, were edited or vanished."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from model.clock import now
from storage import schema
from storage.epochs import is_rereading
from storage.journal import TELLING, last_number
from storage.takedowns import is_shown

_CHANGING = (*TELLING, "vanished")
_LONGEST = timedelta(hours=2)  # an edition that can't be read or compared holds nobody up longer
_BATCH = 500  # articles looked at at once
Kind = Literal["new", "edited", "vanished"]


@dataclass(frozen=True)
class Change:
    """An article that is new, edited or gone: its edition now, and the one that was told of before (null where new)."""

    kind: Kind
    article: str
    portal: str
    edition: str
    before: str | None
    origin: str | None
    published: str | None
    vanished: bool

    @property
    def editions(self) -> list[str]:
        """The editions that a wish may find it by: what a correction took away was wished for too."""
        return [self.edition, self.before] if self.before else [self.edition]


def last_settled(session: Session, after: int) -> int | None:
    """Up to which number of the journal all is read, compared and annotated that it tells after another; None before that.

    No article stands on both sides: it would be told in one edition and again in the next. What is not settled hours
    later holds nobody up.
    """
    if is_rereading(session):
        return None
    line = schema.Journal
    top = last_number(session)
    first = session.scalar(_unsettled(after))
    last = top if first is None else first - 1
    while last > after and last < top:
        later = aliased(line)
        again = exists().where(
            later.article_id == line.article_id, later.number > last, later.event.in_(_CHANGING)
        )
        own = (line.number > after, line.number <= last, line.event.in_(_CHANGING))
        astride = session.scalar(select(func.min(line.number)).where(*own, again))
        if astride is None:
            return last
        last = astride - 1
    return last if last == top else None


def _unsettled(after: int) -> Any:
    """The question for the first line after a number whose article is not read, compared or annotated."""
    line, article, likeness = schema.Journal, schema.Article, schema.Likeness
    edition = aliased(schema.Edition)
    unread = edition.annotated_by.is_(None) | likeness.edition_id.is_(None)
    unread |= likeness.edition_id != article.current
    return (
        select(func.min(line.number))
        .join(article, article.id == line.article_id)
        .join(edition, edition.id == article.current)
        .outerjoin(likeness, likeness.article_id == article.id)
        .where(line.number > after, line.event.in_(_CHANGING), line.at > now() - _LONGEST, unread)
    )


def find_changes(session: Session, after: int, last: int) -> list[Change]:
    """What the journal tells after one number and up to another, an article once, newest first."""
    line = schema.Journal
    within = (line.number > after, line.number <= last, line.event.in_(_CHANGING))
    articles = session.scalars(select(line.article_id).where(*within).distinct()).all()
    found: list[Change] = []
    for at in range(0, len(articles), _BATCH):
        lot = [key for key in articles[at : at + _BATCH] if key]
        found += _changes(session, lot, after, last)
    return sorted(found, key=lambda c: (c.published or "", c.article), reverse=True)


def _changes(session: Session, lot: Sequence[str], after: int, last: int) -> Iterator[Change]:
    article, edition = schema.Article, schema.Edition
    asked = select(article, edition.published).join(edition, edition.id == article.current)
    told, gone = _told_before(session, lot, after), _vanished(session, lot, after, last)
    for row, published in session.execute(asked.where(article.id.in_(lot), is_shown())):
        before = told.get(row.id)
        kind = _kind(row, before, row.id in gone)
        if kind:
            yield Change(
                kind, row.id, row.portal, row.current or "", before if kind == "edited" else None, row.origin,
                published, row.vanished is not None,
            )  # fmt: skip


def _kind(article: schema.Article, before: str | None, gone: bool) -> Kind | None:
    if before is None:
        return "new"
    if before != article.current:
        return "edited"
    return "vanished" if gone and article.vanished else None


def _told_before(session: Session, lot: Sequence[str], after: int) -> dict[str, str]:
    """The edition of each article that was current at a number of the journal: of those told, the one seen last."""
    line, edition = schema.Journal, schema.Edition
    asked = (
        select(line.article_id, line.edition_id, line.event, line.detail, edition.captured)
        .join(edition, edition.id == line.edition_id)
        .where(line.article_id.in_(lot), line.number <= after, line.event.in_(TELLING))
    )
    seen: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    for article_id, edition_id, event, detail, captured in session.execute(asked):
        when = detail if event == "returned" else captured.isoformat()
        seen[article_id].append((when or "", edition_id or ""))
    return {key: max(times)[1] for key, times in seen.items()}


def _vanished(session: Session, lot: Sequence[str], after: int, last: int) -> set[str | None]:
    line = schema.Journal
    within = (line.number > after, line.number <= last, line.event == "vanished")
    return set(session.scalars(select(line.article_id).where(line.article_id.in_(lot), *within)))
