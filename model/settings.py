"""What bantin.toml may say beside crawling: the pages' address, mail, the schedule."""

from typing import Literal

import msgspec

KEY_FILE = "secret"  # the file of an archive whose content signs the links in mails


class WebConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the pages are: `address` is what links in mails and feeds begin with, `name` what the site is called.

    A path in `address` is a prefix of all pages. `contact` is where corrections and removals are asked for. One reader
    may ask `per_minute` times (0: as often as they like), all together `at_once`. `operator` is the argon2 hash of the
    operator's password, "" without the operator's pages; BANTIN_OPERATOR goes before it.
    """

    address: str = "http://127.0.0.1:8000"
    name: str = "Bantin"
    contact: str = ""
    per_minute: int = 600
    at_once: int = 16
    operator: str = ""


class MailConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How mail is sent; without a `server` none is. BANTIN_MAIL_PASSWORD goes before a `password` that is written here.

    `operator` is told of troubles; `per_minute` bounds how many messages are sent; webhooks to private addresses need
    `allow_private`, host and port each.
    """

    server: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""
    operator: str = ""
    per_minute: int = 300
    allow_private: list[str] = []


class ScheduleConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the schedule does beside refreshing, reading and telling: where backups go, and how many are kept."""

    backup: str = ""
    keep: int = 7
