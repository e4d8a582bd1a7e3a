"""People as bulletins report them: who held which office when, and where that stands."""

from typing import Any

from fastapi import Request, Response

from storage.people import get_person, list_people, nearest_names, similar_names
from web.app import archive_of, page
from web.asking import read_count
from web.routes import Routes

router = Routes()
SIZE = 50
_MOST = 100_000  # people that are paged through
_WIDTH, _ROW = 640, 26


@router.reads("/people")
def people(request: Request) -> Response:
    """People by (part of) a name or by a body, most reported first."""
    engine = archive_of(request).engine
    query, body = ((request.query_params.get(name) or "").strip()[:200] for name in ("q", "body"))
    offset = read_count(request, "offset", 0, _MOST)
    found = list_people(engine, query or None, body or None, SIZE, offset)
    near = (
        nearest_names(query, similar_names(engine, query)) if query and not found["total"] else []
    )
    given = {"q": query, "body": body}
    return page(
        request, "people.html", found=found, given=given, near=near, size=SIZE, offset=offset,
        before=given | {"offset": max(0, offset - SIZE)} if offset else None,
        next=given | {"offset": offset + SIZE} if offset + SIZE < found["total"] else None,
    )  # fmt: skip


@router.reads("/people/{key}")
def person(request: Request, key: str) -> Response:
    """One person: offices as a timeline, and the articles."""
    found = get_person(archive_of(request).engine, key)
    return page(
        request, "person.html", p=found, line=timeline(found["offices"]), size=(_WIDTH, _ROW)
    )


def timeline(offices: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The offices that have days, as bars over the years; None where none has."""
    dated = [office for office in offices if office["first"]]
    if not dated:
        return None
    first = min(int(office["first"][:4]) for office in dated)
    last = max(int((office["left"] or office["last"])[:4]) for office in dated) + 1
    bars = [
        {"x": _at(o["first"], first, last), "end": max(_at(o["left"] or o["last"], first, last), _at(o["first"], first, last) + 4),
         "title": o["title"], "from": o["first"], "to": o["left"] or o["last"]}
        for o in dated
    ]  # fmt: skip
    step = max(1, (last - first) // 8)
    years = [
        {"x": _at(f"{year}-01-01", first, last), "year": year}
        for year in range(first, last + 1, step)
    ]
    return {"bars": bars, "years": years, "height": _ROW * len(bars) + 30}


def _at(day: str, first: int, last: int) -> int:
    """Where a day lies, in pixels."""
    year, month = int(day[:4]), int(day[5:7])
    return _WIDTH * (12 * (year - first) + month - 1) // (12 * max(last - first, 1))
