"""Questions for people: who is reported to hold which office, and in which articles."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from sqlalchemy import ColumnElement, Engine, case, false, func, literal, select
from sqlalchemy.orm import Session

from model.errors import TakenDown, UnknownId
from storage import schema
from storage.identity import tells_now
from storage.takedowns import hidden_people, is_listed, is_shown
from text import bare_key, has_marks, match_key, write_out

PEOPLE_FIELDS = ("id", "name", "names", "portal", "score", "offices", "articles")
# One line an office, as a spreadsheet wants it.
OFFICE_FIELDS = (
    "id", "name", "portal", "score", "title", "position", "body", "status", "first", "last", "left", "until", "articles",
)  # fmt: skip
# Positions that one person holds at a time; of deputies and members there are several.
_ALONE = re.compile(
    r"(?:chủ tịch|bí thư|trưởng|giám đốc|tổng giám đốc|chánh|hiệu trưởng|chủ nhiệm|"
    r"cục trưởng|hạt trưởng|đồn trưởng|đội trưởng|trạm trưởng|viện trưởng|tư lệnh|chính ủy|chỉ huy trưởng|chính trị viên$|"
    r"tổng bí thư|thủ tướng|bộ trưởng)"
)
_UNIT = re.compile(
    r" (?:tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn|đặc khu) ", re.IGNORECASE
)
_LONGEST = 300  # letters; longer is no name, and databases have their limits
_MOST_WORDS = 8  # of a name that others are compared with
_MOST_SIMILAR = 1000  # names that the nearest is chosen among
Key = tuple[str, str]  # an office: the keys of its position and its body


@dataclass
class Known:
    """A person with what the articles say: offices by their name, articles by their id."""

    row: schema.Person
    names: set[str] = field(default_factory=set)
    offices: dict[Key, dict[str, Any]] = field(default_factory=dict)
    articles: dict[str, dict[str, Any]] = field(default_factory=dict)


def find_people(  # noqa: PLR0913 -- each narrows by another thing
    engine: Engine,
    query: str | None = None,
    body: str | None = None,
    on: str | None = None,
    articles: set[str] | None = None,
    only: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """People as current editions report them, with their offices and articles: most reported first.

    With `articles` only what these report, with `only` those of these ids. With `body` only who holds an office of
    it, and only these offices. With `on` as it stood that day by what was reported until then: without offices that were left or whose unit was no more, and of an office that
    one person holds at a time only the last who was reported to.
    """
    whom = _meant(query, only)
    with Session(engine) as session:
        people = _shown_people(session, whom)
        for said in session.execute(_of_people(_sightings(), whom)):
            if said.person_id in people and _counts(said, on, articles):
                _add_article(people[said.person_id], said)
        for said in session.execute(_of_people(_offices(), whom)):
            if said.person_id in people and _counts(said, on, articles):
                _add_office(people[said.person_id].offices, said)
    found = [known for known in people.values() if known.articles]
    if on:
        _succeed(found, on)
    if body:
        for known in found:
            known.offices = {k: o for k, o in known.offices.items() if names_body(o["body"], body)}
    rows = [_told(known) for known in found if known.offices or not body]
    return sorted(rows, key=lambda p: (-len(p["articles"]), not p["offices"], p["name"], p["id"]))


def _meant(query: str | None, only: Collection[str] | None) -> Any:
    """The question for the ids of those who are asked for; None for everybody."""
    asked = select(schema.Person.id)
    if only is not None:
        asked = asked.where(schema.Person.id.in_(only))
    if query:
        asked = asked.where(is_called(query))
    return None if only is None and not query else asked


def _shown_people(session: Session, whom: Any) -> dict[str, Known]:
    """Everybody, or those asked for, who is not taken down."""
    asked, person = select(schema.Person), schema.Person
    rows = session.scalars(asked if whom is None else asked.where(person.id.in_(whom)))
    hidden = hidden_people(session)
    return {row.id: Known(row) for row in rows if row.id not in hidden}


def _of_people(asked: Any, whom: Any) -> Any:
    return asked if whom is None else asked.where(schema.Sighting.person_id.in_(whom))


def list_people(
    engine: Engine,
    query: str | None = None,
    body: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> dict[str, Any]:
    """A page of people, most reported first, and how many there are; by (part of) a name, or a body of theirs."""
    person = schema.Person
    asked = select(person.id)
    if query:
        asked = asked.where(is_called(query))
    if body:
        bodies = {name for name in known_bodies(engine) if names_body(name, body)}
        asked = asked.where(person.id.in_(_holding(bodies)))
    with Session(engine) as session:
        asked = asked.where(is_listed(), person.id.not_in(hidden_people(session)))
        total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
        order = (person.told.desc(), person.id.desc())
        ids = session.scalars(asked.order_by(*order).limit(limit).offset(offset)).all()
    found = {person["id"]: person for person in find_people(engine, only=ids)}
    return {"total": total, "people": [found[key] for key in ids if key in found]}


def is_called(query: str) -> ColumnElement[bool]:
    """That one of a person's names holds what was asked for: typed with marks exactly, without them folded."""
    key, column = bare_key(query), schema.Person.bare
    if has_marks(query):
        key, column = match_key(query), schema.Person.key
    words = " ".join(key.split())
    if len(words) > _LONGEST or not words.isprintable():
        return false()
    return column.contains(f" {words} ", autoescape=True)


def _holding(bodies: Collection[str]) -> Any:
    """The ids of people whom a current edition reports in an office of one of these bodies."""
    said, office = schema.Sighting, schema.Office
    asked = select(said.person_id).join(office, office.sighting_id == said.id)
    asked = asked.join(schema.Article, tells_now())
    return asked.where(office.body.in_(bodies), said.person_id.is_not(None), is_shown())


def get_person(engine: Engine, key: str) -> dict[str, Any]:
    """One person with offices and articles; raises UnknownId, TakenDown."""
    person_name(engine, key)
    found = find_people(engine, only=[key])
    if not found:
        raise UnknownId(f"{key}: nobody tells of this person at the moment")
    return found[0]


def office_rows(people: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for each office of each person, one without an office for who holds none."""
    for person in people:
        named = {key: person[key] for key in OFFICE_FIELDS[:4]}
        ids = [article["id"] for article in person["articles"]]
        blank = dict.fromkeys(OFFICE_FIELDS[4:-1])
        for office in person["offices"] or [{**blank, "articles": ids}]:
            yield named | {key: office[key] for key in OFFICE_FIELDS[4:]}


def waiting_editions(engine: Engine) -> int:
    """How many current editions have not been annotated, so that their people are not known yet."""
    asked = (
        select(func.count())
        .select_from(schema.Edition)
        .join(schema.Article, schema.Article.current == schema.Edition.id)
        .where(schema.Edition.annotated_by.is_(None))
    )
    with Session(engine) as session:
        return session.scalar(asked) or 0


def known_bodies(engine: Engine) -> set[str]:
    """The full names of all bodies that somebody is reported to hold an office of."""
    with Session(engine) as session:
        return {name for name in session.scalars(select(schema.Office.body).distinct()) if name}


def similar_names(engine: Engine, query: str) -> list[str]:
    """The names of people that share the most words with what was asked for, most reported first; a thousand at most."""
    person = schema.Person
    words = bare_key(query).split()[:_MOST_WORDS]
    shared = sum((case((is_called(word), 1), else_=0) for word in words), literal(0))
    with Session(engine) as session:
        hidden = hidden_people(session)
        asked = select(person.name).where(is_listed(), person.id.not_in(hidden))
        asked = asked.order_by(shared.desc(), person.told.desc(), person.id.desc())
        return list(session.scalars(asked.limit(_MOST_SIMILAR)))


def nearest_names(asked: str, names: Iterable[str]) -> list[str]:
    """The names likest to what was asked for, marks and the order of words aside, at most three."""
    keys = {_order(name): name for name in sorted(names, reverse=True)}
    wanted = _order(" ".join(_written_out(word) for word in write_out(asked).split()))
    return [keys[key] for key in get_close_matches(wanted, keys, n=3, cutoff=0.7)]


def _order(name: str) -> str:
    return " ".join(sorted(bare_key(name).split()))


def names_body(body: str | None, asked: str) -> bool:
    """Whether a body is the one asked for, abbreviations written out on both sides, its unit named or left out."""
    wanted = " ".join(_written_out(word) for word in write_out(asked).split())
    key = match_key if has_marks(asked) else bare_key
    if body is None:
        return False
    return key(body) == key(wanted) or bool(
        _UNIT.match(body, len(wanted)) and key(body).startswith(key(wanted) + " ")
    )


def _written_out(word: str) -> str:
    """A word that is an abbreviation typed in small letters written out: ubnd."""
    full = write_out(word.upper())
    return full if word.islower() and full != word.upper() else word


def _counts(said: Any, on: str | None, articles: set[str] | None) -> bool:
    """Whether a report is by one of the articles, and by that day; one without a day is by none, for nobody knows."""
    if articles is not None and said.article_id not in articles:
        return False
    return on is None or (said.reported is not None and said.reported[:10] <= on)


def _sightings() -> Any:
    """Every sighting in a current edition with that edition's title, the earliest report first."""
    said = schema.Sighting
    return (
        select(
            said.person_id,
            said.name,
            said.article_id,
            said.portal,
            said.reported,
            schema.Edition.title,
        )
        .join(schema.Edition, schema.Edition.id == said.edition_id)
        .join(schema.Article, tells_now())
        .where(is_shown())
        .order_by(said.reported, said.id)
    )


def _offices() -> Any:
    """Every office of a current edition, in the order in which bulletins and their texts name them."""
    said, office = schema.Sighting, schema.Office
    return (
        select(
            said.person_id, said.article_id, office.title, office.position, office.body, office.whole,
            office.until, office.status, office.reported,
        )
        .join(said, said.id == office.sighting_id)
        .join(schema.Article, tells_now())
        .join(schema.Mention, schema.Mention.id == office.mention_id)
        .where(is_shown())
        .order_by(office.reported, office.edition_id, schema.Mention.start)
    )  # fmt: skip


def _add_article(known: Known, said: Any) -> None:
    known.names.add(said.name)
    known.articles[said.article_id] = {
        "id": said.article_id,
        "title": said.title,
        "published": said.reported,
        "portal": said.portal,
    }


def _add_office(offices: dict[Key, dict[str, Any]], said: Any) -> None:
    """Count a report of an office: one that it was left ends it, a later one opens it again.

    `first` and `last` are days on which it was reported to be held, `left` the first on which it was
    reported to be held no more.
    """
    day = (said.reported or "")[:10] or None
    fresh: dict[str, Any] = {"title": said.title, "position": said.position, "body": said.body}
    fresh |= {"status": None, "first": None, "last": None, "left": None, "until": said.until}
    fresh |= {"articles": []}
    key = (match_key(said.position), match_key(said.whole or said.body or ""))
    known = offices.setdefault(key, fresh)
    if said.status == "former":
        known["left"], known["status"] = known["left"] or day, "former"
    else:
        days = [d for d in (known["first"], known["last"], day) if d]
        known["first"], known["last"] = min(days, default=None), max(days, default=None)
        reopened = known["left"] and day and day > known["left"]
        if reopened or known["status"] != "former":
            known["left"], known["status"] = None, said.status or known["status"]
            known["status"] = None if reopened and not said.status else known["status"]
    if said.article_id not in known["articles"]:
        known["articles"].append(said.article_id)


def _succeed(found: list[Known], on: str) -> None:
    """Leave out offices that were left or abolished, and those that another was reported to hold since."""
    for known in found:
        known.offices = {key: o for key, o in known.offices.items() if _lasts(o, on)}
    latest: dict[Key, str] = {}
    for known in found:
        for key, office in known.offices.items():
            if _ALONE.match(key[0]) and key[1]:
                latest[key] = max(latest.get(key, ""), office["last"] or "")
    for known in found:
        known.offices = {
            key: office
            for key, office in known.offices.items()
            if (office["last"] or "") >= latest.get(key, "")
        }


def _lasts(office: dict[str, Any], on: str) -> bool:
    return office["status"] != "former" and (office["until"] or on) >= on


def _told(known: Known) -> dict[str, Any]:
    row = known.row
    return {
        "id": row.id,
        "name": row.name,
        "names": sorted(known.names - {row.name}),
        "portal": row.portal,
        "score": row.score,
        "offices": list(known.offices.values()),
        "articles": list(known.articles.values()),
    }


def person_name(engine: Engine, key: str) -> str:
    """The name of the person of that id; raises UnknownId."""
    with Session(engine) as session:
        person = session.get(schema.Person, key)
        if person is None:
            raise UnknownId(f"{key}: no such person; `bantin people` prints ids")
        if key in hidden_people(session):
            raise TakenDown(f"{key}: this person was taken down")
        return person.name
