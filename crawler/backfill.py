"""Older stories: where to look for them. Pure apart from what the ledger says was read before.

Sitemap archives and date archives are read newest first; what has no date in its address is paged back. A backfill
that was stopped resumes: an archive that was read to its end is not asked again, and a list that was being paged goes
on at the page after the last one read.
"""

from __future__ import annotations

from collections.abc import Mapping
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
