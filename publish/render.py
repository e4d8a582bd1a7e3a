"""Templates filled in: everything that is HTML is escaped, everything else plain."""

import re
import textwrap
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from publish.wording import day_digits, local_moment, number_text

_FOLDER = Path(__file__).parent / "templates"
_WIDTH = 72  # letters of a line of plain text
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # what no mail program can show
_MATCH = re.compile(r"\[([^\[\]]+)\]")


def oneline(text: object) -> str:
    """A text on one line.

    >>> oneline(" hộ  nghèo\\n")
    'hộ nghèo'
    """
    return " ".join(str(text).split())


def wrapped(text: str) -> str:
    """A paragraph in short lines; addresses are never broken."""
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def marked(text: str) -> Markup:
    """A snippet as HTML, what stands in square brackets marked.

    >>> str(marked("81 [hộ nghèo] <b>"))
    '81 <mark>hộ nghèo</mark> &lt;b&gt;'
    """
    return Markup(_MATCH.sub(r"<mark>\1</mark>", str(escape(text))))  # noqa: S704 -- escaped first


def parameters(given: Mapping[str, object]) -> str:
    """The parameters of an address, with their question mark; "" for none."""
    return f"?{urlencode(given)}" if given else ""


@cache
def environment(folder: Path = _FOLDER) -> Environment:
    """The templates of a folder; HTML is escaped."""
    made = Environment(
        loader=FileSystemLoader([folder, _FOLDER]), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
        autoescape=select_autoescape(("html", "html.j2")), keep_trailing_newline=True,
    )  # fmt: skip
    made.filters |= {
        "oneline": oneline, "wrapped": wrapped, "marked": marked, "number": number_text, "shortday": day_digits,
        "localmoment": local_moment, "parameters": parameters, "urlpath": partial(quote, safe="/:&=+,;@!$'()*~[]"),
    }  # fmt: skip
    return made


def render(name: str, /, **values: Any) -> str:
    """A template of what is sent, filled in; plain text has no more than one empty line in a row."""
    text = _CONTROLS.sub("", environment().get_template(name).render(**values))
    return text if ".html" in name else re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
