"""robots.txt, obeyed also while it is loading, when it answers 5xx and across processes (RFC 9309).

Rules are fetched once a day and host, kept in the table `hosts`, and bind every process. Everybody who asks for a host
waits for the same answer; nobody slips through while it loads.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from protego import Protego
from scrapy import Request
from scrapy.utils.httpobj import urlparse_cached

from crawler.addresses import place
from crawler.backoff import Refused, outcome_of_error
from pipelines.types import Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session

#: RFC 9309 § 2.4: cached rules are not used for more than 24 hours.
FRESH_FOR = timedelta(hours=24)
#: An unreachable robots.txt forbids everything (§ 2.3.1.4), but is asked for again sooner.
UNREACHABLE_FOR = timedelta(minutes=30)
#: § 2.5 asks for at least 500 KiB; what lies beyond is not read.
LARGEST = 512 * 1024
#: Our product token (§ 2.2.1): what a robots.txt calls us.
TOKEN = "Kyket"  # noqa: S105 (a name, not a secret)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host's robots.txt means for us."""

    parser: Protego | None
    """None: unreachable, everything is forbidden."""
    expires_at: datetime
    crawl_delay: float | None = None
    why: str | None = None

    def check(self, url: str) -> None:
        """Raises Refused when the rules forbid `url`."""
        if self.parser is None:
            raise Refused(Outcome.ROBOTS_UNREACHABLE, self.why or "robots.txt cannot be had", retry_after=self.expires_at)
        if not self.parser.can_fetch(url, TOKEN):
            raise Refused(Outcome.ROBOTS, "robots.txt forbids it")


def read_rules(status: int | None, body: str | None, *, expires_at: datetime) -> Rules:
    """The rules of an answer: 2xx is parsed, 4xx allows everything, all else forbids everything (§ 2.3.1)."""
    if status is not None and 200 <= status < 300:
        parser = Protego.parse((body or "")[:LARGEST])
        delay = parser.crawl_delay(TOKEN)
        return Rules(parser, expires_at, float(delay) if delay is not None else None)
    if status is not None and 400 <= status < 500 and status != 429:
        return Rules(Protego.parse(""), expires_at)
    why = f"robots.txt answers {status}" if status else "robots.txt cannot be reached"
    return Rules(None, expires_at, why=why)


class RobotsMiddleware:
    """Lets a request pass when its host's rules allow it. Absent from replays: an archive holds no robots.txt."""

    def __init__(self, crawler: Crawler, session: Session) -> None:
        self.crawler = crawler
        self.session = session
        self._rules: dict[str, Rules] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        from crawler.session import session_of

        return cls(crawler, session_of(crawler))

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots"):
            return
        rules = await self.rules_of(request)
        rules.check(request.url)

    async def rules_of(self, request: Request) -> Rules:
        """The host's rules, from memory, the table `hosts` or the host itself, in this order."""
        host = place(request.url)
        now = datetime.now(UTC)
        known = self._rules.get(host)
        if known is not None and known.expires_at > now:
            return known
        async with self._locks[host]:
            known = self._rules.get(host)
            if known is not None and known.expires_at > now:
                return known
            rules = await self._remembered(host, now) or await self._fetched(request, host)
            self._rules[host] = rules
            self.session.crawl_delays[host] = rules.crawl_delay or 0.0
            return rules

    async def _remembered(self, host: str, now: datetime) -> Rules | None:
        row = await self.session.desk.hosts(lambda hosts: hosts.robots(host, now=now))
        if row is None:
            return None
        return read_rules(row.status or None, row.body, expires_at=row.expires_at)

    async def _fetched(self, request: Request, host: str) -> Rules:
        parts = urlparse_cached(request)
        url = f"{parts.scheme}://{parts.netloc}/robots.txt"
        status: int | None = None
        body: str | None = None
        try:
            answer = await self.crawler.engine.download_async(
                Request(url, meta={"is_robots": True, "outlet": request.meta.get("outlet")}, dont_filter=True)
            )
            status = answer.status
            if 200 <= status < 300:
                body = answer.body[:LARGEST].decode("utf-8-sig", errors="replace")
        except Refused as refused:
            if refused.outcome is Outcome.PENDING:
                raise  # we are stopping: nothing was learnt of the host
            # A redirect loop or too many redirects count as unavailable (§ 2.3.1.2), the rest as unreachable.
            status = 404 if refused.outcome is Outcome.REDIRECT_LOOP else None
        except Exception as error:
            outcome, why = outcome_of_error(error)
            self.session.log.info("robots.txt of %s: %s (%s)", host, outcome, why)
        now = datetime.now(UTC)
        reachable = status is not None and 200 <= status < 500 and status != 429
        rules = read_rules(status, body, expires_at=now + (FRESH_FOR if reachable else UNREACHABLE_FOR))
        await self.session.desk.hosts(
            lambda hosts: hosts.save_robots(
                host, status or 0, body or "", now=now, expires_at=rules.expires_at, crawl_delay=rules.crawl_delay
            )
        )
        self.session.robots_fetched += 1
        return rules
