"""What is read from the database to be indexed: articles with their current editions, and their figures."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.documents import Reported

Indexed = tuple[schema.Article, schema.Edition, schema.Portal, dict[str, Any]]


def indexed_rows(session: Session, articles: list[str]) -> Iterator[Indexed]:
    """What is indexed of articles: each with its current edition, its portal, and what was read out of it."""
    rows = _current(session, articles)
    editions = [edition.id for _, edition, _ in rows]
    named = _named(session, editions)
    counted = select(schema.Figure.edition_id, func.count()).where(
        schema.Figure.edition_id.in_(editions)
    )
    grouped = session.execute(counted.group_by(schema.Figure.edition_id))
    figures = {row[0]: row[1] for row in grouped}
    for article, edition, portal in rows:
        persons, places = named[edition.id]
        read = {"persons": persons, "places": places, "figures": figures.get(edition.id, 0)}
        yield article, edition, portal, read


def reported_figures(session: Session, articles: list[str]) -> Iterator[Reported]:
    """The figures of articles in their current editions, as they are indexed."""
    rows = {
        edition.id: (article, edition, portal)
        for article, edition, portal in _current(session, articles)
    }
    named = _named(session, list(rows), ("person",))
    figure, correction = schema.Figure, schema.Correction
    asked = (
        select(figure, correction)
        .outerjoin(correction, correction.figure_id == figure.id)
        .where(figure.edition_id.in_(rows))
        .order_by(figure.edition_id, figure.start, figure.id)
    )
    for found, said in session.execute(asked):
        article, edition, portal = rows[found.edition_id]
        yield Reported(found, said, edition, article, portal, named[edition.id][0])


def _current(
    session: Session, articles: list[str]
) -> list[tuple[schema.Article, schema.Edition, schema.Portal]]:
    asked = (
        select(schema.Article, schema.Edition, schema.Portal)
        .join(schema.Edition, schema.Edition.id == schema.Article.current)
        .join(schema.Portal, schema.Portal.slug == schema.Article.portal)
        .where(schema.Article.id.in_(articles))
    )
    return [(article, edition, portal) for article, edition, portal in session.execute(asked)]


def _named(
    session: Session,
    editions: list[str],
    kinds: tuple[str, ...] = ("person", "place", "organisation", "role"),
) -> dict[str, tuple[list[str], list[str]]]:
    """The names of persons, and of places with those of bodies and offices, which hold places, of each edition."""
    mention = schema.Mention
    asked = select(mention.edition_id, mention.type, mention.name, mention.text).where(
        mention.edition_id.in_(editions), mention.type.in_(kinds)
    )
    found: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for edition_id, kind, name, text in session.execute(asked):
        found[edition_id][kind != "person"].update(filter(None, (name, text)))
    told = {key: (sorted(persons), sorted(places)) for key, (persons, places) in found.items()}
    return defaultdict(lambda: ([], []), told)
