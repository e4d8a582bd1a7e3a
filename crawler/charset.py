"""Which charset a page is really in: its header, its meta element and its bytes against one another."""

import re

from text import UPPER, nfc

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
# Charsets that pages are written in; Python knows others that are none (unicode_escape, undefined).
_TEXT_CHARSET = re.compile(
    r"windows-?125\d|cp125\d|iso-?8859-?\d+|latin-?\d|us-ascii|utf-16(?:le|be)?|gb\w+|big5"
)
_UTF8_NAMES = {"utf8", "unicode", "utf-8", "utf_8"}
_ALWAYS_TRIED = ("windows-1258", "windows-1252")
_LATIN = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_VIETNAMESE = re.compile("[ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9]")
_STRANGE = re.compile("[\u0080-\u009f\u00a1-\u00bf\ufffd]|[\u0300-\u036f]")
_MIDWORD = re.compile(f"[a-z][{UPPER[26:]}]")  # a capital with a mark inside a word, as in "huyÖn"
_LOOKED_AT = 60_000  # letters


def decode_body(body: bytes, content_type: str = "") -> tuple[str, str | None]:
    """The text of a body, NFC, and a warning where the declared charset is not the real one.

    Bytes that are valid UTF-8 are UTF-8 whatever header and meta say: portals that still declare
    iso-8859-1 or windows-1258 over UTF-8 are common, and other charsets rarely decode as UTF-8. For other
    bytes the candidate wins whose text looks most like Vietnamese; windows-1258 holds tones as
    combining marks, which NFC puts together.
    """
    declared = _declared(body, content_type)
    try:
        text = nfc(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _by_evidence(body, declared)
    same = body.isascii() or declared in (None, "utf-8")
    return text, None if same else f"declared {declared}, is utf-8"


def _by_evidence(body: bytes, declared: str | None) -> tuple[str, str | None]:
    found: dict[str, str] = {"utf-8": nfc(body.decode("utf-8", "replace"))}
    for name in (declared, *_ALWAYS_TRIED):
        if name and _TEXT_CHARSET.fullmatch(name):
            try:
                found.setdefault(name, nfc(body.decode(name, "replace")))
            except (LookupError, UnicodeError):
                continue
    best = max(found, key=lambda name: _likeness(found[name]))
    if best == "utf-8":
        return found[best], "bytes that are no utf-8 replaced"
    text = found[best]
    if declared and declared != best and found.get(declared) != text:
        return text, f"declared {declared}, is {best}"
    return text, None if declared else f"no charset declared, is {best}"


def _likeness(text: str) -> int:
    """How much like Vietnamese a text looks: its letters with marks, against all that Vietnamese lacks."""
    text = text[:_LOOKED_AT]
    good = len(_VIETNAMESE.findall(text))
    foreign = len(_LATIN.findall(text)) - good
    return good - 3 * (foreign + len(_STRANGE.findall(text)) + len(_MIDWORD.findall(text)))


def _declared(body: bytes, content_type: str) -> str | None:
    """The charset that the header, else the page itself, names."""
    header = _CHARSET.search(content_type.encode("latin-1", "replace"))
    found = header or _CHARSET.search(body[:2048])
    name = found[1].decode("ascii").lower() if found else None
    return "utf-8" if name in _UTF8_NAMES else name
