"""What is left to do for each outlet, in order: its sources, then its links, newest first. No I/O.

A lane hands out few requests at a time, so memory does not grow with the number of links, and a crawl that is
stopped leaves the rest as it was: pending in the ledger.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.validators import Validators
from pipelines.types import Link, Outcome, Outlet, Source

if TYPE_CHECKING:
    from crawler.sweeps import Answer

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
#: A host that fails so many times in a row is left for a later crawl; its links stay pending.
HOST_FAILURES = 5
#: Outcomes that tell of the host, not of the page.
OF_THE_HOST = frozenset(
    {Outcome.DNS, Outcome.TLS, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.ROBOTS_UNREACHABLE}
)
#: A link or source whose host asked for patience is asked once more in the same crawl.
SECOND_CHANCES = 1


@dataclass(slots=True, kw_only=True)
class Sweep:
    """The look at one source in one crawl, over all its pages."""

    source: Source
    url: str
    page: int = 1
    started: datetime
    swept_to: datetime | None = None
    """Older stories were all seen by an earlier crawl."""
    sent: dict[str, str] = field(default_factory=dict)
    """Conditional headers of the first page."""
    conditional: bool = False
    """The sweep began with a conditional request."""
    doubted_at: datetime | None = None
    """A 304 came then, and this sweep proves it by asking in full."""
    overdue: bool = False
    """The proof shows a story that the 304 should have known."""
    listed: set[str] = field(default_factory=set)
    """Addresses that earlier pages of this sweep listed."""
    depth: int = 0
    """How many sitemap indexes lie above."""
    capture: int | None = None
    """Replay: which capture of the address."""
    attempts: int = 0
    known: Validators = field(default_factory=Validators)
    """The validators of the last whole answer."""
    first: Answer | None = None
    """The answer of the first page: its validators are stored when the sweep is complete."""
    first_hash: str | None = None
    whole: bool = True
    """False: the first page was cut off, so its validators must not be kept."""
    floor: datetime | None = None
    """Backfill: older stories are not wanted."""
    cap: int | None = None
    """Pages at most; None: the settings' value."""
    template: Callable[[int], str] | None = None
    """Page number → address, where the source's own template does not do (site search)."""


class Lane:
    """One outlet's work in one crawl."""

    def __init__(self, outlet: Outlet, *, limit: int | None, window: int) -> None:
        self.outlet = outlet
        self.limit = limit
        self.window = window
        self.sweeps: deque[Sweep] = deque()
        self.under_way = 0
        self.asked = 0
        """Lists and pages handed out."""
        self.taken = 0
        """Story pages handed out."""
        self.seen: set[str] = set()
        self.polls_ok = 0
        self.polls_failed: list[tuple[str, Outcome, str]] = []
        self.failed_in_a_row = 0
        self.closed: str | None = None
        """Why nothing more is asked of this outlet in this crawl."""
        self._links: list[tuple[float, int, Link, bool]] = []
        self._order = 0
        self._chances: dict[str, int] = {}

    def add(self, links: Iterable[Link], *, refetch: bool = False) -> int:
        """Queue links that this crawl has not queued yet; how many were new to it."""
        added = 0
        for link in links:
            if link.url in self.seen:
                continue
            self.seen.add(link.url)
            self._push(link, refetch)
            added += 1
        return added

    def _push(self, link: Link, refetch: bool) -> None:
        self._order += 1
        when = (link.published or _NEVER).timestamp() if link.published else 0.0
        heapq.heappush(self._links, (-when, self._order, link, refetch))

    def again(self, link: Link, refetch: bool) -> bool:
        """Queue a link once more whose host asked to wait a little; False when it had its chance."""
        if self._chances.get(link.url, 0) >= SECOND_CHANCES:
            return False
        self._chances[link.url] = self._chances.get(link.url, 0) + 1
        self.taken -= 1
        self._push(link, refetch)
        return True

    def next(self) -> Sweep | tuple[Link, bool] | None:
        """The next thing to ask for; None when the window is full or nothing is left.

        Pages wait until all sources have answered, so that the newest of all come first.
        """
        if self.closed is not None or self.under_way >= self.window:
            return None
        if self.sweeps:
            self.under_way += 1
            self.asked += 1
            return self.sweeps.popleft()
        if self.sweeping or not self._links or (self.limit is not None and self.taken >= self.limit):
            return None
        self.under_way += 1
        self.asked += 1
        self.taken += 1
        _, _, link, refetch = heapq.heappop(self._links)
        return link, refetch

    def answered(self) -> None:
        """The host answered something."""
        self.failed_in_a_row = 0

    def failed(self, outcome: Outcome, why: str) -> None:
        """A request failed; too many in a row close the lane."""
        if outcome not in OF_THE_HOST:
            return
        self.failed_in_a_row += 1
        if self.failed_in_a_row >= HOST_FAILURES:
            self.closed = f"{outcome} {HOST_FAILURES} times in a row: {why}"

    sweeping = 0
    """Sweeps under way."""

    @property
    def waiting(self) -> int:
        """Links that are still to be visited, as far as the limit lets."""
        left = len(self._links)
        return left if self.limit is None else max(0, min(left, self.limit - self.taken))

    @property
    def answers(self) -> int:
        """Lists and pages that came back, well or not."""
        return self.asked - self.under_way

    @property
    def left(self) -> int:
        """Requests that are known to be left."""
        return 0 if self.closed is not None else self.waiting + len(self.sweeps) + self.under_way

    @property
    def open_ended(self) -> bool:
        """Lists are still to be read: what they hold is not known."""
        return self.closed is None and bool(self.sweeps or self.sweeping)

    @property
    def done(self) -> bool:
        return self.under_way == 0 and not self.sweeps and (self.closed is not None or not self.waiting)

    @property
    def failure(self) -> str | None:
        """Why the outlet failed: every source that was asked gave nothing."""
        if self.polls_ok or not self.polls_failed:
            return None
        worst = self.polls_failed[0]
        more = f" (and {len(self.polls_failed) - 1} more)" if len(self.polls_failed) > 1 else ""
        return f"{worst[1]}: {worst[2]}{more}"
