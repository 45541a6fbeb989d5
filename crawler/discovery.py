"""Bytes of a source → links to stories. Pure: no network, no clock.

`parse_source` looks at what the bytes are, not only at what they were expected to be:

    gzip opened (capped) → text, whatever encoding it claims
      feed (RSS 0.9x-2.0, Atom, RDF, JSON feed)          → every item on the outlet's site
      sitemap index → shards;  urlset, news sitemap       → addresses that the article pattern accepts
      listing API (JSON, or HTML inside it)               → its items
      section, home or search page                        → anchors that the article pattern accepts

What is wrong with a source is said in `Listing.problem`; zero items are a finding, not a success.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from crawler.catalogue import is_article
from pipelines import dates, urls
from pipelines.encodings import decode, mend, unescape
from pipelines.types import Link, Outlet, Source, SourceKind
from pipelines.vietnamese import squeeze

#: Most bytes of one source, after decompression: a sitemap may hold 50,000 addresses, which is 10 MB.
MAX_BYTES = 20_000_000
#: Feeds and pages are smaller; what is longer is read up to here and called incomplete.
MAX_PAGE_BYTES = 5_000_000
#: The sitemap protocol's own limit.
MAX_SITEMAP_LINKS = 50_000
#: A section page has some hundred links; more is an archive dump or a trap.
MAX_LINKS = 2_000
#: Shards of one sitemap index.
MAX_SHARDS = 5_000
#: A sitemap index may name indexes, but not without end.
MAX_DEPTH = 3
#: Pages of one section in one crawl: an endless calendar ends here.
MAX_PAGES = 50
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
    """For each of `next_urls` when it last changed, where the index says so."""
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


def parse_source(
    body: bytes,
    source: Source,
    outlet: Outlet,
    *,
    url: str | None = None,
    content_type: str | None = None,
    now: datetime,
) -> Listing:
    """The links that an answer lists. Never raises for what the bytes hold.

    `url`: the address that answered, after redirects (relative links are resolved against it); `now`: aware.
    """
    address = url or first_url(source)
    opened, whole = _opened(body, MAX_BYTES)
    if not opened.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return Listing(problem="the answer is empty", complete=whole)
    if opened[:5] in (b"%PDF-", b"\x89PNG\r") or opened[:3] in (b"\xff\xd8\xff", b"GIF"):
        return Listing(problem="the answer is no text but a file of another kind")
    sitemap_wanted = source.kind in (SourceKind.SITEMAP, SourceKind.NEWS_SITEMAP)
    limit = MAX_BYTES if sitemap_wanted else MAX_PAGE_BYTES
    text = decode(opened[:limit], content_type)
    whole = whole and len(opened) <= limit
    context = Context(source=source, outlet=outlet, url=address, now=now, whole=whole)
    shape = _shape(text)
    if shape == "sitemap":
        return _parse_sitemap(text, context)
    if shape == "feed":
        return _parse_feed(text, context)
    if shape == "json":
        return _parse_json(text, context)
    if shape == "urls":
        return _finish(context, [Entry(url=line) for line in text.split()], strict=True)
    if shape == "html" or source.kind in (SourceKind.SECTION, SourceKind.SEARCH, SourceKind.API):
        if source.kind in (SourceKind.SECTION, SourceKind.SEARCH, SourceKind.API):
            from crawler.discovery_pages import parse_page

            return parse_page(text, context)
        wanted = "a sitemap" if sitemap_wanted else "a feed"
        return Listing(problem=f"answers an HTML page instead of {wanted}{_page_title(text)}", complete=whole)
    return Listing(problem="the answer is neither a feed, a sitemap, JSON nor a page", complete=whole)


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


# ---------------------------------------------------------------------------------------------- bytes and shapes


def _opened(body: bytes, limit: int) -> tuple[bytes, bool]:
    """The content of a gzip file up to `limit` bytes, or the bytes themselves; and whether that was all of it."""
    for _ in range(2):  # a .gz that the server compressed once more
        if not body.startswith(b"\x1f\x8b"):
            break
        opener = zlib.decompressobj(wbits=31)
        try:
            opened = opener.decompress(body, limit)
        except zlib.error:
            return b"", False
        if not opener.eof:
            return opened, False
        body = opened
    return body[:limit], len(body) <= limit


def _shape(text: str) -> str:
    head = text[:4000].lstrip("\ufeff \t\r\n\x00")
    if head[:1] in "{[":
        return "json"
    # Comments, declarations and processing instructions may stand before the root element.
    root = re.search(r"<(?![?!])([A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)", re.sub(r"(?s)<!--.*?(?:-->|\Z)", "", head))
    name = root[2].lower() if root else ""
    if name in ("urlset", "sitemapindex"):
        return "sitemap"
    if name in ("rss", "rdf", "feed", "channel"):
        return "feed"
    if root:
        return "html"
    lines = head.split()
    return "urls" if lines and all(re.match(r"https?://\S+\Z", line) for line in lines[:-1] or lines) else "text"


def _page_title(text: str) -> str:
    found = re.search(r"(?is)<title[^>]*>(.{1,300}?)</title>", text[:50_000])
    title = squeeze(unescape(re.sub(r"<[^>]*>", " ", found[1]))) if found else ""
    return f" (“{title[:80]}”)" if title else ""


#: An internal DTD subset: the home of entity bombs and of external entities. No feed needs one.
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def _plain_xml(text: str) -> str:
    """XML without declaration and DTD, beginning at its first tag."""
    text = _XML_DECLARATION.sub("", text.lstrip("\ufeff \t\r\n\x00"), count=1)
    if "<!DOCTYPE" in text[:10_000].upper() or "<!ENTITY" in text:
        text = _DOCTYPE.sub("", text, count=1)
        text = re.sub(r"(?is)<!ENTITY[^>]*>", "", text)
    return text


# ------------------------------------------------------------------------------------------------------- feeds


def _parse_feed(text: str, context: Context) -> Listing:
    import feedparser

    xml = _plain_xml(text)
    closed = re.search(r"</(?:\w+:)?(?:rss|rdf|feed|channel)>\s*(?:<!--.*?-->\s*)*\Z", xml[-3000:], re.IGNORECASE | re.DOTALL)
    parsed = feedparser.parse(
        b'<?xml version="1.0" encoding="utf-8"?>' + xml.encode("utf-8", "replace"),
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    entries = [
        Entry(
            url=_feed_link(entry),
            title=entry.get("title"),
            summary=entry.get("summary"),
            date=entry.get("published") or entry.get("created") or entry.get("updated"),
            news=True,
        )
        for entry in parsed.entries
    ]
    feed = parsed.feed
    title = text_of(feed.get("title"), MAX_TITLE)
    if not entries:
        why = "the feed is empty" if closed else "the feed is cut off before its first item"
        return Listing(problem=why, title=title, complete=context.whole and bool(closed))
    return _finish(
        context, entries, title=title, ttl=_ttl(feed), complete=context.whole and bool(closed),
    )  # fmt: skip


def _feed_link(entry: Any) -> str:
    if entry.get("link"):
        return str(entry["link"])
    identity = str(entry.get("id", ""))
    return identity if identity.startswith(("http://", "https://")) else ""


_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}


def _ttl(feed: Any) -> float | None:
    """Minutes a feed asks to be left alone, at most a day: many say `monthly` and publish hourly."""
    told: list[float] = []
    ttl = str(feed.get("ttl", "")).strip()
    if ttl.isdigit() and int(ttl) > 0:
        told.append(float(ttl))
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    if period:
        times = str(feed.get("sy_updatefrequency", "1")).strip()
        told.append(period / (int(times) if times.isdigit() and int(times) > 0 else 1))
    return min(*told, 1440.0) if told else None


# ---------------------------------------------------------------------------------------------------- sitemaps


def _parse_sitemap(text: str, context: Context) -> Listing:
    from lxml import etree

    entries: list[Entry] = []
    shards: list[Entry] = []
    names = {"url": entries, "sitemap": shards}
    complete = context.whole
    body = _plain_xml(text)
    root: str | None = None
    events = etree.iterparse(
        BytesIO(body.encode("utf-8", "replace")),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8",
    )
    try:
        for event, element in events:
            name = _local(element)
            if event == "start":
                root = root or name
                continue
            if name in names and element.getparent() is not None:
                names[name].append(_sitemap_entry(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
                if len(entries) >= MAX_SITEMAP_LINKS or len(shards) >= MAX_SHARDS:
                    complete = False
                    break
    except etree.XMLSyntaxError:
        complete = False
    if root and not re.search(rf"</(?:\w+:)?{root}>\s*\Z", body[-500:], re.IGNORECASE):
        complete = False
    entries = [entry for entry in entries if entry.url]
    shards = [entry for entry in shards if entry.url]
    if not entries and not shards:
        why = "the sitemap is empty" if complete else "the sitemap is cut off before its first address"
        return Listing(problem=why, complete=complete)
    listing = _finish(context, entries, strict=True, complete=complete)
    return _with_shards(listing, shards, context)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _sitemap_entry(element: Any) -> Entry:
    entry = Entry(url="")
    for child in element.iter():
        name, text = _local(child), (child.text or "").strip()
        if name == "news":
            entry.news = True
        if not text:
            continue
        in_image = "image" in str(child.tag) or "video" in str(child.tag)
        if name == "loc" and not entry.url and not in_image:
            entry.url = text
        elif name == "publication_date" and not in_image:
            entry.date = entry.date or text
        elif name == "title" and not in_image:
            entry.title = entry.title or text
        elif name == "lastmod":
            entry.modified = text
    return entry


def _with_shards(listing: Listing, shards: list[Entry], context: Context) -> Listing:
    from dataclasses import replace

    found: dict[str, datetime | None] = {}
    for shard in shards:
        address = urljoin(context.url, unescape(shard.url).strip())
        if urlsplit(address).scheme in ("http", "https") and owns(context.outlet, address, context.source):
            when = dates.parse_date(shard.modified, now=context.now)
            found.setdefault(address, when.value if when else _shard_date(address, context.now))
    order = sorted(found, key=lambda one: found[one] or datetime.min.replace(tzinfo=UTC), reverse=True)
    return replace(
        listing,
        items=listing.items + len(shards),
        next_urls=tuple(order),
        next_modified=tuple(found[one] for one in order),
        problem=None if order else listing.problem,
    )


def _shard_date(address: str, now: datetime) -> datetime | None:
    """The year, month and day in a shard's name: an index without dates still has an order."""
    found = re.search(r"(?<!\d)((?:19|20)\d\d)[-_/.]?(\d{1,2})?(?:[-_/.](\d{1,2}))?(?!\d)", urlsplit(address).path)
    if not found:
        return None
    try:
        return datetime(int(found[1]), int(found[2] or 1), int(found[3] or 1), tzinfo=dates.VIETNAM).astimezone(UTC)
    except ValueError:
        return None


# -------------------------------------------------------------------------------------------------------- JSON


def _parse_json(text: str, context: Context) -> Listing:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Listing(problem="the JSON cannot be read (cut off or broken)", complete=False)
    form = context.source.format or {}
    items, complete = _json_items(value, form.get("list")), context.whole
    if items is None:
        markup = _json_markup(value)
        if markup is not None:
            from crawler.discovery_pages import parse_page

            return parse_page(markup, context)
        return Listing(problem=f"the JSON holds no list of stories{_json_message(value)}", complete=complete)
    if not items:
        return Listing(problem="the listing is empty", complete=complete)
    entries = [_json_entry(item, form) for item in items if isinstance(item, Mapping)]
    title = value.get("title") if isinstance(value, Mapping) else None
    return _finish(context, entries, title=text_of(title, MAX_TITLE) if isinstance(title, str) else None, complete=complete)


def _at(value: Any, path: str | None) -> Any:
    for step in (path or "").split("."):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


_URL_KEYS = ("url", "link", "external_url", "share_url", "href", "permalink", "loc", "id")
_TITLE_KEYS = ("title", "headline", "name", "article_title")
_DATE_KEYS = ("date_published", "published_at", "publish_date", "published", "date", "pubDate", "created_at", "time")
_SUMMARY_KEYS = ("summary", "description", "sapo", "lead", "desc", "excerpt")


def _json_items(value: Any, path: str | None) -> list[Any] | None:
    """The list where the format says, else the largest list of objects that have an address."""
    chosen = _at(value, path) if path else None
    if isinstance(chosen, list):
        return chosen
    best: list[Any] | None = None
    queue, seen = [value], 0
    while queue and seen < 10_000:
        one = queue.pop(0)
        seen += 1
        if isinstance(one, Mapping):
            queue.extend(one.values())
        elif isinstance(one, list):
            usable = [item for item in one if isinstance(item, Mapping) and _first(item, _URL_KEYS)]
            if usable and (best is None or len(usable) > len(best)):
                best = one
            elif not one and path is None and isinstance(value, Mapping) and one is value.get("items"):
                best = one  # a JSON feed without items
            queue.extend(item for item in one if isinstance(item, Mapping | list))
    return best


def _first(item: Mapping[str, Any], keys: Iterable[str]) -> Any:
    return next((item[key] for key in keys if isinstance(item.get(key), str | int | float) and item[key] != ""), None)


def _json_entry(item: Mapping[str, Any], form: Mapping[str, str]) -> Entry:
    def value(key: str, usual: Iterable[str]) -> str | None:
        found = _at(item, form[key]) if key in form and "{" not in form[key] else None
        found = found if isinstance(found, str | int | float) else _first(item, usual)
        return None if found is None else str(found)

    address = form.get("url", "")
    if "{" in address:  # built from several fields
        parts = {name: _at(item, name) for name in re.findall(r"\{([\w.]+)\}", address)}
        whole = all(isinstance(part, str | int) and part != "" for part in parts.values())
        address = re.sub(r"\{([\w.]+)\}", lambda m: quote(str(parts[m[1]]), safe=""), address) if whole else ""
    else:
        address = value("url", _URL_KEYS) or ""
    date = value("date", _DATE_KEYS)
    return Entry(url=address, title=value("title", _TITLE_KEYS), summary=value("summary", _SUMMARY_KEYS), date=date, news=True)


def _json_markup(value: Any) -> str | None:
    """HTML inside JSON: some listings answer a fragment of a page."""
    best = ""
    queue, seen = [value], 0
    while queue and seen < 10_000:
        one = queue.pop(0)
        seen += 1
        if isinstance(one, str) and "<a " in one and len(one) > len(best):
            best = one
        elif isinstance(one, Mapping):
            queue.extend(one.values())
        elif isinstance(one, list):
            queue.extend(one)
    return best or None


def _json_message(value: Any) -> str:
    if isinstance(value, Mapping):
        for key in ("error", "message", "msg", "errors", "detail"):
            told = value.get(key)
            if isinstance(told, str) and told.strip():
                return f" but says “{squeeze(told)[:120]}”"
            if isinstance(told, Mapping) and isinstance(told.get("message"), str):
                return f" but says “{squeeze(told['message'])[:120]}”"
    return ""


# ------------------------------------------------------------------------------------------- entries → links


def _finish(
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
        changed = dates.parse_date(entry.modified, now=context.now) if entry.modified else None
        if changed is not None:
            modified[address] = changed.value
        known = links.get(address)
        links[address] = link if known is None else _joined(known, link)
        if len(links) >= limit:
            complete = False
            break
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
    from dataclasses import replace

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


def same_story(address: str) -> str:
    """A key that is equal for addresses that differ by scheme, `www.` or a last slash only."""
    return urls.lookup_key(address).rstrip("/")


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


# ------------------------------------------------------------------------------------------------------ paging


def first_url(source: Source) -> str:
    """The address of a source's first page."""
    return source.url.replace("{page}", str(source.first_page)).replace("{offset}", "0")


def next_page(source: Source, outlet: Outlet, page_number: int) -> str | None:
    """The address of page `page_number` (1 is the source itself) by the source's template; None without one.

    Ends at MAX_PAGES: an endless calendar has a next page for ever.
    """
    if page_number <= 1:
        return first_url(source)
    if page_number > MAX_PAGES or not source.paging:
        return None
    number = source.first_page + page_number - 1
    # A template of offsets counts stories; one of pages may still step by more than one.
    if "{offset}" in source.paging:
        return source.paging.replace("{offset}", str((page_number - 1) * source.page_step))
    return source.paging.replace("{page}", str(number))


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
