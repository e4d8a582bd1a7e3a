"""What is exported: the articles that a question finds, the mentions in them and the people, as rows in lots."""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.documents import from_number, to_number
from storage.identity import tells_now
from storage.people import find_people, is_called
from storage.queries import WITHOUT_TEXT, archive_address, is_current
from storage.search import SearchIndex
from storage.takedowns import hidden_names, is_shown
from text.queries import Query

_AT_ONCE = 250  # articles or people read from the database at once
ARTICLE_FIELDS = (
    "id", "edition_id", "portal", "url", "native_id", "title", "published", "certainty", "section", "lead", "body",
    "byline", "source", "attachments", "dialect", "captured", "seen", "vanished", "archived", "warc_file", "warc_offset",
    "origin", "annotated_by",
)  # fmt: skip
MENTION_FIELDS = (
    "id", "article_id", "edition_id", "type", "text", "name", "holders", "status", "code", "now", "start", "end",
    "published", "portal", "url", "archived",
)  # fmt: skip


def list_articles(engine: Engine, index: SearchIndex, query: Query) -> Iterator[dict[str, Any]]:
    """The articles that a question finds, with their current editions, as flat rows, newest first."""
    for ids in _lots(index, query):
        yield from articles_of(engine, ids)


def articles_of(engine: Engine, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The articles of these ids that are shown, with their current editions, as flat rows in this order."""
    asked = select(schema.Article, schema.Edition).join(
        schema.Edition, schema.Edition.id == schema.Article.current
    )
    with Session(engine) as session:
        found = session.execute(asked.where(is_shown(), schema.Article.id.in_(ids)))
        rows = {article.id: _article_row(article, edition) for article, edition in found}
    return [rows[key] for key in ids if key in rows]


def _lots(index: SearchIndex, query: Query) -> Iterator[list[str]]:
    """The ids of the articles that a question finds, newest first, a few hundred at once."""
    for found in index.find(query):
        for at in range(0, len(found), _AT_ONCE):
            yield found[at : at + _AT_ONCE]


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
        "origin": article.origin,
        "annotated_by": edition.annotated_by,
    }


def list_mentions(engine: Engine, index: SearchIndex, query: Query) -> Iterator[dict[str, Any]]:
    """Mentions in the articles that a question finds as flat rows, newest article first, in text order."""
    for ids in _lots(index, query):
        yield from mentions_of(engine, ids)


def mentions_of(engine: Engine, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The mentions in the current editions of these articles that are shown, article by article, in text order."""
    asked = (
        select(schema.Mention, schema.Edition, schema.Article)
        .join(schema.Edition, schema.Edition.id == schema.Mention.edition_id)
        .join(schema.Article, is_current())
        .where(is_shown())
        .options(WITHOUT_TEXT)
        .order_by(schema.Article.id, schema.Mention.start, schema.Mention.id)
    )
    rows: dict[str, list[dict[str, Any]]] = {key: [] for key in ids}
    with Session(engine) as session:
        hidden = hidden_names(session, ids)
        for mention, edition, article in session.execute(asked.where(schema.Article.id.in_(ids))):
            if (article.id, mention.name) not in hidden:
                rows[article.id].append(_mention_row(mention, edition, article, hidden))
    return [row for key in ids for row in rows[key]]


def _mention_row(
    mention: schema.Mention,
    edition: schema.Edition,
    article: schema.Article,
    hidden: set[tuple[str, str]],
) -> dict[str, Any]:
    holders = mention.read.get("holders") or []
    return {
        "id": mention.id,
        "article_id": article.id,
        "edition_id": edition.id,
        "type": mention.type,
        "text": mention.text,
        "name": mention.name,
        "holders": [name for name in holders if (article.id, name) not in hidden],
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


def list_everybody(
    engine: Engine, index: SearchIndex, query: Query, called: str | None = None
) -> Iterator[dict[str, Any]]:
    """The people whom the articles that a question finds report, most reported first, as `find_people` tells them.

    With `called` only who has (part of) that name. Of all people only numbers are held, of 8 bytes each, and of a
    question's besides how often each is reported.
    """
    numbers = _reported_in(engine, index, query) if query.asks else _reported(engine, called)
    for at in range(0, len(numbers), _AT_ONCE):
        ids = [from_number(number) for number in numbers[at : at + _AT_ONCE]]
        articles = set(index.among(query, _articles_of(engine, ids))) if query.asks else None
        found = find_people(engine, called, articles=articles, only=ids)
        people = {person["id"]: person for person in found}
        yield from (people[key] for key in ids if key in people)


def _reported(engine: Engine, called: str | None) -> "array[int]":
    """The numbers of all people, or of those called so, most reported first."""
    person = schema.Person
    asked = select(person.id).order_by(person.told.desc(), person.id.desc())
    if called:
        asked = asked.where(is_called(called))
    with Session(engine) as session:
        return array("Q", map(to_number, session.scalars(asked)))


def _reported_in(engine: Engine, index: SearchIndex, query: Query) -> "array[int]":
    """The numbers of the people whom the articles report that a question finds, most reported first."""
    said = schema.Sighting
    counts: Counter[int] = Counter()
    for ids in _lots(index, query):
        told = func.count(said.article_id.distinct())
        asked = _sightings(said.person_id, told).where(said.article_id.in_(ids))
        with Session(engine) as session:
            for key, often in session.execute(asked.group_by(said.person_id)):
                counts[to_number(key)] += often
    return array("Q", sorted(counts, key=lambda number: (counts[number], number), reverse=True))


def _articles_of(engine: Engine, people: Sequence[str]) -> list[str]:
    """The ids of the articles that report these people."""
    said = schema.Sighting
    with Session(engine) as session:
        asked = _sightings(said.article_id).where(said.person_id.in_(people)).distinct()
        return list(session.scalars(asked))


def _sightings(*columns: Any) -> Any:
    """Columns of the sightings of current editions that are shown, each of somebody who is known."""
    known = schema.Sighting.person_id.is_not(None)
    return select(*columns).join(schema.Article, tells_now()).where(known, is_shown())
