"""Try a portal politely: what its pages are read as today, and a recorded page for the tests."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler import authority, discover, parse_page, read_page, survey_home
from crawler.feeds import discover_feed
from model.errors import BantinError, ExtractError, InputError
from model.records import Article, Listing, RawPage, to_json
from pipeline.crawling import crawl_portal
from pipeline.reading import capture_article, read_due
from pipeline.workshop import Progress, Tally, Workshop
from storage import captures, schema, warc

RECORDED = ("url", "dialect", "native_id", "title", "published", "lead", "body", "byline")


@dataclass
class Found:
    """What was found out about a portal that is to be added."""

    name: str
    home: str
    place: str | None
    dialect: str | None
    marks: list[str]
    sections: list[str]
    feeds: list[str]
    articles: list[Article]

    def toml(self) -> str:
        """The portal's file."""
        base = self.home.rstrip("/")
        paths = [
            url.removeprefix(base) if url.startswith(base + "/") else url for url in self.sections
        ]
        lines = [
            ("name", self.name),
            ("home", self.home),
            ("place", self.place),
            ("dialect", self.dialect),
        ]
        text = "".join(f"{key:8} = {to_toml(value)}\n" for key, value in lines if value)
        text += f"sections = {to_json(paths)}\n"
        return text + (f"feeds    = {to_json(self.feeds)}\n" if self.feeds else "")


def to_toml(value: str) -> str:
    """A text as a TOML string: as in JSON, but TOML has no DEL."""
    return to_json(value.replace("\x7f", " "))


def survey_portal(shop: Workshop, slug: str, url: str, place: str | None, say: Progress) -> Found:
    """Fetch a home page, its likely sections and three articles, and say what they are.

    The portal's file must be there with the home page as its section. Raises InputError where nothing
    can be read.
    """
    home = _pages_of(shop, slug, {"look": url}, say).get("list", [])
    if not home:
        raise InputError(f"{url}: the home page could not be had")
    survey = survey_home(parse_page(home[-1]))
    own = home[-1].url  # where a redirect led
    say(
        f"{slug}: {survey.dialect or 'no known software'}"
        + (f", by {', '.join(survey.marks)}" if survey.marks else "")
    )
    listings = _sections(shop, slug, [own, *survey.candidates], say)
    if not listings:
        raise InputError(
            f"{url}: {survey.dialect or 'no known software'}, but on none of its {1 + len(survey.candidates)} likely "
            "pages were links to articles; write `sections` by hand (docs/how-to-add-a-portal.md)"
        )
    links = [link.url for listing in listings.values() for link in listing.links[:2]]
    pages = _pages_of(shop, slug, {"only": " ".join(dict.fromkeys(links[:3]))}, say).get(
        "article", []
    )
    articles = [a for page in pages if (a := _article_or_none(page, slug, say))]
    if not articles:
        raise InputError(f"{url}: none of its articles could be read")
    dialect = survey.dialect or next((li.dialect for li in listings.values()), None)
    known = None if dialect == "generic" else dialect
    feeds = [feed for feed in survey.feeds if "comment" not in feed]
    feeds += _sitemaps(shop, slug, own, say)
    return Found(survey.name, url, place, known, survey.marks, list(listings), feeds, articles)


def _sitemaps(shop: Workshop, slug: str, home: str, say: Progress) -> list[str]:
    """The sitemap at its usual place, where there is one; those that robots.txt names are found by any crawl."""
    pages = _pages_of(shop, slug, {"look": urljoin(home, "/sitemap.xml")}, say).get("list", [])
    return [page.url for page in pages if _is_feed(page)]


def _is_feed(page: RawPage) -> bool:
    try:
        discover_feed(page, None)
    except ExtractError:
        return False
    return True


def _pages_of(
    shop: Workshop, slug: str, options: dict[str, str], say: Progress
) -> dict[str, list[RawPage]]:
    """The pages that a crawl with these options had, by kind."""
    _, run = crawl_portal(shop, slug, options, say)
    found: dict[str, list[RawPage]] = {}
    for capture in captures.of_run(shop.engine, run):
        if 200 <= capture.status < 300:
            exchange = warc.read_exchange(shop.config.archive, captures.place_of(capture))
            found.setdefault(capture.kind, []).append(warc.raw_page(exchange))
    return found


def _sections(shop: Workshop, slug: str, urls: list[str], say: Progress) -> dict[str, Listing]:
    """Those of the pages that lead to articles of their own, the fullest lists first.

    A page whose articles another one lists too is no section: a front page, or a rubric twice; nor is an
    article, or a list's second page.
    """
    pages = _pages_of(shop, slug, {"look": " ".join(urls)}, say).get("list", [])
    listings = {page.url: discover(parse_page(page)) for page in pages if not _is_article(page)}
    nexts = [listing.next for listing in listings.values()]
    further = {asked.url for asked in nexts if asked and asked.form is None}
    listings = {url: listing for url, listing in listings.items() if url not in further}
    sized = sorted(listings.items(), key=lambda item: (item[0] == urls[0], -len(item[1].links)))
    seen: set[str] = set()
    kept: dict[str, Listing] = {}
    for url, listing in sized:
        own = {link.native_id or link.url for link in listing.links}
        if len(own - seen) >= max(1, len(own) // 2):
            kept[url] = listing
            seen |= own
    return kept


def _is_article(page: RawPage) -> bool:
    try:
        read_page(page)
    except BantinError:
        return False
    return True


def _article_or_none(page: RawPage, slug: str, say: Progress) -> Article | None:
    try:
        return read_page(page)
    except BantinError as error:
        say(f"{slug}: {page.url}: {error}")
        return None


def check_portal(shop: Workshop, slug: str, say: Progress) -> dict[str, Any]:
    """Fetch a portal's sections and one article, and say what they are read as and what is wrong.

    `problem` is null where the dialect is the one its file names, each section links to articles, and
    the article has a title, a date and a body. What was fetched is archived like by any crawl.
    """
    portal = shop.portal(slug)
    outcome, run = crawl_portal(shop, slug, {"probe": "1"}, say)
    found = captures.of_run(shop.engine, run)
    told = {"done": [], "partly": ["some pages failed"], "failed": ["nothing could be fetched"]}
    problems = list(told[outcome])
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
    shop.portal(slug)
    if not authority(url):
        raise InputError(f"{url}: no http(s) address")
    _, run = crawl_portal(shop, slug, {"only": url}, say)
    found = [c for c in captures.of_run(shop.engine, run) if c.kind == "article"]
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


def slug_of(url: str) -> str:
    """A portal's slug from its host: the labels before the public suffix, joined by hyphens.

    >>> slug_of("https://giavien.ninhbinh.gov.vn/"), slug_of("http://127.0.0.1:8471/")
    ('giavien-ninhbinh', '127-0-0-1-8471')
    """
    host = urlsplit(url).netloc.lower().removeprefix("www.")
    for suffix in (".gov.vn", ".com.vn", ".org.vn", ".edu.vn", ".vn"):
        host = host.removesuffix(suffix)
    return "-".join(part for part in re.split(r"[^a-z0-9]+", host) if part)
