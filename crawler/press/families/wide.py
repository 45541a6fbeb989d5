"""The systems of the large national papers: ePi, VCCorp, MasterCMS, 1CMS."""

from __future__ import annotations

import re
from html import escape
from typing import ClassVar

from .. import furniture as f
from ..world import Block, PressStory, Section
from .base import NEWEST, Family


class Epi(Family):
    """`/<slug>-post<id>.html`; more stories of a zone come as JSON."""

    id = "epi"
    hint = '<link rel="stylesheet" href="/static/epi-cms/css/site.min.css">'
    article_regex = r"-post\d+\.html$"
    section_pattern = re.compile(r"^/(?P<section>[a-z0-9-]+)/$")
    feed_pattern = re.compile(r"^/rss/(?P<section>home|[a-z-]+?)(?:-(?P<zone>\d+))?\.rss$")
    news_sitemap = "/google-news.xml"
    api_pattern = re.compile(r"^/api/morenews-zone-(?P<zone>\d+)-(?P<page>\d+)\.html(?:\?.*)?$")
    api_template = "/api/morenews-zone-{zone}-{page}.html?phrase=&page_size=20"
    api_format: ClassVar[dict[str, str]] = {
        "list": "data.contents",
        "url": "url",
        "title": "title",
        "date": "date",
        "summary": "description",
    }
    css = "story"
    list_time = "%d/%m/%Y %H:%M"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-post{story.number}.html"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}/" if page == 1 else None

    def feed_path(self, section: Section | None) -> str | None:
        return "/rss/home.rss" if section is None else f"/rss/{section.slug}-{section.zone}.rss"

    def api_json(self, view: f.ListView) -> object:
        contents = [
            {
                "id": teaser.url.rsplit("-post", 1)[1].split(".")[0],
                "title": teaser.title,
                "url": teaser.url.removeprefix(view.base),
                "date": int(teaser.local.timestamp()),
                "description": teaser.lead,
                "avatar": teaser.image,
            }
            for teaser in view.teasers
        ]
        return {"error_code": 0, "data": {"load_more": view.next_url is not None, "contents": contents}}

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<table class="picture" align="center"><tbody><tr><td class="pic"><img src="{view.image(index)}" '
            f'alt="{escape(block.text, quote=True)}" class="cms-photo" width="1000"></td></tr><tr><td class="caption"><p>'
            f"{escape(block.text)}</p></td></tr></tbody></table>"
        )

    def inset(self, view: f.ArticleView) -> str:
        teaser = view.related[0]
        return (
            f'<div class="article-relate cms-relate"><article class="story"><figure class="story__thumb"><a href="{teaser.url}">'
            f'<img src="{teaser.image}" alt=""></a></figure><h2 class="story__heading"><a class="cms-link" href="{teaser.url}">'
            f'{escape(teaser.title)}</a></h2><div class="story__summary">{escape(teaser.lead)}</div></article></div>'
        )

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f'<div class="article__sapo cms-desc">{view.lead}</div>' if story.lead else ""
        clock = (
            f'<time class="header__time" id="datetime">{f.clock(view)}</time>'
            if view.outlet.header_clock
            else ""
        )
        body = f"""<header class="site-header"><a class="site-logo" href="/">{escape(view.outlet.name)}</a>{clock}
{self.menu(view.outlet, css="navigation")}</header>
{f.advert(view.outlet, "top", "970x250")}
<div class="site-body"><div class="breadcrumb"><h2 class="main"><a href="/{view.section.slug}/">{view.section.name}</a></h2></div>
<div class="article"><h1 class="article__title cms-title">{view.title}</h1>
<div class="article__meta"><a class="article__author" href="/tac-gia">{view.byline}</a>
<time class="article__time time" datetime="{view.time("%Y-%m-%dT%H:%M:%S+0700")}">{view.time("%d/%m/%Y %H:%M")}</time>
<div class="article__social">{f.share_bar(view, css="social")}<a class="google-news" href="https://news.google.com/">Theo dõi trên Google News</a></div></div>
{sapo}
<div class="article__body zce-content-body cms-body" itemprop="articleBody">
{self.blocks(view)}
</div>
<div class="article__author-bottom"><span class="name cms-author">{view.byline}</span></div>
{f.tag_cloud(view, css="article__tag", label="#")}
{f.advert(view.outlet, "inpage")}
{f.comments(view, css="comment-block")}</div>
{f.box(view.related, css="related-news", label="Tin liên quan", tag="h2")}
{f.box(view.newest, css="same-category", label="Cùng chuyên mục", leads=True)}
<aside class="sidebar">{f.advert(view.outlet, "right", "300x600")}{f.box(view.most_read, css="box-trending", label="Xem nhiều")}</aside></div>
{f.footer(view.outlet, css="site-footer")}
<script src="https://static.epi-mau.example/epi-cms/js/app.js"></script>"""
        return self.document(view.outlet, f.head(view, zone="+0700"), body, "article-page epi-cms")


class VcCorp(Family):
    """`<slug>-<prefix><yyMMddHHmmss><ms>.htm`: the address tells the time to the second."""

    id = "vccorp"
    prefix = "277"
    hint = '<link rel="preconnect" href="//static.mediacdn.vn.example"><script>var admicro_zone=[];</script>'
    article_regex = r"-277\d{12,15}\.htm$"
    section_pattern = re.compile(
        r"^/(?:(?P<section>[a-z-]+)\.htm|timelinelist/(?P<zone>\d+)/(?P<page>\d+)\.htm)$"
    )
    feed_pattern = re.compile(r"^/rss/(?P<section>[a-z-]+)\.rss$")
    news_sitemap = "/google-news-sitemap.xml"
    shard_pattern = re.compile(
        r"^/sitemaps/sitemaps-(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d1>\d{1,2})-(?P<d2>\d{1,2})\.xml$"
    )
    fragment = True
    paging_template = "/timelinelist/{zone}/{page}.htm"
    search_template = "/tim-kiem.htm?keywords={q}"
    search_pattern = re.compile(r"^/tim-kiem\.htm\?keywords=(?P<q>[^&]+)$")
    css = "box-category"
    list_time = None

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-{self.prefix}{story.local:%y%m%d%H%M%S}{story.number % 1000:03d}.htm"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}.htm" if page == 1 else f"/timelinelist/{section.zone}/{page}.htm"

    def feed_path(self, section: Section | None) -> str | None:
        return "/rss/home.rss" if section is None else f"/rss/{section.slug}.rss"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<figure class="VCSortableInPreviewMode" type="Photo"><div><img id="img_{view.story.number}{index}" src="{view.image(index)}" '
            f'alt="{escape(block.text, quote=True)} - Ảnh {index + 1}." title="{escape(block.text, quote=True)} - Ảnh {index + 1}."></div>'
            f'<figcaption class="PhotoCMS_Caption"><p data-placeholder="Nhập chú thích ảnh">{escape(block.text)}</p></figcaption></figure>'
        )

    def inset(self, view: f.ArticleView) -> str:
        teaser = view.related[0]
        return (
            f'<div class="VCSortableInPreviewMode" type="RelatedOneNews"><a href="{teaser.url}"><img src="{teaser.image}" alt=""></a>'
            f'<a class="OneNewsTitle" href="{teaser.url}" title="{escape(teaser.title, quote=True)}">{escape(teaser.title)}</a>'
            f'<p class="VCObjectBoxRelatedNewsItemSapo">{escape(teaser.lead)}</p></div>'
        )

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f'<h2 class="detail-sapo" data-role="sapo">{view.lead}</h2>' if story.lead else ""
        author = view.byline
        body = f"""<header class="header"><div class="header__top"><a class="logo" href="/" title="{escape(view.outlet.name)}">{escape(view.outlet.name)}</a>
<span class="header__date">{f.clock(view)}</span></div>{self.menu(view.outlet, css="header__nav")}</header>
{f.advert(view.outlet, "masthead", "970x90")}
<div class="detail__page"><div class="detail__main"><div class="detail__cmain" id="main-detail"><div class="detail-top">
<div class="detail-cate"><a data-role="cate-name" href="/{view.section.slug}.htm">{view.section.name}</a></div>
<div class="detail-time"><div data-role="publishdate">{view.time("%d/%m/%Y %H:%M")} GMT+7</div></div></div>
<h1 class="detail-title article-title" data-role="title">{view.title}</h1>
<div class="detail-info"><div class="detail-author"><div class="author-info"><a class="name" data-role="author" href="/tac-gia.htm">{author}</a></div></div>
{f.share_bar(view, css="detail-info-action")}</div>
{sapo}
<div class="detail-cmain clearfix"><div class="detail-content afcbc-body" data-role="content" itemprop="articleBody">
{self.blocks(view)}
<div class="readmore-body-box d-none"><a class="readmore-body-btn" href="javascript:;">Đọc tiếp</a><a class="return-thread-body-btn" href="/">Về trang Chủ đề</a></div></div>
<div class="box-author-detail"><div class="detail-author-bot"><a class="name" href="/tac-gia.htm">{author}</a></div></div></div>
{f.tag_cloud(view, css="detail-tab-tag", label="Từ khóa:")}
{f.comments(view, css="detail-comment")}
{f.box(view.related, css="detail-related", label="Tin liên quan")}
{f.box(view.newest, css="detail-newsfeed", label="Tin cùng chuyên mục", leads=True, times=False)}</div>
<div class="detail__sub">{f.advert(view.outlet, "sticky", "300x600")}{f.box(view.most_read, css="box-most-view", label="Đọc nhiều")}
<div class="box-weather"><b>Thời tiết hôm nay</b> <span>Nhiệt độ 24 - 31°C</span></div></div></div></div>
{f.footer(view.outlet)}<script src="https://js.mediacdn-mau.example/admicro/core.js"></script>"""
        return self.document(view.outlet, f.head(view), body, "detail")


class MasterCms(Family):
    """`<slug>-<6 digits>.html`; pages of a section by offset."""

    id = "mastercms"
    hint = '<link rel="stylesheet" href="/modules/mastercms/css/style.css">'
    article_regex = r"-\d{6}\.html$"
    section_pattern = re.compile(
        r"^/(?P<section>[a-z-]+)(?:&fv=(?P<date>\d{4}-\d\d-\d\d))?(?:&s_cond=&BRSR=(?P<offset>\d+))?$"
    )
    feed_pattern = re.compile(r"^/rss/(?P<section>[a-z-]+)\.rss$")
    news_sitemap = "/sitemap-news.xml"
    page_size = 15
    paging_template = "/{slug}&s_cond=&BRSR={offset}"
    css = "article"
    list_time = "%d/%m/%Y %H:%M"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-{story.number}.html"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}" if page == 1 else f"/{section.slug}&s_cond=&BRSR={(page - 1) * 15}"

    def feed_path(self, section: Section | None) -> str | None:
        return f"/rss/{section.slug if section else NEWEST.slug}.rss"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<table class="MASTERCMS_TPL_TABLE" style="width: 100%;"><tbody><tr><td><img class="__img_mastercms" src="{view.image(index)}" '
            f'alt="{escape(block.text, quote=True)}" title="{escape(block.text, quote=True)}"></td></tr><tr><td>{escape(block.text)}</td></tr></tbody></table>'
        )

    def paragraph(self, text: str) -> str:
        return f'<p style="text-align: justify;">{escape(text)}</p>'

    def inset(self, view: f.ArticleView) -> str:
        links = "".join(
            f'<a class="__MB_ARTICLE_A" href="{t.url}"><span>{escape(t.title)}</span></a>'
            for t in view.related[:2]
        )
        return f'<div class="__MASTERCMS_CONTENT_RELATED __MB_RELATED">{links}</div>'

    def article(self, view: f.ArticleView) -> str:
        sapo = (
            f'<div class="article-detail-desc post-desc"><strong>{view.lead}</strong></div>'
            if view.story.lead
            else ""
        )
        body = f"""<div class="header"><a class="logo" href="/">{escape(view.outlet.name)}</a><div class="currentDate">{f.clock(view)}</div>
{self.menu(view.outlet, css="main-menu")}</div>
<div class="bx-detail"><div class="breadcrumb"><a href="/">Trang chủ</a> / <a href="/{view.section.slug}">{view.section.name}</a></div>
<h1 class="article-detail-title post-title">{view.title}</h1>
<div class="article-detail-meta clearfix"><span class="format_time">{view.time("%H:%M | %d/%m/%Y")}</span> {f.share_bar(view, css="bx-share")}</div>
{sapo}
<div class="__MASTERCMS_CONTENT post-content clearfix" id="__MB_MASTERCMS_EL_3">
{self.blocks(view)}
</div>
<div class="article-detail-author"><strong>{view.byline}</strong></div>
<div class="clearfix"><a class="bx-source" href="{view.url}">Đường dẫn bài viết: {view.url}</a></div>
{f.tag_cloud(view, css="article-detail-tag", label="Tag:")}
{f.box(view.related, css="bx-related", label="Có thể bạn quan tâm", tag="h3")}
{f.box(view.newest, css="bx-same-cate", label="Tin mới hơn", tag="h4", leads=True)}
{f.comments(view, css="bx-comment")}</div>
<div class="sidebar">{f.advert(view.outlet, "right")}{f.box(view.most_read, css="bx-most", label="Đọc nhiều", times=False)}</div>
{f.footer(view.outlet)}"""
        head = f.head(view, generator="MasterCMS Mẫu", json_ld=False)
        return self.document(view.outlet, head, body, "mastercms")


class OneCms(Family):
    """`<slug>-<id>.html`; topics `-event<id>.html`."""

    id = "onecms"
    hint = '<link rel="stylesheet" href="/static/onecms/css/main.css">'
    article_regex = r"/(?!tag/)[^/?#]+-\d{6}\.html$"
    section_pattern = re.compile(r"^/(?P<section>[a-z-]+)(?:\?page=(?P<page>\d+))?$")
    feed_pattern = re.compile(r"^/rss/(?P<section>[a-z-]+)$")
    news_sitemap = "/sitemap-news.xml"
    shard_pattern = re.compile(r"^/sitemap-article-(?P<y>\d{4})-(?P<m>\d\d)\.xml$")
    paging_template = "/{slug}?page={page}"
    css = "b-grid"
    list_time = "%H:%M %d/%m/%Y"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-{story.number}.html"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}" if page == 1 else f"/{section.slug}?page={page}"

    def feed_path(self, section: Section | None) -> str | None:
        return f"/rss/{section.slug if section else 'home'}"

    def shard_path(self, year: int, month: int) -> str:
        return f"/sitemap-article-{year}-{month:02d}.xml"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<figure class="e-img figure"><img src="{view.image(index)}" alt="{escape(block.text, quote=True)}" class="lazyload">'
            f'<figcaption class="e-img__caption"><em>{escape(block.text)}</em></figcaption></figure>'
        )

    def inset(self, view: f.ArticleView) -> str:
        teaser = view.related[0]
        return (
            f'<div class="c-box-insert type-1"><div class="b-grid"><div class="b-grid__img"><a href="{teaser.url}"><img src="{teaser.image}" alt=""></a>'
            f'</div><div class="b-grid__content"><h3 class="b-grid__title"><a href="{teaser.url}">{escape(teaser.title)}</a></h3></div></div></div>'
        )

    def article(self, view: f.ArticleView) -> str:
        sapo = f'<h2 class="c-detail-head__sapo sapo">{view.lead}</h2>' if view.story.lead else ""
        body = f"""<header class="l-header"><a class="c-logo" href="/">{escape(view.outlet.name)}</a><span class="c-header__date">{f.clock(view)}</span>
{self.menu(view.outlet, css="c-menu")}</header>{f.advert(view.outlet, "top", "1100x150")}
<main class="l-main"><div class="c-detail-head"><div class="c-detail-head__cate"><a href="/{view.section.slug}">{view.section.name}</a></div>
<h1 class="c-detail-head__title">{view.title}</h1>
<div class="c-detail-head__row"><span class="c-detail-head__author">{view.byline}</span>
<span class="c-detail-head__time">{view.time("%A, %d/%m/%Y, %H:%M")}</span></div>{f.share_bar(view, css="c-share")}</div>
{sapo}
<article class="b-maincontent c-news-detail">
{self.blocks(view)}
</article>
<div class="c-widget-author">{view.byline}</div>
{f.tag_cloud(view, css="c-widget-tags", label="Từ khóa:")}
{f.comments(view, css="c-comment")}
{f.box(view.related, css="c-related", label="Có thể bạn quan tâm")}
{f.box(view.newest, css="c-template-list", label="Tin cùng chuyên mục", leads=True)}</main>
<aside class="l-sidebar">{f.advert(view.outlet, "right")}{f.box(view.most_read, css="c-most-read", label="Đọc nhiều nhất")}</aside>
{f.footer(view.outlet, css="l-footer")}<link rel="preconnect" href="https://mau.1cdn-mau.example">"""
        return self.document(view.outlet, f.head(view), body, "t-detail")
