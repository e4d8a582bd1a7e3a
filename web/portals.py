"""Portals: how they live, how completely they are held, and the archive's own state."""

from typing import Any

from fastapi import Request, Response

from model.errors import UnknownId
from storage.jobs import list_jobs
from storage.queries import list_portals
from storage.status import by_month
from web.app import archive_of, page
from web.routes import Routes

router = Routes()


@router.reads("/portals")
def portals(request: Request) -> Response:
    """All portals with their health, freshness and completeness."""
    places = {row.slug: row for row in list_portals(archive_of(request).engine)}
    return page(request, "portals.html", rows=archive_of(request).portals(), places=places)


@router.reads("/portals/{slug}")
def portal(request: Request, slug: str) -> Response:
    """One portal: its state, its bulletins by month, how to follow it."""
    engine = archive_of(request).engine
    row = next((row for row in archive_of(request).portals() if row["portal"] == slug), None)
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
    rows = archive_of(request).portals()
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
