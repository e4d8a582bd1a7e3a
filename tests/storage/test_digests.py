"""Digests tell each change once: whatever comes in between, and whenever the maker dies."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from model.clock import now
from model.errors import InputError, StoreError
from storage import outbox, schema
from storage.database import begin, look
from storage.ids import derive_id
from storage.journal import add_line
from storage.outbox import make_digests, note_failed, note_sent, preview_items
from storage.subscriptions import (
    Rhythm,
    confirm,
    forget_old,
    get_subscription,
    next_due,
    subscribe,
    unsubscribe,
)
from storage.wishes import Wish, read_wish
from tests.clock import Clock
from text import VIETNAM

OpenOnce = Callable[[], Engine]
EVERYTHING = Wish()


class Desk:
    """Publishes into a database as the reader does: an article, its edition, a line in the journal."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with begin(engine) as session:
            session.add_all(schema.Portal(slug=slug, name=f"Huyện {slug}") for slug in ("b", "a"))

    def publish(self, name: str, text: str, portal: str = "a", *, read: bool = True) -> str:
        article = derive_id("article", portal, name)
        with begin(self.engine) as session:
            if session.get(schema.Article, article) is None:
                session.add(schema.Article(id=article, portal=portal))
                session.flush()
            edition = derive_id("edition", article, text)
            event = "returned" if session.get(schema.Edition, edition) else "edition"
            if event == "edition":
                session.add(self._edition(article, edition, name, text, read))
            session.get_one(schema.Article, article).current = edition
            compared = session.get(schema.Likeness, article)
            if compared is None:
                session.add(schema.Likeness(article_id=article, edition_id=edition, bands=[]))
            else:
                compared.edition_id = edition
            session.flush()
            add_line(session, event, article, edition, now().isoformat() if event == "returned" else None)  # fmt: skip
        return article

    def _edition(self, article: str, edition: str, name: str, text: str, read: bool) -> Any:
        reading = {"section": None, "sections": {"title": [0, len(name)]}, "url": None}
        return schema.Edition(
            id=edition, article_id=article, capture_id=edition, captured=now(), warc_file="f", warc_offset=0,
            dialect="d", title=name, published="2024-01-01", text=f"{name}\n\n{text}", reading=reading,
            annotated_by="v" if read else None,
        )  # fmt: skip

    def vanish(self, article: str) -> None:
        with begin(self.engine) as session:
            row = session.get_one(schema.Article, article)
            if row.vanished is None:
                row.vanished = now()
                add_line(session, "vanished", article, row.current)

    def annotate(self) -> None:
        with begin(self.engine) as session:
            for edition in session.scalars(select(schema.Edition)):
                edition.annotated_by = "v"

    def told(self) -> list[tuple[str, str, str]]:
        """Subscription, kind and edition of everything in the outbox."""
        with look(self.engine) as session:
            asked = select(schema.Delivery).where(schema.Delivery.kind == "digest")
            return [
                (row.subscription_id or "", item["kind"], item["edition"])
                for row in session.scalars(asked.order_by(schema.Delivery.last))
                for item in row.items
            ]


def follow(engine: Engine, wish: Wish = EVERYTHING, rhythm: str = "at_once") -> str:
    return subscribe(engine, "an@example.vn", wish, Rhythm(rhythm), confirmed=True)


@pytest.mark.parametrize("seed", range(3))
def test_each_change_is_told_once(opened: OpenOnce, clock: Clock, seed: int) -> None:
    """Random publishing, editing, taking back and vanishing, with runs of the maker that die at any point."""
    engine, chance = opened(), random.Random(seed)
    desk = Desk(engine)
    desk.publish("trước", "đã có từ trước")
    key = follow(engine)
    held, states = dict[str, str](), dict[str, str]()  # texts by article: those known, those there
    expected: list[tuple[str, str]] = []
    for _ in range(60):
        clock.forward(minutes=1)
        name = f"bài {chance.randrange(12)}"
        act = chance.random()
        if act < 0.6:
            text, before = f"nội dung {chance.randrange(3)}", states.get(name)
            states[name] = text
            if before != text:
                desk.publish(name, text)
        elif act < 0.8:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(outbox, "new_delivery", _dies)
                with suppress(SystemError):
                    make_digests(engine)
        else:
            expected += _expect(states, held)
            make_digests(engine)
    expected += _expect(states, held)
    clock.forward(minutes=1)
    make_digests(engine)
    assert sorted((kind, edition) for _, kind, edition in desk.told()) == sorted(expected)
    assert {one for one, _, _ in desk.told()} == {key}


def _dies(*_: Any) -> Any:
    raise SystemError("killed")


def _expect(states: dict[str, str], held: dict[str, str]) -> list[tuple[str, str]]:
    """What is to be told now, by what stands on the portal and what was told before."""
    found = []
    for name, text in states.items():
        if held.get(name) != text:
            edition = derive_id("edition", derive_id("article", "a", name), text)
            found.append(("edited" if name in held else "new", edition))
            held[name] = text
    return found


def test_what_is_not_read_yet_waits(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    follow(engine)
    desk.publish("một", "chữ", read=False)
    clock.forward(minutes=1)
    assert make_digests(engine) == 0
    assert get_subscription(engine, follow(engine)).watermark == 0
    desk.annotate()
    assert make_digests(engine) == 1
    desk.publish("hai", "không đọc được", read=False)
    assert make_digests(engine) == 0
    clock.forward(hours=3)
    assert make_digests(engine) == 1
    assert len(desk.told()) == 2


def test_edits_that_take_away_what_was_wished_for_are_told(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    follow(engine, Wish(q="hộ nghèo"))
    article = desk.publish("một", "31 hộ nghèo")
    make_digests(engine)
    clock.forward(minutes=1)
    desk.publish("một", "không còn gì")
    desk.publish("hai", "không liên quan")
    make_digests(engine)
    assert [kind for _, kind, _ in desk.told()] == ["new", "edited"]
    clock.forward(minutes=1)
    desk.vanish(article)
    make_digests(engine)
    assert len(desk.told()) == 2  # what is gone does not tell of hộ nghèo any more
    desk.vanish(desk.publish("ba", "5 hộ nghèo"))
    clock.forward(minutes=1)
    make_digests(engine)
    assert [kind for _, kind, _ in desk.told()] == ["new", "edited", "new"]
    assert _items(engine)[-1]["vanished"]


def _items(engine: Engine) -> list[dict[str, Any]]:
    with look(engine) as session:
        rows = session.scalars(select(schema.Delivery).order_by(schema.Delivery.last))
        return [item for row in rows for item in row.items]


def test_vanished_articles_are_told(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    article = desk.publish("một", "chữ")
    follow(engine)
    clock.forward(minutes=1)
    desk.vanish(article)
    make_digests(engine)
    assert [kind for _, kind, _ in desk.told()] == ["vanished"]


def test_reposts_stand_under_the_first(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    follow(engine)
    copy, first = desk.publish("bản sao", "tin chung", "a"), desk.publish("gốc", "tin chung", "b")
    with begin(engine) as session:
        for key in (copy, first):
            session.get_one(schema.Article, key).origin = first
    make_digests(engine)
    (item,) = _items(engine)
    assert item["article"] == first
    assert item["also"] == [{"article": copy, "portal": "a"}]


def test_portals_are_in_order_and_wishes_narrow(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    for n in range(3):
        desk.publish(f"a{n}", "tin hộ nghèo")
        desk.publish(f"b{n}", "tin khác", "b")
    items = preview_items(engine, Wish(), 0)
    assert [item["article"] for item in items[:3]] == sorted(
        (derive_id("article", "a", f"a{n}") for n in range(3)), reverse=True
    )
    assert len(items) == 6
    assert len(preview_items(engine, Wish(portal="b"), 0)) == 3
    assert len(preview_items(engine, Wish(q="ho ngheo"), 0)) == 3
    assert preview_items(engine, Wish(portal="b", q="hộ nghèo"), 0) == []


def test_daily_digests_come_once_and_missed_days_are_one(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    clock.set(datetime(2026, 1, 5, 7, tzinfo=VIETNAM))
    key = follow(engine, rhythm="daily")
    assert make_digests(engine) == 0
    desk.publish("một", "chữ")
    clock.forward(days=3, minutes=5)
    assert make_digests(engine) == 1
    assert make_digests(engine) == 0
    assert get_subscription(engine, key).due == datetime(2026, 1, 9, tzinfo=UTC)
    clock.forward(days=1)
    assert make_digests(engine) == 0  # nothing new, no mail
    assert get_subscription(engine, key).due == datetime(2026, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("minute", [0, 420, 1439])
@pytest.mark.parametrize("name", ["daily", "weekly"])
def test_next_due_is_after_and_at_its_minute(name: str, minute: int) -> None:
    for hours in range(0, 400, 7):
        after = datetime(2026, 2, 26, tzinfo=UTC) + timedelta(hours=hours)
        found = next_due(Rhythm(name, minute, 3), after).astimezone(VIETNAM)
        assert after < found <= after + timedelta(days=1 if name == "daily" else 7)
        assert (found.hour * 60 + found.minute, name == "daily" or found.weekday()) in (
            (minute, True),
            (minute, 3),
        )


def test_subscriptions_begin_end_and_are_forgotten(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    desk.publish("cũ", "trước khi đăng ký")
    key = subscribe(engine, "an@example.vn", Wish(q="x"))
    assert subscribe(engine, " an@example.vn ", Wish(q="x")) == key
    assert len(_deliveries(engine)) == 1
    assert get_subscription(engine, key).due is None
    assert confirm(engine, key)
    assert get_subscription(engine, key).watermark == 1
    assert unsubscribe(engine, key)
    assert not unsubscribe(engine, key)
    assert not confirm(engine, key)
    assert _deliveries(engine) == []
    subscribe(engine, "quen@example.vn", Wish())
    clock.forward(days=8)
    assert forget_old(engine) == 2
    with look(engine) as session:
        assert session.scalars(select(schema.Subscription)).all() == []


def _deliveries(engine: Engine) -> list[str]:
    with look(engine) as session:
        return list(session.scalars(select(schema.Delivery.id)))


def test_refusals_for_good_end_a_subscription_and_others_are_tried_again(
    opened: OpenOnce, clock: Clock
) -> None:
    engine = opened()
    desk = Desk(engine)
    key = follow(engine)
    for n in range(3):
        clock.forward(minutes=1)
        desk.publish(f"bài {n}", "chữ")
        make_digests(engine)
        (due,) = outbox.due_deliveries(engine, 9)
        note_failed(engine, due, "451 later", for_good=False)
        assert outbox.due_deliveries(engine, 9) == []
        clock.forward(minutes=2)
        assert outbox.due_deliveries(engine, 9) == [due]
        note_failed(engine, due, "550 no", for_good=True)
    assert get_subscription(engine, key).due is None
    note_sent(engine, "nobody")


@pytest.mark.parametrize(
    "target",
    ["", "x", "@", "a@b", "a b@c.vn", "a@b.vn\r\nBcc: c@d.vn", "a@b.vn,c@d.vn", "<a@b.vn>", "ă@b.vn", "ftp://a.b/c"],
)  # fmt: skip
def test_addresses_that_are_none(opened: OpenOnce, target: str) -> None:
    with pytest.raises(InputError):
        subscribe(opened(), target, Wish())


@pytest.mark.parametrize(
    "given",
    [{"type": "euro"}, {"min": "x"}, {"max": "NaN"}, {"since": "hôm qua"}, {"unknown": "1"}, {"person": "..."}],
)  # fmt: skip
def test_wishes_that_are_wrong_name_the_key(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match=next(iter(given))):
        read_wish(given)


def test_wishes_survive_being_kept() -> None:
    wish = read_wish(
        {"q": " hộ nghèo ", "min": "10e9", "loose": "1", "portal": "", "since": "12/07/2023"}
    )
    assert wish == Wish(q="hộ nghèo", min="10e9", loose=True, since="2023-07-12")
    assert read_wish(wish.given()) == wish


def test_one_that_cannot_be_told_keeps_no_other_back(opened: OpenOnce, clock: Clock) -> None:
    engine = opened()
    desk = Desk(engine)
    good, bad = follow(engine), subscribe(engine, "binh@example.vn", Wish(), Rhythm("at_once"), confirmed=True)  # fmt: skip
    with begin(engine) as session:
        session.get_one(schema.Subscription, bad).wish = {"min": "gì đó"}
    desk.publish("một", "chữ")
    with pytest.raises(StoreError, match=bad):
        make_digests(engine)
    assert [key for key, _, _ in desk.told()] == [good]
    assert get_subscription(engine, bad).watermark == 0


def test_what_is_settled_does_not_wait_for_what_is_not(opened: OpenOnce, clock: Clock) -> None:
    """A portal that is read for the first time holds nobody up; nothing of what waits is told by halves."""
    engine = opened()
    desk = Desk(engine)
    key = follow(engine)
    desk.publish("một", "chữ")
    desk.publish("hai", "chữ")
    desk.publish("ba", "chữ", read=False)
    desk.publish("hai", "chữ khác")  # told with its newer edition, when that is settled
    assert make_digests(engine) == 1
    assert get_subscription(engine, key).watermark == 1
    desk.annotate()
    clock.forward(minutes=1)
    assert make_digests(engine) == 1
    assert sorted(kind for _, kind, _ in desk.told()) == ["new"] * 3
    assert get_subscription(engine, key).watermark == 4
