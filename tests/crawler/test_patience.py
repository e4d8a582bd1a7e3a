"""A portal that asks to wait is waited for, and nothing is lost by it; one that goes on asking is left alone."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samples import NUKEVIET, SampleSite
from samples.web import Response
from tests.archives import bantin, done, make_archive, rows


def answer_of(site: SampleSite, busy: Callable[[int], bool], wait: str) -> list[float]:
    """Let a portal answer 429 to some requests; returns when it was asked while it wanted peace."""
    answer, count, until, rude = site.answer, 0, 0.0, []

    def limited(handler: Any, form: dict[str, str]) -> Response:
        nonlocal count, until
        count += 1
        if time.monotonic() < until - 0.05:
            rude.append(time.monotonic())
        if busy(count):
            until = time.monotonic() + float(wait)
            return Response("<h1>Too Many Requests</h1>", 429, headers=(("Retry-After", wait),))
        return answer(handler, form)

    site.answer = limited  # type: ignore[method-assign]
    return rude


def test_portal_with_a_limit_is_crawled_to_the_end(tmp_path: Path) -> None:
    with SampleSite(NUKEVIET) as site:
        rude = answer_of(site, lambda count: count % 9 == 0 or count == 1, "1")
        make_archive(tmp_path, [site])
        done(tmp_path, "crawl")
        assert rows(tmp_path, "status")[0]["articles"] == len(site.articles)
        assert rude == []


@pytest.mark.parametrize(("wait", "most"), [("3600", 1), ("1", 7)])
def test_portal_that_wants_no_crawler_is_left_alone(tmp_path: Path, wait: str, most: int) -> None:
    with SampleSite(NUKEVIET) as site:
        asked: list[int] = []

        def always(count: int) -> bool:
            asked.append(count)
            return True

        answer_of(site, always, wait)
        make_archive(tmp_path, [site])
        outcome = bantin(tmp_path, "crawl")
        assert outcome.returncode == 1
        assert len([line for line in outcome.stderr.splitlines() if "answered 429" in line]) == 1
        assert len(asked) <= most
