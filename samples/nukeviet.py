"""A portal of the NukeViet 4 kind: redirects, self-canonical copies, feeds with broken times."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from html import escape

from . import nukeviet_html as html
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
from .web import TEXT, XML, Portal, Request, Response, count_pages, redirect

PLACE = "tỉnh Lâm Đồng"
COOKIES = (
    "nv4_sess=5f2c9a71d3e84b06; path=/; HttpOnly",
    "nv4c_a81b_ctr=Vk5fMTI3LjAuMC4x; path=/; HttpOnly",
    "nv4c_a81b_cltn=dmk; path=/; HttpOnly",
    "nv4c_a81b_u_lang=vi; path=/; HttpOnly",
    "nv4_statistic_vi=1; path=/; HttpOnly",
)
RSS_ITEMS = 30

NATIVE = ("04", "06", "10", "24", "32", "48", "52", "60", "62", "64")
# Taken over from the other portal one day later, with the source named.
REPOSTS = ("14", "26", "28", "34", "36", "38", "46", "50", "54", "58", "66")
STYLES = {"60": Style.BREAKS, "62": Style.WORD}
# Titles this portal's editors changed.
TITLES = {
    "54": "Tu Mơ Rông: Người Xơ Đăng đổi đời nhờ sâm dây",
    "58": "Cao Lộc (Lạng Sơn): Bắt giữ 2,4 tấn nầm lợn nhập lậu",
    "62": 'Phiên chất vấn tại kỳ họp thứ 6 HĐND huyện: "Nóng" chuyện rác thải & nước sạch',
}
# Listed in a second category as well.
ALSO_IN = {"36": "tin-tuc-su-kien", "52": "tin-tuc-su-kien"}
CORRECTION = Correction("10", "ước 389 tỷ đồng", "ước 398 tỷ đồng")

Answer = Callable[[Sequence[Article], Request, re.Match[str]], Response]


def articles(edited: bool) -> list[Article]:
    """Return the portal's articles, newest first, before or after the correction."""
    bulletins = load_bulletins()
    found = {key: _article(bulletins[key]) for key in NATIVE + REPOSTS}
    if edited:
        found[CORRECTION.bulletin] = CORRECTION.apply(found[CORRECTION.bulletin])
    return newest_first(list(found.values()))


def _article(bulletin: Bulletin) -> Article:
    number = 500 + 3 * int(bulletin.id) // 2
    title = TITLES.get(bulletin.id, bulletin.title)
    repost = bulletin.id in REPOSTS
    also = ALSO_IN.get(bulletin.id)
    return Article(
        number=number,
        path=f"/vi/news/{bulletin.section}/{slugify(title)}-{number}.html",
        sections=(bulletin.section, also) if also else (bulletin.section,),
        published=_published(bulletin, timedelta(days=repost)),
        title=title,
        lead=bulletin.lead,
        paragraphs=bulletin.paragraphs,
        byline=bulletin.byline.removeprefix("Tác giả: "),
        style=STYLES.get(bulletin.id, Style.PLAIN),
        district=bulletin.district,
        source=f"Trang thông tin điện tử {bulletin.district}" if repost else None,
    )


def _published(bulletin: Bulletin, delay: timedelta) -> datetime:
    seed = int(bulletin.id)
    return datetime.combine(bulletin.published + delay, time(7 + seed % 15, seed * 7 % 60), HANOI)


def respond(found: Sequence[Article], request: Request) -> Response:
    """Return the answer to one request, with the cookies and headers of every NukeViet answer."""
    answer = _answer(found, request)
    yesterday = request.now.astimezone(UTC) - timedelta(days=1)
    headers = (
        ("Server", "Apache"),
        ("Cache-Control", "no-cache, must-revalidate"),
        ("Pragma", "no-cache"),
        ("Last-Modified", f"{yesterday:%a, %d %b %Y %H:%M:%S} GMT"),
        *(("Set-Cookie", cookie) for cookie in COOKIES),
    )
    return Response(answer.body, answer.status, answer.type, headers + answer.headers)


def _answer(found: Sequence[Article], request: Request) -> Response:
    # The theme switch keeps a fresh token in the address and leads back to the same page.
    if "nv_redirect" in request.query:
        return redirect(request.path, 302)
    for pattern, answer in ROUTES:
        match = re.fullmatch(pattern, request.path)
        if match:
            return answer(found, request, match)
    return _missing(request)


def _missing(request: Request) -> Response:
    return Response(html.frame(html.MISSING_TITLE, html.MISSING, request), 404)


def _home(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return Response(html.frame("Trang nhất", html.home(found), request))


def _list(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    section, page = match["section"], int(match["page"] or 0)
    if section and section not in SECTIONS:
        return _missing(request)
    rows = in_section(found, section) if section else list(found)
    first = f"/vi/news/{section}/" if section else "/vi/news/"
    # Also /page-1/; a page past the end does not exist for NukeViet, so it shows the first.
    if match["page"] and page not in range(2, count_pages(rows, html.PAGE_SIZE) + 1):
        return redirect(first)
    main = html.listing(rows, section or "", first, page or 1)
    title = SECTIONS[section] if section else "Tin Tức"
    return Response(html.frame(title, main, request))


def _shown(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    article = by_number(found, int(match["number"]))
    if article is None:
        return _missing(request)
    if request.path != article.path:
        return redirect(article.path)
    return Response(html.article_page(found, article, request))


def _copy(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    article = by_number(found, int(match["number"]))
    if article is None:
        return _missing(request)
    if request.path != html.copy_path(article, match["copy"]):
        return redirect(html.copy_path(article, match["copy"]))
    name = f'attachment; filename="{article.path.rpartition("/")[2]}"'
    headers = (("Content-Disposition", name),) if match["copy"] == "savefile" else ()
    return Response(html.copy_page(article, request), headers=headers)


def _tag(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    rows = [article for article in found if slugify(article.district) == match["tag"]]
    return Response(html.frame(match["tag"], html.rows(rows), request))


def _seek(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return Response(html.frame("Tìm kiếm", html.SEEK, request))


def _login(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return Response(html.frame("Đăng nhập", '<input type="password">', request))


def _forbidden(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return Response("<h1>Forbidden</h1>", 403)


def _robots(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return Response(
        "User-agent: *\nDisallow: /admin\nDisallow: /users\nDisallow: /data/\n"
        f"Sitemap: {request.base}/sitemap.xml\n",
        type=TEXT,
    )


def _sitemap_index(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return _sitemap(
        "sitemapindex", f"<sitemap><loc>{request.base}/sitemap-vi.news.xml</loc></sitemap>"
    )


def _sitemap_news(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    # The date is the first publication's: a correction does not show here.
    rows = (
        f"<url><loc>{request.base}{article.path}</loc>"
        f"<lastmod>{article.published.isoformat()}</lastmod></url>"
        for article in found
    )
    return _sitemap("urlset", "\n".join(rows))


def _sitemap(root: str, rows: str) -> Response:
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}\n</{root}>',
        type=XML,
    )


def _rss(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    section = match["section"]
    if section and section not in SECTIONS:
        return _missing(request)
    rows = in_section(found, section) if section else found
    items = "\n".join(_rss_item(article, request.base) for article in rows[:RSS_ITEMS])
    return Response(
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{html.NAME}</title><link>{request.base}/vi/news/</link>\n{items}\n</channel></rss>",
        type=XML,
    )


def _rss_item(article: Article, base: str) -> str:
    day = article.published.astimezone(UTC)
    return (
        f"<item><title>{html.stored(article.title)}</title><link>{base}{article.path}</link>"
        f'<guid isPermaLink="false">vi_news_{article.number}</guid>'
        f"<description>{escape(article.summary)}</description>"
        # The software's own mistake: the month where the minutes belong.
        f"<pubDate>{day:%a, %d %b %Y %H:%m:%S} GMT</pubDate></item>"
    )


def _with_language(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return redirect(f"/vi{request.path}")


def _with_slash(found: Sequence[Article], request: Request, match: re.Match[str]) -> Response:
    return redirect(f"{request.path}/")


ITEM = r"(?P<slug>[\w-]+)-(?P<number>\d+)\.html"
ROUTES: tuple[tuple[str, Answer], ...] = (
    (r"/robots\.txt", _robots),
    (r"/sitemap\.xml", _sitemap_index),
    (r"/sitemap-vi\.news\.xml", _sitemap_news),
    (r"/(admin|data)(/.*)?", _forbidden),
    (r"/users(/.*)?", _login),
    (r"/vi/", _home),
    (r"/vi/seek/", _seek),
    (r"/vi/news/rss/((?P<section>[\w-]+)/)?", _rss),
    (r"/vi/news/tag/(?P<tag>[\w-]+)/", _tag),
    (rf"/vi/news/(?P<copy>print|savefile)/[\w-]+/{ITEM}", _copy),
    (rf"/vi/news/[\w-]+/{ITEM}", _shown),
    (r"/vi/news/((?P<section>(?!page-\d)[\w-]+)/)?(page-(?P<page>\d+)/)?", _list),
    (r"/vi(/news(/[\w-]+)*|/seek)?", _with_slash),
    (r"/(news/.*|seek/)?", _with_language),
)

PORTAL = Portal(
    name=html.NAME,
    place=PLACE,
    sections=tuple(f"/vi/news/{section}/" for section in SECTIONS),
    correction=_article(load_bulletins()[CORRECTION.bulletin]).path,
    articles=articles,
    respond=respond,
)
