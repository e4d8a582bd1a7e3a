"""The index follows the journal: past slow writers, many at once, and kills at any moment."""

import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Engine

from model.clock import now
from storage import schema
from storage.captures import forget_readings
from storage.database import begin, open_database
from storage.ids import derive_id
from storage.index_checks import _check_documents, check_index
from storage.indexes import Indexes
from storage.journal import add_line
from storage.search import SearchIndex
from tests.archives import bantin, done, rows
from text.queries import read_query

KILLS = 20
ROOT = Path(__file__).parent.parent.parent
# What does nothing but index, again and again, from the beginning and by the journal.
INDEXER = """
import sys
from config import load_config
from pathlib import Path
from pipeline.workshop import Workshop
shop = Workshop(load_config(Path("bantin.toml")))
while True:
    print("on", flush=True)
    shop.index.renew()
    shop.figure_index.renew()
"""


def put(
    engine: Engine,
    name: str,
    waits: threading.Event | None = None,
    told: threading.Event | None = None,
) -> None:
    """An article with its line in the journal, committed when the event is there."""
    article, edition = derive_id("article", name), derive_id("edition", name)
    with begin(engine) as session:
        session.add(schema.Article(id=article, portal="p", current=edition))
        session.flush()
        session.add(
            schema.Edition(
                id=edition, article_id=article, capture_id=edition, captured=now(), warc_file="f", warc_offset=0,
                dialect="d", title=name, published="2024-01-01", text=name, reading={"section": None},
            )
        )  # fmt: skip
        add_line(session, "edition", article, edition)
        session.flush()
        if told:
            told.set()
        if waits:
            waits.wait(20)


def found(index: SearchIndex, typed: str) -> int:
    """How many articles a question finds."""
    return index.search(read_query(typed), 1).articles


def make_portal(engine: Engine) -> None:
    with begin(engine) as session:
        session.add(schema.Portal(slug="p", name="p"))


def make_index(engine: Engine, folder: Path, count: int) -> SearchIndex:
    """An index of a portal's first articles: n0, n1 and so on."""
    make_portal(engine)
    for number in range(count):
        put(engine, f"n{number}")
    index = SearchIndex(folder, engine)
    index.catch_up()
    return index


def test_a_transaction_that_commits_late_is_seen(
    opened: Callable[[], Engine], tmp_path: Path
) -> None:
    """Its line has a lower number than nobody's who committed before it: numbers follow commits."""
    engine, other = opened(), opened()
    make_portal(engine)
    index = SearchIndex(tmp_path / "index", engine)
    put(engine, "first")
    go_on, began = threading.Event(), threading.Event()
    slow = threading.Thread(target=put, args=(other, "slow", go_on, began))
    slow.start()
    began.wait(20)
    quick = threading.Thread(target=put, args=(engine, "quick"))
    quick.start()
    time.sleep(0.3)
    index.catch_up()
    assert found(index, "slow OR quick OR first") == 1
    go_on.set()
    slow.join(30)
    quick.join(30)
    assert index.catch_up() == 2
    assert {found(index, name) for name in ("slow", "quick", "first")} == {1}


def test_many_writers_and_an_indexer(opened: Callable[[], Engine], tmp_path: Path) -> None:
    engine = opened()
    make_portal(engine)
    index = SearchIndex(tmp_path / "index", engine)

    def write(number: int) -> None:
        for at in range(15):
            put(engine, f"w{number} a{at}")

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        index.catch_up()
    index.catch_up()
    assert found(index, "tu:01/01/2024") == 60
    assert [found(index, f"w{n}") for n in range(4)] == [15] * 4


def test_indexer_killed_at_any_moment(crawled: Path) -> None:
    """Twenty kills: whatever is left there, the next start finds every bulletin, and verify nothing."""
    dice = random.Random(random.SystemRandom().randrange(10**6))
    wanted = {row["id"] for row in rows(crawled, "search", "huyện OR xã", "--limit", "1000")}
    for number in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", INDEXER], cwd=crawled, env={"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as indexer:  # fmt: skip
            assert indexer.stdout
            indexer.stdout.readline()
            time.sleep(dice.uniform(0, 0.5))
            indexer.send_signal(signal.SIGKILL)
        found = {row["id"] for row in rows(crawled, "search", "huyện OR xã", "--limit", "1000")}
        assert found == wanted, f"after kill {number}"
    done(crawled, "figures", "--min", "1", "-o", "figures.jsonl", "-f", "jsonl")
    assert done(crawled, "verify").stdout == ""


def test_killed_between_commit_and_mark(opened: Callable[[], Engine], tmp_path: Path) -> None:
    """The first build again: each article once."""
    engine = opened()
    index = make_index(engine, tmp_path / "index", 5)
    index._set_mark(0)
    assert SearchIndex(tmp_path / "index", engine).catch_up() == 5
    assert found(index, "tu:01/01/2024") == 5


def test_another_database_is_not_answered_from_this_index(tmp_path: Path) -> None:
    for name, count in (("a", 3), ("b", 5), ("a", 3)):
        path = tmp_path / f"{name}.db"
        known = path.exists()
        engine = open_database(f"sqlite:///{path}")
        if not known:
            make_portal(engine)
            for number in range(count):
                put(engine, f"{name}{number}")
        index = SearchIndex(tmp_path / "index", engine)
        index.catch_up()
        assert found(index, "tu:01/01/2024") == count
        engine.dispose()


def test_a_killed_rebuild_leaves_nothing_out_of_the_index(crawled: Path) -> None:
    """A search between a rebuild that was killed and the crawl that goes on sees less, and later all again."""
    wanted = {row["id"] for row in rows(crawled, "search", "huyện OR xã", "--limit", "1000")}
    engine = open_database(f"sqlite:///{crawled / 'bantin.db'}")
    forget_readings(engine)
    engine.dispose()
    assert rows(crawled, "search", "huyện OR xã") == []
    bantin(crawled, "crawl")
    found = {row["id"] for row in rows(crawled, "search", "huyện OR xã", "--limit", "1000")}
    assert found == wanted
    assert done(crawled, "verify").stdout == ""


def test_verify_of_an_index_from_the_midst_of_a_rebuild(crawled: Path) -> None:
    """Another process holds it when the rebuild ends: the next search makes it anew, and nothing is wrong."""
    wanted = {row["id"] for row in rows(crawled, "search", "huyện OR xã", "--limit", "1000")}
    engine = open_database(f"sqlite:///{crawled / 'bantin.db'}")
    forget_readings(engine)
    indexes = Indexes(crawled / "index", engine)
    indexes.catch_up()
    with FileLock(crawled / "index.lock"), FileLock(crawled / "index-figures.lock"):
        done(crawled, "rebuild")
    with indexes.articles.moment() as moment:
        assert (moment.size(), moment.anew) == (0, True)
    assert done(crawled, "verify").stdout == ""
    found = {row["id"] for row in rows(crawled, "search", "huyện OR xã", "--limit", "1000")}
    assert found == wanted
    engine.dispose()


def test_verify_waits_for_who_makes_the_index(crawled: Path) -> None:
    engine = open_database(f"sqlite:///{crawled / 'bantin.db'}")
    maker, seen = (Indexes(crawled / "index", engine).articles for _ in range(2))
    with ThreadPoolExecutor(1) as pool:
        with maker._lock:
            shutil.rmtree(crawled / "index")
            checking = pool.submit(lambda: list(check_index(seen)))
            time.sleep(1)
            assert not checking.done()
            maker.renew()
        assert checking.result(60) == []
    engine.dispose()


def test_verify_compares_one_moment(opened: Callable[[], Engine], tmp_path: Path) -> None:
    """What is written and indexed while it compares is neither missing nor too much."""
    engine = opened()
    index = make_index(engine, tmp_path / "index", 5)
    put(engine, "later")
    with index.moment() as moment:
        for number in range(5):
            put(engine, f"m{number}")
        with begin(engine) as session:
            edition = session.get_one(schema.Edition, derive_id("edition", "n0"))
            edition.title = "Sửa"
            add_line(session, "reread", edition.article_id, edition.id)
        assert index.catch_up() == 7
        assert (moment.size(), list(_check_documents(index, moment))) == (5, [])
    assert list(check_index(index)) == []
    with begin(engine) as session:  # without a line of the journal: that is a fault
        session.get_one(schema.Edition, derive_id("edition", "n1")).title = "Sửa"
    assert len(list(check_index(index))) == 1


def test_many_threads_ask_an_index_that_is_taken_away(
    opened: Callable[[], Engine], tmp_path: Path
) -> None:
    """Each is answered in full, however often others find it gone and make it anew meanwhile."""
    engine = opened()
    index = make_index(engine, tmp_path / "index", 20)
    with ThreadPoolExecutor(6) as pool:
        for _ in range(20):
            index.catch_up()
            shutil.rmtree(tmp_path / "index")
            told = pool.map(lambda _: found(index, "tu:01/01/2024"), range(6))
            assert list(told) == [20] * 6
