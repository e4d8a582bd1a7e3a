"""Requests and responses without sockets, so that the portals stay pure functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from .articles import Article

XML = "text/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request; `base` is the address of the portal without a slash, `visits` a counter."""

    method: str
    path: str
    base: str
    visits: int
    now: datetime
    referer: str = ""
    since: str = ""  # If-Modified-Since
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """What goes back to the client, without the headers every answer has."""

    body: str | bytes = ""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body if isinstance(self.body, bytes) else self.body.encode()

    @property
    def broken(self) -> bool:
        """Whether the connection is reset instead of an answer."""
        return self.status == 0


@dataclass(frozen=True)
class Portal:
    """One portal: its articles in either edition and how it answers."""

    name: str
    place: str
    sections: tuple[str, ...]
    correction: str
    articles: Callable[[bool], list[Article]]
    respond: Callable[[Sequence[Article], Request], Response]


def redirect(location: str, status: int = 301) -> Response:
    """Return a redirect to another address of the same portal."""
    return Response(
        f'<a href="{escape(location)}">here</a>', status, headers=(("Location", location),)
    )


@cache
def _template(name: str) -> Template:
    return Template((Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))


def fill(name: str, /, **values: object) -> str:
    """Return the named template with its `$names` replaced; the values must be HTML already."""
    return _template(name).substitute(values)


def count_pages(articles: Sequence[Article], size: int) -> int:
    """Return the number of list pages; an empty list still has one."""
    return max(1, -(-len(articles) // size))


def take_page(articles: Sequence[Article], page: int, size: int) -> list[Article]:
    """Return the articles of one list page, counted from 1; none past the end."""
    return list(articles[(page - 1) * size : page * size]) if page > 0 else []
