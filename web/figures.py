"""The figures explorer: reported numbers with their sentences, a chart of how they develop, each point to its evidence."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from fastapi import Request, Response

from model.errors import InputError
from publish.wording import hedged, short_number, wish_label
from storage.differences import figure_series, series_rows
from storage.figure_index import TYPES, FigureKey, FigureQuery
from storage.figures import find_figures, group_figures, page_figures
from storage.queries import portal_names, portal_places
from storage.wishes import Wish
from text import read_date
from web.app import archive_of, link_to, page
from web.asking import choose, narrowed_days, wish_of
from web.routes import Routes

router = Routes()
SIZE = 25
BY = ("year", "quarter", "month", "portal", "place", "series")
_MOST = 30_000  # figures that are grouped for a page; more want another question, or the export
_MOST_FOLLOWED = 8_000  # figures that a series is looked for in: their rows are read
_BARS = 60
_WIDTH, _HEIGHT, _LEFT, _FOOT = 720, 240, 64, 34
_ENDS = {
    "1": ("-01-01", "-03-31"),
    "2": ("-04-01", "-06-30"),
    "3": ("-07-01", "-09-30"),
    "4": ("-10-01", "-12-31"),
}


@dataclass(frozen=True)
class Bar:
    """A bar of the chart in pixels, with what it stands for and the way to its evidence."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    label: str
    told: str
    link: str


@router.reads("/figures")
def figures(request: Request) -> Response:
    """Figures that are asked for, grouped as a chart and listed with their sentences."""
    wish, archive = wish_of(request), archive_of(request)
    told = request.query_params
    asked, periods = figure_query(wish, told.get("period_from"), told.get("period_to"))
    by = choose(request, "by", BY)
    after = read_cursor(told.get("cursor"))
    found = page_figures(archive.engine, archive.indexes.figures, asked, SIZE, after)
    groups, hint = (
        _groups(request, wish, (asked, by, found["total"])) if wish.given() or periods else ([], "")
    )
    names = portal_names(archive.engine)
    rows = [
        row
        | {
            "told": hedged(row["text"], row["qualifier"]),
            "name": names.get(row["portal"], row["portal"]),
        }
        for row in found["figures"]
    ]
    return page(
        request, "figures.html", wish=wish, given=wish.given() | periods, periods=periods, by=by, ways=BY, types=TYPES, rows=rows,
        total=found["total"], next=write_cursor(found["next"]), groups=groups, hint=hint, names=names,
        label=wish_label(wish, names), chart=draw(groups, by), size=(_WIDTH, _HEIGHT, _LEFT, _FOOT), beginning=after is None,
    )  # fmt: skip


def figure_query(
    wish: Wish, first: str | None, last: str | None
) -> tuple[FigureQuery, dict[str, str]]:
    """The question for figures that report on a time from one day to another, and these days as an address has them."""
    periods = {}
    for name, given in (("period_from", first), ("period_to", last)):
        if told := (given or "").strip():
            read = read_date(told[:40])
            if read is None:
                raise InputError(f"{name} {told[:40]}: viết 12/07/2023 hoặc 2023-07-12")
            periods[name] = read.day.isoformat()
    since, until = periods.get("period_from"), periods.get("period_to")
    return replace(wish.figures(), since=since, until=until), periods


def write_cursor(key: FigureKey | None) -> str | None:
    """Where the next page begins, for an address."""
    return "_".join(map(str, key)) if key else None


def read_cursor(told: str | None) -> FigureKey | None:
    """Where a page begins; raises InputError for a cursor that is none."""
    if not told:
        return None
    parts = told.split("_")
    good = len(parts) == 3 and all(
        p.removeprefix("-").isdecimal() and p.isascii() and len(p) < 21 for p in parts
    )
    if not good:
        raise InputError("cursor: no cursor; take it from the link to the next page")
    moment, start, number = map(int, parts)
    if not (-(2**63) < moment <= 0 <= start < 2**63 and 0 <= number < 2**64):
        raise InputError("cursor: no cursor; take it from the link to the next page")
    return moment, start, number


def _groups(
    request: Request, wish: Wish, question: tuple[FigureQuery, str, int]
) -> tuple[list[dict[str, Any]], str]:
    """The figures in groups, each with the parameters of its evidence; where that can't be, why.

    Shown is the sum of each, or of all the median where one has no sum: both on one axis would tell a change that never was.
    """
    archive, (asked, by, total) = archive_of(request), question
    if not total:
        return [], ""
    if total > (_MOST_FOLLOWED if by == "series" else _MOST):
        return [], "many"
    if by == "series":
        rows = find_figures(archive.engine, archive.indexes.figures, asked, once=True)
        points = list(series_rows(figure_series(rows), whole_years=False))
        return points, "" if points else "none"
    places = portal_places(archive.engine)
    try:
        groups = group_figures(archive.indexes.figures, asked, by, places)
    except InputError:
        return [], "kinds"
    shown = "sum" if all(group["sum"] is not None for group in groups) else "median"
    asks = wish.given() | {k: v for k, v in request.query_params.items() if k.startswith("period_")}
    for group in groups:
        found = _evidence(by, group["group"], wish, places)
        group |= {
            "measure": shown,
            "shown": group[shown],
            "link": found and link_to(request, "/figures", **asks | found),
        }
    return groups, ""


def _evidence(
    by: str, group: str, wish: Wish, places: dict[str, str | None]
) -> dict[str, str] | None:
    """The parameters that narrow a question to one group; None where none do.

    >>> _evidence("quarter", "2023-Q3", Wish(since="2023-08-01"), {})
    {'since': '2023-08-01', 'until': '2023-09-30'}
    """
    if group == "unknown":
        return None
    if by == "portal":
        return {"portal": group}
    if by == "place":
        there = [slug for slug, place in places.items() if place == group]
        return {"portal": there[0]} if len(there) == 1 else None
    year, _, part = group.partition("-")
    if by == "quarter":
        first, last = _ENDS[part[1:]]
        return narrowed_days(wish, year + first, year + last)
    if by == "month":
        end = f"{group}-{monthrange(int(year), int(part))[1]:02d}"
        return narrowed_days(wish, f"{group}-01", end)
    return narrowed_days(wish, f"{year}-01-01", f"{year}-12-31")


def draw(groups: Sequence[dict[str, Any]], by: str) -> list[Bar]:
    """The bars of a chart of groups by time, the last few where they are many; none of other groups, or of one alone."""
    shown = [g for g in groups if by in BY[:3] and g["group"] != "unknown"][-_BARS:]
    values = [Decimal(group["shown"]) for group in shown]
    if len(shown) < 2 or min(values) < 0 or not max(values):
        return []
    step = Decimal(_WIDTH - _LEFT) / len(shown)
    room = Decimal(_HEIGHT - _FOOT - 18)
    bars = []
    for number, (group, value) in enumerate(zip(shown, values, strict=True)):
        height = room * value / max(values)
        bars.append(
            Bar(_px(_LEFT + number * step + step / 10), _px(_HEIGHT - _FOOT - height), _px(step * 4 / 5), _px(height),
                group["group"], _label(value), group["link"] or "")
        )  # fmt: skip
    return bars


def _label(value: Decimal) -> str:
    """A value over its bar, to the hundredth of what it is said in; the table below has it exactly."""
    for scale in (10**9, 10**6, 10**3):
        if abs(value) >= scale:
            return short_number(round(value / scale, 2) * scale)
    return short_number(round(value, 2))


def _px(value: Decimal) -> Decimal:
    return round(value, 1)
