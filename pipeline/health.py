"""What a refresh says of a portal's health: alarms when reading got worse, signs that it is dying."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from statistics import median_low
from typing import Any

Report = dict[str, Any]
Check = Callable[[Report, Sequence[Report]], str | None]

LEAST = 5  # articles; shares of fewer say nothing
FALL = 20  # points of coverage
SILENCE = timedelta(days=30)


def _drift(report: Report, history: Sequence[Report]) -> str | None:
    count = report["drifted"]
    told = f"the dialect's selectors find nothing on {count} pages that the generic reader can read"
    return told if count else None


def _coverage(report: Report, history: Sequence[Report]) -> str | None:
    """Each field against the middle of what it was; a field that fell tells of a changed template."""
    if report["read"] < LEAST:
        return None
    fallen = []
    for field, share in report["coverage"].items():
        before = [old["coverage"][field] for old in history if old.get("read", 0) >= LEAST]
        if before and share < median_low(before) - FALL:
            fallen.append(f"{field} {share} % instead of {median_low(before)} %")
    return f"read less than before: {', '.join(fallen)}" if fallen else None


def _unreadable(report: Report, history: Sequence[Report]) -> str | None:
    count = sum(report["unreadable"].values())
    many = count >= LEAST and count * 5 > report["articles"]
    return f"{count} of {report['articles']} pages could not be read" if many else None


def _wasteful(report: Report, history: Sequence[Report]) -> str | None:
    many = report["new"] >= 4 * LEAST and report["requests"] > 3 * report["articles"]
    return f"{report['per_article']} requests an article" if many else None


def _software(report: Report, history: Sequence[Report]) -> str | None:
    before = [old for old in history if old.get("read", 0) >= LEAST]
    new = report["generic"] * 2 > report["read"] >= LEAST
    known = before and all(old["generic"] == 0 for old in before)
    return "the portal's software changed to one of no dialect" if new and known else None


CHECKS: tuple[Check, ...] = (_drift, _coverage, _unreadable, _wasteful, _software)


def alarms(report: Report, history: Sequence[Report]) -> list[str]:
    """One line for each check that a refresh fails; `history` are earlier reports, newest first."""
    return [line for check in CHECKS if (line := check(report, history))]


def dying(report: Report, days: Sequence[date], today: date) -> list[str]:
    """Why a portal seems to be at its end: what the crawl noted, and silence against its own habit.

    `days` are the dates of its newest bulletins, newest first.
    """
    reasons = list(report.get("signs", []))
    if len(days) >= LEAST:
        habit = (days[0] - days[-1]) / (len(days) - 1)
        silent = today - days[0]
        if silent > max(SILENCE, 5 * habit):
            reasons.append(
                f"silence: no bulletin for {silent.days} days, before one in {max(habit.days, 1)}"
            )
    return reasons
