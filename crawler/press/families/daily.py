"""Systems of the provincial papers: date directory, slug-ID.htm, Quảng Ninh type."""

from __future__ import annotations

import re
from html import escape
from typing import ClassVar

from .. import furniture as f
from ..world import Block, PressStory, Section
from .base import NEWEST, Family


class DateDirectory(Family):
    """`/<section>/<YYYYMM>/<slug>-<7 hex>/`."""

    id = "date-directory"
    hint = '<link rel="shortcut icon" href="/file/dataimages/favicon.ico">'
    article_regex = r"/\d{6}/[^/?#]+-[0-9a-f]{7}/$"
    section_pattern = re.compile(r"^/(?P<section>[a-z-]+)/(?:\?page=(?P<page>\d+)|index\.html)?$")
    feed_pattern = re.compile(r"^/(?:(?P<section>[a-z-]+)/)?index\.rss$")
    paging_template = "/{slug}/?page={page}"
    css = "news"
    list_time = "%H:%M, %d/%m/%Y"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.section}/{story.local:%Y%m}/{story.slug}-{story.number * 97 % 0x10000000:07x}/"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}/" + (f"?page={page}" if page > 1 else "")

    def feed_path(self, section: Section | None) -> str | None:
        return "/index.rss" if section is None else f"/{section.slug}/index.rss"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<table border="0" cellpadding="0" align="center" class="tplCaption"><tbody><tr><td><img src="/file/dataimages/{view.story.local:%Y%m}/'
            f'{view.story.number}_{index}.jpg" alt="{escape(block.text, quote=True)}"></td></tr><tr><td class="caption">{escape(block.text)}</td></tr></tbody></table>'
        )

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f'<div class="sapo detail-sapo"><p>{view.lead}</p></div>' if story.lead else ""
        sign = (
            f'<p class="author" style="text-align:right"><strong>{view.byline}</strong></p>'
            if view.byline
            else ""
        )
        body = f"""<div class="top-header"><span class="date-now">{f.clock(view)}</span></div><div class="header"><a href="/">{escape(view.outlet.name)}</a></div>
{self.menu(view.outlet, css="nav-main")}
<div class="detail"><ul class="breadcrumb"><li><a href="/{view.section.slug}/">{view.section.name}</a></li></ul>
<h1 class="detail-title">{view.title}</h1>
<div class="detail-meta"><span class="date">{view.time("%H:%M, %d/%m/%Y")}</span>{f.share_bar(view, css="social-bar")}</div>
{sapo}
<div class="detail-content entry-content" id="news-body">
{self.blocks(view)}
{sign}
</div>
{f.tag_cloud(view, css="detail-tags", label="Từ khóa:")}
{f.comments(view, css="comment-box")}
{f.box(view.related, css="related-box", label="Tin cùng chuyên mục", tag="h4")}</div>
<div class="side">{f.advert(view.outlet, "side")}{f.box(view.newest, css="latest-box", label="Tin mới", tag="h4")}{f.box(view.most_read, css="view-box", label="Xem nhiều", tag="h4", times=False)}</div>
{f.footer(view.outlet)}"""
        return self.document(view.outlet, f.head(view, json_ld=False), body, "detail-page")


class SlugIdHtm(Family):
    """`/slug-<id>.htm`."""

    id = "slug-id-htm"
    article_regex = r"/[^/?#]+-\d{6}\.htm$"
    section_pattern = re.compile(r"^/(?P<section>[a-z-]+)(?:/trang-(?P<page>\d+))?$")
    feed_pattern = re.compile(r"^/rss/(?P<section>[a-z-]+)\.xml$")
    paging_template = "/{slug}/trang-{page}"
    css = "hot-list"
    list_time = "%d/%m/%Y %H:%M"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-{story.number}.htm"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}" + (f"/trang-{page}" if page > 1 else "")

    def feed_path(self, section: Section | None) -> str | None:
        return f"/rss/{(section or NEWEST).slug}.xml"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<figure class="expNoEdit"><img src="{view.image(index)}" alt="{escape(block.text, quote=True)}" title="{escape(block.text, quote=True)}">'
            f"<figcaption><h2>{escape(block.text)}</h2></figcaption></figure>"
        )

    def inset(self, view: f.ArticleView) -> str:
        links = "".join(f'<li><a href="{t.url}">{escape(t.title)}</a></li>' for t in view.related[:2])
        return f'<div class="inner-related"><strong>Xem thêm:</strong><ul>{links}</ul></div>'

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f'<div class="b-sapo sapo"><strong>{view.lead}</strong></div>' if story.lead else ""
        body = f"""<header id="header"><div class="header-date">{f.clock(view)}</div><a class="logo" href="/">{escape(view.outlet.name)}</a>{self.menu(view.outlet, css="nav")}</header>
<section class="detail"><div class="cate"><a href="/{view.section.slug}">{view.section.name}</a></div>
<h1 class="title">{view.title}</h1><div class="info"><span class="datetime">{view.time("%d/%m/%Y %H:%M (GMT +7)")}</span>{f.share_bar(view, css="share")}</div>
{sapo}
<div id="abody" class="content-detail">
{self.blocks(view)}
</div><div class="author">{view.byline}</div>
{f.tag_cloud(view, css="tags", label="Từ khóa:")}
{f.box(view.related, css="related", label="Tin liên quan")}
{f.comments(view, css="comments")}
{f.box(view.newest, css="news-more", label="Có thể bạn quan tâm", leads=True)}</section>
<aside>{f.advert(view.outlet, "right")}{f.box(view.most_read, css="most-viewed", label="Đọc nhiều")}</aside>
{f.footer(view.outlet)}"""
        return self.document(view.outlet, f.head(view), body, "detail")


class QuangNinh(Family):
    """`/slug-<7 digits>.html`; further stories of a section come as JSON."""

    id = "quang-ninh"
    hint = '<script>var api_list="/list-post-by-category";</script>'
    article_regex = r"/[^/?#]+-\d{7}\.html$"
    section_pattern = re.compile(r"^/(?P<section>[a-z-]+)$")
    feed_pattern = re.compile(r"^/rss/news/(?P<section>[a-z-]+)\.rss$")
    news_sitemap = "/sitemap-news.xml"
    api_pattern = re.compile(
        r"^/list-post-by-category\?page=(?P<page>\d+)&limit=(?P<limit>\d+)&category_id=(?P<zone>\d+)(?:&.*)?$"
    )
    api_template = "/list-post-by-category?page={page}&limit=12&category_id={zone}"
    api_format: ClassVar[dict[str, str]] = {
        "list": "data",
        "url": "link",
        "title": "title",
        "date": "published_at",
        "summary": "description",
    }
    css = "c-news"
    list_time = "%d/%m/%Y %H:%M"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-{3_000_000 + story.number}.html"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}" if page == 1 else None

    def feed_path(self, section: Section | None) -> str | None:
        return f"/rss/news/{section.slug if section else 'home'}.rss"

    def api_json(self, view: f.ListView) -> object:
        data = [
            {
                "id": int(teaser.url.rsplit("-", 1)[1].split(".")[0]),
                "title": teaser.title,
                "link": teaser.url,
                "thumb": teaser.image,
                "description": teaser.lead,
                "published_at": f"{teaser.local:%Y-%m-%d %H:%M:%S}",
            }
            for teaser in view.teasers
        ]
        return {"status": True, "page": view.page, "has_more": view.next_url is not None, "data": data}

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<figure class="image align-center"><img src="{view.image(index)}" alt="{escape(block.text, quote=True)}" width="768">'
            f'<figcaption class="image-caption">{escape(block.text)}</figcaption></figure>'
        )

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f'<h2 class="detail__summary">{view.lead}</h2>' if story.lead else ""
        body = f"""<header class="c-header"><a class="c-header__logo" href="/">{escape(view.outlet.name)}</a><div class="c-header__time">{f.clock(view)}</div>{self.menu(view.outlet, css="c-nav")}</header>
<main class="detail"><div class="detail__cate"><a href="/{view.section.slug}">{view.section.name}</a></div>
<div class="detail__time"><time>{view.time("%A, %d/%m/%Y %H:%M")}</time></div>
<h1 class="detail__title">{view.title}</h1>{f.share_bar(view, css="detail__share")}
{sapo}
<div class="detail__content" id="post-content" data-category="{view.section.zone}" data-api="/list-post-by-category?page=2&amp;limit=6&amp;category_id={view.section.zone}">
{self.blocks(view)}
</div><div class="detail__author">{view.byline}</div>
{f.tag_cloud(view, css="detail__tags", label="Từ khóa")}
{f.comments(view, css="detail__comment")}
{f.box(view.related, css="c-related", label="Tin liên quan")}</main>
<aside class="c-sidebar">{f.box(view.newest, css="c-latest", label="Tin mới nhất")}{f.advert(view.outlet, "right")}{f.box(view.most_read, css="c-popular", label="Đọc nhiều", leads=True)}</aside>
{f.footer(view.outlet, css="c-footer")}"""
        return self.document(view.outlet, f.head(view), body, "p-detail")
