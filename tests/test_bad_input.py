"""Bad input of every kind: one clear line each, the rest goes on, status 3 or 1, nothing lost."""

import shutil
import socket
import sqlite3
from pathlib import Path

import pytest

from samples import NUKEVIET, SampleSite
from tests.archives import allow_hosts, bantin, done, make_archive, rows
from tests.hostile import hostile_portal

RECORDED = Path(__file__).parent / "portals/mau-nukeviet/515/page.html"


def add_portal(home: Path, slug: str, url: str) -> None:
    (home / "portals").mkdir(exist_ok=True)
    (home / "portals" / f"{slug}.toml").write_text(f'name = "{slug}"\nhome = "{url}"\n')


def lines_with(text: str, part: str) -> list[str]:
    return [line for line in text.splitlines() if part in line]


def test_unknown_portal(tmp_path: Path) -> None:
    done(tmp_path, "init")
    outcome = bantin(tmp_path, "crawl", "nowhere")
    assert outcome.returncode == 1
    assert outcome.stderr.splitlines() == lines_with(outcome.stderr, "nowhere: no such portal")


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ('name = "x"\nhome = "http://x.example/"\ntitel = 1\n', "titel"),
        ('name = "x"\nhome = "ftp://x.example/"\n', "home"),
        ('name = "x"\nhome = "http://x.example/"\nsections = "/tin"\n', "sections"),
        ('name = "x"\nhome = "http://x.example/"\ndialect = "word"\n', "dialect"),
        ('name = "x"\nhome = \n', "line 2"),
    ],
)
def test_broken_portal_file_stops_only_its_portal(tmp_path: Path, toml: str, named: str) -> None:
    with SampleSite(NUKEVIET) as site:
        make_archive(tmp_path, [site])
        (tmp_path / "portals" / "x.toml").write_text(toml)
        outcome = bantin(tmp_path, "crawl", "--limit", "2")
    assert outcome.returncode == 3
    told = lines_with(outcome.stderr, "x.toml")
    assert len(told) == 1
    assert named in told[0]
    assert "2 new" in outcome.stderr
    listed = bantin(tmp_path, "portals", "list", "--format", "jsonl")
    assert (listed.returncode, len(listed.stdout.splitlines())) == (3, 1)


def test_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / "bantin.toml").write_text("[crawl]\ndealy = 2.0\n")
    outcome = bantin(tmp_path, "status")
    assert outcome.returncode == 1
    assert "bantin.toml" in outcome.stderr
    assert "dealy" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_unreachable_host_beside_a_good_one(tmp_path: Path) -> None:
    with socket.socket() as free, SampleSite(NUKEVIET) as site:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
        make_archive(tmp_path, [site])
        allow_hosts(tmp_path, [host, site.url.split("/")[2]])
        add_portal(tmp_path, "dark", f"http://{host}/")
        outcome = bantin(tmp_path, "crawl", "--limit", "2")
    assert outcome.returncode == 3
    assert len(lines_with(outcome.stderr, "refuses connections")) == 1
    assert "Traceback" not in outcome.stderr
    assert "2 new" in outcome.stderr


def test_unknown_host_alone(tmp_path: Path) -> None:
    add_portal(tmp_path, "dark", "http://no-such-portal.invalid/")
    outcome = bantin(tmp_path, "crawl")
    assert outcome.returncode == 1
    assert len(lines_with(outcome.stderr, "no such host")) == 1


def test_pages_that_misbehave(tmp_path: Path) -> None:
    with hostile_portal() as (url, _):
        add_portal(tmp_path, "bad", url)
        allow_hosts(tmp_path, [url.split("/")[2]])
        outcome = bantin(tmp_path, "crawl")
    assert outcome.returncode == 3, outcome.stderr
    assert "Traceback" not in outcome.stderr
    for name, why in (
        ("huge-2", "larger than 20 MB"),
        ("packed-3", "gzip body"),
        ("cut-4", "cut short"),
        ("broken-5", "answered 500"),
        ("bomb-7", "more than 20 MB"),
    ):
        told = lines_with(outcome.stderr, name)
        assert len(told) == 1, (name, outcome.stderr)
        assert why in told[0]
    assert {row["native_id"] for row in export_articles(tmp_path)} == {"1", "6"}
    assert done(tmp_path, "verify").stdout == ""
    assert bantin(tmp_path, "rebuild").returncode == 0
    assert {row["native_id"] for row in export_articles(tmp_path)} == {"1", "6"}


def export_articles(home: Path) -> list[dict[str, str]]:
    import json

    done(home, "export", "articles", "-f", "jsonl", "-o", "articles.jsonl")
    return [json.loads(line) for line in (home / "articles.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    ("status", "fetched"), [(404, True), (403, True), (200, False), (500, False)]
)
def test_robots(tmp_path: Path, status: int, fetched: bool) -> None:
    with hostile_portal(robots=status) as (url, asked):
        add_portal(tmp_path, "bad", url)
        allow_hosts(tmp_path, [url.split("/")[2]])
        outcome = bantin(tmp_path, "crawl", "--limit", "1")
    assert ("/" in asked) == fetched
    assert 1 <= asked.count("/robots.txt") <= 3  # a server error is tried again
    if not fetched:
        assert outcome.returncode == 1
        assert len(lines_with(outcome.stderr, "robots.txt")) == 1


def test_import_of_what_is_no_page(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF-1.4")
    (folder / "b.html").write_bytes(b"")
    with (folder / "c.html").open("wb") as large:
        large.truncate(50 << 20)
    shutil.copy(RECORDED, folder / "d.html")
    outcome = bantin(tmp_path, "import", str(folder), str(tmp_path / "none.html"))
    assert outcome.returncode == 3
    for name in ("a.pdf", "b.html", "c.html", "none.html"):
        assert len(lines_with(outcome.stderr, name)) == 1, outcome.stderr
    assert "1 new" in outcome.stderr
    read = bantin(tmp_path, "read", str(folder / "c.html"))
    assert read.returncode == 1
    assert "20 MB" in read.stderr


@pytest.mark.parametrize("packed", [True, False])
def test_import_of_a_warc_cut_in_the_middle(
    tmp_path: Path, crawled_once: Path, packed: bool
) -> None:
    import gzip

    source = max(crawled_once.glob("archive/nukeviet/*.warc.gz"), key=lambda p: p.stat().st_size)
    whole = source.read_bytes() if packed else gzip.decompress(source.read_bytes())
    cut = tmp_path / ("cut.warc.gz" if packed else "cut.warc")
    half = len(whole) // 2
    while whole[half : half + 2] == b"\x1f\x8b" or whole[half : half + 4] == b"WARC":
        half -= 1  # between two records nothing is cut
    cut.write_bytes(whole[:half])
    outcome = bantin(tmp_path, "import", str(cut), "--portal", "kho")
    assert outcome.returncode == 3
    assert len(lines_with(outcome.stderr, "cut short")) == 1
    held = rows(tmp_path, "status")[0]["articles"]
    assert 3 < held < 21
    again = bantin(tmp_path, "import", str(cut), "--portal", "kho")
    assert "0 new, 0 edited" in again.stderr
    cut.write_bytes(whole)
    assert bantin(tmp_path, "import", str(cut), "--portal", "kho").returncode == 0
    assert rows(tmp_path, "status")[0]["articles"] == 21


def test_database_of_a_newer_version(crawled: Path) -> None:
    with sqlite3.connect(crawled / "bantin.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    outcome = bantin(crawled, "status")
    assert outcome.returncode == 1
    assert "newer version" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/x.db", "nonsense", "oracle+none://x"])
def test_database_that_is_not_there(tmp_path: Path, url: str) -> None:
    outcome = bantin(tmp_path, "--db", url, "status")
    assert outcome.returncode == 1
    assert "Traceback" not in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "bantin.db").write_bytes(b"x" * 5000)
    outcome = bantin(tmp_path, "status")
    assert outcome.returncode == 1
    assert "bantin.db" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
