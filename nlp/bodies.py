"""Bodies: where the name of an organisation ends."""

import re

from nlp.gazetteer import Gazetteer
from nlp.names import looks_personal, run_end, syllables
from nlp.patterns import (
    FIELDS,
    FIRST_HALVES,
    GENERIC_AFTER,
    HAMLETS,
    HEADED,
    INNER,
    LEVELLED,
    LEVELS,
    NEVER,
    OVER,
    STANDALONE,
    VERBS,
)
from text import LOWER, UPPER

_LOWER_WORD = re.compile(rf"[{LOWER}]+(?![\w])")
_CAPITAL = re.compile(rf"[{UPPER}][\w&.'-]*[\w]|[{UPPER}]")
_BRACKET = re.compile(rf" \([{UPPER}&-]{{2,}}\)(?= [{LOWER}{UPPER}])")
_JOINT = re.compile(rf"(?:\s?[-–&]\s?|\s(?:và|&)\s)(?=[{UPPER}])")
_AND = re.compile(rf" và ([{LOWER}]+)(?!\w)")
_LIST = re.compile(r"(?:\s?,\s?|\s(?:và|&)\s|;\s?)")
_NUMBER = re.compile(r" \d+[A-Z]?(?![\w.,]*\d|\s?(?:%|triệu|tỷ|nghìn|đồng))")
_NUMBERED = re.compile(r" số \d+(?![\d.,]*\d)")
_NAMED_AFTER = (
    "Trường",
    "trường",
    "Quỹ",
    "Đoàn",
    "Bảo tàng",
    "Học viện",
    "Nhà hát",
    "Thư viện",
    "Công ty",
    "HTX",
)
_MILITARY = re.compile(
    r"(?:Sư đoàn|Trung đoàn|Lữ đoàn|Tiểu đoàn|Quân khu|Quân đoàn|Binh đoàn|Hải đoàn|Ban Chỉ đạo|BCĐ|Hạt|Đồn)$"
)
_LONGEST = 16  # words of a body's name


class BodyReader:
    """Finds where a body's name ends in one text."""

    def __init__(self, text: str, gazetteer: Gazetteer) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self._may_name = False

    def body_end(self, at: int, listed: bool = True) -> int | None:
        """The end of the body that begins at a position, None where none does.

        `listed` allows a bare HĐND when the list it stands in ends with a level.
        """
        if NEVER.match(self.text, at) or self._is_unit(at):
            return None
        end = self._over(at) or self._standalone(at) or self._levelled(at, listed)
        end = end or self._headed(at)
        return None if end is None else self.chained(end)

    def _is_unit(self, at: int) -> bool:
        """Whether the capitals here are a unit's name: Hội An, Trường Sa."""
        end = run_end(self.text, at)
        return end is not None and self.gazetteer.knows(self.text[at:end].rstrip("."))

    def chained(self, end: int) -> int:
        """A body named right behind another belongs to it: Đội … Công an huyện."""
        if self.text[end : end + 1] != " ":
            return end
        for pattern in (STANDALONE, LEVELLED, OVER):
            if pattern.match(self.text, end + 1):
                further = self.body_end(end + 1, listed=False)
                return further if further is not None else end
        return end

    def _over(self, at: int) -> int | None:
        found = OVER.match(self.text, at)
        if not found:
            return None
        return self.body_end(found.end() + 1, listed=False)

    def _standalone(self, at: int) -> int | None:
        found = STANDALONE.match(self.text, at)
        if not found or GENERIC_AFTER.match(self.text, found.end()):
            return None
        end = self.level_end(found.end())
        if (end is None and found[0][:2].isupper()) or found[0] in (
            "Agribank",
            "Vietcombank",
            "Viettel",
        ):
            end = end or self._bare_place(found.end())
        return end or found.end()

    def _bare_place(self, at: int) -> int | None:
        if branch := re.compile(r" chi nhánh ").match(self.text, at):
            return run_end(self.text, branch.end())
        end = run_end(self.text, at + 1) if self.text[at : at + 1] == " " else None
        return end if end and self.gazetteer.knows(self.text[at + 1 : end]) else None

    def _levelled(self, at: int, listed: bool) -> int | None:
        found = LEVELLED.match(self.text, at)
        if not found:
            return None
        end = self.level_end(found.end())
        if end is not None:
            return end
        if number := _NUMBER.match(self.text, found.end()):
            return number.end() if found[0] != "Công an" else None
        if (
            listed
            and found[0] not in ("Công an", "CA", "Đảng bộ", "Chi bộ")
            and self._shared_tail(found.end())
        ):
            return found.end()
        return None

    def _shared_tail(self, at: int) -> bool:
        joint = _LIST.match(self.text, at)
        return joint is not None and self.body_end(joint.end()) is not None

    def level_end(self, at: int) -> int | None:
        """The end of a level word and the place name behind it, if any: " huyện Gia Viễn"."""
        if self.text[at : at + 1] != " ":
            return None
        found = LEVELS.match(self.text, at + 1) or HAMLETS.match(self.text, at + 1)
        if not found or re.compile(r",? (?:và|các|phường|thị trấn)(?!\w)").match(
            self.text, found.end()
        ):
            return None
        if found[0] in ("khu vực", "cụm dân cư"):
            return None
        return self.place_end(found.end(), found[0].lower()) or found.end()

    def place_end(self, at: int, level: str) -> int | None:
        """The end of the place name behind a level word; a person's name there is left alone."""
        if self.text[at : at + 1] != " ":
            return None
        begin = at + 1
        end = run_end(self.text, begin)
        if end is None:
            number = _NUMBER.match(self.text, at)
            return number.end() if number and HAMLETS.match(level) else None
        words = syllables(self.text, begin, end)
        for _, stop in reversed(words):
            if self.gazetteer.knows(
                self.text[begin:stop].rstrip("."), level if LEVELS.match(level) else None
            ):
                return stop
        if looks_personal(self.text[begin:end]):
            return None
        return self._joined_place(words[min(len(words), 4) - 1][1])

    def _joined_place(self, end: int) -> int:
        return end - 1 if self.text[end - 1] == "." else end

    def _headed(self, at: int) -> int | None:
        found = HEADED.match(self.text, at)
        if not found or GENERIC_AFTER.match(self.text, found.end()):
            return None
        if found[0].islower() and not self._lower_head(found):
            return None
        return self.tail_end(found.end(), found[0])

    def _lower_head(self, head: re.Match[str]) -> bool:
        """Whether a head in lower case begins a name: trường THCS, but not thị trường Tết."""
        before = re.search(r"([^\W\d_]+) $", self.text[max(0, head.start() - 8) : head.start()])
        other_word = before is not None and before[1].lower() in FIRST_HALVES
        return not other_word and bool(_CAPITAL.match(self.text, head.end() + 1))

    def tail_end(self, at: int, head: str) -> int | None:
        """The end of what a head deals with and of the level behind it, None where nothing follows."""
        if _MILITARY.search(head) and (number := _NUMBER.match(self.text, at)):
            return self.level_end(number.end()) or number.end()
        self._may_name = head.startswith(_NAMED_AFTER)
        solid, at_word, count = None, at, 0
        while count < _LONGEST and (step := self._step(at_word, solid is None)) is not None:
            at_word, is_solid = step
            count += 1
            if is_solid:
                solid = at_word
            if is_solid and self._complete(at_word):
                break
        if solid is None:
            return None
        level = self.level_end(at_word) or self.level_end(solid)
        if level is not None:
            return level
        if self.text[at:solid].islower() and not FIELDS.match(self.text, at + 1):
            return None
        numbered = _NUMBERED.match(self.text, solid)
        return numbered.end() if numbered else solid

    def _complete(self, at: int) -> bool:
        """Whether a level word or another body follows, so that the tail ends here."""
        return self.text[at : at + 1] == " " and any(
            p.match(self.text, at + 1) for p in (LEVELS, STANDALONE, LEVELLED)
        )

    def _step(self, at: int, first: bool) -> tuple[int, bool] | None:
        """The end of the next word of a tail, and whether the name may end behind it."""
        if bracket := _BRACKET.match(self.text, at):
            return bracket.end(), False
        if self.text[at : at + 1] == " " and (found := self._word(at + 1, first)):
            return found
        return None if first else self._joined(at)

    def _word(self, begin: int, first: bool) -> tuple[int, bool] | None:
        if field := FIELDS.match(self.text, begin):
            return field.end(), True
        if not first and LEVELS.match(self.text, begin):
            return None
        if capital := _CAPITAL.match(self.text, begin):
            return self._capital(capital)
        if not first and VERBS.match(self.text, begin):
            return None
        word = _LOWER_WORD.match(self.text, begin)
        if word and word[0] in INNER:
            return word.end(), word[0] not in ("thực", "một")
        return None

    def _joined(self, at: int) -> tuple[int, bool] | None:
        if (both := _AND.match(self.text, at)) and both[1] in INNER:
            return both.end(), True
        joint = _JOINT.match(self.text, at)
        capital = _CAPITAL.match(self.text, joint.end()) if joint else None
        if capital is None or self.begins_body(capital.start()):
            return None
        return self._capital(capital)

    def _capital(self, capital: re.Match[str]) -> tuple[int, bool] | None:
        end = capital.end()
        run = run_end(self.text, capital.start())
        if (
            run
            and not self._may_name
            and looks_personal(self.text[capital.start() : run])
            and len(self.text[capital.start() : run].split()) > 2
        ):
            return None
        return end, True

    def begins_body(self, at: int) -> bool:
        return any(p.match(self.text, at) for p in (STANDALONE, LEVELLED, HEADED))
