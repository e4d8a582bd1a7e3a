"""The tables. Values are exact integers, ids are digests, every derived row leads to its capture."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.ids import address_id


class Moment(TypeDecorator[datetime]):
    """A point in time, always with its zone: SQLite gives times back without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _address(context: Any) -> str:
    return address_id(context.get_current_parameters()["url"])


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class Portal(Base):
    """A portal, with the province of its place as that was named and as it is called today."""

    __tablename__ = "portal"
    slug: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    home: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    province: Mapped[str | None] = mapped_column(Text)
    province_now: Mapped[str | None] = mapped_column(Text)


class Page(Base):
    """A URL and when it is due; leased by a run while that works on it, acknowledged when archived.

    `kind` is section (the first list page, due at every refresh), list (a further one, due while a
    walk has not come past it), feed (RSS, Atom, sitemap), article or file (an attachment); `ask` is how a
    list page is asked for, form and referer. `listing` are the articles a list page showed last and
    `pages` how many its pager promises; `listed` is when a list last showed an article, of a section when it
    was last walked to its end; `unlisted` that
    it stopped to while the neighbours stayed; `validators` are ETag, Last-Modified and what is known of them.
    """

    __tablename__ = "page"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    portal: Mapped[str] = mapped_column(ForeignKey("portal.slug"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    url: Mapped[str] = mapped_column(Text)
    ask: Mapped[dict[str, Any] | None]
    native_id: Mapped[str | None] = mapped_column(String(200))
    title: Mapped[str | None] = mapped_column(Text)
    published: Mapped[str | None] = mapped_column(String(30))
    due: Mapped[datetime | None] = mapped_column(index=True)
    leased_by: Mapped[int | None] = mapped_column(Integer)
    acknowledged: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    listing: Mapped[list[Any] | None]
    pages: Mapped[int | None]
    listed: Mapped[datetime | None]
    unlisted: Mapped[bool] = mapped_column(Boolean, default=False)
    validators: Mapped[dict[str, Any] | None]


class Capture(Base):
    """One fetch of a page and where its record lies.

    `warc_start` and `warc_length` bound the request and response on disk, `checksum` is of these very
    bytes, `digest` of the payload; `address` is what it is replayed under: the article's own, which a
    page of data behind it has not, equal for spellings of one. `state` is due (to be read), read, failed (`error` says why),
    gone (an article's page that is no more), kept (no article: list pages, robots.txt, redirects,
    errors) or lost (no readable record). `article_id` and `edition_id` are
    what it was read as, and outlive a rebuild: a better reader gives new readings, no new editions.
    """

    __tablename__ = "capture"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    portal: Mapped[str] = mapped_column(ForeignKey("portal.slug"), index=True)
    page_id: Mapped[str | None] = mapped_column(String(16))
    url: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(16), index=True, default=_address)
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[int] = mapped_column(Integer)
    captured: Mapped[datetime]
    warc_file: Mapped[str] = mapped_column(Text, index=True)
    warc_start: Mapped[int] = mapped_column(BigInteger)
    warc_offset: Mapped[int] = mapped_column(BigInteger)
    warc_length: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(100))
    checksum: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), index=True)
    error: Mapped[str | None] = mapped_column(Text)
    read_by: Mapped[str | None] = mapped_column(String(40))
    article_id: Mapped[str | None] = mapped_column(String(16), index=True)
    edition_id: Mapped[str | None] = mapped_column(String(16), index=True)
    unlisted: Mapped[bool] = mapped_column(Boolean, default=False)


class Article(Base):
    """What a portal published under one identity.

    `current` is the edition captured last; `seen` is when the portal last showed it, `vanished` when it
    was first seen without it: the page gone, or out of its list while the neighbours stayed. `origin` is the
    article published first of those that tell the same on several portals (itself, perhaps); null of others.
    """

    __tablename__ = "article"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    portal: Mapped[str] = mapped_column(ForeignKey("portal.slug"), index=True)
    native_id: Mapped[str | None] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(Text)
    current: Mapped[str | None] = mapped_column(String(16))
    seen: Mapped[datetime | None]
    vanished: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(16), index=True)


class Edition(Base):
    """One distinct text of an article, as read from the first capture that shows it."""

    __tablename__ = "edition"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    article_id: Mapped[str] = mapped_column(ForeignKey("article.id"), index=True)
    capture_id: Mapped[str] = mapped_column(String(16), index=True)
    captured: Mapped[datetime]
    warc_file: Mapped[str] = mapped_column(Text)
    warc_offset: Mapped[int] = mapped_column(BigInteger)
    dialect: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Text)
    published: Mapped[str | None] = mapped_column(String(30), index=True)
    certainty: Mapped[str | None] = mapped_column(String(10))
    byline: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    reading: Mapped[dict[str, Any]]
    annotated_by: Mapped[str | None] = mapped_column(String(40), index=True)


class Attachment(Base):
    """A file offered with an edition; the captures of its page are its archived bytes."""

    __tablename__ = "attachment"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("edition.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(16), index=True, default=_address)
    label: Mapped[str | None] = mapped_column(Text)
    page_id: Mapped[str | None] = mapped_column(String(16), index=True)


class Mention(Base):
    __tablename__ = "mention"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("edition.id"), index=True)
    type: Mapped[str] = mapped_column(String(20))
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text, index=True)
    code: Mapped[str | None] = mapped_column(String(10))
    read: Mapped[dict[str, Any]]


class Figure(Base):
    """A reported number; value, low, high, total and base are scaled integers, `read` is the reading.

    `key` groups nouns under their folded head, `base` is a measure in `base_unit`.
    """

    __tablename__ = "figure"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("edition.id"), index=True)
    type: Mapped[str] = mapped_column(String(10))
    start: Mapped[int]
    end: Mapped[int]
    value: Mapped[int | None] = mapped_column(BigInteger)
    low: Mapped[int | None] = mapped_column(BigInteger)
    high: Mapped[int | None] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)
    qualifier: Mapped[str] = mapped_column(String(10))
    unit: Mapped[str | None] = mapped_column(String(40))
    noun: Mapped[str | None] = mapped_column(Text)
    period_from: Mapped[str | None] = mapped_column(String(10))
    period_to: Mapped[str | None] = mapped_column(String(10))
    part_of: Mapped[str | None] = mapped_column(String(16))
    place: Mapped[str | None] = mapped_column(Text)
    place_code: Mapped[str | None] = mapped_column(String(10))
    key: Mapped[str | None] = mapped_column(Text)
    base: Mapped[int | None] = mapped_column(BigInteger)
    base_unit: Mapped[str | None] = mapped_column(String(40))
    sentence: Mapped[str] = mapped_column(Text)
    read: Mapped[dict[str, Any]]


class Time(Base):
    __tablename__ = "time"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("edition.id"), index=True)
    type: Mapped[str] = mapped_column(String(10))
    start: Mapped[int]
    end: Mapped[int]
    first: Mapped[str | None] = mapped_column(String(10))
    last: Mapped[str | None] = mapped_column(String(10))
    certainty: Mapped[str] = mapped_column(String(10))


class Sighting(Base):
    """Somebody whom an edition names in full; `person_id` is who that is, by what else is known.

    `key` is equal for spellings of one name; `bodies`, `units` and `places` (codes) are what the edition
    says of them, `score` how sure the link to the person is, in hundredths.
    """

    __tablename__ = "sighting"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("edition.id"), index=True)
    article_id: Mapped[str] = mapped_column(String(16), index=True)
    portal: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text, index=True)
    author: Mapped[bool] = mapped_column(Boolean)
    bodies: Mapped[list[Any]]
    units: Mapped[list[Any]]
    places: Mapped[list[Any]]
    reported: Mapped[str | None] = mapped_column(String(30))
    person_id: Mapped[str | None] = mapped_column(String(16), index=True)
    score: Mapped[int | None]


class Person(Base):
    """A person: sightings of one name that a body, a place or a reader ties together.

    The id is a digest of the name and the article captured first of those that tell it; `score` is that of
    the weakest link, in hundredths, null where there is one sighting. `told` is how many articles name the person
    in their current editions. `key` and `bare` are all names as they are matched with marks and without, a
    line each between blanks.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_told", "told", "id"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    portal: Mapped[str] = mapped_column(ForeignKey("portal.slug"), index=True)
    name: Mapped[str] = mapped_column(Text, index=True)
    score: Mapped[int | None]
    told: Mapped[int] = mapped_column(default=0, server_default="0")
    key: Mapped[str] = mapped_column(Text, default="", server_default="")
    bare: Mapped[str] = mapped_column(Text, default="", server_default="")


class Office(Base):
    """An office that an edition reports somebody to hold; `body` is its body's name in full.

    `whole` is that name with its province, null where it tells one body from another nowhere; `until` is the
    last day on which the unit of that body can have been.
    """

    __tablename__ = "office"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    sighting_id: Mapped[str] = mapped_column(ForeignKey("sighting.id"), index=True)
    edition_id: Mapped[str] = mapped_column(ForeignKey("edition.id"), index=True)
    mention_id: Mapped[str] = mapped_column(ForeignKey("mention.id"))
    title: Mapped[str] = mapped_column(Text)
    position: Mapped[str] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text, index=True)
    whole: Mapped[str | None] = mapped_column(Text)
    until: Mapped[str | None] = mapped_column(String(10))
    status: Mapped[str | None] = mapped_column(String(10))
    reported: Mapped[str | None] = mapped_column(String(30))


class Identity(Base):
    """What a reader says of sightings, by article and key of the name; a rebuild keeps it.

    All `members` are one person, and none of `others` is (a merge has none).
    """

    __tablename__ = "identity"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    action: Mapped[str] = mapped_column(String(10))
    members: Mapped[list[Any]]
    others: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Relink(Base):
    """Names that were read anew, whose persons have still to be tied."""

    __tablename__ = "relink"
    key: Mapped[str] = mapped_column(Text, primary_key=True)


class Likeness(Base):
    """An article that was compared with others, in which edition, and the bands of its MinHash."""

    __tablename__ = "likeness"
    article_id: Mapped[str] = mapped_column(ForeignKey("article.id"), primary_key=True)
    edition_id: Mapped[str] = mapped_column(String(16))
    bands: Mapped[list[Any]]


class Band(Base):
    """A band of a MinHash: articles that share one may tell the same."""

    __tablename__ = "band"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[str] = mapped_column(String(16), primary_key=True)


class Subscription(Base):
    """Somebody who is told what is new: `wish` is what they ask for, `watermark` the journal's number up to which they know.

    `channel` is mail or webhook and `target` the address; `rhythm` is daily, weekly or at_once, `minute` the minute
    of the day in Vietnam and `weekday` 0 for Monday. `due` is when the next digest is made, null before `confirmed`
    and once `bounces`, refusals for good in a row, are too many. `secret` signs what a webhook is sent.
    """

    __tablename__ = "subscription"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(Text, index=True)
    wish: Mapped[dict[str, Any]]
    rhythm: Mapped[str] = mapped_column(String(10))
    minute: Mapped[int]
    weekday: Mapped[int]
    secret: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    due: Mapped[datetime | None] = mapped_column(index=True)
    watermark: Mapped[int] = mapped_column(BigInteger)
    bounces: Mapped[int] = mapped_column(default=0)


class Delivery(Base):
    """The outbox: what is to be sent, made in one transaction with the watermark that it moves.

    `kind` is digest, confirm (asks whether somebody wants to be subscribed) or alert (to the operator; no
    subscription). Of a digest `items` are the changes that the journal tells after `first` and up to `last`.
    `due` is when it is tried next, null when it was `sent` or given up; `error` says why.
    """

    __tablename__ = "delivery"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subscription_id: Mapped[str | None] = mapped_column(ForeignKey("subscription.id"), index=True)
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    items: Mapped[list[Any]]
    made: Mapped[datetime]
    due: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    sent: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


class Job(Base):
    """A job of the schedule: when it last began and ended, how, and when it is due."""

    __tablename__ = "job"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due: Mapped[datetime]
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(Text)


class Trouble(Base):
    """A trouble of a portal since when it lasts; `told` is when the operator was told of it."""

    __tablename__ = "trouble"
    portal: Mapped[str] = mapped_column(ForeignKey("portal.slug"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    since: Mapped[datetime]
    ended: Mapped[datetime | None]
    told: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text)


class Run(Base):
    """One refresh of a portal; `report` is what came of it when its pages were read (docs/fields.md)."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    portal: Mapped[str] = mapped_column(ForeignKey("portal.slug"), index=True)
    started: Mapped[datetime]
    ended: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(Text)
    lists: Mapped[int] = mapped_column(default=0)
    articles: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any] | None]


class Breaker(Base):
    """A host that is left alone until a time because it refused us, and how often in a row it did."""

    __tablename__ = "breaker"
    host: Mapped[str] = mapped_column(String(200), primary_key=True)
    until: Mapped[datetime]
    trips: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)


class Lease(Base):
    """Who works on what until when."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    until: Mapped[datetime]


class Journal(Base):
    """Every change, numbered in commit order; `detail` is the reader's version or the reason given."""

    __tablename__ = "journal"
    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(20))
    article_id: Mapped[str | None] = mapped_column(String(16), index=True)
    edition_id: Mapped[str | None] = mapped_column(String(16), index=True)
    detail: Mapped[str | None] = mapped_column(Text)


class Counter(Base):
    """The journal's last number: taken by an update, its row lock makes numbers follow commits.

    Beside it `epoch` and `rereading` (storage/epochs.py), and `reposts`, whose row is only locked.
    """

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Correction(Base):
    """What a reader says of a figure; not derived, so a rebuild keeps it."""

    __tablename__ = "correction"
    figure_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(10))
    value: Mapped[str | None] = mapped_column(Text)
    scaled: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Takedown(Base):
    """What is not shown any more, and why: an article, or a person; a rebuild keeps it.

    `target` is the article's or the person's id, `members` are articles and keys of the name that told of the person.
    """

    __tablename__ = "takedown"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(16), index=True)
    label: Mapped[str] = mapped_column(Text)
    members: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Pause(Base):
    """A portal that the schedule leaves alone until its operator says otherwise."""

    __tablename__ = "pause"
    portal: Mapped[str] = mapped_column(ForeignKey("portal.slug"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
