"""What somebody asks for, as it can be kept: in a subscription, in the address of a feed, in a digest."""

from decimal import Decimal, InvalidOperation
from typing import Any, get_args

import msgspec

from model.errors import InputError
from model.records import FigureType
from storage.figure_index import FigureQuery
from text import bare_key, read_date
from text.queries import Item, Query, ask, read_item

_LONGEST = 2000  # letters of what is asked for; what is longer was pasted
Given = dict[str, Any]


class Wish(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A question as it was typed: `q` in the query language, the others narrow it.

    With one of `type`, `noun`, `unit`, `min` and `max` it asks for bulletins that report such figures, and `q` is
    held against the sentences of these.
    """

    q: str = ""
    portal: str | None = None
    province: str | None = None
    section: str | None = None
    person: str | None = None
    place: str | None = None
    since: str | None = None  # published on or after, ISO
    until: str | None = None
    with_figures: bool = False
    type: str | None = None
    noun: str | None = None
    unit: str | None = None
    min: str | None = None
    max: str | None = None
    loose: bool = False

    @property
    def of_figures(self) -> bool:
        """Whether figures are asked for."""
        return any((self.type, self.noun, self.unit, self.min, self.max))

    def question(self) -> Query:
        """The question for articles, or for the sentences of figures."""
        persons, places = _items("person", self.person), _items("place", self.place)
        within = Query(
            portals=(self.portal,) if self.portal else (), persons=persons, places=places,
            provinces=(bare_key(self.province),) if self.province else (),
            sections=(bare_key(self.section),) if self.section else (),
            first=self.since, last=self.until, figures=self.with_figures,
        )  # fmt: skip
        return ask(self.q, within)

    def figures(self) -> FigureQuery:
        """The question for figures."""
        return FigureQuery(
            self.question(), type=self.type, noun=next(iter(_items("noun", self.noun)), None), unit=self.unit,
            least=_number("min", self.min), most=_number("max", self.max), loose=self.loose,
        )  # fmt: skip

    def given(self) -> Given:
        """What it says, without what is left open: the parameters of an address."""
        told: Given = msgspec.to_builtins(self)
        return {key: "1" if value is True else value for key, value in told.items()}


def read_wish(given: Given) -> Wish:
    """The wish that options or an address give; empty values say nothing.

    Raises InputError that names what is wrong.
    """
    told = _said(given)
    for key in ("with_figures", "loose"):
        if key in told:
            told[key] = told[key] not in ("0", "false")
    for key in ("since", "until"):
        if key in told:
            told[key] = _day(key, str(told[key]))
    try:
        wish = msgspec.convert(told, Wish)
    except msgspec.ValidationError as error:
        raise InputError(f"{error}") from error
    if wish.type and wish.type not in get_args(FigureType):
        raise InputError(f"type {wish.type}: choose one of {', '.join(get_args(FigureType))}")
    wish.figures()
    return wish


def _said(given: Given) -> Given:
    """What is said, without blanks around and what says nothing; raises InputError for what is too long."""
    told = {key: value.strip() if isinstance(value, str) else value for key, value in given.items()}
    for key, value in told.items():
        if isinstance(value, str) and (len(value) > _LONGEST or "\0" in value):
            raise InputError(f"{key}: more than {_LONGEST} letters, or none that can be read")
    return {key: value for key, value in told.items() if value not in ("", None, False)}


def _items(name: str, value: str | None) -> tuple[Item, ...]:
    item = read_item(value) if value else None
    if value and item is None:
        raise InputError(f"{name} {value}: no word in it")
    return (item,) if item else ()


def _number(name: str, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        read = Decimal(value)
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite() or abs(read.adjusted()) > 40:
        raise InputError(f"{name} {value}: no number; write 30e9 or 3.5")
    return read


def _day(name: str, value: str) -> str:
    read = read_date(value)
    if read is None:
        raise InputError(f"{name} {value}: no date; write 12/07/2023 or 2023-07-12")
    return read.day.isoformat()
