"""Questions to the archive: articles, figures, people, status."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, and_, func, or_, select
from sqlalchemy.orm import Session

from model.errors import UnknownId
from storage import schema
from storage.index import SearchIndex, query_terms
from storage.snippets import make_snippet
from storage.values import to_scaled
from text import bare_key, write_out

_MOST = 10_000  # hits that filters and facets look at


@dataclass(frozen=True)
class Filters:
    """What narrows a question; None is no limit. Days are ISO."""

    portal: str | None = None
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True)
class FigureQuestion:
    """Which figures are asked for."""

    words: str | None = None
    type: str | None = None
    noun: str | None = None
    unit: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    loose: bool = False
    filters: Filters = Filters()


def search_articles(
    engine: Engine, index: SearchIndex, query: str, filters: Filters, order: tuple[str, int, int]
) -> dict[str, Any]:
    """The answer to a search: total, results and facets; `order` is sort, limit and offset."""
    sort, limit, offset = order
    _, hits = index.search(query, _MOST)
    scores = dict(hits)
    with Session(engine) as session:
        rows = _matching(session, scores, filters)
        rows.sort(key=lambda r: (-scores[r.id], r.id))
        if sort == "newest":
            rows.sort(key=lambda r: r.published or "", reverse=True)
        shown = rows[offset : offset + limit]
        texts = _texts(session, [r.id for r in shown])
    results = [
        _result(row, scores[row.id], make_snippet(texts[row.id], query_terms(query)))
        for row in shown
    ]
    return {"query": query, "total": len(rows), "results": results, "facets": _facets(rows)}


def _matching(session: Session, scores: dict[str, float], filters: Filters) -> list[Any]:
    found: list[Any] = []
    ids = list(scores)
    for at in range(0, len(ids), 500):
        asked = (
            select(
                schema.Article.id,
                schema.Article.portal,
                schema.Article.url,
                schema.Edition.title,
                schema.Edition.published,
            )
            .join(schema.Edition, schema.Edition.id == schema.Article.current)
            .where(schema.Article.id.in_(ids[at : at + 500]), *_limits(filters))
        )
        found += session.execute(asked).all()
    return found


def _limits(filters: Filters) -> list[Any]:
    limits = []
    if filters.portal:
        limits.append(schema.Article.portal == filters.portal)
    if filters.first:
        limits.append(schema.Edition.published >= filters.first)
    if filters.last:
        limits.append(func.substr(schema.Edition.published, 1, 10) <= filters.last)
    return limits


def _texts(session: Session, ids: list[str]) -> dict[str, str]:
    asked = select(schema.Article.id, schema.Edition.text).join(
        schema.Edition, schema.Edition.id == schema.Article.current
    )
    return {row.id: row.text for row in session.execute(asked.where(schema.Article.id.in_(ids)))}


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


def _facets(rows: list[Any]) -> dict[str, dict[str, int]]:
    facets: dict[str, dict[str, int]] = {"portal": {}, "year": {}}
    for row in rows:
        for name, key in (("portal", row.portal), ("year", (row.published or "unknown")[:4])):
            facets[name][key] = facets[name].get(key, 0) + 1
    return facets


def find_figures(engine: Engine, question: FigureQuestion) -> Iterator[dict[str, Any]]:
    """Figures of current editions as flat rows, newest article first."""
    asked = (
        select(schema.Figure, schema.Edition, schema.Article)
        .join(schema.Edition, schema.Edition.id == schema.Figure.edition_id)
        .join(schema.Article, schema.Article.current == schema.Edition.id)
        .where(*_limits(question.filters), *_figure_limits(question))
        .order_by(schema.Edition.published.desc(), schema.Article.id, schema.Figure.start)
    )
    words = [bare_key(w) for w in query_terms(question.words or "")]
    noun = bare_key(question.noun or "")
    with Session(engine) as session:
        for figure, edition, article in session.execute(asked):
            sentence = bare_key(figure.sentence)
            if noun not in bare_key(figure.noun or "") or any(w not in sentence for w in words):
                continue
            yield _figure_row(figure, edition, article)


def _figure_limits(question: FigureQuestion) -> list[Any]:
    limits: list[Any] = []
    if question.type:
        limits.append(schema.Figure.type == question.type)
    if question.unit:
        limits.append(schema.Figure.unit == question.unit)
    if question.least is not None:
        limits.append(_bound(question, question.least, low_side=True))
    if question.most is not None:
        limits.append(_bound(question, question.most, low_side=False))
    return limits


def _bound(question: FigureQuestion, limit: Decimal, low_side: bool) -> Any:
    """At least (or at most) a value, qualifiers understood.

    "hơn 31 tỷ" is at least 30; "gần 30 tỷ" is below 30 and counts only when asked loosely.
    """
    kinds = [question.type] if question.type else ["money", "count", "percent", "measure"]
    open_side = ("nearly", "under", "at_most") if low_side else ("over", "at_least")
    parts = []
    for kind in kinds:
        scaled = to_scaled(kind, limit)
        if scaled is None:
            continue
        end = schema.Figure.low if low_side else schema.Figure.high
        known = func.coalesce(schema.Figure.value, end)
        inside = known >= scaled if low_side else known <= scaled
        strict = known > scaled if low_side else known < scaled
        loose = inside if question.loose else strict
        doubtful = schema.Figure.qualifier.in_(open_side)
        parts.append(
            and_(schema.Figure.type == kind, or_(and_(doubtful, loose), and_(~doubtful, inside)))
        )
    return or_(*parts)


def _figure_row(
    figure: schema.Figure, edition: schema.Edition, article: schema.Article
) -> dict[str, Any]:
    read = figure.read
    period = read.get("period") or {}
    return {
        "id": figure.id,
        "article_id": article.id,
        "edition_id": edition.id,
        "type": figure.type,
        **{key: read[key] for key in ("value", "low", "high", "total", "qualifier")},
        "currency": read.get("currency"),
        **{key: read[key] for key in ("unit", "noun", "per")},
        "about": (read["about"] or {}).get("text"),
        "period_from": period.get("from"),
        "period_to": period.get("to"),
        "change": read["change"],
        "baseline": (read["baseline"] or {}).get("text"),
        **{key: read[key] for key in ("of_plan", "aim", "part_of", "place", "flags")},
        "text": read["text"],
        "sentence": figure.sentence,
        "start": figure.start,
        "end": figure.end,
        "published": edition.published,
        "portal": article.portal,
        "url": article.url,
        "archived": f"/archive/{edition.captured:%Y%m%d%H%M%S}/{article.url or ''}",
        "warc_file": edition.warc_file,
        "warc_offset": edition.warc_offset,
    }


def find_people(
    engine: Engine, query: str | None, body: str | None, on: str | None
) -> list[dict[str, Any]]:
    """People as reported, with their offices if any: most reported first.

    With `body` only those who hold an office that names it; `on` leaves out later reports.
    """
    people: dict[str, dict[str, Any]] = {}
    with Session(engine) as session:
        for person, article_id, published in session.execute(_sightings()):
            if query and bare_key(query) not in bare_key(person.name):
                continue
            if on and (published or "")[:10] > on:
                continue
            fresh = {"id": person.id, "name": person.name, "portal": person.portal}
            entry = people.setdefault(person.id, fresh | {"offices": {}, "articles": set()})
            entry["articles"].add(article_id)
        for office in session.scalars(_offices()):
            if office.person_id in people and not (on and (office.reported or "")[:10] > on):
                _add_office(people[office.person_id]["offices"], office)
    rows = [
        p | {"offices": list(p["offices"].values()), "articles": len(p["articles"])}
        for p in people.values()
    ]
    if body:
        rows = [
            p for p in rows if any(bare_key(body) in bare_key(o["title"]) for o in p["offices"])
        ]
    return sorted(rows, key=lambda p: (-p["articles"], not p["offices"], p["name"], p["portal"]))


def _offices() -> Any:
    """All offices in the order in which bulletins and their texts name them."""
    return (
        select(schema.Office)
        .join(schema.Mention, schema.Mention.id == schema.Office.mention_id)
        .order_by(schema.Office.reported, schema.Office.edition_id, schema.Mention.start)
    )


def _sightings() -> Any:
    """Each person with the articles whose current edition names them in full."""
    return (
        select(schema.Person, schema.Article.id, schema.Edition.published)
        .join(schema.Article, schema.Article.portal == schema.Person.portal)
        .join(schema.Edition, schema.Edition.id == schema.Article.current)
        .join(
            schema.Mention,
            and_(
                schema.Mention.edition_id == schema.Edition.id,
                schema.Mention.type == "person",
                schema.Mention.name == schema.Person.name,
            ),
        )
        .distinct()
    )


def _add_office(offices: dict[str, dict[str, Any]], office: schema.Office) -> None:
    day = (office.reported or "")[:10] or None
    known = offices.setdefault(
        write_out(office.title).lower(),
        {"title": office.title, "status": office.status, "first": day, "last": day},
    )
    days = [d for d in (known["first"], known["last"], day) if d]
    known["first"], known["last"] = min(days, default=None), max(days, default=None)


def get_article(engine: Engine, article_id: str, number: int | None = None) -> dict[str, Any]:
    """One article with its editions in capture order; the asked (or current) edition in full."""
    with Session(engine) as session:
        article = session.get(schema.Article, article_id)
        if article is None:
            raise UnknownId(f"{article_id}: no such article; `bantin search` prints ids")
        editions = session.scalars(
            select(schema.Edition)
            .where(schema.Edition.article_id == article_id)
            .order_by(schema.Edition.captured)
        ).all()
        if number is not None and not 1 <= number <= len(editions):
            raise UnknownId(f"{article_id}: has editions 1 to {len(editions)}, no {number}")
        current = next(e for e in editions if e.id == article.current)
        shown = editions[number - 1] if number else current
        listed = [
            {"number": n, "id": e.id, "captured": e.captured.isoformat(), "title": e.title}
            for n, e in enumerate(editions, 1)
        ]
        return {
            "id": article.id,
            "portal": article.portal,
            "edition": editions.index(shown) + 1,
            "editions": listed,
            "article": shown.reading,
            "captured": shown.captured.isoformat(),
            "warc_file": shown.warc_file,
            "warc_offset": shown.warc_offset,
        }


def portal_status(engine: Engine) -> list[dict[str, Any]]:
    """Per portal: articles, editions, figures, last run and how it ended, what waits and what failed."""
    with Session(engine) as session:
        return [
            _status(session, portal)
            for portal in session.scalars(select(schema.Portal).order_by(schema.Portal.slug))
        ]


def _status(session: Session, portal: schema.Portal) -> dict[str, Any]:
    run = session.scalar(
        select(schema.Run)
        .where(schema.Run.portal == portal.slug)
        .order_by(schema.Run.id.desc())
        .limit(1)
    )
    own = schema.Article.portal == portal.slug

    def count(*parts: Any) -> int:
        asked: Any = select(func.count()).select_from(parts[0])
        for table, on in parts[1]:
            asked = asked.join(table, on)
        return int(session.scalar(asked.where(*parts[2])) or 0)

    joined = [(schema.Article, schema.Article.id == schema.Edition.article_id)]
    states = dict(
        session.execute(
            select(schema.Capture.state, func.count())
            .where(schema.Capture.portal == portal.slug)
            .group_by(schema.Capture.state)
        ).all()
    )
    return {
        "portal": portal.slug,
        "name": portal.name,
        "articles": count(schema.Article, [], [own]),
        "editions": count(schema.Edition, joined, [own]),
        "figures": count(
            schema.Figure,
            [(schema.Article, schema.Article.current == schema.Figure.edition_id)],
            [own],
        ),
        "newest": session.scalar(
            select(func.max(schema.Edition.published))
            .join(schema.Article, schema.Article.id == schema.Edition.article_id)
            .where(own)
        ),
        "last_run": run.started.isoformat() if run else None,
        "outcome": run.outcome if run else None,
        "note": run.note if run else None,
        "unread": states.get("due", 0),
        "unreadable": states.get("failed", 0),
    }
