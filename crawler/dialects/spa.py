"""JSON of a portal's back end as plain HTML, so that the selectors of spa.toml can read it."""

import json
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# Names that back ends give to the parts of an article, the first that is there counts.
_TITLE = ("title", "name", "tieuDe")
_LEAD = ("lead", "sapo", "description", "summary", "trichYeu")
_BODY = ("content", "body", "noiDung", "html")
_WHEN = ("publishedAt", "publishDate", "published_at", "publicationDate", "createdAt", "ngayDang")
_BYLINE = ("author", "byline", "tacGia")
_TOTAL = ("totalPages", "total_pages", "pageCount")
_ITEMS = ("items", "data", "content", "results", "articles")


def html_of(text: str, url: str) -> str | None:
    """The page of a JSON answer, None where the text is no JSON object of an article or a list."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(read, dict) and isinstance(read.get("data"), dict):
        read = read["data"]
    items = read if isinstance(read, list) else _first(read, _ITEMS)
    if isinstance(items, list):
        rows = "\n".join(_row(item, url) for item in items if isinstance(item, dict))
        total = _first(read, _TOTAL)
        pages = f' data-total-pages="{total}"' if isinstance(total, int) else ""
        return f"<html data-json{pages}><body><ul>{rows}</ul>{_next(read, url)}</body></html>"
    if isinstance(read, dict) and _first(read, _TITLE) and _first(read, _BODY):
        return _article(read)
    return None


def _first(read: Any, names: tuple[str, ...]) -> Any:
    return next((read[name] for name in names if isinstance(read, dict) and read.get(name)), None)


def _row(item: dict[str, Any], url: str) -> str:
    path = urlsplit(url).path.rstrip("/")
    href = f"{path}/{item.get('id')}"
    title = escape(str(_first(item, _TITLE) or ""))
    return f'<li><a href="{escape(href)}">{title}</a> <time>{_when(item)}</time></li>'


def _article(read: dict[str, Any]) -> str:
    parts = [f"<h1>{escape(str(_first(read, _TITLE)))}</h1>", f"<time>{_when(read)}</time>"]
    for name, names in (("lead", _LEAD), ("byline", _BYLINE)):
        if (words := _first(read, names)) and isinstance(words, str):
            parts.append(f'<p class="{name}">{escape(words)}</p>')
    parts.append(f'<div class="body">{_first(read, _BODY)}</div>')
    return f"<html data-json><body><article>{''.join(parts)}</article></body></html>"


def _when(read: dict[str, Any]) -> str:
    """The moment as ISO text; /Date(ms)/ and milliseconds are counted from 1970 in UTC."""
    written = _first(read, _WHEN)
    digits = str(written or "").removeprefix("/Date(").removesuffix(")/")
    if digits.isdecimal() and len(digits) in (12, 13):
        return datetime.fromtimestamp(int(digits) // 1000, UTC).isoformat()
    return escape(digits)


def _next(read: Any, url: str) -> str:
    """A link to the next page: this address with one page more, while there is one."""
    parts = urlsplit(url)  # the page's own address: it was fetched
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    total = _first(read, _TOTAL)
    if "page" not in query or not query["page"].isdecimal():
        return ""
    page = int(query["page"]) + 1
    if isinstance(total, int) and page > total:
        return ""
    asked = urlunsplit(parts._replace(query=urlencode(query | {"page": str(page)})))
    return f'<a rel="next" href="{escape(asked)}"></a>'
