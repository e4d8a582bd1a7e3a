"""One spider for all portals: `scrapy crawl portal -a portal=SLUG`."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import FormRequest, Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.misc import load_object

from crawler.addresses import authority
from crawler.dialects import dialects
from crawler.discover import discover
from crawler.feeds import discover_feed
from crawler.middlewares import is_html, tell
from crawler.network import PublicResolver
from crawler.pace import Pace
from crawler.page import parse_page
from crawler.reading import is_whole
from crawler.verdict import closing_notice
from model.errors import BantinError, ExtractError
from model.records import DuePage, Listing, RawPage

BEAT = 15  # seconds between two renewals of the lease
LEASE = 60  # seconds after which another process may take the portal
LEAST_DELAY = 0.001  # seconds; without any, Scrapy does not keep to one connection
MOST_LISTS = 3000  # list pages of one section in one run; a calendar has no end
MOST_FEEDS = 10  # parts of a sitemap in one run that is not full
MOST_PARTS = 500  # of one index that are looked at, and in one run that is full
_PRIORITY = {"section": 10, "list": 10, "feed": 5, "article": 0, "file": -10}
# What Scrapy tells in many lines and with tracebacks is told by the spider in one.
_LOUD = ("scrapy.core.scraper", "scrapy.downloadermiddlewares.retry", "scrapy.downloadermiddlewares.robotstxt",
         "scrapy.core.downloader.handlers", "scrapy.core.http2", "scrapy.spidermiddlewares.httperror",
         "scrapy.downloadermiddlewares.httpcompression")  # fmt: skip
# What reads the answer for a page, by its kind; all others are list pages.
_READ = {"article": "parse_article", "file": "parse_article", "feed": "parse_feed"}
_END = Listing(dialect="none", links=[])
_ARCHIVED = "Ignored response <"  # how Scrapy says that a body unpacks to too much


class PortalSpider(scrapy.Spider):
    """Walks a portal's list pages and fetches what is due: feeds, articles, their files.

    Arguments: portal (its slug), full=1 (walk to the end), limit=N (articles), files=RUN (attachments
    alone, as part of that run), probe=1 (the sections and one article of each), only="URL URL" (these articles), look="URL URL"
    (these pages, to see what they are).
    """

    name = "portal"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        slug = kwargs.get("portal")
        if not slug:
            raise SystemExit("scrapy crawl portal: name the portal with -a portal=SLUG")
        try:
            store = load_object(crawler.settings["CRAWL_STORE"])(slug)
            store.open(int(kwargs.get("files") or 0))
        except BantinError as error:
            raise SystemExit(f"bantin: {error}") from error
        if os.environ.get("BANTIN_PARENT"):
            try:
                sys.stdout.write(f"{store.run_id}\n")  # the run that our parent is to report on
                sys.stdout.flush()
            except BrokenPipeError:
                os._exit(1)  # it is gone
        delay = store.portal.delay if store.portal.delay is not None else store.config.delay
        crawler.settings.set("DOWNLOAD_DELAY", max(float(delay), LEAST_DELAY), priority="spider")
        if store.config.contact:
            agent = f"{crawler.settings['USER_AGENT'][:-1]}; contact {store.config.contact})"
            crawler.settings.set("USER_AGENT", agent, priority="spider")
        crawler.settings.set("LEGACY_TLS", store.portal.legacy_tls, priority="spider")
        PublicResolver.allowed = {
            urlsplit(f"//{host}").hostname or "" for host in store.config.allow_private
        }
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.prepare(store)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        crawler.signals.connect(spider.walked, signal=signals.spider_idle)
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
        self.files = bool(getattr(self, "files", ""))
        self.visit = not (self.only or self.look or self.probe or self.files)
        self.known: set[str] = set()
        self.pace = Pace()
        self.stopped: str | None = None
        self.troubles: set[str] = set()
        self.signs: set[str] = set()
        self.seen: set[str] = set()
        self.feeds = 0
        self.dialect = dialects().get(store.portal.dialect or "")

    async def start(self) -> AsyncIterator[Any]:
        loop = asyncio.get_running_loop()
        self.beating = loop.create_task(self._beat())
        if os.environ.get("BANTIN_PARENT"):
            loop.add_reader(0, _end_with_parent)
        for page in self.store.due(self.only, self.look, self.files):
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

    def request(self, page: DuePage, walked: int = 1) -> Request | None:
        """The request for a page, None for an article when this run's limit is reached.

        `walked` is how many list pages of a section it is the end of.
        """
        if page.kind == "article" and self.left is not None:
            if self.left <= 0:
                return None
            self.left -= 1
        asked = page.asked
        self.pace.wait(page.kind)
        common: dict[str, Any] = {
            "callback": getattr(self, _READ.get(page.kind, "parse_list")),
            "errback": self.page_failed,
            "headers": page.validators | ({"Referer": asked.referer} if asked.referer else {}),
            "meta": {"page": page, "handle_httpstatus_list": [304], "walked": walked},
            "dont_filter": True,
            "priority": _PRIORITY[page.kind],
        }
        if asked.form is not None:
            form = {k: v for k, v in asked.form.items() if k != "last"}
            return FormRequest(asked.url, formdata=form, **common)
        return Request(asked.url, **common)

    def parse_list(self, response: Response) -> Iterator[Request]:
        page: DuePage = response.meta["page"]
        if self.look or self.is_refused(response):
            return
        listing = self.listing(response, page)
        if listing is None:
            return
        fetch, known = self.store.listed(page, listing, self.full and self.left != 0)
        self.known |= known
        if self.probe:
            fetch = [self.store.lease_one(link) for link in listing.links[:1]]
        yield from self.fetch(fetch, response.meta["walked"] + 1, response.url)

    def fetch(self, found: list[DuePage], walked: int, url: str) -> Iterator[Request]:
        """Requests for what a list page or feed leads to, within this run's limits."""
        for page in found:
            if page.kind != "article" and self.left == 0:
                continue  # it stays due, the next run walks on from it
            if walked > MOST_LISTS and page.kind == "list":
                self.trouble(page, url, f"a section of more than {MOST_LISTS} list pages")
            elif request := self.request(page, walked):
                yield request

    def parse_feed(self, response: Response) -> Iterator[Request]:
        page: DuePage = response.meta["page"]
        if response.status == 304:
            self.store.unchanged(page)
            return
        try:
            listing = discover_feed(self.raw(response), self.dialect)
        except ExtractError as error:
            self.trouble(page, response.url, f"no feed: {error}")
            return
        fetch, known = self.store.listed(page, listing, False)
        self.known |= known
        yield from self.fetch(fetch, 0, response.url)
        self.offer_feeds(listing.feeds)

    def offer_feeds(self, urls: list[str]) -> None:
        """Fetch the feeds that robots.txt or a sitemap's index names, where they are due."""
        if not self.visit:
            return
        for url in list(dict.fromkeys(urls))[:MOST_PARTS]:
            if authority(url) not in self.hosts:
                continue
            if self.feeds >= (MOST_PARTS if self.full else MOST_FEEDS):
                return
            if (page := self.store.feed(url)) and (request := self.request(page)):
                self.feeds += 1
                self.crawler.engine.crawl(request)

    def walked(self) -> None:
        """Now that all lists are walked, fetch what left one and stands on no other."""
        if not self.visit or self.stopped:
            return
        requests = [r for page in self.store.due_later() if (r := self.request(page))]
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def is_refused(self, response: Response) -> bool:
        """Whether the portal gave something else than was asked for; that is told, and the page stays due."""
        if refused := response.meta.get("refused"):
            self.trouble(response.meta["page"], response.url, refused)
        return bool(response.meta.get("refused"))

    def listing(self, response: Response, page: DuePage) -> Listing | None:
        """What a list page leads to: no links at the end of a list, None where it is no list page."""
        try:
            parsed = parse_page(self.raw(response))
            listing = discover(parsed, page.asked)
        except ExtractError as error:
            if page.asked.form is not None and error.kind == "empty":
                return _END  # an empty fragment is how a posted pager ends
            self.trouble(page, response.url, f"no list page: {error}")
            return None
        if parsed.dialect:
            self.dialect = parsed.dialect
        if page.kind == "section" and (notice := closing_notice(parsed)):
            self.sign(f"notice: {notice}")
        if self._repeats(response.url, page, listing):
            return _END  # past its last page this software shows a page again
        if not listing.links and page.asked.form is None:
            why = "no links to articles; is this a list page of this portal?"
            self.trouble(page, response.url, why)
            return None
        return listing

    def _repeats(self, url: str, page: DuePage, listing: Listing) -> bool:
        """Whether this page was had before in this run: by its address, or by what a further list page shows."""
        keys = {f"{url} {sorted((page.asked.form or {}).items())}"}
        if page.kind == "list" and listing.links:
            keys.add(" ".join(link.url for link in listing.links))
        known = bool(keys & self.seen)
        self.seen |= keys
        return known

    def parse_article(self, response: Response) -> None:
        """Nothing to read here: the capture is archived, and is read from there."""
        if self.is_refused(response):
            return
        page = response.meta["page"]
        if line := self.pace.done(page.kind):
            self.say(line)
        if page.kind == "file" and is_html(response):
            self.trouble(page, response.url, "a page instead of a file")
            return
        if "dataloss" not in response.flags:
            return
        if is_whole(response.body):  # the portal lies about its length
            self.store.accepted(page)
        else:
            # Told where it is read, like everything that is archived and no article.
            self.store.failed(page, f"{response.url}: cut short")

    def raw(self, response: Response) -> RawPage:
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return RawPage(
            url=response.url, body=response.body, content_type=kind, status=response.status,
            dialect=self.store.portal.dialect,
        )  # fmt: skip

    def page_failed(self, failure: Any) -> None:
        page = failure.request.meta["page"]
        status = getattr(getattr(failure.value, "response", None), "status", None)
        self.pace.done(page.kind)
        if page.id and status in (404, 410) and self.store.gone(page):
            return
        why = failure.request.meta.get("refused") or reason(failure)
        if page.kind == "section" and "is not a host of this portal" in why:
            self.sign(f"redirect: {page.asked.url} leads to another host")
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

    def sign(self, what: str) -> None:
        """Note a sign that a portal is dying, or that its answers are not what they should be."""
        self.signs.add(what)

    def say(self, line: str) -> None:
        sys.stderr.write(f"{self.store.portal.slug}: {line}\n")
        sys.stderr.flush()

    def stop(self, why: str, wait: float | None) -> None:
        """End the run; where the portal asks for it, leave its hosts alone for `wait` seconds or longer."""
        self.stopped = why
        self.store.failed(None, why)
        if wait is not None:
            self.store.refused(why, wait)
        self.tell(self.store.portal.home, why)

    def closed(self, why: str) -> None:
        self.beating.cancel()
        done = why == "finished" and self.stopped is None
        self.store.close("done" if done else "stopped", len(self.known), sorted(self.signs))


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
