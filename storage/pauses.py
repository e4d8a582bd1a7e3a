"""Portals that the schedule leaves alone until their operator says otherwise."""

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from model.clock import now
from model.errors import InputError, UnknownPortal
from storage import schema
from storage.database import begin


def pause_portal(engine: Engine, slug: str, reason: str) -> None:
    """Refresh a portal on schedule no more; raises UnknownPortal, InputError without a reason."""
    if not reason.strip():
        raise InputError("a pause needs a reason")
    with begin(engine) as session:
        if session.get(schema.Portal, slug) is None:
            raise UnknownPortal(f"{slug}: no such portal")
        session.merge(schema.Pause(portal=slug, reason=" ".join(reason.split()), at=now()))


def resume_portal(engine: Engine, slug: str) -> None:
    """Refresh a portal on schedule again; of one that is not paused nothing changes."""
    with begin(engine) as session:
        session.execute(delete(schema.Pause).where(schema.Pause.portal == slug))


def paused_portals(engine: Engine) -> dict[str, str]:
    """Why each paused portal is, by slug."""
    with Session(engine) as session:
        rows = session.scalars(select(schema.Pause).order_by(schema.Pause.portal))
        return {row.portal: row.reason for row in rows}
