"""Which box of a page holds the story: by its name, or by how much running text it holds. Pure; reads the tree only."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING

from lxml import etree

from pipelines.page_parts import (
    BLOCK_TAGS,
    SKIPPED_TAGS,
    is_furniture,
    names_are_furniture,
    names_of,
    visible_length,
)

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Class and id tokens of the boxes that hold a story's text, surest first; gathered from the families' pages 2012-2026.
_BODY_TOKENS: Mapping[str, int] = {
    token: rank
    for rank, tokens in enumerate(
        (
            # used for nothing else
            "fck_detail afcbc-body the-article-body cms-body articlebody article__body detail__content detail-content-body "
            "content_detail_news maincontent main-content-body singular-content content-fck b-maincontent abody ctl00_IDContent "
            "content-detail-body article-content-body article-body entry-content td-post-content newscontent detail-content "
            "content-body post-body post-content news-content article-detail-content detail_content divnewscontent "
            "noidung content_detail news-detail-content c-detail-content article-content edittor-content "
            "text-conent text-content detailct mainbody print-body bodytext __mb_mastercms_el __mastercms_content __mb_content item-content viewsdtailcontent "
            "bp-detail-text-content entry-body boxdetail contentbody post-ct-entry cotent_detail divcontentwrap articlecontent knc-content content-newstxt newcontent "
            "journal-content-article e-magazine__body dnews__body sc-longform-content main-detail-body content-new cms-content detail__body "
            "content-news article__content article-text content-detail detail-body post-detail-content contentdetail story-body "
            "noi-dung nd-detail content-article chitiet news_content body-content bai-viet-noi-dung ct-detail",
            # wider boxes, or names that others use too
            "description-detail detail-cmain main-detail detail__main content_main content-main detail detail-page "
            "article-detail articledetail newsdetail news-detail post-detail postdetail chi-tiet single-content page-content",
        )
    )
    for token in tokens.split()
}

# What a name not met before is made of when it holds a story's text.
_BODY_NAMES = re.compile(
    r"(?:^|[-_ ])(?:news|article|post|detail|story|entry|bai-?viet|tin|main)[-_]?(?:content|body|text|noi-?dung)s?(?:$|[-_ ])|"
    r"(?:^|[-_ ])(?:content|body|text|noi-?dung|chi-?tiet)[-_]?(?:detail|news|article|post|story|bai-?viet|tin|main)s?(?:$|[-_ ])"
)


def body_candidates(root: HtmlElement) -> list[HtmlElement]:
    """Boxes whose name says that they hold a story's text, surest first; of one name the fullest first."""
    found: list[tuple[int, int, int, HtmlElement]] = []
    for order, node in enumerate(root.iter("div", "article", "section", "td", "main", "span", "table")):
        if "articleBody" in (node.get("itemprop") or ""):
            rank = 0
        else:
            names = names_of(node).lower()
            if not names:
                continue
            rank = min((_BODY_TOKENS.get(token, 9) for token in names.split()), default=9)
            if rank == 9 and _BODY_NAMES.search(names) and not names_are_furniture(names):
                rank = 2
            if rank == 9:
                continue
        found.append((rank, -len(node.text_content()), order, node))
    found.sort(key=lambda item: item[:3])
    return [node for *_, node in found]


def prose_length(container: HtmlElement) -> int:
    """Letters of running text outside links and furniture."""
    return sum(length for _, length in _prose(container))


def _prose(container: HtmlElement, spared: Container[HtmlElement] = ()) -> Iterable[tuple[HtmlElement, int]]:
    """(box, letters) of every text of some length that stands neither in a link nor in furniture."""
    walk = etree.iterwalk(container, events=("start", "end"))
    total = visible_length(container)
    anchors = 0
    skipped: set[HtmlElement] = set()
    boxes: list[HtmlElement] = []
    for event, node in walk:
        if not isinstance(node.tag, str):
            continue
        if event == "start":
            if (
                node is not container
                and node not in spared
                and is_furniture(node)
                and (node.tag in SKIPPED_TAGS or visible_length(node) < 0.45 * total)
            ):
                walk.skip_subtree()
                skipped.add(node)
                continue
            if node.tag in BLOCK_TAGS or node is container:
                boxes.append(node)
            anchors += node.tag == "a"
            text = node.text
        else:
            if node not in skipped:
                anchors -= node.tag == "a"
                if boxes and boxes[-1] is node:
                    boxes.pop()
            text = node.tail if node is not container else None
        if text and not anchors and boxes:
            length = sum(map(len, text.split()))
            if length >= 20:
                yield boxes[-1], length


def densest(root: HtmlElement, title: HtmlElement | None = None) -> HtmlElement | None:
    """The box with the most running text: text weighs for its own box, its parent and, by half, its grandparent.

    The measure of Arc90's Readability in its plainest form, with Vietnamese furniture left out beforehand. With the headline
    known, boxes count the more the closer they stand to it in the tree, and no box that holds it is furniture.
    """
    above = list(title.iterancestors()) if title is not None else []
    own: dict[HtmlElement, float] = {}
    for box, length in _prose(root, frozenset(above)):
        own[box] = own.get(box, 0.0) + length
    score: dict[HtmlElement, float] = {}
    for box, letters in own.items():
        weight = letters if letters >= 80 else 0.4 * letters
        inline = box.tag in ("p", "h2", "h3", "h4", "li", "blockquote", "span", "font")
        holder: HtmlElement | None = box.getparent() if inline else box
        for share in (1.0, 0.85, 0.6, 0.4):
            if holder is None or holder.tag == "html":
                break
            score[holder] = score.get(holder, 0.0) + share * weight
            holder = holder.getparent()
    if not score:
        return None
    depths = {node: len(above) - index for index, node in enumerate(above)}

    def closeness(node: HtmlElement) -> float:
        if not above:
            return 1.0
        shared = next((depths[box] for box in (node, *node.iterancestors()) if box in depths), 0)
        return 0.3 + 0.7 * shared / len(above)

    return max(score, key=lambda node: score[node] * closeness(node))


def pick(
    root: HtmlElement,
    selectors: Iterable[str],
    select: Callable[[HtmlElement, str], list[HtmlElement]],
    enough: int,
) -> HtmlElement | None:
    """The fullest element of the first selector that finds one with `enough` prose."""
    for selector in selectors:
        found = [(prose_length(node), node) for node in select(root, selector)[:20]]
        if found:
            length, node = max(found, key=lambda pair: pair[0])
            if length >= enough:
                return node
    return None
