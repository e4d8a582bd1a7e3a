"""The frontier: pages with when they are due, leased to a run, acknowledged when archived."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from model import records
from model.clock import now
from model.records import DuePage, Link, Listing, PageKind, PageRequest
from storage import breakers, schema, validators
from storage.captures import capture_row
from storage.database import begin
from storage.ids import address_key
from storage.leases import give_back, renew_leases, take_leases
from storage.pages import (  # fmt: skip
    ACKNOWLEDGE,
    COUNT,
    NOTE_CAPTURE,
    NOTE_VALIDATORS,
    SITEMAP_EVERY,
    Recheck,
    acknowledge,
    article_page,
    believed,
    handed,
    list_due,
    list_key,
    rows_of,
    same_title,
)

LONGEST_BACKOFF = 24 * 14  # hours
FILE_TRIES = 3
_KINDS: tuple[PageKind, ...] = ("section", "list", "feed", "article", "file")
# A list page is always had whole: what it hides would be lost.
_VALIDATED = ("feed", "article", "file")


class Frontier:
    """The frontier of one portal's refresh, for as long as the leases of its hosts are held."""

    def __init__(self, engine: Engine, portal: str, hosts: Iterable[str], recheck: Recheck) -> None:
        self._engine = engine
        self._portal = portal
        self._hosts = sorted(hosts)
        self._leases = [f"host {host}" for host in self._hosts]
        self._recheck = recheck
        self._began = now()
        self._sections: set[str] = set()
        self.run_id = 0

    def open(self, sections: list[str], feeds: list[str], goes_on: int = 0) -> None:
        """Take the leases of the hosts and begin a run, or go on with the one of that number.

        Raises Busy while somebody works on one, LeftAlone while one has refused us not long ago.
        Pages that a dead run had leased are free again: nobody else can hold these hosts.
        """
        breakers.check(self._engine, self._hosts)
        take_leases(self._engine, self._leases)
        self._began = now()
        self._sections = {address_key(url) for url in sections}
        with begin(self._engine) as session:
            run = session.get(schema.Run, goes_on) or schema.Run(
                portal=self._portal, started=self._began, lists=0, articles=0, known=0, failed=0,
                requests=0,
            )  # fmt: skip
            run.ended = run.outcome = None
            session.add(run)
            session.flush()
            self.run_id = run.id
            heads: list[tuple[PageKind, str]] = [("section", url) for url in sections]
            for kind, url in [*heads, *(("feed", url) for url in feeds)]:
                self._ensure(session, kind, PageRequest(url=url))

    def _ensure(self, session: Session, kind: PageKind, asked: PageRequest) -> schema.Page:
        """The row of a list page or feed, made where there is none."""
        key = list_key(self._portal, asked)
        row = session.get(schema.Page, key)
        if row is None:
            more = {"ask": {"form": asked.form, "referer": asked.referer}} if asked.referer else {}
            row = self._row(key, kind, asked.url, **more)
            session.add(row)
        return row

    def _row(self, key: str, kind: str, url: str, **more: Any) -> schema.Page:
        more |= {"due": now(), "failures": 0, "unlisted": False}
        return schema.Page(id=key, portal=self._portal, kind=kind, url=url, **more)

    def renew(self) -> bool:
        """Hold the hosts longer; False when somebody else has them."""
        return renew_leases(self._engine, self._leases)

    def due(self, sections: list[str], files: bool) -> list[DuePage]:
        """What is to be fetched now, leased to this run: sections, walks that broke off, feeds, articles, files."""
        heads = {list_key(self._portal, PageRequest(url=url)) for url in sections}
        with begin(self._engine) as session:
            mine = schema.Page.portal == self._portal
            rows = session.scalars(
                select(schema.Page)
                .where(mine, (schema.Page.due <= now()) | schema.Page.id.in_(heads))
                .where(schema.Page.kind.in_(_KINDS if files else _KINDS[:-1]))
                .order_by(schema.Page.kind, schema.Page.due, schema.Page.id)
            ).all()
            # What left its list waits until the lists of this run are walked: it may be back.
            chosen = [
                row
                for row in rows
                if row.id in heads or not (row.kind == "section" or row.unlisted)
            ]
            for row in chosen:
                row.leased_by = self.run_id
            return [handed(row, resumed=row.kind == "list") for row in chosen]

    def due_files(self) -> list[DuePage]:
        """The attachments that are to be fetched now, leased to this run."""
        return [page for page in self.due([], files=True) if page.kind == "file"]

    def feed(self, url: str) -> DuePage | None:
        """A feed that robots.txt or a sitemap names, leased to this run; None where it is not due."""
        with begin(self._engine) as session:
            row = self._ensure(session, "feed", PageRequest(url=url))
            if row.leased_by == self.run_id or row.due is None or row.due > now():
                return None
            row.leased_by = self.run_id
            return handed(row)

    def lease_one(self, link: Link) -> DuePage:
        """One article, due or not, leased to this run."""
        with begin(self._engine) as session:
            key = article_page(self._portal, link)
            row = session.get(schema.Page, key)
            if row is None:
                row = self._row(key, "article", link.url)
                session.add(row)
            row.leased_by = self.run_id
            return handed(row)

    def listed(self, page: DuePage, listing: Listing, full: bool) -> tuple[list[DuePage], set[str]]:
        """Acknowledge a list page with all it leads to, in one transaction.

        Returns the pages to fetch now (articles in list order, then the next list page, if the walk
        goes on) and how many links were known. The walk goes on while a list page leads to something
        to fetch; one that broke off, and the first of a section, goes on to its end: bulletins may have
        moved, and what all sections of one page list may be known from another section.
        An article is fetched when it is new or due, or when the list shows another title than it did:
        an editor who corrects an article usually says so there.
        """
        with begin(self._engine) as session:
            row = session.get_one(schema.Page, page.id)
            feed = row.kind == "feed"
            links = [li for li in listing.links if address_key(li.url) not in self._sections]
            rows = rows_of(session, self._portal, links)
            known = {key for key, there in rows.items() if there.acknowledged is not None}
            links = believed(rows, self._portal, links) if feed else links
            fetch = [p for link in links if (p := self._offered(session, link, feed, rows))]
            if feed:
                row.listing = [article_page(self._portal, link) for link in listing.links]
            elif listing.links:
                self._note_listing(session, row, listing)
            head = session.get(schema.Page, (row.ask or {}).get("section", row.id)) or row
            if not (listing.next and listing.links):
                head.listed = now()
            elif fetch or full or page.resumed or head.listed is None:
                fetch.append(self._walk_on(session, listing.next, page.resumed, head.id))
            row.acknowledged, row.leased_by, row.failures = now(), None, 0
            row.due = list_due(row, listing)
        return fetch, known - {found.id for found in fetch}

    def unchanged(self, page: DuePage) -> None:
        """Acknowledge a feed that the portal says has not changed."""
        with begin(self._engine) as session:
            row = session.get_one(schema.Page, page.id)
            row.acknowledged, row.leased_by, row.failures = now(), None, 0
            row.due = now() + SITEMAP_EVERY

    def _note_listing(self, session: Session, row: schema.Page, listing: Listing) -> None:
        """Keep what this list page shows, and make due what it no longer shows while later ones stay.

        One that by its date belongs on this page is out of its list, unless another list page of this
        run shows it; a list that is not in order of dates tells nothing by them.
        """
        shown = [article_page(self._portal, link) for link in listing.links]
        old, row.listing = row.listing or [], shown
        row.pages = listing.pages if row.kind == "section" else None
        stay = set(shown)
        last = max((place for place, key in enumerate(old) if key in stay), default=0)
        dates = [link.published[:10] for link in listing.links if link.published]
        ordered = bool(dates) and dates == sorted(dates, reverse=True)
        for key in old[:last]:
            missed = session.get(schema.Page, key) if key not in stay else None
            if missed is None or missed.acknowledged is None:
                continue
            if missed.listed and missed.listed >= self._began:
                continue  # it stands on another list page now
            missed.due, missed.validators = now(), None
            missed.unlisted = ordered and (missed.published or "")[:10] > dates[-1]

    def due_later(self) -> list[DuePage]:
        """The articles that waited until all lists were walked: those that left one. Leased to this run."""
        page = schema.Page
        own = (page.portal == self._portal, page.kind == "article", page.due <= now())
        with begin(self._engine) as session:
            asked = select(page).where(*own, page.acknowledged.is_not(None)).order_by(page.id)
            rows = [row for row in session.scalars(asked) if row.leased_by != self.run_id]
            for row in rows:
                row.leased_by = self.run_id
            return [handed(row) for row in rows]

    def _offered(
        self, session: Session, link: Link, feed: bool, rows: dict[str, schema.Page]
    ) -> DuePage | None:
        key = article_page(self._portal, link)
        title = None if feed else link.title  # feeds cut and escape titles in ways of their own
        row = rows.get(key)
        if row is None:
            row = self._row(key, "article", link.url, native_id=link.native_id,
                            title=title, published=link.published)  # fmt: skip
            session.add(row)
            rows[key] = row
        elif title and not same_title(row.title, title):
            # A page known from a feed or the archive alone has no title yet, and is no news.
            row.due, row.validators = now() if row.title else row.due, None
            row.title = title
        if link.modified and row.acknowledged and row.acknowledged < link.modified <= now():
            row.due, row.validators = now(), None  # whatever its validators say
        if not feed:
            row.listed = now()
            if row.unlisted:  # it is back
                row.unlisted, row.due = False, now()
        if row.leased_by == self.run_id or row.due is None or row.due > now():
            return None
        row.leased_by = self.run_id
        return handed(row)

    def _walk_on(
        self, session: Session, asked: PageRequest, resumed: bool, section: str
    ) -> DuePage:
        row = self._ensure(session, "list", asked)
        row.ask = {"form": asked.form, "referer": asked.referer, "section": section}
        row.due, row.leased_by = now(), self.run_id
        return handed(row, resumed)

    def captured(
        self,
        exchange: records.Exchange,
        place: records.WarcPlace,
        page: DuePage | None,
        *,
        good: bool,
    ) -> None:
        """Note an archived exchange; with a `good` one that came whole an article or file is acknowledged."""
        row = capture_row(self._portal, exchange, place)
        try:
            self._note(row, exchange, page, good=good)
        except IntegrityError:
            self._note(None, exchange, page, good=good)  # a rebuild saw the record first

    def _note(
        self,
        row: dict[str, Any] | None,
        exchange: records.Exchange,
        page: DuePage | None,
        *,
        good: bool,
    ) -> None:
        came = 200 <= exchange.status < 300 or exchange.status == 304
        kind = page.kind if page and came else None
        counted = {
            "number": self.run_id,
            "article": int(kind == "article" and good),
            "list": int(good and kind in ("section", "list", "feed")),
        }
        # Statements made once: this happens with every page, and making them would take longer.
        with begin(self._engine) as session:
            connection = session.connection()
            if row:
                connection.execute(NOTE_CAPTURE, row)
            connection.execute(COUNT, counted)
            if page and page.id and kind in _VALIDATED and good:
                known = validators.after(page.known, exchange)
                connection.execute(NOTE_VALIDATORS, {"key": page.id, "known": known})
                if kind != "feed" and not exchange.truncated:
                    connection.execute(ACKNOWLEDGE, self._next_visit(page, exchange.captured))

    def _next_visit(self, page: DuePage, at: datetime) -> dict[str, Any]:
        due = None if page.kind == "file" else self._recheck(page.published, at)
        return {"key": page.id, "at": at, "next": due}

    def accepted(self, page: DuePage) -> None:
        """Acknowledge an article whose answer only claimed to be longer."""
        with begin(self._engine) as session:
            acknowledge(session, page.id, now(), self._recheck)

    def gone(self, page: DuePage) -> bool:
        """Note that an article's page or a file is no more; False for a page that was never seen, or a list."""
        with begin(self._engine) as session:
            row = session.get_one(schema.Page, page.id)
            if row.kind not in ("article", "file") or (
                row.kind == "article" and not row.acknowledged
            ):
                return False
            again = now() + timedelta(hours=LONGEST_BACKOFF)
            row.leased_by, row.due = None, again if row.kind == "article" else None
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
                if row.kind == "file" and row.failures >= FILE_TRIES:
                    row.due = None
            run = session.get_one(schema.Run, self.run_id)
            run.failed += 1
            run.note = run.note or note

    def refused(self, reason: str, wait: float) -> None:
        """Leave the hosts alone for at least so many seconds, longer each time in a row."""
        breakers.trip(self._engine, self._hosts, reason, wait)

    def close(self, outcome: str, known: int, signs: list[str]) -> None:
        """End the run with what it noted of the portal, and give the leases back."""
        with begin(self._engine) as session:
            run = session.get_one(schema.Run, self.run_id)
            if run.failed and outcome == "done":
                outcome = "partly" if run.lists or run.articles else "failed"
            run.ended, run.outcome, run.known = now(), outcome, max(run.known, known)
            run.report = {"signs": sorted({*signs, *(run.report or {}).get("signs", [])})}
            session.execute(
                update(schema.Page)
                .where(schema.Page.portal == self._portal, schema.Page.leased_by == self.run_id)
                .values(leased_by=None)
            )
        if outcome == "done":
            breakers.mend(self._engine, self._hosts)
        give_back(self._engine, self._leases)
