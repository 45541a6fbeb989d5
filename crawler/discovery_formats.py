"""Feeds, sitemaps and listing APIs → entries. Pure; every parser survives broken, hostile and truncated input."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from crawler.discovery_links import (
    MAX_LINKS,
    MAX_SITEMAP_LINKS,
    MAX_TITLE,
    Context,
    Entry,
    Listing,
    clean_address,
    finish,
    owns,
    text_of,
)
from pipelines import dates
from pipelines.encodings import unescape
from pipelines.vietnamese import squeeze

#: Shards of one sitemap index.
MAX_SHARDS = 5_000

#: An internal DTD subset: the home of entity bombs and of external entities. No feed needs one.
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
#: Written by hand or by a careless program; the parser's own recovery would drop the word that follows.
_BARE_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def _plain_xml(text: str) -> str:
    """XML without declaration and DTD, beginning at its first tag."""
    text = _XML_DECLARATION.sub("", text.lstrip("\ufeff \t\r\n\x00"), count=1)
    if "<!DOCTYPE" in text[:10_000].upper() or "<!ENTITY" in text:
        text = _DOCTYPE.sub("", text, count=1)
        text = re.sub(r"(?is)<!ENTITY[^>]*>", "", text)
    return text


# ------------------------------------------------------------------------------------------------------- feeds


def parse_feed(text: str, context: Context) -> Listing:
    import feedparser

    xml = _at_most(_plain_xml(text), MAX_LINKS)
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
    return finish(
        context, entries, title=title, ttl=_ttl(feed), complete=context.whole and bool(closed),
    )  # fmt: skip


def _at_most(xml: str, items: int) -> str:
    """The feed up to so many items: what follows is an archive dump or a trap, and slow to read."""
    for number, end in enumerate(re.finditer(r"</(?:\w+:)?(?:item|entry)\s*>", xml, re.IGNORECASE), 1):
        if number > items:
            return xml[: end.end()]
    return xml


def _feed_link(entry: Any) -> str:
    if entry.get("feedburner_origlink"):  # `link` leads to the service that counts readers
        return str(entry["feedburner_origlink"])
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


def parse_sitemap(text: str, context: Context) -> Listing:
    from lxml import etree

    entries: list[Entry] = []
    shards: list[Entry] = []
    names = {"url": entries, "sitemap": shards}
    complete = context.whole
    body = _BARE_AMPERSAND.sub("&amp;", _plain_xml(text))
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
                if len(entries) > MAX_SITEMAP_LINKS or len(shards) > MAX_SHARDS:
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
    listing = finish(context, entries, strict=True, complete=complete)
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
    """When the period that a shard's name tells was over: an index without dates still has an order, and a shard of
    July was not complete before August.
    """
    found = re.search(
        r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(0[1-9]|1[0-2]|[1-9])(?!\d)|(0[1-9]|1[0-2])(?=\d\d(?!\d)))?"
        r"(?:[-_/.]?(\d{1,2})(?!\d))?(?:-(\d{1,2})(?!\d))?",
        urlsplit(address).path,
    )
    if not found:
        return None
    year, month = int(found[1]), int(found[2] or found[3] or 0)
    days = [int(day) for day in (found[4], found[5]) if day]
    try:
        if not month:
            over = datetime(year + 1, 1, 1, tzinfo=dates.VIETNAM)
        elif not days:
            over = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=dates.VIETNAM)
        else:
            first = datetime(year, month, days[0], tzinfo=dates.VIETNAM)
            span = days[1] - days[0] + 1 if len(days) > 1 and days[1] >= days[0] else 1
            over = first + timedelta(days=min(span, 31))
    except ValueError:
        return None
    return over.astimezone(UTC)


# -------------------------------------------------------------------------------------------------------- JSON


def parse_json(text: str, context: Context) -> Listing:
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
    listing = finish(context, entries, title=text_of(title, MAX_TITLE) if isinstance(title, str) else None, complete=complete)
    following = _json_next(value, form.get("next"), context)
    return replace(listing, next_urls=(following,), next_modified=(None,)) if following else listing


def _json_next(value: Any, path: str | None, context: Context) -> str | None:
    """The address of the following part, where the listing tells it (JSON Feed: `next_url`)."""
    told = _at(value, path or "next_url")
    address = clean_address(told, context.url) if isinstance(told, str) else None
    return address if address and address != context.url and owns(context.outlet, address, context.source) else None


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
