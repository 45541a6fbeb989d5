"""What surrounds a story on a real page: styles, scripts, menus, boxes of other news, comments, footers.

Everything is made from an outlet's facts and a few word lists, the same on every start, so that pages weigh and
look like a newspaper's. The boxes hold other stories' headlines on purpose: a reader that trusts a page's words
without dropping them takes every page for a signing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape

from .world import PressOutlet, PressStory, Section, slugify, weekday

_WORDS = [
    "box",
    "list",
    "item",
    "title",
    "thumb",
    "sapo",
    "head",
    "foot",
    "nav",
    "menu",
    "tab",
    "video",
    "photo",
    "hot",
    "cate",
    "ads",
    "banner",
    "share",
    "social",
    "grid",
]


@dataclass(frozen=True, slots=True)
class Teaser:
    """Another story as a page links to it."""

    url: str
    title: str
    lead: str
    local: datetime
    section: Section
    image: str


@dataclass(frozen=True, slots=True)
class ArticleView:
    """All that a family's template needs to print a story."""

    story: PressStory
    outlet: PressOutlet
    section: Section
    base: str
    """`http://host:port`, no slash."""
    url: str
    now: datetime
    """Vietnamese time, for the clock in the header."""
    related: Sequence[Teaser]
    most_read: Sequence[Teaser]
    newest: Sequence[Teaser]

    @property
    def title(self) -> str:
        return escape(self.story.title)

    @property
    def lead(self) -> str:
        return escape(self.story.lead or "")

    @property
    def byline(self) -> str:
        return escape(self.story.byline or ", ".join(self.story.authors))

    def image(self, index: int) -> str:
        local = self.story.local
        return f"{self.base}/uploaded/{local:%Y}/{local:%m_%d}/{self.story.number}_{index}.jpg"

    def time(self, form: str) -> str:
        """The publication time printed with strftime's `form`; `%A` is the Vietnamese weekday."""
        return self.story.local.strftime(form.replace("%A", weekday(self.story.local)))


@dataclass(frozen=True, slots=True)
class ListView:
    """All that a family's template needs to print a section page."""

    outlet: PressOutlet
    section: Section
    base: str
    url: str
    now: datetime
    page: int
    teasers: Sequence[Teaser]
    next_url: str | None
    most_read: Sequence[Teaser]


def iso(moment: datetime, zone: str = "+07:00") -> str:
    """2026-03-07T08:01:53+07:00"""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{zone}"


@lru_cache(maxsize=64)
def styles(outlet: str, kilobytes: int) -> str:
    """An inline style sheet of about that size."""
    rng = random.Random(f"style/{outlet}")  # noqa: S311 - a look, not a secret
    rules, size = [], 0
    while size < kilobytes * 1024:
        a, b = rng.choice(_WORDS), rng.choice(_WORDS)
        rule = (
            f".{a}-{b}__{rng.choice(_WORDS)}--{rng.randrange(99)}{{margin:{rng.randrange(30)}px 0 {rng.randrange(30)}px;"
            f"padding:0 {rng.randrange(20)}px;font:{rng.choice((400, 500, 700))} {rng.randrange(11, 32)}px/1.4 Roboto,Arial,"
            f"sans-serif;color:#{rng.randrange(0x1000000):06x}}}"
        )
        rules.append(rule)
        size += len(rule) + 1
    return "<style>\n" + "\n".join(rules) + "\n</style>"


@lru_cache(maxsize=64)
def scripts(outlet: str, kilobytes: int) -> str:
    """Inline scripts of about that size: tags of advertisers and counters that do nothing."""
    rng = random.Random(f"script/{outlet}")  # noqa: S311 - a look, not a secret
    parts = [
        "window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments);}gtag('js',new Date());",
        "var _chk={isMobile:/Mobi|Android/i.test(navigator.userAgent),ready:false};",
    ]
    size = 0
    while size < kilobytes * 1024:
        slot = rng.randrange(10**8)
        part = (
            f"(function(w,d,s){{w.admSlots=w.admSlots||[];w.admSlots.push({{id:'adm-slot-{slot}',size:[{rng.randrange(160, 970)},"
            f"{rng.randrange(90, 600)}],zone:'{rng.choice(_WORDS)}_{rng.choice(_WORDS)}',lazy:{rng.choice(('true', 'false'))},"
            f"refresh:{rng.randrange(20, 90)}}});}})(window,document,'script');"
        )
        parts.append(part)
        size += len(part) + 1
    return "<script>\n" + "\n".join(parts) + "\n</script>"


def clock(view: ArticleView | ListView) -> str:
    """The clock that many papers print in the header: the visitor's time, not the story's."""
    return f"{weekday(view.now)}, {view.now:%d/%m/%Y, %H:%M} (GMT+7)"


def head(
    view: ArticleView,
    *,
    generator: str | None = None,
    zone: str = "+07:00",
    json_ld: bool = True,
    og: bool = True,
) -> str:
    """`<title>`, meta and JSON-LD of a story's page."""
    story, outlet = view.story, view.outlet
    lead = escape(story.lead or story.blocks[0].text, quote=True)
    keywords = escape(", ".join(story.tags) or view.section.name)
    title = escape(story.title, quote=True)
    lines = [
        f"<title>{title} | {escape(outlet.name)}</title>",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="description" content="{lead[:300]}">',
        f'<meta name="keywords" content="{keywords}">',
        f'<link rel="canonical" href="{view.url}">',
        f'<link rel="alternate" type="application/rss+xml" title="{escape(outlet.name)}" href="{view.base}/{feed_hint(outlet)}">',
    ]
    if generator:
        lines.append(f'<meta name="generator" content="{generator}">')
    if og:
        lines += [
            '<meta property="og:type" content="article">',
            f'<meta property="og:site_name" content="{escape(outlet.name)}">',
            f'<meta property="og:title" content="{title}">',
            f'<meta property="og:url" content="{view.url}">',
            f'<meta property="og:image" content="{view.image(0)}">',
            f'<meta property="og:description" content="{lead[:300]}">',
        ]
    if "no-meta" not in story.quirks:
        published = iso(story.local, zone)
        lines.append(f'<meta property="article:published_time" content="{published}">')
        changed = story.updated
        if changed is not None or "modified" in story.quirks:
            lines.append(f'<meta property="article:modified_time" content="{iso(_modified(view), zone)}">')
        if json_ld:
            lines.append(news_article(view, zone))
    return "\n".join(lines)


def feed_hint(outlet: PressOutlet) -> str:
    """Path of the feed that the page's head announces."""
    return {
        "vccorp": "rss/home.rss",
        "mastercms": "rss/tin-moi.rss",
        "onecms": "rss/home",
        "d-id": "tin-moi.rss",
        "vdoc": "rss/cate/tin-moi/",
        "date-directory": "index.rss",
        "slug-id-htm": "rss/tin-moi.xml",
        "quang-ninh": "rss/news/home.rss",
        "wordpress": "feed/",
        "slug-only": "rss/tin-moi.rss",
    }.get(outlet.family, "rss/home.rss")


def _modified(view: ArticleView) -> datetime:
    changed = view.story.updated or view.now
    return changed.astimezone(view.now.tzinfo)


def news_article(view: ArticleView, zone: str = "+07:00") -> str:
    """The JSON-LD block of a story."""
    story = view.story
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": view.url},
        "headline": story.title,
        "description": story.lead or story.blocks[0].text,
        "image": {"@type": "ImageObject", "url": view.image(0), "width": 800, "height": 450},
        "datePublished": iso(story.local, zone),
        "author": [{"@type": "Person", "name": name} for name in story.authors or (view.outlet.name,)],
        "publisher": {
            "@type": "Organization",
            "name": view.outlet.name,
            "logo": {"@type": "ImageObject", "url": f"{view.base}/static/logo.png"},
        },
    }
    if story.updated is not None or "modified" in story.quirks:
        data["dateModified"] = iso(_modified(view), zone)
    body = json.dumps(data, ensure_ascii=False, indent=2).replace("</", "<\\/")
    return f'<script type="application/ld+json">\n{body}\n</script>'


def menu(outlet: PressOutlet, href: Iterable[tuple[Section, str]], *, css: str) -> str:
    """The main menu, twice nested like the real ones."""
    items = "\n".join(
        f'<li class="{css}__item" id="menu-{section.zone}"><a href="{url}" title="{escape(section.name)}">'
        f"{escape(section.name)}</a></li>"
        for section, url in href
    )
    extra = "".join(
        f'<li class="{css}__item"><a href="/{slug}">{name}</a></li>' for slug, name in _EXTRA_MENU
    )
    return f'<nav class="{css}"><ul class="{css}__list"><li class="{css}__home"><a href="/">Trang chủ</a></li>\n{items}{extra}</ul></nav>'


_EXTRA_MENU = (
    ("media/video", "Video"),
    ("media/anh", "Ảnh"),
    ("ban-doc", "Bạn đọc"),
    ("toa-soan", "Tòa soạn"),
    ("lien-he-quang-cao", "Liên hệ quảng cáo"),
    ("dat-bao", "Đặt báo"),
    ("rss", "RSS"),
)


def share_bar(view: ArticleView, *, css: str) -> str:
    return (
        f'<div class="{css}"><span class="{css}__label">Chia sẻ bài viết</span>'
        f'<a class="{css}__fb" href="https://www.facebook.com/sharer.php?u={view.url}" rel="nofollow">Facebook</a>'
        f'<a class="{css}__zalo" href="#" data-href="{view.url}">Zalo</a>'
        f'<a class="{css}__mail" href="mailto:?subject={escape(view.story.slug)}">Email</a>'
        f'<a class="{css}__print" href="/print/{view.story.number}" rel="nofollow">In bài viết</a>'
        f'<span class="{css}__size">A- A A+</span><span class="{css}__view">Lượt xem: {view.story.number % 7919:,}</span></div>'
    )


def tag_cloud(view: ArticleView, *, css: str, label: str = "Từ khóa:") -> str:
    """Tags of the story; a paper about cooperation tags half its stories with the same words."""
    tags = list(view.story.tags) or [view.section.name]
    links = "".join(
        f'<a class="{css}__item" href="/tag/{slugify(tag)}" rel="tag">{escape(tag)}</a> ' for tag in tags
    )
    return f'<div class="{css}"><strong>{label}</strong> {links}</div>'


def box(
    teasers: Iterable[Teaser],
    *,
    css: str,
    label: str,
    tag: str = "h3",
    leads: bool = False,
    times: bool = True,
) -> str:
    """A titled box of other stories."""
    items = []
    for teaser in teasers:
        lead = f'<p class="{css}__sapo">{escape(teaser.lead)}</p>' if leads else ""
        time = f'<span class="{css}__time">{teaser.local:%d/%m/%Y %H:%M}</span>' if times else ""
        items.append(
            f'<article class="{css}__item"><a class="{css}__thumb" href="{teaser.url}" title="{escape(teaser.title, quote=True)}">'
            f'<img src="{teaser.image}" alt="{escape(teaser.title, quote=True)}" loading="lazy" width="240" height="144"></a>'
            f'<{tag} class="{css}__title"><a href="{teaser.url}">{escape(teaser.title)}</a></{tag}>{time}{lead}</article>'
        )
    return (
        f'<section class="{css}"><h2 class="{css}__head"><span>{label}</span></h2>\n'
        + "\n".join(items)
        + "</section>"
    )


_READERS = ("Minh Khôi", "Lan Anh", "Người xa quê", "Hai Lúa", "Bạn đọc cũ", "Thầy giáo làng", "Thu", "K. T.")
_REMARKS = (
    "Cảm ơn tòa soạn đã đưa tin kịp thời.",
    "Mong các cơ quan liên quan làm đến nơi đến chốn, đừng để người dân phải chờ lâu.",
    "Quê tôi cũng cần những việc làm như thế này.",
    "Đọc bài thấy ấm lòng, chúc mọi người mạnh khỏe.",
    "Ký kết xong thì phải làm thật, năm ngoái chỗ tôi cũng ký kết hợp tác rồi để đó.",
    "Bài viết hay, nhưng ảnh hơi nhỏ.",
)


def comments(view: ArticleView, *, css: str) -> str:
    """A comment box with a form; some stories have readers' remarks."""
    rng = random.Random(f"comments/{view.story.id}")  # noqa: S311 - a look, not a secret
    remarks = "".join(
        f'<div class="{css}__one"><b class="{css}__name">{rng.choice(_READERS)}</b><div class="{css}__text">'
        f'{rng.choice(_REMARKS)}</div><span class="{css}__like">{rng.randrange(40)} Thích</span> <a href="#">Trả lời</a></div>'
        for _ in range(rng.choice((0, 0, 1, 2, 3)))
    )
    return (
        f'<div class="{css}" id="comments"><h4 class="{css}__head">Bình luận</h4><form class="{css}__form" action="/ajax/comment" method="post">'
        f'<textarea name="content" placeholder="Ý kiến của bạn"></textarea><input name="name" placeholder="Họ và tên">'
        f'<input name="email" placeholder="Email"><button type="submit">Gửi bình luận</button></form>{remarks}</div>'
    )


def advert(outlet: PressOutlet, place: str, size: str = "300x250") -> str:
    return (
        f'<div class="ads-{place} adm-bot" id="adm-{outlet.id}-{place}" data-size="{size}"><ins class="adsbygoogle" '
        f'style="display:block" data-ad-client="ca-pub-{len(place):016d}"></ins><span class="ads-label">Quảng cáo</span></div>'
    )


def footer(outlet: PressOutlet, *, css: str = "footer") -> str:
    return (
        f'<footer class="{css}"><div class="{css}__name">{escape(outlet.name.upper())}</div><p>{escape(outlet.slogan)}</p>'
        f"<p>Giấy phép hoạt động báo điện tử mẫu số 01/GP-MAU. Tổng biên tập: Người Biên Tập Mẫu.</p>"
        f"<p>Tòa soạn: số 1 phố Bờ Sông. Đường dây nóng: 0900 000 000. Email: toasoan@{outlet.id}.example</p>"
        f"<p>® Ghi rõ nguồn {escape(outlet.name)} khi phát hành lại thông tin từ trang này.</p>"
        f'<a class="{css}__top" href="#top">Lên đầu trang</a></footer>'
    )


def list_items(
    teasers: Iterable[Teaser], *, css: str, tag: str = "h3", time_format: str | None = None
) -> str:
    """The stories of a section page."""
    items = []
    for teaser in teasers:
        form = (time_format or "").replace("%A", weekday(teaser.local))
        time = f'<span class="{css}__time time">{teaser.local.strftime(form)}</span>' if form else ""
        items.append(
            f'<div class="{css}__item {css}-item"><a class="{css}__thumb" href="{teaser.url}"><img src="{teaser.image}" '
            f'alt="{escape(teaser.title, quote=True)}" width="240" height="144"></a><{tag} class="{css}__title"><a href="{teaser.url}" '
            f'title="{escape(teaser.title, quote=True)}">{escape(teaser.title)}</a></{tag}>{time}'
            f'<p class="{css}__sapo">{escape(teaser.lead)}</p></div>'
        )
    return "\n".join(items)
