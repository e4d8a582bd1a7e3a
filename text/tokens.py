"""Words of a text as search matches them: exactly, or without marks."""

import re
from collections.abc import Callable

from text.letters import bare_key, fold, match_key, nfc

# A number with dots in groups of three is one word: 1.500 is 1500.
_TOKEN = re.compile(r"\d{1,3}(?:\.\d{3})+(?!\d)|\w+")


class _Known(dict[str, str]):
    """Words as they are matched, each made once: Vietnamese has some ten thousand syllables."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST:
            self.clear()
        made = self[word] = self._make(word.replace(".", ""))
        return made


_MOST = 1 << 17  # words that are remembered
_EXACT, _FOLDED = _Known(match_key), _Known(bare_key)


def exact_tokens(text: str) -> list[str]:
    """The words of a text as they are matched where a mark was typed.

    >>> exact_tokens("Hòa 1.500 hộ")
    ['hoà', '1500', 'hộ']
    """
    return list(map(_EXACT.__getitem__, _TOKEN.findall(nfc(text))))


def folded_tokens(text: str) -> list[str]:
    """The words of a text as they are matched where no mark was typed."""
    return list(map(_FOLDED.__getitem__, _TOKEN.findall(nfc(text))))


def token_pairs(text: str) -> list[tuple[str, str]]:
    """The words of a text, each as it is matched where a mark was typed and where none was."""
    words = _TOKEN.findall(nfc(text))
    return list(zip(map(_EXACT.__getitem__, words), map(_FOLDED.__getitem__, words), strict=True))


def joined_tokens(text: str) -> tuple[str, str]:
    """The words of a text with blanks between, as they are matched where marks were typed and where none were."""
    words = _TOKEN.findall(nfc(text))
    return " ".join(map(_EXACT.__getitem__, words)), " ".join(map(_FOLDED.__getitem__, words))


def token_forms(text: str) -> tuple[list[str], list[str], list[str]]:
    """The words of a composed text as they stand, as they are matched where marks were typed, and where none were."""
    words = _TOKEN.findall(text)
    return words, list(map(_EXACT.__getitem__, words)), list(map(_FOLDED.__getitem__, words))


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
