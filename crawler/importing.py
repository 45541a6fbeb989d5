"""Stories from elsewhere: WARC files, saved pages and JSON lines, through the same stages as a crawl.

Readers yield what a file holds, as pages or finished stories; `Importer` judges and stores them, one outcome each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import urls
from pipelines.errors import InputError
from pipelines.types import Link, Outcome, Page, Precision, Rejected, Story
from pipelines.vietnamese import squeeze, tidy
from pipelines.warc import read_records

if TYPE_CHECKING:
    from crawler.catalogue import Catalogue
    from pipelines.database import Store
    from pipelines.flow import Flow

#: A page larger than this is not read: the largest of 39 captured pages had 0.6 MB.
MAX_PAGE_BYTES = 10 * 1024 * 1024
#: Outcomes of pages that are in the ledger only are written this many at a time.
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something in the file that cannot be a story; it still gets its outcome."""

    url: str
    outcome: Outcome
    why: str


@dataclass(slots=True)
class ImportReport:
    """What became of the files."""

    crawl: int
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    new_matches: int = 0
    problems: list[str] = field(default_factory=list)
    """Files that could not be read to their end, one sentence each."""

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "crawl": self.crawl,
            "outcomes": {str(outcome): count for outcome, count in sorted(self.outcomes.items())},
            "new_matches": self.new_matches,
            "problems": self.problems,
        }


class Importer:
    """Judges and stores what the readers yield."""

    def __init__(self, store: Store, flow: Flow, catalogue: Catalogue, crawl: int) -> None:
        self.store = store
        self.flow = flow
        self.catalogue = catalogue
        self.report = ImportReport(crawl)
        self._quick: list[Any] = []

    def take(self, item: Page | Story | Refused, *, now: datetime) -> Outcome:
        """One page or story to its outcome."""
        if isinstance(item, Page):
            return self._take_page(item, now)
        if isinstance(item, Story):
            return self._take_story(item, now)
        return self._only_ledger(urls.canonical(item.url), item.outcome, item.why, now)

    def flush(self, *, now: datetime) -> None:
        """Write the outcomes that wait for their batch."""
        if self._quick:
            self.store.ledger.record_visits(self.report.crawl, self._quick, now=now)
            self._quick = []

    def _take_page(self, page: Page, now: datetime) -> Outcome:
        outlet = self.catalogue.outlet_of(page.url)
        url = urls.canonical(page.url, outlet)
        outlet_id = outlet.id if outlet else urls.site(url)
        if page.status != 200:
            return self._only_ledger(url, Outcome.of_status(page.status), f"archived with status {page.status}", now)
        link = Link(url=url, outlet=outlet_id)
        page = Page(
            url=page.url, body=page.body, fetched_at=page.fetched_at, outlet=outlet_id, status=page.status,
            headers=page.headers, link=link, record=page.record, crawl=self.report.crawl,
        )  # fmt: skip
        # A saved page was true when it was captured: that is its `now` for publication times.
        done = self.flow.read(page, outlet, now=page.fetched_at)
        if isinstance(done, Rejected):
            return self._only_ledger(url, done.outcome, done.why, now)
        if not done.kept:
            return self._only_ledger(url, Outcome.NO_MATCH, None, now)
        return self._save(done, page, now)

    def _take_story(self, story: Story, now: datetime) -> Outcome:
        if self.flow.keep != "all" and not self.flow.gate.admits_text(story.title, story.text):
            return self._only_ledger(story.url, Outcome.GATED, "the text lacks the profile's necessary words", now)
        done = self.flow.judge(story)
        if not done.kept:
            return self._only_ledger(story.url, Outcome.NO_MATCH, None, now)
        return self._save(done, None, now)

    def _save(self, done: Any, page: Page | None, now: datetime) -> Outcome:
        saved = self.store.stories.save(
            done.story, done.match, done.agreement, crawl=self.report.crawl, now=now, page=page, cause="import"
        )
        self.report.outcomes[saved.outcome] += 1
        if saved.outcome is Outcome.STORED:
            self.report.new_matches += 1
        return saved.outcome

    def _only_ledger(self, url: str, outcome: Outcome, why: str | None, now: datetime) -> Outcome:
        from pipelines.database.visits import Visit

        outlet = self.catalogue.outlet_of(url)
        self._quick.append(
            Visit(url=url, outcome=outcome, why=why, outlet=outlet.id if outlet else urls.site(url))
        )
        self.report.outcomes[outcome] += 1
        if len(self._quick) >= BATCH:
            self.flush(now=now)
        return outcome


# -- readers -----------------------------------------------------------------------------------------------------


def kind_of(path: Path) -> str:
    """`warc`, `jsonl` or `html`, told from name and first bytes; raises InputError for anything else."""
    name = path.name.lower()
    if name.endswith((".warc", ".warc.gz")):
        return "warc"
    if name.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if name.endswith((".html", ".htm", ".xhtml", ".mhtml")):
        return "html"
    try:
        with path.open("rb") as file:
            head = file.read(512).lstrip()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    if head.startswith((b"WARC/", b"\x1f\x8b")):
        return "warc"
    if head.startswith(b"{"):
        return "jsonl"
    if head.lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "html"
    raise InputError(f"{path}: not a WARC, HTML or JSON lines file; name it .warc.gz, .html or .jsonl")


def read_warc(path: Path, *, problem: Callable[[str], None], limit: int | None = None) -> Iterator[Page | Refused]:
    """The HTML responses of a WARC file (CC-NEWS too). A damaged file yields what precedes the damage.

    Records that are no HTML page (feeds, images, robots.txt, requests, revisits) are passed over; a page that broke
    off or is too large is `Refused`.
    """
    count = 0
    for record in read_records(path, problem=problem):
        if "html" not in record.headers.get("content-type", "text/html").lower():
            continue
        if not record.complete:
            yield Refused(url=record.url, outcome=Outcome.TRUNCATED, why="broken off, or too large, in the archive")
            continue
        yield Page(
            url=record.url, body=record.body, fetched_at=record.at, status=record.status, headers=record.headers,
            record=record.place,
        )  # fmt: skip
        count += 1
        if limit is not None and count >= limit:
            return


def read_html(path: Path, url: str | None) -> Page:
    """A saved page. Its address is `url`, else the one that the page declares; InputError when neither is known."""
    from lxml import html as lxml_html

    try:
        body = path.read_bytes()
        saved_at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    if len(body) > MAX_PAGE_BYTES:
        raise InputError(f"{path}: larger than {MAX_PAGE_BYTES >> 20} MB; that is no article")
    if not body.strip():
        raise InputError(f"{path}: the file is empty")
    if url is None:
        try:
            tree = lxml_html.document_fromstring(body)
        except (ValueError, lxml_html.etree.ParserError):
            raise InputError(f"{path}: not an HTML page") from None
        declared = [
            *tree.xpath("//link[@rel='canonical']/@href"),
            *tree.xpath("//meta[@property='og:url']/@content"),
        ]
        url = next((str(u).strip() for u in declared if str(u).strip().startswith(("http://", "https://"))), None)
    if url is None:
        raise InputError(f"{path}: the page does not say its address; give it with --url")
    return Page(url=url, body=body, fetched_at=saved_at, headers={"content-type": "text/html"}, record=str(path.name))


def read_jsonl(lines: Iterable[str], name: str, *, now: datetime) -> Iterator[Story]:
    """Stories of `{"url", "title", "text", "published"?, "outlet"?, "lead"?, "authors"?}`, one a line.

    Raises InputError that names file and line for the first line that is no such story.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _story_of_line(line, f"{name}, line {number}", now)


def _story_of_line(line: str, where: str, now: datetime) -> Story:
    from pipelines.dates import parse_date

    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON ({error})") from None
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected an object with url, title and text")
    for key in ("url", "title", "text"):
        if not isinstance(row.get(key), str):
            raise InputError(f"{where}: {key} is missing or not a text")
    if not row["url"].startswith(("http://", "https://")):
        raise InputError(f"{where}: url {row['url'][:80]!r} is not an http(s) address")
    title, text = squeeze(row["title"]), tidy(row["text"])
    if not title and not text:
        raise InputError(f"{where}: title and text are both empty")
    raw = row.get("published")
    if raw is not None and not isinstance(raw, str):
        raise InputError(f"{where}: published is not a text")
    parsed = parse_date(raw, now=now) if raw else None
    if raw and parsed is None:
        raise InputError(f"{where}: published {raw[:40]!r} is not a date, or lies in the future")
    lead = tidy(row["lead"]) if isinstance(row.get("lead"), str) else None
    if lead and lead not in text:
        text = f"{lead}\n{text}"
    url = urls.canonical(row["url"])
    authors = row.get("authors") or ()
    return Story(
        url=url,
        title=title,
        text=text,
        outlet=squeeze(str(row.get("outlet") or "")) or urls.site(url),
        lead=lead or None,
        authors=tuple(squeeze(str(a)) for a in ([authors] if isinstance(authors, str) else authors)),
        published=parsed.value if parsed else None,
        published_raw=squeeze(raw) if raw else None,
        published_from="import" if parsed else None,
        published_precision=Precision(parsed.precision) if parsed else None,
        extractor="import",
        origin="import",
    )
