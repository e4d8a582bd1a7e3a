"""Mentions of people, offices, bodies and places: one walk over the text, rules decide."""

import re
from dataclasses import dataclass, field, replace

from nlp.bodies import BodyReader
from nlp.gazetteer import Gazetteer
from nlp.names import looks_personal, name_end, run_end
from nlp.patterns import BIRTH_ORDER, HONORIFICS, LABELS, NO_AUTHOR, SPEECH
from nlp.places import PlaceReader
from nlp.roles import RoleReader
from text import LOWER, UPPER

_START = re.compile(r"(?<![\w'])(?=[^\W\d_])")
_AFTER_PERSON = re.compile(
    r"\s*(?:,|-|–|\(|;|:|kiêm|và|là|làm|giữ chức|,? đồng thời là)\s*(?:đồng chí |đ/c |ông |bà )?$"
)
_AFTER_NAME = re.compile(
    r"\s?(?:[,;.:()–-]|$|\n|ở |bị |thì |xin |và |đã |là |làm |\(|mở |nuôi |vay |đón )"
)
_NAME_CUE = re.compile(r"(?:của|với|cho|khi|do|cùng|theo|gặp|bắt|tên|ông|bà|và|,)\s$")
_OWN_CUE = re.compile(
    r"\s?(?:\((?:SN|sinh|[0-9]{2} tuổi|\d{2}|ngụ|trú|ở)|,? (?:sinh năm|SN|ngụ|trú|ở|là|quê)|\s?[-–,]\s?(?:[A-ZĐ])|\svà\s(?:[A-ZĐ]))"
)
_AUTHORS = re.compile(r"\s*(?:,|–|\s-\s|&|/|;|\(|\)|\svà\s|\+|\n|\|)\s*")
_COMMON = re.compile(
    r"(?:Lãnh đạo|Thường trực|Đại diện|Đảng|Nhà nước|Trung ương|Việt Nam|Hội|Đoàn|Ban|Phòng|Sở|Cơ quan|Công an|Bộ|Ủy|Đại hội|Hội nghị|Trưởng|Phó|Bí thư|Chủ tịch|Thường vụ|Công đoàn)(?!\w)"
)


@dataclass(frozen=True)
class Spot:
    """A mention by its span in the composed text; people and roles carry names."""

    start: int
    end: int
    kind: str
    name: str = ""
    holders: tuple[str, ...] = ()
    strong: bool = True
    status: str | None = None


@dataclass
class Walk:
    """One walk over a text: what is known from earlier walks, and what was found."""

    text: str
    gazetteer: Gazetteer
    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    spots: list[Spot] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bodies = BodyReader(self.text, self.gazetteer)
        self.roles = RoleReader(self.text, self.bodies)
        self.place_reader = PlaceReader(self.text, self.gazetteer, self.bodies, self.places)
        self.given = {name.split()[-1] for name in self.people if " " in name}

    def run(self, start: int, end: int) -> None:
        at = start
        while (found := _START.search(self.text, at, end)) is not None:
            at = found.start()
            spots = self._at(at)
            self.spots.extend(spots)
            at = max((s.end for s in spots), default=0) or self._skip(at)

    def _skip(self, at: int) -> int:
        word = re.compile(r"[^\W\d_]+'?").match(self.text, at)
        return word.end() if word else at + 1

    def _at(self, at: int) -> list[Spot]:
        after_person = self._after_person(at)
        if role := self.roles.role_at(at, after_person):
            return [Spot(role.start, role.end, "role", strong=role.strong, status=role.status)]
        if (end := self.bodies.body_end(at)) is not None:
            return [Spot(at, end, "organisation")]
        if places := self.place_reader.places_at(at):
            return [Spot(start, end, "place") for start, end in places]
        person = self._honoured(at) or self._named(at)
        return [person] if person else []

    def _after_person(self, at: int) -> bool:
        last = self.spots[-1] if self.spots else None
        if last is None or last.kind not in ("person", "role"):
            return False
        gap = self.text[last.end : at]
        return len(gap) < 40 and bool(_AFTER_PERSON.fullmatch(gap))

    def _honoured(self, at: int) -> Spot | None:
        """A name behind an honorific or a kinship word."""
        title = HONORIFICS.match(self.text, at)
        if not title:
            return None
        begin = title.end()
        order = BIRTH_ORDER.match(self.text, begin)
        if order and looks_personal(
            self.text[order.end() + 1 : run_end(self.text, order.end() + 1) or 0]
        ):
            begin = order.end() + 1
        if _COMMON.match(self.text, begin) or self.bodies.body_end(begin) is not None:
            return None
        end = name_end(self.text, begin)
        if end is None or (
            self.roles.role_at(begin, False) and not looks_personal(self.text[begin:end])
        ):
            return None
        if " " not in self.text[begin:end] and not self._short_name(begin, end):
            return None
        return Spot(begin, end, "person", self.text[begin:end])

    def _short_name(self, begin: int, end: int) -> bool:
        name = self.text[begin:end]
        if name in self.given or any(p.endswith(" " + name) for p in self.people):
            return True
        return (
            bool(_AFTER_NAME.match(self.text, end) or SPEECH.match(self.text, end))
            and len(name) > 1
        )

    def _named(self, at: int) -> Spot | None:
        """A name without a word before it: a full name, or a known one again."""
        end = name_end(self.text, at)
        if end is None:
            return None
        name = self.text[at:end]
        if name in self.people or self._known_again(at, end):
            return Spot(at, end, "person", name)
        if self._titled(at) and " " in name and not _COMMON.match(name):
            return Spot(at, end, "person", name)
        if not looks_personal(name) or self.gazetteer.knows(name) or _COMMON.match(name):
            return None
        cued = len(name.split()) > 2 or (_OWN_CUE.match(self.text, end) and self._after_list(at))
        return Spot(at, end, "person", name) if cued else None

    def _titled(self, at: int) -> bool:
        """Whether a rank or title without a body stands right before."""
        last = self.spots[-1] if self.spots else None
        return last is not None and last.kind == "role" and not last.strong and at == last.end + 1

    def _after_list(self, at: int) -> bool:
        last = self.spots[-1] if self.spots else None
        return last is not None and last.kind in ("person", "role") and at - last.end < 12

    def _known_again(self, at: int, end: int) -> bool:
        name = self.text[at:end]
        if name not in self.given and not any(p.endswith(" " + name) for p in self.people):
            return False
        return bool(
            SPEECH.match(self.text, end) or _NAME_CUE.search(self.text[max(0, at - 8) : at])
        )


def read_byline(text: str, start: int, end: int, bodies: BodyReader) -> list[Spot]:
    """Authors and their bodies in a byline: every part that is neither a label nor a desk."""
    spots: list[Spot] = []
    label = LABELS.match(text[start:end])
    at = start + (label.end() if label else 0)
    while at < end:
        joint = _AUTHORS.search(text, at, end)
        stop = joint.start() if joint else end
        if (body_end := bodies.body_end(at)) is not None and body_end >= stop:
            spots.append(Spot(at, min(body_end, end), "organisation"))
            joint = _AUTHORS.match(text, body_end, end)
        elif author := _author(text, at, stop):
            spots.append(author)
        at = joint.end() if joint else end
    return spots


def _author(text: str, at: int, stop: int) -> Spot | None:
    part = text[at:stop].strip(" .:")
    if (
        not part
        or part.lower() in NO_AUTHOR
        or part.split()[0] in ("CTV", "BBT", "PV", "Theo", "Phòng", "Ban")
    ):
        return None
    begin = at + len(text[at:stop]) - len(text[at:stop].lstrip())
    if label := LABELS.match(text[begin:stop]):
        begin += label.end()
    if not re.match(rf"[{UPPER}]", text[begin : begin + 1]) or len(part.split()) > 6:
        return None
    end = begin + len(text[begin:stop].rstrip(" :"))
    return Spot(begin, end, "person", text[begin:end])


def walk_text(
    text: str, gazetteer: Gazetteer, prose: list[tuple[int, int]], byline: tuple[int, int] | None
) -> list[Spot]:
    """All mentions of a text in order, offices with their holders."""
    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    walk = Walk(text, gazetteer)
    for _ in range(2):
        walk = Walk(text, gazetteer, people, places)
        for start, end in prose:
            walk.run(start, end)
        authors = read_byline(text, *byline, walk.bodies) if byline else []
        people = frozenset(s.name for s in (*walk.spots, *authors) if s.kind == "person")
        places = walk.place_reader.named(
            s for s in ((x.start, x.end) for x in walk.spots if x.kind == "place")
        )
    spots = [s for s in walk.spots if not _outside(s, prose)]
    if byline:
        spots += read_byline(text, *byline, walk.bodies)
    return attach_roles(text, sorted(spots, key=lambda s: s.start), walk.bodies)


def _outside(spot: Spot, prose: list[tuple[int, int]]) -> bool:
    return not any(start <= spot.start and spot.end <= end for start, end in prose)


# How an office behind a name is bound to it; how one before a name is.
_BOUND = re.compile(
    rf"(?:\s\([^()\n]{{1,40}}\))?\s*(?:,|-|–|\(|;|:|kiêm|và|là|làm|tân|nguyên|đồng thời là|(?:\s|,)*(?:[{LOWER}]+\s){{0,9}}(?:giữ (?:các )?chức(?: vụ)?|làm|chức|bầu làm|được bầu làm))?\s*(?:nguyên |quyền )?"
)
_BINDS_FRONT = re.compile(r"(?: |: | huyện | - | đồng chí | ông | bà )")


def attach_roles(text: str, spots: list[Spot], bodies: BodyReader) -> list[Spot]:
    """The mentions with every office given to its holders; titles tied to nobody are left out."""
    fullest = _fullest(spots)
    done: list[Spot] = []
    held: dict[str, tuple[str, ...]] = {}
    for number, spot in enumerate(spots):
        if spot.kind != "role":
            done.append(spot)
            continue
        following = spots[number + 1] if number + 1 < len(spots) else None
        holders = _holder_after(text, spot, following) or _holder_before(text, spot, done)
        holders = holders or _held_before(text, spot, held)
        if not holders and not (spot.strong and _definite(text, spot)):
            done += _inner_body(bodies, spot)
            continue
        holders = tuple(dict.fromkeys(fullest.get(h, h) for h in holders))
        role = replace(spot, holders=holders)
        if holders:
            held[text[spot.start : spot.end].lower()] = holders
        done.append(role)
    return _former(text, done)


def _inner_body(bodies: BodyReader, spot: Spot) -> list[Spot]:
    """The body that a title names when the title is nobody's: đại biểu Quốc hội khóa XVI."""
    for found in _START.finditer(bodies.text, spot.start + 1, spot.end):
        if bodies.body_end(found.start()) == spot.end:
            return [Spot(found.start(), spot.end, "organisation")]
    return []


def _definite(text: str, spot: Spot) -> bool:
    before = text[max(0, spot.start - 12) : spot.start]
    return not re.search(r"(?:các|những|mỗi|từng|với chức danh) (?:đồng chí )?$", before)


def _fullest(spots: list[Spot]) -> dict[str, str]:
    """Each name with the longest name in the text that ends in it."""
    names = sorted({s.name for s in spots if s.kind == "person"}, key=lambda n: -len(n))
    return {n: next((full for full in names if full.endswith(" " + n)), n) for n in names}


def _holder_after(text: str, spot: Spot, following: Spot | None) -> tuple[str, ...]:
    if following is None or following.kind != "person":
        return ()
    gap = text[spot.end : following.start]
    return (following.name,) if _BINDS_FRONT.fullmatch(gap) else ()


def _holder_before(text: str, spot: Spot, done: list[Spot]) -> tuple[str, ...]:
    """The person, or the holder of the office, right before this one."""
    at = spot.start
    for number in range(len(done) - 1, -1, -1):
        last = done[number]
        gap = text[last.end : at]
        if "\n" in gap or len(gap) > 90:
            return ()
        if last.kind == "role" and last.holders and _BOUND.fullmatch(gap):
            return last.holders
        if last.kind == "person" and _BOUND.fullmatch(gap):
            return _together(text, done, number)
        if last.kind in ("place", "organisation") and re.fullmatch(
            r"[\s,()–-]*|.{0,80}(?:giữ chức(?: vụ)?|làm|bầu làm|chức) ", gap
        ):
            at = last.start
            continue
        return ()
    return ()


def _together(text: str, done: list[Spot], number: int) -> tuple[str, ...]:
    """One holder, or both where two names are joined before one office."""
    last = done[number]
    if (
        number
        and done[number - 1].kind == "person"
        and re.fullmatch(r" và (?:ông |bà |đồng chí )?", text[done[number - 1].end : last.start])
    ):
        return (done[number - 1].name, last.name)
    return (last.name,)


def _held_before(text: str, spot: Spot, held: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Who was said earlier to hold this office, also where one of the two names leaves out the place."""
    office = text[spot.start : spot.end].lower()
    if not spot.strong and not re.search(
        r"(?:đồng chí|Đồng chí|ông|bà) $", text[max(0, spot.start - 10) : spot.start]
    ):
        return ()
    if office in held:
        return held[office]
    for earlier, holders in held.items():
        if earlier.startswith(office + " ") or office.startswith(earlier + " "):
            return holders
    return ()


def _former(text: str, spots: list[Spot]) -> list[Spot]:
    """In an appointment, the offices that a person had before are former ones."""
    done: list[Spot] = []
    for number, spot in enumerate(spots):
        status = spot.status
        if spot.kind == "role" and status is None and spot.holders:
            line_end = text.find("\n", spot.end)
            line_end = line_end if line_end >= 0 else len(text)
            later = [
                s
                for s in spots[number + 1 :]
                if s.start < line_end and s.kind == "role" and s.status == "new"
            ]
            if any(s.holders == spot.holders for s in later) or re.match(
                r"[^.;\n]{0,12}(?:nghỉ hưu|thôi giữ)", text[spot.end : spot.end + 40]
            ):
                status = "former"
        done.append(replace(spot, status=status))
    return done
