"""What is indexed of an article: its words, and everything that narrows a search."""

from collections.abc import Iterable
from typing import Any

import tantivy

from storage import schema
from storage.ids import derive_id
from text import exact_tokens, folded_tokens

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
    builder.add_unsigned_field("moment", stored=True, fast=True, indexed=True)
    builder.add_unsigned_field("figures", stored=False, fast=True, indexed=True)
    return builder.build()


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
    for field, value in facet_values(article, edition, portal).items():
        document.add_text(field, value)
    document.add_unsigned("moment", moment_of(edition.published, article.id))
    document.add_unsigned("figures", read["figures"])
    return document


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
        edition.title, *read["persons"], *read["places"], read["figures"], portal.place,
        *facet_values(article, edition, portal).values(),
    )  # fmt: skip
    return derive_id("document", edition.id, edition.text, edition.published or "", *map(str, told))
