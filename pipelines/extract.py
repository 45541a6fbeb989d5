"""Page → Story, or a named refusal. The only importer of trafilatura.

How the text is found, in this order (each step only if the one before found too little):

1. the outlet's `keep` selectors, then its family's (`Outlet.rules` holds both);
2. the box that calls itself the story's body (`page_parts.body_candidates`: names that Vietnamese systems use);
3. trafilatura and the densest box: trafilatura reads the whole page, the box that holds its lines is located in the tree, and of that
   box and the densest one the better is taken;
4. the `articleBody` of the page's JSON-LD;
5. trafilatura's own text.

In 1–3 the box is read line by line (furniture boxes, link lists, bylines and the repeated lead left out; captions and
tables kept in place), and trafilatura, given that box alone, votes on the doubtful lines. Then the result is
checked; what fails ends as `Rejected` with a named outcome.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines import dates, encodings, urls
from pipelines.errors import ExtractError
from pipelines.furniture_lines import is_colophon, is_furniture_line
from pipelines.headline import find_title
from pipelines.page_kind import ARTICLE_POINTS, article_points
from pipelines.page_parts import (
    Block,
    common_ancestor,
    visible_length,
)
from pipelines.story_authors import declared_authors
from pipelines.story_box import body_candidates, densest, pick, prose_length, teaser_items
from pipelines.story_lines import Lines, is_doubtful, story_lines
from pipelines.story_parts import Parts
from pipelines.structured import Structured, select
from pipelines.types import Link, Outcome, Outlet, Page, PageRules, Rejected, Story
from pipelines.vietnamese import harmless, squeeze, syllables, tidy
from pipelines.walls import looks_like_challenge

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = [
    "extract_story",
    "extractor_name",
    "forget_caches",
    "looks_like_challenge",
    "parse",
    "story_from_headline",
]

#: A story's text below this many characters is no story; the shortest real ones (a photo with a caption) have about 250.
MIN_TEXT = 120
#: Above this it is a book, a dump or a trap; the longest stories of the labelled corpora have about 60,000.
MAX_TEXT = 400_000
#: Bytes of HTML beyond which a page is not parsed.
MAX_HTML = 12_000_000
#: Prose (letters outside links) that makes a box worth reading as the story.
ENOUGH = 140
#: So many datelines inside one text belong to as many stories.
MANY_DATELINES = 3
#: Prose that leaves no doubt about a box named as the body.
PLENTY = 1200


@lru_cache(maxsize=1)
def extractor_name() -> str:
    """Name and version of what reads pages; stored with each story, so that a later reading can be told apart."""
    from importlib.metadata import version

    return f"kyket 1 + trafilatura {version('trafilatura')}"


# --- the public functions -------------------------------------------------------------------------------------------


def extract_story(page: Page, outlet: Outlet | None = None, *, now: datetime) -> Story | Rejected:
    """The story a page tells, or the named outcome of why it tells none.

    `now` bounds publication times (a replay passes the moment of the capture). Never raises on a bad page: broken, hostile or
    endless HTML ends in `Rejected`. Raises CatalogueError when the outlet's page rules hold a wrong selector.
    """
    if looks_like_challenge(page.body, page.headers, page.status):
        return Rejected(
            outcome=Outcome.CHALLENGE, why="a cookie or JavaScript challenge answered instead of the page"
        )
    if not page.body.strip():
        return Rejected(outcome=Outcome.TOO_SHORT, why="the page is empty")
    if len(page.body) > MAX_HTML:
        return Rejected(outcome=Outcome.TOO_LARGE, why=f"the page has {len(page.body)} bytes")
    kind = page.headers.get("content-type", "").lower()
    if kind and not re.search(r"html|xml|text/plain|octet-stream", kind):
        return Rejected(outcome=Outcome.NOT_HTML, why=f"the server calls it {kind.split(';')[0]}")
    try:
        tree = parse(encodings.decode(page.body, page.headers.get("content-type")))
        return _read(tree, page, outlet, now)
    except ExtractError as fault:
        return Rejected(outcome=Outcome.EXTRACT_FAILED, why=str(fault))
    except RecursionError:
        return Rejected(outcome=Outcome.EXTRACT_FAILED, why=f"{page.url}: its elements are nested too deep")


def story_from_headline(link: Link, why: str, now: datetime) -> Story:
    """A story of a link's title and summary alone, because its page could not be had. `why` is an outcome's word."""
    title = squeeze(encodings.mend(encodings.unescape(link.title or "")))
    summary = _plain(link.summary or "")
    published = link.published if link.published and link.published <= now + dates.FUTURE_TOLERANCE else None
    parsed = dates.parse_date(link.published_raw, now=now)
    return Story(
        url=link.url,
        title=title or summary.split("\n")[0][:200],
        text=summary,
        outlet=link.outlet,
        lead=summary or None,
        published=published or (parsed.value if parsed else None),
        published_raw=link.published_raw,
        published_from=link.published_from if published or parsed else None,
        published_precision=parsed.precision if parsed else None,
        incomplete=why,
        extractor=extractor_name(),
        found_at=now,
    )


def _plain(summary: str) -> str:
    """A feed's summary without its markup."""
    text = encodings.mend(encodings.unescape(summary))
    if "<" in text:
        text = re.sub(r"<(?:br|/p|/div|/li)\b[^>]*>", "\n", text, flags=re.IGNORECASE)
        text = encodings.unescape(re.sub(r"<[^>]*>", " ", text))
    return tidy(text)


def forget_caches() -> None:
    """Empty the caches that trafilatura and htmldate fill with every page; for processes that read thousands."""
    from trafilatura.meta import reset_caches

    reset_caches()


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufeff]")


def parse(text: str) -> HtmlElement:
    """An HTML tree of a decoded page. ExtractError when nothing of it can be parsed."""
    from lxml import etree, html

    if "\x1b" in text:
        text = harmless(text)  # whole escape sequences: without its first sign the rest would be words
    # Controls end the parser's reading; everything else is cleaned line by line, on far less text.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", _CONTROLS.sub("", text), count=1)
    parser = html.HTMLParser(
        encoding=None, recover=True, huge_tree=True, remove_pis=True, default_doctype=False
    )
    try:
        tree = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as fault:
        raise ExtractError(f"the page cannot be parsed as HTML ({fault})") from None
    return tree


def _read(tree: HtmlElement, page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
    root = tree.find("body")
    structured = Structured(tree)
    rules = outlet.rules if outlet else PageRules()
    parts = Parts(
        tree=tree, root=tree if root is None else root, structured=structured, rules=rules, url=page.url
    )
    parts.title, parts.title_element = find_title(tree, structured, rules, page.url)
    parts.teasers = teaser_items(parts.root, parts.title_element)
    parts.body, parts.how = _choose_body(parts)
    published = dates.find_published(
        tree, url=page.url, now=now, outlet=outlet, link=page.link, structured=structured,
        title=parts.title_element, body=parts.body, teasers=parts.teasers,
    )  # fmt: skip
    known_authors = declared_authors(parts)
    lines = _with_votes(story_lines(parts, known_authors), parts)
    if sum(len(block.text) for block in lines.blocks) < MIN_TEXT:
        lines = _otherwise(lines, parts)
    refusal = _check(parts, lines, outlet, page, published)
    if refusal is not None:
        return refusal
    title = parts.title or squeeze(
        encodings.mend(encodings.unescape((page.link.title if page.link else None) or ""))
    )
    return Story(
        url=urls.declared_canonical(tree, page.url, outlet) or urls.canonical(page.url),
        title=title or lines.blocks[0].text[:160],
        text="\n".join(block.text for block in lines.blocks),
        outlet=outlet.id if outlet else page.outlet,
        lead=lines.lead,
        captions=tuple(dict.fromkeys(block.text for block in lines.blocks if block.kind == "caption")),
        authors=lines.authors or known_authors,
        published=published.value,
        published_raw=published.raw,
        published_from=published.source,
        published_precision=published.precision,
        section=structured.section(),
        extractor=extractor_name(),
        notes=(*published.disagreements, *lines.notes),
        found_at=now,
    )


# --- the story's box ----------------------------------------------------------------------------------------------


def _choose_body(parts: Parts) -> tuple[HtmlElement | None, str]:
    """Steps 1 to 3 of the fall-back order."""
    by_rule = pick(parts.root, parts.rules.keep, select, ENOUGH // 2)
    if by_rule is not None:
        return by_rule, "rule"
    named: HtmlElement | None = None
    named_length = 0
    for candidate in body_candidates(parts.root)[:12]:
        length = prose_length(candidate, parts.teasers)
        if named is None and length >= ENOUGH:
            named, named_length = candidate, length
        elif named is not None and named in candidate.iterancestors() and length >= 0.75 * named_length:
            named, named_length = candidate, length  # a tighter box with nearly all of its prose
    if named is not None and named_length >= PLENTY:
        return _with_brothers(named, parts), "named"
    thick = densest(parts.root, parts.title_element, parts.teasers)
    if named is not None:
        inner = thick is not None and (thick is named or named in thick.iterancestors())
        if inner or thick is None or prose_length(thick, parts.teasers) < 2.5 * named_length:
            return _with_brothers(named, parts), "named"
    if thick is None:
        return named, "named"
    found = _box_of_trafilatura(parts, thick)
    if found is not None and prose_length(found, parts.teasers) > 1.15 * prose_length(thick, parts.teasers):
        return found, "trafilatura"
    return _with_brothers(thick, parts), "densest"


def _with_brothers(box: HtmlElement, parts: Parts) -> HtmlElement:
    """The box around several that share the story between them (an advertisement cuts it in two).

    Brothers of one name are halves of one thing; one of another name is, if it is running text and hardly anything else
    stands beside the two.
    """
    parent = box.getparent()
    if parent is None or parent.tag in ("body", "html", "tr", "tbody"):
        return box
    own = prose_length(box, parts.teasers)
    brothers = [
        (node, prose_length(node, parts.teasers))
        for node in parent
        if node is not box and node.tag == box.tag and node not in parts.teasers
    ]
    name = box.get("class")
    if name and any(node.get("class") == name and length >= max(60, 0.15 * own) for node, length in brothers):
        return parent
    if len(brothers) > _FEW_BROTHERS or parts.title_element is None:
        return box
    halves = [
        length
        for node, length in brothers
        if length >= max(150, 0.2 * own)
        and length >= 0.5 * visible_length(node)
        and next(node.iter("h1"), None) is None
    ]
    if halves and prose_length(parent, parts.teasers) <= 1.15 * (own + sum(halves)):
        return parent
    return box


#: A box among many brothers is an item of a list.
_FEW_BROTHERS = 8


def _trafilatura(tree: HtmlElement, url: str, *, recall: bool) -> str:
    from trafilatura import extract as read  # 0.5 s to import: only when a page is read

    text = read(  # it works on a copy of the tree
        tree, url=url, output_format="txt", include_comments=False, include_tables=True, favor_recall=recall,
        fast=True, deduplicate=False,
    )  # fmt: skip
    return text or ""


def _with_votes(lines: Lines, parts: Parts) -> Lines:
    """Trafilatura, shown the story's box alone, decides on short lines that may be a caption, a label or a button."""
    if parts.body is None or not any(is_doubtful(block) for block in lines.blocks):
        return lines
    from lxml import etree, html

    document = html.fromstring("<html><body></body></html>")
    inner = html.fromstring(etree.tostring(parts.body, encoding="unicode", with_tail=False))
    inner.tag = "article"
    document.find("body").append(inner)
    kept = " ".join(syllables(_trafilatura(document, parts.url, recall=True)))
    if not kept:
        return lines
    blocks = [b for b in lines.blocks if not is_doubtful(b) or " ".join(syllables(b.text)) in kept]
    return replace(lines, blocks=blocks)


def _otherwise(lines: Lines, parts: Parts) -> Lines:
    """Steps 4 and 5 of the fall-back order, when no box gave a story's worth of lines."""
    told = parts.structured.article.get("articleBody")
    text = (
        tidy(re.sub(r"<[^>]*>", "\n", encodings.mend(encodings.unescape(told))))
        if isinstance(told, str)
        else ""
    )
    note = "text: JSON-LD articleBody"
    if len(text) < MIN_TEXT and (parts.structured.article or urls.story_key(parts.url)):
        text = tidy(_trafilatura(parts.tree, parts.url, recall=True))
        note = "text: trafilatura on the whole page"
    if len(text) <= sum(len(block.text) for block in lines.blocks):
        return lines
    others = squeeze(" ".join(box.text_content() for box in parts.teasers))
    blocks = [
        Block(text=line, kind="paragraph")
        for line in text.split("\n")
        if not is_furniture_line(line) and not is_colophon(line) and squeeze(line) not in others
    ]
    if sum(len(block.text) for block in blocks) <= sum(len(block.text) for block in lines.blocks):
        return lines  # it was other stories' teasers, or the paper's foot
    return replace(lines, blocks=blocks, notes=(*lines.notes, note))


def _box_of_trafilatura(parts: Parts, thick: HtmlElement) -> HtmlElement | None:
    """The innermost box that holds nearly all the lines trafilatura reads on the whole page.

    None when the densest box holds most of them already: a wider one would only add the teasers around it.
    """
    lines = {squeeze(line) for line in _trafilatura(parts.tree, parts.url, recall=False).split("\n")}
    lines = {line for line in lines if len(line) >= 60}
    within = squeeze(thick.text_content())
    letters = sum(len(line) for line in lines)
    if not lines or sum(len(line) for line in lines if line in within) >= 0.7 * letters:
        return None
    holders = [
        node
        for node in parts.root.iter("p", "div", "td", "li", "blockquote", "h2", "span")
        if node.text and len(node.text) >= 30 and squeeze(node.text_content()) in lines
    ]
    if len(holders) < 2:
        return None
    box = holders[0].getparent()
    for holder in holders[1:]:
        if box is None:
            return None
        wider = common_ancestor(box, holder)
        if wider is None or wider.tag in ("body", "html"):
            continue
        box = wider
    return box


# --- checks -----------------------------------------------------------------------------------------------------------


def _check(
    parts: Parts, lines: Lines, outlet: Outlet | None, page: Page, published: dates.Published
) -> Rejected | None:
    """None when the lines make a story; otherwise the outcome that names what is wrong."""
    path = urlsplit(page.url).path.strip("/")
    if not path and not urlsplit(page.url).query and page.url.startswith(("http:", "https:")):
        return Rejected(outcome=Outcome.NOT_ARTICLE, why="a home page")
    text = "\n".join(block.text for block in lines.blocks)
    # The signs of a story and the least lengths were learnt of Vietnamese; other scripts use fewer letters and no word spaces.
    if encodings.is_of_another_script(f"{parts.title}\n{text}"):
        return Rejected(outcome=Outcome.NOT_VIETNAMESE, why="the text is not written in Latin letters")
    if article_points(parts, lines, outlet, published) < ARTICLE_POINTS:
        return Rejected(
            outcome=Outcome.NOT_ARTICLE,
            why="a section, tag or home page: links and teasers, no story of its own",
        )
    if len(text) < MIN_TEXT:
        return Rejected(outcome=Outcome.TOO_SHORT, why=f"{len(text)} characters of text were found")
    if len(text) > MAX_TEXT:
        return Rejected(outcome=Outcome.TOO_LONG, why=f"{len(text)} characters of text were found")
    if lines.datelines >= MANY_DATELINES:
        return Rejected(
            outcome=Outcome.MIXED, why=f"its text holds the datelines of {lines.datelines} stories"
        )
    if lines.link_share > 0.6:
        return Rejected(outcome=Outcome.MOSTLY_LINKS, why=f"{lines.link_share:.0%} of its text are links")
    if not encodings.is_vietnamese(f"{parts.title}\n{text}"):
        return Rejected(outcome=Outcome.NOT_VIETNAMESE, why="the text is not Vietnamese")
    return None
