"""What was read out of an edition: mentions, figures, times, people and their offices."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import delete, exists, insert, or_, select
from sqlalchemy.orm import Session

from model import records
from model.records import plain
from storage import schema
from storage.identity import mark_names
from storage.ids import derive_id
from storage.journal import add_each_once
from storage.values import to_scaled
from text import match_key

Read = tuple[records.Annotations, list[records.Sighting], list[records.Comparable]]
_READ = (
    schema.Office,
    schema.Sighting,
    schema.Time,
    schema.Figure,
    schema.Mention,
)  # children first
Work = tuple[schema.Edition, Read, str]  # an edition, what was read out of it, by which version
Rows = dict[type[schema.Base], list[dict[str, Any]]]


def save_annotations(session: Session, work: Sequence[Work]) -> None:
    """Replace what was read out of editions, and note the names whose persons may be others now."""
    editions = [edition for edition, _, _ in work]
    keys, articles = [e.id for e in editions], [e.article_id for e in editions]
    asked = select(schema.Article.id, schema.Article.portal).where(schema.Article.id.in_(articles))
    portals = {row.id: row.portal for row in session.execute(asked)}
    before = select(schema.Sighting.key).where(schema.Sighting.article_id.in_(articles))
    touched = set(session.scalars(before))
    if session.scalar(select(or_(*(exists().where(old.edition_id.in_(keys)) for old in _READ)))):
        for old in _READ:
            session.execute(delete(old).where(old.edition_id.in_(keys)))
    rows: Rows = {}
    for edition, read, version in work:
        for table, made in annotation_rows(edition, portals[edition.article_id], read).items():
            rows.setdefault(table, []).extend(made)
        edition.annotated_by = version
    for table, made in rows.items():
        if made:  # into the table itself: the mapper makes a statement for each set of columns that are null
            session.execute(insert(schema.Base.metadata.tables[table.__tablename__]), made)
    add_each_once(session, "reading", [(e.article_id, e.id, version) for e, _, version in work])
    mark_names(session, touched | {row["key"] for row in rows[schema.Sighting]})


def annotation_rows(edition: schema.Edition, portal: str, read: Read) -> Rows:
    """The rows that follow from an edition's annotations, parents first; who is who is not among them."""
    annotations, sightings, comparables = read
    told = zip(annotations.figures, comparables, strict=True)
    seen = _once(_sighting_row(edition, portal, s) for s in sightings)
    sentences = Sentences(edition.text)
    figures = (_figure_row(edition, f, annotations, sentences) | _common(c) for f, c in told)
    return {
        schema.Mention: _once(_mention_row(edition.id, m) for m in annotations.mentions),
        schema.Figure: _once(figures),
        schema.Time: _once(_time_row(edition.id, t) for t in annotations.times),
        schema.Sighting: seen,
        schema.Office: _once(_office_rows(edition, sightings)),
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
    edition: schema.Edition,
    figure: records.Figure,
    all_read: records.Annotations,
    sentences: "Sentences",
) -> dict[str, Any]:
    values = {
        k: to_scaled(figure.type, getattr(figure, k)) for k in ("value", "low", "high", "total")
    }
    read: Any = plain(figure)
    lost = [k for k in values if values[k] is None and getattr(figure, k) is not None]
    if lost:
        read["flags"] = [*read["flags"], "beyond_integer"]
    whole = None if figure.part_of is None else all_read.figures[figure.part_of]
    place = None if figure.place is None else all_read.mentions[figure.place]
    return values | {
        "id": _figure_id(edition.id, figure),
        "part_of": whole and _figure_id(edition.id, whole),
        "place": place and place.text,
        "place_code": getattr(place, "code", None),
        "edition_id": edition.id,
        "type": figure.type,
        "start": figure.start,
        "end": figure.end,
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "noun": figure.noun,
        "period_from": figure.period.from_ if figure.period else None,
        "period_to": figure.period.to if figure.period else None,
        "sentence": sentences.around(figure.start, figure.end),
        "read": read,
    }


def _common(comparable: records.Comparable) -> dict[str, Any]:
    return {
        "key": comparable.key,
        "base": to_scaled("measure", comparable.base),
        "base_unit": comparable.unit,
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


def _sighting_id(edition_id: str, name: str) -> str:
    return derive_id("sighting", edition_id, match_key(name))


def _sighting_row(
    edition: schema.Edition, portal: str, sighting: records.Sighting
) -> dict[str, Any]:
    offices = sighting.offices
    return {
        "id": _sighting_id(edition.id, sighting.name),
        "edition_id": edition.id,
        "article_id": edition.article_id,
        "portal": portal,
        "name": sighting.name,
        "key": match_key(sighting.name),
        "author": sighting.author,
        "bodies": sorted({o.whole for o in offices if o.whole}),
        "units": sorted({o.unit for o in offices if o.unit}),
        "places": [code for code in sighting.places if len(code) > _PROVINCE],
        "reported": edition.published,
    }


_PROVINCE = 2  # digits of a province's code: too many people share a province


def _office_rows(
    edition: schema.Edition, sightings: list[records.Sighting]
) -> Iterator[dict[str, Any]]:
    for sighting in sightings:
        for office in sighting.offices:
            mention_id = derive_id("mention", edition.id, "role", office.start)
            yield {
                "id": derive_id("office", mention_id, sighting.name),
                "sighting_id": _sighting_id(edition.id, sighting.name),
                "edition_id": edition.id,
                "mention_id": mention_id,
                "title": office.title,
                "position": office.position,
                "body": office.body,
                "whole": office.whole,
                "until": office.until,
                "status": office.status,
                "reported": edition.published,
            }


_MARK = re.compile(r"[.!?] |\n")


class Sentences:
    """The sentences of a text, their ends looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        marks = [mark.span() for mark in _MARK.finditer(text)]
        self._starts, self._ends = [a for a, _ in marks], [b for _, b in marks]

    def around(self, start: int, end: int) -> str:
        """The sentence that holds a span, on one line.

        >>> Sentences("Một. Hai ba! Bốn").around(5, 8)
        'Hai ba!'
        """
        before, behind = bisect_right(self._ends, start), bisect_left(self._starts, end)
        first = self._starts[before - 1] + 1 if before else 0
        last = self._starts[behind] + 1 if behind < len(self._starts) else len(self._text)
        return " ".join(self._text[first:last].split())
