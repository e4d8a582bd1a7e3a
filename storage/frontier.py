"""The frontier: pages with when they are due, leased to a run, acknowledged when archived."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from sqlalchemy import Engine, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from model import records
from model.records import DuePage, Link, Listing, PageKind, PageRequest
from storage import breakers, schema, validators
from storage.captures import capture_row
from storage.clock import now
from storage.database import begin
from storage.ids import address_key, derive_id
from storage.leases import give_back, renew_leases, take_leases

LONGEST_BACKOFF = 24 * 14  # hours
SITEMAP_EVERY = timedelta(
    days=1
)  # it holds the whole portal and is large; news are in lists and feeds
FILE_TRIES = 3
_KINDS: tuple[PageKind, ...] = ("section", "list", "feed", "article", "file")
_VALIDATED = (
    "feed",
    "article",
    "file",
)  # a list page is always had whole: what it hides would be lost
_run, _page = schema.Run.__table__, schema.Page.__table__
_NOTE_CAPTURE = insert(schema.Capture.__table__)  # type: ignore[arg-type]
_COUNT = (
    update(_run)  # type: ignore[arg-type]
    .where(_run.c.id == bindparam("number"))
    .values(
        requests=_run.c.requests + 1,
        articles=_run.c.articles + bindparam("article"),
        lists=_run.c.lists + bindparam("list"),
    )
)
_NOTE_VALIDATORS = (
    update(_page).where(_page.c.id == bindparam("key")).values(validators=bindparam("known"))  # type: ignore[arg-type]
)
_ACKNOWLEDGE = (
    update(_page)  # type: ignore[arg-type]
    .where(_page.c.id == bindparam("key"))
    .values(acknowledged=bindparam("at"), due=bindparam("next"), leased_by=None, failures=0)
)
Recheck = Callable[[str | None, datetime], datetime]


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
            chosen = [row for row in rows if row.kind != "section" or row.id in heads]
            for row in chosen:
                row.leased_by = self.run_id
            return [_handed(row, resumed=row.kind == "list") for row in chosen]

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
            return _handed(row)

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
        to fetch; one that broke off, and the first of a section, goes on to its end: bulletins may have
        moved, and what all sections of one page list may be known from another section.
        An article is fetched when it is new or due, or when the list shows another title than it did:
        an editor who corrects an article usually says so there.
        """
        with begin(self._engine) as session:
            row = session.get_one(schema.Page, page.id)
            feed = row.kind == "feed"
            links = [li for li in listing.links if address_key(li.url) not in self._sections]
            rows = _rows_of(session, self._portal, links)
            known = {key for key, there in rows.items() if there.acknowledged is not None}
            links = _believed(rows, self._portal, links) if feed else links
            fetch = [p for link in links if (p := self._offered(session, link, feed, rows))]
            if feed:
                row.listing = [article_page(self._portal, link) for link in listing.links]
            else:
                fetch += self._left(session, row, listing)
            head = session.get(schema.Page, (row.ask or {}).get("section", row.id)) or row
            if not (listing.next and listing.links):
                head.listed = now()
            elif fetch or full or page.resumed or head.listed is None:
                fetch.append(self._walk_on(session, listing.next, page.resumed, head.id))
            row.acknowledged, row.leased_by, row.failures = now(), None, 0
            row.due = _list_due(row, listing)
        return fetch, known - {found.id for found in fetch}

    def unchanged(self, page: DuePage) -> None:
        """Acknowledge a feed that the portal says has not changed."""
        with begin(self._engine) as session:
            row = session.get_one(schema.Page, page.id)
            row.acknowledged, row.leased_by, row.failures = now(), None, 0
            row.due = now() + SITEMAP_EVERY

    def _left(self, session: Session, row: schema.Page, listing: Listing) -> list[DuePage]:
        """The articles that this list page showed and no longer does while what stood behind them stays.

        They are fetched to see whether they are gone. One that by its date belongs on this page, and no
        page of this run shows, has left its list.
        """
        shown = [article_page(self._portal, link) for link in listing.links]
        old, row.listing = row.listing or [], shown
        row.pages = listing.pages if row.kind == "section" else None
        stay = set(shown)
        last = max((place for place, key in enumerate(old) if key in stay), default=0)
        dates = [link.published[:10] for link in listing.links if link.published]
        found = []
        for key in old[:last]:
            missed = session.get(schema.Page, key) if key not in stay else None
            if missed is None or missed.acknowledged is None or missed.leased_by == self.run_id:
                continue
            if missed.listed and missed.listed >= self._began:
                continue  # it stands on another list page now
            missed.validators = None
            if dates and missed.published and missed.published[:10] > min(dates):
                missed.unlisted = True
            missed.leased_by = self.run_id
            found.append(_handed(missed))
        return found

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
        elif title and row.title != title:
            # A page known from a feed or the archive alone has no title yet, and is no news.
            row.due, row.validators = now() if row.title else row.due, None
            row.title = title
        if link.modified and row.acknowledged and link.modified > row.acknowledged:
            row.due, row.validators = now(), None  # whatever its validators say
        if not feed:
            row.listed = now()
            if row.unlisted:  # it is back
                row.unlisted, row.due = False, now()
        if row.leased_by == self.run_id or row.due is None or row.due > now():
            return None
        row.leased_by = self.run_id
        return _handed(row)

    def _walk_on(
        self, session: Session, asked: PageRequest, resumed: bool, section: str
    ) -> DuePage:
        row = self._ensure(session, "list", asked)
        row.ask = {"form": asked.form, "referer": asked.referer, "section": section}
        row.due, row.leased_by = now(), self.run_id
        return _handed(row, resumed)

    def captured(
        self,
        exchange: records.Exchange,
        place: records.WarcPlace,
        page: DuePage | None,
        *,
        good: bool,
    ) -> None:
        """Note an archived exchange; with a `good` one that came whole an article or file is acknowledged."""
        came = 200 <= exchange.status < 300 or exchange.status == 304
        kind = page.kind if page and came else None
        counted = {
            "number": self.run_id,
            "article": int(kind == "article"),
            "list": int(kind in ("section", "list", "feed")),
        }
        # Statements made once: this happens with every page, and making them would take longer.
        with begin(self._engine) as session:
            connection = session.connection()
            connection.execute(_NOTE_CAPTURE, capture_row(self._portal, exchange, place))
            connection.execute(_COUNT, counted)
            if page and page.id and kind in _VALIDATED and good:
                known = validators.after(page.known, exchange)
                connection.execute(_NOTE_VALIDATORS, {"key": page.id, "known": known})
                if kind != "feed" and not exchange.truncated:
                    due = self._recheck(page.published, exchange.captured)
                    values = {
                        "key": page.id,
                        "at": exchange.captured,
                        "next": None if kind == "file" else due,
                    }
                    connection.execute(_ACKNOWLEDGE, values)

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


def _list_due(row: schema.Page, listing: Listing) -> datetime | None:
    """When a list page or feed is due again: sections and feeds at once, a list page when a walk leads to it."""
    if row.kind == "feed" and listing.dialect == "sitemap":
        return now() + SITEMAP_EVERY
    return None if row.kind == "list" else now()


def _rows_of(session: Session, portal: str, links: Sequence[Link]) -> dict[str, schema.Page]:
    """The rows of links that are known, by their id: all in few questions, a list has many links."""
    keys = sorted({article_page(portal, link) for link in links})
    rows: dict[str, schema.Page] = {}
    for start in range(0, len(keys), 500):
        asked = select(schema.Page).where(schema.Page.id.in_(keys[start : start + 500]))
        rows |= {row.id: row for row in session.scalars(asked)}
    return rows


def _believed(rows: dict[str, schema.Page], portal: str, links: Sequence[Link]) -> list[Link]:
    """The links of a feed; where most claim to have changed, no claim is believed.

    Some sitemaps date every page with the moment they were asked.
    """
    claimed = 0
    for link in links:
        row = rows.get(article_page(portal, link))
        claimed += bool(
            row and row.acknowledged and link.modified and link.modified > row.acknowledged
        )
    if claimed <= max(3, len(links) // 3):
        return list(links)
    return [msgspec.structs.replace(link, modified=None) for link in links]


def acknowledge(session: Session, page_id: str, captured: datetime, recheck: Recheck) -> None:
    """An article's page is archived: it is not due again before its next visit."""
    if page := session.get(schema.Page, page_id):
        page.acknowledged, page.leased_by, page.failures = captured, None, 0
        page.due = recheck(page.published, captured) if page.kind == "article" else None


def note_published(
    session: Session, capture: schema.Capture, published: str | None, recheck: Recheck
) -> None:
    """An article's date, once it is read, says when its page is due again."""
    page = session.get(schema.Page, capture.page_id) if capture.page_id and published else None
    if page and page.published is None:
        page.published = published
        if page.acknowledged == capture.captured:
            page.due = recheck(published, capture.captured)


def put_aside(session: Session, capture: schema.Capture) -> bool:
    """Whether a page that reads as a list is one that only a feed named: a sitemap names rubrics too.

    It is not due again then.
    """
    page = session.get(schema.Page, capture.page_id) if capture.page_id else None
    if page is None or page.listed is not None:
        return False
    page.due = None
    return True


def offer_files(engine: Engine, portal: str, wanted: Callable[[str], bool]) -> int:
    """Make the attachments of a portal's articles due that are `wanted` and not known yet; returns how many are due."""
    attachment, page = schema.Attachment, schema.Page
    fresh = (
        select(attachment)
        .join(schema.Edition, schema.Edition.id == attachment.edition_id)
        .join(schema.Article, schema.Article.id == schema.Edition.article_id)
        .where(schema.Article.portal == portal, attachment.page_id.is_(None))
    )
    with begin(engine) as session:
        for row in session.scalars(fresh.order_by(attachment.id)).all():
            row.page_id = derive_id("page", portal, "file", address_key(row.url))
            if wanted(row.url) and session.get(page, row.page_id) is None:
                more: Any = {"due": now(), "failures": 0, "unlisted": False}
                session.add(page(id=row.page_id, portal=portal, kind="file", url=row.url, **more))
                session.flush()
        due = (page.portal == portal, page.kind == "file", page.due <= now())
        return session.scalar(select(func.count()).select_from(page).where(*due)) or 0


def restore_pages(engine: Engine, recheck: Recheck) -> int:
    """Make the pages of archived articles that the frontier does not know; returns how many.

    After the loss of a database the archive tells which pages were fetched, so they are not again.
    """
    capture, edition = schema.Capture, schema.Edition
    good = (capture.kind == "file") & capture.status.between(200, 299)
    asked = (
        select(
            capture.page_id, capture.portal, capture.kind, func.max(capture.url),
            func.max(capture.captured), func.max(edition.published),
        )
        .outerjoin(edition, edition.id == capture.edition_id)
        .where(((capture.kind == "article") & (capture.state == "read")) | good)
        .where(capture.page_id.is_not(None), capture.page_id.not_in(select(schema.Page.id)))
        .group_by(capture.page_id, capture.portal, capture.kind)
    )  # fmt: skip
    with begin(engine) as session:
        rows = session.execute(asked).all()
        for key, portal, kind, url, captured, published in rows:
            due = recheck(published, captured) if kind == "article" else None
            session.add(
                schema.Page(
                    id=key, portal=portal, kind=kind, url=url, published=published, due=due,
                    acknowledged=captured, failures=0, unlisted=False,
                )
            )  # fmt: skip
    return len(rows)


def article_page(portal: str, link: Link) -> str:
    """The id of an article's page: of its native id, without one of its address."""
    return derive_id("page", portal, link.native_id or address_key(link.url))


def list_key(portal: str, asked: PageRequest) -> str:
    """The id of a list page: of its URL and form."""
    return derive_id("page", portal, "list", asked.url, sorted((asked.form or {}).items()))


def _handed(row: schema.Page, resumed: bool = False) -> DuePage:
    ask = row.ask or {}
    return DuePage(
        id=row.id,
        kind=cast("PageKind", row.kind),
        asked=PageRequest(url=row.url, form=ask.get("form"), referer=ask.get("referer")),
        published=row.published,
        resumed=resumed,
        unlisted=bool(row.unlisted),
        validators=validators.to_send(row.validators, now()),
        known=row.validators,
    )
