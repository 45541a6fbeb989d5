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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines import bylines, dates, encodings, urls
from pipelines.errors import ExtractError
from pipelines.page_parts import (
    LEAD_NAMES,
    Block,
    Reading,
    body_candidates,
    common_ancestor,
    densest,
    is_caption,
    is_furniture,
    is_furniture_line,
    names_of,
    overlap,
    pick,
    prose_length,
    read_blocks,
)
from pipelines.structured import Structured, select
from pipelines.types import Link, Outcome, Outlet, Page, PageRules, Precision, Rejected, Story
from pipelines.vietnamese import clean, fold, squeeze, strip_marks, syllables, tidy

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: A story's text below this many characters is no story; the shortest real ones (a photo with a caption) have about 250.
MIN_TEXT = 120
#: Above this it is a book, a dump or a trap; the longest stories of the labelled corpora have about 60,000.
MAX_TEXT = 400_000
#: Bytes of HTML beyond which a page is not parsed.
MAX_HTML = 12_000_000
#: Prose (letters outside links) that makes a box worth reading as the story.
ENOUGH = 140


@lru_cache(maxsize=1)
def extractor_name() -> str:
    """Name and version of what reads pages; stored with each story, so that a later reading can be told apart."""
    from importlib.metadata import version

    return f"kyket 1 + trafilatura {version('trafilatura')}"


# --- challenges ---------------------------------------------------------------------------------------------------

_CHALLENGE = re.compile(
    rb"document\.cookie\s*=[^;]{0,200};?[\s\S]{0,300}?(?:location\.(?:reload|href|replace)|window\.location)|"
    rb"cf-browser-verification|cf_chl_|/cdn-cgi/challenge-platform|challenge-form|Just a moment\.\.\.|Checking your browser|"
    rb"Attention Required! \| Cloudflare|__ddg\d|ddos-guard|_Incapsula_Resource|Request unsuccessful\. Incapsula|"
    rb"g-recaptcha|h-captcha|hcaptcha\.com/1|captcha-delivery|px-captcha|_pxhd|sucuri_cloudproxy|"
    rb"toNumbers\([^)]{0,80}\)|slowAES\.decrypt|Enable JavaScript and cookies to continue|"
    rb"This (?:website|site) requires? (?:JavaScript|cookies)|Access denied|Access Denied|The requested URL was rejected|"
    rb"Web Application Firewall|VNIS|Please verify you are (?:a )?human|are you a robot|BKAV|D1N=|Bot Verification|"
    rb"X\xc3\xa1c (?:minh|th\xe1\xbb\xb1c) (?:b\xe1\xba\xa1n|truy c\xe1\xba\xadp)",
    re.IGNORECASE,
)
_VISIBLE = re.compile(rb"<(script|style|noscript)\b[\s\S]*?(?:</\1\s*>|\Z)|<!--[\s\S]*?(?:-->|\Z)|<[^>]*>", re.IGNORECASE)
#: A challenge shows hardly any words; a story of 25 kB that speaks of captchas is a story.
_CHALLENGE_MAX_BYTES = 120_000
_CHALLENGE_MAX_WORDS = 900  # bytes of visible text


def looks_like_challenge(body: bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> bool:
    """Did a wall answer instead of the page: a cookie or JavaScript challenge, Cloudflare and its kin, a captcha?

    Fast: a page of ordinary size costs one search of its first bytes. `headers` have lower-case names.
    """
    headers = headers or {}
    if headers.get("cf-mitigated", "").lower() == "challenge" or "x-datadome" in headers and status in (403, 429):
        return True
    if len(body) > _CHALLENGE_MAX_BYTES:
        return False
    head = body[:60_000]
    if not _CHALLENGE.search(head):
        return len(body) < 4000 and _redirects_by_script(head)
    if len(body) < 3000:
        return True
    return len(b" ".join(_VISIBLE.sub(b" ", body).split())) < _CHALLENGE_MAX_WORDS


def _redirects_by_script(head: bytes) -> bool:
    """A tiny page without words that reloads itself or goes elsewhere by script."""
    if not re.search(rb"location(?:\.href|\.replace|\.reload)?\s*[=(]|http-equiv=.?refresh", head, re.IGNORECASE):
        return False
    return len(b" ".join(_VISIBLE.sub(b" ", head).split())) < 80


# --- the public functions -------------------------------------------------------------------------------------------


def extract_story(page: Page, outlet: Outlet | None = None, *, now: datetime) -> Story | Rejected:
    """The story a page tells, or the named outcome of why it tells none.

    `now` bounds publication times (a replay passes the moment of the capture). Never raises on a bad page: broken, hostile or
    endless HTML ends in `Rejected`. Raises CatalogueError when the outlet's page rules hold a wrong selector.
    """
    if looks_like_challenge(page.body, page.headers, page.status):
        return Rejected(outcome=Outcome.CHALLENGE, why="a cookie or JavaScript challenge answered instead of the page")
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


def parse(text: str) -> HtmlElement:
    """An HTML tree of a decoded page. ExtractError when nothing of it can be parsed."""
    from lxml import etree, html

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", clean(text), count=1)
    parser = html.HTMLParser(encoding=None, recover=True, huge_tree=True, remove_pis=True, default_doctype=False)
    try:
        tree = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as fault:
        raise ExtractError(f"the page cannot be parsed as HTML ({fault})") from None
    return tree


@dataclass(slots=True, kw_only=True)
class _Parts:
    """What was found of one page on the way to a story."""

    tree: HtmlElement
    root: HtmlElement
    structured: Structured
    rules: PageRules
    url: str
    title: str = ""
    title_element: HtmlElement | None = None
    body: HtmlElement | None = None
    how: str = ""


def _read(tree: HtmlElement, page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
    root = tree.find("body")
    structured = Structured(tree)
    rules = outlet.rules if outlet else PageRules()
    parts = _Parts(tree=tree, root=tree if root is None else root, structured=structured, rules=rules, url=page.url)
    parts.title, parts.title_element = find_title(tree, structured, rules, page.url)
    parts.body, parts.how = _choose_body(parts)
    published = dates.find_published(
        tree, url=page.url, now=now, outlet=outlet, link=page.link, structured=structured,
        title=parts.title_element, body=parts.body,
    )  # fmt: skip
    known_authors = _declared_authors(parts)
    lines = _lines(parts, known_authors)
    refusal = _check(parts, lines, outlet, page, published)
    if refusal is not None:
        return refusal
    title = parts.title or squeeze(encodings.mend(encodings.unescape((page.link.title if page.link else None) or "")))
    text = "\n".join(line.text for line in lines.blocks)
    canonical = urls.declared_canonical(tree, page.url, outlet) or urls.canonical(page.url, outlet)
    return Story(
        url=canonical,
        title=title or lines.blocks[0].text[:160],
        text=text,
        outlet=outlet.id if outlet else page.outlet,
        lead=lines.lead,
        captions=tuple(dict.fromkeys(block.text for block in lines.blocks if block.kind == "caption")),
        authors=lines.authors or known_authors,
        published=published.value,
        published_raw=published.raw,
        published_from=published.source,
        published_precision=published.precision,
        section=_section(structured),
        extractor=extractor_name(),
        notes=(*published.disagreements, *lines.notes),
        found_at=now,
    )


# --- headline -------------------------------------------------------------------------------------------------------

_TITLE_NAMES = re.compile(r"title|headline|tieu-?de|heading|(?:^|[-_ ])(?:name|tit|tieude)(?:$|[-_ ])", re.IGNORECASE)


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
    told = _told_titles(tree, structured)
    slug = " ".join(re.split(r"[-_]+", urlsplit(url).path.rstrip("/").rpartition("/")[2].rpartition(".")[0]))
    best: tuple[float, str, HtmlElement] | None = None
    for weight, elements in (
        (0.25, tree.iter("h1")),
        (0.0, (e for e in tree.iter("h2", "h3", "div", "p", "span", "strong", "td") if _TITLE_NAMES.search(names_of(e)))),
    ):
        for element in elements:
            text = _heading_text(element)
            if not 8 <= len(text) <= 400:
                continue
            agreement = max((overlap(text, other) for other in told), default=0.0)
            by_slug = overlap(text, slug) if len(slug) > 12 else 0.0
            score = max(agreement, by_slug) + weight + 0.1 * bool(_TITLE_NAMES.search(names_of(element)))
            if element.tag != "h1" and max(agreement, by_slug) < 0.75:
                continue
            if any(ancestor.tag == "a" for ancestor in element.iterancestors()) or element.find("a") is not None and agreement < 0.95:
                score -= 0.3
            if best is None or score > best[0] + 1e-9:
                best = score, text, element
        if best is not None and best[0] >= 0.6:
            break
    if best is not None and best[0] >= 0.5:
        return best[1], best[2]
    h1 = [e for e in tree.iter("h1") if 15 <= len(_heading_text(e)) <= 400]
    if len(h1) == 1 and not told:
        return _heading_text(h1[0]), h1[0]
    if told:
        return told[0], None
    return (best[1], best[2]) if best else ("", None)


def _heading_text(element: HtmlElement) -> str:
    pieces: list[str] = []
    _gather(element, pieces)
    return squeeze(encodings.mend(encodings.unescape(squeeze("".join(pieces)))))


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


def _told_titles(tree: HtmlElement, structured: Structured) -> list[str]:
    """Headlines from metadata without the site's name, the likeliest first."""
    page_title = squeeze(encodings.unescape(tree.findtext(".//title") or ""))
    raw = [
        structured.meta("og:title"), structured.article_text("headline"), structured.meta("twitter:title"), structured.meta("title"),
        page_title,
    ]  # fmt: skip
    titles = [squeeze(encodings.mend(encodings.unescape(text))) for text in raw if text]
    site_names = {
        fold(name) for name in (structured.meta("og:site_name"), structured.meta("application-name"), structured.meta("author")) if name
    }
    return list(dict.fromkeys(short for title in titles if (short := _without_site(title, titles, site_names))))


_TITLE_SEPARATOR = re.compile(r"\s+(?:[|\-–—»•·:]|::|\|\|)\s+|\s*\|\s*")
_SITE_WORDS = re.compile(r"\b(?:bao|tap chi|online|dien tu|news|vn|dai|truyen hinh|tin tuc|cong thong tin|\w+\.(?:vn|com|net))\b")


def _without_site(title: str, titles: list[str], site_names: set[str]) -> str:
    """A title without trailing site and section names."""
    for _ in range(3):
        found = list(_TITLE_SEPARATOR.finditer(title))
        if not found:
            break
        last = found[-1]
        head, tail = title[: last.start()].strip(), title[last.end() :].strip()
        if len(head) < 12:
            break
        folded = fold(tail)
        shorter = any(other != title and other == head for other in titles)
        if shorter or folded in site_names or (len(tail.split()) <= 7 and (_SITE_WORDS.search(strip_marks(tail)) or "|" in last[0])):
            title = head
        else:
            break
    return title


# --- the story's box ----------------------------------------------------------------------------------------------


def _choose_body(parts: _Parts) -> tuple[HtmlElement | None, str]:
    """Steps 1 to 3 of the fall-back order."""
    by_rule = pick(parts.root, parts.rules.keep, select, ENOUGH // 2)
    if by_rule is not None:
        return by_rule, "rule"
    named: HtmlElement | None = None
    named_length = 0
    for candidate in body_candidates(parts.root)[:12]:
        length = prose_length(candidate)
        if named is None and length >= ENOUGH:
            named, named_length = candidate, length
        elif named is not None and named in candidate.iterancestors() and length >= 0.75 * named_length:
            named, named_length = candidate, length  # a tighter box with nearly all of its prose
    thick = densest(parts.root)
    if named is not None:
        inner = thick is not None and (thick is named or named in thick.iterancestors())
        if inner or thick is None or prose_length(thick) < 2.5 * named_length:
            return named, "named"
    if thick is None:
        return named, "named"
    found = _box_of_trafilatura(parts)
    if found is not None and found is not thick and prose_length(found) > 1.15 * prose_length(thick) and not _holds(found, thick, parts):
        return found, "trafilatura"
    return thick, "densest"


def _holds(outer: HtmlElement, inner: HtmlElement, parts: _Parts) -> bool:
    """Is `outer` only a wider box around `inner` with many links of other stories?"""
    return outer in inner.iterancestors() and sum(1 for _ in outer.iter("a")) > 3 * (1 + sum(1 for _ in inner.iter("a")))


def _trafilatura(tree: HtmlElement, url: str, *, recall: bool) -> str:
    from trafilatura import extract as read  # 0.5 s to import: only when a page is read

    text = read(
        tree, url=url, output_format="txt", include_comments=False, include_tables=True, favor_recall=recall,
        fast=True, deduplicate=False,
    )  # fmt: skip
    return text or ""


def _box_of_trafilatura(parts: _Parts) -> HtmlElement | None:
    """The innermost box that holds nearly all the lines trafilatura reads on the whole page."""
    from copy import deepcopy

    lines = {squeeze(line) for line in _trafilatura(deepcopy(parts.tree), parts.url, recall=False).split("\n")}
    lines = {line for line in lines if len(line) >= 60}
    if not lines:
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


# --- its lines ------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Lines:
    blocks: list[Block]
    lead: str | None = None
    authors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    link_share: float = 0.0
    """Of the box before link lists were dropped."""


def _lines(parts: _Parts, known_authors: tuple[str, ...]) -> _Lines:
    body = parts.body
    if body is None:
        return _Lines(blocks=[])
    pruned = frozenset(node for selector in parts.rules.prune for node in select(parts.tree, selector))
    captions = frozenset(node for selector in parts.rules.caption for node in select(parts.tree, selector))
    inside = parts.title_element is not None and body in parts.title_element.iterancestors()
    how = Reading(
        pruned=pruned, captions=captions, start_after=parts.title_element if inside else None, base=parts.url
    )
    raw = read_blocks(body, how)
    letters = sum(len(block.text) for block in raw) or 1
    link_share = sum(len(block.text) * block.link_share for block in raw) / letters
    blocks, authors = _sift(raw, parts, known_authors)
    lead_blocks = _lead_blocks(parts, how)
    between = _captions_before(parts, how, body)
    blocks = _joined(lead_blocks, between, blocks)
    lead = "\n".join(block.text for block in lead_blocks) or _inner_lead(parts, blocks)
    found = _printed_authors(parts) or tuple(name for name in authors if not _is_paper(name, parts)) or known_authors
    return _Lines(blocks=blocks, lead=lead or None, authors=found, link_share=link_share)


def _sift(raw: list[Block], parts: _Parts, known_authors: tuple[str, ...]) -> tuple[list[Block], tuple[str, ...]]:
    """Lines that belong to the story, and the names that its signature lines gave."""
    kept: list[Block] = []
    authors: list[str] = []
    title = fold(parts.title)
    seen_captions: set[str] = set()
    for index, block in enumerate(raw):
        text = block.text
        folded = fold(text)
        if is_furniture_line(text) or not re.search(r"\w", text):
            continue
        if block.kind != "caption" and _is_link_line(block):
            continue
        if folded == title and not kept:
            continue
        if block.kind == "caption" and (folded in seen_captions or re.fullmatch(re.escape(title) + r"\W*(?:anh \d+\W*)?", folded)):
            continue
        if _is_dateline(text):
            continue
        last = index >= len(raw) - 8 and not any(len(later.text) > 160 for later in raw[index + 1 :] if later.link_share < 0.5)
        if block.kind != "row" and (last or index < 2):
            if bylines.is_byline(text, known_authors, emphasis=block.emphasis, right=block.right):
                authors += bylines.names_in(text)
                continue
        if block.kind == "caption":
            seen_captions.add(folded)
        kept.append(block)
    return kept, tuple(dict.fromkeys(authors))


def _is_link_line(block: Block) -> bool:
    """A line that is but a link to another page: a related headline."""
    if block.kind == "row":
        return False
    return block.article_links > 0 and block.link_share >= 0.8 and len(block.text) >= 12


def _is_dateline(text: str) -> bool:
    if len(text) > 60 or not re.search(r"\d{4}|\d:\d", text):
        return False
    rest = re.sub(r"\d+|[-/.:,|()\[\]–•+]|\b(?:thứ|hai|ba|tư|năm|sáu|bảy|chủ|nhật|ngày|gmt|cập|lúc|am|pm|tháng)\b", " ", text.lower())
    return not rest.strip()


def _lead_blocks(parts: _Parts, how: Reading) -> list[Block]:
    """The lead that stands in a box of its own, before the body."""
    body = parts.body
    assert body is not None
    element = next(
        (node for selector in parts.rules.lead for node in select(parts.tree, selector)[:2] if node.text_content().strip()), None
    )
    if element is None:
        element = _find_lead(parts, body)
    if element is None or element is body or body in element.iterancestors():
        return []
    lines = [
        replace(block, kind="paragraph")
        for block in read_blocks(element, replace(how, start_after=None))
        if not _is_link_line(block) and not is_furniture_line(block.text) and not _is_dateline(block.text)
    ]
    if body in set(element.iter()):
        return []
    folded = fold(parts.title)
    return [line for line in lines if fold(line.text) != folded]


def _find_lead(parts: _Parts, body: HtmlElement) -> HtmlElement | None:
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
        if not started or not isinstance(node.tag, str) or node.tag in ("a", "meta", "script", "ul", "li", "nav", "body"):
            continue
        names = names_of(node)
        if names and LEAD_NAMES.search(names) and not is_furniture(node):
            if any(is_furniture(ancestor) for ancestor in _up_to(node, top)):
                continue
            if len(squeeze(node.text_content())) >= 30 and body not in set(node.iter()):
                return node
    return _unnamed_lead(top, title, body)


def _unnamed_lead(top: HtmlElement, title: HtmlElement | None, body: HtmlElement) -> HtmlElement | None:
    """A heading or paragraph of a sentence's length that stands between headline and body without a telling name."""
    if title is None:
        return None
    started = False
    for node in top.iter():
        if node is body:
            return None
        if node is title:
            started = True
        elif started and node.tag in ("h2", "h3", "p", "strong") and node not in set(title.iter()):
            text = squeeze(node.text_content())
            if len(text) < 60 or any(is_furniture(box) or box.tag in ("a", "ul", "li") for box in (node, *_up_to(node, top))):
                continue
            links = sum(len(link.text_content()) for link in node.iter("a"))
            if links < 0.4 * len(text) and not dates.parse_date(text[:80], now=_FAR) and not is_furniture_line(text):
                return node
    return None


#: Later than any page; for asking only whether a text is a date.
_FAR = datetime(2100, 1, 1, tzinfo=UTC)


def _up_to(node: HtmlElement, top: HtmlElement) -> list[HtmlElement]:
    chain = []
    for ancestor in node.iterancestors():
        if ancestor is top:
            break
        chain.append(ancestor)
    return chain


def _captions_before(parts: _Parts, how: Reading, body: HtmlElement) -> list[Block]:
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
        if (node.tag == "figcaption" or is_caption(node)) and not any(is_furniture(a) for a in _up_to(node, top)):
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
        if first and (first in lead_text or (len(first) > 40 and lead_text in first and len(first) < 1.25 * len(lead_text))):
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


def _inner_lead(parts: _Parts, blocks: list[Block]) -> str | None:
    """The lead of a page that prints it as the first line of its body: bold, named so, or told by the description."""
    first = next((block for block in blocks if block.kind in ("paragraph", "heading")), None)
    if first is None or blocks.index(first) > 2:
        return None
    chain = [first.element, *first.element.iterancestors()][:3] if first.element is not None else []
    named = any(LEAD_NAMES.search(names_of(node)) for node in chain if node is not parts.body)
    told = parts.structured.meta("og:description", "description", "twitter:description") or ""
    if named or first.emphasis == "strong" or (len(told) > 40 and overlap(told, first.text) > 0.8):
        return first.text if len(first.text) >= 30 else None
    return None


# --- authors ----------------------------------------------------------------------------------------------------------

_AUTHOR_META = ("dable:author", "article:author", "parsely-author", "sailthru.author", "author", "dc.creator")


def _declared_authors(parts: _Parts) -> tuple[str, ...]:
    """Authors that JSON-LD or meta tags name; the paper itself does not count."""
    for names in (parts.structured.authors(), *(parts.structured.metas.get(key, []) for key in _AUTHOR_META)):
        found = [
            name
            for text in names
            for name in bylines.names_in(encodings.mend(encodings.unescape(text)))
            if not _is_paper(name, parts)
        ]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _is_paper(name: str, parts: _Parts) -> bool:
    """Is an author's name only the paper's own?"""
    folded = "".join(syllables(name))
    site = urls.site(parts.url).partition(".")[0]
    own = [site, site.removeprefix("bao"), parts.structured.meta("og:site_name") or "", parts.structured.publisher() or ""]
    return any(folded == "".join(syllables(other)) for other in own if other)


_AUTHOR_NAMES = re.compile(
    r"(?:^|[-_ ])(?:authors?|author-?names?|detail-?author|article__author|c-author|tac-?gia|tacgia|byline|but-?danh|author_mail|p-author|nguoi-?viet|writer|name-?author|post-?author|nguontin)(?:$|[-_ ])",
    re.IGNORECASE,
)
_BARE_NAME = re.compile(r"(?:^|[-_ ])name(?:$|[-_ ])", re.IGNORECASE)


def _printed_authors(parts: _Parts) -> tuple[str, ...]:
    """Authors from the rules' selectors, else from boxes near the story that are named for it."""
    for selector in parts.rules.authors:
        names = [name for element in select(parts.tree, selector)[:6] for name in bylines.names_in(element.text_content())]
        if names:
            return tuple(dict.fromkeys(names))
    top = common_ancestor(parts.title_element, parts.body) if parts.title_element is not None and parts.body is not None else parts.body
    if top is None:
        return ()
    found: list[str] = []
    for node in top.iter("p", "div", "span", "a", "strong", "b", "li"):
        if not _is_author_box(node) or _holds_author_box(node):
            continue
        text = squeeze(node.text_content())
        if 2 <= len(text) <= 90:
            found += [name for name in bylines.names_in(text) if not _is_paper(name, parts)]
            if len(found) >= 6:
                break
    return tuple(dict.fromkeys(found))


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
    return bool(_BARE_NAME.search(names)) and any(_AUTHOR_NAMES.search(names_of(box)) for box in list(node.iterancestors())[:3])


def _section(structured: Structured) -> str | None:
    section = structured.article_text("articleSection") or structured.meta("article:section")
    return squeeze(encodings.unescape(section)) if section else None


# --- checks -----------------------------------------------------------------------------------------------------------


def _check(parts: _Parts, lines: _Lines, outlet: Outlet | None, page: Page, published: dates.Published) -> Rejected | None:
    """None when the lines make a story; otherwise the outcome that names what is wrong."""
    path = urlsplit(page.url).path.strip("/")
    if not path and not urlsplit(page.url).query and page.url.startswith(("http:", "https:")):
        return Rejected(outcome=Outcome.NOT_ARTICLE, why="a home page")
    text = "\n".join(block.text for block in lines.blocks)
    if _article_points(parts, lines, outlet, published) < ARTICLE_POINTS:
        return Rejected(outcome=Outcome.NOT_ARTICLE, why="a section, tag or home page: links and teasers, no story of its own")
    if len(text) < MIN_TEXT:
        return Rejected(outcome=Outcome.TOO_SHORT, why=f"{len(text)} characters of text were found")
    if len(text) > MAX_TEXT:
        return Rejected(outcome=Outcome.TOO_LONG, why=f"{len(text)} characters of text were found")
    if lines.link_share > 0.6:
        return Rejected(outcome=Outcome.MOSTLY_LINKS, why=f"{lines.link_share:.0%} of its text are links")
    if not encodings.is_vietnamese(f"{parts.title}\n{text}"):
        return Rejected(outcome=Outcome.NOT_VIETNAMESE, why="the text is not Vietnamese")
    return None


def _article_points(parts: _Parts, lines: _Lines, outlet: Outlet | None, published: dates.Published) -> int:
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
    if urls.story_key(parts.url) is not None:
        points += 1
    slug = re.split(r"[-_]+", urlsplit(parts.url).path.rstrip("/").rpartition("/")[2])
    if len(slug) >= 5 and overlap(parts.title, " ".join(slug)) >= 0.6:
        points += 2
    if published.precision in (Precision.MINUTE, Precision.SECOND) and published.source in ("page", "meta", "json-ld"):
        points += 2
    if parts.how in ("rule", "named"):
        points += 1
    if letters >= 1200 and lines.link_share < 0.15:
        points += 1
    if parts.title_element is None:
        points -= 1
    if lines.link_share > 0.5:
        points -= 3
    if teaser_share(prose) > 0.5:
        points -= 4
    return points


#: Signs that one page must show to be read as a story (`_article_points`).
ARTICLE_POINTS = 3


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
        if box is None or box.tag in ("body", "html") or len(box.text_content()) > 3 * _TEASER_LETTERS:
            return None
        if len(squeeze(box.text_content())) > _TEASER_LETTERS:
            return None
        for link in box.iter("a"):
            if link is not element and len(squeeze(link.text_content())) >= 20 and (link.get("href") or "").strip("#"):
                return box
        box = box.getparent()
    return None
