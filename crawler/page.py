"""A page as the readers get it: decoded, composed, parsed, its software recognised."""

import re
from dataclasses import dataclass
from functools import cache, cached_property

from bs4 import BeautifulSoup, Tag

from crawler.addresses import join_url
from crawler.dialects import Dialect, dialects
from crawler.dialects.spa import html_of
from model.errors import ExtractError
from model.records import PageRequest, RawPage
from text import nfc

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
# Charsets that pages are written in; Python knows others that are none (unicode_escape, undefined).
_TEXT_CHARSET = re.compile(
    r"windows-?125\d|cp125\d|iso-?8859-?\d+|latin-?\d|us-ascii|utf-16(?:le|be)?|gb\w+|big5"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_UTF8_NAMES = {"utf8", "unicode", "utf-8", "utf_8"}


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


def decode_body(body: bytes, content_type: str = "") -> tuple[str, str | None]:
    """The text of a body and a warning where the declared charset was not the real one.

    Bytes that are valid UTF-8 are UTF-8 whatever header and meta say: portals that still declare
    iso-8859-1 or windows-1258 over UTF-8 are common, and other charsets rarely decode as UTF-8.
    """
    declared = _declared(body, content_type)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        ascii_only = body.isascii()
        return text, None if ascii_only or declared in (
            None,
            "utf-8",
        ) else f"declared {declared}, is utf-8"
    for name in (declared, "windows-1258"):
        if name and _TEXT_CHARSET.fullmatch(name):
            try:
                return body.decode(name), None
            except (LookupError, UnicodeError):
                continue
    return body.decode("utf-8", "replace"), "bytes of no known charset replaced"


def _declared(body: bytes, content_type: str) -> str | None:
    found = _CHARSET.search(content_type.encode("latin-1", "replace")) or _CHARSET.search(
        body[:2048]
    )
    name = found[1].decode("ascii").lower() if found else None
    return "utf-8" if name in _UTF8_NAMES else name


def parse_page(raw: RawPage) -> Page:
    """The page parsed; raises ExtractError for an empty body or one that is no HTML."""
    if not raw.body.strip():
        raise ExtractError("empty", "an empty file")
    if b"\0" in raw.body[:1024] or raw.body[:5] == b"%PDF-":
        raise ExtractError("binary", "no HTML")
    decoded, warning = decode_body(raw.body, raw.content_type)
    html = nfc(decoded)
    if html.lstrip()[:1] in ("{", "["):
        html = html_of(html, raw.url) or html
    html = _SURROGATES.sub("\ufffd", html)
    tree = BeautifulSoup(html, "lxml")
    dialect = recognise(tree, html) or _named(raw.dialect)
    return Page(raw, html, tree, dialect, (warning,) if warning else ())


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
