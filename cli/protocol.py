"""How requests come in: by uvicorn, with an end to waiting for headers that never come whole."""

import asyncio
import logging
import re
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_SECONDS = 15  # that the headers of a request may take to arrive


_TOKEN = re.compile(r"/(u|confirm|digests)/[^ ?]+")


def without_tokens(record: logging.LogRecord) -> bool:
    """Lets every line of the access log pass, without the tokens that letters carry."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _TOKEN.sub(r"/\1/...", a) if isinstance(a, str) else a for a in record.args
        )
    return True


class TimedProtocol(H11Protocol):
    """A connection that is closed where a request that has begun does not come whole in time."""

    _waiting: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if without_tokens not in self.access_logger.filters:
            self.access_logger.addFilter(without_tokens)

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        if self._waiting is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()
        super().data_received(data)
        if (
            self.cycle is not None and not self.cycle.response_complete
        ):  # it is whole, and being answered
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = asyncio.get_running_loop().call_later(_SECONDS, self._expire)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _expire(self) -> None:
        self._waiting = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(
                b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
            self.transport.close()
