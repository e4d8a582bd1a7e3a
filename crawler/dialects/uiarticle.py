"""What selectors cannot say of UIArticle: the next list page is a form that a script posts."""

import re

from bs4 import BeautifulSoup

from crawler.addresses import join_url
from model.records import PageRequest

_PAGER = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"
_FIELD = re.compile(r"""(\w+)\s*:\s*("[^"]*"|'[^']*'|-?\d+|true|false)""")
_LAST = re.compile(r"maxPage\s*=\s*(?:parseInt\()?\s*[\"']?(\d+)")
_KEPT = ("article_category_id", "categoryIds", "site_id", "page_size", "keyword", "date_begin", "date_end", "show_no", "lang", "articlelang")  # fmt: skip


def next_page(tree: BeautifulSoup, html: str, asked: PageRequest) -> PageRequest | None:
    """The request for the list page after the one that was asked for, None after the last.

    The first page carries the form's fields in its script; later pages are fragments without it, so
    they go on from the form that was posted.
    """
    if not tree.select_one("ul.ArticleList, .ArticleList, li"):
        return None  # an empty fragment is how this software says that there are no more pages
    if asked.form is not None:
        return _step(asked, asked.form, int(asked.form["page"]) + 1)
    last, fields = _LAST.search(html), _fields(html)
    if not last or int(last[1]) < 2 or "article_category_id" not in fields:
        return None
    first = PageRequest(url=join_url(asked.url, _PAGER), form=fields, referer=asked.url)
    return _step(first, fields | {"last": last[1]}, 2)


def _fields(html: str) -> dict[str, str]:
    script = html[html.find("article_category_id") - 20 :] if "article_category_id" in html else ""
    read = {key: value.strip("\"'") for key, value in _FIELD.findall(script[:2000])}
    return {key: read.get(key, "") for key in _KEPT} if read else {}


def _step(asked: PageRequest, fields: dict[str, str], page: int) -> PageRequest | None:
    last, written = fields.get("last", str(page)), fields.get("page_size", "")
    if not last.isdecimal() or page > int(last):
        return None
    size = int(written) if written.isdecimal() else 10
    form = fields | {"page": str(page), "no": str((page - 2) * size)}
    return PageRequest(url=asked.url, form=form, referer=asked.referer)
