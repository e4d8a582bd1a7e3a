"""Look-alike links: what makes a page a list of articles, and where its next page is."""

import re
from collections import defaultdict
from urllib.parse import urlsplit

from bs4 import Tag
from bs4.element import Comment, NavigableString

from crawler.blocks import clean_line, inside
from crawler.dialects import address_pattern, generic, phrases
from crawler.page import Page

_ARROWS = " \t\n→»›>≫⟩▶…"
_FRAME = re.compile(
    r"(?i)(?:^|[\s_-])(?:menu|nav|navbar|navigation|breadcrumbs?|pagination|sidebar|footer|banner)(?:$|[\s_-])"
)
_SLUG = re.compile(r"/[\w%]+(?:-[\w%]+){3,}")


def is_list(page: Page, body: Tag) -> bool:
    """Whether a block begins with headlines that are links; at its end they are related articles."""
    headlines = article_links(page)
    if len(headlines) >= 3 and _is_item(body, headlines):
        return True
    links = {id(a) for a in headlines if inside(a, body)}
    if len(links) < 3:
        return False
    before = 0
    for node in body.descendants:
        if isinstance(node, Tag) and id(node) in links:
            break
        if isinstance(node, NavigableString) and not isinstance(node, Comment):
            before += len(node.strip())
    return before < 0.3 * len(body.get_text("", strip=True))


def _is_item(body: Tag, headlines: list[Tag]) -> bool:
    """Whether a block lies in one of several look-alike elements that each have a headline."""
    node: Tag | None = body
    for _ in range(4):
        if node is None or node.parent is None:
            return False
        alike = [
            t
            for t in node.parent.find_all(node.name, recursive=False)
            if t.get("class") == node.get("class")
        ]
        if len(alike) >= 3 and sum(any(inside(a, t) for a in headlines) for t in alike) >= 3:
            return True
        node = node.parent
    return False


def article_links(page: Page) -> list[Tag]:
    """Links of the largest groups of look-alike links whose texts read like headlines."""
    groups: dict[str, list[Tag]] = defaultdict(list)
    for anchor in page.tree.find_all("a", href=True):
        words = clean_line(anchor.get_text(" ")) or str(anchor.get("title") or "")
        if len(words) < 15 or len(words.split()) < 4 or _in_frame(anchor):
            continue
        groups[_signature(anchor)].append(anchor)
    sized = sorted(groups.values(), key=len, reverse=True)
    return [a for group in sized if len(group) >= max(1, len(sized[0]) // 3) for a in group]


def _in_frame(node: Tag) -> bool:
    """Whether a node belongs to the page's frame; a header inside an article is the article's."""
    for parent in node.parents:
        if parent.name in ("nav", "footer", "aside"):
            return True
        if parent.name == "header" and not parent.find_parent(["article", "main"]):
            return True
        names = " ".join([*(parent.get("class") or []), str(parent.get("id") or "")])
        if parent.name not in ("body", "html") and _FRAME.search(names):
            return True
    return False


def _signature(anchor: Tag) -> str:
    """How a link is nested: tags and classes of the three elements around it, numbered classes apart."""
    around = list(anchor.parents)[:3]
    return ">".join(
        ".".join([tag.name, *(c for c in tag.get("class") or [] if not re.search(r"\d", c))])
        for tag in around
    )


def looks_like_article(url: str, native: str | None) -> bool:
    """Whether an address reads like an article's: a number of its own or a long slug, and no rubric's."""
    path = urlsplit(url).path
    if address_pattern("rubric").search(path) or address_pattern("further").search(path):
        return False
    numbered = native is not None or address_pattern("numbered").search(url) is not None
    return numbered or _SLUG.search(path) is not None


def next_link(tree: Tag) -> Tag | None:
    """The link to the next list page: by rel, class or name, by its words, or the number after the current one."""
    rules = generic().listing
    found = tree.select_one(rules.next or "a[rel=next]")
    if found:
        return found
    anchors = tree.find_all("a", href=True)
    for anchor in anchors:
        if any(
            _says_next(words)
            for words in (anchor.get_text(" "), str(anchor.get("aria-label") or ""))
        ):
            return anchor
    current = tree.select_one(
        "[class*=pag i] .active, [class*=pag i] .current, [class*=pag i] [aria-current], [class*=pag i] strong, [class*=pag i] b"
    )
    number = clean_line(current.get_text(" ")) if current else ""
    if number.isdecimal():
        return next(
            (a for a in anchors if clean_line(a.get_text(" ")) == str(int(number) + 1)), None
        )
    return tree.select_one("link[rel=next][href]")


def _says_next(words: str) -> bool:
    line = clean_line(words).lower()
    bare = line.strip(_ARROWS)
    return bare in phrases().next or (not bare and line[:1] in tuple("→»›>≫⟩▶"))
