"""What the database knows of portals' health."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Text, cast, func, select
from sqlalchemy.orm import Session

from model.clock import now, real_now
from storage import schema
from storage.database import look
from storage.health import FIELDS, Health, Vitals, assess
from storage.ids import address_key
from storage.leases import is_dead
from text import VIETNAM

_KNOWN = 60  # bulletins that tell a habit
_RUNS = 20


def portal_healths(engine: Engine, slugs: Collection[str] | None = None) -> dict[str, Health]:
    """The health of every portal that was crawled once, by slug; of these, where only they are crawled still."""
    moment = now()
    return {
        vitals.portal: assess(vitals, moment)
        for vitals in read_vitals(engine)
        if slugs is None or vitals.portal in slugs
    }


def with_health(
    engine: Engine, rows: list[dict[str, Any]], slugs: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Rows of portals' status, each with its health, the parts and objectives of that, and its troubles."""
    healths = portal_healths(engine, slugs)
    parts = ("read", "bulletins", "fields", "reading", "read_within", "bulletin_within")
    for row in rows:
        found = healths.get(row["portal"])
        row["health"] = found.number if found else None
        row["health_parts"] = {name: getattr(found, name) for name in parts} if found else None
        row["troubles"] = (
            [f"{kind}: {note}" for kind, note in found.troubles.items()] if found else []
        )
    return rows


def read_vitals(engine: Engine) -> list[Vitals]:
    """The vitals of every portal that was crawled once."""
    with look(engine) as session:
        breakers = {row.host: row for row in session.scalars(select(schema.Breaker))}
        portals = session.scalars(select(schema.Portal).order_by(schema.Portal.slug)).all()
        found = [_vitals(session, portal, breakers) for portal in portals]
        return [vitals for vitals in found if vitals is not None]


def totals(engine: Engine) -> dict[str, int]:
    """How much there is, and how much waits."""
    delivery, capture, subscription = schema.Delivery, schema.Capture, schema.Subscription
    asked = {
        "articles": select(func.count()).select_from(schema.Article),
        "editions": select(func.count()).select_from(schema.Edition),
        "journal_number": select(func.max(schema.Journal.number)),
        "captures_unread": select(func.count()).where(capture.state == "due"),
        "outbox_waiting": select(func.count()).where(delivery.due.is_not(None)),
        "outbox_given_up": select(func.count()).where(
            delivery.due.is_(None), delivery.sent.is_(None)
        ),
        "subscriptions": select(func.count()).where(subscription.confirmed.is_not(None)),
    }
    with look(engine) as session:
        return {name: session.scalar(question) or 0 for name, question in asked.items()}


def _vitals(
    session: Session, portal: schema.Portal, breakers: dict[str, schema.Breaker]
) -> Vitals | None:
    run = schema.Run
    asked = select(run).where(run.portal == portal.slug).order_by(run.id.desc())
    runs = session.scalars(asked.limit(_RUNS)).all()
    if not runs:
        return None
    host = address_key(portal.home or "").partition("/")[0]
    ended = next((run for run in runs if run.ended), None)
    held = breakers.get(host)
    refused = held is not None and (ended is None or held.until >= ended.started)
    days, fields, drifted = _bulletins(session, portal.slug)
    told: list[str] = next(
        (r.report["dying"] for r in runs if r.report and "dying" in r.report), []
    )
    began = select(func.min(run.started)).where(run.portal == portal.slug)
    return Vitals(
        portal=portal.slug, begun=session.scalar(began), days=days, fields=fields, drifted=drifted,
        read=_last_read(session, portal.slug, host), refused=held.reason if held and refused else None,
        failed=(ended.note or ended.outcome) if ended and not ended.lists else None,
        signs=[sign for sign in told if not sign.startswith("silence")],
    )  # fmt: skip


def _last_read(session: Session, slug: str, host: str) -> datetime | None:
    """When a list page of a portal was last had; now while a crawl that had some is at work on its host."""
    page, lease, run = schema.Page, schema.Lease, schema.Run
    lists = (page.portal == slug, page.kind.in_(("section", "list", "feed")))
    read = session.scalar(select(func.max(page.acknowledged)).where(*lists))
    held = session.get(lease, f"host {host}")
    at_work = held is not None and held.until > real_now() and not is_dead(held.holder)
    newest = select(run).where(run.portal == slug).order_by(run.id.desc()).limit(1)
    running = session.scalar(newest) if at_work else None
    return now() if running and not running.ended and running.articles else read


def _bulletins(
    session: Session, slug: str
) -> tuple[Sequence[date], Sequence[frozenset[str]], Sequence[bool]]:
    """Of the bulletins that appeared last: on which day, which fields were read, whether the dialect found nothing.

    Fields are those of each first edition: what is read again later tells of today's template.
    """
    article, edition = schema.Article, schema.Edition
    reading = edition.reading
    first = (
        select(edition.article_id, func.min(edition.captured).label("at"))
        .join(article, article.id == edition.article_id)
        .where(article.portal == slug)
        .group_by(edition.article_id)
        .order_by(func.min(edition.captured).desc())
        .limit(_KNOWN)
        .subquery()
    )
    columns = [reading[name].as_string().label(name) for name in FIELDS]
    asked = (
        select(first.c.at, *columns, cast(reading["warnings"], Text).label("warnings"))
        .join(edition, edition.article_id == first.c.article_id)
        .where(edition.captured == first.c.at)
        .order_by(first.c.at.desc(), edition.published.desc())
    )
    rows = session.execute(asked).all()
    seen = [_local_day(row.at) for row in rows if not row.published]
    days = sorted({*_days(session, slug), *seen}, reverse=True)
    fields = [frozenset(name for name in FIELDS if getattr(row, name)) for row in rows]
    return days, fields, ["the selectors of " in (row.warnings or "") for row in rows]


def _days(session: Session, slug: str) -> Iterator[date]:
    """The days of the newest bulletins, none later than when it was first seen: some are misdated."""
    article, edition = schema.Article, schema.Edition
    first = select(func.min(edition.captured)).where(edition.article_id == article.id)
    asked = (
        select(edition.published, first.correlate(article).scalar_subquery().label("at"))
        .join(article, article.current == edition.id)
        .where(article.portal == slug, edition.published.is_not(None))
        .order_by(edition.published.desc())
    )
    for published, at in session.execute(asked.limit(_KNOWN)):
        yield min(datetime.fromisoformat(published or "").date(), _local_day(at))


def _local_day(at: datetime) -> date:
    """The day of a moment in Vietnam."""
    return at.astimezone(VIETNAM).date()
