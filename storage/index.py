"""The search index: an exact and a folded field, derived from the database by its journal."""

import re
import shutil
from pathlib import Path

import tantivy
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from storage import schema
from text import bare_key, has_marks, match_key, nfc

_WORD = re.compile(r"\w+")
_MARK = "journal.txt"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for field in ("exact", "folded", "exact_title", "folded_title"):
        builder.add_text_field(field, stored=False, tokenizer_name="whitespace")
    return builder.build()


def exact_words(text: str) -> list[str]:
    """The words of a text as they are matched where a mark was typed."""
    return _WORD.findall(match_key(text))


def folded_words(text: str) -> list[str]:
    """The words of a text as they are matched where no mark was typed."""
    return _WORD.findall(bare_key(text))


class SearchIndex:
    """One document an article: its current edition."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        self._index = self._open()

    def _open(self) -> tantivy.Index:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return tantivy.Index(_schema(), path=str(self._folder))
        except ValueError:
            # A damaged index is derived data: it is made anew.
            shutil.rmtree(self._folder)
            self._folder.mkdir(parents=True)
            return tantivy.Index(_schema(), path=str(self._folder))

    def catch_up(self) -> int:
        """Index what the journal names since the last time; returns how many articles."""
        mark = self._folder / _MARK
        done = int(mark.read_text()) if mark.exists() else 0
        with Session(self._engine) as session:
            last = session.scalar(select(func.max(schema.Journal.number))) or 0
            if last < done:
                done = 0
            changed = session.scalars(
                select(schema.Journal.article_id).where(schema.Journal.number > done).distinct()
            ).all()
            if changed:
                self._write(session, [article for article in changed if article])
        mark.write_text(str(last))
        return len(changed)

    def _write(self, session: Session, articles: list[str]) -> None:
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for article_id in articles:
            writer.delete_documents("id", article_id)
            article = session.get(schema.Article, article_id)
            edition = (
                session.get(schema.Edition, article.current)
                if article and article.current
                else None
            )
            if edition:
                writer.add_document(_document(article_id, edition))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(self, query: str, limit: int) -> tuple[int, list[tuple[str, float]]]:
        """How many articles match, and ids with scores of the best; words are ANDed.

        A word typed with marks matches exactly, one typed without matches folded.
        """
        built = self._query(query)
        if built is None:
            return 0, []
        self._index.reload()
        searcher = self._index.searcher()
        result = searcher.search(built, limit=max(limit, 1), count=True)
        hits = [
            (str(searcher.doc(address)["id"][0]), float(score)) for score, address in result.hits
        ]
        return int(result.count or 0), hits

    def _query(self, query: str) -> tantivy.Query | None:
        terms = query_terms(query)
        if not terms:
            return None
        parts = [(tantivy.Occur.Must, self._word(term)) for term in terms]
        # Neighbours in the query that are neighbours in the text come first; so do exact words.
        folded = [bare_key(term) for term in terms]
        if len(folded) > 1:
            phrase = tantivy.Query.phrase_query(self._index.schema, "folded", folded)
            parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(phrase, 5.0)))
        return tantivy.Query.boolean_query(parts)

    def _word(self, term: str) -> tantivy.Query:
        exact = has_marks(term)
        key = match_key(term) if exact else bare_key(term)
        fields = ("exact", "exact_title") if exact else ("folded", "folded_title")
        queries = [tantivy.Query.term_query(self._index.schema, field, key) for field in fields]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, q) for q in queries])


def query_terms(query: str) -> list[str]:
    """The words of a query, composed."""
    return _WORD.findall(nfc(query))


def _document(article_id: str, edition: schema.Edition) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", article_id)
    document.add_text("exact", " ".join(exact_words(edition.text)))
    document.add_text("folded", " ".join(folded_words(edition.text)))
    document.add_text("exact_title", " ".join(exact_words(edition.title)))
    document.add_text("folded_title", " ".join(folded_words(edition.title)))
    return document
