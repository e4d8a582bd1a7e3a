"""The application: one archive, its routes, and the headers that every answer has."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from config import Config
from model.errors import BantinError, InputError, UnknownId, UnknownPortal
from publish.render import environment
from publish.site import Site, open_site
from storage.database import Engine, open_database
from storage.indexes import Indexes

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}  # fmt: skip
_STATUS: dict[type[Exception], int] = {UnknownId: 404, UnknownPortal: 404, InputError: 400}


@dataclass
class Archive:
    """What the pages are made from: database, indexes and the site they stand on."""

    config: Config
    engine: Engine

    @cached_property
    def site(self) -> Site:
        """The address of the pages, and the key that signs links."""
        return open_site(self.config.web, self.config.home)

    @cached_property
    def indexes(self) -> Indexes:
        """The search indexes."""
        return Indexes(self.config.index, self.engine)


def create_app(config: Config) -> FastAPI:
    """The application over the archive of a configuration."""
    from web import following, metrics, reading  # noqa: PLC0415 -- they name what stands above

    app = FastAPI(title=config.web.name, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.archive = Archive(config, open_database(config.database))
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    for part in (following, metrics, reading):
        app.include_router(part.router)
    app.middleware("http")(_with_headers)
    app.add_exception_handler(BantinError, _refused)
    app.add_exception_handler(HTTPException, _not_found)
    return app


async def _with_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    if "\0" in request.scope["path"]:  # no database holds it, and one of them says so with an error
        response: Response = message(request, "Không có trang này", status=404)
    else:
        response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def archive_of(request: Request) -> Archive:
    """The archive that a request is about."""
    archive: Archive = request.app.state.archive
    return archive


def page(request: Request, name: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page from its template."""
    site = archive_of(request).site
    template = environment(_HERE / "templates").get_template(name)
    root = request.scope.get("root_path", "").rstrip("/")
    html = template.render(site=site, root=root, **values)
    return HTMLResponse(html, status, headers={"Content-Language": "vi"})


def message(request: Request, title: str, *lines: str, status: int = 200) -> HTMLResponse:
    """A page that says one thing."""
    return page(request, "message.html", status, title=title, lines=lines)


def _refused(request: Request, error: Exception) -> Response:
    """A page that names what is wrong with what was asked."""
    status = _STATUS.get(type(error), 500)
    return message(request, "Không làm được", str(error), status=status)


def _not_found(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    told = {404: "Không có trang này", 405: "Trang này không nhận yêu cầu như vậy"}
    made = message(request, told.get(status, "Có lỗi"), str(getattr(error, "detail", "")), status=status)  # fmt: skip
    made.headers.update(getattr(error, "headers", None) or {})
    return made
