"""Scrapy's settings: polite by default, archive first. Names only, no logic."""

BOT_NAME = "bantin"
SPIDER_MODULES = ["crawler.spider"]
USER_AGENT = "bantin/0.1 (archives the bulletins of Vietnam's local governments)"

ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 2.0
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = False
COOKIES_ENABLED = True
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_FAIL_ON_DATALOSS = False
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 5
TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "WARNING"

# Where the crawler's ports (archive and frontier) come from; crawler itself knows no storage.
CRAWL_STORE = "pipeline.CrawlStore"

# Nearest to the network first: bounds before any request leaves, the archive before anything is
# decoded or redirected, patience before Scrapy's own retries.
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.Patience": 560,
    "crawler.middlewares.ArchiveFirst": 900,
    "crawler.middlewares.Bounds": 950,
}
