"""Mentions of people, offices, bodies and places: one walk over the text, rules decide."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from nlp.bodies import BodyReader
from nlp.bylines import read_byline
from nlp.gazetteer import Gazetteer
from nlp.holders import attach_roles
from nlp.names import run_end
from nlp.patterns import (
    APPOSITIONS,
    BODY_FIRSTS,
    CAPTION_FIRSTS,
    CAPTIONS,
    CLOSED_RUNS,
    FIRSTS,
    HONORIFIC_FIRSTS,
    PLACE_FIRSTS,
    ROLE_FIRSTS,
    TYPE_FIRSTS,
)
from nlp.persons import PersonReader
from nlp.places import PlaceReader
from nlp.roles import RoleReader
from nlp.spots import Spot
from text import LOWER

_WORD = re.compile(r"(?<![\w'])[^\W\d_]+'?")
_AFTER_PERSON = re.compile(
    APPOSITIONS
    + r"\s*(?:,|-|–|\(|;|:|kiêm|và|là|làm|giữ chức|,? đồng thời là)\s*(?:đồng chí |đ/c |ông |bà )?$"
)
_APPOSED = 80  # letters between a name and its office
_CAPTION = 60  # letters of the authors behind a caption's label
_CAPTION_END = re.compile(r"[\n);]|\.(?=\s|$)")
_TELLS = re.compile(rf"(?<![^\W\d_])(?!và(?!\w))[{LOWER}]|[Đđ]/c")
Spans = list[tuple[int, int]]


@dataclass
class Walk:
    """One walk over a text: what is known of it, what was found, and what was left unread."""

    text: str
    gazetteer: Gazetteer
    spots: list[Spot] = field(default_factory=list)
    closed: Spans = field(default_factory=list)
    unread: list[re.Match[str]] = field(default_factory=list)
    bound: set[int] = field(default_factory=set)
    last: Spot | None = None

    def __post_init__(self) -> None:
        self.bodies = BodyReader(self.text, self.gazetteer)
        self.roles = RoleReader(self.text, self.bodies)
        self.know(frozenset(), frozenset())

    def know(self, people: frozenset[str], places: frozenset[str]) -> None:
        """Take the names that are known from the whole text."""
        self.places = PlaceReader(self.text, self.gazetteer, self.bodies, places)
        self.people = PersonReader(self.text, self.gazetteer, self.bodies, self.roles, people)

    def run(self, start: int, end: int) -> None:
        """Walk from word to word, over each mention as a whole."""
        at = start
        for word in _WORD.finditer(self.text, start, end):
            first = word[0]
            if word.start() < at or not (first[0].isupper() or first in FIRSTS):
                continue
            if closed := self._closed(word.start()):
                self.closed.append((word.start(), closed))
                at = closed
            elif spots := self._at(word.start(), first):
                self._take(spots)
                at = spots[-1].end
            elif first[0].isupper() or first in HONORIFIC_FIRSTS:
                self.unread.append(word)

    def _take(self, spots: list[Spot]) -> None:
        self.spots.extend(spots)
        self.last = spots[-1]
        self.bodies.levels.know(s.name for s in spots if s.kind == "person")

    def revisit(self) -> None:
        """Walk again over what was left unread, now that the names of the whole text are known."""
        done = sorted(self.spots, key=lambda s: s.start)
        starts = [s.start for s in done]
        end = 0
        for word in self.unread:
            if word.start() < end:
                continue
            before = bisect_left(starts, word.start())
            self.last = done[before - 1] if before else None
            spots = self._at(word.start(), word[0])
            limit = starts[before] if before < len(starts) else len(self.text)
            self.spots.extend(s for s in spots if s.end <= limit)
            end = max((s.end for s in spots), default=0)

    def _closed(self, at: int) -> int | None:
        """The end of a road, prize or ship, whose name is neither a place's nor a person's."""
        found = CLOSED_RUNS.match(self.text, at)
        return run_end(self.text, found.end()) if found else None

    def _at(self, at: int, first: str) -> list[Spot]:
        """The mentions that begin at a position with this first word: an office, a body, places, people."""
        titled = first in ROLE_FIRSTS or (first.isupper() and first.capitalize() in ROLE_FIRSTS)
        if titled and (role := self.roles.role_at(at, behind := self._after_person(at))):
            if behind:
                self.bound.add(role.start)
            return [Spot(role.start, role.end, "role", strong=role.strong, status=role.status)]
        if first in BODY_FIRSTS and (end := self.bodies.body_end(at)) is not None:
            return [Spot(at, end, "organisation")]
        upper = first[0].isupper()
        placed = upper or first in TYPE_FIRSTS or first in PLACE_FIRSTS
        if placed and (places := self.places.places_at(at, first)):
            return [Spot(start, end, "place") for start, end in places]
        if first in CAPTION_FIRSTS and (caption := CAPTIONS.match(self.text, at)):
            return self._authors(caption.end())
        person = self.people.honoured(at) if first in HONORIFIC_FIRSTS else None
        person = person or (self.people.named(at, self.last) if upper else None)
        return [person] if person else []

    def _authors(self, at: int) -> list[Spot]:
        """Authors behind the label of a caption; nothing where the caption tells what is to be seen."""
        found = _CAPTION_END.search(self.text, at, at + _CAPTION + 1)
        end = found.start() if found else min(len(self.text), at + _CAPTION + 1)
        if end - at > _CAPTION or _TELLS.search(self.text, at, end):
            return []
        return read_byline(self.text, at, end, self.bodies)

    def _after_person(self, at: int) -> bool:
        """Whether a person stands right before, or an office that is bound to one before it."""
        last = self.last
        if last is None or (last.kind != "person" and last.start not in self.bound):
            return False
        gap = self.text[last.end : at] if at - last.end < _APPOSED else "."
        return _AFTER_PERSON.fullmatch(gap) is not None


def walk_text(
    text: str, gazetteer: Gazetteer, prose: Spans, byline: tuple[int, int] | None
) -> tuple[list[Spot], Spans]:
    """All mentions of a text in order, offices with their holders; and the spans in which none may be."""
    walk = Walk(text, gazetteer)
    for start, end in prose:
        walk.run(start, end)
    authors = read_byline(text, *byline, walk.bodies) if byline else []
    people = frozenset(s.name for s in (*walk.spots, *authors) if s.kind == "person")
    places = walk.places.named((x.start, x.end) for x in walk.spots if x.kind == "place")
    walk.know(people, places)
    walk.revisit()
    spots = [s for s in walk.spots if not _outside(s, prose)]
    spots = sorted([*spots, *authors], key=lambda s: s.start)
    return attach_roles(text, spots, walk.bodies), walk.closed


def _outside(spot: Spot, prose: Spans) -> bool:
    return not any(start <= spot.start and spot.end <= end for start, end in prose)
