"""What bounds a request before it is looked at, and the headers that every answer has."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from model.settings import WebConfig

Scope = dict[str, Any]
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "browsing-topics=()",
}  # fmt: skip
_LONGEST = 24_000  # bytes of a path with its parameters: 2,000 letters of Vietnamese are 18,000
_BODY = 64 * 1024  # bytes of a form
_SECONDS = 10  # that a form may take to arrive, and a request to find a place
_ANSWER = 30  # seconds within which an answer must have begun
_READERS = 10_000  # whose requests are counted
Refuse = Callable[[Scope, int, str], Any]


class Limits:
    """ASGI middleware: a reader's requests a minute, requests at a time, bytes and seconds of a form.

    Times are not those of the archive's clock: it may stand still.
    """

    def __init__(self, app: Any, config: WebConfig, refuse: Refuse) -> None:
        self._app, self._refuse = app, refuse
        self._prefix = urlsplit(config.address).path.rstrip("/")
        self._per_minute, self._places = config.per_minute, asyncio.Semaphore(config.at_once)
        self._seen: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send, scope = _with_headers(send), scope | {"root_path": self._prefix}
        if refused := self._why_not(scope):
            await self._tell(scope, receive, send, *refused)
            return
        body = await self._body(scope, receive)
        if isinstance(body, int):
            told = {413: f"at most {_BODY} bytes", 408: f"at most {_SECONDS} seconds"}
            await self._tell(scope, receive, send, body, told[body])
            return
        try:
            await asyncio.wait_for(self._places.acquire(), _SECONDS)
        except TimeoutError:
            await self._tell(scope, receive, send, 503, "too many requests at once; try again")
            return
        try:
            await self._answer(scope, _again(body, receive), send)
        finally:
            self._places.release()

    async def _answer(self, scope: Scope, receive: Any, send: Any) -> None:
        """The answer of the application; one that has not begun in time is refused, one that has may take its time."""
        begun = False

        async def noting(told: Any) -> None:
            nonlocal begun
            begun = True
            await send(told)

        work = asyncio.ensure_future(self._app(scope, receive, noting))
        try:
            await asyncio.wait({work}, timeout=_ANSWER)
            if work.done() or begun:
                await work
                return
            work.cancel()
            await self._tell(
                scope, receive, send, 503, f"no answer in {_ANSWER} seconds; ask for less"
            )
        finally:
            work.cancel()

    async def _tell(self, scope: Scope, receive: Any, send: Any, status: int, detail: str) -> None:
        answer = self._refuse(scope, status, detail)
        if status in (429, 503):
            answer.headers["Retry-After"] = "60" if status == 429 else "5"
        await answer(scope, receive, send)

    def _why_not(self, scope: Scope) -> tuple[int, str] | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST:
            return 414, f"an address of more than {_LONGEST} bytes"
        if "\0" in scope["path"]:  # no database holds it, and one of them says so with an error
            return 404, ""
        if not self._has_turn(scope["client"][0] if scope.get("client") else ""):
            return 429, f"at most {self._per_minute} requests a minute"
        return None

    def _has_turn(self, reader: str) -> bool:
        """Whether a reader may ask: a bucket that a minute fills, and each request takes from."""
        if not self._per_minute:
            return True
        moment = time.monotonic()
        left, at = self._seen.get(reader, (float(self._per_minute), moment))
        left = min(self._per_minute, left + (moment - at) * self._per_minute / 60)
        self._seen[reader] = (max(left - 1, 0), moment)
        self._seen.move_to_end(reader)
        if len(self._seen) > _READERS:
            self._seen.popitem(last=False)
        return left >= 1

    async def _body(self, scope: Scope, receive: Any) -> bytes | int:
        """The whole body of a form, or the status of why it is refused."""
        if scope["method"] in ("GET", "HEAD"):
            return b""
        body: bytes = b""
        try:
            async with asyncio.timeout(_SECONDS):
                while True:
                    told = await receive()
                    body += bytes(told.get("body", b""))
                    if len(body) > _BODY:
                        return 413
                    if told["type"] == "http.disconnect" or not told.get("more_body"):
                        return body
        except TimeoutError:
            return 408


def _again(body: bytes, receive: Any) -> Any:
    """What was received, given on."""
    given = False

    async def receive_again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _with_headers(send: Any) -> Any:
    async def send_with(told: Any) -> None:
        if told["type"] == "http.response.start":
            there = {name.lower() for name, _ in told["headers"]}
            more = [(n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in there]
            told = told | {"headers": [*told["headers"], *more]}
        await send(told)

    return send_with
