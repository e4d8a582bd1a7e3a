"""What is indexed of an article and of a figure: words, and everything that narrows a search."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import tantivy

from storage.ids import derive_id
from text import bare_key, joined_tokens

# Fields of words; of each there is an exact and a folded one.
WORDS = ("text", "title", "person", "place")
FIGURE_WORDS = (*WORDS, "noun")
FACETS = ("portal", "province", "province_now", "year", "section")
# Fields by which a document is chosen as a whole, and numbers that are read fast.
_NARROW = ("in_province", "in_section")
_NUMBERS = ("moment", "number", "origin", "copy", "figures")
_FIGURE_TERMS = ("article", "portal", "type", "unit", "qualifier", "state")
_FIGURE_NUMBERS = ("moment", "number", "whole", "article_number", "portal_number", "noun_number", "origin", "copy",
    "first", "last", "start")  # fmt: skip
_FIGURE_VALUES = ("value", "least", "most")
_TIE = 24  # bits behind the minute of publication that tell articles of one minute apart


class Told(NamedTuple):
    """What is indexed of an article: its current edition, its portal, and what was read out of it."""

    id: str
    origin: str | None
    edition_id: str
    portal: str
    title: str
    published: str | None
    section: str | None
    text: str
    place: str | None
    province: str | None
    province_now: str | None
    persons: list[str]
    places: list[str]
    figures: int

    def facets(self) -> dict[str, str]:
        """What an article is counted under; unknown is the word unknown."""
        return {
            "portal": self.portal,
            "province": self.province or "unknown",
            "province_now": self.province_now or "unknown",
            "year": self.published[:4] if self.published else "unknown",
            "section": self.section or "unknown",
        }

    def version(self) -> str:
        """What tells whether an indexed document is an article's of today."""
        told = (self.title, *self.persons, *self.places, self.figures, self.place, self.origin)
        facets = self.facets().values()
        return derive_id(
            "document", self.edition_id, self.text, self.published or "", *told, *facets
        )


class Reported(NamedTuple):
    """What is indexed of a figure: values are scaled integers as they stand now, days ISO."""

    id: str
    article: Told
    type: str
    unit: str | None
    currency: str | None
    noun: str | None
    qualifier: str
    sentence: str
    place: str | None
    start: int
    part_of: str | None
    since: str | None
    until: str | None
    value: int | None
    least: int | None
    most: int | None
    states: tuple[str, ...]  # repeat: told before in its bulletin; rejected: by a reader

    def version(self) -> str:
        """What tells whether an indexed document is a figure's of today."""
        article = self.article
        told = (
            article.portal,
            article.place,
            article.title,
            article.published,
            article.origin,
            article.section,
        )
        whose = (article.province, article.province_now, *article.persons)
        return derive_id("figure", *self[2:], *told, *whose)


def article_schema() -> tantivy.Schema:
    """The fields of an article's document."""
    builder = _builder(WORDS)
    for field in FACETS:
        builder.add_text_field(field, stored=False, tokenizer_name="raw", fast=True)
    for field in _NUMBERS:
        builder.add_unsigned_field(field, stored=False, fast=True, indexed=True)
    return builder.build()


def figure_schema() -> tantivy.Schema:
    """The fields of a figure's document; `text` is its sentence, `place` what tells where it is from."""
    builder = _builder(FIGURE_WORDS)
    for field in _FIGURE_TERMS:
        builder.add_text_field(field, stored=False, tokenizer_name="raw")
    builder.add_text_field("kind", stored=False, tokenizer_name="raw", fast=True)
    for field in _FIGURE_NUMBERS:
        builder.add_unsigned_field(field, stored=False, fast=True, indexed=True)
    for field in _FIGURE_VALUES:
        builder.add_integer_field(field, stored=False, fast=True, indexed=True)
    return builder.build()


def _builder(words: Iterable[str]) -> tantivy.SchemaBuilder:
    builder = tantivy.SchemaBuilder()
    for field in ("id", "version"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw")
    for field in words:
        for way in ("exact", "folded"):
            builder.add_text_field(f"{field}_{way}", stored=False, tokenizer_name="whitespace")
    for field in _NARROW:
        builder.add_text_field(field, stored=False, tokenizer_name="raw")
    return builder


def article_document(told: Told) -> tantivy.Document:
    """The document of an article's current edition."""
    document = tantivy.Document()
    document.add_text("id", told.id)
    document.add_text("version", told.version())
    words = {"text": [told.text], "title": [told.title], "person": told.persons,
             "place": [*told.places, told.place or ""]}  # fmt: skip
    for field, texts in words.items():
        _add_words(document, field, texts)
    for field, value in told.facets().items():
        document.add_text(field, value)
    _add_article(document, told)
    document.add_unsigned("number", to_number(told.id))
    document.add_unsigned("figures", told.figures)
    return document


def figure_document(figure: Reported) -> tantivy.Document:
    """The document of a figure."""
    article, document = figure.article, tantivy.Document()
    document.add_text("id", figure.id)
    document.add_text("version", figure.version())
    places = (figure.sentence, figure.place, article.place)
    for field, texts in (("text", places[:1]), ("title", (article.title,)), ("person", article.persons),
                         ("place", places), ("noun", (figure.noun,))):  # fmt: skip
        _add_words(document, field, texts)
    _add_article(document, article)
    _add_terms(document, figure)
    _add_numbers(document, figure)
    return document


def _add_terms(document: tantivy.Document, figure: Reported) -> None:
    unit = figure.currency or figure.unit
    document.add_text("article", figure.article.id)
    document.add_text("portal", figure.article.portal)
    document.add_text("type", figure.type)
    document.add_text("unit", figure.unit or "")
    document.add_text("qualifier", figure.qualifier)
    document.add_text("kind", f"{figure.type} {unit}" if unit else figure.type)
    for state in figure.states:
        document.add_text("state", state)


def _add_numbers(document: tantivy.Document, figure: Reported) -> None:
    article = figure.article
    document.add_unsigned("start", figure.start)
    document.add_unsigned("number", to_number(figure.id))
    document.add_unsigned("whole", to_number(figure.part_of) if figure.part_of else 0)
    document.add_unsigned("article_number", to_number(article.id))
    document.add_unsigned("portal_number", portal_number(article.portal))
    document.add_unsigned("noun_number", to_number(derive_id("noun", bare_key(figure.noun or ""))))
    for field, day in (("first", figure.since), ("last", figure.until)):
        if day:
            document.add_unsigned(field, int(day.replace("-", "")))
    for field, value in zip(_FIGURE_VALUES, (figure.value, figure.least, figure.most), strict=True):
        if value is not None:
            document.add_integer(field, value)


def _add_article(document: tantivy.Document, told: Told) -> None:
    """What every document tells of its article beside words."""
    for value in {told.province or "unknown", told.province_now or "unknown"}:
        document.add_text("in_province", bare_key(value))
    document.add_text("in_section", bare_key(told.section or "unknown"))
    document.add_unsigned("moment", moment_of(told.published, told.id))
    document.add_unsigned("origin", to_number(told.origin or told.id))
    document.add_unsigned("copy", int(told.origin not in (None, told.id)))


def _add_words(document: tantivy.Document, field: str, texts: Iterable[str | None]) -> None:
    """The words of several texts; the mark between two keeps phrases from going over."""
    told = [
        joined_tokens(text) if len(text) > _SHORT else _known_tokens(text) for text in texts if text
    ]
    if told:
        document.add_text(f"{field}_exact", " ¦ ".join([exact for exact, _ in told]))
        document.add_text(f"{field}_folded", " ¦ ".join([folded for _, folded in told]))


_SHORT = 600  # letters; names, titles and sentences with several figures come again and again
_known_tokens = lru_cache(maxsize=20_000)(joined_tokens)


def to_number(key: str) -> int:
    """An id as a number of 64 bits: only numbers are read fast."""
    return int(key, 16)


def from_number(number: int) -> str:
    """The id of that number."""
    return f"{number:016x}"


def portal_number(slug: str) -> int:
    """A portal as a number of 64 bits."""
    return to_number(derive_id("portal", slug))


def moment_of(published: str | None, article_id: str) -> int:
    """A number that orders articles by publication, different for each: minutes, then digits of the id."""
    digits = "".join(c for c in (published or "") if c.isdigit())[:12].ljust(12, "0")
    return (int(digits) << _TIE) + int(article_id[: _TIE // 4], 16)


def moment_minute(moment: int) -> int:
    """The minute of publication of a moment, as in 202307120730; 0 where that is unknown."""
    return moment >> _TIE


def moment_bounds(first: str | None, last: str | None) -> tuple[int | None, int | None]:
    """The least and the greatest moment of days from first to last."""
    low = int(first.replace("-", "") + "0000") << _TIE if first else None
    high = (int(last.replace("-", "") + "2359") + 1 << _TIE) - 1 if last else None
    return low, high
