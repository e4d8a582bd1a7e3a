"""From an archived page to its article."""

import re
from copy import copy
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from bs4 import Tag

from crawler import generic
from crawler.addresses import clean_url
from crawler.blocks import DEEPEST, Block, clean_line, is_deep, is_furniture, read_blocks
from crawler.clutter import asides, drop_cards, move_head, without_ways
from crawler.compose import Parts, compose
from crawler.dialects import Dialect, phrases
from crawler.dialects import generic as generic_table
from crawler.discover import article_id
from crawler.lookalike import is_list
from crawler.page import Page, first_match
from crawler.verdict import REFUSALS, other_kind
from model.errors import ExtractError
from model.records import Article, Attachment, Image
from text import PrintedDate, match_key, read_date

DRIFT = "the selectors of {} find nothing here; see docs/how-to-add-a-dialect.md"
_FILE = re.compile(r"downloadFile\([^,]+,\s*'([^']+)'\)")
_KINDS = ("pdf", "doc", "docx", "xls", "xlsx")
_OFFERS = [
    *(f"a[href$='.{kind}' i]" for kind in _KINDS), *(f"a[href*='.{kind}?' i]" for kind in _KINDS),
    "a[onclick*=downloadFile]", "iframe[src*='file=']", "iframe[src*='.pdf' i]", "embed[src*='.pdf' i]",
    "object[data*='.pdf' i]",
]  # fmt: skip
_META_DATES = [
    "meta[property='article:published_time'][content]",
    "meta[itemprop=datePublished][content]",
]
_NUKEVIET_DATE = re.compile(r"\+07(\d\d:\d\d:\d\d)$")  # it prints the zone before the time
_RIGHT = re.compile(r"text-align\s*:\s*right|text-right|align-right", re.IGNORECASE)
_LABEL_END = re.compile(r"^\s*[:.]\s*")


def extract(page: Page) -> Article:
    """The article of a page; raises ExtractError that says what the page is instead."""
    if page.dialect is None:
        return _extract_generic(page)
    rules = page.dialect.article
    root = page.tree.select_one(rules.root) or page.tree
    title, body = _words(root, rules.title), first_match(root, rules.body)
    if not title or body is None:
        return _extract_drifted(page)
    byline, source = _credits(root, page.dialect)
    lead = _words(root, rules.lead)
    attachments, images = _attachments(page, root, body), _images(page, root)
    section = _words(page.tree, rules.section)
    dropped = frozenset(map(id, root.select(", ".join(rules.drop)) if rules.drop else []))
    published = _published(root, rules.published, dropped)
    published = published or _published(page.tree, _META_DATES)
    blocks = _without_lead(read_blocks(body, dropped), lead)
    blocks, byline = _without_byline(blocks, byline)
    if not blocks and not lead and not attachments and not images:
        raise ExtractError("empty", "an article without text")
    parts = Parts(title, lead, blocks, byline)
    return compose(
        parts,
        page=page,
        native_id=_identity(page, page.dialect),
        published=published,
        extras={"source": source, "section": section, "attachments": attachments, "images": images},
    )


def _extract_drifted(page: Page) -> Article:
    """The generic reader's article of a page whose dialect finds none, marked as such.

    Raises ExtractError that says what the page is instead, where there is no article.
    """
    kind, why = other_kind(page)
    if kind != "unknown" or page.dialect is None:
        raise ExtractError(kind, why)
    warnings = (*page.warnings, DRIFT.format(page.dialect.name))
    try:
        known = page.dialect  # whatever it looks like now, it is the same article
        return _extract_generic(replace(page, dialect=None, warnings=warnings), known)
    except ExtractError as error:
        raise ExtractError(kind, why) from error


def _extract_generic(page: Page, known: Dialect | None = None) -> Article:
    """The article of a page of no known software, marked as generic; what is doubtful is left null."""
    if (kind := other_kind(page))[0] in REFUSALS | {"missing", "empty"}:
        raise ExtractError(*kind)
    if is_deep(page.tree):
        raise ExtractError("unknown", f"elements nested more than {DEEPEST} deep, no article")
    # Furniture is taken off a copy: the page that was handed in stays as it is.
    page = replace(page, dialect=generic_table(), tree=copy(page.tree))
    generic.clear_page(page)
    body = generic.best_block(page.tree)
    if body is not None and is_list(page, body):
        raise ExtractError("list", "a list page of no known portal software, no article")
    if body is not None and drop_cards(page.tree):
        body = generic.best_block(page.tree)
    found = generic.find_title(page, body) if body else None
    if body is None or found is None:
        raise ExtractError("unknown", "a page of no known portal software, and no running text")
    name, title = found
    move_head(body, title)
    dated = (read_date(text) for text in generic.date_nodes(page, title, body))
    published = next((date for date in dated if date), None)
    lead = generic.find_lead(page, name, title, body)
    byline, source = _credits(page.tree, generic_table())
    attachments, images = _attachments(page, body, body), _images(page, body)
    blocks = without_ways(generic.without_head(read_blocks(body, asides(body)), name))
    blocks, signed = _without_byline(_without_lead(blocks, lead), None)
    byline = signed or (byline if byline and len(byline) < 80 else None)
    if not blocks:
        raise ExtractError("empty", "an article without text")
    extras = {"source": source, "section": None, "attachments": attachments, "images": images}
    page = replace(page, warnings=(*page.warnings, "read by the generic reader"))
    native = (_identity(page, known) if known else None) or _identity(page, generic_table())
    return compose(
        Parts(name, lead, blocks, byline),
        page=page,
        native_id=native,
        published=published,
        extras=extras,
    )


def _words(root: Tag, selectors: list[str]) -> str | None:
    found = first_match(root, selectors)
    return (
        clean_line(found.get_text(" " if found.name != "span" else "")) or None if found else None
    )


def _published(
    root: Tag, selectors: list[str], dropped: frozenset[int] = frozenset()
) -> PrintedDate | None:
    """The first date that is in nothing dropped: related articles have dates of their own."""
    for selector in selectors:
        for node in root.select(selector):
            if dropped & {id(node), *map(id, node.parents)}:
                continue
            marked = _NUKEVIET_DATE.sub(
                r"T\1+07:00", str(node.get("datetime") or node.get("content") or "")
            )
            if read := read_date(marked) or read_date(clean_line(node.get_text(" "))):
                return read
    return None


def _identity(page: Page, dialect: Dialect) -> str | None:
    """The native id from the page's address, else from the address it calls canonical."""
    if page.url and (native := article_id(page.url, dialect)):
        return native
    copy = dict(parse_qsl(urlsplit(page.url).query)).get("print")
    link = page.tree.select_one("link[rel=canonical][href]")
    canonical = article_id(clean_url(page.absolute(str(link["href"]))), dialect) if link else None
    return copy or canonical


def _credits(root: Tag, dialect: Dialect) -> tuple[str | None, str | None]:
    """Author and source, from their own nodes or from labelled lines."""
    byline = _labelled(_words(root, dialect.article.byline), phrases().byline_labels, loose=True)
    source = _labelled(_words(root, dialect.article.source), phrases().source_labels, loose=True)
    for node in root.select(dialect.article.credits) if dialect.article.credits else []:
        line = clean_line(node.get_text(" "))
        byline = byline or _labelled(line, phrases().byline_labels)
        source = source or _labelled(line, phrases().source_labels)
    return byline, source


def _labelled(line: str | None, labels: list[str], loose: bool = False) -> str | None:
    """The line without its label; a line that has none counts only where `loose`."""
    if not line:
        return None
    for label in labels:
        if line.lower().startswith(label) and (mark := _LABEL_END.match(line[len(label) :])):
            return line[len(label) + mark.end() :].strip() or None
    return line if loose and not is_furniture(line) else None


def _without_lead(blocks: list[Block], lead: str | None) -> list[Block]:
    """A lead that the body repeats stands only in the lead."""
    if blocks and lead and _same(blocks[0].text, lead):
        return blocks[1:]
    return blocks


def _without_byline(blocks: list[Block], byline: str | None) -> tuple[list[Block], str | None]:
    """The body without the byline at its end; a short right-aligned last line is one."""
    if not blocks:
        return blocks, byline
    last = blocks[-1]
    if len(blocks) > 2 and blocks[-2].text.rstrip(" :").lower() in phrases().byline_labels:
        return blocks[:-2], byline or last.text
    unlabelled = _labelled(last.text, phrases().byline_labels, loose=True) or ""
    if byline and _same(unlabelled, byline):
        return blocks[:-1], byline
    if byline is None and len(blocks) > 1 and _is_signed(last):
        return blocks[:-1], unlabelled
    return blocks, byline


def _is_signed(block: Block) -> bool:
    node = block.node
    attributes = (
        f"{node.get('style', '')} {node.get('class', '')} {node.get('align', '')}" if node else ""
    )
    aligned = bool(_RIGHT.search(attributes)) or (node is not None and node.get("align") == "right")
    strong = node.find(["strong", "b", "em"]) if node else None
    aligned = aligned or (strong is not None and clean_line(strong.get_text(" ")) == block.text)
    short = len(block.text.split()) <= 10 and not block.text.endswith((".", "!", "?"))
    return aligned and short and "\n" not in block.text


def _same(one: str, other: str) -> bool:
    return " ".join(match_key(one).split()) == " ".join(match_key(other).split())


def _attachments(page: Page, root: Tag, body: Tag) -> list[Attachment]:
    """The files offered: by the dialect's selectors, and whatever looks like one in the body."""
    assert page.dialect is not None
    found: dict[str, Attachment] = {}
    named = page.dialect.article.files
    for node in [
        *(root.select(", ".join(named)) if named else []),
        *body.select(", ".join(_OFFERS)),
    ]:
        href = _file_of(node)
        if href and not href.lower().startswith(("javascript:", "#", "data:")):
            url = page.absolute(href)
            found.setdefault(url, Attachment(url=url, label=clean_line(node.get_text(" ")) or None))
    return list(found.values())


def _file_of(node: Tag) -> str:
    """The address of an offered file: a link, a script's argument, or what a viewer shows."""
    called = _FILE.search(str(node.get("onclick") or ""))
    if called:
        return called[1]
    if node.name == "a":
        return str(node.get("href") or "")
    source = str(node.get("src") or node.get("data") or "")
    shown = dict(parse_qsl(urlsplit(source).query)).get("file") if "file=" in source else None
    return (shown or source).partition("#")[0]


def _images(page: Page, root: Tag) -> list[Image]:
    assert page.dialect is not None
    found: dict[str, Image] = {}
    for node in root.select(", ".join(page.dialect.article.images)):
        source = str(node.get("data-src") or node.get("data-original") or node.get("src") or "")
        if source and not source.lower().startswith("data:"):
            figure = node.find_parent("figure")
            caption = figure.find("figcaption") if figure else None
            words = (
                clean_line(caption.get_text(" "))
                if caption
                else clean_line(str(node.get("alt") or ""))
            )
            url = page.absolute(source)
            found.setdefault(url, Image(url=url, caption=words or None))
    return list(found.values())
