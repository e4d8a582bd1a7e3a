"""The index of articles: one document each, its current edition. What a question finds, re-posts under one result."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any

import tantivy
from sqlalchemy.orm import Session

from storage.documents import (
    FACETS,
    article_document,
    article_schema,
    from_number,
    to_number,
)
from storage.index import DerivedIndex, Documents, Lot
from storage.indexed import indexed_articles
from storage.matching import (
    all_hits,
    both,
    count_terms,
    higher_than,
    match_query,
    one_of,
    spell_out,
)
from text.queries import Query, Token, respelled
from text.tokens import token_spans

_MOST_EQUAL = 20_000  # articles of one score that are ordered
_MOST_TERMS = 2000  # words that a suggestion is chosen among
_MOST_WORDS = 20  # of a question that one is made for: what is longer was pasted, not typed
_MOST_FACETS = 100  # values of a facet that are counted
# Facets are counted beside the search for the best: the index is read by both without Python's lock.
_COUNTING = ThreadPoolExecutor(max_workers=4, thread_name_prefix="facets")


@dataclass(frozen=True)
class Hit:
    """An article found: its score, the moment that orders it by publication, and the origin of its group."""

    id: str
    score: float
    moment: int
    origin: int


@dataclass(frozen=True)
class Found:
    """What a question finds: exactly how many results and articles, a page of results, articles by facet."""

    total: int
    articles: int
    hits: list[Hit]
    facets: dict[str, dict[str, int]]
    more: bool


class SearchIndex(DerivedIndex):
    """One document an article: its current edition."""

    format = "7"

    def fields(self) -> tantivy.Schema:
        return article_schema()

    def documents(self, session: Session, articles: list[str]) -> Documents:
        return map(article_document, indexed_articles(session, articles))

    def expected(self, session: Session, articles: list[str]) -> dict[str, tuple[str, str]]:
        return {told.id: (told.version(), told.id) for told in indexed_articles(session, articles)}

    def search(
        self,
        query: Query,
        limit: int,
        offset: int = 0,
        before: int | None = None,
        *,
        every: bool = False,
    ) -> Found:
        """What a question finds, best first; newest first where `before` names a moment to begin before.

        One that asks nothing finds nothing, or `every` article.

        Re-posts stand under the first of them that is found. Totals are exact.
        """
        match_query(self.schema, query)
        if not (query.asks or every):
            return Found(0, 0, [], {name: {} for name in FACETS}, more=False)
        return self.mended(lambda: self._search(query, limit, offset, before))

    def find(self, query: Query) -> Iterator[list[str]]:
        """The ids of all articles that a question finds, newest first, in lots; of all there are where nothing is asked."""
        match_query(self.schema, query)
        return self._walk(partial(self._lot, query))

    def page(
        self, query: Query, limit: int, before: int | None
    ) -> tuple[list[str], int, int | None]:
        """The ids of a page of the articles that a question finds, newest first, re-posts too; how many in all; where the next begins."""
        everything = tantivy.Query.const_score_query(match_query(self.schema, query), 1.0)
        built = match_query(self.schema, query, before)

        def read() -> tuple[list[str], int, int | None]:
            searcher = self.searcher()
            count = int(searcher.search(everything, limit=1).count or 0)
            hits = searcher.search(
                built, limit=limit + 1, count=False, order_by_field="moment"
            ).hits
            shown = [address for _, address in hits[:limit]]
            numbers = searcher.fast_field_values("number", shown)
            more = len(hits) > limit
            return list(map(from_number, numbers)), count, int(hits[limit - 1][0]) if more else None

        return self.mended(read)

    def among(self, query: Query, ids: Sequence[str]) -> list[str]:
        """Those of these articles that a question finds."""
        return self.mended(lambda: self._among(query, ids))

    def _among(self, query: Query, ids: Sequence[str]) -> list[str]:
        searcher, schema = self.searcher(), self.schema
        own = one_of(schema, "number", map(to_number, ids))
        found = all_hits(searcher, both(match_query(schema, query), own)) if ids else []
        numbers = searcher.fast_field_values("number", [address for _, address in found])
        return list(map(from_number, numbers))

    def _lot(self, query: Query, before: int | None, size: int) -> Lot:
        """A lot of ids, and the moment that the next begins before."""
        searcher = self.searcher()
        built = match_query(self.schema, query, before)
        found = searcher.search(built, limit=size, count=False, order_by_field="moment").hits
        numbers = searcher.fast_field_values("number", [address for _, address in found])
        return list(map(from_number, numbers)), found[-1][0] if len(found) == size else None

    def _search(self, query: Query, limit: int, offset: int, before: int | None) -> Found:
        searcher = self.searcher()
        query = spell_out(searcher, query)
        built = match_query(self.schema, query)
        counting = _COUNTING.submit(_facets, searcher, built)
        if before is None and is_ranked(query):
            hits = self._best(searcher, built, offset + limit + 1)
        else:
            hits = self._newest(searcher, query, offset + limit + 1, before or 0)
        hits = hits[offset:]
        folded = self._folded(searcher, built)
        counted, facets = counting.result()
        total = counted - folded
        return Found(total, counted, hits[:limit], facets, len(hits) > limit)

    def _best(self, searcher: tantivy.Searcher, built: tantivy.Query, wanted: int) -> list[Hit]:
        """The first results by score, as many as are wanted."""
        size = wanted
        while True:
            size *= 2
            found = searcher.search(built, limit=size, count=False).hits
            hits = sorted(self._hits(searcher, found), key=lambda h: (-h.score, -h.moment))
            hits = _unfolded(hits)[:wanted]
            # Of articles of one score the index gives any: those are had whole, and ordered by publication.
            cut = len(hits) == wanted and (size > _MOST_EQUAL or found[-1][0] < hits[-1].score)
            if cut or len(found) < size:
                return self._originals(searcher, built, hits)

    def _originals(
        self, searcher: tantivy.Searcher, built: tantivy.Query, hits: list[Hit]
    ) -> list[Hit]:
        """The hits, in place of a re-post the article of its group that was published first of those found."""
        copies = {hit.origin for hit in hits if hit.origin != to_number(hit.id)}
        if not copies:
            return hits
        members = both(built, one_of(self.schema, "origin", copies))
        found = all_hits(searcher, members)
        order = sorted(self._hits(searcher, found), key=lambda h: -h.moment)
        first = {hit.origin: hit for hit in order}
        return [replace(first.get(hit.origin, hit), score=hit.score) for hit in hits]

    def _newest(
        self, searcher: tantivy.Searcher, query: Query, wanted: int, before: int
    ) -> list[Hit]:
        """The next results by day of publication: those whose group stands on no page before."""
        hits: list[Hit] = []
        while len(hits) < wanted:
            built = match_query(self.schema, query, before or None)
            size = 2 * wanted
            found = searcher.search(built, limit=size, count=False, order_by_field="moment").hits
            fresh = self._hits(searcher, found)
            shown = self._shown(searcher, query, fresh, before)
            hits = _unfolded([*hits, *(hit for hit in fresh if hit.origin not in shown)])
            if len(found) < size:
                break
            before = fresh[-1].moment
        return hits[:wanted]

    def _shown(
        self, searcher: tantivy.Searcher, query: Query, hits: list[Hit], before: int
    ) -> set[int]:
        """The origins of hits that a page before has shown, under another article of their group."""
        if not before:
            return set()
        schema = self.schema
        same = one_of(schema, "origin", {hit.origin for hit in hits})
        built = both(match_query(schema, query), same, higher_than(schema, "moment", before - 1))
        found = all_hits(searcher, built)
        return set(searcher.fast_field_values("origin", [address for _, address in found]))

    def _folded(self, searcher: tantivy.Searcher, built: tantivy.Query) -> int:
        """How many of the articles found stand under another one."""
        schema = self.schema
        copies = both(built, one_of(schema, "copy", {1}))
        found = all_hits(searcher, copies)
        if not found:
            return 0
        origins = set(searcher.fast_field_values("origin", [address for _, address in found]))
        firsts = both(built, one_of(schema, "number", origins))
        there = int(searcher.search(firsts, limit=1, count=True).count or 0)
        return len(found) - (len(origins) - there)

    def _hits(self, searcher: tantivy.Searcher, found: list[Any]) -> list[Hit]:
        addresses = [address for _, address in found]
        moments = searcher.fast_field_values("moment", addresses)
        numbers = searcher.fast_field_values("number", addresses)
        origins = searcher.fast_field_values("origin", addresses)
        return [
            Hit(from_number(number), key if isinstance(key, float) else 0.0, moment, origin)
            for (key, _), number, moment, origin in zip(
                found, numbers, moments, origins, strict=True
            )
        ]

    def suggest(self, typed: str) -> str:
        """A question with each word that no article has replaced by the nearest that one has; as it was, where it is long."""
        if len(token_spans(typed)) > _MOST_WORDS:
            return typed
        return respelled(typed, partial(_nearest, self.searcher()))


def _nearest(searcher: tantivy.Searcher, token: Token) -> str:
    """The word of the index that is the nearest to this one: itself where an article has it."""
    field = "text_exact" if token.exact else "text_folded"
    if searcher.doc_freq(field, token.key):
        return token.key
    known = [t for t, _ in searcher.terms_with_prefix(field, token.key[:1], limit=_MOST_TERMS)]
    close = get_close_matches(token.key, known, n=1, cutoff=0.6)
    return close[0] if close else token.key


def is_ranked(query: Query) -> bool:
    """Whether what a question finds has scores of its own; the beginnings of words and what narrows give none."""
    return any(not t.prefix for clause in query.clauses for item in clause for t in item.tokens)


def _unfolded(hits: list[Hit]) -> list[Hit]:
    """The first hit of each group."""
    first: dict[int, Hit] = {}
    for hit in hits:
        first.setdefault(hit.origin, hit)
    return list(first.values())


def _facets(
    searcher: tantivy.Searcher, query: tantivy.Query
) -> tuple[int, dict[str, dict[str, int]]]:
    """How many articles a question finds, each of which has one year, and how many under each facet."""
    counts, rest = count_terms(searcher, query, FACETS, _MOST_FACETS)
    return sum(counts["year"].values()) + rest["year"], counts
