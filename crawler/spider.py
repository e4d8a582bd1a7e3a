"""One spider for all portals: `scrapy crawl portal -a portal=SLUG`."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

import scrapy
from scrapy import FormRequest, Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.misc import load_object

from crawler.addresses import authority
from crawler.discover import discover
from crawler.middlewares import tell
from crawler.page import parse_page
from crawler.reading import is_whole
from model.errors import BantinError, ExtractError
from model.records import DuePage, Listing, PageRequest, RawPage

BEAT = 15  # seconds between two renewals of the lease
LEASE = 60  # seconds after which another process may take the portal
LEAST_DELAY = 0.01  # seconds; without any, Scrapy does not keep to one connection
TOLD_EVERY = 25  # articles between two lines of progress
# What Scrapy tells in many lines and with tracebacks is told by the spider in one.
_LOUD = ("scrapy.core.scraper", "scrapy.downloadermiddlewares.retry", "scrapy.downloadermiddlewares.robotstxt",
         "scrapy.core.downloader.handlers", "scrapy.core.http2", "scrapy.spidermiddlewares.httperror",
         "scrapy.downloadermiddlewares.httpcompression")  # fmt: skip
_END = Listing(dialect="none", links=[])
_ARCHIVED = "Ignored response <"  # how Scrapy says that a body unpacks to too much


class PortalSpider(scrapy.Spider):
    """Walks a portal's list pages and fetches the articles that are due.

    Arguments: portal (its slug), full=1 (walk to the end), limit=N (articles), probe=1 (the sections
    and one article of each), only="URL URL" (these articles), look="URL URL" (these pages, to see what
    they are).
    """

    name = "portal"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        slug = kwargs.get("portal")
        if not slug:
            raise SystemExit("scrapy crawl portal: name the portal with -a portal=SLUG")
        try:
            store = load_object(crawler.settings["CRAWL_STORE"])(slug)
            store.open()
        except BantinError as error:
            raise SystemExit(f"bantin: {error}") from error
        delay = store.portal.delay if store.portal.delay is not None else store.config.delay
        crawler.settings.set("DOWNLOAD_DELAY", max(float(delay), LEAST_DELAY), priority="spider")
        if store.config.contact:
            agent = f"{crawler.settings['USER_AGENT'][:-1]}; contact {store.config.contact})"
            crawler.settings.set("USER_AGENT", agent, priority="spider")
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.prepare(store)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        return spider

    def prepare(self, store: Any) -> None:
        self.store = store
        self.hosts = set(store.hosts)
        self.allow_private = {authority(f"http://{host}") for host in store.config.allow_private}
        self.full = str(getattr(self, "full", "")) == "1"
        self.left = int(getattr(self, "limit", 0) or 0) or None
        self.only = str(getattr(self, "only", "")).split()
        self.look = str(getattr(self, "look", "")).split()
        self.probe = str(getattr(self, "probe", "")) == "1"
        self.known: set[str] = set()
        self.fetched = 0
        self.stopped: str | None = None
        self.troubles: set[str] = set()
        self.seen: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        loop = asyncio.get_running_loop()
        self.beating = loop.create_task(self._beat())
        if os.environ.get("BANTIN_PARENT"):
            loop.add_reader(0, _end_with_parent)
        for page in self.store.due(self.only, self.look):
            if self.probe and page.kind != "section":
                continue
            if request := self.request(page):
                yield request

    async def _beat(self) -> None:
        """Hold the lease; a run that has lost it ends at once."""
        missed = 0
        while True:
            await asyncio.sleep(BEAT)
            try:
                missed = 0 if self.store.renew() else 99
            except Exception:  # a database that is busy may answer the next time
                missed += 1
            if missed * BEAT >= LEASE:
                self.say("the lease of this portal is lost; the next crawl goes on from here")
                os._exit(1)

    def request(self, page: DuePage) -> Request | None:
        """The request for a page, None for an article when this run's limit is reached."""
        if page.kind == "article" and self.left is not None:
            if self.left <= 0:
                return None
            self.left -= 1
        asked = page.asked
        common: dict[str, Any] = {
            "callback": self.parse_article if page.kind == "article" else self.parse_list,
            "errback": self.page_failed,
            "headers": {"Referer": asked.referer} if asked.referer else {},
            "meta": {"page": page},
            "dont_filter": True,
            "priority": 0 if page.kind == "article" else 10,
        }
        if asked.form is not None:
            form = {k: v for k, v in asked.form.items() if k != "last"}
            return FormRequest(asked.url, formdata=form, **common)
        return Request(asked.url, **common)

    def parse_list(self, response: Response) -> Iterator[Request]:
        page: DuePage = response.meta["page"]
        if self.look:
            return
        listing = self.listing(response, page)
        fetch, known = self.store.listed(page, listing, self.full and self.left != 0)
        self.known |= known
        if self.probe:
            fetch = [self.store.lease_one(link) for link in listing.links[:1]]
        for found in fetch:
            if found.kind != "article" and self.left == 0:
                continue  # it stays due, the next run walks on from it
            if request := self.request(found):
                yield request

    def listing(self, response: Response, page: DuePage) -> Listing:
        """What a list page leads to; nothing at the end of a list."""
        try:
            listing = discover(parse_page(self.raw(response)), page.asked)
        except ExtractError as error:
            if page.kind == "section":
                self.trouble(page, response.url, f"no list page: {error}")
            return _END  # an empty fragment is the end of a list
        if self._repeats(response.url, page.asked):
            return _END  # past its last page this software shows a page again
        if not listing.links and page.kind == "section":
            self.trouble(
                page, response.url, "no links to articles; is this a list page of this portal?"
            )
        return listing

    def _repeats(self, url: str, asked: PageRequest) -> bool:
        key = f"{url} {sorted((asked.form or {}).items())}"
        if key in self.seen:
            return True
        self.seen.add(key)
        return False

    def parse_article(self, response: Response) -> None:
        """Nothing to do: the capture is archived, and is read from there."""
        self.fetched += 1
        if self.fetched % TOLD_EVERY == 0:
            self.say(f"{self.fetched} articles fetched")
        if "dataloss" not in response.flags:
            return
        if is_whole(response.body):  # the portal lies about its length
            self.store.accepted(response.meta["page"])
        else:
            # Told where it is read, like everything that is archived and no article.
            self.store.failed(response.meta["page"], f"{response.url}: cut short")

    def raw(self, response: Response) -> RawPage:
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return RawPage(
            url=response.url, body=response.body, content_type=kind, status=response.status,
            dialect=self.store.portal.dialect,
        )  # fmt: skip

    def page_failed(self, failure: Any) -> None:
        page = failure.request.meta["page"]
        status = getattr(getattr(failure.value, "response", None), "status", None)
        if page.kind == "article" and status in (404, 410) and self.store.gone(page):
            return
        why = reason(failure)
        self.store.failed(page, f"{failure.request.url}: {why}")
        if not why.startswith(_ARCHIVED):
            self.tell(failure.request.url, why)

    def trouble(self, page: DuePage, url: str, why: str) -> None:
        """Something that nobody may miss: it is told, and the run does not end well."""
        self.store.failed(page, f"{url}: {why}")
        self.tell(url, why)

    def broke(self, failure: Any, response: Response) -> None:
        """A page that our own code stumbles over stays due, and is told like any other trouble."""
        self.trouble(
            response.meta["page"], response.url, f"could not be read: {tell(failure.value)}"
        )

    def tell(self, url: str, why: str) -> None:
        """One line a trouble: what befalls every page of a host is told once."""
        if why not in self.troubles:
            self.troubles.add(why)
            self.say(f"{url}: {why}")

    def say(self, line: str) -> None:
        sys.stderr.write(f"{self.store.portal.slug}: {line}\n")
        sys.stderr.flush()

    def stop(self, why: str) -> None:
        """End the run because the portal asked for it."""
        self.stopped = why
        self.store.failed(None, why)
        self.tell(self.store.portal.home, why)

    def closed(self, why: str) -> None:
        self.beating.cancel()
        done = why == "finished" and self.stopped is None
        self.store.close("done" if done else "stopped", len(self.known))


def _end_with_parent() -> None:
    """A crawl whose parent is gone ends at once: whatever is killed is due again."""
    if not os.read(0, 1):
        os._exit(1)


def reason(failure: Any) -> str:
    """Why a request failed, in a few words."""
    if failure.check(IgnoreRequest) and not getattr(failure.value, "response", None):
        return str(failure.value) or "left out"
    response = getattr(failure.value, "response", None)
    if response is not None:
        return f"the portal answered {response.status}"
    return tell(failure.value)
