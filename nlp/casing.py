"""Capitals put where rules expect them, letter for letter: headlines in capitals, bodies in lower case."""

import re

from nlp.gazetteer import Gazetteer
from nlp.names import syllables
from nlp.patterns import HONORIFICS, MIDDLE_NAMES, SURNAMES
from nlp.tables import either, table, terms
from text import LOWER, UPPER, raised
from text.aliases import write_out

_BODIES = table("bodies")
_LEVELS = "huyện|xã|tỉnh|phường|thị trấn|thị xã|thành phố|quận|đặc khu|TP|thôn|khu vực"
_SMALL_LEVELS = rf"(?:{_LEVELS})(?!\w| (?:hội|viên|ủy|đoàn))"


def _lowered(words: list[str]) -> str:
    return either({w.lower() for w in words if not w.isupper() and " " in w})


_KINDS = (
    rf"(?:{either({w.lower() for w in [*terms(_BODIES['fields']), *terms(_BODIES['inner'])]})})"
)
_SUBJECTS = rf"(?:{either(_BODIES['subjects'])})(?: {_KINDS}){{1,3}}"
# Bodies that name themselves in lower case: always, or only before a level word.
_ALWAYS = rf"(?:{_lowered(_BODIES['standalone'])})(?!\w)"
_LEVELLED = rf"(?:{_lowered(_BODIES['levelled'])}|công an|đảng bộ|ban CHQS)(?= {_SMALL_LEVELS})"
_SUBJECT_BEFORE_LEVEL = rf"{_SUBJECTS}(?= {_SMALL_LEVELS})"
_DEPARTMENT = rf"phòng (?:{_lowered(terms(_BODIES['fields']))})(?!\w)"
_FREE = r"(?<![\w-])(?<![ủỦ]y )(?<!lễ )(?<!đại )(?<!ngày )(?<!chi )(?<!xã )(?<!công )(?<!liên )(?!phòng,? chống)"
_IN_PROSE = re.compile(rf"{_FREE}(?:{_ALWAYS}|{_LEVELLED}|{_SUBJECT_BEFORE_LEVEL}|{_DEPARTMENT})")
_IN_HEADLINE = re.compile(rf"{_FREE}(?:{_ALWAYS}|{_LEVELLED}|{_SUBJECTS}(?!\w))")
_LINE = re.compile(r"[^\n]+")
_SHOUTED = re.compile(rf"(?<![{UPPER}])[{UPPER}]{{2,9}} [{UPPER}]{{2,9}}[ ,]")
_CAPITALS = re.compile(rf"[{UPPER}]")
_SMALL = re.compile(rf"[{LOWER}]")
_ACRONYM = re.compile(rf"(?<![\w&-])[{UPPER}&-]{{2,12}}(?![\w&])")
_WORD_START = re.compile(r"(?:^|(?<=[ -]))\w")
_FEW = 16  # capitals of the shortest headline
_FAMILY = frozenset(name.lower() for name in SURNAMES)
_MIDDLE = frozenset(name.lower() for name in MIDDLE_NAMES)


def set_case(text: str, byline: tuple[int, int] | None, gazetteer: Gazetteer) -> str:
    """The text, as long as it was, with its headlines calmed and its bodies in capitals as they are named."""

    def calm(line: re.Match[str]) -> str:
        if byline and byline[0] <= line.start() < byline[1]:
            return line[0]
        capitals, small = len(_CAPITALS.findall(line[0])), len(_SMALL.findall(line[0]))
        if capitals < _FEW or capitals < 5 * small or " " not in line[0]:
            return line[0]
        return _calm_line(line[0], gazetteer)

    calmed = _LINE.sub(calm, text) if _SHOUTED.search(text) else text
    return _IN_PROSE.sub(_name_body, calmed)


def _name_body(found: re.Match[str]) -> str:
    """A body's name with its own capitals: of its head, and of what it deals with."""
    head, _, rest = found[0].partition(" ")
    if whole := _STANDALONE.get(found[0]):
        return whole
    longest = next((h for h in _HEADS if found[0].startswith(h + " ")), head)
    subject = found[0][len(longest) :]
    known = _SPELLED.get(subject[1:])
    spelled = subject[:1] + (known or raised(subject[1:2]) + subject[2:]) if rest else subject
    return raised(longest[:1]) + longest[1:] + spelled


_STANDALONE: dict[str, str] = {
    w.lower(): w for w in [*_BODIES["levelled"], *_BODIES["standalone"]] if not w.isupper()
}
_SPELLED = {w.lower(): w for w in [*terms(_BODIES["fields"]), *terms(_BODIES["inner"])]}
_HEADS = sorted(_BODIES["subjects"], key=lambda h: -len(h))


def _calm_line(line: str, gazetteer: Gazetteer) -> str:
    lowered = line.lower()
    if len(lowered) != len(line):
        return line
    for found in _ACRONYM.finditer(line):
        if write_out(found[0]) != found[0]:
            lowered = lowered[: found.start()] + found[0] + lowered[found.end() :]
    lowered = _name_people(_IN_HEADLINE.sub(_name_body, lowered))
    words = syllables(lowered, 0, len(lowered))
    at = 0
    while at < len(words):
        size = next((n for n in (4, 3, 2) if _is_unit(lowered, words[at : at + n], gazetteer)), 1)
        if size > 1:
            start, end = words[at][0], words[min(at + size, len(words)) - 1][1]
            lowered = lowered[:start] + _titled(lowered[start:end]) + lowered[end:]
        at += size
    return lowered


def _titled(name: str) -> str:
    return _WORD_START.sub(lambda m: raised(m[0]), name)


def _name_people(line: str) -> str:
    """The line with capitals for what stands behind an honorific or reads as a full name."""
    words = syllables(line, 0, len(line))
    titles = [m.span() for m in HONORIFICS.finditer(line)]
    honoured = {end for _, end in titles}
    for number, (start, end) in enumerate(words):
        if line[start:end] not in _FAMILY or number + 2 >= len(words):
            continue
        if any(a <= start < b for a, b in titles):
            continue
        second = line[slice(*words[number + 1])]
        if start in honoured or second in _MIDDLE:
            stop = _name_stop(line, words[number : number + 4])
            line = line[:start] + _titled(line[start:stop]) + line[stop:]
    return line


def _name_stop(line: str, words: list[tuple[int, int]]) -> int:
    """Where a name ends: at punctuation within four words, else behind the third."""
    for _, end in words[1:]:
        if line[end - 1] in ",;:.)" or end == len(line):
            return end
    return words[2][1]


def _is_unit(line: str, words: list[tuple[int, int]], gazetteer: Gazetteer) -> bool:
    if len(words) < 2:
        return False
    return gazetteer.is_near(line[words[0][0] : words[-1][1]].strip(":,.;"))
