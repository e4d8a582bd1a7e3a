"""Questions to the archive: articles, figures, people, status."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, load_only

from model.errors import TakenDown, UnknownId
from model.records import WarcPlace
from storage import schema
from storage.captures import place_of
from storage.ids import article_address
from storage.search import SearchIndex
from storage.snippets import make_snippet
from storage.takedowns import is_shown, was_taken_down
from text import sort_key
from text.queries import Query, read_query

_LONG = 20_000  # letters of a text that a snippet is looked for in


@dataclass(frozen=True)
class Page:
    """Which results are shown, in which order; `after` is where the page before ended, newest first.

    With `every` a question that asks nothing finds everything; `marks` stand around what matched in a snippet.
    """

    typed: str = ""
    sort: str = "relevance"
    limit: int = 20
    offset: int = 0
    after: int | None = None
    every: bool = False
    marks: tuple[str, str] = ("[", "]")


def search_articles(engine: Engine, index: SearchIndex, query: Query, page: Page) -> dict[str, Any]:
    """The answer to a search: exact totals, a page of results, facets, and where the next page begins.

    `total` counts results, where re-posts stand under one; `articles` and facets count each article. Where
    nothing is found, `suggestion` is the nearest question that finds something.
    """
    newest = page.sort == "newest"
    before = (page.after or 0) if newest else None
    found = index.search(query, page.limit, page.offset, before, every=page.every)
    rows = _rows(engine, [hit.id for hit in found.hits])
    again = _reposts(engine, rows.values())
    shown = [(hit, rows[hit.id]) for hit in found.hits if hit.id in rows]
    results = [
        _result(row, hit.score, make_snippet(row.text[:_LONG], query, page.marks))
        | {"reposts": again[row.id]}
        for hit, row in shown
    ]
    more = newest and found.more and found.hits
    return {
        "query": page.typed,
        "total": found.total,
        "articles": found.articles,
        "results": results,
        "facets": found.facets,
        "next": str(found.hits[-1].moment) if more else None,  # no JSON reader may round it
        "suggestion": None if found.total else _suggestion(index, page.typed, query),
    }


def _suggestion(index: SearchIndex, typed: str, query: Query) -> str | None:
    """What might have been meant by what was typed, where it finds something within the same question.

    What finds nothing may hold words of what is not there any more.
    """
    nearest = index.suggest(typed)
    meant = replace(query, clauses=read_query(nearest).clauses)
    return nearest if meant != query and index.search(meant, 1).total else None


def _rows(engine: Engine, ids: list[str]) -> dict[str, Any]:
    asked = _told().where(schema.Article.id.in_(ids))
    with Session(engine) as session:
        return {row.id: row for row in session.execute(asked)}


def _told() -> Any:
    article, edition = schema.Article, schema.Edition
    columns = (article.id, article.portal, article.url, article.origin)
    texts = (edition.title, edition.published, edition.text)
    joined = select(*columns, *texts).join(edition, edition.id == article.current)
    return joined.where(is_shown())


def reposts_of(engine: Engine, article: schema.Article) -> list[dict[str, Any]]:
    """The other articles that tell the same as this one, the earliest first."""
    return _reposts(engine, [article])[article.id]


def _reposts(engine: Engine, rows: Iterable[Any]) -> dict[str, list[dict[str, Any]]]:
    """The other articles that tell the same as each of these, the earliest first."""
    shown = list(rows)
    origins = {row.origin for row in shown if row.origin}
    asked = _told().where(schema.Article.origin.in_(origins))
    with Session(engine) as session:
        order = (schema.Edition.published.nulls_last(), schema.Article.id)
        members = session.execute(asked.order_by(*order)).all() if origins else []
    return {
        row.id: [
            {key: getattr(other, key) for key in ("id", "portal", "title", "url", "published")}
            for other in members
            if row.origin and other.origin == row.origin and other.id != row.id
        ]
        for row in shown
    }


def _result(row: Any, score: float, snippet: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "published": row.published,
        "portal": row.portal,
        "url": row.url,
        "snippet": snippet,
        "score": round(score, 4),
    }


# What a row tells of its edition; its text would be read again with every mention and figure.
WITHOUT_TEXT = load_only(
    schema.Edition.captured,
    schema.Edition.published,
    schema.Edition.warc_file,
    schema.Edition.warc_offset,
)


def is_current() -> Any:
    """That an edition is its article's current one; by the article's id, which has an index."""
    article, edition = schema.Article, schema.Edition
    return (article.id == edition.article_id) & (article.current == edition.id)


def archive_address(edition: schema.Edition, article: schema.Article) -> str:
    """Where our capture of an edition is served."""
    return f"/archive/{edition.captured:%Y%m%d%H%M%S}/{article_address(article.url, article.id)}"


def portal_places(engine: Engine) -> dict[str, str | None]:
    """The place of every portal by slug."""
    with Session(engine) as session:
        return {portal.slug: portal.place for portal in session.scalars(select(schema.Portal))}


def portal_names(engine: Engine) -> dict[str, str]:
    """The name of every portal by its slug, in the order of slugs."""
    portal = schema.Portal
    with Session(engine) as session:
        rows = session.execute(select(portal.slug, portal.name).order_by(portal.slug))
        return {row.slug: row.name for row in rows}


def list_portals(engine: Engine) -> list[schema.Portal]:
    """The rows of all portals, in the order of their names as Vietnamese sorts them."""
    with Session(engine) as session:
        return sorted(session.scalars(select(schema.Portal)), key=lambda row: sort_key(row.name))


def known_provinces(engine: Engine) -> list[str]:
    """The provinces of all portals, as they were and are called."""
    portal = schema.Portal
    with Session(engine) as session:
        pairs = session.execute(select(portal.province, portal.province_now).distinct()).all()
    return sorted({name for pair in pairs for name in pair if name})


def reader_versions(engine: Engine) -> list[str]:
    """The versions of extractors and readers that made what is held."""
    edition, capture = schema.Edition, schema.Capture
    with Session(engine) as session:
        read = session.scalars(select(edition.annotated_by).distinct()).all()
        extracted = session.scalars(select(capture.read_by).distinct()).all()
    return sorted(version for version in {*read, *extracted} if version)


def get_article(engine: Engine, article_id: str, number: int | None = None) -> dict[str, Any]:
    """One article with its editions in capture order; the asked (or current) edition in full.

    The id may also be an edition's, a figure's or a mention's: then its edition is shown.
    """
    with Session(engine) as session:
        article = session.get(schema.Article, article_id)
        named = None if article else _edition_named(session, article_id)
        article = session.get(schema.Article, named.article_id) if named else article
        if article is None:
            raise UnknownId(f"{article_id}: no such article; `bantin search` prints ids")
        if was_taken_down(session, article.id):
            raise TakenDown(f"{article.id}: this article was taken down")
        editions = session.scalars(
            select(schema.Edition)
            .where(schema.Edition.article_id == article.id)
            .order_by(schema.Edition.captured, schema.Edition.id)
        ).all()
        if number is not None and not 1 <= number <= len(editions):
            raise UnknownId(f"{article_id}: has editions 1 to {len(editions)}, no {number}")
        current = next(e for e in editions if e.id == article.current)
        shown = editions[number - 1] if number else named or current
        listed = [
            {
                "number": n,
                "id": e.id,
                "captured": e.captured.isoformat(),
                "title": e.title,
                "archived": archive_address(e, article),
            }
            for n, e in enumerate(editions, 1)
        ]
        return {
            "id": article.id,
            "portal": article.portal,
            "name": session.get_one(schema.Portal, article.portal).name,
            "archived": archive_address(shown, article),
            "edition": editions.index(shown) + 1,
            "edition_id": shown.id,
            "editions": listed,
            "article": shown.reading,
            "captured": shown.captured.isoformat(),
            "seen": article.seen.isoformat() if article.seen else None,
            "vanished": article.vanished.isoformat() if article.vanished else None,
            "warc_file": shown.warc_file,
            "warc_offset": shown.warc_offset,
        }


def _edition_named(session: Session, key: str) -> schema.Edition | None:
    """The edition of that id, or the one that a figure or mention of that id is read from."""
    if edition := session.get(schema.Edition, key):
        return edition
    read = session.get(schema.Figure, key) or session.get(schema.Mention, key)
    return session.get(schema.Edition, read.edition_id) if read else None


def edition_place(engine: Engine, edition_id: str) -> WarcPlace:
    """Where the first capture of an edition lies."""
    with Session(engine) as session:
        edition = session.get_one(schema.Edition, edition_id)
        return place_of(session.get_one(schema.Capture, edition.capture_id))


def find_run(engine: Engine, number: int) -> schema.Run:
    """The refresh of that number."""
    with Session(engine) as session:
        return session.get_one(schema.Run, number)
