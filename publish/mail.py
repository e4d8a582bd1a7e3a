"""Messages as bytes, and the conversation with the server that takes them."""

import smtplib
import ssl
import time
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from types import TracebackType
from typing import Self

from model.errors import ConfigError
from model.settings import MailConfig
from publish.digest import one_line
from text import VIETNAM

_TIMEOUT = 60  # seconds that a server may take to greet
_PATIENCE = 600  # and to take a message (RFC 5321, 4.5.3.2.6): who hangs up earlier sends it twice
_FOR_GOOD = range(500, 600)
_BYTES = 2_000_000  # of a message; servers take 10 MB and more, readers do not
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True)
class Letter:
    """What is sent to somebody, in plain text and HTML; `leave` is where they end it, null where nothing is to be ended."""

    to: str
    subject: str
    text: str
    html: str | None
    key: str
    made: datetime
    leave: str | None = None


class Undelivered(Exception):  # noqa: N818 -- named by what happened
    """A message was not taken; `for_good` where it never will be, `server_down` where no other will be now either."""

    def __init__(self, told: str, *, for_good: bool = False, server_down: bool = False) -> None:
        super().__init__(told)
        self.for_good, self.server_down = for_good, server_down


def as_bytes(letter: Letter, sender: str, host: str, list_name: str) -> bytes:
    """A letter as RFC 5322 wants it.

    List-Unsubscribe stands on one line whatever its length (RFC 8058), subjects are encoded words of at most 75
    letters (RFC 2047), and no value has a line break. The Message-ID follows from the letter's key: sent twice, it is
    one message, byte for byte.
    """
    lines = [f"{name}: {value}" for name, value in _headers(letter, sender, host, list_name)]
    head = "\r\n".join([*lines, "MIME-Version: 1.0"]).encode("ascii") + b"\r\n"
    plain = _part(letter.text, "plain")
    if letter.html is None:
        return head + plain
    edge = f"=_{letter.key}".encode()  # "=_" is in no quoted-printable text (RFC 2045, 6.7)
    kind = b'Content-Type: multipart/alternative; boundary="' + edge + b'"\r\n\r\n'
    parts = [b"--" + edge + b"\r\n" + part for part in (plain, _part(letter.html, "html"))]
    return head + kind + b"\r\n".join(parts) + b"\r\n--" + edge + b"--\r\n"


def _part(text: str, kind: str) -> bytes:
    """A text as quoted-printable UTF-8: readable in the source, and no line is too long."""
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return head.encode() + b2a_qp(plain, istext=True).replace(b"\n", b"\r\n")


def _headers(letter: Letter, sender: str, host: str, list_name: str) -> list[tuple[str, str]]:
    made = [
        ("From", _mailbox("From", sender)),
        ("To", _mailbox("To", letter.to)),
        ("Subject", _words("Subject", letter.subject)),
        ("Date", format_datetime(letter.made.astimezone(VIETNAM))),
        ("Message-ID", f"<{letter.key}@{host}>"),
        ("Auto-Submitted", "auto-generated"),
    ]  # fmt: skip
    if letter.leave:
        made += [
            ("List-Id", f"{_words('List-Id', list_name)} <digest.{host}>"),
            ("List-Unsubscribe", f"<{one_line(letter.leave)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Precedence", "bulk"),
        ]
    return made


def _words(header: str, text: str) -> str:
    """A text as encoded words, folded."""
    made = Header(one_line(text), "utf-8", maxlinelen=75, header_name=header)
    return made.encode(linesep="\r\n")


def _mailbox(header: str, written: str) -> str:
    """A name and an address as a header has them."""
    name, address = parseaddr(one_line(written))
    if name.isascii():
        return formataddr((name, address))
    return f"{_words(header, name)} <{address}>"


class Mailer:
    """One connection to the server, opened when the first message is sent, and again after it broke."""

    def __init__(self, settings: MailConfig) -> None:
        if settings.server and "@" not in parseaddr(settings.sender)[1]:
            raise ConfigError('[mail] sender: no address; write e.g. "Bantin <bantin@example.vn>"')
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self._hang_up()

    def send(self, to: Sequence[str], message: bytes) -> None:
        """Hand a message over; raises Undelivered where the server does not say that it has it."""
        if len(message) > _BYTES:
            raise Undelivered(f"a message of {len(message)} bytes", for_good=True)
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + 60 / max(self._settings.per_minute, 1)
        try:
            smtp = self._smtp = self._smtp or self._open()
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            told = f"{type(error).__name__}: {_scrubbed(str(error))}"
            raise Undelivered(told, server_down=True) from error
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(_PATIENCE)
            smtp.sendmail(parseaddr(self._settings.sender)[1], to, message)
        except smtplib.SMTPRecipientsRefused as error:
            self._hang_up()
            code, answer = next(iter(error.recipients.values()))
            raise Undelivered(_told(code, answer), for_good=code in _FOR_GOOD) from error
        except smtplib.SMTPResponseException as error:
            self._hang_up()  # it is about the sender, a quota, the text: not about who is to have it
            raise Undelivered(_told(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:  # the server's, or ours
            self._hang_up()
            raise Undelivered(f"{type(error).__name__}: {_scrubbed(str(error))}") from error

    def _open(self) -> smtplib.SMTP:
        security = self._settings.security
        host, _, port = self._settings.server.rpartition(":")
        if not port.isdecimal():
            host, port = self._settings.server, str(_PORTS[security])
        host = host.strip("[]")
        context = ssl.create_default_context()
        if security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, int(port), timeout=_TIMEOUT, context=context
            )
        else:
            smtp = smtplib.SMTP(host, int(port), timeout=_TIMEOUT)
        try:
            if security == "starttls":
                smtp.starttls(context=context)
            if self._settings.user:
                smtp.login(self._settings.user, self._settings.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _hang_up(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
        self._smtp = None


def _told(code: int, told: bytes | str) -> str:
    """A server's answer without the addresses in it."""
    written = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return f"{code} {_scrubbed(written)}"


def _scrubbed(told: str) -> str:
    return " ".join(word for word in told.split() if "@" not in word)[:200]
