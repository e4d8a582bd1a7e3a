"""Who is who: sightings of one name tied to persons, carefully, by what else articles say of them.

A name alone ties nothing: two sightings are one person where they share a body, a unit that both hold an
office of, a place that both are from, or a byline of one portal. How sure each of these is stands in `LINKS`.
What a reader says by `bantin people merge` and `split` comes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, delete, or_, select
from sqlalchemy.orm import Session

from model.errors import InputError, UnknownId
from storage import schema
from storage.clock import now
from storage.database import begin
from storage.ids import derive_id
from storage.journal import add_line

# What two sightings of a name share, and how sure that makes it that they are one person, in hundredths.
LINKS = {"reader": 100, "body": 95, "byline": 90, "place": 85, "unit": 75}
Key = tuple[str, str]  # an article and the key of a name in it
Decided = dict[Key, dict[Key, str]]


@dataclass
class Group:
    """Sightings held for one person; `weakest` is the score of the link that is least sure."""

    sightings: list[schema.Sighting] = field(default_factory=list)
    weakest: int | None = None


def link_people(session: Session, keys: Iterable[str]) -> None:
    """Tie the sightings of these names to persons anew; the same sightings always give the same persons."""
    session.flush()
    for names in _families(session, set(keys)):
        groups = group_sightings(_current(session, names), _decisions(session, names))
        named = select(schema.Sighting).where(schema.Sighting.key.in_(names))
        held = session.scalars(named.where(schema.Sighting.person_id.is_not(None))).all()
        old = {sighting.person_id for sighting in held if sighting.person_id}
        for sighting in held:  # those of editions that are not current any more stay nobody's
            sighting.person_id = None
        kept = {_save_group(session, group) for group in groups}
        session.flush()
        _drop(session, old - kept)


def groups_of(session: Session, keys: Iterable[str]) -> Iterator[Group]:
    """The groups that the sightings of these names make, without a change to what is stored."""
    with session.no_autoflush:
        for names in _families(session, set(keys)):
            sightings = _current(session, names)
            scores = [sighting.score for sighting in sightings]
            groups = group_sightings(sightings, _decisions(session, names))
            for sighting, score in zip(sightings, scores, strict=True):
                sighting.score = score
            yield from groups


def person_id(first: schema.Sighting) -> str:
    """The id of the person whom this sighting names first."""
    return derive_id("person", first.key, first.article_id)


def unlinked_keys(session: Session) -> set[str]:
    """Names in current editions that no person is known of yet: what a killed run left."""
    asked = (
        select(schema.Sighting.key)
        .join(schema.Article, schema.Article.current == schema.Sighting.edition_id)
        .where(schema.Sighting.person_id.is_(None))
    )
    return set(session.scalars(asked))


def group_sightings(sightings: Sequence[schema.Sighting], decided: Decided) -> list[Group]:
    """The sightings in the order of their day, each with the group that it is tied to most surely."""
    groups: list[Group] = []
    known: dict[tuple[str, ...], list[Group]] = defaultdict(list)
    home: dict[Key, Group] = {}
    for sighting in sightings:
        group, score = _best(sighting, known, home, decided)
        if group is None:
            group = Group()
            groups.append(group)
        else:
            group.weakest = min(score, group.weakest or score)
        sighting.score = score or None
        group.sightings.append(sighting)
        home[_key(sighting)] = group
        for _, evidence in _evidence(sighting):
            if not any(group is other for other in known[evidence]):
                known[evidence].append(group)
    return groups


def _best(
    sighting: schema.Sighting,
    known: dict[tuple[str, ...], list[Group]],
    home: dict[Key, Group],
    decided: Decided,
) -> tuple[Group | None, int]:
    """The group that a sighting is tied to most surely, the earliest of equals, and how sure that is."""
    said = decided.get(_key(sighting), {})
    apart = [home[key] for key, action in said.items() if action == "split" and key in home]
    for key, action in said.items():
        if action == "merge" and key in home:
            return home[key], LINKS["reader"]
    for score, evidence in _evidence(sighting):
        for group in known.get(evidence, ()):
            if not any(group is other for other in apart):
                return group, score
    return None, 0


def _evidence(sighting: schema.Sighting) -> list[tuple[int, tuple[str, ...]]]:
    """What ties a sighting to others of its name, the surest first."""
    found = [("body", body) for body in sighting.bodies]
    found += [("byline", sighting.portal)] if sighting.author else []
    found += [("place", code) for code in sighting.places]
    found += [("unit", unit) for unit in sighting.units]
    return [(LINKS[kind], (sighting.key, kind, value)) for kind, value in found]


def _key(sighting: schema.Sighting) -> Key:
    return sighting.article_id, sighting.key


def _families(session: Session, keys: set[str]) -> list[list[str]]:
    """The names in lists, those together that a reader merged."""
    families: list[list[str]] = []
    waiting = sorted(keys)
    while waiting:
        family = [waiting[0]]
        for key in family:
            ties = select(schema.Identity).where(
                or_(schema.Identity.key_a == key, schema.Identity.key_b == key)
            )
            tied = {k for row in session.scalars(ties) for k in (row.key_a, row.key_b)}
            family += sorted(tied - set(family))
        families.append(family)
        waiting = [key for key in waiting if key not in family]
    return families


def _decisions(session: Session, names: list[str]) -> Decided:
    """What readers said last of each two sightings of these names."""
    asked = select(schema.Identity).where(schema.Identity.key_a.in_(names))
    decided: Decided = defaultdict(dict)
    for row in session.scalars(asked.order_by(schema.Identity.at, schema.Identity.id)):
        one, other = (row.article_a, row.key_a), (row.article_b, row.key_b)
        decided[one][other] = decided[other][one] = row.action
    return decided


def _current(session: Session, names: list[str]) -> Sequence[schema.Sighting]:
    """Sightings in current editions, the earliest report first."""
    asked = (
        select(schema.Sighting)
        .join(schema.Article, schema.Article.current == schema.Sighting.edition_id)
        .where(schema.Sighting.key.in_(names))
    )
    day, article = schema.Sighting.reported, schema.Sighting.article_id
    return session.scalars(asked.order_by(day.is_(None), day, article, schema.Sighting.key)).all()


def _save_group(session: Session, group: Group) -> str:
    first = group.sightings[0]
    key = person_id(first)
    session.merge(schema.Person(id=key, portal=first.portal, name=first.name, score=group.weakest))
    for sighting in group.sightings:
        sighting.person_id = key
    return key


def _drop(session: Session, people: set[str]) -> None:
    used = select(schema.Sighting.person_id).where(schema.Sighting.person_id.in_(people))
    gone = people - set(session.scalars(used))
    session.execute(delete(schema.Person).where(schema.Person.id.in_(gone)))


def merge_people(engine: Engine, person_ids: Sequence[str], reason: str) -> str:
    """Hold several persons for one; gives the id that they have now. Raises UnknownId, InputError."""
    return _decide(engine, "merge", person_ids, None, reason)


def split_person(engine: Engine, person_id: str, article_ids: Sequence[str], reason: str) -> str:
    """Hold what these articles name for another person than the rest; gives that one's id."""
    return _decide(engine, "split", [person_id], list(article_ids), reason)


def _decide(
    engine: Engine, action: str, people: Sequence[str], articles: list[str] | None, reason: str
) -> str:
    if not reason.strip():
        raise InputError("a decision about people needs a reason")
    with begin(engine) as session:
        found = [_sightings_of(session, key) for key in dict.fromkeys(people)]
        if articles is None:
            pairs = [(found[0][0], other[0]) for other in found[1:]]
            meant = found[0][0]
        else:
            apart = [s for s in found[0] if s.article_id in articles]
            rest = [s for s in found[0] if s.article_id not in articles]
            if len(apart) != len(set(articles)):
                missing = sorted(set(articles) - {s.article_id for s in apart})
                raise UnknownId(f"{missing[0]}: no article that names person {people[0]}")
            pairs, meant = [(a, b) for a in apart for b in rest], apart[0]
        if not pairs:
            raise InputError("one person is left: nothing to " + action)
        for one, other in pairs:
            _note(session, action, one, other, " ".join(reason.split()))
        session.flush()
        link_people(session, {s.key for pair in pairs for s in pair})
        return meant.person_id or ""


def _sightings_of(session: Session, person_id: str) -> list[schema.Sighting]:
    asked = select(schema.Sighting).where(schema.Sighting.person_id == person_id)
    day = schema.Sighting.reported
    found = list(session.scalars(asked.order_by(day.is_(None), day, schema.Sighting.article_id)))
    if not found:
        raise UnknownId(f"{person_id}: no such person; `bantin people` prints ids")
    return found


def _note(
    session: Session, action: str, one: schema.Sighting, other: schema.Sighting, reason: str
) -> None:
    row = schema.Identity(
        id=derive_id("identity", *sorted((_key(one), _key(other)))), action=action,
        article_a=one.article_id, key_a=one.key, article_b=other.article_id, key_b=other.key,
        reason=reason, at=now(),
    )  # fmt: skip
    session.merge(row)
    add_line(session, action, one.article_id, one.edition_id, identity_line(row))


def identity_line(row: schema.Identity) -> str:
    """What the journal tells of a decision about two sightings."""
    names = f"{row.key_a} in {row.article_a}, {row.key_b} in {row.article_b}"
    return f"{row.action}: {names}: {row.reason}"
