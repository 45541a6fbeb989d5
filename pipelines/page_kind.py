"""One story, or a list of many? Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines import dates, urls
from pipelines.page_parts import Block, overlap
from pipelines.types import Outlet, Precision
from pipelines.vietnamese import squeeze

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.story_lines import Lines
    from pipelines.story_parts import Parts


def article_points(parts: Parts, lines: Lines, outlet: Outlet | None, published: dates.Published) -> int:
    """How much speaks for one story, and against a list of many; below `ARTICLE_POINTS` it is none.

    No single sign is safe: lists call themselves `og:type=article`, print dates, and have a heading that equals their
    address; old stories have no JSON-LD. Weights fitted by hand on captured stories, sections and home pages of 2012-2026.
    """
    prose = [block for block in lines.blocks if block.kind in ("paragraph", "item") and len(block.text) >= 60]
    letters = sum(len(block.text) for block in prose)
    points = 0
    if parts.structured.article:
        points += 3
    if outlet is not None and outlet.article:
        points += 2 if re.search(outlet.article, urls.canonical(parts.url, outlet)) else -1
    slug = re.split(r"[-_]+", urlsplit(parts.url).path.rstrip("/").rpartition("/")[2])
    if urls.story_key(parts.url) is not None:
        points += 1
    elif len(slug) <= 4:
        points -= 1  # a section's name
    if len(slug) >= 5 and overlap(parts.title, " ".join(slug)) >= 0.6:
        points += 2
    to_the_minute = published.precision in (Precision.MINUTE, Precision.SECOND)
    if to_the_minute and published.source in ("page", "meta", "json-ld"):
        points += 2
    if parts.how in ("rule", "named"):
        points += 1
    teasers = teaser_share(prose)
    if teasers == 0 and lines.link_share < 0.15:
        points += (letters >= 300) + (letters >= 1200)
    if parts.title_element is None:
        points -= 1
    if lines.link_share > 0.5:
        points -= 2
    if teasers > 0.5:
        points -= 4
    return points


#: Signs that one page must show to be read as a story (`article_points`).
ARTICLE_POINTS = 2


#: A teaser's box holds a headline, a summary and hardly more.
_TEASER_LETTERS = 700


def teaser_share(prose: list[Block]) -> float:
    """Share of the paragraphs that stand, each in a small box of its own, beside a link that is a headline."""
    boxes: dict[HtmlElement, int] = {}
    for block in prose:
        if (box := _teaser_box(block.element)) is not None:
            boxes[box] = boxes.get(box, 0) + 1
    if len(boxes) < 3:
        return 0.0
    return sum(1 for count in boxes.values() if count <= 2) / max(len(prose), 1)


def _teaser_box(element: HtmlElement | None) -> HtmlElement | None:
    box = element
    for _ in range(5):
        if box is None or box.tag in ("body", "html"):
            return None
        text = box.text_content()
        if len(text) > 3 * _TEASER_LETTERS or len(squeeze(text)) > _TEASER_LETTERS:
            return None
        for link in box.iter("a"):
            if (
                link is not element
                and len(squeeze(link.text_content())) >= 20
                and (link.get("href") or "").strip("#")
            ):
                return box
        box = box.getparent()
    return None
