"""Runs jobs that ask single questions of the web, or of archives, in this process. One run a process (Scrapy)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.session import CrawlOptions
    from crawler.spiders.inquiry import Job


def run_inquiry(options: CrawlOptions, jobs: Sequence[Job]) -> list[Any]:
    """The results of the jobs, in their order.

    Raises KyketError for what keeps them from starting, and whatever a job raises.
    """
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.run import settings_for
    from crawler.spiders.inquiry import InquirySpider
    from pipelines.database import Store

    settings = settings_for(options)
    settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
    with Store(options.db):
        """Opened once here, so that a file that cannot be used is said before anything starts."""
    results: list[Any] = []
    failure: list[BaseException] = []

    def keeping(job: Job) -> Job:
        async def kept(ask: Any) -> Any:
            try:
                results.append((job, await job(ask)))
            except BaseException as error:  # the engine would log and forget it
                failure.append(error)
                raise

        return kept

    process = AsyncCrawlerProcess(settings)
    process.crawl(process.create_crawler(InquirySpider), jobs=[keeping(job) for job in jobs])
    process.start()
    for error in failure:
        raise error
    found = dict(results)
    return [found[job] for job in jobs if job in found]
