"""One entrance to reading a captured page, whatever it was saved as."""

from functools import cache
from pathlib import Path

from crawler.charset import decode_body
from crawler.extract import extract
from crawler.page import parse_page
from crawler.saved_text import extract_text
from crawler.verdict import REFUSALS, may_refuse
from model.errors import ExtractError
from model.records import Article, RawPage
from model.versions import version_of

MOST_BYTES = 20 << 20  # a larger page is none; parsing it would take minutes
_SOURCES = ("addresses.py", "blocks.py", "charset.py", "compose.py", "dialects", "discover.py", "extract.py", "fonts.py", "fonts.toml", "generic.py", "page.py", "reading.py", "saved_text.py", "verdict.py")  # fmt: skip


@cache
def extractor_version() -> str:
    """The version of what is read out of a page: of the reading modules, of `text` and the parsers."""
    here = Path(__file__).parent
    sources = [here / name for name in _SOURCES]
    return version_of([*sources, here.parent / "text"], ["beautifulsoup4", "lxml"])


def read_page(raw: RawPage) -> Article:
    """The article of an archived page; raises ExtractError that says what the page is instead."""
    if len(raw.body) > MOST_BYTES:
        raise ExtractError("large", f"more than {MOST_BYTES >> 20} MB, no page")
    if raw.truncated and not is_whole(raw.body):
        raise ExtractError("cut", "the portal's answer was cut short")
    if raw.content_type.startswith("text/plain"):
        return extract_text(raw)
    return extract(parse_page(raw))


def refusal(raw: RawPage) -> str | None:
    """Why a page is none of what was asked for: its portal blocks, challenges, is parked or down."""
    if raw.status == 451:
        return "foreign: the portal answered 451"
    if raw.status in (401, 403):
        return f"blocked: the portal answered {raw.status}"
    if raw.status >= 300 or not may_refuse(decode_body(raw.body, raw.content_type)[0]):
        return None
    try:
        read_page(raw)
    except ExtractError as error:
        return f"{error.kind}: {error}" if error.kind in REFUSALS else None
    return None


def is_whole(body: bytes) -> bool:
    """Whether an HTML page has its end."""
    return b"</html" in body[-4096:].lower()
