"""What an address asks for: a wish, and which page of what it finds."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from model.errors import InputError
from storage.wishes import Wish, read_wish

ALIASES = {"from": "since", "to": "until"}  # of parameters
MOST_OFFSET = 1000


def wish_of(request: Request) -> Wish:
    """The wish that a page's address tells, what others add to shared links left out; raises InputError that names what is wrong."""
    known = {*Wish.__struct_fields__, *ALIASES}
    return told_wish({key: value for key, value in request.query_params.items() if key in known})


def told_wish(given: Mapping[str, Any]) -> Wish:
    """The wish that parameters tell, in both ways to name a day."""
    told = {key: value for key, value in given.items() if key != "lang"}
    for alias, name in ALIASES.items():
        if alias in told:
            told[name] = told.pop(alias)
    return read_wish(told)


def read_count(request: Request, name: str, usual: int, most: int) -> int:
    """A whole number of an address; raises InputError for one that is none or too large."""
    told = request.query_params.get(name) or str(usual)
    if not (told.isascii() and told.isdecimal()) or len(told) > 20 or int(told) > most:
        raise InputError(f"{name} {told[:30]}: a whole number up to {most}")
    return int(told)


def choose(request: Request, name: str, among: tuple[str, ...]) -> str:
    """One of a few words of an address, the first of them where it says nothing; raises InputError."""
    told = request.query_params.get(name) or among[0]
    if told not in among:
        raise InputError(f"{name} {told[:30]}: one of {', '.join(among)}")
    return told


def narrowed_days(wish: Wish, first: str, last: str) -> dict[str, str]:
    """Days from one to another, as far as a wish asks for them."""
    return {"since": max(first, wish.since or first), "until": min(last, wish.until or last)}
