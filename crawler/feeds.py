"""Feeds and sitemaps: the articles that RSS, Atom, sitemaps and their indexes name."""

import gzip
import re
import zlib
from calendar import timegm
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from typing import Any

import feedparser
from scrapy.utils.sitemap import Sitemap

from crawler.addresses import clean_url, join_url, same_site
from crawler.dialects import Dialect, generic
from crawler.discover import article_id
from crawler.lookalike import looks_like_article
from model.errors import ExtractError
from model.records import Link, Listing, RawPage
from text import VIETNAM, squeeze

MOST_LINKS = 50_000  # of one sitemap (sitemaps.org, protocol)
_LETTER = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,7})|([0-9]{1,8}));")
_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex|rss|feed|rdf)\b", re.IGNORECASE)


def discover_feed(raw: RawPage, dialect: Dialect | None) -> Listing:
    """The articles that a feed names; `dialect` "feed" or "sitemap". Raises ExtractError for anything else.

    Of a feed's dates only the day is taken: NukeViet prints the month where the minutes belong. Titles
    are unescaped until they are plain, at most twice: UIArticle escapes entities once more.
    """
    body = _plain(raw.body)
    root = _ROOT.search(body[:4096])
    if root is None:
        raise ExtractError("unknown", "neither a feed nor a sitemap")
    wanted = _filter(raw.url, dialect)
    if root[1].lower() in (b"urlset", b"sitemapindex"):
        return _sitemap(raw.url, body, wanted)
    # A stream: what is no stream feedparser may take for an address or a file's name.
    body = _LETTER.sub(_no_half, body)
    try:
        read = feedparser.parse(BytesIO(body), response_headers={"content-location": raw.url})
    except Exception as error:  # it raises what it likes on what is no XML
        raise ExtractError("unknown", "a damaged feed") from error
    links = (wanted(str(entry.get("link") or ""), entry) for entry in read.entries[:MOST_LINKS])
    return Listing(dialect="feed", links=_distinct(links))


def _no_half(letter: re.Match[bytes]) -> bytes:
    """A letter by its number, none where that is half of one (a surrogate)."""
    number = int(letter[1], 16) if letter[1] else int(letter[2])
    return b"" if 0xD800 <= number < 0xE000 else letter[0]


def _plain(body: bytes) -> bytes:
    """The feed out of gzip, as some sitemaps are files of it."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, 50 << 20)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ExtractError("cut", "a damaged gzip file") from error


def _sitemap(url: str, body: bytes, wanted: Callable[..., Link | None]) -> Listing:
    try:
        found = Sitemap(body)
        entries = list(found)[:MOST_LINKS]
    except Exception as error:  # lxml raises what it likes on what is no XML
        raise ExtractError("unknown", "a damaged sitemap") from error
    if found.type == "sitemapindex":
        parts = [join_url(url, str(entry.get("loc", ""))) for entry in entries]
        own = [part for part in parts if same_site(part, url)]
        return Listing(dialect="sitemap", links=[], feeds=list(dict.fromkeys(own)))
    links = (wanted(str(entry.get("loc", "")), entry) for entry in entries)
    return Listing(dialect="sitemap", links=_distinct(links))


def _filter(base: str, dialect: Dialect | None) -> Callable[..., Link | None]:
    """What makes a link of an entry, None where its address is no article's; a feed's entries all are."""
    table = dialect or generic()

    def wanted(href: str, entry: dict[str, object]) -> Link | None:
        url = clean_url(join_url(base, _whole(unescape(href))))
        native = article_id(url, table)
        fits = native if dialect else looks_like_article(url, native)
        if (
            not (fits or ("link" in entry and "loc" not in entry))
            or table.never_pattern.search(url)
            or not same_site(url, base)
        ):
            return None
        title = squeeze(_whole(unescape(unescape(str(entry.get("title") or ""))))) or None
        return Link(
            url=url, native_id=native, title=title, published=_day(entry), modified=_moment(entry)
        )

    return wanted


def _whole(text: str) -> str:
    """Text without halves of letters, which no other program takes."""
    return text.encode("utf-8", "replace").decode()


def _day(entry: dict[str, object]) -> str | None:
    """The day in Vietnam; feedparser gives moments in UTC."""
    when: Any = entry.get("published_parsed")
    try:
        moment = datetime.fromtimestamp(timegm(when), UTC) if when else None
        return moment.astimezone(VIETNAM).date().isoformat() if moment else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _moment(entry: dict[str, object]) -> datetime | None:
    written = str(entry.get("lastmod") or "")
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _distinct(links: Iterable[Link | None]) -> list[Link]:
    return list({link.url: link for link in links if link}.values())
