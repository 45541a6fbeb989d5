"""Who a page says wrote its story: metadata, author boxes, signatures below the text. Pure; reads the tree only."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines import bylines, encodings, urls
from pipelines.page_parts import Reading, common_ancestor, names_of, read_blocks
from pipelines.story_parts import Parts
from pipelines.structured import select
from pipelines.vietnamese import squeeze, strip_marks, syllables

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_AUTHOR_META = ("dable:author", "article:author", "parsely-author", "sailthru.author", "author", "dc.creator")


def declared_authors(parts: Parts) -> tuple[str, ...]:
    """Authors that JSON-LD or meta tags name; the paper itself does not count."""
    for names in (parts.structured.authors(), *(parts.structured.metas.get(key, []) for key in _AUTHOR_META)):
        found = [
            name
            for text in names
            for name in bylines.names_in(encodings.mend(encodings.unescape(text)))
            if not is_paper(name, parts)
        ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def is_paper(name: str, parts: Parts) -> bool:
    """Is an author's name only the paper's own?"""
    folded = "".join(syllables(name))
    site = urls.site(parts.url).partition(".")[0]
    own = [
        site,
        site.removeprefix("bao"),
        parts.structured.meta("og:site_name") or "",
        parts.structured.publisher() or "",
    ]
    return any(folded == "".join(syllables(other)) for other in own if other)


_AUTHOR_NAMES = re.compile(
    r"(?:^|[-_ ])(?:authors?|created-?by|field--name-uid|author-?names?|detail-?author|article__author|c-author|tac-?gia|tacgia|byline|but-?danh|author_mail|p-author|nguoi-?viet|writer|name-?author|post-?author|nguontin)(?:$|[-_ ])",
    re.IGNORECASE,
)
_BARE_NAME = re.compile(r"(?:^|[-_ ])name(?:$|[-_ ])", re.IGNORECASE)


def printed_authors(parts: Parts) -> tuple[str, ...]:
    """Authors from the rules' selectors, else from boxes near the story that are named for it."""
    for selector in parts.rules.authors:
        names = [
            name
            for element in select(parts.tree, selector)[:6]
            for name in bylines.names_in(element.text_content())
        ]
        if names:
            return tuple(dict.fromkeys(names))
    top = (
        common_ancestor(parts.title_element, parts.body)
        if parts.title_element is not None and parts.body is not None
        else parts.body
    )
    if top is None:
        return ()
    found: list[str] = []
    for node in top.iter("p", "div", "span", "a", "strong", "b", "li", "dd"):
        if not _is_author_box(node) or _holds_author_box(node):
            continue
        text = squeeze(node.text_content())
        if 2 <= len(text) <= 90:
            found += [name for name in bylines.names_in(text) if not is_paper(name, parts)]
            if len(found) >= 6:
                break
    return bylines.people_first(found)


_LABELLED = re.compile(r"(?:tac gia(?: bai viet)?|nguoi viet|viet boi|duoc dang boi)\b\s*:?")


def signed_below(parts: Parts, how: Reading) -> tuple[str, ...]:
    """Names that sign right below the story's box: set to the right, or behind a label."""
    box = parts.body
    if box is None:
        return ()
    for top in list(box.iterancestors())[:3]:
        if top.tag in ("body", "html"):
            break
        for block in read_blocks(top, replace(how, start_after=box))[:3]:
            labelled = _LABELLED.match(strip_marks(block.text)) and len(block.text) <= 80
            if not labelled and not (block.right and bylines.is_byline(block.text, right=True)):
                continue
            if names := tuple(n for n in bylines.names_in(block.text) if not is_paper(n, parts)):
                return names
    return ()


def _holds_author_box(node: HtmlElement) -> bool:
    """Does it hold a narrower box that is named for an author and names one (then that one is read)?"""
    inner = node.iterdescendants("p", "div", "span", "a", "strong", "b", "li")
    return any(_is_author_box(box) and bylines.names_in(box.text_content()) for box in inner)


def _is_author_box(node: HtmlElement) -> bool:
    if (node.get("data-role") or node.get("itemprop") or node.get("rel")) == "author":
        return True
    names = names_of(node)
    if not names:
        return False
    if _AUTHOR_NAMES.search(names):
        return True
    return bool(_BARE_NAME.search(names)) and any(
        _AUTHOR_NAMES.search(names_of(box)) for box in list(node.iterancestors())[:3]
    )
