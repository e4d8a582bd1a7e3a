"""The whole way over real HTTP: crawl, archive, read, annotate, store, search."""

import os
from pathlib import Path

import pytest

from samples import UIARTICLE, SampleSite
from tests.archives import bantin, make_archive, rows


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
