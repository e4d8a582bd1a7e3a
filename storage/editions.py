"""Articles and their editions: what captures were read as."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from model import records
from model.records import plain
from storage import schema
from storage.database import begin
from storage.identity import mark_names, names_of
from storage.ids import address_id, address_key, article_address, derive_id
from storage.journal import add_line, add_once


def article_key(article: records.Article, portal: str) -> str:
    """The article's id: portal and native id, else its address, else title and date."""
    if article.native_id:
        return derive_id("article", portal, article.native_id)
    if article.url:
        return derive_id("article", portal, address_key(article.url))
    return derive_id("article", portal, article.title, (article.published or "")[:10])


def save_reading(
    session: Session, capture: schema.Capture, article: records.Article, version: str
) -> bool:
    """Store what a capture says; True when that is a new edition, False when the text is known.

    A capture that was read before stays with its edition, whatever the extractor has learnt since:
    an edition exists because the archived page changed.
    """
    article_id = article_key(article, capture.portal)
    if session.get(schema.Article, article_id) is None and not capture.edition_id:
        _save_first(session, capture, article, article_id)
        _note_read(
            capture, article, (article_id, derive_id("edition", article_id, article.text)), version
        )
        return True
    if session.get(schema.Article, article_id) is None:
        session.add(schema.Article(id=article_id, portal=capture.portal))
        session.flush()
    edition_id = _edition_for(session, capture, article_id, article.text)
    edition = session.get(schema.Edition, edition_id)
    if edition is None:
        edition = schema.Edition(id=edition_id, article_id=article_id)
        _fill(session, edition, capture, article)
        add_once(session, "edition", article_id, edition_id)
        new = True
    else:
        new = False
        if (capture.captured, capture.id) <= (edition.captured, edition.capture_id):
            _fill(session, edition, capture, article)
    _note_read(capture, article, (article_id, edition_id), version)
    before = session.get_one(schema.Article, article_id).current
    _set_current(session, article_id)
    after = session.get_one(schema.Article, article_id).current
    if before and after != before and not new:  # the portal shows an earlier text again
        add_once(session, "returned", article_id, edition_id, capture.captured.isoformat())
    return new


def _save_first(
    session: Session, capture: schema.Capture, article: records.Article, article_id: str
) -> None:
    """Store an article that was never seen before, without a look at what else there is of it."""
    edition_id = derive_id("edition", article_id, article.text)
    row = schema.Article(
        id=article_id, portal=capture.portal, current=edition_id, url=article.url, native_id=article.native_id,
        seen=capture.captured,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add(
        schema.Edition(id=edition_id, article_id=article_id, **edition_row(capture, article))
    )
    session.flush()
    if found := attachment_rows(edition_id, article):
        session.execute(insert(schema.Attachment), found)
    add_once(session, "edition", article_id, edition_id)


def _note_read(
    capture: schema.Capture, article: records.Article, ids: tuple[str, str], version: str
) -> None:
    capture.state, capture.error, capture.read_by = "read", None, version
    capture.article_id, capture.edition_id = ids
    capture.address = address_id(article_address(article.url, ids[0]))


def _edition_for(session: Session, capture: schema.Capture, article_id: str, text: str) -> str:
    """The edition a capture belongs to: its own from before, one with this text, or a new one."""
    if capture.edition_id and capture.article_id == article_id:
        return capture.edition_id
    same = select(schema.Edition.id).where(
        schema.Edition.article_id == article_id, schema.Edition.text == text
    )
    known = session.scalar(same.order_by(schema.Edition.id).limit(1))
    return known or derive_id("edition", article_id, text)


def _fill(
    session: Session, edition: schema.Edition, capture: schema.Capture, article: records.Article
) -> None:
    """Set an edition to what its founding capture says; a changed reading is annotated anew."""
    row = edition_row(capture, article)
    changed = edition.text != row["text"] or edition.reading != row["reading"]
    for key, value in row.items():
        setattr(edition, key, value)
    if (
        changed and edition.annotated_by is not None
    ):  # a better reader: no news, but to be indexed anew
        add_line(session, "reread", edition.article_id, edition.id, row["dialect"])
        compared = session.get(schema.Likeness, edition.article_id)
        if compared:
            compared.edition_id = ""
    if changed:
        edition.annotated_by = None
    session.add(edition)
    session.flush()
    session.execute(delete(schema.Attachment).where(schema.Attachment.edition_id == edition.id))
    if found := attachment_rows(edition.id, article):
        session.execute(insert(schema.Attachment), found)


def edition_row(capture: schema.Capture, article: records.Article) -> dict[str, Any]:
    """The columns of an edition that follow from its founding capture."""
    return {
        "capture_id": capture.id,
        "captured": capture.captured,
        "warc_file": capture.warc_file,
        "warc_offset": capture.warc_offset,
        "dialect": article.dialect,
        "title": article.title,
        "published": article.published,
        "certainty": article.certainty,
        "byline": article.byline,
        "text": article.text,
        "reading": plain(article),
    }


def attachment_rows(edition_id: str, article: records.Article) -> list[dict[str, Any]]:
    """The rows of an edition's attachments."""
    found = {a.url: a.label for a in article.attachments}
    return [
        {
            "id": derive_id("attachment", edition_id, url),
            "edition_id": edition_id,
            "url": url,
            "label": label,
        }
        for url, label in found.items()
    ]


def _set_current(session: Session, article_id: str) -> None:
    """The edition captured last is the current one, and the article has its address."""
    session.flush()
    edition = session.scalar(newest_edition(article_id))
    if edition is None:
        return
    article = session.get_one(schema.Article, article_id)
    if article.current != edition.id:
        mark_names(session, names_of(session, (article.current, edition.id)))
    for key, value in article_row(session, edition).items():
        setattr(article, key, value)
    if article.vanished:
        add_once(session, "vanished", article_id, edition.id, article.vanished.isoformat())


def article_row(session: Session, edition: schema.Edition) -> dict[str, Any]:
    """The columns of an article that follow from its captures, `edition` being the newest."""
    reading = edition.reading
    seen, vanished = _last_seen(session, edition.article_id)
    return {
        "current": edition.id,
        "url": reading["url"],
        "native_id": reading["native_id"],
        "seen": seen,
        "vanished": vanished,
    }


def _last_seen(session: Session, article_id: str) -> tuple[datetime | None, datetime | None]:
    """When the portal last showed an article, and when it was first seen without it after that.

    An article is shown by a capture that reads as it, and by an answer that it has not changed; it is
    missed by a page that is gone, and by a capture made because its list no longer had it.
    """
    capture = schema.Capture
    own = (capture.article_id == article_id, capture.state == "read")
    pages = select(capture.page_id).where(*own, capture.page_id.is_not(None))
    same = (capture.status == 304) & capture.page_id.in_(pages)
    shown = (capture.article_id == article_id) & (capture.state == "read") | same
    listed = capture.unlisted.is_(False)
    seen = session.scalar(select(func.max(capture.captured)).where(shown, listed))
    first = session.scalar(select(func.min(capture.captured)).where(*own))
    seen = seen or first
    gone = (capture.state == "gone") & capture.page_id.in_(pages)
    missed = select(func.min(capture.captured)).where(gone | (shown & ~listed))
    return seen, session.scalar(missed.where(capture.captured > seen)) if seen else None


def mark_vanished(engine: Engine) -> int:
    """Bring up what later captures say of articles: seen again or gone; returns how many vanished newly."""
    capture, article = schema.Capture, schema.Article
    tells = (capture.state == "gone") | (capture.status == 304)
    later = (
        select(capture.page_id, capture.state, func.max(capture.captured).label("at"))
        .where(tells, capture.page_id.is_not(None))
        .group_by(capture.page_id, capture.state)
        .subquery()
    )
    lost = (later.c.state == "gone") & article.vanished.is_(None) & (later.c.at > article.seen)
    back = (later.c.state != "gone") & (later.c.at > func.coalesce(article.vanished, article.seen))
    asked = (
        select(article.id)
        .join(capture, capture.article_id == article.id)
        .join(later, later.c.page_id == capture.page_id)
        .where(lost | back | article.seen.is_(None))
        .distinct()
    )
    with Session(engine) as session:
        found = session.scalars(asked.order_by(article.id)).all()
    count = 0
    for article_id in found:
        with begin(engine) as session:
            before = session.get_one(article, article_id).vanished
            _set_current(session, article_id)
            count += before is None and session.get_one(article, article_id).vanished is not None
    return count


def newest_edition(article_id: str) -> Any:
    """The question for the edition of an article's last capture; a capture that comes in late changes nothing."""
    return (
        select(schema.Edition)
        .join(schema.Capture, schema.Capture.edition_id == schema.Edition.id)
        .where(schema.Edition.article_id == article_id)
        .order_by(schema.Capture.captured.desc(), schema.Capture.id.desc())
        .limit(1)
    )


def locked_editions(session: Session, ids: Iterable[str]) -> Sequence[schema.Edition]:
    """These editions, kept from other writers until the transaction ends."""
    asked = select(schema.Edition).where(schema.Edition.id.in_(list(ids)))
    return session.scalars(asked.order_by(schema.Edition.id).with_for_update()).all()


def stale_editions(engine: Engine, versions: dict[str, str]) -> Sequence[str]:
    """Ids of the editions that the reader has not annotated in this version; versions by portal."""
    edition = schema.Edition
    found: list[str] = []
    with Session(engine) as session:
        for portal, version in versions.items():
            stale = or_(edition.annotated_by.is_(None), edition.annotated_by != version)
            asked = select(edition.id).join(schema.Article, schema.Article.id == edition.article_id)
            found += session.scalars(
                asked.where(schema.Article.portal == portal, stale).order_by(edition.id)
            ).all()
    return found
