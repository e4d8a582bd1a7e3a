"""Refreshes that go on beside other work: a few hosts at once, each once at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from pipeline.crawling import AT_ONCE, Refreshed, crawl_portals
from pipeline.workshop import Workshop

Told = Callable[[list[str], "Refreshed | Exception"], None]


class Refreshes:
    """Refreshes of an archive's portals; `tell` is told of each when it has ended, or of why it could not be."""

    def __init__(self, shop: Workshop, tell: Told) -> None:
        self._shop, self._tell = shop, tell
        self._hosts: set[str] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, "crawl")

    def begin(self, hosts: dict[str, list[str]]) -> int:
        """Begin the refreshes of hosts, each with its portals, as many as may run at once; returns how many were begun."""
        begun = 0
        with self._lock:
            for host, slugs in hosts.items():
                if host not in self._hosts and len(self._hosts) < AT_ONCE:
                    self._hosts.add(host)
                    self._pool.submit(self._refresh, host, slugs)
                    begun += 1
        return begun

    def end(self) -> None:
        """Wait for those that run; begin no others."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _refresh(self, host: str, slugs: list[str]) -> None:
        try:
            self._tell(slugs, crawl_portals(self._shop, slugs, {}, lambda line: None))
        except Exception as error:  # one portal keeps no other back
            self._tell(slugs, error)
        finally:
            with self._lock:
                self._hosts.discard(host)
