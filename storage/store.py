"""Write what was captured and read: captures, editions, annotations, each with its journal line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from model import records
from model.records import plain
from storage import schema
from storage.ids import derive_id
from storage.values import to_scaled


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def begin(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed at the end, or not at all."""
    with Session(engine) as session, session.begin():
        yield session


def last_run(engine: Engine, slug: str) -> schema.Run | None:
    """The newest refresh of a portal."""
    newest = select(schema.Run).where(schema.Run.portal == slug).order_by(schema.Run.id.desc())
    with Session(engine) as session:
        return session.scalar(newest.limit(1))


def has_capture(session: Session, slug: str, url: str, digest: str) -> bool:
    """Whether these very bytes were captured there before."""
    asked = select(schema.Capture.id).where(
        schema.Capture.portal == slug, schema.Capture.digest == digest, schema.Capture.url == url
    )
    return session.scalar(asked) is not None


def unread_captures(engine: Engine) -> Sequence[str]:
    """Ids of the captures that wait to be read, in capture order."""
    with Session(engine) as session:
        waiting = select(schema.Capture.id).where(schema.Capture.state == "due")
        return session.scalars(waiting.order_by(schema.Capture.captured, schema.Capture.id)).all()


def stale_editions(engine: Engine, version: str) -> Sequence[str]:
    """Ids of the editions that this version of the reader has not annotated."""
    stale = or_(schema.Edition.annotated_by.is_(None), schema.Edition.annotated_by != version)
    with Session(engine) as session:
        return session.scalars(
            select(schema.Edition.id).where(stale).order_by(schema.Edition.id)
        ).all()


def save_portal(session: Session, portal: records.Portal) -> None:
    """Insert or renew a portal's row."""
    row = {"slug": portal.slug, "name": portal.name, "home": portal.home, "place": portal.place}
    session.merge(schema.Portal(**row))
    session.flush()


def save_capture(session: Session, capture: schema.Capture) -> str:
    """Add a capture that waits to be read; the same record twice is one capture."""
    capture.id = derive_id("capture", capture.warc_file, capture.warc_offset)
    if session.get(schema.Capture, capture.id) is None:
        session.add(capture)
    session.flush()
    return capture.id


def article_key(article: records.Article, portal: str) -> str:
    """The article's id: portal and native id, else its address, else title and date."""
    if article.native_id:
        return derive_id("article", portal, article.native_id)
    if article.url:
        return derive_id("article", portal, article.url)
    return derive_id("article", portal, article.title, (article.published or "")[:10])


def save_reading(session: Session, capture: schema.Capture, article: records.Article) -> bool:
    """Store what a capture says; True when it is a new edition, False when the text is known."""
    article_id = article_key(article, capture.portal)
    edition_id = derive_id("edition", article_id, article.text)
    known = session.get(schema.Edition, edition_id) is not None
    if session.get(schema.Article, article_id) is None:
        session.add(
            schema.Article(
                id=article_id, portal=capture.portal, native_id=article.native_id, url=article.url
            )
        )
        session.flush()
    if not known:
        _add_edition(session, capture, article, (article_id, edition_id))
    capture.state, capture.edition_id = "read", edition_id
    _set_current(session, article_id)
    return not known


def _add_edition(
    session: Session, capture: schema.Capture, article: records.Article, ids: tuple[str, str]
) -> None:
    article_id, edition_id = ids
    session.add(
        schema.Edition(
            id=edition_id,
            article_id=article_id,
            captured=capture.captured,
            warc_file=capture.warc_file,
            warc_offset=capture.warc_offset,
            dialect=article.dialect,
            title=article.title,
            published=article.published,
            certainty=article.certainty,
            byline=article.byline,
            text=article.text,
            reading=plain(article),
        )
    )
    session.flush()
    for found in article.attachments:
        key = derive_id("attachment", edition_id, found.url)
        session.add(
            schema.Attachment(id=key, edition_id=edition_id, url=found.url, label=found.label)
        )
    add_journal(session, "edition", article_id, edition_id)


def _set_current(session: Session, article_id: str) -> None:
    """The edition last captured is the current one; a capture that comes in late changes nothing."""
    newest = (
        select(schema.Capture.edition_id)
        .join(schema.Edition, schema.Edition.id == schema.Capture.edition_id)
        .where(schema.Edition.article_id == article_id)
        .order_by(schema.Capture.captured.desc(), schema.Capture.warc_offset.desc())
        .limit(1)
    )
    session.flush()
    session.execute(
        update(schema.Article)
        .where(schema.Article.id == article_id)
        .values(current=newest.scalar_subquery())
    )


def add_journal(
    session: Session, event: str, article_id: str | None, edition_id: str | None
) -> None:
    """Append a line to the journal, numbered in commit order: writers take turns at the last number."""
    last = session.scalar(select(func.max(schema.Journal.number))) or 0
    line = {"at": now(), "event": event, "article_id": article_id, "edition_id": edition_id}
    session.execute(insert(schema.Journal).values(number=last + 1, **line))


def save_annotations(
    session: Session, edition: schema.Edition, read: records.Annotations, version: str
) -> None:
    """Replace what was read out of an edition."""
    for table in (schema.Office, schema.Mention, schema.Figure, schema.Time):
        session.execute(delete(table).where(table.edition_id == edition.id))
    portal = session.get_one(schema.Article, edition.article_id).portal
    rows = [_mention_row(edition.id, m) for m in read.mentions]
    if rows:
        session.execute(insert(schema.Mention), rows)
    if figures := [_figure_row(edition, f) for f in read.figures]:
        session.execute(insert(schema.Figure), figures)
    if times := [_time_row(edition.id, t) for t in read.times]:
        session.execute(insert(schema.Time), times)
    _add_people(session, edition, portal, read)
    edition.annotated_by = version
    add_journal(session, "reading", edition.article_id, edition.id)


def _mention_row(edition_id: str, mention: records.Mention) -> dict[str, Any]:
    read: Any = plain(mention)
    name = read.get("name") or " ".join(mention.text.split())
    return {
        "id": derive_id("mention", edition_id, read["type"], mention.start),
        "edition_id": edition_id,
        "type": read["type"],
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "name": name,
        "code": read.get("code"),
        "read": read,
    }


def _figure_row(edition: schema.Edition, figure: records.Figure) -> dict[str, Any]:
    values = {
        k: to_scaled(figure.type, getattr(figure, k)) for k in ("value", "low", "high", "total")
    }
    read: Any = plain(figure)
    lost = [k for k in values if values[k] is None and getattr(figure, k) is not None]
    if lost:
        read["flags"] = [*read["flags"], "beyond_integer"]
    return values | {
        "id": derive_id("figure", edition.id, figure.type, figure.start),
        "edition_id": edition.id,
        "type": figure.type,
        "start": figure.start,
        "end": figure.end,
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "noun": figure.noun,
        "period_from": figure.period.from_ if figure.period else None,
        "period_to": figure.period.to if figure.period else None,
        "sentence": sentence_around(edition.text, figure.start, figure.end),
        "read": read,
    }


def _time_row(edition_id: str, time: records.Time) -> dict[str, Any]:
    return {
        "id": derive_id("time", edition_id, time.type, time.start),
        "edition_id": edition_id,
        "type": time.type,
        "start": time.start,
        "end": time.end,
        "first": time.from_,
        "last": time.to,
        "certainty": time.certainty,
    }


def _add_people(
    session: Session, edition: schema.Edition, portal: str, read: records.Annotations
) -> None:
    """People by their full names, and the offices they are reported to hold."""
    named = [m.name for m in read.mentions if isinstance(m, records.Person)]
    short = {n for n in named if any(other.endswith(" " + n) for other in named)}
    for name in dict.fromkeys(named):
        if name not in short:
            _person_id(session, portal, name)
    for role in read.mentions:
        for holder in role.holders if isinstance(role, records.Role) else ():
            mention_id = derive_id("mention", edition.id, "role", role.start)
            session.add(
                schema.Office(
                    id=derive_id("office", mention_id, holder),
                    person_id=_person_id(session, portal, holder),
                    edition_id=edition.id,
                    mention_id=mention_id,
                    title=" ".join(role.text.split()),
                    status=role.status if isinstance(role, records.Role) else None,
                    reported=edition.published,
                )
            )


def _person_id(session: Session, portal: str, name: str) -> str:
    key = derive_id("person", portal, name)
    if session.get(schema.Person, key) is None:
        session.add(schema.Person(id=key, portal=portal, name=name))
        session.flush()
    return key


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that holds a span, on one line."""
    begin = max(text.rfind(mark, 0, start) for mark in (". ", "\n", "! ", "? "))
    stops = [at for mark in (". ", "\n", "! ", "? ") if (at := text.find(mark, end)) >= 0]
    return " ".join(text[begin + 1 : min(stops, default=len(text)) + 1].split())
