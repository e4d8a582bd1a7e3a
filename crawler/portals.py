"""Portals: one TOML file each, five lines, no code."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import msgspec

from crawler.addresses import authority, join_url
from crawler.dialects import dialects
from model.errors import ConfigError
from model.records import Portal


class PortalFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a portal's TOML may say."""

    name: str
    home: str
    place: str | None = None
    dialect: str | None = None
    sections: list[str] = []
    feeds: list[str] = []
    delay: Decimal | None = None
    reason: str | None = None
    legacy_tls: bool = False
    closed: str | None = None


def load_portals(folders: Iterable[Path], broken: dict[str, ConfigError]) -> dict[str, Portal]:
    """All portals by slug (the file's name); a later folder wins over an earlier one.

    A file that is wrong goes to `broken`, so that it does not keep the others from their work.
    """
    found: dict[str, Portal] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.toml")):
            found.pop(path.stem, None)
            broken.pop(path.stem, None)
            try:
                found[path.stem] = load_portal(path)
            except ConfigError as error:
                broken[path.stem] = error
    return found


def load_portal(path: Path) -> Portal:
    """One portal; raises ConfigError that names file and key."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        read = msgspec.convert(_plain(msgspec.toml.decode(text)), PortalFile)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from error
    for key, urls in (
        ("home", [read.home]),
        ("sections", _sections(read)),
        ("feeds", _feeds(read)),
    ):
        if wrong := [url for url in urls if not authority(url)]:
            raise ConfigError(f"{path}: {key} must be an http(s) address, got {wrong[0]!r}")
    if read.dialect is not None and read.dialect not in dialects():
        raise ConfigError(
            f"{path}: unknown dialect {read.dialect!r}; known are {', '.join(dialects())}"
        )
    if read.delay is not None and not (read.delay.is_finite() and read.delay >= 0):
        raise ConfigError(f"{path}: delay must be a number of seconds, got {read.delay}")
    return Portal(
        slug=path.stem,
        name=read.name,
        home=read.home,
        place=read.place,
        dialect=read.dialect,
        sections=_sections(read),
        feeds=_feeds(read),
        delay=read.delay,
        reason=read.reason,
        legacy_tls=read.legacy_tls,
        closed=str(read.closed) if read.closed else None,
    )


def _sections(read: PortalFile) -> list[str]:
    return [join_url(read.home, section) for section in read.sections] or [read.home]


def _feeds(read: PortalFile) -> list[str]:
    return [join_url(read.home, feed) for feed in read.feeds]


def _plain(read: object) -> object:
    """Numbers as text before they become decimals, dates as ISO text."""
    if isinstance(read, dict):
        shown = {"delay": str, "closed": str}
        return {key: shown[key](value) if key in shown else value for key, value in read.items()}
    return read
