"""What happens to every request and response: bounds, archive, robots.txt, patience."""

import asyncio
import re
import time
import zlib
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import cookies
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from tldextract import TLDExtract
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from crawler.addresses import authority
from crawler.network import is_public
from crawler.reading import refusal
from model.clock import now, real_now
from model.records import DuePage, Exchange

# What a connection that was there, or should be, ends with; a portal that resets fast clients is no error.
_BROKEN_OFF = (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ConnectionDone,
    ConnectionLost,
    ConnectError,
)

# How OpenSSL says why a handshake failed, in the text of what Twisted raises: (library, function, reason).
_TLS = re.compile(r"\('SSL routines', '[^']*', '([^']+)'\)")

# Which cookies may be set is decided by the list of public suffixes that comes with the library; the
# base class would fetch it from elsewhere, and the crawler asks nobody but the portal.
cookies._split_domain = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)

LONGEST_WAIT = 600  # seconds; a portal that asks for more is left for another run
MOST_WAITS = 5  # in a row
MOST_REFUSALS = 3  # in a row
GOOD_IN_A_ROW = 10  # answers after which a host that was slowed down is asked twice as often again
MOST_REFUSAL = 1 << 20  # bytes of a page that are looked at for a refusal
FIRST_WAIT = 1.0  # seconds after a connection broke off, doubled each time in a row
LEAST_SLOWED, LONGEST_DELAY = (
    0.25,
    60.0,
)  # seconds between two requests to a host that was slowed down
NOT_PUBLIC = "{} is a private address; name it in [crawl] allow_private of bantin.toml"


class _Middleware:
    """Knows its crawler."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def spider(self) -> Any:
        return self.crawler.spider


class Bounds(_Middleware):
    """No request leaves the portal's hosts or http(s), or reaches a private address unasked.

    Names are resolved where the connection is made (crawler.network), so that none can change between
    the check and the connection.
    """

    async def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise IgnoreRequest("neither http nor https")
        own = authority(request.url)
        if own not in self.spider.hosts:
            raise IgnoreRequest(f"{parts.netloc} is not a host of this portal")
        if own not in self.spider.allow_private and not is_public(parts.hostname or ""):
            raise IgnoreRequest(NOT_PUBLIC.format(parts.netloc))


class ArchiveFirst(_Middleware):
    """Every response is on disk as a WARC record, and known to the frontier, before anything reads it."""

    def process_response(self, request: Request, response: Response) -> Response:
        page = request.meta.get("page")
        refused = self._refusal(response, page) if page else None
        exchange = Exchange(
            url=response.url,
            method=request.method,
            request_headers=_headers(request),
            request_body=bytes(request.body),
            status=response.status,
            reason=_reason(response.status),
            headers=_headers(response),
            body=response.body,
            captured=now(),
            kind=page.kind if page else "robots",
            page_id=(page.id or None)
            if page
            else None,  # a page only looked at is none of the frontier's
            truncated="disconnect" if "dataloss" in response.flags else None,
            unlisted=bool(page and page.unlisted),
        )
        request.meta["refused"] = refused
        good = refused is None and not (page and page.kind == "file" and is_html(response))
        self.spider.store.captured(exchange, page, good=good)
        return response

    def _refusal(self, response: Response, page: DuePage) -> str | None:
        if response.status == 304 and not page.validators:
            return "blocked: the portal answered 304 to what was not asked for by validators"
        if page.kind == "feed" or (page.kind == "file" and not is_html(response)):
            return None
        return refusal(self.spider.raw(response.replace(body=_beginning(response))))


def is_html(response: Response) -> bool:
    """Whether an answer says that it is a page."""
    return b"html" in (response.headers.get("Content-Type") or b"").lower()


def _beginning(response: Response) -> bytes:
    """The body unpacked, as far as a refusal could reach; it is archived as it came."""
    if not response.headers.get("Content-Encoding"):
        return response.body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(response.body, MOST_REFUSAL)
    except zlib.error:
        return response.body


def _headers(message: Request | Response) -> list[tuple[str, str]]:
    pairs = message.headers.items()
    return [(k.decode("latin-1"), v.decode("latin-1")) for k, vs in pairs for v in (vs or [])]


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""


MOST_ROBOTS = 500 * 1024  # what of a robots.txt is read (RFC 9309, 2.5)
_SITEMAPS = re.compile(r"(?im)^[ \t]*sitemap[ \t]*:[ \t]*(\S+)")


class Robots(RobotsTxtMiddleware):
    """Obeys robots.txt: one that is missing allows all, one that can't be had forbids all.

    Source: RFC 9309, 2.3.1.3 and 2.3.1.4.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._trouble = "robots.txt could not be had"

    async def robot_parser(self, request: Request) -> RobotParser | None:
        # Of those who wait for one robots.txt only the first is given the parser by the base class,
        # which then takes None for leave; the table has it for all.
        parser = await super().robot_parser(request)
        kept = self._parsers[urlsplit(request.url).netloc]
        return parser if isinstance(kept, Deferred) else kept

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            raise IgnoreRequest(f"the portal answered {response.status} for robots.txt")
        if response.status >= 400:
            response = response.replace(body=b"")
        spider: Any = self.crawler.spider
        spider.offer_feeds(_SITEMAPS.findall(response.text[:MOST_ROBOTS]))
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._trouble = str(exc) if isinstance(exc, IgnoreRequest) else tell(exc)
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if rp is None:
            raise IgnoreRequest(self._trouble)
        super().process_request_2(rp, request)


def tell(error: BaseException) -> str:
    """What went wrong with a request, in a few words on one line."""
    names = {
        "CannotResolveHostError": "no such host",
        "DNSLookupError": "no such host",
        "DownloadConnectionRefusedError": "the host refuses connections",
        "ConnectionRefusedError": "the host refuses connections",
        "DownloadFailedError": "the host breaks connections off",
        "ConnectionLost": "the host breaks connections off",
        "ConnectionDone": "the host breaks connections off",
        "DownloadTimeoutError": "the host did not answer in time",
        "TimeoutError": "the host did not answer in time",
        "DownloadCancelledError": "larger than 20 MB, no page",
    }
    words = " ".join(str(error).split())[:200]
    return names.get(type(error).__name__, f"{type(error).__name__}: {words}".rstrip(": "))


class Patience(_Middleware):
    """Waits when the portal asks for it or breaks off, goes slower after that, and stops when told.

    Retry-After of 429 and 503 makes the whole host wait. After five waits in a row, or three pages in
    a row on which the portal refuses us, the run ends and the host's circuit breaker opens. A robots.txt
    that can't be had for such a reason means stop, not go (RFC 9309, 2.3.1.4).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._until = 0.0
        self._waits = 0
        self._refusals = 0
        self._good = 0
        self._stopped = ""

    async def process_request(self, request: Request) -> None:
        if self._stopped:
            raise IgnoreRequest(self._stopped)
        if (left := self._until - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        if response.status in (429, 503):
            wait = _retry_after(response)
            return self._wait(
                request,
                wait,
                f"the portal answered {response.status} and asked to wait {wait:.0f} s",
            )
        self._waits = 0
        refused = request.meta.get("refused")
        self._refusals = self._refusals + 1 if refused else 0
        if refused:
            self._slow_down()
        else:
            self._speed_up()
        if self._refusals >= MOST_REFUSALS:
            self._stop(f"refused {MOST_REFUSALS} times in a row, {refused}", 0)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A connection that breaks off or gets no answer is tried again later, ever more slowly."""
        if isinstance(exception, UnsupportedURLSchemeError | CannotResolveHostError):
            self._stop(tell(exception))
            return None
        if not isinstance(exception, _BROKEN_OFF):
            return None
        if found := _TLS.search(str(exception)):
            why = f"no TLS connection: {found[1]}; legacy_tls = true in the portal's file allows old keys and versions"
            self._stop(why)
            raise IgnoreRequest(why)
        return self._wait(request, FIRST_WAIT * 2**self._waits, tell(exception), asked=False)

    def _wait(self, request: Request, wait: float, why: str, *, asked: bool = True) -> Request:
        self._waits += 1
        if wait > LONGEST_WAIT or self._waits > MOST_WAITS:
            self._stop(why, wait if asked else None)
            raise IgnoreRequest(why)
        self._slow_down()
        self._until = time.monotonic() + wait
        return request.replace(dont_filter=True)

    def _slow_down(self) -> None:
        """Twice the time between two requests, at most eight times what it was."""
        self._good = 0
        for slot in self._slots():
            most = min(max(self._delay(), LEAST_SLOWED) * 8, LONGEST_DELAY)
            slot.delay = min(max(slot.delay * 2, LEAST_SLOWED), most)

    def _speed_up(self) -> None:
        """Back to what it was, step by step, while the portal answers well."""
        self._good += 1
        if self._good % GOOD_IN_A_ROW == 0:
            for slot in self._slots():
                slot.delay = max(slot.delay / 2, self._delay())

    def _delay(self) -> float:
        return self.crawler.settings.getfloat("DOWNLOAD_DELAY")

    def _slots(self) -> Iterable[Any]:
        engine = self.crawler.engine
        return engine.downloader.slots.values() if engine else ()

    def _stop(self, why: str, wait: float | None = None) -> None:
        """End the run; with a `wait` because the portal refuses us, without because nobody answers."""
        if not self._stopped:
            self._stopped = why
            self.spider.stop(why, wait)


def _retry_after(response: Response) -> float:
    """Seconds to wait: a number or a date in Retry-After, a minute where it says nothing."""
    written = (response.headers.get("Retry-After") or b"60").decode("latin-1").strip()
    if written.isdecimal():
        return float(written)
    try:
        return max((parsedate_to_datetime(written) - real_now()).total_seconds(), 1.0)
    except (ValueError, TypeError):
        return 60.0
