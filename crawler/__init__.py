"""Everything that knows the web: pages, portals, dialects, the spider."""

from crawler.addresses import authority
from crawler.discover import discover
from crawler.extract import extract
from crawler.page import parse_page
from crawler.portals import load_portals
from crawler.reading import MOST_BYTES, extractor_version, read_page, refusal
from crawler.survey import survey_home

__all__ = [
    "MOST_BYTES",
    "authority",
    "discover",
    "extract",
    "extractor_version",
    "load_portals",
    "parse_page",
    "read_page",
    "refusal",
    "survey_home",
]
