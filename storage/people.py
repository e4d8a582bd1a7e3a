"""Questions for people: who is reported to hold which office."""

from typing import Any

from sqlalchemy import Engine, and_, select
from sqlalchemy.orm import Session

from storage import schema
from text import bare_key, write_out

PEOPLE_FIELDS = ("id", "name", "portal", "offices", "articles")


def find_people(
    engine: Engine,
    query: str | None,
    body: str | None,
    on: str | None,
    portal: str | None = None,
) -> list[dict[str, Any]]:
    """People as reported, with their offices if any: most reported first.

    With `body` only those who hold an office that names it; `on` leaves out later reports.
    """
    people: dict[str, dict[str, Any]] = {}
    with Session(engine) as session:
        for person, article_id, published in session.execute(_sightings()):
            if portal and person.portal != portal:
                continue
            if query and bare_key(query) not in bare_key(person.name):
                continue
            if on and (published or "")[:10] > on:
                continue
            fresh = {"id": person.id, "name": person.name, "portal": person.portal}
            entry = people.setdefault(person.id, fresh | {"offices": {}, "articles": set()})
            entry["articles"].add(article_id)
        for office in session.scalars(_offices()):
            if office.person_id in people and not (on and (office.reported or "")[:10] > on):
                _add_office(people[office.person_id]["offices"], office)
    rows = [
        p | {"offices": list(p["offices"].values()), "articles": len(p["articles"])}
        for p in people.values()
    ]
    if body:
        rows = [
            p for p in rows if any(bare_key(body) in bare_key(o["title"]) for o in p["offices"])
        ]
    return sorted(rows, key=lambda p: (-p["articles"], not p["offices"], p["name"], p["portal"]))


def _offices() -> Any:
    """All offices in the order in which bulletins and their texts name them."""
    return (
        select(schema.Office)
        .join(schema.Mention, schema.Mention.id == schema.Office.mention_id)
        .order_by(schema.Office.reported, schema.Office.edition_id, schema.Mention.start)
    )


def _sightings() -> Any:
    """Each person with the articles whose current edition names them in full."""
    return (
        select(schema.Person, schema.Article.id, schema.Edition.published)
        .join(schema.Article, schema.Article.portal == schema.Person.portal)
        .join(schema.Edition, schema.Edition.id == schema.Article.current)
        .join(
            schema.Mention,
            and_(
                schema.Mention.edition_id == schema.Edition.id,
                schema.Mention.type == "person",
                schema.Mention.name == schema.Person.name,
            ),
        )
        .distinct()
    )


def _add_office(offices: dict[str, dict[str, Any]], office: schema.Office) -> None:
    day = (office.reported or "")[:10] or None
    known = offices.setdefault(
        write_out(office.title).lower(),
        {"title": office.title, "status": office.status, "first": day, "last": day},
    )
    days = [d for d in (known["first"], known["last"], day) if d]
    known["first"], known["last"] = min(days, default=None), max(days, default=None)
