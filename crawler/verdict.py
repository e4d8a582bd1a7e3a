"""What a page is that is no article: a list, missing, refused, parked or an empty shell."""

import re

from crawler.blocks import clean_line
from crawler.dialects import phrases
from crawler.discover import discover_known
from crawler.page import Page

# Kinds of pages that say nothing of what was asked for: it stays due, and the host is slowed down.
REFUSALS = frozenset({"blocked", "challenge", "foreign", "parked", "down"})
LEAST_ARTICLE = (
    600  # letters of visible text, frame and all, below which a page is hardly an article
)
LONGEST_REFUSAL = 2500  # letters of visible text; whoever refuses says little else


def other_kind(page: Page) -> tuple[str, str]:
    """What a page is that is no article, and a line that says so.

    A page that is missing says so in the portal's own frame, links and all; a refusal comes alone.
    """
    seen = " ".join(page.tree.get_text(" ", strip=True).lower().split())
    said = seen[:4000] if page.dialect else _said(page, seen)
    if mark := _mark_of("missing", said):
        return "missing", f"a page that says {mark!r}, no article"
    if page.dialect and discover_known(page, page.dialect).links:
        return "list", f"a list page of {page.dialect.name}, no article"
    if refused := _refusal(page, seen):
        return refused
    if not seen:
        return "empty", "an empty shell without text"
    if page.dialect:
        return "unknown", f"a page of {page.dialect.name} without title and body"
    return "unknown", "a page of no known portal software"


def _refusal(page: Page, seen: str) -> tuple[str, str] | None:
    if len(seen) >= LONGEST_REFUSAL:
        return None
    at = page.html.find("document.cookie")
    if len(seen) < LONGEST_REFUSAL // 4 and at >= 0 and "location" in page.html[at:]:
        return "challenge", "a script that sets a cookie and asks again, no article"
    said = _said(page, seen)
    for kind in phrases().pages:
        if kind in REFUSALS and (mark := _mark_of(kind, said)):
            return kind, f"a page that says {mark!r}, no article"
    return None


def _said(page: Page, seen: str) -> str:
    """Where a page says what it is: all of it where it says little, else its title and first heading.

    An article may quote any of the words, and a list may have them in a headline.
    """
    if len(seen) < LEAST_ARTICLE:
        return seen
    heads = page.tree.select("title, h1") if len(seen) < LONGEST_REFUSAL else []
    return " ".join(clean_line(node.get_text(" ")) for node in heads).lower()


def _mark_of(kind: str, text: str) -> str | None:
    return next((mark for mark in phrases().pages[kind] if mark in text), None)


def may_refuse(source: str) -> bool:
    """Whether a page's source has any word of a refusal; most have none, and need no closer look."""
    source = source.lower()
    marks = (mark for kind, found in phrases().pages.items() if kind in REFUSALS for mark in found)
    return any(mark in source for mark in marks) or "document.cookie" in source


def closing_notice(page: Page) -> str | None:
    """What a page says of its portal's end, outside of links: headlines tell of others'."""
    source = page.html.lower()
    for mark in phrases().closing:
        if mark in source:
            for node in page.tree.find_all(string=re.compile(re.escape(mark), re.IGNORECASE)):
                if node.find_parent("a") is None and node.find_parent(("script", "style")) is None:
                    return clean_line(str(node))[:200]
    return None
