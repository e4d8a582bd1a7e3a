"""The first page: search, with what it narrows by and the ways to take out what it finds."""

from typing import Any

from fastapi import Request, Response
from markupsafe import Markup, escape

from publish.wording import wish_label
from storage.queries import Page, portal_names, search_articles
from storage.search import is_ranked
from storage.wishes import Wish
from web.app import archive_of, page
from web.asking import MOST_OFFSET, choose, narrowed_days, read_count, wish_of
from web.routes import Routes

router = Routes()
SIZE = 20  # results of a page
MARKS = ("\x02", "\x03")  # which no text that is archived holds
_MARKED = {MARKS[0]: Markup("<mark>"), MARKS[1]: Markup("</mark>")}
_SHOWN = 8  # values of a facet
FACETS = (("portal", "Cổng"), ("province", "Tỉnh"), ("year", "Năm"), ("section", "Chuyên mục"))
FORMATS = ("csv", "xlsx", "jsonl", "ris", "bib", "atom")


@router.reads("/")
def search(request: Request) -> Response:
    """What a question finds; without one what was published last."""
    wish, archive = wish_of(request), archive_of(request)
    sort = choose(request, "sort", ("relevance", "newest"))
    offset = read_count(request, "offset", 0, MOST_OFFSET)
    after = read_count(request, "after", 0, 2**63) or None
    question = wish.question()
    sort = sort if is_ranked(question) else "newest"
    shown = Page(wish.q, "newest" if after else sort, SIZE, offset, after, every=True, marks=MARKS)
    found = search_articles(archive.engine, archive.indexes.articles, question, shown)
    names = portal_names(archive.engine)
    for row in found["results"]:
        row["snippet"] = snippet_html(_behind_title(row["snippet"], row["title"]))
    return page(
        request, "search.html", wish=wish, sort=sort, found=found, names=names, facets=_facets(found, wish, names),
        asks=bool(wish.given()), label=wish_label(wish, names), given=wish.given(), pages=_pages(found, sort, offset, after),
        formats=FORMATS, chosen=_chosen(wish, names),
    )  # fmt: skip


def _behind_title(snippet: str, title: str) -> str:
    """A snippet without the title that it begins with, which stands above it."""
    return snippet.removeprefix(" ".join(title.split())).lstrip(" .") or snippet


def snippet_html(text: str) -> Markup:
    """A snippet as HTML: everything escaped but the marks."""
    told = escape(text)
    for letter, tag in _MARKED.items():
        told = told.replace(letter, tag)
    return told


def _pages(
    found: dict[str, Any], sort: str, offset: int, after: int | None
) -> dict[str, dict[str, Any]]:
    """The parameters of the pages before and behind, those there are: newest first by moment, else by offset."""
    pages: dict[str, dict[str, Any]] = {}
    if found["next"]:
        pages["next"] = {"sort": "newest", "after": found["next"]}
    elif (
        sort == "relevance"
        and not after
        and offset + SIZE < found["total"]
        and offset + SIZE <= MOST_OFFSET
    ):
        pages["next"] = {"offset": offset + SIZE}
    if after:
        pages["first"] = {"sort": "newest"}
    elif offset:
        pages["before"] = {"offset": max(0, offset - SIZE)}
    return pages


def _facets(found: dict[str, Any], wish: Wish, names: dict[str, str]) -> list[dict[str, Any]]:
    """What a result may be narrowed by, each value with how many articles and the parameters that narrow to it."""
    made = []
    for name, title in FACETS:
        values = [
            {"label": names.get(key, key) if name == "portal" else key, "count": count, "given": _narrowed(wish, name, key)}
            for key, count in list(found["facets"].get(name, {}).items())[:_SHOWN]
            if key != "unknown"
        ]  # fmt: skip
        if len(values) > 1 or (values and wish.given()):
            made.append({"name": name, "title": title, "values": values})
    return made


def _narrowed(wish: Wish, facet: str, value: str) -> dict[str, Any]:
    if facet != "year":
        return wish.given() | {facet: value}
    return wish.given() | narrowed_days(wish, f"{value}-01-01", f"{value}-12-31")


def _chosen(wish: Wish, names: dict[str, str]) -> list[dict[str, Any]]:
    """What narrows the question, each with the parameters without it."""
    given = wish.given()
    parts: list[tuple[str, ...]] = [(key,) for key in given if key not in ("q", "since", "until")]
    parts += (
        [tuple(key for key in ("since", "until") if key in given)]
        if {"since", "until"} & given.keys()
        else []
    )
    return [
        {
            "label": _label(keys, given, names),
            "given": {k: v for k, v in given.items() if k not in keys},
        }
        for keys in parts
    ]


def _label(keys: tuple[str, ...], given: dict[str, Any], names: dict[str, str]) -> str:
    if keys == ("portal",):
        return str(names.get(given["portal"], given["portal"]))
    if keys == ("with_figures",):
        return "có số liệu"
    return " – ".join(str(given[key]) for key in keys)
