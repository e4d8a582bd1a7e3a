"""Questions to the archive: articles, figures, people, status."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from model.errors import UnknownId
from model.records import WarcPlace
from storage import schema
from storage.captures import place_of
from storage.index import SearchIndex
from storage.snippets import make_snippet
from text.queries import Query


@dataclass(frozen=True)
class Filters:
    """What narrows a question; None is no limit. Days are ISO."""

    portal: str | None = None
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True)
class Page:
    """Which results are shown, in which order; `after` is where the page before ended, newest first."""

    typed: str = ""
    sort: str = "relevance"
    limit: int = 20
    offset: int = 0
    after: int | None = None


EVERYTHING = Filters()
ARTICLE_FIELDS = (
    "id", "edition_id", "portal", "url", "native_id", "title", "published", "certainty", "section", "lead", "body",
    "byline", "source", "attachments", "dialect", "captured", "seen", "vanished", "archived", "warc_file", "warc_offset", "annotated_by",
)  # fmt: skip
MENTION_FIELDS = (
    "id", "article_id", "edition_id", "type", "text", "name", "holders", "status", "code", "now", "start", "end",
    "published", "portal", "url", "archived",
)  # fmt: skip


def search_articles(engine: Engine, index: SearchIndex, query: Query, page: Page) -> dict[str, Any]:
    """The answer to a search: exact total, a page of results, facets, and where the next page begins.

    Where nothing is found, `suggestion` is the nearest question that finds something.
    """
    newest = page.sort == "newest"
    before = (page.after or 0) if newest else None
    found = index.search(query, page.limit, page.offset, before)
    rows = _rows(engine, [hit.id for hit in found.hits])
    shown = [(hit, rows[hit.id]) for hit in found.hits if hit.id in rows]
    results = [_result(row, hit.score, make_snippet(row.text, query)) for hit, row in shown]
    more = newest and len(found.hits) == page.limit
    return {
        "query": page.typed,
        "total": found.total,
        "results": results,
        "facets": found.facets,
        "next": str(found.hits[-1].moment) if more else None,  # no JSON reader may round it
        "suggestion": None if found.total else index.suggest(query),
    }


def narrow(query: Query, portal: str | None, first: str | None, last: str | None) -> Query:
    """A question narrowed to a portal and days."""
    portals = (portal,) if portal and not query.portals else query.portals
    return replace(
        query,
        portals=portals if not portal or portal in portals else ("",),
        first=max(filter(None, (first, query.first)), default=None),
        last=min(filter(None, (last, query.last)), default=None),
    )


def _rows(engine: Engine, ids: list[str]) -> dict[str, Any]:
    asked = (
        select(
            schema.Article.id,
            schema.Article.portal,
            schema.Article.url,
            schema.Edition.title,
            schema.Edition.published,
            schema.Edition.text,
        )
        .join(schema.Edition, schema.Edition.id == schema.Article.current)
        .where(schema.Article.id.in_(ids))
    )
    with Session(engine) as session:
        return {row.id: row for row in session.execute(asked)}


def edition_limits(filters: Filters) -> list[Any]:
    """The filters as conditions on article and current edition."""
    limits = []
    if filters.portal:
        limits.append(schema.Article.portal == filters.portal)
    if filters.first:
        limits.append(schema.Edition.published >= filters.first)
    if filters.last:
        limits.append(func.substr(schema.Edition.published, 1, 10) <= filters.last)
    return limits


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


def archive_address(edition: schema.Edition, article: schema.Article) -> str:
    """Where our capture of an edition is served."""
    return f"/archive/{edition.captured:%Y%m%d%H%M%S}/{article.url or ''}"


def portal_places(engine: Engine) -> dict[str, str | None]:
    """The place of every portal by slug."""
    with Session(engine) as session:
        return {portal.slug: portal.place for portal in session.scalars(select(schema.Portal))}


def reader_versions(engine: Engine) -> list[str]:
    """The versions of extractors and readers that made what is held."""
    edition, capture = schema.Edition, schema.Capture
    with Session(engine) as session:
        read = session.scalars(select(edition.annotated_by).distinct()).all()
        extracted = session.scalars(select(capture.read_by).distinct()).all()
    return sorted(version for version in {*read, *extracted} if version)


def list_articles(engine: Engine, filters: Filters) -> Iterator[dict[str, Any]]:
    """Articles with their current editions as flat rows, newest first."""
    asked = (
        select(schema.Article, schema.Edition)
        .join(schema.Edition, schema.Edition.id == schema.Article.current)
        .where(*edition_limits(filters))
        .order_by(schema.Edition.published.desc(), schema.Article.id)
    )
    with Session(engine) as session:
        for article, edition in session.execute(asked.execution_options(yield_per=500)):
            yield _article_row(article, edition)


def _article_row(article: schema.Article, edition: schema.Edition) -> dict[str, Any]:
    reading = edition.reading
    keys = (
        "native_id",
        "title",
        "published",
        "certainty",
        "section",
        "lead",
        "body",
        "byline",
        "source",
    )
    return {
        "id": article.id,
        "edition_id": edition.id,
        "portal": article.portal,
        "url": article.url,
        **{key: reading[key] for key in keys},
        "attachments": [found["url"] for found in reading["attachments"]],
        "dialect": edition.dialect,
        "captured": edition.captured.isoformat(),
        "seen": article.seen.isoformat() if article.seen else None,
        "vanished": article.vanished.isoformat() if article.vanished else None,
        "archived": archive_address(edition, article),
        "warc_file": edition.warc_file,
        "warc_offset": edition.warc_offset,
        "annotated_by": edition.annotated_by,
    }


def list_mentions(engine: Engine, filters: Filters) -> Iterator[dict[str, Any]]:
    """Mentions of current editions as flat rows, newest article first, in text order."""
    asked = (
        select(schema.Mention, schema.Edition, schema.Article)
        .join(schema.Edition, schema.Edition.id == schema.Mention.edition_id)
        .join(schema.Article, schema.Article.current == schema.Edition.id)
        .where(*edition_limits(filters))
        .order_by(
            schema.Edition.published.desc(),
            schema.Article.id,
            schema.Mention.start,
            schema.Mention.id,
        )
    )
    with Session(engine) as session:
        for mention, edition, article in session.execute(asked.execution_options(yield_per=1000)):
            yield {
                "id": mention.id,
                "article_id": article.id,
                "edition_id": edition.id,
                "type": mention.type,
                "text": mention.text,
                "name": mention.name,
                "holders": mention.read.get("holders") or [],
                "status": mention.read.get("status"),
                "code": mention.code,
                "now": mention.read.get("now") or [],
                "start": mention.start,
                "end": mention.end,
                "published": edition.published,
                "portal": article.portal,
                "url": article.url,
                "archived": archive_address(edition, article),
            }


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
        editions = session.scalars(
            select(schema.Edition)
            .where(schema.Edition.article_id == article_id)
            .order_by(schema.Edition.captured, schema.Edition.id)
        ).all()
        if number is not None and not 1 <= number <= len(editions):
            raise UnknownId(f"{article_id}: has editions 1 to {len(editions)}, no {number}")
        current = next(e for e in editions if e.id == article.current)
        shown = editions[number - 1] if number else named or current
        listed = [
            {"number": n, "id": e.id, "captured": e.captured.isoformat(), "title": e.title}
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
