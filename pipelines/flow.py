"""The stages from a page to a judged story, composed once for crawl, replay, import and reprocess.

No I/O: what comes out is handed to `Store.stories.save`. A `Flow` may be used from a worker thread;
it holds no state that changes while it works.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pipelines.types import Agreement, Link, Match, Outcome, Outlet, Page, Rejected, Story

if TYPE_CHECKING:
    from pipelines.institutions import Registry
    from pipelines.matching.similarity import SeedCorpus
    from pipelines.profile import Profile

Keep = Literal["matches", "near", "all"]
KEEPS: tuple[Keep, ...] = ("matches", "near", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """A story with what was judged of it."""

    story: Story
    match: Match
    agreement: Agreement | None
    """Read from matches only; None below the threshold."""
    kept: bool = True
    """False: `keep = matches` and the story is none; its outcome is `no-match` and only the ledger knows it."""


class Flow:
    """gate → extract → match → agreement for one profile, one seed corpus and one rule of what is kept.

    Heavy parts (the model, the registry, the HTML parsers) load on construction, not on import.
    """

    def __init__(
        self,
        profile: Profile,
        seeds: SeedCorpus,
        *,
        keep: Keep = "near",
        registry: Registry | None = None,
    ) -> None:
        from pipelines.gate import Gate
        from pipelines.institutions import Registry
        from pipelines.matching.score import Judge

        self.profile = profile
        self.keep = keep
        self.gate = Gate(profile)
        self.judge_of = Judge(profile, seeds)
        self.registry = registry or Registry.load()

    def admits(self, page: Page, *, past_bytes: bool = False) -> bool:
        """Does the page pass the gate? `keep = all` bypasses it. `past_bytes`: it passed the first step."""
        if self.keep == "all":
            return True
        step = self.gate.admits_markup if past_bytes else self.gate.admits_page
        return step(page.body, page.headers.get("content-type"))

    def admits_bytes(self, page: Page) -> bool:
        """The gate's first, cheapest step alone; True where the page must be looked at more closely."""
        return self.keep == "all" or self.gate.admits_bytes(page.body, page.headers.get("content-type"))

    def read(
        self, page: Page, outlet: Outlet | None, *, now: datetime, past_bytes: bool = False
    ) -> Processed | Rejected:
        """Gate, extract and judge one page.

        `now` bounds publication times; in a replay it is the record's WARC-Date. `past_bytes`: `admits_bytes` was asked.
        """
        from pipelines.extract import extract_story

        if not page.gated_in and not self.admits(page, past_bytes=past_bytes):
            return Rejected(outcome=Outcome.GATED, why="the page lacks the profile's necessary words")
        story = extract_story(page, outlet, now=now)
        if isinstance(story, Rejected):
            return story
        return self.judge(story)

    def judge(self, story: Story) -> Processed:
        """Match and, for a match, the agreement it tells of."""
        from pipelines.agreements import read_agreement

        match = self.judge_of.judge(story)
        agreement = read_agreement(story, match, registry=self.registry) if match.is_match else None
        return Processed(
            story=story, match=match, agreement=agreement, kept=match.is_match or self.keep != "matches"
        )

    def from_headline(self, link: Link, why: str, *, now: datetime) -> Processed | None:
        """A headline story of a link whose page cannot be had, when its own words hold evidence."""
        from pipelines.extract import story_from_headline

        if not link.title or not self.gate.admits_text(link.title, link.summary or ""):
            return None
        story = story_from_headline(link, why, now)
        if story is None:
            return None
        processed = self.judge(story)
        return processed if processed.match.evidence else None
