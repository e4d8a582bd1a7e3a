"""Archives for tests: a folder with the sample portals in it, and the command run inside."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from samples import SampleSite

BANTIN = str(Path(sys.executable).with_name("bantin"))
TOML = 'name = "{name}"\nhome = "{url}"\nplace = "{place}"\nsections = {sections}\n'


class CrawledAll(NamedTuple):
    """An archive of all sample portals, the portals by kind, and what each was asked for in the first crawl."""

    home: Path
    sites: dict[str, SampleSite]
    asked: dict[str, list[str]]


def make_archive(home: Path, sites: Iterable[SampleSite]) -> None:
    """An archive whose portals are the sites, without delay on loopback."""
    (home / "portals").mkdir(parents=True, exist_ok=True)
    hosts = []
    for site in sites:
        hosts.append(site.url.split("/")[2])
        text = TOML.format(
            name=site.name, url=site.url, place=site.place, sections=json.dumps(site.sections)
        )
        (home / "portals" / f"{site.kind}.toml").write_text(text, encoding="utf-8")
    allow_hosts(home, hosts)


def allow_hosts(home: Path, hosts: list[str]) -> None:
    """Let these loopback hosts be crawled without delay."""
    (home / "bantin.toml").write_text(
        f"[crawl]\ndelay = 0.0\nallow_private = {json.dumps(hosts)}\n", encoding="utf-8"
    )


def bantin(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command run in an archive."""
    return subprocess.run(
        [BANTIN, *arguments], cwd=home, capture_output=True, text=True, check=False
    )


def done(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command run in an archive; it has to succeed."""
    outcome = bantin(home, *arguments)
    assert outcome.returncode == 0, outcome.stderr
    return outcome


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    """What the command prints as rows."""
    return [
        json.loads(line) for line in done(home, *arguments, "--format", "jsonl").stdout.splitlines()
    ]


def exported(home: Path) -> dict[str, bytes]:
    """The exports of articles, mentions, figures and people as bytes."""
    found = {}
    for what in ("articles", "mentions", "figures", "people"):
        path = home / f"{what}.jsonl"
        done(home, "export", what, "-f", "jsonl", "-o", str(path))
        found[what] = path.read_bytes()
    return found
