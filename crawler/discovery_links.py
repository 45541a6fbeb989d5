"""Entries of a source → links: on the outlet's site, canonical, dated, newest first, no story twice. Pure.

What every format has in common; `discovery_formats` and `discovery_pages` bring the entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from crawler.catalogue import is_article
from pipelines import dates, urls
from pipelines.encodings import mend, unescape
from pipelines.types import Link, Outlet, Source, SourceKind
from pipelines.vietnamese import squeeze

#: The sitemap protocol's own limit.
MAX_SITEMAP_LINKS = 50_000
#: A section page has some hundred links; more is an archive dump or a trap.
MAX_LINKS = 2_000
#: Longest title and summary that are kept of a listing, in characters.
MAX_TITLE, MAX_SUMMARY = 500, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one answer of a source listed."""

    links: tuple[Link, ...] = ()
    """Newest first where dates are known, else in the order of the page; no address twice."""
    next_urls: tuple[str, ...] = ()
    """Shards of a sitemap index, newest first; or the next page of a section, as the page itself links it."""
    next_modified: tuple[datetime | None, ...] = ()
    """For each of `next_urls` when it last changed as the index says, else when the days that its name tells were over."""
    modified: Mapping[str, datetime] = field(default_factory=dict, repr=False)
    """Address → last change as a sitemap gives it: the story is not newer than this."""
    items: int = 0
    """Entries the source holds: items, addresses or distinct links to the outlet's own site."""
    off_pattern: int = 0
    """Entries of the outlet's site that the article pattern refuses."""
    off_pattern_urls: tuple[str, ...] = ()
    """A sample of them, for diagnosis."""
    off_site: int = 0
    """Entries that lead to other sites; never followed."""
    off_site_urls: tuple[str, ...] = ()
    """A sample of them: a paper that moved lists its new domain."""
    undated: int = 0
    """Items of a feed or news sitemap whose date is missing or cannot be read."""
    inferred: str | None = None
    """An article pattern learned from the page itself, used because the outlet's own accepts next to nothing here."""
    title: str | None = None
    """The feed's or page's own title; tells a wrong section."""
    ttl_minutes: float | None = None
    """How long the source itself says it need not be asked again (`ttl`, `sy:updatePeriod`)."""
    complete: bool = True
    """False: cut off or over a cap; its validators must not be kept."""
    problem: str | None = None
    """Why this is no working source, in words; None when it is one."""

    @property
    def newest(self) -> datetime | None:
        return max((link.published for link in self.links if link.published), default=None)

    @property
    def oldest(self) -> datetime | None:
        return min((link.published for link in self.links if link.published), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    source: Source
    outlet: Outlet
    url: str
    now: datetime
    whole: bool = True


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry as the source writes it."""

    url: str
    title: str | None = None
    summary: str | None = None
    date: str | None = None
    modified: str | None = None
    news: bool = False
    """The source itself calls it an article."""


def finish(
    context: Context,
    entries: Iterable[Entry],
    *,
    strict: bool = False,
    title: str | None = None,
    ttl: float | None = None,
    complete: bool | None = None,
) -> Listing:
    """Entries → links: canonical, on the outlet's site, deduplicated, dated, newest first.

    `strict`: the article pattern decides (sitemaps list everything); otherwise the source itself does, and the
    pattern only counts what it would have refused.
    """
    outlet, source = context.outlet, context.source
    entries = list(entries)
    limit = MAX_SITEMAP_LINKS if source.kind in (SourceKind.SITEMAP, SourceKind.NEWS_SITEMAP) else MAX_LINKS
    month_first = dates.prefers_month_first(entry.date for entry in entries)
    links: dict[str, Link] = {}
    spellings: dict[str, str] = {}  # http and https, www and not, are one story
    modified: dict[str, datetime] = {}
    changes: dict[str | None, dates.ParsedDate | None] = {None: None}
    refused: list[str] = []
    elsewhere: list[str] = []
    undated = 0
    for entry in entries:
        address = clean_address(entry.url, context.url)
        if address is None or (urlsplit(address).path.strip("/") == "" and not urlsplit(address).query):
            refused.append(entry.url[:300])  # no address, or the home page
            continue
        if not owns(outlet, address, source):
            elsewhere.append(address)
            continue
        fits = is_article(address, outlet)
        if not fits:
            refused.append(address)
            if strict and not entry.news:
                continue
        address = spellings.setdefault(same_story(address), address)
        link = link_of(address, entry, context, month_first)
        undated += link.published is None and entry.news
        if entry.modified not in changes:  # a shard repeats few dates many times
            changes[entry.modified] = dates.parse_date(entry.modified, now=context.now)
        changed = changes[entry.modified]
        if changed is not None:
            modified[address] = changed.value
        known = links.get(address)
        if known is None and len(links) >= limit:
            complete = False
            break
        links[address] = link if known is None else _joined(known, link)
    problem = None
    if not links and entries:
        problem = _why_none(len(entries), len(refused), len(elsewhere), refused)
    return Listing(
        links=newest_first(links.values(), modified),
        modified=modified,
        items=len(entries),
        off_pattern=len(refused),
        off_pattern_urls=tuple(refused[:20]),
        off_site=len(elsewhere),
        off_site_urls=tuple(elsewhere[:20]),
        undated=undated,
        title=title,
        ttl_minutes=ttl,
        complete=context.whole if complete is None else complete,
        problem=problem,
    )


def _why_none(entries: int, refused: int, off_site: int, sample: list[str]) -> str:
    if off_site > refused:
        return f"none of its {entries} entries lead to the outlet's own site"
    example = f", for example {sample[0]}" if sample else ""
    return f"none of its {entries} entries fit the article pattern{example}"


def link_of(address: str, entry: Entry, context: Context, month_first: bool) -> Link:
    parsed = dates.parse_date(entry.date, now=context.now, month_first=month_first) if entry.date else None
    published = parsed.value if parsed else None
    raw: str | None = squeeze(entry.date) or None if entry.date else None
    where = _FROM[context.source.kind] if published else None
    if published is None:
        from_url = date_in_url(address, context.outlet, context.now)
        if from_url is not None:
            published, where = from_url, "url"
    return Link(
        url=address,
        outlet=context.outlet.id,
        source=context.source.id,
        title=text_of(entry.title, MAX_TITLE),
        summary=text_of(entry.summary, MAX_SUMMARY),
        published=published,
        published_raw=raw,
        published_from=where,
    )


_FROM = {
    SourceKind.FEED: "feed",
    SourceKind.NEWS_SITEMAP: "sitemap",
    SourceKind.SITEMAP: "sitemap",
    SourceKind.SECTION: "section",
    SourceKind.SEARCH: "section",
    SourceKind.API: "api",
}


def _joined(known: Link, again: Link) -> Link:
    """One link of two entries with the same address: what the first lacks, the second gives."""
    dated = known if known.published or not again.published else again
    return replace(
        known,
        title=known.title or again.title,
        summary=known.summary or again.summary,
        published=dated.published,
        published_raw=dated.published_raw,
        published_from=dated.published_from,
    )


def text_of(value: str | None, limit: int) -> str | None:
    """Markup → one line of clean text; None when nothing is left."""
    if not value:
        return None
    text = unescape(value)
    if "<" in text:
        text = re.sub(r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)", " ", text)
        text = re.sub(r"<!--.*?-->|</?[A-Za-z][^<>]*>", " ", text, flags=re.DOTALL)
        text = unescape(text)
    return squeeze(mend(text))[:limit].strip() or None


def clean_address(href: str, base: str) -> str | None:
    """An absolute canonical http(s) address, or None for what is not one."""
    href = unescape(href).strip()
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:", "viber:")):
        return None
    try:
        address = urljoin(base, href.replace("\\", "/") if href.startswith("\\") else href)
        parts = urlsplit(address)
        parts.port  # noqa: B018  (raises for a port that is none)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(address) > 2_000:
        return None
    return urls.canonical(address)


_SPELLING = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)


def same_story(address: str) -> str:
    """A key that is equal for canonical addresses that differ by scheme, `www.` or a last slash only."""
    return _SPELLING.sub("", address).rstrip("/")


def owns(outlet: Outlet, url: str, source: Source | None = None) -> bool:
    """Is the address on the outlet's domain, a subdomain, a former domain (or host/path), or the source's host?"""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return False
    for place in (outlet.domain, *outlet.former_domains):
        host, _, path = place.partition("/")
        name, _, wanted = host.partition(":")
        if wanted and port != int(wanted):  # several outlets may live on the ports of one host
            continue
        if urls.same_site(url, name) and (not path or split.path.lstrip("/").startswith(path.rstrip("/") + "/")):
            return True
    return source is not None and split.netloc.lower() == urlsplit(source.url).netloc.lower()


def date_in_url(url: str, outlet: Outlet, now: datetime) -> datetime | None:
    """The publication time that the address itself carries, if at least to the day; aware UTC."""
    pattern = outlet.rules.published_in_url
    found = re.search(pattern, url) if pattern else None
    if not found:
        return None
    part = {name: int(value) for name, value in found.groupdict().items() if value}
    year = part.get("Y") or (2000 + part["y"] if "y" in part else None)
    if year is None or "m" not in part or "d" not in part:
        return None
    try:
        local = datetime(
            year, part["m"], part["d"], part.get("H", 0), part.get("M", 0), part.get("S", 0), tzinfo=dates.VIETNAM
        )
    except ValueError:
        return None
    when = local.astimezone(UTC)
    return when if when <= now + dates.FUTURE_TOLERANCE and year >= dates.OLDEST_YEAR else None


def newest_first(links: Iterable[Link], modified: Mapping[str, datetime] | None = None) -> tuple[Link, ...]:
    """Links by date, newest first; one without a date stays beside its neighbour."""
    keyed: list[tuple[datetime, int, Link]] = []
    last = datetime.max.replace(tzinfo=UTC)
    for place, link in enumerate(links):
        last = link.published or (modified or {}).get(link.url) or last
        keyed.append((last, place, link))
    keyed.sort(key=lambda one: (-one[0].timestamp() if one[0].year < 9000 else float("-inf"), one[1]))
    return tuple(link for _, _, link in keyed)
