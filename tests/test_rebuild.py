"""`bantin rebuild`: everything derived is remade from the WARC files, ids and what people said are kept."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pipeline.reading
from config import load_config
from crawler import read_page
from model.records import Article, RawPage
from pipeline.reading import read_due
from pipeline.rebuild import rebuild
from pipeline.workshop import Tally, Workshop
from tests.archives import BANTIN, bantin, done, exported, rows

# Ends the program when anything asks for a connection or a name.
OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise SystemExit(f"asked the network: {event} {arguments}")
sys.addaudithook(refuse)
from cli import main
main(sys.argv[1:])
"""


def table(home: Path, question: str) -> list[Any]:
    with sqlite3.connect(home / "bantin.db") as database:
        return database.execute(question).fetchall()


def quiet(_line: str) -> None:
    pass


def test_exports_are_byte_identical_with_the_network_off(crawled: Path) -> None:
    before, journal = exported(crawled), table(crawled, "SELECT * FROM journal")
    command = [sys.executable, "-c", OFFLINE, "rebuild"]
    made = subprocess.run(command, cwd=crawled, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert "46 editions made anew" in made.stderr
    assert exported(crawled) == before
    assert table(crawled, "SELECT * FROM journal") == journal
    assert done(crawled, "verify").stdout == ""
    assert len(rows(crawled, "search", "ho ngheo")) == 9


def test_the_archive_alone_is_enough(crawled: Path) -> None:
    before = exported(crawled)
    for path in crawled.glob("bantin.db*"):
        path.unlink()
    shutil.rmtree(crawled / "index")
    shutil.rmtree(crawled / "portals")
    done(crawled, "rebuild")
    assert exported(crawled) == before
    assert done(crawled, "verify").stdout == ""
    assert table(crawled, "SELECT count(*) FROM page WHERE acknowledged IS NOT NULL") == [
        (46,)
    ]  # 2 files
    assert table(crawled, "SELECT count(*) FROM page WHERE due < datetime('now')") == [(0,)]


def test_corrections_are_kept(crawled: Path) -> None:
    wrong, other = rows(crawled, "figures", "--type", "money", "--min", "100e9")[:2]
    done(crawled, "figures", "reject", wrong["id"], "--reason", "a telephone number")
    done(crawled, "figures", "correct", other["id"], "--value", "7e12", "--reason", "misread")
    for _ in range(2):
        found = {
            row["id"]: row for row in rows(crawled, "figures", "--min", "6e12", "--type", "money")
        }
        assert found[other["id"]]["value"] == "7000000000000"
        assert found[other["id"]]["text"] == other["text"]
        assert "corrected" in found[other["id"]]["flags"]
        assert wrong["id"] not in {row["id"] for row in rows(crawled, "figures")}
        done(crawled, "rebuild")
    assert len(table(crawled, "SELECT * FROM journal WHERE event = 'correction'")) == 2
    unknown = bantin(crawled, "figures", "reject", "0" * 16, "--reason", "x")
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (1, 1)


def ids(home: Path) -> dict[str, set[Any]]:
    return {
        name: {key for (key,) in table(home, f"SELECT id FROM {name}")}
        for name in ("article", "edition", "mention", "figure", "person")
    }


def test_another_annotator_gives_new_readings_and_no_new_editions(
    crawled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, journal = ids(crawled), len(table(crawled, "SELECT * FROM journal"))
    monkeypatch.setattr(pipeline.reading, "reader_version", lambda: "another")
    shop = Workshop(load_config(crawled / "bantin.toml"))
    assert str(read_due(shop, Tally(), quiet)) == "0 new, 0 edited, 0 unchanged, 0 failed"
    assert ids(crawled) == before
    lines = table(crawled, f"SELECT event FROM journal WHERE number > {journal}")
    assert lines == [("reading",)] * 46
    rebuild(shop, quiet)
    assert ids(crawled) == before
    assert len(table(crawled, "SELECT * FROM journal")) == journal + 46


def test_another_extractor_gives_no_new_editions(
    crawled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every text changes, and what the edit changed is read no more: still the editions are the old ones."""
    before = ids(crawled)

    def shortened(raw: RawPage) -> Article:
        article = read_page(raw)
        start, end = article.sections["title"]
        return msgspec.structs.replace(
            article, text=article.text[start:end], body="", lead=None, byline=None,
            sections={"title": (start, end)}, tables=[],
        )  # fmt: skip

    monkeypatch.setattr(pipeline.reading, "read_page", shortened)
    monkeypatch.setattr(pipeline.reading, "extractor_version", lambda: "another")
    shop = Workshop(load_config(crawled / "bantin.toml"))
    tally = read_due(shop, Tally(), quiet)
    assert (tally.new, tally.edited) == (0, 0)
    rebuild(shop, quiet)
    after = ids(crawled)
    assert (after["article"], after["edition"]) == (before["article"], before["edition"])
    told = table(crawled, "SELECT count(*) FROM journal WHERE event = 'edition'")
    assert told == [(46,)]


def test_killed_rebuild_goes_on(crawled: Path) -> None:
    before = exported(crawled)
    for after in (0.6, 0.9, 1.2):
        with subprocess.Popen(
            [BANTIN, "rebuild"], cwd=crawled, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as going:
            time.sleep(after)
            os.kill(going.pid, signal.SIGKILL)
    done(crawled, "rebuild")
    assert exported(crawled) == before
    assert done(crawled, "verify").stdout == ""


def test_what_only_the_database_still_knows_is_kept(crawled: Path) -> None:
    before = exported(crawled)
    for path in (crawled / "archive" / "nukeviet").iterdir():
        path.unlink()
    outcome = bantin(crawled, "rebuild")
    assert outcome.returncode == 3
    assert "22 editions kept" in outcome.stderr
    assert exported(crawled) == before


def test_own_file_cut_in_the_middle_is_told_and_loses_nothing(crawled: Path) -> None:
    before = exported(crawled)
    path = max((crawled / "archive").rglob("*.warc.gz"), key=lambda p: p.stat().st_size)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    outcome = bantin(crawled, "rebuild")
    assert outcome.returncode == 3
    assert (
        len([line for line in outcome.stderr.splitlines() if "without a readable record" in line])
        == 1
    )
    assert exported(crawled) == before
