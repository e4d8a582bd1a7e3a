"""Health as the command tells it: of real portals that are crawled by a clock of ours."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samples import SampleSite
from samples.moods import BLOCKED, always
from tests.archives import bantin, done, make_archive, rows

START = datetime(2026, 1, 2, 1, tzinfo=UTC)


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clock"
    path.write_text(START.isoformat())
    monkeypatch.setenv("BANTIN_CLOCK", str(path))
    return path


def troubles(home: Path) -> list[str]:
    (row,) = rows(home, "status")
    return [told.partition(":")[0] for told in row["troubles"]]


def at(clock: Path, hours: int) -> None:
    clock.write_text((START + timedelta(hours=hours)).isoformat())


def test_a_page_of_refusal_is_no_reading(tmp_path: Path, clock: Path) -> None:
    """It comes with status 200; a day of it is told, and so is its end."""
    home = tmp_path / "kho"
    with SampleSite("nukeviet") as site:
        make_archive(home, [site])
        done(home, "crawl")
        assert troubles(home) == []
        site.mood = always(BLOCKED)
        for hours in (12, 20, 25):
            at(clock, hours)
            bantin(home, "crawl")
        assert troubles(home) == ["blocked"]
        assert bantin(home, "status", "--check").returncode == 3
        assert bantin(home, "status").returncode == 0
        site.mood = None
        at(clock, 24 * 9)
        done(home, "crawl")
        assert "blocked" not in troubles(home)


def test_a_portal_that_answers_no_more_is_dead(tmp_path: Path, clock: Path) -> None:
    home = tmp_path / "kho"
    with SampleSite("uiarticle") as site:
        make_archive(home, [site])
        done(home, "crawl")
    for hours in (12, 25):
        at(clock, hours)
        bantin(home, "crawl")
    assert troubles(home) == ["dead"]
    (home / "portals" / "uiarticle.toml").write_text(
        (home / "portals" / "uiarticle.toml").read_text() + 'closed = "2026-01-03"\n'
    )
    assert troubles(home) == []  # nobody expects anything of it
