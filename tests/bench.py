"""How fast the parts are, each as a ratio to something known in the same run: `make bench`.

Nothing is asserted: machines differ, ratios within one run do less.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

from bs4 import BeautifulSoup
from rich.console import Console
from rich.table import Table
from underthesea import ner

from config import load_config
from crawler import read_page
from model.records import Document, Exchange, Portal, RawPage
from nlp import annotate
from nlp.annotate import read_figures
from nlp.masks import Mask, find_documents
from nlp.meaning import Context, give_meaning
from nlp.source import read_source
from nlp.stock import stock_entities
from nlp.times import find_times
from pipeline.crawling import crawl_portal
from pipeline.reading import read_due
from pipeline.rebuild import rebuild
from pipeline.verify import verify
from pipeline.workshop import Tally, Workshop
from samples import NUKEVIET, UIARTICLE, SampleSite
from storage.archive import Archive
from storage.database import look
from storage.queries import Page, search_articles
from tests.archives import BANTIN, allow_hosts, done, make_archive
from tests.bigportal import SECTION, big_portal
from tests.eval import gold_bulletins, our_annotations
from text.queries import read_query

BARE = """
import scrapy
class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for url in {urls!r}:
            yield scrapy.Request(url)
    def parse(self, response): pass
"""
Row = tuple[str, str, str, str]


def timed(work: Callable[[], object], at_least: float = 0.6) -> float:
    """Seconds of one run, the mean of as many as fit into a moment, after one to warm up."""
    work()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < at_least:
        work()
        count += 1
    return (time.perf_counter() - began) / count


def annotating() -> Row:
    """The whole of annotate on the bulletins in view, nothing remembered from pass to pass."""
    bulletins = [b for name in ("gold", "fresh", "own") for b in gold_bulletins(name)]

    def ours() -> None:
        stock_entities.cache_clear()
        for bulletin in bulletins:
            our_annotations(bulletin)

    size = sum(len(b["text"].encode()) for b in bulletins)
    seconds = timed(ours)
    asked = bulletins[:33]
    known = timed(lambda: [ner(line) for b in asked for line in b["text"].split("\n") if line])
    stock = known / sum(len(b["text"].encode()) for b in asked) * size
    return ("annotate, one core", f"{size / seconds / 3000:.0f} bulletins of 3 kB a second",
            "underthesea ner, line by line", f"{stock / seconds:.1f} times as fast")  # fmt: skip


def figures_and_times() -> list[Row]:
    """Figures with their values and times, and with what they mean, beside Duckling where it is installed."""
    texts = [b["text"] for name in ("gold", "own") for b in gold_bulletins(name)]
    size, letters = sum(len(t.encode()) for t in texts) / 1e6, sum(map(len, texts))

    def ours(meaning: bool) -> None:
        for text in texts:
            read_reported(text, meaning)

    values, whole = timed(lambda: ours(False)), timed(lambda: ours(True))
    known, beside = duckling_rate(texts[:33]), "Duckling, numbers, money, measures, times"
    told = [
        f"{letters / seconds / known:.1f} times as fast" if known else "not installed"
        for seconds in (values, whole)
    ]
    return [
        ("figures and times, one core", f"{size / values:.2f} MB a second", beside, told[0]),
        ("with what they mean", f"{size / whole:.2f} MB a second", beside, told[1]),
    ]  # fmt: skip


def read_reported(text: str, meaning: bool) -> None:
    """Read the figures and times of a text, without its mentions."""
    source, mask, day = read_source(text), Mask(len(text)), date(2024, 1, 1)
    mask.take(find_documents(source.text))
    times = find_times(source, day, mask)
    figures = read_figures(source, mask, [], [])
    if meaning:
        give_meaning(Context(source, [], {}, day), figures, times)


def duckling_rate(texts: list[str]) -> float:
    """Letters a second that Duckling reads, 0 where `pip install pyduckling-native-phihos` was not run."""
    if find_spec("duckling") is None:
        return 0.0
    import duckling

    zones = duckling.load_time_zones("/usr/share/zoneinfo")
    now = duckling.parse_ref_time(zones, "Asia/Ho_Chi_Minh", 1_704_067_200)
    locale = duckling.parse_locale("VI", duckling.default_locale_lang(duckling.parse_lang("VI")))
    told = ["amount-of-money", "number", "time", "quantity", "distance", "volume", "temperature"]
    kinds = duckling.parse_dimensions(told)
    context = duckling.Context(now, locale)
    seconds = timed(lambda: [duckling.parse(text, context, kinds, False) for text in texts])
    return sum(map(len, texts)) / seconds


def long_text() -> Row:
    text = "\n\n".join(b["text"] for name in ("gold", "own") for b in gold_bulletins(name))
    text = (text * 8)[:1_000_000]
    one, ten = (Document(text=t, published="2024-01-01") for t in (text[:100_000], text))
    short, whole = timed(lambda: annotate(one)), timed(lambda: annotate(ten))
    return ("annotate, a text of 1 MB", f"{whole:.1f} s, {at_most(text)} MB resident with underthesea",
            "100 kB of it", f"{whole / short:.1f} times the time")  # fmt: skip


def at_most(text: str) -> int:
    """The most resident megabytes of the command that annotates a text."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        command = [BANTIN, "annotate", file.name, "--published", "2024-01-01"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
            return os.wait4(run.pid, 0)[2].ru_maxrss // 1024


def starting() -> Row:
    command = [BANTIN, "annotate", "-", "--published", "2023-07-12"]
    text = "Đồng chí Vũ Thị Dược, Phó Chủ tịch UBND huyện, dự lễ."
    ours = timed(
        lambda: subprocess.run(
            command, input=text, text=True, stdout=subprocess.DEVNULL, check=True
        )
    )
    known = timed(
        lambda: subprocess.run([sys.executable, "-c", "from underthesea import ner"], check=True)
    )
    return ("annotate one sentence, start to end", f"{ours:.2f} s", "importing underthesea", f"{ours / known:.2f} of its time")  # fmt: skip


def hostile_text() -> Row:
    """A text of one endless sentence, twice as long: a linear reader takes twice the time."""
    one, two = (
        Document(text="tăng 5% so với 1.000 hộ Nguyễn " * n, published="2024-01-01")
        for n in (500, 1000)
    )
    short, whole = timed(lambda: annotate(one)), timed(lambda: annotate(two))
    return ("annotate, a hostile text twice as long", f"{whole:.2f} s for {len(two.text) / 1000:.0f} kB",
            "half of it", f"{whole / short:.1f} times the time")  # fmt: skip


def extracting() -> Row:
    pages = [p.read_bytes() for p in Path("tests/portals").rglob("page.html")]
    pages = [p for p in pages if b"ArticleContent" in p or b"news-bodyhtml" in p]
    ours = timed(lambda: [read_page(RawPage(url="", body=page)) for page in pages])
    known = timed(lambda: [BeautifulSoup(page.decode(), "lxml") for page in pages])
    return ("extract", f"{len(pages) / ours:.0f} pages a second", "BeautifulSoup on lxml alone",
            f"{known / ours:.2f} of its speed")  # fmt: skip


def archiving(folder: Path) -> Row:
    page = next(Path("tests/portals").rglob("page.html")).read_bytes()
    archive = Archive(folder, Portal(slug="bench", name="bench", home=""))
    exchange = Exchange(
        url="http://h/1", method="GET", status=200, headers=[("Content-Type", "text/html")],
        body=page, captured=datetime.now(UTC), kind="article",
    )  # fmt: skip
    plain = folder / "plain.gz"

    def pack() -> None:
        with plain.open("ab") as file:
            file.write(gzip.compress(page, 9))
            file.flush()
            os.fsync(file.fileno())

    ours, known = timed(lambda: archive.write(exchange)), timed(pack)
    return ("archive", f"{1 / ours:.0f} exchanges a second, synced", "gzip and fsync of the same page",
            f"{known / ours:.2f} of its speed")  # fmt: skip


def crawl_big(home: Path, url: str) -> tuple[float, list[int]]:
    """Seconds and resident kilobytes, sampled each second, of crawling a big portal with the delay off."""
    home.mkdir(exist_ok=True)
    (home / "portals").mkdir(exist_ok=True)
    toml = f'name = "Big"\nhome = "{url}/"\nsections = ["{SECTION}"]\n'
    (home / "portals" / "big.toml").write_text(toml)
    allow_hosts(home, [url.removeprefix("http://")])
    environment = os.environ | {
        "SCRAPY_SETTINGS_MODULE": "crawler.settings", "PYTHONPATH": str(Path.cwd()),
    }  # fmt: skip
    command = [sys.executable, "-m", "scrapy", "crawl", "portal", "-a", "portal=big"]
    began, sizes = time.perf_counter(), []
    with subprocess.Popen(command, cwd=home, env=environment, stderr=subprocess.DEVNULL) as crawl:
        while crawl.poll() is None:
            sizes.append(resident(crawl.pid))
            time.sleep(0.2)
    return time.perf_counter() - began, sizes


def resident(pid: int) -> int:
    """The resident kilobytes of a process, 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def crawling(home: Path, articles: int = 1000) -> list[Row]:
    """A full crawl and a refresh of an unchanged portal; start-up is in both times."""
    with big_portal(articles) as (url, asked):
        ours, _ = crawl_big(home, url)
        first = list(asked)
        known = bare_crawl(home, [url + path for path in first])
        asked.clear()
        done(home, "crawl", "big")
        again = len(asked)
    return [
        ("crawl (fetch, archive, lists, frontier)", f"{len(first) / ours:.0f} pages a second",
         "a bare Scrapy spider on the same pages", f"{known / ours:.2f} of its speed"),
        (f"requests of a full crawl of {articles} articles", str(len(first)), "one an article",
         f"{len(first) / articles:.2f} an article"),
        ("requests of a refresh, nothing changed, one section", str(again), "one a section and 12", ""),
    ]  # fmt: skip


def enduring(home: Path, articles: int = 20_000) -> Row:
    with big_portal(articles) as (url, asked):
        seconds, sizes = crawl_big(home, url)
    half = sizes[len(sizes) // 2]
    return (f"crawl of {len(asked)} pages", f"{max(sizes) // 1024} MB resident at most, {len(asked) / seconds:.0f} pages a second",
            "its memory half way", f"{max(sizes) / half:.2f} of it")  # fmt: skip


def bare_crawl(home: Path, urls: list[str]) -> float:
    """Seconds a spider takes that only downloads these pages, one connection at a time."""
    (home / "bare.py").write_text(BARE.format(urls=urls))
    command = [sys.executable, "-m", "scrapy", "runspider", "bare.py", "-L", "ERROR",
               "-s", "CONCURRENT_REQUESTS=1", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", "-s", "ROBOTSTXT_OBEY=False", "-s", "DOWNLOAD_DELAY=0"]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, cwd=home, check=True)
    return time.perf_counter() - began


def storing(home: Path) -> list[Row]:
    sites = [SampleSite(UIARTICLE), SampleSite(NUKEVIET)]
    for site in sites:
        site.start()
    make_archive(home, sites)
    for site in sites:
        crawl_portal(Workshop(load_config(home / "bantin.toml")), site.kind, {}, lambda _line: None)
        site.close()
    shop = Workshop(load_config(home / "bantin.toml"))
    began = time.perf_counter()
    read_due(shop, Tally(), lambda _line: None)
    reading = time.perf_counter() - began
    again = timed(lambda: rebuild(shop, lambda _line: None))
    checked = timed(lambda: list(verify(shop, lambda _line: None)))
    found = [
        ("read and annotate what was crawled", f"{44 / reading:.0f} articles a second, models loaded", "", ""),
        ("rebuild", f"{44 / again:.0f} articles a second", "the first reading", f"{reading / again:.2f} times its speed"),
        ("verify", f"{44 / checked:.0f} articles a second", "rebuild", f"{again / checked:.2f} times its speed"),
    ]  # fmt: skip
    ours = timed(lambda: search_articles(shop.engine, shop.index, read_query("ho ngheo"), Page()))
    with look(shop.engine) as session:
        connection = session.connection().connection
        like = "SELECT id FROM edition WHERE lower(text) LIKE '%hộ nghèo%'"
        known = timed(lambda: connection.execute(like).fetchall())
    found.append(("search, ranked, with snippets", f"{ours * 1000:.1f} ms on 44 articles",
                  "LIKE over the same texts, unranked", f"{known / ours:.2f} of its speed"))  # fmt: skip
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        done(home, "init")
        rows = [
            annotating(),
            *figures_and_times(),
            long_text(),
            hostile_text(),
            starting(),
            extracting(),
            archiving(home / "bench"),
        ]
        rows += crawling(home / "thousand")
        rows.append(enduring(home / "many"))
        rows += storing(home / "read")
    table = Table("what", "measured", "beside", "ratio", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
