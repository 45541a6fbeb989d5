"""One crawl in this process: options → settings → Scrapy → report. A process can run one (Scrapy's reactor)."""

from __future__ import annotations

import logging
import os
import signal
import time
from typing import TYPE_CHECKING, Any

from crawler.bookkeeping import CrawlReport
from crawler.session import CrawlOptions, session_of
from pipelines.errors import KyketError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import Settings


#: Seconds that a crawl which was asked to stop goes on waiting for answers that are under way.
LAST_WORDS = 5.0


def settings_for(options: CrawlOptions) -> Settings:
    """Scrapy's settings of a crawl with these options."""
    from scrapy.settings import Settings

    from crawler import settings as defaults
    from crawler.addresses import allowed_places
    from crawler.catalogue import load_catalogue
    from crawler.tls import legacy_hosts

    settings = Settings()
    settings.setmodule(defaults, priority="project")
    own: dict[str, Any] = {
        "KYKET_OPTIONS": options,
        "KYKET_DB": str(options.db),
        "KYKET_KEEP": options.keep,
        "KYKET_PROFILE": options.profile,
        "LOG_INSTALL_ROOT_HANDLER": False,  # `_log` decides what a person sees
        "USER_AGENT": defaults.user_agent(options.contact),
    }
    if options.delay is not None:
        own["KYKET_DELAY"] = options.delay
    catalogue = load_catalogue(options.catalogue or None, list(options.overrides) or None, user_files=options.user_files)
    catalogue.resolve(options.outlets)  # a wrong name is said before database and archive are made
    own["KYKET_LEGACY_TLS"] = legacy_hosts(catalogue.values())
    own["KYKET_ALLOW_PRIVATE"] = sorted(allowed_places(catalogue.values(), options.allow_private))
    if options.replay:
        # No robots, no addresses, no delay: nothing leaves this machine, and an archive holds no robots.txt.
        own["DOWNLOAD_HANDLERS"] = {
            **defaults.DOWNLOAD_HANDLERS,
            "http": "crawler.archive.ReplayHandler",
            "https": "crawler.archive.ReplayHandler",
        }
        own["DOWNLOADER_MIDDLEWARES"] = {
            **defaults.DOWNLOADER_MIDDLEWARES,
            "crawler.addresses.AddressMiddleware": None,
            "crawler.robots.RobotsMiddleware": None,
        }
        own["KYKET_DELAY"] = 0.0
    settings.setdict(own, priority="cmdline")
    settings.setdict(dict(options.settings), priority="cmdline")
    return settings


def run_crawl(options: CrawlOptions) -> CrawlReport:
    """Crawl, and say what happened.

    Raises KyketError for what keeps a crawl from starting: a wrong outlet name or catalogue (CatalogueError), an
    unusable database (StoreError), an unreadable archive (ArchiveError).
    """
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.spiders.outlet import OutletSpider
    from crawler.sweeps import choose_outlets
    from pipelines.database import Store

    began = time.monotonic()
    settings = settings_for(options)
    process = AsyncCrawlerProcess(settings)
    _log(settings)
    crawler = process.create_crawler(OutletSpider)
    # Wrong names and unreadable archives are said here, before anything runs and before a database is made.
    choose_outlets(session_of(crawler), ())
    with Store(options.db):
        """Opened once here, so that a file that cannot be used is said before anything starts."""
    task = process.crawl(crawler)
    failure: list[BaseException] = []
    task.add_done_callback(lambda done: failure.append(error) if (error := done.exception()) else None)
    _stop_politely(crawler)
    display = _display(crawler) if options.progress else None
    try:
        process.start(install_signal_handlers=False)
    finally:
        if display is not None:
            display.stop()
    for error in failure:
        raise error
    session = session_of(crawler)
    if isinstance(session.start_error, KyketError):
        raise session.start_error
    report = session.report or CrawlReport(reason="the crawl ended without a report")
    report.seconds = time.monotonic() - began
    return report


def _log(settings: Settings) -> None:
    """Warnings and errors to standard error, unless the program that runs us has its own handlers."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(settings.get("LOG_FORMAT")))
        root.addHandler(handler)
    root.setLevel(settings.get("LOG_LEVEL"))
    # Failures of pages are outcomes in the ledger, faults of ours are logged by the desk; the libraries' tracebacks
    # about both would drown everything else. LOG_LEVEL = "DEBUG" shows them.
    if root.level > logging.DEBUG:
        for name in ("scrapy", "twisted", "trafilatura", "htmldate", "asyncio", "py.warnings", "protego"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _stop_politely(crawler: Crawler) -> None:
    """SIGTERM and SIGINT finish what is in hand within seconds; a second one ends at once (the ledger bears it)."""
    import asyncio

    def stop() -> None:
        session = session_of(crawler)
        if session.stopping.is_set():
            os._exit(130)
        session.stopping.set()
        session.ending = asyncio.ensure_future(crawler.stop_async())
        loop.call_later(LAST_WORDS, session.cut_off)

    loop = asyncio.get_event_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def _display(crawler: Crawler) -> Any:
    from crawler.progress import Display

    return Display(crawler)
