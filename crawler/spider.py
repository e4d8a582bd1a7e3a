"""One spider for all portals: `scrapy crawl portal -a portal=SLUG`."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import FormRequest, Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.misc import load_object

from crawler.discover import discover
from crawler.page import parse_page
from model.errors import BantinError, ExtractError
from model.records import Link, PageRequest, RawPage

ENOUGH_KNOWN = 1  # list pages without anything to fetch after which a section is up to date


class PortalSpider(scrapy.Spider):
    """Walks a portal's list pages and fetches the articles that are due."""

    name = "portal"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        slug = kwargs.get("portal")
        if not slug:
            raise SystemExit("scrapy crawl portal: name the portal with -a portal=SLUG")
        try:
            store = load_object(crawler.settings["CRAWL_STORE"])(slug)
            store.frontier.open()
        except BantinError as error:
            raise SystemExit(f"bantin: {error}") from error
        delay = store.portal.delay if store.portal.delay is not None else store.config.delay
        crawler.settings.set("DOWNLOAD_DELAY", float(delay), priority="spider")
        if store.config.contact:
            agent = f"{crawler.settings['USER_AGENT'][:-1]}; contact {store.config.contact})"
            crawler.settings.set("USER_AGENT", agent, priority="spider")
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.prepare(store)
        return spider

    def prepare(self, store: Any) -> None:
        self.store = store
        self.hosts = {
            urlsplit(url).netloc.lower() for url in (store.portal.home, *store.portal.sections)
        }
        self.allow_private = {host.lower() for host in store.config.allow_private}
        self.full = str(getattr(self, "full", "")) == "1"
        self.left = int(getattr(self, "limit", 0) or 0) or None
        self.known = 0
        self.stopped: str | None = None
        self.visited: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        for link in self.store.frontier.due():
            if request := self.article_request(link):
                yield request
        for section in self.store.portal.sections:
            yield self.list_request(PageRequest(url=section))

    def list_request(self, asked: PageRequest) -> Request:
        """The request for a list page, a form where the pager is one."""
        headers = {"Referer": asked.referer} if asked.referer else {}
        common: dict[str, Any] = {
            "callback": self.parse_list, "errback": self.list_failed, "headers": headers,
            "cb_kwargs": {"asked": asked}, "dont_filter": True, "priority": 10,
        }  # fmt: skip
        if asked.form is not None:
            form = {k: v for k, v in asked.form.items() if k != "last"}
            return FormRequest(asked.url, formdata=form, **common)
        return Request(asked.url, **common)

    def article_request(self, link: Link) -> Request | None:
        """The request for an article, None when this run's limit is reached."""
        if self.left is not None:
            if self.left <= 0:
                return None
            self.left -= 1
        return Request(
            link.url, callback=self.parse_article, errback=self.article_failed,
            cb_kwargs={"link": link}, dont_filter=True,
        )  # fmt: skip

    def parse_list(self, response: Response, asked: PageRequest) -> Iterator[Request]:
        self.store.frontier.captured(self.raw(response), response.meta["warc"], None)
        key = f"{response.url} {sorted((asked.form or {}).items())}"
        if key in self.visited:
            return  # past its last page this software shows a page again
        self.visited.add(key)
        try:
            listing = discover(parse_page(self.raw(response)), asked)
        except ExtractError:
            return  # an empty fragment is the end of the list
        fetch, known = self.store.frontier.offer(listing.links)
        self.known += known
        for link in fetch:
            if request := self.article_request(link):
                yield request
        if listing.next and listing.links and (fetch or self.full):
            yield self.list_request(listing.next)

    def parse_article(self, response: Response, link: Link) -> None:
        self.store.frontier.captured(self.raw(response), response.meta["warc"], link)

    def raw(self, response: Response) -> RawPage:
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return RawPage(
            url=response.url, body=response.body, content_type=kind, status=response.status,
            dialect=self.store.portal.dialect,
        )  # fmt: skip

    def list_failed(self, failure: Any) -> None:
        note = f"{failure.request.url}: {reason(failure)}"
        self.store.frontier.failed(None, note)

    def article_failed(self, failure: Any) -> None:
        self.store.frontier.failed(failure.request.cb_kwargs["link"], reason(failure))

    def stop(self, why: str) -> None:
        """End the run because the portal asked for it."""
        self.stopped = why
        self.store.frontier.failed(None, why)

    def closed(self, why: str) -> None:
        done = why == "finished" and self.stopped is None
        self.store.frontier.close("done" if done else "stopped", self.known)


def reason(failure: Any) -> str:
    """Why a request failed, in a few words."""
    if failure.check(IgnoreRequest):
        return str(failure.value) or "left out"
    response = getattr(failure.value, "response", None)
    if response is not None:
        return f"the portal answered {response.status}"
    return f"{type(failure.value).__name__}: {failure.value}"
