"""Persons in the database: tied anew where names were read anew, and what readers say of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from model.clock import now
from model.errors import InputError, UnknownId
from storage import schema
from storage.database import begin
from storage.grouping import Decision, Group, Key, group_sightings, key_of
from storage.ids import derive_id
from storage.journal import add_line
from text import bare_key, match_key

_LOT = 300  # names that are tied in one transaction, so that nobody waits long
_SHOWN = 3  # sightings that a line of the journal names on each side


def tells_now() -> ColumnElement[bool]:
    """That a sighting is in its article's current edition; by the article's id, which has an index."""
    article, said = schema.Article, schema.Sighting
    return (article.id == said.article_id) & (article.current == said.edition_id)


def mark_names(session: Session, keys: Iterable[str]) -> None:
    """Note names whose persons may be others now; stays until `link_people` has tied them."""
    wanted = set(keys)
    known = select(schema.Relink.key).where(schema.Relink.key.in_(wanted))
    fresh = wanted - set(session.scalars(known)) if wanted else wanted
    if fresh:
        session.execute(insert(schema.Relink), [{"key": key} for key in sorted(fresh)])


def names_of(session: Session, edition_ids: Iterable[str | None]) -> set[str]:
    """The keys of the names that these editions tell."""
    asked = select(schema.Sighting.key).where(schema.Sighting.edition_id.in_(set(edition_ids)))
    return set(session.scalars(asked))


def link_people(engine: Engine) -> None:
    """Tie all names that were noted to persons anew, a lot at a time; what was killed goes on here."""
    while True:
        with begin(engine) as session:
            noted = select(schema.Relink.key).order_by(schema.Relink.key).limit(_LOT)
            keys = set(session.scalars(noted))
            if not keys:
                used = select(schema.Sighting.person_id).where(
                    schema.Sighting.person_id.is_not(None)
                )
                session.execute(delete(schema.Person).where(schema.Person.id.not_in(used)))
                return
            decisions = _decisions(session)
            names = _tied_names(keys, decisions)
            _link(session, names, decisions)
            session.execute(delete(schema.Relink).where(schema.Relink.key.in_(names)))


def _link(session: Session, names: set[str], decisions: Sequence[Decision]) -> None:
    groups = group_sightings(_current(session, names), decisions)
    named = select(schema.Sighting).where(schema.Sighting.key.in_(names))
    held = session.scalars(named.where(schema.Sighting.person_id.is_not(None))).all()
    old = {sighting.person_id for sighting in held if sighting.person_id}
    for sighting in held:  # those of editions that are not current any more stay nobody's
        sighting.person_id = None
    rows = person_rows(session, groups)
    for row, group in zip(rows, groups, strict=True):
        session.merge(row)
        for sighting in group.sightings:
            sighting.person_id = row.id
    session.flush()
    gone = old - {row.id for row in rows}
    session.execute(delete(schema.Person).where(schema.Person.id.in_(gone)))


def person_rows(session: Session, groups: Sequence[Group]) -> list[schema.Person]:
    """The row of each person: the id from the article that was captured first, the name that most tell."""
    articles = {s.article_id for group in groups for s in group.sightings}
    first = func.min(schema.Edition.captured)
    asked = select(schema.Edition.article_id, first).where(schema.Edition.article_id.in_(articles))
    captured = {
        row[0]: row[1] for row in session.execute(asked.group_by(schema.Edition.article_id))
    }
    rows = []
    for group in groups:
        founder = min(group.sightings, key=lambda s: (captured[s.article_id], s.article_id, s.key))
        names = Counter(s.name for s in group.sightings)
        rows.append(
            schema.Person(
                id=derive_id("person", founder.key, founder.article_id),
                portal=group.sightings[0].portal,
                name=max(names, key=lambda name: (names[name], name)),
                score=group.weakest,
                told=len({s.article_id for s in group.sightings}),
                key=_as_matched(names, match_key),
                bare=_as_matched(names, bare_key),
            )
        )
    return rows


def _as_matched(names: Iterable[str], key: Callable[[str], str]) -> str:
    """All names as they are matched, a line each between blanks."""
    return " \n ".join(["", *sorted(set(map(key, names))), ""])


def groups_of(session: Session, keys: Iterable[str]) -> Iterator[Group]:
    """The groups that the sightings of these names make, without a change to what is stored."""
    decisions = _decisions(session)
    names = _tied_names(set(keys), decisions)
    with session.no_autoflush:
        sightings = _current(session, names)
        scores = [sighting.score for sighting in sightings]
        groups = group_sightings(sightings, decisions)
        for sighting, score in zip(sightings, scores, strict=True):
            sighting.score = score
    yield from groups


def _tied_names(keys: set[str], decisions: Sequence[Decision]) -> set[str]:
    """The names and all those that readers held for the same person as one of them."""
    names, size = set(keys), 0
    merged = [{key for _, key in decision.members} for decision in decisions]
    while len(names) != size:
        size = len(names)
        names |= {key for group in merged if group & names for key in group}
    return names


def _decisions(session: Session) -> list[Decision]:
    """What readers said, the latest last."""
    rows = session.scalars(select(schema.Identity).order_by(schema.Identity.at, schema.Identity.id))
    return [
        Decision(
            frozenset((a, k) for a, k in row.members),
            frozenset((a, k) for a, k in row.others),
        )
        for row in rows
    ]


def _current(session: Session, names: set[str]) -> Sequence[schema.Sighting]:
    """Sightings in current editions, the earliest report first."""
    asked = (
        select(schema.Sighting)
        .join(schema.Article, tells_now())
        .where(schema.Sighting.key.in_(names))
    )
    day, article = schema.Sighting.reported, schema.Sighting.article_id
    return session.scalars(asked.order_by(day.is_(None), day, article, schema.Sighting.key)).all()


def merge_people(engine: Engine, person_ids: Sequence[str], reason: str) -> str:
    """Hold several persons for one; gives the id that they have now. Raises UnknownId, InputError."""
    with begin(engine) as session:
        found = [_sightings_of(session, key) for key in dict.fromkeys(person_ids)]
        if len(found) < 2:
            raise InputError("one person is left: nothing to merge")
        members = {key_of(s) for sightings in found for s in sightings}
        meant = _decide(session, "merge", (members, set()), reason, found[0][0])
    link_people(engine)
    return _person_of(engine, meant)


def split_person(engine: Engine, person_id: str, article_ids: Sequence[str], reason: str) -> str:
    """Hold what these articles name for another person than the rest; gives that one's id."""
    with begin(engine) as session:
        found = _sightings_of(session, person_id)
        missing = sorted(set(article_ids) - {s.article_id for s in found})
        if missing:
            raise UnknownId(f"{missing[0]}: no article that names person {person_id}")
        apart = {key_of(s): s for s in found if s.article_id in article_ids}
        rest = {key_of(s) for s in found} - apart.keys()
        if not rest:
            raise InputError("these are all articles that name the person: nothing to split")
        meant = _decide(session, "split", (set(apart), rest), reason, next(iter(apart.values())))
    link_people(engine)
    return _person_of(engine, meant)


def _decide(
    session: Session,
    action: str,
    sides: tuple[set[Key], set[Key]],
    reason: str,
    told: schema.Sighting,
) -> Key:
    if not reason.strip():
        raise InputError("a decision about people needs a reason")
    ordered = [sorted(map(list, keys)) for keys in sides]
    row = schema.Identity(
        id=derive_id("identity", action, repr(ordered)), action=action, members=ordered[0], others=ordered[1],
        reason=" ".join(reason.split()), at=now(),
    )  # fmt: skip
    session.merge(row)
    add_line(session, action, told.article_id, told.edition_id, identity_line(row))
    mark_names(session, {key for _, key in sides[0] | sides[1]})
    return key_of(told)


def _sightings_of(session: Session, person_id: str) -> list[schema.Sighting]:
    asked = select(schema.Sighting).where(schema.Sighting.person_id == person_id)
    day = schema.Sighting.reported
    found = list(session.scalars(asked.order_by(day.is_(None), day, schema.Sighting.article_id)))
    if not found:
        raise UnknownId(f"{person_id}: no such person; `bantin people` prints ids")
    return found


def _person_of(engine: Engine, key: Key) -> str:
    """The id of the person whom an article's name is now."""
    asked = (
        select(schema.Sighting.person_id)
        .join(schema.Article, tells_now())
        .where(schema.Sighting.article_id == key[0], schema.Sighting.key == key[1])
    )
    with Session(engine) as session:
        return session.scalar(asked) or ""


def identity_line(row: schema.Identity) -> str:
    """What the journal tells of a decision: its id, the first sightings of each side, the reason."""
    sides = " | ".join(_told(side) for side in (row.members, row.others) if side)
    return f"{row.id} {row.action}: {sides}: {row.reason}"


def _told(side: list[list[str]]) -> str:
    shown = ", ".join(f"{key} in {article}" for article, key in side[:_SHOWN])
    return shown + (f" and {len(side) - _SHOWN} more" if len(side) > _SHOWN else "")
