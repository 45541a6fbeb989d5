"""Older stories: where to look for them. Pure apart from the ledger's answer what was read before.

Sitemap archives and date archives are read newest first; what has no date in its address is paged back. An archive
address that an earlier backfill read to its end is not asked again, so a backfill that was stopped resumes.
"""

from __future__ import annotations

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


def older_sweeps(session: Session, outlet: Outlet, states: dict[str, SourceRow]) -> list[Sweep]:
    """The sweeps of one outlet's backfill: archives first, then search, then sections paged back."""
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
                if not settled(source, url, session.read_before.get(address)):
                    archives.append(Sweep(source=source, url=address, started=started, floor=since))
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
        elif source.kind in (SourceKind.SECTION, SourceKind.API) and source.paging:
            others.append(
                Sweep(
                    source=source, url=discovery.first_url(source), started=started, floor=since, cap=discovery.MAX_PAGES
                )
            )
    return [
        sweep for sweep in archives + others if session.replay is None or sweep.url in session.replay
    ]


def settled(source: Source, url: str, read_at: datetime | None) -> bool:
    """Was the archive read when its days were over, so that it cannot have grown since?"""
    return read_at is not None and url not in discovery.dated_urls(source, read_at - SETTLED_AFTER, read_at)


def _search_page(source: Source, phrase: str, page: int) -> str:
    return discovery.search_url(source, phrase, page)
