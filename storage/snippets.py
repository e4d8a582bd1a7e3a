"""The stretch of a text that shows why it was found."""

import re

from text import bare_key, has_marks, match_key, nfc

_WORD = re.compile(r"\w+")
_WIDTH = 90


def make_snippet(text: str, terms: list[str]) -> str:
    """About 180 letters around the first matches on one line, matches in square brackets."""
    composed = nfc(text)
    exact = {match_key(t) for t in terms if has_marks(t)}
    folded = {bare_key(t) for t in terms if not has_marks(t)}
    spans = [
        m.span()
        for m in _WORD.finditer(composed)
        if match_key(m[0]) in exact or bare_key(m[0]) in folded
    ]
    if not spans:
        return " ".join(composed[: 2 * _WIDTH].split())
    centre = _densest(spans, len(terms))
    begin, end = max(0, centre - _WIDTH), min(len(composed), centre + _WIDTH)
    marked, at = "", begin
    for start, stop in spans:
        if begin <= start and stop <= end:
            marked += composed[at:start] + "[" + composed[start:stop] + "]"
            at = stop
    shown = " ".join((marked + composed[at:end]).split())
    return ("…" if begin else "") + shown + ("…" if end < len(composed) else "")


def _densest(spans: list[tuple[int, int]], size: int) -> int:
    """Where as many matches as there are terms lie closest together."""
    windows = [
        (spans[i + size - 1][1] - spans[i][0], spans[i][0]) for i in range(len(spans) - size + 1)
    ]
    return min(windows)[1] if windows else spans[0][0]
