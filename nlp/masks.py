"""Where numbers stand that are no figures: document numbers, phones, clock times, ordinals."""

import re
from functools import cache

from nlp.tables import table

Spans = list[tuple[int, int]]

# Số, năm ban hành, ký hiệu and cơ quan ban hành (Nghị định 30/2020/NĐ-CP, phụ lục I):
# 135/QĐ-TTg, 07/2021/NĐ-CP, 05-NQ/TU, 17/2016/TT-BLĐTBXH, 14/CĐ-CTUBND.
_ORGAN = r"[A-ZĐ][A-ZĐa-zđ&.]*(?:[-–][A-ZĐ][A-ZĐa-z&.]*)*"
_DOCUMENT = re.compile(
    rf"(?<![\w/.-])\d{{1,5}}[a-z]?(?:/(?:19|20)\d\d)?"
    rf"(?:/[A-ZĐ][A-ZĐa-z]{{1,9}}\d{{0,2}}(?:[-–/]{_ORGAN})*|\s?[-–]\s?[A-ZĐ]{{2,6}}/{_ORGAN})(?:/\d+)?(?!\w)"
)


@cache
def _traps() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for rows in table("traps").values() for pattern in rows]


def find_documents(text: str) -> Spans:
    """Spans of the number and symbol of official documents."""
    return [m.span() for m in _DOCUMENT.finditer(text)]


def find_traps(text: str) -> Spans:
    """Spans in which no number is a figure."""
    return sorted(m.span() for pattern in _traps() for m in pattern.finditer(text))


class Mask:
    """The letters already spoken for; a figure may not touch them."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length + 1)

    def take(self, spans: Spans) -> None:
        for start, end in spans:
            self._taken[start:end] = b"\1" * (end - start)

    def free(self, start: int, end: int) -> bool:
        return 1 not in self._taken[start:end]
