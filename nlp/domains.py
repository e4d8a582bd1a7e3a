"""What an office is of: the body, the unit, the temple or the field behind its title."""

import re

from nlp.bodies import BodyReader
from nlp.names import looks_personal, run_end
from nlp.patterns import (
    COMPLETIONS,
    DEPARTMENT,
    FIELDS,
    HAMLETS,
    HEADED,
    LEVELS,
    OVER,
    STOPS,
    VERBS,
    WORKS,
    temple_before,
)
from text import LOWER, UPPER

_COMMITTEE = re.compile(
    r"(?:(?<!văn )phòng|ban(?: chỉ đạo| chỉ huy| tổ chức)?|trạm|khoa)$", re.IGNORECASE
)
_TEAM = re.compile(r"[Tt]ổ(?! dân phố)(?= [^\W\d_])")
_EVENT = re.compile(
    r" (?:Lễ hội|Giải|Hội thi|Đại hội|Hội chợ|Liên hoan)(?: (?:đình|chùa|đền|du lịch|hoa))?(?= [^\W\d_])"
)
_ACRONYM = re.compile(rf"[{UPPER}]{{2,}}")
_LOWER = re.compile(rf" ([{LOWER}]+)(?!\w)")
_WORDS = 4  # in lower case between an office and its body: Giám đốc kỹ thuật Nhà máy A


class DomainReader:
    """Finds where the domain of an office ends in one text."""

    def __init__(self, text: str, bodies: BodyReader) -> None:
        self.text = text
        self.bodies = bodies

    def domain_end(self, at: int, office: str, person_before: bool) -> int | None:
        """The end of what stands behind an office that ends here; None where nothing is its own."""
        if self.text[at : at + 1] != " " or (not person_before and self._is_person(at + 1)):
            return None
        if _COMMITTEE.search(office):
            return self._committee(at, office)
        ways = (self._body, self._completed, self._place, self._field, self._work)
        return next((end for way in ways if (end := way(at, office, person_before))), None)

    def _is_person(self, begin: int) -> bool:
        run = run_end(self.text, begin)
        return run is not None and looks_personal(self.text[begin:run])

    def _committee(self, at: int, office: str) -> int | None:
        """The end of what a head deals with where the office names it: Trưởng phòng Nội vụ huyện."""
        if office.lower().endswith("tổ chức") and (event := _EVENT.match(self.text, at)):
            return run_end(self.text, event.end() + 1)
        end = self.bodies.tails.tail_end(at, office) or self.bodies.body_end(at + 1, listed=False)
        return self.bodies.chained(end) if end else self.bodies.levels.level_end(at)

    def _body(self, at: int, office: str, _person_before: bool) -> int | None:
        """The end of a body; of Bí thư Đoàn TNCS it begins inside the office."""
        inside = at - len(office.rpartition(" ")[2])
        starts = (at + 1, inside) if office.endswith(("Đoàn", "Hội")) else (at + 1,)
        for start in starts:
            if (end := self.bodies.body_end(start, listed=False) or 0) > at:
                return end
        return self.bodies.pair_end(at + 1)

    def _completed(self, at: int, _office: str, _person_before: bool) -> int | None:
        """The end of a temple, or of a word that completes an office, and of what stands behind it."""
        if temple := temple_before(self.text, at + 1):
            return run_end(self.text, temple)
        done = COMPLETIONS.match(self.text, at + 1)
        if done is None:
            return None
        further = self.bodies.body_end(done.end() + 1, listed=False)
        level = self.bodies.levels.level_end(done.end()) or self.hamlet_end(done.end())
        return further or level or done.end()

    def _place(self, at: int, office: str, person_before: bool) -> int | None:
        if LEVELS.match(self.text, at + 1):
            return self.bodies.levels.level_end(at)
        if office.lower().endswith("xứ") and person_before:
            return run_end(self.text, at + 1)
        return self.hamlet_end(at)

    def hamlet_end(self, at: int) -> int | None:
        """The end of a hamlet and its name behind a position."""
        found = HAMLETS.match(self.text, at + 1) if self.text[at : at + 1] == " " else None
        if not found:
            return None
        return self.bodies.levels.place_end(found.end(), found[0]) or found.end()

    def _field(self, at: int, office: str, _person_before: bool) -> int | None:
        if field := FIELDS.match(self.text, at + 1):
            return self.bodies.levels.level_end(field.end()) or field.end()
        if office.lower().startswith("chi hội "):
            return self.bodies.tails.tail_end(at, "Chi hội")
        return None

    def _work(self, at: int, _office: str, _person_before: bool) -> int | None:
        """The end of a team, a factory, a park, or of a body behind words in lower case."""
        if team := _TEAM.match(self.text, at + 1):
            return self.bodies.tails.tail_end(team.end(), "Tổ")
        if works := WORKS.match(self.text, at + 1):
            return self.bodies.tails.tail_end(works.end(), "Công ty")
        if _ACRONYM.match(self.text, at + 1):
            return self.bodies.tails.tail_end(at, "")
        over = self.over_words(at)
        return self.bodies.body_end(over + 1, listed=False) if over > at else None

    def over_words(self, at: int) -> int:
        """The end of a few words in lower case that no verb or particle is among."""
        end = at
        for _ in range(_WORDS):
            word = _LOWER.match(self.text, end)
            if word is None or word[1] in STOPS or VERBS.match(self.text, end + 1):
                break
            end = word.end()
        return end

    def parent_end(self, end: int, office: str) -> int:
        """The end of the body that a department belongs to: Trưởng phòng …, Ban Tuyên giáo Tỉnh ủy."""
        begin = end + len(", ")
        if not DEPARTMENT.fullmatch(office) or self.text[end:begin] != ", ":
            return end
        over = any(p.match(self.text, begin) for p in (HEADED, OVER))
        if not over and not self.text.startswith("Công an", begin):
            return end
        return self.bodies.body_end(begin, listed=False) or end
