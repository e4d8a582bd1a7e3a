"""How a crawl gets on: what is done, how fast, how long the rest will take."""

import time

TOLD_EVERY = 10.0  # seconds between two lines of progress


class Pace:
    """Counts articles and files that wait and are done, and tells a line now and then."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()
        self._waiting = self._done = 0

    def wait(self, kind: str) -> None:
        """One more page is to be fetched."""
        self._waiting += kind in ("article", "file")

    def done(self, kind: str) -> str | None:
        """One more page is there; returns a line of progress when it is time for one."""
        self._done += kind in ("article", "file")
        now = time.monotonic()
        if now - self._told < TOLD_EVERY or not self._done:
            return None
        self._told = now
        return _told(self._done, self._waiting, now - self._began)


def _told(done: int, known: int, seconds: float) -> str:
    """A line of progress.

    >>> _told(30, 90, 60.0)
    '30 of 90 articles and files known so far, 30 a minute, about 2 min left'
    """
    left = (known - done) * seconds / done
    rest = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
    return (
        f"{done} of {known} articles and files known so far, "
        f"{done * 60 / seconds:.0f} a minute, about {rest} left"
    )
