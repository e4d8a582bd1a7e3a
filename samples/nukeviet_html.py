"""The pages of the NukeViet portal."""

from collections.abc import Sequence
from html import escape

from .articles import SECTIONS, Article, in_section, slugify, weekday
from .body import body_html, text_html
from .web import Request, count_pages, fill, take_page

NAME = "Cổng thông tin điện tử mẫu các huyện phía Nam"
PAGE_SIZE = 8
HOME_ITEMS = 5
RELATED_ITEMS = 4
COPIES = {"print": "In ra", "savefile": "Lưu bài viết này"}

MISSING_TITLE = "Lỗi truy cập 404"
MISSING = (
    '<div class="nv-infodie text-center"><h2>Lỗi truy cập 404</h2>'
    "<p>Đường dẫn này không tồn tại.</p></div>"
)
SEEK = (
    '<form action="/vi/seek/" method="get"><input type="search" name="q" value="">'
    '<input type="submit" value="Tìm kiếm"></form><p>Bạn cần nhập từ khóa tìm kiếm</p>'
)


def stored(text: str) -> str:
    """Return the text as NukeViet keeps it in its database: with entities, brackets too."""
    return escape(text).replace("(", "&#40;").replace(")", "&#41;")


def frame(title: str, main: str, request: Request, head: str = "") -> str:
    """Return a whole page: menu, search and footer around every content."""
    return fill(
        "nukeviet_page.html",
        title=stored(title),
        name=NAME,
        head=head or _canonical(request.path, request),
        path=escape(request.path),
        menu="".join(
            f'<li><a href="/vi/news/{slug}/">{label}</a></li>' for slug, label in SECTIONS.items()
        ),
        main=main,
        visits=f"{request.visits:,}".replace(",", "."),
    )


def _canonical(path: str, request: Request) -> str:
    return f'<link rel="canonical" href="{request.base}{escape(path)}">'


def home(found: Sequence[Article]) -> str:
    """Return the newest articles of each category."""
    return "\n".join(
        f'<div class="news_column panel panel-default"><h4 class="cat-icon">'
        f'<a title="{label}" href="/vi/news/{slug}/">{label}</a></h4>\n'
        f"{rows(in_section(found, slug)[:HOME_ITEMS], slug)}</div>"
        for slug, label in SECTIONS.items()
    )


def listing(found: Sequence[Article], section: str, first: str, page: int) -> str:
    """One page of a list with its pager."""
    shown = rows(take_page(found, page, PAGE_SIZE), section)
    return shown + _pager(first, page, count_pages(found, PAGE_SIZE))


def rows(shown: Sequence[Article], section: str = "") -> str:
    """List rows; a list of a category links into it even where the article's home is another."""
    return "\n".join(_row(article, section or article.sections[0]) for article in shown)


def _row(article: Article, section: str) -> str:
    href = f"/vi/news/{section}/{article.path.rpartition('/')[2]}"
    title = stored(article.title)
    return (
        '<div class="news_column panel panel-default"><div class="panel-body">'
        f'<h3><a href="{href}" title="{title}">{title}</a></h3>\n'
        '<div class="text-muted"><ul class="list-unstyled list-inline">'
        f'<li><em class="fa fa-clock-o">&nbsp;</em> {article.published:%d/%m/%Y %H:%M:%S}</li>'
        f"</ul></div>{text_html(article.summary)}</div></div>"
    )


def _pager(first: str, page: int, pages: int) -> str:
    if pages == 1:
        return ""
    numbers = "".join(_number(first, number, page) for number in range(1, pages + 1))
    following = (
        f'<li><a rel="next" title="Trang sau" href="{first}page-{page + 1}/">&raquo;</a></li>'
        if page < pages
        else '<li class="disabled"><a href="#">&raquo;</a></li>'
    )
    return f'<div class="text-center"><ul class="pagination">{numbers}{following}</ul></div>'


def _number(first: str, number: int, page: int) -> str:
    if number == page:
        return f'<li class="active"><a href="#">{number}</a></li>'
    href = first if number == 1 else f"{first}page-{number}/"
    # All numbers carry rel=next, backward ones too.
    return f'<li><a rel="next" href="{href}">{number}</a></li>'


def article_page(found: Sequence[Article], shown: Article, request: Request) -> str:
    """Return the page of one article."""
    same = in_section(found, shown.sections[0])
    place = same.index(shown)
    main = fill(
        "nukeviet_article.html",
        title=stored(shown.title),
        author=escape(shown.byline),
        iso=shown.published.isoformat(),
        url=request.base + shown.path,
        day=f"{weekday(shown.published)} - {shown.published:%d/%m/%Y %H:%M}",
        tools="".join(_tool(shown, kind, label) for kind, label in COPIES.items()),
        lead=_lead(shown),
        body=_body(shown),
        credits=_credits(shown),
        tag=slugify(shown.district),
        tag_label=escape(shown.district),
        newer=_related("newer", same[max(0, place - RELATED_ITEMS) : place]),
        older=_related("older", same[place + 1 : place + 1 + RELATED_ITEMS]),
    )
    return frame(shown.title, main, request, _head(shown, request))


def _head(shown: Article, request: Request) -> str:
    return (
        f"{_canonical(shown.path, request)}\n"
        f'<meta property="og:title" content="{stored(shown.title)}">\n'
        f'<meta property="og:url" content="{request.base}{shown.path}">\n'
        # The software's own mistake: the offset before the time.
        f'<meta property="article:published_time" content="{shown.published:%Y-%m-%d+07%H:%M:%S}">'
    )


def _tool(shown: Article, kind: str, label: str) -> str:
    return f'<li><a rel="nofollow" title="{label}" href="{copy_path(shown, kind)}">{label}</a></li>'


def _lead(shown: Article) -> str:
    if shown.lead is None:
        return ""
    return f'<div class="hometext m-bottom">{text_html(shown.lead)}</div>'


def _body(shown: Article) -> str:
    # Half of the editors sign in the text as well as in the author field.
    if shown.number % 2:
        return body_html(shown)
    signature = f'<p style="text-align: right;"><strong>{escape(shown.byline)}</strong></p>'
    return f"{body_html(shown)}\n{signature}"


def _credits(shown: Article) -> str:
    lines = [f"<strong>Tác giả: </strong>{escape(shown.byline)}"]
    if shown.source:
        lines.append(f"<strong>Nguồn tin: </strong>{escape(shown.source)}")
    return "\n".join(f'<p class="h5 text-right">{line}</p>' for line in lines)


def _related(kind: str, shown: Sequence[Article]) -> str:
    if not shown:
        return ""
    label = {"newer": "Những tin mới hơn", "older": "Những tin cũ hơn"}[kind]
    items = "\n".join(_related_item(article) for article in shown)
    return f'<p class="h3"><strong>{label}</strong></p>\n<ul class="detail-related">{items}</ul>'


def _related_item(article: Article) -> str:
    title = stored(article.title)
    return (
        f'<li><em class="fa fa-angle-right">&nbsp;</em><h4><a href="{article.path}" '
        f'data-placement="bottom" data-content="{escape(article.summary)}" data-img="" '
        f'data-rel="tooltip" title="{title}">{title}</a></h4> '
        f"<em>({article.published:%d/%m/%Y})</em></li>"
    )


def copy_path(shown: Article, kind: str) -> str:
    """Return the path of the print or savefile copy."""
    return shown.path.replace("/news/", f"/news/{kind}/", 1)


def copy_page(shown: Article, request: Request) -> str:
    """Return a bare copy of the article that calls itself canonical."""
    return fill(
        "nukeviet_print.html",
        name=NAME,
        title=stored(shown.title),
        canonical=_canonical(request.path, request),
        day=f"{weekday(shown.published)} - {shown.published:%d/%m/%Y %H:%M}",
        lead=_lead(shown),
        body=_body(shown),
        credits=_credits(shown),
        url=request.base + shown.path,
    )
