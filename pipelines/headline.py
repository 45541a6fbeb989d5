"""The headline of a page: as printed over the story, not as a search engine is told. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines import encodings
from pipelines.page_parts import is_furniture, names_of, overlap
from pipelines.structured import Structured, select
from pipelines.vietnamese import fold, squeeze, syllables

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.types import PageRules

_TITLE_NAMES = re.compile(
    r"title|headline|tieu-?de|heading|(?:^|[-_ ])(?:name|tit|tieude)(?:$|[-_ ])", re.IGNORECASE
)


def find_title(
    tree: HtmlElement, structured: Structured, rules: PageRules, url: str
) -> tuple[str, HtmlElement | None]:
    """The headline as printed over the story, and the element that prints it (None when only metadata know it).

    The rules' selectors first. Then the printed headings (`h1`, else `h2` and boxes named title) that agree best with
    what the page says elsewhere: `og:title`, JSON-LD headline, `<title>` and the words of the address. A section's name or the site's name
    agrees with none of them.
    """
    for selector in rules.title:
        for element in select(tree, selector)[:3]:
            if text := _heading_text(element):
                return text, element
    told = _told_titles(tree, structured, url)
    folded_told = {fold(title) for title in told}
    slug = " ".join(re.split(r"[-_]+", urlsplit(url).path.rstrip("/").rpartition("/")[2].rpartition(".")[0]))
    worded = sum(word.isalpha() for word in slug.split()) >= 4
    best: tuple[float, str, HtmlElement] | None = None
    for weight, elements in (
        (0.25, tree.iter("h1")),
        (
            0.0,
            (
                e
                for e in tree.iter("h2", "h3", "div", "p", "span", "strong", "td")
                if _TITLE_NAMES.search(names_of(e))
            ),
        ),
    ):
        for element in elements:
            text = _heading_text(element)
            if not 8 <= len(text) <= 400:
                continue
            agreement = max((overlap(text, other) for other in told), default=0.0)
            if _is_masthead(element):
                continue
            by_slug = overlap(text, slug) if len(slug) > 12 else 0.0
            score = max(agreement, by_slug) + weight + 0.1 * bool(_TITLE_NAMES.search(names_of(element)))
            if fold(text) in folded_told:
                score += 0.1
            if element.tag != "h1" and max(agreement, by_slug) < 0.75:
                continue
            if any(ancestor.tag == "a" for ancestor in element.iterancestors()) or (
                element.find("a") is not None and agreement < 0.95
            ):
                score -= 0.3
            if worded and by_slug < 0.25:
                score -= 0.4  # the address tells another headline
            if best is None or score > best[0] + 1e-9:
                best = score, text, element
        if best is not None and best[0] >= 0.6:
            break
    if best is not None and best[0] >= 0.5:
        return best[1], best[2]
    if (element := _same_words(tree, [*told, *_heads(told)])) is not None:
        return _heading_text(element), element
    h1 = [e for e in tree.iter("h1") if 15 <= len(_heading_text(e)) <= 400]
    if len(h1) == 1 and not told:
        return _heading_text(h1[0]), h1[0]
    if told:
        if (
            not worded
            and structured.meta("og:title") is None
            and (named := _named_heading(tree, told)) is not None
        ):
            return _heading_text(named), named
        return told[0], None
    return (best[1], best[2]) if best else ("", None)


_MASTHEAD = re.compile(r"logo|brand|site-?(?:name|title)|ten-?bao", re.IGNORECASE)


def _is_masthead(element: HtmlElement) -> bool:
    """The paper's name in a heading: named so, or a link to the home page."""
    if _MASTHEAD.search(names_of(element)):
        return True
    links = [*element.iter("a"), *[box for box in list(element.iterancestors())[:2] if box.tag == "a"]]
    return any(
        urlsplit((link.get("href") or "#").strip()).path in ("", "/")
        and not (link.get("href") or "#").startswith("#")
        for link in links[:2]
    )


def _same_words(tree: HtmlElement, told: list[str]) -> HtmlElement | None:
    """A box without a telling name that prints exactly a told headline, as pages made of tables and fonts do."""
    wanted = {fold(title) for title in told if len(title) >= 12}
    if not wanted:
        return None
    for element in tree.iter("h2", "h3", "h4", "font", "b", "strong", "span", "div", "p", "td", "big"):
        text = element.text or ""
        if len(text) >= 12 and fold(squeeze(text)) in wanted and fold(_heading_text(element)) in wanted:
            return element
    return None


def _named_heading(tree: HtmlElement, told: list[str]) -> HtmlElement | None:
    """The first box that calls itself a headline, on a page whose `<title>` is but the site's name: no link, a sentence long."""
    if any(not _SITE_WORDS.search(title.lower()) for title in told):
        return None
    for element in tree.iter("h2", "h3", "div", "p", "span", "strong", "td", "b", "font"):
        names = names_of(element)
        if not names or not _TITLE_NAMES.search(names) or is_furniture(element):
            continue
        text = _heading_text(element)
        if not 20 <= len(text) <= 250 or len(text.split()) < 5 or element.find(".//a") is not None:
            continue
        if any(box.tag in ("a", "li") for box in element.iterancestors()):
            continue
        return element
    return None


def _heads(told: list[str]) -> list[str]:
    """What stands before each separator of a told title: sections and mottoes may follow the headline."""
    return [
        title[: found.start()].strip()
        for title in told
        for found in reversed(list(_TITLE_SEPARATOR.finditer(title)))
        if found.start() >= 15
    ]


#: Not every white space: half a letter that was encoded twice may be a no-break space.
_ASCII_SPACES = re.compile(r"[ \t\r\n\f]+")


def _heading_text(element: HtmlElement) -> str:
    pieces: list[str] = []
    _gather(element, pieces)
    return squeeze(encodings.mend(encodings.unescape(_ASCII_SPACES.sub(" ", "".join(pieces)))))


def _gather(element: HtmlElement, pieces: list[str], depth: int = 0) -> None:
    if element.text:
        pieces.append(element.text)
    for child in element:
        if isinstance(child.tag, str) and depth < 12:
            if child.tag == "br":
                pieces.append(" ")
            elif child.tag not in ("script", "style", "button", "svg", "small") and not (
                child.get("class") and is_furniture(child)
            ):
                _gather(child, pieces, depth + 1)
        if child.tail:
            pieces.append(child.tail)


def _told_titles(tree: HtmlElement, structured: Structured, url: str) -> list[str]:
    """Headlines from metadata without the site's name, the likeliest first."""
    page_title = _ASCII_SPACES.sub(" ", tree.findtext(".//title") or "")
    raw = [
        structured.meta("og:title"), structured.article_text("headline"), structured.meta("twitter:title"), structured.meta("title"),
        page_title,
    ]  # fmt: skip
    titles = [squeeze(encodings.mend(encodings.unescape(text))) for text in raw if text]
    site_names = {
        fold(name)
        for name in (
            structured.meta("og:site_name"),
            structured.meta("application-name"),
            structured.meta("author"),
        )
        if name
    }
    labels = link_labels(tree)
    host = "".join(
        character for character in (urlsplit(url).hostname or "") if character.isalnum() or character == "."
    )
    return list(
        dict.fromkeys(
            short for title in titles if (short := _without_site(title, titles, site_names, labels, host))
        )
    )


_TITLE_SEPARATOR = re.compile(r"\s+(?:[|\-–—»•·:]|::|\|\|)\s+|\s*\|\s*")
_SITE_WORDS = re.compile(
    r"(?<!\w)(?:báo|tạp chí|đài|truyền hình|điện tử|tin tức|cổng thông tin|trang tin|online|news|vn|\w+\.(?:vn|com|net))(?!\w)"
)  # with their marks: bao is also a storm


def link_labels(tree: HtmlElement) -> frozenset[str]:
    """The folded words of the page's short links: its menu, its path, its sections."""
    texts = (squeeze(link.text_content()) for link in tree.iter("a") if len(link) < 3)
    return frozenset(fold(text) for text in texts if 0 < len(text) <= 40)


def _is_host(name: str, host: str) -> bool:
    """Is a name the words of the host, with or without `bao`: Báo Sông Lục of baosongluc.vn?"""
    joined = "".join(syllables(name))
    labels = {label.removeprefix("bao") for label in host.split(".")}
    return len(joined) >= 4 and joined.removeprefix("bao") in labels


def _without_site(
    title: str, titles: list[str], site_names: set[str], labels: frozenset[str], host: str
) -> str:
    """A title without the site's name before or behind it, and without the section's name before that."""
    if (first := _TITLE_SEPARATOR.search(title)) is not None:
        name, rest = title[: first.start()].strip(), title[first.end() :].strip()
        if len(rest) >= 12 and (fold(name) in site_names or _is_host(name, host)):
            title = rest
    for turn in range(3):
        found = list(_TITLE_SEPARATOR.finditer(title))
        if not found:
            break
        last = found[-1]
        head, tail = title[: last.start()].strip(), title[last.end() :].strip()
        if len(head) < 12:
            break
        folded = fold(tail)
        shorter = any(other != title and other == head for other in titles)
        if (
            shorter
            or folded in site_names
            or _is_host(tail, host)
            or (turn > 0 and folded in labels)
            or (len(tail.split()) <= 7 and (_SITE_WORDS.search(tail.lower()) or "|" in last[0]))
        ):
            title = head
        else:
            break
    return title
