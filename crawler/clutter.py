"""What stands in an article's element and is not the article: heads, cards of others, ratings, ways back."""

import re
from collections.abc import Iterator

from bs4 import Tag

from crawler.blocks import Block, clean_line

LONGEST_ASIDE = 200  # letters of a node that is called meta or rating; a longer one is text
_ASIDES = "form, [class*=meta i], [class*=rating i], [class*=byline i], [class*=author i], [class*=read-time i]"
_HEADINGS = ["h2", "h3", "h4", "h5", "h6"]
_AGO = re.compile(
    r"(?i)^(?:\d+ (?:năm|tháng|tuần|ngày|giờ|phút|giây|years?|months?|weeks?|days?|hours?|minutes?)[, ]*){1,3}(?:trước|ago)$"
)
_ARROWED = re.compile(r"^[←→«»‹›]|[←→«»‹›]$")


def move_head(body: Tag, title: Tag | None) -> None:
    """Put a header that holds the title before the text it heads."""
    for header in body.find_all("header"):
        if title is not None and any(parent is header for parent in title.parents):
            body.insert_before(header.extract())


def drop_cards(tree: Tag) -> bool:
    """Take off groups of look-alike elements that each lead to another article; returns whether there were any."""
    dropped = False
    for parent in tree.find_all(["div", "section", "ul", "aside"]):
        if parent.decomposed:
            continue
        for group in _alike(parent):
            before = group[0].find_previous_sibling()
            if before is not None and before.name in _HEADINGS:
                before.decompose()
            for card in group:
                card.decompose()
            dropped = True
    return dropped


def _alike(parent: Tag) -> Iterator[list[Tag]]:
    groups: dict[str, list[Tag]] = {}
    for child in parent.find_all(["div", "li", "article", "section", "a"], recursive=False):
        groups.setdefault(f"{child.name} {' '.join(child.get('class') or [])}", []).append(child)
    for group in groups.values():
        cards = [child for child in group if _is_card(child)]
        if len(cards) >= 2 and len(cards) == len(group):
            yield cards


def _is_card(node: Tag) -> bool:
    """Whether an element has a headline that is a link."""
    for heading in node.find_all(_HEADINGS):
        link = heading.find("a", href=True) or heading.find_parent("a", href=True)
        if link is not None and len(clean_line(heading.get_text(" ")).split()) >= 4:
            return True
    return False


def asides(body: Tag) -> frozenset[int]:
    """The id() of nodes in the text that are called meta, rating or a form, and are short."""
    found = body.select(_ASIDES)
    return frozenset(id(n) for n in found if len(n.get_text(strip=True)) < LONGEST_ASIDE)


def without_ways(blocks: list[Block]) -> list[Block]:
    """The blocks without lines that only lead elsewhere or say how long ago something was."""
    kept = [
        b for b in blocks if not (_AGO.match(b.text) or (_is_way(b) and _ARROWED.search(b.text)))
    ]
    while len(kept) > 1 and _is_way(kept[-1]):
        kept.pop()
    while len(kept) > 1 and _is_way(kept[0]):
        del kept[0]
    return kept


def _is_way(block: Block) -> bool:
    """Whether a short block is wholly a link."""
    if block.node is None or len(block.text) > 120 or block.rows:
        return False
    linked = "".join(a.get_text("") for a in block.node.find_all("a", href=True))
    return bool(linked) and len("".join(linked.split())) >= len("".join(block.text.split())) - 2
