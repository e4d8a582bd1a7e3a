"""Questions for figures: as rows with their evidence, or grouped; readers' corrections stand beside."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from model.records import decimal_text
from storage import schema
from storage.documents import portal_number
from storage.figure_index import FigureIndex, FigureKey, FigureQuery
from storage.queries import WITHOUT_TEXT, archive_address, is_current
from storage.takedowns import is_shown
from storage.values import from_scaled

if TYPE_CHECKING:
    from storage.summing import Values

_AT_ONCE = 500  # figures read from the database at once

FIELDS = (
    "id", "article_id", "edition_id", "type", "value", "low", "high", "total", "qualifier", "currency", "unit",
    "noun", "per", "about", "period_from", "period_to", "change", "baseline", "of_plan", "aim", "part_of", "place",
    "flags", "text", "sentence", "start", "end", "published", "portal", "url", "archived", "warc_file", "warc_offset",
    "key", "base_value", "base_unit", "place_code", "row", "column", "read_value", "reason",
)  # fmt: skip


def find_figures(
    engine: Engine, index: FigureIndex, asked: FigureQuery, *, once: bool = False
) -> Iterator[dict[str, Any]]:
    """Figures of current editions as flat rows, newest article first; with `once` those of re-posts only once.

    Left out are those that a reader rejected and those of a title or lead that the body tells again, unless asked for.
    """
    told_again = index.told_again(asked) if once else frozenset[str]()
    for lot in index.find(asked):
        for at in range(0, len(lot), _AT_ONCE):
            shown = figures_of(engine, lot[at : at + _AT_ONCE])
            yield from (row for row in shown if row["article_id"] not in told_again)


def page_figures(
    engine: Engine, index: FigureIndex, asked: FigureQuery, limit: int, after: FigureKey | None
) -> dict[str, Any]:
    """A page of figures as flat rows, how many there are in all, and the key that the next page begins after."""
    ids, key = index.page(asked, limit, after)
    return {"total": index.count(asked), "figures": figures_of(engine, ids), "next": key}


def figures_of(engine: Engine, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The figures of these ids in current editions that are shown, as flat rows in this order."""
    correction = schema.Correction
    rows = (
        select(schema.Figure, schema.Edition, schema.Article, correction)
        .join(schema.Edition, schema.Edition.id == schema.Figure.edition_id)
        .join(schema.Article, is_current())
        .outerjoin(correction, correction.figure_id == schema.Figure.id)
        .where(is_shown(), schema.Figure.id.in_(ids))
        .options(WITHOUT_TEXT)
    )
    with Session(engine) as session:
        found = {
            figure.id: figure_row(figure, edition, article, said)
            for figure, edition, article, said in session.execute(rows)
        }
    return [found[key] for key in ids if key in found]


def group_figures(
    index: FigureIndex, asked: FigureQuery, by: str, places: dict[str, str | None]
) -> list[dict[str, Any]]:
    """Figures in groups: how many, in how many articles, least, median, greatest and sum of their values.

    Re-posts count once, and a part of another figure is not summed again. The sum is None where it would say
    nothing: of percentages and of different nouns. `places` are those of all portals, by slug. Raises InputError
    where the figures are of several types or units.
    """
    names = {portal_number(slug): slug for slug in places}
    if by == "place":
        names = {number: places[slug] or "unknown" for number, slug in names.items()}
    groups: dict[str, Values] = {}
    kind, found = index.group(asked, by)
    for code, values in found.items():
        name = names[code] if by in ("portal", "place") else _named(by, code)
        groups[name] = groups[name].with_more(values) if name in groups else values
    return [_summed(key, groups[key], kind.partition(" ")[0]) for key in sorted(groups)]


def _named(by: str, code: int) -> str:
    """A month as 2023-07, a quarter as 2023-Q3.

    >>> _named("month", 202307), _named("quarter", 20233), _named("year", 0)
    ('2023-07', '2023-Q3', 'unknown')
    """
    if not code:
        return "unknown"
    joint = {"month": "-", "quarter": "-Q", "year": ""}[by]
    return f"{str(code)[:4]}{joint}{str(code)[4:]}"


def _summed(key: str, group: "Values", kind: str) -> dict[str, Any]:
    values = group.values
    told = {name: from_scaled(kind, int(values[at])) for name, at in (("min", 0), ("max", -1))}
    count = len(values)
    middle = Decimal(int(values[(count - 1) // 2]) + int(values[count // 2])) / 2
    places = Decimal(from_scaled(kind, 1) or 1)
    known = kind != "percent" and len(group.nouns) < 2
    return {
        "group": key,
        "figures": len(values),
        "articles": group.articles,
        "min": told["min"],
        "median": decimal_text(middle * places),
        "max": told["max"],
        "sum": from_scaled(kind, group.total) if known else None,
    }


def figure_row(
    figure: schema.Figure,
    edition: schema.Edition,
    article: schema.Article,
    said: schema.Correction | None = None,
) -> dict[str, Any]:
    """A figure as one flat row; a corrected value carries a flag, `text` stays what was written."""
    read = figure.read
    period = read.get("period") or {}
    corrected = _corrected(read, said) if said else {}
    cell = read["cell"] or {}
    return {
        "id": figure.id,
        "article_id": article.id,
        "edition_id": edition.id,
        "type": figure.type,
        **{key: read[key] for key in ("value", "low", "high", "total", "qualifier")},
        "currency": read.get("currency"),
        **{key: read[key] for key in ("unit", "noun", "per")},
        "about": (read["about"] or {}).get("text"),
        "period_from": period.get("from"),
        "period_to": period.get("to"),
        "change": read["change"],
        "baseline": (read["baseline"] or {}).get("text"),
        **{key: read[key] for key in ("of_plan", "aim")},
        "part_of": figure.part_of,
        "place": figure.place,
        "flags": read["flags"],
        "text": read["text"],
        "sentence": figure.sentence,
        "start": figure.start,
        "end": figure.end,
        "published": edition.published,
        "portal": article.portal,
        "url": article.url,
        "archived": archive_address(edition, article),
        "warc_file": edition.warc_file,
        "warc_offset": edition.warc_offset,
        "key": figure.key,
        "base_value": from_scaled("measure", figure.base),
        "base_unit": figure.base_unit,
        "place_code": figure.place_code,
        "row": cell.get("row"),
        "column": cell.get("column"),
        "read_value": read["value"],
        "reason": read["reason"],
    } | corrected


def _corrected(read: dict[str, Any], said: schema.Correction) -> dict[str, Any]:
    """What a reader said in place of what was read, which stays in `read_value`, with the reason; None for rejected.

    The base value is that of what was read: none is better than a wrong one.
    """
    flag = {"correct": "corrected", "reject": "rejected"}[said.action]
    emptied = (
        "low",
        "high",
        "base_value",
        "base_unit",
        *(["total"] if said.action == "reject" else []),
    )
    value = dict.fromkeys(emptied) | {"value": said.value}
    return value | {"flags": [*read["flags"], flag], "reason": said.reason}
