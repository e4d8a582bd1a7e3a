"""The frontier: pages with when they are due, leased while fetched, acknowledged when archived."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from model import records
from model.errors import Busy
from storage import schema
from storage.ids import derive_id
from storage.store import now, save_capture

LEASE = timedelta(minutes=10)


class Frontier:
    """The frontier of one portal's refresh, for as long as its lease is held."""

    def __init__(
        self, engine: Engine, portal: str, recheck: Callable[[str | None, datetime], datetime]
    ) -> None:
        self._engine = engine
        self._portal = portal
        self._recheck = recheck
        self._holder = f"{socket.gethostname()}:{os.getpid()}"
        self.run_id = 0

    def open(self) -> None:
        """Take the portal's lease and begin a run; raises Busy while somebody else holds it."""
        with Session(self._engine) as session, session.begin():
            lease = session.get(schema.Lease, self._portal)
            if lease and _aware(lease.until) > now() and lease.holder != self._holder:
                raise Busy(f"{self._portal}: being crawled by {lease.holder}; try again later")
            session.merge(schema.Lease(name=self._portal, holder=self._holder, until=now() + LEASE))
            run = schema.Run(portal=self._portal, started=now(), lists=0, articles=0, known=0)
            session.add(run)
            session.flush()
            self.run_id = run.id

    def due(self) -> list[records.Link]:
        """Article pages that are due, leased to this run."""
        with Session(self._engine) as session, session.begin():
            at = now()
            free = or_(schema.Page.leased_until.is_(None), schema.Page.leased_until < at)
            rows = session.scalars(
                select(schema.Page).where(
                    schema.Page.portal == self._portal, schema.Page.due <= at, free
                )
            ).all()
            for row in rows:
                row.leased_until = at + LEASE
            return [
                records.Link(url=row.url, native_id=row.native_id, published=row.published)
                for row in rows
            ]

    def offer(self, links: list[records.Link]) -> tuple[list[records.Link], int]:
        """Of the links of a list page those to fetch now, and how many were known.

        A link is fetched when it is new, or when the list shows another title than it did: an
        editor who corrects an article usually says so there.
        """
        fetch: list[records.Link] = []
        known = 0
        with Session(self._engine) as session, session.begin():
            for link in links:
                row = session.get(schema.Page, self._key(link))
                known += row is not None and row.acknowledged is not None
                if self._wanted(session, row, link):
                    fetch.append(link)
        return fetch, known

    def _key(self, link: records.Link) -> str:
        return derive_id("page", self._portal, link.native_id or link.url)

    def _wanted(self, session: Session, row: schema.Page | None, link: records.Link) -> bool:
        at = now()
        if row is None:
            row = schema.Page(
                id=self._key(link), portal=self._portal, kind="article", url=link.url,
                native_id=link.native_id, title=link.title, due=at, failures=0,
            )  # fmt: skip
            session.add(row)
        elif link.title and row.title != link.title:
            row.title, row.due = link.title, at
        if row.leased_until and _aware(row.leased_until) > at:
            return False
        if row.due is None or _aware(row.due) > at:
            return False
        row.leased_until = at + LEASE
        return True

    def captured(
        self, raw: records.RawPage, place: records.WarcPlace, link: records.Link | None
    ) -> None:
        """Acknowledge an archived page: its capture is stored and its next visit is set."""
        at = now()
        with Session(self._engine) as session, session.begin():
            page = session.get(schema.Page, self._key(link)) if link else None
            kind = "article" if link else "list"
            run = session.get_one(schema.Run, self.run_id)
            run.articles += bool(link)
            run.lists += not link
            if page and link:
                page.acknowledged, page.leased_until, page.failures = at, None, 0
                page.due = self._recheck(link.published, at)
            save_capture(
                session,
                schema.Capture(
                    portal=self._portal, page_id=page.id if page else None, url=raw.url, status=raw.status,
                    captured=at, warc_file=place.file, warc_offset=place.offset, digest=place.digest,
                    kind=kind, state="due" if link else "list",
                ),
            )  # fmt: skip
            session.merge(schema.Lease(name=self._portal, holder=self._holder, until=at + LEASE))

    def failed(self, link: records.Link | None, note: str) -> None:
        """Give a page back: it stays due, later each time it fails."""
        with Session(self._engine) as session, session.begin():
            page = session.get(schema.Page, self._key(link)) if link else None
            if page:
                page.leased_until = None
                page.failures += 1
                page.due = now() + timedelta(hours=min(2**page.failures, 24 * 14))
            else:
                session.get_one(schema.Run, self.run_id).note = note

    def close(self, outcome: str, known: int) -> None:
        """End the run and give the lease back."""
        with Session(self._engine) as session, session.begin():
            run = session.get_one(schema.Run, self.run_id)
            run.ended, run.outcome, run.known = (
                now(),
                "failed" if run.note and not run.lists else outcome,
                known,
            )
            if lease := session.get(schema.Lease, self._portal):
                session.delete(lease)


def _aware(value: datetime) -> datetime:
    """SQLite gives times back without their zone; all are stored in UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
