"""underthesea asked with its templates read once answers as underthesea asked by its own code."""

import pytest

from nlp.stock import stock_labels
from tests.eval import gold_bulletins


@pytest.mark.parametrize("at", range(0, 30, 6))
def test_the_same_labels(at: int) -> None:
    from underthesea import ner

    lines = gold_bulletins("gold")[at]["text"].split("\n")
    for line in [*lines, "Ông", "Ông A", "A B C.", "xã, huyện"]:
        assert stock_labels(line) == [(word, label) for word, _, _, label in ner(line)]
