"""`bantin verify` names whatever was damaged, and the article it concerns."""

import json
import random
import shutil
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config import load_config
from model.records import plain
from pipeline.rebuild import rebuild
from pipeline.verify import verify
from pipeline.workshop import Workshop
from storage.corrections import correct_figure
from tests.archives import bantin, done, rows


def faults(home: Path) -> list[Any]:
    """What `verify` finds, asked in this process."""
    return [plain(f) for f in verify(Workshop(load_config(home / "bantin.toml")), quiet)]


def quiet(_line: str) -> None:
    pass


def findings(home: Path) -> list[dict[str, Any]]:
    """What the command `bantin verify` prints."""
    outcome = bantin(home, "verify", "--format", "jsonl")
    found = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert outcome.returncode == (1 if found else 0), outcome.stderr
    assert "Traceback" not in outcome.stderr
    return found


def change(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "bantin.db") as database:
        database.execute("PRAGMA foreign_keys = OFF")
        assert database.execute(statement).rowcount == 1


def ask(home: Path, question: str) -> Any:
    with sqlite3.connect(home / "bantin.db") as database:
        return database.execute(question).fetchone()


def test_nothing_is_wrong_and_nothing_is_changed(crawled: Path) -> None:
    assert findings(crawled) == []


@pytest.mark.parametrize("part", ["request", "gzip header", "response"])
def test_one_byte_flipped(crawled: Path, part: str) -> None:
    file, start, offset, length, article = ask(
        crawled,
        "SELECT warc_file, warc_start, warc_offset, warc_length, article_id FROM capture "
        "WHERE state = 'read' AND warc_start > 0 ORDER BY id",
    )
    spans = {
        "request": (start + 20, offset),
        "gzip header": (offset + 4, offset + 9),
        "response": (offset + 20, start + length),
    }
    path = crawled / "archive" / file
    data = bytearray(path.read_bytes())
    data[random.SystemRandom().randrange(*spans[part])] ^= 0x10
    path.write_bytes(data)
    found = faults(crawled)
    assert [f["article_id"] for f in found] == [article], found


def test_file_missing(crawled: Path) -> None:
    path = max((crawled / "archive").rglob("*.warc.gz"), key=lambda p: p.stat().st_size)
    name = path.relative_to(crawled / "archive").as_posix()
    with sqlite3.connect(crawled / "bantin.db") as database:
        articles = {a for (a,) in database.execute(
            "SELECT article_id FROM capture WHERE warc_file = ? AND state = 'read'", (name,))}  # fmt: skip
    path.unlink()
    found = findings(crawled)
    assert articles <= {f["article_id"] for f in found}
    assert all(name in f["what"] and "No such file" in f["problem"] for f in found)


def test_file_cut(imported: Path) -> None:
    path = max((imported / "archive").rglob("*.warc.gz"), key=lambda p: p.stat().st_size)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert len(faults(imported)) > 1


CHANGED_BY_HAND = [
    ("UPDATE figure SET value = value + 1 WHERE id = (SELECT min(id) FROM figure WHERE value IS NOT NULL)", "figure"),
    ("UPDATE figure SET sentence = 'x' WHERE id = (SELECT max(id) FROM figure)", "figure"),
    ("DELETE FROM figure WHERE id = (SELECT min(id) FROM figure)", "figure"),
    ("UPDATE mention SET name = 'Ai Đó' WHERE id = (SELECT min(id) FROM mention)", "mention"),
    ("UPDATE time SET first = '1999-01-01' WHERE id = (SELECT min(id) FROM time)", "time"),
    ("UPDATE office SET title = 'Vua' WHERE id = (SELECT min(id) FROM office)", "office"),
    ("UPDATE edition SET title = title || ' ' WHERE id = (SELECT min(id) FROM edition)", "title"),
    ("UPDATE edition SET published = '2001-01-01' WHERE id = (SELECT min(id) FROM edition)", "published"),
    ("UPDATE edition SET text = text || '.' WHERE id = (SELECT max(id) FROM edition)", "text"),
    ("UPDATE article SET url = 'http://x/' WHERE id = (SELECT min(id) FROM article)", "article"),
    ("UPDATE capture SET url = 'http://x/' WHERE id = (SELECT min(id) FROM capture WHERE state = 'read')", "url"),
    ("UPDATE capture SET digest = 'sha1:x' WHERE id = (SELECT min(id) FROM capture WHERE state = 'read')", "digest"),
    ("UPDATE capture SET captured = '2020-01-01 00:00:00.000000' WHERE id = (SELECT max(id) FROM capture WHERE state = 'read')", "captured"),
    ("UPDATE capture SET warc_offset = 1 WHERE id = (SELECT max(id) FROM capture WHERE state = 'read')", ""),
    ("UPDATE person SET name = 'Ai Đó' WHERE id = (SELECT id FROM person ORDER BY id LIMIT 1)", "person"),
    ("UPDATE sighting SET person_id = 'x' WHERE id = (SELECT min(id) FROM sighting)", "sighting"),
    ("UPDATE sighting SET key = 'ai đó' WHERE id = (SELECT min(id) FROM sighting)", "sighting"),
    ("DELETE FROM person WHERE id = (SELECT min(id) FROM person)", "person"),
    ("DELETE FROM edition WHERE id = (SELECT min(id) FROM edition)", "edition"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "named"), CHANGED_BY_HAND)
def test_one_row_changed_by_hand(imported: Path, statement: str, named: str) -> None:
    change(imported, statement)
    found = faults(imported)
    assert any(named in f["what"] + f["problem"] and f["article_id"] for f in found), found
    if "UPDATE capture" not in statement:
        rebuild(Workshop(load_config(imported / "bantin.toml")), quiet)
        assert faults(imported) == []


READ = "(SELECT min(id) FROM capture WHERE state = 'read')"
NOT_PASSED_OVER = [
    *(f"UPDATE capture SET state = '{state}' WHERE id = {READ}" for state in ("due", "failed", "lost", "kept", "reax")),
    f"UPDATE capture SET read_by = 'x' WHERE id = {READ}",
    f"UPDATE capture SET warc_file = char(0) WHERE id = {READ}",
    f"UPDATE capture SET warc_length = 4611686018427387904 WHERE id = {READ}",
    f"UPDATE capture SET warc_start = 'abc' WHERE id = {READ}",
    f"UPDATE capture SET captured = 'abc' WHERE id = {READ}",
    "UPDATE edition SET annotated_by = 'x' WHERE id = (SELECT min(id) FROM edition)",
    "UPDATE edition SET reading = '{}' WHERE id = (SELECT min(id) FROM edition)",
    "UPDATE edition SET reading = 'x' WHERE id = (SELECT min(id) FROM edition)",
    "UPDATE figure SET read = 'x' WHERE id = (SELECT min(id) FROM figure)",
    "UPDATE edition SET article_id = 'x' WHERE id = (SELECT min(id) FROM edition)",
    "UPDATE article SET portal = 'x' WHERE id = (SELECT min(id) FROM article)",
    "DELETE FROM article WHERE id = (SELECT min(id) FROM article)",
    "DELETE FROM portal WHERE slug = 'mau-nukeviet'",
    "UPDATE journal SET article_id = 'x' WHERE number = 1",
    "UPDATE correction SET scaled = 5",
    "UPDATE correction SET value = '5'",
    "UPDATE correction SET figure_id = 'x'",
    "UPDATE correction SET reason = 'another'",
    "DELETE FROM correction",
]  # fmt: skip


@pytest.mark.parametrize("statement", NOT_PASSED_OVER)
def test_row_that_holds_what_cannot_be_is_named(imported: Path, statement: str) -> None:
    shop = Workshop(load_config(imported / "bantin.toml"))
    figure = ask(imported, "SELECT min(id) FROM figure WHERE type = 'count'")[0]
    correct_figure(shop.engine, figure, Decimal(7), "misread")
    shop.engine.dispose()
    change(imported, statement)
    assert faults(imported)


@pytest.mark.parametrize("which", ["min", "max"])
def test_journal_with_a_gap(imported: Path, which: str) -> None:
    change(imported, f"DELETE FROM journal WHERE number = (SELECT {which}(number) FROM journal)")
    assert any(f["what"] == "journal" for f in faults(imported))


def test_index_deleted_mends_itself(crawled: Path) -> None:
    shutil.rmtree(crawled / "index")
    assert [f["what"] for f in findings(crawled)] == ["index"]
    assert len(rows(crawled, "search", "ho ngheo")) == 9
    assert findings(crawled) == []


@pytest.mark.parametrize("victim", ["meta.json", "*.store", "*.idx", "journal.txt"])
def test_index_damaged_mends_itself(imported: Path, victim: str) -> None:
    for path in (imported / "index").glob(victim):
        path.write_bytes(b"damaged")
    assert {f["what"] for f in faults(imported)} == {"index"}
    assert len(rows(imported, "search", "huyen")) == 7
    assert faults(imported) == []


def test_article_missing_in_the_index_is_named(imported: Path) -> None:
    from storage.search import SearchIndex

    index = SearchIndex(imported / "index", None)  # type: ignore[arg-type]
    article = rows(imported, "search", "huyen")[0]["id"]
    writer = index._index.writer(heap_size=64_000_000, num_threads=1)
    writer.delete_documents_by_term("id", article)
    writer.commit()
    writer.wait_merging_threads()
    assert [(f["what"], f["article_id"]) for f in faults(imported)] == [("index", article)]


def test_unfinished_end_is_no_fault(imported: Path) -> None:
    path = max((imported / "archive").rglob("*.warc.gz"), key=lambda p: p.stat().st_size)
    with path.open("ab") as file:
        file.write(path.read_bytes()[:300])
    assert faults(imported) == []


def test_exchange_without_a_row_is_named(crawled: Path) -> None:
    change(
        crawled,
        "DELETE FROM capture WHERE id = (SELECT id FROM capture WHERE kind = 'robots' LIMIT 1)",
    )
    assert len(faults(crawled)) == 1
    done(crawled, "rebuild")
    assert faults(crawled) == []
