"""Search and storage at size, beside SQLite FTS5 and PostgreSQL full text on the same bulletins in the same run.

`make bench-search` takes 200,000 bulletins; N=1000000 as many as are named. Writes docs/performance.md and its plot.
"""

import argparse
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from storage import schema
from storage.database import open_database
from storage.figure_index import FigureIndex, FigureQuery
from storage.figures import find_figures, group_figures
from storage.queries import Page, portal_places, search_articles
from storage.search import SearchIndex
from tests import postgres
from tests.archives import BANTIN
from tests.perf.corpus import fill_database, make_bulletins, read_vocabulary
from tests.perf.report import USUAL, write_report
from tests.perf.storing import store_articles
from text import fold
from text.queries import read_query

ROUNDS = 3  # of each question, after one that warms up
Times = dict[str, list[float]]


def say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")


def clocked(
    name: str, count: int, unit: str, work: Callable[[], Any], told: dict[str, str]
) -> None:
    """Note how many of something a second some work does."""
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    told[name] = f"{count / seconds:,.0f} {unit}/s"
    say(f"{name}: {told[name]}")


def questions() -> dict[str, list[str]]:
    """What is asked, by class: the words and neighbours that bulletins hold most."""
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for bulletin in make_bulletins(300):
        found = re.findall(r"\w+", bulletin.text.lower())
        words.update({word for word in found if len(word) > 1 and not word.isdigit()})
        for line in re.split(r"[.,;\n]", bulletin.text.lower()):
            row = re.findall(r"[^\W\d]+", line)
            pairs.update({f"{a} {b}" for a, b in pairwise(row)})
    common = [word for word, _ in words.most_common(15)]
    frequent = [f'"{pair}"' for pair, _ in pairs.most_common(80)[::6]]
    phrases = [*frequent[:13], '"hộ nghèo"', '"suất quà"']
    years = [f"tu:01/01/{2015 + n % 11} den:31/12/{2015 + n % 11}" for n in range(15)]
    rare = read_vocabulary().words[400:415]
    return {
        "common word": common,
        "rare word": rare,
        "phrase": phrases,
        "folded phrase": [fold(phrase) for phrase in phrases],
        "phrase, portal, year, by date": [
            f"{phrase} cong:huyen-{7 * n:03d} {years[n]}" for n, phrase in enumerate(phrases)
        ],
        "prefix": [f"{word[:3]}*" for word in common if len(word) > 2][:10],
        "two words, exact over folded": [phrase.strip('"') for phrase in phrases],
        "facets of everything": ["tu:01/01/2015"] * 5,
    }


def timed(ask: Callable[[str], Any], asked: list[str]) -> list[float]:
    """Milliseconds of each question, several times."""
    for question in asked:
        ask(question)
    times = []
    for question in asked * ROUNDS:
        began = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - began) * 1000)
    return times


def ours(engine: Engine, index: SearchIndex) -> Times:
    """Our answers whole: totals, facets, re-posts, 20 results with snippets from the database."""

    def best(question: str) -> Any:
        return search_articles(engine, index, read_query(question), Page(question))

    def newest(question: str) -> Any:
        return search_articles(engine, index, read_query(question), Page(question, "newest"))

    return {
        name: timed(newest if "by date" in name else best, asked)
        for name, asked in questions().items()
    }


def figures(engine: Engine, index: FigureIndex) -> Times:
    places = portal_places(engine)
    asked = questions()

    def group(question: str, kind: str) -> Any:
        return group_figures(index, FigureQuery(read_query(question), type=kind), "month", places)

    def first(question: str) -> Any:
        return next(find_figures(engine, index, FigureQuery(read_query(question))), None)

    return {
        "figures: two words, money, by month": timed(
            lambda q: group(q, "money"), asked["two words, exact over folded"]
        ),
        "figures: folded phrase, counts, by month": timed(
            lambda q: group(q, "count"), asked["folded phrase"]
        ),
        "figures: common word, money, by month": timed(
            lambda q: group(q, "money"), asked["common word"]
        ),
        "figures: phrase, first rows": timed(first, asked["phrase"]),
    }


class Fts5:
    """SQLite's own full text search over the same texts, marks folded."""

    def __init__(self, source: Path, folder: Path, told: dict[str, str], count: int) -> None:
        self.connection = sqlite3.connect(folder / "fts.db")
        self.connection.execute("PRAGMA journal_mode=OFF")
        self.connection.execute(f"ATTACH 'file:{source}?mode=ro' AS ours")
        self.connection.execute(
            "CREATE TABLE doc (id INTEGER PRIMARY KEY, portal, published, body)"
        )
        self.connection.execute(
            "INSERT INTO doc SELECT e.rowid, a.portal, e.published, e.text FROM ours.edition e"
            " JOIN ours.article a ON a.id = e.article_id"
        )
        self.connection.execute(
            "CREATE VIRTUAL TABLE fts USING fts5(body, content='doc', content_rowid='id',"
            " tokenize='unicode61 remove_diacritics 2', prefix='')"
        )
        clocked("FTS5 build", count, "bulletins", self._build, told)
        size = (folder / "fts.db").stat().st_size
        told["FTS5 size with its texts"] = f"{size / 2**20:,.0f} MB"

    def _build(self) -> None:
        self.connection.execute("INSERT INTO fts(fts) VALUES ('rebuild')")
        self.connection.commit()

    def ask(self, question: str) -> Any:
        words, first, last, portal = plain(question)
        match = (
            words
            if words.endswith("*") or '"' in words
            else " ".join(f'"{w}"' for w in words.split())
        )
        told = "SELECT rowid, snippet(fts, 0, '[', ']', '…', 20) FROM fts WHERE fts MATCH ?"
        if portal:
            rows = "SELECT id FROM doc WHERE portal = ? AND published BETWEEN ? AND ?"
            sql = f"{told} AND rowid IN ({rows}) ORDER BY rowid DESC LIMIT 20"
            return self.connection.execute(sql, (match, portal, first, last)).fetchall()
        return self.connection.execute(f"{told} ORDER BY rank LIMIT 20", (match,)).fetchall()


class Postgres:
    """PostgreSQL's own full text search over the same texts."""

    def __init__(self, address: str, source: Engine, told: dict[str, str], count: int) -> None:
        self.connection = psycopg.connect(address.replace("+psycopg", ""), autocommit=True)
        self.connection.execute(
            "CREATE TABLE doc (id text, portal text, published text, body text, tsv tsvector)"
        )
        with Session(source) as session, self.connection.cursor() as cursor:
            edition, article = schema.Edition, schema.Article
            asked = select(edition.id, article.portal, edition.published, edition.text)
            asked = asked.join(article, article.id == edition.article_id)
            with cursor.copy("COPY doc (id, portal, published, body) FROM STDIN") as copy:
                for row in session.execute(asked.execution_options(yield_per=1000)):
                    copy.write_row(tuple(row))
        clocked("PostgreSQL tsvector and GIN", count, "bulletins", self._build, told)
        size = self.connection.execute("SELECT pg_total_relation_size('doc')").fetchone()
        told["PostgreSQL size with its texts"] = f"{(size or [0])[0] / 2**20:,.0f} MB"

    def _build(self) -> None:
        self.connection.execute("UPDATE doc SET tsv = to_tsvector('simple', body)")
        self.connection.execute("CREATE INDEX ON doc USING gin (tsv)")
        self.connection.execute("CREATE INDEX ON doc (portal, published)")
        self.connection.execute("VACUUM ANALYZE doc")

    def ask(self, question: str) -> Any:
        words, first, last, portal = plain(question)
        bare = words.strip('"')
        query, value = ("phraseto_tsquery" if '"' in words else "plainto_tsquery"), bare
        if words.endswith("*"):
            query, value = "to_tsquery", f"{bare[:-1]}:*"
        where = f"tsv @@ {query}('simple', %s)"
        if portal:
            sql = f"SELECT id FROM doc WHERE {where} AND portal = %s AND published BETWEEN %s AND %s ORDER BY published DESC LIMIT 20"
            return self.connection.execute(sql.encode(), (value, portal, first, last)).fetchall()
        sql = f"SELECT id FROM doc WHERE {where} ORDER BY ts_rank(tsv, {query}('simple', %s)) DESC LIMIT 20"
        return self.connection.execute(sql.encode(), (value, value)).fetchall()


def plain(question: str) -> tuple[str, str, str, str]:
    """The words of a question, its days and its portal."""
    portal = re.search(r"cong:(\S+)", question)
    days = [f"{d[6:]}-{d[3:5]}-{d[:2]}" for d in re.findall(r"(?:tu|den):(\S+)", question)]
    words = re.sub(r"\w+:\S+", "", question).strip()
    return words, *(days or ["", ""])[:2], portal[1] if portal else ""  # type: ignore[return-value]


def exporting(home: Path, told: dict[str, str]) -> None:
    """A long export by the command, and the most memory it takes."""
    command = [
        BANTIN,
        "export",
        "mentions",
        "-f",
        "csv",
        "-o",
        str(home / "mentions.csv"),
        "--to",
        "2020-12-31",
    ]
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=home, stderr=subprocess.DEVNULL)
    most = 0  # of the program itself; what wait4(2) tells begins with the memory of who started it
    while child.poll() is None:
        status = Path(f"/proc/{child.pid}/status").read_text(encoding="utf-8")
        held = re.search(r"VmHWM:\s+(\d+)", status)
        most = max(most, int(held[1]) // 1024 if held else 0)
        time.sleep(0.1)
    seconds = time.perf_counter() - began
    assert child.returncode == 0
    with (home / "mentions.csv").open("rb") as file:
        rows = sum(1 for _ in file) - 1
    told["CSV export of mentions"] = (
        f"{rows:,} rows, {rows / seconds:,.0f} rows/s, {most} MB at most"
    )
    say(told["CSV export of mentions"])


def telling(home: Path, told: dict[str, str]) -> None:
    """Ten thousand digests, in a process of its own."""
    command = [sys.executable, "-m", "tests.perf.digests", str(home / "bantin.db")]
    told["digests"] = subprocess.check_output(command, text=True).strip()
    say(told["digests"])


def folder_size(folder: Path) -> str:
    return f"{sum(path.stat().st_size for path in folder.iterdir()) / 2**20:,.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=USUAL, help="bulletins")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    chosen = parser.parse_args()
    count: int = chosen.count
    told: dict[str, str] = {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store_articles(home / "store", told, say)
        subprocess.run([BANTIN, "init"], cwd=home, check=True, stderr=subprocess.DEVNULL)
        engine = open_database(f"sqlite:///{home / 'bantin.db'}")
        stack.callback(engine.dispose)
        clocked(
            "generator and rows", count, "bulletins", lambda: fill_database(engine, count), told
        )
        told["database"] = f"{(home / 'bantin.db').stat().st_size / 2**20:,.0f} MB"
        index, of_figures = (
            SearchIndex(home / "index", engine),
            FigureIndex(home / "index-figures", engine),
        )
        clocked("index of articles", count, "bulletins", index.catch_up, told)
        clocked("index of figures", 10 * count, "figures", of_figures.catch_up, told)
        told["size of the index, and of figures"] = (
            f"{folder_size(home / 'index')}, {folder_size(home / 'index-figures')}"
        )
        times: dict[str, Times] = {"ours": ours(engine, index) | figures(engine, of_figures)}
        exporting(home, told)
        telling(home, told)
        fts = Fts5(home / "bantin.db", home, told, count)
        asked = {
            name: found for name, found in questions().items() if not name.startswith("facets")
        }
        times["FTS5"] = {name: timed(fts.ask, found) for name, found in asked.items()}
        address = postgres.fresh_database(stack.enter_context(postgres.server()))
        other = Postgres(address, engine, told, count)
        del asked["folded phrase"]  # it has no such thing
        times["PostgreSQL"] = {name: timed(other.ask, found) for name, found in asked.items()}
        other.connection.close()
    write_report(count, told, times, write=chosen.write)


if __name__ == "__main__":
    main()
