"""Scrapy's settings: polite by default, archive first. Names only, no logic."""

BOT_NAME = "bantin"
SPIDER_MODULES = ["crawler.spider"]
USER_AGENT = "bantin/0.1 (archives the bulletins of Vietnam's local governments)"

ROBOTSTXT_OBEY = True
# One process crawls one portal. With more, requests would wait behind the middlewares, where a
# portal's wish for peace does not reach them any more.
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# There are no items; by default Scrapy starts a hundred workers for those of each response.
CONCURRENT_ITEMS = 1
DOWNLOAD_DELAY = 2.0
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = False
COOKIES_ENABLED = True
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = False
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 5
# Connections that break off are tried again by crawler.middlewares.Patience, more slowly.
RETRY_EXCEPTIONS: list[str] = []
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]
TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "WARNING"
# Codings that the archive can unpack again in every installation.
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "vi,en;q=0.5",
}

TWISTED_DNS_RESOLVER = "crawler.network.PublicResolver"
DOWNLOADER_CLIENTCONTEXTFACTORY = "crawler.network.Certificates"

# Where the crawler's ports (archive and frontier) come from; crawler itself knows no storage.
CRAWL_STORE = "pipeline.store.CrawlStore"

# Nearest to the network last: bounds before any request leaves, the archive before anything is
# decoded or redirected, patience before Scrapy's own retries.
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.Robots": 100,
    "crawler.middlewares.Patience": 560,
    "crawler.middlewares.ArchiveFirst": 900,
    "crawler.middlewares.Bounds": 950,
}
