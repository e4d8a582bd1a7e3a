"""The stretch of a text that shows why it was found."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from text import nfc, token_pairs, token_spans
from text.queries import Item, Query, Token

_WIDTH = 90
Span = tuple[int, int]


def make_snippet(text: str, query: Query) -> str:
    """About 180 letters around the first matches on one line, matches in square brackets."""
    composed = nfc(text)
    spans = match_spans(composed, query)
    if not spans:
        return " ".join(composed[: 2 * _WIDTH].split())
    centre = _densest(spans, len(query.terms))
    begin, end = max(0, centre - _WIDTH), min(len(composed), centre + _WIDTH)
    marked, at = "", begin
    for start, stop in spans:
        if begin <= start and stop <= end:
            marked += composed[at:start] + "[" + composed[start:stop] + "]"
            at = stop
    shown = " ".join((marked + composed[at:end]).split())
    return ("…" if begin else "") + shown + ("…" if end < len(composed) else "")


def match_spans(composed: str, query: Query) -> list[Span]:
    """Spans of the words of a composed text that a question finds: of phrases, of neighbours, else of words.

    A word of the question that stands beside its neighbour somewhere is marked only there: in "ho ngheo" is no "hỗ trợ".
    """
    words = _Words(composed, query.terms)
    single = [clause[0].tokens[0] for clause in query.clauses if _is_word(clause)]
    ways = [
        way
        for clause in query.clauses
        for item in clause
        for way in (item.tokens, *item.others)
        if len(way) > 1
    ]
    pairs = [pair for pair in pairwise(single) if words.starts(pair)]
    found = [*ways, *pairs, *((t,) for t in single if not any(t in pair for pair in pairs))]
    found += [item.tokens for clause in query.clauses if len(clause) > 1 for item in clause]
    marked = {at + i for way in found for at in words.starts(way) for i in range(len(way))}
    spans = token_spans(composed) if marked else []
    return [spans[n] for n in sorted(marked)]


def _is_word(clause: tuple[Item, ...]) -> bool:
    return len(clause) == 1 and len(clause[0].tokens) == 1


class _Words:
    """The numbers of the places at which the words of a question stand in a text."""

    def __init__(self, composed: str, wanted: Iterable[Token]) -> None:
        exact = {token.key for token in wanted if token.exact and not token.prefix}
        folded = {token.key for token in wanted if not token.exact and not token.prefix}
        self._pairs = token_pairs(composed)
        self._at: dict[tuple[str, bool], set[int]] = defaultdict(set)
        for number, (one, other) in enumerate(self._pairs):
            if one in exact:
                self._at[one, True].add(number)
            if other in folded:
                self._at[other, False].add(number)

    def starts(self, way: tuple[Token, ...]) -> list[int]:
        """Where words stand side by side, by the number of the first."""
        places = [self._places(token) for token in way]
        return [n for n in places[0] if all(n + i in at for i, at in enumerate(places))]

    def _places(self, token: Token) -> set[int]:
        if not token.prefix:
            return self._at.get((token.key, token.exact), set())
        side = 0 if token.exact else 1
        return {n for n, pair in enumerate(self._pairs) if pair[side].startswith(token.key)}


def _densest(spans: list[Span], size: int) -> int:
    """Where as many matches as there are terms lie closest together."""
    size = max(1, min(size, len(spans)))
    windows = [
        (spans[i + size - 1][1] - spans[i][0], spans[i][0]) for i in range(len(spans) - size + 1)
    ]
    return min(windows)[1]
