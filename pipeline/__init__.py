"""Compose crawler, nlp and storage: refresh, import, read, annotate, rebuild, verify."""

from pipeline.crawling import crawl_portals
from pipeline.imports import import_files
from pipeline.reading import read_due
from pipeline.workshop import Tally, Workshop

__all__ = ["Tally", "Workshop", "crawl_portals", "import_files", "read_due"]
