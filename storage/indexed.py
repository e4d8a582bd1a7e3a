"""What is read from the database to be indexed: articles with their current editions, and their figures."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.documents import Reported, Told
from storage.takedowns import is_shown

_KINDS = ("person", "place", "organisation", "role")


def indexed_articles(session: Session, articles: list[str]) -> list[Told]:
    """What is indexed of articles, with the names of persons, places, bodies and offices, which hold places."""
    return _indexed(session, _current(session, articles))


def indexed_editions(session: Session, editions: list[str]) -> list[Told]:
    """What would be indexed of editions, current or not, each under its own id."""
    rows = _rows(session, schema.Edition.id.in_(editions))
    return [told._replace(id=told.edition_id) for told in _indexed(session, rows)]


def edition_figures(session: Session, editions: list[str]) -> Iterator[Reported]:
    """The figures of editions, current or not, as they would be indexed; each edition stands for its article."""
    rows = _rows(session, schema.Edition.id.in_(editions))
    for figure in _reported(session, rows):
        article = figure.article
        yield figure._replace(article=article._replace(id=article.edition_id))


def _indexed(session: Session, rows: list[Any]) -> list[Told]:
    editions = [row.edition_id for row in rows]
    named = _named(session, editions, _KINDS)
    counted = select(schema.Figure.edition_id, func.count()).where(
        schema.Figure.edition_id.in_(editions)
    )
    figures = {
        row[0]: row[1] for row in session.execute(counted.group_by(schema.Figure.edition_id))
    }
    return [_told(row, named[row.edition_id], figures.get(row.edition_id, 0)) for row in rows]


def reported_figures(session: Session, articles: list[str]) -> Iterator[Reported]:
    """The figures of articles in their current editions, as they are indexed."""
    return _reported(session, _current(session, articles))


def _reported(session: Session, rows: list[Any]) -> Iterator[Reported]:
    editions = [row.edition_id for row in rows]
    named = _named(session, editions, ("person",))
    told = {row.edition_id: _told(row, named[row.edition_id], 0) for row in rows}
    figure, said = schema.Figure, schema.Correction
    asked = (
        select(
            figure.id, figure.edition_id, figure.type, figure.unit, figure.read["currency"].as_string().label("currency"),
            figure.noun, figure.qualifier, figure.sentence, figure.place, figure.start, figure.part_of,
            figure.period_from, figure.period_to, figure.value, figure.low, figure.high,
            figure.read["flags"].as_string().label("flags"), said.action, said.scaled,
        )
        .outerjoin(said, said.figure_id == figure.id)
        .where(figure.edition_id.in_(editions))
        .order_by(figure.edition_id, figure.start, figure.id)
    )  # fmt: skip
    for row in session.execute(asked):
        value = {"correct": row.scaled, "reject": None}.get(row.action, row.value)
        ends = (row.low, row.high) if value is None else (value, value)
        repeat, rejected = '"repeat"' in (row.flags or ""), row.action == "reject"
        states = (*("repeat",) * repeat, *("rejected",) * rejected)
        yield Reported(
            row.id, told[row.edition_id], row.type, row.unit, row.currency, row.noun, row.qualifier, row.sentence,
            row.place, row.start, row.part_of, row.period_from, row.period_to, value, *ends, states,
        )  # fmt: skip


def _told(row: Any, named: tuple[list[str], list[str]], figures: int) -> Told:
    return Told._make((*row, *named, figures))


def _current(session: Session, articles: list[str]) -> list[Any]:
    article = schema.Article
    return _rows(session, article.id.in_(articles), article.current == schema.Edition.id)


def _rows(session: Session, *which: Any) -> list[Any]:
    article, edition, portal = schema.Article, schema.Edition, schema.Portal
    asked = (
        select(
            article.id, article.origin, edition.id.label("edition_id"), article.portal, edition.title,
            edition.published, edition.reading["section"].as_string(), edition.text, portal.place, portal.province,
            portal.province_now,
        )
        .join(edition, edition.article_id == article.id)
        .join(portal, portal.slug == article.portal)
        .where(is_shown(), *which)
    )  # fmt: skip
    return list(session.execute(asked))


def _named(
    session: Session, editions: list[str], kinds: tuple[str, ...]
) -> dict[str, tuple[list[str], list[str]]]:
    """The names of persons, and of all else, in each edition."""
    mention = schema.Mention
    asked = select(mention.edition_id, mention.type, mention.name, mention.text).where(
        mention.edition_id.in_(editions)
    )
    found: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for edition_id, kind, name, text in session.execute(asked):
        if kind in kinds:
            found[edition_id][kind != "person"].update(filter(None, (name, text)))
    told = {key: (sorted(persons), sorted(places)) for key, (persons, places) in found.items()}
    return defaultdict(lambda: ([], []), told)
