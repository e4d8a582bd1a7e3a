"""List pages: links to articles and the way to the next list page."""

import re
from urllib.parse import urlsplit

from bs4 import Tag

from crawler.addresses import clean_url, same_site
from crawler.dialects import Dialect, generic
from crawler.lookalike import article_links, looks_like_article, next_link
from crawler.page import Page
from model.records import Link, Listing, PageRequest
from text import read_date, squeeze

LEAST_DRIFTED = 3  # headlines that make a list of a page on which the dialect finds none
_PAGER = "[class*=pag i] a, [class*=pag i] li, [class*=pag i] span, a[class*=page i], .rgNumPart a"
_LAST_PAGE = re.compile(
    r"""(?i)(?:max|total|last)[-_]?pages?\W{1,3}(?:parseInt\()?["']?(\d{1,5})\b"""
)


def discover(page: Page, asked: PageRequest | None = None) -> Listing:
    """The articles a list page links to, in page order, and the request for the next list page.

    Where the dialect's selectors find none, look-alike headlines count, as on pages of no known software.
    """
    if page.dialect is None:
        return _discover_generic(page)
    found = discover_known(page, page.dialect, asked)
    if not found.links:
        drifted = _discover_generic(page)
        return drifted if len(drifted.links) >= LEAST_DRIFTED else found
    return found


def discover_known(page: Page, dialect: Dialect, asked: PageRequest | None = None) -> Listing:
    """What the dialect's own selectors find on a list page."""
    links: dict[str, Link] = {}
    for item in page.tree.select(dialect.listing.item):
        link = _read_item(page, dialect, item)
        if link and link.url not in links:
            links[link.url] = link
    return Listing(
        dialect=dialect.name,
        links=list(links.values()),
        next=_next_page(page, dialect, asked),
        pages=count_pages(page),
    )


def count_pages(page: Page) -> int | None:
    """How many list pages a pager promises: its largest number; None where it shows none."""
    written = (node.get_text(strip=True) for node in page.tree.select(_PAGER))
    numbers = [int(text) for text in written if text.isdecimal() and len(text) < 6]
    script = _LAST_PAGE.search(page.html)
    return max([*numbers, *([int(script[1])] if script else [])], default=None)


def _discover_generic(page: Page) -> Listing:
    """What a list page of no known software leads to: its look-alike headlines, and the next page."""
    table = generic()
    links: dict[str, Link] = {}
    for anchor in article_links(page):
        url = clean_url(page.absolute(str(anchor["href"])))
        native = article_id(url, table)
        fits = looks_like_article(url, native)
        if fits and not table.never_pattern.search(url) and same_site(url, page.url):
            title = squeeze(anchor.get_text(" ")) or squeeze(str(anchor.get("title") or ""))
            links.setdefault(url, Link(url=url, native_id=native, title=title or None))
    following = next_link(page.tree)
    further = _link_request(page, str(following["href"])) if following else None
    return Listing(
        dialect="generic", links=list(links.values()), next=further, pages=count_pages(page)
    )


def article_id(url: str, dialect: Dialect) -> str | None:
    """The software's own id of an article, from its address: path and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = dialect.id_pattern.search(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return next((group for group in found.groups() if group), None) if found else None


def _read_item(page: Page, dialect: Dialect, item: Tag) -> Link | None:
    anchor = item.select_one(dialect.listing.link)
    if anchor is None:
        return None
    url = clean_url(page.absolute(str(anchor["href"])))
    native = article_id(url, dialect)
    if (
        not (native or dialect.listing.trusted)
        or dialect.never_pattern.search(url)
        or not same_site(url, page.url)
    ):
        return None
    date = item.select_one(dialect.listing.date)
    read = read_date(date.get_text(" ")) if date else None
    title = squeeze(anchor.get_text(" ")) or squeeze(str(anchor.get("title") or ""))
    return Link(
        url=url, native_id=native, title=title or None, published=read.iso() if read else None
    )


def _next_page(page: Page, dialect: Dialect, asked: PageRequest | None) -> PageRequest | None:
    if dialect.next_page:
        return dialect.next_page(page.tree, page.html, asked or page.asked)
    if dialect.listing.next is None:
        return None
    anchor = page.tree.select_one(dialect.listing.next)
    return _link_request(page, str(anchor["href"])) if anchor else None


def _link_request(page: Page, href: str) -> PageRequest | None:
    if not href or href.startswith(("#", "javascript:")):
        return None
    url = clean_url(page.absolute(href))
    return PageRequest(url=url, referer=page.url) if same_site(url, page.url) else None
