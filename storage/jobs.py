"""Jobs of the schedule as rows: when each is due, so that a schedule that was down knows what it missed."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from model.clock import now
from storage import schema
from storage.database import begin, look


def list_jobs(engine: Engine) -> dict[str, schema.Job]:
    """The jobs that there are, by name."""
    with look(engine) as session:
        return {row.name: row for row in session.scalars(select(schema.Job))}


def ensure_jobs(engine: Engine, due: Iterable[tuple[str, datetime]]) -> None:
    """Make the rows that are not there yet, each with when it is first due."""
    with suppress(IntegrityError), begin(engine) as session:  # another process is making them
        for name, when in due:
            if session.get(schema.Job, name) is None:
                session.add(schema.Job(name=name, due=when))


def begin_job(engine: Engine, name: str) -> None:
    """Note that a job has begun; it stays due until it has ended, so that one that is killed is run again."""
    with begin(engine) as session:
        session.get_one(schema.Job, name).started = now()


def end_job(engine: Engine, name: str, outcome: str, note: str, due: datetime) -> None:
    """Note how a job ended and when it is due again."""
    with begin(engine) as session:
        row = session.get_one(schema.Job, name, with_for_update=True)
        row.ended, row.outcome, row.note, row.due = now(), outcome, note, due


def hurry_job(engine: Engine, name: str) -> None:
    """Let a job be due now."""
    with begin(engine) as session:
        row = session.get(schema.Job, name, with_for_update=True)
        if row is not None and row.due > now():
            row.due = now()
