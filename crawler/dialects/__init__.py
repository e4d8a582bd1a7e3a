"""Families of portal software as data: fingerprints, selectors, identity of an article."""

import importlib
import importlib.util
import re
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path

import msgspec
from bs4 import BeautifulSoup

from model.records import PageRequest

FOLDER = Path(__file__).parent


class ListRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Selectors of a list page."""

    item: str
    link: str
    date: str
    next: str | None = None


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


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One family of portal software."""

    fingerprints: list[str]
    article_id: str
    never: list[str]
    listing: ListRules
    article: ArticleRules
    name: str = ""

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


@cache
def phrases() -> Phrases:
    """The words around an article."""
    return msgspec.toml.decode((FOLDER / "phrases.toml").read_bytes(), type=Phrases)
