"""Both search indexes of an archive, each opened when it is first asked."""

from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from storage.figure_index import FigureIndex
from storage.search import SearchIndex


class Indexes:
    """The index of articles in a folder, and that of figures beside it."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._folder, self._engine = folder, engine

    @cached_property
    def articles(self) -> SearchIndex:
        """The search index of articles."""
        return SearchIndex(self._folder, self._engine)

    @cached_property
    def figures(self) -> FigureIndex:
        """The search index of figures."""
        return FigureIndex(self._folder.with_name(f"{self._folder.name}-figures"), self._engine)

    def catch_up(self, *, wait: bool = False) -> None:
        """Bring both up to the journal; with `wait` also where another process is at it."""
        self.articles.catch_up(wait=wait)
        self.figures.catch_up(wait=wait)
