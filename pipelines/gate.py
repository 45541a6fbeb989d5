"""May this page, or this story, match at all? The matcher's own first rule, and two cheap steps before it.

`admits_text` is the rule: a phrase that suffices alone, or an act and an instrument near each other in one
line. A story that fails it scores 0. `admits_bytes` and `admits_page` ask the same of a page that nobody has
extracted yet, and never refuse what the rule would pass:

- on the raw bytes, every phrase is looked for in each way UTF-8 can write it; whatever could hide one
  (another encoding, letters as entities, combining marks, invisible characters) lets the page through;
- on the parsed text, furniture and boxes of links are dropped first, because nearly every page of the
  Vietnamese press links to some signing.
"""

from __future__ import annotations

import codecs
import html
import itertools
import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING

import ahocorasick_rs

from pipelines.markup import RUNNING_TEXT, Places, next_words, reveal
from pipelines.matching.lexicon import Lexicon, equal_forms, has_marks
from pipelines.profile import Profile
from pipelines.vietnamese import clean, fold, strip_marks

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# The page's text still holds what extraction drops between two words (an inline advertisement, a caption),
# so the page is allowed a wider window than the story.
_SLACK = 4
# Elements whose words never reach a story. `header` and `form` stay: headlines stand in the one, and
# ASP.NET wraps whole pages in the other.
_FURNITURE = [
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "footer",
    "aside",
    "select",
    "button",
    "iframe",
    "svg",
    "textarea",
    "head",
]
_TELLING_METAS = frozenset(["og:title", "og:description", "title", "description"])
# Less text than this after dropping furniture means the page is built in a way we do not know.
_LITTLE_TEXT = 200
_NODE = "\x01"  # stands between text nodes; no page holds it, because HTML forbids it
_APART = "\ue000"  # the same, where `clean` must leave it; in a page it ends a phrase in the story too

_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""", re.I)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_JSON_LD_TEXT = re.compile(
    r'"(?:headline|name|alternativeHeadline|description|articleBody)"\s*:\s*("(?:[^"\\]|\\.)*")'
)


class Gate:
    """The profile's necessary words, compiled."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._window = profile.window

    # Each step compiles its phrases when it is first asked: the crawl's own process never parses a page.

    @cached_property
    def _rule(self) -> Lexicon:
        profile = self._profile
        return Lexicon(
            {
                phrase: [("gate", sense) for sense, listed in self._senses(profile) if phrase in listed]
                for phrase in {*profile.sufficient, *profile.gate_acts, *profile.gate_instruments}
            }
        )

    @cached_property
    def _bytes(self) -> _BytePhrases:
        return _BytePhrases({*self._profile.sufficient, *self._profile.gate_instruments})

    @cached_property
    def _page_marked(self) -> _PagePhrases:
        return _PagePhrases(self._profile, equal_forms)

    @cached_property
    def _page_folded(self) -> _PagePhrases:
        return _PagePhrases(self._profile, lambda phrase: [fold(phrase)])

    @staticmethod
    def _senses(profile: Profile) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (
            ("sufficient", profile.sufficient),
            ("act", profile.gate_acts),
            ("instrument", profile.gate_instruments),
        )

    def admits_text(self, title: str | None, text: str) -> bool:
        """The matcher's first rule on an extracted story; `title` and `text` are cleaned."""
        return (bool(title) and self._admits(title or "")) or self._admits(text)

    def _admits(self, text: str) -> bool:
        acts: list[tuple[int, int]] = []
        instruments: list[tuple[int, int]] = []
        for hit in self._rule.find(text):
            for _, sense in hit.senses:
                if sense == "sufficient":
                    return True
                (acts if sense == "act" else instruments).append((hit.start, hit.end))
        return _near(acts, instruments, self._window, text)

    def phrase_in(self, line: str) -> tuple[int, int] | None:
        """Where the first phrase of the rule stands in a cleaned line."""
        hits = self._rule.find(line)
        return (hits[0].start, hits[0].end) if hits else None

    def admits_bytes(self, body: bytes, content_type: str | None = None) -> bool:
        """First step: could the raw page hold a necessary phrase? True when it cannot be told cheaply."""
        if not body:
            return False
        if _declares_other_encoding(body, content_type):
            return True
        revealed = reveal(body) if _is_utf8(body) else None
        return revealed is None or self._bytes.occur(revealed)

    def admits_page(self, body: bytes, content_type: str | None = None) -> bool:
        """Both steps. Never False for a page whose extracted story `admits_text` would pass."""
        return self.admits_bytes(body, content_type) and self.admits_markup(body, content_type)

    def admits_markup(self, body: bytes, content_type: str | None = None) -> bool:
        """Second step alone, for a page that passed the first: the rule on the parsed page without its furniture."""
        return any(self._admits_html(markup) for markup in _decodings(body, content_type))

    def _admits_html(self, markup: str) -> bool:
        return self._admits_joined(_page_nodes(markup))

    def _admits_joined(self, nodes: list[str]) -> bool:
        """The rule without lines, with a wider window and without word borders: tags may have stood there."""
        window = self._window * _SLACK
        # Cleaned as one text: a page has hundreds of nodes, and a call for each costs a third of the whole step.
        lower = clean(_APART.join(nodes)).lower().split(_APART)
        # Inline tags may stand inside a word, block tags between two: the text is read both ways.
        for glue in ("", " "):
            if self._page_marked.near(" ".join(glue.join(lower).split()), window):
                return True
        # A line without marks is made of text nodes without marks that stand together.
        unmarked = "".join(node if node.isascii() or not has_marks(node) else "\n" for node in lower)
        if not unmarked.strip():
            return False
        return self._page_folded.near(fold(" ".join(unmarked.split())), window)


def _near(
    acts: list[tuple[int, int]], instruments: list[tuple[int, int]], window: int, text: str = ""
) -> bool:
    """Is any act within `window` characters of any instrument, in one line of `text`? Both in reading order."""
    starts = [start for start, _ in instruments]
    for start, end in acts:
        place = bisect_left(starts, start)
        if place < len(instruments):
            gap = instruments[place][0] - end
            if gap <= window and not text.count("\n", end, end + max(0, gap)):
                return True
        if place:
            before = instruments[place - 1][1]
            if start - before <= window and not text.count("\n", before, max(before, start)):
                return True
    return False


class _PagePhrases:
    """The gate's phrases in a page's joined text, overlapping and without word borders."""

    def __init__(self, profile: Profile, forms: Callable[[str], list[str]]) -> None:
        senses: dict[str, set[str]] = {}
        for sense, listed in Gate._senses(profile):
            for phrase in listed:
                for form in forms(phrase):
                    senses.setdefault(form, set()).add(sense)
        self._senses = list(senses.values())
        # Abbreviations hide inside foreign words ("mou" in "famous"): they keep their borders.
        self._bordered = [phrase.isascii() and " " not in phrase for phrase in senses]
        self._automaton = ahocorasick_rs.AhoCorasick(list(senses) or ["\x00"])

    def near(self, form: str, window: int) -> bool:
        acts: list[tuple[int, int]] = []
        instruments: list[tuple[int, int]] = []
        for index, start, end in self._automaton.find_matches_as_indexes(form, overlapping=True):
            if self._bordered[index] and (
                (start and form[start - 1].isalnum()) or (end < len(form) and form[end].isalnum())
            ):
                continue
            senses = self._senses[index]
            if "sufficient" in senses:
                return True
            if "act" in senses:
                acts.append((start, end))
            if "instrument" in senses:
                instruments.append((start, end))
        instruments.sort()
        return _near(acts, instruments, window)


class _BytePhrases:
    """Phrases in the ways UTF-8 bytes may write them: tone-mark style, i or y, marks or none, any case."""

    def __init__(self, phrases: Iterable[str]) -> None:
        following: dict[bytes, set[str]] = {}
        length: dict[bytes, int] = {}
        initial = cache(_initial)
        for phrase in phrases:
            if " " not in phrase and phrase.isascii():
                following[phrase.encode()] = {""}  # an abbreviation: see `_stands`
                continue
            for spelling in _spellings(phrase):
                for needle, words, rest in _with_separators(spelling):
                    following.setdefault(needle, set()).add(initial(rest))
                    length[needle] = words
        self._needles = sorted(following)
        # Where a needle is the beginning of a phrase only: the length of its words, and how the next may begin.
        self._following = [
            (length[needle], following[needle]) if "" not in following[needle] else None for needle in self._needles
        ]
        # A deterministic automaton: four times as fast on Vietnamese text, whose bytes begin many needles.
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            self._needles or [b"\x00"], implementation=ahocorasick_rs.Implementation.DFA
        )

    def occur(self, body: bytes) -> bool:
        """Does a phrase stand where a story may stand?"""
        lower = body.lower()  # ASCII only; the needles hold both cases of the other letters
        places = Places(lower)
        # Most pages that tell of a signing tell it early; a page that does not is scanned once.
        step = 1 << 16
        for start in range(0, len(lower), step):
            for index, found, end in self._automaton.find_matches_as_indexes(
                lower[start : start + step + 128]
            ):
                if (
                    self._stands(lower, start + found, start + end, self._needles[index])
                    and not self._breaks_off(lower, start + found, index)
                    and not places.is_silent(start + found, start + end)
                ):
                    return True
        return False

    def _breaks_off(self, lower: bytes, start: int, index: int) -> bool:
        """Another word follows than the phrase goes on with: "nghị <b>sĩ" is no "nghị định thư"."""
        following = self._following[index]
        if following is None:
            return False
        length, initials = following
        words = next_words(lower, start + length)
        return bool(words) and not any(_initial(word) in initials for word in words)

    @staticmethod
    def _stands(lower: bytes, start: int, end: int, needle: bytes) -> bool:
        """A phrase begins where a word begins: not in "nghiệp<" and not in "shop<". Bytes beyond ASCII before it, and
        escapes of JSON (`\\nhiệp`, `\\u003ehiệp`), tell nothing."""
        before = lower[start - 1 : start]
        if needle.isalpha() and needle.isascii():  # an abbreviation hides in foreign words ("mou" in "famous")
            return not (before.isalnum() or lower[end : end + 1].isalnum())
        if not (before.isalnum() or (needle.isascii() and before in (b"_", b"-", b"."))):
            return True
        if needle.isascii() and not needle.startswith(b"\\u"):
            return False
        return b"\\" in lower[max(0, start - 6) : start]


_SEPARATED_BY = (
    b" ",
    b"<",
    b"&",
    b"\n",
    b"\r",
    b"\t",
    b"\xc2\xa0",
    b"\xe2\x80",
    b"\xe3\x80\x80",
    b"\\n",
    b"\\t",
)


def _spellings(phrase: str) -> Iterator[str]:
    """Every way to write a lower-case phrase that `normal` or `fold` takes for the same."""
    seen: set[str] = set()
    for spelled in itertools.chain(equal_forms(phrase), (strip_marks(f) for f in equal_forms(phrase))):
        choices = [(c,) if c.isascii() else (c, c.upper()) for c in spelled]
        for letters in itertools.product(*choices):
            written = "".join(letters)
            if written not in seen:
                seen.add(written)
                yield written


def _with_separators(spelling: str) -> Iterator[tuple[bytes, int, str]]:
    """The phrase with single spaces, and its first syllables before anything else that may stand for a space; with
    each, the length of its words and the syllable that must follow."""
    first, *rest = spelling.split(" ")
    yield spelling.encode(), 0, ""
    if not spelling.isascii():
        yield _json_escaped(spelling), 0, ""
    for count in range(1, len(rest) + 1):
        prefix = " ".join([first, *rest[: count - 1]]).encode()
        for separator in _SEPARATED_BY:
            if (
                separator != b" "
            ):  # a single space goes on to the next syllable: the whole spelling, or a later prefix
                yield prefix + separator, len(prefix), rest[count - 1]
            yield prefix + b" " + separator, len(prefix), rest[count - 1]


def _initial(word: str) -> str:
    """The letter a word begins with, i and y as one; "" for nothing."""
    return fold(clean(word))[:1].replace("y", "i")


def _json_escaped(text: str) -> bytes:
    return json.dumps(text).strip('"').lower().encode()


def _charset(body: bytes, content_type: str | None) -> str | None:
    """The declared charset: the byte order mark's, the header's, or the document's own; lower case."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if content_type and (found := _HEADER_CHARSET.search(content_type)):
        return found[1].lower()
    head = body[:4096]
    found_bytes = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    return found_bytes[1].decode("ascii", "replace").lower() if found_bytes else None


def _declares_other_encoding(body: bytes, content_type: str | None) -> bool:
    charset = _charset(body, content_type)
    if charset not in (None, "utf-8", "utf8", "unicode-1-1-utf-8"):
        return True
    return b"\x00" in body[:512]


def _decodings(body: bytes, content_type: str | None) -> Iterator[str]:
    """The texts these bytes may mean, likeliest first: headers lie, so UTF-8 and Vietnamese Windows are tried too."""
    tried: set[str] = set()
    for charset in (_charset(body, content_type), "utf-8", "utf-16", "cp1258"):
        if charset is None or charset in tried or (charset == "utf-16" and b"\x00" not in body[:512]):
            continue
        tried.add(charset)
        try:
            yield body.decode(charset)
        except (UnicodeError, LookupError):
            continue
        if charset in ("utf-8", "utf8"):
            # Valid UTF-8 is UTF-8: nothing else decodes to it by chance.
            return
    yield body.decode("utf-8", "replace")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeError:
        return False
    return True


def _page_nodes(markup: str) -> list[str]:
    """The text nodes of a page that may belong to its story: title, descriptions, headlines, body without furniture."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(markup)
    parts: list[str] = []
    parts += [node.text() or "" for node in tree.tags("title")]
    for node in tree.tags("meta"):
        about = node.attributes
        if (about.get("property") or about.get("name") or "").lower() in _TELLING_METAS or (
            about.get("name") or ""
        ).lower() in _TELLING_METAS:
            parts.append(about.get("content") or "")
    for node in tree.css("script[type='application/ld+json']"):
        parts += (_unquoted(found) for found in _JSON_LD_TEXT.findall(node.text() or ""))
    headlines = [node.text() for node in tree.css("h1")]
    tree.strip_tags(_FURNITURE)
    _drop_link_boxes(tree)
    body = tree.body.text(separator=_NODE) if tree.body else markup
    if len(body) < 4 * _LITTLE_TEXT and len(" ".join(body.replace(_NODE, " ").split())) < _LITTLE_TEXT:
        whole = LexborHTMLParser(markup).body
        body = whole.text(separator=_NODE) if whole else markup
    apart = [part for text in (*parts, *headlines) for part in (text, "\n")]
    return [*apart, *body.split(_NODE)]


def _unquoted(quoted: str) -> str:
    try:
        return html.unescape(str(json.loads(quoted, strict=False)))
    except ValueError:
        return quoted


def _drop_link_boxes(tree: LexborHTMLParser) -> None:
    """Remove links that do not stand in running text: lists of other stories, menus, tags."""
    for link in tree.tags("a"):
        parent = link.parent
        if parent is None or parent.tag in ("h1", "figcaption"):
            continue
        if not (_runs_on(link.prev) or _runs_on(link.next)):
            link.decompose(recursive=True)


def _runs_on(sibling: LexborNode | None) -> bool:
    """Is the link's neighbour running text rather than a date, a comma or another element?"""
    return (
        sibling is not None
        and sibling.tag == "-text"
        and len((sibling.text_content or "").strip()) >= RUNNING_TEXT
    )
