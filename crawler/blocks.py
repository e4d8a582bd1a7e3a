"""The blocks of a body: paragraphs with their line breaks, and tables row by row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import Comment, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from crawler.dialects import phrases
from text import nfc

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "figure",
        "figcaption",
        "pre",
        "dl",
        "dt",
        "dd",
        "center",
        "header",
        "footer",
        "address",
        "hr",
        "form",
        "fieldset",
    ]
)
_IGNORED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "button",
        "select",
        "input",
        "textarea",
        "svg",
        "head",
        "title",
    ]
)
DEEPEST = 400  # levels; looking at the ancestors of each text takes their number each time
# White space of HTML collapses; a no-break space is the author's and stays.
_COLLAPSE = re.compile(r"[ \t\r\n\f\u200b\ufeff]+")
_EDGES = " \u00a0\t\r\n"


@dataclass
class Block:
    """One paragraph or table as text; `rows` holds spans of cells inside the text."""

    text: str
    rows: list[list[tuple[int, int, Tag]]] = field(default_factory=list)
    node: Tag | None = None


def read_blocks(root: Tag, dropped: frozenset[int] = frozenset()) -> list[Block]:
    """The blocks of a node in page order, up to the first that begins the page's furniture.

    Nodes whose id() is in `dropped` are passed over; the tree stays as it is.
    """
    blocks: list[Block] = []
    for block in _Walk(dropped).blocks(root):
        plain = block.text.strip(" .:…").lower()
        if plain in phrases().ends:
            break
        if block.text and not is_furniture(block.text):
            blocks.append(block)
    return blocks


class _Walk:
    """Walks a tree and collects its lines into blocks."""

    def __init__(self, dropped: frozenset[int]) -> None:
        self.dropped = dropped
        self.lines: list[str] = [""]
        self.node: Tag | None = None

    def blocks(self, root: Tag) -> Iterator[Block]:
        """The blocks in page order; a stack of its own holds the depth, however deep a page nests."""
        open_nodes: list[tuple[Iterator[PageElement], bool]] = [(iter(root.children), False)]
        while open_nodes:
            children, is_block = open_nodes[-1]
            child = next(children, None)
            if child is None:
                open_nodes.pop()
                if is_block:
                    yield from self._flush()
            elif isinstance(child, NavigableString):
                if not isinstance(child, (Comment, PreformattedString)):
                    self.lines[-1] += str(child)
            elif isinstance(child, Tag):
                yield from self._enter(child, open_nodes)
        yield from self._flush()

    def _enter(
        self, tag: Tag, open_nodes: list[tuple[Iterator[PageElement], bool]]
    ) -> Iterator[Block]:
        if tag.name in _IGNORED or id(tag) in self.dropped:
            return
        if tag.name == "br":
            self.lines.append("")
        elif tag.name == "table" and _is_data(tag):
            yield from self._flush()
            yield _table_block(tag)
        elif tag.name in _BLOCKS or tag.name in ("table", "tr", "td", "th", "tbody"):
            yield from self._flush()
            self.node = tag
            open_nodes.append((iter(tag.children), True))
        else:
            open_nodes.append((iter(tag.children), False))

    def _flush(self) -> Iterator[Block]:
        """The collected lines as paragraphs; an empty line between two breaks divides them."""
        lines = [clean_line(line) for line in self.lines]
        self.lines = [""]
        for paragraph in "\n".join(lines).split("\n\n"):
            text = "\n".join(line for line in paragraph.split("\n") if line)
            if text:
                yield Block(text, node=self.node)


_LABEL = 80  # letters of the longest label: what is longer and begins with such words is somebody's sentence


def is_furniture(line: str) -> bool:
    """Whether a line is a label of the page and none of the article's: "Lượt xem: 98", "Bản in"."""
    return len(line) <= _LABEL and line.lower().startswith(tuple(phrases().furniture))


def is_deep(root: Tag) -> bool:
    """Whether elements are nested deeper than any page does that somebody wrote."""
    level = [root]
    for _ in range(DEEPEST):
        level = [child for node in level for child in node.children if isinstance(child, Tag)]
        if not level:
            return False
    return True


def inside(node: PageElement, outer: Tag) -> bool:
    """Whether a node stands in another one."""
    return any(parent is outer for parent in node.parents)


def clean_line(line: str) -> str:
    """One line of text as a browser shows it, composed."""
    return _COLLAPSE.sub(" ", nfc(line)).strip(_EDGES)


def _shown(cell: Tag) -> str:
    """The words of a cell: a block or a break parts them, a span does not (<span>39</span><span>.488</span>)."""
    words = ""
    for node in cell.descendants:
        if isinstance(node, Tag) and (node.name in _BLOCKS or node.name == "br"):
            words += " "
        elif isinstance(node, NavigableString) and not isinstance(
            node, (Comment, PreformattedString)
        ):
            before = node.previous_sibling
            words += " " if isinstance(before, Tag) and before.name in _BLOCKS else ""
            words += str(node)
    return words


def _is_data(table: Tag) -> bool:
    """Whether a table holds data: two rows and two columns of text; others only place pictures."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    filled = [r for r in rows if sum(bool(cell.get_text(strip=True)) for cell in r) > 1]
    return len(filled) > 1 and table.find("table") is None


def _table_block(table: Tag) -> Block:
    text = ""
    rows = []
    for row in table.find_all("tr"):
        line = ""
        cells: list[tuple[int, int, Tag]] = []
        for cell in row.find_all(["td", "th"], recursive=False):
            words = clean_line(_shown(cell))
            line += " | " if cells else ""
            start = len(text) + len(line)
            cells.append((start, start + len(words), cell))
            line += words
        if line.strip(" |"):
            rows.append(cells)
            text += line + "\n"
    return Block(text.rstrip("\n"), rows)
