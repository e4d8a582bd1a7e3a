"""What a spider is given of archive and frontier; it runs in a process of its own, without the readers."""

import os
from pathlib import Path

from config import load_config
from crawler import authority, refusal
from model.errors import ExtractError
from model.records import DuePage, Exchange, PageKind, PageRequest
from pipeline.revisits import recheck_after
from pipeline.workshop import Workshop
from storage import captures, warc
from storage.archive import Archive
from storage.database import begin
from storage.frontier import Frontier
from storage.pages import acknowledge


class CrawlStore:
    """What the spider needs of archive and frontier, for one portal."""

    def __init__(self, slug: str) -> None:
        path = os.environ.get("BANTIN_CONFIG")
        chosen = Path(path) if path and Path(path).exists() else None
        shop = Workshop(load_config(chosen, os.environ.get("BANTIN_DB")))
        self.portal = shop.portal(slug)
        self.config = shop.config.crawl
        self.hosts = {authority(url) for url in (self.portal.home, *self.portal.sections)}
        self.run_id = 0
        self._shop = shop
        self._archive = Archive(shop.config.archive, self.portal)
        self._frontier = Frontier(shop.engine, slug, self.hosts, recheck_after)
        self.renew, self.close = self._frontier.renew, self._frontier.close
        self.listed, self.failed = self._frontier.listed, self._frontier.failed
        self.gone = self._frontier.gone
        self.accepted, self.lease_one = self._frontier.accepted, self._frontier.lease_one
        self.feed, self.refused = self._frontier.feed, self._frontier.refused
        self.unchanged, self.due_later = self._frontier.unchanged, self._frontier.due_later

    def open(self, goes_on: int = 0) -> None:
        """Take the hosts and take over what a killed run had archived; raises Busy or LeftAlone.

        `goes_on` is the number of a run that this is a part of.
        """
        with begin(self._shop.engine) as session:
            captures.save_portal(session, self.portal)
        self._frontier.open(self.portal.sections, self.portal.feeds, goes_on)
        self.run_id = self._frontier.run_id
        root, slug = self._shop.config.archive, self.portal.slug
        for exchange in captures.adopt_orphans(self._shop.engine, root, slug):
            if exchange.page_id and _is_good(exchange):
                with begin(self._shop.engine) as session:
                    acknowledge(session, exchange.page_id, exchange.captured, recheck_after)

    def due(self, only: list[str], look: list[str], files: bool) -> list[DuePage]:
        """What is to be fetched now; `only` these articles, or these pages to `look` at, due or not."""
        if only or look:
            named: list[tuple[PageKind, str]] = [("article", url) for url in only]
            named += [("list", url) for url in look]
            return [DuePage(id="", kind=kind, asked=PageRequest(url=url)) for kind, url in named]
        if files:
            return self._frontier.due_files()
        return self._frontier.due(self.portal.sections, self.config.attachments)

    def captured(self, exchange: Exchange, page: DuePage | None, *, good: bool) -> None:
        """Archive an exchange, then note it; one that is not `good` acknowledges nothing."""
        self._frontier.captured(exchange, self._archive.write(exchange), page, good=good)


def _is_good(exchange: Exchange) -> bool:
    """Whether an exchange that nobody acknowledged is what was asked for."""
    if not 200 <= exchange.status < 300:
        return False
    if exchange.kind == "file":
        return True
    try:
        return exchange.kind == "article" and refusal(warc.raw_page(exchange)) is None
    except ExtractError:
        return True  # told where it is read
