"""People: names behind an honorific or a title, full names alone, and known names again."""

import re

from nlp.bodies import BodyReader
from nlp.gazetteer import Gazetteer
from nlp.names import endings, has_prefix, is_masked, looks_personal, name_end, run_end
from nlp.patterns import (
    BIRTH_ORDER,
    COMMON,
    COMMON_GIVEN,
    COUNTRIES,
    GREAT_MEN,
    HONORIFICS,
    OTHER_TYPES,
    PEOPLES,
    PERSONAL,
    SHORT_COUNTRIES,
    SPEECH,
    TELLING,
)
from nlp.roles import RoleReader
from nlp.spots import Spot
from text import LOWER, UPPER

_AFTER_NAME = re.compile(
    r"\s?(?:[,;.:()–-]|$|\n|ở |bị |thì |xin |và |đã |là |làm |\(|mở |nuôi |vay |đón )"
)
_NAME_CUE = re.compile(r"(?:của|với|cho|khi|do|cùng|theo|gặp|bắt|tên|ông|bà|và|,)\s$")
_OWN_CUE = re.compile(
    r"\s?(?:\((?:SN|sinh|[0-9]{2} tuổi|\d{2}|ngụ|trú|ở)|,? (?:sinh năm|SN|ngụ|trú|ở|là|quê)|\s?[-–,]\s?(?:[A-ZĐ])|\svà\s(?:[A-ZĐ]))"
)
_LOWER_NEXT = re.compile(rf" [{LOWER}]")
_LOWER_BEFORE = re.compile(rf"[{LOWER}] $")
_CAPITAL_BEFORE = re.compile(rf"(?<!\w)[{UPPER}][^\W\d_]* $")
_STARTS = re.compile(r"(?:^|[.!?\"”:;]|\n)\s*$")
_SIMPLE = re.compile(r"[^\W\d_]+$")
_OFFICE_JOINT = re.compile(r"(?: \([^()\n]{1,30}\))?(?:, | [-–] | \()(?:là )?")
_INITIAL_JOINT = re.compile(r"[ .]+")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,3}\.){1,4}[^\W\d_]?\.?$")
_SHORT_UNIT = 4  # letters below which a name is more likely a person's than a unit's
_NEAR = 12  # letters between a name and the one before it in a list
_FULL = 3  # words of a name that needs no other sign


class PersonReader:
    """Finds people in one text; `people` are the names known from all of it."""

    def __init__(
        self,
        text: str,
        gazetteer: Gazetteer,
        bodies: BodyReader,
        roles: RoleReader,
        people: frozenset[str],
    ) -> None:
        self.text = text
        self.gazetteer = gazetteer
        self.bodies = bodies
        self.roles = roles
        self.people = people
        self.given = {name.rpartition(" ")[2] for name in people if " " in name}
        self.endings = {ending for name in people for ending in endings(name)}
        masked = (name.rstrip(".") for name in people if "." in name)
        self.initials = {_INITIAL_JOINT.split(name)[-1] for name in masked}

    def honoured(self, at: int) -> Spot | None:
        """A name behind an honorific or a kinship word."""
        title = HONORIFICS.match(self.text, at)
        if not title:
            return None
        begin = self._behind_order(title.end())
        end = name_end(self.text, begin)
        kin = PERSONAL.match(title[0].strip().lower()) is not None
        if end is None or self._is_other(begin, end, kin):
            return None
        if " " not in self.text[begin:end] and not self._short_name(title[0], begin, end):
            return None
        return self._spot(begin, end)

    def _spot(self, begin: int, end: int) -> Spot:
        return Spot(begin, end, "person", self.text[begin:end])

    def _behind_order(self, begin: int) -> int:
        """Where a full name begins behind a word of birth order, which is no part of it."""
        order = BIRTH_ORDER.match(self.text, begin)
        if order is None:
            return begin
        further = order.end() + 1
        full = looks_personal(self.text[further : run_end(self.text, further) or 0])
        return further if full else begin

    def _is_other(self, begin: int, end: int, kin: bool) -> bool:
        """Whether the capitals behind an honorific are an office, a body or a place."""
        body, role = self.bodies.body_end(begin), self.roles.role_at(begin, False)
        if (body or 0) > end or (role and role.end > end):
            return True
        name = self.text[begin:end]
        if looks_personal(name):
            return False
        if kin and " " not in name and body is None and SPEECH.match(self.text, end):
            return False
        if not kin and (self.gazetteer.knows(name) or name.split()[0] in PEOPLES):
            return True
        countries = (SHORT_COUNTRIES, COUNTRIES)
        return (
            (body or role) is not None
            or name in PEOPLES
            or any(p.match(self.text, begin) for p in (COMMON, OTHER_TYPES))
            or any(p.fullmatch(self.text, begin, end) for p in countries)
        )

    def _short_name(self, title: str, begin: int, end: int) -> bool:
        """Whether one word behind an honorific is a name: of kin always, of a trade if something says so."""
        name = self.text[begin:end]
        if name in self.given or has_prefix(name) or _INITIALS.match(name):
            return True
        if PERSONAL.match(title.strip()) and title[0].islower():
            return not self.gazetteer.is_near(name) or len(name) < _SHORT_UNIT
        after = _AFTER_NAME.match(self.text, end) or SPEECH.match(self.text, end)
        return len(name) > 1 and after is not None

    def named(self, at: int, last: Spot | None) -> Spot | None:
        """A name without a word before it; `last` is the mention before it."""
        end = name_end(self.text, at)
        if end is None:
            return None
        known = self.text[at:end] in self.people or self._known_again(at, end)
        if known or self._listed(at, end, last) or self._alone(at, end, last):
            return self._spot(at, end)
        return None

    def _listed(self, at: int, end: int, last: Spot | None) -> bool:
        """Whether what stands before shows a name: a title, another name that it follows in a list."""
        name = self.text[at:end]
        if last is None or last.kind not in ("person", "role"):
            return False
        if last.kind == "role" and at == last.end + 1 and (" " in name or has_prefix(name)):
            return looks_personal(name) or not COMMON.match(name)
        order = BIRTH_ORDER.match(name)
        nick = order is not None and name[order.end() + 1 :] in self.given
        return at - last.end < _NEAR and (nick or (is_masked(name) and " " in name))

    def _alone(self, at: int, end: int, last: Spot | None) -> bool:
        """Whether a run of capitals reads as somebody's name by itself, or by what stands behind it."""
        name = self.text[at:end]
        if name in GREAT_MEN:
            return True
        full = looks_personal(name)
        if looks_personal(name.partition(" ")[2]) and not full:
            return False  # the first word only begins a sentence: Bắt Chau R.
        cued = _OWN_CUE.match(self.text, end) is not None
        if cued and (is_masked(name) or _INITIALS.match(name)):
            return True
        known = self.gazetteer.knows(name) or self.gazetteer.knows(name.removeprefix("Từ "))
        if known or COMMON.match(name):
            return False
        if has_prefix(name):
            return name not in PEOPLES
        if not full:
            return self._holds_office(at, end)
        telling = len(name.split()) >= _FULL or is_masked(name) or name.split()[0] in TELLING
        listed = last is not None and last.kind in ("person", "role") and at - last.end < _NEAR
        return telling or (cued and listed)

    def _holds_office(self, at: int, end: int) -> bool:
        """Whether an office stands behind the capitals as behind a name: Takeshi Morita - Giám đốc nhà máy."""
        joint = _OFFICE_JOINT.match(self.text, end)
        if joint is None or " " not in self.text[at:end]:
            return False
        if _CAPITAL_BEFORE.search(self.text[max(0, at - 12) : at]):
            return False
        return self.roles.role_at(joint.end(), True) is not None

    def _known_again(self, at: int, end: int) -> bool:
        """Whether a part of a name known from the text is meant: the given name alone, the masked one."""
        name = self.text[at:end]
        if name.rstrip(".") in self.initials:
            return not self.text[end : end + 1].isalnum()
        before = self.text[max(0, at - 12) : at]
        if name not in self.endings or _CAPITAL_BEFORE.search(before):
            return False
        if SPEECH.match(self.text, end) or _NAME_CUE.search(before):
            return True
        if name in COMMON_GIVEN:
            return False
        if _STARTS.search(before):
            return name in self.given and _LOWER_NEXT.match(self.text, end) is not None
        inside = _LOWER_BEFORE.search(before) and _SIMPLE.match(name)
        return bool(inside) and not self.gazetteer.knows(name) and not COMMON.match(name)
