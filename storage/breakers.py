"""Circuit breakers: a host that refuses us is left alone, longer each time in a row."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Engine, delete, select

from model.clock import now
from model.errors import LeftAlone
from storage import schema
from storage.database import begin, look

FIRST = timedelta(hours=1)
LONGEST = timedelta(days=7)


def check(engine: Engine, hosts: Iterable[str]) -> None:
    """Raise LeftAlone, with until when and why, while one of the hosts is left alone."""
    breaker = schema.Breaker
    with look(engine) as session:
        asked = select(breaker).where(breaker.host.in_(list(hosts)), breaker.until > now())
        held = session.scalar(asked.order_by(breaker.until.desc()).limit(1))
        if held:
            until = held.until.astimezone().isoformat(sep=" ", timespec="minutes")
            raise LeftAlone(f"{held.host} is left alone until {until}: {held.reason}")


def trip(engine: Engine, hosts: Iterable[str], reason: str, wait: float) -> None:
    """Leave hosts alone: an hour, doubled each time in a row, at least `wait` seconds, at most a week."""
    with begin(engine) as session:
        for host in hosts:
            row = session.get(schema.Breaker, host) or schema.Breaker(host=host, trips=0)
            row.trips += 1
            asked = timedelta(seconds=min(wait, LONGEST.total_seconds()))
            hold = max(FIRST * 2 ** min(row.trips - 1, 10), asked)
            row.until, row.reason = now() + min(hold, LONGEST), reason
            session.add(row)


def mend(engine: Engine, hosts: Iterable[str]) -> None:
    """Forget what hosts refused: they have answered a whole run well."""
    with begin(engine) as session:
        session.execute(delete(schema.Breaker).where(schema.Breaker.host.in_(list(hosts))))
