"""The desk of one crawl: everything slow or blocking happens behind it, off the reactor.

    writer thread     one Store; visits are gathered and written in batches, stories one transaction each
    hosts thread      one Store; turns and robots rules, never behind a long write
    reader process    one Flow: gate's second step, extraction, matching, agreement (reader.py; hostile input)
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.errors import StoreError
from pipelines.reader import Reader, Reading, build_flow
from pipelines.types import Link, Outcome, Outlet, Page, Rejected

if TYPE_CHECKING:
    from pipelines.database import Store
    from pipelines.database.schedule import Hosts
    from pipelines.database.visits import Visit
    from pipelines.flow import Keep, Processed
    from pipelines.gate import Gate

log = logging.getLogger(__name__)
T = TypeVar("T")

#: Visits wait at most this long for company before they are written. A kill loses them; their links stay pending.
BATCH_SECONDS = 0.25
#: … or until so many have come together.
BATCH_VISITS = 200
#: Pages that are handed to the reader at once: the next is there when the last is done, and no more wait in memory.
READ_AHEAD = 4


@dataclass(slots=True, kw_only=True)
class Case:
    """A page on its way through the stages."""

    page: Page = field(repr=False)
    url: str
    """The address that the ledger knows it by: what was listed, before redirects."""
    now: datetime
    outlet: Outlet | None = field(default=None, repr=False)
    wire: Any = field(default=None, repr=False)
    """The exchange as it went over the wire, for the archive; None when nothing is archived."""
    processed: Processed | None = field(default=None, repr=False)
    refetch: bool = False
    failed: Rejected | None = None
    """The page could not be had, for this reason: its headline is read instead."""


class Desk:
    """Database and reader of one crawl. Its methods are called on the event loop's thread."""

    def __init__(
        self,
        path: Path,
        *,
        keep: Keep = "near",
        profile: str = "cooperation",
        in_process: bool = False,
    ) -> None:
        self.path = path
        self.keep: Keep = keep
        self.profile_name = profile
        self.crawl: int | None = None
        self.since: datetime | None = None
        """Stories published before are `too-old`."""
        self.outcomes: Counter[Outcome] = Counter()
        self.errors: list[str] = []
        self.broken: str | None = None
        """Why the database cannot be written any more."""
        self._in_process = in_process
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="kyket-writer")
        self._turns = ThreadPoolExecutor(1, thread_name_prefix="kyket-hosts")
        self._reader = Reader(path, profile, keep)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kyket-reader")
        self._reading = asyncio.Semaphore(READ_AHEAD)
        self._gate: Gate | None = None
        self._batch: list[tuple[Visit, datetime | None]] = []
        self._batch_timer: asyncio.TimerHandle | None = None
        self._batch_writes: set[asyncio.Future[None]] = set()
        self._local = threading.local()
        self._stores: list[Store] = []

    # -- database ----------------------------------------------------------------------------------------------

    def _store(self) -> Store:
        store: Store | None = getattr(self._local, "store", None)
        if store is None:
            from pipelines.database import Store

            store = self._local.store = Store(self.path)
            self._stores.append(store)
        return store

    async def run(self, question: Callable[[Store], T]) -> T:
        """Ask or tell the database something, in the writer's order. Visits gathered so far go first."""
        self._write_batch()
        return await asyncio.get_running_loop().run_in_executor(self._writer, lambda: question(self._store()))

    async def hosts(self, question: Callable[[Hosts], T]) -> T:
        """Ask or tell the table `hosts` something, not behind the stories' writes."""
        return await asyncio.get_running_loop().run_in_executor(
            self._turns, lambda: question(self._store().hosts)
        )

    def visit(self, visit: Visit, *, now: datetime | None = None) -> None:
        """A visit ended; written soon. `now`: when, in a replay; else the time of writing."""
        self.outcomes[visit.outcome] += 1
        self._batch.append((visit, now))
        if len(self._batch) >= BATCH_VISITS:
            self._write_batch()
        elif self._batch_timer is None:
            self._batch_timer = asyncio.get_running_loop().call_later(BATCH_SECONDS, self._write_batch)

    def _write_batch(self) -> None:
        if self._batch_timer is not None:
            self._batch_timer.cancel()
            self._batch_timer = None
        batch, self._batch = self._batch, []
        if not batch:
            return
        written = asyncio.get_running_loop().run_in_executor(self._writer, self._write_visits, batch)
        self._batch_writes.add(written)
        written.add_done_callback(self._batch_written)

    def _write_visits(self, batch: list[tuple[Visit, datetime | None]]) -> None:
        store, clock = self._store(), datetime.now(UTC)
        by_time: dict[datetime, list[Visit]] = {}
        for visit, now in batch:
            by_time.setdefault(now or clock, []).append(visit)
        with store.transaction():
            for now, visits in by_time.items():
                store.ledger.record_visits(self.crawl, visits, now=now)

    def _batch_written(self, written: asyncio.Future[None]) -> None:
        self._batch_writes.discard(written)
        if not written.cancelled() and (error := written.exception()) is not None:
            self.fail(f"visits could not be written: {error}", error)

    def fail(self, why: str, error: BaseException | None = None) -> None:
        """Something of ours went wrong: said in the log, counted in the crawl's errors.

        A database that cannot be written ends the crawl: said once, and what was not written stays pending.
        """
        if isinstance(error, StoreError):
            if self.broken is not None:
                return
            self.broken = why = str(error)
        self.errors.append(why)
        log.error("%s", why)

    # -- gate, extraction, judgement ---------------------------------------------------------------------------

    def admits_bytes(self, page: Page) -> bool:
        """The gate's first step: cheap enough for the event loop."""
        if self.keep == "all":
            return True
        return self._own_gate().admits_bytes(page.body, page.headers.get("content-type"))

    def admits_headline(self, link: Link) -> bool:
        """Could the link's title and summary alone tell a match?"""
        return bool(link.title) and self._own_gate().admits_text(link.title, link.summary or "")

    def _own_gate(self) -> Gate:
        if self._gate is None:
            from pipelines.gate import Gate
            from pipelines.profile import load_profile

            self._gate = Gate(load_profile(self.profile_name))
        return self._gate

    async def read(self, page: Page, outlet: Outlet | None, now: datetime) -> Processed | Rejected:
        """Gate (after `admits_bytes`), extract and judge a page in the reader process. Raises ReaderError."""
        async with self._reading:
            if self._in_process:
                result: Processed | Rejected = await self._in_thread(
                    "page", page, outlet.id if outlet else "", outlet, now
                )
                return result
            return await self._reader.page(page, outlet, now)

    async def headline(self, link: Link, why: str, now: datetime) -> Processed | None:
        """A headline story of a link whose page cannot be had, or None when its words hold no evidence."""
        async with self._reading:
            if self._in_process:
                result = await self._in_thread("headline", link, why, now)
            else:
                result = await self._reader.headline(link, why, now)
        return None if isinstance(result, Rejected) else result

    async def _in_thread(self, *job: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._own_reading.do(job))

    @cached_property
    def _own_reading(self) -> Reading:
        return Reading(build_flow(self.path, self.profile_name, self.keep))

    # -- the end -----------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Return when all gathered visits are in the database."""
        self._write_batch()
        while self._batch_writes:
            await asyncio.gather(*self._batch_writes, return_exceptions=True)

    def close(self) -> None:
        """Stop the threads and the reader; everything submitted is written first."""
        self._reader.close()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)
        self._turns.shutdown(wait=True)
        for store in self._stores:
            store.close()
        self._stores.clear()
