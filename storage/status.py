"""What the archive holds of every portal: how much, how complete, how its last refresh went."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from model.clock import now
from storage import schema
from storage.database import look
from storage.ids import address_key
from storage.reports import earliest_end


def portal_status(engine: Engine) -> list[dict[str, Any]]:
    """Per portal: what is held and how completely, the last run and how it ended, what waits and what failed."""
    with look(engine) as session:
        return [
            _status(session, portal)
            for portal in session.scalars(select(schema.Portal).order_by(schema.Portal.slug))
        ]


def _status(session: Session, portal: schema.Portal) -> dict[str, Any]:
    run = session.scalar(
        select(schema.Run)
        .where(schema.Run.portal == portal.slug)
        .order_by(schema.Run.id.desc())
        .limit(1)
    )
    own = schema.Article.portal == portal.slug

    def count(*parts: Any) -> int:
        asked: Any = select(func.count()).select_from(parts[0])
        for table, on in parts[1]:
            asked = asked.join(table, on)
        return int(session.scalar(asked.where(*parts[2])) or 0)

    joined = [(schema.Article, schema.Article.id == schema.Edition.article_id)]
    states = dict(
        session.execute(
            select(schema.Capture.state, func.count())
            .where(schema.Capture.portal == portal.slug)
            .group_by(schema.Capture.state)
        ).all()
    )
    return {
        "portal": portal.slug,
        "name": portal.name,
        "articles": count(schema.Article, [], [own]),
        "editions": count(schema.Edition, joined, [own]),
        "vanished": count(schema.Article, [], [own, schema.Article.vanished.is_not(None)]),
        "figures": count(
            schema.Figure,
            [(schema.Article, schema.Article.current == schema.Figure.edition_id)],
            [own],
        ),
        "newest": session.scalar(
            select(func.max(schema.Edition.published))
            .join(schema.Article, schema.Article.id == schema.Edition.article_id)
            .where(own)
        ),
        "last_run": run.started.isoformat() if run else None,
        "outcome": run.outcome if run else None,
        "note": run.note if run else None,
        "unread": states.get("due", 0),
        "unreadable": states.get("failed", 0),
        "alarms": (run.report or {}).get("alarms", []) if run else [],
        "dying": (run.report or {}).get("dying", []) if run else [],
        "left_alone": alone.isoformat() if (alone := _left_alone(session, portal.home)) else None,
        **completeness(session, portal.slug),
    }


def _left_alone(session: Session, home: str | None) -> datetime | None:
    """Until when a portal's host is left alone because it refused us; None where it is not."""
    host = address_key(home or "").partition("/")[0]
    breaker = schema.Breaker
    own = (breaker.until > now(), breaker.host == host)
    return session.scalar(select(func.max(breaker.until)).where(*own))


@dataclass(frozen=True)
class LastRuns:
    """How a portal's last refreshes went: when the last began, failures in a row, whether it broke off."""

    started: datetime | None
    failures: int
    broke_off: bool
    left_alone: datetime | None


def last_runs(engine: Engine, slug: str, home: str | None) -> LastRuns:
    """How the last refreshes of a portal went."""
    run = schema.Run
    with look(engine) as session:
        asked = select(run).where(run.portal == slug).order_by(run.id.desc()).limit(20)
        runs = session.scalars(asked).all()
        failures = 0
        for one in runs:
            if one.lists or one.outcome in (None, "done"):
                break
            failures += 1
        newest = runs[0] if runs else None
        broke_off = newest is not None and newest.outcome in (None, "stopped")
        started = newest.started if newest else None
        return LastRuns(started, failures, broke_off, _left_alone(session, home))


def completeness(session: Session, slug: str) -> dict[str, Any]:
    """How much of a portal is held, and how that is known.

    `known` are the articles that lists and feeds named or that are held, `waiting` those of them never
    had; `complete` is the share that was had, in whole percent, null before anything is known.
    """
    page = schema.Page
    own = (page.portal == slug, page.kind == "article")
    asked = select(func.count(), func.count(page.acknowledged)).where(*own)
    known, had = session.execute(asked).one()
    heads = session.scalars(select(page).where(page.portal == slug, page.kind == "section")).all()
    feeds = session.scalars(select(page).where(page.portal == slug, page.kind == "feed")).all()
    pager = sum((row.pages or 0) * len(row.listing or []) for row in heads)
    named = {key for row in feeds for key in row.listing or []}
    return {
        "known": known,
        "waiting": known - had,
        "complete": 100 * had // known if known else None,
        "pager": pager or None,
        "feeds": len(named) or None,
        "feeds_held": _held(session, named) if named else None,
        "ids": _id_range(session, slug),
        "walked": walked.isoformat() if (walked := earliest_end(heads)) else None,
    }


def _held(session: Session, keys: set[str]) -> int:
    wanted, found = sorted(keys), 0
    for start in range(0, len(wanted), 500):
        part = schema.Page.id.in_(wanted[start : start + 500])
        asked = select(func.count(schema.Page.acknowledged)).where(part)
        found += session.scalar(asked) or 0
    return found


def _id_range(session: Session, slug: str) -> dict[str, int] | None:
    """First and last native id where all are short numbers, and how many between are not held.

    Other contents of a portal may have taken numbers too, so what is missing is at most that.
    """
    asked = select(schema.Article.native_id).where(schema.Article.portal == slug)
    written = session.scalars(asked).all()
    if not written or not all(n and n.isdecimal() and len(n) < 10 for n in written):
        return None
    held = {int(n) for n in written if n}
    return {"first": min(held), "last": max(held), "missing": max(held) - min(held) + 1 - len(held)}


def by_month(engine: Engine, slug: str) -> list[dict[str, Any]]:
    """Articles held of a portal by month of publication, oldest first; those without a date last."""
    edition, article = schema.Edition, schema.Article
    month = func.substr(edition.published, 1, 7)
    asked = (
        select(month, func.count(), func.count(article.vanished))
        .join(article, article.current == edition.id)
        .where(article.portal == slug)
        .group_by(month)
        .order_by(month.is_(None), month)
    )
    with look(engine) as session:
        rows = session.execute(asked).all()
        return [{"month": when, "articles": held, "vanished": gone} for when, held, gone in rows]
