"""The outbox: digests are made in one transaction with the watermarks they move, and sent from here."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Engine, case, func, select, update
from sqlalchemy.orm import Session

from model.clock import now
from model.errors import StoreError
from storage import schema
from storage.database import begin, look
from storage.epochs import is_rereading
from storage.index import pass_damage
from storage.journal import last_number
from storage.news import Change, find_changes, last_settled
from storage.passing import PassingIndex
from storage.queries import portal_names
from storage.subscriptions import new_delivery, next_due, rhythm_of, wish_of
from storage.wishes import Wish
from text import bare_key

_MOST = 1000  # changes that one digest names; of more it says how many
_LATER = timedelta(hours=6)  # until a subscription that could not be told is tried again
_LOT = 200  # subscriptions that are moved on in one transaction
# How long after a failed try the next one comes; then it is given up.
_WAITS = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60, 180, 360, 720, 1440, 1440))
MOST_BOUNCES = 3  # refusals for good in a row, after which nothing more is made
Item = dict[str, Any]


def make_digests(engine: Engine) -> int:
    """Make the digests that are due and move their watermarks on; returns how many have something to tell.

    Nothing is made while what the journal tells is not read to its end. Killed at any moment, each change is told to
    each subscription once. Raises StoreError, when all others are made, where some could not be.
    """
    moment = now()
    made, failed = 0, list[str]()
    with look(engine) as session:  # one moment of the journal for all
        groups = _due(session, moment)
        last = last_settled(session, min(groups)) if groups else None
        names = portal_names(engine) if groups else {}
        for after, group in groups.items() if last is not None else ():
            if last is None or last < after:
                continue
            changes = find_changes(session, after, last) if last > after else []
            with Board(engine, changes, names) as board:
                for at in range(0, len(group), _LOT):
                    made += _tell(engine, group[at : at + _LOT], board, (after, last, moment))
                failed += board.failed + board.broken
    if failed:
        raise StoreError(f"{len(failed)} could not be told or told of: {', '.join(failed[:5])}")
    return made


def _due(session: Session, moment: datetime) -> dict[int, list[schema.Subscription]]:
    """The subscriptions that are due by where they know the journal; at once means when there is something new."""
    row = schema.Subscription
    groups: dict[int, list[schema.Subscription]] = defaultdict(list)
    for found in session.scalars(select(row).where(row.due <= moment).order_by(row.id)):
        groups[found.watermark].append(found)
    last = last_number(session)
    return {
        after: group
        for after, group in groups.items()
        if after < last or any(one.rhythm != "at_once" for one in group)
    }


def _tell(
    engine: Engine, lot: Sequence[schema.Subscription], board: "Board", span: tuple[int, int, datetime]
) -> int:  # fmt: skip
    """Move the watermarks of a lot and put what there is to tell into the outbox; those that moved meanwhile are left."""
    after, last, moment = span
    told = {row.id: items for row in lot if (items := board.try_items(row)) is not None}
    subscription = schema.Subscription
    ours = select(subscription.id).where(
        subscription.id.in_([row.id for row in lot]), subscription.watermark == after
    )
    with begin(engine) as session:
        keys = set(session.scalars(ours.with_for_update()))
        moved = [
            {"id": row.id, "watermark": last, "due": next_due(rhythm_of(row), moment)}
            if row.id in told
            else {"id": row.id, "watermark": after, "due": moment + _LATER}
            for row in lot
            if row.id in keys
        ]
        if moved:
            session.execute(update(subscription), moved)
        made = [new_delivery("digest", key, (after, last), told[key]) for key in told if key in keys and told[key]]  # fmt: skip
        session.add_all(made)
        return len(made)


class Board:
    """Changes that wishes are held against, ordered by the portals' names."""

    def __init__(self, engine: Engine, changes: Sequence[Change], names: dict[str, str]) -> None:
        def shelf(change: Change) -> str:
            return bare_key(names.get(change.portal, change.portal))

        self._changes = sorted(changes, key=shelf)
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, change in enumerate(self._changes):
            for edition in change.editions:
                self._places[edition].append(place)
        self._passing = PassingIndex(engine, list(self._places))
        self.failed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *told: object) -> None:
        self._passing.close()

    @property
    def broken(self) -> list[str]:
        """What could not be held against any wish."""
        return self._passing.broken

    def try_items(self, row: schema.Subscription) -> list[Item] | None:
        """What a subscription finds; None where that fails: it stays where it is, and keeps no other back."""
        try:
            return self.items(wish_of(row))
        except BaseException as error:
            if not isinstance(error, Exception):
                pass_damage(error)  # tantivy's panics are no Exception
            self.failed.append(f"{row.id}: {type(error).__name__}")
            return None

    def items(self, wish: Wish) -> list[Item]:
        """What a wish finds; a re-post stands under the first that tells the same."""
        found = self._passing.find(wish) if self._changes else {}
        places = sorted({place for edition in found for place in self._places[edition]})
        chosen = {place: self._changes[place] for place in places}
        firsts: dict[str, Item] = {}
        items: dict[int, Item] = {}
        for place in sorted(places, key=lambda n: chosen[n].article != chosen[n].origin):
            change = chosen[place]  # originals come first
            fresh = change.origin if change.kind == "new" else None
            if fresh in firsts:
                told = {"article": change.article, "portal": change.portal}
                firsts[fresh]["also"].append(told)
                continue
            items[place] = _item(change, found)
            if fresh:
                firsts[fresh] = items[place]
        chosen_items = [items[place] for place in sorted(items)]
        rest = len(chosen_items) - _MOST
        return chosen_items[:_MOST] + ([{"kind": "rest", "count": rest}] if rest > 0 else [])


def _item(change: Change, found: dict[str, list[str]]) -> Item:
    return {
        "kind": change.kind,
        "article": change.article,
        "edition": change.edition,
        "before": change.before,
        "vanished": change.vanished,
        "figures": found.get(change.edition, []),
        "also": [],
    }


def preview_items(engine: Engine, wish: Wish, after: int) -> list[Item]:
    """What a digest of a wish would tell now, after a number of the journal."""
    with look(engine) as session:
        changes = find_changes(session, after, last_number(session))
    with Board(engine, changes, portal_names(engine)) as board:
        return board.items(wish)


def number_at(engine: Engine, moment: datetime) -> int:
    """The journal's last number before a moment; 0 where there is none."""
    line = schema.Journal
    with look(engine) as session:
        return session.scalar(select(func.max(line.number)).where(line.at < moment)) or 0


def due_deliveries(
    engine: Engine, count: int | None = None, *, hooks_only: bool = False
) -> Sequence[str]:
    """The ids of what is to be sent now: what somebody waits for first, then the oldest."""
    row, whose = schema.Delivery, schema.Subscription
    waits = case((row.kind == "confirm", 0), else_=1)
    asked = select(row.id).where(row.due <= now()).order_by(waits, row.due, row.id)
    if hooks_only:
        asked = asked.join(whose, whose.id == row.subscription_id).where(whose.channel == "webhook")
    with look(engine) as session:
        if is_rereading(session):  # what digests tell of is not all there
            asked = asked.where(row.kind != "digest")
        return session.scalars(asked.limit(count)).all()


def postpone(engine: Engine, key: str) -> None:
    """Try something again in a minute, as if it had not been tried: nobody could have taken it."""
    with begin(engine) as session:
        row = session.get(schema.Delivery, key, with_for_update=True)
        if row is not None and row.sent is None:
            row.due = now() + _WAITS[0]


def get_delivery(
    engine: Engine, key: str
) -> tuple[schema.Delivery, schema.Subscription | None] | None:
    """A row of the outbox with its subscription; None where it is gone."""
    row, whose = schema.Delivery, schema.Subscription
    asked = (
        select(row, whose).outerjoin(whose, whose.id == row.subscription_id).where(row.id == key)
    )
    with look(engine) as session:
        found = session.execute(asked).one_or_none()
        return (found[0], found[1]) if found else None


def note_sent(engine: Engine, key: str) -> None:
    """Note that something was sent."""
    with begin(engine) as session:
        row = session.get(schema.Delivery, key, with_for_update=True)
        if row is not None:
            row.sent, row.due, row.error = now(), None, None
            row.tries += 1
            _count_bounce(session, row, refused=False)


def note_failed(engine: Engine, key: str, error: str, *, for_good: bool) -> None:
    """Note why something could not be sent: it is tried again later, or given up where the receiver refused it for good."""
    with begin(engine) as session:
        row = session.get(schema.Delivery, key, with_for_update=True)
        if row is None or row.sent is not None:
            return
        row.tries += 1
        row.error = error
        over = for_good or row.tries > len(_WAITS)
        row.due = None if over else now() + _WAITS[row.tries - 1]
        if for_good:
            _count_bounce(session, row, refused=True)


def _count_bounce(session: Session, row: schema.Delivery, *, refused: bool) -> None:
    whose = session.get(schema.Subscription, row.subscription_id) if row.subscription_id else None
    if whose is None:
        return
    whose.bounces = whose.bounces + 1 if refused else 0
    if whose.bounces >= MOST_BOUNCES:
        whose.due = None
