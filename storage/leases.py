"""Leases: who works on what until when; a dead holder on this machine is known at once."""

import contextlib
import os
import socket
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, delete, update
from sqlalchemy.orm import Session

from model.clock import real_now
from model.errors import Busy
from storage import schema
from storage.database import begin

WAITS = 12
LEASE = timedelta(seconds=60)  # renewed three times in it; what another machine waits for at most


def own_name() -> str:
    """The name of this process as a holder: machine, process id and when it started, so ids used again differ."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def take_leases(engine: Engine, names: Iterable[str]) -> None:
    """Take all of these leases or none; raises Busy that names who holds one.

    Waits a little: a holder may be about to end.
    """
    wanted = sorted(names)
    for _ in range(WAITS):
        with contextlib.suppress(Busy):
            _take_all(engine, wanted)
            return
        time.sleep(0.25)
    _take_all(engine, wanted)


def _take_all(engine: Engine, names: list[str]) -> None:
    with begin(engine) as session:
        for name in names:
            _take(session, name)


def _take(session: Session, name: str) -> None:
    held = session.get(schema.Lease, name, with_for_update=True)
    if held is None:
        session.add(schema.Lease(name=name, holder=own_name(), until=real_now() + LEASE))
        session.flush()
        return
    if held.holder != own_name() and held.until > real_now() and not is_dead(held.holder):
        raise Busy(f"{name} is being worked on by {held.holder}; try again when that has ended")
    held.holder, held.until = own_name(), real_now() + LEASE


def renew_leases(engine: Engine, names: Iterable[str]) -> bool:
    """Hold them longer; False when one is no longer ours."""
    wanted = list(names)
    with begin(engine) as session:
        kept = session.execute(
            update(schema.Lease)
            .where(schema.Lease.name.in_(wanted), schema.Lease.holder == own_name())
            .values(until=real_now() + LEASE)
        )
        return int(getattr(kept, "rowcount", 0)) == len(wanted)


def give_back(engine: Engine, names: Iterable[str]) -> None:
    """End our leases; what is no longer ours stays."""
    with begin(engine) as session:
        ours = (schema.Lease.name.in_(list(names)), schema.Lease.holder == own_name())
        session.execute(delete(schema.Lease).where(*ours))


def is_dead(holder: str) -> bool:
    """Whether a holder was a process of this machine that is gone; elsewhere nobody can tell."""
    host, _, rest = holder.partition(":")
    pid, _, started = rest.partition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return bool(started) and _started(int(pid)) not in (started, "")


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot (proc(5), field 22); "" where unknown.

    A zombie has ended and only waits for its parent.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "ended" if fields[0] == "Z" else fields[19]
