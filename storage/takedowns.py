"""What is not shown any more: articles and persons, and why; a rebuild keeps the list."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, select
from sqlalchemy.orm import Session

from model.clock import now
from model.errors import InputError, UnknownId
from storage import schema
from storage.database import begin
from storage.ids import derive_id
from storage.journal import add_line

_article, _takedown = schema.Article, schema.Takedown


def is_shown() -> ColumnElement[bool]:
    """That an article is not taken down."""
    return _article.id.not_in(select(_takedown.target).where(_takedown.kind == "article"))


def was_taken_down(session: Session, article_id: str) -> bool:
    """Whether an article is taken down."""
    asked = select(_takedown.id).where(_takedown.kind == "article", _takedown.target == article_id)
    return session.scalar(asked.limit(1)) is not None


def hidden_people(session: Session) -> set[str]:
    """The ids of persons that are taken down: of whoever the names they were told by mean now."""
    rows = session.scalars(select(_takedown).where(_takedown.kind == "person")).all()
    members = {(article, key) for row in rows for article, key in row.members}
    sighting = schema.Sighting
    asked = select(sighting.article_id, sighting.key, sighting.person_id).where(
        sighting.article_id.in_({article for article, _ in members})
    )
    told = session.execute(asked).all() if members else []
    meant = {row.person_id for row in told if (row.article_id, row.key) in members}
    return {row.target for row in rows} | {key for key in meant if key}


def is_listed() -> ColumnElement[bool]:
    """That an article names a person that is not taken down itself."""
    said = schema.Sighting
    down = select(_takedown.target).where(_takedown.kind == "article")
    touched = select(said.person_id).where(said.article_id.in_(down), said.person_id.is_not(None))
    still = select(said.id).where(said.person_id == schema.Person.id, said.article_id.not_in(down))
    return schema.Person.id.not_in(touched) | still.exists()


def hidden_names(session: Session, articles: Collection[str]) -> set[tuple[str, str]]:
    """Articles and names in them of persons that are taken down."""
    sighting = schema.Sighting
    hidden = hidden_people(session)
    asked = select(sighting.article_id, sighting.name).where(
        sighting.article_id.in_(articles), sighting.person_id.in_(hidden)
    )
    told = session.execute(asked).all() if hidden else []
    return {(article, name) for article, name in told}


def take_down(engine: Engine, key: str, reason: str) -> str:
    """Show an article or a person no more, from now on and after every rebuild; returns its title or name.

    Raises UnknownId where there is no such article or person, InputError without a reason.
    """
    if not reason.strip():
        raise InputError("a takedown needs a reason")
    with begin(engine) as session:
        article, person = session.get(_article, key), session.get(schema.Person, key)
        if article is None and person is None:
            raise UnknownId(f"{key}: no such article or person")
        members = _members(session, key) if person else []
        label = person.name if person else _title(session, article)
        row = _takedown(
            id=derive_id("takedown", key), kind="person" if person else "article", target=key, label=label,
            members=members, reason=" ".join(reason.split()), at=now(),
        )  # fmt: skip
        session.merge(row)
        if (
            article is not None
        ):  # the indexes and everybody who follows the journal look at it again
            add_line(session, "takedown", key, article.current, row.reason)
        return label


def _members(session: Session, person: str) -> list[list[str]]:
    sighting = schema.Sighting
    asked = select(sighting.article_id, sighting.key).where(sighting.person_id == person)
    return sorted(
        {(article, key): [article, key] for article, key in session.execute(asked)}.values()
    )


def _title(session: Session, article: Any) -> str:
    edition = session.get(schema.Edition, article.current) if article.current else None
    return edition.title if edition else article.id


def restore(engine: Engine, key: str) -> str:
    """Show again what was taken down; returns its title or name. Raises UnknownId where nothing was."""
    with begin(engine) as session:
        row = session.get(_takedown, derive_id("takedown", key))
        if row is None:
            raise UnknownId(f"{key}: nothing is taken down under this id")
        session.execute(delete(_takedown).where(_takedown.id == row.id))
        article = session.get(_article, key)
        if article is not None:
            add_line(session, "restored", key, article.current, row.reason)
        return row.label


def list_takedowns(engine: Engine) -> Sequence[schema.Takedown]:
    """What is taken down, the latest first."""
    with Session(engine) as session:
        return session.scalars(select(_takedown).order_by(_takedown.at.desc(), _takedown.id)).all()
