"""Feeds, sitemaps and news sitemaps of the sample press, with the date forms met in the real one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape as html_escape

from .furniture import Teaser, iso
from .world import PressOutlet

# What XML 1.0 cannot hold: an editor's stray control characters reach pages, but a feed with them is no feed.
_NOT_XML = {code: None for code in range(32) if code not in (9, 10, 13)}


def escape(text: str, quote: bool = True) -> str:
    return html_escape(text.translate(_NOT_XML), quote=quote)


def feed_date(local: datetime, form: str) -> str:
    """`pubDate` as the outlet's system prints it; `form` as in `PressOutlet.feed_dates`."""
    standard = format_datetime(local)  # Sat, 21 Nov 2026 08:01:53 +0700
    if form == "gmt":
        return format_datetime(local.astimezone(UTC), usegmt=True)
    if form == "short-year":
        return standard.replace(f" {local.year} ", f" {local.year % 100:02d} ")
    if form == "us":  # month first, with the narrow no-break space that newer runtimes print
        clock = f"{local.hour % 12 or 12}:{local:%M:%S}\u202f{'AM' if local.hour < 12 else 'PM'}"
        return f"{local.month}/{local.day}/{local.year} {clock}"
    if form == "bare-zone":
        return standard.replace("+0700", "+07")
    if form == "colon-zone":
        return standard.replace("+0700", "+07:00")
    return standard


def rss(outlet: PressOutlet, base: str, url: str, title: str, teasers: Sequence[Teaser]) -> str:
    """RSS 2.0 with the picture and lead in a CDATA section."""
    parts = []
    for index, teaser in enumerate(teasers):
        # both ways of writing a title occur, often in one feed
        link = f"{teaser.url}?{outlet.feed_query}" if outlet.feed_query else teaser.url
        title_text = escape(teaser.title) if outlet.feed_double_titles else teaser.title
        headline = (
            f"<![CDATA[{title_text.translate(_NOT_XML)}]]>" if index % 2 else escape(title_text, quote=False)
        )
        parts.append(
            f'<item><title>{headline}</title><link>{escape(link)}</link><guid isPermaLink="true">{escape(teaser.url)}</guid>'
            f'<description><![CDATA[<a href="{teaser.url}"><img src="{teaser.image}" width="180"/></a>{escape(teaser.lead)}]]></description>'
            f"<pubDate>{feed_date(teaser.local, outlet.feed_dates)}</pubDate></item>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
        f"<title>{escape(title)} - {escape(outlet.name)}</title><link>{base}/</link>"
        f'<description>{escape(outlet.slogan)}</description><atom:link href="{escape(url)}" rel="self" type="application/rss+xml"/>'
        f"<language>vi</language><ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod>\n"
        + "\n".join(parts)
        + "\n</channel></rss>\n"
    )


def atom(outlet: PressOutlet, base: str, url: str, teasers: Iterable[Teaser], updated: datetime) -> str:
    entries = "\n".join(
        f'<entry><id>{escape(t.url)}</id><title type="html">{escape(escape(t.title))}</title><link rel="alternate" href="{escape(t.url)}"/>'
        f"<published>{iso(t.local)}</published><updated>{iso(t.local)}</updated><summary>{escape(t.lead)}</summary></entry>"
        for t in teasers
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi"><title>{escape(outlet.name)}</title>'
        f'<id>{base}/</id><link rel="self" href="{escape(url)}"/><updated>{iso(updated)}</updated>\n{entries}\n</feed>\n'
    )


def sitemap_index(locations: Iterable[tuple[str, datetime]]) -> str:
    rows = "\n".join(
        f"<sitemap><loc>{escape(url)}</loc><lastmod>{iso(modified)}</lastmod></sitemap>"
        for url, modified in locations
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{rows}\n</sitemapindex>\n"
    )


def sitemap(teasers: Iterable[Teaser]) -> str:
    rows = "\n".join(
        f"<url><loc>{escape(t.url)}</loc><lastmod>{iso(t.local)}</lastmod><changefreq>monthly</changefreq></url>"
        for t in teasers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{rows}\n</urlset>\n"
    )


def news_sitemap(outlet: PressOutlet, teasers: Iterable[Teaser]) -> str:
    rows = "\n".join(
        f"<url><loc>{escape(t.url)}</loc><news:news><news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>vi</news:language></news:publication><news:publication_date>{iso(t.local)}</news:publication_date>"
        f"<news:title>{escape(t.title)}</news:title></news:news></url>"
        for t in teasers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{rows}\n</urlset>\n'
    )
