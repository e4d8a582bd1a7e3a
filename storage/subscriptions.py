"""Subscriptions: who is told what, how often, and up to where they know the journal."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine, delete, or_, select
from sqlalchemy.orm import Session

from model.clock import now
from model.errors import InputError, TooMany, UnknownId
from storage import schema
from storage.database import begin, look
from storage.ids import derive_id
from storage.journal import last_number
from storage.wishes import Wish, read_wish
from text import VIETNAM

RHYTHMS = ("daily", "weekly", "at_once")


class Rhythm(NamedTuple):
    """How often somebody is told, at which minute of the day in Vietnam, on which day of the week (0 is Monday)."""

    name: str = "daily"
    minute: int = 420
    weekday: int = 0


DAILY = Rhythm()
_TIME = re.compile(r"([01]?\d|2[0-3])(?:[:h]([0-5]?\d)?)?", re.ASCII)


def read_rhythm(name: str, at: str, weekday: str) -> Rhythm:
    """A rhythm as it was typed: its name, a time such as 07:00 or 7h, the number of a day of the week; raises InputError.

    >>> read_rhythm("weekly", "7h30", "2")
    Rhythm(name='weekly', minute=450, weekday=2)
    """
    read = _TIME.fullmatch(at.strip().lower())
    if name not in RHYTHMS:
        raise InputError(f"rhythm: {', '.join(RHYTHMS)}")
    if read is None:
        raise InputError("at: write a time such as 07:00")
    if weekday not in tuple("0123456"):
        raise InputError("weekday: 0 for Monday to 6 for Sunday")
    return Rhythm(name, 60 * int(read[1]) + int(read[2] or 0), int(weekday))


MOST = 100  # subscriptions of one address
_PATIENCE = timedelta(days=7)  # with somebody who never says that they want to be subscribed
_AGAIN = timedelta(minutes=15)  # between two mails that ask for it
_ASKED = 5  # such mails to one address in a day, whoever asks for them
_KEPT = timedelta(days=90)  # deliveries that were sent or given up


def next_due(rhythm: Rhythm, after: datetime) -> datetime:
    """When the next digest is made after a moment; at once means then.

    >>> next_due(DAILY, datetime(2023, 7, 12, 1, tzinfo=VIETNAM)).isoformat()
    '2023-07-12T07:00:00+07:00'
    >>> next_due(Rhythm("weekly"), datetime(2023, 7, 12, 1, tzinfo=VIETNAM)).isoformat()
    '2023-07-17T07:00:00+07:00'
    """
    if rhythm.name == "at_once":
        return after
    local = after.astimezone(VIETNAM)
    slot = datetime.combine(local.date(), time(*divmod(rhythm.minute, 60)), VIETNAM)
    while slot <= local or (rhythm.name == "weekly" and slot.weekday() != rhythm.weekday):
        slot += timedelta(days=1)
    return slot


def subscribe(
    engine: Engine, target: str, wish: Wish, rhythm: Rhythm = DAILY, *, confirmed: bool = False
) -> str:
    """The id of a new subscription, or of the same one that is there; mail to confirm it is made, at most every quarter of an hour and five a day.

    `target` is a mail address or the address of a webhook. Raises InputError for an address that is none, TooMany
    where one has too many.
    """
    target, wish = check_target(target), read_wish(wish.given())
    told = {"rhythm": rhythm.name, "minute": rhythm.minute, "weekday": rhythm.weekday}
    told |= {"wish": wish.given()}
    with begin(engine) as session:
        held = session.scalars(
            select(schema.Subscription).where(schema.Subscription.target == target)
        ).all()
        row = next((s for s in held if all(getattr(s, k) == v for k, v in told.items())), None)
        if row is None:
            if len(held) >= MOST:
                raise TooMany(f"more than {MOST} subscriptions of one address")
            row = _new_row(target, told)
            session.add(row)
            session.flush()
        if row.confirmed is not None and row.due is None:  # refused for good before: they ask again
            row.confirmed, row.bounces = None, 0
        if confirmed and row.confirmed is None:
            _confirm(session, row)
        elif row.confirmed is None:
            _ask(session, row)
        return row.id


def _new_row(target: str, told: dict[str, Any]) -> schema.Subscription:
    hook = "://" in target
    return schema.Subscription(
        id=secrets.token_hex(8), channel="webhook" if hook else "mail", target=target, created=now(), watermark=0,
        secret=secrets.token_hex(32) if hook else None, bounces=0, **told,
    )  # fmt: skip


def check_target(target: str) -> str:
    """A mail address or the address of a webhook; raises InputError."""
    target = target.strip()
    if target.startswith(("https://", "http://")):
        return target
    name, _, host = target.rpartition("@")
    plain = target.isascii() and target.isprintable() and not set(target) & set(' <>,;:"()[]\\')
    if not (plain and name and "@" not in name and "." in host.strip(".") and len(target) < 255):
        raise InputError("no mail address such as ten@example.vn, and no address of a webhook")
    return target


def _ask(session: Session, row: schema.Subscription) -> None:
    """Make the mail that asks whether somebody wants this, unless one was made just now; webhooks need none."""
    if row.channel == "webhook":
        _confirm(session, row)
        return
    delivery, subscription = schema.Delivery, schema.Subscription
    asked = select(delivery.made, delivery.subscription_id).join(
        subscription, subscription.id == delivery.subscription_id
    )
    lately = (delivery.kind == "confirm", delivery.made > now() - timedelta(days=1))
    made = session.execute(asked.where(subscription.target == row.target, *lately)).all()
    just_now = any(key == row.id and at > now() - _AGAIN for at, key in made)
    if not just_now and len(made) < _ASKED:
        session.add(new_delivery("confirm", row.id, (0, 0), []))


def new_delivery(
    kind: str, subscription: str | None, span: tuple[int, int], items: list[Any]
) -> schema.Delivery:
    """A row of the outbox, due at once; of a digest the id follows from what it tells."""
    made = now()
    what = span if kind == "digest" else made.isoformat()
    key = derive_id("delivery", kind, subscription or "", what)
    return schema.Delivery(
        id=key, kind=kind, subscription_id=subscription, first=span[0], last=span[1], items=items,
        made=made, due=made, tries=0,
    )  # fmt: skip


def confirm(engine: Engine, key: str) -> bool:
    """Begin a subscription; False where there is none of that id any more. Safe when done twice."""
    with begin(engine) as session:
        row = session.get(schema.Subscription, key, with_for_update=True)
        if row is not None and row.confirmed is None:
            _confirm(session, row)
        return row is not None


def _confirm(session: Session, row: schema.Subscription) -> None:
    row.confirmed = now()
    row.watermark = last_number(session)
    row.due = next_due(rhythm_of(row), row.confirmed)


def unsubscribe(engine: Engine, key: str) -> bool:
    """Forget a subscription with its address; False where there is none of that id any more."""
    with begin(engine) as session:
        session.get(schema.Subscription, key, with_for_update=True)  # no digest is made meanwhile
        session.execute(delete(schema.Delivery).where(schema.Delivery.subscription_id == key))
        gone = session.execute(delete(schema.Subscription).where(schema.Subscription.id == key))
        return bool(getattr(gone, "rowcount", 0))


def get_subscription(engine: Engine, key: str) -> schema.Subscription:
    """The subscription of that id; raises UnknownId."""
    with look(engine) as session:
        row = session.get(schema.Subscription, key)
        if row is None:
            raise UnknownId(f"{key}: no such subscription; `bantin digest list` prints them")
        return row


def list_subscriptions(engine: Engine) -> Sequence[schema.Subscription]:
    """All subscriptions, the oldest first."""
    with look(engine) as session:
        order = (schema.Subscription.created, schema.Subscription.id)
        return session.scalars(select(schema.Subscription).order_by(*order)).all()


def rhythm_of(row: schema.Subscription) -> Rhythm:
    """How often a subscription is told."""
    return Rhythm(row.rhythm, row.minute, row.weekday)


def wish_of(row: schema.Subscription) -> Wish:
    """What a subscription asks for."""
    return read_wish(row.wish)


def forget_old(engine: Engine) -> int:
    """Delete subscriptions that were never confirmed and old deliveries; returns how many."""
    subscription, delivery = schema.Subscription, schema.Delivery
    stale = (subscription.confirmed.is_(None), subscription.created < now() - _PATIENCE)
    with begin(engine) as session:
        keys = session.scalars(select(subscription.id).where(*stale)).all()
        old = (delivery.due.is_(None)) & (delivery.made < now() - _KEPT)
        gone = session.execute(delete(delivery).where(or_(old, delivery.subscription_id.in_(keys))))
        session.execute(delete(subscription).where(subscription.id.in_(keys)))
        return len(keys) + int(getattr(gone, "rowcount", 0))
