"""Which database an index was made from: a number that changes where the journal does not tell what did.

A rebuild reads everything anew and is no news: then, and when the last of it is read, every index is made anew.
"""

from random import SystemRandom

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage import schema

_MOST = 2**62


def epoch(session: Session) -> int:
    """The number of this database; 0 before anything was made anew."""
    return _value(session, "epoch")


def begin_epoch(session: Session, *, reading: bool) -> None:
    """Let every index be made anew; `reading` while what is read for it is not all there yet."""
    _set(session, "epoch", SystemRandom().randrange(1, _MOST))
    _set(session, "rereading", int(reading))


def is_rereading(session: Session) -> bool:
    """Whether a rebuild has begun that was not read to its end."""
    return bool(_value(session, "rereading"))


def _value(session: Session, name: str) -> int:
    asked = select(schema.Counter.value).where(schema.Counter.name == name)
    return session.scalar(asked) or 0


def _set(session: Session, name: str, value: int) -> None:
    counter = schema.Counter
    session.execute(update(counter).where(counter.name == name).values(value=value))
