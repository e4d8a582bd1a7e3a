"""A portal of as many articles as wanted behind a real HTTP server, for measuring."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

from tests.serving import served

PAGE = (Path(__file__).parent / "portals/mau-nukeviet/515/page.html").read_text(encoding="utf-8")
PER_PAGE = 20
SECTION = "/vi/news/tin/"
_LIST = '<html><head><meta name="generator" content="NukeViet v4.5"></head><body id="body">{items}{pager}</body></html>'
_ITEM = '<div class="news_column"><h3><a href="/vi/news/tin/bai-so-{n}.html">Bài viết số {n} của cổng</a></h3></div>'
_PAGER = '<ul class="pagination"><li class="active"><a>{page}</a></li><li><a href="/vi/news/tin/page-{next}/">{next}</a></li></ul>'


class Portal(BaseHTTPRequestHandler):
    """Articles 1 to `count`, newest first, one section."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    count: ClassVar[int] = 0
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        body = self._page()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self) -> bytes:
        name = self.path.removeprefix(SECTION)
        if name == "" or name.startswith("page-"):
            return self._list(int(name.strip("page-/") or 1)).encode()
        if name.startswith("bai-so-"):
            number = name.removeprefix("bai-so-").removesuffix(".html")
            return PAGE.replace("(515)", number).encode()
        return b""

    def _list(self, page: int) -> str:
        first = self.count - (page - 1) * PER_PAGE
        numbers = range(first, max(first - PER_PAGE, 0), -1)
        items = "".join(_ITEM.format(n=n) for n in numbers)
        last = page * PER_PAGE >= self.count
        return _LIST.format(
            items=items, pager="" if last else _PAGER.format(page=page, next=page + 1)
        )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""


@contextmanager
def big_portal(count: int) -> Iterator[tuple[str, list[str]]]:
    """The address of a portal of so many articles, and what it was asked."""
    kind = type("Big", (Portal,), {"count": count, "asked": []})
    with served(kind) as url:
        yield url, kind.asked  # type: ignore[attr-defined]
