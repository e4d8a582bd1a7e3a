"""The index of figures: one document each, so that figures are found, counted and grouped by words at once."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import tantivy
from sqlalchemy.orm import Session

from storage.documents import (
    figure_document,
    figure_schema,
    from_number,
    moment_minute,
)
from storage.index import DerivedIndex, Documents, Lot
from storage.indexed import reported_figures
from storage.matching import (
    all_hits,
    both,
    count_terms,
    either,
    higher_than,
    match_item,
    match_query,
    one_of,
    ranged,
)
from storage.values import MOST, bound_scaled
from text.queries import Item, Query

EVERYTHING = Query()
TYPES = ("money", "count", "percent", "measure")
# Qualifiers with which a value is not reached, where a limit is held against its low or its high side.
_OPEN = {True: ("nearly", "under", "at_most"), False: ("over", "at_least")}
_FIGURES_EACH = 50  # of an article, where articles are asked for
# Where a figure stands in the order of lists: the moment of its article (negative), its start, its number.
FigureKey = tuple[int, int, int]
Columns = tuple[list[int], list[int], list[int], list[int]]
Must, MustNot = tantivy.Occur.Must, tantivy.Occur.MustNot


@dataclass(frozen=True)
class FigureQuery:
    """Which figures are asked for: those whose sentences `query` finds, and that all of these hold of.

    `since` and `until` are the period reported on, ISO; `loose` takes "gần 30 tỷ" for 30 tỷ.
    """

    query: Query = EVERYTHING
    type: str | None = None
    noun: Item | None = None
    unit: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    loose: bool = False
    since: str | None = None
    until: str | None = None
    rejected: bool = False
    repeats: bool = False


@dataclass
class Values:
    """The figures of a group: their values as scaled integers, ascending, and the sum of those that are no parts."""

    values: list[int]
    articles: int
    total: int
    nouns: set[int]  # what is counted, as numbers

    def with_more(self, other: "Values") -> "Values":
        """Both groups as one."""
        values = sorted([*self.values, *other.values])
        articles, total = self.articles + other.articles, self.total + other.total
        return Values(values, articles, total, self.nouns | other.nouns)


class FigureIndex(DerivedIndex):
    """One document a figure of a current edition."""

    name = "index of figures"
    key = "article"
    format = "3"

    def fields(self) -> tantivy.Schema:
        return figure_schema()

    def documents(self, session: Session, articles: list[str]) -> Documents:
        return map(figure_document, reported_figures(session, articles))

    def expected(self, session: Session, articles: list[str]) -> dict[str, tuple[str, str]]:
        figures = reported_figures(session, articles)
        return {figure.id: (figure.version(), figure.article.id) for figure in figures}

    def find(self, asked: FigureQuery) -> Iterator[list[str]]:
        """The ids of the figures asked for, those of the newest article first, article by article, in lots."""
        self._match(asked)
        return self._walk(partial(self._lot, asked))

    def articles(self, asked: FigureQuery, count: int) -> list[str]:
        """The articles of the newest figures asked for, at most so many figures."""
        return self.mended(lambda: self._articles(self._match(asked), count))

    def among(self, asked: FigureQuery, articles: Sequence[str]) -> list[str]:
        """Those of these articles that report a figure asked for."""
        own = one_of(self.schema, "article", articles)
        built = both(self._match(asked), own) if articles else tantivy.Query.empty_query()
        return self.mended(lambda: self._articles(built, len(articles) * _FIGURES_EACH + 1))

    def _articles(self, built: tantivy.Query, count: int) -> list[str]:
        searcher = self.searcher()
        hits = searcher.search(built, limit=count, count=False, order_by_field="moment").hits
        numbers = searcher.fast_field_values("article_number", [address for _, address in hits])
        return list(dict.fromkeys(map(from_number, numbers)))

    def _lot(self, asked: FigureQuery, before: int | None, size: int) -> Lot:
        """A lot of ids, and the moment that the next begins before; whole articles."""
        searcher = self.searcher()
        built = self._match(asked, before)
        while True:
            hits = searcher.search(built, limit=size, count=False, order_by_field="moment").hits
            last = hits[-1][0] if len(hits) == size else None
            if last is None or hits[0][0] != last:
                break
            size *= 2  # one article of more figures than a lot
        told = self._ordered(searcher, [hit for hit in hits if hit[0] != last])
        return [from_number(number) for *_, number in told], None if last is None else last + 1

    def _ordered(self, searcher: tantivy.Searcher, hits: list[Any]) -> list[FigureKey]:
        """The keys of hits, in the order in which figures are listed."""
        addresses = [address for _, address in hits]
        starts = searcher.fast_field_values("start", addresses)
        numbers = searcher.fast_field_values("number", addresses)
        moments = [-moment for moment, _ in hits]
        return sorted(zip(moments, starts, numbers, strict=True))

    def count(self, asked: FigureQuery) -> int:
        """How many figures are asked for."""
        built = tantivy.Query.const_score_query(self._match(asked), 1.0)
        return self.mended(lambda: int(self.searcher().search(built, limit=1).count or 0))

    def page(
        self, asked: FigureQuery, limit: int, after: FigureKey | None
    ) -> tuple[list[str], FigureKey | None]:
        """The ids of the next figures asked for in the order of `find`, and the key that the page after them begins after."""
        self._match(asked)
        return self.mended(lambda: self._page(asked, limit, after))

    def _page(
        self, asked: FigureQuery, limit: int, after: FigureKey | None
    ) -> tuple[list[str], FigureKey | None]:
        searcher, size = self.searcher(), 2 * limit + 2
        built = self._match(asked, None if after is None else 1 - after[0])
        while True:
            hits = searcher.search(built, limit=size, count=False, order_by_field="moment").hits
            whole = len(hits) < size
            # The last article may go on behind the hits.
            kept = hits if whole else [hit for hit in hits if hit[0] != hits[-1][0]]
            told = [key for key in self._ordered(searcher, kept) if after is None or key > after]
            if whole or len(told) > limit:
                break
            size *= 2
        shown = told[:limit]
        return [from_number(number) for *_, number in shown], shown[-1] if len(
            told
        ) > limit else None

    def _match(self, asked: FigureQuery, before: int | None = None) -> tantivy.Query:
        return match_figures(self.schema, asked, before)

    def kinds(self, asked: FigureQuery) -> list[str]:
        """The types of the figures asked for, each with its unit, the most frequent first."""
        built = self._match(asked)
        counts, _ = self.mended(lambda: count_terms(self.searcher(), built, ("kind",), 20))
        return list(counts["kind"])

    def group(self, asked: FigureQuery, by: str, kind: str) -> dict[int, Values]:
        """The figures asked for of one kind in groups, those of re-posts once; exact.

        Keys are years (2023), months (202307), quarters (20233), 0 where the day is unknown, or numbers of
        portals. What is part of another figure asked for is not summed again.
        """
        return self.mended(lambda: self._group(asked, by, kind))

    def told_again(self, asked: FigureQuery) -> frozenset[str]:
        """The ids of articles that are re-posts of another one whose figures are asked for too."""

        def read() -> set[int]:
            return self._told_again(self.searcher(), self._match(asked))

        return frozenset(map(from_number, self.mended(read)))

    def _group(self, asked: FigureQuery, by: str, kind: str) -> dict[int, Values]:
        searcher, index = self.searcher(), self.schema
        valued = ranged(index, "value", -MOST, MOST, tantivy.FieldType.Integer)
        built = both(self._match(asked), one_of(index, "kind", [kind]), valued)
        told_again = self._told_again(searcher, built)
        values, codes, articles, nouns = self._columns(searcher, built, by)
        groups: dict[int, list[int]] = defaultdict(list)
        told_by: dict[int, set[int]] = defaultdict(set)
        of_nouns: dict[int, set[int]] = defaultdict(set)
        for value, code, article, noun in zip(values, codes, articles, nouns, strict=True):
            if article not in told_again:
                groups[code].append(value)
                told_by[code].add(article)
                of_nouns[code].add(noun)
        sums = {code: sum(found) for code, found in groups.items()}
        for value, code, article in self._parts(searcher, built, by):
            if article not in told_again:
                sums[code] -= value
        return {
            code: Values(found, len(told_by[code]), sums[code], of_nouns[code])
            for code, found in groups.items()
        }

    def _columns(self, searcher: tantivy.Searcher, built: tantivy.Query, by: str) -> Columns:
        """Values in ascending order, beside each the code of its group, its article and its noun."""
        ascending = {"order_by_field": "value", "order": tantivy.Order.Asc}
        hits = all_hits(searcher, built, **ascending)
        addresses = [address for _, address in hits]
        source = "moment" if by in _CODES else "portal_number"
        numbers = searcher.fast_field_values(source, addresses)
        codes = list(map(_CODES[by], numbers)) if by in _CODES else numbers
        articles = searcher.fast_field_values("article_number", addresses)
        nouns = searcher.fast_field_values("noun_number", addresses)
        return [value for value, _ in hits], codes, articles, nouns

    def _told_again(self, searcher: tantivy.Searcher, built: tantivy.Query) -> set[int]:
        """The articles that are re-posts of another one whose figures are asked for too."""
        index = self.schema
        copies = both(built, one_of(index, "copy", [1]))
        hits = all_hits(searcher, copies, order_by_field="moment")
        if not hits:
            return set()
        addresses = [address for _, address in hits]
        origins = searcher.fast_field_values("origin", addresses)
        articles = searcher.fast_field_values("article_number", addresses)
        firsts = both(built, one_of(index, "article_number", set(origins)))
        found = all_hits(searcher, firsts)
        there = set(searcher.fast_field_values("article_number", [a for _, a in found]))
        first = dict(zip(origins, articles, strict=True))  # the earliest, which comes last
        return {
            article
            for origin, article in zip(origins, articles, strict=True)
            if origin in there or first[origin] != article
        }

    def _parts(
        self, searcher: tantivy.Searcher, built: tantivy.Query, by: str
    ) -> Iterator[tuple[int, int, int]]:
        """Value, group and article of what is part of another figure that is asked for."""
        index = self.schema
        parts = both(built, higher_than(index, "whole", 0))
        found = all_hits(searcher, parts)
        wholes = set(searcher.fast_field_values("whole", [a for _, a in found]))
        if not wholes:
            return
        there = all_hits(searcher, both(built, one_of(index, "number", wholes)))
        known = searcher.fast_field_values("number", [a for _, a in there])
        values, codes, articles, _ = self._columns(
            searcher, both(parts, one_of(index, "whole", known)), by
        )
        yield from zip(values, codes, articles, strict=True)


_CODES: dict[str, Callable[[int], int]] = {
    "year": lambda moment: moment_minute(moment) // 10**8,
    "month": lambda moment: moment_minute(moment) // 10**6,
    "quarter": lambda moment: _quarter(moment_minute(moment) // 10**6),
}


def _quarter(month: int) -> int:
    return month // 100 * 10 + (month % 100 + 2) // 3


def _side(index: tantivy.Schema, field: str, at: int, low: bool) -> tantivy.Query:
    """At least, or at most, a number."""
    if abs(at) > MOST:
        return tantivy.Query.empty_query()
    kind = tantivy.FieldType.Integer
    return ranged(index, field, at if low else None, None if low else at, kind)


def match_figures(
    index: tantivy.Schema, asked: FigureQuery, before: int | None = None
) -> tantivy.Query:
    """The query of the index for a question for figures; `before` is a moment that they lie before."""
    question = replace(asked.query, figures=False)  # these are figures
    parts = [(Must, match_query(index, question, before))]
    parts += [(Must, one_of(index, "type", [asked.type]))] if asked.type else []
    parts += [(Must, one_of(index, "unit", [asked.unit]))] if asked.unit else []
    parts += [(Must, match_item(index, asked.noun, "noun"))] if asked.noun else []
    for limit, low in ((asked.least, True), (asked.most, False)):
        parts += [(Must, _bound(index, asked, limit, low))] if limit is not None else []
    for day, field in ((asked.since, "first"), (asked.until, "last")):
        if day:
            number = int(day.replace("-", ""))
            ends = (number, None) if field == "first" else (None, number)
            parts.append((Must, ranged(index, field, *ends)))
    without = [] if asked.rejected else ["rejected"]
    without += [] if asked.repeats else ["repeat"]
    parts += [(MustNot, one_of(index, "state", without))] if without else []
    return tantivy.Query.boolean_query(parts)


def _bound(index: tantivy.Schema, asked: FigureQuery, limit: Decimal, low: bool) -> tantivy.Query:
    """At least (or at most) a value, qualifiers understood.

    "hơn 31 tỷ" is at least 30; "gần 30 tỷ" is below 30 and counts only when asked loosely.
    """
    field = "least" if low else "most"
    doubtful = one_of(index, "qualifier", _OPEN[low])
    ways = []
    for kind in [asked.type] if asked.type else TYPES:
        at = bound_scaled(kind, limit, low_side=low)
        own = one_of(index, "type", [kind])
        inside = _side(index, field, at, low)
        strict = _side(index, field, at + 1 if low else at - 1, low)
        if asked.loose:
            ways.append(both(own, inside))
            continue
        sure = tantivy.Query.boolean_query([(Must, own), (Must, inside), (MustNot, doubtful)])
        ways += [sure, both(own, strict, doubtful)]
    return either(ways)
