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
    is_teaser,
    names_are_furniture,
    names_of,
    visible_length,
)
from pipelines.vietnamese import squeeze

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


def teaser_items(root: HtmlElement, title: HtmlElement | None = None) -> frozenset[HtmlElement]:
    """The items of a page's lists of other stories: three or more brothers of one name that each open with a link's headline.

    A short story is soon outweighed by the summaries around it; what stands in a list of teasers is none of its text,
    whatever the list is called. An item that holds the headline is never one.
    """
    above = set(title.iterancestors()) if title is not None else set()
    found: set[HtmlElement] = set()
    for parent in root.iter(
        "div", "ul", "ol", "section", "aside", "main", "article", "tbody", "dl", "td", "body"
    ):
        if len(parent) < 3 or parent in found:
            continue
        brothers: dict[tuple[str, str], list[HtmlElement]] = {}
        for node in parent:
            if node.tag in _ITEM_TAGS and node not in above:
                # `item first`, `item last`, `item-3`: brothers by the first word of their class.
                name = re.sub(r"\d+", "", (node.get("class") or "").partition(" ")[0])
                brothers.setdefault((node.tag, name), []).append(node)
        for group in brothers.values():
            if len(group) >= 3:
                teasers = [node for node in group if is_teaser(node)]
                if len(teasers) >= 3 and len(teasers) >= 0.6 * len(group):
                    found.update(teasers)
                    letters = sum(len(squeeze(node.text_content())) for node in teasers)
                    for box in (parent, parent.getparent()):  # with the list goes its label
                        if box is None or box in above or box.tag in ("body", "html"):
                            break
                        if len(squeeze(box.text_content())) > letters + _LABEL_LETTERS:
                            break
                        found.add(box)
    return frozenset(found)


#: What stands in a list's box beside its items: its label, "see all".
_LABEL_LETTERS = 60
_ITEM_TAGS = frozenset(("div", "li", "article", "section", "tr", "dd", "dl"))


#: A box without boxes in it and with fewer letters is one paragraph; with more it holds a story cut by line breaks.
_PARAGRAPH = 500


def prose_length(container: HtmlElement, teasers: Container[HtmlElement] = ()) -> int:
    """Letters of running text outside links, furniture and `teasers`."""
    return sum(length for _, length in _prose(container, teasers=teasers))


def _prose(
    container: HtmlElement, spared: Container[HtmlElement] = (), teasers: Container[HtmlElement] = ()
) -> Iterable[tuple[HtmlElement, int]]:
    """(box, letters) of every text of some length that stands neither in a link nor in furniture nor in a teaser."""
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
                and (
                    node in teasers
                    or (
                        is_furniture(node)
                        and (
                            node.tag in SKIPPED_TAGS or visible_length(node) < 0.45 * total or is_teaser(node)
                        )
                    )
                )
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
            if length >= 20 and not _FOOT.search(text):
                yield boxes[-1], length


# How texts of a page's foot open, contact lines too; an address without these words is short. Wider than `is_colophon`, for
# it only says what is not weighed, and matched with marks: every text of a page is asked, often more than once.
_FOOT = re.compile(
    r"^\W*(?:copyright|©|®|bản quyền|cơ quan chủ quản|giấy phép (?:số|thiết lập|hoạt động|xuất bản|báo)|tổng biên tập|phó tổng biên tập|"
    r"tòa soạn|toà soạn|trụ sở|chịu trách nhiệm|ghi rõ nguồn|điện thoại|hotline|đường dây nóng|địa chỉ\s*:)|all rights reserved|khi (?:bạn )?phát hành lại thông tin",
    re.IGNORECASE,
)


def densest(
    root: HtmlElement, title: HtmlElement | None = None, teasers: Container[HtmlElement] = ()
) -> HtmlElement | None:
    """The box with the most running text: text weighs for its own box, its parent and, by half, its grandparent.

    The measure of Arc90's Readability in its plainest form, with Vietnamese furniture left out beforehand. With the headline
    known, boxes count the more the closer they stand to it in the tree, and no box that holds it is furniture.
    """
    above = list(title.iterancestors()) if title is not None else []
    own: dict[HtmlElement, float] = {}
    for box, length in _prose(root, frozenset(above), teasers):
        own[box] = own.get(box, 0.0) + length
    score: dict[HtmlElement, float] = {}
    for box, letters in own.items():
        weight = letters if letters >= 80 else 0.4 * letters
        inline = box.tag in ("p", "h2", "h3", "h4", "li", "blockquote", "span", "font") or (
            letters < _PARAGRAPH and box.tag == "div" and not any(child.tag in BLOCK_TAGS for child in box)
        )
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
