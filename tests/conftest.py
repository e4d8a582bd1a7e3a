"""Sample portals that answer on loopback, and an archive that has crawled them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from samples import NUKEVIET, PORTALS, UIARTICLE, SampleSite
from storage.database import open_database
from tests import postgres
from tests.archives import CrawledAll, done, make_archive
from tests.clock import Clock, owned_clock


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that nobody waits for it alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of the tests' own."""
    with postgres.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new database, of both kinds in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'x.db'}"
    return postgres.fresh_database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def opened(database: str) -> Iterator[Callable[[], Engine]]:
    """Opens the new database, as often as it is called; closed at the end."""
    engines: list[Engine] = []

    def open_once() -> Engine:
        engines.append(open_database(database))
        return engines[-1]

    yield open_once
    for engine in engines:
        engine.dispose()


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Clock]:
    """A clock that stands until it is moved."""
    with owned_clock(tmp_path) as clock:
        yield clock


@pytest.fixture
def home(base: Path, tmp_path: Path, clock: Clock) -> Path:
    """A copy of the archive that a module has made as `base`, to be written to."""
    shutil.copytree(base, tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    """The database of that copy."""
    opened = open_database(f"sqlite:///{home / 'bantin.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def sites() -> Iterator[list[SampleSite]]:
    found = [SampleSite(UIARTICLE), SampleSite(NUKEVIET)]
    for site in found:
        site.start()
    yield found
    for site in found:
        site.close()


@pytest.fixture(scope="session")
def crawled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that has crawled both portals twice, an edit between; the portals are gone since."""
    home = tmp_path_factory.mktemp("crawled")
    found = [SampleSite(UIARTICLE), SampleSite(NUKEVIET)]
    for site in found:
        site.start()
    try:
        make_archive(home, found)
        done(home, "crawl")
        for site in found:
            site.edit()
        done(home, "crawl")
    finally:
        for site in found:
            site.close()
    return home


@pytest.fixture
def crawled(crawled_once: Path, tmp_path: Path) -> Path:
    """A copy of that archive, to be damaged."""
    home = tmp_path / "archive"
    shutil.copytree(crawled_once, home)
    return home


@pytest.fixture(scope="session")
def crawled_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrawledAll]:
    """An archive that has crawled every sample portal, and the portals, which still answer."""
    home = tmp_path_factory.mktemp("all")
    found = {kind: SampleSite(kind) for kind in PORTALS}
    for site in found.values():
        site.start()
    make_archive(home, found.values())
    done(home, "crawl")
    yield CrawledAll(home, found, {kind: list(site.requests) for kind, site in found.items()})
    for site in found.values():
        site.close()


@pytest.fixture(scope="session")
def imported_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a few imported pages, for tests that look at all of it many times."""
    home = tmp_path_factory.mktemp("imported")
    done(home, "init")
    pages = Path(__file__).parent / "portals"
    for slug in ("mau-nukeviet", "mau-uiarticle"):
        found = [
            str(path.parent / "page.html") for path in sorted(pages.glob(f"{slug}/*/article.json"))
        ]
        done(home, "import", *found[:4], "--portal", slug, "--place", "tỉnh Ninh Bình")
    return home


@pytest.fixture
def imported(imported_once: Path, tmp_path: Path) -> Path:
    """A copy of that archive, to be damaged."""
    home = tmp_path / "archive"
    shutil.copytree(imported_once, home)
    return home
