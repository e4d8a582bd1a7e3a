"""Figures that a query of the index finds, in groups: one look that surveys them, one that reads their columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tantivy

from model.errors import InputError
from storage.documents import moment_minute
from storage.matching import all_hits, both, higher_than, one_of, ranged
from storage.values import MOST

if TYPE_CHECKING:
    from storage.summing import Columns, Values

_KINDS = 20  # that are told apart
_CODES: dict[str, Callable[[Any], Any]] = {  # of a minute, as in 202307120730, or a column of them
    "year": lambda minute: minute // 10**8,
    "month": lambda minute: minute // 10**6,
    "quarter": lambda minute: minute // 10**8 * 10 + (minute // 10**6 % 100 + 2) // 3,
}


@dataclass(frozen=True)
class Survey:
    """What is known of figures before they are read: how many, and whether a column is worth reading."""

    figures: int
    valued: int
    kinds: list[str]  # type and unit, the most frequent first
    nouns: bool  # of several nouns
    copies: bool  # some in re-posts
    parts: bool  # some a part of another figure


def survey_figures(searcher: tantivy.Searcher, built: tantivy.Query) -> Survey:
    """What a query finds, in one look."""
    ends = {"noun": "noun_number", "copy": "copy", "whole": "whole"}
    asked: dict[str, Any] = {name: {"stats": {"field": field}} for name, field in ends.items()}
    asked["kind"] = {"terms": {"field": "kind", "size": _KINDS}}
    asked["valued"] = {"value_count": {"field": "value"}}
    told: Any = searcher.aggregate(built, asked)
    return Survey(
        int(told["noun"]["count"]),
        int(told["valued"]["value"]),
        [str(bucket["key"]) for bucket in told["kind"]["buckets"]],
        told["noun"]["min"] != told["noun"]["max"],
        bool(told["copy"]["max"]),
        bool(told["whole"]["max"]),
    )


def group_hits(
    searcher: tantivy.Searcher, index: tantivy.Schema, built: tantivy.Query, by: str
) -> tuple[str, dict[int, "Values"]]:
    """The type and unit of what a query finds, and its values in groups; see FigureIndex.group."""
    survey = survey_figures(searcher, built)
    if len(survey.kinds) > 1:
        found = ", ".join(sorted(survey.kinds)[:4])
        raise InputError(f"figures of several kinds ({found}); choose with --type and --unit")
    if not survey.valued:
        return "", {}
    if survey.valued < survey.figures:
        built = both(built, ranged(index, "value", -MOST, MOST, tantivy.FieldType.Integer))
    again = told_again(searcher, index, built) if survey.copies else set[int]()
    hits = all_hits(searcher, built, survey.valued)
    groups = dict(_columns(searcher, hits, by, nouns=survey.nouns).without(again).groups())
    if survey.parts:
        parts = _columns(searcher, _parts(searcher, index, built), by)
        for code, less in parts.without(again).groups():
            groups[code].total -= less.total
    return survey.kinds[0], groups


def told_again(searcher: tantivy.Searcher, index: tantivy.Schema, built: tantivy.Query) -> set[int]:
    """The articles that are re-posts of another one whose figures a query finds too."""
    copies = all_hits(searcher, both(built, one_of(index, "copy", [1])), order_by_field="moment")
    if not copies:
        return set()
    origins = _column(searcher, "origin", copies)
    articles = _column(searcher, "article_number", copies)
    firsts = all_hits(searcher, both(built, one_of(index, "article_number", set(origins))))
    there = set(_column(searcher, "article_number", firsts))
    first = dict(zip(origins, articles, strict=True))  # the earliest, which comes last
    return {
        article
        for origin, article in zip(origins, articles, strict=True)
        if origin in there or first[origin] != article
    }


def _column(searcher: tantivy.Searcher, field: str, hits: list[Any]) -> list[int]:
    """A number of each hit."""
    numbers: list[int] = searcher.fast_field_values(field, [address for _, address in hits])
    return numbers


def _parts(searcher: tantivy.Searcher, index: tantivy.Schema, built: tantivy.Query) -> list[Any]:
    """What is part of another figure that a query finds too."""
    parts = both(built, higher_than(index, "whole", 0))
    wholes = set(_column(searcher, "whole", all_hits(searcher, parts)))
    there = all_hits(searcher, both(built, one_of(index, "number", wholes)))
    known = _column(searcher, "number", there)
    return all_hits(searcher, both(parts, one_of(index, "whole", known)))


def _columns(
    searcher: tantivy.Searcher, hits: list[Any], by: str, *, nouns: bool = False
) -> "Columns":
    """Of each hit its value, the code of its group, its article and, where asked for, its noun."""
    from storage import summing  # noqa: PLC0415 -- numpy takes a tenth of a second to begin

    found = [address for _, address in hits]

    def column(field: str) -> Any:
        return summing.unsigned(searcher.fast_field_values(field, found))

    return summing.Columns(
        summing.signed(searcher.fast_field_values("value", found)),
        _CODES[by](moment_minute(column("moment"))) if by in _CODES else column("portal_number"),
        column("article_number"),
        column("noun_number") if nouns else None,
    )
