"""Offices, ranks and titles: where they stand and how far they reach."""

import re
from dataclasses import dataclass

from nlp.bodies import BodyReader
from nlp.names import looks_personal, run_end
from nlp.patterns import (
    APPOINTING,
    BARE_TITLES,
    COMPLETIONS,
    DEFINITE,
    FIELDS,
    GENERIC_AFTER,
    HAMLET_OFFICES,
    HAMLETS,
    LEVELS,
    OFFICES,
    OWNERS,
    PAST,
    PLURAL_BEFORE,
    PREFIXES,
)
from text import UPPER

_NEED_BODY = re.compile(r"(?:Trưởng|Phó Trưởng|Phó trưởng|Phó|CT|Thư ký|Trợ lý)$")
_COMMITTEE = re.compile(r"(?:phòng|Phòng|(?:ban|Ban)(?: Chỉ đạo| Chỉ huy)?|Trạm|trạm)$")
_LEFT = re.compile(r"(?:nghỉ hưu|nghỉ chế độ|thôi giữ|miễn nhiệm)", re.IGNORECASE)


@dataclass(frozen=True)
class RoleSpan:
    """A title phrase in the text; `strong` titles are offices even when nobody is named."""

    start: int
    end: int
    strong: bool
    status: str | None


class RoleReader:
    """Finds where a title begins and ends in one text."""

    def __init__(self, text: str, bodies: BodyReader) -> None:
        self.text = text
        self.bodies = bodies

    def role_at(self, at: int, person_before: bool) -> RoleSpan | None:
        """The title that begins at a position; `person_before` settles whose name follows it."""
        prefix = PREFIXES.match(self.text, at)
        begin = prefix.end() + 1 if prefix else at
        found = self._ends(begin, person_before)
        if found is None:
            return None
        end, strong = found
        if PLURAL_BEFORE.search(self.text[max(0, at - 20) : at]) and not person_before:
            strong = False
        return RoleSpan(at, end, strong, self._status(at, prefix))

    def _status(self, at: int, prefix: re.Match[str] | None) -> str | None:
        if prefix and prefix[0] in PAST:
            return "former"
        return "new" if APPOINTING.search(self.text[max(0, at - 90) : at]) else None

    def _ends(self, at: int, person_before: bool) -> tuple[int, bool] | None:
        if owner := OWNERS.match(self.text, at):
            return self._owner(owner.end())
        hamlet = HAMLET_OFFICES.match(self.text, at)
        if hamlet:
            return self._hamlet(hamlet, person_before)
        office, bare = OFFICES.match(self.text, at), BARE_TITLES.match(self.text, at)
        if bare and (not office or len(bare[0]) > len(office[0])):
            return bare.end(), False
        return self._office(office, person_before) if office else None

    def _owner(self, at: int) -> tuple[int, bool] | None:
        end = at
        while word := re.compile(r" [^\W\d_]+(?:\.[A-Z]\.?)*").match(self.text, end):
            lower = word[0][1:2].islower()
            if lower and word[0][1:] not in (
                "tư",
                "vấn",
                "homestay",
                "sản",
                "xuất",
                "kinh",
                "doanh",
                "mua",
                "hàng",
                "may",
                "mộc",
                "gốm",
                "mạng",
                "lưới",
            ):
                break
            end = word.end()
        return (end, False) if end > at else None

    def _hamlet(self, office: re.Match[str], person_before: bool) -> tuple[int, bool]:
        end = office.end()
        if not person_before:
            return end, False
        number = re.compile(r" \d{1,2}(?!\d|[.,]\d)").match(self.text, end)
        if number:
            return number.end(), False
        run = run_end(self.text, end + 1) if self.text[end : end + 1] == " " else None
        return (run or end), False

    def _office(self, office: re.Match[str], person_before: bool) -> tuple[int, bool] | None:
        end = office.end()
        if GENERIC_AFTER.match(self.text, end):
            return None
        reached = self._body(end, office[0], person_before)
        if reached is None:
            if _NEED_BODY.match(office[0]):
                return None
            return end, bool(DEFINITE.match(office[0]))
        if GENERIC_AFTER.match(self.text, reached):
            return None
        return reached, True

    def _body(self, at: int, head: str, person_before: bool) -> int | None:
        """The end of the body, level or field behind an office."""
        if self.text[at : at + 1] != " ":
            return None
        begin = at + 1
        if (
            not person_before
            and (run := run_end(self.text, begin))
            and looks_personal(self.text[begin:run])
        ):
            return None
        if _COMMITTEE.search(head):
            committee = self.bodies.tail_end(at, head)
            level = None if committee else self.bodies.level_end(at)
            return self.bodies.chained(committee) if committee else level
        end = self.bodies.body_end(begin, listed=False)
        if end is not None:
            return end
        if done := COMPLETIONS.match(self.text, begin):
            return self.bodies.level_end(done.end()) or self._hamlet_level(done.end()) or done.end()
        return self._place_or_field(at, begin)

    def _hamlet_level(self, at: int) -> int | None:
        found = HAMLETS.match(self.text, at + 1) if self.text[at : at + 1] == " " else None
        if not found:
            return None
        return self.bodies.place_end(found.end(), found[0]) or found.end()

    def _place_or_field(self, at: int, begin: int) -> int | None:
        if LEVELS.match(self.text, begin):
            return self.bodies.level_end(at)
        if HAMLETS.match(self.text, begin):
            return self._hamlet_level(at)
        if field := FIELDS.match(self.text, begin):
            return self.bodies.level_end(field.end()) or field.end()
        if re.compile(rf"(?:[{UPPER}]{{2,}})").match(self.text, begin):
            return self.bodies.tail_end(at, "")
        return None
