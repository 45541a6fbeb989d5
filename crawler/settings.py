"""Scrapy's settings for a crawl. Every politeness value is written out, although some equal Scrapy's defaults:
a default may change with the next Scrapy, a promise to the newspapers may not.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    KYKET_VERSION = version("kyket")
except PackageNotFoundError:  # run from a checkout that was never installed
    KYKET_VERSION = "0"

BOT_NAME = "kyket"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# ------------------------------------------------------------------------------------------------ who we are
#: Honest, with a way to reach the operator: `contact` of kyket.toml. Without one we say that, and `kyket crawl` asks
#: for one; an address of ours would promise an answer that we cannot give.
DEFAULT_CONTACT = "no contact given"


def user_agent(contact: str | None = None) -> str:
    """`Kyket/<version> (+contact)`."""
    safe = "".join(c for c in (contact or DEFAULT_CONTACT).strip() if c.isprintable() and c not in "()\r\n")
    return f"Kyket/{KYKET_VERSION} (+{safe})"


USER_AGENT = user_agent()
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
}

# ------------------------------------------------------------------------------------------------ politeness
#: Seconds between the end of one request to a host and the start of the next, over all processes (crawler/pacing.py,
#: table `hosts`). Two seconds is slower than a reader who opens several tabs.
KYKET_DELAY = 2.0
#: Scrapy's own delay would bind one process only, and would be waited in addition: the turns are ours.
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
#: One request at a time a host. The slot is host:port (crawler/addresses.py).
CONCURRENT_REQUESTS_PER_DOMAIN = 1
#: Of the whole crawl: at most one an outlet is under way, so this bounds memory, not any one host's load.
CONCURRENT_REQUESTS = 256
#: Scrapy's middleware lets requests pass while robots.txt loads and believes a 5xx: ours (crawler/robots.py) obeys.
#: The setting stays on for everything that reads it; the base middleware is switched off below.
ROBOTSTXT_OBEY = True
#: Follows latency, not 429 or Retry-After; crawler/pacing.py listens to those.
AUTOTHROTTLE_ENABLED = False
#: A failed link is tried again by a later crawl, with back-off kept in the ledger, not at once and blindly.
RETRY_ENABLED = False
#: No identity is kept from one page to the next, and no challenge is answered with a cookie.
COOKIES_ENABLED = False
#: Nobody needs to know which list led us to a page.
REFERER_ENABLED = False
REFERRER_POLICY = "no-referrer"
REDIRECT_ENABLED = True
REDIRECT_MAX_TIMES = 5  # http → https → www → new address is four
#: A meta refresh is how pages reload themselves and how challenges return: never followed.
METAREFRESH_ENABLED = False
#: Each request states our identity; proxies from the environment would hide where it comes from.
HTTPPROXY_ENABLED = False

# ------------------------------------------------------------------------------------------------ hostile answers
DOWNLOAD_TIMEOUT = 30  # of the whole answer: a slow drip ends here too
DNS_TIMEOUT = 15
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # a sitemap of 50,000 addresses has 10 MB; also after decompression
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True  # a truncated page is named so, never read as a whole one
#: Off by default in Scrapy. A page that somebody in between may have written is no source.
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = "crawler.addresses.GuardedResolver"
COMPRESSION_ENABLED = True

# ------------------------------------------------------------------------------------------------ doors closed
#: New in Scrapy 2.19 and on by default: a local server that executes code.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False

# ------------------------------------------------------------------------------------------------ state is ours
#: Both remember in their own way what was fetched: a poller that uses them never asks a feed again.
JOBDIR = None
HTTPCACHE_ENABLED = False
#: The ledger knows what was seen.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
REACTOR_THREADPOOL_MAXSIZE = 8
#: Bytes of pages that wait for the reader; beyond it no new page is fetched.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 16 * 1024 * 1024
#: A callback yields one case. Scrapy starts as many tasks for every answer as this says, used or not: 64 of them cost
#: more than fetching the page.
CONCURRENT_ITEMS = 1

DOWNLOAD_HANDLERS = {
    "http": "crawler.pacing.PacedHandler",
    "https": "crawler.pacing.PacedHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "crawler.addresses.AddressMiddleware": 50,
    "crawler.robots.RobotsMiddleware": 100,
    "crawler.redirects.DecompressMiddleware": 590,
    "crawler.redirects.NamedRedirectMiddleware": 600,
}
SPIDER_MIDDLEWARES = {
    # Statuses are outcomes here, not errors.
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
EXTENSIONS = {"crawler.bookkeeping.CrawlLedger": 10}
ITEM_PIPELINES = {
    "pipelines.stages.GateStage": 100,
    "pipelines.stages.ReadStage": 200,
    "crawler.archive.ArchiveStage": 300,
    "pipelines.stages.StoreStage": 400,
}

# ------------------------------------------------------------------------------------------------ our own
KYKET_DB = "kyket.db"
KYKET_KEEP = "near"
KYKET_PROFILE = "cooperation"
#: Hosts of old servers that a person named on purpose (`legacy_tls` of an outlet): TLS 1.0 and old ciphers are spoken
#: with them and with no other, certificates verified all the same (crawler/tls.py).
KYKET_LEGACY_TLS: list[str] = []
#: Hosts of private networks that a person named on purpose.
KYKET_ALLOW_PRIVATE: list[str] = []
#: True: extraction in a thread of this process instead of one of its own (saves 150 MB, costs download speed).
KYKET_READ_IN_PROCESS = False
#: Pages of a section in one crawl; how far a sweep may go, and how far the very first goes.
KYKET_SWEEP_PAGES = 20
KYKET_FIRST_SWEEP_PAGES = 3

LOG_LEVEL = "WARNING"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
STATS_DUMP = False
LOGSTATS_INTERVAL = 0
