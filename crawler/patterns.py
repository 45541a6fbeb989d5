"""What a site's own pages tell: its article pattern, family, feeds, sitemaps and sections. Pure.

`infer` learns the pattern from links; `survey` reads a whole home page and robots.txt for `outlets add`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.catalogue import Family
from crawler.discovery_links import clean_address
from crawler.discovery_pages import BUTTON, anchors, base_url, parse_html, words
from crawler.patterns_infer import (
    MIN_ARTICLES,
    MIN_PRECISION,
    MIN_RECALL,
    NOT_PAGES,
    Inferred,
    SeenLink,
    infer,
    likeness,
    parts_of,
    slug_words,
    stem_of,
)
from pipelines.encodings import decode
from pipelines.urls import canonical, host, same_site, site
from pipelines.vietnamese import squeeze, strip_marks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = [
    "MIN_ARTICLES", "MIN_PRECISION", "MIN_RECALL", "Found", "Inferred", "SeenLink", "Survey", "family_of_pages", "feeds_of", "infer",
    "likeness", "links_of", "sitemaps_of", "survey",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A source that a page or robots.txt names, or a convention suggests."""

    kind: str
    """feed | news-sitemap | sitemap | section"""
    url: str
    label: str | None = None
    named: bool = True
    """True: the site itself names it; False: only a convention of its family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a home page tells about its outlet."""

    url: str
    name: str | None = None
    domain: str = ""
    inferred: Inferred = field(default_factory=lambda: Inferred(article=None))
    sources: tuple[Found, ...] = ()
    """Feeds, sitemaps and sections, the best first."""
    feed_pages: tuple[str, ...] = ()
    """Pages that list the outlet's feeds (“RSS”): to be looked at with `feeds_of`."""
    links: int = 0
    """Distinct links to the site itself."""

    def of_kind(self, kind: str) -> tuple[Found, ...]:
        return tuple(one for one in self.sources if one.kind == kind)


def survey(
    home_html: bytes | str,
    url: str,
    robots_txt: str | bytes | None = None,
    families: Mapping[str, Family] | None = None,
) -> Survey:
    """Read a home page (and robots.txt): name, family, article pattern, feeds, sitemaps, sections. Pure."""
    text = decode(home_html) if isinstance(home_html, bytes) else home_html
    tree = parse_html(text)
    domain = site(url)
    if tree is None:
        return Survey(url=url, domain=domain)
    base = base_url(tree, url)
    links = links_of(tree, base, domain)
    feeds, pages = feeds_of(tree, base, domain)
    inferred = infer(links, families, html=text, feeds=[one.url for one in feeds])
    sitemaps = sitemaps_of(robots_txt, domain)
    sections = _sections(links, inferred)
    guesses = _conventions(families or {}, inferred.family, url, {one.url for one in (*feeds, *sitemaps)})
    return Survey(
        url=url,
        name=_site_name(tree),
        domain=domain,
        inferred=inferred,
        sources=(*feeds, *sitemaps, *sections, *guesses),
        feed_pages=pages,
        links=len(links),
    )


#: So many kinds of a family's own rules (body, headline, lead, time, byline) must fit a page to name its system. Of 74
#: pages, 35 of them captured, none fits two of a family that is not its own.
RULES_THAT_NAME = 2
_NAMING = ("keep", "title", "lead", "published", "authors")


def family_of_pages(pages: Iterable[bytes | str], families: Mapping[str, Family]) -> str | None:
    """The family whose rules fit the pages of stories: their markup says more of a system than its addresses do.

    None unless most pages name the same one.
    """
    votes: Counter[str] = Counter()
    count = 0
    for page in pages:
        tree = parse_html(decode(page) if isinstance(page, bytes) else page)
        if tree is None:
            continue
        count += 1
        fits = sorted(((_fitting_rules(tree, family), family.id) for family in families.values()), reverse=True)
        if fits and fits[0][0] >= RULES_THAT_NAME and (len(fits) < 2 or fits[0][0] > fits[1][0]):
            votes[fits[0][1]] += 1
    best = max(votes, key=lambda one: votes[one], default=None)
    return best if best is not None and votes[best] > count / 2 else None


def _fitting_rules(tree: HtmlElement, family: Family) -> int:
    """How many kinds of the family's rules find something on the page."""
    from cssselect import HTMLTranslator

    translator = HTMLTranslator()
    return sum(
        any(tree.xpath(translator.css_to_xpath(selector)) for selector in getattr(family.rules, kind)) for kind in _NAMING
    )


def links_of(tree: HtmlElement, base: str, domain: str) -> list[SeenLink]:
    """The page's anchors to its own site: address, longest text, whether in a menu."""
    texts: dict[str, str] = {}
    menus: dict[str, bool] = {}
    for anchor in anchors(tree):
        address = clean_address(anchor.get("href") or "", base)
        if address is None or not same_site(address, domain):
            continue
        text = squeeze(words(anchor)) or squeeze(anchor.get("title") or "")
        if BUTTON.match(strip_marks(text)):
            text = ""
        if len(text) > len(texts.get(address, "")) and len(text) < 300:
            texts[address] = text
        texts.setdefault(address, text[:300])
        in_menu = any(_is_menu(parent) for parent in anchor.iterancestors())
        menus[address] = menus.get(address, True) and in_menu
    return [SeenLink(url=address, text=text, menu=menus[address]) for address, text in texts.items()]


_MENU = re.compile(r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|mainmenu|submenu|topmenu|breadcrumb)(?:$|[-_ ])|menu", re.IGNORECASE)


def _is_menu(element: HtmlElement) -> bool:
    return element.tag in ("nav",) or bool(_MENU.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def feeds_of(tree: HtmlElement, base: str, domain: str) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """The feeds that a page names (`link rel=alternate`, anchors to feeds), and pages that list feeds."""
    feeds: dict[str, str | None] = {}
    pages: dict[str, None] = {}
    for element in tree.iter("link"):
        kind = (element.get("type") or "").lower()
        rels = (element.get("rel") or "").lower().split()
        if "alternate" in rels and re.search(r"rss|atom|feed\+json|rdf", kind):
            address = clean_address(element.get("href") or "", base)
            if address and same_site(address, domain) and not re.search(r"comments?/feed", address):
                feeds.setdefault(address, squeeze(element.get("title") or "") or None)
    for anchor in anchors(tree):
        address = clean_address(anchor.get("href") or "", base)
        if address is None or not same_site(address, domain):
            continue
        path = urlsplit(address).path.lower()
        text = squeeze(words(anchor))
        if re.search(r"\.(?:rss|atom|rdf)$|/rss/.+\.xml$|/feed/?$|/rss/(?:cate|subcate|news)/|/rss/[a-z0-9-]+-\d+$", path):
            feeds.setdefault(address, text if text.lower() != "rss" and text else None)
        elif re.search(r"/rss(?:-?main|-?feeds?)?(?:\.\w{3,4})?/?$", path) or (
            strip_marks(text) in ("rss", "rss feed", "rss feeds") and "rss" in path
        ):
            pages.setdefault(address)
        elif re.search(r"/rss/[a-z0-9-]+/?$", path):
            feeds.setdefault(address, text or None)
    found = tuple(Found(kind="feed", url=address, label=label) for address, label in feeds.items())
    return found, tuple(page for page in pages if page not in feeds)


def sitemaps_of(robots_txt: str | bytes | None, domain: str) -> tuple[Found, ...]:
    """The sitemaps that robots.txt names."""
    if not robots_txt:
        return ()
    text = robots_txt.decode("utf-8", "replace") if isinstance(robots_txt, bytes) else robots_txt
    found: dict[str, Found] = {}
    for match in re.finditer(r"(?im)^[ \t]*site-?map[ \t]*:[ \t]*(\S+)", text.replace("\ufeff", "")):
        address = canonical(match[1])
        if urlsplit(address).scheme not in ("http", "https") or not same_site(address, domain):
            continue
        news = re.search(r"google-?news|news-?sitemap|sitemap-?news|latest-?news|article-?daily", address, re.IGNORECASE)
        found.setdefault(address, Found(kind="news-sitemap" if news else "sitemap", url=address))
    return tuple(sorted(found.values(), key=lambda one: one.kind != "news-sitemap"))


#: Sections where agreements are told; they come first (folded words of the label or the address).
_WANTED = re.compile(
    r"chinh.?tri|thoi.?su|quoc.?phong|an.?ninh|quan.?su|xa.?hoi|doi.?ngoai|xay.?dung.?dang|noi.?chinh|tin.?moi|kinh.?te|phap.?luat|giao.?duc"
)
_UNWANTED = re.compile(
    r"lien-?he|gioi-?thieu|quang-?cao|rao-?vat|dang-?nhap|dang-?ky|login|toa-?soan|dieu-?khoan|chinh-?sach-?bao-?mat|podcast|video|"
    r"truyen-?hinh|audio|multimedia|/anh|photo|infographic|emagazine|magazine|english|/en(?:/|$)|lich-|tra-?cuu|dat-?bao|doc-?bao|tim-?kiem|"
    r"search|rss|sitemap|/tag|chu-de|su-kien|/event|tac-?gia|author|app|mobile|page|trang-\d|javascript|print|e-?paper|sso|account|user"
)


def _sections(links: Sequence[SeenLink], inferred: Inferred) -> tuple[Found, ...]:
    """Section pages: short addresses with a short name, those in the menu or those that stories stand under."""
    articles = set(inferred.articles)
    parents = Counter(parts_of(url)[0] for url in articles if len(parts_of(url)) > 1)
    front = min((host(link.url) for link in links), key=len, default="")  # other hosts are shops and players as a rule
    found: list[tuple[int, int, Found]] = []
    for place, link in enumerate(links):
        parts = parts_of(link.url)
        name = squeeze(link.text)
        if link.url in articles or not parts or len(parts) > 3 or urlsplit(link.url).query:
            continue
        if _UNWANTED.search(urlsplit(link.url).path.lower()) or NOT_PAGES.search(parts[-1]):
            continue
        if not 1 <= len(name.split()) <= 6 or slug_words(parts[-1]) > 6 or likeness(link) > 0.45:
            continue
        if not (link.menu or stem_of(parts[-1]) in parents or len(parts) <= 2):
            continue
        wanted = bool(_WANTED.search(strip_marks(name)) or _WANTED.search(parts[-1].lower()))
        rank = (0 if wanted else 2) + (0 if len(parts) == 1 else 1) + (0 if host(link.url) == front else 4)
        found.append((rank, place, Found(kind="section", url=link.url, label=name.lower() if name.isupper() else name)))
    found.sort(key=lambda one: one[:2])
    return tuple(one for _, _, one in found[:40])


def _conventions(families: Mapping[str, Family], family_id: str | None, url: str, known: set[str]) -> tuple[Found, ...]:
    """Addresses that sites of the family usually have; unverified."""
    family = families.get(family_id or "")
    root = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    usual: list[tuple[str, str]] = []
    if family:
        usual += [("feed", path) for path in family.feeds]
        usual += [("news-sitemap", path) for path in family.news_sitemaps]
        usual += [("sitemap", path) for path in family.sitemaps]
    usual += [("feed", "/rss/home.rss"), ("feed", "/rss"), ("news-sitemap", "/google-news-sitemap.xml"), ("sitemap", "/sitemap.xml")]
    found = dict.fromkeys((kind, root + path) for kind, path in usual)
    return tuple(Found(kind=kind, url=address, named=False) for kind, address in found if address not in known)


def _site_name(tree: HtmlElement) -> str | None:
    for element in tree.iter("meta"):
        if (element.get("property") or element.get("name") or "").lower() in ("og:site_name", "application-name"):
            name = squeeze(element.get("content") or "")
            if name:
                return name[:100]
    title = squeeze(tree.findtext(".//title") or "")
    pieces = [piece.strip() for piece in re.split(r"\s+[|–—-]\s+|\s*\|\s*", title) if piece.strip()]
    named = [piece for piece in pieces if re.search(r"(?i)\bbáo\b|tạp chí|online|điện tử|đài|\.vn", piece)]
    return (min(named, key=len) if named else pieces[0] if pieces else None) or None
