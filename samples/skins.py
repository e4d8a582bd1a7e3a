"""Seven more portals from one generator: a template each, and a line that says how they address and page.

What they publish is the same bulletins, under their own numbers; each has its own pager, its own idea of
an article's identity, and related boxes with dates newer than the article's.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache, partial
from html import escape
from pathlib import Path
from string import Template

from .articles import (
    HANOI,
    SECTIONS,
    Article,
    Correction,
    Style,
    in_section,
    newest_first,
    slugify,
    weekday,
)
from .body import body_html, text_html
from .bulletins import Bulletin, load_bulletins
from .coding import encode
from .web import TEXT, Portal, Request, Response, count_pages, redirect, take_page

PAGE_SIZE = 6
CORRECTION = Correction("22", "số tiền 35 triệu đồng", "số tiền 53 triệu đồng")
FIRST = "tin-tuc-su-kien"
SCANNED = "30"
OLD_STYLES = {"htm": Style.TCVN3, "lacviet": Style.DECOMPOSED}
_FOLDER = Path(__file__).parent / "skins"
_PART = re.compile(r"<!--(\w+)-->\n")


@dataclass(frozen=True)
class Skin:
    """How one kind of portal addresses articles and sections, and gets from one list page to the next."""

    kind: str
    name: str
    place: str
    article: Callable[[int, str, Bulletin], str]
    number: re.Pattern[str]  # finds the number (or slug) of an article in path and query
    section: Callable[[str], str]
    pager: Callable[[str, int, int, Sequence[Article]], str]
    byline: str | None = None
    coding: str = "utf-8"  # of its pages
    declared: str = "utf-8"  # what the header says of it
    modified: str | None = (
        None  # a Last-Modified that no correction changes, and that 304 is answered by
    )


@cache
def parts_of(kind: str) -> dict[str, Template]:
    """The parts of a skin's template by name."""
    pieces = _PART.split((_FOLDER / f"{kind}.html").read_text(encoding="utf-8"))
    return {name: Template(text) for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def articles_of(skin: Skin, edited: bool) -> list[Article]:
    """The portal's articles, newest first, before or after the correction."""
    found = {key: _article(skin, b) for key, b in load_bulletins().items()}
    if edited:
        found[CORRECTION.bulletin] = corrected(skin)
    return newest_first(list(found.values()))


def corrected(skin: Skin) -> Article:
    """The corrected article; one kind of portal takes the new title into its address."""
    bulletin = load_bulletins()[CORRECTION.bulletin]
    article = CORRECTION.apply(_article(skin, bulletin))
    if skin.kind != "htm":
        return article
    return replace(article, path=skin.article(article.number, slugify(article.title), bulletin))


def _article(skin: Skin, bulletin: Bulletin) -> Article:
    number = 7000 + 11 * int(bulletin.id)
    clock = time(7 + number % 9, number % 60)
    path = skin.article(number, slugify(bulletin.title), bulletin)
    known = skin.number.search(path)
    style = _style(skin, number, bulletin)
    twice = skin.kind == "htm" and bulletin.section != FIRST and number % 3 == 0
    return Article(
        number=number,
        path=path,
        identity=known[1] if known else None,
        sections=(bulletin.section, FIRST) if twice else (bulletin.section,),
        published=datetime.combine(bulletin.published, clock, HANOI),
        title=bulletin.title,
        lead=None if style is Style.SCAN else bulletin.lead,
        paragraphs=() if style is Style.SCAN else bulletin.paragraphs,
        byline=bulletin.byline.removeprefix("Tác giả: "),
        style=style,
        district=bulletin.district,
    )


def _style(skin: Skin, number: int, bulletin: Bulletin) -> Style:
    """Each third article pasted from Word, each third with breaks; tables only in tidy ones."""
    if skin.kind == "htm" and bulletin.id == SCANNED:
        return Style.SCAN
    if any("\t" in line for lines in bulletin.paragraphs for line in lines):
        return Style.PLAIN
    if number % 4 == 0 and skin.kind in OLD_STYLES:
        return OLD_STYLES[skin.kind]
    return [Style.PLAIN, Style.WORD, Style.BREAKS][number % 3]


def respond(skin: Skin, found: Sequence[Article], request: Request) -> Response:
    """The answer to one request, in the portal's coding and with what it says of it."""
    answer = _answer(skin, found, request)
    if isinstance(answer.body, bytes) or answer.type == TEXT or "json" in answer.type:
        return answer
    if skin.modified and request.since == skin.modified:
        return Response(status=304)
    headers = (("Last-Modified", skin.modified),) if skin.modified else ()
    body = encode(answer.body, skin.coding)
    return Response(
        body, answer.status, f"text/html; charset={skin.declared}", headers + answer.headers
    )


def _answer(skin: Skin, found: Sequence[Article], request: Request) -> Response:
    if request.path.startswith("/upload/"):
        kind = "application/pdf" if request.path.endswith(".pdf") else "application/octet-stream"
        return Response(b"%PDF-1.4\n%%EOF\n", type=kind)
    if request.path == "/robots.txt":
        return Response("User-agent: *\nAllow: /\n", type=TEXT)
    if request.path == "/" and request.method == "GET":
        return redirect(skin.section("tin-tuc-su-kien"), 302)
    for section in SECTIONS:
        page = _page_asked(skin, section, request, in_section(found, section))
        if page is not None:
            return _list(skin, section, page, (in_section(found, section), request))
    article = _asked(skin, found, request)
    if article is None:
        return Response("<h1>404 - Không tìm thấy trang</h1>", 404)
    if skin.kind == "spa":
        return _json(_json_article(article))
    return Response(_frame(skin, _shown(skin, found, article, request), request, article))


def _asked(skin: Skin, found: Sequence[Article], request: Request) -> Article | None:
    address = _address(request)
    wanted = skin.number.search(address)
    if wanted is None:
        return None
    for article in found:
        own = skin.number.search(article.path)
        if own and own[1] == wanted[1]:
            return article
    return None


def _address(request: Request) -> str:
    path = re.sub(r";jsessionid=\w+", "", request.path)
    query = "&".join(f"{k}={v}" if v else k for k, v in request.query.items())
    return f"{path}?{query}" if query else path


def _page_asked(skin: Skin, section: str, request: Request, rows: Sequence[Article]) -> int | None:
    """Which page of the section is asked for, None where another address is."""
    last = count_pages(rows, PAGE_SIZE)
    if request.method == "POST":
        return _posted(skin, section, request)
    address = _address(request)
    for page in range(1, last + 1):
        if address in _list_addresses(skin, section, page, rows):
            return page
    if skin.kind == "liferay" and address.startswith(skin.section(section)) and "_cur=" in address:
        return last  # past its end this software shows the last page again
    return None


def _posted(skin: Skin, section: str, request: Request) -> int | None:
    wanted = request.form.get("pageNo") or request.form.get("__EVENTARGUMENT", "").removeprefix(
        "Page$"
    )
    if skin.kind == "vhv":
        own = request.form.get("category") == section and request.path == "/"
    else:
        own = (
            _address(request) == skin.section(section)
            and request.form.get("__VIEWSTATE") == f"state-{section}"
        )
    return int(wanted) if own and wanted.isdecimal() else None


def _list_addresses(skin: Skin, section: str, page: int, rows: Sequence[Article]) -> list[str]:
    first = skin.section(section)
    if page == 1:
        return [first]
    hrefs = re.findall(
        r'href="([^"]+)"', skin.pager(section, page - 1, count_pages(rows, PAGE_SIZE), rows)
    )
    return [href.replace("&amp;", "&") for href in hrefs]


def _list(
    skin: Skin, section: str, page: int, context: tuple[Sequence[Article], Request]
) -> Response:
    rows, request = context
    last = count_pages(rows, PAGE_SIZE)
    shown = take_page(rows, page, PAGE_SIZE)
    pager = skin.pager(section, page, last, rows) if page < last else _ended(skin)
    if skin.kind == "spa":
        return _json({"page": page, "totalPages": last, "items": [_json_item(a) for a in shown]})
    items = "\n".join(_fill(skin, "item", article, request) for article in shown)
    main = parts_of(skin.kind)["list"].substitute(items=items, pager=pager)
    if request.method == "POST" and skin.kind == "vhv":
        return Response(main if shown else "")
    return Response(_frame(skin, main, request, None, section))


def _ended(skin: Skin) -> str:
    return '<span class="current next">»</span>' if skin.kind == "vhv" else ""


def _fill(skin: Skin, part: str, article: Article, request: Request) -> str:
    path = article.path
    if (
        skin.kind == "htm"
        and part == "item"
        and FIRST in request.path
        and article.sections[0] != FIRST
    ):
        path = "/noi-bat" + path  # the same article, at one more address
    if skin.kind == "liferay" and part == "item":
        path = path.replace("?", f";jsessionid=A{request.visits}?")
    return parts_of(skin.kind)[part].substitute(
        title=escape(article.title), path=escape(path), number=article.number,
        hex=f"{article.number:024x}", iso=article.published.isoformat(),
        date=f"{article.published:%d/%m/%Y}", clock=f"{article.published:%H:%M}",
        summary=text_html(article.summary),
    )  # fmt: skip


def _shown(skin: Skin, found: Sequence[Article], article: Article, request: Request) -> str:
    related = "\n".join(
        _fill(skin, "related", other, request) for other in found[:4] if other is not article
    )
    return parts_of(skin.kind)["article"].safe_substitute(
        title=escape(article.title), lead=text_html(article.lead or ""), body=body_html(article),
        byline=escape(article.byline), related=related, number=article.number,
        iso=article.published.isoformat(), date=f"{article.published:%d/%m/%Y}",
        clock=f"{article.published:%H:%M}", ampm=f"{article.published:%I:%M %p}",
        short=f"{article.published:%d/%m/%y}", weekday=_weekday(skin, article), visits=f"{request.visits:,}".replace(",", "."),
    )  # fmt: skip


def _weekday(skin: Skin, article: Article) -> str:
    """The day of the week; where an editor changed the date, the wrong one."""
    wrong = skin.kind == "htm" and article.number % 7 == 0 and article.published.day > 12
    return weekday(article.published + timedelta(days=2 * wrong))


def _frame(
    skin: Skin, main: str, request: Request, article: Article | None, section: str = ""
) -> str:
    menu = "".join(
        f'<a href="{escape(skin.section(s))}">{label}</a> ' for s, label in SECTIONS.items()
    )
    return parts_of(skin.kind)["page"].safe_substitute(
        title=escape(article.title if article else skin.name), name=skin.name, menu=menu, main=main,
        visits=f"{request.visits:,}".replace(",", "."), state=f"state-{section}",
        action=escape(skin.section(section)) if section else "", related="",
        bodyclass=f"single postid-{article.number}" if article else "archive category",
    )  # fmt: skip


def _json(value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), type="application/json; charset=utf-8")


def _json_item(article: Article) -> dict[str, object]:
    return {"id": article.number, "title": article.title, "slug": slugify(article.title), "summary": article.summary,
            "publishedAt": _utc(article.published)}  # fmt: skip


def _json_article(article: Article) -> dict[str, object]:
    more = {"lead": article.lead, "content": body_html(article), "author": article.byline}
    return {k: v for k, v in _json_item(article).items() if k != "summary"} | more


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def _link(href: str, attributes: str = "", label: str = "»") -> str:
    return f'<a {attributes} href="{escape(href)}">{label}</a>'


def _cursor(section: str, page: int, last: int, rows: Sequence[Article]) -> str:
    """The date of the last article shown is where the next page begins."""
    shown = rows[page * PAGE_SIZE - 1].published - timedelta(seconds=1)
    href = f"/tintuc/AllPosts.aspx?CategoryId={section}&PublishedDate={shown.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return _link(href, label='<img src="/_layouts/xemtiep.gif" alt="Xem tiếp">')


SKINS = (
    Skin(
        "vhv", "Cổng thông tin mẫu VHV", "tỉnh Hà Nam",
        lambda n, slug, b: f"/{b.section}/{slug}.html",
        re.compile(r"/([\w-]+)\.html$"), lambda s: f"/{s}",
        lambda s, p, last, rows: f'<a class="next" href="javascript:void(0)" data-category="{s}">»</a>',
    ),
    Skin(
        "sharepoint", "Cổng thông tin mẫu SharePoint", "tỉnh An Giang",
        lambda n, slug, b: f"/qt/tintuc/Pages/chi-tiet.aspx?ItemID={n}",
        re.compile(r"[?&]ItemID=(\d+)"), lambda s: f"/qt/tintuc/Pages/{s}.aspx",
        lambda s, p, last, rows: _link(f"/qt/tintuc/Pages/{s}.aspx?page={p + 1}", 'class="next"'),
        declared="iso-8859-1",
    ),
    Skin(
        "lacviet", "Cổng thông tin mẫu Lạc Việt", "tỉnh Đắk Nông",
        lambda n, slug, b: f"/tintuc/{b.published:%d-%m-%Y}-{b.id}/",
        re.compile(r"/(\d\d-\d\d-\d{4}-\d+)/"), lambda s: f"/tintuc/AllPosts.aspx?CategoryId={s}", _cursor,
    ),
    Skin(
        "liferay", "Cổng thông tin mẫu Liferay", "tỉnh Quảng Ngãi",
        lambda n, slug, b: f"/xem-chi-tiet/-/asset_publisher/Content/{slug}?{n}",
        re.compile(r"\?(\d+)$"), lambda s: f"/web/guest/{s}",
        lambda s, p, last, rows: "<li>" + _link(
            f"/web/guest/{s}?p_p_id=101_INSTANCE_tQ1x&_101_INSTANCE_tQ1x_cur={p + 1}", label="Tiếp theo") + "</li>",
    ),
    Skin(
        "dnn", "Cổng thông tin mẫu DotNetNuke", "tỉnh Quảng Ninh",
        lambda n, slug, b: f"/Default.aspx?tabid=89&itemid={n}",
        re.compile(r"[?&]itemid=(\d+)"), lambda s: f"/Default.aspx?tabid={100 + list(SECTIONS).index(s)}",
        lambda s, p, last, rows: (
            f"<a class=\"rgPageNext\" href=\"javascript:__doPostBack('dnn$ctr507$grid','Page${p + 1}')\">»</a>"),
        coding="windows-1258", declared="utf-8",
    ),
    Skin(
        "htm", "Cổng thông tin mẫu HTM", "tỉnh Nghệ An",
        lambda n, slug, b: f"/{slug}-{b.published:%Y%m%d}{n}.htm",
        re.compile(r"-(\d{8,17})\.htm$"), lambda s: f"/{s}.htm",
        lambda s, p, last, rows: _link(f"/{s}/trang-{p + 1}.htm", 'class="next"'),
        modified="Mon, 01 Jan 2024 00:00:00 GMT",
    ),
    Skin(
        "spa", "Cổng thông tin mẫu SPA", "tỉnh Bắc Ninh",
        lambda n, slug, b: f"/api/articles/{n}",
        re.compile(r"/api/articles/(\d+)$"), lambda s: f"/api/articles?category={s}&page=1",
        lambda s, p, last, rows: _link(f"/api/articles?category={s}&page={p + 1}"),
    ),
    Skin(  # of no dialect: the generic reader's
        "joomla", "Trang thông tin mẫu không rõ phần mềm", "tỉnh Thanh Hóa",
        lambda n, slug, b: f"/index.php/{b.section}/{n}-{slug}",
        re.compile(r"/(\d+)-[\w-]+$"), lambda s: f"/index.php/{s}",
        lambda s, p, last, rows: "<li>" + _link(f"/index.php/{s}?start={p * PAGE_SIZE}", 'class="hasTooltip" title="Tiếp"', "Tiếp") + "</li>",
    ),
    Skin(
        "wordpress", "Cổng thông tin mẫu WordPress", "tỉnh Thái Bình",
        lambda n, slug, b: f"/{b.published:%Y/%m}/{slug}/",
        re.compile(r"/(\d{4}/\d\d/[\w-]+)/?$"), lambda s: f"/category/{s}/",
        lambda s, p, last, rows: _link(f"/category/{s}/page/{p + 1}/", 'class="next page-numbers"'),
    ),
)  # fmt: skip

PORTALS = {
    skin.kind: Portal(
        name=skin.name,
        place=skin.place,
        sections=tuple(skin.section(section) for section in SECTIONS),
        correction=corrected(skin).path,
        articles=partial(articles_of, skin),
        respond=partial(respond, skin),
    )
    for skin in SKINS
}
