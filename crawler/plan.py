"""How long a backfill may take: what its archives told, and the pace of each outlet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.catalogue import is_dated
from crawler.wording import many
from pipelines.types import Outlet, SourceKind

if TYPE_CHECKING:
    from crawler.bookkeeping import CrawlReport
    from crawler.session import CrawlOptions


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
        what = f"{many(one.pages, 'page')} known"
        if one.undated:
            what += f" ({one.undated:,} without a date)"
        if one.lists:
            what += f", {many(one.lists, 'search', 'searches')} and sections to page back"
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


def plan_of(options: CrawlOptions, report: CrawlReport, default_delay: float) -> BackfillPlan:
    """What a backfill has before it, after its archives were read."""
    from crawler.addresses import place
    from crawler.catalogue import load_catalogue
    from pipelines.database import Store
    from pipelines.profile import load_profile

    known = load_catalogue(options.catalogue or None, list(options.overrides) or None, user_files=options.user_files)
    chosen = known.resolve(options.outlets) if options.outlets else known.enabled
    searches = load_profile(options.profile).searches
    with Store(options.db, readonly=True) as store:
        ids = [outlet.id for outlet in chosen]
        waiting = store.ledger.waiting(ids, since=options.since, until=options.until)
        paces = store.ledger.pace(report.crawl) if report.crawl is not None else {}
        plans = []
        for outlet in chosen:
            pages, undated = waiting.get(outlet.id, (0, 0))
            asked, seconds = paces.get(outlet.id, (0, 0.0))
            wish = store.hosts.crawl_delay(place(outlet.home)) or 0.0
            delay = max(default_delay if outlet.delay is None else outlet.delay, wish)
            lists = lists_to_page(outlet, searches)
            problem = report.failures.get(outlet.id)
            if problem is None and not asked and not pages and not lists:
                problem = "it has no archive, search or paged section to go back in"
            plans.append(
                OutletPlan(
                    outlet=outlet.id, pages=pages if options.limit is None else min(pages, options.limit), undated=undated,
                    lists=lists, archives=asked, seconds_each=seconds_each(delay, asked, seconds), problem=problem,
                )
            )  # fmt: skip
    return BackfillPlan(outlets=tuple(plans))


def plan_as_dict(plan: BackfillPlan, options: CrawlOptions) -> dict[str, Any]:
    """The plan as one JSON value; times in seconds."""
    return {
        "since": options.since.isoformat() if options.since else None,
        "until": options.until.isoformat() if options.until else None,
        "pages": plan.pages, "seconds": round(plan.seconds), "at_least": plan.at_least,
        "slowest": plan.slowest.outlet if plan.slowest else None,
        "outlets": [
            {
                "outlet": one.outlet, "pages": one.pages, "undated": one.undated, "lists": one.lists, "archives": one.archives,
                "seconds_each": round(one.seconds_each, 2), "seconds": round(one.seconds), "at_least": one.at_least,
                "problem": one.problem,
            }
            for one in plan.outlets
        ],
    }  # fmt: skip
