"""The frontier: pages with when they are due, leased to a run, acknowledged when archived."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from model import records
from model.records import DuePage, Link, Listing, PageRequest
from storage import schema
from storage.captures import save_capture
from storage.clock import now
from storage.database import begin
from storage.ids import derive_id
from storage.leases import give_back, renew_leases, take_leases

LONGEST_BACKOFF = 24 * 14  # hours
Recheck = Callable[[str | None, datetime], datetime]


class Frontier:
    """The frontier of one portal's refresh, for as long as the leases of its hosts are held."""

    def __init__(self, engine: Engine, portal: str, hosts: Iterable[str], recheck: Recheck) -> None:
        self._engine = engine
        self._portal = portal
        self._leases = [f"host {host}" for host in hosts]
        self._recheck = recheck
        self.run_id = 0

    def open(self, sections: list[str]) -> None:
        """Take the leases of the hosts and begin a run; raises Busy while somebody works on one.

        Pages that a dead run had leased are free again: nobody else can hold these hosts.
        """
        take_leases(self._engine, self._leases)
        with begin(self._engine) as session:
            run = schema.Run(
                portal=self._portal, started=now(), lists=0, articles=0, known=0, failed=0
            )
            session.add(run)
            session.flush()
            self.run_id = run.id
            for url in sections:
                key = list_key(self._portal, PageRequest(url=url))
                if session.get(schema.Page, key) is None:
                    session.add(self._row(key, "section", url))

    def _row(self, key: str, kind: str, url: str, **more: Any) -> schema.Page:
        return schema.Page(
            id=key, portal=self._portal, kind=kind, url=url, due=now(), failures=0, **more
        )

    def renew(self) -> bool:
        """Hold the hosts longer; False when somebody else has them."""
        return renew_leases(self._engine, self._leases)

    def due(self, sections: list[str]) -> list[DuePage]:
        """What is to be fetched now, leased to this run: sections, walks that broke off, articles."""
        heads = {list_key(self._portal, PageRequest(url=url)) for url in sections}
        with begin(self._engine) as session:
            mine = schema.Page.portal == self._portal
            rows = session.scalars(
                select(schema.Page)
                .where(mine, (schema.Page.due <= now()) | schema.Page.id.in_(heads))
                .order_by(schema.Page.kind, schema.Page.due, schema.Page.id)
            ).all()
            chosen = [row for row in rows if row.kind != "section" or row.id in heads]
            for row in chosen:
                row.leased_by = self.run_id
            return [_handed(row, resumed=row.kind == "list") for row in chosen]

    def lease_one(self, link: Link) -> DuePage:
        """One article, due or not, leased to this run."""
        with begin(self._engine) as session:
            key = article_page(self._portal, link)
            row = session.get(schema.Page, key)
            if row is None:
                row = self._row(key, "article", link.url)
                session.add(row)
            row.leased_by = self.run_id
            return _handed(row)

    def listed(self, page: DuePage, listing: Listing, full: bool) -> tuple[list[DuePage], set[str]]:
        """Acknowledge a list page with all it leads to, in one transaction.

        Returns the pages to fetch now (articles in list order, then the next list page, if the walk
        goes on) and how many links were known. The walk goes on while a list page leads to something
        to fetch; one that broke off goes on to its end, because bulletins may have moved since.
        An article is fetched when it is new or due, or when the list shows another title than it did:
        an editor who corrects an article usually says so there.
        """
        with begin(self._engine) as session:
            known = {key for link in listing.links if (key := self._known(session, link))}
            fetch = [p for link in listing.links if (p := self._offered(session, link))]
            if listing.next and listing.links and (fetch or full or page.resumed):
                fetch.append(self._walk_on(session, listing.next, page.resumed))
            row = session.get_one(schema.Page, page.id)
            row.acknowledged, row.leased_by, row.failures = now(), None, 0
            row.due = now() if row.kind == "section" else None
        return fetch, known - {found.id for found in fetch}

    def _known(self, session: Session, link: Link) -> str | None:
        row = session.get(schema.Page, article_page(self._portal, link))
        return row.id if row is not None and row.acknowledged is not None else None

    def _offered(self, session: Session, link: Link) -> DuePage | None:
        key = article_page(self._portal, link)
        row = session.get(schema.Page, key)
        if row is None:
            row = self._row(key, "article", link.url, native_id=link.native_id,
                            title=link.title, published=link.published)  # fmt: skip
            session.add(row)
        elif link.title and row.title != link.title:
            # A page known from the archive alone has no title yet, and is no news.
            row.due = now() if row.title else row.due
            row.title = link.title
        if row.leased_by == self.run_id or row.due is None or row.due > now():
            return None
        row.leased_by = self.run_id
        return _handed(row)

    def _walk_on(self, session: Session, asked: PageRequest, resumed: bool) -> DuePage:
        key = list_key(self._portal, asked)
        row = session.get(schema.Page, key)
        if row is None:
            ask = {"form": asked.form, "referer": asked.referer}
            row = self._row(key, "list", asked.url, ask=ask)
            session.add(row)
        row.due, row.leased_by = now(), self.run_id
        return _handed(row, resumed)

    def captured(
        self, exchange: records.Exchange, place: records.WarcPlace, page: DuePage | None
    ) -> None:
        """Note an archived exchange; an article that came whole is acknowledged with it."""
        with begin(self._engine) as session:
            save_capture(session, self._portal, exchange, place)
            run = session.get_one(schema.Run, self.run_id)
            if page and page.kind == "article" and 200 <= exchange.status < 300:
                run.articles += 1
                if not exchange.truncated:
                    acknowledge(session, page.id, exchange.captured, self._recheck)
            elif page and page.kind != "article":
                run.lists += 1

    def accepted(self, page: DuePage) -> None:
        """Acknowledge an article whose answer only claimed to be longer."""
        with begin(self._engine) as session:
            acknowledge(session, page.id, now(), self._recheck)

    def gone(self, page: DuePage) -> bool:
        """Note that an article's page is no more; False where it was never seen."""
        with begin(self._engine) as session:
            row = session.get_one(schema.Page, page.id)
            if row.acknowledged is None:
                return False
            row.leased_by, row.due = None, now() + timedelta(hours=LONGEST_BACKOFF)
            return True

    def failed(self, page: DuePage | None, note: str) -> None:
        """Give a page back: it stays due, later each time it fails."""
        with begin(self._engine) as session:
            row = session.get(schema.Page, page.id) if page else None
            if row:
                row.leased_by = None
                row.failures += 1
                hours = min(2 ** min(row.failures, 10), LONGEST_BACKOFF)
                row.due = now() + timedelta(hours=hours)
            run = session.get_one(schema.Run, self.run_id)
            run.failed += 1
            run.note = run.note or note

    def close(self, outcome: str, known: int) -> None:
        """End the run and give the leases back."""
        with begin(self._engine) as session:
            run = session.get_one(schema.Run, self.run_id)
            if run.failed and outcome == "done":
                outcome = "partly" if run.lists or run.articles else "failed"
            run.ended, run.outcome, run.known = now(), outcome, known
            session.execute(
                update(schema.Page)
                .where(schema.Page.portal == self._portal, schema.Page.leased_by == self.run_id)
                .values(leased_by=None)
            )
        give_back(self._engine, self._leases)


def acknowledge(session: Session, page_id: str, captured: datetime, recheck: Recheck) -> None:
    """An article's page is archived: it is not due again before its next visit."""
    if page := session.get(schema.Page, page_id):
        page.acknowledged, page.leased_by, page.failures = captured, None, 0
        page.due = recheck(page.published, captured)


def restore_pages(engine: Engine, recheck: Recheck) -> int:
    """Make the pages of archived articles that the frontier does not know; returns how many.

    After the loss of a database the archive tells which pages were fetched, so they are not again.
    """
    capture, edition = schema.Capture, schema.Edition
    asked = (
        select(
            capture.page_id, capture.portal, func.max(capture.url), func.max(capture.captured),
            func.max(edition.published),
        )
        .join(edition, edition.id == capture.edition_id)
        .where(capture.kind == "article", capture.state == "read", capture.page_id.is_not(None))
        .where(capture.page_id.not_in(select(schema.Page.id)))
        .group_by(capture.page_id, capture.portal)
    )  # fmt: skip
    with begin(engine) as session:
        rows = session.execute(asked).all()
        for key, portal, url, captured, published in rows:
            session.add(
                schema.Page(
                    id=key, portal=portal, kind="article", url=url, published=published,
                    due=recheck(published, captured), acknowledged=captured, failures=0,
                )
            )  # fmt: skip
    return len(rows)


def article_page(portal: str, link: Link) -> str:
    """The id of an article's page: of its native id, without one of its URL."""
    return derive_id("page", portal, link.native_id or link.url)


def list_key(portal: str, asked: PageRequest) -> str:
    """The id of a list page: of its URL and form."""
    return derive_id("page", portal, "list", asked.url, sorted((asked.form or {}).items()))


def _handed(row: schema.Page, resumed: bool = False) -> DuePage:
    ask = row.ask or {}
    asked = PageRequest(url=row.url, form=ask.get("form"), referer=ask.get("referer"))
    kind = cast("Literal['section', 'list', 'article']", row.kind)
    return DuePage(id=row.id, kind=kind, asked=asked, published=row.published, resumed=resumed)
