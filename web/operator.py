"""The operator's pages: portals, subscriptions, takedowns, corrections; behind a password, and not there without one."""

import hashlib
import secrets
import threading
from collections import deque
from decimal import Decimal, InvalidOperation
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from model.errors import InputError, TooMany, UnknownId
from publish.site import SESSION, TOKEN
from storage.corrections import correct_figure
from storage.identity import merge_people, split_person
from storage.pauses import pause_portal, paused_portals, resume_portal
from storage.subscriptions import list_subscriptions, unsubscribe
from storage.takedowns import list_takedowns, restore, take_down
from web.app import archive_of, link_to, page, root_of
from web.passwords import is_password
from web.routes import Routes
from web.turns import Turns

router = Routes()
COOKIE = "__Secure-operator"
_HOURS = 12  # that a session lasts
TRIES = Turns(5, 15 * 60)  # wrong passwords of one reader
_ended: deque[str] = deque(maxlen=1000)  # sessions that were logged out, in this process
_lock = threading.Lock()


@router.reads("/operator")
@router.reads("/operator/login")
def operator(request: Request) -> Response:
    """What the operator looks after; who is not logged in is asked for the password."""
    session = _session(request)
    if session is None:
        return page(request, "login.html", wrong=False)
    engine = archive_of(request).engine
    return page(
        request, "operator.html", rows=archive_of(request).portals(), paused=paused_portals(engine), takedowns=list_takedowns(engine),
        subscriptions=list_subscriptions(engine), token=archive_of(request).site.sign(TOKEN, session), done=request.query_params.get("done"),
    )  # fmt: skip


@router.post("/operator/login", include_in_schema=False)
async def login(request: Request) -> Response:
    """A session for who knows the password."""
    form = await _form(request)
    return await run_in_threadpool(_login, request, form.get("password", ""))


def _login(request: Request, password: str) -> Response:
    if not _knows(_hash(request), password, request.client.host if request.client else ""):
        return page(request, "login.html", 403, wrong=True)
    made = RedirectResponse(link_to(request, "/operator"), 303)
    token = archive_of(request).site.sign(SESSION, f"{secrets.token_urlsafe(16)}{_mark(request)}")
    path = root_of(request) + "/operator"
    made.set_cookie(
        COOKIE, token, _HOURS * 3600, path=path, secure=True, httponly=True, samesite="strict"
    )
    return made


@router.post("/operator/do", include_in_schema=False)
async def act(request: Request) -> Response:
    """One act of the operator, of a form that this session was given."""
    form = await _form(request)
    return await run_in_threadpool(_act, request, form)


def _act(request: Request, form: dict[str, str]) -> Response:
    site, session = archive_of(request).site, _session(request)
    if session is None or site.read(TOKEN, form.get("token", "")) != session:
        return page(request, "login.html", 403, wrong=False)
    if form.get("act") == "logout":
        _ended.append(session)
        made: Response = RedirectResponse(link_to(request, "/operator"), 303)
        made.delete_cookie(
            COOKIE,
            path=root_of(request) + "/operator",
            secure=True,
            httponly=True,
            samesite="strict",
        )
        return made
    act = _ACTS.get(form.get("act", ""))
    if act is None:
        raise InputError("act: no such act")
    told = act(archive_of(request).engine, form)
    return RedirectResponse(link_to(request, "/operator", done=told), 303)


def _pause(engine: Any, form: dict[str, str]) -> str:
    pause_portal(engine, form.get("portal", ""), form.get("reason", ""))
    return "paused"


def _resume(engine: Any, form: dict[str, str]) -> str:
    resume_portal(engine, form.get("portal", ""))
    return "resumed"


def _unsubscribe(engine: Any, form: dict[str, str]) -> str:
    unsubscribe(engine, form.get("id", ""))
    return "unsubscribed"


def _take_down(engine: Any, form: dict[str, str]) -> str:
    take_down(engine, form.get("id", "").strip(), form.get("reason", ""))
    return "taken down"


def _restore(engine: Any, form: dict[str, str]) -> str:
    restore(engine, form.get("id", ""))
    return "restored"


def _correct(engine: Any, form: dict[str, str]) -> str:
    told = form.get("value", "").strip()
    try:
        value = Decimal(told) if told else None
    except InvalidOperation:
        raise InputError(f"value {told[:40]}: no number; write 30e9 or 3.5") from None
    if value is not None and (not value.is_finite() or abs(value.adjusted()) > 40):
        raise InputError(f"value {told[:40]}: no number; write 30e9 or 3.5")
    correct_figure(engine, form.get("id", "").strip(), value, form.get("reason", ""))
    return "corrected" if told else "rejected"


def _merge(engine: Any, form: dict[str, str]) -> str:
    merge_people(engine, form.get("ids", "").split(), form.get("reason", ""))
    return "merged"


def _split(engine: Any, form: dict[str, str]) -> str:
    split_person(
        engine, form.get("id", "").strip(), form.get("articles", "").split(), form.get("reason", "")
    )
    return "split"


_ACTS = {
    "pause": _pause, "resume": _resume, "unsubscribe": _unsubscribe, "take_down": _take_down, "restore": _restore,
    "correct": _correct, "merge": _merge, "split": _split,
}  # fmt: skip


def _hash(request: Request) -> str:
    """The hash of the password; without one there are no such pages."""
    if hashed := archive_of(request).config.web.operator:
        return hashed
    raise UnknownId("Not Found")


def _session(request: Request) -> str | None:
    """The session that a request shows, None where it is none of ours or too old."""
    mark = _mark(request)
    found = archive_of(request).site.read(SESSION, request.cookies.get(COOKIE, ""))
    return found if found and found.endswith(mark) and found not in _ended else None


def _mark(request: Request) -> str:
    """What ends a session's id: another password, and no session of before is good any more."""
    return hashlib.sha256(_hash(request).encode()).hexdigest()[:16]


async def _form(request: Request) -> dict[str, str]:
    _hash(request)
    async with request.form(max_files=0, max_fields=40) as sent:
        return {key: str(value) for key, value in sent.items()}


def _knows(hashed: str, password: str, reader: str) -> bool:
    """Whether a password is the right one; one try at a time, and after some wrong ones none for a while."""
    with _lock:
        if not TRIES.has(reader):
            raise TooMany(f"{TRIES.most} wrong passwords; try again in some minutes")
        known = is_password(hashed, password)
        if not known:
            TRIES.use(reader)
        return known
