"""How often a reader may do something: a bucket of turns that time fills and each use takes from."""

import time
from collections import OrderedDict
from threading import Lock

_READERS = 10_000  # whose turns are counted


class Turns:
    """So many turns of each reader in so many seconds; 0 is no bound. Of the readers longest unseen nothing is kept.

    Times are not those of the archive's clock: it may stand still.
    """

    def __init__(self, most: int, seconds: int) -> None:
        self.most, self._seconds = most, seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, reader: str) -> bool:
        """Take a turn; whether there was one."""
        if not self.has(reader):
            return False
        self.use(reader)
        return True

    def has(self, reader: str) -> bool:
        """Whether a reader has a turn left."""
        return not self.most or self._now(reader) >= 1

    def use(self, reader: str) -> None:
        """Take a turn away."""
        with self._lock:
            self._left[reader] = (max(self._now(reader) - 1, 0), time.monotonic())
            self._left.move_to_end(reader)
            if len(self._left) > _READERS:
                self._left.popitem(last=False)

    def clear(self) -> None:
        """Forget all readers."""
        self._left.clear()

    def _now(self, reader: str) -> float:
        moment = time.monotonic()
        left, at = self._left.get(reader, (float(self.most), moment))
        return min(self.most, left + (moment - at) * self.most / self._seconds)
