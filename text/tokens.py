"""Words of a text as search matches them: exactly, or without marks."""

import re
from functools import lru_cache

from text.letters import bare_key, fold, match_key, nfc

# A number with dots in groups of three is one word: 1.500 is 1500.
_TOKEN = re.compile(r"\d{1,3}(?:\.\d{3})+(?!\d)|\w+")


def token_pairs(text: str) -> list[tuple[str, str]]:
    """The words of a text, each as it is matched where a mark was typed and where none was.

    >>> token_pairs("Hòa 1.500 hộ")
    [('hoà', 'hoa'), ('1500', '1500'), ('hộ', 'ho')]
    """
    return [_keys(word) for word in _TOKEN.findall(nfc(text))]


def exact_tokens(text: str) -> list[str]:
    """The words of a text as they are matched where a mark was typed."""
    return [exact for exact, _ in token_pairs(text)]


def folded_tokens(text: str) -> list[str]:
    """The words of a text as they are matched where no mark was typed."""
    return [folded for _, folded in token_pairs(text)]


@lru_cache(maxsize=1 << 17)
def _keys(word: str) -> tuple[str, str]:
    """Vietnamese has some ten thousand syllables: each is folded once."""
    plain = word.replace(".", "")
    return match_key(plain), bare_key(plain)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the words of a composed text, in the order of its tokens."""
    return [m.span() for m in _TOKEN.finditer(nfc(text))]


_LETTERS: dict[str, str] = {}
for _code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
    _letter = chr(_code)
    if _letter.islower() and (_base := fold(_letter)) != _letter and len(_base) == 1:
        _LETTERS[_base] = _LETTERS.get(_base, "") + _letter


def any_marks(token: str) -> str:
    """A pattern that matches a word whatever marks it carries.

    >>> re.fullmatch(any_marks("ho"), "hộ") is not None
    True
    """
    return "".join(
        f"[{letter}{_LETTERS[letter]}]" if letter in _LETTERS else re.escape(letter)
        for letter in token
    )
