"""Frozen records that travel between packages; their JSON is the contract of the command line."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

import msgspec

Qualifier = Literal["exact", "over", "nearly", "about", "under", "at_least", "at_most"]
PageKind = Literal["section", "list", "feed", "article", "file"]
FigureType = Literal["money", "count", "percent", "measure"]
Span = tuple[int, int]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all records: immutable, written to JSON in the order of its fields."""


class Portal(Record, frozen=True):
    """One portal as its TOML file describes it."""

    slug: str
    name: str
    home: str
    place: str | None = None
    dialect: str | None = None
    sections: list[str] = []
    feeds: list[str] = []
    delay: Decimal | None = None
    reason: str | None = None
    legacy_tls: bool = False
    closed: str | None = None


class RawPage(Record, frozen=True):
    """One response as it was archived, decoded of its transfer and content encodings."""

    url: str
    body: bytes
    content_type: str = ""
    status: int = 200
    captured: str | None = None
    portal: str | None = None
    dialect: str | None = None
    truncated: bool = False


class PageRequest(Record, frozen=True):
    """How to ask for a page: the next list page may need a form and a referer."""

    url: str
    form: dict[str, str] | None = None
    referer: str | None = None


class DuePage(Record, frozen=True):
    """A page that the frontier hands out, with the validators that may be sent along and what is known of them.

    A section is the first list page; feed is RSS, Atom or a sitemap, file an attachment. `unlisted` is an
    article that its list no longer shows while its neighbours stay there.
    """

    id: str
    kind: PageKind
    asked: PageRequest
    published: str | None = None
    resumed: bool = False
    unlisted: bool = False
    validators: dict[str, str] = {}
    known: dict[str, Any] | None = None


class Link(Record, frozen=True):
    """A link to an article on a list page or in a feed, with the title and date that stand there.

    `modified` is when a sitemap says that the page changed last.
    """

    url: str
    native_id: str | None = None
    title: str | None = None
    published: str | None = None
    modified: datetime | None = None


class Finding(Record, frozen=True):
    """Something that `verify` found wrong, and the article it concerns where there is one."""

    what: str
    problem: str
    article_id: str | None = None
    title: str | None = None


class Listing(Record, frozen=True):
    """What a list page or feed leads to: articles in page order and the next list page, if any.

    `pages` is how many list pages the pager promises, `feeds` are the parts of a sitemap's index.
    """

    dialect: str
    links: list[Link]
    next: PageRequest | None = None
    pages: int | None = None
    feeds: list[str] = []


class Attachment(Record, frozen=True):
    """A file offered with an article."""

    url: str
    label: str | None = None


class Image(Record, frozen=True):
    """A picture of an article."""

    url: str
    caption: str | None = None


class Cell(Record, frozen=True):
    """One cell of a table, by its span in the article's text."""

    start: int
    end: int
    header: bool = False
    rowspan: int = 1
    colspan: int = 1


class Table(Record, frozen=True):
    """A table of an article, by its span in the article's text."""

    start: int
    end: int
    rows: list[list[Cell]]


class Article(Record, frozen=True):
    """What a page says: `text` is title, lead, body and byline; everything else points into it."""

    url: str | None
    portal: str | None
    dialect: str
    native_id: str | None
    title: str
    published: str | None
    certainty: str | None
    lead: str | None
    body: str
    byline: str | None
    text: str
    sections: dict[str, Span]
    source: str | None = None
    section: str | None = None
    attachments: list[Attachment] = []
    images: list[Image] = []
    tables: list[Table] = []
    captured: str | None = None
    warnings: list[str] = []


class Document(Record, frozen=True):
    """A text to annotate, as one line of `bantin annotate --jsonl` brings it."""

    text: str
    id: str | int | None = None
    published: str | None = None
    place: str | None = None
    sections: dict[str, Span] = {}
    tables: list[Table] = []


class Evidence(Record, frozen=True):
    """A span of the text and what stands there."""

    start: int
    end: int
    text: str


class Person(Record, frozen=True, tag_field="type", tag="person"):
    """A person's name as mentioned."""

    start: int
    end: int
    text: str
    name: str


class Role(Record, frozen=True, tag_field="type", tag="role"):
    """An office, rank or title, and who holds it."""

    start: int
    end: int
    text: str
    holders: list[str]
    status: Literal["new", "former"] | None = None


class Organisation(Record, frozen=True, tag_field="type", tag="organisation"):
    """A body, with its name in full where it can be known."""

    start: int
    end: int
    text: str
    name: str


class Place(Record, frozen=True, tag_field="type", tag="place"):
    """A place, with its official code at publication and its codes today."""

    start: int
    end: int
    text: str
    code: str | None = None
    now: list[str] = []


class DocumentNumber(Record, frozen=True, tag_field="type", tag="document"):
    """The number and symbol of an official document."""

    start: int
    end: int
    text: str


Mention = Person | Role | Organisation | Place | DocumentNumber


class Reported(Record, frozen=True):
    """The period a figure reports on, and where that was read."""

    from_: str = msgspec.field(name="from")
    to: str
    source: Literal["clause", "sentence", "heading", "document"]


class TableLabels(Record, frozen=True):
    """The row and column labels of a figure that stands in a table."""

    row: str | None
    column: str | None


class Comparable(Record, frozen=True):
    """What makes a figure comparable with those of other bulletins.

    `key` is the folded head under which counted nouns are grouped, `base` a measure's value in `unit`, its base
    unit; each is null where there is none.
    """

    key: str | None
    base: Decimal | None
    unit: str | None


class Figure(Record, frozen=True):
    """A reported number with its value, its noun or unit, its period and its evidence."""

    type: FigureType
    start: int
    end: int
    text: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    total: Decimal | None = None
    qualifier: Qualifier = "exact"
    currency: str | msgspec.UnsetType = msgspec.UNSET  # stands for money only
    unit: str | None = None
    noun: str | None = None
    per: str | None = None
    about: Evidence | None = None
    period: Reported | None = None
    change: Literal["up", "down"] | None = None
    baseline: Evidence | None = None
    of_plan: bool = False
    aim: Literal["result", "target", "plan", "estimate"] = "result"
    part_of: int | None = None
    place: int | None = None
    cell: TableLabels | None = None
    reason: str | None = None
    flags: list[str] = []


class Time(Record, frozen=True):
    """A date or period, resolved to days, with how sure that is."""

    type: Literal["date", "period"]
    start: int
    end: int
    text: str
    from_: str | None = msgspec.field(name="from")
    to: str | None
    certainty: Literal["printed", "resolved", "guessed"]


class Annotations(Record, frozen=True):
    """Everything read out of one text, with offsets into exactly that text."""

    id: str | int | None
    mentions: list[Mention]
    figures: list[Figure]
    times: list[Time]


class HeldOffice(Record, frozen=True):
    """An office that an article gives somebody: `start` is its mention's, `body` its body's name in full.

    `unit` is the unit that the body is of, "huyện Gia Viễn, tỉnh Ninh Bình"; null where none is known. `whole`
    is the body with its province, null where it is like others. `until` is the last day on which that unit can
    have been, null where it still is or none is known.
    """

    start: int
    title: str
    position: str
    body: str | None
    unit: str | None
    whole: str | None
    until: str | None
    status: Literal["new", "former"] | None


class Sighting(Record, frozen=True):
    """Somebody whom an article names in full, with what tells them from others of that name.

    `places` are the codes of units that stand by the name, `author` says that the byline names them.
    """

    name: str
    author: bool
    places: list[str]
    offices: list[HeldOffice]


class WarcPlace(Record, frozen=True):
    """Where a capture lies: a file of the archive, and in it the bytes of request and response.

    `start` and `length` bound them, `offset` is the response's record, `checksum` is of the bytes as
    they lie there (sha256:hex), `digest` is WARC's of the payload (sha1:base32).
    """

    file: str
    start: int
    offset: int
    length: int
    digest: str
    checksum: str


class Exchange(Record, frozen=True, kw_only=True):
    """One request and its response as they went over the wire, ready to be archived.

    `kind` says what was asked for (robots, section, list, feed, article, file, import, None where nobody
    knows) and `page_id` which page of the frontier; `truncated` is WARC's reason for a body cut short,
    `unlisted` that the article's list no longer showed it.
    """

    url: str
    method: str = ""
    request_headers: list[tuple[str, str]] = []
    request_body: bytes = b""
    status: int
    reason: str = ""
    headers: list[tuple[str, str]]
    body: bytes
    captured: datetime
    kind: str | None = None
    page_id: str | None = None
    truncated: str | None = None
    unlisted: bool = False

    def header(self, name: str) -> str:
        """The first response header of that name, "" where there is none."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), "")


def to_json(record: object) -> str:
    """One line of JSON: keys in field order, decimals as strings.

    Items of a record's lists are encoded one by one, so that a long text needs no second copy of all it holds.
    """
    if not isinstance(record, Record) or record.__struct_config__.tag:
        return msgspec.json.encode(plain(record)).decode()
    parts = []
    for key, name in zip(record.__struct_encode_fields__, record.__struct_fields__, strict=True):
        value = getattr(record, name)
        if value is msgspec.UNSET:
            continue
        items = isinstance(value, list)
        written = ",".join(map(to_json, value)) if items else to_json(value)
        parts.append(f'"{key}":[{written}]' if items else f'"{key}":{written}')
    return "{" + ",".join(parts) + "}"


def plain(value: object) -> object:
    """Records as dictionaries, decimals as plain strings without exponent."""
    if value is None or type(value) in (str, int, bool):  # most of them, so first
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, msgspec.Struct):
        tag = {"type": value.__struct_config__.tag} if value.__struct_config__.tag else {}
        names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        pairs = ((key, getattr(value, name)) for key, name in names)
        return tag | {key: plain(item) for key, item in pairs if item is not msgspec.UNSET}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent or idle zeros.

    >>> decimal_text(Decimal("3.10")), decimal_text(Decimal("3.1E+10"))
    ('3.1', '31000000000')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class UnitLine(Record, frozen=True):
    """An administrative unit: by its code, in full with what it lies in, and what it is today where it is no more."""

    code: str
    name: str
    whole: str
    lasts: bool
    today: list[str] = []
    today_codes: list[str] = []


class Units(Protocol):
    """What pages need to know of administrative units."""

    def describe(self, code: str) -> UnitLine | None:
        """A unit by its code."""
        ...

    def find(self, written: str) -> list[UnitLine]:
        """The units of a name."""
        ...
