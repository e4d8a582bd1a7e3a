"""Try a portal politely: what its pages are read as today, and a recorded page for the tests."""

from pathlib import Path
from typing import Any

from crawler import discover, parse_page
from model.errors import BantinError, InputError
from model.records import Article, to_json
from pipeline.crawling import crawl_portal
from pipeline.reading import capture_article, read_due
from pipeline.workshop import Progress, Tally, Workshop
from storage import captures, schema, warc

RECORDED = ("url", "dialect", "native_id", "title", "published", "lead", "body", "byline")


def check_portal(shop: Workshop, slug: str, say: Progress) -> dict[str, Any]:
    """Fetch a portal's sections and one article, and say what they are read as and what is wrong.

    `problem` is null where the dialect is the one its file names, each section links to articles, and
    the article has a title, a date and a body. What was fetched is archived like by any crawl.
    """
    portal = shop.portal(slug)
    outcome = crawl_portal(shop, slug, {"probe": "1"}, say)
    found = captures.of_last_run(shop.engine, slug)
    problems = [] if outcome == "done" else [f"the crawl ended {outcome}"]
    row: dict[str, Any] = {"portal": slug, "dialect": None, "lists": 0, "links": 0}
    row |= {"title": None, "published": None, "words": None}
    for capture in found:
        if capture.kind == "section":
            problems += _look_at_list(shop, capture, row)
        elif capture.kind == "article" and capture.state != "kept":
            problems += _look_at_article(shop, capture, row)
    if portal.dialect and row["dialect"] not in (None, portal.dialect):
        problems.append(f"the file says {portal.dialect}, the pages are {row['dialect']}")
    if outcome == "done" and row["title"] is None and not problems:
        problems.append("no article was found")
    read_due(shop, Tally(), say)
    return row | {"problem": "; ".join(dict.fromkeys(problems)) or None}


def _look_at_list(shop: Workshop, capture: schema.Capture, row: dict[str, Any]) -> list[str]:
    row["lists"] += 1
    try:
        exchange = warc.read_exchange(shop.config.archive, captures.place_of(capture))
        listing = discover(parse_page(warc.raw_page(exchange)))
    except BantinError as error:
        return [f"{capture.url}: {error}"]
    row["dialect"] = row["dialect"] or listing.dialect
    row["links"] += len(listing.links)
    return [] if listing.links else [f"{capture.url}: no links to articles"]


def _look_at_article(shop: Workshop, capture: schema.Capture, row: dict[str, Any]) -> list[str]:
    try:
        article = capture_article(shop, capture)
    except BantinError as error:
        return [f"{capture.url}: {error}"]
    words = " ".join((article.lead or article.body).split()[:12])
    row |= {"title": article.title, "published": article.published, "words": words}
    row["dialect"] = article.dialect
    return [] if article.published else [f"{capture.url}: no date of publication"]


def record_page(shop: Workshop, slug: str, url: str, folder: Path, say: Progress) -> Path:
    """Fetch one article of a portal and write it as sent, with a draft of what it says.

    Returns the folder with page.html and article.json; raises InputError where the page can't be had
    or is no article.
    """
    crawl_portal(shop, slug, {"only": url}, say)
    found = [c for c in captures.of_last_run(shop.engine, slug) if c.kind == "article"]
    read = [c for c in found if c.state != "kept"]
    if not read:
        raise InputError(f"{url}: no article was had")
    article = capture_article(shop, read[-1])
    exchange = warc.read_exchange(shop.config.archive, captures.place_of(read[-1]))
    target = folder / slug / (article.native_id or read[-1].id)
    target.mkdir(parents=True, exist_ok=True)
    (target / "page.html").write_bytes(warc.raw_page(exchange).body)
    (target / "article.json").write_text(_draft(article), encoding="utf-8")
    read_due(shop, Tally(), say)
    return target


def _draft(article: Article) -> str:
    lines = [f' "{key}": {to_json(getattr(article, key))}' for key in RECORDED]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def known_slugs(shop: Workshop) -> list[str]:
    """The slugs that are checked when none is named: portals that are open, and files that are wrong."""
    return [*(slug for slug, p in shop.portals.items() if not p.closed), *shop.broken]
