"""The schedule as processes: one works at a time, takes over, ends cleanly, and tells subscribers by real mail."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import load_config
from model.clock import now, real_now
from pipeline.workshop import Workshop
from samples import SampleSite
from scheduler import JOBS, LEASE_NAME, Schedule, plan
from storage import jobs, schema
from storage.database import begin, look
from storage.leases import take_leases
from tests.archives import BANTIN, allow_hosts, done, make_archive
from tests.sink import smtp


@contextmanager
def scheduled(home: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """`bantin schedule` in an archive, with the lines that it logs."""
    child = subprocess.Popen(
        [BANTIN, "schedule"], cwd=home, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(iter(child.stderr.readline, "")) if child.stderr else None)  # fmt: skip
    reader.start()
    try:
        yield child, lines
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        reader.join()
        if child.stderr:
            child.stderr.close()


def wait_for(told: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def has_line(lines: list[str], words: str) -> Callable[[], bool]:
    return lambda: any(words in line for line in lines)


def empty_archive(home: Path) -> Path:
    home.mkdir(exist_ok=True)
    allow_hosts(home, [])
    done(home, "init")
    return home


def test_a_second_schedule_waits_and_takes_over(tmp_path: Path) -> None:
    home = empty_archive(tmp_path / "kho")
    with scheduled(home) as (first, one):
        wait_for(has_line(one, "schedule runs"))
        with scheduled(home) as (_, other):
            wait_for(has_line(other, "waiting: schedule is being worked on"))
            began = time.monotonic()
            first.kill()
            wait_for(has_line(other, "schedule runs"), 60)
            assert time.monotonic() - began < 60


def test_a_lease_of_another_machine_is_waited_for(tmp_path: Path) -> None:
    shop = Workshop(load_config(empty_archive(tmp_path / "kho") / "bantin.toml"))
    until = real_now() + timedelta(seconds=2)
    with begin(shop.engine) as session:
        session.add(schema.Lease(name=LEASE_NAME[0], holder="elsewhere:1:1", until=until))
    take_leases(shop.engine, LEASE_NAME)
    assert real_now() >= until


def test_it_refreshes_tells_and_ends_cleanly(tmp_path: Path, sites: list[SampleSite]) -> None:
    home = tmp_path / "kho"
    with smtp() as sink:
        make_archive(home, sites)
        with (home / "bantin.toml").open("a", encoding="utf-8") as file:
            file.write(
                f'[mail]\nserver = "127.0.0.1:{sink.port}"\nsecurity = "none"\nsender = "Bantin <tin@kho.example>"\n'
            )
        done(home, "digest", "add", "--to", "an@example.vn", "--query", "hộ nghèo", "--rhythm", "at_once", "--confirmed")  # fmt: skip
        with scheduled(home) as (child, lines):
            wait_for(lambda: sum("refreshed" in line for line in lines) == len(sites), 60)
            wait_for(lambda: sink.letters, 90)
            child.send_signal(signal.SIGTERM)
            assert child.wait(30) == 0
        assert "hộ nghèo: " in str(sink.letters[0].message["Subject"])
        assert lines[-1].endswith("schedule ended\n")
    assert not any("an@example.vn" in line for line in lines)
    shop = Workshop(load_config(home / "bantin.toml"))
    with look(shop.engine) as session:
        assert session.get(schema.Lease, LEASE_NAME[0]) is None
    rows = jobs.list_jobs(shop.engine)
    assert {name: row.outcome for name, row in rows.items()} == {job.name: "done" for job in JOBS}
    assert all(row.due > now() - timedelta(minutes=2) for row in rows.values())


def test_term_during_a_crawl_ends_soon_and_keeps_what_was_had(tmp_path: Path) -> None:
    site = SampleSite("uiarticle")
    with site:
        make_archive(tmp_path, [site])
        (tmp_path / "bantin.toml").write_text(
            (tmp_path / "bantin.toml").read_text().replace("delay = 0.0", "delay = 0.5")
        )
        with scheduled(tmp_path) as (child, _):
            wait_for(lambda: len(site.requests) > 4)
            child.send_signal(signal.SIGTERM)
            assert child.wait(30) == 0
        asked = len(site.requests)
        assert asked < 20
        shop = Workshop(load_config(tmp_path / "bantin.toml"))
        with look(shop.engine) as session:
            assert session.query(schema.Lease).all() == []
            assert [run.outcome for run in session.query(schema.Run)] == ["stopped"]


def test_jobs_that_were_missed_are_run_once(tmp_path: Path) -> None:
    shop = Workshop(load_config(empty_archive(tmp_path / "kho") / "bantin.toml"))
    schedule = Schedule(shop, lambda _: None)
    took = schedule._hold()
    assert took == ""
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    jobs.ensure_jobs(shop.engine, [(job.name, long_ago) for job in JOBS])
    assert [schedule.attempt(job) for job in JOBS] == [True] * len(JOBS)
    assert [schedule.attempt(job) for job in JOBS] == [False] * len(JOBS)
    assert all(row.due > now() for row in jobs.list_jobs(shop.engine).values())


def test_a_job_that_fails_ends_nothing_and_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Workshop(load_config(empty_archive(tmp_path / "kho") / "bantin.toml"))
    lines: list[str] = []
    schedule = Schedule(shop, lines.append)
    schedule._hold()
    jobs.ensure_jobs(shop.engine, [(job.name, now()) for job in JOBS])
    backup = next(job for job in JOBS if job.name == "backup")

    def fails(_: Schedule) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(type(backup), "work", property(lambda _: fails), raising=False)
    assert schedule.attempt(backup)
    row = jobs.list_jobs(shop.engine)["backup"]
    assert (row.outcome, row.note) == ("failed", "OSError: no space left")
    assert now() < row.due < now() + timedelta(minutes=6)
    assert "FAILED" in lines[-1]


def test_a_job_is_not_run_without_the_lease(tmp_path: Path) -> None:
    shop = Workshop(load_config(empty_archive(tmp_path / "kho") / "bantin.toml"))
    jobs.ensure_jobs(shop.engine, [(job.name, now()) for job in JOBS])
    assert not any(Schedule(shop, lambda _: None).attempt(job) for job in JOBS)


def test_the_plan_of_a_day(tmp_path: Path, sites: list[SampleSite]) -> None:
    make_archive(tmp_path, sites)
    shop = Workshop(load_config(tmp_path / "bantin.toml"))
    coming = list(plan(shop, now() + timedelta(days=1)))
    assert [at for at, _ in coming] == sorted(at for at, _ in coming)
    assert {what for _, what in coming} >= {f"refresh {site.kind}" for site in sites} | {"backup", "tidy"}  # fmt: skip
    printed = done(tmp_path, "schedule", "--dry-run").stdout
    assert "refresh uiarticle" in printed


def test_backups_are_made_and_the_old_ones_go(tmp_path: Path) -> None:
    home = empty_archive(tmp_path / "kho")
    with (home / "bantin.toml").open("a", encoding="utf-8") as file:
        file.write('[schedule]\nbackup = "luu"\nkeep = 2\n')
    shop = Workshop(load_config(home / "bantin.toml"))
    schedule = Schedule(shop, lambda _: None)
    backup = next(job for job in JOBS if job.name == "backup")
    for _ in range(3):
        backup.work(schedule)
        time.sleep(1.1)  # they are named by the second
    assert len(list((home / "luu").glob("bantin-*/backup.json"))) == 2
