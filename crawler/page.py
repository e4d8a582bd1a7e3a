"""A page as the readers get it: decoded, composed, parsed, its software recognised."""

import re
from dataclasses import dataclass
from functools import cache, cached_property

from bs4 import BeautifulSoup, Tag

from crawler.addresses import join_url
from crawler.charset import decode_body
from crawler.dialects import Dialect, dialects
from crawler.dialects.spa import html_of
from crawler.fonts import read_fonts
from model.errors import ExtractError
from model.records import PageRequest, RawPage

_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Page:
    """A parsed page with where it came from."""

    raw: RawPage
    html: str
    tree: BeautifulSoup
    dialect: Dialect | None
    warnings: tuple[str, ...] = ()

    @cached_property
    def asked(self) -> PageRequest:
        return PageRequest(url=self.raw.url)

    @property
    def url(self) -> str:
        return self.raw.url

    def absolute(self, link: str) -> str:
        """A link of this page as an address; a <base> is ignored, it may name a dead host."""
        return join_url(self.raw.url, link)


def parse_page(raw: RawPage) -> Page:
    """The page parsed; raises ExtractError for an empty body or one that is no HTML."""
    if not raw.body.strip():
        raise ExtractError("empty", "an empty file")
    if b"\0" in raw.body[:1024] or raw.body[:5] == b"%PDF-":
        raise ExtractError("binary", "no HTML")
    html, warning = decode_body(raw.body, raw.content_type)
    if html.lstrip()[:1] in ("{", "["):
        html = html_of(html, raw.url) or html
    html = _SURROGATES.sub("\ufffd", html)
    tree = BeautifulSoup(html, "lxml")
    warnings = [warning] if warning else []
    warnings += [f"text in the font {font}, read as Unicode" for font in read_fonts(tree, html)]
    # A portal whose file says generic is read so whatever its pages look like.
    named = _named(raw.dialect)
    dialect = None if raw.dialect == "generic" else recognise(tree, html) or named
    if dialect and raw.captured:
        dialect = dialect.at(raw.captured[:10])
    return Page(raw, html, tree, dialect, tuple(warnings))


def _named(name: str | None) -> Dialect | None:
    """The dialect a portal's file names, for pages without a fingerprint; generic is none."""
    return dialects().get(name) if name and name != "generic" else None


def recognise(tree: BeautifulSoup, html: str | None = None) -> Dialect | None:
    """The dialect with most fingerprints on a page, None where none is.

    A selector is only tried where all its words stand in the page's source: most do not, and trying
    each on the tree would take longer than parsing it.
    """
    source = (str(tree) if html is None else html).lower()
    marks = {
        d.name: sum(
            _may_match(f, source) and tree.select_one(f) is not None for f in d.fingerprints
        )
        for d in dialects().values()
    }
    best = max(marks, key=lambda name: marks[name])
    return dialects()[best] if marks[best] else None


def _may_match(selector: str, source: str) -> bool:
    return all(word in source for word in _words_of(selector))


@cache
def _words_of(selector: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in re.findall(r"[A-Za-z_][\w-]{3,}", selector))


def first_match(root: Tag, selectors: list[str]) -> Tag | None:
    """The first node that the first matching selector finds."""
    for selector in selectors:
        if found := root.select_one(selector):
            return found
    return None
