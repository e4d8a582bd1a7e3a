"""Replay of captures with Memento (RFC 7089): the archived bytes, sandboxed, under address and moment."""

import logging
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote, unquote_to_bytes

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from model.errors import ArchiveError, ExtractError, UnknownId
from publish.digest import web_address
from publish.wording import local_moment
from storage.replays import Memento, list_mementos, nearest_memento, read_stamp, replay
from web.app import archive_of, page, refuse, root_of
from web.routes import Routes

router = Routes()
# No script, no form, no frame, nothing from elsewhere: an archived page can reach neither cookies nor the API.
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# What a browser may show of an archive; all else is handed out to be saved, as bytes.
_SHOWN = {
    "text/html",
    "text/plain",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/json",
}
_SAVED = re.compile(r"application/[a-z0-9.+-]{1,100}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_DOUBLE = re.compile(r"^(https?:)/+", re.IGNORECASE)  # a proxy may make one slash of two
_SAFE = "/:&=+,;@!$'()*~[]"


def archive_link(archived: str) -> str:
    """The path of a capture as an address may have it.

    >>> archive_link("/archive/20230712110500/https://h.example/tin?id=1#a b")
    '/archive/20230712110500/https://h.example/tin%3Fid=1%23a%20b'
    """
    return quote(archived, safe=_SAFE)


@router.reads("/archive/*/{url:path}")
def captures(request: Request, url: str) -> Response:
    """The captures of an address."""
    url, found = _found(request, "/archive/*/")
    rows = [
        {
            "link": root_of(request) + memento_path(m, url),
            "at": local_moment(m.captured),
            "kind": m.kind,
            "article": m.article,
        }
        for m in reversed(found)
    ]
    return page(request, "captures.html", url=url, original=web_address(url), captures=rows)


@router.reads("/archive/{stamp}/{url:path}")
def memento(request: Request, stamp: str, url: str) -> Response:
    """The capture of that very moment; another moment leads to the nearest one there is."""
    url, found = _found(request, f"/archive/{stamp}/")
    at, archive = read_stamp(stamp), archive_of(request)
    if at is None:
        raise UnknownId(f"{stamp[:20]}: không phải một thời điểm; viết 20230712110500")
    exact = [m for m in found if m.stamp == stamp]
    if not exact:
        return RedirectResponse(_whole(request, nearest_memento(found, at), url), 302)
    try:
        stored = replay(archive.engine, archive.config.archive, exact[0])
    except (ArchiveError, ExtractError) as error:
        logging.getLogger("uvicorn.error").error("replay of %s: %s", exact[0].id, error)
        return refuse(request, 404, "Bản lưu này không đọc được. This capture can't be read.")
    media, more = _media(stored.content_type)
    headers = more | {
        "Content-Security-Policy": SANDBOX, "Memento-Datetime": _http_date(exact[0].captured),
        "Link": ", ".join(_links(request, url, found)), "Cache-Control": "no-cache",
        "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
    return Response(stored.body, headers=headers | {"Content-Type": media})


@router.reads("/timegate/{url:path}")
def timegate(request: Request, url: str) -> Response:
    """The way to the capture nearest to Accept-Datetime; without one to the last."""
    url, found = _found(request, "/timegate/")
    asked = request.headers.get("accept-datetime")
    try:
        at = parsedate_to_datetime(asked) if asked else datetime.now(UTC)
        chosen = nearest_memento(found, at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError):
        return refuse(request, 400, "Accept-Datetime: không phải một thời điểm (RFC 7089)")
    headers = {"Vary": "accept-datetime", "Link": ", ".join(_links(request, url, found))}
    return RedirectResponse(_whole(request, chosen, url), 302, headers)


@router.reads("/timemap/link/{url:path}")
def timemap(request: Request, url: str) -> Response:
    """The captures of an address as a list of links (RFC 7089, 5)."""
    url, found = _found(request, "/timemap/link/")
    lines = _links(request, url, found)
    lines += [_memento_link(request, m, url, "memento") for m in found[1:-1]]
    return Response(",\n".join(lines) + "\n", media_type="application/link-format; charset=utf-8")


def memento_path(memento: Memento, url: str) -> str:
    """The path of one capture under the address that was asked for."""
    return archive_link(f"/archive/{memento.stamp}/{url}")


def _found(request: Request, before: str) -> tuple[str, list[Memento]]:
    """The address that is asked for behind a prefix, and its captures; raises UnknownId where there is none."""
    url = _asked(request, before)
    found = list_mementos(archive_of(request).engine, url)
    if not found:
        raise UnknownId(f"{url[:200]}: chưa lưu trang nào ở địa chỉ này")
    return url, found


def _asked(request: Request, before: str) -> str:
    """The address asked for, behind a prefix: with its own parameters, as it was sent."""
    raw = (request.scope.get("raw_path") or request.scope["path"].encode()).split(b"?")[0]
    path = unquote_to_bytes(raw).decode(errors="replace")
    path = path[path.index(before) + len(before) :] if before in path else ""
    query = request.scope["query_string"].decode(errors="replace")
    if "*" in before:  # a page, whose language is no part of the address
        query = re.sub(r"(?:^|&)lang=(?:en|vi)$", "", query)
    return _DOUBLE.sub(r"\1//", path) + (f"?{query}" if query else "")


def _media(told: str) -> tuple[str, dict[str, str]]:
    """The type that a capture is handed out as, and the headers that go with it."""
    name = told.partition(";")[0].strip().lower()
    if name in _SHOWN:
        charset = _CHARSET.search(told)
        return (f"{name}; charset={charset[1]}" if charset else name), {}
    if not name or name.startswith("text/"):
        return "text/plain", {}
    media = (
        name
        if _SAVED.fullmatch(name) and not name.endswith(("xml", "script"))
        else "application/octet-stream"
    )
    return media, {"Content-Disposition": "attachment"}


def _whole(request: Request, memento: Memento, url: str) -> str:
    return archive_of(request).site.base + memento_path(memento, url)


def _memento_link(request: Request, memento: Memento, url: str, name: str) -> str:
    return f'<{_whole(request, memento, url)}>; rel="{name}"; datetime="{_http_date(memento.captured)}"'


def _links(request: Request, url: str, found: list[Memento]) -> list[str]:
    """The links of RFC 7089: original, TimeGate, TimeMap, the first and the last memento."""
    base, target = archive_of(request).site.base, quote(url, safe=_SAFE + "?%")
    whole = quote(url, safe=_SAFE)
    ends = (
        [(found[0], "first memento"), (found[-1], "last memento")]
        if len(found) > 1
        else [(found[0], "first last memento")]
    )
    parts = [f'<{target}>; rel="original"', f'<{base}/timegate/{whole}>; rel="timegate"']
    parts.append(f'<{base}/timemap/link/{whole}>; rel="timemap"; type="application/link-format"')
    return [*parts, *(_memento_link(request, m, url, name) for m, name in ends)]


def _http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)
