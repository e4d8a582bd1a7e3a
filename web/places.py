"""Places: the district then and the commune now, and what is told of them."""

from fastapi import Request, Response

from model.errors import UnknownId
from publish.wording import short_day
from storage.queries import Page, list_portals, search_articles
from storage.wishes import Wish
from web.app import archive_of, page
from web.routes import Routes
from web.searching import MARKS, snippet_html

router = Routes()
_SIZE = 10
_LONGEST = 100  # letters of a name


@router.reads("/places")
def places(request: Request) -> Response:
    """Units by their name; without one the places of all portals by province, as it was and is."""
    archive = archive_of(request)
    asked = (request.query_params.get("q") or "").strip()[:_LONGEST]
    found = archive.units.find(asked) if asked else []
    provinces: dict[tuple[str, str], list[object]] = {}
    for row in [] if asked else list_portals(archive.engine):
        provinces.setdefault((row.province or "", row.province_now or ""), []).append(row)
    return page(request, "places.html", q=asked, found=found, provinces=sorted(provinces.items()))


@router.reads("/places/{code}")
def place(request: Request, code: str) -> Response:
    """One unit: what it lay in, what it is today, and the newest bulletins that name it."""
    archive = archive_of(request)
    line = archive.units.describe(code)
    if line is None:
        raise UnknownId(f"{code[:20]}: không có đơn vị hành chính nào mang mã này")
    wish = Wish(place=line.name)
    shown = Page("", "newest", _SIZE, marks=MARKS)
    found = search_articles(archive.engine, archive.indexes.articles, wish.question(), shown)
    for row in found["results"]:
        row["snippet"] = snippet_html(row["snippet"])
    today = [told for key in line.today_codes if (told := archive.units.describe(key))]
    return page(
        request,
        "place.html",
        place=line,
        today=today,
        found=found,
        given=wish.given(),
        short_day=short_day,
    )
