"""Rows of the frontier: their ids, when they are due, what readings and archives tell of them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from sqlalchemy import Engine, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from model.clock import now
from model.records import DuePage, Link, Listing, PageKind, PageRequest
from storage import schema, validators
from storage.database import begin
from storage.ids import address_key, derive_id

SITEMAP_EVERY = timedelta(days=1)  # it is large, and news are in lists and feeds
# Statements that note one exchange, made once.
_run, _page = schema.Run.__table__, schema.Page.__table__
NOTE_CAPTURE = insert(schema.Capture.__table__)  # type: ignore[arg-type]
COUNT = (
    update(_run)  # type: ignore[arg-type]
    .where(_run.c.id == bindparam("number"))
    .values(
        requests=_run.c.requests + 1,
        articles=_run.c.articles + bindparam("article"),
        lists=_run.c.lists + bindparam("list"),
    )
)
NOTE_VALIDATORS = (
    update(_page).where(_page.c.id == bindparam("key")).values(validators=bindparam("known"))  # type: ignore[arg-type]
)
ACKNOWLEDGE = (
    update(_page)  # type: ignore[arg-type]
    .where(_page.c.id == bindparam("key"))
    .values(acknowledged=bindparam("at"), due=bindparam("next"), leased_by=None, failures=0)
)
Recheck = Callable[[str | None, datetime], datetime]


def list_due(row: schema.Page, listing: Listing) -> datetime | None:
    """When a list page or feed is due again: sections and feeds at once, a list page when a walk leads to it."""
    if row.kind == "feed" and listing.dialect == "sitemap":
        return now() + SITEMAP_EVERY
    return None if row.kind == "list" else now()


def rows_of(session: Session, portal: str, links: Sequence[Link]) -> dict[str, schema.Page]:
    """The rows of links that are known, by their id: all in few questions, a list has many links."""
    keys = sorted({article_page(portal, link) for link in links})
    rows: dict[str, schema.Page] = {}
    for start in range(0, len(keys), 500):
        asked = select(schema.Page).where(schema.Page.id.in_(keys[start : start + 500]))
        rows |= {row.id: row for row in session.scalars(asked)}
    return rows


def believed(rows: dict[str, schema.Page], portal: str, links: Sequence[Link]) -> list[Link]:
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
    if page and page.published != published:
        page.published = published
        if page.acknowledged == capture.captured:
            page.due = recheck(published, capture.captured)


def put_aside(session: Session, capture: schema.Capture) -> bool:
    """Whether a page that reads as a list is one that only a feed named: a sitemap names rubrics too.

    It is not due again then.
    """
    page = session.get(schema.Page, capture.page_id) if capture.page_id else None
    if page is not None and page.listed is None:
        page.due = None
    return capture.page_id is not None and (page is None or page.due is None)


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
            func.max(case((capture.unlisted, capture.captured))),
        )
        .outerjoin(edition, edition.id == capture.edition_id)
        .where(((capture.kind == "article") & (capture.state == "read")) | good)
        .where(capture.page_id.is_not(None), capture.page_id.not_in(select(schema.Page.id)))
        .group_by(capture.page_id, capture.portal, capture.kind)
    )  # fmt: skip
    with begin(engine) as session:
        rows = session.execute(asked).all()
        for key, portal, kind, url, captured, published, unlisted in rows:
            due = recheck(published, captured) if kind == "article" else None
            session.add(
                schema.Page(
                    id=key, portal=portal, kind=kind, url=url, published=published, due=due,
                    acknowledged=captured, failures=0, unlisted=unlisted == captured,
                )
            )  # fmt: skip
    return len(rows)


def article_page(portal: str, link: Link) -> str:
    """The id of an article's page: of its native id, without one of its address."""
    return derive_id("page", portal, link.native_id or address_key(link.url))


def list_key(portal: str, asked: PageRequest) -> str:
    """The id of a list page: of its URL and form."""
    return derive_id("page", portal, "list", asked.url, sorted((asked.form or {}).items()))


def handed(row: schema.Page, resumed: bool = False) -> DuePage:
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


def same_title(known: str | None, shown: str) -> bool:
    """Whether two titles are one, perhaps cut: sections cut titles in different places."""
    one, other = (title.rstrip(" .…") for title in (known or "", shown))
    return (
        bool(one)
        and (one.startswith(other) or other.startswith(one))
        and (one == other or (known or "").endswith(("…", "...")) or shown.endswith(("…", "...")))
    )
