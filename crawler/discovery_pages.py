"""Section, home and search pages → links: every article link and no other, with its headline and summary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from crawler.catalogue import is_article
from crawler.discovery_links import (
    MAX_LINKS,
    MAX_SUMMARY,
    MAX_TITLE,
    Context,
    Entry,
    Listing,
    clean_address,
    link_of,
    owns,
    same_story,
    text_of,
)
from crawler.discovery_paging import next_in_listing
from pipelines.types import Link, Outlet
from pipelines.vietnamese import strip_marks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: Classes and tags under which lists print a story's summary.
_SUMMARY_CLASS = re.compile(r"sapo|desc|summary|lead|intro|excerpt|teaser|tomtat|tom-tat", re.IGNORECASE)
_TITLE_CLASS = re.compile(r"title|headline|heading|tieu-?de", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SKIPPED = frozenset({"script", "style", "template", "noscript"})
#: Anchor texts that are a button, not a headline (folded).
BUTTON = re.compile(
    r"(?:xem (?:them|tiep|chi tiet|ngay)|chi tiet|doc (?:them|tiep)|video|anh|binh luan|chia se|quay lai|read more|more|"
    r"\d+ ?(?:binh luan|anh)?|[\d:]+|›|»|>+|\W*)\Z"
)
_NEXT_WORDS = re.compile(
    r"(?:trang )?(?:sau|tiep|tiep theo|ke tiep|next)\W*\Z|(?:xem|tai) them\b[^.]{0,20}\Z|(?:load|view) more\W*\Z|[›»>]+\Z"
)


#: Anchors of one page that are looked at: a real page has some hundred, a trap has no end.
MAX_ANCHORS = 5_000
#: Anchors of one story among which its headline and summary are looked for.
MAX_COPIES = 8
#: An outlet's pattern that accepts less than this share of what are stories by their words is out of date here.
OUTDATED_SHARE = 0.25
#: Fewer story-like links than this prove nothing against a pattern.
MIN_STORIES = 10


def parse_page(text: str, context: Context) -> Listing:
    """The article links of a page in page order, and the next page where the page links one.

    Where the outlet has no article pattern, or one that accepts next to nothing of a page full of stories, the
    page's own pattern is learned and used, and said so in `Listing.inferred`: a paper that changed its system
    must not fall silent.
    """
    tree = parse_html(text)
    if tree is None:
        return Listing(problem="the page holds no HTML", complete=context.whole)
    base = base_url(tree, context.url)
    found: dict[str, list[HtmlElement]] = {}
    spellings: dict[str, str] = {}
    off_site: dict[str, None] = {}
    looked_at = list(islice(anchors(tree), MAX_ANCHORS + 1))
    whole = context.whole and len(looked_at) <= MAX_ANCHORS
    for anchor in looked_at[:MAX_ANCHORS]:
        address = clean_address(anchor.get("href") or "", base)
        if address is None:
            continue
        if owns(context.outlet, address, context.source):
            spelled = spellings.setdefault(same_story(address), address)  # http and https, www and not, are one
            if len(copies := found.setdefault(spelled, [])) < MAX_COPIES:
                copies.append(anchor)
        else:
            off_site.setdefault(address)
    chosen, inferred = _chosen(found, context.outlet)
    stories = {address: found[address] for address in chosen[:MAX_LINKS]}
    others = [address for address in found if address not in stories]
    boxes = _boxes(stories)
    links = [_story_link(address, around, boxes, context) for address, around in stories.items()]
    following = _next_link(looked_at, tree, base, context) or next_in_listing(context.source, context.url, text)
    title = text_of(tree.findtext(".//title"), MAX_TITLE)
    return Listing(
        links=tuple(links),
        next_urls=(following,) if following else (),
        next_modified=(None,) if following else (),
        items=len(found),
        off_pattern=len(others),
        off_pattern_urls=tuple(others[:200]),
        off_site=len(off_site),
        off_site_urls=tuple(off_site)[:20],
        inferred=inferred,
        title=title,
        complete=whole and len(chosen) <= MAX_LINKS,
        problem=None if links else _why_empty(len(others), title),
    )


def _chosen(found: dict[str, list[HtmlElement]], outlet: Outlet) -> tuple[list[str], str | None]:
    """The addresses of stories, and the pattern learned where the outlet's own was none or of no use."""
    from crawler.patterns_infer import SeenLink, infer, likeness

    fitting = [address for address in found if outlet.article and is_article(address, outlet)]
    if len(fitting) >= MIN_STORIES:
        return fitting, None
    seen = [SeenLink(url=address, text=max((words(one) for one in found[address]), key=len)) for address in found]
    stories = [link.url for link in seen if likeness(link) >= 0.7]
    if outlet.article and (len(stories) < MIN_STORIES or len(fitting) > OUTDATED_SHARE * len(stories)):
        return fitting, None
    learned = infer(seen)
    if learned.good and learned.article:
        accepted = {*fitting, *learned.articles}
        return [address for address in found if address in accepted], learned.article
    return (fitting, None) if outlet.article else (stories, None)


def parse_html(text: str) -> HtmlElement | None:
    """A tree of the page, however broken; None for nothing."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, huge_tree=False)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def base_url(tree: HtmlElement, url: str) -> str:
    """What relative links are relative to."""
    found = tree.find(".//base[@href]")
    return urljoin(url, found.get("href").strip()) if found is not None else url


def anchors(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Anchors in page order, outside scripts and templates."""
    for element in tree.iter("a", "area"):
        if element.get("href") and not any(parent.tag in _SKIPPED for parent in element.iterancestors()):
            yield element


def _why_empty(others: int, title: str | None) -> str:
    called = f" (“{title[:80]}”)" if title else ""
    if others == 0:
        return f"the page{called} holds no links to the outlet's own site"
    return f"none of the {others} links of the page{called} fit the article pattern"


def _boxes(stories: dict[str, list[HtmlElement]]) -> dict[HtmlElement, str | None]:
    """Every element around article links → the one story it belongs to, or None when it holds several."""
    owner: dict[HtmlElement, str | None] = {}
    for address, found in stories.items():
        for anchor in found:
            for element in (anchor, *anchor.iterancestors()):
                if owner.setdefault(element, address) != address:
                    owner[element] = None
    return owner


def _story_link(
    address: str, found: list[HtmlElement], boxes: dict[HtmlElement, str | None], context: Context
) -> Link:
    ranked = sorted(((anchor, *_headline(anchor)) for anchor in found), key=lambda one: -one[1])
    title = ranked[0][2]
    link = link_of(address, Entry(url=address), context, month_first=False)
    summary = None
    for anchor, _, _ in ranked:  # the same story may stand in several boxes; one of them has its sapo
        box = _box(anchor, boxes, address)
        summary = _summary(box, title) if box is not None else None
        if summary:
            break
    return replace(link, title=title, summary=summary)


def _headline(anchor: HtmlElement) -> tuple[int, str | None]:
    """How much an anchor looks like the headline of its story, and its words."""
    text = text_of(words(anchor), MAX_TITLE)
    inner = next((one for one in anchor.iter(*_HEADINGS)), None)
    if inner is not None:  # the whole card is one anchor: its heading is the title
        text = text_of(words(inner), MAX_TITLE) or text
    if text and (BUTTON.match(strip_marks(text)) or len(text) < 4):
        text = None
    if text is None:
        spare = anchor.get("title") or next((image.get("alt") for image in anchor.iter("img") if image.get("alt")), None)
        return (1, text_of(spare, MAX_TITLE)) if spare and len(spare) > 8 else (0, None)
    parents = [anchor, *list(anchor.iterancestors())[:3]]
    if inner is not None or any(parent.tag in _HEADINGS for parent in parents):
        return 4, text
    if any(_TITLE_CLASS.search(parent.get("class") or "") for parent in parents):
        return 3, text
    if _SUMMARY_CLASS.search(anchor.get("class") or "") or any(
        _SUMMARY_CLASS.search(parent.get("class") or "") for parent in parents[:2]
    ):
        return 1, anchor.get("title") or text
    return 2, text


def words(element: Any) -> str:
    parts = [element.text or ""] if element.tag not in _SKIPPED else []
    for child in element.iterdescendants():
        if child.tag not in _SKIPPED and isinstance(child.tag, str):
            parts.append(child.text or "")
        parts.append(child.tail or "")
    return " ".join(parts)


def _box(anchor: HtmlElement, boxes: dict[HtmlElement, str | None], address: str) -> HtmlElement | None:
    """The largest element around an anchor that holds no other story."""
    box = None
    for element in anchor.iterancestors():
        if boxes.get(element) != address or element.tag in ("body", "html"):
            break
        box = element
    return box


def _summary(box: HtmlElement, title: str | None) -> str | None:
    wanted = [one for one in box.iter() if isinstance(one.tag, str) and _SUMMARY_CLASS.search(one.get("class") or "")]
    for element in [*wanted, *box.iter("p")]:
        if any(heading is not None for heading in (element.find(".//h2"), element.find(".//h3"))):
            continue
        text = text_of(words(element), MAX_SUMMARY)
        if text and len(text) > 30 and text != title and not (title and text.startswith(title) and len(text) < len(title) + 25):
            return text
    return None


def _next_link(looked_at: list[HtmlElement], tree: HtmlElement, base: str, context: Context) -> str | None:
    """The page after this one: `rel=next`, or an anchor named by its number or “sau” below the same section."""
    for element in (*tree.iter("link"), *looked_at):
        if "next" in (element.get("rel") or "").lower().split():
            address = clean_address(element.get("href") or "", base)
            if address and owns(context.outlet, address) and address != clean_address(context.url, base):
                return address
    here = clean_address(context.url, context.url) or context.url
    loaded = _loaded_next(tree, base, here, context)
    stem = re.sub(r"(?:/|\.\w{2,5})$", "", urlsplit(here).path)
    stem = re.sub(r"[/-](?:trang|page|p)[-/]?\d+$", "", stem, flags=re.IGNORECASE)
    number = _page_number(here) + 1
    by_word = None
    for anchor in looked_at:
        if len(anchor) > 3:
            continue  # a card, not a page number
        text = strip_marks(" ".join(words(anchor).split()))
        if text != str(number) and not _NEXT_WORDS.match(text):
            continue
        address = clean_address(anchor.get("href") or "", base)
        if address is None or address == here or not owns(context.outlet, address) or is_article(address, context.outlet):
            continue
        if not urlsplit(address).path.startswith(stem) or _page_number(address) != number:
            continue
        if text == str(number):
            return address
        by_word = by_word or address
    return by_word or loaded


#: Attributes in which buttons keep the address of what they load.
_LOADS = ("data-url", "data-href", "data-next", "data-next-url", "data-load", "data-link", "data-ajax", "hx-get")


def _loaded_next(tree: HtmlElement, base: str, here: str, context: Context) -> str | None:
    """The page after this one as a button names it that loads more stories."""
    number = _page_number(here) + 1
    for element in tree.iter("a", "button", "div", "span"):
        for name in _LOADS:
            address = clean_address(element.get(name) or "", base) if element.get(name) else None
            if address and owns(context.outlet, address) and _page_number(address) == number and not is_article(address, context.outlet):
                return address
    return None


def _page_number(address: str) -> int:
    found = re.search(
        r"(?:[?&](?:page|p|pg|trang|paged|currentpage|pageindex|pageno|page_no|pagenumber)=|[/-](?:trang|page|p)[-/]?)(\d{1,5})(?!\d)",
        address,
        re.IGNORECASE,
    )
    return int(found[1]) if found else 1
