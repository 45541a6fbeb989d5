"""Stored and archived pages read and judged anew, without a network; what changed is said story by story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.catalogue import is_article
from pipelines import urls
from pipelines.types import Link, Outlet, Page, Rejected, Story
from pipelines.vietnamese import syllables
from pipelines.warc import Record, read_record, read_records

if TYPE_CHECKING:
    from crawler.catalogue import Catalogue
    from pipelines.database import Store
    from pipelines.database.stories import StoryRow
    from pipelines.flow import Flow, Processed


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would be, or was, written anew of one story."""

    story: int | None
    """None: an archived page that was no story before."""
    url: str
    title: str
    what: tuple[str, ...]
    """Sentences: what changed."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "id": f"s{self.story}" if self.story else None, "url": self.url, "title": self.title, "what": list(self.what),
        }  # fmt: skip


@dataclass(slots=True)
class Totals:
    """Counts of one reprocessing."""

    read: int = 0
    from_archive: int = 0
    changed: int = 0
    new: int = 0
    unreadable: int = 0
    became: int = 0
    stopped: int = 0
    problems: list[str] = field(default_factory=list)


class Reprocessor:
    """Goes through the database, and through an archive where there is one."""

    def __init__(
        self, store: Store, flow: Flow, catalogue: Catalogue, archive: Path | None, *, crawl: int | None
    ) -> None:
        self.store = store
        self.flow = flow
        self.catalogue = catalogue
        self.archive = archive
        self.crawl = crawl
        """The crawl that writes; None: a dry run."""
        self.totals = Totals()

    def stored(self, *, now: datetime) -> Iterator[Change]:
        """Every stored story: read from its archived page where that is still there, else judged from its text."""
        for row in self.store.stories.iterate():
            self.totals.read += 1
            change = self._again(row, now)
            if change is not None:
                yield change

    def archived(self, *, now: datetime, advance: Callable[[int], None] = lambda count: None) -> Iterator[Change]:
        """Archived pages that are no story yet: an earlier extractor or matcher may have passed them over."""
        for path in sorted(self.archive.glob("*.warc*")) if self.archive else []:
            for record in read_records(path):
                advance(1)
                if record.status != 200 or "html" not in record.headers.get("content-type", "html").lower():
                    continue
                outlet = self.catalogue.outlet_of(record.url)
                url = urls.canonical(record.url, outlet)
                if self.store.stories.by_url(url) is not None or self._is_list(record.url, url, outlet):
                    continue
                done = self._read(record, url, outlet.id if outlet else urls.site(url))
                if isinstance(done, Rejected) or not done.kept or self.store.stories.by_url(done.story.url) is not None:
                    continue
                self.totals.new += 1
                self.totals.became += done.match.is_match
                self._save(done, record, now)
                what = "a match now" if done.match.is_match else "a story now, no match"
                yield Change(story=None, url=done.story.url, title=done.story.title, what=(what,))

    def _is_list(self, address: str, url: str, outlet: Outlet | None) -> bool:
        """Is it a page that a crawl asked for links? An archive holds these too, and no crawl reads them as stories."""
        if address in self._polled:
            return True
        return (
            outlet is not None
            and outlet.article is not None
            and not is_article(url, outlet)
            and self.store.ledger.link(url) is None
        )

    @cached_property
    def _polled(self) -> set[str]:
        return self.store.ledger.polled()

    def _again(self, row: StoryRow, now: datetime) -> Change | None:
        record = self._record_of(row)
        done: Processed | Rejected
        if record is not None:
            self.totals.from_archive += 1
            done = self._read(record, row.story.url, row.story.outlet or "")
        else:
            done = self.flow.judge(row.story)
        if isinstance(done, Rejected):
            # What a person could read yesterday stays; that the page would be refused now is news for a developer.
            self.totals.unreadable += 1
            return self._change(row, f"its archived page would be refused now: {done.outcome} ({done.why}); the story stays")
        before = self.store.stories.match(row.id)
        what = _differences(row.story, done.story) if record is not None else []
        if before is None or abs(before.score - done.match.score) >= 0.005 or before.is_match != done.match.is_match:
            old = f"{before.score:.2f}" if before else "none"
            what.append(f"score {old} → {done.match.score:.2f}")
        if before is not None and before.is_match != done.match.is_match:
            self.totals.became += done.match.is_match
            self.totals.stopped += before.is_match
            what.append("a match now" if done.match.is_match else "no match any more")
        if not what:
            return None
        self.totals.changed += 1
        if record is not None:
            self._save(done, record, now, url=row.story.url)
        elif self.crawl is not None:
            self.store.stories.rejudge(row.id, done.match, done.agreement, now=now)
        return self._change(row, *what)

    @staticmethod
    def _change(row: StoryRow, *what: str) -> Change:
        return Change(story=row.id, url=row.story.url, title=row.story.title, what=what)

    def _record_of(self, row: StoryRow) -> Record | None:
        if self.archive is None or not row.archive_record or "#" not in row.archive_record:
            return None
        name, _, offset = row.archive_record.rpartition("#")
        path = self.archive / Path(name).name
        # A file that is being written has another name until it is closed.
        return read_record(path, int(offset)) if path.exists() and offset.isdigit() else None

    def _read(self, record: Record, url: str, outlet_id: str) -> Processed | Rejected:
        page = Page(
            url=record.url, body=record.body, fetched_at=record.at, outlet=outlet_id, status=record.status,
            headers=record.headers, link=self.store.ledger.link(url) or Link(url=url, outlet=outlet_id), record=record.place,
        )  # fmt: skip
        return self.flow.read(page, self.catalogue.outlet_of(record.url), now=record.at)

    def _save(self, done: Processed, record: Record, now: datetime, *, url: str | None = None) -> None:
        if self.crawl is None:
            return
        page = Page(url=record.url, body=b"", fetched_at=record.at, status=record.status, record=record.place)
        story = done.story
        if url is not None and story.url != url:
            from dataclasses import replace

            story = replace(story, url=url)  # the address a story was stored under is its identity
        self.store.stories.save(story, done.match, done.agreement, crawl=self.crawl, now=now, page=page, cause="extractor")


def _differences(old: Story, new: Story) -> list[str]:
    what = []
    if old.title != new.title:
        what.append(f"title was “{old.title}”, is “{new.title}”")
    if old.text != new.text:
        difference = len(syllables(new.text)) - len(syllables(old.text))
        what.append(f"text changed ({difference:+d} syllables)")
    if old.published != new.published:
        what.append(f"published was {_when(old.published)}, is {_when(new.published)}")
    if old.authors != new.authors:
        what.append(f"authors were {', '.join(old.authors) or 'none'}, are {', '.join(new.authors) or 'none'}")
    return what


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "unknown"
