"""Health as the command tells it: of real portals that are crawled by a clock of ours."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from samples import SampleSite
from samples.moods import BLOCKED, always
from tests.archives import bantin, done, make_archive, rows
from tests.clock import Clock

BEGIN = datetime(2026, 1, 2, 1, tzinfo=UTC)


def troubles(home: Path) -> list[str]:
    (row,) = rows(home, "status")
    return [told.partition(":")[0] for told in row["troubles"]]


def test_a_page_of_refusal_is_no_reading(tmp_path: Path, clock: Clock) -> None:
    """It comes with status 200; a day of it is told, and so is its end."""
    clock.set(BEGIN)
    home = tmp_path / "kho"
    with SampleSite("nukeviet") as site:
        make_archive(home, [site])
        done(home, "crawl")
        assert troubles(home) == []
        site.mood = always(BLOCKED)
        for hours in (12, 20, 25):
            clock.set(BEGIN + timedelta(hours=hours))
            bantin(home, "crawl")
        assert troubles(home) == ["blocked"]
        assert bantin(home, "status", "--check").returncode == 3
        assert bantin(home, "status").returncode == 0
        site.mood = None
        clock.set(BEGIN + timedelta(hours=24 * 9))
        done(home, "crawl")
        assert "blocked" not in troubles(home)


def test_a_portal_that_answers_no_more_is_dead(tmp_path: Path, clock: Clock) -> None:
    clock.set(BEGIN)
    home = tmp_path / "kho"
    with SampleSite("uiarticle") as site:
        make_archive(home, [site])
        done(home, "crawl")
    clock.set(BEGIN + timedelta(hours=25))
    bantin(home, "crawl")  # which waits and asks again for half a minute
    assert troubles(home) == ["dead"]
    (home / "portals" / "uiarticle.toml").write_text(
        (home / "portals" / "uiarticle.toml").read_text() + 'closed = "2026-01-03"\n'
    )
    assert troubles(home) == []  # nobody expects anything of it
