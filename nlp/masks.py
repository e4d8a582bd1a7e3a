"""Where numbers stand that are no figures: document numbers, phones, clock times, ordinals."""

import re
from functools import cache

from nlp.needed import Needed, joined, may_match, needed_words
from nlp.source import Source
from nlp.tables import either, table, terms

Spans = list[tuple[int, int]]

# Số, năm ban hành, ký hiệu and cơ quan ban hành (Nghị định 30/2020/NĐ-CP, phụ lục I):
# 135/QĐ-TTg, 07/2021/NĐ-CP, 05-NQ/TU, 17/2016/TT-BLĐTBXH, 14/CĐ-CTUBND.
_ORGAN = (
    r"[A-ZĐ](?:[A-ZĐa-zđ&.]*[A-ZĐa-zđ]\d{0,2})?(?:[-–][A-ZĐ](?:[A-ZĐa-z&.]*[A-ZĐa-z]\d{0,2})?)*"
)
_DOCUMENT = re.compile(
    rf"(?<![\w/.-])\d{{1,5}}[a-z]?(?:/(?:19|20)\d\d)?"
    rf"(?:/[A-ZĐ][A-ZĐa-z]{{1,9}}\d{{0,2}}(?:[-–/]{_ORGAN})*|\s?[-–]\s?[A-ZĐ]{{2,6}}/{_ORGAN})(?:/\d+)?(?!\w)"
)


_NUMBER = re.compile(r"\d+")
# Letters before and behind a number within which a trap says all it says; most of a text lies outside.
_BEFORE, _BEHIND = 28, 24


@cache
def _traps(place: str) -> list[tuple[Needed, re.Pattern[str]]]:
    """The patterns of one part of the table, from_number, near_number or in_words, with what they need."""
    patterns = [re.compile(row) for rows in table("traps")[place].values() for row in rows]
    return [(needed_words(pattern), pattern) for pattern in patterns]


def find_documents(text: str) -> Spans:
    """Spans of the number and symbol of official documents."""
    return [m.span() for m in _DOCUMENT.finditer(text)]


_NUMBERED = frozenset(terms(table("traps")["numbered"]))
_VERBS = frozenset(terms(table("traps")["verbs"]))
_HEADS = re.compile(
    rf" ?(?:{either([*terms(table('traps')['heads']), *table('units')['measures']])})(?!\w)"
)
_COUNTING = (["mỗi"], ["từng"], ["tổng"], ["biên"])  # tổng số 9 nhiệm vụ, lập biên bản 3 cơ sở
_WORDS_BEFORE = 3  # of the longest such word: tổ dân phố
_NAMING = re.compile(
    rf"(?<=[^\W\d_] )\d+(?:[/.,-]\d+)*[A-Za-z]?\b(?![.,/-]?\d)(?!(?: ?[-–] ?\d+)? ?(?:{either(table('traps')['counted'])}))"
)


def _named_numbers(text: str) -> Spans:
    """Spans of numbers that name or order, with the word before them: thôn 5, kỳ họp 12."""
    spans: Spans = []
    for number in _NAMING.finditer(text):
        before = text[max(0, number.start() - 24) : number.start() - 1]
        words = before.lower().split()[-_WORDS_BEFORE - 1 :]
        for count in range(1, _WORDS_BEFORE + 1):
            name = " ".join(words[-count:])
            if words[:-count][-1:] in _COUNTING:
                break
            if name in _VERBS and _HEADS.match(text, number.end()):
                break
            if name in _NUMBERED:
                spans.append((number.start() - 1 - len(words[-1]), number.end()))
                break
    return spans


def find_traps(source: Source, mask: "Mask") -> Spans:
    """Spans in which no number is a figure, beside those the mask has taken."""
    text, words = source.text, source.words
    numbers = [n.start() for n in _NUMBER.finditer(text) if mask.free(*n.span())]
    windows = joined(numbers, len(text), (_BEFORE, _BEHIND))

    def fitting(place: str) -> list[tuple[Needed, re.Pattern[str]]]:
        return [row for row in _traps(place) if may_match(row[0], source.lowered)]

    found = _named_numbers(text)
    for needed, pattern in fitting("in_words"):
        found += [m.span() for m in words.matches(pattern, needed, text, _REACH)]
    for _, pattern in fitting("from_number"):
        found += [m.span() for at in numbers if (m := pattern.match(text, at))]
    for needed, pattern in fitting("near_number"):
        rare = needed and len(words.places(needed)) < len(windows)
        if rare:
            found += [m.span() for m in words.matches(pattern, needed, text, _REACH)]
        else:
            found += [m.span() for window in windows for m in pattern.finditer(text, *window)]
    return sorted(found)


_REACH = (60, 60)  # letters before and behind a trap's word within which it says all it says


class Mask:
    """The letters already spoken for; a figure may not touch them."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length + 1)

    def take(self, spans: Spans) -> None:
        for start, end in spans:
            self._taken[start:end] = b"\1" * (end - start)

    def free(self, start: int, end: int) -> bool:
        return 1 not in self._taken[start:end]
