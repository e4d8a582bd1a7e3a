"""Questions for figures: as rows with their evidence, or grouped; readers' corrections stand beside."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import Engine, and_, func, or_, select
from sqlalchemy.orm import Session

from model.errors import InputError
from model.records import decimal_text
from storage import schema
from storage.queries import EVERYTHING, Filters, archive_address, edition_limits
from storage.values import bound_scaled, from_scaled
from text import bare_key, exact_tokens, folded_tokens
from text.queries import Token, read_tokens

GROUPS = ("month", "quarter", "year", "portal", "place")
_VALUE = func.coalesce(schema.Correction.scaled, schema.Figure.value)


FIELDS = (
    "id", "article_id", "edition_id", "type", "value", "low", "high", "total", "qualifier", "currency", "unit",
    "noun", "per", "about", "period_from", "period_to", "change", "baseline", "of_plan", "aim", "part_of", "place",
    "flags", "text", "sentence", "start", "end", "published", "portal", "url", "archived", "warc_file", "warc_offset",
    "key", "base_value", "base_unit", "place_code", "row", "column", "read_value", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class FigureQuestion:
    """Which figures are asked for."""

    words: str | None = None
    type: str | None = None
    noun: str | None = None
    unit: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    loose: bool = False
    place: str | None = None
    filters: Filters = EVERYTHING
    rejected: bool = False
    repeats: bool = False


def find_figures(engine: Engine, question: FigureQuestion) -> Iterator[dict[str, Any]]:
    """Figures of current editions as flat rows, newest article first.

    Left out are those that a reader rejected and those of a title or lead that the body tells again, unless asked for.
    """
    correction = schema.Correction
    asked = (
        select(schema.Figure, schema.Edition, schema.Article, schema.Portal.place, correction)
        .join(schema.Edition, schema.Edition.id == schema.Figure.edition_id)
        .join(schema.Article, schema.Article.current == schema.Edition.id)
        .join(schema.Portal, schema.Portal.slug == schema.Article.portal)
        .outerjoin(correction, correction.figure_id == schema.Figure.id)
        .where(*edition_limits(question.filters), *_figure_limits(question))
        .where(*_kept(question.rejected))
        .order_by(
            schema.Edition.published.desc(),
            schema.Article.id,
            schema.Figure.start,
            schema.Figure.id,
        )
    )
    words, noun, where = (
        read_tokens(t or "") for t in (question.words, question.noun, question.place)
    )
    with Session(engine) as session:
        for figure, edition, article, place, said in session.execute(
            asked.execution_options(yield_per=1000)
        ):
            if "repeat" in figure.read["flags"] and not question.repeats:
                continue
            near = f"{figure.sentence} {place or ''}"
            if (
                says(figure.sentence, words)
                and names(figure.noun or "", noun)
                and says(near, where)
            ):
                yield figure_row(figure, edition, article, said)


def _kept(rejected: bool) -> list[Any]:
    action = schema.Correction.action
    return [] if rejected else [or_(action.is_(None), action != "reject")]


def says(sentence: str, terms: tuple[Token, ...]) -> bool:
    """Whether a text has all these words: one typed with marks exactly, one without folded."""
    if not terms:
        return True
    exact, folded = set(exact_tokens(sentence)), set(folded_tokens(sentence))
    return all(t.key in (exact if t.exact else folded) for t in terms)


def names(noun: str, terms: tuple[Token, ...]) -> bool:
    """Whether a counted noun has these words one behind the other: hộ nghèo is no hộ cận nghèo."""
    if not terms:
        return True
    exact, folded = exact_tokens(noun), folded_tokens(noun)
    if len(exact) != len(folded):
        return False
    return any(
        all((exact if t.exact else folded)[at + i] == t.key for i, t in enumerate(terms))
        for at in range(len(exact) - len(terms) + 1)
    )


def group_figures(
    rows: Iterable[dict[str, Any]], by: str, places: dict[str, str | None]
) -> list[dict[str, Any]]:
    """Figures in groups: how many, in how many articles, least, median, greatest and sum of their values.

    A part of another figure of its group is not summed again. The sum is None where it would say nothing: of
    percentages and of different nouns. Raises InputError where the figures are of several types or units.
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    kinds: set[str] = set()
    for row in rows:
        if row["value"] is None:
            continue
        kinds.add(" ".join(filter(None, (row["type"], row["currency"] or row["unit"]))))
        key = _group(row, by, places)
        groups.setdefault(key, []).append(row)
    if len(kinds) > 1:
        found = ", ".join(sorted(kinds)[:4])
        raise InputError(f"figures of several kinds ({found}); choose with --type and --unit")
    return [_summed(key, groups[key]) for key in sorted(groups)]


def _group(row: dict[str, Any], by: str, places: dict[str, str | None]) -> str:
    day = row["published"] or ""
    if by == "portal":
        return str(row["portal"])
    if by == "place":
        return places.get(row["portal"]) or "unknown"
    if not day:
        return "unknown"
    quarter = f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"
    return {"year": day[:4], "month": day[:7], "quarter": quarter}[by]


def _summed(key: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    values = [Decimal(row["value"]) for row in found]
    shown = {"min": min(values), "median": median(values), "max": max(values)}
    return {
        "group": key,
        "figures": len(values),
        "articles": len({row["article_id"] for row in found}),
        **{name: decimal_text(Decimal(value)) for name, value in shown.items()},
        "sum": _sum(found),
    }


def _sum(found: list[dict[str, Any]]) -> str | None:
    if len({bare_key(row["noun"] or "") for row in found}) > 1 or found[0]["type"] == "percent":
        return None
    ids = {row["id"] for row in found}
    wholes = [Decimal(row["value"]) for row in found if row["part_of"] not in ids]
    return decimal_text(sum(wholes, Decimal(0)))


def _figure_limits(question: FigureQuestion) -> list[Any]:
    limits: list[Any] = []
    if question.type:
        limits.append(schema.Figure.type == question.type)
    if question.unit:
        limits.append(schema.Figure.unit == question.unit)
    if question.least is not None:
        limits.append(_bound(question, question.least, low_side=True))
    if question.most is not None:
        limits.append(_bound(question, question.most, low_side=False))
    return limits


def _bound(question: FigureQuestion, limit: Decimal, low_side: bool) -> Any:
    """At least (or at most) a value, qualifiers understood.

    "hơn 31 tỷ" is at least 30; "gần 30 tỷ" is below 30 and counts only when asked loosely.
    """
    kinds = [question.type] if question.type else ["money", "count", "percent", "measure"]
    open_side = ("nearly", "under", "at_most") if low_side else ("over", "at_least")
    parts = []
    for kind in kinds:
        scaled = bound_scaled(kind, limit, low_side=low_side)
        end = schema.Figure.low if low_side else schema.Figure.high
        known = func.coalesce(_VALUE, end)
        inside = known >= scaled if low_side else known <= scaled
        strict = known > scaled if low_side else known < scaled
        loose = inside if question.loose else strict
        doubtful = schema.Figure.qualifier.in_(open_side)
        parts.append(
            and_(schema.Figure.type == kind, or_(and_(doubtful, loose), and_(~doubtful, inside)))
        )
    return or_(*parts)


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
