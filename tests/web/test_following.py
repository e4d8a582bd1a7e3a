"""Following by the web: in by two steps, out by one, no address told, and nothing asked breaks it."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import Engine, select

from publish.site import CONFIRM, DIGEST, LEAVE, Site
from storage import schema
from storage.database import begin, look
from storage.outbox import make_digests
from storage.subscriptions import MOST, list_subscriptions
from tests.archives import rows
from tests.clock import Clock, owned_clock
from tests.sink import (
    Page,
    Tags,
    Web,
    bring,
    deliveries,
    engine_of,
    follow,
    make_due,
    make_portals,
    open_home,
    send_due,
    served_app,
    smtp,
)
from web import following

EMAIL, HIDDEN = "ban.doc@toasoan.example", ("ban.doc", "toasoan")
HOMES = Page("1", "Xóa nhà tạm", "Ông Nguyễn Văn Bình, Chủ tịch UBND huyện Gia Viễn, cho biết huyện hỗ trợ 31 tỷ đồng cho 120 hộ nghèo.")  # fmt: skip
EVIL = Page("x", "<script>alert(1)</script> \"' {{ 7*7 }}", "<img src=x onerror=alert(2)> {{ 7*7 }} hỗ trợ 7 hộ nghèo.")  # fmt: skip
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
POLICY = "default-src 'none'"


@pytest.fixture(autouse=True)
def unknown_readers() -> None:
    """Nobody has asked for anything yet."""
    following.TURNS.clear()


def fill(home: Path) -> None:
    make_portals(home, {"gia-vien": "Cổng huyện <b>Gia Viễn</b>"})
    bring(home, "gia-vien", HOMES, EVIL)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("base")
    with owned_clock(home):
        fill(home)
    return home


@pytest.fixture
def web(home: Path) -> Iterator[Web]:
    with served_app(open_home(home)) as web:
        yield web


@pytest.fixture(scope="module")
def served(base: Path) -> Iterator[tuple[Web, Engine]]:
    """An archive for what is refused, so that nobody ever subscribes to it."""
    config = open_home(base)
    with served_app(config) as web, engine_of(config) as engine:
        yield web, engine


@pytest.fixture
def refusing(served: tuple[Web, Engine]) -> tuple[Web, Engine]:
    served[0].answers.clear()
    served[0].log.clear()
    return served


@pytest.fixture
def both(
    database: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, Web, Engine]]:
    """An archive, its pages and its database, on both databases."""
    monkeypatch.setenv("BANTIN_DB", database)
    fill(tmp_path)
    config = open_home(tmp_path, database)
    with served_app(config) as web, engine_of(config) as engine:
        yield tmp_path, web, engine


def subscriptions(engine: Engine) -> list[schema.Subscription]:
    return list(list_subscriptions(engine))


def tell_nothing(web: Web, *more: str) -> None:
    """No page, header or line of the log shows an address."""
    for told in [*(answer.whole for answer in web.answers), *web.log, *more]:
        assert not [word for word in HIDDEN if word in told.lower()], told


def subscribe_by_hand(web: Web, engine: Engine) -> str:
    """The form sent, the mail had, its link followed; returns the link."""
    assert 'action="/subscribe"' in web.get("/subscribe").text
    form = {"email": EMAIL, "q": "hộ nghèo", "portal": "gia-vien", "rhythm": "daily", "at": "7h30"}
    assert web.post("/subscribe", **form).status == 200
    (row,) = subscriptions(engine)
    assert (row.target, row.channel, row.minute, row.confirmed, row.due) == (EMAIL, "mail", 450, None, None)  # fmt: skip
    assert row.wish == {"q": "hộ nghèo", "portal": "gia-vien"}
    with smtp() as sink:
        assert send_due(engine, sink.settings(), web.site).sent == 1
    (asked,) = sink.letters
    assert (asked.to, asked.message["List-Unsubscribe"]) == ([EMAIL], None)
    link = asked.link("confirm")
    assert f'href="{web.site.address}{link}"' in asked.part("html")
    for _ in range(3):  # machines open every link
        assert '<form method="post">' in web.get(link).text
    assert subscriptions(engine)[0].confirmed is None
    assert [web.post(link).status for _ in range(2)] == [200, 200]
    assert subscriptions(engine)[0].confirmed is not None
    return link


def test_in_and_out(
    both: tuple[Path, Web, Engine], clock: Clock, capfd: pytest.CaptureFixture[str]
) -> None:
    home, web, engine = both
    link = subscribe_by_hand(web, engine)
    clock.forward(hours=1)
    bring(home, "gia-vien", HOMES._replace(path="2", title="Cho hộ nghèo vay vốn"))
    assert make_digests(engine) == 0
    clock.forward(hours=23)
    assert make_digests(engine) == 1
    with smtp() as sink:
        assert send_due(engine, sink.settings(), web.site).sent == 1
    (digest,) = sink.letters
    assert "Cho hộ nghèo vay vốn" in digest.part("plain")
    assert "Xóa nhà tạm" not in digest.part("plain")
    out = str(digest.message["List-Unsubscribe"]).strip("<>")
    assert out == f"{web.site.address}{digest.link('u')}"
    for _ in range(3):
        assert "Thôi nhận" in web.get(out).text
    assert len(subscriptions(engine)) == 1
    for _ in range(2):
        answer = web.post(out, **ONE_CLICK)
        assert (answer.status, "xóa" in answer.text) == (200, True)
    assert (subscriptions(engine), deliveries(engine)) == ([], [])
    assert web.post(link).status == 404  # it is gone for good
    tell_nothing(web, *capfd.readouterr())


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {},
        {"Content-Type": "text/plain", "Cookie": "a=b", "Origin": "https://evil.example"},
    ],
)
def test_one_click_by_any_program(web: Web, engine: Engine, headers: dict[str, str]) -> None:
    link = web.site.leave_link(follow(engine, EMAIL))
    bodies = {
        "application/x-www-form-urlencoded": urlencode(ONE_CLICK).encode(),
        "multipart/form-data; boundary=x": b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    }
    body = bodies.get(headers.get("Content-Type", ""), b"")
    assert web.ask("POST", link, body, headers).status == 200
    assert subscriptions(engine) == []


def test_asked_once_in_a_quarter_of_an_hour(web: Web, engine: Engine, clock: Clock) -> None:
    for _ in range(3):
        assert web.post("/subscribe", email=EMAIL, q="hộ nghèo").status == 200
        clock.forward(minutes=4)
    assert web.post("/subscribe", email=f" {EMAIL} ", q="hộ nghèo").status == 200
    assert (len(subscriptions(engine)), len(deliveries(engine))) == (1, 1)
    with smtp() as sink:
        send_due(engine, sink.settings(), web.site)
        clock.forward(minutes=4)
        assert web.post("/subscribe", email=EMAIL, q="hộ nghèo").status == 200
        send_due(engine, sink.settings(), web.site)
        assert len(sink.letters) == 2
        assert web.post(sink.letters[0].link("confirm")).status == 200
        assert web.post("/subscribe", email=EMAIL, q="hộ nghèo").status == 200
        clock.forward(hours=1)
        assert web.post("/subscribe", email=EMAIL, q="hộ nghèo").status == 200
        send_due(engine, sink.settings(), web.site)
        assert len(sink.letters) == 2  # who is subscribed is not asked
    bodies = {answer.body for answer in web.answers if "hộp thư" in answer.text}
    assert len({re.sub(rb"\s+", b" ", body) for body in bodies}) <= 2
    tell_nothing(web)


def test_the_page_does_not_tell_what_is_known_of_an_address(web: Web, engine: Engine) -> None:
    for number in range(MOST):
        follow(engine, EMAIL, q=f"hộ {number}")
    known = web.post("/subscribe", email=EMAIL, q="hộ nghèo")
    unknown = web.post("/subscribe", email="other@toasoan.example", q="hộ nghèo")
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert len(subscriptions(engine)) == MOST + 1


@pytest.mark.parametrize(
    "email",
    [
        "", "x", "a@b", "@b.vn", "a@", "a b@toasoan.example", "a@toasoan.example\r\nBcc: c@d.vn", "a@b.vn,c@toasoan.example",
        '"a"@toasoan.example', "a\x00@toasoan.example", "nguyễn@toasoan.example", "<a@toasoan.example>", "a@@toasoan.example",
        "a@[127.0.0.1]", f"{'a' * 300}@toasoan.example", "mailto:a@toasoan.example", "a\u2028b@toasoan.example",
        "https://toasoan.example/hook", "http://127.0.0.1:25/", "HTTPS://toasoan.example/", "ftp://toasoan.example",
        " https://toasoan.example/hook", "http:\\\\toasoan.example",
    ],
)  # fmt: skip
def test_what_is_no_mail_address_is_refused_and_not_shown(
    refusing: tuple[Web, Engine], email: str
) -> None:
    web, engine = refusing
    answer = web.post("/subscribe", email=email, q="hộ nghèo")
    assert (answer.status, subscriptions(engine), deliveries(engine)) == (400, [], [])
    assert "text/html" in answer.headers["Content-Type"]
    tell_nothing(web)


WRONG = [
    {"rhythm": "hourly"}, {"rhythm": ""}, {"at": "25:00"}, {"at": "07:60"}, {"at": "bảy giờ"}, {"at": ""}, {"at": "-1"},
    {"at": "07:00:00"}, {"at": "9" * 5000}, {"at": f"07:{'9' * 5000}"}, {"at": "²:00"}, {"weekday": "7"}, {"weekday": "-1"},
    {"weekday": ""}, {"weekday": "x"}, {"weekday": "00"}, {"type": "x"}, {"min": "zehn"}, {"foo": "1"}, {"since": "x"},
    {"person": "?"}, {"id": "1"}, {"confirmed": "1"}, {"channel": "webhook"},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong)[:30])
def test_a_wrong_form_is_told_on_a_page(
    refusing: tuple[Web, Engine], wrong: dict[str, str]
) -> None:
    web, engine = refusing
    answer = web.post("/subscribe", **({"email": EMAIL, "q": "hộ"} | wrong))
    assert (answer.status, subscriptions(engine)) == (400, [])
    assert next(iter(wrong)) in answer.text  # it says which
    tell_nothing(web)


@pytest.mark.parametrize(
    ("at", "minute"), [("07:00", 420), ("7", 420), ("7h", 420), ("23:59", 1439), ("0:5", 5)]
)
def test_times_of_the_day(web: Web, engine: Engine, at: str, minute: int) -> None:
    assert web.post("/subscribe", email=EMAIL, at=at, rhythm="weekly", weekday="6").status == 200
    (row,) = subscriptions(engine)
    assert (row.minute, row.rhythm, row.weekday) == (minute, "weekly", 6)


def test_a_form_keeps_what_was_asked_for(web: Web, engine: Engine) -> None:
    asked = {"q": "nhà \"ở\" '<b>", "portal": "gia-vien", "type": "money", "min": "10e9", "loose": "1"}  # fmt: skip
    page = web.get(f"/subscribe?{urlencode(asked)}").text
    assert 'value="nhà &#34;ở&#34; &#39;&lt;b&gt;"' in page
    assert '<option value="gia-vien" selected>Cổng huyện &lt;b&gt;Gia Viễn&lt;/b&gt;' in page
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert kept == {key: asked[key] for key in ("type", "min", "loose")}
    web.post("/subscribe", email=EMAIL, **asked)
    (row,) = subscriptions(engine)
    assert row.wish == asked


def test_a_reader_may_ask_so_often(web: Web, engine: Engine) -> None:
    answers = [web.post("/subscribe", email=f"r{n}@x.example").status for n in range(25)]
    assert answers[:20] == [200] * 20
    assert set(answers[20:]) <= {400, 429}
    assert len(subscriptions(engine)) == 20
    assert web.post("/subscribe", client="203.0.113.7", email="r99@x.example").status == 200


def tokens(site: Site, key: str, other: Site) -> dict[str, list[str]]:
    """Tokens that none may use, by purpose."""
    paths = {CONFIRM: "confirm", LEAVE: "u", DIGEST: "digests"}
    wrong: dict[str, list[str]] = {}
    for purpose, path in paths.items():
        good = site.sign(purpose, key)
        middle = len(good) - 10
        changed = good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :]
        bad = ["x", "x.y", ".", "..", key, f"{key}.", good[:-1], good[:-5], good[1:], changed, good + "A", "A" * 9999]  # fmt: skip
        bad += [good.replace(key[0], "0" if key[0] != "0" else "1", 1), other.sign(purpose, key)]
        bad += [site.sign(p, key) for p in paths if p != purpose]
        bad += ["%00", "%ff.%fe", "%ed%a0%80", f"{quote(good)}%00", f"%20{good}", f"{good}/x"]
        wrong[path] = bad
    return wrong


def test_tokens_that_are_not_ours(web: Web, engine: Engine) -> None:
    key = follow(engine, EMAIL)
    make_due(engine, key)
    (delivery,) = deliveries(engine)
    asked = follow_unconfirmed(web, engine)
    other = Site(web.site.address, web.site.name, b"another secret")
    wrong = []
    for ours in (asked, delivery.id):
        for path, bad in tokens(web.site, ours, other).items():
            for token in bad:
                for method in ("GET",) if path == "digests" else ("GET", "POST"):
                    status = web.ask(method, f"/{path}/{token}").status
                    wrong += [] if status in (404, 414) else [(method, path, token[:60], status)]
    assert wrong == []
    rows_ = {row.id: row.confirmed for row in subscriptions(engine)}
    assert rows_[key] is not None
    assert rows_[asked] is None
    assert web.get(web.site.digest_link(delivery.id)).status == 200
    assert web.get(web.site.digest_link("0" * 16)).status == 404
    tell_nothing(web)


def follow_unconfirmed(web: Web, engine: Engine) -> str:
    web.post("/subscribe", email="moi@toasoan.example", q="hộ")
    return next(row.id for row in subscriptions(engine) if row.confirmed is None)


def test_a_link_to_confirm_ends_after_a_week(
    web: Web, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, now = follow_unconfirmed(web, engine), TimestampSigner.get_timestamp
    link = web.site.confirm_link(key)
    for days, status in ((6.9, 200), (7.1, 404)):
        monkeypatch.setattr(
            TimestampSigner, "get_timestamp", lambda self, d=days: now(self) + int(d * 86400)
        )
        assert web.get(link).status == status
    assert web.post(link).status == 404
    assert subscriptions(engine)[0].confirmed is None


def test_a_digest_as_a_page_tells_everything(web: Web, engine: Engine) -> None:
    make_due(engine, follow(engine, EMAIL))
    with begin(engine) as session:
        row = session.scalars(select(schema.Delivery)).one()
        row.items = row.items * 30
    with smtp() as sink:
        send_due(engine, sink.settings(), web.site)
    (taken,) = sink.letters
    assert "Còn 10 bài nữa" in taken.part("plain")
    page = web.get(taken.link("digests"))
    assert page.status == 200
    assert page.text.count('class="item"') == 60
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script" not in page.text
    assert "{{ 7*7 }}" in page.text
    tell_nothing(web)


def test_an_article_is_words_only(home: Path, web: Web) -> None:
    (row,) = rows(home, "search", "7 hộ nghèo")
    page = web.get(f"/articles/{row['id']}")
    assert page.status == 200
    assert "&lt;img src=x onerror=alert(2)&gt; {{ 7*7 }}" in page.text
    assert not re.search("<script|<img", page.text)


def paths_of(home: Path, engine: Engine, site: Site) -> list[str]:
    """Every kind of page there is."""
    key = follow(engine, EMAIL)
    make_due(engine, key)
    (delivery,) = deliveries(engine)
    found = rows(home, "search", "hộ nghèo")[0]["id"]
    who = rows(home, "people", "Nguyễn Văn Bình")[0]["id"]
    links = [site.leave_link(key), site.confirm_link(key), site.digest_link(delivery.id)]
    return [
        "/", "/subscribe", "/subscribe?q=x", "/feed.atom", "/feed.json?q=x", "/figures.atom?type=money", "/portals.opml",
        "/portals/gia-vien.atom", f"/people/{who}.json", f"/articles/{found}", "/static/style.css", "/metrics",
        *(link.removeprefix(site.address) for link in links),
    ]  # fmt: skip


BROKEN = ["/nothing", "/u/x", "/feed.atom?foo=1", "/feed.xml", "/articles/x", "/static/x", "/static/..%2f..%2fapp.py"]  # fmt: skip


def test_every_answer_has_its_headers(home: Path, web: Web, engine: Engine) -> None:
    paths = paths_of(home, engine, web.site)
    assert [path for path in paths if web.get(path).status != 200] == []
    assert [path for path in BROKEN if web.get(path).status not in (400, 404)] == []
    web.post("/subscribe", email=EMAIL)
    web.post("/subscribe", email="x")
    web.post("/")
    web.get("/feed.atom", If_None_Match="*")
    for answer in web.answers:
        assert answer.headers["Content-Security-Policy"].startswith(POLICY)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Set-Cookie"] is None
        if "text/html" in answer.headers.get("Content-Type", ""):
            page = Tags(answer.text)
            assert not page.tags & {"script", "style", "img", "iframe"}
            assert not [name for name in page.attributes if name == "style" or name[:2] == "on"]
            assert re.search('<html lang="vi">.*<title>[^<]+</title>', answer.text, re.DOTALL)
    tell_nothing(web)


def test_head_is_get_without_a_body(home: Path, web: Web, engine: Engine) -> None:
    """RFC 9110, 9.1: every server must support it; link checkers and feed readers ask so."""
    wrong = []
    for path in [*paths_of(home, engine, web.site), *BROKEN]:
        got, head = web.get(path), web.ask("HEAD", path)
        same = head.headers["Content-Type"] == got.headers["Content-Type"]
        if (head.status, head.body, same) != (got.status, b"", True):
            wrong.append((path[:20], head.status))
    assert wrong == []


def test_what_may_be_asked_is_told(web: Web) -> None:
    for method, path in (("POST", "/feed.atom"), ("DELETE", "/subscribe")):
        answer = web.ask(method, path)
        assert answer.status == 405
        assert "GET" in (answer.headers["Allow"] or "")  # RFC 9110, 15.5.6


LONG = quote("hộ nghèo " * 400)
QUERIES = [
    "q=%00", "q=%ff%fe", "q=%ed%a0%80", f"q={'x' * 9000}", f"q={LONG}", f"q={quote('a* ' * 300)}", f"q={'(' * 2000}",
    f"q={quote('a OR ' * 500)}", "q=a&q=b&q=c", "&&==&", "q", "%00=1", "%ff=1", "q=%22%22%22", "q=-", "q=*", "q=OR",
    "q=tu:99/99/9999", "q=cong:%00", "q=nguoi:%22", "q=%F0%9F%8E%89", "q=%0d%0aSet-Cookie:%20a=b", "q={{7*7}}",
    "portal=%00", "province=%00", "section=%00", "person=%00", "person=%ff", "place=%00", "noun=%00", "unit=%00", "since=%00",
    f"portal={'x' * 9000}", f"unit={'x' * 9000}", "since=0001-01-01", "until=9999-12-31", "since=2026-03-01&until=2020-01-01",
    "min=-1e40", "min=1e-40", "min=0e0", "min=1e40&max=-1e40", "min=%00", "min=Infinity", "max=1_0", "min=%D9%A1",
    "type=money&q=%00", "with_figures=1", "loose=%00", "path=x", "self=x", "given=x", "wish=x", "request=x", "kind=x",
]  # fmt: skip
ODD = [
    "/portals/%00.atom", "/portals/%ff.json", "/people/%00.atom", "/people/%ed%a0%80.json", "/articles/%00", "/articles/%ff",
    f"/articles/{'x' * 9000}", "/u/%00", "/confirm/%00", "/digests/%00", "/static/%00", "/static/%2e%2e/app.py", "/feed.%00",
    "//", "/%00", "/%ff", "/feed.atom/", "/portals/.atom", "/people/.atom", "/portals/gia-vien%0d%0aX:%20y.atom", "/feed.",
]  # fmt: skip


def test_nothing_asked_is_an_error_of_the_server(both: tuple[Path, Web, Engine]) -> None:
    home, web, _ = both
    who = rows(home, "people", "Nguyễn Văn Bình")[0]["id"]
    asked = [f"{path}?{query}" for path in ("/subscribe", "/feed.atom") for query in QUERIES]
    asked += [f"/figures.json?type=count&{query}" for query in QUERIES[::2]]
    others = ("/", "/portals/gia-vien.atom", f"/people/{who}.json", "/metrics")
    asked += [
        f"{path}?{name}=%00" for path in others for name in ("q", "path", "self", "%ff")
    ] + ODD
    wrong = [
        (method, path[:60])
        for path in asked
        for method in (("GET",) if "?" in path else ("GET", "HEAD", "POST"))
        if web.ask(method, path).status >= 500
    ]
    assert wrong == []
    assert all(answer.headers["Set-Cookie"] is None for answer in web.answers)
    for start in (b"GET /feed.atom?q=\xff\xfe\x01", b"GET /\xc3\xa9", b"GET /feed.atom?q=" + b"x" * 100_000):  # fmt: skip
        assert web.raw(start + b" HTTP/1.1\r\nHost: x\r\n\r\n") < 500


BODIES: list[tuple[str, bytes]] = [
    ("application/x-www-form-urlencoded", b"email=%ff%fe&q=\xff"),
    ("application/x-www-form-urlencoded", b"email=a@x.example&q=%00%ed%a0%80"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(3000))),
    ("application/x-www-form-urlencoded", b"email=c@x.example&q=" + b"x" * 2_000_000),
    ("application/x-www-form-urlencoded", b"email=b@x.example&portal=%00&section=%00"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="email"; filename="a"\r\n\r\na@x.example\r\n--x--\r\n'),
    ("application/json", b'{"email": "a@x.example"}'),
    ("", b"\x00\x01"),
]  # fmt: skip


def test_no_form_is_an_error_of_the_server(both: tuple[Path, Web, Engine]) -> None:
    _, web, engine = both
    wrong = [
        (kind, body[:40])
        for kind, body in BODIES
        if web.ask("POST", "/subscribe", body, {"Content-Type": kind}).status >= 500
    ]
    assert wrong == []
    with smtp() as sink:
        assert send_due(engine, sink.settings(), web.site).failed == 0
    assert all(len(taken.raw) < 100_000 for taken in sink.letters)


def test_a_question_has_an_end(web: Web, engine: Engine) -> None:
    """A long one is answered in the square of its length, and a mail would hold it whole."""
    q = "ho " * 5000
    assert web.get(f"/feed.atom?{urlencode({'q': q})}").status == 400
    assert web.post("/subscribe", email=EMAIL, q=q * 20).status in (400, 413)
    assert subscriptions(engine) == []


def test_ids_of_other_things_lead_to_the_article(home: Path, web: Web, engine: Engine) -> None:
    """Or nowhere."""
    with look(engine) as session:
        ids = [session.scalars(select(table.id)).first() for table in (schema.Edition, schema.Figure, schema.Mention)]  # fmt: skip
    assert [web.get(f"/articles/{key}").status for key in ids if key] in ([200] * 3, [404] * 3)


def test_many_ask_at_once(home: Path, web: Web) -> None:
    """The first questions, before there is an index, by many at a time."""
    for name in ("index", "index-figures"):
        shutil.rmtree(home / name, ignore_errors=True)
    paths = ["/feed.atom", "/feed.json?q=ho+ngheo", "/figures.atom?type=money", "/subscribe"] * 6
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(web.get, paths))
    assert {answer.status for answer in answers} == {200}
    whole: Any = {path: web.get(path).body for path in set(paths)}
    assert len(whole["/feed.atom"]) > 1000


def test_the_health_tells_nobody(web: Web, engine: Engine) -> None:
    follow(engine, EMAIL)
    answer = web.get("/metrics")
    assert "bantin_subscriptions 1" in answer.text
    tell_nothing(web)
