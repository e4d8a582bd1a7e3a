"""Runs of capitalised words: where a name begins and ends."""

import re
from itertools import islice

from nlp.patterns import SURNAMES
from text import LOWER, UPPER

_WORD = rf"[{UPPER}][{LOWER}{UPPER}]*(?:'\s?[{UPPER}{LOWER}]+)*(?:-[{UPPER}][{LOWER}]+)?"
_INITIALS = (
    rf"[{UPPER}][{LOWER}]?\.(?: ?[{UPPER}][{LOWER}]?\.)*(?: ?[{UPPER}](?![{LOWER}{UPPER}]))?"
)
_PIECE = rf"(?:[{UPPER}](?:\.[{UPPER}])+(?![{LOWER}])|{_INITIALS} ?{_WORD}|{_WORD}|{_INITIALS}|[{UPPER}]\b)"
_FOREIGN = r"(?:van|von|de|der|dijk|bin|al)"
# Bounded, so that a run of thousands of capitals is not walked anew from each of its words.
_RUN = re.compile(
    rf"{_PIECE}(?: (?:{_PIECE}|{_FOREIGN} {_PIECE})){{0,15}}(?: [{UPPER}][{LOWER}]{{0,2}}\.)?"
)
_MASKED = re.compile(rf"(?:^| )[{UPPER}][{LOWER}]{{0,2}}\.$")
_SYLLABLE = re.compile(r"\S+")
_ACRONYM = re.compile(rf"^[{UPPER}&-]{{2,}}$")


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
    words = [m.span() for m in islice(_SYLLABLE.finditer(text, at, end), longest + 1)]
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
    """Whether a run of capitals reads as a full name: a family name and one to four words behind it."""
    words = name.split()
    return (2 <= len(words) <= 5 and words[0].split("'")[0].rstrip(".") in SURNAMES) or (
        2 <= len(words) <= 5 and "'" in words[0] and words[0][0] in "HKRMY"
    )
