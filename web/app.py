"""The application: one archive, its routes, and how everything is answered, refusals too."""

import hashlib
import logging
import threading
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from config import Config
from model.errors import BantinError, InputError, TakenDown, UnknownId, UnknownPortal
from model.records import Units
from publish.render import environment
from publish.site import Site, open_site
from storage.database import Engine, open_database
from storage.indexes import Indexes
from storage.queries import portal_names
from storage.status import portal_status
from storage.vitals import totals, with_health
from web.kept import Kept
from web.language import day_text, read_language, translate
from web.limits import API, TITLES, Limits, problem

_HERE = Path(__file__).parent
_STATUS: dict[type[Exception], int] = {
    TakenDown: 451,
    UnknownId: 404,
    UnknownPortal: 404,
    InputError: 400,
}
_LOOK = 2.0  # seconds between two looks of the indexes at the journal


@dataclass
class Archive:
    """What the pages are made from: database, indexes and the site they stand on.

    `units` are the administrative units that places are.
    """

    config: Config
    engine: Engine
    units: Units

    def __post_init__(self) -> None:
        """What is told of the whole archive again and again; the health of portals looks at every one."""
        self._names = Kept(lambda: portal_names(self.engine), 60)
        self._totals = Kept(lambda: totals(self.engine), 60)
        self._portals = Kept(lambda: with_health(self.engine, portal_status(self.engine)), 120)

    @cached_property
    def site(self) -> Site:
        """The address of the pages, and the key that signs links."""
        return open_site(self.config.web, self.config.home)

    @cached_property
    def indexes(self) -> Indexes:
        """The search indexes."""
        return Indexes(self.config.index, self.engine)

    def portal_name(self, slug: str) -> str:
        """What a portal is called, as it was at most a minute ago."""
        return self._names.get().get(slug, slug)

    def totals(self) -> dict[str, int]:
        """How much there is, as it was at most a minute ago."""
        return self._totals.get()

    def portals(self) -> list[dict[str, Any]]:
        """The state of every portal, as it was at most two minutes ago."""
        return self._portals.get()


def create_app(config: Config, units: Units) -> FastAPI:
    """The application over the archive of a configuration."""
    from web import (  # noqa: PLC0415 -- they name what stands above
        api,
        articles,
        figures,
        following,
        metrics,
        operator,
        people,
        places,
        portals,
        replaying,
        searching,
        telling,
    )

    app = FastAPI(
        title=f"{config.web.name} API", version="1", openapi_url="/openapi.json", docs_url=None, redoc_url=None, lifespan=_life, redirect_slashes=False,
        description="Read-only access to archived bulletins, their figures and people. Errors are problem+json (RFC 9457).",
    )  # fmt: skip
    app.state.archive = Archive(config, open_database(config.database), units)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    parts = (following, searching, articles, figures, people, places, portals, replaying, telling, api, operator, metrics)  # fmt: skip
    for part in parts:
        app.include_router(part.router)
    app.openapi = partial(_description, app)  # type: ignore[method-assign]
    app.add_exception_handler(BantinError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_middleware(Limits, config=config.web)
    return app


def _description(app: FastAPI) -> dict[str, Any]:
    """The description of the API: what is wrong with a request is told as a problem with status 400, never 422."""
    if app.openapi_schema is None:
        with warnings.catch_warnings(action="ignore"):  # HEAD beside GET
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
        for methods in made["paths"].values():
            methods.pop("head", None)
            for operation in methods.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            made.get("components", {}).get("schemas", {}).pop(name, None)
        made["servers"] = [
            {"url": urlsplit(app.state.archive.config.web.address).path.rstrip("/") or "/"}
        ]
        app.openapi_schema = made
    return app.openapi_schema


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Keep the indexes up to the journal while the application runs; no reader waits for that."""
    ended = threading.Event()
    archive: Archive = app.state.archive

    def follow() -> None:
        while not ended.wait(_LOOK):
            try:
                archive.indexes.catch_up()
            except Exception as error:  # a database that is away comes back
                _log(error)

    archive.indexes.catch_up()
    thread = threading.Thread(target=follow, daemon=True, name="indexes")
    thread.start()
    yield
    ended.set()
    thread.join(10)


def _log(error: Exception) -> None:
    logging.getLogger("uvicorn.error").error("%s", error, exc_info=error)


def archive_of(request: Request) -> Archive:
    """The archive that a request is about."""
    archive: Archive = request.app.state.archive
    return archive


def link_to(request: Request, path: str, /, **given: Any) -> str:
    """The address of a page here, in the reader's language; parameters that say nothing are left out."""
    language = read_language(request.query_params.get("lang"))
    told = {key: value for key, value in given.items() if value not in (None, "", False)}
    told |= {"lang": "en"} if language == "en" and "lang" not in told else {}
    told = {key: value for key, value in told.items() if (key, value) != ("lang", "vi")}
    return root_of(request) + path + (f"?{urlencode(told)}" if told else "")


def root_of(request: Request) -> str:
    """The prefix of all pages."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def page(request: Request, name: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page from its template, in the language that the address asks for."""
    archive = archive_of(request)
    language = read_language(request.query_params.get("lang"))
    same = {k: v for k, v in request.query_params.items() if k != "lang"}
    path = "/" + path_of(request).lstrip("/")
    other = link_to(request, path, **same, lang="vi" if language == "en" else "en")
    html = environment(_HERE / "templates").get_template(name).render(
        site=archive.site, to=partial(link_to, request), root=root_of(request), lang=language, other=other, path=path,
        portal_name=archive.portal_name, t=partial(translate, language=language), day=partial(day_text, language=language), totals=archive.totals,
        **values,
    )  # fmt: skip
    return HTMLResponse(html, status, headers={"Content-Language": language})


def tagged(request: Request, body: bytes, media: str, seconds: int, **more: str) -> Response:
    """An answer with an ETag that may be kept for some seconds (RFC 9110), 304 where the reader has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = more | {"ETag": tag, "Cache-Control": f"public, max-age={seconds}"}
    told = request.headers.get("if-none-match", "").split(",")
    known = [held.strip().removeprefix("W/") for held in told]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media, headers=headers)


def message(request: Request, title: str, *lines: str, status: int = 200) -> HTMLResponse:
    """A page that says one thing."""
    return page(request, "message.html", status, title=title, lines=lines)


def refuse(request: Request, status: int, detail: str) -> Response:
    """A refusal as the reader expects it: a page, or a problem of the API."""
    if path_of(request).startswith(API):
        return problem(status, detail)
    return message(request, TITLES.get(status, "Có lỗi"), detail, status=status)


def path_of(request: Request) -> str:
    """The path that is asked for, without the prefix of all pages."""
    return request.url.path.removeprefix(root_of(request))


def _refused(request: Request, error: Exception) -> Response:
    """What is wrong with what was asked, named."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    return refuse(request, status, str(error))


def _invalid(request: Request, error: Exception) -> Response:
    """A parameter that is none: the first one, with why."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:])
    return refuse(request, 400, f"{name}: {first['msg']}")


def _not_found(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    made = refuse(request, status, str(getattr(error, "detail", "")))
    made.headers.update(getattr(error, "headers", None) or {})
    return made
