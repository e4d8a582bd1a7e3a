"""A clock that tests own, for this process and the commands it runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from model.clock import now
from text import VIETNAM

START = datetime(2026, 3, 2, 9, tzinfo=VIETNAM)  # a Monday


class Clock:
    """The time of this process and of the commands it runs, in a file (BANTIN_CLOCK)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set(START)

    def set(self, at: datetime) -> None:
        """Make it that moment."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(at.isoformat(), encoding="utf-8")
        fresh.replace(self._path)

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.set(now() + timedelta(**by))


@contextmanager
def owned_clock(folder: Path) -> Iterator[Clock]:
    """A clock that stands at START until it is moved."""
    before, path = os.environ.get("BANTIN_CLOCK"), folder / "clock"
    clock = Clock(path)
    os.environ["BANTIN_CLOCK"] = str(path)
    try:
        yield clock
    finally:
        del os.environ["BANTIN_CLOCK"]
        if before:
            os.environ["BANTIN_CLOCK"] = before
