"""What a text must hold for a pattern to match: most texts have no use for most patterns."""

import re
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
