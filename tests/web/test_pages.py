"""The pages in a browser: by keyboard alone, without scripts, light and dark, wide and narrow, and against hostile text."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from storage import schema
from storage.database import look
from tests.chromium import chromium
from tests.clock import owned_clock
from tests.sink import Web, engine_of, make_due, open_home, send_due, served_app, smtp
from tests.web.shelf import EVIL, fill_evil
from web import operator


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def plain(browser: Browser, shelf: Web) -> Iterator[Page]:
    """A page of a browser that runs no scripts."""
    context = browser.new_context(base_url=shelf.site.address, java_script_enabled=False, locale="vi-VN", accept_downloads=True)  # fmt: skip
    yield context.new_page()
    context.close()


def article_id(web: Web, title: str) -> str:
    import json

    found = json.loads(web.get("/api/v1/articles?limit=200").text)["results"]
    return str(next(row["id"] for row in found if row["title"].startswith(title)))


def tab_to(page: Page, selector: str, most: int = 120) -> None:
    """Press Tab until the element is reached; nothing else is used to get there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} can't be reached by keyboard")


def enter(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_search_to_evidence_by_keyboard(plain: Page) -> None:
    plain.goto("/")
    plain.keyboard.press("Tab")
    assert plain.locator(".skip:focus").count() == 1
    tab_to(plain, "#q")
    plain.keyboard.type("ho ngheo")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert plain.locator("mark").first.inner_text() == "hộ"
    before = int(plain.locator(".count strong").inner_text())
    enter(plain, "aside a[href*='since=2023']")
    assert 0 < int(plain.locator(".count strong").inner_text()) < before
    assert plain.locator(".chips a").count() == 1
    enter(plain, ".results a")
    assert "Xóa nhà tạm" in plain.locator("h1").inner_text()
    tab_to(plain, "a.figure")
    tip = plain.locator("a.figure:focus + .tip")
    assert tip.is_visible()
    assert "31.000.000.000 VND" in tip.inner_text()
    enter(plain, "nav a[href^='/figures']")
    tab_to(plain, "#q")
    plain.keyboard.type("hộ nghèo")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    enter(plain, "tbody td.value a")
    target = plain.url.partition("#")[2]
    assert target.startswith("m-")
    assert plain.locator(f"#{target}:target").count() == 1


def test_editions_and_what_changed(plain: Page, shelf: Web) -> None:
    plain.goto(f"/articles/{article_id(shelf, 'Xóa nhà tạm')}")
    if not plain.locator(".editions li").nth(1).count():  # the re-post has one
        enter(plain, "h2:has-text('Cũng đăng ở') + ul a")
    assert plain.locator("h2:has-text('Cũng đăng ở') + ul li").count() == 1
    enter(plain, ".editions a[href*='diff']")
    change = plain.locator(".change").first.inner_text()
    assert "120 hộ nghèo" in change
    assert "102 hộ nghèo" in change
    assert plain.locator(".diff del").all_inner_texts() == [" 120"]
    assert plain.locator(".diff ins").all_inner_texts() == [" 102"]


def test_a_search_is_exported_and_read(plain: Page) -> None:
    plain.goto("/?q=ho+ngheo")
    found = int(plain.locator(".count strong").inner_text())
    again = re.search(r"(\d+) bài đăng lại", plain.locator(".count").inner_text())
    tab_to(plain, ".exports a[href*='articles.csv']")
    with plain.expect_download() as waited:
        plain.keyboard.press("Enter")
    text = Path(waited.value.path()).read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == found + (int(again[1]) if again else 0)
    assert all("hộ" in row["body"] and row["archived"].startswith("/archive/") for row in rows)


def test_follow_by_feed_and_by_mail(plain: Page, shelf: Web, base: Path) -> None:
    plain.goto("/?q=ho+ngheo")
    feed = plain.locator("link[type='application/atom+xml']").get_attribute("href")
    assert feed
    assert shelf.get(feed).headers["Content-Type"].startswith("application/atom+xml")
    enter(plain, ".exports a[href^='/subscribe']")
    assert plain.locator("#q").input_value() == "ho ngheo"
    tab_to(plain, "#email")
    plain.keyboard.type("ban@toasoan.example")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert "Hãy mở hộp thư" in plain.locator("h1").inner_text()
    with engine_of(open_home(base)) as engine, smtp() as sink:
        send_due(engine, sink.settings(), shelf.site)
        plain.goto(sink.letters[-1].link("confirm"))
        enter(plain, "main button")
        assert "Đã đăng ký" in plain.locator("h1").inner_text()
        with look(engine) as session:
            key = session.query(schema.Subscription).one().id
        assert make_due(engine, key) == 1
        send_due(engine, sink.settings(), shelf.site)
        plain.goto(sink.letters[-1].link("u"))
        enter(plain, "main button")
        assert "Đã thôi nhận" in plain.locator("h1").inner_text()
        with look(engine) as session:
            assert session.query(schema.Subscription).count() == 0


def test_a_capture_is_replayed(plain: Page, shelf: Web) -> None:
    plain.goto(f"/articles/{article_id(shelf, 'Cho vay vốn đợt 3')}")
    enter(plain, "a[href^='/archive/']")
    assert "30 hộ nghèo" in plain.locator("body").inner_text()


def test_the_other_language(plain: Page) -> None:
    plain.goto("/?q=ho+ngheo")
    enter(plain, ".language")
    assert plain.locator("html").get_attribute("lang") == "en"
    assert "results" in plain.locator(".count").inner_text()
    assert plain.locator("#q").input_value() == "ho ngheo"
    assert plain.locator(".results").get_attribute("lang") == "vi"
    enter(plain, ".results a")
    assert "lang=en" in plain.url
    enter(plain, ".language")
    assert plain.locator("html").get_attribute("lang") == "vi"


def all_pages(web: Web) -> list[str]:
    """Every kind of page, empty and wrong ones too."""
    import json

    key = article_id(web, "Cho vay vốn")
    person = json.loads(web.get("/api/v1/people?limit=1").text)["results"][0]["id"]
    edited = article_id(web, "Xóa nhà tạm")
    url = "https://gia-vien.example/v3"
    return [
        "/", "/?q=ho+ngheo", "/?q=khongcogi", "/?q=ho+ngheo&portal=gia-vien&from=01/01/2023", f"/articles/{key}", f"/articles/{edited}",
        f"/articles/{edited}/diff/1..1", "/figures", "/figures?type=money", "/figures?q=ho+ngheo&by=series", "/figures?q=khongcogi",
        "/people", "/people?q=khongai", f"/people/{person}", "/places", "/places?q=gia+vien", "/places/373", "/portals", "/portals/gia-vien",
        "/subscribe?q=ho+ngheo", "/help", "/about", "/status", "/articles/0000000000000000", f"/archive/*/{url}",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, shelf: Web, scheme: Any
) -> None:
    context = browser.new_context(base_url=shelf.site.address, color_scheme=scheme, viewport={"width": 380, "height": 800}, bypass_csp=True)  # fmt: skip
    page, wrong = context.new_page(), []
    for path in all_pages(shelf):
        for language in ("", "en") if scheme == "light" else ("",):
            joint = "&" if "?" in path else "?"
            page.goto(path + (f"{joint}lang=en" if language and "archive" not in path else ""))
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong += [(path, "is wide", wide)] if wide > 380 else []
            for found in Axe().run(page).response["violations"]:
                wrong.append((path, found["id"], found["nodes"][0]["html"][:200]))
    context.close()
    assert wrong == []


def test_the_operators_page_is_as_good(browser: Browser, base: Path) -> None:
    operator.TRIES.clear()
    hashed = PasswordHasher(1, 1024, 1).hash("một mật khẩu dài")
    with served_app(open_home(base, operator=hashed)) as web:
        context = browser.new_context(base_url=web.site.address.replace("127.0.0.1", "localhost"), viewport={"width": 380, "height": 800}, bypass_csp=True)  # fmt: skip
        page = context.new_page()
        page.goto("/operator")
        assert Axe().run(page).violations_count == 0
        page.fill("#password", "một mật khẩu dài")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("form.row").count() > 5
        assert page.evaluate("document.documentElement.scrollWidth") <= 380
        assert [found["id"] for found in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.cookie") == ""
        context.close()


def test_the_first_page_is_small_and_asks_nobody_else(browser: Browser, shelf: Web) -> None:
    context = browser.new_context()
    page, sizes = context.new_page(), {}
    page.on("response", lambda r: sizes.update({r.url: len(r.body())}))
    page.goto(shelf.site.address + "/", wait_until="networkidle")
    context.close()
    assert all(url.startswith(shelf.site.address) for url in sizes)
    assert sum(sizes.values()) < 60_000
    assert len(sizes) >= 2


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page, and what would show that a script of a bulletin ran."""
    page, ran = context.new_page(), list[str]()

    def note(dialog: Any) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    return page, ran


def test_hostile_text_runs_no_script(browser: Browser, tmp_path: Path) -> None:
    with owned_clock(tmp_path):
        fill_evil(tmp_path)
    with served_app(open_home(tmp_path, name=EVIL[0])) as web:
        context = browser.new_context(
            base_url=web.site.address, bypass_csp=True
        )  # the pages must hold by themselves
        page, ran = watched(context)
        for path in [*hostile_pages(web), *hostile_questions()]:
            page.goto(path)
            for element in page.locator("[onmouseover], a[href^='javascript']").all():
                ran.append(f"{path}: {element.evaluate('e => e.outerHTML')}")
            if (
                page.evaluate("window.hacked")
                or page.locator("main script, main iframe, main style").count()
            ):
                ran.append(path)
        context.close()
    assert ran == []


def hostile_pages(web: Web) -> list[str]:
    import json

    ids = [row["id"] for row in json.loads(web.get("/api/v1/articles?limit=200").text)["results"]]
    people = [row["id"] for row in json.loads(web.get("/api/v1/people?limit=200").text)["results"]]
    assert len(ids) == len(EVIL)
    return [
        "/", "/figures?type=count", "/people", "/portals", "/places", "/status", *(f"/articles/{key}" for key in ids),
        *(f"/people/{key}" for key in people), *(f"/portals/xau-{n}" for n in range(3)), "/subscribe?portal=xau-1",
    ]  # fmt: skip


def hostile_questions() -> list[str]:
    from urllib.parse import quote

    names = ("/?q={}", "/?q=x&person={}", "/figures?q={}", "/figures?noun={}", "/people?q={}", "/places?q={}", "/subscribe?q={}",
        "/articles/{}", "/archive/*/{}", "/?portal={}", "/?section={}", "/?sort={}")  # fmt: skip
    return [name.format(quote(text, safe="")) for text in EVIL[:6] for name in names]


def test_a_hostile_capture_reaches_nothing(browser: Browser, shelf: Web) -> None:
    found = shelf.get("/archive/*/https://gia-vien.example/xau%3Fid=1")
    (link,) = re.findall(r'href="(/archive/\d{14}/[^"]+)"', found.text)
    answer = shelf.get(link)
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "Set-Cookie" not in answer.headers
    context = browser.new_context(base_url=shelf.site.address)
    context.add_cookies([{"name": "known", "value": "1", "url": shelf.site.address}])
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda r: asked.append(r.url))
    page.goto(link, wait_until="networkidle")
    assert page.title() == "Bản tin"
    assert [url for url in asked if not url.endswith(link)] == []
    context.close()
