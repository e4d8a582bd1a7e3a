"""What runs when: a table of jobs, driven by one process at a time. APScheduler is the clock; every decision is a function of now."""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as day_time
from shutil import rmtree

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from crawler import authority
from model.clock import now
from model.errors import Busy
from pipeline.background import Refreshes
from pipeline.backups import MANIFEST, back_up
from pipeline.crawling import Refreshed, allow_crawls, stop_crawls
from pipeline.reading import read_due
from pipeline.revisits import Due, due_portals
from pipeline.workshop import Tally, Workshop
from publish.delivering import Courier
from publish.site import open_site
from storage import jobs, outbox, subscriptions, troubles
from storage.database import tidy_up
from storage.leases import LEASE, give_back, renew_leases, take_leases
from storage.passing import forget_stale
from storage.pauses import paused_portals
from text import VIETNAM

LEASE_NAME = ["schedule"]
TICK = timedelta(seconds=2)  # between two looks at what is due
_RETRY = timedelta(minutes=5)  # after a job that failed
_WATCH = timedelta(seconds=0.5)  # between two looks at another's lease
_SETTLED = timedelta(
    hours=1
)  # after a start; what was not read before it is no trouble of a portal
_GRACE = 20  # seconds that a crawl has to end


@dataclass(frozen=True)
class Job:
    """A job: what it does, and every how long or at which minute of the day in Vietnam."""

    name: str
    work: Callable[["Schedule"], str]
    every: timedelta = timedelta(days=1)
    at: int | None = None

    def next_due(self, after: datetime) -> datetime:
        """When it is due after a moment; what was missed meanwhile is done once.

        >>> Job("backup", str, at=120).next_due(datetime(2023, 7, 12, 1, tzinfo=VIETNAM)).isoformat()
        '2023-07-12T02:00:00+07:00'
        """
        if self.at is None:
            return after + self.every
        local = after.astimezone(VIETNAM)
        slot = datetime.combine(local, day_time(self.at // 60, self.at % 60), VIETNAM)
        return slot if slot > local else slot + timedelta(days=1)


@dataclass
class Schedule:
    """One archive on schedule: its jobs are run while this process holds the lease."""

    shop: Workshop
    tell: Callable[[str], None]
    tick: timedelta = TICK
    beat: timedelta = LEASE / 6  # between two looks at the lease
    stopping: threading.Event = field(default_factory=threading.Event)
    holding: bool = False
    since: datetime | None = None  # it holds the lease

    def __post_init__(self) -> None:
        self.refreshes = Refreshes(self.shop, self.refreshed)

    def say(self, line: str) -> None:
        """A line of the log, with the moment."""
        self.tell(f"{now().astimezone(VIETNAM):%Y-%m-%d %H:%M:%S} {line}")

    def run(self) -> None:
        """Run what is due until `stopping` is set; waits while another process has the lease, and takes over after it."""
        engine = self.shop.engine
        jobs.ensure_jobs(engine, ((job.name, now()) for job in JOBS))
        clock = self._clock()
        clock.start(paused=True)
        told = ""
        try:
            while not self.stopping.is_set():
                waiting = self._hold()
                if waiting and waiting != told:
                    self.say(f"waiting: {waiting}")
                told = waiting
                clock.resume() if self.holding else clock.pause()
                self.stopping.wait((self.beat if self.holding else _WATCH).total_seconds())
        finally:
            self._end(clock)

    def _hold(self) -> str:
        """Take the lease or hold it longer; returns why it can't be had."""
        engine = self.shop.engine
        try:
            if self.holding and renew_leases(engine, LEASE_NAME):
                return ""
            if self.holding:
                self.holding = False
                stop_crawls()
                return "the lease is lost, another schedule has taken over"
            take_leases(engine, LEASE_NAME)
        except Busy as error:
            return str(error)
        except Exception as error:  # a database that is away comes back
            return f"{type(error).__name__}: {error}"[:300]
        self.holding, self.since = True, now()
        allow_crawls()
        self.say(f"schedule runs, process {os.getpid()}")
        return ""

    def _clock(self) -> BackgroundScheduler:
        """APScheduler's clock, in memory: it looks at each job's row; nothing is decided in it."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job that still runs is fine
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        clock = BackgroundScheduler(timezone=VIETNAM, job_defaults=defaults)
        for job in JOBS:
            trigger = IntervalTrigger(seconds=self.tick.total_seconds())
            clock.add_job(self.attempt, trigger, args=[job], id=job.name)
        return clock

    def attempt(self, job: Job) -> bool:
        """Run a job where it is due and this process may; returns whether it did. No job ends the schedule."""
        engine = self.shop.engine
        try:
            row = jobs.list_jobs(engine)[job.name]
            waits = now() < row.due <= job.next_due(now())  # a later due is of a clock once ahead
            if self.stopping.is_set() or waits or not renew_leases(engine, LEASE_NAME):
                return False
            jobs.begin_job(engine, job.name)
            began = time.monotonic()
            outcome, note, due = "done", "", job.next_due(now())
            try:
                note = job.work(self)
            except Exception as error:
                outcome, note = "failed", " ".join(f"{type(error).__name__}: {error}".split())[:300]
                due = min(due, now() + _RETRY)
            jobs.end_job(engine, job.name, outcome, note, due)
        except Exception as error:  # the database is away: the row stays due
            self.say(f"{job.name}: {type(error).__name__}: {error}"[:300])
            return False
        if note:
            told = "FAILED " if outcome == "failed" else ""
            self.say(f"{job.name}: {told}{note} ({time.monotonic() - began:.1f} s)")
        return True

    def _end(self, clock: BackgroundScheduler) -> None:
        """Let running work end, crawls by asking them, and give the lease back; it is held until then."""
        stop_crawls()
        work = threading.Thread(target=self._finish_work, args=(clock,))
        work.start()
        late = time.monotonic() + _GRACE
        while work.is_alive():
            work.join(min(self.beat.total_seconds(), 1))
            if self.holding:
                with suppress(Exception):  # the database is away
                    renew_leases(self.shop.engine, LEASE_NAME)
            if time.monotonic() > late:
                stop_crawls(at_once=True)
        if self.holding:
            give_back(self.shop.engine, LEASE_NAME)
            self.holding = False
        self.say("schedule ended")

    def _finish_work(self, clock: BackgroundScheduler) -> None:
        self.refreshes.end()
        clock.shutdown(wait=True)

    def refreshed(self, slugs: list[str], done: Refreshed | Exception) -> None:
        """Log how refreshes ended, and let digests be made of what they brought."""
        if isinstance(done, Exception):
            self.say(f"refresh of {', '.join(slugs)}: {type(done).__name__}: {done}"[:300])
            return
        for slug, outcome in done.outcomes.items():
            self.say(f"refreshed {slug}: {outcome}; {done.tally}")
        for report in done.reports:
            for alarm in report["alarms"]:
                self.say(f"{report['portal']}: ALARM {alarm}")
        jobs.hurry_job(self.shop.engine, "digests")


def _due(shop: Workshop) -> list[Due]:
    paused = paused_portals(shop.engine)
    open_ones = (slug for slug in shop.known_slugs() if slug in shop.portals)
    return due_portals(shop, [slug for slug in open_ones if slug not in paused])


def refresh(schedule: Schedule) -> str:
    """Begin the refresh of every portal that is due, at most a few at once, a host once."""
    shop = schedule.shop
    shop.load_portals()
    hosts: dict[str, list[str]] = {}
    for due in _due(shop):
        if due.at <= now():
            hosts.setdefault(authority(shop.portals[due.slug].home), []).append(due.slug)
    begun = schedule.refreshes.begin(hosts)
    return f"{begun} of {len(hosts)} due begun" if begun else ""


def read(schedule: Schedule) -> str:
    """Read and annotate what waits, and bring the indexes up: what a crash left, or a better reader reads anew."""
    tally = read_due(schedule.shop, Tally(), lambda line: None)
    return str(tally) if tally.any() else ""


def digest(schedule: Schedule) -> str:
    """Make the digests that are due."""
    made = outbox.make_digests(schedule.shop.engine)
    if made:
        jobs.hurry_job(schedule.shop.engine, "send")
    return f"{made} made" if made else ""


def send(schedule: Schedule) -> str:
    """Send what lies in the outbox."""
    shop = schedule.shop
    site = open_site(shop.config.web, shop.config.home)
    courier = Courier(shop.engine, site, shop.config.mail)
    done = courier.send_due(lambda: schedule.stopping.is_set() or not schedule.holding)
    told = [f"{done.sent} sent, {done.failed} failed"] if done.sent or done.failed else []
    return "; ".join([*told, *([f"{done.waiting} wait: {done.why}"] if done.waiting else [])])


def look_after(schedule: Schedule) -> str:
    """Note which portals are in trouble, and tell the operator of what is new."""
    if schedule.since is None or now() - schedule.since < _SETTLED:
        return ""
    watched = set(schedule.shop.known_slugs())
    count = troubles.note_troubles(schedule.shop.engine, watched)
    told = (
        troubles.alert_operator(schedule.shop.engine) if schedule.shop.config.mail.operator else 0
    )
    return f"{count} troubles" + (f", {told} told" if told else "") if count or told else ""


def save(schedule: Schedule) -> str:
    """Back up into the folder that is configured, and keep the newest few."""
    chosen = schedule.shop.config.schedule
    if not chosen.backup:
        return ""
    folder = schedule.shop.config.home / chosen.backup
    path, part = folder / f"bantin-{now():%Y%m%d-%H%M%S}", folder / "unfinished"
    rmtree(part, ignore_errors=True)
    back_up(schedule.shop, part, archive=False, say=lambda line: None)
    part.rename(path)
    made = sorted(p for p in folder.glob("bantin-*") if (p / MANIFEST).is_file())
    for old in made[: -max(chosen.keep, 1)]:
        rmtree(old, ignore_errors=True)
    return f"written to {path}"


def tidy(schedule: Schedule) -> str:
    """Forget subscriptions that were never confirmed and old deliveries; let the database tidy up."""
    gone = subscriptions.forget_old(schedule.shop.engine)
    tidy_up(schedule.shop.engine)
    forget_stale()
    return f"{gone} rows forgotten" if gone else ""


JOBS = (
    Job("refresh", refresh, timedelta(minutes=1)),
    Job("read", read, timedelta(minutes=10)),
    Job("digests", digest, timedelta(minutes=1)),
    Job("send", send, timedelta(minutes=1)),
    Job("health", look_after, timedelta(hours=1)),
    Job("backup", save, at=2 * 60),
    Job("tidy", tidy, at=3 * 60),
)


def plan(shop: Workshop, until: datetime) -> Iterator[tuple[datetime, str]]:
    """What is to run up to a moment, in order: refreshes, digests, and jobs that run once a day or rarer."""
    coming: list[tuple[datetime, str]] = []
    for due in _due(shop):
        at = max(due.at, now())
        while at <= until:
            coming.append((at, f"refresh {due.slug}"))
            at += due.every
    rows = jobs.list_jobs(shop.engine)
    for job in JOBS:
        if job.every >= timedelta(days=1):
            at = max(rows[job.name].due if job.name in rows else job.next_due(now()), now())
            while at <= until:
                coming.append((at, job.name))
                at = job.next_due(at)
    counted = Counter(
        max(row.due, now()) for row in subscriptions.list_subscriptions(shop.engine) if row.due
    )
    coming += [
        (at, f"digests of {count} subscriptions") for at, count in counted.items() if at <= until
    ]
    yield from sorted(coming)
