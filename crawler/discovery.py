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

import re
import zlib
from datetime import datetime

from crawler.discovery_formats import MAX_SHARDS, parse_feed, parse_json, parse_sitemap
from crawler.discovery_links import (
    MAX_LINKS,
    MAX_SITEMAP_LINKS,
    MAX_SUMMARY,
    MAX_TITLE,
    Context,
    Entry,
    Listing,
    clean_address,
    date_in_url,
    finish,
    newest_first,
    owns,
    same_story,
)
from crawler.discovery_paging import (
    MAX_DEPTH,
    MAX_PAGES,
    dated_urls,
    first_url,
    next_page,
    search_url,
    should_stop,
)
from pipelines.encodings import decode, unescape
from pipelines.types import Outlet, Source, SourceKind
from pipelines.vietnamese import squeeze

__all__ = [
    "MAX_BYTES", "MAX_DEPTH", "MAX_LINKS", "MAX_PAGES", "MAX_PAGE_BYTES", "MAX_SHARDS", "MAX_SITEMAP_LINKS", "MAX_SUMMARY",
    "MAX_TITLE", "Listing", "clean_address", "date_in_url", "dated_urls", "first_url", "newest_first", "next_page", "owns",
    "parse_source", "same_story", "search_url", "should_stop",
]  # fmt: skip

#: Most bytes of one source, after decompression: a sitemap may hold 50,000 addresses, which is 10 MB.
MAX_BYTES = 20_000_000
#: Feeds and pages are smaller; what is longer is read up to here and called incomplete.
MAX_PAGE_BYTES = 5_000_000


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
        return parse_sitemap(text, context)
    if shape == "feed":
        return parse_feed(text, context)
    if shape == "json":
        return parse_json(text, context)
    if shape == "urls":
        return finish(context, [Entry(url=line) for line in text.split()], strict=True)
    if shape == "html" or source.kind in (SourceKind.SECTION, SourceKind.SEARCH, SourceKind.API):
        if source.kind in (SourceKind.SECTION, SourceKind.SEARCH, SourceKind.API):
            from crawler.discovery_pages import parse_page

            return parse_page(text, context)
        wanted = "a sitemap" if sitemap_wanted else "a feed"
        return Listing(problem=f"answers an HTML page instead of {wanted}{_page_title(text)}", complete=whole)
    return Listing(problem="the answer is neither a feed, a sitemap, JSON nor a page", complete=whole)


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
