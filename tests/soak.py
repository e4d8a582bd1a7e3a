"""Days of compressed time: living portals, two schedules, subscribers with real mail, and kills at random moments.

`make soak` runs 14 days, 30 portals and 30 kills and prints what came of it; exit status 1 where a line of it is wrong.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from config import load_config
from pipeline.revisits import due_portals
from pipeline.workshop import Workshop
from samples import PORTALS
from samples.living import Habit, LivingSite
from storage import schema
from storage.database import look
from storage.leases import is_dead
from storage.subscriptions import Rhythm, subscribe
from storage.wishes import Wish
from tests.archives import allow_hosts, done
from tests.sink import smtp

ROOT = Path(__file__).parent.parent
START = datetime(2026, 3, 2, 1, tzinfo=UTC)  # a Monday, eight o'clock in Vietnam
HABITS = (Habit(1), Habit(1, working=False), Habit(1, burst=3), Habit(2), Habit(3, burst=2))
TOML = 'name = "{name}"\nhome = "{url}"\nplace = "{place}"\nsections = {sections}\n'
CONFIG = """
[web]
address = "https://kho.example"
[mail]
server = "127.0.0.1:{smtp}"
security = "none"
sender = "Bantin <tin@kho.example>"
per_minute = 100000
allow_private = ["{hook}"]
"""
WISHES = (
    ("moi@example.vn", Wish(), Rhythm("daily", 7 * 60)),
    ("toi@example.vn", Wish(), Rhythm("daily", 18 * 60)),
    ("tuan@example.vn", Wish(), Rhythm("weekly", 8 * 60, 0)),
    ("ngay@example.vn", Wish(), Rhythm("at_once")),
    ("ngheo@example.vn", Wish(q="hộ nghèo"), Rhythm("daily", 7 * 60)),
    ("tien@example.vn", Wish(type="money", min="10e9"), Rhythm("daily", 12 * 60)),
)  # fmt: skip
# What befalls portals, each on the day after so many have passed, in parts of the whole time.
TROUBLES = ("silent", "block", "drift", "die", "hollow", "move")
EXPECTED = {
    "silent": "silent",
    "block": "blocked",
    "drift": "drifted",
    "die": "dead",
    "hollow": "hollow",
}
# The objectives of portals that publish daily: read within a day, three bulletins, five working days of silence.
FOUND_WITHIN = {"blocked": timedelta(days=1, hours=2), "dead": timedelta(days=1, hours=2), "drifted": timedelta(days=5),
    "hollow": timedelta(days=5), "silent": timedelta(days=8)}  # fmt: skip
_ENTRY = re.compile(
    r'<h3><a href="[^"]*/articles/(\w{16})">|<span class="kind (new|edited|vanished)">|Cũng đăng ở: (.*?)</p>'
)


def say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")


@dataclass
class Counts:
    """What came of a soak; `wrong` has a line for each thing that should not be."""

    told: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Hooks:
    """A webhook's receiver that fails a third of the time and keeps the rest by delivery."""

    def __init__(self, chance: random.Random) -> None:
        self.received: dict[str, Any] = {}
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                bad = chance.random() < 1 / 3
                if not bad:
                    hooks.received[self.headers["Bantin-Delivery"]] = body
                self.send_response(503 if bad else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Soak:
    """One soak: a clock of its own, portals that live by it, and two schedules that are killed now and then."""

    def __init__(self, home: Path, days: int, portals: int, kills: int) -> None:
        self.home, self.days, self.kills = home, days, kills
        self.chance = random.Random(days * 1000 + portals)
        self.clock = home / "clock"
        self.set_clock(START)
        os.environ["BANTIN_CLOCK"] = str(self.clock)
        kinds = sorted(PORTALS)
        self.sites = [
            LivingSite(kinds[n % len(kinds)], n, self.now, HABITS[n % len(HABITS)]) for n in range(portals)
        ]  # fmt: skip
        self.refused = 0
        self.hooks = Hooks(random.Random(1))
        self.children: list[subprocess.Popen[bytes]] = []
        self.began: dict[str, datetime] = {}  # when a site's trouble began
        self.fate: dict[str, str] = {}
        self.published: dict[str, set[str]] = defaultdict(
            set
        )  # titles by slug, of those that can be had
        self.edited: dict[str, set[str]] = defaultdict(set)
        self.next_kill = 0.0
        self.killed = Counter[str]()
        self.counts = Counts()
        self.happened = Counter[tuple[str, str]]()

    def now(self) -> datetime:
        """The moment of this soak."""
        return datetime.fromisoformat(self.clock.read_text(encoding="utf-8"))

    def set_clock(self, at: datetime) -> None:
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(at.isoformat(), encoding="utf-8")
        fresh.replace(self.clock)

    def _answer(self, verb: str, _address: str) -> str:
        """What the mail server says: it fails a third of the time, and sometimes the mailer dies before it hears."""
        if verb != "DATA":
            return "250 OK"
        if self.killed["mailer"] < self.kills // 5 and self.chance.random() < 0.05:
            self._kill("mailer")
        if self.chance.random() < 1 / 3:
            self.refused += 1
            return "451 try again later"
        return "250 OK"

    # -- the world ---------------------------------------------------------------------------------

    def prepare(self, stack: ExitStack) -> None:
        """Portals answer, the archive is made and has read all there is, subscribers are there."""
        self.sink = stack.enter_context(smtp(self._answer))
        stack.callback(self.hooks.close)
        (self.home / "portals").mkdir()
        for site in self.sites:
            stack.enter_context(site)
            told = {
                "name": site.name,
                "url": site.url,
                "place": site.place,
                "sections": json.dumps(site.sections),
            }
            (self.home / "portals" / f"{site.slug}.toml").write_text(
                TOML.format(**told), encoding="utf-8"
            )
        allow_hosts(self.home, [site.url.split("/")[2] for site in self.sites])
        with (self.home / "bantin.toml").open("a", encoding="utf-8") as file:
            file.write(CONFIG.format(smtp=self.sink.port, hook=self.hooks.host))
        done(self.home, "init")
        say(done(self.home, "crawl").stderr.splitlines()[-1])
        self.shop = Workshop(load_config(self.home / "bantin.toml"))
        for target, wish, rhythm in WISHES:
            subscribe(self.shop.engine, target, wish, rhythm, confirmed=True)
        subscribe(self.shop.engine, f"http://{self.hooks.host}/tin", Wish(), Rhythm("at_once"))
        self._assign()
        stack.callback(self._stop)
        for _ in range(2):
            self._start()

    def _assign(self) -> None:
        """Which portals fall into which trouble: those of steady habits, one in five of all."""
        steady = [site for site in self.sites if site.habit in HABITS[:3] and site.kind != "spa"]
        for n, site in enumerate(
            self.chance.sample(steady, min(len(steady), len(self.sites) // 5))
        ):
            self.fate[site.slug] = TROUBLES[n % len(TROUBLES)]

    def _start(self) -> None:
        quiet = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "OPENBLAS_NUM_THREADS": "1"}
        command, told = [sys.executable, "-m", "tests.soaking"], os.environ | quiet
        with (self.home / "schedule.log").open("ab") as log:
            child = subprocess.Popen(
                command, cwd=self.home, start_new_session=True, stderr=log, stdout=log, env=told
            )
        self.children.append(child)

    def _stop(self) -> None:
        for child in self.children:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _holder(self) -> int | None:
        """The process that holds the lease of the schedule."""
        with look(self.shop.engine) as session:
            lease = session.get(schema.Lease, "schedule")
            return int(lease.holder.split(":")[1]) if lease else None

    def _kill(self, what: str) -> None:
        """Kill -9 the schedule that works, with its crawls or without them; another one is started in its place."""
        holder = self._holder()
        for child in list(self.children):
            if child.pid == holder:
                with suppress(ProcessLookupError):
                    (os.killpg if self.chance.random() < 0.5 else os.kill)(
                        child.pid, signal.SIGKILL
                    )
                child.wait()
                self.children.remove(child)
                self._start()
                self.killed[what] += 1

    def _kill_writer(self) -> None:
        """Kill -9 a crawl, which writes captures: a fork of the process that has loaded Scrapy."""
        for path in Path("/proc").iterdir():
            if (
                path.name.isdigit()
                and _is_spider(path)
                and (path / "cwd").resolve() == self.home.resolve()
            ):
                with suppress(ProcessLookupError):
                    os.kill(int(path.name), signal.SIGKILL)
                    self.killed["writer"] += 1
                return

    # -- time --------------------------------------------------------------------------------------

    def run(self) -> None:
        """All days, hour by hour; within an hour minute by minute as long as something is due."""
        end = START + timedelta(days=self.days)
        at = START
        while at < end:
            following = at + timedelta(hours=1)
            self._happen(at, following)
            at = following
            self.set_clock(at)
            self._settle()
            self._check_health()
            if at.hour == 0:
                say(
                    f"{at:%d/%m}: {len(self.sink.letters)} mails, {self.refused} refused, killed {dict(self.killed)}"
                )
        for _ in range(10):  # what was refused is tried again for hours
            at += timedelta(hours=6)
            self.set_clock(at)
            self._settle()

    def _happen(self, first: datetime, last: datetime) -> None:
        """What happens on the portals within an hour."""
        gone = (last - START) / timedelta(days=self.days)
        for site in self.sites:
            fate = self.fate.get(site.slug)
            if fate and gone > 0.2 and site.slug not in self.began:
                self.began[site.slug] = first
                self._befall(site, fate)
            if site.slug in self.began and fate in ("silent", "die"):
                continue
            for at in site.publications(first, last):
                self._note(site, site.publish(at).article.title, self.published)
            if site.listed and self.chance.random() < 0.01:
                self._change(site)

    def _befall(self, site: LivingSite, fate: str) -> None:
        if fate == "move":
            site.move(
                "wordpress" if site.kind != "wordpress" and "wordpress" in PORTALS else "liferay"
            )
        elif fate != "silent":
            {"block": site.block, "drift": site.drift, "die": site.die, "hollow": site.hollow}[
                fate
            ]()

    def _change(self, site: LivingSite) -> None:
        """Edit a newer bulletin, delete one, or take one over from another portal."""
        act = self.chance.choice(("edit", "edit", "delete", "copy"))
        article = site.listed[min(self.chance.randrange(6), len(site.listed) - 1)]
        if act == "edit" and "đính chính" not in article.title:
            with suppress(LookupError):
                self._note(site, site.edit_one(article.number).article.title, self.edited)
        elif act == "delete":
            site.delete_one(article.number)
            self.published[site.slug].discard(article.title)
            self.edited[site.slug].discard(article.title)
        elif act == "copy":
            other = self.chance.choice([s for s in self.sites if s is not site])
            if other.listed and other.slug not in self.fate:
                self._note(
                    site,
                    site.publish_copy(other.listed[0], self.now()).article.title,
                    self.published,
                )

    def _note(self, site: LivingSite, title: str, where: dict[str, set[str]]) -> None:
        if site.slug not in self.fate:
            where[site.slug].add(title)

    def _settle(self) -> None:
        """Let the schedules work until nothing is due; kill them now and then meanwhile."""
        limit = time.monotonic() + 300
        while True:
            busy = self._busy()
            if not busy:
                return
            if busy == "minute":
                self.set_clock(self.now() + timedelta(minutes=1))
            if time.monotonic() > limit:
                raise SystemExit(
                    f"nothing moves: {self._due_jobs()} {busy}; see {self.home}/schedule.log"
                )
            self._perhaps_kill()
            time.sleep(0.1)

    def _perhaps_kill(self) -> None:
        left = self.kills - sum(self.killed.values())
        if left > 0 and time.monotonic() > self.next_kill:
            gone = (self.now() - START) / timedelta(days=self.days)
            if sum(self.killed.values()) < self.kills * gone + 1:
                self.chance.choice((self._kill_writer, lambda: self._kill("schedule")))()
                self.next_kill = time.monotonic() + self.chance.random() * 4

    def _due_jobs(self) -> list[str]:
        with look(self.shop.engine) as session:
            rows = session.scalars(select(schema.Job)).all()
            return [row.name for row in rows if row.due <= self.now()] or [
                "none" for _ in range(not rows)
            ]

    def _busy(self) -> str:
        """Why time may not go on: jobs or crawls at work; "minute" where only time helps."""
        if self._due_jobs():
            return "jobs"
        with look(self.shop.engine) as session:
            hosts = select(schema.Lease.holder).where(schema.Lease.name.like("host %"))
            if not all(is_dead(holder) for holder in session.scalars(hosts)):
                return "crawls"
            unread = session.scalar(select(func.count()).where(schema.Capture.state == "due"))
            due = session.scalar(select(func.count()).where(schema.Delivery.due <= self.now()))
        slugs = [site.slug for site in self.sites]
        waiting = [found for found in due_portals(self.shop, slugs) if found.at <= self.now()]
        return "minute" if waiting or unread or due else ""

    # -- what is to be true ------------------------------------------------------------------------

    def _check_health(self) -> None:
        """Note when each trouble was found, and each that is none."""
        with look(self.shop.engine) as session:
            for row in session.scalars(
                select(schema.Trouble).where(schema.Trouble.ended.is_(None))
            ):
                key = f"{row.portal} {row.kind}"
                if self.counts.told[key]:
                    continue
                self.counts.told[key] = 1
                fate, began = self.fate.get(row.portal), self.began.get(row.portal)
                took = (
                    f" after {(self.now() - began).total_seconds() / 3600:.0f} hours"
                    if began
                    else ""
                )
                say(f"trouble of {row.portal} ({fate or 'healthy'}): {row.kind}{took}: {row.note}")
                if fate and kind_of(fate) == row.kind and began:
                    self._judge_delay(row, began)
                if fate is None:
                    self.counts.wrong.append(f"false alarm: {row.portal} is {row.kind}: {row.note}")

    def _judge_delay(self, row: schema.Trouble, began: datetime) -> None:
        """A trouble is to be found within its objective."""
        took = self.now() - began
        if took > FOUND_WITHIN[row.kind]:
            self.counts.wrong.append(f"{row.portal}: {row.kind} was found after {took}")

    def judge(self) -> Counts:
        """Compare what subscribers got with what the portals published."""
        self._judge_troubles()
        self._judge_archive()
        self.happened = self._journal_items(self.now() + timedelta(days=1))
        whole = self._journal_items(self.now() - timedelta(days=1))  # all daily digests came since
        for target, wish, rhythm in WISHES:
            got = Counter(self._mailed(target))
            self._judge_told(target, got, self._wished(whole, wish, rhythm))
        hooked = Counter(
            (item["kind"], item["id"]) for body in self.hooks.received.values() for item in _with_copies(body["items"])
        )  # fmt: skip
        self._judge_told("webhook", hooked, whole)
        self._judge_runs()
        return self.counts

    def _judge_troubles(self) -> None:
        for slug, fate in self.fate.items():
            kind = EXPECTED.get(fate)
            lasted = START + timedelta(days=self.days) - self.began[slug]
            if kind and lasted > FOUND_WITHIN[kind] and not self.counts.told[f"{slug} {kind}"]:
                self.counts.wrong.append(f"{slug}: {fate} was not found")

    def _judge_archive(self) -> None:
        """Everything that healthy portals published and edited is held; what was edited before anybody could ask, as edited."""
        with look(self.shop.engine) as session:
            asked = select(schema.Article.portal, schema.Edition.title).join(
                schema.Article, schema.Article.id == schema.Edition.article_id
            )
            held = {(portal, title) for portal, title in session.execute(asked)}
        for what, where in (("bulletin", self.published), ("edit", self.edited)):
            for slug, titles in where.items():
                lost = [
                    title
                    for title in titles
                    if not {(slug, title), (slug, f"{title} (đính chính)")} & held
                ]
                self.counts.told[f"{what}s published"] += len(titles)
                self.counts.wrong += [f"{slug}: {what} not held: {title}" for title in lost]

    def _journal_items(self, until: datetime) -> Counter[tuple[str, str]]:
        """What every subscriber to everything is to be told: by the journal, new articles and editions after them."""
        line = schema.Journal
        known, found = set[str](), Counter[tuple[str, str]]()
        with look(self.shop.engine) as session:
            told = select(line).where(line.event.in_(("edition", "returned"))).order_by(line.number)
            for row in session.scalars(told):
                article = row.article_id or ""
                if START < row.at < until:
                    found["edited" if article in known else "new", article] += 1
                known.add(article)
        return found

    def _wished(self, whole: Counter[tuple[str, str]], wish: Wish, rhythm: Rhythm) -> Counter[tuple[str, str]] | None:  # fmt: skip
        """What a subscriber is to be told: for words, by the words of the texts themselves."""
        if wish.of_figures:
            return None
        if not wish.q:
            return whole if rhythm.name != "weekly" else None
        with look(self.shop.engine) as session:
            asked = select(schema.Edition.article_id, schema.Edition.text)
            texts: dict[str, str] = defaultdict(str)
            for article, text in session.execute(asked):
                texts[article] += text.lower()
        return Counter({key: n for key, n in whole.items() if wish.q in texts[key[1]]})

    def _mailed(self, target: str) -> Iterator[tuple[str, str]]:
        """Kind and article of all that a subscriber got, each message once; more than fifty stand in the outbox."""
        seen: set[str] = set()
        for letter in self.sink.letters:
            key = str(letter.message["Message-ID"])
            if letter.to != [target] or key in seen:
                self.counts.told["messages repeated"] += key in seen and letter.to == [target]
                continue
            seen.add(key)
            self.counts.told["messages"] += 1
            html = letter.part("html")
            if "xem tất cả" in html:
                yield from self._outbox(key.strip("<>").partition("@")[0])
            else:
                yield from read_entries(html)

    def _outbox(self, key: str) -> list[tuple[str, str]]:
        with look(self.shop.engine) as session:
            items = session.get_one(schema.Delivery, key).items
        found = [(item["kind"], item["article"]) for item in items]
        return found + [("new", one["article"]) for item in items for one in item["also"]]

    def _judge_told(
        self, target: str, got: Counter[tuple[str, str]], expected: Counter[tuple[str, str]] | None
    ) -> None:
        for (kind, article), times in got.items():
            if kind == "new" and times > 1:
                self.counts.wrong.append(f"{target}: {article} told as new {times} times")
        self.counts.told[f"items of {target.partition('@')[0]}"] = sum(got.values())
        if expected is None:
            return
        for key in expected:
            most = self.happened[key] if key[0] == "edited" else 1
            if not (got[key] or (key[0] == "edited" and got["new", key[1]])):
                self.counts.wrong.append(f"{target}: {key} was not told")
            elif got[key] > most:
                self.counts.wrong.append(f"{target}: {key} told {got[key]} times, happened {most}")

    def _judge_runs(self) -> None:
        """No two schedules worked at once: whoever took the lease is the only one that tells of work from then on."""
        log = (self.home / "schedule.log").read_text(encoding="utf-8", errors="replace")
        self.counts.told["takeovers"] = log.count("schedule runs")
        holder = ""
        for pid, line in re.findall(r"^\[(\d+)\] (.*)$", log, re.MULTILINE):
            if "schedule runs" in line:
                holder = pid
            elif pid != holder and "waiting: " not in line and "schedule ended" not in line:
                self.counts.wrong.append(f"{pid} works while {holder} has the lease: {line}")
            self.counts.told["lines of work"] += pid == holder
        if "Traceback" in log:
            self.counts.wrong.append("a traceback in the log of the schedule")


def kind_of(fate: str) -> str | None:
    """The trouble that a fate is to be found as."""
    return EXPECTED.get(fate)


def _is_spider(process: Path) -> bool:
    """Whether a process is a fork of a server of forks."""
    try:
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        lines = [(path / "cmdline").read_bytes() for path in (process, Path("/proc") / parent)]
    except OSError:
        return False
    return all(b"forkserver" in line for line in lines)


def _with_copies(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        for other in item["also"]:
            yield {"kind": "new", "id": other["url"].rpartition("/")[2]}


def read_entries(html: str) -> Iterator[tuple[str, str]]:
    """Kind and article of each entry of a mail, those of re-posts as new."""
    article = ""
    for found in _ENTRY.finditer(html.replace("\n", " ")):
        if found[1]:
            article = found[1]
        elif found[2] and article:
            yield found[2], article
            article = ""
        elif found[3]:
            for other in re.findall(r"/articles/(\w{16})", found[3]):
                yield "new", other


def soak(days: int, portals: int, kills: int, home: Path) -> Counts:
    """Run a soak in a folder and judge it."""
    with ExitStack() as stack:
        made = Soak(home, days, portals, kills)
        stack.callback(os.environ.pop, "BANTIN_CLOCK", None)
        made.prepare(stack)
        made.run()
        counts = made.judge()
        counts.told["kills"] = sum(made.killed.values())
        made.shop.engine.dispose()
        return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--portals", type=int, default=30)
    parser.add_argument("--kills", type=int, default=30)
    chosen = parser.parse_args()
    began = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="bantin-soak-"))
    say(f"in {home}")
    counts = soak(chosen.days, chosen.portals, chosen.kills, home)
    for name, count in sorted(counts.told.items()):
        if " " not in name or not name.startswith("so-"):
            sys.stdout.write(f"{name}: {count}\n")
    for line in counts.wrong:
        sys.stdout.write(f"WRONG {line}\n")
    sys.stdout.write(f"{len(counts.wrong)} wrong, {time.monotonic() - began:.0f} s\n")
    sys.exit(bool(counts.wrong))


if __name__ == "__main__":
    main()
