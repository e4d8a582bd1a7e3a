"""Headlines in capitals, rewritten letter for letter so that rules can read them."""

import re

from nlp.gazetteer import Gazetteer
from nlp.names import syllables
from text import LOWER, UPPER, match_key
from text.aliases import write_out

_LINE = re.compile(r"[^\n]+")
_CAPITALS = re.compile(rf"[{UPPER}]")
_SMALL = re.compile(rf"[{LOWER}]")
_ACRONYM = re.compile(rf"(?<![\w&-])[{UPPER}&-]{{2,12}}(?![\w&])")


def calm_headlines(text: str, byline: tuple[int, int] | None, gazetteer: Gazetteer) -> str:
    """The text with lines in capitals in lower case but for known places and abbreviations."""

    def calm(line: re.Match[str]) -> str:
        if byline and byline[0] <= line.start() < byline[1]:
            return line[0]
        capitals, small = len(_CAPITALS.findall(line[0])), len(_SMALL.findall(line[0]))
        if capitals < 16 or capitals < 5 * small or " " not in line[0]:
            return line[0]
        return _calm_line(line[0], gazetteer)

    return _LINE.sub(calm, text)


def _calm_line(line: str, gazetteer: Gazetteer) -> str:
    lowered = line.lower()
    if len(lowered) != len(line):
        return line
    for found in _ACRONYM.finditer(line):
        if write_out(found[0]) != found[0]:
            lowered = lowered[: found.start()] + found[0] + lowered[found.end() :]
    words = syllables(lowered, 0, len(lowered))
    at = 0
    while at < len(words):
        size = next((n for n in (4, 3, 2) if _is_unit(lowered, words[at : at + n], gazetteer)), 1)
        if size > 1:
            start, end = words[at][0], words[min(at + size, len(words)) - 1][1]
            lowered = lowered[:start] + lowered[start:end].title() + lowered[end:]
        at += size
    return lowered


def _is_unit(line: str, words: list[tuple[int, int]], gazetteer: Gazetteer) -> bool:
    if len(words) < 2:
        return False
    name = line[words[0][0] : words[-1][1]].strip(":,.;")
    return match_key(name) in gazetteer.near
