"""The lines of a story, once each and in order, from the box that holds it: lead, captions, paragraphs, tables; and its authors.

Pure; reads the tree, never changes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines import bylines, urls
from pipelines.date_forms import parse_date
from pipelines.furniture_lines import is_colophon, is_furniture_line
from pipelines.headline import link_labels
from pipelines.page_parts import (
    LEAD_NAMES,
    Block,
    Reading,
    common_ancestor,
    is_caption,
    is_furniture,
    names_of,
    overlap,
    read_blocks,
)
from pipelines.story_authors import is_paper, printed_authors, signed_below
from pipelines.story_parts import Parts
from pipelines.structured import select
from pipelines.types import Precision
from pipelines.vietnamese import fold, squeeze, syllables

if TYPE_CHECKING:
    from lxml.html import HtmlElement


@dataclass(slots=True, kw_only=True)
class Lines:
    blocks: list[Block]
    lead: str | None = None
    authors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    link_share: float = 0.0
    """Of the box before link lists were dropped."""
    datelines: int = 0
    """Headlines of the box with but a day and a clock below them: one story has one, or none."""


def story_lines(parts: Parts, known_authors: tuple[str, ...]) -> Lines:
    body = parts.body
    if body is None:
        return Lines(blocks=[])
    pruned = parts.teasers.union(
        node for selector in parts.rules.prune for node in select(parts.tree, selector)
    )
    captions = frozenset(node for selector in parts.rules.caption for node in select(parts.tree, selector))
    inside = parts.title_element is not None and body in parts.title_element.iterancestors()
    how = Reading(
        pruned=pruned, captions=captions, start_after=parts.title_element if inside else None, base=parts.url
    )
    raw = [_as_caption(block, known_authors) for block in read_blocks(body, how)]
    letters = sum(len(block.text) for block in raw) or 1
    link_share = sum(len(block.text) * block.link_share for block in raw) / letters
    blocks, authors = _sift(_to_the_end(raw, known_authors), parts, known_authors)
    lead_blocks = _lead_blocks(parts, how)
    between = _captions_before(parts, how, body)
    blocks = _joined(lead_blocks, between, blocks)
    lead = "\n".join(block.text for block in lead_blocks) or _inner_lead(parts, blocks)
    if lead and not lead_blocks:  # a picture may stand above the lead; the lead is read first
        blocks.sort(key=lambda block: block.text != lead)
    found = (
        printed_authors(parts)
        or tuple(name for name in authors if not is_paper(name, parts))
        or known_authors
        or signed_below(parts, how)
    )
    datelines = sum(1 for before, block in pairwise(_above_comments(raw)) if _opens_a_story(before, block))
    return Lines(blocks=blocks, lead=lead or None, authors=found, link_share=link_share, datelines=datelines)


def _opens_a_story(heading: Block, below: Block) -> bool:
    """A heading or a link with a dateline right below: a story begins."""
    return (
        (heading.kind == "heading" or heading.article_links > 0)
        and below.article_links == 0
        and _is_dateline(below.text)
        and _DAY_AND_CLOCK.search(below.text) is not None
    )


def _above_comments(raw: list[Block]) -> list[Block]:
    end = next(
        (n for n, block in enumerate(raw) if n and _COMMENTS_BEGIN.fullmatch(fold(block.text))), len(raw)
    )
    return raw[:end]


#: Share of a story's letters that may stand below its signature and yet be no part of it (a note on a column or a book).
_AFTERWORD = 0.25
#: From here on a line without a mark at its end is a sentence rather than a label.
_SENTENCE_LETTERS = 60


def _to_the_end(raw: list[Block], known_authors: tuple[str, ...]) -> list[Block]:
    """The lines up to where the story ends: at its readers' words, the paper's foot, the next story, its signature.

    Nothing ends a story before it has told something (`_A_STORY` letters). Captions below a signature still belong to it.
    """
    told = 0
    end = len(raw)
    for index, block in enumerate(raw):
        if told >= _A_STORY and (
            _COMMENTS_BEGIN.fullmatch(fold(block.text))
            or is_colophon(block.text)
            or (index + 1 < len(raw) and block.kind == "heading" and _opens_a_story(block, raw[index + 1]))
        ):
            end = index
            break
        if not is_link_line(block) and not is_furniture_line(block.text):
            told += len(block.text)
    raw = raw[:end]
    signed = next((n for n in range(len(raw) - 1, 0, -1) if _is_signature(raw[n], known_authors)), None)
    if signed is not None:
        below = [block for block in raw[signed + 1 :] if block.kind not in ("caption", "row")]
        above = sum(len(block.text) for block in raw[:signed])
        if above >= _A_STORY and sum(len(block.text) for block in below) <= _AFTERWORD * above:
            raw = [*raw[: signed + 1], *(b for b in raw[signed + 1 :] if b.kind in ("caption", "row"))]
    last = max(
        (
            n
            for n, block in enumerate(raw)
            if len(block.text) >= _SENTENCE_LETTERS and not is_link_line(block)
        ),
        default=-1,
    )
    sentence = raw[last].element if last >= 0 else None
    if sentence is None:
        return raw
    among = sentence.getparent()  # brothers of the last sentence's paragraph are the story's own
    return [
        block
        for n, block in enumerate(raw)
        if n <= last
        or not _is_label(block)
        or (block.element is not None and among in block.element.iterancestors())
    ]


def _is_signature(block: Block, known_authors: tuple[str, ...]) -> bool:
    """A line of nothing but the names that the page gives as its authors, or of names set to the right."""
    if block.kind in ("row", "caption", "heading") or len(block.text) > 60:
        return False
    names = bylines.names_in(block.text)
    if not names:
        return False
    known = {word for name in known_authors for word in syllables(name)}
    if known and set(syllables(block.text)) <= known:
        return True
    return block.right and bylines.is_byline(block.text, known_authors, right=True)


def _is_label(block: Block) -> bool:
    """Beyond the box of the story's last sentence: a short line that ends nothing and counts nothing, as labels do."""
    return is_doubtful(block) and not block.right and not bylines.is_byline(block.text, emphasis="strong")


def _sift(
    raw: list[Block], parts: Parts, known_authors: tuple[str, ...]
) -> tuple[list[Block], tuple[str, ...]]:
    """Lines that belong to the story, and the names that its signature lines gave."""
    kept: list[Block] = []
    authors: list[str] = []
    photographers: list[str] = []
    title = fold(parts.title)
    seen_captions: set[str] = set()
    seen: set[str] = set()
    begun = False
    teasers = _teaser_boxes(raw, parts)
    labels = link_labels(parts.tree)
    signed_from = len(raw)  # from here on nothing but credits and sources
    while signed_from and bylines.is_byline(raw[signed_from - 1].text):
        signed_from -= 1
    for index, block in enumerate(raw):
        text = block.text
        folded = fold(text)
        if _COMMENTS_BEGIN.fullmatch(folded) and sum(len(line.text) for line in kept) >= _A_STORY:
            break  # no story goes on below its readers' words
        if teasers and block.element is not None and not teasers.isdisjoint(block.element.iterancestors()):
            continue
        if is_furniture_line(text) or is_colophon(text) or not re.search(r"\w", text):
            continue
        if block.kind != "caption" and (is_link_line(block) or _in_a_link_list(block)):
            continue
        if folded == title and not kept:
            continue
        if not kept and len(text) <= 40 and folded in labels:
            continue  # the section's name above the story
        if block.kind == "caption" and (
            folded in seen_captions or re.fullmatch(re.escape(title) + r"\W*(?:anh \d+\W*)?", folded)
        ):
            continue
        if _is_dateline(text) or (not begun and _tells_when(text)):
            continue
        begun = begun or len(text) >= 100
        if len(text) >= 60:
            if folded in seen:
                continue
            seen.add(folded)
        last = index >= len(raw) - 8 and not any(
            len(later.text) > 160 for later in raw[index + 1 :] if later.link_share < 0.5
        )
        if index >= signed_from - 1 and _is_plain_signature(block, kept):
            authors += bylines.names_in(text)
            continue
        at_an_end = block.kind not in ("row", "caption") and (last or index < 2 or len(kept) <= 1)
        if at_an_end and bylines.is_byline(text, known_authors, emphasis=block.emphasis, right=block.right):
            (photographers if bylines.is_photo_credit(text) else authors).extend(bylines.names_in(text))
            continue
        if block.kind == "caption":
            seen_captions.add(folded)
        kept.append(block)
    return kept, bylines.people_first(authors or photographers)


def _is_plain_signature(block: Block, kept: list[Block]) -> bool:
    """A last line that is but a name, or says that no one is named, below a whole story."""
    if block.kind not in ("paragraph", "heading") or sum(len(line.text) for line in kept) < _A_STORY:
        return False
    sentence = kept[-1].kind == "caption" or kept[-1].text[-1:] in tuple('.!?…”")')
    return bylines.is_nameless_signature(block.text) or (sentence and bylines.is_bare_name(block.text))


#: The heading over what readers wrote, and how much of a story must stand above it.
_COMMENTS_BEGIN = re.compile(
    r"(?:y kien|binh luan|thao luan|phan hoi)(?: (?:cua )?(?:ban doc|doc gia))?\s*(?:\(?\d+\)?)?\s*:?"
)
_A_STORY = 200

#: The longest caption of the captured stories has 380 letters.
_CAPTION_LETTERS = 420
_PHOTO_CREDIT = re.compile(r"\bảnh\s*(?:minh họa)?\s*[:/]\s*[^.:]{2,60}[.)]*$", re.IGNORECASE)


def _as_caption(block: Block, known_authors: tuple[str, ...]) -> Block:
    """A line right below a picture that is set apart (slanted, centred, in the picture's own table) or credits it: its caption."""
    if (
        not block.after_image
        or block.kind != "paragraph"
        or block.right
        or len(block.text) > _CAPTION_LETTERS
    ):
        return block
    apart = block.emphasis == "em" or block.centred or _in_picture_table(block.element)
    if not (apart or _PHOTO_CREDIT.search(block.text)) or is_link_line(block):
        return block
    in_its_table = _in_picture_table(block.element) and bylines.is_photo_credit(block.text)
    if not in_its_table and bylines.is_byline(
        block.text, known_authors, emphasis=block.emphasis, right=block.right
    ):
        return block
    return replace(block, kind="caption")


def _in_picture_table(element: HtmlElement | None) -> bool:
    """Does a line stand in a table that frames a picture?"""
    if element is None:
        return False
    table = element if element.tag == "table" else next(element.iterancestors("table"), None)
    return (
        table is not None
        and table.find(".//img") is not None
        and len(squeeze(table.text_content())) <= 2 * _CAPTION_LETTERS
    )


#: Letters that a teaser's summary may add to its headline.
_TEASER_SUMMARY = 350


def _teaser_boxes(raw: list[Block], parts: Parts) -> frozenset[HtmlElement]:
    """Small boxes inside the story that open with a link's headline, or in its last third with the paper's word on itself.

    The one is another story's teaser, its summary included; the other presents a column or a shop of books.
    """
    found: set[HtmlElement] = set()
    total = sum(len(block.text) for block in raw) or 1
    told = 0
    own = _own_names(parts)
    for block in raw:
        told += len(block.text)
        if block.element is None or not (
            is_link_line(block) or (told > 0.66 * total and _presents_itself(block.text, own))
        ):
            continue
        for box in (block.element, *block.element.iterancestors()):
            if box is parts.body or box.tag in ("body", "html"):
                break
            if box.tag not in ("div", "li", "section", "aside", "blockquote", "article", "td"):
                continue
            text = squeeze(box.text_content())
            if len(text) > len(block.text) + _TEASER_SUMMARY or len(text) > 0.4 * total:
                break
            if text.startswith(block.text[:20]):
                found.add(box)
    return frozenset(found)


_PRESENTS = re.compile(
    r".{0,80}?\b(?:gioi thieu|kinh moi|tran trong moi|moi|thong bao)\b.{0,30}\b(?:doc gia|ban doc|quy vi)\b"
)


def _own_names(parts: Parts) -> tuple[str, ...]:
    names = (
        parts.structured.meta("og:site_name", "application-name"),
        parts.structured.publisher(),
        urls.site(parts.url).partition(".")[0],
    )
    return tuple(" ".join(syllables(name)) for name in names if name and len(name) >= 3)


def _long_words(name: str) -> list[str]:
    """The words of a name that only a name has: `znews`, `vietnamplus`; Vietnamese syllables are shorter."""
    return [word for word in name.split() if len(word) >= 5]


def _presents_itself(text: str, own: tuple[str, ...]) -> bool:
    """Does a line open with the paper's own name and turn to its readers?"""
    opening = " ".join(syllables(text[:160]))
    named = any(f" {word} " in f" {opening[:60]} " for name in own for word in (name, *_long_words(name)))
    return named and _PRESENTS.match(opening) is not None


def is_doubtful(block: Block) -> bool:
    """A short line that may be a label or a button: no sentence, no heading, no caption, nothing emphasised."""
    return (
        block.kind in ("paragraph", "item")
        and len(block.text) < 45
        and not block.emphasis
        and not block.after_image
        and not re.search(r"[.!?:…\"”»)]$|\d", block.text)
    )


def is_link_line(block: Block) -> bool:
    """A line that is but a link to another page: a related headline."""
    if block.kind == "row":
        return False
    return block.article_links > 0 and block.link_share >= 0.8 and len(block.text) >= 12


def _in_a_link_list(block: Block) -> bool:
    """An item of a list whose every item is a link: tags, sections, a table of contents."""
    if block.kind != "item" or block.link_share < 0.9 or block.element is None:
        return False
    items = next(iter(block.element.iterancestors("ul", "ol")), None)
    if items is None or len(items) < 2:
        return False
    return all(
        squeeze("".join(link.text_content() for link in item.iter("a"))) == squeeze(item.text_content())
        for item in items
        if isinstance(item.tag, str)
    )


_DAY_AND_CLOCK = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.{0,14}\d{1,2}:\d\d|\d{1,2}:\d\d.{0,14}\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
)


def _tells_when(text: str) -> bool:
    """Above the story's first sentence: a short line with a day and a clock, whatever else it says."""
    if len(text) >= 90:
        return False
    if _DAY_AND_CLOCK.search(text):
        return True
    parsed = parse_date(text, now=_FAR) if len(text) < 70 and ":" in text else None
    return parsed is not None and parsed.precision in (Precision.MINUTE, Precision.SECOND)


#: Later than any page; for asking only whether a text is a date.
_FAR = datetime(2100, 1, 1, tzinfo=UTC)


def _is_dateline(text: str) -> bool:
    if len(text) > 60 or not re.search(r"\d{4}|\d:\d|\d (?:giờ|phút|ngày) trước", text):
        return False
    rest = re.sub(
        r"\d+h(?!\w*[a-zà-ỹ])\d*|\d+|[-/.:,|()\[\]–•+]|\b(?:thứ|hai|ba|tư|năm|sáu|bảy|chủ|nhật|ngày|gmt|cập|nhật|lúc|am|pm|sa|ch|tháng|đăng|giờ|phút|trước|t\d|cn)\b",
        " ",
        text.lower(),
    )
    return not rest.strip()


def _lead_blocks(parts: Parts, how: Reading) -> list[Block]:
    """The lead that stands in a box of its own, before the body."""
    body = parts.body
    assert body is not None
    element = next(
        (
            node
            for selector in parts.rules.lead
            for node in select(parts.tree, selector)[:3]
            if node.text_content().strip() and not _comes_after(node, body, parts.root)
        ),
        None,
    )
    if element is None:
        element = _find_lead(parts, body)
    if element is None:
        return _unnamed_lead(parts, how)
    if element is body or body in element.iterancestors():
        return []
    lines = [
        replace(block, kind="paragraph")
        for block in read_blocks(element, replace(how, start_after=None))
        if not is_link_line(block) and not is_furniture_line(block.text) and not _is_dateline(block.text)
    ]
    if body in set(element.iter()):
        return []
    folded = fold(parts.title)
    return [line for line in lines if fold(line.text) != folded]


def _comes_after(node: HtmlElement, body: HtmlElement, root: HtmlElement) -> bool:
    """Does a box stand behind the body, as the leads of other stories do?"""
    if body in node.iterancestors():
        return False
    return (
        next((found for found in root.iter(node.tag, body.tag) if found is node or found is body), node)
        is body
    )


def _find_lead(parts: Parts, body: HtmlElement) -> HtmlElement | None:
    """A box named as a lead between the headline and the body (in document order)."""
    title = parts.title_element
    top = common_ancestor(title, body) if title is not None else body.getparent()
    if top is None:
        return None
    if title is None and (above := top.getparent()) is not None and above.tag != "html":
        top = above
    started = title is None
    for node in top.iter():
        if node is body:
            break
        if node is title:
            started = True
            continue
        if (
            not started
            or not isinstance(node.tag, str)
            or node.tag in ("a", "meta", "script", "ul", "li", "nav", "body")
        ):
            continue
        names = names_of(node)
        if names and LEAD_NAMES.search(names) and not is_furniture(node):
            if any(is_furniture(ancestor) for ancestor in _up_to(node, top)):
                continue
            if len(squeeze(node.text_content())) >= 30 and body not in set(node.iter()):
                return node
    return None


def _unnamed_lead(parts: Parts, how: Reading) -> list[Block]:
    """The first sentences that stand between headline and body without a telling name."""
    title, body = parts.title_element, parts.body
    if title is None or body is None:
        return []
    top = common_ancestor(title, body)
    if top is None or top is body:
        return []
    between = read_blocks(top, replace(how, start_after=title, stop_before=body))
    teasers = _teaser_boxes(between, parts)
    for block in between:
        if (
            block.kind in ("paragraph", "heading")
            and len(block.text) >= 60
            and block.link_share < 0.4
            and not is_furniture_line(block.text)
            and not _is_dateline(block.text)
            and not _DAY_AND_CLOCK.search(block.text[:80])
            and not (block.element is not None and teasers.intersection(block.element.iterancestors()))
            and (block.element is None or not _is_running_item(block.element))
        ):
            return [replace(block, kind="paragraph")]
    return []


def _is_running_item(element: HtmlElement) -> bool:
    """Does it stand in a list's item or a link, as news tickers do?"""
    return any(box.tag in ("li", "a", "marquee") for box in (element, *element.iterancestors()))


def _up_to(node: HtmlElement, top: HtmlElement) -> list[HtmlElement]:
    chain = []
    for ancestor in node.iterancestors():
        if ancestor is top:
            break
        chain.append(ancestor)
    return chain


def _captions_before(parts: Parts, how: Reading, body: HtmlElement) -> list[Block]:
    """Captions of a picture that stands between headline and body, as a lead picture does."""
    title = parts.title_element
    top = common_ancestor(title, body) if title is not None else None
    if top is None or top is body:
        return []
    found: list[Block] = []
    started = False
    for node in top.iter():
        if node is body:
            break
        if node is title:
            started = True
        if not started or not isinstance(node.tag, str):
            continue
        if (node.tag == "figcaption" or is_caption(node)) and not any(
            is_furniture(a) for a in _up_to(node, top)
        ):
            if any(is_caption(ancestor) or ancestor.tag == "figcaption" for ancestor in _up_to(node, top)):
                continue
            for block in read_blocks(node, how):
                if fold(block.text) != fold(parts.title) and not is_furniture_line(block.text):
                    found.append(replace(block, kind="caption"))
    return found


def _joined(lead: list[Block], captions: list[Block], blocks: list[Block]) -> list[Block]:
    """Lead once first, then captions from above, then the body without their repetition."""
    lead_text = " ".join(syllables(" ".join(block.text for block in lead)))
    body = list(blocks)
    while lead_text and body:
        first = " ".join(syllables(body[0].text))
        if first and (
            first in lead_text
            or (len(first) > 40 and lead_text in first and len(first) < 1.25 * len(lead_text))
        ):
            body.pop(0)
            continue
        break
    # The same lead may stand once more below a first picture.
    body = [
        block for index, block in enumerate(body)
        if not (index < 4 and lead_text and len(lead_text) > 60 and " ".join(syllables(block.text)) == lead_text)
    ]  # fmt: skip
    present = {fold(block.text) for block in body} | {fold(block.text) for block in lead}
    fresh = [block for block in captions if fold(block.text) not in present]
    return [*lead, *fresh, *body]


def _inner_lead(parts: Parts, blocks: list[Block]) -> str | None:
    """The lead of a page that prints it as the first line of its body: bold, named so, or told by the description."""
    first = next((block for block in blocks if block.kind in ("paragraph", "heading")), None)
    if first is None or blocks.index(first) > 2:
        return None
    chain = [first.element, *first.element.iterancestors()][:3] if first.element is not None else []
    named = any(LEAD_NAMES.search(names_of(node)) for node in chain if node is not parts.body) or (
        first.kind == "heading" and len(first.text) >= 80 and first.text[-1] in '.!?…”"'
    )
    told = parts.structured.meta("og:description", "description", "twitter:description") or ""
    if named or first.emphasis == "strong" or (len(told) > 40 and overlap(told, first.text) > 0.8):
        return first.text if len(first.text) >= 30 else None
    return None
