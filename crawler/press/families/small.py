"""d-id, VDOC, WordPress and the home-made systems whose addresses hold no number."""

from __future__ import annotations

import re
from html import escape

from .. import furniture as f
from ..world import Block, PressStory, Section
from .base import NEWEST, Family


class DId(Family):
    """`<slug>-d<id>.html`; sections `/<slug>-d<n>/p<page>`."""

    id = "d-id"
    hint = '<link rel="stylesheet" href="/template/detail_page.css">'
    article_regex = r"-d\d{6}\.html$"
    section_pattern = re.compile(r"^/(?P<section>[a-z-]+?)(?:-d(?P<zone>\d+))?/(?:p(?P<page>\d+))?$")
    feed_pattern = re.compile(r"^/(?P<section>[a-z-]+)\.rss$")
    news_sitemap = "/sitemaps/google-news.xml"
    paging_template = "/{slug}-d{zone}/p{page}"
    css = "list_news"
    list_time = "%d/%m/%Y %H:%M"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-d{story.number}.html"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}-d{section.zone}/" + (f"p{page}" if page > 1 else "")

    def feed_path(self, section: Section | None) -> str | None:
        return f"/{(section or NEWEST).slug}.rss"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<table align="center" class="MCE_IMG_TABLE"><tbody><tr><td><img src="{view.image(index)}" alt="{escape(block.text, quote=True)}"></td></tr>'
            f'<tr><td style="text-align:center"><em>{escape(block.text)}</em></td></tr></tbody></table>'
        )

    def inset(self, view: f.ArticleView) -> str:
        links = "".join(
            f'<li><a class="fs14" href="{t.url}"><b>{escape(t.title)}</b></a></li>' for t in view.related[:2]
        )
        return f'<div class="box_related_detail"><div class="title_box">TIN LIÊN QUAN</div><ul>{links}</ul></div>'

    def article(self, view: f.ArticleView) -> str:
        sapo = f'<div class="sapo_detail fbold">{view.lead}</div>' if view.story.lead else ""
        body = f"""<header><div class="top_header"><span class="date_top">{f.clock(view)}</span><a class="logo" href="/">{escape(view.outlet.name)}</a></div>
{self.menu(view.outlet, css="menu_header")}</header>{f.advert(view.outlet, "top", "980x120")}
<main class="main_content main_detail"><section class="main_cate"><div class="col160"><div class="head_box_cate_home">Tin nóng</div>
{f.box(view.most_read[:3], css="news_top_box", label="Tin nóng", times=False)}</div>
<div class="col630"><div class="fs16 text-uppercase"><a href="{self.section_path(view.section)}">{view.section.name}</a></div>
<h1 class="title-detail">{view.title}</h1>
<div class="author-share-top cl99 fs13"><a class="author cl_green" href="/tac-gia">{view.byline}</a><span class="post-time"> - {view.time("%d/%m/%Y %H:%M")}</span>
{f.share_bar(view, css="share_top")}</div>
{sapo}
<div class="edittor-content box-cont mt15 clearfix" id="content_detail_news">
{self.blocks(view)}
</div>
{f.tag_cloud(view, css="tag_detail", label="Từ khóa:")}
{f.comments(view, css="box_comment")}
{f.box(view.related, css="box_related_bottom", label="Tin liên quan")}
{f.box(view.newest, css="box_same_cate", label="Tin khác", leads=True)}</div></section></main>
{f.footer(view.outlet)}"""
        return self.document(view.outlet, f.head(view), body, "detail_page")


class Vdoc(Family):
    """`/slug-a<id>.html`; no validators, old markup, JSON-LD with a day only."""

    id = "vdoc"
    hint = '<meta name="author" content="vdoc.com.vn (mau)">'
    article_regex = r"-a\d{6}\.html$"
    section_pattern = re.compile(r"^/(?P<section>[a-z-]+)/(?:\?p=(?P<page>\d+))?$")
    feed_pattern = re.compile(r"^/rss/cate/(?P<section>[a-z-]+)/$")
    paging_template = "/{slug}/?p={page}"
    search_template = "/tim-kiem/{q}.html"
    search_pattern = re.compile(r"^/tim-kiem/(?P<q>[^/]+)\.html$")
    css = "boxtopcate"
    list_time = "%d/%m/%Y - %H:%M"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}-a{story.number}.html"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}/" + (f"?p={page}" if page > 1 else "")

    def feed_path(self, section: Section | None) -> str | None:
        return f"/rss/cate/{(section or NEWEST).slug}/"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<p style="text-align: center;"><img class="zoomimg" src="{view.image(index)}" alt="" width="100%"></p>\n'
            f'<p style="text-align: center;"><em><span style="font-size: 14px;">{escape(block.text)}</span></em></p>'
        )

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f"<p><strong>{view.lead}</strong></p>" if story.lead else ""
        sign = f'<p style="text-align: right;"><strong>{view.byline}</strong></p>' if view.byline else ""
        day = (
            ""
            if "no-meta" in story.quirks
            else '<script type="application/ld+json">{"@context":"https://schema.org/","@type":"NewsArticle","name":'
            + f'"{escape(story.slug)}","datePublished":"{story.local:%Y-%m-%d}"}}</script>'
        )
        head = (
            f"<title>{view.title} - {escape(view.outlet.name)}</title>\n{day}\n"
            f'<meta property="og:type" content="article">\n<meta property="og:url" content="{view.url}">\n'
            f'<meta property="og:title" content="{escape(story.title, quote=True)}">\n<meta property="og:image" content="{view.image(0)}">\n'
            f'<link rel="canonical" href="{view.url}">'
        )
        body = f"""<div id="header"><div class="topbar"><span class="datetime">{f.clock(view)}</span> <a href="/rss/">RSS</a> <a href="/bang-gia-quang-cao">Bảng giá quảng cáo</a></div>
<a class="logo" href="/">{escape(view.outlet.name)}</a>{self.menu(view.outlet, css="mainmenu")}</div>
<div class="wappercontainer"><div class="container"><div id="content"><div id="colcate1">
<div class="titlecate"><h1><a href="/{view.section.slug}/">{view.section.name.upper()}</a></h1></div>
<div class="sharemxh detail-fb-like-share"><span class="pubdate">{view.time("%d/%m/%Y - %H:%M")}</span>{f.share_bar(view, css="fright")}</div>
<h1 class="margintopbot10 fw700">{view.title}<span class="sprite icophoto"></span></h1>
<div id="newscontents"><div class="content-fck slider-jsgallery">
{sapo}
{self.blocks(view)}
{sign}
</div></div>
<div class="block_tag"><div class="txt_tag">Từ khóa</div>{f.tag_cloud(view, css="tag_item", label="")}</div>
<div id="comment"><div class="titletd nobg"><a class="active" href="#"><b>BÌNH LUẬN</b></a></div>{f.comments(view, css="fcbcomment")}</div>
{f.box(view.related, css="tinlienquan", label="TIN LIÊN QUAN", tag="h4")}
{f.box(view.newest, css="tincungmuc", label="CÁC TIN KHÁC", tag="h4")}</div>
<div id="colcate2">{f.advert(view.outlet, "right")}{f.box(view.most_read, css="tindocnhieu", label="ĐỌC NHIỀU", tag="h4", times=False)}</div></div></div></div>
{f.footer(view.outlet)}<!-- vdoc.com.vn mau -->"""
        return self.document(view.outlet, head, body, "vdoc")


class WordPress(Family):
    """`/<slug>/`, as associations and some regional military papers run it."""

    id = "wordpress"
    hint = '<link rel="stylesheet" id="wp-block-library-css" href="/wp-includes/css/dist/block-library/style.min.css">'
    article_regex = r"^https?://[^/]+/(?!(?:category|tag|author|page|feed|wp-[a-z]+)/)[a-z0-9-]{20,}/$"
    section_pattern = re.compile(r"^/category/(?P<section>[a-z-]+)/(?:page/(?P<page>\d+)/)?$")
    feed_pattern = re.compile(r"^/(?:category/(?P<section>[a-z-]+)/)?feed/(?P<atom>atom/)?$")
    sitemap = "/wp-sitemap.xml"
    shard_pattern = re.compile(r"^/wp-sitemap-posts-post-1\.xml$")
    paging_template = "/category/{slug}/page/{page}/"
    search_template = "/?s={q}&paged={page}"
    search_pattern = re.compile(r"^/\?s=(?P<q>[^&]+)(?:&paged=(?P<page>\d+))?$")
    css = "post-list"
    list_time = "%d/%m/%Y"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.slug}/"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/category/{section.slug}/" + (f"page/{page}/" if page > 1 else "")

    def feed_path(self, section: Section | None) -> str | None:
        return "/feed/" if section is None else f"/category/{section.slug}/feed/"

    def shard_path(self, year: int, month: int) -> str:
        return "/wp-sitemap-posts-post-1.xml"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        number = view.story.number + index
        return (
            f'<figure id="attachment_{number}" class="wp-caption aligncenter" style="width: 800px"><img class="size-full wp-image-{number}" '
            f'src="{view.base}/wp-content/uploads/{view.story.local:%Y/%m}/{number}.jpg" alt=""><figcaption class="wp-caption-text">'
            f"{escape(block.text)}</figcaption></figure>"
        )

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f"<p><strong>{view.lead}</strong></p>" if story.lead else ""
        sign = f'<p style="text-align: right"><strong>{view.byline}</strong></p>' if view.byline else ""
        body = f"""<div id="page" class="site"><header id="masthead" class="site-header"><p class="site-title"><a href="/" rel="home">{escape(view.outlet.name)}</a></p>
<p class="site-description">{escape(view.outlet.slogan)}</p><div class="top-date">{f.clock(view)}</div>{self.menu(view.outlet, css="main-navigation")}</header>
<div id="content" class="site-content"><main id="main" class="site-main"><article id="post-{story.number}" class="post-{story.number} post type-post status-publish hentry category-{view.section.slug}">
<header class="entry-header"><h1 class="entry-title">{view.title}</h1><div class="entry-meta"><span class="posted-on"><a href="{view.url}" rel="bookmark">
<time class="entry-date published" datetime="{f.iso(story.local)}">{view.time("%d/%m/%Y")}</time></a></span> <span class="byline"><span class="author vcard">{view.byline}</span></span></div></header>
<div class="entry-content">
{sapo}
{self.blocks(view)}
{sign}
</div><footer class="entry-footer">{f.tag_cloud(view, css="tags-links", label="Thẻ:")}{f.share_bar(view, css="sharedaddy")}</footer></article>
<nav class="post-navigation"><h2 class="screen-reader-text">Điều hướng bài viết</h2></nav>
{f.box(view.related, css="yarpp-related", label="Bài viết liên quan")}
<div id="comments" class="comments-area">{f.comments(view, css="comment-respond")}</div></main>
<aside id="secondary" class="widget-area">{f.box(view.newest, css="widget_recent_entries", label="Bài viết mới", times=False)}{f.box(view.most_read, css="widget_popular", label="Xem nhiều")}</aside></div>
{f.footer(view.outlet, css="site-footer")}</div><script src="{view.base}/wp-includes/js/wp-embed.min.js"></script>"""
        return self.document(
            view.outlet,
            f.head(view, generator="WordPress 6.4"),
            body,
            "post-template-default single single-post",
        )


class SlugOnly(Family):
    """`/<section>/<slug>.html`: a regional paper's own ASP.NET; no validators, hardly any meta."""

    id = "slug-only"
    article_regex = r"^https?://[^/]+/[a-z-]+/[a-z0-9-]{20,}\.html$"
    section_pattern = re.compile(r"^/(?P<section>[a-z-]+)(?:\?trang=(?P<page>\d+))?$")
    feed_pattern = re.compile(r"^/rss/(?P<section>[a-z-]+)\.rss$")
    sitemap = None
    paging_template = "/{slug}?trang={page}"
    search_template = "/tim-kiem?tu-khoa={q}&trang={page}"
    search_pattern = re.compile(r"^/tim-kiem\?tu-khoa=(?P<q>[^&]+)(?:&trang=(?P<page>\d+))?$")
    css = "news-list"
    list_time = "%A, %d/%m/%Y"

    def article_path(self, story: PressStory) -> str:
        return f"/{story.section}/{story.slug}.html"

    def section_path(self, section: Section, page: int = 1, size: int = 6) -> str | None:
        return f"/{section.slug}" + (f"?trang={page}" if page > 1 else "")

    def feed_path(self, section: Section | None) -> str | None:
        return f"/rss/{(section or NEWEST).slug}.rss"

    def picture(self, view: f.ArticleView, block: Block, index: int) -> str:
        return (
            f'<div style="text-align: center"><img alt="" src="/Upload/Images/{view.story.number}_{index}.jpg" style="width: 700px" /></div>\n'
            f'<div style="text-align: center"><span style="color:#0000ff"><em>{escape(block.text)}</em></span></div>'
        )

    def paragraph(self, text: str) -> str:
        return f'<p style="text-align: justify"><span style="font-size: 16px"><span style="font-family: Arial">{escape(text)}</span></span></p>'

    def article(self, view: f.ArticleView) -> str:
        story = view.story
        sapo = f'<div class="brief"><strong>{view.lead}</strong></div>' if story.lead else ""
        head = f"<title>{view.title}</title>\n" + (
            f'<meta name="description" content="{escape(story.lead or "", quote=True)}">'
        )
        body = f"""<form method="post" action="./" id="aspnetForm"><input type="hidden" name="__VIEWSTATE" value="{"dDwtMTIz" * 40}" />
<div id="banner"><a href="/">{escape(view.outlet.name)}</a><div class="today">{f.clock(view)}</div></div>{self.menu(view.outlet, css="topmenu")}
<div class="col-left"><div class="cat-path"><a href="/">Trang chủ</a> » <a href="/{view.section.slug}">{view.section.name}</a></div>
<h1 class="post-title">{view.title}</h1>
<div class="post-date left">{view.time("%A, %d/%m/%Y, %H:%M")} (GMT+7)</div>{f.share_bar(view, css="tool-bar")}
{sapo}
<div class="content-detail">
{self.blocks(view)}
</div><div class="author-name"><b>{view.byline}</b></div>
{f.box(view.related, css="other-news", label="Tin khác", tag="h4", times=False)}</div>
<div class="col-right">{f.box(view.newest, css="new-news", label="Tin mới nhất", tag="h4")}{f.box(view.most_read, css="hot-news", label="Xem nhiều", tag="h4")}
<div class="counter">Số lượt truy cập: 12.345.678 - Đang trực tuyến: 90</div></div></form>
{f.footer(view.outlet)}"""
        return self.document(view.outlet, head, body, "aspnet")
