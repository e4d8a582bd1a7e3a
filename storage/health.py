"""The health of a portal as numbers: how fresh, how often, how much of each field, how well read; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import ceil, comb
from typing import Any

import holidays

READ_WITHIN = timedelta(hours=24)  # the objective of every portal: a list page was had
FIELDS = ("published", "lead", "body", "byline")
# Days: how long a silence of a portal of which little is known may last, and any portal's.
_UNKNOWN, _LEAST, _MOST = 30, 3, 90
_ENOUGH = 8  # bulletins that tell a habit
_RARE = Decimal("0.0001")  # how rarely a healthy portal may look like this
_WINDOWS = (3, 5, 10)  # newest bulletins that are held against those before


@dataclass(frozen=True)
class Vitals:
    """What is known of a portal: when it was last had and tried, its bulletins, and how they were read.

    `days` are the days on which bulletins appeared, newest first; `fields` says of each bulletin, newest first, which
    fields were read, and `drifted` whether its dialect found nothing. `refused` is why it is left alone, `failed` what
    its last run noted, `signs` what tells that it is dying.
    """

    portal: str
    begun: datetime | None
    read: datetime | None
    days: Sequence[date] = ()
    fields: Sequence[frozenset[str]] = ()
    drifted: Sequence[bool] = ()
    refused: str | None = None
    failed: str | None = None
    signs: Sequence[str] = ()


@dataclass(frozen=True)
class Health:
    """Health from 0 to 100, the least of its parts; `troubles` are kinds with what tells of them.

    `read` falls from 100 while the portal was read within its objective to 0 at four times that; `bulletins` so for
    the days since the last one; `fields` is the share of fields that are still read, `reading` of bulletins whose
    dialect fits.
    """

    read: int
    bulletins: int
    fields: int
    reading: int
    read_within: int  # hours
    bulletin_within: int  # days on which offices work
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The least of the four."""
        return min(self.read, self.bulletins, self.fields, self.reading)


def assess(vitals: Vitals, now: datetime) -> Health:
    """The health of a portal at a moment."""
    late = now - (vitals.read or vitals.begun or now)
    within, silent = bulletin_objective(vitals.days), _silence(vitals, now)
    lost = lost_fields(vitals.fields)
    drifted = sum(vitals.drifted[: _WINDOWS[0]])
    troubles = {}
    if late > READ_WITHIN:
        kind = "blocked" if vitals.refused else "dead" if vitals.failed else "late"
        told = vitals.refused or vitals.failed or "not tried"
        troubles[kind] = f"not read for {_hours(late)} hours: {told}"
    elif silent > within:
        troubles["silent"] = f"no bulletin for {silent} working days, expected within {within}"
    if lost:
        troubles["hollow"] = f"the newest bulletins have no {', '.join(sorted(lost))}"
    if drifted == _WINDOWS[0]:
        troubles["drifted"] = "its dialect finds nothing on the newest bulletins"
    if vitals.signs:
        troubles["dying"] = "; ".join(vitals.signs)
    return Health(
        read=_falling(late, READ_WITHIN), bulletins=_falling(timedelta(silent), timedelta(within)),
        fields=100 - 100 * len(lost) // len(FIELDS), reading=100 - 100 * drifted // _WINDOWS[0],
        read_within=_hours(READ_WITHIN), bulletin_within=within, troubles=troubles,
    )  # fmt: skip


def _hours(span: timedelta) -> int:
    return span // timedelta(hours=1)


def _falling(late: timedelta, objective: timedelta) -> int:
    """100 up to an objective, 0 from four times that on."""
    over = max(late - objective, timedelta())
    return max(0, 100 - 100 * over // (3 * objective))


def _silence(vitals: Vitals, now: datetime) -> int:
    """Working days since the last bulletin, up to when the portal was last read: what nobody looked at is not silent."""
    if not vitals.days or vitals.read is None:
        return 0
    return working_days(max(vitals.days), vitals.read.date())


def bulletin_objective(days: Sequence[date]) -> int:
    """Within how many working days a portal's next bulletin is expected, by its own habit.

    Twice its longest gap but one (one long gap is no habit), at least five mean gaps and three days: a portal that
    publishes at random exceeds that once in some thousand gaps.
    """
    gaps = sorted(working_days(one, other) for one, other in pairwise(sorted(set(days))))
    if len(days) < _ENOUGH or not gaps:
        return _UNKNOWN
    longest = gaps[-2] if len(gaps) > 2 * _ENOUGH else gaps[-1]
    mean = Decimal(sum(gaps)) / len(gaps)
    return min(max(2 * longest + 1, ceil(5 * mean), _LEAST), _MOST)


@lru_cache
def _holidays() -> Any:
    """Vietnam's public holidays, Tết among them."""
    return holidays.country_holidays("VN")


@lru_cache(maxsize=10_000)
def working_days(first: date, last: date) -> int:
    """How many working days lie after one day up to another: offices rest at weekends and on holidays.

    >>> working_days(date(2023, 7, 14), date(2023, 7, 17))
    1
    """
    days = (first + timedelta(n) for n in range(1, (last - first).days + 1))
    return sum(day.weekday() < 5 and day not in _holidays() for day in days)


def lost_fields(fields: Sequence[frozenset[str]]) -> set[str]:
    """Fields that the newest bulletins lack more often than chance would have it after those before."""
    return {name for name in FIELDS if any(_is_lost(fields, name, size) for size in _WINDOWS)}


def _is_lost(fields: Sequence[frozenset[str]], name: str, size: int) -> bool:
    newest, before = fields[:size], fields[size:]
    if len(newest) < size or len(before) < _ENOUGH:
        return False
    lacking = sum(name not in found for found in newest)
    had = sum(name in found for found in before)
    share = 1 - (Decimal(had) + Decimal("0.5")) / (len(before) + 1)
    chance = sum(
        comb(size, n) * share**n * (1 - share) ** (size - n) for n in range(lacking, size + 1)
    )
    return lacking > size // 2 and chance < _RARE
