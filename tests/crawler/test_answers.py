"""Answers that are none: what a portal says in place of a list, an article, a file or a feed loses nothing."""

import sqlite3
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crawler.charset import decode_body
from crawler.feeds import discover_feed
from crawler.page import parse_page
from crawler.reading import read_page, refusal
from model.errors import ExtractError
from model.records import RawPage
from tests.archives import allow_hosts, bantin, done, rows
from tests.serving import served
from text import read_date

HEAD = '<html><head><meta name="generator" content="NukeViet v4.5"></head><body id="body">'
ITEM = '<div class="news_column"><h3><a href="/tin/bai-{n}.html">Bài viết số {n}</a></h3></div>'
ARTICLE = (
    HEAD
    + '<div class="news_column"><h1 class="title">Bài viết số {n}</h1><span class="h5">0{n}/05/2024</span>'
    '<div id="news-bodyhtml"><p>Nội dung của bài viết số {n}.</p>{more}</div></div></body></html>'
)
Answer = tuple[int, str, str]  # status, content type, body


class Portal(BaseHTTPRequestHandler):
    """Six articles on two list pages; `odd` says what is answered to some paths instead."""

    odd: ClassVar[dict[str, Answer]] = {}
    asked: ClassVar[list[str]] = []
    more: ClassVar[str] = ""

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, kind, body = self.odd.get(self.path) or self.page()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def page(self) -> Answer:
        if self.path in ("/", "/?page=2"):
            numbers = (6, 5, 4) if self.path == "/" else (3, 2, 1)
            pager = '<ul class="pagination"><li class="active">1</li><li><a href="/?page=2">2</a></li></ul>'
            body = (
                HEAD
                + "".join(ITEM.format(n=n) for n in numbers)
                + (pager if self.path == "/" else "")
            )
            return 200, "text/html", body + "</body></html>"
        if self.path.startswith("/tin/bai-"):
            return 200, "text/html", ARTICLE.format(n=self.path[9], more=self.more)
        return 404, "text/plain", ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Say nothing."""


def crawl_twice(
    home: Path, odd: dict[str, Answer], more: str = ""
) -> tuple[Any, dict[str, Any], list[str]]:
    """A crawl with odd answers, then one without: the first's outcome, the status, what the second asked."""
    kind = type("Odd", (Portal,), {"odd": dict(odd), "asked": [], "more": more})
    with served(kind) as url:
        done(home, "init")
        allow_hosts(home, [url.removeprefix("http://")])
        (home / "portals" / "mau.toml").write_text(f'name = "Mẫu"\nhome = "{url}/"\n')
        first = bantin(home, "crawl")
        status = rows(home, "status")[0]
        kind.odd.clear()  # type: ignore[attr-defined]
        kind.asked.clear()  # type: ignore[attr-defined]
        # What failed is due later; here later is now.
        with sqlite3.connect(home / "bantin.db") as database:
            database.execute(
                "UPDATE page SET due = '2020-01-01' WHERE failures > 0 AND due IS NOT NULL"
            )
            database.execute("DELETE FROM breaker")
        bantin(home, "crawl")
        return first, status, kind.asked  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "odd",
    [
        (200, "text/html", "<h1>Server busy</h1>"),
        (304, "text/html", ""),
        (200, "text/html", HEAD + "</body></html>"),
    ],
    ids=["an error page", "an unasked 304", "a list without links"],
)
@pytest.mark.parametrize("path", ["/", "/?page=2"])
def test_list_page_that_is_none(tmp_path: Path, path: str, odd: Answer) -> None:
    first, status, _ = crawl_twice(tmp_path, {path: odd})
    assert first.returncode in (1, 3)
    assert status["walked"] is None
    assert rows(tmp_path, "status")[0]["articles"] == 6


def test_unasked_304_is_no_article(tmp_path: Path) -> None:
    first, status, asked = crawl_twice(tmp_path, {"/tin/bai-5.html": (304, "text/html", "")})
    assert (first.returncode, status["articles"], status["waiting"]) == (3, 5, 1)
    assert "/tin/bai-5.html" in asked
    assert rows(tmp_path, "status")[0]["articles"] == 6


@pytest.mark.parametrize("body", ["<h1>Request rejected</h1>", "<h1>Đăng nhập</h1>"])
def test_page_instead_of_a_file(tmp_path: Path, body: str) -> None:
    odd = {"/a.pdf": (200, "text/html", body)}
    first, _, asked = crawl_twice(tmp_path, odd, more='<a href="/a.pdf">Tải về</a>')
    assert first.returncode == 3
    assert "/a.pdf" in asked


def test_file_that_is_gone_is_asked_for_once(tmp_path: Path) -> None:
    first, _, asked = crawl_twice(tmp_path, {}, more='<a href="/a.pdf">Tải về</a>')
    assert first.returncode == 0
    assert "/a.pdf" not in asked


def test_robots_of_blank_lines(tmp_path: Path) -> None:
    first, _, _ = crawl_twice(tmp_path, {"/robots.txt": (200, "text/plain", "\n" * 400_000)})
    assert first.returncode == 0


GENERIC = "<html><head><title>{title}</title></head><body><h1>{title}</h1><div class='noi-dung'>{body}</div></body></html>"


def generic(title: str, *paragraphs: str) -> RawPage:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return RawPage(
        url="http://h.example/tin/bai-viet-so-mot-hai-ba",
        body=GENERIC.format(title=title, body=body).encode(),
    )


def test_article_may_quote_any_refusal() -> None:
    text = "Trong khi hệ thống đang được nâng cấp, người dân gặp lỗi trang không tồn tại khi nộp hồ sơ trực tuyến. "
    page = generic("Huyện nâng cấp dịch vụ công trực tuyến", text * 4, text * 4)
    assert refusal(page) is None
    assert read_page(page).title == "Huyện nâng cấp dịch vụ công trực tuyến"


@pytest.mark.parametrize(
    ("title", "kind"), [("Trang không tồn tại", "missing"), ("Access denied", "blocked")]
)
def test_page_that_says_so_itself(title: str, kind: str) -> None:
    with pytest.raises(ExtractError) as told:
        read_page(
            generic(
                title, "Xin vui lòng quay lại sau hoặc liên hệ quản trị viên của cổng thông tin."
            )
        )
    assert told.value.kind == kind


def test_dates_that_software_prints_for_none() -> None:
    for written in ("0001-01-01T00:00:00+07:00", "1970-01-01T00:00:00Z", "0001-01-01"):
        assert read_date(written) is None


def test_half_a_letter_in_a_feed() -> None:
    feed = "<rss><channel><item><title>a</title><link>http://h/x&#xD800;y</link></item><item><title>b</title><link>http://h/tin/b</link></item></channel></rss>"
    listing = discover_feed(RawPage(url="http://h/rss", body=feed.encode()), None)
    assert "http://h/tin/b" in [link.url for link in listing.links]


@pytest.mark.parametrize(
    "make",
    [
        lambda: "<h3>Một đầu đề dài của trang</h3>" * 20_000,
        lambda: "<div>" * 20_000 + "chữ " * 500,
        lambda: (
            "<style>"
            + ("a" * 300 + "{" + "b" * 2000) * 300
            + "</style><p style='font-family:.VnTime'>a</p>"
        ),
    ],
    ids=["headings", "nesting", "styles"],
)
def test_large_and_hostile_pages_are_read_in_linear_time(make: Callable[[], str]) -> None:
    """What took minutes; no time is asserted, a hang is."""
    page = f"<html><body>{make()}<p>{'Nội dung của trang. ' * 40}</p></body></html>"
    try:
        read_page(RawPage(url="http://h/tin/mot-hai-ba-bon", body=page.encode()))
    except ExtractError:
        assert parse_page(RawPage(url="http://h/", body=page.encode())).dialect is None


def test_marks_piled_on_a_letter() -> None:
    text, _ = decode_body(("a" + "\u0301\u0323" * 200_000).encode())
    assert len(text) < 20
