"""Figures of one sentence for tests, with helpers that say what was read in few words."""

from decimal import Decimal
from typing import Any

from model.records import Document, Figure, decimal_text
from nlp import annotate

DAY = "2023-07-12"


def figures(
    text: str, published: str | None = DAY, place: str | None = None, **more: Any
) -> list[Figure]:
    """The figures of a text."""
    return annotate(Document(text=text, published=published, place=place, **more)).figures


def worth(figure: Figure) -> str:
    """The value of a figure as plain digits: 31, 3..5, 14/15."""
    ends = [decimal_text(v) if v is not None else "" for v in (figure.low, figure.high)]
    if figure.value is None:
        return "..".join(ends)
    value = decimal_text(figure.value)
    return f"{value}/{decimal_text(figure.total)}" if figure.total is not None else value


def unit(figure: Figure) -> str:
    """What a figure is measured in or counts."""
    if figure.type == "money":
        return str(figure.currency)
    return figure.noun or figure.unit or ""


def same_worth(one: str, other: str) -> bool:
    """Whether two written values are the same numbers."""
    split = [[Decimal(p) for part in w.split("..") for p in part.split("/")] for w in (one, other)]
    return split[0] == split[1] and ("/" in one) == ("/" in other)
