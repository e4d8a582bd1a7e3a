"""Webhooks: signed, never posted inside, and no receiver holds up the others."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from model.errors import InputError
from model.settings import MailConfig
from publish import webhooks
from publish.mail import Undelivered
from publish.webhooks import post_signed
from storage import schema
from storage.database import begin
from storage.outbox import make_digests
from storage.subscriptions import get_subscription
from tests.certificates import tls_context
from tests.clock import Clock, owned_clock
from tests.serving import served
from tests.sink import (
    Page,
    bring,
    deliveries,
    follow,
    make_due,
    make_portals,
    rewind,
    send_due,
    smtp,
)

BODY = '{"tỉnh": "Ninh Bình"}'.encode()
HOMES = Page("1", "Xóa nhà tạm", "UBND huyện hỗ trợ 31 tỷ đồng cho 120 hộ nghèo sửa nhà trong năm 2025.")  # fmt: skip


@dataclass
class Hook:
    """A receiver on loopback: what it was sent, and the statuses it answers with in turn, the last for ever."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [200])
    head: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def place(self) -> str:
        return self.url.partition("://")[2]


@contextmanager
def receiver(*statuses: int, **head: str) -> Iterator[Hook]:
    hook = Hook(statuses=list(statuses) or [200], head=head)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            hook.got.append((self.path, dict(self.headers.items()), body))
            status = hook.statuses.pop(0) if len(hook.statuses) > 1 else hook.statuses[0]
            self.send_response(status)
            for name, value in hook.head.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:  # a redirect that is followed asks so
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Say nothing."""

    with served(Receiver) as url:
        hook.url = url
        yield hook


def post(hook: Hook, path: str = "/hook", **more: Any) -> None:
    given: dict[str, Any] = {"secret": "s3cret", "key": "1f0c", "body": BODY, "allowed": [hook.place]}  # fmt: skip
    post_signed(hook.url + path, **(given | more))


def verify(secret: str, headers: dict[str, str], body: bytes) -> int:
    """The second of the signature, which holds; as a receiver checks it."""
    told = dict(part.split("=", 1) for part in headers["Bantin-Signature"].split(","))
    signed = hmac.new(secret.encode(), told["t"].encode() + b"." + body, hashlib.sha256)
    assert hmac.compare_digest(told["v1"], signed.hexdigest())
    return int(told["t"])


def refused(url: str, *allowed: str) -> Undelivered:
    with pytest.raises(Undelivered) as caught:
        post_signed(url, "s", "k", BODY, allowed)
    return caught.value


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_TIMEOUT", 0.3)


def test_a_body_is_signed() -> None:
    with receiver() as hook:
        post(hook, "/hook/a?key=1&b=%C4%91")
    ((path, headers, body),) = hook.got
    assert (path, body, headers["Host"]) == ("/hook/a?key=1&b=%C4%91", BODY, hook.place)
    assert headers["Content-Type"].startswith("application/json")
    assert headers["Bantin-Delivery"] == "1f0c"
    assert abs(verify("s3cret", headers, body) - time.time()) < 60
    with pytest.raises(AssertionError):
        verify("s3cret", headers, body + b" ")


INSIDE = [
    "127.0.0.1", "127.1", "127.0.1.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "0", "0.0.0.0",
    "localhost", "LOCALHOST", "user:pass@localhost", "8.8.8.8@localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
]  # fmt: skip
ELSEWHERE = [
    "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1",
    "255.255.255.255", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]",
    "[64:ff9b::a00:1]",
]  # fmt: skip


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("host", [*INSIDE, *ELSEWHERE])
def test_nothing_is_posted_inside(host: str) -> None:
    with receiver() as hook:
        port = hook.place.partition(":")[2]
        assert refused(f"http://{host}:{port}/", "example.vn:443", f"127.0.0.1:{port}0").for_good
    assert hook.got == []


def test_only_what_is_named_is_allowed() -> None:
    with receiver() as hook:
        post(hook)
        port = hook.place.partition(":")[2]
        assert refused(f"http://localhost:{port}/", hook.place).for_good
        post_signed(f"http://localhost:{port}/", "s", "k", BODY, [f"localhost:{port}"])
        assert refused(hook.url, "127.0.0.1").for_good
    assert len(hook.got) == 2


def test_a_host_of_six_may_be_allowed_as_it_is_written() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("there is no IPv6 on this machine")
    with server:
        place = f"[::1]:{server.getsockname()[1]}"
        thread = threading.Thread(target=answer_once, args=(server, b"HTTP/1.1 200 OK\r\n\r\n"))
        thread.start()
        try:
            post_signed(f"http://{place}/", "s", "k", BODY, [place])
        finally:
            socket.create_connection(server.getsockname()[:2]).close()  # where nothing was posted
            thread.join(5)


def answer_once(server: socket.socket, answer: bytes) -> None:
    opened, _ = server.accept()
    with opened:
        opened.recv(65536)
        opened.sendall(answer)


@pytest.mark.parametrize(
    ("addresses", "private"), [(["93.184.215.14", "127.0.0.1"], True), (["127.0.0.1"], True)]
)
def test_a_name_is_looked_up_once_and_all_its_addresses_count(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], private: bool
) -> None:
    """A name that leads outside first and inside then (DNS rebinding) is asked for once."""
    asked = []

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    with receiver() as hook:
        port = hook.place.partition(":")[2]
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        assert refused(f"http://toasoan.example:{port}/").for_good is private
    assert hook.got == []
    assert asked.count("toasoan.example") == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiver() as other, receiver(status, Location=f"{other.url}/x") as hook:
        with pytest.raises(Undelivered) as caught:
            post(hook, allowed=[hook.place, other.place])
        assert (len(hook.got), other.got, caught.value.for_good) == (1, [], False)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_taken(status: int) -> None:
    with receiver(status) as hook:
        post(hook)
    assert len(hook.got) == 1


@pytest.mark.parametrize(
    ("status", "for_good"),
    [(410, True), (400, False), (401, False), (429, False), (500, False), (503, False)],
)
def test_not_taken(status: int, for_good: bool) -> None:
    with receiver(status) as hook, pytest.raises(Undelivered) as caught:
        post(hook)
    assert caught.value.for_good is for_good
    assert str(status) in str(caught.value)


def drip(opened: socket.socket, first: bytes, piece: bytes) -> None:
    """Send a piece again and again, sooner than anybody's patience ends."""
    opened.sendall(first)
    for _ in range(30):
        opened.sendall(piece)
        time.sleep(0.1)


SLOW: dict[str, Callable[[socket.socket], None]] = {
    "silent": lambda opened: time.sleep(1.5),
    "a letter at a time": lambda opened: drip(opened, b"", b"x"),
    "headers for ever": lambda opened: drip(opened, b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "go on, go on": lambda opened: drip(opened, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "too many headers": lambda opened: opened.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9999),
    "garbage": lambda opened: opened.sendall(b"\x00\xff\r\n\r\n"),
    "no status": lambda opened: opened.sendall(b"HTTP/1.1 abc\r\n\r\n"),
    "nothing": lambda opened: None,
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("manner", SLOW)
def test_patience_ends(manner: str) -> None:
    def answer(server: socket.socket) -> None:
        opened, _ = server.accept()
        with opened:
            try:
                opened.recv(65536)
                SLOW[manner](opened)
            except OSError:
                pass  # they hung up

    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        began = time.monotonic()
        error = refused(f"http://{place}/", place)
        took = time.monotonic() - began
        thread.join(15)
    assert not error.for_good
    assert took < 2


def test_a_certificate_must_be_good(tmp_path: Path) -> None:
    context = tls_context(tmp_path)
    got = []

    def answer(server: socket.socket) -> None:
        opened, _ = server.accept()
        try:
            with context.wrap_socket(opened, server_side=True) as safe:
                got.append(safe.recv(100))
        except OSError:
            opened.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"localhost:{server.getsockname()[1]}"
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        assert not refused(f"https://{place}/", place).for_good
        thread.join(5)
    assert got == []


BROKEN = [
    "http://[x/", "http://[::1", "http://h:99999/", "http://h:abc/", "http://", "http:///x", "http://?", "https://@/",
    "http://a b.invalid/", f"http://{'a' * 300}.invalid/", "http://..invalid/", "http://xn--.invalid/", "http://a\x00.invalid/",
    "http://hộ.invalid/", "http://127.0.0.1\\@h.invalid/", "http://[v1.x]/",
]  # fmt: skip


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("url", BROKEN)
def test_an_address_that_is_none_is_only_undelivered(url: str) -> None:
    refused(url)


def test_a_path_may_have_any_letters() -> None:
    with receiver() as hook:
        post(hook, "/đường dây?tỉnh=Ninh Bình&a=%C4%91")
    ((path, _, _),) = hook.got
    assert path == "/%C4%91%C6%B0%E1%BB%9Dng%20d%C3%A2y?t%E1%BB%89nh=Ninh%20B%C3%ACnh&a=%C4%91"


# Webhooks of an archive.


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("base")
    with owned_clock(home):
        make_portals(home, {"gia-vien": "Cổng huyện Gia Viễn"})
        bring(home, "gia-vien", HOMES, HOMES._replace(path="2", title="Làm đường", text="Làm 12 km đường."), HOMES._replace(path="3", title="Thu ngân sách"))  # fmt: skip
    return home


def settings(*hooks: Hook) -> MailConfig:
    return MailConfig(allow_private=[hook.place for hook in hooks])


def test_webhooks_go_out_and_mails_wait_without_a_server(engine: Engine, clock: Clock) -> None:
    with receiver() as hook:
        reader = follow(engine, "ban.doc@toasoan.example", portal="gia-vien")
        key = follow(engine, f"{hook.url}/h", portal="gia-vien")
        rewind(engine, reader)
        rewind(engine, key)
        assert make_digests(engine) == 2
        done = send_due(engine, settings(hook))
        assert (done.sent, done.waiting, done.failed) == (1, 1, 0)
        clock.forward(days=2)
        assert send_due(engine, settings(hook)).waiting == 1
        assert len(hook.got) == 1
    (waiting,) = (row for row in deliveries(engine) if row.due)
    assert (waiting.subscription_id, waiting.tries, waiting.error) == (reader, 0, None)
    with smtp() as sink:
        assert send_due(engine, sink.settings()).sent == 1


def test_what_is_posted(home: Path, engine: Engine, clock: Clock) -> None:
    with receiver() as hook:
        key = follow(engine, f"{hook.url}/h", portal="gia-vien")
        clock.forward(hours=1)
        bring(home, "gia-vien", HOMES._replace(text=HOMES.text.replace("31 tỷ", "13 tỷ")))
        clock.forward(days=1)
        assert make_digests(engine) == 1
        assert send_due(engine, settings(hook)).sent == 1
    ((path, headers, body),) = hook.got
    (row,) = deliveries(engine)
    verify(str(get_subscription(engine, key).secret), headers, body)
    told = json.loads(body)
    assert (path, told["delivery"], told["subscription"]) == ("/h", row.id, key)
    assert (told["after"], told["until"]) == (row.first, row.last)
    (item,) = told["items"]
    assert (item["kind"], item["title"], item["portal"]) == ("edited", "Xóa nhà tạm", "Cổng huyện Gia Viễn")  # fmt: skip
    assert [(c["before"], c["after"]) for c in item["changes"]] == [("31 tỷ đồng", "13 tỷ đồng")]
    assert item["url"] == f"https://kho.example/articles/{item['id']}"
    assert item["original"] == "https://gia-vien.example/1"
    assert "13 tỷ đồng" in [figure["text"] for figure in item["figures"]]


def test_a_webhook_is_told_everything(engine: Engine) -> None:
    with receiver() as hook:
        make_due(engine, follow(engine, f"{hook.url}/h", portal="gia-vien"))
        with begin(engine) as session:
            row = session.query(schema.Delivery).one()
            row.items = row.items * 30
        assert send_due(engine, settings(hook)).sent == 1
    assert len(json.loads(hook.got[0][2])["items"]) == 90


def test_500_is_tried_again_as_the_same_delivery(engine: Engine, clock: Clock) -> None:
    with receiver(500, 503, 200) as hook:
        make_due(engine, follow(engine, f"{hook.url}/h", portal="gia-vien"))
        sent = []
        for _ in range(4):
            sent.append(send_due(engine, settings(hook)).sent)
            assert send_due(engine, settings(hook)).sent == 0
            clock.forward(hours=1)
    assert sent == [0, 0, 1, 0]
    assert len({(headers["Bantin-Delivery"], body) for _, headers, body in hook.got}) == 1
    assert len(hook.got) == 3


def test_410_three_times_is_the_end(engine: Engine, clock: Clock) -> None:
    with receiver(410) as hook:
        key = follow(engine, f"{hook.url}/h", portal="gia-vien")
        for number in range(3):
            made = make_due(engine, key) if number == 0 else again(engine, key, number)
            assert made == 1
            assert send_due(engine, settings(hook)).failed == 1
            clock.forward(days=1)
        assert get_subscription(engine, key).due is None
        assert make_digests(engine) == 0
        assert len(hook.got) == 3


def again(engine: Engine, key: str, number: int) -> int:
    """The same news as another delivery."""
    rewind(engine, key)
    with begin(engine) as session:
        old = session.query(schema.Delivery).all()
        for row in old:
            session.delete(row)
    return make_digests(engine)


@pytest.mark.parametrize("url", ["http://[x/", "https://h:99999/", "http://", "https://a b/"])
def test_a_broken_address_holds_up_no_other(engine: Engine, url: str) -> None:
    """Either it is refused when somebody subscribes, or it is only undelivered."""
    with receiver() as hook:
        make_due(engine, follow(engine, f"{hook.url}/h", portal="gia-vien"))
        try:
            make_due(engine, follow(engine, url, portal="gia-vien"))
        except InputError:
            return
        with begin(engine) as session:  # it comes first
            for row in session.query(schema.Delivery).all():
                whose = session.get_one(schema.Subscription, row.subscription_id)
                row.due = row.made if whose.target == url else row.due
        assert send_due(engine, settings(hook)).sent == 1
