"""What was found of one page on the way to a story: passed from step to step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.structured import Structured
from pipelines.types import PageRules

if TYPE_CHECKING:
    from lxml.html import HtmlElement


@dataclass(slots=True, kw_only=True)
class Parts:
    """What was found of one page on the way to a story."""

    tree: HtmlElement
    root: HtmlElement
    structured: Structured
    rules: PageRules
    url: str
    title: str = ""
    title_element: HtmlElement | None = None
    teasers: frozenset[HtmlElement] = frozenset()
    """Items of the page's lists of other stories (`story_box.teaser_items`)."""
    body: HtmlElement | None = None
    how: str = ""
