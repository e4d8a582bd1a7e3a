"""What takes long to tell and is asked often: told again for a while."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """A value that is made when it is first asked, and anew when it is older than some seconds; once, whoever else waits."""

    def __init__(self, make: Callable[[], T], seconds: int) -> None:
        self._make, self._seconds = make, seconds
        self._held: tuple[float, T] | None = None
        self._lock = Lock()

    def get(self) -> T:
        """The value."""
        with self._lock:
            if self._held is None or time.monotonic() - self._held[0] > self._seconds:
                self._held = (time.monotonic(), self._make())
            return self._held[1]
