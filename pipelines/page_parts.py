"""The parts of a news page: where the story stands, and its lines in reading order.

What is known in general about Vietnamese news pages stands here as data (tokens of class and id names, openings of
furniture lines); what is known of one family or outlet stands in the catalogue's page rules. Pure; the tree is read, never changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from lxml import etree

from pipelines import encodings
from pipelines.vietnamese import squeeze, syllables

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: Never shown as words of a story.
_SKIPPED_TEXT = (
    "script style noscript iframe button input select textarea svg canvas video audio object embed template nav "
    "footer head menu dialog label option map ins math source track"
)
SKIPPED_TAGS = frozenset(_SKIPPED_TEXT.split())
_BLOCK_TEXT = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 "
    "header hgroup hr li main ol p pre section summary table tbody td tfoot th thead tr ul caption"
)
BLOCK_TAGS = frozenset(_BLOCK_TEXT.split())
_HEADING_TAGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])

# Tokens that name furniture. Matched on whole words of class and id names (split at `-`, `_`, spaces and camel case).
_FURNITURE_TEXT = (
    "related relate relates relatednews relatednew relation lienquan comment comments cmt binhluan share sharing shares sharebar sharebox social socials socialbox "
    "tag tags tagbox keyword keywords tukhoa breadcrumb breadcrumbs breadcum author authors authorbox tacgia byline butdanh banner banners ads adv advert advertising qc quangcao sponsor promo "
    "newsletter subscribe popup modal tooltip toolbar toolbars print hotline footer sidebar widget vote voting rating star stars like likes fb facebook zalo "
    "twitter google gplus addthis sharethis fontsize zoom readmore xemthem viewmore seemore loadmore docthem more poll survey login signin register "
    "player audio playlist podcast tts copyright license notebox notebook dateline pubdate pdate publishdate datetime hidden sr screen googlenews follow theodoi donate "
    "toc mucluc lightbox gotop totop backtop scrolltop pagination paging pager recommend recommended recommendation recommendations wiki suggest suggestion trending mostread mostview tinkhac othernews tincungchuyenmuc cungchuyenmuc tinlienquan tinmoi"
)
_FURNITURE_WORDS = frozenset(_FURNITURE_TEXT.split())
# Longer names taken whole.
_FURNITURE_NAMES = re.compile(
    r"(?:box|block|list|tin|news|bai|item|detail|link|content|article|story)[-_]?(?:related|relate|lien-?quan|tin-?lien-?quan|khac|cung-chuyen-muc|cung-muc|xem-them|doc-them|"
    r"share|tags?|comment|author|source|copyright|footer|topic|event|stream|bottom|same-?zone|readmore)"
    r"|link-content-footer|link-source|link-?inline|tinlienquan|lien-?quan|tin-?cung|xem-?them|doc-?them|bai-?viet-?khac|tin-?khac|cung-?chuyen-?muc|su-?kien-?lien|"
    r"relat|insert-wiki|box-?quiz|game-?box|youtube|fb-|zalo-|wrapper-?ads|adsbygoogle|admzone|adm-|ads[-_]|[-_]ads$|[-_]ads[-_]|banner|qc[-_]|quang-?cao|tac-?gia[-_](?:box|bai|info)|(?:box|khung|info)[-_]tac-?gia|author-?(?:bio|box|desc|about)|about-?author|"
    r"social|share|toolbar|comment|binh-?luan|newsletter|breadcrumb|hot-?line|google-?news|view-?count|luot-?xem|luot-?doc|font-?size|text-?to-?speech|"
    r"audio-?player|voice|video-?js|media-player|knc-|same-?category|width_common box_category|box_embed_video|sticky-author|box-?tinlienquan|"
    r"detail-?author|author-?info|article-?author|p-author|author_mail|author-?name|the-article-credit|the-article-tags|inner-article|sidebar|"
    r"kbwscwl-relatedbox|kbwcs-|see-now|tinmoi|news-?others?|others?-?news|news-?more|more-?news|article-?footer|newsfooter|bottom-?info",
    re.IGNORECASE,
)
# VCCorp's editor marks what it inserts; its text and photo boxes belong to the story, its link boxes do not.
_INSERTED_TYPES = re.compile(
    r"related|link|news|vote|quiz|embed|survey|video|livestream|playlist|audio|game|wiki|tag", re.IGNORECASE
)
_CAPTION_NAMES = re.compile(
    r"caption|(?:^|[-_ ])(?:chu-?thich|ghi-?chu-?anh|img-?note|image-?note|photo-?note|note-?img|image-?desc|img-?desc|photo-?desc|picture-?desc|desc-?(?:img|image|photo)|"
    r"thumb-?desc|cap-?img|cap-?photo|imgcap|fig-?cap|avatar-?desc|article__?photo-?desc|article-avatar-desc|cms-note|imagealt|photocredit)|^image$| image$|^image ",
    re.IGNORECASE,
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

LEAD_NAMES = re.compile(
    r"(?:^|[-_ ])(?:sapo|sa-?po|lead|leads?|chapeau|summary|description|mo-?ta|tom-?tat|trich-?dan|head-?noidung|main-?intro|detail-?intro|intro|teaser|"
    r"subtitle|sub-?title|brief|articlelead|abs|detail-sp|post-summary|short-?(?:desc|intro|content)|gioi-?thieu|init_content|desc|article__sapo|cms-desc|quote-?lead|hometext|dan-?de)(?:$|[-_ \d])|sapo",
    re.IGNORECASE,
)


@dataclass(slots=True, kw_only=True)
class Block:
    """One line of a story as it stands on the page."""

    text: str
    kind: str
    """paragraph | heading | caption | row | item"""
    link_share: float = 0.0
    """Share of its letters inside links, 0 … 1."""
    article_links: int = 0
    """How many links to other pages it holds."""
    emphasis: str = ""
    """strong | em | "" : the whole line is so set."""
    right: bool = False
    """Set to the right, as bylines are."""
    after_image: bool = False
    """Follows a picture with nothing between."""
    centred: bool = False
    element: HtmlElement | None = field(default=None, repr=False)
    """The innermost box of the line."""


_INLINE_TAGS = frozenset(
    [
        "a",
        "span",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "font",
        "sub",
        "sup",
        "small",
        "mark",
        "abbr",
        "cite",
        "q",
        "label",
    ]
)


def _amid_text(element: HtmlElement) -> bool:
    """Does an inline element stand in a running line, words right before or after it?"""
    before = element.getprevious()
    near = (before.tail if before is not None else getattr(element.getparent(), "text", None)) or ""
    return sum(map(len, near.split())) + sum(map(len, (element.tail or "").split())) >= 8


def visible_length(container: HtmlElement) -> int:
    """Characters of text that are shown: a page's scripts are often longer than its words."""
    length = 0
    for node in container.iter():
        if isinstance(node.tag, str) and node.tag not in ("script", "style", "noscript") and node.text:
            length += len(node.text)
        if node.tail and node is not container:
            length += len(node.tail)
    return length


def names_of(element: HtmlElement) -> str:
    """Class and id in one text, for matching by name."""
    name, ident = element.get("class"), element.get("id")
    return f"{name or ''} {ident or ''}".strip() if name or ident else ""


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAME_SPLIT = re.compile(r"[^a-z0-9]+")


def is_furniture(element: HtmlElement) -> bool:
    """Is this box, by tag, name or attribute, page furniture rather than story?"""
    if element.tag in SKIPPED_TAGS:
        return True
    if element.tag == "form":  # a comment or search form; but ASP.NET wraps the whole page in one
        return len(element.text_content()) < 1500
    if element.tag in _INLINE_TAGS and _amid_text(element):
        return False  # a word of a sentence, whatever its class: editors link and mark words
    style = element.get("style")
    if (
        (style and _HIDDEN_STYLE.search(style))
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
    ):
        return True
    if element.get("rel") == "author" or element.get("itemprop") in (
        "author",
        "keywords",
        "datePublished",
        "dateModified",
        "publisher",
    ):
        return True
    kind = element.get("type") or element.get("data-type")
    names = names_of(element)
    if (
        kind
        and "VCSortable" in names
        and _INSERTED_TYPES.search(kind)
        and kind.lower() not in ("photo", "content")
    ):
        return True
    return bool(names) and names_are_furniture(names)


_NAME_CACHE: dict[str, bool] = {}


def names_are_furniture(names: str) -> bool:
    """The verdict on class and id names alone; remembered, since a page repeats its names."""
    known = _NAME_CACHE.get(names)
    if known is None:
        if len(_NAME_CACHE) > 20_000:
            _NAME_CACHE.clear()
        known = _NAME_CACHE[names] = _judge_names(names)
    return known


def _judge_names(names: str) -> bool:
    if _CAPTION_NAMES.search(names):
        return False
    if _FURNITURE_NAMES.search(names):
        return not re.search(
            r"(?:^|[-_ ])(?:sapo|content-detail|detail-content|article-content|article__body|block_ads_connect|maincontent)(?:$|[-_ ])",
            names,
        )
    words = set(_NAME_SPLIT.split(_CAMEL.sub("-", names).lower()))
    return bool(words & _FURNITURE_WORDS) and not (words & {"body", "sapo", "maincontent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read one container."""

    pruned: frozenset[HtmlElement] = frozenset()
    """Elements that the page rules name as furniture."""
    captions: frozenset[HtmlElement] = frozenset()
    """Elements that the page rules name as captions."""
    start_after: HtmlElement | None = None
    """Nothing up to and including this element (the headline) is read."""
    stop_before: HtmlElement | None = None
    """Nothing from this element on is read."""
    base: str = ""
    """The page's address, to tell links to other pages."""


def read_blocks(container: HtmlElement, how: Reading) -> list[Block]:
    """The lines of a container in reading order, furniture left out. Walks without recursion: depth cannot break it."""
    total = max(visible_length(container), 1)
    reader = _Reader(how)
    walk = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event in ("comment", "pi"):
            reader.take(node.tail)
            continue
        if event == "start":
            if node is how.stop_before:
                break
            if node is not container and _left_out(node, how, total):
                walk.skip_subtree()
                reader.skip(node)
                continue
            reader.open(node)
            reader.take(node.text)
        else:
            if node is not container and reader.is_skipped(node):
                reader.take(node.tail)
                continue
            reader.close(node)
            if node is how.start_after:
                reader.forget()
            if node is not container:
                reader.take(node.tail)
    reader.flush()
    reader.read_like_the_others()
    return reader.blocks


def _left_out(node: HtmlElement, how: Reading, total: int) -> bool:
    if node in how.pruned or (node.tag == "table" and is_calendar(node)):
        return True
    if not is_furniture(node) or node in how.captions:
        return False
    if node.tag in SKIPPED_TAGS:
        return True
    # A name may lie: a box with most of the text is the story, whatever it is called.
    return visible_length(node) < 0.45 * total or total < 400 or is_teaser(node)


#: A teaser's box holds a headline, a summary and hardly more.
TEASER_LETTERS = 700


def is_teaser(node: HtmlElement) -> bool:
    """Does a small box open with a link that reads like a headline, as the teaser of another story does?"""
    text = node.text_content()
    if len(text) > 4 * TEASER_LETTERS:
        return False
    text = squeeze(text)
    if not 20 <= len(text) <= TEASER_LETTERS:
        return False
    for link in node.iter("a"):
        headline = squeeze(link.text_content())
        if len(headline) >= 20 and (link.get("href") or "").strip("#") and not _is_contact(link):
            return headline[:20] in text[:100]
    return False


def _is_contact(link: HtmlElement) -> bool:
    return (link.get("href") or "").strip().lower().startswith(("mailto:", "tel:", "javascript:"))


#: So many lines in one old font make it the font of their neighbours.
_PROOFS = 3
#: Shorter pieces of a line prove no encoding.
_PROOF_LETTERS = 24


class _Reader:
    """Collects lines while the tree is walked."""

    def __init__(self, how: Reading) -> None:
        self.how = how
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._link_letters = 0
        self._letters = 0
        self._strong_letters = 0
        self._em_letters = 0
        self._links: list[str] = []
        self._stack: list[HtmlElement] = []
        self._caption = 0
        self._heading = 0
        self._item = 0
        self._anchor = 0
        self._strong = 0
        self._em = 0
        self._table: list[HtmlElement] = []
        self._row: list[str] | None = None
        self._skipped: set[HtmlElement] = set()
        self._image = False
        self._box: HtmlElement | None = None
        self._old_fonts: list[encodings.OldFont] = []
        self._unsure: list[tuple[int, str]] = []

    def read_like_the_others(self) -> None:
        """Lines too short to prove their old font are read in the one that several lines beside them proved."""
        if len(self._old_fonts) < _PROOFS:
            return
        read = max(set(self._old_fonts), key=self._old_fonts.count)
        for index, raw in self._unsure:
            if index < len(self.blocks):
                self.blocks[index].text = squeeze(read(raw))

    def skip(self, node: HtmlElement) -> None:
        self._skipped.add(node)
        if node.tag in BLOCK_TAGS or node.tag in ("iframe", "video"):
            self.flush()

    def is_skipped(self, node: HtmlElement) -> bool:
        return node in self._skipped

    def forget(self) -> None:
        self.flush()
        self.blocks.clear()
        self._unsure.clear()

    def open(self, node: HtmlElement) -> None:
        tag = node.tag
        if not isinstance(tag, str):
            return
        if tag == "br":
            if self._row is None:
                self.flush()
            else:
                self._parts.append(" ")
            return
        if tag == "img":
            if (
                not (node.get("src") or "").startswith("data:image/gif")
                or node.get("data-src")
                or node.get("data-original")
            ):
                if self._row is None and not self._anchor_text():
                    self.flush()
                self._image = True
            return
        if tag in BLOCK_TAGS and self._row is None:
            self.flush()
        if tag == "table" and is_data_table(node):
            self._table.append(node)
        if tag == "tr" and self._table:
            self.flush()
            self._row = []
        self._stack.append(node)
        self._count(node, 1)

    def _anchor_text(self) -> bool:
        return bool("".join(self._parts).strip())

    def close(self, node: HtmlElement) -> None:
        tag = node.tag
        if not isinstance(tag, str) or tag in ("br", "img"):
            return
        if self._row is not None and tag in ("td", "th"):
            self._row.append(squeeze("".join(self._parts)))
            self._parts.clear()
        elif self._row is not None and tag == "tr" and self._table:
            row, self._row = self._row, None
            self._parts = [" | ".join(cell for cell in row if cell)]
            self._letters = max(self._letters, 1)
            self.flush(kind="row")
        elif tag in BLOCK_TAGS and self._row is None:
            self.flush()
        elif self._row is not None and tag in BLOCK_TAGS:
            self._parts.append(" ")
        elif tag in _INLINE_TAGS and _runs_on(node):
            self._parts.append(" ")  # the page sets them apart by style: <span>TP HCM</span>Sáng 10-3
        if self._table and node is self._table[-1]:
            self._table.pop()
        if self._stack and self._stack[-1] is node:
            self._stack.pop()
            self._count(node, -1)

    def _count(self, node: HtmlElement, step: int) -> None:
        tag = node.tag
        if tag == "a":
            self._anchor += step
            if step > 0 and (href := node.get("href")):
                self._links.append(href)
        elif tag in ("b", "strong"):
            self._strong += step
        elif tag in ("i", "em"):
            self._em += step
        elif tag == "li":
            self._item += step
        elif tag in _HEADING_TAGS:
            self._heading += step
        if tag in ("figcaption", "caption") or node in self.how.captions or is_caption(node):
            self._caption += step

    def take(self, text: str | None) -> None:
        if not text:
            return
        if not text.isascii() and len(text) >= _PROOF_LETTERS:
            text, font = encodings.mended(text)  # half a line may be typed in an old font
            if font is not None:
                self._old_fonts.append(font)
        self._parts.append(text)
        letters = sum(map(str.isalpha, text))
        self._letters += letters
        if letters and self._box is None:
            self._box = self._stack[-1] if self._stack else None
        if self._anchor:
            self._link_letters += letters
        if self._strong:
            self._strong_letters += letters
        if self._em:
            self._em_letters += letters

    def flush(self, kind: str | None = None) -> None:
        raw, font = encodings.mended("".join(self._parts))
        text = squeeze(raw)
        if text:
            if font is not None:
                self._old_fonts.append(font)
            elif encodings.may_be_old_font(raw):
                self._unsure.append((len(self.blocks), raw))
            letters = max(self._letters, 1)
            box = self._box
            self.blocks.append(
                Block(
                    text=text,
                    kind=kind
                    or (
                        "caption"
                        if self._caption
                        else "heading"
                        if self._heading
                        else "item"
                        if self._item
                        else "paragraph"
                    ),
                    link_share=min(1.0, self._link_letters / letters),
                    article_links=sum(self._leads_elsewhere(href) for href in self._links),
                    emphasis="strong"
                    if self._strong_letters > 0.9 * letters
                    else "em"
                    if self._em_letters > 0.9 * letters
                    else "",
                    right=any(_aligned(node, "right") for node in self._stack[-4:]) or _aligned(box, "right"),
                    centred=any(_aligned(node, "center") for node in self._stack[-4:]),
                    after_image=self._image,
                    element=box,
                )
            )
            self._image = False
        self._parts.clear()
        self._letters = self._link_letters = self._strong_letters = self._em_letters = 0
        self._links = [href for node in self._stack if node.tag == "a" and (href := node.get("href"))]
        self._box = None

    def _leads_elsewhere(self, href: str) -> bool:
        href = href.strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            return False
        path = urlsplit(urljoin(self.how.base, href)).path.lower() if "[" not in href else ""
        return not path.endswith(
            (
                ".jpg",
                ".jpeg",
                ".png",
                ".gif",
                ".webp",
                ".pdf",
                ".doc",
                ".docx",
                ".xls",
                ".xlsx",
                ".zip",
                ".mp4",
            )
        )


def _runs_on(node: HtmlElement) -> bool:
    """Does an inline element end with a word and a capital follow at once? Two words, then."""
    after = node.tail or ""
    if not after[:1].isupper():
        return False
    words = node.text_content()
    return len(words) > 1 and words[-1:].isalpha() and words[-2:-1].isalpha()


def is_caption(node: HtmlElement) -> bool:
    """Is the box a caption by its name?"""
    names = node.get("class")
    return bool(names) and node.tag not in ("table", "body", "article") and bool(_CAPTION_NAMES.search(names))


def _aligned(node: HtmlElement | None, side: str) -> bool:
    if node is None:
        return False
    style = (node.get("style") or "").lower().replace(" ", "")
    names = (node.get("class") or "").lower()
    return (
        (node.get("align") or "").lower() == side
        or f"text-align:{side}" in style
        or f"text-{side}" in names
        or (side == "center" and node.tag == "center")
    )


def is_calendar(table: HtmlElement) -> bool:
    """A month's sheet: cells that hold the days from 1 to 28 at least, and hardly anything else."""
    words = table.text_content().split() if len(table) else []
    if not 28 <= len(words) <= 120:
        return False
    return {str(day) for day in range(1, 29)} <= set(words)


def is_data_table(table: HtmlElement) -> bool:
    """A table of figures, not one that lays out a page or frames a picture."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    if len(rows) < 2:
        return False
    full = 0
    for row in rows[:60]:
        cells = [squeeze(cell.text_content()) for cell in row if cell.tag in ("td", "th")]
        if any(len(cell) > 1200 for cell in cells):
            return False
        full += sum(bool(cell) for cell in cells) >= 2
    return full >= 2


# --- comparing ---------------------------------------------------------------------------------------------------


def common_ancestor(a: HtmlElement, b: HtmlElement) -> HtmlElement | None:
    """The innermost element that holds both."""
    above = {a, *a.iterancestors()}
    for node in (b, *b.iterancestors()):
        if node in above:
            return node
    return None


def overlap(a: str, b: str) -> float:
    """Dice coefficient of the folded syllables of two short texts, 0 … 1."""
    left, right = set(syllables(a)), set(syllables(b))
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0
