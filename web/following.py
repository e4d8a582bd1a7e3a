"""How to follow: feeds, subscriptions by mail, the way in and the way out."""

from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from model.errors import InputError, TooMany, UnknownId
from publish.digest import Writer
from publish.feeds import Feed, write_atom, write_json_feed, write_opml
from publish.site import CONFIRM, DIGEST, LEAVE
from publish.wording import RHYTHMS, WEEKDAYS, wish_label
from storage.outbox import get_delivery
from storage.people import get_person
from storage.queries import portal_names
from storage.recent import Recent, told_last, told_of_person
from storage.subscriptions import Rhythm, confirm, read_rhythm, subscribe, unsubscribe
from storage.wishes import Wish
from web.app import archive_of, message, page, path_of, tagged
from web.asking import told_wish, wish_of
from web.routes import Routes
from web.turns import Turns

router = Routes()
_TYPES = {"atom": "application/atom+xml", "json": "application/feed+json"}
TURNS = Turns(20, 3600)  # subscriptions that one reader may ask for in an hour
_GONE = (
    "Liên kết không còn hiệu lực",
    "Liên kết đã hết hạn hoặc không đúng. This link has expired or is wrong.",
)


@router.reads("/feed.{kind}")
@router.reads("/figures.{kind}")
def query_feed(request: Request, kind: str) -> Response:
    """What a question finds, told last first, as Atom or JSON Feed."""
    return _feed(request, kind, told_wish(request.query_params))


@router.reads("/portals.opml")
def portals_opml(request: Request) -> Response:
    """The feeds of all portals."""
    archive = archive_of(request)
    portals = portal_names(archive.engine).items()
    return tagged(request, write_opml(portals, archive.site), "text/x-opml; charset=utf-8", 300)


@router.reads("/portals/{slug}.{kind}")
def portal_feed(request: Request, slug: str, kind: str) -> Response:
    """What a portal published, told last first."""
    if slug not in portal_names(archive_of(request).engine):
        raise UnknownId(f"{slug}: không có cổng này")
    return _feed(request, kind, Wish(portal=slug))


@router.reads("/people/{key}.{kind}")
def person_feed(request: Request, key: str, kind: str) -> Response:
    """Where somebody is named, told last first."""
    archive = archive_of(request)
    name = get_person(archive.engine, key)["name"]
    page_link = archive.site.link("/subscribe", person=name)
    entries = told_of_person(archive.engine, key)
    return _written(request, kind, (f"{archive.site.name}: {name}", page_link, {}), entries)


def _feed(request: Request, kind: str, wish: Wish) -> Response:
    archive = archive_of(request)
    entries = told_last(archive.engine, archive.indexes, wish)
    names = portal_names(archive.engine)
    title = f"{archive.site.name}: {wish_label(wish, names)}"
    given = {} if path_of(request).startswith("/portals/") else wish.given()
    page_link = archive.site.link("/subscribe", **wish.given())
    return _written(request, kind, (title, page_link, given), entries)


def _written(
    request: Request, kind: str, head: tuple[str, str, dict[str, Any]], entries: list[Recent]
) -> Response:
    """The feed of that title, page and parameters; its own address names these and nothing else."""
    if kind not in _TYPES:
        raise UnknownId(f".{kind}: có .atom và .json")
    archive = archive_of(request)
    title, page_link, given = head
    feed = Feed(title, archive.site.link(path_of(request), **given), page_link, entries)
    write = write_atom if kind == "atom" else write_json_feed
    return tagged(request, write(feed, archive.site), f"{_TYPES[kind]}; charset=utf-8", 300)


@router.reads("/subscribe")
def subscribe_form(request: Request) -> Response:
    """The form to subscribe to a question."""
    wish = wish_of(request)
    archive = archive_of(request)
    names = portal_names(archive.engine)
    feeds = [archive.site.link(f"/feed.{kind}", **wish.given()) for kind in _TYPES]
    return page(
        request, "subscribe.html", wish=wish, portals=names, label=wish_label(wish, names), feeds=feeds,
        rhythms=RHYTHMS, weekdays=WEEKDAYS,
        kept={k: v for k, v in wish.given().items() if k not in ("q", "portal")},
    )  # fmt: skip


@router.post("/subscribe", include_in_schema=False)
async def subscribe_sent(request: Request) -> Response:
    """Take a subscription: the address is asked by mail whether it wants this, and no page says what is known of it."""
    async with request.form(max_files=0, max_fields=40) as sent:
        form = {key: str(value) for key, value in sent.items()}
    return await run_in_threadpool(_take, request, form)


def _take(request: Request, form: dict[str, str]) -> Response:
    email = form.pop("email", "")
    often = (("rhythm", "daily"), ("at", "07:00"), ("weekday", "0"))
    rhythm = read_rhythm(*(form.pop(name, usual) for name, usual in often))
    take_subscription(request, email, form, rhythm)
    return message(
        request, "Hãy mở hộp thư",
        "Chúng tôi đã gửi một thư đến địa chỉ bạn nhập. Mở thư và bấm liên kết trong đó để bắt đầu nhận bản tin.",
        "We have sent a message to the address you entered. Open the link in it to start.",
    )  # fmt: skip


def take_subscription(request: Request, email: str, form: dict[str, str], rhythm: Rhythm) -> None:
    """Ask an address by mail whether it wants a digest of what a form asks for."""
    if not TURNS.take(request.client.host if request.client else ""):
        raise InputError("Quá nhiều yêu cầu; hãy thử lại sau một giờ.")
    if "://" in email:
        raise InputError("email: hãy nhập một địa chỉ thư")
    with suppress(TooMany):  # which nobody is told but who owns the address
        subscribe(archive_of(request).engine, email, told_wish(form), rhythm)


@router.reads("/confirm/{token}")
def confirm_page(request: Request, token: str) -> Response:
    """Ask once more: machines that open every link of a mail must not subscribe anybody."""
    if archive_of(request).site.read(CONFIRM, token) is None:
        return message(request, *_GONE, status=404)
    return page(request, "act.html", title="Xác nhận đăng ký", button="Xác nhận", english="Confirm")


@router.post("/confirm/{token}", include_in_schema=False)
def confirm_sent(request: Request, token: str) -> Response:
    """Begin a subscription."""
    archive = archive_of(request)
    key = archive.site.read(CONFIRM, token)
    if key is None or not confirm(archive.engine, key):
        return message(request, *_GONE, status=404)
    return message(request, "Đã đăng ký", "Bản tin sẽ đến hộp thư của bạn. Mỗi thư có liên kết để thôi nhận.", "You are subscribed.")  # fmt: skip


@router.reads("/u/{token}")
def leave_page(request: Request, token: str) -> Response:
    """Ask before a subscription is ended; opening a page ends nothing."""
    if archive_of(request).site.read(LEAVE, token) is None:
        return message(request, *_GONE, status=404)
    return page(request, "act.html", title="Thôi nhận bản tin", button="Thôi nhận", english="Unsubscribe")  # fmt: skip


@router.post("/u/{token}", include_in_schema=False)
def leave_sent(request: Request, token: str) -> Response:
    """End a subscription, by hand or by a mail program's one click (RFC 8058); no cookie, done twice is done."""
    archive = archive_of(request)
    key = archive.site.read(LEAVE, token)
    if key is None:
        return message(request, *_GONE, status=404)
    unsubscribe(archive.engine, key)
    return message(request, "Đã thôi nhận", "Bạn sẽ không nhận bản tin này nữa; địa chỉ của bạn đã được xóa.", "You are unsubscribed and your address is deleted.")  # fmt: skip


@router.reads("/digests/{token}")
def digest_page(request: Request, token: str) -> Response:
    """A digest as a page, whole."""
    archive = archive_of(request)
    key = archive.site.read(DIGEST, token)
    found = get_delivery(archive.engine, key) if key else None
    if found is None or found[1] is None:
        return message(request, *_GONE, status=404)
    digest = Writer(archive.engine, archive.site).of_delivery(*found, most=len(found[0].items))
    return page(request, "digest.html", d=digest)
