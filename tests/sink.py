"""What tests of telling need: an SMTP server that does as told, pages with an address, a clock, the web application."""

import http.client
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
import uvicorn
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, select

from config import Config, load_config
from model.clock import now
from model.settings import MailConfig, WebConfig
from pipeline.units import UnitTable
from publish.delivering import Courier, Sent
from publish.site import Site
from storage import schema
from storage.database import begin, look, open_database
from storage.outbox import make_digests
from storage.subscriptions import DAILY, Rhythm, subscribe
from storage.wishes import Wish
from tests.archives import TOML, done
from tests.postgres import free_port
from web.app import create_app

SENDER = "Bantin <bantin@kho.example>"
SITE = Site("https://kho.example", "Bantin", b"a secret of tests")
DROP = "drop"  # what a script answers to hang up
PLACE = "huyện Gia Viễn, tỉnh Ninh Bình"


class Page(NamedTuple):
    """A bulletin as it stands under an address."""

    path: str
    title: str
    text: str
    day: str = "01/03/2026"


def bring(home: Path, slug: str, *pages: Page) -> None:
    """Import pages of a portal, as captured now; the same path again is another edition."""
    path = home / f"{slug}-{time.monotonic_ns()}.warc"
    path.write_bytes(b"".join(_record(slug, page) for page in pages))
    done(home, "import", str(path), "--portal", slug)


def _record(slug: str, page: Page) -> bytes:
    body = f"{page.title}\n\n{page.day}\n\n{page.text}\n".encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
    answer = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    told = {
        "WARC-Type": "response", "WARC-Target-URI": f"https://{_host(slug)}.example/{page.path}",
        "WARC-Date": f"{now():%Y-%m-%dT%H:%M:%SZ}", "WARC-Record-ID": f"<urn:uuid:{uuid4()}>",
        "Content-Type": "application/http; msgtype=response", "Content-Length": str(len(answer)),
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode() + answer + b"\r\n\r\n"


def _host(slug: str) -> str:
    return slug if slug.isascii() else "tinh"


def make_portals(home: Path, names: dict[str, str]) -> None:
    """An empty archive with portals of these names, by slug."""
    done(home, "init")
    for slug, name in names.items():
        text = TOML.format(
            name="{name}", url=f"https://{_host(slug)}.example/", place=PLACE, sections=[]
        )
        path = home / "portals" / f"{slug}.toml"
        path.write_text(text.replace('"{name}"', json.dumps(name)), encoding="utf-8")


def open_home(home: Path, database: str | None = None, **web: str) -> Config:
    """The configuration of an archive."""
    config = load_config(home / "bantin.toml", database)
    usual: dict[str, Any] = {"address": SITE.address, "per_minute": 0}
    return msgspec.structs.replace(config, web=WebConfig(**(usual | web)))


@contextmanager
def engine_of(config: Config) -> Iterator[Engine]:
    """The database of an archive, closed again."""
    engine = open_database(config.database)
    try:
        yield engine
    finally:
        engine.dispose()


def follow(engine: Engine, target: str, rhythm: Rhythm = DAILY, **wish: Any) -> str:
    """A subscription that is confirmed."""
    return subscribe(engine, target, Wish(**wish), rhythm, confirmed=True)


class Taken(NamedTuple):
    """A message that the server has taken."""

    to: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message as it is read."""
        return message_from_bytes(self.raw, policy=policy.default)

    def part(self, kind: str) -> str:
        """The text of the plain or html part."""
        return part_text(self.message, kind)

    def link(self, name: str) -> str:
        """The path of the first link to a page of that name in the plain part."""
        found = re.search(rf"https?://[^/\s]+(/{name}/\S+)", self.part("plain"))
        assert found, self.part("plain")
        return found[1]


def part_text(message: EmailMessage, kind: str) -> str:
    """The text of a part of a message."""
    part = message.get_body((kind,))
    assert part
    return str(cast(EmailMessage, part).get_content())


class Tags(HTMLParser):
    """The tags, attributes and text of a page, its style left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}
        self.text = ""
        self.feed(re.sub("<style>.*?</style>", "", html, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@dataclass
class Sink:
    """An SMTP server on loopback: `script` answers a verb (MAIL, RCPT, DATA) and the address it is about."""

    script: Callable[[str, str], str] = lambda verb, address: "250 OK"
    letters: list[Taken] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sessions: int = 0
    port: int = field(default_factory=free_port)

    def settings(self, **more: Any) -> MailConfig:
        """The configuration that sends here."""
        given: dict[str, Any] = {"security": "none", "sender": SENDER, "per_minute": 10**6} | more
        return MailConfig(server=f"127.0.0.1:{self.port}", **given)

    def counts(self, verb: str) -> int:
        """How often a verb was asked."""
        return sum(asked == verb for asked, _ in self.asked)

    def _answer(self, server: Any, verb: str, address: str) -> str:
        self.asked.append((verb, address))
        answer = self.script(verb, address)
        if answer == DROP:
            server.transport.abort()
            return "421 gone"
        return answer

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self._answer(server, "MAIL", address)

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self._answer(server, "RCPT", address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        answer = self._answer(server, "DATA", envelope.rcpt_tos[0])
        if answer.startswith("2"):
            self.letters.append(Taken(list(envelope.rcpt_tos), bytes(envelope.original_content)))
        return answer


@contextmanager
def smtp(script: Callable[[str, str], str] | None = None, **server: Any) -> Iterator[Sink]:
    """A running server; `server` is given to aiosmtpd."""
    sink = Sink(script) if script else Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, **server)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def send_due(engine: Engine, mail: MailConfig, site: Site = SITE) -> Sent:
    """Send what is due, as the schedule does."""
    return Courier(engine, site, mail).send_due()


class Answer(NamedTuple):
    """What the application answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def whole(self) -> str:
        """Headers and body."""
        return f"{self.headers}\n{self.body.decode(errors='replace')}"


@dataclass
class Web:
    """The application behind a real server on loopback; `log` is what it logged."""

    port: int
    site: Site
    log: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """One request; absolute links of the site may be given."""
        path = path.removeprefix(self.site.address)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            got = connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        finally:
            connection.close()
        self.answers.append(answer)
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        """A page."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", path, headers=told)

    def post(self, path: str, client: str = "", **form: str) -> Answer:
        """A form sent, by a reader of some address behind a proxy."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if client:
            headers["X-Forwarded-For"] = client
        return self.ask("POST", path, urlencode(form).encode(), headers)

    def raw(self, request: bytes) -> int:
        """Bytes sent as they are; returns the status of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), 30) as opened:
            opened.sendall(request)
            first = opened.makefile("rb").readline()
        return int(first.split()[1])


class _Kept(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


@contextmanager
def served_app(config: Config, prefix: str = "") -> Iterator[Web]:
    """The application of an archive, served as `bantin serve` does; links lead to it."""
    taken = socket.create_server(("127.0.0.1", 0))  # held from now on, so that nobody else gets it
    port = taken.getsockname()[1]
    address = msgspec.structs.replace(config.web, address=f"http://127.0.0.1:{port}{prefix}")
    app = create_app(msgspec.structs.replace(config, web=address), UnitTable())
    web = Web(port, app.state.archive.site)
    kept, root = _Kept(web.log), logging.getLogger()
    root.addHandler(kept)
    server = uvicorn.Server(uvicorn.Config(app, log_level="info", log_config=None))
    thread = threading.Thread(target=server.run, args=([taken],), daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield web
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()
        root.removeHandler(kept)
        app.state.archive.engine.dispose()


def rewind(engine: Engine, key: str, number: int = 0) -> None:
    """Let a subscription know the journal up to a number only, and be due."""
    with begin(engine) as session:
        row = session.get_one(schema.Subscription, key)
        row.watermark, row.due = number, now()


def make_due(engine: Engine, key: str, number: int = 0) -> int:
    """Digests of what the journal tells after a number."""
    rewind(engine, key, number)
    return make_digests(engine)


def deliveries(engine: Engine) -> list[schema.Delivery]:
    """The rows of the outbox, the oldest first."""
    with look(engine) as session:
        row = schema.Delivery
        return list(session.scalars(select(row).order_by(row.made, row.id)))
