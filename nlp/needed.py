"""What a text must hold for a pattern to match: most texts have no use for most patterns."""

import re
from collections.abc import Iterable, Iterator
from re import _constants as ops  # type: ignore[attr-defined]  # the only parser of patterns in Python
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Needed = frozenset[str]


def needed_words(pattern: re.Pattern[str]) -> Needed:
    """Lower-case strings one of which stands in every text the pattern matches; empty if none can be told.

    >>> sorted(needed_words(re.compile(r"(?i)(?:Điều|khoản) \\d+")))
    ['khoản', 'điều']
    """
    return _of(parser.parse(pattern.pattern, pattern.flags & re.IGNORECASE))


def may_match(needed: Needed, lowered: str) -> bool:
    """Whether a text in lower case holds what a pattern needs."""
    return not needed or any(word in lowered for word in needed)


class Words:
    """Where the strings that patterns need stand in a text; each is looked for once."""

    def __init__(self, lowered: str) -> None:
        self.lowered = lowered
        self._found: dict[str, list[int]] = {}

    def places(self, needed: Needed) -> list[int]:
        """Where any of the strings begins, in order."""
        return sorted(at for word in needed for at in self._places(word))

    def _places(self, word: str) -> list[int]:
        if word not in self._found:
            found, at = [], self.lowered.find(word)
            while at >= 0:
                found.append(at)
                at = self.lowered.find(word, at + 1)
            self._found[word] = found
        return self._found[word]

    def matches(
        self, pattern: re.Pattern[str], needed: Needed, text: str, reach: tuple[int, int]
    ) -> Iterator[re.Match[str]]:
        """The matches of a pattern that needs one of the strings, in order.

        `reach` is how many letters before and behind such a string a match may lie.
        """
        for start, end in joined(self.places(needed), len(text), reach):
            begin = max(0, text.rfind(" ", 0, start))
            stop = text.find(" ", end)
            yield from pattern.finditer(text, begin, len(text) if stop < 0 else stop)


def joined(places: Iterable[int], length: int, reach: tuple[int, int]) -> list[tuple[int, int]]:
    """Spans around places of a text in order, those that touch as one."""
    spans: list[tuple[int, int]] = []
    for at in places:
        start, end = max(0, at - reach[0]), min(length, at + reach[1])
        if spans and start <= spans[-1][1] + _APART:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


_APART = 30  # letters between spans that are looked at as one: both may grow by a word


def _of(items: Any) -> Needed:
    """The best of what the parts of a sequence need: that of which the shortest string is longest."""
    best: Needed = frozenset()
    run = ""
    for op, argument in [*items, (None, None)]:
        if op is ops.LITERAL:
            run += chr(argument).lower()
            continue
        best = max(best, frozenset({run} - {""}), _part(op, argument), key=_length)
        run = ""
    return best


def _part(op: Any, argument: Any) -> Needed:
    if op is ops.SUBPATTERN:
        return _of(argument[3])
    if op is ops.MAX_REPEAT and argument[0]:
        return _of(argument[2])
    if op is ops.BRANCH:
        branches = [_of(branch) for branch in argument[1]]
        return frozenset().union(*branches) if all(branches) else frozenset()
    return frozenset()


def _length(needed: Needed) -> int:
    return min(map(len, needed), default=0)
