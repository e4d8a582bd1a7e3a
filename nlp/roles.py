"""Offices, ranks and titles: where they stand and how far they reach."""

import re
from dataclasses import dataclass

from nlp.bodies import BodyReader
from nlp.domains import DomainReader
from nlp.names import looks_personal, run_end, split_name, syllables
from nlp.patterns import (
    APPOINTING,
    BARE_TITLES,
    DEFINITE,
    GENERIC_AFTER,
    HAMLET_OFFICES,
    LEAVING,
    NEED_BODY,
    OFFICES,
    OWNERS,
    PAST,
    PLURAL_BEFORE,
    PREFIXES,
    SMALL_NEVER,
)

_REACH, _NEAR = (
    150,
    40,
)  # letters before an office in which an appointment, or the leaving of it, is told
_APPOINTED = re.compile(r"(?:là|làm|chức|chức vụ) $")
_NO_PREFIX = re.compile(r"(?:ủy|thẩm|chính|toàn|tập|lợi|tây|thủ|cao) $")
# In small letters also a verb: chủ tọa kỳ họp.
_PRESIDING = ("chủ tọa", "chủ trì")
_DELEGATE = "đại biểu"
_HAMLET_NUMBER = re.compile(r" (?:số )?\d{1,2}(?!\d|[.,]\d)")
_HAMLET_WORDS = 3


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
        self.domains = DomainReader(text, bodies)

    def role_at(self, at: int, person_before: bool) -> RoleSpan | None:
        """The title that begins at a position; `person_before` settles whose name follows it."""
        prefix = PREFIXES.match(self.text, at)
        if prefix and _NO_PREFIX.search(self.text[max(0, at - 6) : at]):
            return None
        begin = prefix.end() + 1 if prefix else at
        found = self._ends(begin, person_before)
        if found is None and prefix and person_before and prefix[0].lower() == "phụ trách":
            end = self.bodies.body_end(begin, listed=False)
            found = (end, True) if end else None
        if found is None:
            return None
        end, strong = found
        plural = PLURAL_BEFORE.search(self.text[max(0, at - 20) : at]) and not person_before
        return RoleSpan(at, end, strong and not plural, self._status(at, prefix))

    def _status(self, at: int, prefix: re.Match[str] | None) -> str | None:
        if prefix and prefix[0] in PAST:
            return "former"
        before = self.text[max(0, at - _REACH) : at].rpartition("\n")[2]
        if LEAVING.search(before[-_NEAR:]):
            return "former"
        return "new" if APPOINTING.search(before) else None

    def _ends(self, at: int, person_before: bool) -> tuple[int, bool] | None:
        """The end of a title and whether it is an office by itself."""
        if owner := OWNERS.match(self.text, at):
            return self._owner(owner.end())
        if hamlet := HAMLET_OFFICES.match(self.text, at):
            return self._hamlet(hamlet.end(), person_before), False
        office, bare = OFFICES.match(self.text, at), BARE_TITLES.match(self.text, at)
        if bare and (not office or len(bare[0]) > len(office[0])):
            return bare.end(), False
        return self._office(office, person_before) if office else None

    def _owner(self, at: int) -> tuple[int, bool] | None:
        """The end of what an owner owns or an expert works for: lower-case words, then a name."""
        end = self.domains.over_words(at)
        if body := self.bodies.body_end(end + 1, listed=False):
            return body, False
        run = run_end(self.text, end + 1) if self.text[end : end + 1] == " " else None
        if run is None or looks_personal(self.text[end + 1 : run]):
            return (end, False) if end > at else None
        return run, False

    def _hamlet(self, end: int, person_before: bool) -> int:
        """The end of the hamlet behind an office of one; a name there is the person's where none came before."""
        if number := _HAMLET_NUMBER.match(self.text, end):
            return number.end()
        if person_before and (hamlet := self.domains.hamlet_end(end)):
            return hamlet
        run = run_end(self.text, end + 1) if self.text[end : end + 1] == " " else None
        if run is None:
            return end
        words = syllables(self.text, end + 1, run)
        if person_before:
            return words[min(len(words), _HAMLET_WORDS) - 1][1]
        return split_name(self.text, words) or end

    def _office(self, office: re.Match[str], person_before: bool) -> tuple[int, bool] | None:
        name, end = office[0], office.end()
        if GENERIC_AFTER.match(self.text, end):
            return None
        delegate = name.lower() == _DELEGATE
        if delegate:  # a place behind it is where the delegate comes from
            reached = self.bodies.body_end(end + 1, listed=False)
        else:
            reached = self.domains.domain_end(end, name, person_before)
        if reached is None:
            return self._bare_office(office)
        if GENERIC_AFTER.match(self.text, reached):
            return None
        before = self.text[max(0, office.start() - 12) : office.start()]
        if person_before or _APPOINTED.search(before):
            reached = self.domains.parent_end(reached, name)
        return reached, not (name[0].islower() or delegate)

    def _bare_office(self, office: re.Match[str]) -> tuple[int, bool] | None:
        """An office that is of nothing; some are offices only with a body, or not in small letters."""
        name = office[0].lower()
        if NEED_BODY.fullmatch(name):
            return None
        if office[0][0].islower():
            given = self.text.endswith("làm ", 0, office.start())
            if name in SMALL_NEVER or (name in _PRESIDING and not given):
                return None
        return office.end(), DEFINITE.match(office[0]) is not None
