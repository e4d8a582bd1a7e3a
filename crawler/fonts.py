"""Text in fonts of the nineties (TCVN3, VNI) as Unicode: told by the font's name, never by the letters."""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import msgspec
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from text import nfc

_FAMILY = re.compile(r"""font-family\s*:\s*["']?([^;"',}]+)""", re.IGNORECASE)
MOST_STYLE = 200_000  # letters of a page's style sheets that are looked at
_CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
_NAMED = re.compile(r"""(?i)["':,\s;]\.vn\w|vni[-_ ]""")
_VOWELS = frozenset("aeouyAEOUYôöÔÖ")
_SILENT = ("script", "style", "head", "title")


class OldFont(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One of the old ways: the fonts it is shown by, its letters, and the second letters that are marks."""

    fonts: str
    capitals: str
    letters: str
    marks: str = ""

    @cached_property
    def table(self) -> dict[int, str]:
        return str.maketrans({pair[0]: pair[1] for pair in self.letters.split()})

    @cached_property
    def mark_of(self) -> dict[str, str]:
        return {mark[0]: mark[1:] for mark in self.marks.split()}

    def read(self, text: str, font: str) -> str:
        """What the font shows for a text."""
        text = nfc("".join(self._letters(text)))
        return text.upper() if re.search(self.capitals, font) else text

    def _letters(self, text: str) -> Iterator[str]:
        """Letter by letter; what is a mark after a vowel is a letter of its own elsewhere."""
        vowel = False
        for letter in text:
            if vowel and letter in self.mark_of:
                yield self.mark_of[letter]
                vowel = False
            else:
                yield letter.translate(self.table)
                vowel = letter in _VOWELS


@cache
def old_fonts() -> dict[str, OldFont]:
    """The old ways by name."""
    source = Path(__file__).with_name("fonts.toml").read_bytes()
    return msgspec.toml.decode(source, type=dict[str, OldFont])


def read_fonts(tree: BeautifulSoup, html: str) -> list[str]:
    """Put the text that stands in old fonts into Unicode, in the tree of that source; returns their names."""
    if not _NAMED.search(html):
        return []
    classes = _class_fonts(tree)
    seen: dict[str, None] = {}
    for text in tree.find_all(string=True):
        if type(text) is not NavigableString or text.find_parent(_SILENT) or not text.strip():
            continue
        font = _font_of(text, classes)
        known = next(
            (old for old in old_fonts().values() if font and re.search(old.fonts, font)), None
        )
        if known and font:
            seen[font] = None
            text.replace_with(NavigableString(known.read(str(text), font)))
    return list(seen)


def _font_of(text: NavigableString, classes: dict[str, str]) -> str | None:
    """The font that the nearest element around a text asks for."""
    for node in text.parents:
        if not isinstance(node, Tag):
            continue
        found = _FAMILY.search(str(node.get("style") or ""))
        named = found[1].strip() if found else str(node.get("face") or "").split(",")[0].strip()
        if named:
            return named.strip("\"'")
        for name in node.get("class") or []:
            if name in classes:
                return classes[name]
    return None


def _class_fonts(tree: BeautifulSoup) -> dict[str, str]:
    """The old fonts that a page's own style sheet gives to classes."""
    found: dict[str, str] = {}
    sheets = "}".join(sheet.get_text() for sheet in tree.find_all("style"))
    for rule in sheets[:MOST_STYLE].split("}"):
        selector, _, rules = rule.partition("{")
        if family := _FAMILY.search(rules):
            found |= dict.fromkeys(_CLASS.findall(selector), family[1].strip().strip("\"'"))
    return found
