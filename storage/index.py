"""The search index of articles, derived from the database by its journal."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import tantivy
from filelock import FileLock, Timeout
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from storage import schema
from storage.documents import FACETS, article_document, article_schema
from storage.matching import match_query
from text.queries import Query

_MARK = "journal.txt"
_BATCH = 500  # articles read from the database at once
LONGEST_WAIT = 600  # seconds for another process that makes the index
FORMAT = "4"  # of the documents; an index of another format is made anew
_MOST_TERMS = 2000  # words that a suggestion is chosen among
_MOST_WORDS = 20  # of a question that one is made for: what is longer was pasted, not typed
_MOST_FACETS = 100  # values of a facet that are counted


@dataclass(frozen=True)
class Hit:
    """An article found, with its score and the moment that orders it by publication."""

    id: str
    score: float
    moment: int


@dataclass(frozen=True)
class Found:
    """What a question finds: exactly how many articles, a page of them, and how many under each facet."""

    total: int
    hits: list[Hit]
    facets: dict[str, dict[str, int]]


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
            return tantivy.Index(article_schema(), path=str(self._folder))
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        made = tantivy.Index(article_schema(), path=str(self._folder))
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
        for article, edition, portal, read in indexed_rows(session, articles):
            writer.add_document(article_document(article, edition, portal, read))
        session.expunge_all()

    def held(self) -> dict[str, str] | None:
        """The version of each article as indexed, None where there is no index."""
        if self._mark() is None:
            return None
        try:
            index = tantivy.Index(article_schema(), path=str(self._folder))
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

    def search(self, query: Query, limit: int, offset: int = 0, before: int | None = None) -> Found:
        """What a question finds, best first; newest first where `before` names a moment to begin before.

        An index that is damaged is made anew.
        """
        try:
            return self._search(query, limit, offset, before)
        except BaseException as error:
            _pass_damage(error)
            self.renew()
            return self._search(query, limit, offset, before)

    def suggest(self, query: Query) -> str | None:
        """The words of a question with those that no article has replaced by the nearest that one has."""
        tokens = [token for clause in query.clauses for token in clause[0].tokens]
        if len(tokens) > _MOST_WORDS:
            return None
        searcher = self._index.searcher()
        words, changed = [], False
        for token in tokens:
            field = "text_exact" if token.exact else "text_folded"
            near = token.key
            if not searcher.doc_freq(field, token.key):
                near_ones = searcher.terms_with_prefix(field, token.key[:1], limit=_MOST_TERMS)
                known = [term for term, _ in near_ones]
                close = get_close_matches(token.key, known, n=1, cutoff=0.6)
                near = close[0] if close else token.key
            changed = changed or near != token.key
            words.append(near)
        return " ".join(words) if changed else None

    def _search(self, query: Query, limit: int, offset: int, before: int | None) -> Found:
        if not query.asks:
            return Found(0, [], {name: {} for name in FACETS})
        self._index.reload()
        searcher = self._index.searcher()
        built = match_query(self._index.schema, query)
        newest = before is not None
        shown = match_query(self._index.schema, query, before) if before else built
        order = {"order_by_field": "moment"} if newest else {}
        result = searcher.search(shown, limit=limit, offset=offset, count=not before, **order)
        counted = searcher.search(built, limit=1, count=True) if before else result
        hits = []
        for key, address in result.hits:
            document = searcher.doc(address)
            score = 0.0 if newest else float(key)
            hits.append(Hit(str(document["id"][0]), score, int(document["moment"][0])))
        return Found(int(counted.count or 0), hits, _facets(searcher, built))


def _facets(searcher: tantivy.Searcher, query: tantivy.Query) -> dict[str, dict[str, int]]:
    asked = {name: {"terms": {"field": name, "size": _MOST_FACETS}} for name in FACETS}
    told: Any = searcher.aggregate(query, asked)
    told = json.loads(told) if isinstance(told, str) else told
    return {
        name: {str(b["key"]): int(b["doc_count"]) for b in told[name]["buckets"]} for name in FACETS
    }


Indexed = tuple[schema.Article, schema.Edition, schema.Portal, dict[str, Any]]


def indexed_rows(session: Session, articles: list[str]) -> Iterator[Indexed]:
    """What is indexed of articles: each with its current edition, its portal, and what was read out of it."""
    asked = (
        select(schema.Article, schema.Edition, schema.Portal)
        .join(schema.Edition, schema.Edition.id == schema.Article.current)
        .join(schema.Portal, schema.Portal.slug == schema.Article.portal)
        .where(schema.Article.id.in_(articles))
    )
    rows = [(article, edition, portal) for article, edition, portal in session.execute(asked)]
    editions = [edition.id for _, edition, _ in rows]
    named = _named(session, editions)
    counted = select(schema.Figure.edition_id, func.count()).where(
        schema.Figure.edition_id.in_(editions)
    )
    grouped = session.execute(counted.group_by(schema.Figure.edition_id))
    figures = {row[0]: row[1] for row in grouped}
    for article, edition, portal in rows:
        persons, places = named[edition.id]
        read = {"persons": persons, "places": places, "figures": figures.get(edition.id, 0)}
        yield article, edition, portal, read


def _named(session: Session, editions: list[str]) -> dict[str, tuple[list[str], list[str]]]:
    """The names of persons, and of places with those of bodies and offices, which hold places, of each edition."""
    mention = schema.Mention
    asked = select(mention.edition_id, mention.type, mention.name, mention.text).where(
        mention.edition_id.in_(editions), mention.type != "document"
    )
    found: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for edition_id, kind, name, text in session.execute(asked):
        found[edition_id][kind != "person"].update(filter(None, (name, text)))
    told = {key: (sorted(persons), sorted(places)) for key, (persons, places) in found.items()}
    return defaultdict(lambda: ([], []), told)


def _pass_damage(error: BaseException) -> None:
    """Go on after what tantivy raises over damaged files; its panics are no Exception."""
    if not isinstance(error, (ValueError, OSError)) and type(error).__name__ != "PanicException":
        raise error


def _last_number(session: Session) -> int:
    return session.scalar(select(func.max(schema.Journal.number))) or 0


def _changed(session: Session, done: int) -> list[str]:
    lines = select(schema.Journal.article_id).where(schema.Journal.number > done)
    return sorted({article for article in session.scalars(lines) if article})
