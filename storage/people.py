"""Questions for people: who is reported to hold which office, and in which articles."""

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from storage import schema
from text import bare_key, has_marks, match_key, write_out

PEOPLE_FIELDS = ("id", "name", "portal", "score", "offices", "articles")
# Positions that one person holds at a time; of deputies and members there are several.
_ALONE = re.compile(
    r"(?:quyền |phụ trách )?(?:chủ tịch|bí thư|trưởng|giám đốc|tổng giám đốc|chánh|hiệu trưởng|chủ nhiệm|"
    r"cục trưởng|hạt trưởng|đồn trưởng|đội trưởng|trạm trưởng|viện trưởng|tư lệnh|chính ủy|chỉ huy trưởng|chính trị viên$|"
    r"tổng bí thư|thủ tướng|bộ trưởng)"
)


@dataclass
class Known:
    """A person with what the articles say: offices by their name, articles by their id."""

    row: schema.Person
    offices: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    articles: dict[str, dict[str, Any]] = field(default_factory=dict)


def find_people(
    engine: Engine,
    query: str | None,
    body: str | None,
    on: str | None,
    portal: str | None = None,
) -> list[dict[str, Any]]:
    """People as current editions report them, with their offices and articles: most reported first.

    With `body` only who holds an office of it, and only these offices; with `on` only what was reported
    until that day, and of an office that one person holds at a time only the last who was reported to.
    """
    with Session(engine) as session:
        people = {
            row.id: Known(row)
            for row in session.scalars(select(schema.Person))
            if _meant(row, query)
        }
        for sighting, edition in session.execute(_sightings(portal)):
            if sighting.person_id in people and not _later(sighting.reported, on):
                _add_article(people[sighting.person_id], sighting, edition)
        for office, sighting in session.execute(_offices(portal)):
            if sighting.person_id in people and not _later(office.reported, on):
                _add_office(people[sighting.person_id].offices, office, sighting.article_id)
    found = [known for known in people.values() if known.articles]
    if on:
        _succeed(found)
    if body:
        for known in found:
            known.offices = {k: o for k, o in known.offices.items() if names_body(o["body"], body)}
    rows = [_told(known) for known in found if known.offices or not body]
    return sorted(rows, key=lambda p: (-len(p["articles"]), not p["offices"], p["name"], p["id"]))


def _meant(person: schema.Person, query: str | None) -> bool:
    """Whether a name holds what was asked for: typed with marks exactly, without them folded."""
    if not query:
        return True
    key = match_key if has_marks(query) else bare_key
    return f" {key(query)} " in f" {key(person.name)} "


def names_body(body: str | None, asked: str) -> bool:
    """Whether a body's full name holds what was asked for, abbreviations written out on both sides."""
    wanted = " ".join(_written_out(word) for word in write_out(asked).split())
    key = match_key if has_marks(asked) else bare_key
    return body is not None and f" {key(wanted)} " in f" {key(body)} "


def _written_out(word: str) -> str:
    """A word that is an abbreviation typed in small letters written out: ubnd."""
    full = write_out(word.upper())
    return full if word.islower() and full != word.upper() else word


def _later(reported: str | None, on: str | None) -> bool:
    """Whether a report is of after a day; one without a day is, for nobody knows."""
    return on is not None and (reported is None or reported[:10] > on)


def _sightings(portal: str | None) -> Select[schema.Sighting, schema.Edition]:
    """Every sighting in a current edition with that edition, the earliest report first."""
    asked = (
        select(schema.Sighting, schema.Edition)
        .join(schema.Edition, schema.Edition.id == schema.Sighting.edition_id)
        .join(schema.Article, schema.Article.current == schema.Edition.id)
        .order_by(schema.Sighting.reported, schema.Sighting.id)
    )
    return asked.where(schema.Sighting.portal == portal) if portal else asked


def _offices(portal: str | None) -> Select[schema.Office, schema.Sighting]:
    """Every office of a current edition, in the order in which bulletins and their texts name them."""
    asked = (
        select(schema.Office, schema.Sighting)
        .join(schema.Sighting, schema.Sighting.id == schema.Office.sighting_id)
        .join(schema.Article, schema.Article.current == schema.Office.edition_id)
        .join(schema.Mention, schema.Mention.id == schema.Office.mention_id)
        .order_by(schema.Office.reported, schema.Office.edition_id, schema.Mention.start)
    )
    return asked.where(schema.Sighting.portal == portal) if portal else asked


def _add_article(known: Known, sighting: schema.Sighting, edition: schema.Edition) -> None:
    known.articles[sighting.article_id] = {
        "id": sighting.article_id,
        "title": edition.title,
        "published": sighting.reported,
        "portal": sighting.portal,
    }


def _add_office(
    offices: dict[tuple[str, str], dict[str, Any]], office: schema.Office, article_id: str
) -> None:
    """Count a report of an office; a report that it was left ends it, one that it is new begins it anew."""
    day = (office.reported or "")[:10] or None
    named: dict[str, Any] = {
        "title": office.title,
        "position": office.position,
        "body": office.body,
    }
    fresh: dict[str, Any] = named | {"status": None, "first": day, "last": day, "articles": []}
    known = offices.setdefault((match_key(office.position), match_key(office.body or "")), fresh)
    days = [d for d in (known["first"], known["last"], day) if d]
    known["first"], known["last"] = min(days, default=None), max(days, default=None)
    known["status"] = office.status or known["status"]
    if article_id not in known["articles"]:
        known["articles"].append(article_id)


def _succeed(found: list[Known]) -> None:
    """Leave out offices that were left, and those that another person was reported to hold since."""
    latest: dict[tuple[str, str], str] = {}
    for known in found:
        for key, office in known.offices.items():
            if _ALONE.match(key[0]) and key[1] and office["status"] != "former":
                latest[key] = max(latest.get(key, ""), office["last"] or "")
    for known in found:
        known.offices = {
            key: office
            for key, office in known.offices.items()
            if office["status"] != "former" and (office["last"] or "") >= latest.get(key, "")
        }


def _told(known: Known) -> dict[str, Any]:
    row = known.row
    return {
        "id": row.id,
        "name": row.name,
        "portal": row.portal,
        "score": row.score,
        "offices": list(known.offices.values()),
        "articles": list(known.articles.values()),
    }
