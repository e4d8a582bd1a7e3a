"""A question as a query of the index: what must stand where, and what ranks first."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, pairwise, product, takewhile
from math import prod
from typing import Any

import tantivy

from storage.documents import moment_bounds
from text import any_marks
from text.queries import Item, Query, Token

# What neighbours, titles and letters as typed add to a score.
_PAIR, _TITLE, _LITERAL = 30.0, 3.0, 40.0
_LONGEST = 40  # letters of a word that may carry marks; no syllable has more than seven
_MOST_PATTERN = 20_000  # letters
_PAIRS = 30  # neighbours of a long query that are looked at
_MOST_WAYS = 40  # to spell a phrase; more are left to patterns
_MOST_SPELLED = 8  # words of a question
Must, Should, MustNot = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


def match_query(index: tantivy.Schema, query: Query, before: int | None = None) -> tantivy.Query:
    """The query of the index for a question; `before` is a moment that results lie before."""
    parts = [(Must, _any(index, clause, "text")) for clause in query.clauses]
    parts += [(Must, match_item(index, item, "person")) for item in query.persons]
    parts += [(Must, match_item(index, item, "place")) for item in query.places]
    parts += [(MustNot, match_item(index, item, "text")) for item in query.excluded]
    parts += [(Must, one_of(index, "in_province", query.provinces))] if query.provinces else []
    parts += [(Must, one_of(index, "in_section", query.sections))] if query.sections else []
    if query.figures:
        parts.append((Must, higher_than(index, "figures", 0)))
    if query.portals:
        parts.append((Must, tantivy.Query.term_set_query(index, "portal", list(query.portals))))
    low, high = moment_bounds(query.first, query.last)
    if before is not None:
        high = before - 1 if high is None else min(high, before - 1)
    if low is not None or high is not None:
        parts.append((Must, ranged(index, "moment", low, high)))
    parts += [(Should, boost) for boost in _boosts(index, query)]
    if not any(occur == Must for occur, _ in parts):
        parts.append((Must, tantivy.Query.all_query()))
    return tantivy.Query.boolean_query(parts)


def all_hits(
    searcher: tantivy.Searcher, built: tantivy.Query, count: int | None = None, **order: Any
) -> list[Any]:
    """All that a query finds, counted first where `count` is not known: the index makes room for so many."""
    unscored = tantivy.Query.const_score_query(built, 1.0)
    if count is None:
        count = int(searcher.search(unscored, limit=1).count or 0)
    return searcher.search(unscored, limit=count, count=False, **order).hits if count else []


def count_terms(
    searcher: tantivy.Searcher, built: tantivy.Query, fields: Iterable[str], size: int
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """How many of what a query finds have each value of a field, the most frequent first, and how many the rest."""
    asked = {name: {"terms": {"field": name, "size": size}} for name in fields}
    told: Any = searcher.aggregate(built, asked)
    counts = {
        name: {str(b["key"]): int(b["doc_count"]) for b in told[name]["buckets"]} for name in asked
    }
    return counts, {name: int(told[name].get("sum_other_doc_count") or 0) for name in asked}


def both(*parts: tantivy.Query) -> tantivy.Query:
    """What all of these hold of."""
    return tantivy.Query.boolean_query([(Must, part) for part in parts])


def one_of(
    index: tantivy.Schema, field: str, values: Iterable[str] | Iterable[int]
) -> tantivy.Query:
    """What has one of these values."""
    return tantivy.Query.term_set_query(index, field, list(values))


def higher_than(index: tantivy.Schema, field: str, value: int) -> tantivy.Query:
    """What has a number above this one."""
    return ranged(index, field, value + 1, None)


def ranged(
    index: tantivy.Schema,
    field: str,
    low: int | None,
    high: int | None,
    kind: tantivy.FieldType = tantivy.FieldType.Unsigned,
) -> tantivy.Query:
    """What has a number from low to high, both included; None is no end."""
    if low is not None and high is not None and low > high:
        return tantivy.Query.empty_query()
    return tantivy.Query.range_query(
        index, field, kind, low, high, include_lower=True, include_upper=True
    )


def _any(index: tantivy.Schema, items: Iterable[Item], field: str) -> tantivy.Query:
    return either([match_item(index, item, field) for item in items])


def match_item(index: tantivy.Schema, item: Item, field: str) -> tantivy.Query:
    """What has these words side by side in a field, in one of the ways to write them."""
    return either(
        [_phrase(index, way, field) for way in dict.fromkeys((item.tokens, *item.others))]
    )


def either(ways: list[tantivy.Query]) -> tantivy.Query:
    """What one of these holds of."""
    if len(ways) == 1:
        return ways[0]
    return tantivy.Query.boolean_query([(Should, way) for way in ways])


def spell_out(searcher: tantivy.Searcher, query: Query) -> Query:
    """The question, its words without marks that stand among words with marks as all the words of texts they stand for.

    A phrase of known words is found in two thirds of the time of one of patterns.
    """
    terms = [token for token in query.terms if not token.prefix]
    if len({token.exact for token in terms}) < 2 or len(terms) > _MOST_SPELLED:
        return query
    known = {token: _spellings(searcher, token) for token in terms if not token.exact}

    def spell(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        return tuple(known.get(token, token) for token in tokens)

    clauses = tuple(
        tuple(Item(spell(item.tokens), tuple(map(spell, item.others))) for item in clause)
        for clause in query.clauses
    )
    return replace(query, clauses=clauses)


def _spellings(searcher: tantivy.Searcher, token: Token) -> Token:
    """The word with all words of texts that it stands for."""
    if len(token.key) > _LONGEST:
        return token
    forms = [any_marks(letter) for letter in token.key]
    bare = "".join(takewhile(str.isalnum, forms))
    if bare == token.key:  # a number carries no marks
        return replace(token, ways=(bare,))
    pattern, next_letters = re.compile("".join(forms)), forms[len(bare)].strip("[]")
    begun = [searcher.terms_with_prefix("text_exact", bare + letter) for letter in next_letters]
    ways = tuple(term for found in begun for term, _ in found if pattern.fullmatch(term))
    return replace(token, ways=ways)


def _phrase(index: tantivy.Schema, tokens: tuple[Token, ...], field: str) -> tantivy.Query:
    """Words side by side, each exactly or with any marks."""
    if len(tokens) == 1:
        way = "exact" if tokens[0].exact else "folded"
        if tokens[0].prefix:
            pattern = re.escape(tokens[0].key) + ".*"
            return tantivy.Query.regex_query(index, f"{field}_{way}", pattern)
        return tantivy.Query.term_query(index, f"{field}_{way}", tokens[0].key)
    kinds = {token.exact for token in tokens}
    keys = [token.key for token in tokens]
    if kinds == {False}:
        return tantivy.Query.phrase_query(index, f"{field}_folded", keys)
    plain = all(token.exact or any_marks(token.key) == token.key for token in tokens)
    if plain:
        return tantivy.Query.phrase_query(index, f"{field}_exact", keys)
    ways = [(t.key,) if t.exact else t.ways for t in tokens]
    known = [way for way in ways if way is not None]
    if len(known) == len(ways) and prod(map(len, known)) <= _MOST_WAYS:
        spelled = [list(way) for way in product(*known)]
        return either([_spelled(index, way, field, typed=way == keys) for way in spelled])
    patterns = [t.key if t.exact or len(t.key) > _LONGEST else any_marks(t.key) for t in tokens]
    if sum(map(len, patterns)) > _MOST_PATTERN:  # no words of Vietnamese; patterns have bounds
        return tantivy.Query.phrase_query(index, f"{field}_exact", keys)
    return tantivy.Query.regex_phrase_query(index, f"{field}_exact", patterns)


def _spelled(index: tantivy.Schema, words: list[str], field: str, *, typed: bool) -> tantivy.Query:
    """Words with their marks side by side in a field; as they were typed they rank first."""
    found = tantivy.Query.phrase_query(index, f"{field}_exact", words)
    lift = tantivy.Query.const_score_query(tantivy.Query.all_query(), _LITERAL)
    return both(found, lift) if typed and field == "text" else found


def _boosts(index: tantivy.Schema, query: Query) -> list[tantivy.Query]:
    """What ranks an article higher: words that are neighbours in query and text, in its title, and as typed."""
    words = [clause[0].tokens for clause in query.clauses if len(clause) == 1]
    boosts = []
    for one, other in islice(pairwise(words), _PAIRS):
        if one[-1].prefix or other[0].prefix:
            continue
        pair = _phrase(index, (one[-1], other[0]), "text")
        boosts.append(tantivy.Query.const_score_query(pair, _PAIR))
    for tokens in words:
        boosts.append(tantivy.Query.boost_query(_phrase(index, tokens, "title"), _TITLE))
        if not any(token.exact or token.prefix for token in tokens):
            typed = tuple(Token(token.key, True) for token in tokens)
            boosts.append(tantivy.Query.const_score_query(_phrase(index, typed, "text"), _LITERAL))
    return boosts
