"""When was it published? The judge among a page's witnesses: JSON-LD, meta tags, the printed dateline, the address, the feed.

`parse_date` (every form of one text) is in `date_forms` and offered here too. The only importer of htmldate.
Pure: `now` is an argument.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.date_forms import (
    CLOCK,
    FUTURE_TOLERANCE,
    ISO_DAY,
    OLDEST_YEAR,
    VIETNAM,
    ParsedDate,
    parse_date,
    prefers_month_first,
    url_time,
    zone_at,
)
from pipelines.encodings import unescape
from pipelines.structured import Structured, select
from pipelines.types import Precision
from pipelines.vietnamese import squeeze, strip_marks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.types import Link, Outlet

__all__ = [
    "FUTURE_TOLERANCE",
    "OLDEST_YEAR",
    "VIETNAM",
    "ParsedDate",
    "Published",
    "find_published",
    "parse_date",
    "prefers_month_first",
    "url_time",
]

_META_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished", "pubdate",
    "publishdate", "publish_date", "publish-date", "published_time", "published", "og:published_time", "cxenseparse:recs:publishtime",
    "parsely-pub-date", "sailthru.date", "dcterms.date", "dc.date.issued", "dcterms.created", "dc.date", "dc.created",
    "article.published", "datecreated", "creation_date", "article:created_time", "date",
)  # fmt: skip
_META_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "article_updatetime", "last-modified", "lastmod",
    "dcterms.modified", "article:updated_time",
)  # fmt: skip
# Quick test before the parser: a numeric date, or "tháng" between numbers, somewhere in a text node.
_LOOKS_DATED = re.compile(
    r"\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:20|19)?\d{2}(?!\d)|(?:20|19)\d\d[-/]\d{1,2}[-/]\d{1,2}|\d\s*,?\s*[Tt]h[áa]ng\s|\d\s(?:phút|giờ|ngày)\s+trước"
)
_RELATIVE = re.compile(r"(?:(?:dang|cap nhat)\W+)?(?P<n>\d{1,3}) (?P<unit>phut|gio|ngay) truoc")
_DATE_WORD = re.compile(
    r"(?:^|[-_ ])(?:article|detail|post|news|story|content|entry|c|b|the|block|cms|box|lb|lbl|bp|kbwcm|txt)?[-_]*"
    r"(?:date|time|datetime|pub(?:lish(?:ed)?)?(?:date|time|on)?|pdate|pubdate|publication|ngay(?:dang)?|thoigian|timepost|meta|dateline|info)",
    re.IGNORECASE,
)
_CLOCK_PLACE = re.compile(
    r"(?:^|[-_ ])(?:header|head(?:er)?[-_]?(?:top|date|time)|top[-_]?(?:bar|date|header)|clock|today|current|now|server|weather|thoi-?tiet|lich|calendar|menu|nav\w*|footer|foot|copyright|comment\w*|binh-?luan|"
    r"sidebar|relat\w*|lien-?quan|cung-?chuyen-?muc|other-?news|tin-?khac|most|hot-?news|list-?news|news-?list|item-?news)(?:$|[-_ \d])",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"\b(?:cap nhat|cap nhat luc|update[d]?|last modified|sua doi|chinh sua|modified)\b")
_PUBLISHED = re.compile(r"\b(?:dang|xuat ban|ngay dang|published|posted|dang luc|dang ngay|ngay tao)\b")
_NOT_A_DATELINE = re.compile(
    r"\b(?:giay phep|gp|so|copyright|bao giay|so ra ngay|luot xem truoc|license|cap ngay|in ngay|nghi dinh|sinh|het han|tu ngay|den ngay)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The verdict on a page's publication time."""

    value: datetime | None = None
    """Aware UTC."""
    raw: str | None = None
    source: str | None = None
    """json-ld | meta | page | url | feed | sitemap | section | api"""
    precision: Precision | None = None
    disagreements: tuple[str, ...] = ()
    """`published: json-ld 2024-01-10 17:05 but page 2024-01-09 08:00`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Witness:
    source: str
    date: ParsedDate
    updated: bool = False
    strength: float = 0.0
    """How surely a printed date is the story's dateline, by its place and name."""


def find_published(
    tree: HtmlElement,
    *,
    url: str,
    now: datetime,
    outlet: Outlet | None = None,
    link: Link | None = None,
    structured: Structured | None = None,
    title: HtmlElement | None = None,
    body: HtmlElement | None = None,
    teasers: Container[HtmlElement] = (),
) -> Published:
    """When the story of this page was published, by the most trustworthy witness.

    Order of trust: the dateline printed with the story (it is what the editors see and mend), unless it says
    "updated" or repeats the modified time; JSON-LD `datePublished`; meta tags; the time in the address (when a draft was made,
    so at most a last resort among precise ones); then what the link's feed, sitemap or section said. A witness that agrees with the
    chosen one and knows more (seconds) lends its precision. `title` and `body` are where the headline and the text
    stand, and `teasers` the items of lists of other stories, to tell the dateline from clocks and lists; the tree must not have been pruned of its date elements.
    """
    structured = structured or Structured(tree)
    printed = _printed(tree, outlet, now, title, body, teasers)
    published: list[_Witness] = []
    for key in ("datePublished", "dateCreated", "uploadDate"):
        if parsed := parse_date(structured.article_text(key), now=now):
            published.append(_Witness(source="json-ld", date=parsed))
            break
    for name in _META_PUBLISHED:
        if parsed := parse_date(structured.meta(name), now=now):
            published.append(_Witness(source="meta", date=parsed))
            if name not in ("datecreated", "creation_date", "article:created_time"):
                break
    modified = [
        parsed
        for raw in (
            structured.article_text("dateModified"),
            *(structured.meta(name) for name in _META_MODIFIED),
        )
        if (parsed := parse_date(raw, now=now))
    ]
    chosen = _choose(printed, published, modified, now)
    rest = [witness for witness in (_from_url(url, outlet, now), _from_link(link, now)) if witness]
    if chosen is None:
        chosen = next(iter(rest), None)
    if chosen is None:
        chosen = _last_resort(tree, url, now, teasers)
    if chosen is None:
        return Published()
    everyone = [*published, *([printed] if printed else []), *rest]
    chosen = _sharpen(chosen, [*published, *rest])
    return Published(
        value=chosen.date.value,
        raw=chosen.date.raw,
        source=chosen.source,
        precision=chosen.date.precision,
        disagreements=tuple(_disagreements(chosen, everyone)),
    )


#: A printed date with less than this against the metadata's word is some other date of the page (`_place`): a good
#: name, or right after the headline, is enough.
SURE = 3.0


def _choose(
    printed: _Witness | None, published: list[_Witness], modified: list[ParsedDate], now: datetime
) -> _Witness | None:
    machine = next((w for w in published if w.date.precision in _CLOCK_KNOWN), next(iter(published), None))
    if printed is None:
        return machine
    if machine is None:
        return printed
    if _agree(printed.date, machine.date):
        # Same moment: the finer of the two speaks, and a wrong zone (+08:00) in the machine's is mended by the print.
        return _as_printed(machine, printed) if _finer(machine.date, printed.date) else printed
    if printed.date.precision not in _CLOCK_KNOWN and machine.date.precision in _CLOCK_KNOWN:
        # A day without a time: believe the machine's clock unless the days are far apart.
        near = abs(printed.date.value - machine.date.value) < timedelta(days=2)
        return machine if near or printed.strength < SURE else printed
    if _is_crawl_time(machine.date, modified, now) and printed.strength >= _FAIR:
        return printed
    if printed.strength < SURE:
        return machine
    earlier = machine.date.value < printed.date.value
    repeats_modified = any(_agree(printed.date, other) for other in modified)
    if earlier and machine.date.precision in _CLOCK_KNOWN and (printed.updated or repeats_modified):
        return machine
    return printed


#: A dateline in a fair place outweighs a machine's time that is but the moment of the request.
_FAIR = 0.5


def _is_crawl_time(machine: ParsedDate, modified: list[ParsedDate], now: datetime) -> bool:
    """A `datePublished` that equals `dateModified` and lies within a day of the fetch: some systems print their clock."""
    return abs(now - machine.value) < timedelta(days=1) and any(
        abs(other.value - machine.value) <= timedelta(minutes=1) for other in modified
    )


_CLOCK_KNOWN = (Precision.SECOND, Precision.MINUTE)
_ORDER = {Precision.SECOND: 4, Precision.MINUTE: 3, Precision.DAY: 2, Precision.MONTH: 1, Precision.YEAR: 0}


def _finer(a: ParsedDate, b: ParsedDate) -> bool:
    return _ORDER[a.precision] > _ORDER[b.precision]


def _wall(date: ParsedDate) -> datetime:
    """The clock time as written, whatever zone was claimed for it."""
    found = ISO_DAY.search(strip_marks(date.raw))
    local = date.value.astimezone(VIETNAM).replace(tzinfo=None)
    if found is None:
        return local
    claimed = _zone_of(date.raw)
    return local if claimed is None else (date.value + claimed).replace(tzinfo=None)


def _zone_of(raw: str) -> timedelta | None:
    text = strip_marks(raw)
    clock = CLOCK.search(text)
    return zone_at(text, clock.end()) if clock else None


def _agree(a: ParsedDate, b: ParsedDate) -> bool:
    """Do two dates tell the same moment, to the coarser precision? Zones are taken as written or as Vietnam's."""
    coarser = min(_ORDER[a.precision], _ORDER[b.precision])
    local_a, local_b = (date.value.astimezone(VIETNAM).replace(tzinfo=None) for date in (a, b))
    for x, y in ((local_a, local_b), (_wall(a), _wall(b))):
        if coarser >= 3 and abs(x.replace(second=0) - y.replace(second=0)) <= timedelta(0):
            return True
        if coarser == 2 and x.date() == y.date():
            return True
        if coarser < 2 and (x.year, x.month) == (y.year, y.month):
            return True
    return False


def _as_printed(machine: _Witness, printed: _Witness) -> _Witness:
    """The machine's moment, with its clock read as Vietnamese time when only so it equals the printed one."""
    if printed.date.precision not in _CLOCK_KNOWN:
        return machine
    value = machine.date.value
    if abs(value - printed.date.value) >= timedelta(minutes=1):
        value = _wall(machine.date).replace(tzinfo=VIETNAM).astimezone(UTC)
    date = ParsedDate(value=value, precision=machine.date.precision, raw=machine.date.raw)
    return _Witness(source=machine.source, date=date)


def _sharpen(chosen: _Witness, others: list[_Witness]) -> _Witness:
    """Seconds from a witness that agrees to the minute: a `:00` may only be a cut-off."""
    if chosen.date.precision not in _CLOCK_KNOWN or chosen.date.value.second:
        return chosen
    for other in others:
        if (
            other.source in ("json-ld", "meta", "feed", "sitemap", "api")
            and other.date.precision == Precision.SECOND
        ):
            sharper = _as_printed(other, chosen)
            if (
                sharper.date.value.second
                and 0 <= (sharper.date.value - chosen.date.value).total_seconds() < 60
            ):
                return sharper
    return chosen


def _disagreements(chosen: _Witness, everyone: list[_Witness]) -> Iterator[str]:
    seen = set()
    for other in everyone:
        if other.source == chosen.source or _agree(chosen.date, other.date) or other.source in seen:
            continue
        if other.source == "url" and timedelta(0) <= chosen.date.value - other.date.value < timedelta(
            days=30
        ):
            continue  # the address is made with the draft; publishing it later is no contradiction
        seen.add(other.source)
        yield f"published: {chosen.source} {_shown(chosen.date)} but {other.source} {_shown(other.date)}"


def _shown(date: ParsedDate) -> str:
    form = {Precision.DAY: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}.get(
        date.precision, "%Y-%m-%d %H:%M"
    )
    return date.value.astimezone(VIETNAM).strftime(form)


def _from_url(url: str, outlet: Outlet | None, now: datetime) -> _Witness | None:
    parsed = url_time(url, outlet.rules.published_in_url if outlet else None, now)
    return _Witness(source="url", date=parsed) if parsed else None


def _from_link(link: Link | None, now: datetime) -> _Witness | None:
    if link is None:
        return None
    parsed = parse_date(link.published_raw, now=now)
    if link.published is not None and link.published <= now + FUTURE_TOLERANCE:
        precision = parsed.precision if parsed else Precision.SECOND
        parsed = ParsedDate(
            value=link.published, precision=precision, raw=link.published_raw or link.published.isoformat()
        )
    return _Witness(source=link.published_from or "feed", date=parsed) if parsed else None


def _last_resort(
    tree: HtmlElement, url: str, now: datetime, teasers: Container[HtmlElement]
) -> _Witness | None:
    """htmldate, told to look for the original date and nowhere wild; a day only, and never a bare year or a teaser's."""
    from htmldate import find_date

    twin = deepcopy(tree)
    for node, copied in list(zip(tree.iter(), twin.iter(), strict=True)):
        if node in teasers and copied.getparent() is not None:
            copied.clear()
    tree = twin

    found = find_date(
        tree, extensive_search=False, original_date=True, outputformat="%Y-%m-%d", url=url, max_date=now.astimezone(VIETNAM).strftime("%Y-%m-%d"),
        min_date=f"{OLDEST_YEAR}-01-01",
    )  # fmt: skip
    parsed = parse_date(found, now=now) if found else None
    if parsed is None or parsed.raw.endswith("-01-01"):
        return None  # what it makes of "Copyright 2019"
    return _Witness(
        source="page", date=ParsedDate(value=parsed.value, precision=Precision.DAY, raw=parsed.raw)
    )


def _printed(
    tree: HtmlElement,
    outlet: Outlet | None,
    now: datetime,
    title: HtmlElement | None,
    body: HtmlElement | None,
    teasers: Container[HtmlElement],
) -> _Witness | None:
    """The dateline that the page prints with its story."""
    ruled = {
        element
        for selector in (outlet.rules.published if outlet else ())
        for element in select(tree, selector)[:8]
    }
    best: tuple[float, _Witness] | None = None
    relative: _Witness | None = None
    for score, element in _dated_elements(tree, title, body, ruled):
        if best is not None and score <= best[0]:
            continue
        if teasers and any(box in teasers for box in (element, *element.iterancestors())):
            continue
        witness = _read_dated(element, now)
        if witness is None:
            if relative is None and score >= _RELATIVE_SURE:
                relative = _ago(element, now)
            continue
        if witness.date.precision not in _CLOCK_KNOWN:
            score -= 3
        if witness.updated:
            score -= 2.5
        if best is None or score > best[0]:
            best = score, witness
    if best is None or best[0] <= 0:
        return _written_by_script(tree, now, title, body) or relative
    return replace(best[1], strength=best[0])


# `document.getElementById("pDateTime").innerHTML = "Thứ năm, 20/12/2012, 16:10 GMT+7"`, `$("#time").html("…")`
_WRITES = re.compile(
    r"""(?:getElementById\(\s*["'](?P<a>[\w:-]{1,60})["']\s*\)\s*\.\s*(?:innerHTML|innerText|textContent)\s*=\s*|"""
    r"""\$\(\s*["']\#(?P<b>[\w:-]{1,60})["']\s*\)\s*\.\s*(?:html|text)\(\s*)(?P<quote>["'])(?P<text>[^"'\n]{8,120})(?P=quote)"""
)


def _written_by_script(
    tree: HtmlElement, now: datetime, title: HtmlElement | None, body: HtmlElement | None
) -> _Witness | None:
    """A dateline that a script holds in plain words and writes into a box near the headline."""
    for script in tree.iter("script"):
        code = script.text or ""
        if "20" not in code or len(code) > 60_000:
            continue
        for found in _WRITES.finditer(code):
            parsed = parse_date(unescape(found["text"]), now=now)
            if parsed is None or parsed.precision not in _CLOCK_KNOWN:
                continue
            box = next(iter(tree.xpath("//*[@id=$id]", id=found["a"] or found["b"])), None)
            if box is None:
                continue
            order = {node: index for index, node in enumerate(tree.iter())}
            inside = set(body.iter()) if body is not None else set()
            at_title, at_body = (order.get(node) if node is not None else None for node in (title, body))
            if at_title is None or at_body is None:
                continue
            strength = _place(box, squeeze(found["text"]), order[box], at_title, at_body, inside)
            if strength > 0:
                return _Witness(source="page", date=parsed, strength=strength)
    return None


#: "6 hours ago" is believed only beside the headline, and yields to every other witness: a stored page has aged.
_RELATIVE_SURE = 2.0


def _ago(element: HtmlElement, now: datetime) -> _Witness | None:
    """The time of "5 phút trước"; to the day when hours or days are counted, since they are rounded."""
    text = squeeze(element.text_content())
    found = _RELATIVE.fullmatch(strip_marks(text).strip(" -|•"))
    if found is None:
        return None
    number = int(found["n"])
    if found["unit"] == "phut":
        value = (now - timedelta(minutes=number)).replace(second=0, microsecond=0)
        return _Witness(
            source="page", date=ParsedDate(value=value, precision=Precision.MINUTE, raw=text), strength=0.0
        )
    hours = number if found["unit"] == "gio" else 24 * number
    day = (
        (now - timedelta(hours=hours)).astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    )
    return _Witness(
        source="page",
        date=ParsedDate(value=day.astimezone(UTC), precision=Precision.DAY, raw=text),
        strength=0.0,
    )


def _read_dated(element: HtmlElement, now: datetime) -> _Witness | None:
    """The date of an element: its text first (people see it), then `datetime`, `content`, `title`, `data-*`."""
    text = squeeze(element.text_content())
    folded = strip_marks(text)
    found = parse_date(text, now=now) if len(text) <= 240 else None
    for attribute in (
        "datetime",
        "content",
        "title",
        "data-time",
        "data-date",
        "data-publish",
        "data-datetime",
    ):
        if other := parse_date(element.get(attribute), now=now):
            if found is None or (_agree(found, other) and _finer(other, found)):
                mended = (
                    _as_printed(_Witness(source="page", date=other), _Witness(source="page", date=found))
                    if found
                    else None
                )
                found = mended.date if mended else other
            break
    if found is None:
        return None
    updated = bool(_UPDATED.search(folded)) and not _PUBLISHED.search(folded)
    return _Witness(source="page", date=found, updated=updated)


#: What a rule's word is worth: more than a good name, less than the difference between headline and header.
_RULED = 3.0
#: What standing behind the text takes from a date; a signature's day is still found when nothing else is printed.
_BEHIND = 2.0
#: What standing above the headline takes from a date while another stands below it.
_ABOVE = 1.5
_MAX_DATELINE = 140  # characters; author, date, views and share words together stay below


def _dated_elements(
    tree: HtmlElement, title: HtmlElement | None, body: HtmlElement | None, ruled: set[HtmlElement]
) -> Iterator[tuple[float, HtmlElement]]:
    """Elements that may print the dateline, each with how likely its place makes it; those the rules name, more."""
    root = tree.find("body") if tree.tag != "body" else tree
    root = tree if root is None else root
    position: dict[HtmlElement, int] = {}
    hits: list[HtmlElement] = []
    for index, element in enumerate(root.iter()):
        if not isinstance(element.tag, str):
            if element.tail and _LOOKS_DATED.search(element.tail) and element.getparent() is not None:
                hits.append(element.getparent())
                position.setdefault(element.getparent(), index)
            continue
        position[element] = index
        if element.tag in ("script", "style", "noscript", "option", "textarea"):
            if element.tail and _LOOKS_DATED.search(element.tail) and element.getparent() is not None:
                hits.append(element.getparent())
            continue
        if element.tag == "time" or element in ruled or (element.text and _LOOKS_DATED.search(element.text)):
            hits.append(element)
        if (
            element.tail
            and _LOOKS_DATED.search(element.tail)
            and element is not root
            and element.getparent() is not None
        ):
            hits.append(element.getparent())
    at_title = position.get(title) if title is not None else None
    at_body = position.get(body) if body is not None else None
    after_body = at_body + sum(1 for _ in body.iter()) if body is not None and at_body is not None else None
    inside_body = set(body.iter()) if body is not None else set()
    if title is not None and title in inside_body:
        inside_body, at_body, after_body = (
            set(),
            None,
            None,
        )  # one box holds headline, dateline and text alike
    below = at_title is not None and any(
        at_title < position.get(hit, 0) < (at_body or at_title + 30)
        and len(squeeze(hit.text_content())) <= _MAX_DATELINE
        for hit in hits
    )
    seen: set[HtmlElement] = set()
    for hit in hits:
        element = _widen(hit)
        if element in seen or element not in position:
            continue
        seen.add(element)
        text = squeeze(element.text_content())
        if len(text) > _MAX_DATELINE or _NOT_A_DATELINE.search(strip_marks(text)):
            continue
        score = _place(element, text, position[element], at_title, at_body, inside_body)
        if below and at_title is not None and position[element] < at_title:
            score -= (
                _ABOVE  # a clock beside the section's name; the story's own date stands below its headline
            )
        if after_body is not None and position[element] >= after_body:
            score -= _BEHIND  # a short story's related ones stand near its headline, too
        yield score + _RULED * (element in ruled or hit in ruled), element


def _widen(element: HtmlElement) -> HtmlElement:
    """A date whose clock stands in a sibling: take the parent while it stays short and adds a time of day."""
    for _ in range(2):
        parent = element.getparent()
        if parent is None or CLOCK.search(strip_marks(element.text_content())):
            break
        if element.get("datetime"):
            break
        wider = squeeze(parent.text_content())
        if (
            len(wider) > _MAX_DATELINE
            or not CLOCK.search(strip_marks(wider))
            or len(_LOOKS_DATED.findall(wider)) > 1
        ):
            break
        element = parent
    return element


def _place(
    element: HtmlElement,
    text: str,
    at: int,
    at_title: int | None,
    at_body: int | None,
    inside_body: set[HtmlElement],
) -> float:
    score = 0.0
    chain = [element, *element.iterancestors()]
    own = " ".join(
        f"{e.get('class') or ''} {e.get('id') or ''} {e.get('itemprop') or ''} {e.get('data-role') or ''}"
        for e in chain[:3]
    )
    if _DATE_WORD.search(own):
        score += 2
    if element.tag == "time" or element.get("datetime"):
        score += 1
    if "datepublished" in own.lower() or "publishdate" in own.lower():
        score += 2
    for ancestor in chain[:9]:
        names = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
        if ancestor.tag in ("footer", "nav", "aside") or (
            _CLOCK_PLACE.search(names)
            and not re.search(r"detail|article|post|entry|title|content", names, re.IGNORECASE)
        ):
            score -= 4
            break
    if any(ancestor.tag == "a" for ancestor in chain[:4]):
        score -= 2  # the date of a link in a list
    if element in inside_body:
        opens = at_title is None and at_body is not None and at - at_body <= 12 and len(text) <= 60
        score += 1 if opens else -3  # a magazine's dateline, or a date the story speaks of
    if at_title is not None:
        distance = at - at_title
        if 0 <= distance <= 60:
            score += 3.5 - distance / 60
        elif -25 <= distance < 0:
            score += 2.2 + distance / 25
        elif distance < 0:
            score -= 1.5
        elif at_body is not None and at <= at_body:
            score += 1.5
        else:
            score -= min(2.0, distance / 400)
    elif at_body is not None and 0 <= at_body - at < 80:
        score += 2
    score -= max(0.0, (len(text) - 60) / 40)
    if _LOOKS_DATED.match(text) or re.match(r"\W*(?:\d|[Tt]h[ứu]|[Cc]h[ủu]|[Nn]gày|[Cc]ập|[Đđ]ăng)", text):
        score += 0.7
    return score
