"""Put an article's parts together: its text, and offsets of sections and tables into it."""

from dataclasses import dataclass
from typing import Any

from crawler.blocks import Block
from crawler.page import Page
from model.records import Article, Cell, Span, Table
from text import PrintedDate


@dataclass(frozen=True)
class Parts:
    """What the text of an article is made of."""

    title: str
    lead: str | None
    blocks: list[Block]
    byline: str | None


def compose(
    parts: Parts,
    *,
    page: Page,
    native_id: str | None,
    published: PrintedDate | None,
    extras: dict[str, Any],
) -> Article:
    """The article of these parts: title, lead, body and byline, each after a blank line."""
    body = "\n\n".join(block.text for block in parts.blocks)
    text, sections = join_sections(
        {"title": parts.title, "lead": parts.lead, "body": body, "byline": parts.byline}
    )
    warnings = list(page.warnings)
    if published is None:
        warnings.append("no date of publication")
    elif published.warning:
        warnings.append(f"date of publication: {published.warning}")
    return Article(
        url=page.url or None,
        portal=page.raw.portal,
        dialect=page.dialect.name if page.dialect else "text",
        native_id=native_id,
        title=parts.title,
        published=published.iso() if published else None,
        certainty=published.certainty if published else None,
        lead=parts.lead,
        body=body,
        byline=parts.byline,
        text=text,
        sections=sections,
        tables=list(_tables(parts.blocks, sections.get("body", (0, 0))[0])),
        captured=page.raw.captured,
        warnings=warnings,
        **extras,
    )


def join_sections(sections: dict[str, str | None]) -> tuple[str, dict[str, Span]]:
    """The text of the sections that exist, a blank line between them, and their spans."""
    text, spans = "", {}
    for name, words in sections.items():
        if words:
            text += "\n\n" if text else ""
            spans[name] = (len(text), len(text) + len(words))
            text += words
    return text, spans


def _tables(blocks: list[Block], at: int) -> list[Table]:
    tables = []
    for block in blocks:
        if block.rows:
            rows = [[_cell(at, *cell) for cell in row] for row in block.rows]
            tables.append(Table(start=at, end=at + len(block.text), rows=rows))
        at += len(block.text) + 2
    return tables


def _cell(at: int, start: int, end: int, node: Any) -> Cell:
    def size(name: str) -> int:
        written = str(node.get(name) or "1")
        return int(written) if written.isdecimal() and 0 < int(written) < 1000 else 1

    header = node.name == "th"
    return Cell(
        start=at + start,
        end=at + end,
        header=header,
        rowspan=size("rowspan"),
        colspan=size("colspan"),
    )
