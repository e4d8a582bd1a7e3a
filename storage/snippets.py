"""The stretch of a text that shows why it was found."""

from itertools import pairwise

from text import nfc, token_forms
from text.queries import Item, Query, Token

_WIDTH = 90
Span = tuple[int, int]


class TextWords:
    """The words of a text, composed: as they stand, as matched where marks were typed, and where none were."""

    def __init__(self, text: str) -> None:
        self.text = nfc(text)
        self._words, exact, folded = token_forms(self.text)
        self._forms = {True: exact, False: folded}

    def starts(self, way: tuple[Token, ...]) -> list[int]:
        """Where words stand side by side, by the number of the first."""
        first, *others = (self._places(token) for token in way)
        rest = [set(places) for places in others]
        return [n for n in first if all(n + i in at for i, at in enumerate(rest, 1))]

    def _places(self, token: Token) -> list[int]:
        forms, key = self._forms[token.exact], token.key
        if token.prefix:
            return [n for n, form in enumerate(forms) if form.startswith(key)]
        return [n for n, form in enumerate(forms) if form == key] if key in forms else []

    def spans(self, numbers: set[int]) -> list[Span]:
        """The spans of the words of these numbers, in their order."""
        found, at = [], 0
        for number, word in enumerate(self._words[: max(numbers, default=-1) + 1]):
            at = self.text.index(word, at)
            if number in numbers:
                found.append((at, at + len(word)))
            at += len(word)
        return found


Marks = tuple[str, str]
_BRACKETS = ("[", "]")


def make_snippet(text: str, query: Query, marks: Marks = _BRACKETS) -> str:
    """About 180 letters around the first matches on one line, each match between `marks`."""
    words = TextWords(text)
    return cut_snippet(words, match_spans(words, query), len(query.terms), marks)


def cut_snippet(words: TextWords, spans: list[Span], terms: int, marks: Marks = _BRACKETS) -> str:
    """The stretch of a text where most of so many terms stand close together; its beginning where none does."""
    text = words.text
    if not spans:
        return " ".join(text[: _whole(text, 2 * _WIDTH, back=True)].split())
    centre = _densest(spans, terms)
    begin = _whole(text, max(0, centre - _WIDTH))
    end = _whole(text, min(len(text), centre + _WIDTH), back=True)
    marked, at = "", begin
    for start, stop in spans:
        if begin <= start and stop <= end:
            marked += text[at:start] + marks[0] + text[start:stop] + marks[1]
            at = stop
    shown = " ".join((marked + text[at:end]).split())
    return ("…" if begin else "") + shown + ("…" if end < len(text) else "")


def _whole(text: str, at: int, *, back: bool = False) -> int:
    """A place near another one where no word is cut, unless its word is very long."""
    step = -1 if back else 1
    for near in range(at, at + 15 * step, step):
        if not 0 < near < len(text) or text[near - 1 if not back else near].isspace():
            return max(0, min(near, len(text)))
    return at


def match_spans(words: TextWords, query: Query) -> list[Span]:
    """Spans of the words of a text that a question finds: of phrases, of neighbours, else of words.

    A word of the question that stands beside its neighbour somewhere is marked only there: in "ho ngheo" is no "hỗ trợ".
    """
    single = [clause[0].tokens[0] for clause in query.clauses if _is_word(clause)]
    ways = [
        way
        for clause in query.clauses
        for item in clause
        for way in (item.tokens, *item.others)
        if len(way) > 1
    ]
    pairs = [pair for pair in pairwise(single) if words.starts(pair)]
    found = [*ways, *pairs, *((t,) for t in single if not any(t in pair for pair in pairs))]
    found += [item.tokens for clause in query.clauses if len(clause) > 1 for item in clause]
    marked = {at + i for way in found for at in words.starts(way) for i in range(len(way))}
    return words.spans(marked)


def _is_word(clause: tuple[Item, ...]) -> bool:
    return len(clause) == 1 and len(clause[0].tokens) == 1


def _densest(spans: list[Span], size: int) -> int:
    """Where as many matches as there are terms lie closest together."""
    size = max(1, min(size, len(spans)))
    windows = [
        (spans[i + size - 1][1] - spans[i][0], spans[i][0]) for i in range(len(spans) - size + 1)
    ]
    return min(windows)[1]
