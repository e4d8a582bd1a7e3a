"""A search index derived from the database by its journal: one process makes it, any number read it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import tantivy
from filelock import FileLock, Timeout
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from storage import schema
from storage.database import look
from storage.epochs import epoch
from storage.journal import last_number

_MARK = "journal.txt"
_BATCH = 500  # articles read from the database at once
LONGEST_WAIT = 600  # seconds for another process that makes the index
_HEAP = 64_000_000  # bytes that a writer fills before it writes them out
T = TypeVar("T")
Documents = Iterator[tantivy.Document]
Lot = tuple[list[str], int | None]
_FIRST, _LOT = 200, 10_000  # ids that are read from the index at first, and then at once


class DerivedIndex:
    """Documents of articles in a folder; opened on first use, made anew where damaged.

    What is indexed is told by `fields`, which name the documents' fields, and `documents`, which makes those of
    some articles. The field of `key` holds the article's id.
    """

    name = "index"
    key = "id"
    format = ""  # of the documents; an index of another format is made anew

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder = folder
        self._engine = engine
        self._opened: tantivy.Index | None = None
        self._epoch = 0  # of the database that the index was made from
        self._renewed = 0  # how often this process has made it anew
        self._lock = FileLock(folder.with_name(folder.name + ".lock"))

    def fields(self) -> tantivy.Schema:
        """The fields of a document."""
        raise NotImplementedError

    def documents(self, session: Session, articles: list[str]) -> Documents:
        """The documents of these articles."""
        raise NotImplementedError

    def expected(self, session: Session, articles: list[str]) -> dict[str, tuple[str, str]]:
        """The version that each document of these articles should be of, and its article, by id."""
        raise NotImplementedError

    @cached_property
    def schema(self) -> tantivy.Schema:
        """The fields, to build questions with; what can't be built is no damage of the index."""
        return self.fields()

    @property
    def _index(self) -> tantivy.Index:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> tantivy.Index:
        """The index, made anew where there is none; one that is damaged raises."""
        if self._mark() is not None:
            return tantivy.Index(self.fields(), path=str(self._folder))
        with self._lock:  # another thread may be making it just now
            if self._mark() is not None:
                return tantivy.Index(self.fields(), path=str(self._folder))
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            made = tantivy.Index(self.fields(), path=str(self._folder))
            self._set_mark(0)
            return made

    def _mark(self) -> int | None:
        """The journal's number up to which the index is brought, None without an index of this format."""
        try:
            written = (self._folder / _MARK).read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            return None
        good = len(written) == 3 and written[0] == self.format and written[1].isdecimal()
        if not good or not written[2].isdecimal() or not (self._folder / "meta.json").exists():
            return None
        self._epoch = int(written[2])
        return int(written[1])

    def _set_mark(self, number: int, of: int = 0) -> None:
        """Note up to where the index is brought, and from which database."""
        fresh = self._folder / (_MARK + ".new")
        fresh.write_text(f"{self.format} {number} {of}", encoding="utf-8")
        fresh.replace(self._folder / _MARK)

    def renew(self, known: int | None = None) -> None:
        """Make the index anew from the database; not where that was done since it had been done `known` times."""
        with self._lock:
            if known is not None and known != self._renewed:
                return
            self._opened = None
            shutil.rmtree(self._folder, ignore_errors=True)
            self._catch_up()
            self._renewed += 1

    def catch_up(self, *, wait: bool = False) -> int:
        """Index what the journal names since the last time; returns how many articles.

        One process at a time: where another is indexing, this one goes on with what there is, but
        waits for an index that is only being made, and with `wait` for any.
        """
        done = self._mark()
        with Session(self._engine) as session:
            if done is not None and done == last_number(session) and self._epoch == epoch(session):
                return 0
        try:
            with self._lock.acquire(timeout=0 if done and not wait else LONGEST_WAIT):
                return self._catch_up()
        except Timeout:
            return 0

    def _catch_up(self) -> int:
        with Session(self._engine) as session:
            last, now = last_number(session), epoch(session)
            index = self._index_or_new()
            done = self._mark() or 0
            anew = self._is_to_be_made(session)
            if done == last and not anew:
                return 0
            changed = _changed(session, 0 if anew else done)
            writer = index.writer(heap_size=_HEAP, num_threads=1)
            if anew:
                writer.delete_all_documents()
            for at in range(0, len(changed), _BATCH):
                self._write(session, writer, changed[at : at + _BATCH], fresh=anew)
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
        self._set_mark(last, now)
        return len(changed)

    def _index_or_new(self) -> tantivy.Index:
        try:
            return self._index
        except BaseException as error:
            pass_damage(error)
            shutil.rmtree(self._folder, ignore_errors=True)
            return self._index

    def _write(
        self, session: Session, writer: tantivy.IndexWriter, articles: list[str], *, fresh: bool
    ) -> None:
        for article_id in () if fresh else articles:
            writer.delete_documents_by_term(self.key, article_id)
        for document in self.documents(session, articles):
            writer.add_document(document)
        session.expunge_all()

    def last_number(self) -> int:
        """The journal's number up to which the index is brought; 0 without an index."""
        return self._mark() or 0

    def searcher(self) -> tantivy.Searcher:
        """What reads the index as it is now; one that is only being made is waited for."""
        found = self._read_now()
        if found.num_docs:
            return found
        with self._lock:
            return self._read_now()

    def _read_now(self) -> tantivy.Searcher:
        index = self._index
        index.reload()
        return index.searcher()

    def mended(self, ask: Callable[[], T]) -> T:
        """The answer to a question; an index that is damaged is made anew, and asked again."""
        known = self._renewed
        try:
            return ask()
        except BaseException as error:
            pass_damage(error)
            self.renew(known)
            return ask()

    def _walk(self, lot: Callable[[int | None, int], Lot]) -> Iterator[list[str]]:
        """Ids in lots, the first small for who wants a few; `lot` gives one, and where the next begins."""
        before, size = None, _FIRST
        while True:
            ids, before = self.mended(partial(lot, before, size))
            if ids:
                yield ids
            if before is None:
                return
            size = _LOT

    @contextmanager
    def moment(self) -> Iterator["Moment"]:
        """Index and database as they were at one moment, while others go on; raises Timeout where one goes on making it."""
        with look(self._engine) as session:
            with self._lock.acquire(timeout=LONGEST_WAIT):
                searcher = self._reader()
                number, anew = self._mark() or 0, self._is_to_be_made(session)
            yield Moment(session, searcher, self.schema, self.key, number, anew)

    def _reader(self) -> tantivy.Searcher | None:
        if self._mark() is None:
            return None
        try:
            return tantivy.Index(self.fields(), path=str(self._folder)).searcher()
        except BaseException as error:
            pass_damage(error)
            return None

    def _is_to_be_made(self, session: Session) -> bool:
        """Whether it is of another database, one restored from an earlier day, or one read anew without news in the journal."""
        done = self._mark()
        return not done or done > last_number(session) or self._epoch != epoch(session)


class Moment(NamedTuple):
    """An index beside its database: what reads each, the journal's number it is brought to, whether it will be made anew."""

    session: Session
    searcher: tantivy.Searcher | None  # None without an index, or where it is damaged
    fields: tantivy.Schema
    key: str
    number: int
    anew: bool

    def size(self) -> int:
        """How many documents there are."""
        return int(self.searcher.num_docs) if self.searcher else 0

    def held(self, articles: Sequence[str]) -> dict[str, str]:
        """The version of each document of these articles as indexed, by id."""
        searcher = self.searcher
        if not articles or not searcher:
            return {}
        asked = tantivy.Query.term_set_query(self.fields, self.key, list(articles))
        found = searcher.search(asked, limit=max(searcher.num_docs, 1), count=False)
        documents = [searcher.doc(address) for _, address in found.hits]
        return {str(d["id"][0]): str(d["version"][0]) for d in documents}


def pass_damage(error: BaseException) -> None:
    """Go on after what tantivy raises over damaged files; its panics are no Exception."""
    if not isinstance(error, (ValueError, OSError)) and type(error).__name__ != "PanicException":
        raise error


def _changed(session: Session, done: int) -> list[str]:
    """The articles that lines after this one name, as they lie in the database: in the order of lines."""
    line = schema.Journal
    named = select(line.article_id).where(line.number > done).order_by(line.number)
    return list(dict.fromkeys(article for article in session.scalars(named) if article))
