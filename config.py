"""One frozen Config from bantin.toml and the environment, read once, passed as an argument."""

import os
from decimal import Decimal
from pathlib import Path

import msgspec

from model.errors import ConfigError
from model.settings import MailConfig, ScheduleConfig, WebConfig

NAME = "bantin.toml"
TEMPLATE = """\
# An archive of Bantin. Portals of your own go into portals/, one TOML file each.

[crawl]
delay = 2.0            # seconds between two requests to a host
contact = ""           # how a portal's operator can reach you; sent with every request
attachments = true     # archive the files that articles offer, up to 20 MB each
allow_private = []     # hosts on private addresses that may be crawled, e.g. ["127.0.0.1:8080"]

[web]
address = "http://127.0.0.1:8000"   # what links in mails and feeds begin with
contact = ""           # where corrections and removals are asked for, shown on the page "about"
per_minute = 600       # requests of one reader; 0 is no bound
operator = ""          # what `bantin password` prints; without it there are no operator's pages

[mail]
server = ""            # host:port; without one no mail is sent
security = "starttls"  # or "tls", or "none"
user = ""              # its password is better kept in BANTIN_MAIL_PASSWORD than here
sender = ""            # e.g. "Bantin <bantin@example.vn>"
operator = ""          # who is told of portals in trouble

[schedule]
backup = ""            # a folder for daily backups, e.g. "/mnt/disk"
"""
PROJECT_PORTALS = Path(__file__).parent / "portals"


class CrawlConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What bantin.toml may say about crawling."""

    delay: Decimal = Decimal("2.0")
    contact: str = ""
    allow_private: list[str] = []
    attachments: bool = True


class Config(msgspec.Struct, frozen=True):
    """Where an archive lies and how it crawls."""

    home: Path
    database: str
    crawl: CrawlConfig = CrawlConfig()
    web: WebConfig = WebConfig()
    mail: MailConfig = MailConfig()
    schedule: ScheduleConfig = ScheduleConfig()

    @property
    def archive(self) -> Path:
        return self.home / "archive"

    @property
    def index(self) -> Path:
        return self.home / "index"

    @property
    def portal_folders(self) -> list[Path]:
        return [PROJECT_PORTALS, self.home / "portals"]


def has_archive(home: Path) -> bool:
    """Whether a folder is an archive, or the beginning of one."""
    return any((home / name).exists() for name in (NAME, "bantin.db", "archive", "portals"))


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    crawl: CrawlConfig = CrawlConfig()
    web: WebConfig = WebConfig()
    mail: MailConfig = MailConfig()
    schedule: ScheduleConfig = ScheduleConfig()


def load_config(path: Path | None = None, database: str | None = None) -> Config:
    """The configuration of the archive in this folder; raises ConfigError that names file and key.

    The file is `path`, else BANTIN_CONFIG, else bantin.toml here; without a file the defaults hold.
    """
    chosen = path or Path(os.environ.get("BANTIN_CONFIG") or NAME)
    home = chosen.resolve().parent
    if path is not None and not chosen.exists():
        raise ConfigError(f"{chosen}: no such file; `bantin init` writes one")
    read = _read(chosen) if chosen.exists() else _File()
    url = database or os.environ.get("BANTIN_DB") or f"sqlite:///{home / 'bantin.db'}"
    password = os.environ.get("BANTIN_MAIL_PASSWORD") or read.mail.password
    mail = msgspec.structs.replace(read.mail, password=password)
    operator = os.environ.get("BANTIN_OPERATOR") or read.web.operator
    web = msgspec.structs.replace(read.web, operator=operator)
    return Config(
        home=home, database=url, crawl=read.crawl, web=web, mail=mail, schedule=read.schedule
    )  # fmt: skip


def _read(path: Path) -> _File:
    try:
        read = msgspec.toml.decode(path.read_bytes().decode("utf-8-sig"))
        crawl = read.get("crawl")
        if isinstance(crawl, dict) and isinstance(crawl.get("delay"), (int, float)):
            crawl["delay"] = str(crawl["delay"])
        found = msgspec.convert(read, _File)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if not (found.crawl.delay.is_finite() and found.crawl.delay >= 0):
        raise ConfigError(
            f"{path}: [crawl] delay must be a number of seconds, got {found.crawl.delay}"
        )
    return found


def init_archive(folder: Path) -> list[Path]:
    """Write an empty archive into a folder; returns what was made, nothing when it was there."""
    made = []
    for name in ("archive", "portals"):
        if not (folder / name).is_dir():
            (folder / name).mkdir(parents=True)
            made.append(folder / name)
    if not (folder / NAME).exists():
        (folder / NAME).write_text(TEMPLATE, encoding="utf-8")
        made.append(folder / NAME)
    return made
