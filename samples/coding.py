"""Text as bytes of codings that hold Vietnamese only in part."""

import contextlib
import unicodedata


def encode(text: str, coding: str) -> bytes:
    """Text in a coding; in windows-1258 a tone stands behind its letter, what it lacks is an entity."""
    if coding == "utf-8":
        return text.encode()
    return b"".join(_encoded(letter, coding) for letter in unicodedata.normalize("NFC", text))


def _encoded(letter: str, coding: str) -> bytes:
    for form in (letter, *_apart(letter)):
        with contextlib.suppress(UnicodeEncodeError):
            return form.encode(coding)
    return letter.encode(coding, "xmlcharrefreplace")


def _apart(letter: str) -> list[str]:
    """The letter with its tone behind it, its hat or horn left on."""
    whole = unicodedata.normalize("NFD", letter)
    if len(whole) < 2:
        return []
    first, rest, tone = whole[0], whole[1:-1], whole[-1]
    if rest and tone in "\u0302\u0306\u031b":  # canonical order has the dot below before the hat
        return [unicodedata.normalize("NFC", first + tone) + rest]
    return [unicodedata.normalize("NFC", first + rest) + tone]
