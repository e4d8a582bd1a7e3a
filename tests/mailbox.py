"""A real SMTP server on loopback that keeps what it is sent, and refuses when told to."""

import email
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Message:
    """A message as it came: who it was for, its bytes, and what they say."""

    to: list[str]
    raw: bytes

    @property
    def read(self) -> EmailMessage:
        """The message, parsed."""
        return email.message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.read["Subject"])

    @property
    def key(self) -> str:
        """The Message-ID."""
        return str(self.read["Message-ID"])

    def text(self, kind: str = "plain") -> str:
        """A part of it, decoded."""
        part: Any = self.read.get_body((kind,))
        return str(part.get_content())


class Mailbox:
    """The server; `refuse` may give an answer such as "451 later" in place of taking a message."""

    def __init__(self, refuse: Callable[[], str | None] = lambda: None) -> None:
        self.messages: list[Message] = []
        self.refused = 0
        self._refuse, self._lock = refuse, threading.Lock()
        with socket.socket() as free:  # the controller wants to know its port before it listens
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self._controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message or refuse it (the name is aiosmtpd's)."""
        with self._lock:
            if answer := self._refuse():
                self.refused += 1
                return answer
            self.messages.append(Message(list(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 taken"
