"""What the parts of one crawl share: its options, outlets, desk, archive and clock."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pipelines.types import Outlet

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.archive import Archive, ReplayIndex
    from crawler.bookkeeping import CrawlReport
    from crawler.catalogue import Catalogue
    from pipelines.desk import Desk
    from pipelines.flow import Keep


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """One crawl, as a person or the daemon asked for it."""

    db: Path
    outlets: tuple[str, ...] = ()
    """Ids or domains; empty: all enabled ones."""
    catalogue: tuple[Path, ...] = ()
    """Files instead of the bundled catalogue."""
    user_files: tuple[Path, ...] = ()
    """The user's own files on top of the catalogue."""
    overrides: tuple[Mapping[str, Any], ...] = ()
    """`[[outlet]]` tables of kyket.toml."""
    due: bool = False
    """Only sources whose `next_check` has come."""
    since: datetime | None = None
    """Stories published before are left alone."""
    until: datetime | None = None
    """Backfill: stories published after are left alone."""
    backfill: bool = False
    """Ask the archives of older stories instead of what is new."""
    lists_only: bool = False
    """Backfill: read the archives, fetch no story; what they list stays pending."""
    limit: int | None = None
    """At most so many pages an outlet."""
    keep: Keep = "near"
    archive: Path | None = None
    """Folder of the WARC files; None: nothing is archived."""
    archive_cap: int = 5_000_000_000
    """Bytes; beyond it the oldest files go."""
    replay: tuple[Path, ...] = ()
    """Answer from these WARC files and never from the network."""
    delay: float | None = None
    """Seconds between requests to one host, for outlets that name none; None: the settings' value."""
    contact: str | None = None
    """Mail or web address of the operator, for the User-Agent."""
    allow_private: tuple[str, ...] = ()
    """Private hosts (`host` or `host:port`) that may be asked all the same."""
    no_new_after: float | None = None
    """Take no new link after so many seconds; the rest stays pending."""
    profile: str = "cooperation"
    progress: bool = False
    command: str = "crawl"
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Scrapy settings on top, for tests and benchmarks."""

    def for_ledger(self) -> dict[str, Any]:
        """What the table `crawls` keeps of the options: those that differ from the defaults."""
        words: dict[str, Any] = {}
        for name in ("due", "since", "until", "backfill", "limit", "keep", "delay", "no_new_after"):
            value = getattr(self, name)
            if value not in (None, False):
                words[name] = value.isoformat() if isinstance(value, datetime) else value
        if self.catalogue:
            words["catalogue"] = [path.name for path in self.catalogue]
        if self.replay:
            words["replay"] = [path.name for path in self.replay]
        return words


class Session:
    """One crawl while it runs."""

    def __init__(self, options: CrawlOptions, catalogue: Catalogue, outlets: list[Outlet], desk: Desk) -> None:
        self.options = options
        self.catalogue = catalogue
        self.outlets = outlets
        self.desk = desk
        self.default_delay = 0.0
        self.sweep_pages = 20
        self.first_sweep_pages = 3
        self.archive: Archive | None = None
        self.replay: ReplayIndex | None = None
        self.crawl_delays: dict[str, float] = {}
        self.deferred: dict[str, float] = {}
        """Host → Unix time before which it does not want to be asked, as this process heard it."""
        self.read_before: dict[str, datetime] = {}
        """Backfill: addresses of archives that were read to their end, and when last."""
        self.asked_before: dict[str, bool] = {}
        """Backfill: addresses that an earlier run as far back asked of late; True: read to their end."""
        self.requests = 0
        self.robots_fetched = 0
        self.started = time.monotonic()
        self.log = logging.getLogger("kyket.crawl")
        self.report: CrawlReport | None = None
        self.start_error: BaseException | None = None
        self.under_way: set[asyncio.Timeout] = set()
        """Requests whose answers are awaited."""
        self.ending: Any = None
        """The task that ends the crawl, once asked to."""

    @cached_property
    def stopping(self) -> asyncio.Event:
        """Set when the crawl is asked to end: no new request leaves, what is in hand is finished."""
        return asyncio.Event()

    def cut_off(self) -> None:
        """Wait no longer for answers that are under way."""
        for limit in self.under_way:
            limit.reschedule(asyncio.get_running_loop().time())

    @cached_property
    def searches(self) -> tuple[str, ...]:
        """What site searches are asked for: the profile's phrases."""
        from pipelines.profile import load_profile

        return load_profile(self.options.profile).searches

    @cached_property
    def by_id(self) -> dict[str, Outlet]:
        return {outlet.id: outlet for outlet in self.outlets}

    def delay_of(self, host: str, outlet: str | None) -> float:
        """Seconds between two requests to a host: the longest of the outlet's, the settings' and its Crawl-delay."""
        own = self.by_id[outlet].delay if outlet in self.by_id else None
        base = self.default_delay if own is None else own
        return max(base, self.crawl_delays.get(host, 0.0))

    @property
    def number(self) -> int:
        """The crawl's number in the ledger."""
        assert self.desk.crawl is not None, "the crawl was not begun"
        return self.desk.crawl

    def is_deferred(self, host: str) -> bool:
        return self.deferred.get(host, 0.0) > time.time()

    def now(self, meta: Mapping[str, Any] | None = None) -> datetime:
        """The time of an answer: in a replay its WARC-Date, else now."""
        at = (meta or {}).get("archived_at")
        return at if isinstance(at, datetime) else datetime.now(UTC)

    @property
    def takes_new(self) -> bool:
        """May another link still be taken?"""
        limit = self.options.no_new_after
        if self.desk.broken is not None:
            return False
        return not self.stopping.is_set() and (limit is None or time.monotonic() - self.started < limit)


_sessions: WeakKeyDictionary[Crawler, Session] = WeakKeyDictionary()


def session_of(crawler: Crawler) -> Session:
    """The session of a crawl; opened from the settings (KYKET_OPTIONS) when first asked for."""
    session = _sessions.get(crawler)
    if session is None:
        session = _sessions[crawler] = _open(crawler)
    return session


def _open(crawler: Crawler) -> Session:
    from crawler.catalogue import load_catalogue
    from pipelines.stages import desk_of

    settings = crawler.settings
    options: CrawlOptions = settings.get("KYKET_OPTIONS") or CrawlOptions(db=Path(settings.get("KYKET_DB")))
    catalogue = load_catalogue(
        options.catalogue or None, list(options.overrides) or None, user_files=options.user_files
    )
    session = Session(options, catalogue, [], desk_of(crawler))
    session.desk.since = options.since
    session.default_delay = settings.getfloat("KYKET_DELAY")
    session.sweep_pages = settings.getint("KYKET_SWEEP_PAGES")
    session.first_sweep_pages = settings.getint("KYKET_FIRST_SWEEP_PAGES")
    if options.replay:
        from crawler.archive import ReplayIndex

        session.replay = ReplayIndex(options.replay)
    elif options.archive is not None:
        from crawler.archive import Archive
        from crawler.settings import KYKET_VERSION

        session.archive = Archive(
            options.archive,
            cap=options.archive_cap,
            software=f"Kyket/{KYKET_VERSION}",
            user_agent=settings.get("USER_AGENT"),
        )
    return session
