"""A portal that misbehaves, behind a real HTTP server on loopback."""

import contextlib
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

from tests.serving import served

GOOD = (Path(__file__).parent / "portals/mau-nukeviet/515/page.html").read_bytes()
PACKED = gzip.compress(GOOD, mtime=0)
NAMES = ("good-1", "huge-2", "packed-3", "cut-4", "broken-5", "liar-6", "bomb-7")
LIST = (
    '<html><head><meta name="generator" content="NukeViet v4.5"></head><body id="body">'
    + "".join(
        f'<div class="news_column"><h3><a href="/tin/{name}.html">{name}</a></h3></div>'
        for name in NAMES
    )
    + "</body></html>"
)


class Portal(BaseHTTPRequestHandler):
    """Answers each path with its own misbehaviour; `robots` is the status of robots.txt."""

    robots: ClassVar[int] = 404
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        name = self.path.rpartition("/")[2].partition("-")[0]
        if self.path == "/robots.txt":
            self.send(b"User-agent: *\nDisallow: /", status=self.robots)
        elif self.path == "/":
            self.send(LIST.encode())
        elif hasattr(self, f"_{name}"):
            getattr(self, f"_{name}")()
        else:
            self.send(b"gone", status=404)

    def send(
        self, body: bytes, status: int = 200, length: int | None = None, coding: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Connection", "close")
        if coding:
            self.send_header("Content-Encoding", coding)
        self.end_headers()
        self.wfile.write(body)

    def _good(self) -> None:
        self.send(GOOD)

    def _huge(self) -> None:
        self.send(b"<html>" + b"x" * (50 << 20))

    def _packed(self) -> None:
        self.send(PACKED[: len(PACKED) // 2], coding="gzip")

    def _cut(self) -> None:
        self.send(GOOD[: len(GOOD) // 2], length=len(GOOD))

    def _broken(self) -> None:
        self.send(b"<h1>Server Error</h1>", status=500)

    def _liar(self) -> None:
        self.send(GOOD.replace(b"515", b"516"), length=len(GOOD) + 5000)

    def _bomb(self) -> None:
        self.send(gzip.compress(b"0" * (200 << 20), 9), coding="gzip")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""

    def handle(self) -> None:
        # The crawler hangs up on what is too large.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            super().handle()


@contextmanager
def hostile_portal(robots: int = 404) -> Iterator[tuple[str, list[str]]]:
    """The address of such a portal, and what it was asked."""
    kind = type("Asked", (Portal,), {"robots": robots, "asked": []})
    with served(kind) as url:
        yield f"{url}/", kind.asked  # type: ignore[attr-defined]
