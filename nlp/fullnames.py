"""Who and what is meant: names in full, from the article itself and from the portal's own place."""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from nlp.atlas import Unit
from nlp.gazetteer import Gazetteer
from nlp.names import endings
from nlp.spots import Spot
from nlp.tables import either, table, terms
from text import UPPER, write_out

_BODIES = table("bodies")
_LEVELS = ("huyện", "xã", "tỉnh", "thị xã", "thành phố", "quận", "phường", "thị trấn", "đặc khu")
_BARE_LEVEL = re.compile(rf" ({'|'.join(_LEVELS)})$", re.IGNORECASE)
# Bodies whose own name tells the level that they stand at: Huyện ủy, Tỉnh đoàn.
_OF_LEVEL = re.compile(r"(?:^| )(Huyện|Tỉnh|Thành|Thị|Quận) (?:ủy|đoàn)$")
_OF_UNIT = re.compile(rf"(?:^| )(Huyện|Tỉnh|Thành|Thị|Quận) (?:ủy|đoàn) ([{UPPER}].*)$")
_LEVEL_OF = {
    "Huyện": ("huyện",), "Tỉnh": ("tỉnh",), "Thành": ("thành phố",), "Thị": ("thị xã",), "Quận": ("quận",),
}  # fmt: skip
_OWN = re.compile(
    rf"(?:(?:Phòng|Trung tâm|Trạm) (?:{either(write_out(f) for f in terms(_BODIES['fields']))})"
    rf"|{either(write_out(b) for b in _BODIES['own'])})$"
)
_PROVINCIAL = re.compile(rf"Sở (?:{either(write_out(f) for f in terms(_BODIES['fields']))})$")
_SHARED = frozenset(write_out(body) for body in [*_BODIES["levelled"], "Đảng ủy"])
_JOINT = re.compile(r"\s?(?:,|và|&|;|-|–)\s?")
_COUNCILS = re.compile(r"(?i)^(?:ủy ban|hội đồng) nhân dân")
_TAIL = re.compile(rf" (?:{'|'.join(_LEVELS)}) [{UPPER}].*$")
_REACH = 2000  # letters before a bare "UBND xã" in which the commune was named
_PART = re.compile(r"[ .]+")


class FullNames:
    """Names in full in one text; `text` is the text as the rules read it."""

    def __init__(self, text: str, gazetteer: Gazetteer, spots: Iterable[Spot]) -> None:
        self.text = text
        self.gazetteer = gazetteer
        spots = list(spots)
        self._fuller: dict[str, dict[str, Spot]] = defaultdict(dict)
        for spot in spots:
            for short in shortened(spot.name) if spot.kind == "person" else ():
                self._fuller[short].setdefault(spot.name, spot)
        bodies = [s for s in spots if s.kind == "organisation"]
        self._next = dict(pairwise(bodies))

    def person(self, spot: Spot) -> Spot:
        """The mention in the text that names this person most fully; the same where it may be two people."""
        fuller = self._fuller.get(spot.name) or self._fuller.get(spot.name.rstrip(".")) or {}
        longest = max(fuller, key=len, default="")
        one = all(name == longest or longest.endswith(" " + name) for name in fuller)
        return fuller[longest] if fuller and one else spot

    def body(self, spot: Spot) -> str:
        """The body's name in full: abbreviations written out, a bare level given its unit."""
        name = self.complete(self.text[spot.start : spot.end], spot.start)
        return name + self._shared_tail(spot) if name in _SHARED else name

    def complete(self, written: str, at: int) -> str:
        """A body's name as written at a position, in full."""
        name = write_out(" ".join(written.split()))
        name = _COUNCILS.sub(lambda m: m[0].lower().capitalize(), name[:1].upper() + name[1:])
        if level := _BARE_LEVEL.search(name):
            unit = self._unit(level[1].lower(), at)
            return f"{name} {unit}" if unit else name
        if kind := _OF_LEVEL.search(name):
            own = next(
                (u for level in _LEVEL_OF[kind[1]] if (u := self.gazetteer.own(level))), None
            )
            return f"{name} {own.name}" if own else name
        if _OWN.fullmatch(name) and (own := self._smallest()):
            return f"{name} {own.level} {own.name}"
        if _PROVINCIAL.fullmatch(name) and (own := self._province()):
            return f"{name} {own.level} {own.name}"
        return name

    def _shared_tail(self, spot: Spot) -> str:
        """The level and unit that a list has at its end: Huyện ủy, HĐND, UBND huyện."""
        following = self._next.get(spot)
        if following is None or not _JOINT.fullmatch(self.text, spot.end, following.start):
            return ""
        tail = _TAIL.search(self.body(following))
        return tail[0] if tail else ""

    def _smallest(self) -> Unit | None:
        return self.gazetteer.home[0] if self.gazetteer.home else None

    def _province(self) -> Unit | None:
        return next((unit for unit in self.gazetteer.home if unit.rank == "province"), None)

    def _unit(self, level: str, at: int) -> str | None:
        """The name of the portal's unit of a level; of a smaller one, the only one the paragraph names before."""
        if own := self.gazetteer.own(level):
            return own.name
        start = max(self.text.rfind("\n\n", max(0, at - _REACH), at) + 1, at - _REACH, 0)
        spelled = rf"\b(?i:{level}) ((?:[{UPPER}][\w'-]*(?: (?=[{UPPER}]))?)+)"
        named = set(re.findall(spelled, self.text[start:at]))
        known = {name.strip() for name in named if self.gazetteer.knows(name.strip(), level)}
        return known.pop() if len(known) == 1 else None


def unit_of(body: str, gazetteer: Gazetteer) -> str | None:
    """The unit that a body in full is of: "huyện Gia Viễn" of Huyện ủy Gia Viễn as of UBND huyện Gia Viễn."""
    if tail := _TAIL.search(body):
        return tail[0].strip()
    if named := _OF_UNIT.search(body):
        return f"{_LEVEL_OF[named[1]][0]} {named[2]}"
    for home in gazetteer.home:
        if body.endswith(" " + home.name):
            return f"{home.level} {home.name}"
    return None


def is_common(body: str) -> bool:
    """Whether a body's name is one that every unit has: Phòng Nội vụ, Sở Y tế, Huyện ủy."""
    return body in _SHARED or any(p.fullmatch(body) for p in (_OWN, _PROVINCIAL, _OF_LEVEL))


def shortened(name: str) -> list[str]:
    """What a name may be shortened to later in a text: its last words, a masked one's last letter.

    >>> shortened("Vũ Thị Dược"), shortened("Chau R."), shortened("H.V.N")
    (['Thị Dược', 'Dược'], ['R.', 'R'], ['N'])
    """
    last = _PART.split(name.rstrip("."))[-1]
    return [*endings(name), *([last] if "." in name and last != name else [])]
