"""Who is who: sightings of one name put together to persons, carefully, by what else articles say of them.

A name alone ties nothing: two sightings are one person where they share a body, a unit that both hold an
office of, a place that both are from, or a byline of one portal. How sure each of these is stands in `LINKS`.
What a reader said last of two groups comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from storage import schema

# What two sightings of a name share, and how sure that makes it that they are one person, in hundredths.
LINKS = {"reader": 100, "body": 95, "byline": 90, "place": 85, "unit": 75}
Key = tuple[str, str]  # an article and the key of a name in it
Verdict = Literal["merge", "split"] | None


@dataclass(frozen=True)
class Decision:
    """What a reader said: all of `members` are one person, and none of `others` is."""

    members: frozenset[Key]
    others: frozenset[Key]

    def verdict(self, one: set[Key], other: set[Key]) -> Verdict:
        """What this decision says of two groups."""
        if (one & self.members and other & self.others) or (
            one & self.others and other & self.members
        ):
            return "split"
        return "merge" if one & self.members and other & self.members else None


@dataclass
class Group:
    """Sightings held for one person; `weakest` is the score of the link that is least sure."""

    sightings: list[schema.Sighting]
    keys: set[Key] = field(default_factory=set)
    weakest: int | None = None


class Grouping:
    """Groups that grow: each sighting its own at first, then put together as far as no reader forbids it."""

    def __init__(self, sightings: Sequence[schema.Sighting], decisions: Sequence[Decision]) -> None:
        self.decisions = decisions
        self.decided = {key for d in decisions for key in d.members | d.others}
        self.home = {key_of(s): Group([s], {key_of(s)}) for s in sightings}
        self.order = {key_of(s): number for number, s in enumerate(sightings)}
        for sighting in sightings:
            sighting.score = None

    def groups(self) -> list[Group]:
        """The groups in the order of their earliest sighting, and so the sightings in each."""
        found = {id(group): group for group in self.home.values()}
        for group in found.values():
            group.sightings.sort(key=lambda s: self.order[key_of(s)])
        return sorted(found.values(), key=lambda g: self.order[key_of(g.sightings[0])])

    def tie(self, keys: Iterable[Key], score: int) -> None:
        """Put the groups of these sightings together, except where a reader said no.

        Those that a reader spoke of come first, and the others go to the greatest.
        """
        found = {id(self.home[key]): self.home[key] for key in keys if key in self.home}
        kept: list[Group] = []
        for group in sorted(found.values(), key=self._rank):
            free = [k for k in kept if self._verdict(k.keys, group.keys) != "split"]
            if free:
                self._unite(max(free, key=lambda k: len(k.keys)), group, score)
            else:
                kept.append(group)

    def _rank(self, group: Group) -> tuple[bool, int, int]:
        decided = not self.decided.isdisjoint(group.keys)
        return not decided, -len(group.keys), min(self.order[key] for key in group.keys)

    def _verdict(self, one: set[Key], other: set[Key]) -> Verdict:
        if not (self.decided & one and self.decided & other):
            return None
        said = (decision.verdict(one, other) for decision in reversed(self.decisions))
        return next((verdict for verdict in said if verdict), None)

    def _unite(self, whole: Group, part: Group, score: int) -> None:
        for sighting in part.sightings:
            sighting.score = sighting.score or score
            self.home[key_of(sighting)] = whole
        whole.sightings += part.sightings
        whole.keys |= part.keys
        whole.weakest = min(filter(None, (whole.weakest, part.weakest, score)))


def group_sightings(
    sightings: Sequence[schema.Sighting], decisions: Sequence[Decision]
) -> list[Group]:
    """The persons that sightings make; the same sightings and decisions give the same, in any order of work."""
    grouping = Grouping(sightings, decisions)
    for decision in decisions:
        grouping.tie(sorted(decision.members), LINKS["reader"])
    shared: dict[tuple[str, ...], list[Key]] = defaultdict(list)
    for sighting in sightings:
        for evidence in _evidence(sighting):
            shared[evidence].append(key_of(sighting))
    surest = sorted(shared, key=lambda e: (-LINKS[e[1]], grouping.order[shared[e][0]], e))
    for evidence in surest:
        if len(shared[evidence]) > 1:
            grouping.tie(shared[evidence], LINKS[evidence[1]])
    return grouping.groups()


def key_of(sighting: schema.Sighting) -> Key:
    """How decisions name a sighting: by its article and the key of its name."""
    return sighting.article_id, sighting.key


def _evidence(sighting: schema.Sighting) -> list[tuple[str, ...]]:
    """What ties a sighting to others of its name."""
    found = [("body", body) for body in sighting.bodies]
    found += [("byline", sighting.portal)] if sighting.author else []
    found += [("place", code) for code in sighting.places]
    found += [("unit", unit) for unit in sighting.units]
    return [(sighting.key, kind, value) for kind, value in found]
