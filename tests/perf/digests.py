"""Digests at size: ten thousand subscriptions told of a day's news, up to the bytes that a mail server would be handed.

Runs in a process of its own, so that its memory is what digests take: `python -m tests.perf.digests DATABASE`.
"""

import re
import secrets
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, select

from model.clock import now
from model.settings import MailConfig
from publish.delivering import Courier
from publish.mail import as_bytes
from publish.site import Site
from storage import schema
from storage.database import begin, look, open_database
from storage.outbox import due_deliveries, get_delivery, make_digests
from storage.wishes import Wish
from tests.perf.corpus import PORTALS, read_vocabulary

SUBSCRIPTIONS, NEWS = 10_000, 1000  # bulletins of the day


def wishes() -> list[Wish]:
    """A thousand wishes: words, portals, persons' names, figures, and everything of a portal."""
    words = read_vocabulary().words
    found = []
    for n in range(200):
        word, portal = words[50 + n], PORTALS[n % len(PORTALS)]
        found += [
            Wish(q=f'"{word} {words[n]}"'),
            Wish(q=word, portal=portal),
            Wish(portal=portal),
            Wish(q=word, type="money", min="5e9"),
            Wish(q=f"{words[400 + n]} {words[n % 40]}"),
        ]
    return found


def subscribe_all(engine: Engine, last: int) -> None:
    """Ten thousand subscriptions that are due and know all but the last day's news."""
    shared = {"channel": "mail", "rhythm": "daily", "minute": 420, "weekday": 0, "created": now(), "confirmed": now(),
              "due": now(), "watermark": last - NEWS, "bounces": 0}  # fmt: skip
    rows = [
        shared | {"id": secrets.token_hex(8), "target": f"an{n}@example.vn", "wish": wish.given()}
        for n, wish in enumerate(islice(cycle(wishes()), SUBSCRIPTIONS))
    ]
    with begin(engine) as session:
        session.execute(insert(schema.Subscription), rows)


def memory() -> int:
    """The most memory of this process, MB."""
    held = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(held[1]) // 1024 if held else 0


def write_all(engine: Engine) -> tuple[int, int]:
    """Every letter of the outbox as bytes; returns how many and how many bytes."""
    courier = Courier(engine, Site("https://kho.example", "Bantin", b"x"), MailConfig())
    letters = size = 0
    for key in due_deliveries(engine, 2 * SUBSCRIPTIONS):
        found: Any = get_delivery(engine, key)
        letter = courier.letter(*found)
        size += len(as_bytes(letter, "Bantin <a@kho.example>", "kho.example", "Bantin"))
        letters += 1
    return letters, size


def main() -> None:
    engine = open_database(f"sqlite:///{sys.argv[1]}")
    with look(engine) as session:
        last = session.scalar(select(func.max(schema.Journal.number))) or 0
    subscribe_all(engine, last)
    began, before = time.perf_counter(), memory()
    made = make_digests(engine)
    chosen, between = time.perf_counter() - began, memory()
    letters, size = write_all(engine)
    whole = time.perf_counter() - began
    sys.stdout.write(
        f"{SUBSCRIPTIONS:,} subscriptions over {last:,} bulletins, {NEWS:,} new: {made:,} digests chosen in {chosen:.1f} s, "
        f"{letters:,} letters of {size // max(letters, 1):,} bytes written in {whole - chosen:.1f} s, {whole:.0f} s in all before SMTP; "
        f"memory {before} MB before, {between} and {memory()} MB after\n"
    )


if __name__ == "__main__":
    main()
