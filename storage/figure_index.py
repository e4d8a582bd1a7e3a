"""The index of figures: one document each, so that figures are found, counted and grouped by words at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import tantivy
from sqlalchemy.orm import Session

from storage.documents import (
    figure_document,
    figure_schema,
    from_number,
)
from storage.figure_groups import group_hits, told_again
from storage.index import DerivedIndex, Documents, Lot
from storage.indexed import reported_figures
from storage.matching import (
    both,
    either,
    match_item,
    match_query,
    one_of,
    ranged,
)
from storage.values import MOST, bound_scaled
from text.queries import Item, Query

if TYPE_CHECKING:
    from storage.summing import Values

EVERYTHING = Query()
TYPES = ("money", "count", "percent", "measure")
# Qualifiers with which a value is not reached, where a limit is held against its low or its high side.
_OPEN = {True: ("nearly", "under", "at_most"), False: ("over", "at_least")}
_FIGURES_EACH = 50  # of an article, where articles are asked for
# Where a figure stands in the order of lists: the moment of its article (negative), its start, its number.
FigureKey = tuple[int, int, int]
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

    def group(self, asked: FigureQuery, by: str) -> tuple[str, dict[int, "Values"]]:
        """The type and unit of the figures asked for, and these in groups, those of re-posts once; exact.

        Keys are years (2023), months (202307), quarters (20233), 0 where the day is unknown, or numbers of
        portals. What is part of another figure asked for is not summed again. Figures without a value are in no
        group. Raises InputError where the figures are of several types or units.
        """
        built = self._match(asked)
        return self.mended(lambda: group_hits(self.searcher(), self.schema, built, by))

    def told_again(self, asked: FigureQuery) -> frozenset[str]:
        """The ids of articles that are re-posts of another one whose figures are asked for too."""

        def read() -> set[int]:
            return told_again(self.searcher(), self.schema, self._match(asked))

        return frozenset(map(from_number, self.mended(read)))


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
