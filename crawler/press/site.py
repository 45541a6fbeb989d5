"""One newspaper's web site: an address and a moment → an answer. Pure but for its caches; knows no sockets."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import quote, unquote

from . import lists
from .families import FAMILIES
from .families.base import NEWEST
from .furniture import ArticleView, ListView, Teaser, box, clock, footer
from .world import VIETNAM, PressOutlet, PressStory, Section, World, slugify

# 1×1 GIF: what every picture is
_PIXEL = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
NEWS_SITEMAP_DAYS = 2
_SESSION = re.compile(r"^/\(X\(1\)S\([a-z0-9]+\)\)(?=/)")  # ASP.NET keeps its session in the path


@dataclass(slots=True, kw_only=True)
class Request:
    """One request as the log keeps it."""

    outlet: str
    method: str
    target: str
    """Path with query."""
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Lower-case names."""
    at: float = 0.0
    """time.monotonic() at which it was read."""
    host: str = ""
    status: int | None = None
    """What was answered; None while it is being answered."""
    sent: int = 0
    """Bytes of the body that were handed to the network."""
    done: float | None = None
    """time.monotonic() at which the answer was out."""

    @property
    def path(self) -> str:
        return self.target.split("?", 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response and how it goes over the wire."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the first byte."""
    stop_after: int | None = None
    """Bytes of the body after which the connection is closed although more was promised."""
    drip: tuple[int, float] | None = None
    """Send the body in pieces of so many bytes, so many seconds apart."""
    reset: bool = False
    """Reset the connection instead of answering."""
    hang: bool = False
    """Say nothing at all until the client gives up or the press stops."""

    def with_headers(self, **headers: str) -> Answer:
        """Headers added or replaced; `content_type=` sets `Content-Type`."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})


class Route(NamedTuple):
    """What an address means on this site."""

    kind: str
    """article | section | feed | news-sitemap | sitemap | shard | api | search | feeds | robots | home | asset | nothing"""
    story: PressStory | None = None
    section: Section | None = None
    page: int = 1
    size: int | None = None
    shard: tuple[datetime, datetime] | None = None
    atom: bool = False
    words: str | None = None
    """What a search looks for."""


class Resource(NamedTuple):
    """What a route yields: validators first, so that a 304 renders nothing."""

    content_type: str
    etag: str | None
    modified: datetime | None
    render: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a site looks: the moment, and distortions that a fault may ask for."""

    now: datetime
    empty: bool = False
    """Lists hold nothing."""
    only_section: str | None = None
    """Every list shows this section instead."""
    etag: str | None = None
    """Lists and pages all carry this ETag."""


class Site:
    """An outlet at its address."""

    def __init__(self, outlet: PressOutlet, world: World, base: str) -> None:
        self.outlet = outlet
        self.world = world
        self.base = base
        """`http://127.0.0.1:port`"""
        self.family = FAMILIES[outlet.family]
        self.invented: dict[str, PressStory] = {}
        """Stories of an endless archive, made as their list is asked for: path → story."""
        self._paths: tuple[dict[str, PressStory], dict[str, PressStory]] = ({}, {})

    # What is there

    def url_of(self, story: PressStory) -> str:
        return self.base + self.family.article_path(story)

    def listed(self, now: datetime, section: str | None = None) -> Sequence[PressStory]:
        """Stories that lists show, newest first."""
        return self.world.visible(self.outlet.id, now, section)

    def find(self, path: str) -> PressStory | None:
        """The story at an address."""
        stories, paths = self._paths
        if stories is not self.world.stories:
            stories, paths = self.world.stories, {}
            for story in stories.values():
                if story.outlet == self.outlet.id:
                    paths[self.family.article_path(story)] = story
                    paths[new_path(story)] = story
            self._paths = (stories, paths)
        return self.invented.get(path) or paths.get(path)

    def section_at(self, slug: str | None, zone: str | None) -> Section | None:
        for section in (*self.outlet.sections, NEWEST):
            if (slug is not None and section.slug == slug) or (
                zone is not None and str(section.zone) == zone
            ):
                return section
        return None

    def route(self, target: str) -> Route:
        """What `target` (path with query) means."""
        target = _SESSION.sub("", unquote(target.replace("+", " ")))
        path = target.split("?", 1)[0]
        family = self.family
        if path == "/robots.txt":
            return Route("robots")
        if family.search_pattern and (match := family.search_pattern.match(target)):
            page = int(match.groupdict().get("page") or 1)
            return Route("search", section=NEWEST, page=max(1, page), words=match["q"])
        if path == "/":
            return Route("home", section=NEWEST)
        if path in ("/rss", "/rss/"):
            return Route("feeds", section=NEWEST)
        if path.endswith((".jpg", ".png", ".gif", ".js", ".css", ".ico")):
            return Route("asset")
        if family.feed_pattern and (match := family.feed_pattern.match(path)):
            groups = match.groupdict()
            slug = groups.get("section")
            if slug in (None, "home", NEWEST.slug):
                return Route("feed", atom=bool(groups.get("atom")))
            section = self.section_at(slug, None)
            return (
                Route("feed", section=section, atom=bool(groups.get("atom"))) if section else Route("nothing")
            )
        if path == family.news_sitemap:
            return Route("news-sitemap")
        if path == family.sitemap:
            return Route("sitemap")
        if match := family.shard_pattern.match(path):
            return Route("shard", shard=_window(match.groupdict()))
        if family.api_pattern and (match := family.api_pattern.match(target)):
            groups = match.groupdict()
            section = self.section_at(None, groups["zone"])
            size = int(groups["limit"]) if groups.get("limit") else None
            return (
                Route("api", section=section, page=max(1, int(groups["page"])), size=size)
                if section
                else Route("nothing")
            )
        if match := family.section_pattern.match(target):
            groups = match.groupdict()
            section = self.section_at(groups.get("section"), groups.get("zone"))
            if section is not None:
                page = max(1, int(groups.get("page") or 1))
                if groups.get("offset"):
                    page = int(groups["offset"]) // (family.page_size or self.outlet.page_size) + 1
                return Route("section", section=section, page=page)
        story = self.find(path)
        return Route("article", story=story) if story else Route("nothing")

    # Answers

    def answer(self, request: Request, seen: Seen) -> Answer:
        """The answer of a healthy site."""
        route = self.route(request.target)
        if route.kind == "nothing" or (route.story and route.story.published > seen.now):
            return not_found(self.outlet)
        if route.story and "gone" in route.story.quirks:
            return Answer(
                status=410,
                body=b"<html><body><h1>410</h1></body></html>",
                headers={"Content-Type": "text/html"},
            )
        resource = self.resource(request, route, seen)
        headers = {"Content-Type": resource.content_type}
        validators = self.outlet.validators
        etag = resource.etag if validators in ("both", "etag") else None
        modified = resource.modified if validators in ("both", "last-modified") else None
        if etag:
            headers["ETag"] = etag
        if modified:
            headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
        if route.kind not in ("asset", "robots"):
            headers["Cache-Control"] = "public, max-age=60"
        if not_modified(request.headers, etag, modified):
            return Answer(status=304, headers=headers)
        body = resource.render()
        if self.outlet.gzip and len(body) > 500 and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
            headers["Vary"] = "Accept-Encoding"
        return Answer(body=body, headers=headers)

    def resource(self, request: Request, route: Route, seen: Seen) -> Resource:
        """What the route yields at that moment."""
        kind = route.kind
        if kind == "robots":
            text = self.outlet.robots.strip().format(base=self.base) + "\n"
            return Resource("text/plain; charset=utf-8", None, None, text.encode)
        if kind == "asset":
            return Resource("image/gif", '"pixel"', None, lambda: _PIXEL)
        if route.story is not None:
            return self._article(route.story, seen)
        url = self.base + request.target
        if kind in ("feed", "news-sitemap", "sitemap", "shard"):
            return self._machine_list(route, url, seen)
        stories, more = self._page(route, seen)
        etag, modified = self._validators(request.target, stories, seen)

        def render() -> bytes:
            view = ListView(
                outlet=self.outlet,
                section=route.section or NEWEST,
                base=self.base,
                url=url,
                now=seen.now.astimezone(VIETNAM),
                page=route.page,
                teasers=[self.teaser(story) for story in stories],
                next_url=self._next(route) if more else None,
                most_read=self._most_read(seen.now),
            )
            if kind == "api":
                return json.dumps(self.family.api_json(view), ensure_ascii=False).encode()
            if kind == "home":
                return self._home(view, seen.now).encode()
            if kind == "feeds":
                return self._feeds(view).encode()
            return self.family.listing(view).encode()

        content_type = "application/json; charset=utf-8" if kind == "api" else "text/html; charset=utf-8"
        return Resource(content_type, f"W/{etag}", modified, render)

    def _page(self, route: Route, seen: Seen) -> tuple[Sequence[PressStory], bool]:
        """Stories of a list's page, and whether more follow."""
        section = route.section if route.section and route.section is not NEWEST else None
        stories = self._stories(seen, section)
        if route.words is not None:
            wanted = set(slugify(route.words).split("-"))
            stories = [
                s for s in stories if wanted <= set(slugify(f"{s.title} {s.lead} {s.text}", None).split("-"))
            ]
        size = route.size or self.family.page_size or self.outlet.page_size
        start = (route.page - 1) * size
        return stories[start : start + size], len(stories) > start + size

    def _stories(self, seen: Seen, section: Section | None) -> Sequence[PressStory]:
        if seen.empty:
            return []
        slug = seen.only_section or (section.slug if section else None)
        return self.listed(seen.now, slug)

    def _next(self, route: Route) -> str | None:
        if route.words is not None:
            template = self.family.search_template or ""
            if "{page}" not in template:
                return None
            return self.base + template.format(q=quote(route.words), page=route.page + 1)
        section = route.section or NEWEST
        size = self.family.page_size or self.outlet.page_size
        path = self.family.section_path(section, route.page + 1, size)
        return self.base + path if path else f"#page-{route.page + 1}"

    def _validators(
        self, target: str, stories: Sequence[PressStory], seen: Seen
    ) -> tuple[str, datetime | None]:
        if seen.etag is not None:
            return seen.etag, None
        state = target + "".join(f"|{story.id}.{story.revision}" for story in stories)
        etag = '"' + hashlib.sha1(state.encode(), usedforsecurity=False).hexdigest()[:16] + '"'
        modified = max((story.updated or story.published for story in stories), default=None)
        return etag, modified

    def _machine_list(self, route: Route, url: str, seen: Seen) -> Resource:
        stories = self._stories(seen, route.section)
        if route.kind == "feed":
            stories = stories[: self.outlet.feed_size]
        elif route.kind == "news-sitemap":
            since = seen.now - timedelta(days=NEWS_SITEMAP_DAYS)
            stories = [story for story in stories if story.published > since]
        elif route.kind == "shard" and route.shard:
            start, end = route.shard
            stories = [story for story in stories if start <= story.published < end]
        etag, modified = self._validators(url, stories, seen)

        def render() -> bytes:
            if route.kind == "sitemap":
                return lists.sitemap_index(self._shards(stories)).encode()
            teasers = [self.teaser(story) for story in stories]
            if route.kind == "shard":
                return lists.sitemap(teasers).encode()
            if route.kind == "news-sitemap":
                return lists.news_sitemap(self.outlet, teasers).encode()
            if route.atom:
                return lists.atom(self.outlet, self.base, url, teasers, seen.now.astimezone(VIETNAM)).encode()
            title = route.section.name if route.section else "Trang chủ"
            return lists.rss(self.outlet, self.base, url, title, teasers).encode()

        feed_type = "application/atom+xml" if route.atom else "application/rss+xml"
        content_type = feed_type if route.kind == "feed" else "text/xml"
        return Resource(f"{content_type}; charset=utf-8", etag, modified, render)

    def _shards(self, stories: Sequence[PressStory]) -> list[tuple[str, datetime]]:
        newest: dict[str, datetime] = {}
        for story in stories:
            local = story.local
            if "d1" in self.family.shard_pattern.groupindex:
                first = (min(local.day, 30) - 1) // 5 * 5 + 1
                last = first + 4 if first < 26 else 31
                path = f"/sitemaps/sitemaps-{local.year}-{local.month}-{first}-{last}.xml"
            else:
                path = self.family.shard_path(local.year, local.month)
            newest.setdefault(self.base + path, local)
        return list(newest.items())

    # Pages

    def teaser(self, story: PressStory) -> Teaser:
        local = story.local
        return Teaser(
            url=self.url_of(story),
            title=story.title,
            lead=story.lead or story.blocks[0].text,
            local=local,
            section=self.outlet.section(story.section),
            image=f"{self.base}/uploaded/{local:%Y}/{story.number}_0.jpg",
        )

    def _most_read(self, now: datetime) -> list[Teaser]:
        listed = self.listed(now)
        picked = random.Random(f"read/{self.outlet.id}").sample(range(len(listed)), min(6, len(listed)))  # noqa: S311
        return [self.teaser(listed[index]) for index in picked]

    def _article(self, story: PressStory, seen: Seen) -> Resource:
        etag, modified = self._validators(story.id, [story], seen)
        charset = "windows-1258" if "windows-1258" in story.quirks else "utf-8"
        content_type = "text/html" if charset != "utf-8" else "text/html; charset=utf-8"
        return Resource(content_type, f"W/{etag}", modified, lambda: self.article_page(story, seen.now))

    def article_page(self, story: PressStory, now: datetime) -> bytes:
        """The page of a story as it goes out, oddities included."""
        others = [other for other in self.listed(now)[:40] if other.id != story.id]
        rng = random.Random(f"boxes/{story.id}")  # noqa: S311 - the same boxes on every visit
        hidden = [
            o for o in self.world.stories.values() if o.outlet == self.outlet.id and "unlisted" in o.quirks
        ]
        related = [*hidden[:1], *rng.sample(others, min(3, len(others)))]
        printed = with_ignorables(story) if "zero-width" in story.quirks else story
        view = ArticleView(
            story=printed,
            outlet=self.outlet,
            section=self.outlet.section(story.section),
            base=self.base,
            url=self.url_of(story),
            now=now.astimezone(VIETNAM),
            related=[self.teaser(other) for other in related if other.id != story.id],
            most_read=self._most_read(now),
            newest=[self.teaser(other) for other in others[:5]],
        )
        return encode_page(self.family.article(view), story.quirks)

    def _feeds(self, view: ListView) -> str:
        """The page that lists the outlet's feeds."""
        sections = [None, *self.outlet.sections]
        feeds = [
            (section.name if section else "Trang chủ", self.family.feed_path(section)) for section in sections
        ]
        rows = "\n".join(
            f'<li><a href="{path}">{name}</a> <span class="rss-icon">RSS</span></li>' for name, path in feeds
        )
        return self.family.document(
            self.outlet,
            f"<title>RSS - {self.outlet.name}</title>",
            f'<header class="header">{self.outlet.name}</header>{self.family.menu(self.outlet, css="menu")}<main><h1>Kênh RSS</h1>'
            f'<p>Bạn đọc được dùng các kênh dưới đây cho mục đích cá nhân.</p><ul class="rss-list">{rows}</ul></main>{footer(self.outlet)}',
            "rss",
        )

    def _home(self, view: ListView, now: datetime) -> str:
        """The front page: a box for each section."""
        boxes = "\n".join(
            box(
                [self.teaser(story) for story in self.listed(now, section.slug)[:5]],
                css=f"home-{section.slug}",
                label=f'<a href="{self.family.section_path(section)}">{section.name}</a>',
                leads=True,
            )
            for section in self.outlet.sections
        )
        feed = self.family.feed_path(None)
        head = f"<title>{self.outlet.name} - {self.outlet.slogan}</title>"
        if feed:
            head += f'\n<link rel="alternate" type="application/rss+xml" title="{self.outlet.name}" href="{self.base}{feed}">'
        body = (
            f'<header class="header"><a class="logo" href="/">{self.outlet.name}</a><span class="header__clock">{clock(view)}</span></header>'
            f"{self.family.menu(self.outlet, css='menu')}<main>{boxes}</main>{footer(self.outlet)}"
        )
        return self.family.document(self.outlet, head, body, "home")


def new_path(story: PressStory) -> str:
    """The address under which every story answers too: the one of the outlet's next system."""
    return f"/bai-viet/{story.number}/{story.slug}.aspx"


def _window(groups: Mapping[str, str | None]) -> tuple[datetime, datetime] | None:
    """The days that a dated sitemap covers; None if it covers all."""
    if not groups.get("y"):
        return None
    year, month = int(groups["y"] or 0), int(groups["m"] or 0)
    if not 1 <= month <= 12:
        return None
    start = datetime(year, month, 1, tzinfo=VIETNAM)
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=VIETNAM)
    if groups.get("d1"):
        first, last = int(groups["d1"] or 1), int(groups["d2"] or 1)
        return start + timedelta(days=first - 1), min(after, start + timedelta(days=last))
    return start, after


def not_found(outlet: PressOutlet) -> Answer:
    body = (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>404 | {outlet.name}</title></head><body>"
        f"<h1>Không tìm thấy trang</h1><p>Đường dẫn không tồn tại hoặc đã bị gỡ. <a href='/'>Về trang chủ</a></p></body></html>"
    )
    return Answer(status=404, body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def not_modified(headers: Mapping[str, str], etag: str | None, modified: datetime | None) -> bool:
    """RFC 9110 §13: If-None-Match, compared weakly, rules out If-Modified-Since."""
    if wanted := headers.get("if-none-match"):
        tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        return etag is not None and ("*" in tags or etag.removeprefix("W/") in tags)
    since = headers.get("if-modified-since")
    if not since or modified is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # a date that is none counts as no condition
        return False


def with_ignorables(story: PressStory) -> PressStory:
    """Zero-width spaces and combining grapheme joiners inside words, as copying from an editor leaves them."""

    def sprinkle(text: str) -> str:
        words = text.split(" ")
        for index, word in enumerate(words):
            if len(word) > 1 and index % 3 == 1:
                words[index] = word[0] + "\u200b" + word[1:]
            elif len(word) > 2 and index % 5 == 2:
                words[index] = word[:2] + "\u034f" + word[2:]
        return " ".join(words)

    return replace(
        story,
        title=sprinkle(story.title),
        lead=sprinkle(story.lead) if story.lead else None,
        blocks=tuple(replace(block, text=sprinkle(block.text)) for block in story.blocks),
    )


def encode_page(page: str, quirks: frozenset[str]) -> bytes:
    """The page's bytes in the encoding that its quirks ask for."""
    if "nfd" in quirks:
        page = unicodedata.normalize("NFD", page)
    if "header-charset" in quirks:
        page = page.replace('<meta charset="utf-8">\n', "", 1)
    if "entities" in quirks:
        return page.encode("ascii", "xmlcharrefreplace")
    if "windows-1258" in quirks:
        page = page.replace(
            '<meta charset="utf-8">',
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">',
            1,
        )
        return encode_windows_1258(page)
    return page.encode()


_TONES = "\u0300\u0301\u0303\u0309\u0323"


def encode_windows_1258(text: str) -> bytes:
    """Vietnamese in windows-1258: tone marks are characters of their own behind the vowel."""
    out = []
    for char in unicodedata.normalize("NFC", text):
        try:
            char.encode("cp1258")
            out.append(char)
            continue
        except UnicodeEncodeError:
            pass
        parts = unicodedata.normalize("NFD", char)
        tone = next((part for part in parts if part in _TONES), "")
        out.append(unicodedata.normalize("NFC", parts.replace(tone, "")) + tone if tone else char)
    return "".join(out).encode("cp1258", "xmlcharrefreplace")
