"""Runs of capitalised words: where a name begins and ends."""

import re
from itertools import islice

from nlp.patterns import BAPTISMAL, MIDDLE_NAMES, RARE_SURNAMES, SURNAMES
from text import LOWER, UPPER

_LETTERS = rf"[{LOWER}{UPPER}]"
# What is left of a masked syllable: its first letter or its whole initial (Ph., Tr., Ngh.).
_INITIAL = rf"(?:[HKY]')?(?:Ngh|Ng|Nh|Ph|Th|Tr|Ch|Kh|Gh|Gi|Qu|[{UPPER}])"
_MASK = rf"{_INITIAL}\.(?: ?{_INITIAL}\.){{0,6}}(?: ?{_INITIAL}(?!{_LETTERS}))?"
_WORD = rf"(?!{_INITIAL}\.)[{UPPER}]{_LETTERS}*(?:'\s?{_LETTERS}+){{0,3}}(?:-{_LETTERS}+){{0,3}}"
_FOREIGN = r"(?:van|von|de|der|dijk|bin|al|nữ)"
# Bounded, so that a run of thousands of capitals is not walked anew from each of its words.
_WORDS = rf"{_WORD}(?: (?:{_FOREIGN} )?{_WORD}){{0,15}}"
_RUN = re.compile(rf"{_WORDS}(?: {_MASK})?|{_MASK}(?: ?{_WORDS})?")
_MASKED = re.compile(rf"(?:^|[ .]){_INITIAL}\.$")
_SYLLABLE = re.compile(r"\S+")
_ACRONYM = re.compile(rf"^[{UPPER}&-]{{2,}}$")
_NO_GIVEN = ("Hóa", "Phòng", "Nghệ", "Học", "Trấn", "Xã", "Miếu")
_FULL = (2, 5)  # words of a full name
_PREFIXED = re.compile(r"(?:[HKRYN]|Bh|Mơ)'")


def run_end(text: str, at: int) -> int | None:
    """The end of the run of capitalised words that begins at a position."""
    found = _RUN.match(text, at)
    return found.end() if found else None


def syllables(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the words of a run."""
    return [m.span() for m in _SYLLABLE.finditer(text, start, end)]


def name_end(text: str, at: int, longest: int = 5) -> int | None:
    """The end of a person's name that begins at a position: at most five words, no acronym inside.

    A full stop ends the name's sentence unless it stands behind a masked part (Trần Nhật H.).
    """
    end = run_end(text, at)
    if end is None:
        return None
    if BAPTISMAL.match(text, at) or text.startswith("Công Tằng", at):
        longest += 2
    words = [m.span() for m in islice(_SYLLABLE.finditer(text, at, end), longest + 1)]
    if len(words) > 1 and _ACRONYM.match(text[slice(*words[0])]) and not text[at:end].isupper():
        return None
    for number, (start, stop) in enumerate(words):
        if number >= longest or (number and _ACRONYM.match(text[start:stop])):
            words = words[:number]
            break
    if not words:
        return None
    end = words[-1][1]
    if text[end - 1] == "." and not _MASKED.search(text[at:end]):
        end -= 1
    return end


def looks_personal(name: str) -> bool:
    """Whether a run of capitals reads as a full name: a family name and one to four words behind it.

    A name of baptism may stand before it; a rare family name needs a middle name to be known by.
    """
    if (baptised := BAPTISMAL.match(name)) and name[baptised.end() :].strip():
        return True
    words = name.split()
    if not _FULL[0] <= len(words) <= _FULL[1]:
        return False
    if len(words) > _FULL[0] and words[1] in ("Văn", "Thị") and words[2] not in _NO_GIVEN:
        return True
    family = words[0].split("'")[0].rstrip(".")
    if family in SURNAMES or _PREFIXED.match(words[0]):
        return True
    return family in RARE_SURNAMES and len(words) > _FULL[0] and words[1] in MIDDLE_NAMES


def endings(name: str) -> list[str]:
    """What a name may be shortened to: its last words, or of a masked one its last initial with its stop.

    >>> endings("Vũ Thị Dược"), endings("Chau R.")
    (['Thị Dược', 'Dược'], ['R.'])
    """
    words = name.split()
    return [" ".join(words[number:]) for number in range(1, len(words))]


def is_masked(name: str) -> bool:
    """Whether the last part of a name is masked: Trần Nhật H., Sùng A Ph."""
    return bool(_MASKED.search(name))


def has_prefix(name: str) -> bool:
    """Whether a name carries the prefix of an upland people: H'Hen, K'Brếp."""
    return bool(_PREFIXED.match(name))


def split_name(text: str, words: list[tuple[int, int]]) -> int | None:
    """Where a place ends in a run of capitals that a person's name ends; None where all are the person's.

    Trưởng thôn Đồng Chòi Vi Văn Chức: a full name of three words is the likeliest, then of four.
    """
    whole = text[words[0][0] : words[-1][1]]
    if len(words) < 3 or (len(words) < 5 and looks_personal(whole)):
        return None
    for count in (3, 4, 2):
        if 0 < len(words) - count < 5 and looks_personal(text[words[-count][0] : words[-1][1]]):
            return words[-count - 1][1]
    return None
