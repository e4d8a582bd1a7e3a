"""kill -9 at random moments: nothing acknowledged is lost or fetched again, nothing is stored twice."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from samples import PORTALS, SampleSite
from tests.archives import BANTIN, bantin, done, make_archive, rows

KILLS = 20


def acknowledged(home: Path) -> set[str]:
    """The paths of the article pages that are acknowledged."""
    if not (home / "bantin.db").exists():
        return set()
    with sqlite3.connect(home / "bantin.db", timeout=30) as database:
        try:
            found = database.execute(
                "SELECT portal, url FROM page WHERE kind = 'article' AND acknowledged IS NOT NULL"
            )
        except sqlite3.OperationalError:
            return set()  # killed before there was a table
        return {f"{portal} /{url.split('/', 3)[3]}" for portal, url in found}


def crawl_and_kill(home: Path, after: float, whole_group: bool) -> None:
    """Crawl, and kill -9 the parent, or parent and spider, after so many seconds."""
    with subprocess.Popen(
        [BANTIN, "crawl"], cwd=home, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as crawl:  # fmt: skip
        time.sleep(after)
        if whole_group:
            os.killpg(crawl.pid, signal.SIGKILL)
        else:
            crawl.kill()


@pytest.mark.long
def test_twenty_kills_then_a_full_run(tmp_path: Path) -> None:
    """Over all sample portals: nothing lost, nothing twice, nothing acknowledged fetched again."""
    sites = [SampleSite(kind) for kind in PORTALS]
    with contextlib.ExitStack() as opened:
        for site in sites:
            opened.enter_context(site)
        make_archive(tmp_path, sites)
        seed = random.SystemRandom().randrange(10**6)
        dice = random.Random(seed)
        for number in range(KILLS):
            known = acknowledged(tmp_path)
            for site in sites:
                site.requests.clear()
            crawl_and_kill(tmp_path, dice.uniform(0.3, 5.0), whole_group=bool(number % 2))
            assert not fetched(sites) & known, f"seed {seed}: fetched again after kill {number}"
        known = acknowledged(tmp_path)
        for site in sites:
            site.requests.clear()
        last = bantin(tmp_path, "crawl", "--full")
        assert last.returncode == 0, f"seed {seed}: {last.stdout} {last.stderr}"
        assert not fetched(sites) & known, f"seed {seed}"
        found = {
            row["portal"]: (row["articles"], row["editions"]) for row in rows(tmp_path, "status")
        }
        assert found == {s.kind: (len(s.articles), len(s.articles)) for s in sites}, f"seed {seed}"
        assert max(site.most_open for site in sites) == 1, f"seed {seed}"
        assert done(tmp_path, "verify").stdout == "", f"seed {seed}"
        done(tmp_path, "export", "articles", "-f", "jsonl", "-o", "all.jsonl")
        listed = (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(listed) == sum(len(s.articles) for s in sites), f"seed {seed}"


def fetched(sites: list[SampleSite]) -> set[str]:
    """What the portals were asked for, as portal and path."""
    return {f"{site.kind} {line.partition(' ')[2]}" for site in sites for line in site.requests}


def test_parent_gone_ends_the_spider(tmp_path: Path, sites: list[SampleSite]) -> None:
    make_archive(tmp_path, sites)
    crawl_and_kill(tmp_path, 1.8, whole_group=False)
    time.sleep(1.0)
    counts = [len(site.requests) for site in sites]
    time.sleep(1.0)
    assert [len(site.requests) for site in sites] == counts


def test_each_crawl_reports_on_its_own_run(tmp_path: Path, sites: list[SampleSite]) -> None:
    """A crawl that waits for another's hosts begins its run when that has ended, or says who has them."""
    make_archive(tmp_path, sites[:1])
    done(tmp_path, "crawl")
    with contextlib.ExitStack() as opened:
        crawls = [
            opened.enter_context(
                subprocess.Popen(
                    [BANTIN, "crawl", "--full", "--format", "jsonl"],
                    cwd=tmp_path,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(3)
        ]
        ends = [crawl.communicate() for crawl in crawls]
    for crawl, (out, err) in zip(crawls, ends, strict=True):
        if crawl.returncode == 0:
            assert json.loads(out)["requests"] > 1, out
        else:
            assert crawl.returncode == 1, out
            assert "is being worked on by" in err, err
