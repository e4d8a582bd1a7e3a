"""An archive that tests of pages look at, and its pages behind a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock import owned_clock
from tests.sink import Web, open_home, served_app
from tests.web.shelf import fill_shelf
from web import following


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shelf")
    with owned_clock(home) as clock:
        fill_shelf(home, clock)
    return home


@pytest.fixture(scope="module")
def shelf(base: Path) -> Iterator[Web]:
    """The pages of that archive, for all tests of a module."""
    following.TURNS.clear()
    with served_app(open_home(base)) as web:
        yield web
