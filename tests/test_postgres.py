"""The whole of it on PostgreSQL: what SQLite says, PostgreSQL says, byte for byte."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.archives import done, exported, rows

ASKED = [
    ("search", "ho ngheo"), ("search", '"hộ nghèo" OR NTM', "--sort", "newest"), ("search", "noi:\"Gia Viễn\""),
    ("figures", "--type", "money", "--min", "30e9"), ("figures", "--type", "money", "--by", "year"),
    ("figures", "--noun", "hộ nghèo"), ("people", "Giàng A Páo"),
]  # fmt: skip


def asked(home: Path, question: tuple[str, ...]) -> list[Any]:
    """What a verb answers; scores depend on how the index grew, so that what is ranked comes by id."""
    found = rows(home, *question)
    ranked = question[0] == "search" and "newest" not in question
    return sorted((row["id"], row["snippet"]) for row in found) if ranked else found


@pytest.fixture
def twin(
    crawled_once: Path, tmp_path: Path, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The archive of the sample portals made anew on PostgreSQL from its WARC files alone."""
    home = tmp_path / "twin"
    shutil.copytree(crawled_once, home, ignore=shutil.ignore_patterns("bantin.db*", "index*"))
    monkeypatch.setenv("BANTIN_DB", postgres.fresh_database(postgres_server))
    done(home, "rebuild")
    return home


def test_both_databases_say_the_same(
    crawled_once: Path, twin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = exported(twin)
    answers = [asked(twin, question) for question in ASKED]
    assert done(twin, "verify").stdout == ""
    monkeypatch.delenv("BANTIN_DB")
    assert told == exported(crawled_once)
    assert answers == [asked(crawled_once, question) for question in ASKED]


def test_corrections_and_rebuild(twin: Path) -> None:
    figure = rows(twin, "figures", "--type", "money", "--min", "30e9")[0]["id"]
    done(twin, "figures", "correct", figure, "--value", "7e12", "--reason", "misread")
    done(twin, "rebuild")
    assert done(twin, "verify").stdout == ""
    found = {r["id"]: r["value"] for r in rows(twin, "figures", "--type", "money", "--min", "6e12")}
    assert found[figure] == "7000000000000"
