"""When things are looked at again: articles ever more rarely, portals as often as they publish."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from model.clock import now
from pipeline.workshop import Workshop
from storage.reports import newest_days
from storage.status import LastRuns, last_runs

# Days after publication; corrections come early. Older articles are seen once a quarter.
VISITS = (1, 7, 30, 90)
# A portal is read within a day, whatever its habit (storage/health.py).
OFTENEST, RAREST = timedelta(hours=1), timedelta(hours=20)
BROKE_OFF = timedelta(minutes=10)  # until a refresh that broke off goes on
_FAILED, _LONGEST = timedelta(hours=1), timedelta(hours=24)


def recheck_after(published: str | None, captured: datetime) -> datetime:
    """When an article is due again: a day, a week, a month and a quarter after it appeared, then each quarter.

    >>> recheck_after("2024-05-01", datetime(2024, 5, 3)).isoformat()
    '2024-05-08T00:00:00'
    """
    if published is None:
        return captured + timedelta(days=VISITS[1])
    age = (captured.date() - datetime.fromisoformat(published).date()).days
    place = bisect_right(VISITS, max(age, 0))
    wait = VISITS[place] - age if place < len(VISITS) else VISITS[-1]
    return captured + timedelta(days=min(wait, VISITS[-1]))


def refresh_every(days: Sequence[date], today: date) -> timedelta:
    """How long to wait between two refreshes of a portal: half of its mean gap between two bulletins.

    `days` are the dates of its newest bulletins; a portal that has fallen silent is asked ever more rarely.

    >>> refresh_every([date(2024, 5, 9), date(2024, 5, 8), date(2024, 5, 7)], date(2024, 5, 10))
    datetime.timedelta(seconds=28800)
    """
    if len(days) < 2:
        return RAREST
    gap = max(max(days) - min(days), timedelta(days=1)) / len(days)
    return min(max(gap / 2, (today - max(days)) / 8, OFTENEST), RAREST)


def next_refresh(slug: str, runs: LastRuns, days: Sequence[date], moment: datetime) -> datetime:
    """When a portal is refreshed next: by its habit, later each time in a row that it failed, not while it refuses us.

    Portals of one habit are spread: each takes up to a tenth off its wait, the same each time.
    """
    if runs.started is None:
        return moment
    wait = refresh_every(days, moment.date())
    wait -= wait * _spread(slug) // 2560
    if runs.failures:
        wait = min(_FAILED * 2 ** min(runs.failures - 1, 10), _LONGEST)
    elif runs.broke_off:
        wait = BROKE_OFF
    return max(runs.started + wait, runs.left_alone or runs.started)


def _spread(slug: str) -> int:
    """A number from 0 to 255 that belongs to a portal."""
    return hashlib.sha256(slug.encode()).digest()[0]


@dataclass(frozen=True)
class Due:
    """A portal, when it is refreshed next, and how often by its habit."""

    slug: str
    at: datetime
    every: timedelta


def due_portals(shop: Workshop, slugs: Sequence[str]) -> list[Due]:
    """When each of these portals is refreshed next, the first first."""
    moment, found = now(), []
    for slug in slugs:
        days = newest_days(shop.engine, slug)
        home = shop.portals[slug].home if slug in shop.portals else None
        at = next_refresh(slug, last_runs(shop.engine, slug, home), days, moment)
        found.append(Due(slug, at, refresh_every(days, moment.date())))
    return sorted(found, key=lambda due: (due.at, due.slug))


def with_next_run(shop: Workshop, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of portals' status, each with when its next refresh is worth while (`next_run`)."""
    known = {due.slug: due for due in due_portals(shop, [row["portal"] for row in rows])}
    for row in rows:
        row["next_run"] = known[row["portal"]].at.isoformat() if row["last_run"] else None
    return rows
