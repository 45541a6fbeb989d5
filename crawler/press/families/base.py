"""What every family answers: its addresses, and its pages. A family overrides what its system does otherwise."""

from __future__ import annotations

import re
from html import escape
from typing import ClassVar

from .. import furniture as f
from ..world import Block, PressOutlet, PressStory, Section

NEWEST = Section(slug="tin-moi", name="Tin mới", zone=0)
"""The section of everything, which every outlet has."""


class Family:
    """Addresses and markup of one system."""

    id: ClassVar[str]
    article_regex: ClassVar[str]
    """What an article's address matches, for the catalogue."""
    section_pattern: ClassVar[re.Pattern[str]]
    """Path with query of a section page; groups `section` or `zone`, and `page` or `offset`."""
    feed_pattern: ClassVar[re.Pattern[str] | None] = None
    """Path of a feed; group `section` (`home` or `tin-moi`: everything) or `zone`."""
    news_sitemap: ClassVar[str | None] = None
    sitemap: ClassVar[str | None] = "/sitemap.xml"
    shard_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"^/sitemaps/news-(?P<y>\d{4})-(?P<m>\d{1,2})\.xml$"
    )
    api_pattern: ClassVar[re.Pattern[str] | None] = None
    """Path with query of the JSON listing; groups `zone`, `page`."""
    api_template: ClassVar[str | None] = None
    """Path of the JSON listing with {zone} and {page}."""
    api_format: ClassVar[dict[str, str]] = {}
    """Where in the JSON things are, as the catalogue says it."""
    paging_template: ClassVar[str | None] = None
    """Path of page n ≥ 2 of a section with {slug}, {zone}, {page}, {offset}; None where there is none."""
    search_template: ClassVar[str | None] = None
    """Path of the site's search with {q} and perhaps {page}."""
    search_pattern: ClassVar[re.Pattern[str] | None] = None
    """Path with query of a search; groups `q`, `page`."""
    page_size: ClassVar[int | None] = None
    """Where the system fixes how many stories a page lists."""
    fragment: ClassVar[bool] = False
    """True if page 2 and later are a fragment of HTML, not a page."""
    hint: ClassVar[str] = ""
    """What betrays the system in the head of all its pages."""
    css: ClassVar[str] = "list"
    list_time: ClassVar[str | None] = "%H:%M %d/%m/%Y"

    # Addresses

    def article_path(self, story: PressStory) -> str:
        raise NotImplementedError

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        """Path with query; None where the system has no such page."""
        raise NotImplementedError

    def feed_path(self, section: Section | None) -> str | None:
        raise NotImplementedError

    def shard_path(self, year: int, month: int) -> str:
        return f"/sitemaps/news-{year}-{month}.xml"

    def api_json(self, view: f.ListView) -> object:
        """The JSON listing of a page of stories."""
        raise NotImplementedError

    # Parts of a page

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        caption = escape(block.text)
        return (
            f'<figure class="image"><img src="{view.image(index)}" alt="{escape(block.text, quote=True)}" width="800" height="533">'
            f"<figcaption>{caption}</figcaption></figure>"
        )

    def paragraph(self, text: str) -> str:
        return f"<p>{escape(text)}</p>"

    def heading(self, text: str) -> str:
        return f"<h2>{escape(text)}</h2>"

    def table(self, rows: list[str]) -> str:
        cells = "".join(
            "<tr>" + "".join(f"<td>{escape(cell.strip())}</td>" for cell in row.split("|")) + "</tr>"
            for row in rows
        )
        return f'<table class="data"><tbody>{cells}</tbody></table>'

    def inset(self, view: f.ArticleView) -> str:
        """The box of another story that interrupts the text."""
        return ""

    def blocks(self, view: f.ArticleView) -> str:
        """The body: paragraphs, pictures, tables, an inset after the second paragraph."""
        story = view.story
        parts: list[str] = []
        if story.lead and "double-sapo" in story.quirks:
            parts.append(self.paragraph(story.lead))
        rows: list[str] = []
        paragraphs = pictures = 0
        for block in story.blocks:
            if rows and block.kind != "row":
                parts.append(self.table(rows))
                rows = []
            if block.kind == "caption":
                parts.append(self.picture(view, block, pictures))
                if "double-caption" in story.quirks:
                    parts.append(f'<p class="caption">{escape(block.text)}</p>')
                pictures += 1
            elif block.kind == "heading":
                parts.append(self.heading(block.text))
            elif block.kind == "row":
                rows.append(block.text)
            else:
                parts.append(self.paragraph(block.text))
                paragraphs += 1
                if paragraphs == 2 and view.related:
                    parts.append(self.inset(view))
        if rows:
            parts.append(self.table(rows))
        return "\n".join(part for part in parts if part)

    def menu(self, outlet: PressOutlet, *, css: str) -> str:
        links = [(s, self.section_path(s) or "/") for s in (*outlet.sections, NEWEST)]
        return f.menu(outlet, links, css=css)

    # Pages

    def article(self, view: f.ArticleView) -> str:
        """The whole page of a story."""
        raise NotImplementedError

    def listing(self, view: f.ListView) -> str:
        """The whole page (or fragment) of a section."""
        items = f.list_items(view.teasers, css=self.css, time_format=self.list_time)
        if self.fragment and view.page > 1:
            return items
        following = (
            f'<div class="pagination"><a class="next" rel="next" href="{escape(view.next_url)}">Trang sau</a></div>'
            if view.next_url
            else ""
        )
        clock = f'<div class="header__clock">{f.clock(view)}</div>' if view.outlet.header_clock else ""
        name = escape(view.section.name)
        return self.document(
            view.outlet,
            f"<title>{name} - {escape(view.outlet.name)}</title>\n"
            f'<link rel="canonical" href="{escape(view.url)}">\n'
            f'<link rel="alternate" type="application/rss+xml" title="{name}" href="{view.base}/{f.feed_hint(view.outlet)}">',
            f'<header class="header"><a class="logo" href="/">{escape(view.outlet.name)}</a>{clock}</header>\n'
            f"{self.menu(view.outlet, css='menu')}\n{f.advert(view.outlet, 'top', '970x90')}\n"
            f'<main class="main"><h1 class="cate-title"><a href="{escape(view.url)}">{name}</a></h1>\n'
            f'<div class="{self.css}">{items}</div>{following}</main>\n'
            f"<aside>{f.advert(view.outlet, 'right')}{f.box(view.most_read, css='most-read', label='Đọc nhiều')}</aside>\n"
            f"{f.footer(view.outlet)}",
        )

    def document(self, outlet: PressOutlet, head: str, body: str, body_class: str = "page") -> str:
        """A whole page around `head` and `body`, with the outlet's styles and scripts."""
        weight = outlet.weight_kb
        return (
            f'<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n{head}\n{self.hint}\n'
            f'{f.styles(outlet.id, weight * 3 // 5)}\n</head>\n<body class="{body_class}">\n<a id="top"></a>\n{body}\n'
            f"{f.scripts(outlet.id, weight * 2 // 5)}\n</body>\n</html>\n"
        )
