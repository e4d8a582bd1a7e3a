"""A sample portal behind a real HTTP server on loopback."""

import itertools
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from . import nukeviet, skins, uiarticle
from .articles import HANOI, Article, truth_of
from .moods import Mood
from .web import Request, Response

UIARTICLE = "uiarticle"
NUKEVIET = "nukeviet"

PORTALS = {UIARTICLE: uiarticle.PORTAL, NUKEVIET: nukeviet.PORTAL, **skins.PORTALS}
FIRST_VISIT = 418_213


class SampleSite:
    """A portal that answers on 127.0.0.1 from `start` to `close`."""

    def __init__(
        self, kind: str, port: int = 0, edited: bool = False, tls: ssl.SSLContext | None = None
    ) -> None:
        self.kind = kind
        self.requests: list[str] = []
        self.most_open = 0  # answers being made at once, at most
        self._open = 0
        self._lock = threading.Lock()
        self._portal = PORTALS[kind]
        self.name = self._portal.name
        self.place = self._portal.place
        self.sections = list(self._portal.sections)
        self._edition = self._portal.articles(edited)
        self._visits: Iterator[int] = itertools.count(FIRST_VISIT)
        self._server = _Server(("127.0.0.1", port), _handler(self))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/"
        self.mood: Mood | None = None
        self._thread: threading.Thread | None = None

    @property
    def articles(self) -> list[str]:
        """The canonical address of each article, newest first."""
        return [self._address(article) for article in self._edition]

    def truth(self) -> dict[str, dict[str, object]]:
        """Return what a perfect reader reports of each article now, by canonical address."""
        return {self._address(article): truth_of(article) for article in self._edition}

    def edit(self) -> str:
        """Publish the correction; returns the address of the corrected article."""
        self._edition = self._portal.articles(True)
        return next(self._address(a) for a in self._edition if a.path == self._portal.correction)

    def remove(self) -> str:
        """Take the oldest article off the portal; returns its address."""
        *self._edition, oldest = self._edition
        return self._address(oldest)

    def unlist(self) -> str:
        """Take the newest article out of the lists, its page stays; returns its address."""
        newest, *rest = self._edition
        self._edition = [replace(newest, sections=()), *rest]
        return self._address(newest)

    def start(self) -> None:
        """Begin to answer."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering, also on connections a client kept open."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> Response:
        """Return the response to what the handler has read; also notes the request."""
        with self._lock:
            self._open += 1
            self.most_open = max(self.most_open, self._open)
        try:
            return self._answer(handler, form)
        finally:
            with self._lock:
                self._open -= 1

    def _answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> Response:
        self.requests.append(f"{handler.command} {handler.path}")
        parts = urlsplit(handler.path)
        request = Request(
            method="GET" if handler.command == "HEAD" else handler.command,
            path=parts.path,
            base=self.url.rstrip("/"),
            visits=next(self._visits),
            now=self.now(),
            referer=handler.headers.get("Referer", ""),
            since=handler.headers.get("If-Modified-Since", ""),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            form=form,
        )
        mood = self.mood  # it may change meanwhile
        moody = mood(request) if mood else None
        return moody or self._respond(request)

    def now(self) -> datetime:
        """The present moment, as the pages show it."""
        return datetime.now(HANOI)

    def _respond(self, request: Request) -> Response:
        return self._portal.respond(self._edition, request)

    def _address(self, article: Article) -> str:
        return self.url.rstrip("/") + article.path


class _Server(ThreadingHTTPServer):
    """A silent server that also drops kept-alive connections when it closes."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in tuple(self._open):
            self.shutdown_request(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients of a demo may hang up as they like."""


def _handler(site: SampleSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else the body of each answer on a kept connection waits for an ACK of its head.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._send(site.answer(self, {}))

        do_HEAD = do_GET  # noqa: N815 (the name is http.server's)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            encoded = self.headers.get_content_type() == "application/x-www-form-urlencoded"
            form = dict(parse_qsl(body.decode("utf-8", "replace"))) if encoded else {}
            self._send(site.answer(self, form))

        def _send(self, response: Response) -> None:
            if response.broken:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                self.connection.close()
                return
            self.send_response_only(response.status)
            self.send_header("Date", self.date_time_string(site.now().timestamp()))
            self.send_header("Content-Type", response.type)
            self.send_header("Content-Length", str(len(response.content)))
            for name, value in response.headers:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Say nothing."""

    return Handler
