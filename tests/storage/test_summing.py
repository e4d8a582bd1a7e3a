"""Groups by numpy say what plain Python says."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from storage.summing import Columns, exact_sum, signed, unsigned

VALUES = st.integers(-(2**63) + 1, 2**63 - 1)
ROWS = st.lists(
    st.tuples(
        VALUES, st.integers(0, 3), st.integers(2**64 - 4, 2**64 - 1), st.integers(0, 2**64 - 1)
    ),
    max_size=60,
)


def columns(rows: list[tuple[int, int, int, int]]) -> Columns:
    values, codes, articles, nouns = map(list, zip(*rows, strict=True)) if rows else ([],) * 4
    return Columns(signed(values), unsigned(codes), unsigned(articles), unsigned(nouns))


@given(ROWS, st.sets(st.integers(2**64 - 4, 2**64 - 1)))
def test_groups_are_those_of_plain_python(
    rows: list[tuple[int, int, int, int]], left: set[int]
) -> None:
    expected = defaultdict(list)
    for value, code, article, noun in rows:
        if article not in left:
            expected[code].append((value, article, noun))
    found = dict(columns(rows).without(left).groups())
    assert set(found) == set(expected)
    for code, told in expected.items():
        group, values = found[code], sorted(value for value, _, _ in told)
        assert group.values.tolist() == values
        assert group.total == sum(values)
        assert group.articles == len({article for _, article, _ in told})
        assert group.nouns == {noun for _, _, noun in told}


@given(st.lists(VALUES, min_size=1), st.lists(VALUES))
def test_two_groups_are_one(one: list[int], other: list[int]) -> None:
    first = dict(columns([(v, 0, 1, 0) for v in one]).groups())[0]
    second = dict(columns([(v, 0, 2, 0) for v in other]).groups()).get(0)
    joined = first.with_more(second) if second else first
    assert joined.values.tolist() == sorted([*one, *other])
    assert joined.total == sum([*one, *other]) == exact_sum(np.array([*one, *other]))
    assert joined.articles == (2 if other else 1)
