"""Portals: how they live, how completely they are held, and the archive's own state."""

import threading
import time
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response

from model.errors import UnknownId
from storage.jobs import list_jobs
from storage.queries import list_portals
from storage.status import by_month, portal_status
from storage.vitals import with_health
from web.app import archive_of, page
from web.routes import Routes

router = Routes()
_FRESH = 120  # seconds that the state of all portals is told again: every portal is looked at
_lock = threading.Lock()


def portal_rows(request: Request) -> list[dict[str, Any]]:
    """The state of every portal, as it was at most two minutes ago."""
    engine, state = archive_of(request).engine, request.app.state
    return _kept(state, "portal_rows", lambda: with_health(engine, portal_status(engine)))


def _kept(state: Any, name: str, make: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    at, rows = getattr(state, name, (0.0, []))
    if rows and time.monotonic() - at < _FRESH:
        return list(rows)
    with _lock:  # made once, whoever else waits
        at, rows = getattr(state, name, (0.0, []))
        if not rows or time.monotonic() - at >= _FRESH:
            rows = make()
            setattr(state, name, (time.monotonic(), rows))
    return list(rows)


@router.reads("/portals")
def portals(request: Request) -> Response:
    """All portals with their health, freshness and completeness."""
    places = {row.slug: row for row in list_portals(archive_of(request).engine)}
    return page(request, "portals.html", rows=portal_rows(request), places=places)


@router.reads("/portals/{slug}")
def portal(request: Request, slug: str) -> Response:
    """One portal: its state, its bulletins by month, how to follow it."""
    engine = archive_of(request).engine
    row = next((row for row in portal_rows(request) if row["portal"] == slug), None)
    place = next((p for p in list_portals(engine) if p.slug == slug), None)
    if row is None or place is None:
        raise UnknownId(f"{slug[:100]}: không có cổng này")
    months = by_month(engine, slug)
    return page(request, "portal.html", row=row, place=place, months=months, years=_years(months))


def _years(months: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Articles and those that vanished, by year."""
    years: dict[str, tuple[int, int]] = {}
    for row in months:
        held, gone = years.get((row["month"] or "")[:4], (0, 0))
        years[(row["month"] or "")[:4]] = (held + row["articles"], gone + row["vanished"])
    return [(year, held, gone) for year, (held, gone) in years.items()]


@router.reads("/status")
def status(request: Request) -> Response:
    """How the archive itself does: what it holds, what waits, which portals are in trouble."""
    archive = archive_of(request)
    rows = portal_rows(request)
    jobs = sorted(list_jobs(archive.engine).values(), key=lambda job: job.name)
    behind = archive.totals()["journal_number"] - archive.indexes.articles.last_number()
    return page(
        request,
        "status.html",
        troubled=[r for r in rows if r["troubles"]],
        rows=rows,
        jobs=jobs,
        behind=max(0, behind),
    )
