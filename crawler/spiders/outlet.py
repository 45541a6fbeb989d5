"""The spider: wires sources to discovery, links to pages, pages to the stages. What to do is decided elsewhere.

    scrapy crawl outlet -a outlets=qdnd,baotuyenquang
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider

from crawler import sweeps
from crawler.backoff import Refused, outcome_of_error
from crawler.catalogue import is_article
from crawler.lanes import Lane, Sweep
from crawler.session import Session, session_of
from pipelines.database.visits import Visit
from pipelines.desk import Case
from pipelines.types import Link, Outcome, Outlet, Page, Rejected
from pipelines.urls import belongs_to, canonical, lookup_key, same_site

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

_TEXT_TYPES = ("text/html", "application/xhtml", "text/plain", "application/xml", "text/xml")
#: A page whose answer is one of these cannot be had; its headline may still tell the story.
HEADLINE_FOR = frozenset(
    {
        Outcome.CHALLENGE, Outcome.ROBOTS, Outcome.ROBOTS_UNREACHABLE, Outcome.HTTP_401, Outcome.HTTP_403,
        Outcome.HTTP_451, Outcome.HTTP_4XX, Outcome.HTTP_500, Outcome.HTTP_502, Outcome.HTTP_503, Outcome.HTTP_504,
        Outcome.HTTP_5XX, Outcome.TIMEOUT, Outcome.TLS, Outcome.DNS, Outcome.UNREACHABLE, Outcome.TRUNCATED,
        Outcome.TOO_LARGE, Outcome.BAD_ENCODING, Outcome.REDIRECT_LOOP,
    }
)  # fmt: skip


class OutletSpider(scrapy.Spider):
    """Crawls outlets of the catalogue."""

    name = "outlet"

    def __init__(self, outlets: str | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.outlets_named = [word for word in (outlets or "").replace(",", " ").split() if word]
        self.lanes: dict[str, Lane] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *arguments: Any, **keywords: Any) -> OutletSpider:
        spider = super().from_crawler(crawler, *arguments, **keywords)
        spider.session = session_of(crawler)
        crawler.signals.connect(spider.on_idle, signals.spider_idle)
        crawler.signals.connect(spider.on_item_error, signals.item_error)
        return spider

    session: Session

    # -- what to ask -------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        await sweeps.prepare(self.session, self.lanes, self.outlets_named, self.window)
        for lane in list(self.lanes.values()):
            for request in self.requests(lane):
                yield request

    @property
    def window(self) -> int:
        """Requests of one outlet that may be queued at once: one is under way, and without a pause one waits."""
        concurrency = self.crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        return concurrency if self.session.default_delay > 0 else concurrency * 2

    def requests(self, lane: Lane) -> Iterator[Request]:
        """What the lane wants now."""
        while self.session.takes_new and (task := lane.next()) is not None:
            if isinstance(task, Sweep):
                lane.sweeping += 1
                yield self.source_request(lane.outlet, task)
            else:
                yield self.page_request(lane.outlet, *task)

    def source_request(self, outlet: Outlet, sweep: Sweep) -> Request:
        return Request(
            sweep.url,
            headers=sweep.sent,
            callback=self.parse_source,
            errback=self.source_failed,
            dont_filter=True,
            priority=1,
            meta={
                "outlet": outlet.id, "sweep": sweep, "capture": sweep.capture, "handle_httpstatus_list": [304],
            },
        )  # fmt: skip

    def page_request(self, outlet: Outlet, link: Link, refetch: bool) -> Request:
        return Request(
            link.url,
            callback=self.parse_page,
            errback=self.page_failed,
            dont_filter=True,
            meta={"outlet": outlet.id, "link": link, "refetch": refetch},
        )

    # -- sources -----------------------------------------------------------------------------------------------

    async def parse_source(self, response: Response) -> AsyncIterator[Any]:
        """A list → its links in the ledger, and the next page of it where one is wanted."""
        meta = response.meta
        lane, sweep = self.lanes[meta["outlet"]], meta["sweep"]
        lane.answered()
        try:
            await sweeps.take(self.session, lane, sweep, _answer(response))
        except Exception as error:
            self.session.desk.fail(f"{lane.outlet.id}: {sweep.url} could not be read: {error!r}", error)
            self.logger.debug("the fault in full", exc_info=True)
            lane.polls_failed.append((sweep.url, Outcome.ERROR, str(error)))
        finally:
            self._left(lane, sweep=True)
        for request in self.requests(lane):
            yield request

    async def source_failed(self, failure: Failure) -> AsyncIterator[Any]:
        meta = failure.request.meta  # type: ignore[attr-defined]
        lane, sweep = self.lanes[meta["outlet"]], meta["sweep"]
        outcome, why = outcome_of_error(failure.value)
        lane.failed(outcome, why)
        try:
            await sweeps.fail(self.session, lane, sweep, outcome, why)
        finally:
            self._left(lane, sweep=True)
        for request in self.requests(lane):
            yield request

    # -- pages -------------------------------------------------------------------------------------------------

    def parse_page(self, response: Response) -> Iterator[Any]:
        """A page → a case for the stages, or its outcome."""
        meta = response.meta
        lane = self.lanes[meta["outlet"]]
        self._left(lane)
        lane.answered()
        try:
            case = self._case(response, lane)
            if case is not None:
                yield case
        except Exception as error:
            self.session.desk.fail(f"{response.url}: {error!r}")
            self.logger.debug("the fault in full", exc_info=True)
            self._end(meta, Outcome.ERROR, repr(error)[:300])
        yield from self.requests(lane)

    def page_failed(self, failure: Failure) -> Iterator[Any]:
        meta = failure.request.meta  # type: ignore[attr-defined]
        lane = self.lanes[meta["outlet"]]
        self._left(lane)
        outcome, why = outcome_of_error(failure.value)
        if outcome is Outcome.ERROR:
            self.session.desk.fail(f"{failure.request.url}: {why}")  # type: ignore[attr-defined]
        if outcome is Outcome.PENDING:
            return  # stopped before it was asked: it stays as it was
        lane.failed(outcome, why)
        if outcome is Outcome.DEFERRED:
            # The host wants to be left alone longer than we wait: what is left stays pending for a later crawl.
            lane.closed = why
        retry_after = failure.value.retry_after if isinstance(failure.value, Refused) else None
        case = self._failed_case(meta, outcome, why, failure.request.url, None, retry_after)  # type: ignore[attr-defined]
        if case is not None:
            yield case
        yield from self.requests(lane)

    def _case(self, response: Response, lane: Lane) -> Case | None:
        meta, outlet = response.meta, lane.outlet
        link: Link = meta["link"]
        if response.status != 200:
            return self._refused(response, lane)
        if not belongs_to(response.url, outlet) and not same_site(response.url, _bare_host(link.url)):
            self._end(meta, Outcome.OFF_SITE, f"redirected to {response.url}", status=200)
            return None
        url = link.url
        if lookup_key(response.url) != lookup_key(url):
            # The address that answered is the story's; the listed one is another name of it.
            url = canonical(response.url, outlet)
            if lookup_key(url) != lookup_key(link.url):
                self._end(meta, Outcome.ALIAS, f"redirected to {url}", alias_of=url)
                if url in lane.seen:
                    return None
                lane.seen.add(url)
                link = replace(link, url=url)
                meta["link"] = link
                if not is_article(url, outlet) and is_article(meta["redirect_urls"][0], outlet):
                    self._end(meta, Outcome.NOT_ARTICLE, "redirected to a page that is no article")
                    return None
        kind = (response.headers.get(b"Content-Type") or b"text/html").decode("latin-1").lower()
        if not kind.startswith(_TEXT_TYPES):
            self._end(meta, Outcome.NOT_HTML, f"the answer is {kind.partition(';')[0]}", status=200)
            return None
        if not response.body.strip():
            self._end(meta, Outcome.TOO_SHORT, "the answer is empty", status=200)
            return None
        page = self._page(response, link)
        if sweeps.is_challenge(page):
            return self._failed_case(meta, Outcome.CHALLENGE, "a challenge answered instead of the page", response.url, 200)
        return Case(
            page=page, url=url, now=self.session.now(meta), outlet=outlet, wire=meta.get("wire"), refetch=meta["refetch"]
        )

    def _page(self, response: Response, link: Link) -> Page:
        return Page(
            url=response.url,
            body=response.body,
            fetched_at=self.session.now(response.meta),
            outlet=link.outlet,
            status=response.status,
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name in (b"Content-Type", b"Last-Modified", b"Content-Language")
                if (value := response.headers.get(name))
            },
            link=link,
            record=response.meta.get("record"),
            crawl=self.session.desk.crawl,
        )

    def _refused(self, response: Response, lane: Lane) -> Case | None:
        """An answer that is no page."""
        meta = response.meta
        retry_after = meta.get("retry_after")
        if retry_after is not None:
            self._end(
                meta, Outcome.DEFERRED, f"HTTP {response.status}: the host asked to wait until {retry_after:%H:%M:%S} UTC",
                status=response.status, retry_after=retry_after,
            )  # fmt: skip
            lane.again(meta["link"], meta["refetch"])
            return None
        if response.status in (404, 410):
            self._end(meta, Outcome.GONE, f"HTTP {response.status}", status=response.status)
            return None
        page = self._page(response, meta["link"])
        outcome = Outcome.of_status(response.status)
        if outcome is Outcome.HTTP_403 and sweeps.is_challenge(page):
            outcome = Outcome.CHALLENGE
        return self._failed_case(meta, outcome, f"HTTP {response.status}", response.url, response.status)

    def _failed_case(
        self, meta: dict[str, Any], outcome: Outcome, why: str, url: str, status: int | None,
        retry_after: datetime | None = None,
    ) -> Case | None:  # fmt: skip
        """A page that cannot be had: a headline story if its link's words hold evidence, else its outcome."""
        link: Link = meta["link"]
        # A story that is kept is never replaced by its headline.
        if meta["refetch"] or outcome not in HEADLINE_FOR or not self.session.desk.admits_headline(link):
            self._end(meta, outcome, why, status=status, retry_after=retry_after)
            return None
        now = self.session.now(meta)
        page = Page(url=url, body=b"", fetched_at=now, outlet=link.outlet, status=status or 0, link=link)
        return Case(
            page=page, url=link.url, now=now, outlet=self.lanes[meta["outlet"]].outlet, refetch=meta["refetch"],
            failed=Rejected(outcome=outcome, why=why),
        )  # fmt: skip

    def _end(
        self, meta: dict[str, Any], outcome: Outcome, why: str, *, status: int | None = None,
        alias_of: str | None = None, retry_after: datetime | None = None,
    ) -> None:  # fmt: skip
        link: Link = meta["link"]
        self.session.desk.visit(
            Visit(
                url=link.url, outcome=outcome, why=why, status=status, outlet=link.outlet, alias_of=alias_of,
                retry_after=retry_after,
            ),
            now=meta.get("archived_at"),
        )  # fmt: skip

    def _left(self, lane: Lane, *, sweep: bool = False) -> None:
        lane.under_way -= 1
        if sweep:
            lane.sweeping -= 1

    # -- signals -----------------------------------------------------------------------------------------------

    def on_item_error(self, item: Any, failure: Failure) -> None:
        """A stage failed unexpectedly: the page still ends in an outcome."""
        if not isinstance(item, Case):
            return
        self.session.desk.fail(f"{item.url}: {failure.value!r}", failure.value)
        self.session.desk.visit(
            Visit(url=item.url, outcome=Outcome.ERROR, why=repr(failure.value)[:300], outlet=item.page.outlet), now=item.now
        )

    def on_idle(self) -> None:
        """Lanes ask for more when something of theirs comes back; this catches what slipped through."""
        asked = False
        for lane in self.lanes.values():
            for request in self.requests(lane):
                asked = True
                assert self.crawler.engine is not None
                self.crawler.engine.crawl(request)
        if asked:
            raise DontCloseSpider


def _bare_host(url: str) -> str:
    from pipelines.urls import host

    return host(url)


def _answer(response: Response) -> sweeps.Answer:
    def header(name: bytes) -> str | None:
        value = response.headers.get(name)
        return value.decode("latin-1") if value else None

    meta = response.meta
    return sweeps.Answer(
        url=response.url,
        status=response.status,
        body=response.body,
        content_type=header(b"Content-Type"),
        etag=header(b"ETag"),
        last_modified=header(b"Last-Modified"),
        wire=meta.get("wire"),
        at=meta.get("archived_at") or datetime.now(UTC),
        retry_after=meta.get("retry_after"),
    )


