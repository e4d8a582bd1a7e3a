"""A short soak; `make soak` is the whole one."""

from pathlib import Path

import pytest

from tests.soak import soak


@pytest.mark.long
def test_a_day_with_kills(tmp_path: Path) -> None:
    counts = soak(days=1, portals=3, kills=4, home=tmp_path)
    assert counts.wrong == []
    assert counts.told["kills"] >= 2
    assert counts.told["messages"] >= 2
