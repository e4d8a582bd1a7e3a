"""Troubles of portals: since when each lasts, and what the operator has still to be told of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, or_, select

from model.clock import now
from storage import schema
from storage.database import begin, look
from storage.subscriptions import new_delivery
from storage.vitals import portal_healths


def note_troubles(engine: Engine, slugs: Collection[str] | None = None) -> int:
    """Compare the portals' health (of these, where only they are crawled) with the troubles that are known.

    Returns how many there are now.
    """
    found = {
        (slug, kind): note
        for slug, health in portal_healths(engine, slugs).items()
        for kind, note in health.troubles.items()
    }
    trouble = schema.Trouble
    with begin(engine) as session:
        known = {(row.portal, row.kind): row for row in session.scalars(select(trouble))}
        for key, note in found.items():
            row = known.get(key)
            if row is None:
                row = trouble(portal=key[0], kind=key[1], since=now(), ended=None, told=None)
                session.add(row)
            elif row.ended is not None:  # it is back
                row.since, row.ended, row.told = now(), None, None
            row.note = note
        for key, row in known.items():
            if key not in found and row.ended is None:
                row.ended = now()
    return len(found)


def alert_operator(engine: Engine) -> int:
    """Put what the operator was not told yet into the outbox, as one message; returns of how many troubles."""
    trouble = schema.Trouble
    untold = or_(trouble.told.is_(None), trouble.ended > trouble.told)
    with begin(engine) as session:
        rows = session.scalars(
            select(trouble).where(untold).order_by(trouble.portal, trouble.kind).with_for_update()
        ).all()
        passed = [row for row in rows if row.told is None and row.ended]  # over before it was told
        told = [row for row in rows if row not in passed]
        for row in rows:
            row.told = now()
        if told:
            session.add(new_delivery("alert", None, (0, 0), [_item(row) for row in told]))
        return len(told)


def _item(row: schema.Trouble) -> dict[str, Any]:
    def shown(at: datetime | None) -> str | None:
        return at.isoformat(timespec="minutes") if at else None

    told = {"portal": row.portal, "kind": row.kind, "note": row.note}
    return told | {"since": shown(row.since), "ended": shown(row.ended)}


def open_troubles(engine: Engine) -> list[schema.Trouble]:
    """The troubles that last, the oldest first."""
    trouble = schema.Trouble
    asked = select(trouble).where(trouble.ended.is_(None)).order_by(trouble.since, trouble.portal)
    with look(engine) as session:
        return list(session.scalars(asked))
