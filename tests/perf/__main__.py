"""Search and storage at size, beside SQLite FTS5 and PostgreSQL full text on the same bulletins in the same run.

`make bench-search` takes 200,000 bulletins; N=1000000 as many as are named. Writes docs/performance.md and its plot.
With `--home DIR` everything is kept there, and a run that was stopped goes on where it was.
"""

import argparse
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import normalize

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
from tests.perf.corpus import DAYS, FIRST, fill_database, make_bulletins, read_vocabulary
from tests.perf.report import FEW, USUAL, write_report
from tests.perf.storing import store_articles
from text import fold
from text.queries import read_query

ROUNDS = (
    3  # of each question, after one that warms up; one where there are more bulletins than usual
)
EXPORTED = 1_050_000  # rows
Times = dict[str, list[float]]


class Notes:
    """What was measured, by step; kept in a file, so that a run that was stopped goes on."""

    def __init__(self, home: Path, count: int) -> None:
        self._path, self.count = home / "measured.json", count
        kept = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else {}
        self.told: dict[str, str] = kept.get("told", {})
        self.times: dict[str, Times] = kept.get("times", {})

    def once(self, name: str, work: Callable[[], Any]) -> None:
        """Do a step that was not done; what it notes is kept with it."""
        if name in self.told or name in self.times:
            return
        work()
        kept = {"told": self.told, "times": self.times}
        self._path.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")

    def clocked(self, name: str, count: int, unit: str, work: Callable[[], Any]) -> None:
        """Note how many of something a second some work does."""

        def measure() -> None:
            began = time.perf_counter()
            work()
            self.told[name] = f"{count / (time.perf_counter() - began):,.0f} {unit}/s"
            say(f"{name}: {self.told[name]}")

        self.once(name, measure)

    def timed(self, ask: Callable[[str], Any], asked: list[str]) -> list[float]:
        """Milliseconds of each question, several times."""
        for question in asked:
            ask(question)
        times = []
        for question in asked * (ROUNDS if self.count <= USUAL else 1):
            began = time.perf_counter()
            ask(question)
            times.append((time.perf_counter() - began) * 1000)
        return times


def say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")


def questions() -> dict[str, list[str]]:
    """What is asked, by class: the words and neighbours that bulletins hold most."""
    words: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for bulletin in make_bulletins(300):
        text = normalize("NFC", bulletin.text.lower())  # some come in pieces: o, ng
        found = re.findall(r"\w+", text)
        words.update(sorted({word for word in found if len(word) > 1 and not word.isdigit()}))
        for line in re.split(r"[.,;\n]", text):
            row = re.findall(r"[^\W\d]+", line)
            pairs.update(sorted({f"{a} {b}" for a, b in pairwise(row)}))
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


def ours(notes: Notes, engine: Engine, index: SearchIndex) -> Times:
    """Our answers whole: totals, facets, re-posts, 20 results with snippets from the database."""

    def best(question: str) -> Any:
        return search_articles(engine, index, read_query(question), Page(question))

    def newest(question: str) -> Any:
        return search_articles(engine, index, read_query(question), Page(question, "newest"))

    return {
        name: notes.timed(newest if "by date" in name else best, asked)
        for name, asked in questions().items()
    }


def figures(notes: Notes, engine: Engine, index: FigureIndex) -> Times:
    places = portal_places(engine)
    asked = questions()

    def group(question: str, kind: str) -> Any:
        return group_figures(index, FigureQuery(read_query(question), type=kind), "month", places)

    def first(question: str) -> Any:
        return next(find_figures(engine, index, FigureQuery(read_query(question))), None)

    return {
        "figures: two words, money, by month": notes.timed(
            lambda q: group(q, "money"), asked["two words, exact over folded"]
        ),
        "figures: folded phrase, counts, by month": notes.timed(
            lambda q: group(q, "count"), asked["folded phrase"]
        ),
        "figures: common word, money, by month": notes.timed(
            lambda q: group(q, "money"), asked["common word"]
        ),
        "figures: phrase, first rows": notes.timed(first, asked["phrase"]),
    }


class Fts5:
    """SQLite's own full text search over the same texts, marks folded."""

    def __init__(self, source: Path, folder: Path) -> None:
        (folder / "fts.db").unlink(missing_ok=True)
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

    def build(self) -> None:
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

    def __init__(self, address: str, source: Engine) -> None:
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

    def build(self) -> None:
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


def exporting(home: Path, notes: Notes) -> None:
    """An export of a million rows by the command, and the most memory it takes."""
    last = FIRST + timedelta(days=min(DAYS, DAYS * EXPORTED // (10 * notes.count)))
    path = home / "mentions.csv"
    command = [BANTIN, "export", "mentions", "-f", "csv", "-o", str(path), "--to", last.isoformat()]
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
    with path.open("rb") as file:
        rows = sum(1 for _ in file) - 1
    path.unlink()
    notes.told["CSV export of mentions"] = (
        f"{rows:,} rows, {rows / seconds:,.0f} rows/s, {most} MB at most"
    )
    say(notes.told["CSV export of mentions"])


def telling(home: Path, notes: Notes) -> None:
    """Ten thousand digests, in a process of its own."""
    command = [sys.executable, "-m", "tests.perf.digests", str(home / "bantin.db")]
    notes.told["digests"] = subprocess.check_output(command, text=True).strip()
    say(notes.told["digests"])


def folder_size(folder: Path) -> str:
    return f"{sum(path.stat().st_size for path in folder.iterdir()) / 2**20:,.0f} MB"


def build(home: Path, notes: Notes) -> Engine:
    """The archive of so many bulletins with both indexes."""
    count, steps = notes.count, ("generator and rows", "index of articles", "index of figures")
    made = (("bantin.db*",), ("index",), ("index-figures",))
    for step, patterns in zip(steps, made, strict=True):
        if step not in notes.told:  # what is half done would be no measure
            for path in (path for pattern in patterns for path in home.glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    subprocess.run([BANTIN, "init"], cwd=home, check=True, stderr=subprocess.DEVNULL)
    engine = open_database(f"sqlite:///{home / 'bantin.db'}")
    notes.clocked(steps[0], count, "bulletins", lambda: fill_database(engine, count))
    notes.told["database"] = f"{(home / 'bantin.db').stat().st_size / 2**20:,.0f} MB"
    notes.clocked(steps[1], count, "bulletins", SearchIndex(home / "index", engine).catch_up)
    notes.clocked(
        steps[2], 10 * count, "figures", FigureIndex(home / "index-figures", engine).catch_up
    )
    notes.told["size of the index, and of figures"] = (
        f"{folder_size(home / 'index')}, {folder_size(home / 'index-figures')}"
    )
    return engine


def ask_ours(home: Path, notes: Notes, engine: Engine) -> None:
    index, of_figures = (
        SearchIndex(home / "index", engine),
        FigureIndex(home / "index-figures", engine),
    )
    notes.times["ours"] = ours(notes, engine, index) | figures(notes, engine, of_figures)
    say("ours asked")


def ask_others(home: Path, notes: Notes, engine: Engine, stack: ExitStack) -> None:
    """FTS5, then PostgreSQL, each built and asked where it was not."""
    asked = {name: found for name, found in questions().items() if not name.startswith("facets")}

    def ask_fts() -> None:
        other = Fts5(home / "bantin.db", home)
        notes.clocked("FTS5 build", notes.count, "bulletins", other.build)
        size = (home / "fts.db").stat().st_size
        notes.told["FTS5 size with its texts"] = f"{size / 2**20:,.0f} MB"
        notes.times["FTS5"] = {name: notes.timed(other.ask, found) for name, found in asked.items()}
        other.connection.close()

    def ask_postgres() -> None:
        address = postgres.fresh_database(stack.enter_context(postgres.server()))
        other = Postgres(address, engine)
        notes.clocked("PostgreSQL tsvector and GIN", notes.count, "bulletins", other.build)
        size = other.connection.execute("SELECT pg_total_relation_size('doc')").fetchone()
        notes.told["PostgreSQL size with its texts"] = f"{(size or [0])[0] / 2**20:,.0f} MB"
        del asked["folded phrase"]  # it has no such thing
        few = None if notes.count <= USUAL else FEW
        notes.times["PostgreSQL"] = {
            name: notes.timed(other.ask, found[:few]) for name, found in asked.items()
        }
        other.connection.close()

    notes.once("FTS5", ask_fts)
    notes.once("PostgreSQL", ask_postgres)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=USUAL, help="bulletins")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--home", type=Path, help="keep everything in this folder")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        home = chosen.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        notes = Notes(home, chosen.count)
        notes.once(
            "storing, indexes included", lambda: store_articles(home / "store", notes.told, say)
        )
        engine = build(home, notes)
        stack.callback(engine.dispose)
        notes.once("ours", lambda: ask_ours(home, notes, engine))
        notes.once("CSV export of mentions", lambda: exporting(home, notes))
        notes.once("digests", lambda: telling(home, notes))
        ask_others(home, notes, engine, stack)
    write_report(chosen.count, notes.told, notes.times, write=chosen.write)


if __name__ == "__main__":
    main()
