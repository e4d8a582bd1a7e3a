"""The whole way over real HTTP: crawl, archive, read, annotate, store, search."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import main
from samples import NUKEVIET, UIARTICLE, SampleSite

TOML = 'name = "{name}"\nhome = "{url}"\nplace = "{place}"\nsections = {sections}\n'


@pytest.fixture
def sites() -> Iterator[list[SampleSite]]:
    found = [SampleSite(UIARTICLE), SampleSite(NUKEVIET)]
    for site in found:
        site.start()
    yield found
    for site in found:
        site.close()


def make_archive(home: Path, sites: list[SampleSite]) -> None:
    (home / "portals").mkdir(parents=True)
    hosts = [site.url.split("/")[2] for site in sites]
    (home / "bantin.toml").write_text(
        f"[crawl]\ndelay = 0.0\nallow_private = {json.dumps(hosts)}\n"
    )
    for site in sites:
        text = TOML.format(
            name=site.name, url=site.url, place=site.place, sections=json.dumps(site.sections)
        )
        (home / "portals" / f"{site.kind}.toml").write_text(text)


def bantin(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("bantin")), *arguments]
    return subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    done = bantin(home, *arguments, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_crawl_once_then_only_what_is_due(tmp_path: Path, sites: list[SampleSite]) -> None:
    make_archive(tmp_path, sites)
    first = bantin(tmp_path, "crawl")
    assert first.returncode == 0, first.stderr
    held = {row["portal"]: row["articles"] for row in rows(tmp_path, "status")}
    assert held == {site.kind: len(site.articles) for site in sites}
    for site in sites:
        asked = [r for r in site.requests if "robots" not in r]
        assert len(asked) == len(set(asked)) or site.kind == UIARTICLE
        assert not any(
            bait in r
            for r in site.requests
            for bait in ("/admin", "/users", "print", "savefile", "/seek")
        )
        site.requests.clear()
        site.edit()
    second = bantin(tmp_path, "crawl")
    assert "0 new, 2 edited" in second.stderr
    status = rows(tmp_path, "status")
    assert all(row["editions"] == row["articles"] + 1 for row in status)
    third = bantin(tmp_path, "crawl")
    assert "0 new, 0 edited" in third.stderr
    figures = rows(tmp_path, "figures", "--type", "money", "--min", "100e9")
    assert figures
    assert all(
        row["text"] in row["sentence"] or "  " in row["text"] or "\u00a0" in row["text"]
        for row in figures
    )
    assert rows(tmp_path, "search", "ho ngheo")
    people = rows(tmp_path, "people", "Giàng A Páo")
    assert people[0]["offices"][0]["title"] == "Chủ tịch Hội Nông dân huyện"


def test_unknown_portal_and_broken_toml(tmp_path: Path) -> None:
    (tmp_path / "portals").mkdir()
    unknown = bantin(tmp_path, "crawl", "nowhere")
    assert unknown.returncode == 1
    assert len(unknown.stderr.splitlines()) == 1
    (tmp_path / "portals" / "x.toml").write_text(
        'name = "x"\nhome = "http://x.example/"\ntitel = 1\n'
    )
    broken = bantin(tmp_path, "portals", "list")
    assert broken.returncode == 1
    assert "x.toml" in broken.stderr
    assert "titel" in broken.stderr


def test_private_host_is_refused_unless_named(tmp_path: Path, sites: list[SampleSite]) -> None:
    make_archive(tmp_path, sites[:1])
    (tmp_path / "bantin.toml").write_text("[crawl]\ndelay = 0.0\n")
    done = bantin(tmp_path, "crawl")
    assert done.returncode == 1
    assert sites[0].requests == []


def test_import_of_the_seed(tmp_path: Path) -> None:
    folder = os.environ.get("BANTIN_SEED")
    if not folder:
        pytest.skip("BANTIN_SEED is not set")
    seed = str(next(Path(folder).glob("gia-vien-*.txt")))
    place = "huyện Gia Viễn, tỉnh Ninh Bình"
    assert bantin(tmp_path, "init").returncode == 0
    assert (
        "1 new" in bantin(tmp_path, "import", seed, "--portal", "gia-vien", "--place", place).stderr
    )
    assert (
        "0 new, 0 edited"
        in bantin(tmp_path, "import", seed, "--portal", "gia-vien", "--place", place).stderr
    )
    for query, total in (
        ("ho ngheo", 1),
        ("hộ nghèo", 1),
        ("doi tuong nguoi co cong", 1),
        ("họ nghèo", 0),
    ):
        assert len(rows(tmp_path, "search", query)) == total, query
    money = rows(tmp_path, "figures", "--type", "money", "--min", "30e9")
    assert [(m["value"], m["currency"], m["qualifier"]) for m in money] == [
        ("31000000000", "VND", "over")
    ]
    assert len(rows(tmp_path, "figures")) == 10
    people = {p["name"]: [o["title"] for o in p["offices"]] for p in rows(tmp_path, "people")}
    assert people == {
        "Vũ Thị Dược": ["Huyện ủy viên", "Phó Chủ tịch UBND huyện"],
        "Kim Thoả": [],
    }


def test_help_has_examples() -> None:
    for verb in (
        "init",
        "crawl",
        "import",
        "read",
        "annotate",
        "search",
        "show",
        "figures",
        "people",
        "status",
    ):
        outcome = CliRunner().invoke(main, [verb, "--help"])
        assert outcome.exit_code == 0
        assert "Example" in outcome.stdout, verb
