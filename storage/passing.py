"""Search indexes of a few editions, for as long as they are asked: what subscriptions are held against."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import tantivy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from storage.documents import (
    article_document,
    article_schema,
    figure_document,
    figure_schema,
    from_number,
)
from storage.figure_index import match_figures
from storage.indexed import edition_figures, indexed_editions
from storage.matching import all_hits, match_query
from storage.wishes import Wish

T = TypeVar("T")
_BATCH = 500  # editions read from the database at once
_PREFIX = "bantin-passing-"
_STALE = 86_400  # seconds after which a folder belongs to a process that was killed
_HEAP = 32_000_000  # bytes that a writer fills before it writes them out


class PassingIndex:
    """Editions and their figures, current or not, that wishes are held against; gone when it is closed.

    It lies in a folder for the time, so that its size costs no memory.
    """

    def __init__(self, engine: Engine, editions: Sequence[str]) -> None:
        self._engine, self._editions = engine, editions
        self.broken: list[str] = []
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))

    def close(self) -> None:
        """Delete it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def find(self, wish: Wish) -> dict[str, list[str]]:
        """The editions that a wish finds, and of each the figures that it finds; none where it asks for articles."""
        if wish.of_figures:
            return self._figures(wish)
        searcher, schema = self._articles
        hits = all_hits(searcher, match_query(schema, wish.question()))
        numbers = searcher.fast_field_values("number", [address for _, address in hits])
        return {from_number(number): [] for number in numbers}

    def _figures(self, wish: Wish) -> dict[str, list[str]]:
        searcher, schema = self._reported
        hits = all_hits(searcher, match_figures(schema, wish.figures()))
        addresses = [address for _, address in hits]
        columns = ("article_number", "start", "number")
        values = (searcher.fast_field_values(name, addresses) for name in columns)
        found: dict[str, list[str]] = {}
        for edition, _, figure in sorted(zip(*values, strict=True)):
            found.setdefault(from_number(edition), []).append(from_number(figure))
        return found

    @cached_property
    def _articles(self) -> tuple[tantivy.Searcher, tantivy.Schema]:
        made = (
            document
            for session, lot in self._lots()
            for told in indexed_editions(session, lot)
            if (document := self._made(article_document, told, told.id))
        )
        return self._index("articles", article_schema(), made)

    @cached_property
    def _reported(self) -> tuple[tantivy.Searcher, tantivy.Schema]:
        made = (
            document
            for session, lot in self._lots()
            for told in edition_figures(session, lot)
            if (document := self._made(figure_document, told, told.id))
        )
        return self._index("figures", figure_schema(), made)

    def _made(
        self, make: Callable[[T], tantivy.Document], told: T, key: str
    ) -> tantivy.Document | None:
        """A document; None where there is none to be made, which keeps no other back."""
        try:
            return make(told)
        except Exception as error:
            self.broken.append(f"{key}: {type(error).__name__}")
            return None

    def _lots(self) -> Iterator[tuple[Session, list[str]]]:
        with Session(self._engine) as session:
            for at in range(0, len(self._editions), _BATCH):
                yield session, list(self._editions[at : at + _BATCH])
                session.expunge_all()

    def _index(
        self, name: str, schema: tantivy.Schema, documents: Iterator[tantivy.Document]
    ) -> tuple[tantivy.Searcher, tantivy.Schema]:
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        index = tantivy.Index(schema, path=str(folder))
        writer = index.writer(heap_size=_HEAP, num_threads=1)
        for document in documents:
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return index.searcher(), schema


def forget_stale() -> None:
    """Delete what processes that were killed have left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STALE:
                shutil.rmtree(folder)
