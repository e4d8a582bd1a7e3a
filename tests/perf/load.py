"""Twenty readers of the pages at once while a crawl writes: how long each kind of page takes.

`python -m tests.perf.load --home DIR` asks the archive that `python -m tests.perf --home DIR` has made; without one it makes
its own of as many bulletins as are named.
"""

import argparse
import http.client
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import schema
from storage.database import open_database
from tests.archives import BANTIN
from tests.bigportal import SECTION, big_portal
from tests.perf.__main__ import Notes, build, questions, say
from tests.perf.report import p95
from tests.postgres import free_port

READERS, EVERY, SECONDS = 20, 2.0, 300
LIMITS = {
    "search": 120,
    "article": 60,
    "figures": 200,
}  # milliseconds that the issue asks for, at p95
CONFIG = '[crawl]\ndelay = 0.5\nallow_private = ["{host}"]\n\n[web]\nper_minute = 0\naddress = "http://127.0.0.1:{port}"\n'
TOML = 'name = "Lớn"\nhome = "{url}"\nplace = "huyện Gia Viễn, tỉnh Ninh Bình"\ndialect = "nukeviet"\nsections = ["{section}"]\n'
Took = dict[str, list[float]]


def addresses(home: Path) -> dict[str, list[str]]:
    """What readers ask, by kind of page."""
    engine = open_database(f"sqlite:///{home / 'bantin.db'}")
    with Session(engine) as session:
        ids = session.scalars(
            select(schema.Article.id).order_by(schema.Article.id).limit(3000)
        ).all()
    engine.dispose()
    asked = questions()
    words = [*asked["common word"], *asked["phrase"], *asked["folded phrase"], *asked["rare word"]]
    money = [*asked["phrase"], *asked["rare word"]]
    return {
        "search": ["/?" + urlencode({"q": word}) for word in words],
        "article": [
            f"/articles/{key}" for key in random.Random(1).sample(list(ids), min(300, len(ids)))
        ],
        "figures": [
            "/figures?" + urlencode({"q": word, "type": "money", "by": "month"}) for word in money
        ],
    }


class Readers:
    """Readers who each ask a page every two seconds, one kind after the other."""

    def __init__(self, port: int, asked: dict[str, list[str]], seconds: int) -> None:
        self._port, self._asked, self._seconds = port, asked, seconds
        self.took: Took = defaultdict(list)
        self.wrong: list[str] = []

    def run(self) -> None:
        threads = [threading.Thread(target=self._read, args=(n,)) for n in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _read(self, number: int) -> None:
        chance, end = random.Random(number), time.monotonic() + self._seconds
        time.sleep(EVERY * number / READERS)
        for kind in cycle(self._asked):
            if time.monotonic() > end:
                return
            began = time.monotonic()
            self._ask(kind, chance.choice(self._asked[kind]))
            time.sleep(max(0, EVERY - (time.monotonic() - began)))

    def _ask(self, kind: str, path: str) -> None:
        began = time.perf_counter()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            connection.close()
        except OSError as error:
            self.wrong.append(f"{path}: {error}")
            return
        self.took[kind].append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            self.wrong.append(f"{path}: {answer.status}")


def load(home: Path, workers: int, seconds: int) -> Readers:
    """Serve an archive, crawl into it, and ask it."""
    port = free_port()
    with ExitStack() as stack:
        url, _ = stack.enter_context(big_portal(4000))
        (home / "portals").mkdir(exist_ok=True)
        (home / "portals" / "lon.toml").write_text(
            TOML.format(url=url, section=SECTION), encoding="utf-8"
        )
        host = url.split("/")[2]
        (home / "bantin.toml").write_text(CONFIG.format(host=host, port=port), encoding="utf-8")
        asked = addresses(home)
        serving = subprocess.Popen([BANTIN, "serve", "--port", str(port), "--workers", str(workers)], cwd=home, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # fmt: skip
        stack.callback(_stop, serving)
        _wait(port)
        crawling = subprocess.Popen([BANTIN, "crawl", "lon"], cwd=home, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # fmt: skip
        stack.callback(_stop, crawling)
        warm = Readers(port, asked, 10)
        warm.run()
        readers = Readers(port, asked, seconds)
        readers.run()
        readers.wrong += [] if crawling.poll() is None else ["the crawl ended before the readers"]
    return readers


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(port: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/help")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise SystemExit("the pages are not served")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "count", nargs="?", type=int, default=200_000, help="bulletins, where there is no archive"
    )
    parser.add_argument("--home", type=Path, help="an archive that is there")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        home = chosen.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if chosen.home is None:
            build(home, Notes(home, chosen.count)).dispose()
        say(f"{READERS} readers for {chosen.seconds} s")
        readers = load(home, chosen.workers, chosen.seconds)
    for kind, took in readers.took.items():
        sys.stdout.write(
            f"{kind:8} {len(took):6} pages, p50 {sorted(took)[len(took) // 2]:.0f} ms, p95 {p95(took):.0f} ms (asked {LIMITS[kind]}), most {max(took):.0f} ms\n"
        )
    sys.stdout.write(
        f"{len(readers.wrong)} wrong\n" + "".join(f"  {line}\n" for line in readers.wrong[:5])
    )


if __name__ == "__main__":
    main()
