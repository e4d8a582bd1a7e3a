"""What a wish finds that was told last: by the journal, so that what came in late is not missed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.database import look
from storage.identity import tells_now
from storage.indexes import Indexes
from storage.journal import TELLING
from storage.queries import archive_address
from storage.takedowns import is_shown
from storage.wishes import Wish

_LOOKED = 2000  # articles that are looked at, of those published last and of those told last


class Recent(NamedTuple):
    """An article as a feed tells it: `at` is when its current edition was told."""

    id: str
    title: str
    portal: str
    name: str
    url: str | None
    archived: str
    published: str | None
    at: datetime
    byline: str | None
    text: str


def told_last(engine: Engine, indexes: Indexes, wish: Wish, count: int = 50) -> list[Recent]:
    """The articles a wish finds whose current editions were told last, the newest first.

    Looked at are those published last and those told last, a few thousand of each.
    """
    with look(engine) as session:
        line = schema.Journal
        newest = select(line.article_id).where(
            line.event.in_(TELLING), line.article_id.is_not(None)
        )
        lines = session.scalars(newest.order_by(line.number.desc()).limit(_LOOKED)).all()
        told = list(dict.fromkeys(key for key in lines if key))
        found = told if wish == Wish() else _matching(indexes, wish, told)
        return _newest(session, found, count)


def told_of_person(engine: Engine, person: str, count: int = 50) -> list[Recent]:
    """The articles that name a person, those whose current editions were told last first."""
    sighting, article = schema.Sighting, schema.Article
    asked = select(sighting.article_id).join(article, tells_now())
    with look(engine) as session:
        named = session.scalars(asked.where(sighting.person_id == person).distinct()).all()
        return _newest(session, named, count)


def _matching(indexes: Indexes, wish: Wish, told: Sequence[str]) -> list[str]:
    articles, figures = indexes.articles, indexes.figures
    if wish.of_figures:
        asked = wish.figures()
        latest = figures.articles(asked, _LOOKED)
        return list(dict.fromkeys([*latest, *figures.among(asked, told)]))
    query = wish.question()
    published = (key for lot in articles.find(query) for key in lot)
    return list(dict.fromkeys([*islice(published, _LOOKED), *articles.among(query, told)]))


def _newest(session: Session, articles: Iterable[str], count: int) -> list[Recent]:
    numbers = _numbers(session, articles)
    return _rows(session, sorted(numbers, key=lambda key: numbers[key], reverse=True)[:count])


def _numbers(session: Session, articles: Iterable[str]) -> dict[str, int]:
    """The number of the journal under which each article's current edition was told last."""
    line, article = schema.Journal, schema.Article
    keys, numbers = list(articles), dict[str, int]()
    for at in range(0, len(keys), 500):
        asked = (
            select(article.id, func.max(line.number))
            .join(line, line.edition_id == article.current)
            .where(article.id.in_(keys[at : at + 500]), line.event.in_(TELLING))
            .group_by(article.id)
        )
        numbers |= {row[0]: row[1] for row in session.execute(asked)}
    return numbers


def _rows(session: Session, chosen: Sequence[str]) -> list[Recent]:
    article, edition, portal, line = schema.Article, schema.Edition, schema.Portal, schema.Journal
    at = select(func.max(line.at)).where(line.edition_id == edition.id, line.event.in_(TELLING))
    asked = (
        select(article, edition, portal.name, at.scalar_subquery())
        .join(edition, edition.id == article.current)
        .join(portal, portal.slug == article.portal)
        .where(article.id.in_(chosen), is_shown())
    )
    rows = {row[0].id: _recent(*row) for row in session.execute(asked)}
    return [rows[key] for key in chosen if key in rows]


def _recent(article: Any, edition: Any, name: str, at: datetime) -> Recent:
    return Recent(
        article.id, edition.title, article.portal, name, article.url, archive_address(edition, article),
        edition.published, at, edition.byline, edition.text,
    )  # fmt: skip
