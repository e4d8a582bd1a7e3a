"""Refresh portals: each crawl in a process of its own, and what its spider is given of storage."""

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from config import load_config
from crawler import authority
from model.errors import BantinError
from model.records import DuePage, Exchange, Link, PageRequest
from pipeline.reading import read_due
from pipeline.workshop import Progress, Tally, Workshop, many
from storage import captures, queries
from storage.archive import Archive
from storage.database import begin
from storage.frontier import Frontier, acknowledge

ROOT = Path(__file__).parent.parent


def crawl_portals(
    shop: Workshop, slugs: Iterable[str], options: dict[str, str], say: Progress
) -> tuple[dict[str, str], Tally]:
    """Refresh portals, each in a process of its own, and read each when it is there.

    Returns how each portal's refresh ended (done, partly or failed) and what was read.
    """
    outcomes, tally = {}, Tally()
    for slug in slugs:
        try:
            portal = shop.portal(slug)
        except BantinError as error:
            say(f"bantin: {error}")
            outcomes[slug] = "failed"
            continue
        say(f"{slug}: {portal.home}")
        outcomes[slug] = crawl_portal(shop, slug, options, say)
        read_due(shop, tally, say)
    return outcomes, tally


def crawl_portal(shop: Workshop, slug: str, options: dict[str, str], say: Progress) -> str:
    """Refresh one portal; returns done, partly (some pages failed) or failed (nothing was had)."""
    before = queries.last_run(shop.engine, slug)
    command = [sys.executable, "-m", "scrapy", "crawl", "portal", "-a", f"portal={slug}"]
    for key, value in options.items():
        command += ["-a", f"{key}={value}"]
    environment = os.environ | {
        "BANTIN_CONFIG": str(shop.config.home / "bantin.toml"),
        "BANTIN_DB": shop.config.database,
        "BANTIN_PARENT": str(os.getpid()),
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
        "PYTHONPATH": str(ROOT),
    }
    # The child watches its standard input: when this process is gone, it ends too.
    with subprocess.Popen(  # noqa: S603
        command, env=environment, cwd=shop.config.home, stdin=subprocess.PIPE
    ) as child:
        code = child.wait()
    run = queries.last_run(shop.engine, slug)
    if run is None or (before and run.id == before.id):
        return "failed"  # it told why
    broke_off = code or run.outcome in (None, "stopped")
    say(
        f"{slug}: {many(run.lists, 'list page')}, {many(run.articles, 'article')} fetched, {run.known} known and not due"
        + (f", {many(run.failed, 'page')} failed" if run.failed else "")
        + ("; it broke off, the next crawl goes on from there" if broke_off else "")
    )
    if broke_off:
        return "partly" if run.lists or run.articles else "failed"
    return run.outcome or "failed"


class CrawlStore:
    """What the spider needs of archive and frontier, for one portal."""

    def __init__(self, slug: str) -> None:
        path = os.environ.get("BANTIN_CONFIG")
        chosen = Path(path) if path and Path(path).exists() else None
        shop = Workshop(load_config(chosen, os.environ.get("BANTIN_DB")))
        self.portal = shop.portal(slug)
        self.config = shop.config.crawl
        self.hosts = {authority(url) for url in (self.portal.home, *self.portal.sections)}
        self._shop = shop
        self._archive = Archive(shop.config.archive, self.portal)
        self._frontier = Frontier(shop.engine, slug, self.hosts, recheck_after)
        self.renew, self.close = self._frontier.renew, self._frontier.close
        self.listed, self.failed = self._frontier.listed, self._frontier.failed
        self.gone = self._frontier.gone
        self.accepted, self.lease_one = self._frontier.accepted, self._frontier.lease_one

    def open(self) -> None:
        """Take the hosts and take over what a killed run had archived; raises Busy."""
        with begin(self._shop.engine) as session:
            captures.save_portal(session, self.portal)
        self._frontier.open(self.portal.sections)
        root, slug = self._shop.config.archive, self.portal.slug
        for exchange in captures.adopt_orphans(self._shop.engine, root, slug):
            if exchange.kind == "article" and 200 <= exchange.status < 300 and exchange.page_id:
                with begin(self._shop.engine) as session:
                    acknowledge(session, exchange.page_id, exchange.captured, recheck_after)

    def due(self, only: list[str], look: list[str]) -> list[DuePage]:
        """What is to be fetched now; `only` these articles, or these pages to `look` at, due or not."""
        if only or look:
            looked = [DuePage(id="", kind="list", asked=PageRequest(url=url)) for url in look]
            return [self._frontier.lease_one(Link(url=url)) for url in only] + looked
        return self._frontier.due(self.portal.sections)

    def captured(self, exchange: Exchange, page: DuePage | None) -> None:
        """Archive an exchange, then note it."""
        self._frontier.captured(exchange, self._archive.write(exchange), page)


def recheck_after(published: str | None, captured: datetime) -> datetime:
    """When an article is looked at again: after a day, then ever later as it ages, at most 90 days.

    Corrections come early, so the wait is half the article's age.
    """
    if published is None:
        return captured + timedelta(days=7)
    age = captured.date() - datetime.fromisoformat(published).date()
    return captured + min(max(age / 2, timedelta(days=1)), timedelta(days=90))
