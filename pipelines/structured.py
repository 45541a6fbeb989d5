"""What a page says of itself for machines: JSON-LD and meta tags, read with patience. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipelines.encodings import mend, unescape
from pipelines.errors import CatalogueError
from pipelines.vietnamese import squeeze

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ARTICLE_TYPES = re.compile(
    r"(?:News|Report|Blog|Social|Scholarly|Tech|Review|Opinion|Analysis|Background)?\w*(?:Article|Posting)\b"
)
_MAX_JSON_LD = 2_000_000  # characters; beyond it somebody plays
_BROKEN = re.compile(
    r"""["'](headline|name|datePublished|dateModified|dateCreated)["']\s*:\s*["']([^"'\n]{1,400})["']"""
)
_CONTROL = re.compile("[\x00-\x1f]")


@lru_cache(maxsize=2048)
def _compiled(selector: str) -> Callable[[Any], list[Any]]:
    from lxml.cssselect import CSSSelector
    from lxml.etree import XPathSyntaxError

    try:
        compiled: Callable[[Any], list[Any]] = CSSSelector(selector, translator="html")
    except (ValueError, SyntaxError, XPathSyntaxError) as fault:
        raise CatalogueError(
            f"a page rule holds a CSS selector that cannot be read: {selector!r} ({fault})"
        ) from None
    return compiled


def select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """Elements that a CSS selector finds, in document order; compiled once. CatalogueError when it is no selector."""
    return list(_compiled(selector)(tree))


class Structured:
    """The article object of the JSON-LD, and the meta tags, of one page."""

    __slots__ = ("article", "metas", "types")

    def __init__(self, tree: HtmlElement) -> None:
        self.metas: dict[str, list[str]] = {}
        """Lower-case name, property or itemprop → contents, not empty, in order."""
        for meta in tree.iter("meta"):
            content = (meta.get("content") or "").strip()
            if not content:
                continue
            for key in {meta.get(attribute) for attribute in ("property", "name", "itemprop")} - {None}:
                self.metas.setdefault(str(key).strip().lower(), []).append(content)
        self.article: Mapping[str, Any] = {}
        """The first object whose type is an article; {} if there is none."""
        self.types: set[str] = set()
        """Every `@type` of the page."""
        for script in tree.xpath("//script[contains(translate(@type,'LDJSON','ldjson'),'ld+json')]"):
            for item in _objects(script.text or ""):
                types = _as_list(item.get("@type"))
                self.types.update(str(kind) for kind in types)
                if not self.article and any(_ARTICLE_TYPES.fullmatch(str(kind)) for kind in types):
                    self.article = item

    def meta(self, *names: str) -> str | None:
        """The first content of the first of these names that the page has."""
        for name in names:
            for content in self.metas.get(name, ()):
                return content
        return None

    def article_text(self, key: str) -> str | None:
        """A text value of the JSON-LD article, references resolved; None if it has none."""
        value = self.article.get(key)
        value = next((item for item in _as_list(value) if isinstance(item, str)), None)
        text = squeeze(mend(unescape(value))) if value else ""
        return text or None

    def authors(self) -> list[str]:
        """Names of the JSON-LD article's author objects, as printed; organisations are left to the caller to judge."""
        names = []
        for author in _as_list(self.article.get("author")):
            name = author.get("name") if isinstance(author, Mapping) else author
            for one in _as_list(name):
                if isinstance(one, str) and (text := squeeze(mend(unescape(one)))):
                    names.append(text)
        return names

    def section(self) -> str | None:
        """The section that the metadata name."""
        text = self.article_text("articleSection") or self.meta("article:section")
        return squeeze(unescape(text)) if text else None

    def publisher(self) -> str | None:
        """The name of the JSON-LD article's publisher."""
        value = self.article.get("publisher")
        name = value.get("name") if isinstance(value, Mapping) else value
        return squeeze(unescape(name)) if isinstance(name, str) and name.strip() else None


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """Every object of one JSON-LD script; of a broken one, what a pattern can save."""
    if not text.strip() or len(text) > _MAX_JSON_LD:
        return
    text = (
        re.sub(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$|^\s*<!--|-->\s*$", "", text)
        .strip()
        .rstrip(";")
    )
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        try:
            value = json.loads(re.sub(r",\s*([}\]])", r"\1", _CONTROL.sub(" ", text)), strict=False)
        except (ValueError, RecursionError):
            found = dict(reversed(_BROKEN.findall(text)))
            if found and (kind := re.search(r"\b(?:News)?Article\b", text)):
                yield {"@type": kind[0], **found}
            return
    waiting, seen = [value], 0
    while waiting and seen < 500:
        item = waiting.pop(0)
        seen += 1
        if isinstance(item, list):
            waiting[:0] = item
        elif isinstance(item, dict):
            yield item
            waiting += [
                inner for key in ("@graph", "mainEntity", "hasPart") if (inner := item.get(key)) is not None
            ]
