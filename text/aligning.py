"""Two rows of things laid beside each other: what is equal in both, in order; bounded whatever they hold."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

_MOST = 20_000_000  # steps: equal pairs times length, about a third of a second
Stretch = tuple[int, int, int, int]


def align(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[Stretch]:
    """Stretches a:b of the one and c:d of the other, in order, whole together: equal, or one in place of the other.

    Things that stand in both many times would take the cube of their number; then all between the common ends is one stretch.

    >>> list(align("abcd", "abxd"))
    [(0, 2, 0, 2), (2, 3, 2, 3), (3, 4, 3, 4)]
    """
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield 0, head, 0, head
    if _is_cheap(old, new):
        for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            yield head + a, head + b, head + c, head + d
    else:
        yield head, head + len(old), head, head + len(new)
    if tail:
        yield len(before) - tail, len(before), len(after) - tail, len(after)


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """How many things both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _is_cheap(old: Sequence[Hashable], new: Sequence[Hashable]) -> bool:
    counts = Counter(new)
    pairs = sum(count * counts[item] for item, count in Counter(old).items())
    return pairs * min(len(old), len(new)) <= _MOST
