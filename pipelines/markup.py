"""Where in a page's bytes do words stand? What can be told for sure without parsing the page.

Most pages of the Vietnamese press hold a signing's words in boxes of links, in scripts and in attributes only. A
parser takes as long to find that out as fetching the page does. Here it is read off the bytes around the words, and
only where any parser must agree: whatever is unclear (stray end tags, text in odd elements, a page without
paragraphs) counts as the story's own words, and the parser decides. Pure.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from functools import cached_property

import ahocorasick_rs

from pipelines.vietnamese import clean

_ENTITY = re.compile(
    rb"&(?:#[xX]?[0-9a-fA-F]{1,7}|[a-zA-Z]{1,2}(?:acute|grave|circ|tilde|uml|strok|breve|ring|caron|horn)|eth|ETH|shy|zwn?j|[lr]rm|Dot|DownBreve);?"
)
# Combining marks and invisible characters as UTF-8. In valid UTF-8 the bytes CC and CD begin nothing but
# U+0300–037F; F3 A0 begins tags, E1 A0 Mongolian, EF B8 variation selectors.
_HIDING = (b"\xcc", b"\xcd", b"\xc2\xad", b"\xef\xb8", b"\xef\xbb\xbf", b"\xd8\x9c", b"\xe1\xa0", b"\xf3\xa0", b"\xf0\x9d\x85")
_HIDING_RANGES = (
    (b"\xe2\x80", (*range(0x8B, 0x90), *range(0xAA, 0xAF))),
    (b"\xe2\x81", range(0xA0, 0xB0)),
    (b"\xe1\x85", (0x9F, 0xA0)),
    (b"\xe1\x9e", (0xB4, 0xB5)),
    (b"\xe3\x85", (0xA4,)),
    (b"\xef\xbe", (0xA0,)),
    (b"\xef\xbf", range(0xB0, 0xB9)),
)
# One pass finds any of them; a regex with as many alternatives takes ten times as long.
_HIDING_MARKS = ahocorasick_rs.BytesAhoCorasick(
    [*_HIDING, *(lead + bytes((last,)) for lead, lasts in _HIDING_RANGES for last in lasts)],
    implementation=ahocorasick_rs.Implementation.DFA,
)
#: Stands between pieces that are cleaned together; a page that holds it is left as it is.
_APART = "\ue000".encode()
# What NFC makes of an angle bracket and the stroke after it: a tag's end would be gone.
_STRUCK = ("\u226e", "\u226f")


def reveal(body: bytes) -> bytes | None:
    """The page with its letters written as letters: entities, combining marks and invisible characters undone.

    The very bytes where nothing is hidden; None when that cannot be done without touching the markup. `body` is UTF-8.
    """
    letters: dict[bytes, str] = {}
    hidden = []
    for found in _ENTITY.finditer(body):
        entity = found[0]
        if entity not in letters:
            letters[entity] = _letters(entity)
        if letters[entity]:
            hidden.append(found.start())
    hidden += [start for _, start, _ in _HIDING_MARKS.find_matches_as_indexes(body)]
    if not hidden:
        return body
    if b"\x1b" in body or b"\xc2\x9b" in body:
        return None  # escape sequences go whole, and tags may stand in them
    # Only the pieces between tags that hide something: normalising a whole page takes longer than looking at it.
    hidden.sort()
    whole, pieces, done = [], [], 0
    for place in hidden:
        if place < done:
            continue
        start = max(done, body.rfind(b">", done, place) + 1)
        end = body.find(b"<", place)
        end = len(body) if end < 0 else end
        whole.append(body[done:start])
        pieces.append(body[start:end])
        done = end
    written = _ENTITY.sub(lambda found: letters[found[0]].encode() or found[0], _APART.join(pieces))
    shown = clean(written.decode())
    revealed = shown.encode().split(_APART)
    if len(revealed) != len(pieces) or any(sign in shown for sign in _STRUCK):
        return None
    return b"".join(part for pair in zip(whole, revealed, strict=True) for part in pair) + body[done:]


def _letters(entity: bytes) -> str:
    """What an entity shows, when that is a letter, a mark on one or invisible; else nothing."""
    shown = html.unescape(entity.decode("ascii"))
    return shown if any(c.isalnum() or unicodedata.category(c) in ("Mn", "Cf") for c in shown) else ""


# ------------------------------------------------------------------------------------------------------- places

_TAG = rb"(?:\s(?:\"[^\"]*\"|'[^']*'|[^'\"<>]++)*+)?/?>"
#: Elements that stand inside links and never end one.
_IN_LINK = rb"</?(?:span|b|strong|i|em|h[2-6]|div|img|p|br|figure|picture|source|u|font|small|time)" + _TAG
_LINK_HEAD = re.compile(rb"<a" + _TAG + rb"(?:[^<]++|" + _IN_LINK + rb")*+\Z")
_LINK_TAIL = re.compile(rb"(?:[^<]++|" + _IN_LINK + rb")*+</a\s*>")
#: … and inside buttons, which end tags of others around them do end.
_IN_BUTTON = rb"(?:</?span|<img|<br)" + _TAG
_BUTTON_HEAD = re.compile(rb"<button" + _TAG + rb"(?:[^<]++|" + _IN_BUTTON + rb")*+\Z")
_BUTTON_TAIL = re.compile(rb"(?:[^<]++|" + _IN_BUTTON + rb")*+</button\s*>")
_LINK_STARTS = tuple(b"<a" + space for space in (b" ", b">", b"\n", b"\t", b"\r"))
_LINK_MARKS = ahocorasick_rs.BytesAhoCorasick(
    [*_LINK_STARTS, b"</a>", b"</a "], implementation=ahocorasick_rs.Implementation.DFA
)
_ONE_TAG = re.compile(rb"<(/?)([a-z][a-z0-9]*)" + _TAG)
#: Start tags that no parser ignores: what stands before one is no neighbour of what stands behind it.
_ALWAYS = frozenset(
    b"div span p li ul ol dl dt dd h2 h3 h4 h5 h6 b strong i em u font small br img hr section article header figure center time a".split()
)
#: A link is looked for so many bytes before its words; an element's beginning so many before the link.
_LINK_REACH, _TAG_REACH = 3_000, 1_500
#: So many tags around a link are looked at before it is called unclear.
_STEPS = 8
#: A link is a pointer to another story unless running text of this many characters stands beside it (gate.py).
RUNNING_TEXT = 12

_EVENTS = (
    b"<!--", b"<script", b"<style", b"<textarea", b"<title", b"<iframe", b"<noscript", b"<template", b"<nav", b"<footer",
    b"<aside", b"<select", b"<button", b"<svg", b"<head", b"<h1", b"<figcaption", b"<table",
    b"<xmp", b"<plaintext", b"<noembed", b"<noframes", b"<frameset", b"<math",
)  # fmt: skip
_EVENT_MARKS = ahocorasick_rs.BytesAhoCorasick(
    [*_EVENTS, *(b"</" + event[1:] for event in _EVENTS[1:])], implementation=ahocorasick_rs.Implementation.DFA
)
_NAMES = [*(event[1:] for event in _EVENTS), *(b"/" + event[1:] for event in _EVENTS[1:])]
#: Nothing but their end tag ends these.
_RAW = frozenset([b"script", b"style", b"textarea", b"title", b"iframe"])
#: Rare elements whose contents parsers read in ways of their own: such a page is left to the parser.
_ODD = frozenset([b"xmp", b"plaintext", b"noembed", b"noframes", b"frameset", b"math"])
#: Contents that would be lost, were an element taken for longer than it is.
_STORY_TAGS = (b"<p>", b"<p ", b"<h1", b"<article", b"<figcaption")
#: With less running text than this, the gate's parser reads a page's links too (gate.py); a fifth more, to be sure.
ENOUGH_TEXT = 240
#: A paragraph as this module counts it: running text right behind its start tag.
_PARAGRAPH = re.compile(rb"<p(?:\s[^<>]*)?>([^<]{40,})")


class _Layout:
    """Where a page's headlines, captions, scripts and furniture begin and end."""

    def __init__(self, low: bytes) -> None:
        self.zones: list[tuple[int, int, bool]] = []
        """Headlines, captions, scripts and the like in order: start, end, whether no story stands in it."""
        self.boxes: list[tuple[int, int]] = []
        """Where furniture begins or ends, and how deep one stands in it from there on."""
        self.unclear = False
        """Parsers may disagree on what stands where."""
        self._began: dict[bytes, int] = {}
        self._open: dict[bytes, int] = {}
        self._depth = 0
        self._read(low)
        self.all_ends = not any(self._open.values())
        """Furniture and tables end, each as often as it begins."""
        self.unclear = self.unclear or bool(self._began)
        self.zones.sort()

    def _read(self, low: bytes) -> None:
        ends_of_comments = (b"-->", b"--!>") if b"--!>" in low else (b"-->",)
        passed = 0  # all tags before it stand in a comment or a script
        for index, start, end in _EVENT_MARKS.find_matches_as_indexes(low):
            if start < passed:
                continue
            name = _NAMES[index]
            if name == b"!--":
                ends = [found + len(sign) for sign in ends_of_comments if (found := low.find(sign, start + 2)) >= 0]
                passed = min(ends, default=len(low))
                self.zones.append((start, passed, True))
                continue
            if name[1:] in _RAW:
                continue  # what it ended was passed over already
            if low[end : end + 1] not in (b" ", b">", b"\n", b"\t", b"\r", b"/", b""):
                continue  # <header, <navigation-bar
            if name in _ODD or low.rfind(b"<", 0, start) > low.rfind(b">", 0, start):
                self.unclear = True  # it stands in an attribute, or after a tag that does not end
                break
            if name in _RAW:
                found = low.find(b"</" + name, end)
                passed = len(low) if found < 0 else found
                silent = name in (b"script", b"style") and b"ld+json" not in low[start : start + 300]
                self.zones.append((start, passed, silent))
            elif name.removeprefix(b"/") in (b"h1", b"figcaption"):
                self._story_part(name, start, end)
            else:
                self._furniture(name, start)

    def _story_part(self, name: bytes, start: int, end: int) -> None:
        if not name.startswith(b"/"):
            self.unclear = self.unclear or name in self._began
            self._began[name] = start
            return
        began = self._began.pop(name[1:], None)
        if began is None:
            self.unclear = True
        else:
            self.zones.append((began, end, False))

    def _furniture(self, name: bytes, start: int) -> None:
        step = -1 if name.startswith(b"/") else 1
        kind = name.removeprefix(b"/")
        self._open[kind] = self._open.get(kind, 0) + step
        self.unclear = self.unclear or self._open[kind] < 0
        if kind != b"table":  # stories stand in tables too, but in one that never ends, end tags mean nothing
            self._depth += step
            self.boxes.append((start, self._depth))


class Places:
    """The places of one page; `low` is its lower-case UTF-8 with nothing hidden."""

    def __init__(self, low: bytes) -> None:
        self._low = low

    def is_silent(self, start: int, end: int) -> bool:
        """Do these bytes surely stand where no story stands: in a script, an attribute or a link to another page?"""
        if self._layout.unclear:
            return False
        zone = self._zone_at(start)
        if zone is not None:
            return zone[2] and not self._tells_a_story(*zone[:2]) and self.has_text
        return (self._in_attribute(start) or self._in_link(start, end) or self._in_button(start, end)) and self.has_text

    # -- what the whole page tells -----------------------------------------------------------------------------

    @cached_property
    def _layout(self) -> _Layout:
        return _Layout(self._low)

    def _tells_a_story(self, start: int, end: int) -> bool:
        return any(self._low.find(tag, start, end) >= 0 for tag in _STORY_TAGS)

    def _zone_at(self, place: int) -> tuple[int, int, bool] | None:
        """The zone around `place`, a headline before what stands in it; None outside of all."""
        around = None
        zones = self._layout.zones
        # Only headlines and captions hold other zones, and few.
        last = bisect_right(zones, (place, len(self._low) + 1, True))
        for zone in zones[max(0, last - 40) : last]:
            if zone[0] <= place < zone[1] and (around is None or not zone[2]):
                around = zone
        return around

    @cached_property
    def has_text(self) -> bool:
        """Is there so much running text outside furniture that the links around it are no story's text?"""
        if not self._layout.all_ends:
            return False
        count, boxes = 0, self._layout.boxes
        for found in _PARAGRAPH.finditer(self._low):
            place = found.start()
            if _depth(boxes, place) or _depth(self._links, place) or self._zone_at(place) is not None:
                continue
            count += len(" ".join(html.unescape(found[1].decode()).split()))
            if count > ENOUGH_TEXT:
                return True
        return False

    @cached_property
    def _links(self) -> list[tuple[int, int]]:
        """Where links begin or end, and how many are open from there on: in one that never ends, all is link."""
        links, depth = [], 0
        for index, start, _ in _LINK_MARKS.find_matches_as_indexes(self._low):
            if (zone := self._zone_at(start)) is None or not zone[2]:
                depth = depth + 1 if index < len(_LINK_STARTS) else max(0, depth - 1)
                links.append((start, depth))
        return links

    # -- what the bytes around some words tell -----------------------------------------------------------------

    def _in_attribute(self, place: int) -> bool:
        low = self._low
        opened, closed = low.rfind(b"<", 0, place), low.rfind(b">", 0, place)
        return opened > closed and low[opened + 1 : opened + 2].isalpha() and low.find(b"<meta", closed + 1, place) < 0

    def _in_link(self, start: int, end: int) -> bool:
        """Is it the text of a link that no running text stands beside?"""
        low = self._low
        link = max(low.rfind(tag, max(0, start - _LINK_REACH), start) for tag in _LINK_STARTS)
        if link < 0 or _LINK_HEAD.match(low, link, start) is None:
            return False
        tail = _LINK_TAIL.match(low, end - (low[end - 1 : end] in (b"<", b"&")), end + _LINK_REACH)
        return tail is not None and self._stands_apart_before(link) and self._stands_apart_after(tail.end())

    def _in_button(self, start: int, end: int) -> bool:
        low = self._low
        button = low.rfind(b"<button", max(0, start - _TAG_REACH), start)
        return (
            button >= 0
            and _BUTTON_HEAD.match(low, button, start) is not None
            and _BUTTON_TAIL.match(low, end - (low[end - 1 : end] in (b"<", b"&")), end + _TAG_REACH) is not None
        )

    def _stands_apart_before(self, place: int) -> bool:
        """No running text before the link, also if end tags before it mean nothing."""
        low, text = self._low, b""
        for _ in range(_STEPS):
            closed = low.rfind(b">", max(0, place - _TAG_REACH), place)
            text = low[closed + 1 : place] + text
            if closed < 0 or len(text.strip()) >= RUNNING_TEXT:
                return False
            opened = low.rfind(b"<", max(0, closed - _TAG_REACH), closed)
            if opened < 0:
                return False
            if low.startswith(b"<!--", opened) and low.startswith(b"--", closed - 2):
                place = opened
                continue
            tag = _ONE_TAG.fullmatch(low, opened, closed + 1)
            if tag is None:
                return False
            if not tag[1] and tag[2] in _ALWAYS:
                return True
            if tag[1] and self._is_pair(opened, tag[2]):
                return True
            place = opened
        return False

    def _is_pair(self, end_tag: int, name: bytes) -> bool:
        """Does this end tag end an element of the same name that holds nothing but text?"""
        low = self._low
        opened = low.rfind(b"<", max(0, end_tag - _TAG_REACH), end_tag)
        tag = _ONE_TAG.match(low, opened, end_tag) if opened >= 0 else None
        return tag is not None and not tag[1] and tag[2] == name and name in _ALWAYS and b">" not in low[tag.end() : end_tag]

    def _stands_apart_after(self, place: int) -> bool:
        low, text = self._low, b""
        for _ in range(_STEPS):
            opened = low.find(b"<", place, place + _TAG_REACH)
            text += low[place:opened]
            if opened < 0 or len(text.strip()) >= RUNNING_TEXT:
                return False
            tag = _ONE_TAG.match(low, opened, opened + _TAG_REACH)
            if tag is None:
                return False
            if not tag[1] and tag[2] in _ALWAYS:
                return True
            place = tag.end()
        return False


def _depth(places: list[tuple[int, int]], place: int) -> int:
    """How deep one stands at `place`, by places in order and the depth from each on."""
    before = bisect_right(places, (place, 0))
    return places[before - 1][1] if before else 0


_PLAIN = (
    rb"(?:\s|&nbsp;|&#160;|\xc2\xa0|(?:</?(?:p|span|b|strong|em|i|u|div|br|li|ul|ol|td|tr|font|h[2-6])|</a)" + _TAG + rb")"
)
_NEXT_WORD = re.compile(_PLAIN + rb"++([^<>\s&\\\"']{1,40})")
_NEXT_LINK = re.compile(_PLAIN + rb"*+(<a" + _TAG + rb")")


def next_words(low: bytes, place: int) -> list[str]:
    """The words that may follow behind plain tags, the one in a link and the one behind it; none when that cannot be
    told."""
    found = _NEXT_WORD.match(low, place, place + _TAG_REACH)
    if found is not None:
        return [found[1].decode("utf-8", "ignore")]
    link = _NEXT_LINK.match(low, place, place + _TAG_REACH)
    if link is None:
        return []
    end = low.find(b"</a", link.end(), link.end() + _TAG_REACH)
    # A tag's end stands for the space before the word.
    inside = _NEXT_WORD.match(b" " + low[link.end() : link.end() + _TAG_REACH])
    behind = _NEXT_WORD.match(low, end, end + _TAG_REACH) if end >= 0 else None
    if inside is None or behind is None:
        return []
    return [found[1].decode("utf-8", "ignore") for found in (inside, behind)]
