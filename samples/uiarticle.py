"""A portal of the ASP.NET "UIArticle" kind: constant titles, page 2 by POST only, soft 404s."""

import re
from collections.abc import Sequence
from datetime import datetime, time
from html import escape
from urllib.parse import urlsplit

from . import uiarticle_html as html
from .articles import (
    HANOI,
    SECTIONS,
    Article,
    Correction,
    Style,
    by_number,
    in_section,
    newest_first,
    slugify,
)
from .bulletins import Bulletin, load_bulletins
from .web import TEXT, XML, Portal, Request, Response, take_page

PLACE = "tỉnh Ninh Bình"
PAGER = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"
HEADERS = (
    ("Server", "Microsoft-IIS/8.5"),
    ("X-AspNet-Version", "4.0.30319"),
    ("Cache-Control", "private"),
)
RSS_ITEMS = 15
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c633821a0070002aa010782259aee0000000049454e44ae426082"
)

BULLETINS = (
    "02", "08", "12", "14", "16", "18", "20", "22", "26", "28", "30", "34",
    "36", "38", "40", "42", "44", "46", "50", "54", "56", "58", "66",
)  # fmt: skip
STYLES = {
    "12": Style.FILES,
    "18": Style.WORD,
    "20": Style.PHOTO,
    "34": Style.BREAKS,
    "56": Style.LEAD_TWICE,
}
# Titles this portal's editors changed.
TITLES = {"14": "Nhiều hoạt động ý nghĩa nhân kỷ niệm Ngày Thương binh & Liệt sĩ 27/7"}
CORRECTION = Correction("22", "số tiền 35 triệu đồng", "số tiền 53 triệu đồng")


def articles(edited: bool) -> list[Article]:
    """Return the portal's articles, newest first, before or after the correction."""
    bulletins = load_bulletins()
    found = {key: _article(bulletins[key]) for key in BULLETINS}
    if edited:
        found[CORRECTION.bulletin] = CORRECTION.apply(found[CORRECTION.bulletin])
    return newest_first(list(found.values()))


def _article(bulletin: Bulletin) -> Article:
    number = 24_000 + 7 * int(bulletin.id)
    title = TITLES.get(bulletin.id, bulletin.title)
    return Article(
        number=number,
        path=f"/{bulletin.section}/{slugify(title)}-{number}",
        sections=(bulletin.section,),
        published=datetime.combine(bulletin.published, time(0), HANOI),
        title=title,
        lead=bulletin.lead,
        paragraphs=bulletin.paragraphs,
        byline=bulletin.byline,
        style=STYLES.get(bulletin.id, Style.PLAIN),
        district=bulletin.district,
    )


def respond(found: Sequence[Article], request: Request) -> Response:
    """Return the answer to one request."""
    answer = _pager(found, request) if request.path == PAGER else _get(found, request)
    return Response(answer.body, answer.status, answer.type, HEADERS + answer.headers)


def _get(found: Sequence[Article], request: Request) -> Response:
    if request.method != "GET":
        return Response("405 - HTTP verb used to access this page is not allowed.", 405)
    if request.path in FIXED:
        return FIXED[request.path](found, request)
    if request.path.startswith("/upload/"):
        return _upload(request.path)
    return _dynamic(found, request)


def _dynamic(found: Sequence[Article], request: Request) -> Response:
    section, _, name = request.path.removeprefix("/").partition("/")
    if section in SECTIONS and not name:
        return _section(found, section, request)
    # The digits alone name the article; slug and section may be anything.
    digits = re.search(r"-(\d+)$", name)
    article = by_number(found, int(digits[1])) if digits and section in SECTIONS else None
    main = html.article(found, article, request) if article else html.NOT_FOUND
    return Response(html.frame(main, request))


def _section(found: Sequence[Article], section: str, request: Request) -> Response:
    number = request.query.get("print", "")
    article = by_number(found, int(number)) if number.isdecimal() else None
    if article:
        return Response(html.print_copy(article))
    return Response(html.frame(html.section(in_section(found, section), section), request))


def _pager(found: Sequence[Article], request: Request) -> Response:
    if request.method != "POST":
        return Response("405 - HTTP verb used to access this page is not allowed.", 405)
    try:
        section = html.CATEGORIES[int(request.form["article_category_id"])]
        page, size = int(request.form["page"]), int(request.form["page_size"])
    except (KeyError, ValueError):
        return Response("<h1>Server Error in '/' Application.</h1>", 500)
    if urlsplit(request.referer).path != f"/{section}":
        return Response("403 - Forbidden: Access is denied.", 403)
    rows = take_page(in_section(found, section), page, size)
    return Response(html.article_list(rows) if rows else "")


def _upload(path: str) -> Response:
    if path.endswith(".pdf"):
        return Response(PDF, type="application/pdf")
    return Response(PNG, type="image/png")


def _home(found: Sequence[Article], request: Request) -> Response:
    return Response(html.frame(html.home(found), request))


def _admin(found: Sequence[Article], request: Request) -> Response:
    return Response(html.frame('<div class="login"><input type="password" /></div>', request))


def _robots(found: Sequence[Article], request: Request) -> Response:
    return Response("User-agent: *\nDisallow: /admin\nAllow: /\n", type=TEXT)


def _rss(found: Sequence[Article], request: Request) -> Response:
    items = "\n".join(_rss_item(article, request.base) for article in found[:RSS_ITEMS])
    return Response(
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{_twice(html.NAME)}</title><link>{request.base}/</link>\n{items}\n</channel></rss>",
        type=XML,
    )


def _rss_item(article: Article, base: str) -> str:
    return (
        f"<item><title>{_twice(article.title)}</title><link>{base}{article.path}</link>"
        f"<description>{_twice(article.summary)}</description>"
        f"<pubDate>{article.published:%a, %d %b %Y %H:%M:%S} +0700</pubDate></item>"
    )


def _twice(text: str) -> str:
    """Return the text as the real feed has it: already entities, then escaped once more."""
    once = escape(text).encode("ascii", "xmlcharrefreplace").decode()
    return escape(once, quote=False)


FIXED = {
    "/": _home,
    "/admin": _admin,
    "/robots.txt": _robots,
    "/rss.aspx": _rss,
}

PORTAL = Portal(
    name=html.NAME,
    place=PLACE,
    sections=tuple(f"/{section}" for section in SECTIONS),
    correction=_article(load_bulletins()[CORRECTION.bulletin]).path,
    articles=articles,
    respond=respond,
)
