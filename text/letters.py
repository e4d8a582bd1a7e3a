"""Letters of Vietnamese: composition, folding of marks, placement of tones, words."""

import re
import unicodedata

_WORD = re.compile(r"\w+")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200b\u202f\u3000\ufeff]+")

_PILES = re.compile("([\u0300-\u036f]{8})[\u0300-\u036f]+")

# Rows are vowel pairs whose tone the old school puts on the first letter and the new school
# (Bộ Giáo dục, Quyết định 240/QĐ, 1984) on the second: hòa/hoà, thúy/thuý, khỏe/khoẻ.
_PAIRS = ("oa", "oe", "uy")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def nfc(text: str) -> str:
    """The text with every letter composed (Unicode NFC).

    Of marks piled on one letter the first eight stay: no letter has more, and composing takes the square
    of their number.
    """
    return unicodedata.normalize("NFC", _PILES.sub(r"\1", text) if len(text) > 99 else text)


def squeeze(text: str) -> str:
    """NFC text with runs of blanks of any kind as one space, ends trimmed, line breaks kept."""
    return "\n".join(_SPACES.sub(" ", line).strip() for line in nfc(text).split("\n")).strip()


def _fold_table() -> dict[int, str]:
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and code not in table:
            table[code] = base
    return table


def _tone_table() -> dict[str, str]:
    table = {}
    for pair in _PAIRS:
        for tone in _TONES:
            first, second = pair[0], pair[1]
            table[nfc(first + tone) + second] = first + nfc(second + tone)
    return table


_FOLD = _fold_table()
_TONE = _tone_table()
# A final consonant or a leading q (quý) leaves one placement only, so these stay as they are.
_OLD_TONE = re.compile(rf"(?<!q)({'|'.join(_TONE)})(?![a-zà-ỹ])")


_FIRST = {
    case(second): case(first)
    for first, second in _TONE.items()
    for case in (str, str.upper, str.capitalize)
}
_NEW_TONE = re.compile(rf"(?:{'|'.join(_FIRST)})(?<![qQ]..)(?![a-zà-ỹA-ZÀ-Ỹ])")


def fold(text: str) -> str:
    """The text without marks, đ as d; exactly as long as its NFC input, so offsets stay valid.

    >>> fold("Đối tượng hộ nghèo")
    'Doi tuong ho ngheo'
    """
    return text.translate(_FOLD)


def has_marks(word: str) -> bool:
    """Whether the word carries a tone, a hat or a bar: such a word means exactly itself."""
    return fold(nfc(word)) != nfc(word)


def match_key(text: str) -> str:
    """Lower case, NFC, tones placed the new way: equal for two spellings of the same words.

    >>> match_key("Hòa") == match_key("hoà"), match_key("quý"), match_key("Thúy")
    (True, 'quý', 'thuý')
    """
    return _OLD_TONE.sub(lambda m: _TONE[m[1]], nfc(text).lower())


def bare_key(text: str) -> str:
    """Lower case without marks: equal for words that differ only in marks."""
    return fold(nfc(text).lower())


_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACES = {letter: number for number, letter in enumerate(_ALPHABET)}
_RANKED = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng


def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """What Vietnamese names are sorted by: letters first (d before đ), tones after.

    >>> sorted(["Đông Anh", "Dầu Tiếng", "Ân Thi", "An Lão"], key=sort_key)
    ['An Lão', 'Ân Thi', 'Dầu Tiếng', 'Đông Anh']
    """
    spread = unicodedata.normalize("NFD", text.lower())
    bare = unicodedata.normalize("NFC", "".join(c for c in spread if c not in _RANKED))
    letters = tuple(_PLACES.get(c, 100 + ord(c) if c.isalnum() else -1) for c in bare)
    tones = tuple(_RANKED.index(c) for c in spread if c in _RANKED)
    return letters, tones, text


def first_tones(text: str) -> str:
    """NFC text, as long as it was, with the tones of oa, oe and uy on their first letter.

    >>> first_tones("Uỷ ban xã Hoà Thuỷ, Hoàn, quý")
    'Ủy ban xã Hòa Thủy, Hoàn, quý'
    """
    return _NEW_TONE.sub(lambda m: _FIRST[m[0]], text)


def raised(letter: str) -> str:
    """The capital of a letter; the letter itself where that would be longer: ß, ﬁ."""
    capital = letter.upper()
    return capital if len(capital) == len(letter) else letter


def words(text: str) -> list[tuple[int, int]]:
    """Spans of the words of a text: runs of letters and digits."""
    return [m.span() for m in _WORD.finditer(text)]


def _letters(upper: bool) -> str:
    codes = (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x250), *range(0x1EA0, 0x1F00))
    return "".join(chr(c) for c in codes if (chr(c).isupper() if upper else chr(c).islower()))


# In Unicode the cases of Vietnamese letters alternate, so a range like à-ỹ would mix them:
# character classes of patterns are made of these.
LOWER = _letters(upper=False)
UPPER = _letters(upper=True)
