"""Digests by mail: messages as the RFCs want them, a server that refuses, and what a digest says."""

import email
import gc
import random
import re
import shutil
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import Engine, func, select, update

from config import Config
from model.settings import MailConfig
from publish import mail
from publish.digest import Writer, one_line
from publish.mail import Letter, Mailer, Undelivered, as_bytes
from publish.render import render
from publish.site import Site, open_site
from storage import schema
from storage.database import begin, look
from storage.journal import add_line
from storage.outbox import get_delivery, make_digests
from storage.subscriptions import get_subscription, subscribe, unsubscribe
from storage.wishes import Wish
from tests.archives import bantin, done
from tests.certificates import tls_context
from tests.clock import Clock, owned_clock
from tests.sink import (
    DROP,
    SENDER,
    SITE,
    Page,
    Sink,
    Tags,
    Taken,
    bring,
    deliveries,
    engine_of,
    follow,
    make_due,
    make_portals,
    open_home,
    part_text,
    rewind,
    send_due,
    smtp,
)

MADE = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
TO = "ban.doc@toasoan.example"
PLAIN = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted"]
LIST = [b"List-Id", b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Precedence"]
BODY = [b"Content-Type", b"MIME-Version"]
BREAKS = ["\r\n", "\n", "\r", "\x00", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1e"]
VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
LETTERS = [unicodedata.normalize("NFC", v + tone) for v in VOWELS for tone in TONES] + ["đ"]
LETTERS += [letter.upper() for letter in LETTERS]
LONG_NAME = "Cổng thông tin điện tử huyện Gia Viễn tỉnh Ninh Bình và các xã, thị trấn trong huyện"


def letter(**more: Any) -> Letter:
    """A letter with something in each field."""
    told: dict[str, Any] = {
        "to": TO, "subject": "hộ nghèo: 1 bài mới", "text": "Chào bạn.\n", "html": "<p>Chào bạn.</p>\n",
        "key": "1f0c9e2ab4d57730", "made": MADE, "leave": "https://kho.example/u/x.y",
    }  # fmt: skip
    return Letter(**(told | more))


def written(sender: str = SENDER, name: str = "Bantin: hộ nghèo", **more: Any) -> bytes:
    return as_bytes(letter(**more), sender, "kho.example", name)


def header_lines(raw: bytes) -> list[bytes]:
    """The physical lines of a header, each fit to be sent; there is no break but CRLF in the message."""
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    for line in lines:
        assert line.isascii()
        assert len(line) <= 998
        assert not set(line) & set(range(32)) - {9}, line
        for word in re.findall(rb"=\?[^?]*\?[bqBQ]\?[^?]*\?=", line):
            assert len(word) <= 75, word
            assert decoded(word.decode()), "a letter is cut in two"
    return lines


def header_names(raw: bytes) -> list[bytes]:
    """The names of all headers, in the order of the alphabet."""
    lines = header_lines(raw)
    return sorted(line.partition(b":")[0] for line in lines if line[:1] not in (b" ", b"\t"))


def decoded(value: str) -> str:
    """What stands in a raw header, by the old decoder."""
    parts = decode_header(value)
    return "".join(p if isinstance(p, str) else p.decode(c or "ascii") for p, c in parts)


def read(raw: bytes) -> Any:
    return Taken([], raw).message


def subjects() -> list[str]:
    """Two hundred subjects: every letter, long ones, quotes, dashes, emoji, marks apart, runs of spaces."""
    dice, more = random.Random(1), ["“", "”", "’", "—", "…", "🎉", "🇻🇳", "  ", "   ", "=?utf-8?q?x?=", "@", ",", "\u00e9"]  # fmt: skip
    made = ["".join(LETTERS), " ".join(LETTERS), "hello", "“Nhà ở” — 31 tỷ", "x" * 1200, "ế" * 700]
    while len(made) < 200:
        words = [
            "".join(dice.choices(LETTERS + list("bcdghklmnpqrstvx"), k=dice.randrange(1, 8)))
            for _ in range(dice.choice([1, 5, 20, 90]))
        ]
        for _ in range(dice.randrange(6)):
            words.insert(dice.randrange(len(words) + 1), dice.choice(more))
        text = dice.choice([" ", " ", "  ", "\u2014"]).join(words).strip()
        made.append(unicodedata.normalize("NFD", text) if len(made) % 9 == 0 else text)
    return made


def test_subjects_come_back_exactly() -> None:
    told = subjects()
    assert len(told) == 200
    assert sum(len(subject) > 300 for subject in told) > 20
    for subject in told:
        raw, wanted = written(subject=subject), " ".join(subject.split())
        header_lines(raw)
        assert str(read(raw)["Subject"]) == wanted
        assert decoded(email.message_from_bytes(raw)["Subject"]) == wanted


@pytest.mark.parametrize("length", [40, 76, 78, 200, 500, 900])
def test_the_way_out_stands_on_one_line(length: int) -> None:
    leave = "https://kho.example/u/".ljust(length, "a")
    raw = written(leave=leave)
    lines = header_lines(raw)
    assert f"List-Unsubscribe: <{leave}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert header_names(raw) == sorted(PLAIN + LIST + BODY)
    assert header_names(written(leave=None)) == sorted(PLAIN + BODY)


@pytest.mark.parametrize("name", ["Bantin", "Bantin: hộ nghèo", LONG_NAME, "x" * 300, 'a "b" <c@d>'])  # fmt: skip
def test_the_list_has_a_name(name: str) -> None:
    raw = written(name=name)
    header_lines(raw)
    told = str(read(raw)["List-Id"])
    assert told.endswith("<digest.kho.example>")
    assert told.startswith(name)


@pytest.mark.parametrize("name", ["Bantin", "Bản tin", LONG_NAME, 'Ông "Ba", huyện', "Ban\u00a0biên tập"])  # fmt: skip
def test_a_sender_may_have_any_name(name: str) -> None:
    quoted = name.replace('"', '\\"')
    raw = written(sender=f'"{quoted}" <bantin@kho.example>')
    header_lines(raw)
    told, address = parseaddr(re.sub(r"\r?\n", "", email.message_from_bytes(raw)["From"]))
    assert (decoded(told), address) == (one_line(name), "bantin@kho.example")


@pytest.mark.parametrize("bad", BREAKS)
@pytest.mark.parametrize("field", ["subject", "name", "sender", "to", "leave", "text", "html"])
def test_nothing_makes_a_header(field: str, bad: str) -> None:
    evil = f"a{bad}Bcc: x@boss.example{bad}{bad}Xấu: b"
    given = {"sender": f'"{evil}" <bantin@kho.example>'} if field == "sender" else {field: evil}
    if field in ("to", "leave"):
        given[field] = given[field].replace("Xấu", "X")
    raw = written(**given)
    assert header_names(raw) == sorted(PLAIN + LIST + BODY)
    parsed = read(raw)
    assert parsed["Bcc"] is None
    assert not parsed.defects


def test_a_sender_with_a_break_in_its_address() -> None:
    raw = written(sender="Ban <bantin@kho.example\r\nBcc: x@boss.example>")
    assert header_names(raw) == sorted(PLAIN + LIST + BODY)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("Ngh\u00adị quyết", "Nghị quyết"), ("\ufeffNghị\u200b quyết\u202e", "Nghị quyết")],
)
def test_what_is_not_seen_cuts_no_word_in_two(typed: str, wanted: str) -> None:
    assert one_line(typed) == wanted


TEXTS = [
    "Chào bạn.\n",
    "From thường\n.\n..\n-- \n=3D = \n\tx  \n",
    "".join(LETTERS) * 20 + "\n",
    "x" * 3000 + "\n" + "🎉" * 200 + "\n\n\nhết \u00a0\u2028 \u0085 \x0b\n",
    "Subject: khác\n\nBcc: x@boss.example\n" + " \n" * 5,
]


@pytest.mark.parametrize("text", TEXTS)
def test_bodies_come_back_exactly(text: str) -> None:
    html = f"<p>{text}</p>\n"
    raw = written(text=text, html=html)
    header_lines(raw)
    told = read(raw)
    for part in told.iter_parts():
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        wanted = text if part.get_content_subtype() == "plain" else html
        assert part.get_payload(decode=True).decode().replace("\r\n", "\n") == wanted
    assert [p.get_content_type() for p in told.iter_parts()] == ["text/plain", "text/html"]
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert read(written(text=text, html=None)).get_content_type() == "text/plain"


def test_what_every_message_says() -> None:
    one, other = read(written()), read(written())
    assert one["Message-ID"] == other["Message-ID"] == "<1f0c9e2ab4d57730@kho.example>"
    assert one["Auto-Submitted"] == "auto-generated"
    assert one["Date"].endswith("+0700")
    assert parsedate_to_datetime(one["Date"]) == MADE
    assert one["To"] == TO


@pytest.mark.parametrize("address", ["https://bản-tin.example", "http://[::1]:8000", "http://kho"])
def test_pages_may_stand_anywhere(address: str) -> None:
    site = Site(address, "Bản tin", b"x")
    told = letter(leave=site.leave_link("1f0c9e2ab4d57730"))
    raw = as_bytes(told, SENDER, site.host, site.name)
    header_lines(raw)
    assert re.search(rb"^Message-ID: <[0-9a-f]+@[\w.-]+>\r$", raw, re.MULTILINE)


def sent_by(sink: Sink, to: str = TO, **settings: Any) -> None:
    """Send one message there."""
    with Mailer(sink.settings(**settings)) as mailer:
        mailer.send([to], written(to=to))


def test_a_server_gets_what_was_written() -> None:
    text = "Chào.\n.\n..x\nFrom y\n" + "ế" * 2000 + "\n"
    with smtp() as sink, Mailer(sink.settings()) as mailer:
        messages = [written(text=text, name=LONG_NAME, key=f"{n}") for n in range(3)]
        for message in messages:
            mailer.send([TO], message)
    assert [taken.raw for taken in sink.letters] == messages
    assert sink.sessions == 1
    assert [taken.to for taken in sink.letters] == [[TO]] * 3


NO = f"<{TO}>: no {TO} here, {TO.upper()}; <mailto:{TO}>"
REFUSALS = [
    ("RCPT", f"450 4.2.1 {NO}", False), ("RCPT", f"550 5.1.1 {NO}", True), ("RCPT", f"421 {NO}", False),
    ("DATA", f"451 {NO}", False), ("DATA", f"554 5.7.1 {NO}", False), ("MAIL", f"451 {NO}", False),
    ("MAIL", f"550 {NO}", False), ("MAIL", DROP, False), ("RCPT", DROP, False), ("DATA", DROP, False),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "answer", "for_good"), REFUSALS)
def test_a_refusal_is_told_without_the_address(verb: str, answer: str, for_good: bool) -> None:
    def script(asked: str, _address: str) -> str:
        return answer if asked == verb and sink.counts(verb) == 1 else "250 OK"

    with smtp(script) as sink, Mailer(sink.settings()) as mailer:
        with pytest.raises(Undelivered) as caught:
            mailer.send([TO], written())
        assert caught.value.for_good is for_good
        assert "toasoan" not in str(caught.value).lower()
        if answer != DROP:
            assert answer[:3] in str(caught.value)
        mailer.send([TO], written())
        assert (len(sink.letters), sink.sessions) == (1, 2)


def test_a_connection_that_was_closed_between_two_messages() -> None:
    with smtp() as sink, Mailer(sink.settings()) as mailer:
        mailer.send([TO], written())
        assert mailer._smtp
        assert mailer._smtp.sock
        mailer._smtp.sock.shutdown(2)
        with pytest.raises(Undelivered) as caught:
            mailer.send([TO], written())
        assert not caught.value.for_good
        mailer.send([TO], written())
        assert (len(sink.letters), sink.sessions) == (2, 2)


def test_a_server_that_is_not_there_or_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with pytest.raises(Undelivered) as caught:
        sent_by(Sink())
    assert not caught.value.for_good
    monkeypatch.setattr(mail, "_TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(Undelivered) as caught:
            sent_by(Sink(port=silent.getsockname()[1]))
        assert not caught.value.for_good


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("server", ["certified by itself", "in the open"])
def test_nothing_is_sent_to_a_server_that_shows_no_good_certificate(
    tmp_path: Path, security: str, server: str
) -> None:
    secret: dict[str, Any] = {"tls_context": tls_context(tmp_path)}
    if server == "in the open":
        secret = {}
    elif security == "tls":
        secret = {"ssl_context": secret["tls_context"]}
    with smtp(**(secret if security == "starttls" else {})) as sink, pytest.raises(Undelivered) as caught:  # fmt: skip
        sent_by(sink, security=security)
    told = (caught.value.for_good, sink.letters, sink.asked)
    del caught
    gc.collect()  # a connection that was left open is told of here
    assert told == (False, [], [])


def test_starttls_with_a_certificate_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = tls_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost30.pem"))
    with smtp(tls_context=context, require_starttls=True) as sink:
        settings = MailConfig(server=f"localhost:{sink.port}", sender=SENDER)
        with Mailer(settings) as mailer:
            mailer.send([TO], written())
    assert len(sink.letters) == 1


@pytest.mark.parametrize("password", ["mat-khau-7", "mật-khẩu-7"])
def test_a_login_that_is_refused_tells_no_password(password: str) -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, _data: Any) -> Any:
        return AuthResult(success=False, handled=False)

    with (
        smtp(authenticator=check, auth_require_tls=False) as sink,
        Mailer(sink.settings(user="kho@kho.example", password=password)) as mailer,
    ):
        try:
            mailer.send([TO], written())
            told = "sent"
        except Exception as error:
            told = f"{type(error).__name__} {error} {getattr(error, 'for_good', None)}"
    gc.collect()  # a connection that was left open is told of here
    assert told.startswith("Undelivered ")
    assert told.endswith(" False")
    assert password not in told
    assert sink.letters == []


# The archive: of Gia Viễn two bulletins, of Kim Sơn more than a mail tells, of Hoa Lư what is hostile.
PORTALS = {
    "gia-vien": "Cổng huyện Gia Viễn",
    "kim-son": "Cổng huyện Kim Sơn",
    "hoa-lu": "Hoa Lư <script>alert(1)</script> \"'{{ 7*7 }}{% raw %} \x1b[31m\x07\nBcc: x@boss.example",
}
HOSTILE = "<script>alert(2)</script> \"' onmouseover=alert(3) {{ 7*7 }} {% include 'x' %} ${7*7} \x1b[1m\x07\u202e"
HOMES = Page("1", "Xóa nhà tạm", "UBND huyện hỗ trợ 31 tỷ đồng cho 120 hộ nghèo sửa nhà trong năm 2025.")  # fmt: skip
ROADS = Page("2", "Làm đường", "Xã Gia Hòa làm 12 km đường bê tông nông thôn trong quý I.")
SIX = [Page(f"s{n}", f"Họp số {n}", f"Xã số {n} họp về thu ngân sách {n + 20} tỷ đồng.") for n in range(6)]  # fmt: skip
MANY = 53


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("base")
    with owned_clock(home):
        make_portals(home, PORTALS)
        bring(home, "gia-vien", *SIX, HOMES, ROADS)
        bring(home, "hoa-lu", Page("x", HOSTILE, f"{HOSTILE} hỗ trợ 31 tỷ đồng cho 12 hộ nghèo."))
        bring(
            home, "kim-son",
            *(Page(f"{n}", f"Bản tin số {n}", f"Kim Sơn có {n + 100} hộ nghèo được vay vốn.") for n in range(MANY)),
        )  # fmt: skip
    return home


@pytest.fixture
def home(base: Path, tmp_path: Path, clock: Clock) -> Path:
    folder = tmp_path / "archive"
    shutil.copytree(base, folder)
    clock.forward(minutes=5)
    return folder


@pytest.fixture
def config(home: Path) -> Config:
    return open_home(home, address="http://127.0.0.1:8000")


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    with engine_of(config) as engine:
        yield engine


def told(engine: Engine, site: Site = SITE, after: int = 0, **wish: Any) -> Taken:
    """What a digest of a wish says, as it arrives."""
    key = follow(engine, TO, **wish)
    assert make_due(engine, key, after) == 1
    with smtp() as sink:
        assert send_due(engine, sink.settings(), site).sent == 1
    return sink.letters[0]


def test_a_preview_is_what_is_sent(config: Config, engine: Engine, clock: Clock) -> None:
    site = open_site(config.web, config.home)
    key = follow(engine, TO, q="hộ nghèo", portal="gia-vien")
    rewind(engine, key)
    shown = {part: done(config.home, "digest", "preview", key, *part) for part in ((), ("--html",))}
    asked = ("--query", "hộ nghèo", "--portal", "gia-vien")
    anybody = done(config.home, "digest", "preview", *asked, "--since", "2026-01-01").stdout
    assert make_digests(engine) == 1
    with smtp() as sink:
        send_due(engine, sink.settings(), site)
    (taken,) = sink.letters
    text = taken.part("plain").replace("\r\n", "\n")
    assert text == shown[()].stdout
    assert taken.part("html").replace("\r\n", "\n") == shown[("--html",)].stdout
    assert f"Subject: {taken.message['Subject']}" in shown[()].stderr
    assert anybody == "".join(line for line in text.splitlines(True) if "/u/" not in line)
    assert "hỗ trợ 31 tỷ đồng" in text
    assert "đường" not in text


def test_what_arrives_is_what_was_rendered(engine: Engine) -> None:
    taken = told(engine, q="hộ nghèo")
    (row,) = deliveries(engine)
    found = get_delivery(engine, row.id)
    assert found
    digest = Writer(engine, SITE).of_delivery(*found)
    for kind, name in (("plain", "digest.txt.j2"), ("html", "digest.html.j2")):
        assert taken.part(kind).replace("\r\n", "\n") == render(name, d=digest)
    assert digest.leave_url == f"https://kho.example{taken.link('u')}"
    assert taken.message["Message-ID"] == f"<{row.id}@kho.example>"


def test_a_mail_tells_fifty_and_a_page_the_rest(engine: Engine) -> None:
    taken = told(engine, portal="kim-son")
    text, html = taken.part("plain"), taken.part("html")
    assert text.count("MỚI: Bản tin số") == html.count(">Bản tin số") == 50
    (row,) = deliveries(engine)
    link = SITE.digest_link(row.id)
    assert f"Còn {MANY - 50} bài nữa: {link}" in text
    assert f'Còn {MANY - 50} bài nữa: <a href="{link}">' in html
    assert f"{MANY} bài mới" in taken.message["Subject"]
    found = get_delivery(engine, row.id)
    assert found
    page = Writer(engine, SITE).of_delivery(*found, most=len(row.items))
    assert {e.title for e in page.entries} == {f"Bản tin số {n}" for n in range(MANY)}


def test_hostile_words_are_only_words(engine: Engine) -> None:
    with begin(engine) as session:
        session.execute(
            update(schema.Article)
            .where(schema.Article.portal == "hoa-lu")
            .values(url="javascript:alert(4)")
        )
    key = follow(engine, TO, q='nghèo OR "<b>{{ 7*7 }}</b>"', portal="hoa-lu")
    assert make_due(engine, key) == 1
    with smtp() as sink:
        assert send_due(engine, sink.settings()).sent == 1
    (taken,) = sink.letters
    assert taken.message["Bcc"] is None
    html = Tags(taken.part("html"))
    assert not html.tags & {"script", "b", "img", "iframe"}
    assert not [name for name in html.attributes if name.startswith("on")]
    assert all(link.startswith("https://kho.example/") for link in html.attributes["href"])
    for text in (html.text, taken.part("plain")):
        assert "<script>alert(2)</script> \"' onmouseover=alert(3) {{ 7*7 }} {% include 'x' %} ${7*7}" in text  # fmt: skip
        assert "<script>alert(1)</script> \"'{{ 7*7 }}{% raw %}" in text
        assert "49" not in re.sub(r"https://\S+", "", text)
        assert "javascript:" not in text


def test_control_characters_are_gone(engine: Engine) -> None:
    taken = told(engine, portal="hoa-lu")
    for kind in ("plain", "html"):
        text = taken.part(kind).replace("\r\n", "\n")
        found = {c for c in text if unicodedata.category(c) == "Cc"} - {"\n", "\t"}
        assert not found, kind
        assert "\nBcc:" not in text, kind  # the name of a portal is one line
    assert "\u202e" not in str(taken.message["Subject"])


def test_edited_shows_figures_before_and_after(home: Path, engine: Engine, clock: Clock) -> None:
    key = follow(engine, TO, q="nhà", portal="gia-vien")
    other = follow(engine, "b@toasoan.example", q='"31 tỷ"', portal="gia-vien")
    clock.forward(hours=2)
    bring(home, "gia-vien", HOMES._replace(text=HOMES.text.replace("31 tỷ", "13 tỷ")))
    clock.forward(days=1)
    assert make_digests(engine) == 2
    with smtp() as sink:
        send_due(engine, sink.settings())
    found = {taken.to[0]: taken for taken in sink.letters}
    assert set(found) == {TO, "b@toasoan.example"}  # what was corrected away was wished for too
    for taken in sink.letters:
        assert "ĐÃ SỬA: Xóa nhà tạm" in taken.part("plain")
        assert "31 tỷ đồng -> 13 tỷ đồng" in taken.part("plain")
        assert "120" not in "".join(re.findall("Số liệu đổi.*", taken.part("plain")))
        html = " ".join(Tags(taken.part("html")).text.split())
        assert "31 tỷ đồng → 13 tỷ đồng" in html
        assert "1 bài sửa" in taken.message["Subject"]
    assert get_subscription(engine, key).watermark == get_subscription(engine, other).watermark
    with smtp() as again:
        clock.forward(days=1)
        assert make_digests(engine) == 0
        assert send_due(engine, again.settings()).sent == 0


def test_numbers_keep_what_hedges_them(home: Path, engine: Engine, clock: Clock) -> None:
    """As "hơn 31 tỷ" is not 31 tỷ, and "gần 31 tỷ" another number."""
    hedge = HOMES._replace(
        path="9", title="Xây trường", text="Huyện chi hơn 31 tỷ đồng xây trường."
    )
    bring(home, "gia-vien", hedge)
    key = follow(engine, TO, q="trường", portal="gia-vien")
    rewind(engine, key)
    make_digests(engine)
    clock.forward(hours=2)
    bring(home, "gia-vien", hedge._replace(text=hedge.text.replace("hơn", "gần")))
    clock.forward(days=1)
    make_digests(engine)
    with smtp() as sink:
        assert send_due(engine, sink.settings()).sent == 2
    first, second = (taken.part("plain") for taken in sink.letters)
    assert "Số liệu: hơn 31 tỷ đồng" in first
    assert "hơn 31 tỷ đồng -> gần 31 tỷ đồng" in second


def vanish(engine: Engine, title: str) -> None:
    """Let a portal have taken an article down."""
    with begin(engine) as session:
        edition = session.scalars(select(schema.Edition).where(schema.Edition.title == title)).one()
        article = session.get_one(schema.Article, edition.article_id)
        article.vanished = MADE
        add_line(session, "vanished", article.id, edition.id)


def test_vanished_is_marked(engine: Engine, clock: Clock) -> None:
    key = follow(engine, TO, q="đường", portal="gia-vien")
    vanish(engine, "Làm đường")
    clock.forward(days=1)
    assert make_digests(engine) == 1
    rewind(engine, key)  # for somebody else it is new and gone at once
    assert make_digests(engine) == 1
    with smtp() as sink:
        assert send_due(engine, sink.settings()).sent == 2
    texts = sorted(taken.part("plain") for taken in sink.letters)
    assert "ĐÃ GỠ: Làm đường" in texts[0] + texts[1]
    assert "MỚI (cổng đã gỡ): Làm đường" in texts[0] + texts[1]
    assert sorted(str(taken.message["Subject"]).split(": ")[1][:9] for taken in sink.letters) == ["1 bài gỡ ", "1 bài mới"]  # fmt: skip
    for taken in sink.letters:
        assert 'class="kind vanished"' in taken.part("html")


# Sending what is due.


@pytest.fixture
def both(
    database: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """An archive of three bulletins, on both databases."""
    home = tmp_path / "both"
    home.mkdir()
    monkeypatch.setenv("BANTIN_DB", database)
    make_portals(home, {"gia-vien": "Gia Viễn"})
    bring(home, "gia-vien", HOMES, ROADS)
    with engine_of(open_home(home, database)) as engine:
        yield engine


def test_everything_arrives_once_though_a_third_fails(both: Engine, clock: Clock) -> None:
    readers = [f"ban.doc{n}@toasoan.example" for n in range(21)]
    for reader in readers:
        rewind(both, follow(both, reader, q="hộ nghèo"))
    assert make_digests(both) == len(readers)

    def script(verb: str, _address: str) -> str:
        return "451 4.3.0 later" if verb == "DATA" and sink.counts("DATA") % 3 == 0 else "250 OK"

    with smtp(script) as sink:
        failed, rounds = 0, 0
        while any(row.due for row in deliveries(both)):
            done_ = send_due(both, sink.settings())
            failed, rounds = failed + done_.failed, rounds + 1
            assert send_due(both, sink.settings()).sent == 0  # what failed waits a while
            clock.forward(hours=4)
            assert rounds < 9
    assert failed >= 7
    assert sorted(taken.to[0] for taken in sink.letters) == sorted(readers)
    assert len({taken.message["Message-ID"] for taken in sink.letters}) == len(readers)
    rows = deliveries(both)
    assert all(row.sent and row.error is None for row in rows)
    assert {get_subscription(both, str(row.subscription_id)).bounces for row in rows} == {0}


def test_given_up_after_days_of_trying(engine: Engine, clock: Clock) -> None:
    key = follow(engine, TO, portal="gia-vien")
    make_due(engine, key)
    with smtp(lambda verb, _: "450 full" if verb == "RCPT" else "250 OK") as sink:
        for _ in range(15):
            send_due(engine, sink.settings())
            clock.forward(days=1.1)
        assert sink.counts("RCPT") == 10
    (row,) = deliveries(engine)
    assert (row.due, row.sent, row.tries) == (None, None, 10)
    assert get_subscription(engine, key).bounces == 0  # nobody said that there is no such address


def test_a_server_that_is_down_costs_nobody_a_try(engine: Engine, clock: Clock) -> None:
    keys = [follow(engine, f"an{n}@toasoan.example", portal="gia-vien") for n in range(3)]
    for key in keys:
        make_due(engine, key)
    with smtp() as sink:
        settings = sink.settings()
    for _ in range(30):  # days of it
        assert send_due(engine, settings).failed == 1  # one finds out for all
        clock.forward(hours=5)
    assert {(row.tries, row.sent) for row in deliveries(engine)} == {(0, None)}
    with smtp() as sink:
        assert send_due(engine, sink.settings()).sent == len(keys)


def test_who_was_refused_for_good_may_ask_again(engine: Engine, clock: Clock) -> None:
    key = follow(engine, TO, portal="gia-vien")
    with begin(engine) as session:
        row = session.get_one(schema.Subscription, key)
        row.bounces, row.due = 3, None
    assert subscribe(engine, TO, Wish(portal="gia-vien")) == key
    row = get_subscription(engine, key)
    assert (row.confirmed, row.bounces) == (None, 0)
    assert [delivery.kind for delivery in deliveries(engine)] == ["confirm"]


def refuse(verb: str, _address: str) -> str:
    return "550 5.1.1 nobody" if verb == "RCPT" else "250 OK"


def test_three_refusals_for_good_are_the_end(engine: Engine, clock: Clock) -> None:
    key = follow(engine, TO, portal="gia-vien")
    with smtp(refuse) as sink:
        for number in range(3):
            assert make_due(engine, key, number) == 1
            assert send_due(engine, sink.settings()).failed == 1
            clock.forward(days=1)
        row = get_subscription(engine, key)
        assert (row.bounces, row.due, sink.counts("RCPT")) == (3, None, 3)
        for _ in range(3):
            assert make_digests(engine) == 0
            send_due(engine, sink.settings())
            clock.forward(days=1)
        assert sink.counts("RCPT") == 3
    assert TO not in str([row.error for row in deliveries(engine)])


def test_what_waits_when_the_third_is_refused_is_not_tried(engine: Engine) -> None:
    key = follow(engine, TO, portal="gia-vien")
    assert sum(make_due(engine, key, number) for number in range(5)) == 5
    with smtp(refuse) as sink:
        send_due(engine, sink.settings())
    assert sink.counts("RCPT") == 3


def test_a_message_that_is_taken_forgives_two_refusals(engine: Engine, clock: Clock) -> None:
    key = follow(engine, TO, portal="gia-vien")
    answers = iter(["550 no", "550 no", "250 OK", "550 no", "550 no"])
    with smtp(lambda verb, _: next(answers) if verb == "RCPT" else "250 OK") as sink:
        for number in range(5):
            assert make_due(engine, key, number) == 1
            send_due(engine, sink.settings())
            clock.forward(days=1)
    row = get_subscription(engine, key)
    assert (row.bounces, row.due is None) == (2, False)


def test_nothing_is_sent_to_who_has_left(engine: Engine) -> None:
    keys = [follow(engine, f"r{n}@toasoan.example", portal="gia-vien") for n in range(3)]
    for key in keys:
        make_due(engine, key)
    unsubscribe(engine, keys[0])

    def script(verb: str, address: str) -> str:
        if verb == "DATA":  # while one is sent, the others leave
            for key in keys:
                unsubscribe(engine, key)
        return "250 OK"

    with smtp(script) as sink:
        done_ = send_due(engine, sink.settings())
    assert (done_.sent, len(sink.letters)) == (1, 1)
    assert sink.letters[0].to != ["r0@toasoan.example"]
    with look(engine) as session:
        assert session.scalar(select(func.count()).select_from(schema.Subscription)) == 0
        assert session.scalar(select(func.count()).select_from(schema.Delivery)) == 0


def test_one_that_cannot_be_written_holds_up_no_other(engine: Engine) -> None:
    keys = [follow(engine, f"r{n}@toasoan.example", portal="gia-vien") for n in range(3)]
    for key in keys:
        make_due(engine, key)
    with begin(engine) as session:  # its edition is gone
        row = session.scalars(
            select(schema.Delivery).where(schema.Delivery.subscription_id == min(keys))
        ).one()
        row.items = [item | {"edition": "0" * 16} for item in row.items]
    with smtp() as sink:
        send_due(engine, sink.settings())
    assert len(sink.letters) == 2


def put_alert(engine: Engine) -> None:
    """An alert about a portal in trouble in the outbox."""
    from storage.subscriptions import new_delivery

    item = {"portal": "gia-vien", "kind": "silent", "note": "x\ny", "since": "2026-03-01T07:00+07:00", "ended": None}  # fmt: skip
    with begin(engine) as session:
        session.add(new_delivery("alert", None, (0, 0), [item]))


@pytest.mark.parametrize(
    "operator", ["truc@kho.example", "Ban trực <truc@kho.example>", "Ban truc <truc@kho.example>"]
)
def test_the_operator_is_told(engine: Engine, operator: str) -> None:
    put_alert(engine)
    with smtp() as sink:
        assert send_due(engine, sink.settings(operator=operator)).sent == 1
    (taken,) = sink.letters
    header_lines(taken.raw)
    assert taken.to == ["truc@kho.example"]
    assert taken.message["List-Unsubscribe"] is None
    assert "1 cổng có vấn đề" in taken.message["Subject"]
    assert "Cổng huyện Gia Viễn (gia-vien): im lặng bất thường" in taken.part("plain")


def test_every_message_of_an_archive_can_be_sent(engine: Engine) -> None:
    """What is asked for may be long, with colons and signs: the server takes it, and every header holds."""
    asked = ["cong:gia-vien hộ", "hộ nghèo " * 30, "“nhà ở” OR " * 20 + "hộ", "x" * 400 + " OR hộ"]
    for number, q in enumerate(asked):
        make_due(engine, follow(engine, f"r{number}@toasoan.example", q=q, portal="gia-vien"))
    with smtp() as sink:
        assert send_due(engine, sink.settings()).failed == 0
    assert len(sink.letters) >= 3
    for taken in sink.letters:
        header_lines(taken.raw)
        assert str(taken.message["List-Id"]).startswith("Bantin: ")
        assert not str(taken.message["List-Id"]).startswith("Bantin: cong <")
        assert max(map(len, taken.raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


def test_sending_by_the_command(home: Path, engine: Engine) -> None:
    make_due(engine, follow(engine, TO, portal="gia-vien"))
    refused = bantin(home, "digest", "send")
    assert refused.returncode == 1
    assert "[mail] server" in refused.stderr
    with smtp() as sink:
        text = f'[mail]\nserver = "127.0.0.1:{sink.port}"\nsecurity = "none"\nsender = "{SENDER}"\n'
        (home / "bantin.toml").write_text(text, encoding="utf-8")
        outcome = done(home, "digest", "send")
        assert len(sink.letters) == 1
        assert "1 sent" in outcome.stderr
        assert TO not in outcome.stderr + outcome.stdout
    assert part_text(cast(Any, sink.letters[0].message), "plain")
