"""Families of portal software as data: fingerprints, selectors, identity of an article."""

import importlib
import importlib.util
import re
from collections.abc import Callable
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec
from bs4 import BeautifulSoup

from model.records import PageRequest

FOLDER = Path(__file__).parent


class ListRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Selectors of a list page; `trusted` where a headline's link is an article's whatever its address."""

    item: str
    link: str
    date: str
    next: str | None = None
    trusted: bool = False


class ArticleRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Selectors of an article; the first of a list that finds something counts."""

    root: str
    title: list[str]
    published: list[str]
    lead: list[str]
    body: list[str]
    byline: list[str]
    section: list[str]
    files: list[str]
    images: list[str]
    drop: list[str]
    source: list[str] = []
    credits: str | None = None


class Earlier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the software's pages differed until a day: only what differed."""

    until: date
    listing: dict[str, Any] = {}
    article: dict[str, Any] = {}


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One family of portal software."""

    fingerprints: list[str]
    article_id: str
    never: list[str]
    listing: ListRules
    article: ArticleRules
    before: list[Earlier] = []
    name: str = ""

    def at(self, captured: str) -> "Dialect":
        """The dialect as it was when a page was captured (an ISO date): old captures stay readable."""
        day = date.fromisoformat(captured)
        was = min((b for b in self.before if day <= b.until), key=lambda b: b.until, default=None)
        if was is None:
            return self
        listing = msgspec.structs.replace(self.listing, **was.listing)
        article = msgspec.structs.replace(self.article, **was.article)
        return msgspec.structs.replace(self, listing=listing, article=article)

    @cached_property
    def next_page(self) -> Callable[[BeautifulSoup, str, PageRequest], PageRequest | None] | None:
        """The pager where it is more than a link: `next_page` of the dialect's module, if it has one."""
        spec = importlib.util.find_spec(f"crawler.dialects.{self.name}")
        return getattr(importlib.import_module(spec.name), "next_page", None) if spec else None

    @cached_property
    def id_pattern(self) -> re.Pattern[str]:
        return re.compile(self.article_id, re.IGNORECASE)

    @cached_property
    def never_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join([*self.never, "^(?!https?:)"]), re.IGNORECASE)


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that portals print around an article."""

    ends: list[str]
    furniture: list[str]
    byline_labels: list[str]
    sections: list[str]
    source_labels: list[str]
    closing: list[str]
    home: list[str]
    next: list[str]
    addresses: dict[str, str]
    pages: dict[str, list[str]]


@cache
def dialects() -> dict[str, Dialect]:
    """All dialects by name."""
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.stem != "phrases":
            read = msgspec.toml.decode(path.read_bytes(), type=Dialect)
            found[path.stem] = msgspec.structs.replace(read, name=path.stem)
    return found


def generic() -> Dialect:
    """The table for pages of no known software."""
    return dialects()["generic"]


@cache
def address_pattern(name: str) -> re.Pattern[str]:
    """What tells by an address alone what it leads to: rubric, further or numbered."""
    return re.compile(phrases().addresses[name], re.IGNORECASE)


@cache
def phrases() -> Phrases:
    """The words around an article."""
    return msgspec.toml.decode((FOLDER / "phrases.toml").read_bytes(), type=Phrases)
