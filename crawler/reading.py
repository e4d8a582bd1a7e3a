"""One entrance to reading a captured page, whatever it was saved as."""

from crawler.extract import extract
from crawler.page import parse_page
from crawler.saved_text import extract_text
from model.records import Article, RawPage


def read_page(raw: RawPage) -> Article:
    """The article of an archived page; raises ExtractError that says what the page is instead."""
    if raw.content_type.startswith("text/plain"):
        return extract_text(raw)
    return extract(parse_page(raw))
