"""What a page about an article shows: one edition with all that was read out of it, and what is archived of it."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.figures import figure_row
from storage.queries import get_article, reposts_of
from storage.takedowns import hidden_names

View = dict[str, Any]


def view_article(engine: Engine, key: str, number: int | None = None) -> View:
    """An article with an edition's mentions, figures, offices and attachments, its re-posts, and whose pages its persons have.

    The key may be an edition's, a figure's or a mention's; raises UnknownId, TakenDown.
    """
    found = get_article(engine, key, number)
    with Session(engine) as session:
        edition = session.get_one(schema.Edition, found["edition_id"])
        article = session.get_one(schema.Article, found["id"])
        hidden = {name for _, name in hidden_names(session, [article.id])}
        persons = _persons(session, edition.id, hidden)
        view = found | {
            "mentions": _mentions(session, edition.id, hidden),
            "figures": _figures(session, edition, article),
            "persons": persons,
            "offices": _offices(session, edition.id, persons),
            "attachments": _attachments(session, edition.id),
            "captures": _captures(session, article.id),
            "place": session.get_one(schema.Portal, article.portal).place,
        }
        session.expunge(article)
    return view | {
        "reposts": reposts_of(engine, article)
    }  # a second connection, when the first is given back


def _mentions(session: Session, edition: str, hidden: set[str]) -> list[View]:
    row = schema.Mention
    asked = select(row).where(row.edition_id == edition).order_by(row.start, row.end.desc(), row.id)
    return [
        {"id": m.id, "type": m.type, "start": m.start, "end": m.end, "text": m.text, "name": m.name, "code": m.code,
         "now": m.read.get("now") or [], "holders": [name for name in m.read.get("holders") or [] if name not in hidden], "status": m.read.get("status")}
        for m in session.scalars(asked)
    ]  # fmt: skip


def _figures(session: Session, edition: schema.Edition, article: schema.Article) -> list[View]:
    row, said = schema.Figure, schema.Correction
    asked = select(row, said).outerjoin(said, said.figure_id == row.id)
    own = asked.where(row.edition_id == edition.id).order_by(row.start, row.id)
    return [
        figure_row(figure, edition, article, correction)
        for figure, correction in session.execute(own)
    ]


def _persons(session: Session, edition: str, hidden: set[str]) -> dict[str, str | None]:
    """The person of each name that an edition tells in full; None of who is taken down or not known."""
    said = schema.Sighting
    rows = session.execute(select(said.name, said.person_id).where(said.edition_id == edition))
    return {row.name: None if row.name in hidden else row.person_id for row in rows}


def _offices(session: Session, edition: str, persons: dict[str, str | None]) -> list[View]:
    row, said = schema.Office, schema.Sighting
    asked = select(row, said.name).join(said, said.id == row.sighting_id)
    told = session.execute(asked.where(row.edition_id == edition).order_by(row.id)).all()
    return [
        {"name": name, "person": persons.get(name), "title": office.title, "body": office.body, "status": office.status}
        for office, name in told if persons.get(name)
    ]  # fmt: skip


def _attachments(session: Session, edition: str) -> list[View]:
    """The files that an edition offers, each with when it was archived."""
    row, capture = schema.Attachment, schema.Capture
    rows = session.scalars(select(row).where(row.edition_id == edition).order_by(row.id)).all()
    pages = {r.page_id for r in rows if r.page_id}
    good = (capture.page_id.in_(pages), capture.status.between(200, 299), capture.kind == "file")
    asked = select(capture.page_id, func.max(capture.captured)).where(*good)
    told = session.execute(asked.group_by(capture.page_id)).all() if pages else []
    held = {row[0]: row[1] for row in told}
    return [
        {"url": r.url, "label": r.label, "captured": at and at.isoformat()}
        for r in rows
        for at in [held.get(r.page_id)]
    ]


def _captures(session: Session, article: str) -> dict[str, list[str]]:
    """When each edition of an article was captured."""
    row = schema.Capture
    asked = select(row.edition_id, row.captured).where(row.article_id == article)
    found: dict[str, list[str]] = defaultdict(list)
    for edition, at in session.execute(asked.order_by(row.captured)):
        if edition:
            found[edition].append(at.isoformat())
    return dict(found)
