"""What was read out of an edition: mentions, figures, times, people and their offices."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import and_, delete, exists, insert, select
from sqlalchemy.orm import Session

from model import records
from model.records import plain
from storage import schema
from storage.ids import derive_id
from storage.journal import add_once
from storage.values import to_scaled

Rows = dict[type[schema.Base], list[dict[str, Any]]]


def save_annotations(
    session: Session, edition: schema.Edition, read: records.Annotations, version: str
) -> None:
    """Replace what was read out of an edition."""
    portal = session.get_one(schema.Article, edition.article_id).portal
    for old in (schema.Office, schema.Time, schema.Figure, schema.Mention):
        session.execute(delete(old).where(old.edition_id == edition.id))
    for table, rows in annotation_rows(edition, portal, read).items():
        if table is schema.Person:
            for row in rows:
                session.merge(schema.Person(**row))
            session.flush()
        elif rows:
            session.execute(insert(table), rows)
    edition.annotated_by = version
    add_once(session, "reading", edition.article_id, edition.id, version)


def annotation_rows(edition: schema.Edition, portal: str, read: records.Annotations) -> Rows:
    """The rows that follow from an edition's annotations, parents first."""
    people = [
        {"id": derive_id("person", portal, name), "portal": portal, "name": name}
        for name in _full_names(read)
    ]
    return {
        schema.Mention: _once(_mention_row(edition.id, m) for m in read.mentions),
        schema.Figure: _once(_figure_row(edition, f, read) for f in read.figures),
        schema.Time: _once(_time_row(edition.id, t) for t in read.times),
        schema.Person: people,
        schema.Office: _once(_office_rows(edition, portal, read)),
    }


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, the last of those with one id."""
    return list({row["id"]: row for row in rows}.values())


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


def _figure_row(
    edition: schema.Edition, figure: records.Figure, all_read: records.Annotations
) -> dict[str, Any]:
    values = {
        k: to_scaled(figure.type, getattr(figure, k)) for k in ("value", "low", "high", "total")
    }
    read: Any = plain(figure)
    lost = [k for k in values if values[k] is None and getattr(figure, k) is not None]
    if lost:
        read["flags"] = [*read["flags"], "beyond_integer"]
    whole = None if figure.part_of is None else all_read.figures[figure.part_of]
    place = None if figure.place is None else all_read.mentions[figure.place].text
    return values | {
        "id": _figure_id(edition.id, figure),
        "part_of": whole and _figure_id(edition.id, whole),
        "place": place,
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


def _figure_id(edition_id: str, figure: records.Figure) -> str:
    return derive_id("figure", edition_id, figure.type, figure.start)


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


def _full_names(read: records.Annotations) -> list[str]:
    """Everybody named, by the fullest name, and everybody who holds an office."""
    named = [m.name for m in read.mentions if isinstance(m, records.Person)]
    short = {n for n in named if any(other.endswith(" " + n) for other in named)}
    holders = [h for m in read.mentions if isinstance(m, records.Role) for h in m.holders]
    return list(dict.fromkeys([n for n in named if n not in short] + holders))


def _office_rows(
    edition: schema.Edition, portal: str, read: records.Annotations
) -> Iterator[dict[str, Any]]:
    for role in read.mentions:
        if not isinstance(role, records.Role):
            continue
        mention_id = derive_id("mention", edition.id, "role", role.start)
        for holder in role.holders:
            yield {
                "id": derive_id("office", mention_id, holder),
                "person_id": derive_id("person", portal, holder),
                "edition_id": edition.id,
                "mention_id": mention_id,
                "title": " ".join(role.text.split()),
                "status": role.status,
                "reported": edition.published,
            }


def drop_unseen_people(session: Session) -> None:
    """Delete people whom no edition names any more."""
    person = schema.Person
    holds = exists().where(schema.Office.person_id == person.id)
    named = exists().where(
        and_(
            schema.Mention.type == "person",
            schema.Mention.name == person.name,
            schema.Mention.edition_id == schema.Edition.id,
            schema.Edition.article_id == schema.Article.id,
            schema.Article.portal == person.portal,
        )
    )
    unseen = select(person.id).where(~holds, ~named)
    session.execute(delete(person).where(person.id.in_(unseen)))


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that holds a span, on one line."""
    begin = max(text.rfind(mark, 0, start) for mark in (". ", "\n", "! ", "? "))
    stops = [at for mark in (". ", "\n", "! ", "? ") if (at := text.find(mark, end)) >= 0]
    return " ".join(text[begin + 1 : min(stops, default=len(text)) + 1].split())
