"""Words of a text as search matches them: exactly, or without marks."""

import re

from text.letters import bare_key, fold, match_key, nfc

# A number with dots in groups of three is one word: 1.500 is 1500.
_TOKEN = re.compile(r"\d{1,3}(?:\.\d{3})+(?!\d)|\w+")


def exact_tokens(text: str) -> list[str]:
    """The words of a text as they are matched where a mark was typed.

    >>> exact_tokens("Hòa 1.500 hộ")
    ['hoà', '1500', 'hộ']
    """
    return _joined(match_key(text))


def folded_tokens(text: str) -> list[str]:
    """The words of a text as they are matched where no mark was typed."""
    return _joined(bare_key(text))


def _joined(text: str) -> list[str]:
    return [token.replace(".", "") for token in _TOKEN.findall(text)]


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
