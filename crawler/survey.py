"""What a home page tells of its portal: name, software and why, sections, feeds."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.addresses import clean_url, same_site
from crawler.blocks import clean_line
from crawler.dialects import address_pattern, generic, phrases
from crawler.discover import article_id
from crawler.lookalike import looks_like_article
from crawler.page import Page

MOST_SECTIONS = 12  # candidates that are fetched; a menu leads to more than anybody reads

_BETWEEN = re.compile(r"\s+[-|–—]\s+")


@dataclass(frozen=True)
class Survey:
    """What a home page tells; `marks` are the fingerprints that gave its software away."""

    name: str
    dialect: str | None
    marks: list[str]
    candidates: list[str]
    feeds: list[str]


def survey_home(page: Page) -> Survey:
    """The survey of a home page; candidates for sections come most promising first."""
    known = page.dialect
    marks = [mark for mark in known.fingerprints if page.tree.select_one(mark)] if known else []
    feeds = page.tree.select("link[rel=alternate][type*=xml][href]")
    return Survey(
        name=_site_name(page),
        dialect=known.name if known else None,
        marks=marks,
        candidates=_candidates(page),
        feeds=[page.absolute(str(feed["href"])) for feed in feeds],
    )


def _site_name(page: Page) -> str:
    for selector, attribute in (("meta[property='og:site_name']", "content"), ("title", None)):
        node = page.tree.select_one(selector)
        words = (
            clean_line(str(node.get(attribute) or "") if attribute else node.get_text(" "))
            if node
            else ""
        )
        if words:
            parts = [part.strip() for part in _BETWEEN.split(words)]
            told = [part for part in parts if part and part.lower() not in phrases().home]
            return max(told, key=len) if told else words
    return urlsplit(page.url).netloc


def _candidates(page: Page) -> list[str]:
    """Links of the page with names as short as a rubric's, those called like news first."""
    table = page.dialect or generic()
    found: dict[str, int] = {}
    for anchor in page.tree.find_all("a", href=True):
        words = clean_line(anchor.get_text(" ")).lower()
        url = clean_url(page.absolute(str(anchor["href"])))
        if not 3 <= len(words) <= 45 or not same_site(url, page.url) or url == clean_url(page.url):
            continue
        native = article_id(url, table)
        if (
            table.never_pattern.search(url)
            or generic().never_pattern.search(url)
            or address_pattern("further").search(url)
        ):
            continue
        if native and (page.dialect or looks_like_article(url, native)) and len(words) > 30:
            continue
        rank = next((i for i, word in enumerate(phrases().sections) if word in words), 99)
        found.setdefault(url, rank)
    return sorted(found, key=lambda url: found[url])[:MOST_SECTIONS]
