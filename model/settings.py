"""What bantin.toml may say beside crawling: the pages' address, mail, the schedule."""

from typing import Literal

import msgspec


class WebConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the pages are: `address` is what links in mails and feeds begin with, without a slash at its end."""

    address: str = "http://127.0.0.1:8000"
    name: str = "Bantin"


class MailConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How mail is sent; without a `server` none is. The password is read from BANTIN_MAIL_PASSWORD.

    `operator` is told of troubles; `per_minute` bounds how many messages are sent; webhooks to private addresses need
    `allow_private`, host and port each.
    """

    server: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    sender: str = ""
    operator: str = ""
    per_minute: int = 300
    allow_private: list[str] = []


class ScheduleConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the schedule does beside refreshing, reading and telling: where backups go, and how many are kept."""

    backup: str = ""
    keep: int = 7
