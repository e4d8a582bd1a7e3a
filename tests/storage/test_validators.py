"""Validators are believed only where the portal has shown that they are true."""

from datetime import UTC, datetime, timedelta

from model.records import Exchange
from storage.validators import FULL_EVERY, after, to_send

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answer(
    body: bytes, modified: str = "Mon, 01 Jan 2024 00:00:00 GMT", status: int = 200
) -> Exchange:
    headers = [("Last-Modified", modified)]
    return Exchange(url="http://h/1", status=status, headers=headers, body=body, captured=NOW)


def test_sent_after_they_came_twice_with_the_same_bytes() -> None:
    once = after(None, answer(b"a"))
    assert to_send(once, NOW) == {}
    twice = after(once, answer(b"a"))
    assert to_send(twice, NOW) == {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}
    assert after(twice, answer(b"", status=304)) == twice


def test_a_page_is_had_whole_after_a_while() -> None:
    twice = after(after(None, answer(b"a")), answer(b"a"))
    assert to_send(twice, NOW + FULL_EVERY + timedelta(days=1)) == {}


def test_a_lie_is_remembered() -> None:
    lied = after(after(None, answer(b"a")), answer(b"b"))
    assert to_send(lied, NOW) == {}
    assert to_send(after(after(lied, answer(b"b")), answer(b"b")), NOW) == {}
