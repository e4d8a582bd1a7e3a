"""Health finds every planted trouble within its objective, and cries no wolf over healthy portals."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage.health import (
    FIELDS,
    Vitals,
    assess,
    bulletin_objective,
    lost_fields,
    working_days,
)

START = datetime(2026, 3, 2, 3, tzinfo=UTC)  # a Monday
WHOLE = frozenset(FIELDS)
Habit = Callable[[random.Random, date], int]  # bulletins on a day

HABITS: dict[str, Habit] = {
    "every working day": lambda _, day: int(day.weekday() < 5),
    "every day of the week": lambda _, day: 1,
    "several a day": lambda r, day: r.randrange(1, 5) if day.weekday() < 5 else 0,
    "at random, one in two days": lambda r, day: int(day.weekday() < 5 and r.random() < 0.5),
    "at random, one in four days": lambda r, day: int(day.weekday() < 5 and r.random() < 0.25),
    "on Mondays": lambda _, day: 2 * int(day.weekday() == 0),
    "on Mondays and Thursdays": lambda _, day: int(day.weekday() in (0, 3)),
    "in bursts": lambda r, day: r.choice((0, 0, 0, 5)) if day.weekday() < 5 else 0,
}


def published(habit: Habit, seed: int, first: date, days: int) -> list[date]:
    chance = random.Random(seed)
    found: list[date] = []
    for n in range(days):
        day = first + timedelta(days=n)
        found += [day] * habit(chance, day)
    return found


def vitals(days: Sequence[date], now: datetime) -> Vitals:
    known = sorted((day for day in days if day <= now.date()), reverse=True)[:60]
    return Vitals(
        "p", START, now - timedelta(hours=3), sorted(set(known), reverse=True), [WHOLE] * len(known),
        [False] * len(known),
    )  # fmt: skip


@pytest.mark.parametrize("habit", HABITS)
def test_healthy_portals_raise_no_alarm_in_a_fortnight(habit: str) -> None:
    alarms = 0
    for seed in range(30):
        days = published(HABITS[habit], seed, START.date() - timedelta(days=240), 254)
        for n in range(14):
            now = START + timedelta(days=n)
            alarms += bool(assess(vitals(days, now), now).troubles)
    assert alarms == 0


def test_tet_is_no_silence() -> None:
    days = published(HABITS["every working day"], 1, date(2025, 9, 1), 240)
    days = [day for day in days if not date(2026, 2, 14) <= day <= date(2026, 2, 22)]
    now = datetime(2026, 2, 23, 3, tzinfo=UTC)
    assert assess(vitals(days, now), now).troubles == {}


@pytest.mark.parametrize("habit", HABITS)
def test_silence_is_found_within_the_objective_and_a_day(habit: str) -> None:
    for seed in range(10):
        days = published(HABITS[habit], seed, START.date() - timedelta(days=240), 240)
        objective = bulletin_objective(vitals(days, START).days)
        found = next(
            n
            for n in range(400)
            if "silent" in assess(vitals(days, START + timedelta(n)), START + timedelta(n)).troubles
        )
        silent = working_days(days[-1], (START + timedelta(days=found)).date())
        assert silent == objective + 1  # the first day beyond it
        assert objective <= (9 if habit == "every working day" else 60)


def test_unread_portals_are_late_blocked_or_dead() -> None:
    well = vitals(published(HABITS["on Mondays"], 1, date(2025, 9, 1), 180), START)
    late = replace(well, read=START - timedelta(hours=25))
    assert assess(replace(well, read=START - timedelta(hours=23)), START).troubles == {}
    assert list(assess(late, START).troubles) == ["late"]
    assert list(assess(replace(late, refused="a block page"), START).troubles) == ["blocked"]
    assert list(assess(replace(late, failed="connection refused"), START).troubles) == ["dead"]
    assert list(assess(replace(late, read=None, begun=START - timedelta(hours=25)), START).troubles) == ["late"]  # fmt: skip
    numbers = [
        assess(replace(well, read=START - timedelta(hours=h)), START).number
        for h in range(0, 120, 6)
    ]
    assert numbers == sorted(numbers, reverse=True)
    assert (numbers[0], numbers[-1]) == (100, 0)


@pytest.mark.parametrize("lost", FIELDS)
def test_half_empty_fields_are_found_after_three_bulletins(lost: str) -> None:
    healthy = [WHOLE] * 40
    for count in (1, 2):
        assert lost_fields([WHOLE - {lost}] * count + healthy) == set()
    assert lost_fields([WHOLE - {lost}] * 3 + healthy) == {lost}
    found = assess(
        replace(vitals([START.date()], START), fields=[WHOLE - {lost}] * 3 + healthy), START
    )
    assert list(found.troubles) == ["hollow"]
    assert found.fields == 75


def test_fields_that_come_and_go_are_no_loss() -> None:
    alarms = 0
    for seed in range(300):
        chance = random.Random(seed)
        fields = [
            frozenset(f for f in FIELDS if f != "lead" or chance.random() < 0.6) for _ in range(60)
        ]
        alarms += bool(lost_fields(fields))
    assert alarms <= 1


def test_drift_is_found_and_ends() -> None:
    well = vitals([START.date()], START)
    assert list(assess(replace(well, drifted=[True] * 3 + [False] * 9), START).troubles) == [
        "drifted"
    ]
    assert assess(replace(well, drifted=[False, True, True]), START).troubles == {}
    assert list(assess(replace(well, signs=["redirect: leads to another host"]), START).troubles) == ["dying"]  # fmt: skip
