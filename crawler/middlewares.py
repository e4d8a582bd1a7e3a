"""What happens to every request and response: bounds, archive, robots.txt, patience."""

import asyncio
import ipaddress
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import cookies
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from tldextract import TLDExtract
from twisted.internet.defer import Deferred

from crawler.addresses import authority
from model.records import Exchange

# Which cookies may be set is decided by the list of public suffixes that comes with the library; the
# base class would fetch it from elsewhere, and the crawler asks nobody but the portal.
cookies._split_domain = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)

LONGEST_WAIT = 600  # seconds; a portal that asks for more is left for another run
MOST_WAITS = 5  # in a row


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
    """No request leaves the portal's hosts or http(s), or reaches a private address unasked."""

    async def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise IgnoreRequest("neither http nor https")
        own = authority(request.url)
        if own not in self.spider.hosts:
            raise IgnoreRequest(f"{parts.netloc} is not a host of this portal")
        if own in self.spider.allow_private:
            return
        if await _is_private(parts.hostname or ""):
            raise IgnoreRequest(
                f"{parts.netloc} is a private address; name it in [crawl] allow_private of bantin.toml"
            )


async def _is_private(host: str) -> bool:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except OSError:
        return False  # no such host: the download itself says so
    return any(not ipaddress.ip_address(info[4][0]).is_global for info in found)


class ArchiveFirst(_Middleware):
    """Every response is on disk as a WARC record, and known to the frontier, before anything reads it."""

    def process_response(self, request: Request, response: Response) -> Response:
        page = request.meta.get("page")
        exchange = Exchange(
            url=response.url,
            method=request.method,
            request_headers=_headers(request),
            request_body=bytes(request.body),
            status=response.status,
            reason=_reason(response.status),
            headers=_headers(response),
            body=response.body,
            captured=datetime.now(UTC),
            kind=page.kind if page else "robots",
            page_id=(page.id or None)
            if page
            else None,  # a page only looked at is none of the frontier's
            truncated="disconnect" if "dataloss" in response.flags else None,
        )
        self.spider.store.captured(exchange, page)
        return response


def _headers(message: Request | Response) -> list[tuple[str, str]]:
    pairs = message.headers.items()
    return [(k.decode("latin-1"), v.decode("latin-1")) for k, vs in pairs for v in (vs or [])]


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""


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
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._trouble = str(exc) if isinstance(exc, IgnoreRequest) else f"{netloc}: {tell(exc)}"
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
        "DownloadTimeoutError": "the host did not answer in time",
        "TimeoutError": "the host did not answer in time",
        "DownloadCancelledError": "larger than 20 MB, no page",
    }
    words = " ".join(str(error).split())[:200]
    return names.get(type(error).__name__, f"{type(error).__name__}: {words}".rstrip(": "))


class Patience(_Middleware):
    """Honours Retry-After of 429 and 503: the whole host waits; after five waits in a row the run stops.

    A robots.txt that can't be had for such a reason means stop, not go (RFC 9309, 2.3.1.4).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._until = 0.0
        self._waits = 0

    async def process_request(self, request: Request) -> None:
        if self._waits > MOST_WAITS:
            raise IgnoreRequest("the portal asked to stop")
        if (left := self._until - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        if response.status not in (429, 503):
            self._waits = 0
            return response
        self._waits += 1
        wait = _retry_after(response)
        if wait > LONGEST_WAIT or self._waits > MOST_WAITS:
            self._waits = MOST_WAITS + 1
            asked = f"the portal answered {response.status} and asked to wait {wait:.0f} s"
            self.spider.stop(asked)
            raise IgnoreRequest(asked)
        self._until = time.monotonic() + wait
        return request.replace(dont_filter=True)


def _retry_after(response: Response) -> float:
    """Seconds to wait: a number or a date in Retry-After, a minute where it says nothing."""
    written = (response.headers.get("Retry-After") or b"60").decode("latin-1").strip()
    if written.isdecimal():
        return float(written)
    try:
        return max((parsedate_to_datetime(written) - datetime.now(UTC)).total_seconds(), 1.0)
    except (ValueError, TypeError):
        return 60.0
