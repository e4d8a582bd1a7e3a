"""Compose crawler, nlp and storage: refresh a portal, import files, read and annotate what is due."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from config import Config
from crawler import load_portals, read_page
from model.errors import ArchiveError, ExtractError, InputError, UnknownPortal
from model.records import Article, Document, Exchange, Portal, RawPage, WarcPlace
from nlp import READER_VERSION, annotate
from storage import schema, store
from storage.archive import Archive, read_record, read_warc
from storage.database import open_database
from storage.frontier import Frontier
from storage.index import SearchIndex

Progress = Callable[[str], None]
_IMPORTED = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}


@dataclass
class Tally:
    """What an import, a reading or a refresh came to."""

    new: int = 0
    edited: int = 0
    known: int = 0
    failed: list[str] = field(default_factory=list)


class Workshop:
    """One open archive: configuration, database, index."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.engine = open_database(config.database)
        self.index = SearchIndex(config.index, self.engine)
        self.portals = load_portals(config.portal_folders)

    def portal(self, slug: str) -> Portal:
        """The portal of that slug; raises UnknownPortal that says which there are."""
        if slug not in self.portals:
            known = ", ".join(self.portals) or "none yet"
            raise UnknownPortal(
                f"{slug}: no such portal in {self.config.home / 'portals'}; known are {known}"
            )
        return self.portals[slug]


def recheck_after(published: str | None, captured: datetime) -> datetime:
    """When an article is looked at again: after a day, then ever later as it ages, at most 90 days.

    Corrections come early, so the wait is half the article's age.
    """
    if published is None:
        return captured + timedelta(days=7)
    age = captured.date() - date.fromisoformat(published[:10])
    return captured + min(max(age / 2, timedelta(days=1)), timedelta(days=90))


class CrawlStore:
    """What the spider needs of archive and frontier, for one portal."""

    def __init__(self, slug: str) -> None:
        path = os.environ.get("BANTIN_CONFIG")
        from config import load_config  # noqa: PLC0415 -- read when a crawl starts, not on import

        shop = Workshop(load_config(Path(path) if path else None, os.environ.get("BANTIN_DB")))
        self.portal = shop.portal(slug)
        self.config = shop.config.crawl
        with store.begin(shop.engine) as session:
            store.save_portal(session, self.portal)
        self.archive = Archive(shop.config.archive, slug)
        self.frontier = Frontier(shop.engine, slug, recheck_after)


def crawl_portals(
    shop: Workshop, slugs: Iterable[str], options: dict[str, str], say: Progress
) -> list[str]:
    """Refresh portals, each in a process of its own; returns the slugs that failed."""
    failed = []
    for slug in slugs:
        portal = shop.portal(slug)
        say(f"{slug}: {portal.home}")
        arguments = [f"{key}={value}" for key, value in ({"portal": slug} | options).items()]
        command = [sys.executable, "-m", "scrapy", "crawl", "portal"]
        for argument in arguments:
            command += ["-a", argument]
        environment = os.environ | {
            "BANTIN_CONFIG": str(shop.config.home / "bantin.toml"),
            "BANTIN_DB": shop.config.database,
            "SCRAPY_SETTINGS_MODULE": "crawler.settings",
            "PYTHONPATH": str(Path(__file__).parent),
        }
        done = subprocess.run(command, env=environment, cwd=shop.config.home, check=False)  # noqa: S603
        run = store.last_run(shop.engine, slug)
        if done.returncode or run is None or run.outcome != "done":
            failed.append(slug)
            say(f"{slug}: failed: {run.note if run and run.note else 'the crawl broke off'}")
        else:
            say(
                f"{slug}: {run.lists} list pages, {run.articles} articles fetched, {run.known} known and not due"
            )
    return failed


def import_files(
    shop: Workshop, paths: Iterable[Path], slug: str, place: str | None, say: Progress
) -> Tally:
    """Archive files and read them as pages of a portal; the same file twice adds nothing."""
    known = shop.portals.get(slug)
    portal = known or Portal(slug=slug, name=slug, home="", place=place)
    if place:
        portal = msgspec.structs.replace(portal, place=place)
    with store.begin(shop.engine) as session:
        store.save_portal(session, portal)
    tally = Tally()
    archive = Archive(shop.config.archive, slug)
    for path in _files(paths):
        try:
            for page in _pages(path):
                _import_page(shop, archive, slug, page)
        except (InputError, ArchiveError, ExtractError) as error:
            tally.failed.append(f"{path}: {error}")
            say(tally.failed[-1])
    read_due(shop, tally, say)
    return tally


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _pages(path: Path) -> Iterable[RawPage]:
    if path.name.endswith((".warc", ".warc.gz")):
        return [page for _, page in read_warc(path)]
    if path.suffix.lower() not in _IMPORTED:
        raise InputError("not a .txt, .html, .warc or .warc.gz file")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InputError(error.strerror or str(error)) from error
    return [RawPage(url="", body=body, content_type=_IMPORTED[path.suffix.lower()])]


def _import_page(shop: Workshop, archive: Archive, slug: str, page: RawPage) -> None:
    """Archive a page unless its very bytes lie there already, and note it as due to be read."""
    digest = _digest(page.body)
    url = page.url or f"urn:bantin:import:{digest.split(':')[1].lower()}"
    with store.begin(shop.engine) as session:
        if store.has_capture(session, slug, url, digest):
            return
        captured = datetime.fromisoformat(page.captured) if page.captured else datetime.now(UTC)
        exchange = Exchange(
            url=url, method="", request_headers=[], request_body=b"", status=page.status, reason="OK",
            headers=[("Content-Type", page.content_type)], body=page.body, captured=captured,
        )  # fmt: skip
        place = archive.write(exchange)
        store.save_capture(
            session,
            schema.Capture(
                portal=slug, page_id=None, url=url, status=page.status, captured=captured,
                warc_file=place.file, warc_offset=place.offset, digest=place.digest, kind="import", state="due",
            ),
        )  # fmt: skip


def _digest(body: bytes) -> str:
    import base64  # noqa: PLC0415
    import hashlib  # noqa: PLC0415

    return "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()  # noqa: S324 -- WARC's digest


def read_due(shop: Workshop, tally: Tally, say: Progress) -> Tally:
    """Read every capture that waits, annotate every edition that waits, bring the index up."""
    for capture_id in store.unread_captures(shop.engine):
        _read_capture(shop, capture_id, tally, say)
    annotate_due(shop, say)
    shop.index.catch_up()
    return tally


def _read_capture(shop: Workshop, capture_id: str, tally: Tally, say: Progress) -> None:
    with store.begin(shop.engine) as session:
        capture = session.get_one(schema.Capture, capture_id)
        try:
            article = _read(shop, capture)
        except (ExtractError, ArchiveError) as error:
            capture.state, capture.error = "failed", str(error)
            tally.failed.append(f"{capture.url}: {error}")
            say(tally.failed[-1])
            return
        had = session.get(schema.Article, store.article_key(article, capture.portal)) is not None
        if not store.save_reading(session, capture, article):
            tally.known += 1
        elif had:
            tally.edited += 1
        else:
            tally.new += 1


def _read(shop: Workshop, capture: schema.Capture) -> Article:
    place = WarcPlace(file=capture.warc_file, offset=capture.warc_offset, digest=capture.digest)
    raw = read_record(shop.config.archive, place)
    own = (capture.url or "") if not (capture.url or "").startswith("urn:") else ""
    portal = shop.portals.get(capture.portal)
    raw = msgspec.structs.replace(
        raw, url=own, portal=capture.portal, dialect=portal.dialect if portal else None
    )
    if raw.status >= 400:
        raise ExtractError("missing", f"the portal answered {raw.status}")
    return read_page(raw)


def annotate_due(shop: Workshop, say: Progress) -> int:
    """Annotate every edition that this version of the reader has not read; returns how many."""
    waiting = store.stale_editions(shop.engine, READER_VERSION)
    for number, edition_id in enumerate(waiting, 1):
        with store.begin(shop.engine) as session:
            edition = session.get_one(schema.Edition, edition_id)
            store.save_annotations(
                session, edition, annotate(_document(session, edition)), READER_VERSION
            )
        if number % 20 == 0 or number == len(waiting):
            say(f"read {number} of {len(waiting)} editions")
    return len(waiting)


def _document(session: Any, edition: schema.Edition) -> Document:
    article = session.get_one(schema.Article, edition.article_id)
    portal = session.get_one(schema.Portal, article.portal)
    reading: dict[str, Any] = edition.reading
    return msgspec.convert(
        {"id": edition.id, "text": edition.text, "published": edition.published, "place": portal.place,
         "sections": reading["sections"], "tables": reading["tables"]},
        Document,
    )  # fmt: skip
