"""Archives for tests: a folder with the sample portals in it, and the command run inside."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from functools import lru_cache
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


_ONE = threading.Lock()


@lru_cache(maxsize=1)
def _server() -> subprocess.Popen[str]:
    """What runs the commands of this test process (tests/forked.py); it ends when its input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.forked"], cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # where numpy is there, it starts threads
    )  # fmt: skip


def bantin(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command run in an archive."""
    with tempfile.TemporaryDirectory() as folder, _ONE:
        out, err = Path(folder, "out"), Path(folder, "err")
        asked = {
            "folder": str(home),
            "arguments": [str(a) for a in arguments],
            "out": str(out),
            "err": str(err),
        }
        server = _server()
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(asked | {"environment": dict(os.environ)}) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(
            ["bantin", *arguments], code, out.read_text("utf-8", "replace"), err.read_text("utf-8")
        )


def done(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command run in an archive; it has to succeed."""
    outcome = bantin(home, *arguments)
    assert outcome.returncode == 0, outcome.stderr + outcome.stdout
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
