"""The search index: an exact and a folded field, derived from the database by its journal."""

import re
import shutil
from pathlib import Path

import tantivy
from filelock import FileLock, Timeout
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.ids import derive_id
from text import bare_key, has_marks, match_key, nfc

_WORD = re.compile(r"\w+")
_MARK = "journal.txt"
_BATCH = 500  # articles read from the database at once
LONGEST_WAIT = 600  # seconds for another process that makes the index
FORMAT = "2"  # of the documents below; an index of another format is made anew


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in ("id", "version"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw")
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
    """One document an article: its current edition. Opened on first use, made anew where damaged."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        self._opened: tantivy.Index | None = None
        self._lock = FileLock(folder.with_name(folder.name + ".lock"))

    @property
    def _index(self) -> tantivy.Index:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> tantivy.Index:
        """The index, made anew where there is none; one that is damaged raises."""
        if self._mark() is not None:
            return tantivy.Index(_schema(), path=str(self._folder))
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        made = tantivy.Index(_schema(), path=str(self._folder))
        self._set_mark(0)
        return made

    def _mark(self) -> int | None:
        """The journal's number up to which the index is brought, None without an index of this format."""
        try:
            written = (self._folder / _MARK).read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            return None
        good = len(written) == 2 and written[0] == FORMAT and written[1].isdecimal()
        good = good and (self._folder / "meta.json").exists()
        return int(written[1]) if good else None

    def _set_mark(self, number: int) -> None:
        fresh = self._folder / (_MARK + ".new")
        fresh.write_text(f"{FORMAT} {number}", encoding="utf-8")
        fresh.replace(self._folder / _MARK)

    def renew(self) -> None:
        """Make the index anew from the database."""
        with self._lock:
            self._opened = None
            shutil.rmtree(self._folder, ignore_errors=True)
            self._catch_up()

    def catch_up(self) -> int:
        """Index what the journal names since the last time; returns how many articles.

        One process at a time: where another is indexing, this one goes on with what there is, but
        waits for an index that is only being made.
        """
        done = self._mark()
        with Session(self._engine) as session:
            if done is not None and done == _last_number(session):
                return 0
        try:
            with self._lock.acquire(timeout=0 if done else LONGEST_WAIT):
                return self._catch_up()
        except Timeout:
            return 0

    def _catch_up(self) -> int:
        with Session(self._engine) as session:
            last = _last_number(session)
            index = self._index_or_new()
            done = self._mark() or 0
            if done == last:
                return 0
            anew = done > last  # the database was restored from an earlier day
            changed = _changed(session, 0 if anew else done)
            writer = index.writer(heap_size=64_000_000, num_threads=1)
            if anew:
                writer.delete_all_documents()
            for at in range(0, len(changed), _BATCH):
                self._write(session, writer, changed[at : at + _BATCH])
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
        self._set_mark(last)
        return len(changed)

    def _index_or_new(self) -> tantivy.Index:
        try:
            return self._index
        except BaseException as error:
            _pass_damage(error)
            shutil.rmtree(self._folder, ignore_errors=True)
            return self._index

    def _write(self, session: Session, writer: tantivy.IndexWriter, articles: list[str]) -> None:
        for article_id in articles:
            writer.delete_documents_by_term("id", article_id)
        rows = session.execute(
            select(schema.Article.id, schema.Edition)
            .join(schema.Edition, schema.Edition.id == schema.Article.current)
            .where(schema.Article.id.in_(articles))
        )
        for article_id, edition in rows:
            writer.add_document(_document(article_id, edition))
        session.expunge_all()

    def held(self) -> dict[str, str] | None:
        """The version of each article as indexed, None where there is no index.

        A version names an edition and a reading of it, see `document_version`.
        """
        if self._mark() is None:
            return None
        try:
            index = tantivy.Index(_schema(), path=str(self._folder))
            searcher = index.searcher()
            everything = searcher.search(
                tantivy.Query.all_query(), limit=max(searcher.num_docs, 1), count=False
            )
            documents = [searcher.doc(address) for _, address in everything.hits]
            return {str(d["id"][0]): str(d["version"][0]) for d in documents}
        except BaseException as error:
            _pass_damage(error)
            return None

    def last_number(self) -> int:
        """The journal's number up to which the index is brought; 0 without an index."""
        return self._mark() or 0

    def search(self, query: str, limit: int) -> tuple[int, list[tuple[str, float]]]:
        """How many articles match, and ids with scores of the best; words are ANDed.

        A word typed with marks matches exactly, one typed without matches folded.
        """
        try:
            return self._search(query, limit)
        except BaseException as error:
            _pass_damage(error)
            self.renew()
            return self._search(query, limit)

    def _search(self, query: str, limit: int) -> tuple[int, list[tuple[str, float]]]:
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


def _pass_damage(error: BaseException) -> None:
    """Go on after what tantivy raises over damaged files; its panics are no Exception."""
    if not isinstance(error, (ValueError, OSError)) and type(error).__name__ != "PanicException":
        raise error


def query_terms(query: str) -> list[str]:
    """The words of a query, composed."""
    return _WORD.findall(nfc(query))


def _last_number(session: Session) -> int:
    return session.scalar(select(func.max(schema.Journal.number))) or 0


def _changed(session: Session, done: int) -> list[str]:
    lines = select(schema.Journal.article_id).where(schema.Journal.number > done)
    return sorted({article for article in session.scalars(lines) if article})


def document_version(edition_id: str, text: str) -> str:
    """What tells whether an indexed document is an article's of today."""
    return derive_id("document", edition_id, text)


def _document(article_id: str, edition: schema.Edition) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", article_id)
    document.add_text("version", document_version(edition.id, edition.text))
    document.add_text("exact", " ".join(exact_words(edition.text)))
    document.add_text("folded", " ".join(folded_words(edition.text)))
    document.add_text("exact_title", " ".join(exact_words(edition.title)))
    document.add_text("folded_title", " ".join(folded_words(edition.title)))
    return document
