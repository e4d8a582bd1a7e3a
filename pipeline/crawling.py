"""Refresh portals: each crawl in a process of its own, and what its spider is given of storage."""

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from config import load_config
from crawler import authority, refusal
from model.errors import BantinError, ExtractError
from model.records import DuePage, Exchange, PageKind, PageRequest
from pipeline.health import alarms, dying
from pipeline.reading import read_due
from pipeline.revisits import recheck_after
from pipeline.workshop import Progress, Tally, Workshop
from storage import captures, queries, reports, warc
from storage.archive import Archive
from storage.clock import now
from storage.database import begin
from storage.frontier import Frontier, acknowledge, offer_files

ROOT = Path(__file__).parent.parent
AT_ONCE = 4  # portals; each has a host of its own, and most of the time waits for it
SWEEP_EVERY = timedelta(days=30)


@dataclass
class Refreshed:
    """How each portal's refresh ended (done, partly or failed), its report, and what was read."""

    outcomes: dict[str, str] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def crawl_portals(
    shop: Workshop, slugs: Iterable[str], options: dict[str, str], say: Progress
) -> Refreshed:
    """Refresh portals, several at once and one after the other on a host, and read each when it is there.

    A portal that seems to be dying comes first, and is walked to its end if it was not yet.
    """
    done = Refreshed()
    groups: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for slug in slugs:
        try:
            home = shop.portal(slug).home
        except BantinError as error:
            say(f"bantin: {error}")
            done.outcomes[slug] = "failed"
            continue
        groups.setdefault(authority(home), []).append((slug, options | sweep_options(shop, slug)))
    ordered = sorted(groups.values(), key=lambda group: not any("sweep" in o for _, o in group))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for work in as_completed(pool.submit(_crawl_group, shop, group, say) for group in ordered):
            for slug, outcome in work.result():
                done.outcomes[slug] = outcome
                read_due(shop, done.tally, say)
                if outcome != "failed":
                    done.outcomes[slug] = _finish(shop, slug, options, (done, say))
    return done


def _crawl_group(
    shop: Workshop, group: list[tuple[str, dict[str, str]]], say: Progress
) -> list[tuple[str, str]]:
    found = []
    for slug, options in group:
        say(f"{slug}: {shop.portal(slug).home}")
        if why := options.get("sweep"):
            say(f"{slug}: walked to its end, because it may be dying: {why}")
        asked = {key: value for key, value in options.items() if key != "sweep"}
        found.append((slug, crawl_portal(shop, slug, asked, say)))
    return found


def sweep_options(shop: Workshop, slug: str) -> dict[str, str]:
    """What a portal that seems to be dying is crawled with: to the end, once in a while."""
    history = reports.last_reports(shop.engine, slug, 5)
    why: list[str] = next((old["dying"] for old in history if "dying" in old), [])
    swept = reports.walked_to_end(shop.engine, slug)
    if not why or (swept and now() - swept < SWEEP_EVERY):
        return {}
    return {"full": "1", "sweep": "; ".join(why)}


def _finish(
    shop: Workshop, slug: str, options: dict[str, str], talk: tuple[Refreshed, Progress]
) -> str:
    """Fetch the files that the articles offer, then report; returns how the refresh ended."""
    done, say = talk
    outcome = done.outcomes[slug]
    run = queries.last_run(shop.engine, slug)
    assert run is not None
    whole = run.outcome in ("done", "partly") and not options.get("limit")
    if shop.config.crawl.attachments and whole:
        portal = shop.portal(slug)
        hosts = {authority(url) for url in (portal.home, *portal.sections)}
        if offer_files(shop.engine, slug, lambda url: authority(url) in hosts):
            files = crawl_portal(shop, slug, {"files": str(run.id)}, say)
            outcome = outcome if files == "done" else "partly"
    full = "full" in options or "full" in sweep_options(shop, slug)
    report = reports.report_run(shop.engine, run.id, full)
    history = [old for old in reports.last_reports(shop.engine, slug, 8) if "coverage" in old][1:]
    days = reports.newest_days(shop.engine, slug)
    report["alarms"] = alarms(report, history)
    report["dying"] = dying(report, days, now().date())
    reports.store_report(shop.engine, run.id, report)
    done.reports.append({"portal": slug, "outcome": outcome} | report)
    for line in report["alarms"]:
        say(f"{slug}: ALARM {line}")
    return outcome


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
        "PYTHONWARNINGS": "ignore",
    }
    # The child watches its standard input: when this process is gone, it ends too.
    with subprocess.Popen(  # noqa: S603
        command, env=environment, cwd=shop.config.home, stdin=subprocess.PIPE
    ) as child:
        code = child.wait()
    run = queries.last_run(shop.engine, slug)
    if run is None or (before and (run.id, run.ended) == (before.id, before.ended)):
        return "failed"  # it told why
    broke_off = code or run.outcome in (None, "stopped")
    if broke_off and not (run.lists or run.articles):
        return "failed"
    if broke_off:
        say(f"{slug}: it broke off, the next crawl goes on from there")
        return "partly"
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
        self.feed, self.refused = self._frontier.feed, self._frontier.refused
        self.unchanged = self._frontier.unchanged

    def open(self, goes_on: int = 0) -> None:
        """Take the hosts and take over what a killed run had archived; raises Busy or LeftAlone.

        `goes_on` is the number of a run that this is a part of.
        """
        with begin(self._shop.engine) as session:
            captures.save_portal(session, self.portal)
        self._frontier.open(self.portal.sections, self.portal.feeds, goes_on)
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
