"""Values in groups, exact: sorted, counted and summed by numpy, which takes hundreds of thousands at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LOW = 31  # bits of a value that are summed apart: sums of either half stay within 64 bits


@dataclass
class Values:
    """The figures of a group: their values as scaled integers, ascending, and the sum of those that are no parts."""

    values: NDArray[np.int64]
    articles: int
    total: int
    nouns: set[int]  # what is counted, as numbers; empty where all count one thing

    def with_more(self, other: "Values") -> "Values":
        """Both groups as one."""
        values = np.sort(np.concatenate([self.values, other.values]))
        articles, total = self.articles + other.articles, self.total + other.total
        return Values(values, articles, total, self.nouns | other.nouns)


@dataclass
class Columns:
    """Figures by column, row by row the same one: value, code of its group, article and noun (None: one for all)."""

    values: NDArray[np.int64]
    codes: NDArray[np.uint64]
    articles: NDArray[np.uint64]
    nouns: NDArray[np.uint64] | None

    def without(self, articles: set[int]) -> "Columns":
        """All but the figures of these articles."""
        if not articles:
            return self
        kept = ~np.isin(self.articles, unsigned(articles))
        nouns = None if self.nouns is None else self.nouns[kept]
        return Columns(self.values[kept], self.codes[kept], self.articles[kept], nouns)

    def groups(self) -> Iterator[tuple[int, Values]]:
        """The code of each group and what is in it."""
        order = np.lexsort((self.values, self.codes))
        codes = self.codes[order]
        ends = np.flatnonzero(np.diff(codes)) + 1
        for own in np.split(order, ends) if len(order) else ():
            values = self.values[own]
            articles = int(np.unique(self.articles[own]).size)
            nouns = set() if self.nouns is None else set(np.unique(self.nouns[own]).tolist())
            yield int(self.codes[own[0]]), Values(values, articles, exact_sum(values), nouns)


def unsigned(numbers: set[int] | list[int]) -> NDArray[np.uint64]:
    """Numbers of 64 bits without a sign."""
    return np.fromiter(numbers, dtype=np.uint64, count=len(numbers))


def signed(numbers: list[int]) -> NDArray[np.int64]:
    """Numbers of 64 bits with a sign."""
    return np.fromiter(numbers, dtype=np.int64, count=len(numbers))


def exact_sum(values: NDArray[np.int64]) -> int:
    """The sum of values, however great.

    >>> exact_sum(np.array([2**63 - 1, 2**63 - 1, -1])) == 2**64 - 3
    True
    """
    high, low = values >> _LOW, values & (2**_LOW - 1)
    return (int(high.sum()) << _LOW) + int(low.sum())
