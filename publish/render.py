"""Templates filled in: everything that is HTML is escaped, everything else plain."""

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

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


@cache
def environment(folder: Path = _FOLDER) -> Environment:
    """The templates of a folder; HTML is escaped."""
    made = Environment(
        loader=FileSystemLoader([folder, _FOLDER]), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
        autoescape=select_autoescape(("html", "html.j2")), keep_trailing_newline=True,
    )  # fmt: skip
    made.filters |= {"oneline": oneline, "wrapped": wrapped, "marked": marked}
    return made


def render(name: str, /, **values: Any) -> str:
    """A template of what is sent, filled in; plain text has no more than one empty line in a row."""
    text = _CONTROLS.sub("", environment().get_template(name).render(**values))
    return text if ".html" in name else re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
