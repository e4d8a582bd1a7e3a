"""What bounds a request before it is looked at, and the headers that every answer has."""

import asyncio
import logging
import re
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import Response

from model.records import to_json
from model.settings import WebConfig
from web.turns import Turns

Scope = dict[str, Any]
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "browsing-topics=()",
}  # fmt: skip
API = "/api/"
# What a cache may keep of nobody's, and what takes longer than a page.
_OWN = re.compile(r"/(?:operator|u|confirm|digests|subscribe)(?:/|$)")
_FILE = re.compile(r"\.(?:csv|jsonl|xlsx|bib|ris)$")
_LONGEST = 24_000  # bytes of a path with its parameters: 2,000 letters of Vietnamese are 18,000
_BODY = 64 * 1024  # bytes of a form
_SECONDS = 10  # that a form may take to arrive, and a request to find a place
_ANSWER = 30  # seconds: for a page to begin, and for a reader to take each piece of an answer
_FILES = 4  # exports at a time
TITLES = {
    400: "Không làm được", 404: "Không có trang này", 405: "Trang này không nhận yêu cầu như vậy", 408: "Yêu cầu quá chậm",
    413: "Yêu cầu quá lớn", 414: "Địa chỉ quá dài", 429: "Quá nhiều yêu cầu", 451: "Nội dung đã được gỡ", 503: "Máy chủ đang bận",
}  # fmt: skip


def phrase(status: int) -> str:
    """What a status is called (RFC 9110)."""
    return HTTPStatus(status).phrase


class Limits:
    """ASGI middleware: a reader's requests a minute, requests at a time, bytes and seconds of a form and of an answer.

    Bounds hold in each process of a server.
    """

    def __init__(self, app: Any, config: WebConfig) -> None:
        self._app = app
        self._prefix = urlsplit(config.address).path.rstrip("/")
        self._turns, self._pages = Turns(config.per_minute, 60), asyncio.Semaphore(config.at_once)
        self._files = asyncio.Semaphore(_FILES)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(self._prefix)
        send, scope = _with_headers(send, path), scope | {"root_path": self._prefix}
        if refused := self._why_not(scope):
            await _refuse(scope, receive, send, refused)
            return
        body = await _body(scope, receive)
        if isinstance(body, int):
            told = {413: f"at most {_BODY} bytes", 408: f"at most {_SECONDS} seconds"}
            await _refuse(scope, receive, send, (body, told[body]))
            return
        await self._answer(scope, _again(body, receive), send, is_file=bool(_FILE.search(path)))

    async def _answer(self, scope: Scope, receive: Any, send: Any, *, is_file: bool) -> None:
        """The answer of the application; the place that it takes is free when its work has ended, whoever waits for it."""
        places = self._files if is_file else self._pages
        try:
            await asyncio.wait_for(places.acquire(), _SECONDS)
        except TimeoutError:
            busy = "too many requests at once; try again"
            await _refuse(scope, receive, send, (503, busy))
            return
        answer = _Answer(send)
        work = asyncio.ensure_future(self._app(scope, receive, answer.send))
        work.add_done_callback(lambda _: places.release())
        try:
            await asyncio.wait({work}, timeout=None if is_file else _ANSWER)
            if work.done() or answer.begun:
                await work
                return
            answer.ended = True  # its thread can't be stopped
            slow = f"no answer in {_ANSWER} seconds; ask for less"
            await _refuse(scope, receive, send, (503, slow))
        except TimeoutError:
            work.cancel()  # a reader who does not read
        except Exception as error:
            logging.getLogger("uvicorn.error").error("%s", error, exc_info=error)
            if not answer.begun:
                await _refuse(scope, receive, send, (500, ""))

    def _why_not(self, scope: Scope) -> tuple[int, str] | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST:
            return 414, f"an address of more than {_LONGEST} bytes"
        if "\0" in scope["path"]:  # no database holds it, and one of them says so with an error
            return 404, ""
        if not self._turns.take(scope["client"][0] if scope.get("client") else ""):
            return 429, f"at most {self._turns.most} requests a minute"
        return None


class _Answer:
    """Sends an answer on, as long as its reader takes it."""

    def __init__(self, send: Any) -> None:
        self._send, self.begun, self.ended = send, False, False

    async def send(self, told: Any) -> None:
        if self.ended:
            return
        self.begun = True
        await asyncio.wait_for(self._send(told), _ANSWER)


async def _body(scope: Scope, receive: Any) -> bytes | int:
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


async def _refuse(scope: Scope, receive: Any, send: Any, why: tuple[int, str]) -> None:
    """A refusal that asks nothing of the archive."""
    status, detail = why
    if scope["path"].removeprefix(scope["root_path"]).startswith(API):
        answer = problem(status, detail)
    else:
        title, english = TITLES.get(status, "Có lỗi"), phrase(status)
        text = f"<h1>{title}</h1><p lang=en>{english}. {escape(detail)}</p>"
        html = f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head><body><main>{text}</main></body></html>'
        answer = Response(html, status, media_type="text/html")
    if status in (429, 503):
        answer.headers["Retry-After"] = "60" if status == 429 else "5"
    await answer(scope, receive, send)


def problem(status: int, detail: str) -> Response:
    """An error of the API (RFC 9457)."""
    told = {"type": "about:blank", "title": phrase(status), "status": status, "detail": detail}
    return Response(to_json(told), status, media_type="application/problem+json")


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


def _with_headers(send: Any, path: str) -> Any:
    async def send_with(told: Any) -> None:
        if told["type"] == "http.response.start":
            there = {name.lower(): value for name, value in told["headers"]}
            wanted = HEADERS | ({"cache-control": "no-store"} if _OWN.match(path) else {})
            if path.startswith("/archive/") or not there.get(b"content-type", b"").startswith(
                b"text/html"
            ):
                wanted = wanted | {"x-robots-tag": "noindex"}
            more = [(n.encode(), v.encode()) for n, v in wanted.items() if n.encode() not in there]
            told = told | {"headers": [*told["headers"], *more]}
        await send(told)

    return send_with
