"""One open archive, and what a run over it came to."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from config import Config
from crawler import load_portals
from model.errors import ConfigError, InputError, UnknownPortal
from model.records import Portal
from storage.database import open_database

if TYPE_CHECKING:  # a spider does without, and starts sooner
    from storage.figure_index import FigureIndex
    from storage.indexes import Indexes
    from storage.search import SearchIndex

Progress = Callable[[str], None]
TOLD_EVERY = 50  # pages or editions between two lines of progress


def many(count: int, noun: str) -> str:
    """A count with its noun.

    >>> many(1, "page"), many(2, "page")
    ('1 page', '2 pages')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def check_slug(slug: str) -> None:
    """Raise InputError for a slug that is no plain name: it becomes the name of files and folders."""
    if not re.fullmatch(r"\w[\w-]{0,99}", slug):
        raise InputError(f"{slug!r} is no slug; write letters and digits with hyphens: gia-vien")


@dataclass
class Tally:
    """What an import, a reading or a refresh came to."""

    new: int = 0
    edited: int = 0
    known: int = 0
    failed: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of files handed in, by their address

    def any(self) -> bool:
        """Whether anything was read."""
        return bool(self.new or self.edited or self.known or self.failed)

    def __str__(self) -> str:
        counts = f"{self.new} new, {self.edited} edited, {self.known} unchanged"
        return f"{counts}, {len(self.failed)} failed"


class Workshop:
    """One open archive: configuration, database, index, portals and the portal files that are wrong."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.engine = open_database(config.database)
        self.broken: dict[str, ConfigError] = {}
        self.load_portals()

    @cached_property
    def indexes(self) -> "Indexes":
        """The search indexes."""
        from storage.indexes import Indexes  # noqa: PLC0415

        return Indexes(self.config.index, self.engine)

    @property
    def index(self) -> "SearchIndex":
        """The search index of articles."""
        return self.indexes.articles

    @property
    def figure_index(self) -> "FigureIndex":
        """The search index of figures."""
        return self.indexes.figures

    def catch_up(self, *, wait: bool = False) -> None:
        """Bring both indexes up to the journal; with `wait` also where another process is at it."""
        self.indexes.catch_up(wait=wait)

    def load_portals(self) -> None:
        """Read the portals' files, again after one was written."""
        self.broken.clear()
        self.portals = load_portals(self.config.portal_folders, self.broken)

    def portal(self, slug: str) -> Portal:
        """The portal of that slug; raises ConfigError where its file is wrong, UnknownPortal where there is none."""
        if slug in self.broken:
            raise self.broken[slug]
        if slug not in self.portals:
            known = ", ".join(self.portals) or "none yet"
            raise UnknownPortal(
                f"{slug}: no such portal in {self.config.home / 'portals'}; known are {known}"
            )
        return self.portals[slug]

    def known_slugs(self) -> list[str]:
        """The slugs that are meant when none is named: portals that are open, and files that are wrong."""
        return [*(slug for slug, p in self.portals.items() if not p.closed), *self.broken]
