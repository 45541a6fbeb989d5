"""The end of a crawl: everything gathered is written, and the crawl is judged by what happened, not by its exit.

Scrapy calls a crawl finished although its start raised and every page failed; the table `crawls` says what was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import signals

from crawler.session import Session, session_of
from pipelines.errors import StoreError

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

    from pipelines.types import Outcome


@dataclass(slots=True, kw_only=True)
class CrawlReport:
    """What a crawl did."""

    crawl: int | None = None
    status: str = "failed"
    """finished | stopped (asked to end early) | failed"""
    reason: str | None = None
    outlets: int = 0
    requests: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    funnel: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    """Outlet → why none of its sources gave anything."""
    unread: dict[str, str] = field(default_factory=dict)
    """List that gave nothing → why, of outlets whose other lists did."""
    errors: list[str] = field(default_factory=list)
    """Faults of ours."""
    left: int = 0
    """Links that are still pending in the lanes."""
    seconds: float = 0.0
    archive_problem: str | None = None

    @property
    def ok(self) -> bool:
        """False: the command must not exit 0."""
        return self.status != "failed" and not self.failures and not self.errors and self.archive_problem is None


class CrawlLedger:
    """Closes the crawl in the ledger."""

    def __init__(self, crawler: Crawler, session: Session) -> None:
        self.crawler = crawler
        self.session = session
        self.report = CrawlReport()
        self._start_failed: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlLedger:
        books = cls(crawler, session_of(crawler))
        crawler.signals.connect(books.spider_error, signals.spider_error)
        crawler.signals.connect(books.spider_closed, signals.spider_closed)
        return books

    def spider_error(self, failure: Any, response: Any) -> None:
        """`start()` or a callback raised."""
        self.session.desk.fail(f"{getattr(response, 'url', 'start')}: {failure.value!r}", failure.value)
        if response is None:
            self._start_failed = str(failure.value)
            self.session.start_error = failure.value

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        session, desk, report = self.session, self.session.desk, self.report
        lanes = getattr(spider, "lanes", {})
        await desk.settle()
        report.crawl = desk.crawl
        report.reason = reason
        report.requests = session.requests
        report.outlets = len(lanes)
        report.left = sum(lane.waiting for lane in lanes.values())
        report.failures = {lane.outlet.id: why for lane in lanes.values() if (why := lane.failure) is not None}
        report.unread = {
            url: f"{outcome}: {why}"
            for lane in lanes.values()
            if lane.failure is None
            for url, outcome, why in lane.polls_failed
        }
        if self._start_failed is not None:
            report.status, report.reason = "failed", self._start_failed
        elif desk.broken is not None:
            report.status, report.reason = "failed", desk.broken
        elif session.stopping.is_set():
            report.status, report.reason = "stopped", "asked to end"
        else:
            report.status = "finished" if reason == "finished" else "failed"
        if desk.crawl is not None:
            number = desk.crawl
            try:
                report.funnel = await desk.run(
                    lambda store: store.ledger.finish_crawl(
                        number,
                        status=report.status,
                        reason=report.reason,
                        errors=len(desk.errors) + len(report.failures),
                        now=datetime.now(UTC),
                    )
                )
            except StoreError as error:
                # The next crawl will find this one's process gone and close it as killed.
                desk.fail(str(error), error)
                report.status, report.reason = "failed", desk.broken
        report.outcomes = dict(desk.outcomes)
        report.errors = list(desk.errors)
        if session.archive is not None:
            session.archive.close()
            report.archive_problem = session.archive.broken
        elif session.replay is not None and session.replay.problems:
            report.archive_problem = "; ".join(session.replay.problems)
        desk.close()
        session.report = report
