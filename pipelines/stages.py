"""The stages as Scrapy item pipelines: thin adapters, the only import of Scrapy in this room.

    Gate (bytes, on the event loop) → Read (gate, extract, match: the reader process) → [archive] → Store

A case that ends early has its outcome recorded and is dropped quietly; none leaves without one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

from scrapy.exceptions import DropItem

from pipelines.database.visits import Visit
from pipelines.desk import Case, Desk
from pipelines.types import Outcome, Rejected

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_desks: WeakKeyDictionary[Crawler, Desk] = WeakKeyDictionary()


def desk_of(crawler: Crawler) -> Desk:
    """The desk of a crawl, opened from its settings when first asked for."""
    desk = _desks.get(crawler)
    if desk is None:
        settings = crawler.settings
        desk = _desks[crawler] = Desk(
            Path(settings.get("KYKET_DB")),
            keep=settings.get("KYKET_KEEP"),
            profile=settings.get("KYKET_PROFILE"),
            in_process=settings.getbool("KYKET_READ_IN_PROCESS"),
        )
    return desk


class Stage:
    """What the stages share: the desk, and how a case ends."""

    def __init__(self, crawler: Crawler, desk: Desk) -> None:
        self.crawler = crawler
        self.desk = desk

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, desk_of(crawler))

    def end(self, case: Case, rejected: Rejected) -> DropItem:
        """Record how the case ended; raise what this returns."""
        self.desk.visit(
            Visit(
                url=case.url,
                outcome=Outcome.UNCHANGED
                if case.refetch and rejected.outcome is Outcome.GATED
                else rejected.outcome,
                why=rejected.why,
                status=case.page.status,
                outlet=case.page.outlet,
            ),
            now=case.now,
        )
        return DropItem(rejected.outcome, log_level="DEBUG")


class GateStage(Stage):
    """Most pages end here: their bytes lack the profile's necessary words."""

    _GATED = Rejected(outcome=Outcome.GATED, why="the page lacks the profile's necessary words")

    def process_item(self, case: Case) -> Case:
        if case.failed is None and not self.desk.admits_bytes(case.page):
            raise self.end(case, self._GATED)
        return case


class ReadStage(Stage):
    """Page → judged story, or a named refusal."""

    async def process_item(self, case: Case) -> Case:
        if case.failed is not None:
            assert case.page.link is not None
            headline = await self.desk.headline(case.page.link, str(case.failed.outcome), case.now)
            if headline is None:
                raise self.end(case, case.failed)
            case.processed = headline
            return case
        result = await self.desk.read(case.page, case.outlet, case.now)
        if isinstance(result, Rejected):
            raise self.end(case, result)
        published, since = result.story.published, self.desk.since
        if published is not None and since is not None and published < since and not case.refetch:
            raise self.end(
                case, Rejected(outcome=Outcome.TOO_OLD, why=f"published {published:%Y-%m-%d %H:%M} UTC")
            )
        case.processed = result
        return case


class StoreStage(Stage):
    """Everything of one story, in one transaction, with the visit that brought it."""

    async def process_item(self, case: Case) -> Case:
        processed = case.processed
        assert processed is not None
        if not processed.kept:
            raise self.end(
                case,
                Rejected(
                    outcome=Outcome.NO_MATCH,
                    why=f"score {processed.match.score:.2f}, and only matches are kept",
                ),
            )
        story = replace(processed.story, found_at=processed.story.found_at or case.now)
        page, crawl = case.page, self.desk.crawl
        saved = await self.desk.run(
            lambda store: store.stories.save(
                story, processed.match, processed.agreement, crawl=crawl, now=case.now, page=page
            )
        )
        self.desk.outcomes[saved.outcome] += 1
        return case
