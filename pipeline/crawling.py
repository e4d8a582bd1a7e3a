"""Refresh portals: each crawl in a process of its own, and what its spider is given of storage."""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from crawler import authority
from crawler.nursery import run_spider
from model.clock import now
from model.errors import BantinError
from pipeline.health import alarms, dying
from pipeline.reading import read_due
from pipeline.workshop import Progress, Tally, Workshop
from storage import queries, reports, schema
from storage.pages import offer_files

# Spiders are forked from a process that has loaded Scrapy, with all its commands, which it looks through at each start.
_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["crawler.nursery.loaded", "pipeline.store"])
_CHILDREN: set[BaseProcess] = set()  # the crawls of this process
_LOCK = threading.Lock()
_STOPPING = threading.Event()
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
    groups: dict[str, list[tuple[str, list[str]]]] = {}
    for slug in slugs:
        try:
            home = shop.portal(slug).home
        except BantinError as error:
            say(f"bantin: {error}")
            done.outcomes[slug] = "failed"
            continue
        groups.setdefault(authority(home), []).append((slug, to_be_swept(shop, slug)))
    ordered = sorted(groups.values(), key=lambda group: not any(why for _, why in group))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        crawls = [pool.submit(_crawl_group, shop, group, options, say) for group in ordered]
        for crawl in as_completed(crawls):
            for slug, (outcome, run) in crawl.result().items():
                done.outcomes[slug] = outcome
                read_due(shop, done.tally, say)
                if run is not None:
                    _finish(shop, slug, run, "limit" in options, (done, say))
    return done


def _crawl_group(
    shop: Workshop, group: list[tuple[str, list[str]]], options: dict[str, str], say: Progress
) -> dict[str, tuple[str, int | None]]:
    """How the crawl of each of these portals ended, and the number of its run if there was one."""
    found: dict[str, tuple[str, int | None]] = {}
    for slug, why in group:
        if _STOPPING.is_set():
            break
        say(f"{slug}: {shop.portal(slug).home}")
        if why:
            say(f"{slug}: walked to its end, because it may be dying: {'; '.join(why)}")
        found[slug] = crawl_portal(shop, slug, options | ({"full": "1"} if why else {}), say)
    return found


def to_be_swept(shop: Workshop, slug: str) -> list[str]:
    """Why a portal is to be walked to its end now: it seems to be dying, and was not for a while."""
    history = reports.last_reports(shop.engine, slug, 5)
    why: list[str] = next((old["dying"] for old in history if "dying" in old), [])
    swept = reports.walked_to_end(shop.engine, slug)
    return [] if swept and now() - swept < SWEEP_EVERY else why


def _finish(
    shop: Workshop, slug: str, run: int, limited: bool, talk: tuple[Refreshed, Progress]
) -> None:
    """Fetch the files that the articles offer, then report."""
    done, say = talk
    whole = queries.find_run(shop.engine, run).outcome in ("done", "partly")
    if shop.config.crawl.attachments and whole and not limited and not _STOPPING.is_set():
        portal = shop.portal(slug)
        hosts = {authority(url) for url in (portal.home, *portal.sections)}
        if offer_files(shop.engine, slug, lambda url: authority(url) in hosts):
            files, _ = crawl_portal(shop, slug, {"files": str(run)}, say)
            done.outcomes[slug] = done.outcomes[slug] if files == "done" else "partly"
    report = reports.report_run(shop.engine, run)
    history = [old for old in reports.last_reports(shop.engine, slug, 8) if "coverage" in old][1:]
    report["alarms"] = alarms(report, history)
    report["dying"] = dying(report, reports.newest_days(shop.engine, slug), now().date())
    reports.store_report(shop.engine, run, report)
    done.reports.append({"portal": slug, "outcome": done.outcomes[slug]} | report)
    for line in report["alarms"]:
        say(f"{slug}: ALARM {line}")


def crawl_portal(
    shop: Workshop, slug: str, options: dict[str, str], say: Progress
) -> tuple[str, int | None]:
    """Refresh one portal; returns done, partly (some pages failed) or failed (nothing was had), and the run.

    The run is None where none was begun; why, its spider told.
    """
    arguments = [f"{key}={value}" for key, value in ({"portal": slug} | options).items()]
    environment = {
        "BANTIN_CONFIG": str(shop.config.home / "bantin.toml"),
        "BANTIN_DB": shop.config.database,
        "BANTIN_PARENT": str(os.getpid()),
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
    }
    told, code = _run_spider(shop.config.home, os.environ | environment, arguments)
    first = told.partition(b"\n")[0]
    if not first.isdigit():
        return "failed", None
    number = int(first)
    return _outcome(queries.find_run(shop.engine, number), code, slug, say), number


def _run_spider(
    folder: Path, environment: dict[str, str], arguments: list[str]
) -> tuple[bytes, int]:
    """What a spider in a process of its own prints, and its exit status.

    The child watches its standard input: when this process is gone, it ends too. Which run is its own only itself can
    tell: another process may have begun one meanwhile.
    """
    watched, alive = _NURSERY.Pipe(duplex=False)
    printed, out = _NURSERY.Pipe(duplex=False)
    with alive, printed:
        with watched, out:  # the child's ends
            ends = (watched, out)
            told = (str(folder), environment, arguments, ends)
            child = _NURSERY.Process(target=run_spider, args=told)
            with _LOCK:
                child.start()
        _CHILDREN.add(child)
        if _STOPPING.is_set():
            child.terminate()
        try:
            with open(printed.fileno(), "rb", closefd=False) as reading:
                lines = reading.read()  # to its end, which is the child's
            with _LOCK:  # what starts another one looks for ended ones
                child.join()
            return lines, child.exitcode or 0
        finally:
            _CHILDREN.discard(child)
            child.close()


def stop_crawls(*, at_once: bool = False) -> None:
    """Let the crawls of this process end and begin no others; what they had fetched is kept, and the next refresh goes on."""
    _STOPPING.set()
    for child in tuple(_CHILDREN):
        with contextlib.suppress(ValueError):  # it has just ended
            child.kill() if at_once else child.terminate()


def allow_crawls() -> None:
    """Let crawls begin again."""
    _STOPPING.clear()


def _outcome(run: schema.Run, code: int, slug: str, say: Progress) -> str:
    """How a run ended whose spider ended with this exit status."""
    broke_off = code or run.outcome in (None, "stopped")
    if broke_off and not (run.lists or run.articles):
        return "failed"
    if broke_off:
        say(f"{slug}: it broke off, the next crawl goes on from there")
        return "partly"
    return run.outcome or "failed"
