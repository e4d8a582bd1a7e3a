"""What a body deals with, in the words behind its head: where its name goes on and where it ends."""

import re

from nlp.levels import LevelReader
from nlp.names import has_prefix, looks_personal, run_end
from nlp.patterns import (
    BARE_TITLES,
    COUNTRIES,
    FIELDS,
    HEADED,
    HONORIFICS,
    INNER,
    LEVELLED,
    LEVELS,
    NAMED_AFTER,
    NUMBERED,
    OFFICES,
    STANDALONE,
    STOPS,
    VERBS,
    WEAK,
)
from text import LOWER, UPPER

_LOWER_WORD = re.compile(rf"[{LOWER}]+(?![\w])")
CAPITAL = re.compile(rf"[{UPPER}][\w&.'-]*[\w]|[{UPPER}]")
_ACRONYM = re.compile(rf"[{UPPER}&]{{2,}}$")
_ACRONYMS = re.compile(rf"[{UPPER}]{{2}}|[&-]")
BRACKET = re.compile(rf" \([{UPPER}\d&-]{{2,12}}\)(?= [{LOWER}{UPPER}])")
_JOINT = re.compile(rf"(?:\s?[-–&]\s?|\s(?:và|&)\s)(?=[{UPPER}])")
_AND = " và "
# What shows that a word in lower case was part of the name, and no verb.
_AFTER_COMPOUND = re.compile(rf"[,.;:)\n]|$| (?:và|-|–|\()(?!\w)| \d| [{UPPER}]")
_NUMBER = re.compile(r" (?:số )?\d+[A-Z]?(?![\w.,]*\d|\s?(?:%|triệu|tỷ|nghìn|đồng))")
FINAL_NUMBER = re.compile(
    r" [1-9]\d{0,3}(?=[,.)\n](?!\d)|$| (?:và|phối hợp|-|–|do|đã|ký|thuộc|tại)(?!\w))"
)
_QUOTED = re.compile(r" [\"“']([^\"”'\n]{4,40})[\"”']")
BRANCH = re.compile(r" (?:[-–] )?(?:chi nhánh|Chi nhánh|CN|PGD|khu vực) ")
_JOINABLE = ("Chi", "CN", "PGD", "THCS", "THPT", "TH")
_NAMED_IN_QUOTES = ("Quỹ", "CLB", "Câu lạc bộ")
# Heads that need no capital behind them: Trạm thú y, Sở y tế.
_OWN_FIELD = ("Sở", "Phòng", "Cục", "Chi cục", "Trạm", "Hạt", "Ngân hàng", "Kho bạc")
_LONGEST = 16  # words of a body's name
_BRIDGE = 4  # lower-case words between two capitals of one name
_PROPER = 2  # capitals in a row behind which a name is a proper one, that no common word continues

Step = tuple[int, bool, int]


class TailReader:
    """Finds where the words that a head deals with end in one text."""

    def __init__(self, text: str, levels: LevelReader) -> None:
        self.text = text
        self.levels = levels
        self._may_name = False

    def tail_end(self, at: int, head: str) -> int | None:
        """The end of what a head deals with and of the level behind it, None where nothing follows."""
        if NUMBERED.match(head) and (number := _NUMBER.match(self.text, at)):
            return self._behind_number(number.end())
        if quoted := _QUOTED.match(self.text, at):
            end = self.levels.level_end(quoted.end()) or quoted.end()
            return end if head in _NAMED_IN_QUOTES else None
        self._may_name = NAMED_AFTER.match(head) is not None
        last, solid = self._walk(at)
        if solid is None:
            return None
        level = self.levels.level_end(last) or self.levels.level_end(solid)
        if level is not None:
            number = FINAL_NUMBER.match(self.text, level) if self._may_name else None
            return number.end() if number else level
        common = self.text[at:solid].islower() and head not in _OWN_FIELD
        if common and not FIELDS.match(self.text, at + 1):
            return None
        return self._beyond(solid)

    def _walk(self, at: int) -> tuple[int, int | None]:
        """The end of the last word that may belong to a tail, and of the last that a name may end with."""
        last, solid, run = at, None, 0
        for count in range(_LONGEST):
            step = self._step(last, count == 0, run)
            if step is None:
                break
            last, is_solid, run = step
            if is_solid:
                solid = last
                if self._complete(last):
                    break
        return last, solid

    def _beyond(self, solid: int) -> int:
        """The end of a number or a branch behind a name: số 2 An Thủy, chi nhánh Phúc Yên, 105."""
        number = _NUMBER.match(self.text, solid)
        if number and " số " in number[0]:
            return self._behind_number(number.end())
        branch = BRANCH.match(self.text, solid)
        if branch and (run := run_end(self.text, branch.end())):
            return run
        final = FINAL_NUMBER.match(self.text, solid)
        return final.end() if final else solid

    def _behind_number(self, at: int) -> int:
        """The end of what stands behind a body's number: a level, a place, an arm (Vùng 3 Hải quân)."""
        field = INNER.match(self.text, at + 1)
        arm = field.end() if field and field[0][0].isupper() else None
        return self.levels.level_end(at) or self.levels.bare_place(at) or arm or at

    def _complete(self, at: int) -> bool:
        """Whether a level word or another body follows, so that the tail ends here."""
        return self.text[at : at + 1] == " " and any(
            p.match(self.text, at + 1) for p in (LEVELS, STANDALONE, LEVELLED)
        )

    def _step(self, at: int, first: bool, run: int) -> Step | None:
        """The end of the next word of a tail, whether the name may end behind it, and the new run.

        `run` counts the capitals right before: behind two of them no word in lower case goes on.
        """
        if bracket := BRACKET.match(self.text, at):
            return bracket.end(), False, 0
        if self.text[at : at + 1] == " " and (found := self._word(at + 1, first, run)):
            return found
        return None if first else self._joined(at, run)

    def _word(self, begin: int, first: bool, run: int) -> Step | None:
        if field := FIELDS.match(self.text, begin):
            return field.end(), True, _PROPER if _ACRONYMS.search(field[0]) else 1
        if STANDALONE.match(self.text, begin) or (not first and LEVELS.match(self.text, begin)):
            return None
        upper = self.text[begin : begin + 1].isupper()
        if not upper and not first and (VERBS.match(self.text, begin) or run >= _PROPER):
            return None
        inner = INNER.match(self.text, begin)
        if inner and not (upper and " " not in inner[0]):
            return inner.end(), upper or inner[0] not in WEAK, int(upper)
        if capital := CAPITAL.match(self.text, begin):
            return self._capital(capital, run)
        bridge = self._bridge(begin) if not first or self._may_name else None
        return (bridge, False, 0) if bridge else None

    def _bridge(self, begin: int) -> int | None:
        """The end of the lower-case words before the next capital of a name: Công ty Đấu giá hợp danh Lạc Việt."""
        end = begin
        for _ in range(_BRIDGE):
            stop = self._common_end(end)
            if stop is None or self.text[stop : stop + 1] != " ":
                return None
            end = stop + 1
            if CAPITAL.match(self.text, end):
                return None if self.begins_body(end) or self._begins_title(end) else stop
        return None

    def _common_end(self, at: int) -> int | None:
        """The end of a word in lower case that may stand inside a name: no particle, level or verb."""
        word = _LOWER_WORD.match(self.text, at)
        if word is None or word[0] in STOPS:
            return None
        other = LEVELS.match(self.text, at) or VERBS.match(self.text, at)
        return None if other else word.end()

    def _joined(self, at: int, run: int) -> Step | None:
        if self.text.startswith(_AND, at):
            begin = at + len(_AND)
            if run >= _PROPER:
                return None
            if (inner := INNER.match(self.text, begin)) and inner[0][0].islower():
                return inner.end(), inner[0] not in WEAK, 0
            if bridge := self._bridge(begin):
                return bridge, False, 0
        joint = _JOINT.match(self.text, at)
        capital = CAPITAL.match(self.text, joint.end()) if joint else None
        if capital is None or self._begins_other(capital):
            return None
        return self._capital(capital, 0)

    def _begins_other(self, capital: re.Match[str]) -> bool:
        """Whether the capital behind a joint begins another mention: a body, an office, a title."""
        if capital[0] in _JOINABLE:
            return False
        return self.begins_body(capital.start()) or self._begins_title(capital.start())

    def _begins_title(self, at: int) -> bool:
        return any(p.match(self.text, at) for p in (OFFICES, BARE_TITLES, HONORIFICS))

    def _capital(self, capital: re.Match[str], run: int) -> Step | None:
        country = COUNTRIES.match(self.text, capital.start())
        if country and " " in country[0]:
            return country.end(), True, _PROPER
        if self._is_person(capital.start(), run):
            return None
        if _ACRONYM.match(capital[0]):
            return capital.end(), True, 0
        if run == 0 and (beyond := self._compound_end(capital.end())):
            return beyond, True, 1
        return capital.end(), True, run + 1

    def _is_person(self, at: int, run: int) -> bool:
        """Whether a full name stands here that is not the body's: of a head named after people, behind its own."""
        stop = run_end(self.text, at)
        name = self.text[at:stop] if stop else ""
        full = looks_personal(name) and len(name.split()) > 2
        return full and run >= _PROPER if self._may_name else full or has_prefix(name)

    def _compound_end(self, at: int) -> int | None:
        """The end of a word in lower case that makes a compound with the capital before it: Mỹ thuật, Cảnh vệ.

        No table knows them all; what follows must show that the word is no verb.
        """
        end = self._common_end(at + 1) if self.text[at : at + 1] == " " else None
        if end is None:
            return None
        level = self.text[end : end + 1] == " " and LEVELS.match(self.text, end + 1)
        return end if level or _AFTER_COMPOUND.match(self.text, end) else None

    def begins_body(self, at: int) -> bool:
        """Whether a body's name may begin at a position, by its first words."""
        if self.levels.is_unit(at):
            return False
        return any(p.match(self.text, at) for p in (STANDALONE, LEVELLED, HEADED))
