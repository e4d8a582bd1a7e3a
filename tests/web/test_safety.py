"""What is refused, what is not shown any more, and who may do what."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select, update

from model.errors import TakenDown, UnknownId
from storage import schema
from storage.database import begin
from storage.ids import address_id
from storage.pauses import paused_portals
from storage.queries import get_article
from storage.takedowns import list_takedowns, restore, take_down
from tests.archives import bantin, done, rows
from tests.sink import Web, bring, follow, make_due, open_home, served_app
from tests.web.shelf import LOANS, bring_html
from web import operator

PASSWORD = "một mật khẩu dài"


@pytest.fixture
def web(home: Path) -> Iterator[Web]:
    operator.TRIES.clear()
    with served_app(open_home(home, operator=PasswordHasher(1, 1024, 1).hash(PASSWORD))) as web:
        yield web


def answers(web: Web, path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(web.get(path).text)["results"]
    return found


def wait_for(check: object, seconds: int = 20) -> None:
    end = time.monotonic() + seconds
    while not check():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.2)


def test_an_article_that_is_taken_down(home: Path, web: Web, engine: Engine) -> None:  # noqa: PLR0915 -- one story
    """It is found, shown, exported, replayed and told of nowhere, after a rebuild too, until it is restored."""
    told = next(
        a for a in answers(web, "/api/v1/articles?limit=200") if a["title"] == "Cho vay vốn đợt 3"
    )
    key, feed = told["id"], follow(engine, "a@b.example")
    person_page = "/api/v1/articles?q=%22%C4%91%E1%BB%A3t+3%22"
    assert answers(web, person_page)
    assert take_down(engine, key, "theo yêu cầu") == "Cho vay vốn đợt 3"

    def shown_nowhere() -> None:
        wait_for(lambda: not answers(web, person_page))
        assert web.get(f"/articles/{key}").status == 451
        assert web.get(f"/api/v1/articles/{key}").status == 451
        assert web.get(f"/archive/*/{told['url']}").status == 451
        assert web.get(f"/timemap/link/{told['url']}").status == 451
        assert key not in web.get("/api/v1/articles.csv").text
        assert key not in web.get("/api/v1/figures.jsonl").text
        assert key not in web.get("/feed.atom").text
        assert "đợt 3" not in web.get("/?q=vay").text
        assert rows(home, "search", '"đợt 3"') == []

    shown_nowhere()
    make_due(engine, feed)
    with pytest.raises(TakenDown):
        get_article(engine, key)
    done(home, "rebuild")
    done(home, "verify")
    shown_nowhere()
    assert [row.target for row in list_takedowns(engine)] == [key]
    restore(engine, key)
    wait_for(lambda: answers(web, person_page))
    assert web.get(f"/articles/{key}").status == 200
    with pytest.raises(UnknownId):
        restore(engine, key)
    done(home, "verify")


def test_the_verb_takedown(home: Path) -> None:
    key = rows(home, "search", "vay")[0]["id"]
    before = len(rows(home, "search", "vay"))
    done(home, "takedown", "add", key, "--reason", "theo yêu cầu")
    assert len(rows(home, "search", "vay")) == before - 1
    assert [(row["id"], row["reason"]) for row in rows(home, "takedown", "list")] == [
        (key, "theo yêu cầu")
    ]
    assert bantin(home, "show", key).stderr.endswith("was taken down\n")
    done(home, "takedown", "remove", key)
    assert len(rows(home, "search", "vay")) == before
    assert bantin(home, "takedown", "remove", key).returncode == 1
    assert bantin(home, "takedown", "add", "x", "--reason", "y").returncode == 1


def test_a_person_that_is_taken_down(home: Path, web: Web, engine: Engine) -> None:
    told = next(p for p in answers(web, "/api/v1/people") if p["name"] == "Vũ Thị Dược")
    article = json.loads(web.get(f"/api/v1/people/{told['id']}").text)["articles"][0]["id"]
    assert f"/people/{told['id']}" in web.get(f"/articles/{article}").text
    take_down(engine, told["id"], "theo yêu cầu")
    for _ in range(2):
        assert web.get(f"/people/{told['id']}").status == 451
        assert web.get(f"/people/{told['id']}.atom").status == 451
        assert "Vũ Thị Dược" not in web.get("/people").text
        assert "Vũ Thị Dược" not in web.get("/api/v1/people.csv").text
        assert f"/people/{told['id']}" not in web.get(f"/articles/{article}").text
        assert all(p["name"] != "Vũ Thị Dược" for p in rows(home, "people"))
        done(home, "rebuild")


def test_a_person_that_is_taken_down_is_named_in_no_list(
    home: Path, web: Web, engine: Engine
) -> None:
    told = next(p for p in answers(web, "/api/v1/people") if p["name"] == "Vũ Thị Dược")
    article = json.loads(web.get(f"/api/v1/people/{told['id']}").text)["articles"][0]["id"]
    take_down(engine, told["id"], "theo yêu cầu")
    assert "Vũ Thị Dược</a>" not in web.get("/people?q=V%C5%A9+Th%E1%BB%8B+D%C6%B0%E1%BB%A3").text
    for path in ("/api/v1/mentions?limit=200", f"/api/v1/articles/{article}/mentions"):
        assert "Vũ Thị Dược" not in [m["name"] for m in answers(web, path)]
        assert not any("Vũ Thị Dược" in m["holders"] for m in answers(web, path))
    assert 'content="noindex"' in web.get(f"/articles/{article}").text


@pytest.mark.parametrize("url", ["https://gia-vien.example/b%E1%BA%A3n%20tin", "https://gia-vien.example/bản tin", "https://gia-vien.example/x?id=a%20b&c=%2F", "https://gia-vien.example/x?a=1#b"])  # fmt: skip
def test_a_capture_of_any_address_is_replayed(home: Path, web: Web, url: str) -> None:
    bring_html(home, "gia-vien", url, "<title>Tin</title><h1>Tin của huyện</h1><p>" + "Huyện hỗ trợ 31 tỷ đồng cho 120 hộ nghèo. " * 6)  # fmt: skip
    wait_for(
        lambda: any(
            unquote(a["url"]) == unquote(url) for a in answers(web, "/api/v1/articles?limit=200")
        )
    )
    key = next(
        a["id"]
        for a in answers(web, "/api/v1/articles?limit=200")
        if unquote(a["url"]) == unquote(url)
    )
    link = re.search(r'href="(/archive/\d[^"]+)"', web.get(f"/articles/{key}").text)
    assert link
    assert web.get(unescape(link[1])).status == 200
    assert (
        web.get(
            quote(json.loads(web.get(f"/api/v1/articles/{key}").text)["archived"], safe="/:?&=%")
        ).status
        == 200
    )
    gate = web.get("/timegate/" + quote(url, safe=""))
    assert gate.status == 302
    assert web.get(gate.headers["Location"]).status == 200


def test_files_of_what_is_taken_down_are_not_handed_out(
    home: Path, web: Web, engine: Engine
) -> None:
    offer = "https://gia-vien.example/tin-kem-tep"
    page = f"<title>Tin</title><h1>Tin có tệp kèm</h1><p>{'Huyện hỗ trợ 31 tỷ đồng cho 120 hộ nghèo. ' * 6}<a href='/tep/van-ban.pdf'>văn bản</a></p>"
    bring_html(home, "gia-vien", offer, page)
    wait_for(lambda: any(a["url"] == offer for a in answers(web, "/api/v1/articles?limit=200")))
    key = next(a["id"] for a in answers(web, "/api/v1/articles?limit=200") if a["url"] == offer)
    url = "https://gia-vien.example/tep/van-ban.pdf"
    with begin(engine) as session:
        capture = session.scalars(select(schema.Capture)).first()
        assert capture is not None
        columns = {c.name: getattr(capture, c.name) for c in schema.Capture.__table__.columns}
        session.add(schema.Capture(**columns | {"id": "f" * 16, "url": url, "address": address_id(url), "kind": "file", "article_id": None, "edition_id": None}))  # fmt: skip
        rubric = columns | {
            "id": "e" * 16,
            "url": "https://gia-vien.example/tin",
            "address": address_id("https://gia-vien.example/tin"),
            "kind": "section",
        }
        session.add(schema.Capture(**rubric | {"article_id": None, "edition_id": None}))
    assert web.get(f"/archive/*/{url}").status == 200
    assert (
        web.get("/archive/*/https://gia-vien.example/tin").status == 404
    )  # a list shows what was taken down, too
    take_down(engine, key, "x")
    assert web.get(f"/archive/*/{url}").status == 451
    with begin(engine) as session:
        session.execute(update(schema.Attachment).values(page_id=None))  # as after a rebuild
    assert web.get(f"/archive/*/{url}").status == 451


def test_a_suggestion_tells_nothing_that_is_not_there(home: Path, web: Web, engine: Engine) -> None:
    bring(home, "gia-vien", LOANS[0]._replace(path="z", title="Quynhnhuxyz về làng"))
    wait_for(lambda: answers(web, "/api/v1/articles?q=quynhnhuxyz"))
    key = answers(web, "/api/v1/articles?q=quynhnhuxyz")[0]["id"]
    assert "quynhnhuxyz" in web.get("/?q=quynhnhuxyy").text
    take_down(engine, key, "x")
    wait_for(lambda: json.loads(web.get("/api/v1/articles?q=quynhnhuxyz").text)["total"] == 0)
    assert "quynhnhuxyz" not in web.get("/?q=quynhnhuxyy").text


def test_many_articles_at_once(web: Web) -> None:
    ids = [a["id"] for a in answers(web, "/api/v1/articles?limit=200")]
    with ThreadPoolExecutor(32) as pool:
        found = list(
            pool.map(lambda n: web.get(f"/articles/{ids[n % len(ids)]}").status, range(200))
        )
    assert set(found) == {200}


def test_what_others_add_to_links_is_left_out(web: Web) -> None:
    for path in ("/", "/figures", "/subscribe", "/people"):
        assert web.get(f"{path}?fbclid=abc&utm_source=x").status == 200


def test_narrowing_never_widens(web: Web) -> None:
    page = web.get("/?q=ho+ngheo&from=01/06/2023").text
    link = re.search(r'href="([^"]*since=2023[^"]*)"', page)
    assert link
    assert "since=2023-06-01" in link[1]
    page = web.get("/figures?q=ho+ngheo&type=count&from=01/06/2023&by=year").text
    assert "since=2023-01-01" not in page


def test_no_day_breaks_it(web: Web) -> None:
    for day in ("9999-12-31T20:00z", "0001-01-01T00:00z", "31/02/2023", "9999-12-31"):
        assert web.get(f"/?from={day}").status in (200, 400)
        assert web.get(f"/?q=den:{day}").status == 200


def test_nothing_of_ones_own_is_kept_by_caches(web: Web) -> None:
    for path in ("/operator", "/u/x", "/confirm/x", "/digests/x", "/subscribe"):
        assert web.get(path).headers["Cache-Control"] == "no-store"
    assert 'href="//' not in web.get("//evil.example/x").text


def test_ordinary_people_are_kept_out_of_search_engines(web: Web) -> None:
    for person in answers(web, "/api/v1/people"):
        assert 'content="noindex"' in web.get(f"/people/{person['id']}").text
    assert "Disallow: /people" in web.get("/robots.txt").text


def cookie_of(web: Web, password: str = PASSWORD) -> tuple[int, str]:
    answer = web.post("/operator/login", password=password)
    return answer.status, (answer.headers["Set-Cookie"] or "")


def test_the_operator_logs_in_and_acts(home: Path, web: Web, engine: Engine) -> None:  # noqa: PLR0915 -- one story
    assert cookie_of(web, "sai") == (403, "")
    status, told = cookie_of(web)
    assert status == 303
    for flag in ("HttpOnly", "Secure", "SameSite=strict", "Path=/operator"):
        assert flag in told
    cookie = told.partition(";")[0]
    page = web.ask("GET", "/operator", headers={"Cookie": cookie})
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token

    def act(given: dict[str, str], with_cookie: str = cookie) -> int:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": with_cookie}
        return web.ask("POST", "/operator/do", urlencode(given).encode(), headers).status

    pause = {"act": "pause", "portal": "gia-vien", "reason": "bảo trì"}
    assert act(pause) == 403  # no token
    assert act(pause | {"token": token[1] + "x"}) == 403
    assert act(pause | {"token": token[1]}, "x=y") == 403  # no session
    assert paused_portals(engine) == {}
    assert act(pause | {"token": token[1]}) == 303
    assert paused_portals(engine) == {"gia-vien": "bảo trì"}
    assert act({"act": "resume", "portal": "gia-vien", "token": token[1]}) == 303
    assert paused_portals(engine) == {}
    key = answers(web, "/api/v1/articles")[0]["id"]
    assert act({"act": "take_down", "id": key, "reason": "x", "token": token[1]}) == 303
    assert act({"act": "restore", "id": key, "token": token[1]}) == 303
    figure = answers(web, "/api/v1/figures?limit=1")[0]["id"]
    assert (
        act({"act": "correct", "id": figure, "value": "7", "reason": "x", "token": token[1]}) == 303
    )
    assert json.loads(web.get(f"/api/v1/figures/{figure}").text)["value"] == "7"
    assert (
        act({"act": "correct", "id": figure, "value": "x", "reason": "x", "token": token[1]}) == 400
    )
    people = [p["id"] for p in answers(web, "/api/v1/people")][:2]
    assert act({"act": "merge", "ids": " ".join(people), "reason": "x", "token": token[1]}) == 303
    assert act({"act": "nothing", "token": token[1]}) == 400
    assert act({"act": "logout", "token": token[1]}) == 303
    assert (
        act(pause | {"token": token[1]}) == 403
    )  # the session has ended, whatever the browser shows


def test_guessing_passwords_ends(web: Web) -> None:
    assert [cookie_of(web, f"sai {n}")[0] for n in range(7)] == [403] * 5 + [400] * 2
    assert cookie_of(web)[0] == 400


def test_without_a_password_there_are_no_operators_pages(home: Path) -> None:
    with served_app(open_home(home)) as web:
        assert web.get("/operator").status == 404
        assert web.post("/operator/login", password="x").status == 404
        assert web.post("/operator/do", act="pause").status == 404


PATHS = [
    "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/archive/20230101000000/file:///etc/passwd",
    "/archive/20230101000000/../../secret", "/archive/*/../../secret", "/articles/..%2f..%2fsecret", "/articles/' OR 1=1 --".replace(" ", "%20"),
    "/people/%27;drop%20table%20person", "/places/..", "/portals/..%2f", "/timemap/link/", "/timegate/", "/archive/x/y", "/digests/..",
    "/articles/x%0d%0aSet-Cookie:%20a=b", "/archive/20230101000000/https://a.example/%0d%0aX:%20y", "/%00", "/articles/%00",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_paths_lead_nowhere_else(web: Web, path: str) -> None:
    answer = web.get(path)
    assert answer.status in (400, 404)
    assert "Set-Cookie" not in answer.headers
    assert "X" not in answer.headers
    assert "import" not in answer.text
    assert "root:" not in answer.text


def test_a_timegate_tells_moments(web: Web) -> None:
    url = "https://gia-vien.example/1"
    first = web.get(f"/timegate/{url}", Accept_Datetime="Thu, 01 Jan 2015 00:00:00 GMT")
    assert (first.status, first.headers["Vary"]) == (302, "accept-datetime")
    memento = web.get(first.headers["Location"])
    assert memento.status == 200
    assert "GMT" in memento.headers["Memento-Datetime"]
    for rel in ('rel="original"', 'rel="timemap"', 'rel="timegate"', "first"):
        assert rel in memento.headers["Link"]
    assert "120" in memento.text
    last = web.get(f"/timegate/{url}")
    assert web.get(f"/timegate/{url}", Accept_Datetime="gestern").status == 400
    other = web.get(f"/archive/20150101000000/{url}")
    assert (other.status, other.headers["Location"]) == (302, first.headers["Location"])
    told = web.get(f"/timemap/link/{url}")
    assert told.headers["Content-Type"].startswith("application/link-format")
    assert told.text.count('memento"') == 2
    assert "102" in web.get(last.headers["Location"]).text


def test_too_much_and_too_slow_is_refused(web: Web) -> None:
    assert (
        web.ask("POST", "/subscribe", b"x" * 70_000, {"Content-Type": "text/plain"}).status == 413
    )
    assert web.get("/?q=" + "a" * 23_999).status in (400, 414)
    with socket.create_connection(("127.0.0.1", web.port), 30) as slow:
        slow.sendall(
            b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nq="
        )
        began = time.monotonic()
        first = slow.makefile("rb").readline()
        assert b" 408 " in first
        assert time.monotonic() - began < 20


def test_who_asks_too_often_waits(home: Path) -> None:
    config = open_home(home, name="x")
    import msgspec

    few = msgspec.structs.replace(config, web=msgspec.structs.replace(config.web, per_minute=10))
    with served_app(few) as web:
        found = [web.get("/api/v1/status") for _ in range(12)]
        assert [answer.status for answer in found] == [200] * 10 + [429] * 2
        assert found[-1].headers["Retry-After"] == "60"
        assert json.loads(found[-1].text)["status"] == 429


def test_the_pages_live_behind_a_prefix(home: Path) -> None:
    """Every link of every page leads to a page, with a path before all of them, whether a proxy takes it away or not."""
    with served_app(open_home(home), prefix="/kho") as web:
        seen, waiting = set[str](), ["/kho/", "/kho/?lang=en"]
        while waiting and len(seen) < 150:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            answer = web.get(path)
            assert answer.status in (200, 302, 304), (path, answer.status)
            if "text/html" not in (answer.headers["Content-Type"] or "") or "/archive/" in path:
                continue
            for found in re.findall(r'(?:href|src|action)="([^"#]+)[^"]*"', answer.text):
                link = found.replace("&amp;", "&").removeprefix(f"http://127.0.0.1:{web.port}")
                if link.startswith("/"):
                    assert link.startswith("/kho/"), (path, link)
                    waiting += [link] if "do" not in link.split("/") and "login" not in link else []
        assert len(seen) > 60
        assert web.get("/articles/0000000000000000").status == 404  # a proxy that takes it away
        assert web.get("/?q=ho").status == 200
        base = web.site.address
        for path in ("/kho/feed.atom?q=ho", "/feed.atom?q=ho"):
            assert (
                f'rel="self" type="application/atom+xml" href="{base}/feed.atom?q=ho"'
                in web.get(path).text
            )
        assert f'href="{base}/portals/gia-vien.atom"' in web.get("/kho/portals/gia-vien.atom").text


def test_errors_have_pages(web: Web) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", web.port)
    connection.request("GET", "/nothing?lang=en")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 404
    assert "There is no such page" in text
