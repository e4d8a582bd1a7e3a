"""What is indexed of an article and of a figure: words, and everything that narrows a search."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import tantivy

from storage import schema
from storage.ids import derive_id
from text import bare_key, exact_tokens, folded_tokens

# Fields of words; of each there is an exact and a folded one.
WORDS = ("text", "title", "person", "place")
FACETS = ("portal", "province", "province_now", "year", "section")
_TIE = 24  # bits behind the minute of publication that tell articles of one minute apart


def article_schema() -> tantivy.Schema:
    """The fields of an article's document."""
    builder = tantivy.SchemaBuilder()
    for field in ("id", "version"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw")
    for field in WORDS:
        for way in ("exact", "folded"):
            builder.add_text_field(f"{field}_{way}", stored=False, tokenizer_name="whitespace")
    for field in FACETS:
        builder.add_text_field(field, stored=False, tokenizer_name="raw", fast=True)
    for field in ("moment", "number", "origin", "copy", "figures"):
        builder.add_unsigned_field(field, stored=False, fast=True, indexed=True)
    for field in ("in_province", "in_section"):
        builder.add_text_field(field, stored=False, tokenizer_name="raw")
    return builder.build()


def to_number(article_id: str) -> int:
    """An article's id as a number of 64 bits: only numbers are read fast."""
    return int(article_id, 16)


def from_number(number: int) -> str:
    """The id of that number."""
    return f"{number:016x}"


def article_document(
    article: schema.Article, edition: schema.Edition, portal: schema.Portal, read: dict[str, Any]
) -> tantivy.Document:
    """The document of an article's current edition; `read` has persons, places and the number of figures."""
    document = tantivy.Document()
    document.add_text("id", article.id)
    document.add_text("version", document_version(article, edition, portal, read))
    words = {"text": [edition.text], "title": [edition.title], "person": read["persons"]}
    words["place"] = [*read["places"], portal.place or ""]
    for field, texts in words.items():
        for text in texts:
            document.add_text(f"{field}_exact", " ".join(exact_tokens(text)))
            document.add_text(f"{field}_folded", " ".join(folded_tokens(text)))
    facets = facet_values(article, edition, portal)
    for field, value in facets.items():
        document.add_text(field, value)
    _narrowing(document, article, edition, facets)
    document.add_unsigned("number", to_number(article.id))
    document.add_unsigned("figures", read["figures"])
    return document


def _narrowing(
    document: tantivy.Document,
    article: schema.Article,
    edition: schema.Edition,
    facets: dict[str, str],
) -> None:
    """What every document tells of its article beside words."""
    for value in {facets["province"], facets["province_now"]}:
        document.add_text("in_province", bare_key(value))
    document.add_text("in_section", bare_key(facets["section"]))
    document.add_unsigned("moment", moment_of(edition.published, article.id))
    document.add_unsigned("origin", to_number(article.origin or article.id))
    document.add_unsigned("copy", int(article.origin not in (None, article.id)))


def facet_values(
    article: schema.Article, edition: schema.Edition, portal: schema.Portal
) -> dict[str, str]:
    """What an article is counted under; unknown is the word unknown."""
    then, now = portal.province, portal.province_now
    section = (edition.reading or {}).get("section")
    return {
        "portal": article.portal,
        "province": then or "unknown",
        "province_now": now or "unknown",
        "year": edition.published[:4] if edition.published else "unknown",
        "section": section or "unknown",
    }


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


def document_version(
    article: schema.Article, edition: schema.Edition, portal: schema.Portal, read: dict[str, Any]
) -> str:
    """What tells whether an indexed document is an article's of today."""
    told: Iterable[Any] = (
        edition.title, *read["persons"], *read["places"], read["figures"], portal.place, article.origin,
        *facet_values(article, edition, portal).values(),
    )  # fmt: skip
    return derive_id("document", edition.id, edition.text, edition.published or "", *map(str, told))


def figure_schema() -> tantivy.Schema:
    """The fields of a figure's document; `text` is its sentence, `place` what tells where it is from."""
    builder = tantivy.SchemaBuilder()
    for field in ("id", "version"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw")
    for field in FIGURE_WORDS:
        for way in ("exact", "folded"):
            builder.add_text_field(f"{field}_{way}", stored=False, tokenizer_name="whitespace")
    for field in (
        "article",
        "portal",
        "in_province",
        "in_section",
        "type",
        "unit",
        "qualifier",
        "state",
    ):
        builder.add_text_field(field, stored=False, tokenizer_name="raw")
    builder.add_text_field("kind", stored=False, tokenizer_name="raw", fast=True)
    for field in FIGURE_NUMBERS:
        builder.add_unsigned_field(field, stored=False, fast=True, indexed=True)
    for field in ("value", "least", "most"):
        builder.add_integer_field(field, stored=False, fast=True, indexed=True)
    return builder.build()


FIGURE_WORDS = ("text", "title", "person", "place", "noun")
FIGURE_NUMBERS = ("moment", "number", "whole", "article_number", "portal_number", "noun_number", "origin", "copy",
    "first", "last", "start")  # fmt: skip


@dataclass(frozen=True)
class Reported:
    """A figure with all that its document tells."""

    figure: schema.Figure
    said: schema.Correction | None
    edition: schema.Edition
    article: schema.Article
    portal: schema.Portal
    persons: list[str]


def figure_documents(reported: Iterable[Reported]) -> Iterator[tantivy.Document]:
    """The documents of figures; words of one sentence, title or name are made once."""
    made: dict[str, tuple[str, str]] = {}
    for one in reported:
        yield _figure_document(one, made)


def _figure_document(one: Reported, made: dict[str, tuple[str, str]]) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", one.figure.id)
    document.add_text("version", figure_version(one))
    _add_words(document, one, made)
    _narrowing(
        document, one.article, one.edition, facet_values(one.article, one.edition, one.portal)
    )
    for field, value in figure_terms(one).items():
        document.add_text(field, value)
    for state in figure_states(one):
        document.add_text("state", state)
    for field, number in _figure_numbers(one).items():
        document.add_unsigned(field, number)
    for field, end in figure_bounds(one.figure, one.said).items():
        if end is not None:
            document.add_integer(field, end)
    return document


def _add_words(document: tantivy.Document, one: Reported, made: dict[str, tuple[str, str]]) -> None:
    figure = one.figure
    places = (figure.sentence, figure.place, one.portal.place)
    words = {"text": (figure.sentence,), "title": (one.edition.title,), "person": one.persons,
             "place": places, "noun": (figure.noun,)}  # fmt: skip
    for field, texts in words.items():
        for text in filter(None, texts):
            if text not in made:
                made[text] = (" ".join(exact_tokens(text)), " ".join(folded_tokens(text)))
            for way, tokens in zip(("exact", "folded"), made[text], strict=True):
                document.add_text(f"{field}_{way}", tokens)


def _figure_numbers(one: Reported) -> dict[str, int]:
    figure = one.figure
    days = {"first": figure.period_from, "last": figure.period_to}
    return {
        "start": figure.start,
        "number": to_number(figure.id),
        "whole": to_number(figure.part_of) if figure.part_of else 0,
        "article_number": to_number(one.article.id),
        "portal_number": portal_number(one.portal.slug),
        "noun_number": to_number(derive_id("noun", bare_key(figure.noun or ""))),
    } | {field: int(day.replace("-", "")) for field, day in days.items() if day}


def figure_terms(one: Reported) -> dict[str, str]:
    """The words that a figure is chosen by as a whole."""
    figure = one.figure
    unit = figure.read.get("currency") or figure.unit
    return {
        "article": one.article.id,
        "portal": one.article.portal,
        "type": figure.type,
        "unit": figure.unit or "",
        "qualifier": figure.qualifier,
        "kind": " ".join(filter(None, (figure.type, unit))),
    }


def figure_states(one: Reported) -> list[str]:
    """What sets a figure apart: told before in its bulletin, rejected by a reader."""
    repeat = ["repeat"] if "repeat" in one.figure.read["flags"] else []
    return repeat + (["rejected"] if one.said and one.said.action == "reject" else [])


def figure_bounds(figure: schema.Figure, said: schema.Correction | None) -> dict[str, int | None]:
    """A figure's value as it stands now, and the ends that limits are held against; scaled integers."""
    value = said.scaled if said and said.action == "correct" else figure.value
    if said and said.action == "reject":
        value = None
    one = {"value": value, "least": figure.low, "most": figure.high}
    return one if value is None else dict.fromkeys(one, value)


def portal_number(slug: str) -> int:
    """A portal as a number of 64 bits."""
    return to_number(derive_id("portal", slug))


def figure_version(one: Reported) -> str:
    """What tells whether an indexed document is a figure's of today."""
    facets = facet_values(one.article, one.edition, one.portal)
    told = (
        one.figure.sentence, one.figure.noun, one.figure.place, one.portal.place, one.edition.title,
        one.edition.published, *one.persons, *facets.values(), *figure_terms(one).values(), *figure_states(one),
        *figure_bounds(one.figure, one.said).values(), one.figure.part_of, one.figure.period_from,
        one.figure.period_to, one.article.origin,
    )  # fmt: skip
    return derive_id("figure", one.figure.id, *map(str, told))
