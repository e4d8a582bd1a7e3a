"""API v1: what the pages show as JSON, CSV, JSON Lines and workbooks; read-only beside subscribing."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, RedirectResponse, StreamingResponse

from model.errors import InputError, UnknownId
from model.records import to_json
from publish.export import TEXTS, export_rows
from publish.site import LEAVE
from storage.differences import edition_changes, figure_series, series_rows
from storage.figure_index import FigureQuery
from storage.figures import FIELDS, figures_of, find_figures, group_figures, page_figures
from storage.listing import (
    ARTICLE_FIELDS,
    MENTION_FIELDS,
    articles_of,
    list_articles,
    list_everybody,
    list_mentions,
    mentions_of,
)
from storage.people import (
    OFFICE_FIELDS,
    PEOPLE_FIELDS,
    get_person,
    list_people,
    office_rows,
)
from storage.queries import Page, get_article, portal_names, portal_places, search_articles
from storage.subscriptions import read_rhythm, unsubscribe
from storage.wishes import Wish, read_wish
from web import contract
from web.app import archive_of, path_of, tagged
from web.articles import CITED, citation, cite
from web.asking import MOST_OFFSET
from web.contract import answers
from web.figures import figure_query, read_cursor, write_cursor
from web.following import take_subscription
from web.routes import Routes

MOST = 200  # rows of a page
_CITED = 1000  # citations of a question
_MEDIA = {
    "csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_MARK = "\ufeff"  # of byte order: without it spreadsheets guess the charset
Text = Annotated[str | None, Query(max_length=2000)]
Hidden = Annotated[str | None, Query(max_length=40, include_in_schema=False)]  # as pages name it
Key = Annotated[str, InPath(pattern="^[0-9a-f]{16}$", description="16 hex digits")]
Kind = Literal["csv", "jsonl", "xlsx"]


class Sought(NamedTuple):
    """What figures are asked for: as it can stand in an address, and as a question."""

    wish: Wish
    query: FigureQuery


def known_only(request: Request) -> None:
    """Raise InputError for a parameter that there is not: one left out in silence would widen the question."""
    known = _parameters(request.scope["route"].dependant)
    if unknown := sorted(request.query_params.keys() - known):
        told = ", ".join(sorted(known)) or "none"
        raise InputError(f"{unknown[0][:40]}: no such parameter; there are {told}")


def _parameters(dependant: Any) -> set[str]:
    """The names of the parameters that a route and what it depends on read."""
    own = {field.alias for field in dependant.query_params}
    return own.union(*map(_parameters, dependant.dependencies))


def asked_wish(  # noqa: PLR0913 -- a parameter of the address each
    q: Annotated[str, Query(max_length=2000, description="words, \"a phrase\", -without, OR, cong: tu: den: nguoi: noi:")] = "",
    portal: Text = None, province: Text = None, section: Text = None, person: Text = None, place: Text = None,
    first: Annotated[str | None, Query(alias="from", max_length=40, description="published on or after; 12/07/2023 or 2023-07-12")] = None,
    last: Annotated[str | None, Query(alias="to", max_length=40, description="published on or before")] = None,
    since: Hidden = None, until: Hidden = None, with_figures: bool = False,
) -> Wish:  # fmt: skip
    """The wish that an address tells."""
    return read_wish({
        "q": q, "portal": portal, "province": province, "section": section, "person": person, "place": place,
        "since": first or since, "until": last or until, "with_figures": with_figures,
    })  # fmt: skip


def asked_figures(  # noqa: PLR0913
    wish: Annotated[Wish, Depends(asked_wish)],
    type: Literal["money", "count", "percent", "measure"] | None = None, noun: Text = None, unit: Text = None,  # noqa: A002
    min: Text = None, max: Text = None, loose: bool = False,  # noqa: A002
    period_from: Annotated[str | None, Query(max_length=40, description="of a time from this day on")] = None,
    period_to: Annotated[str | None, Query(max_length=40)] = None,
) -> Sought:  # fmt: skip
    """The question for figures that an address tells."""
    more = {"type": type, "noun": noun, "unit": unit, "min": min, "max": max, "loose": loose}
    wish = read_wish(wish.given() | more)
    return Sought(wish, figure_query(wish, period_from, period_to)[0])


router = Routes(prefix="/api/v1", tags=["v1"], dependencies=[Depends(known_only)])


class Asked(BaseModel, extra="forbid"):
    """What a subscription says."""

    email: str = Field(max_length=320)
    rhythm: Literal["daily", "weekly", "at_once"] = "daily"
    at: str = Field("07:00", max_length=10)
    weekday: int = Field(0, ge=0, le=6)
    wish: dict[str, str] = {}


Wished = Annotated[Wish, Depends(asked_wish)]
Figures = Annotated[Sought, Depends(asked_figures)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(max_length=80, description="from the link to the next page")]


@router.reads("/articles", responses=answers(contract.ARTICLES))
@router.reads("/articles.json", responses=answers(contract.ARTICLES))
def articles(
    request: Request,
    wish: Wished,
    sort: Literal["relevance", "newest"] = "newest",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Articles that a question finds, re-posts under one; without a question all of them."""
    archive = archive_of(request)
    offset, after = _place(sort, cursor)
    shown = Page(wish.q, sort, limit, offset, after, every=True)
    found = search_articles(archive.engine, archive.indexes.articles, wish.question(), shown)
    if sort == "relevance" and offset + limit < found["total"] and offset + limit <= MOST_OFFSET:
        found["next"] = str(offset + limit)
    return _json(request, found, found["next"])


def _place(sort: str, cursor: str | None) -> tuple[int, int | None]:
    """Where a page begins: by offset where it is ranked, by moment newest first."""
    if not cursor:
        return 0, None
    if not (cursor.isascii() and cursor.isdecimal()) or int(cursor) > (
        MOST_OFFSET if sort == "relevance" else 2**63
    ):
        raise InputError("cursor: no cursor; take it from the link to the next page")
    return (int(cursor), None) if sort == "relevance" else (0, int(cursor) or 1)


@router.reads("/articles.{kind}", responses=contract.files())
def articles_file(
    request: Request,
    wish: Wished,
    kind: Literal["csv", "jsonl", "xlsx", "bib", "ris", "atom"],
    bom: bool = True,
) -> Response:
    """All articles that a question finds, newest first, as a file; citations of the first thousand."""
    archive, question = archive_of(request), wish.question()
    if kind == "atom":
        return RedirectResponse(archive.site.link("/feed.atom", **wish.given()), 302)
    rows = list_articles(archive.engine, archive.indexes.articles, question)
    if kind in ("bib", "ris"):
        return _citations(request, rows, kind)
    return _file(request, rows, ARTICLE_FIELDS, bom=bom)


def _citations(request: Request, rows: Iterator[dict[str, Any]], kind: str) -> Response:
    style, media = CITED[kind]
    names = portal_names(archive_of(request).engine)
    rows = iter(()) if request.method == "HEAD" else rows
    pieces = (
        cite(request, row | {"article": row, "name": names[row["portal"]]}, style) + "\n\n"
        for row in islice(rows, _CITED)
    )
    headers = {"Content-Disposition": f'attachment; filename="articles.{kind}"'}
    return StreamingResponse(pieces, media_type=f"{media}; charset=utf-8", headers=headers)


@router.reads("/articles/{key}.{kind}", responses=contract.files())
def article_file(
    request: Request, key: Key, kind: Literal["json", "bib", "ris", "csl"]
) -> Response:
    """One article as a file, or its citation."""
    return article(request, key) if kind == "json" else citation(request, key, kind)


@router.reads("/articles/{key}", responses=answers(contract.ARTICLE, 404, 451))
def article(request: Request, key: Key) -> Response:
    """One article with its current edition."""
    rows = articles_of(archive_of(request).engine, [key])
    if not rows:
        get_article(archive_of(request).engine, key)  # says what is wrong
        raise UnknownId(f"{key}: no such article")
    return _json(request, rows[0])


@router.reads("/articles/{key}/editions", responses=answers(contract.EDITIONS, 404, 451))
def editions(request: Request, key: Key) -> Response:
    """The editions of an article in capture order, and where each is archived."""
    engine = archive_of(request).engine
    found = get_article(engine, key)
    return _json(request, {"id": found["id"], "results": found["editions"]})


@router.reads(
    "/articles/{key}/changes",
    responses=answers(contract.object_of(results=contract.list_of({"type": "object"})), 404, 451),
)
def changes(request: Request, key: Key) -> Response:
    """The figures of an article that changed from one edition to the next."""
    engine = archive_of(request).engine
    get_article(engine, key)
    return _json(request, {"results": edition_changes(engine, key)})


@router.reads(
    "/articles/{key}/mentions",
    responses=answers(
        contract.object_of(results=contract.list_of(contract.row_of(MENTION_FIELDS))), 404, 451
    ),
)
def article_mentions(request: Request, key: Key) -> Response:
    """The people, bodies, places and documents that an article names."""
    found = get_article(archive_of(request).engine, key)
    return _json(request, {"results": mentions_of(archive_of(request).engine, [found["id"]])})


@router.reads("/mentions", responses=answers(contract.MENTIONS))
@router.reads("/mentions.json", responses=answers(contract.MENTIONS))
def mentions(request: Request, wish: Wished, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """The mentions in articles that a question finds, so many articles a page; `articles` counts these."""
    archive = archive_of(request)
    _, after = _place("newest", cursor)
    ids, count, last = archive.indexes.articles.page(wish.question(), limit, after)
    following = str(last) if last is not None else None
    rows = mentions_of(archive.engine, ids)
    return _json(request, {"articles": count, "results": rows, "next": following}, following)


@router.reads("/mentions.{kind}", responses=contract.files())
def mentions_file(request: Request, wish: Wished, kind: Kind, bom: bool = True) -> Response:
    """All mentions in articles that a question finds as a file."""
    archive = archive_of(request)
    rows = list_mentions(archive.engine, archive.indexes.articles, wish.question())
    return _file(request, rows, MENTION_FIELDS, bom=bom)


@router.reads("/figures", responses=answers(contract.FIGURES))
@router.reads("/figures.json", responses=answers(contract.FIGURES))
def figures(request: Request, asked: Figures, limit: Limit = 20, cursor: Cursor = None) -> Response:
    """Reported figures with their sentences, those of the newest article first."""
    archive = archive_of(request)
    found = page_figures(
        archive.engine, archive.indexes.figures, asked.query, limit, read_cursor(cursor)
    )
    following = write_cursor(found["next"])
    return _json(
        request,
        {"total": found["total"], "results": found["figures"], "next": following},
        following,
    )


@router.reads("/figures.{kind}", responses=contract.files())
def figures_file(
    request: Request,
    asked: Figures,
    kind: Literal["csv", "jsonl", "xlsx", "atom"],
    bom: bool = True,
) -> Response:
    """All figures that are asked for as a file."""
    archive = archive_of(request)
    if kind == "atom":
        return RedirectResponse(archive.site.link("/figures.atom", **asked.wish.given()), 302)
    rows = find_figures(archive.engine, archive.indexes.figures, asked.query)
    return _file(request, rows, FIELDS, bom=bom)


@router.reads("/figures/summary", responses=answers(contract.GROUPS))
def summary(
    request: Request,
    asked: Figures,
    by: Literal["month", "quarter", "year", "portal", "place"] = "year",
) -> Response:
    """Figures of one kind in groups by publication: how many, least, median, greatest, sum; re-posts count once."""
    archive = archive_of(request)
    groups = group_figures(archive.indexes.figures, asked.query, by, portal_places(archive.engine))
    return _json(request, {"results": groups})


@router.reads("/figures/series", responses=answers(contract.SERIES))
def series(request: Request, asked: Figures, whole_years: bool = False) -> Response:
    """How figures develop: of one noun and measure in one place, time by time, each value with its evidence."""
    archive = archive_of(request)
    if archive.indexes.figures.count(asked.query) > _MOST_SERIES:
        raise InputError(f"more than {_MOST_SERIES} figures; ask for fewer")
    rows = find_figures(archive.engine, archive.indexes.figures, asked.query, once=True)
    return _json(
        request, {"results": list(series_rows(figure_series(rows), whole_years=whole_years))}
    )


_MOST_SERIES = 20_000


@router.reads("/figures/{key}", responses=answers(contract.FIGURE, 404))
def figure(request: Request, key: Key) -> Response:
    """One figure."""
    rows = figures_of(archive_of(request).engine, [key])
    if not rows:
        raise UnknownId(f"{key}: no such figure in a current edition")
    return _json(request, rows[0])


@router.reads("/people", responses=answers(contract.PEOPLE))
@router.reads("/people.json", responses=answers(contract.PEOPLE))
def people(
    request: Request, q: Annotated[str, Query(max_length=200)] = "", body: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 20, cursor: Cursor = None,
) -> Response:  # fmt: skip
    """People with their offices, most reported first."""
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 7):
        raise InputError("cursor: no cursor; take it from the link to the next page")
    offset = int(cursor or 0)
    found = list_people(archive_of(request).engine, q or None, body or None, limit, offset)
    following = str(offset + limit) if offset + limit < found["total"] else None
    return _json(
        request, {"total": found["total"], "results": found["people"], "next": following}, following
    )


@router.reads("/people.{kind}", responses=contract.files())
def people_file(
    request: Request, kind: Kind, q: Annotated[str, Query(max_length=200)] = "", bom: bool = True
) -> Response:
    """People as a file; CSV has one line for each office."""
    archive = archive_of(request)
    rows = list_everybody(archive.engine, archive.indexes.articles, Wish().question(), q or None)
    if kind == "csv":
        return _file(request, office_rows(rows), OFFICE_FIELDS, bom=bom)
    return _file(request, rows, PEOPLE_FIELDS, bom=bom)


@router.reads("/people/{key}", responses=answers(contract.PERSON, 404, 451))
def person(request: Request, key: Key) -> Response:
    """One person."""
    return _json(request, get_person(archive_of(request).engine, key))


@router.reads("/portals", responses=answers(contract.PORTALS))
def portals(request: Request) -> Response:
    """All portals with what is held of each, and its health."""
    rows = archive_of(request).portals()
    return _json(request, {"total": len(rows), "results": rows})


@router.reads("/portals/{slug}", responses=answers(contract.PORTAL, 404))
def portal(request: Request, slug: Annotated[str, InPath(max_length=100)]) -> Response:
    """One portal."""
    row = next((row for row in archive_of(request).portals() if row["portal"] == slug), None)
    if row is None:
        raise UnknownId(f"{slug}: no such portal")
    return _json(request, row)


@router.reads("/status", responses=answers(contract.STATUS))
def status(request: Request) -> Response:
    """How much the archive holds, and how many portals are in trouble."""
    rows, told = archive_of(request).portals(), archive_of(request).totals()
    keys = ("articles", "editions", "journal_number", "captures_unread")
    troubled = sum(bool(row["troubles"]) for row in rows)
    return _json(
        request, {key: told[key] for key in keys} | {"portals": len(rows), "in_trouble": troubled}
    )


@router.post("/subscriptions", responses=answers(contract.TAKEN))
def subscribe(request: Request, sent: Asked) -> Response:
    """Ask for a digest by mail: `email`, `rhythm` (daily, weekly, at_once), `at`, and what a question says; the address is asked whether it wants this."""
    take_subscription(
        request, sent.email, sent.wish, read_rhythm(sent.rhythm, sent.at, str(sent.weekday))
    )
    return Response(to_json({"status": "asked"}), media_type="application/json")


@router.post("/unsubscribe/{token}", responses=answers(contract.TAKEN, 404))
def leave(request: Request, token: Annotated[str, InPath(max_length=200)]) -> Response:
    """End a subscription by the token of its letters."""
    archive = archive_of(request)
    key = archive.site.read(LEAVE, token)
    if key is None:
        raise UnknownId("no such subscription")
    unsubscribe(archive.engine, key)
    return Response(to_json({"status": "unsubscribed"}), media_type="application/json")


def _json(request: Request, told: dict[str, Any], following: str | None = None) -> Response:
    """An answer with an ETag, the way to the next page, and leave for other sites' scripts to read it."""
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Link, ETag"}
    if following:
        given = dict(request.query_params) | {"cursor": following}
        link = archive_of(request).site.link(path_of(request), **given)
        headers["Link"] = f'<{link}>; rel="next"'
    return tagged(request, to_json(told).encode(), "application/json", 60, **headers)


def _file(
    request: Request, rows: Iterable[dict[str, Any]], fields: Sequence[str], *, bom: bool
) -> Response:
    """Rows as a file, streamed where it is text."""
    name = path_of(request).rpartition("/")[2]
    kind = name.rpartition(".")[2]
    rows = () if request.method == "HEAD" else rows
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Access-Control-Allow-Origin": "*",
    }
    if kind in TEXTS:
        mark = [_MARK] if kind == "csv" and bom else []
        return StreamingResponse(
            _lots(mark, TEXTS[kind](rows, fields)), media_type=_MEDIA[kind], headers=headers
        )
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / name
    export_rows(rows, kind, path, fields)
    return FileResponse(
        path, media_type=_MEDIA[kind], headers=headers, background=BackgroundTask(folder.cleanup)
    )


def _lots(first: Iterable[str], pieces: Iterator[str]) -> Iterator[str]:
    """Pieces joined to some hundred kilobytes at most: one by one they are slow to send."""
    yield from first
    while lot := list(islice(pieces, 200)):
        yield "".join(lot)
