"""Backups made while others write, brought back whole; copies from one kind of database to the other."""

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database import begin, open_database
from storage.journal import add_line
from storage.transfer import copy_database, last_line, snapshot
from tests import postgres
from tests.archives import bantin, done, exported, rows

_COUNTED = "SELECT value FROM counter WHERE name = 'journal'"


def test_backup_with_its_archive_comes_back_whole(crawled: Path, tmp_path: Path) -> None:
    before = exported(crawled)
    done(crawled, "backup", "--archive", str(tmp_path / "kept"))
    home = tmp_path / "again"
    home.mkdir()
    done(home, "restore", str(tmp_path / "kept"))
    assert exported(home) == before
    assert done(home, "verify").stdout == ""
    assert len(rows(home, "search", "ho ngheo")) == 9


def test_backup_without_its_archive_needs_the_files(crawled: Path, tmp_path: Path) -> None:
    done(crawled, "backup", str(tmp_path / "kept"))
    home = tmp_path / "again"
    home.mkdir()
    refused = bantin(home, "restore", str(tmp_path / "kept"))
    assert refused.returncode == 1
    assert "missing or shorter" in refused.stderr
    shutil.copytree(crawled / "archive", home / "archive")
    done(home, "restore", str(tmp_path / "kept"))
    assert done(home, "verify").stdout == ""


def test_a_restore_that_was_killed_goes_on(crawled: Path, tmp_path: Path) -> None:
    done(crawled, "backup", "--archive", str(tmp_path / "kept"))
    home = tmp_path / "again"
    first, second, *_ = sorted((tmp_path / "kept" / "archive").rglob("*.warc.gz"))
    for source in (first, second):
        target = home / source.relative_to(tmp_path / "kept")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_name(target.name + ("" if source == first else ".part")).write_bytes(
            source.read_bytes()[: None if source == first else 9]
        )
    (home / "portals").mkdir()
    done(home, "restore", str(tmp_path / "kept"))
    assert exported(home) == exported(crawled)
    assert sorted(p.name for p in (home / "portals").iterdir()) == sorted(
        p.name for p in (crawled / "portals").iterdir()
    )


def test_a_list_of_files_leads_nowhere_else(crawled: Path, tmp_path: Path) -> None:
    done(crawled, "backup", "--archive", str(tmp_path / "kept"))
    manifest = tmp_path / "kept" / "backup.json"
    told = json.loads(manifest.read_text())
    told["files"] = {"../../evil.warc.gz": 3}
    manifest.write_text(json.dumps(told))
    home = tmp_path / "again"
    home.mkdir()
    refused = bantin(home, "restore", str(tmp_path / "kept"))
    assert refused.returncode == 1
    assert "lies outside the archive" in refused.stderr
    assert list(home.iterdir()) == []


def test_nothing_is_overwritten(crawled: Path, tmp_path: Path) -> None:
    done(crawled, "backup", str(tmp_path / "kept"))
    for command in (("backup", str(tmp_path / "kept")), ("restore", str(tmp_path / "kept"))):
        refused = bantin(crawled, *command)
        assert refused.returncode == 1
        assert "already" in refused.stderr
    assert bantin(crawled, "restore", str(tmp_path)).returncode == 1


def test_a_snapshot_is_one_moment(opened: Callable[[], Engine], tmp_path: Path) -> None:
    engine = opened()
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with begin(engine) as session:
                add_line(session, "edition", "a", "e")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            rows_ = snapshot(engine, tmp_path / f"{number}.db")
            copy = open_database(f"sqlite:///{tmp_path / f'{number}.db'}")
            assert rows_["journal"] == last_line(copy)
            with copy.connect() as connection:
                counted = connection.exec_driver_sql(_COUNTED).scalar()
            assert counted in (None, rows_["journal"])
            copy.dispose()
    finally:
        stop.set()
        writer.join()


def test_there_and_back_again(
    crawled: Path, tmp_path: Path, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = exported(crawled)
    address = postgres.fresh_database(postgres_server)
    done(crawled, "copy", "--to", address)
    monkeypatch.setenv("BANTIN_DB", address)
    assert exported(crawled) == before
    assert done(crawled, "verify").stdout == ""
    done(crawled, "copy", "--to", f"sqlite:///{tmp_path / 'back.db'}")
    monkeypatch.setenv("BANTIN_DB", f"sqlite:///{tmp_path / 'back.db'}")
    assert exported(crawled) == before
    refused = bantin(crawled, "copy", "--to", address)
    assert refused.returncode == 1
    assert "holds rows already" in refused.stderr


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, postgres_server: str) -> None:
    source = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with begin(source) as session:
        add_line(session, "edition", "a", "e")
    target = open_database(postgres.fresh_database(postgres_server))
    assert copy_database(source, target)["journal"] == 1
    with begin(target) as session:
        add_line(session, "edition", "a", "e2")
    assert last_line(target) == 2
    source.dispose()
    target.dispose()
