"""Figures of a title or lead that the body tells again: one figure, whose evidence is the body's."""

from bisect import bisect_right
from decimal import Decimal

from nlp.figures import Qualified

Span = tuple[int, int]
_CLOSE = Decimal(
    "0.1"
)  # how far "hơn 31 tỷ" of a title may lie from the body's exact figure, as a share
_MOST = 20  # figures of title and lead that are looked at
_ROUNDED = {"over": (0, 1), "nearly": (-1, 0), "about": (-1, 1)}


def find_repeats(figures: list[Qualified], sections: dict[str, Span]) -> dict[int, int]:
    """The numbers of the figures of title and lead that the body tells again, exactly or less rounded, with those."""
    heads = [sections[name] for name in ("title", "lead") if name in sections]
    first = max((end for _, end in heads), default=0)
    begin = bisect_right([q.read.start for q in figures], first - 1)
    body: dict[tuple[str, str], list[int]] = {}
    for n in range(begin, len(figures)):
        body.setdefault(_kind(figures[n]), []).append(n)
    found: dict[int, int] = {}
    for n, early in enumerate(figures[: min(begin, _MOST)]):
        again = (m for m in body.get(_kind(early), ()) if _again(early, figures[m]))
        if (late := next(again, None)) is not None:
            found[n] = late
    return found


def _kind(qualified: Qualified) -> tuple[str, str]:
    read = qualified.read
    return read.type, (read.noun or read.unit or "").lower().split(" ")[0]


def _again(early: Qualified, late: Qualified) -> bool:
    """Whether the later figure is the same, or what the earlier one rounds."""
    one, other = early.read, late.read
    if one.value is None or other.value is None or one.per != other.per:
        return False
    if one.value == other.value:
        return True
    if early.qualifier not in _ROUNDED or not one.value:
        return False
    low, high = _ROUNDED[early.qualifier]
    return low <= (other.value - one.value) / one.value / _CLOSE <= high
