"""An article that the portal takes down is marked vanished, with its editions kept, and comes back if it does."""

import sqlite3
from pathlib import Path

import pytest

from samples import NUKEVIET, UIARTICLE, SampleSite
from tests.archives import bantin, done, exported, make_archive, rows


def make_due(home: Path) -> None:
    with sqlite3.connect(home / "bantin.db") as database:
        database.execute(
            "UPDATE page SET due = '2020-01-01 00:00:00.000000' WHERE kind = 'article'"
        )


@pytest.mark.parametrize(
    "kind", [NUKEVIET, UIARTICLE]
)  # a real 404, and a page that says so with 200
def test_vanished(tmp_path: Path, kind: str) -> None:
    with SampleSite(kind) as site:
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl")
        whole = site.articles
        address = site.remove()
        make_due(tmp_path)
        second = bantin(tmp_path, "crawl")
        assert "1 article vanished" in second.stderr, second.stderr
        assert second.returncode == 0
        (status,) = rows(tmp_path, "status")
        assert (status["articles"], status["editions"], status["vanished"]) == (
            len(whole),
            len(whole),
            1,
        )
        gone = [row for row in _articles(tmp_path) if row["vanished"]]
        assert [row["url"] for row in gone] == [address]
        done(tmp_path, "crawl")
        with sqlite3.connect(tmp_path / "bantin.db") as database:
            told = database.execute(
                "SELECT count(*) FROM journal WHERE event = 'vanished'"
            ).fetchone()
        assert told == (1,)
        before = exported(tmp_path)
        done(tmp_path, "rebuild")
        assert exported(tmp_path) == before
        assert done(tmp_path, "verify").stdout == ""
        site.edit()  # the oldest article is there again
        make_due(tmp_path)
        done(tmp_path, "crawl")
        assert rows(tmp_path, "status")[0]["vanished"] == 0


def _articles(home: Path) -> list[dict[str, str]]:
    import json

    done(home, "export", "articles", "-f", "jsonl", "-o", "a.jsonl")
    return [json.loads(line) for line in (home / "a.jsonl").read_text().splitlines()]


def test_out_of_its_list_while_the_neighbours_stay(tmp_path: Path) -> None:
    with SampleSite("sharepoint") as site:
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl")
        listed = list(site._edition)
        url = site.unlist()
        done(tmp_path, "crawl")
        (gone,) = [row for row in _articles(tmp_path) if row["vanished"]]
        assert gone["url"] == url
        assert gone["seen"] < gone["vanished"]
        done(tmp_path, "rebuild")
        assert [row["url"] for row in _articles(tmp_path) if row["vanished"]] == [url]
        site._edition = listed
        done(tmp_path, "crawl")
        assert not [row for row in _articles(tmp_path) if row["vanished"]]
        assert rows(tmp_path, "status")[0]["editions"] == len(site.articles)
        assert done(tmp_path, "verify").stdout == ""
