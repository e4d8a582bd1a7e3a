"""Pages of no known software: where the text is, what it is called, and which links lead to articles.

The body is the block that holds most running text outside links, as in Readability (Arc90, 2009). Dates
come from labelled nodes beside the title only, never from lists of other articles.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from bs4 import Tag
from bs4.element import Comment, NavigableString

from crawler.blocks import Block, clean_line, inside, read_blocks
from crawler.dialects import generic, phrases
from crawler.page import Page
from text import match_key, read_date

LEAST_TEXT = 200  # letters outside links; a page with less is taken for no article
_BLOCKS = (
    "p",
    "div",
    "td",
    "li",
    "article",
    "section",
    "main",
    "blockquote",
    "dd",
    "pre",
    "center",
    "form",
    "body",
)
_SILENT = (
    "script",
    "style",
    "noscript",
    "template",
    "select",
    "option",
    "textarea",
    "button",
    "title",
    "head",
)
_RUNNING = 100  # letters of a line that is running text
_DATED = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2} tháng \d{1,2}")
_LABEL = re.compile(
    r"(?i)ngày đăng|đăng ngày|đăng lúc|cập nhật|ngày cập nhật|xuất bản|ngày tạo|post(?:ed)? on|publish"
)


def clear_page(page: Page) -> None:
    """Take furniture off a page's tree, but nothing that holds most of its text."""
    whole = max(len(page.tree.get_text()), 1)
    for node in page.tree.select(", ".join(generic().article.drop)):
        if not node.decomposed and len(node.get_text()) < 0.5 * whole:
            node.decompose()


def best_block(root: Tag) -> Tag | None:
    """The node with most running text; None where a page has too little to be an article."""
    own: dict[int, int] = defaultdict(int)
    nodes: dict[int, Tag] = {}
    for block, letters in _texts(root):
        own[id(block)] += letters
        nodes[id(block)] = block
    scores: dict[int, float] = defaultdict(float)
    for key, letters in own.items():
        if letters < 25:
            continue
        for depth, node in enumerate(_holders(nodes[key])):
            scores[id(node)] += letters / (depth + 1)
            nodes[id(node)] = node
    if not scores:
        return None
    best = nodes[max(scores, key=lambda key: scores[key])]
    best = _widened(best, own)
    return best if _held(best, own) >= LEAST_TEXT else None


def _texts(root: Tag) -> Iterator[tuple[Tag, int]]:
    """Each stretch of text outside links, as the block that holds it and how many letters it has."""
    for text in root.find_all(string=True):
        if not isinstance(text, NavigableString) or isinstance(text, Comment):
            continue
        parents = [parent.name for parent in text.parents]
        if "a" in parents or any(name in parents for name in _SILENT):
            continue
        block = next((p for p in text.parents if p.name in _BLOCKS), None)
        if block is not None:
            yield block, len(text.strip())


def _holders(block: Tag) -> Iterator[Tag]:
    """A paragraph's container and the next one out; a container that holds text itself comes first."""
    found = [] if block.name in ("p", "li", "blockquote", "pre", "center") else [block]
    for parent in block.parents:
        if parent.name in _BLOCKS:
            found.append(parent)
        if len(found) == 2:
            break
    yield from found


def _widened(best: Tag, own: dict[int, int]) -> Tag:
    """The node, or one around it that holds much more running text and few links."""
    while (parent := best.parent) is not None and parent.name in _BLOCKS and parent.name != "body":
        more, held = _held(parent, own), _held(best, own)
        linked = sum(len(a.get_text(strip=True)) for a in parent.find_all("a"))
        if more < 1.25 * held or linked > 0.2 * more:
            break
        best = parent
    return best


def _held(node: Tag, own: dict[int, int]) -> int:
    within = {id(node)} | {id(tag) for tag in node.find_all(True)}
    return sum(letters for key, letters in own.items() if key in within and letters >= 25)


def find_title(page: Page, body: Tag) -> tuple[str, Tag | None] | None:
    """The title and its node.

    That is a heading which the page's own title repeats, one that is called title, or the last short
    line before the text.
    """
    known = match_key(_page_title(page))
    headings = [h for h in page.tree.find_all(["h1", "h2", "h3"]) if _is_heading(h)]
    for heading in headings:
        words = match_key(clean_line(heading.get_text(" ")))
        if known and (words in known or known in words):
            return clean_line(heading.get_text(" ")), heading
    for selector in generic().article.title:
        found = [n for n in page.tree.select(selector) if _is_heading(n)]
        if len(found) == 1:
            return clean_line(found[0].get_text(" ")), found[0]
    earlier = {id(node) for node in body.previous_elements}
    before = [h for h in headings if id(h) in earlier]
    if before:
        return clean_line(before[-1].get_text(" ")), before[-1]
    return _line_before(page, body)


def _is_heading(node: Tag) -> bool:
    words = clean_line(node.get_text(" "))
    furniture = words.strip(" .:…").lower() in phrases().ends
    return 8 < len(words) < 300 and not furniture and node.find_parent("a") is None


def _line_before(page: Page, body: Tag) -> tuple[str, Tag | None] | None:
    """The last short line before the text that is neither date nor sentence; where one has a date below it, that one."""
    first = next(iter(read_blocks(body)), None)
    blocks = read_blocks(page.tree.body or page.tree)
    at = next((i for i, b in enumerate(blocks) if first and b.text == first.text), 0)
    found: list[Block] = []
    for block in blocks[max(0, at - 6) : at + 3]:
        dated = len(block.text) < 100 and read_date(block.text) is not None
        if dated and found:
            return found[-1].text, found[-1].node
        line = 15 < len(block.text) < 300 and not block.text.endswith((".", ";", ","))
        if line and not dated and "\n" not in block.text:
            found.append(block)
    early = [block for block in found if block in blocks[:at]]
    return (early[-1].text, early[-1].node) if early else None


def _page_title(page: Page) -> str:
    meta = page.tree.select_one("meta[property='og:title'][content]")
    title = page.tree.find("title")
    return clean_line(str(meta["content"]) if meta else title.get_text(" ") if title else "")


def find_lead(page: Page, name: str, title: Tag | None, body: Tag) -> str | None:
    """The summary between title and text: in a node that is called one, else the paragraph that stands there."""
    earlier = {id(node) for node in body.previous_elements}
    later = {id(node) for node in title.next_elements} if title is not None else earlier
    for selector in generic().article.lead:
        for node in page.tree.select(selector):
            words = clean_line(node.get_text(" "))
            between = id(node) in earlier and id(node) in later
            if between and len(words) > 40 and not inside(body, node):
                return words
    return _paragraph_before(page, name, body)


def _paragraph_before(page: Page, name: str, body: Tag) -> str | None:
    first = next(iter(read_blocks(body)), None)
    texts = [block.text for block in read_blocks(page.tree.body or page.tree)]
    if first is None or first.text not in texts or name not in texts:
        return None
    between = texts[texts.index(name) + 1 : texts.index(first.text)]
    found = [t for t in between if len(t) > 80 and t.endswith((".", "!", "?", "./."))]
    return found[0] if len(found) == 1 else None


def date_nodes(page: Page, title: Tag | None, body: Tag) -> Iterator[str]:
    """Texts of labelled date nodes beside the title, best first, then of the page's own metadata."""
    seen = set()
    for selector in generic().article.published:
        for node in page.tree.select(selector):
            if (
                id(node) in seen
                or node.find_parent(["li", "nav", "aside"])
                or (node.find_parent("footer") and not node.find_parent("article"))
                or (inside(node, body) and not _is_machine_date(node))
            ):
                continue
            seen.add(id(node))
            text = clean_line(
                str(node.get("datetime") or node.get("content") or node.get_text(" "))
            )
            if len(text) < 120 and _DATED.search(text + " " + clean_line(node.get_text(" "))):
                yield text
    if title is not None:
        yield from _labelled_lines(title, body)
    for meta in page.tree.select(
        "meta[property='article:published_time'][content], meta[itemprop=datePublished][content]"
    ):
        yield re.sub(r"\+07(\d\d:\d\d:\d\d)$", r"T\1+07:00", str(meta["content"]))


def _is_machine_date(node: Tag) -> bool:
    """A date of the software's own inside the text's element: marked up, and in no link or list."""
    return (
        node.name == "time"
        and node.has_attr("datetime")
        and node.find_parent(["a", "li", "p"]) is None
    )


def _labelled_lines(title: Tag, body: Tag) -> Iterator[str]:
    """Short lines soon after the title that say when the article was put up; without a label only before the text.

    Behind the text stand the dates of other articles, and in a footer today's.
    """
    begun = False
    for text in islice(title.find_all_next(string=True), 40):
        line = clean_line(str(text))
        begun = begun or (len(line) > _RUNNING and inside(text, body))
        labelled = _LABEL.search(line) or (read_date(line) and not begun)
        if (
            len(line) < 100
            and labelled
            and _DATED.search(line)
            and not text.find_parent(["a", "footer"])
        ):
            yield line


def without_head(blocks: list[Block], title: str) -> list[Block]:
    """The blocks behind the title, its date line and the tools beside it."""
    key = match_key(title)
    start = next((i + 1 for i, b in enumerate(blocks[:6]) if match_key(b.text) == key), 0)
    rest = blocks[start:]
    while (
        rest
        and len(rest[0].text) < 100
        and read_date(rest[0].text)
        and not rest[0].text.endswith(".")
    ):
        rest = rest[1:]
    return rest
