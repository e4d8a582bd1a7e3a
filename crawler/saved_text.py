"""A page saved as text: site name, banner, title, date, body, byline, related links."""

import re
from typing import Any

from crawler.blocks import Block, clean_line, is_furniture
from crawler.charset import decode_body
from crawler.compose import Parts, compose
from crawler.dialects import phrases
from crawler.page import Page
from model.errors import ExtractError
from model.records import Article, RawPage
from text import read_date

_BLANK = re.compile(r"\n[ \t\u00a0]*\n+")
# What may stand beside the date in a publication line.
_AROUND_DATE = re.compile(
    r"(?i)[\d\s/.:,|()+-]|ngày|tháng|năm|thứ|hai|ba|tư|năm|sáu|bảy|chủ nhật|cập nhật|lúc|đăng|gmt|h|sa|ch|am|pm|:|cn|t\.|viết bởi"
)


def extract_text(raw: RawPage) -> Article:
    """The article of a page that was saved as text; raises ExtractError where there is none."""
    decoded, warning = decode_body(raw.body, raw.content_type)
    paragraphs = [_lines(part) for part in _BLANK.split(decoded.replace("\r\n", "\n"))]
    paragraphs = [p for p in paragraphs if p]
    if not paragraphs:
        raise ExtractError("empty", "an empty file")
    dated = next((i for i, p in enumerate(paragraphs) if i and _is_date_line(p)), None)
    if dated is None:
        raise ExtractError("unknown", "a text without a publication line, so its title is not sure")
    title = paragraphs[dated - 1].split("\n")[-1]
    body, byline = _body(paragraphs[dated + 1 :])
    if not body:
        raise ExtractError("empty", "a text without a body")
    page = Page(raw, decoded, None, None, (warning,) if warning else ())  # type: ignore[arg-type]
    parts = Parts(title, None, [Block(p) for p in body], byline)
    extras: dict[str, Any] = {"source": None, "section": None, "attachments": [], "images": []}
    return compose(
        parts, page=page, native_id=None, published=read_date(paragraphs[dated]), extras=extras
    )


def _lines(part: str) -> str:
    return "\n".join(line for raw in part.split("\n") if (line := clean_line(raw)))


def _is_date_line(paragraph: str) -> bool:
    if len(paragraph) > 80 or "\n" in paragraph or read_date(paragraph) is None:
        return False
    return not _AROUND_DATE.sub("", paragraph).strip(" –|")


def _body(paragraphs: list[str]) -> tuple[list[str], str | None]:
    """Paragraphs up to the page's furniture, and the byline if the last of them is one."""
    kept: list[str] = []
    for paragraph in paragraphs:
        if paragraph.strip(" .:…").lower() in phrases().ends:
            break
        if not is_furniture(paragraph):
            kept.append(paragraph)
    if len(kept) > 1 and _is_byline(kept[-1]):
        return kept[:-1], kept[-1]
    return kept, None


def _is_byline(line: str) -> bool:
    return (
        len(line.split()) <= 12
        and line[:1].isupper()
        and line[-1] not in ".!?:;…"
        and "\n" not in line
    )
