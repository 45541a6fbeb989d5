"""Older stories: where to look for them, and how long that may take. Pure apart from what the ledger says was read before.

Sitemap archives and date archives are read newest first; what has no date in its address is paged back. A backfill
that was stopped resumes: an archive that was read to its end is not asked again, and a list that was being paged goes
on at the page after the last one read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from crawler import discovery
from crawler.catalogue import is_dated
from crawler.lanes import Sweep
from pipelines.types import Outlet, Source, SourceKind

if TYPE_CHECKING:
    from crawler.session import Session
    from pipelines.database.ledger import SourceRow

#: An archive of a day this recent may still grow, so it is read again.
SETTLED_AFTER = timedelta(days=3)
#: A list without a date is not asked again by a backfill that is started anew within this time: it resumes.
RESUMED_WITHIN = timedelta(days=1)


def older_sweeps(session: Session, outlet: Outlet, states: dict[str, SourceRow]) -> list[Sweep]:
    """The sweeps of one outlet's backfill: archives first, then search, then sections paged back.

    With `lists_only` the archives alone: they tell how many stories there are, and cost few requests.
    """
    options = session.options
    assert options.since is not None
    since, until = options.since, options.until or session.now()
    started = session.now()
    archives: list[Sweep] = []
    others: list[Sweep] = []
    for source in outlet.sources:
        if not source.enabled and session.replay is None:
            continue
        if is_dated(source):
            for url in discovery.dated_urls(source, since, until):
                address = url.replace("{page}", str(source.first_page)).replace("{offset}", "0")
                if settled(source, url, session.read_before.get(address)):
                    continue
                paged = "{page}" in url or "{offset}" in url
                archives.append(
                    Sweep(
                        source=source, url=address, started=started, floor=since, cap=discovery.MAX_PAGES,
                        template=partial(_dated_page, source, url) if paged else None,
                    )
                )  # fmt: skip
        elif source.kind is SourceKind.SITEMAP:
            archives.append(Sweep(source=source, url=discovery.first_url(source), started=started, floor=since))
        elif "{q}" in source.url:
            for phrase in session.searches:
                template = partial(_search_page, source, phrase)
                others.append(
                    Sweep(
                        source=source, url=template(1), started=started, floor=since, cap=discovery.MAX_PAGES,
                        template=template if "{page}" in source.url or "{offset}" in source.url else None,
                    )
                )  # fmt: skip
        elif source.kind in (SourceKind.SECTION, SourceKind.API):
            others.append(
                Sweep(
                    source=source, url=discovery.first_url(source), started=started, floor=since, cap=discovery.MAX_PAGES
                )
            )
    chosen = archives if options.lists_only else archives + others
    if session.replay is not None:
        return [sweep for sweep in chosen if sweep.url in session.replay]
    return [going_on for sweep in chosen if (going_on := resumed(sweep, outlet, session.asked_before)) is not None]


def resumed(sweep: Sweep, outlet: Outlet, asked: Mapping[str, bool]) -> Sweep | None:
    """The sweep from the first page on that was not read; None when nothing of it is left.

    `asked`: addresses that a backfill as far back asked of late; True: read to their end. Between two runs new stories
    push older ones to later pages, never to earlier ones, so what was read need not be read again.
    """
    if sweep.source.kind is SourceKind.SITEMAP and not is_dated(sweep.source):
        return sweep  # an index: its shards are judged one by one
    if asked.get(sweep.url):
        return None
    while sweep.url in asked:
        page = sweep.page + 1
        url = sweep.template(page) if sweep.template else discovery.next_page(sweep.source, outlet, page)
        if url is None and page == 2:
            return sweep  # only the page itself knows the one after it
        if url is None or page > (sweep.cap or discovery.MAX_PAGES):
            return None
        sweep.url, sweep.page = url, page
    return sweep


def settled(source: Source, url: str, read_at: datetime | None) -> bool:
    """Was the archive read when its days were over, so that it cannot have grown since?"""
    return read_at is not None and url not in discovery.dated_urls(source, read_at - SETTLED_AFTER, read_at)


def first_address(sweep: Sweep) -> str:
    """Where the sweep's list begins."""
    return sweep.template(1) if sweep.template else discovery.first_url(sweep.source)


def _search_page(source: Source, phrase: str, page: int) -> str:
    return discovery.search_url(source, phrase, page)


def _dated_page(source: Source, url: str, page: int) -> str:
    """Page n of one dated address: the day stands in it already, the page does not."""
    number, offset = source.first_page + page - 1, (page - 1) * source.page_step
    return url.replace("{page}", str(number)).replace("{offset}", str(offset))


# ------------------------------------------------------------------------------------------------- how long it takes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletPlan:
    """What a backfill of one outlet has before it."""

    outlet: str
    pages: int
    """Stories of the window that are known and not visited yet."""
    undated: int = 0
    """How many of them have no date: some may lie outside the window."""
    lists: int = 0
    """Searches and sections that are still to be paged back, each over an unknown number of pages."""
    archives: int = 0
    """Archives that were read to learn of the pages."""
    seconds_each: float
    """Seconds from one request to its host to the next."""
    problem: str | None = None
    """Why its archives told nothing."""

    @property
    def seconds(self) -> float:
        """Seconds for what is known: the pages, and one request for each list."""
        return (self.pages + self.lists) * self.seconds_each

    @property
    def at_least(self) -> bool:
        """Is there more to do than is known?"""
        return self.lists > 0 or self.problem is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillPlan:
    """What a backfill has before it. Hosts are asked side by side, so the slowest outlet decides."""

    outlets: tuple[OutletPlan, ...]

    @property
    def pages(self) -> int:
        return sum(one.pages for one in self.outlets)

    @property
    def slowest(self) -> OutletPlan | None:
        return max(self.outlets, key=lambda one: one.seconds, default=None)

    @property
    def seconds(self) -> float:
        return self.slowest.seconds if self.slowest else 0.0

    @property
    def at_least(self) -> bool:
        return any(one.at_least for one in self.outlets)


#: Seconds an answer takes beside the pause, where nobody has measured it yet.
USUAL_ANSWER = 0.5
#: Requests after which the measured pace is better than the expected one.
ENOUGH_TO_MEASURE = 4


def seconds_each(delay: float, asked: int, seconds: float) -> float:
    """Seconds from one request to the next: as measured over `asked` answers in `seconds`, else as the pause lets expect.

    The pause between two requests is the delay and up to a quarter more (crawler/pacing.py).
    """
    if asked > ENOUGH_TO_MEASURE and seconds > 0:
        return max(seconds / (asked - 1), delay)
    return delay * 1.125 + (USUAL_ANSWER if delay else 0.0)


def plan_sentences(plan: BackfillPlan) -> list[str]:
    """The plan for a person, the slowest outlet first."""
    lines = []
    for one in sorted(plan.outlets, key=lambda one: (-one.seconds, one.outlet)):
        what = f"{one.pages:,} page{'s' if one.pages != 1 else ''} known"
        if one.undated:
            what += f" ({one.undated:,} without a date)"
        if one.lists:
            what += f", {one.lists:,} search{'es' if one.lists != 1 else ''} and sections to page back"
        if one.problem:
            what += f"; {one.problem}"
        lines.append(f"{one.outlet}: {what}; {clock(one.seconds, at_least=one.at_least)} at {one.seconds_each:.1f} s a request")
    if len(plan.outlets) > 1 and plan.slowest is not None:
        lines.append(
            f"{plan.pages:,} pages of {len(plan.outlets)} outlets, which are asked side by side: "
            f"{clock(plan.seconds, at_least=plan.at_least)}, as long as {plan.slowest.outlet} takes."
        )
    return lines


def clock(seconds: float, *, at_least: bool = False) -> str:
    """`about 12 min`, `at least 3.4 h`, `about 2.1 days`."""
    minutes = int(seconds + 59) // 60
    if minutes < 90:
        said = f"{minutes} min"
    else:
        said = f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"
    return f"{'at least' if at_least else 'about'} {said}"


def lists_to_page(outlet: Outlet, searches: Iterable[str]) -> int:
    """How many searches and sections a backfill of the outlet pages back."""
    phrases = len(tuple(searches))
    count = 0
    for source in outlet.sources:
        if not source.enabled or is_dated(source):
            continue
        if "{q}" in source.url:
            count += phrases
        elif source.kind in (SourceKind.SECTION, SourceKind.API):
            count += 1
    return count
