"""Portals: one TOML file each, five lines, no code."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import msgspec

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
    delay: Decimal | None = None
    reason: str | None = None
    closed: str | None = None


def load_portals(folders: Iterable[Path]) -> dict[str, Portal]:
    """All portals by slug (the file's name); a later folder wins over an earlier one."""
    found: dict[str, Portal] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.toml")):
            found[path.stem] = load_portal(path)
    return found


def load_portal(path: Path) -> Portal:
    """One portal; raises ConfigError that names file and key."""
    try:
        read = msgspec.convert(_plain(msgspec.toml.decode(path.read_bytes())), PortalFile)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if urlsplit(read.home).scheme not in ("http", "https"):
        raise ConfigError(f"{path}: home must be an http(s) address, got {read.home!r}")
    if read.dialect is not None and read.dialect not in dialects():
        raise ConfigError(
            f"{path}: unknown dialect {read.dialect!r}; known are {', '.join(dialects())}"
        )
    return Portal(
        slug=path.stem,
        name=read.name,
        home=read.home,
        place=read.place,
        dialect=read.dialect,
        sections=[urljoin(read.home, s) for s in read.sections] or [read.home],
        delay=read.delay,
        reason=read.reason,
        closed=str(read.closed) if read.closed else None,
    )


def _plain(read: object) -> object:
    """Numbers as text before they become decimals, dates as ISO text."""
    if isinstance(read, dict):
        shown = {"delay": str, "closed": str}
        return {key: shown[key](value) if key in shown else value for key, value in read.items()}
    return read
