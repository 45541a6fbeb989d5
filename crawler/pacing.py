"""One request at a time a host, with a pause, across all processes: turns over the shared table `hosts`.

A turn is taken in the download handler, inside Scrapy's own slot, at the last moment before the request leaves: what
was reserved is what happens. Scrapy's delay would bind this process only.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawler.addresses import place
from crawler.backoff import Refused, pause_asked
from pipelines.types import Outcome

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.session import Session

#: A host that wants to be left alone longer than this is left for a later crawl; its links stay as they are.
PATIENCE = 120.0
#: Sleep at most this long before looking whether the crawl is being stopped or the host is free.
_NAP = 0.5
#: A turn that nobody finished is over after this: its holder was killed. Longer than any request may take.
HOLD = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """An exchange as it went over the wire, before decompression: what the archive keeps."""

    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime
    ip_address: str | None = None


def holder_name() -> str:
    """Who holds a turn, for people who read the table."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Turns:
    """Waits for this process's turn at a host."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.holder = holder_name()

    async def wait(self, url: str, delay: float) -> None:
        """Return when the request may leave.

        Raises Refused: `deferred` when the host asked for more patience than ours, `pending` when the crawl stops.
        """
        host = place(url)
        if delay <= 0 and not self.session.is_deferred(host):
            return
        while True:
            wait = await self.session.desk.hosts(
                lambda hosts: hosts.try_turn(host, delay=delay, hold=HOLD, now=time.time(), holder=self.holder)
            )
            if wait <= 0:
                return
            if wait > PATIENCE:
                until = datetime.fromtimestamp(time.time() + wait, UTC)
                raise Refused(
                    Outcome.DEFERRED, f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC", retry_after=until
                )
            # Another process may finish early or hear a Retry-After meanwhile: look again before long.
            await self._sleep(min(wait, _NAP))

    async def _sleep(self, seconds: float) -> None:
        if self.session.stopping.is_set():
            raise Refused(Outcome.PENDING, "the crawl was stopped before its turn came")
        await asyncio.sleep(seconds)


class PacedHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler, which waits for its turn, keeps the wire's bytes and hears a host's plea for time."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from crawler.session import session_of
        from crawler.tls import LegacyTls

        if hosts := crawler.settings.getlist("KYKET_LEGACY_TLS"):
            relaxed: Any = LegacyTls(self._contextFactory, hosts)
            self._contextFactory = relaxed

        self.session = session_of(crawler)
        self.turns = Turns(self.session)

    async def download_request(self, request: Request) -> Response:
        session = self.session
        if session.stopping.is_set():
            raise Refused(Outcome.PENDING, "the crawl was stopped before its turn came")
        host = place(request.url)
        delay = session.delay_of(host, request.meta.get("outlet"))
        await self.turns.wait(request.url, delay)
        session.requests += 1
        at = datetime.now(UTC)
        try:
            response = await self._answer(request)
        finally:
            await self._finish_turn(host, delay)
        if session.archive is not None and response.status == 200:
            request.meta["wire"] = _wire(request, response, at)
        header = response.headers.get(b"Retry-After")
        pause = pause_asked(response.status, header.decode("latin-1") if header else None, at)
        if pause is not None:
            until = time.time() + pause
            session.deferred[host] = until
            await session.desk.hosts(lambda hosts: hosts.defer(host, until, f"HTTP {response.status}, Retry-After {pause:.0f} s"))
            request.meta["retry_after"] = datetime.fromtimestamp(until, UTC)
        return response

    async def _answer(self, request: Request) -> Response:
        """The host's answer. A crawl that was asked to stop does not wait for it to the end: its link stays pending."""
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self.session.under_way.add(limit)
                return await super().download_request(request)
        except TimeoutError:
            if not limit.expired():
                raise
            raise Refused(Outcome.PENDING, "the crawl was stopped before its answer came") from None
        finally:
            self.session.under_way.discard(limit)

    async def _finish_turn(self, host: str, delay: float) -> None:
        if delay > 0:
            pause = delay * random.uniform(1.0, 1.25)  # noqa: S311 (upwards only: never faster than the delay)
            await self.session.desk.hosts(
                lambda hosts: hosts.finish_turn(host, delay=pause, now=time.time(), holder=self.turns.holder)
            )


def _wire(request: Request, response: Response, at: datetime) -> Wire:
    return Wire(
        url=request.url,
        request_headers=_pairs(request.headers),
        status=response.status,
        headers=_pairs(response.headers),
        body=response.body,
        at=at,
        ip_address=str(response.ip_address) if response.ip_address else None,
    )


def _pairs(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
