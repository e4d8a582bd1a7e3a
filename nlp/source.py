"""A text as rules read it (NFC, one kind of blank) with the way back to the text that came in."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from nlp.needed import Needed, Words, needed_words

_BLANKS = {ord(c): " " for c in "\t\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"}
_QUOTES = {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("´"): "'"}
# A sentence ends at a full stop, but not after an abbreviation (TP., Th.S., Tr.) or an initial (T.).
_END = re.compile(r"[.!?…]+[\"”')]*(?=\s)|\n+")
_SHORTENED = re.compile(r"(?:[A-ZĐ]|\bTr)$")


_CUE_REACH = (40, 40)  # letters around a cue's word within which it lies


@dataclass(frozen=True)
class Cue:
    """A pattern over lower-case text with the strings that it needs."""

    pattern: re.Pattern[str]
    needed: Needed


def make_cue(written: str) -> Cue:
    """A cue from a pattern; it must need some word."""
    pattern = re.compile(written)
    return Cue(pattern, needed_words(pattern))


@dataclass(frozen=True)
class Source:
    """The text as rules read it; `starts[i]` is where its i-th letter begins in what came in."""

    raw: str
    text: str
    starts: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of `text` as a span of `raw`."""
        if self.starts is None:
            return start, end
        return self.starts[start], self.starts[end]

    def place(self, raw_start: int) -> int:
        """The position in `text` of a position in `raw`."""
        if self.starts is None:
            return raw_start
        return min(bisect_left(self.starts, raw_start), len(self.text))

    @cached_property
    def lowered(self) -> str:
        """The text in lower case, letter for letter."""
        return self.text.replace("İ", "I").lower()  # the one letter that grows in lower case

    @cached_property
    def words(self) -> Words:
        """Where the strings that patterns need stand in the lower-case text."""
        return Words(self.lowered)

    def cues(self, cue: "Cue", first: int, last: int) -> list[re.Match[str]]:
        """The matches of a cue that begin and end in a stretch, in order; the text is searched once for each cue."""
        if cue not in self._cues:
            found = list(self.words.matches(cue.pattern, cue.needed, self.lowered, _CUE_REACH))
            self._cues[cue] = ([m.start() for m in found], found)
        starts, matches = self._cues[cue]
        inside = matches[bisect_left(starts, first) : bisect_left(starts, last)]
        return [m for m in inside if m.end() <= last]

    @cached_property
    def _cues(self) -> dict["Cue", tuple[list[int], list[re.Match[str]]]]:
        return {}

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Spans of sentences; a line break always ends one."""
        spans, start = [], 0
        ends = (m.end() for m in _END.finditer(self.text) if not self._is_shortened(m.start()))
        for end in (*ends, len(self.text)):
            if self.text[start:end].strip():
                spans.append((start, end))
            start = end
        return spans

    def _is_shortened(self, at: int) -> bool:
        """Whether the mark at a position ends a shortened word (TP., Tr.) or an initial (T.), and no sentence."""
        if self.text[at] == "\n":
            return False
        return bool(_SHORTENED.search(self.text, max(0, at - 3), at))

    def sentence(self, at: int) -> tuple[int, int]:
        """The span of the sentence that holds a position."""
        number = bisect_right(self._starts, at) - 1
        start, end = self.sentences[number] if number >= 0 else (at, at)
        return (start, end) if at < end else (at, at)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.sentences]


def read_source(raw: str) -> Source:
    """The text composed and with plain blanks, letter by letter traceable to what came in."""
    plain = raw.translate(_BLANKS | _QUOTES)
    if unicodedata.is_normalized("NFC", plain):
        return Source(raw, plain, None)
    letters: list[str] = []
    starts: list[int] = []
    begin = 0
    for i in range(1, len(plain) + 1):
        if i < len(plain) and unicodedata.combining(plain[i]):
            continue
        composed = unicodedata.normalize("NFC", plain[begin:i])
        letters.append(composed)
        starts.extend([begin] * len(composed))
        begin = i
    return Source(raw, "".join(letters), (*starts, len(plain)))
