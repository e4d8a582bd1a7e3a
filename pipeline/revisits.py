"""When things are looked at again: articles ever more rarely, portals as often as they publish."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.workshop import Workshop
from storage.clock import now
from storage.reports import newest_days

# Days after publication; corrections come early. Older articles are seen once a quarter.
VISITS = (1, 7, 30, 90)
OFTENEST, RAREST = timedelta(hours=1), timedelta(days=7)


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

    >>> refresh_every([date(2024, 5, 9), date(2024, 5, 5), date(2024, 5, 1)], date(2024, 5, 10))
    datetime.timedelta(days=1, seconds=28800)
    """
    if len(days) < 2:
        return timedelta(days=1)
    gap = max(max(days) - min(days), timedelta(days=1)) / len(days)
    return min(max(gap / 2, (today - max(days)) / 8, OFTENEST), RAREST)


def with_next_run(shop: Workshop, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of portals' status, each with when its next refresh is worth while (`next_run`)."""
    for row in rows:
        wait = refresh_every(newest_days(shop.engine, row["portal"]), now().date())
        last = row["last_run"]
        row["next_run"] = (datetime.fromisoformat(last) + wait).isoformat() if last else None
    return rows
