"""The frontier: due, leased, acknowledged; one host, one lease; a dead holder is known at once."""

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from model.errors import Busy
from model.records import DuePage, Exchange, Link, Listing, PageRequest, Portal, WarcPlace
from storage import leases, schema
from storage.captures import save_portal
from storage.database import begin, look
from storage.frontier import Frontier

HOME = "http://h/tin"
LATER = timedelta(days=1)
RECORDS = itertools.count(1)


@pytest.fixture
def engine(opened: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(leases, "WAITS", 0)
    made = opened()
    with begin(made) as session:
        save_portal(session, Portal(slug="p", name="P", home="http://h/"))
    return made


def started(engine: Engine, host: str = "h") -> Frontier:
    frontier = Frontier(engine, "p", [host], lambda _published, captured: captured + LATER)
    frontier.open([HOME], [])
    return frontier


def captured(frontier: Frontier, page: DuePage, status: int = 200, number: int = 1) -> None:
    exchange = Exchange(
        url=page.asked.url, method="GET", status=status, headers=[], body=b"x",
        captured=datetime.now(UTC), kind=page.kind, page_id=page.id,
    )  # fmt: skip
    place = WarcPlace(file="f", start=number, offset=number, length=1, digest="d", checksum="c")
    frontier.captured(exchange, place, page, good=True)


def links(*numbers: int) -> list[Link]:
    return [Link(url=f"http://h/{n}", native_id=str(n), title=f"Bài {n}") for n in numbers]


def listing(*numbers: int, further: bool = True) -> Listing:
    more = PageRequest(url=f"{HOME}?page={max(numbers)}") if further else None
    return Listing(dialect="d", links=links(*numbers), next=more)


def urls(pages: list[DuePage]) -> list[str]:
    return [page.asked.url for page in pages]


def test_walk_goes_on_while_there_is_something_to_fetch(engine: Engine) -> None:
    frontier = started(engine)
    (head,) = frontier.due([HOME], files=True)
    fetch, known = frontier.listed(head, listing(1, 2), full=False)
    assert (urls(fetch), known) == (["http://h/1", "http://h/2", f"{HOME}?page=2"], set())
    for number, page in enumerate(fetch[:2]):
        captured(frontier, page, number=number)
    # The first walk of a section goes to its end, whatever is known.
    assert urls(frontier.listed(head, listing(1, 2), full=False)[0]) == [f"{HOME}?page=2"]
    frontier.listed(fetch[2], listing(1, further=False), full=False)
    again, known = frontier.listed(head, listing(1, 2), full=False)
    assert (again, len(known)) == ([], 2)
    assert urls(frontier.listed(head, listing(1, 2), full=True)[0]) == [f"{HOME}?page=2"]


def test_killed_run_leaves_everything_due(engine: Engine) -> None:
    frontier = started(engine)
    (head,) = frontier.due([HOME], files=True)
    fetch, _ = frontier.listed(head, listing(1, 2), full=False)
    captured(frontier, fetch[0])
    # The run is gone without a word; the next one may take its hosts, it is the same process here.
    resumed = started(engine)
    due = resumed.due([HOME], files=True)
    assert sorted(urls(due)) == ["http://h/2", HOME, f"{HOME}?page=2"]
    walk = next(page for page in due if page.kind == "list")
    further, _ = resumed.listed(walk, listing(1, 3), full=False)
    assert urls(further) == ["http://h/3", f"{HOME}?page=3"]
    known_only, _ = resumed.listed(further[1], listing(1, 4), full=False)
    assert known_only[-1].resumed  # to the end: bulletins may have moved while nobody looked


def test_changed_title_on_a_list_makes_an_article_due(engine: Engine) -> None:
    frontier = started(engine)
    (head,) = frontier.due([HOME], files=True)
    fetch, _ = frontier.listed(head, listing(1, further=False), full=False)
    captured(frontier, fetch[0])
    corrected = Listing(
        dialect="d", links=[Link(url="http://h/1", native_id="1", title="Bài 1 (đính chính)")]
    )
    assert urls(frontier.listed(head, corrected, full=False)[0]) == ["http://h/1"]


def test_failed_page_comes_back_later_each_time(engine: Engine) -> None:
    frontier = started(engine)
    (head,) = frontier.due([HOME], files=True)
    (page,) = frontier.listed(head, listing(1, further=False), full=False)[0]
    waits = []
    for _ in range(12):
        frontier.failed(page, "500")
        with look(engine) as session:
            due = session.get_one(schema.Page, page.id).due
        assert due is not None
        waits.append(round((due - datetime.now(UTC)).total_seconds() / 3600))
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == 24 * 14


def test_server_error_and_cut_answer_acknowledge_nothing(engine: Engine) -> None:
    frontier = started(engine)
    (head,) = frontier.due([HOME], files=True)
    (page,) = frontier.listed(head, listing(1, further=False), full=False)[0]
    captured(frontier, page, status=500)
    with look(engine) as session:
        assert session.get_one(schema.Page, page.id).acknowledged is None
        assert session.scalars(select(schema.Capture.state)).all() == ["kept"]


def test_living_holder_keeps_the_host(engine: Engine) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        holder = f"{socket.gethostname()}:{other.pid}:{leases._started(other.pid)}"
        give(engine, holder, timedelta(minutes=1))
        with pytest.raises(Busy, match=str(other.pid)):
            started(engine)
        started(engine, host="another host")
        other.kill()
        other.wait()
        started(engine)


def test_holder_elsewhere_keeps_the_host_until_its_time_is_up(engine: Engine) -> None:
    give(engine, "elsewhere:1:1", timedelta(minutes=1))
    with pytest.raises(Busy):
        started(engine)
    give(engine, "elsewhere:1:1", timedelta(seconds=-1))
    assert started(engine).renew()


def test_process_id_used_again_is_another_holder(engine: Engine) -> None:
    give(engine, f"{socket.gethostname()}:{os.getpid()}:1", timedelta(minutes=1))
    started(engine)


def test_lost_lease_is_not_renewed(engine: Engine) -> None:
    frontier = started(engine)
    give(engine, "elsewhere:1:1", timedelta(minutes=1))
    assert not frontier.renew()
    frontier.close("done", 0, [])
    with look(engine) as session:
        assert session.get_one(schema.Lease, "host h").holder == "elsewhere:1:1"


def give(engine: Engine, holder: str, for_time: timedelta) -> None:
    """Let somebody hold the host."""
    until = datetime.now(UTC) + for_time
    with begin(engine) as session:
        session.merge(schema.Lease(name="host h", holder=holder, until=until))
        session.execute(update(schema.Lease).values(holder=holder, until=until))


def dated(*numbers: int) -> Listing:
    """A list in order of dates: article 5 appeared on 2024-05-05."""
    found = [Link(url=f"http://h/{n}", native_id=str(n), title=f"Bài {n}", published=f"2024-05-{n:02}") for n in numbers]  # fmt: skip
    return Listing(dialect="d", links=found)


def walked(engine: Engine, *sections: tuple[str, Listing]) -> list[DuePage]:
    """What one run fetches beside its list pages; in the end, what waited for the lists."""
    frontier = Frontier(engine, "p", ["h"], lambda _published, captured: captured + LATER)
    frontier.open([url for url, _ in sections], [])
    heads = {
        page.asked.url: page for page in frontier.due([url for url, _ in sections], files=True)
    }
    fetched = [
        f for url, shown in sections for f in frontier.listed(heads[url], shown, full=False)[0]
    ]
    later = frontier.due_later()
    for page in [*fetched, *later]:
        captured(frontier, page, number=next(RECORDS))
    frontier.close("done", 0, [])
    return later


def test_what_left_its_list_is_looked_at_after_the_lists(engine: Engine) -> None:
    walked(engine, (HOME, dated(6, 5, 4, 3)))
    (left,) = walked(engine, (HOME, dated(7, 6, 4, 3)))
    assert (left.asked.url, left.unlisted) == ("http://h/5", True)
    assert walked(engine, (HOME, dated(7, 6, 4, 3))) == []
    assert walked(engine, (HOME, dated(7, 6, 5, 4))) == []  # back: fetched with the list, as listed


def test_what_another_list_shows_has_not_left(engine: Engine) -> None:
    other = f"{HOME}/khac"
    walked(engine, (HOME, dated(6, 5, 4, 3)), (other, dated(2)))
    assert walked(engine, (HOME, dated(6, 4, 3)), (other, dated(5, 2))) == []


def test_what_was_pinned_or_stands_in_a_list_without_order_is_only_looked_at(
    engine: Engine,
) -> None:
    walked(engine, (HOME, dated(1, 6, 5, 4)))  # 1 was pinned
    (left,) = walked(engine, (HOME, dated(6, 5, 4)))
    assert left.unlisted is False
    other = f"{HOME}/doc-nhieu"
    walked(engine, (other, dated(14, 19, 12)))
    (left,) = walked(engine, (other, dated(14, 12, 11, 18)))
    assert (left.asked.url, left.unlisted) == ("http://h/19", False)


def test_an_end_without_links_forgets_nothing(engine: Engine) -> None:
    walked(engine, (HOME, dated(6, 5, 4)))
    walked(engine, (HOME, Listing(dialect="none", links=[])))
    (left,) = walked(engine, (HOME, dated(6, 4)))
    assert left.asked.url == "http://h/5"
