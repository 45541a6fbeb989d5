"""Where a source goes on: page templates, dated archives, searches, and when paging is done. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from crawler.discovery_links import Listing
from pipelines import dates
from pipelines.types import Outlet, Source

#: A sitemap index may name indexes, but not without end.
MAX_DEPTH = 3
#: Pages of one section in one crawl: an endless calendar ends here.
MAX_PAGES = 50


def first_url(source: Source) -> str:
    """The address of a source's first page."""
    return source.url.replace("{page}", str(source.first_page)).replace("{offset}", "0")


def next_page(source: Source, outlet: Outlet, page_number: int) -> str | None:
    """The address of page `page_number` (1 is the source itself) by the source's template; None without one.

    Ends at MAX_PAGES: an endless calendar has a next page for ever.
    """
    if page_number <= 1:
        return first_url(source)
    if page_number > MAX_PAGES or not source.paging or "{zone}" in source.paging:
        return None  # a listing by number of section: the page itself tells the number (`next_in_listing`)
    number = source.first_page + page_number - 1
    # A template of offsets counts stories; one of pages may still step by more than one.
    if "{offset}" in source.paging:
        return source.paging.replace("{offset}", str((page_number - 1) * source.page_step))
    return source.paging.replace("{page}", str(number))


#: Where a page of a system with numbered sections says its own number.
_ZONE = re.compile(
    r"""id=["']?hdZoneId["']?[^>]{0,80}?value=["']?(\d+)|value=["']?(\d+)["']?[^>]{0,80}?id=["']?hdZoneId["']?""",
    re.IGNORECASE,
)


def next_in_listing(source: Source, url: str, markup: str) -> str | None:
    """The page after this one of a listing by number of section (`paging` with {zone}); None when no number shows.

    The first page, the section itself, tells its number in its markup; the further ones in their own address.
    """
    template = source.paging
    if not template or "{zone}" not in template or "{page}" not in template:
        return None
    shape = re.escape(template).replace(r"\{zone\}", r"(?P<zone>\d+)", 1).replace(r"\{page\}", r"(?P<page>\d+)", 1)
    here = re.fullmatch(shape, url)
    if here:
        zone, number = here["zone"], int(here["page"])
    else:
        path = re.escape(template[template.index("/", 8) :])  # behind the host
        linked = re.search(path.replace(r"\{zone\}", r"(\d+)", 1).replace(r"\{page\}", r"\d+", 1), markup)
        found = _ZONE.search(markup)
        zone = linked[1] if linked else (found[1] or found[2]) if found else ""
        number = source.first_page
    if not zone or number >= source.first_page + MAX_PAGES - 1:
        return None
    return template.replace("{zone}", zone).replace("{page}", str(number + 1))


def should_stop(
    listing: Listing,
    *,
    known: Collection[str],
    swept_to: datetime | None,
    this_sweep: Collection[str] = (),
) -> bool:
    """Is paging done after this page? When it is wholly known and older than `swept_to`.

    `known`: addresses of this page that the ledger holds; `this_sweep`: addresses that earlier pages of the same
    sweep listed: boxes of fresh stories stand on every page and must neither stop the paging nor keep it going.
    A page with nothing of its own ends it.
    """
    own = [link for link in listing.links if link.url not in this_sweep]
    if not own:
        return True
    if any(link.url not in known for link in own) or swept_to is None:
        return False
    return all(link.published <= swept_to for link in own if link.published)


def dated_urls(source: Source, since: datetime, until: datetime) -> Iterator[str]:
    """The addresses of a dated archive from `until` back to `since`, newest first; {page} is left standing.

    Steps by what the template names: days, the five-day shards of VCCorp ({d1}-{d2}), months or years.
    """
    template = source.url
    day = until.astimezone(dates.VIETNAM).date()
    first = since.astimezone(dates.VIETNAM).date()
    made: set[str] = set()
    by_day = any(f"{{{name}}}" in template for name in ("dd", "d", "d1", "unix_from"))
    while day >= first or (day.year, day.month) == (first.year, first.month):
        start = datetime(day.year, day.month, day.day, tzinfo=dates.VIETNAM)
        d1 = min((day.day - 1) // 5 * 5 + 1, 26)
        d2 = d1 + 4 if d1 < 26 else _last_day(day.year, day.month)
        values = {
            "yyyy": f"{day.year}", "mm": f"{day.month:02}", "m": f"{day.month}", "dd": f"{day.day:02}", "d": f"{day.day}",
            "d1": f"{d1}", "d2": f"{d2}",
            "unix_from": f"{int(start.timestamp())}", "unix_to": f"{int(start.timestamp()) + 86399}",
        }  # fmt: skip
        address = re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), template)  # noqa: B023 - used at once
        if address not in made:
            made.add(address)
            yield address
        if by_day and day < first:
            return
        day -= timedelta(days=1)
        if day < first and by_day:
            return


def _last_day(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (following - timedelta(days=1)).day


def search_url(source: Source, phrase: str, page: int = 1) -> str:
    """A search source's address for a phrase."""
    return (
        source.url.replace("{q}", quote(phrase, safe=""))
        .replace("{page}", str(source.first_page + page - 1))
        .replace("{offset}", str((page - 1) * source.page_step))
    )
