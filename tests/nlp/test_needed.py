"""What a pattern needs is in every text it matches, so that looking for it first loses nothing."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.needed import may_match, needed_words
from nlp.tables import table
from nlp.timeforms import FORMS

TRAPS = [row for part in ("from_number", "near_number", "in_words") for rows in table("traps")[part].values() for row in rows]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(?i)\b(?:Điều|khoản) \d+", {"điều", "khoản"}),
        (r"\d+ (?:trong|trên) \d+", {" tr"}),
        (r"a?b*\d", set()),
        (r"(?:xy|\d)z", {"z"}),
        (r"(?:ab)+c", {"ab"}),
    ],
)
def test_what_is_needed(pattern: str, words: set[str]) -> None:
    assert needed_words(re.compile(pattern)) == words


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@pytest.mark.parametrize("pattern", [*TRAPS, *(written for _, written, _ in FORMS)])
@given(data=st.data())
def test_nothing_is_lost(pattern: str, data: st.DataObject) -> None:
    compiled = re.compile(pattern)
    text = data.draw(st.from_regex(pattern) | st.text())
    if compiled.search(text):
        assert may_match(needed_words(compiled), text.lower())
