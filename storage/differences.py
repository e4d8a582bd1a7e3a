"""What changed in the figures of an article between two of its editions, and series of figures over time."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from model.errors import UnknownId
from storage import schema
from storage.figures import figure_row
from text import align, bare_key

CHANGE_FIELDS = ("change", "type", "noun", "unit", "about", "before", "after", "before_text", "after_text",
    "before_figure", "after_figure", "before_archived", "after_archived")  # fmt: skip
Row = dict[str, Any]


def edition_changes(engine: Engine, article_id: str) -> list[Row]:
    """The changed figures of an article from each of its editions to the next, in capture order.

    Each row has both figures with the addresses of their captures; raises UnknownId.
    """
    with Session(engine) as session:
        article = session.get(schema.Article, article_id)
        if article is None:
            raise UnknownId(f"{article_id}: no article has this id")
        asked = select(schema.Edition).where(schema.Edition.article_id == article_id)
        editions = list(session.scalars(asked.order_by(schema.Edition.captured, schema.Edition.id)))
        read = [_rows(session, edition, article) for edition in editions]
    return [row for one, other in pairwise(read) for row in figure_changes(one, other)]


def _rows(session: Session, edition: schema.Edition, article: schema.Article) -> list[Row]:
    asked = select(schema.Figure).where(schema.Figure.edition_id == edition.id)
    figures = session.scalars(asked.order_by(schema.Figure.start))
    return [figure_row(figure, edition, article) for figure in figures]


def figure_changes(before: list[Row], after: list[Row]) -> Iterator[Row]:
    """What changed between two lists of figures in text order: changed, added or removed, one row each.

    Figures are the same where type, noun or unit and what they measure agree, and stand in the same order.
    """
    for a, b, c, d in align([_same(r) for r in before], [_same(r) for r in after]):
        old, new = before[a:b], after[c:d]
        for n in range(max(len(old), len(new))):
            one, other = old[n : n + 1], new[n : n + 1]
            if one and other and _kind(one[0]) != _kind(other[0]):
                yield _change(one[0], None)
                yield _change(None, other[0])
            elif not (one and other) or _worth(one[0]) != _worth(other[0]):
                yield _change(one[0] if one else None, other[0] if other else None)


def _kind(row: Row) -> tuple[Any, ...]:
    return row["type"], row["currency"], row["unit"], bare_key(row["noun"] or "").split(" ")[0]


def _same(row: Row) -> tuple[Any, ...]:
    return (*_kind(row), bare_key(row["about"] or ""))


def _worth(row: Row) -> tuple[Any, ...]:
    return row["value"], row["low"], row["high"], row["total"], row["qualifier"], row["per"]


def _change(before: Row | None, after: Row | None) -> Row:
    told: Row = after or before or {}
    kind = "changed" if before and after else "added" if after else "removed"
    made = {"change": kind, **{key: told[key] for key in ("type", "noun", "about")}}
    made["unit"] = told["currency"] or told["unit"]
    for side, row in (("before", before), ("after", after)):
        made[side] = row and worth_text(row)
        made[f"{side}_text"] = row and row["text"]
        made[f"{side}_figure"] = row and row["id"]
        made[f"{side}_archived"] = row and row["archived"]
    return {key: made[key] for key in CHANGE_FIELDS}


def worth_text(row: Row) -> str:
    """A figure's value as plain digits: one number, both ends of a range, or a part and its total."""
    if row["value"] is None:
        return f"{row['low']}..{row['high']}"
    return f"{row['value']}/{row['total']}" if row["total"] else str(row["value"])


def figure_series(rows: Iterable[Row]) -> list[Row]:
    """Series of what is comparable in rows of figures: one noun or unit, one measure, one place, period by period.

    A series has `type, key, unit, about, place` and `points`: `from, to`, the `value` told last by a publication
    of that period, `told` (all values with ids of figures) and `agree`, whether these are one. Only results with a
    period and a single value that are no difference, no rate and no repeat are points; a part is one like any other.
    """
    series: dict[tuple[Any, ...], dict[tuple[str, str], list[Row]]] = {}
    for row in rows:
        if _is_point(row):
            period = row["period_from"], row["period_to"]
            series.setdefault(_line(row), {}).setdefault(period, []).append(row)
    named = ("type", "key", "unit", "about", "place")
    lines = sorted(series.items(), key=lambda line: tuple(str(part or "") for part in line[0]))
    return [
        dict(zip(named, line, strict=True)) | {"points": _points(found)} for line, found in lines
    ]


def _is_point(row: Row) -> bool:
    whole = row["period_from"] and row["value"] is not None and row["aim"] == "result"
    return bool(whole and not row["change"] and not row["per"] and "repeat" not in row["flags"])


def _line(row: Row) -> tuple[Any, ...]:
    unit = row["base_unit"] or row["currency"] or row["unit"]
    about = None if row["type"] == "count" else bare_key(row["about"] or "") or None
    return row["type"], row["key"], unit, about, row["place_code"] or row["place"] or row["portal"]


def _points(found: dict[tuple[str, str], list[Row]]) -> list[Row]:
    points = []
    for (first, last), rows in sorted(found.items()):
        told = sorted(rows, key=lambda r: (r["published"] or "", r["id"]))
        values = [row["base_value"] or row["value"] for row in told]
        points.append({
            "from": first, "to": last, "value": values[-1], "agree": len(set(values)) == 1,
            "told": [{"figure": row["id"], "value": value, "published": row["published"], "archived": row["archived"]}
                     for row, value in zip(told, values, strict=True)],
        })  # fmt: skip
    return points


def series_rows(series: Iterable[Row], *, whole_years: bool) -> Iterator[Row]:
    """The points of series one by one, with the figures that tell them and the capture of the last.

    With `whole_years` only points that are told of a year from its first day to its last.
    """
    for line in series:
        named = {key: line[key] for key in ("type", "key", "unit", "about", "place")}
        for point in line["points"]:
            first, last = point["from"], point["to"]
            if whole_years and (first[:4] != last[:4] or (first[4:], last[4:]) != _YEAR):
                continue
            told = point["told"]
            yield named | {
                "from": first, "to": last, "value": point["value"], "agree": point["agree"],
                "figures": [one["figure"] for one in told], "archived": told[-1]["archived"],
            }  # fmt: skip


_YEAR = ("-01-01", "-12-31")
