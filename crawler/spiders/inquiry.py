"""A spider that asks single questions: `outlets check` and `outlets add` drive it, one address at a time.

It goes through the same polite middlewares as a crawl and shares their table of hosts; it stores no story.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy import Request

from crawler.backoff import outcome_of_error
from crawler.checking import Answer
from crawler.session import Session, session_of
from pipelines.types import Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

#: A job gets `ask(url, outlet id)` and gives its result.
AskFor = Callable[[str, str | None], Awaitable[Answer]]
Job = Callable[[AskFor], Awaitable[Any]]


class InquirySpider(scrapy.Spider):
    """Runs jobs that ask; several outlets at once, each host one request at a time."""

    name = "inquiry"
    session: Session

    def __init__(self, jobs: Sequence[Job] = (), **arguments: Any) -> None:
        super().__init__(**arguments)
        self.jobs = jobs
        self.results: list[Any] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *arguments: Any, **keywords: Any) -> InquirySpider:
        spider = super().from_crawler(crawler, *arguments, **keywords)
        spider.session = session_of(crawler)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        self.results = list(await asyncio.gather(*(job(self.ask) for job in self.jobs)))
        nothing: tuple[Any, ...] = ()
        for nothing_more in nothing:
            yield nothing_more  # an asynchronous generator that asks by itself

    async def ask(self, url: str, outlet: str | None = None) -> Answer:
        """One address, politely; every failure has its outcome."""
        request = Request(url, dont_filter=True, meta={"outlet": outlet, "handle_httpstatus_all": False})
        engine = self.crawler.engine
        assert engine is not None, "asked before the crawl began"
        try:
            response = await engine.download_async(request)
        except Exception as error:
            outcome, why = outcome_of_error(error)
            if outcome is Outcome.ERROR:
                self.logger.debug("%s: %s", url, why, exc_info=True)
            return Answer(url=url, outcome=outcome, why=why)
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        ending = None if response.status == 200 else Outcome.of_status(response.status)
        archived = request.meta.get("archived_at")
        at = archived if isinstance(archived, datetime) else None
        return Answer(
            url=response.url, body=response.body, status=response.status, headers=headers, outcome=ending, at=at
        )
