"""The pages of the UIArticle portal."""

from collections.abc import Sequence
from html import escape

from .articles import SECTIONS, Article, Style, in_section, weekday
from .body import body_html, text_html
from .web import Request, count_pages, fill, take_page

NAME = "Trang thông tin điện tử mẫu các huyện phía Bắc"
SITE_ID = 45
PAGE_SIZE = 6
CATEGORIES = dict(enumerate(SECTIONS, start=123))
PRINT_SECTION = "tin-tuc-su-kien"
HOME_ITEMS = 3
OTHER_ITEMS = 4

NOT_FOUND = '<div class="UIMessage">Không tìm thấy nội dung</div>'


def frame(main: str, request: Request) -> str:
    """Return a whole page: the same title, menu, clock and counters around every content."""
    day = request.now
    return fill(
        "uiarticle_page.html",
        name=NAME,
        path=escape(request.path),
        clock=f"{weekday(day)}, ngày {day:%d/%m/%Y} {day:%H:%M:%S}",
        menu="".join(f'<li><a href="/{slug}">{label}</a></li>' for slug, label in SECTIONS.items()),
        main=main,
        online=3 + request.visits % 9,
        visits=f"{request.visits:,}".replace(",", "."),
    )


def home(found: Sequence[Article]) -> str:
    """Return a box of the newest articles of each section."""
    return "\n".join(
        f'<div class="UIArticleHome"><div class="BoxTitle"><a href="/{slug}">{label}</a></div>'
        f"<ul>{''.join(_link(a) for a in in_section(found, slug)[:HOME_ITEMS])}</ul></div>"
        for slug, label in SECTIONS.items()
    )


def _link(article: Article) -> str:
    return f'<li><a href="{article.path}">{escape(article.title)}</a></li>'


def section(found: Sequence[Article], slug: str) -> str:
    """Page 1 of a section with the pager that only its script can follow."""
    pages = count_pages(found, PAGE_SIZE)
    category = next(number for number, name in CATEGORIES.items() if name == slug)
    return fill(
        "uiarticle_section.html",
        label=SECTIONS[slug],
        slug=slug,
        rows=article_list(take_page(found, 1, PAGE_SIZE)),
        print_link=_print_link(found[0]) if slug == PRINT_SECTION else "",
        pager="".join(_page_item(page) for page in range(1, pages + 1)),
        category=category,
        site_id=SITE_ID,
        page_size=PAGE_SIZE,
        pages=pages,
    )


def _print_link(article: Article) -> str:
    href = f"/{PRINT_SECTION}?print={article.number}"
    return f'<div class="print"><a target="_blank" href="{href}">Bản in tin mới nhất</a></div>'


def _page_item(page: int) -> str:
    active = " active" if page == 1 else ""
    return (
        f'<li class="page-item page-number{active}" data-page="{page}">'
        f'<a class="page-link" href="javascript:void(0)">{page}</a></li>'
    )


def article_list(rows: Sequence[Article]) -> str:
    """Return the list that a section shows and that its pager answers with."""
    return f'<ul class="ArticleList">{"".join(_list_item(article) for article in rows)}</ul>'


def _list_item(article: Article) -> str:
    return (
        '<li class="row"><div class="col-lg-2">'
        '<img class="image" alt="" src="/upload/45/tin.png" />'
        f'</div><div class="col-lg-10"><h2 class="Title"><a href="{article.path}">'
        f"{escape(article.title)}</a></h2>"
        f'<div class="Ngaydang">{article.published:%d/%m/%Y}</div>'
        f"<p>{text_html(article.summary)}</p></div></li>\n"
    )


def article(found: Sequence[Article], shown: Article, request: Request) -> str:
    """One article, the view counter and the other articles in one container."""
    others = [a for a in in_section(found, shown.sections[0]) if a != shown]
    return fill(
        "uiarticle_article.html",
        detail=_detail(shown),
        views=request.visits % 10_000,
        share=escape(f"{request.base}{shown.path}"),
        others="\n".join(_other(a) for a in others[:OTHER_ITEMS]),
    )


def print_copy(shown: Article) -> str:
    """Return the bare copy for the printer, again under the constant title."""
    return fill("uiarticle_print.html", name=NAME, detail=_detail(shown))


def _detail(shown: Article) -> str:
    lead = f'<div class="ArticleSummary">{text_html(shown.lead)}</div>\n' if shown.lead else ""
    return (
        f'<div class="ArticleHeader">{escape(shown.title)}</div>\n'
        f'<div class="PostDate">{weekday(shown.published)}, {shown.published:%d/%m/%Y}</div>\n'
        '<div class="tool"><a href="javascript:window.print()">In trang</a> '
        '<a href="javascript:void(0)">A+</a> <a href="javascript:void(0)">A-</a></div>\n'
        f'{lead}<div class="ArticleContent">{body_html(shown)}</div>\n'
        f"{_files(shown)}"
        f'<div class="author">{escape(shown.byline)}</div>'
    )


def _files(shown: Article) -> str:
    if shown.style is not Style.FILES:
        return ""
    folder = f"/upload/{SITE_ID}/{shown.published:%Y%m%d}"
    return (
        f'<div class="list-file"><a class="link-download" href="{folder}/quyet-dinh_5d1c.pdf">'
        "Tải về</a>\n<a onclick=\"downloadFile('88',"
        f"'{folder}/danh-sach_0b7e.pdf')\">Danh sách kèm theo</a></div>\n"
    )


def _other(article: Article) -> str:
    return (
        f'<li><a href="{article.path}">{escape(article.title)}</a> '
        f'<span class="Ngaydang">({article.published:%d/%m/%Y})</span>'
        f"<p>{text_html(article.summary)}</p></li>"
    )
