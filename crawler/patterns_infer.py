"""The article pattern of a site, learned from the links of its own pages. Pure.

1. every address is judged by its words alone: a slug of many words under a headline is an article, a short
   slug under a short name is a section (`likeness`);
2. addresses are grouped by the shape of their end (`-post<id>.html`, `-<17 digits>.htm`, `/YYYYMM/slug-<hex>/`,
   a bare slug …); a shape whose members are mostly articles is kept;
3. the shapes become one regex, which is tested against the site's own section and tag links and tightened
   where it accepts them. Where stories carry ids, long slugs without one are topic pages.

A family whose own pattern does as well is preferred to a learned one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from crawler.catalogue import Family
from pipelines.urls import host
from pipelines.vietnamese import squeeze, strip_marks

#: A pattern is offered when it accepts at least this share of the articles …
MIN_RECALL = 0.95
#: … and at most this share of what it accepts is something else (of the addresses that words can judge).
MIN_PRECISION = 0.95
#: A second shape of article must hold this share of them.
MIN_SHAPE_SHARE = 0.15
#: Precisions that differ by less are the same.
_SAME = 0.005
#: Subdomains that must share a shape before it counts as the paper's own.
MIN_SUBDOMAINS = 3
#: Fewer article-like links than this prove nothing.
MIN_ARTICLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLink:
    """An anchor as a page shows it."""

    url: str
    """Absolute, canonical."""
    text: str = ""
    """The longest anchor text that leads there."""
    menu: bool = False
    """It stands in a navigation element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """An article pattern and how sure it is."""

    article: str | None
    """Regex for `Outlet.article`; None when the links show no pattern."""
    family: str | None = None
    """Family id; its pattern equals or stands for `article` when `by_family`."""
    by_family: bool = False
    """True: the family's own pattern is good enough; the outlet needs none of its own."""
    precision: float = 0.0
    """Share of accepted addresses that are articles by their words, 0 … 1."""
    recall: float = 0.0
    """Share of the addresses that are articles by their words which the pattern accepts."""
    articles: tuple[str, ...] = ()
    """Addresses that the pattern accepts."""
    doubtful: tuple[str, ...] = ()
    """Addresses that words and pattern judge differently."""

    @property
    def good(self) -> bool:
        return (
            self.article is not None
            and len(self.articles) >= MIN_ARTICLES
            and self.precision >= MIN_PRECISION
            and self.recall >= MIN_RECALL
        )


# ----------------------------------------------------------------------------------------- words of an address



def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Path parts that name lists, tools and topic pages, never one story.
_LIST_PARTS = _words(
    "tag tags topic topics chu-de chuyen-muc chuyen-de su-kien event events series collection category cat author tac-gia "
    "tacgia tim-kiem search rss feed lien-he gioi-thieu quang-cao rao-vat raovat dang-nhap login register dang-ky "
    "dong-su-kien forum tu-khoa keyword page trang sitemap dieu-khoan user account profile nguoi-dung danh-muc box "
    "tien-ich tra-cuu lich-thi-dau bang-xep-hang"
)
#: Parts under which films and pictures stand: they neither prove nor disprove a pattern.
_MEDIA_PARTS = _words(
    "video videos podcast audio photo photos anh multimedia media xem-video truyen-hinh infographic clip"
)
#: Ids that mark a topic, tag, event or author: `-tag123`, `-event12`, `-e587`, `-t106`, `-sk0008F1`, `.36`.
_LIST_ID = re.compile(
    r"(?:-(?:tag|event|topic|tags|sk|cd|ct|zone|tk)\d+\w{0,4}|-[etcp]\d{1,4}|\.\d{1,3}|-(?:page|trang)-?\d{1,4})$"
)
#: The words among them that never begin a story's own id: a pattern that takes such addresses may exclude them by name.
_LIST_WORD = re.compile(r"-(tag|event|topic|tags|zone)\d+\w{0,4}$")
_LIST_START = re.compile(
    r"(?:rao-vat|tag|tags|tu-khoa|chu-de|su-kien|chuyen-muc|tac-gia|author|lien-he|gioi-thieu|dieu-khoan|quy-che-hoat-dong|"
    r"chinh-sach-bao-mat|bang-gia-quang-cao|dat-bao)(?:-|\Z)"
)
_NUMBER = re.compile(r"(?<!\d)\d{4,}")
_EXTENSION = re.compile(r"\.([a-z]{2,5}\d?)$")
NOT_PAGES = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|css|js|json|pdf|docx?|xlsx?|mp[34]|zip|rss|xml|ico)$", re.IGNORECASE)


def parts_of(url: str) -> list[str]:
    return [part for part in unquote(urlsplit(url).path).split("/") if part]


def stem_of(part: str) -> str:
    return _EXTENSION.sub("", part.lower())


def slug_words(part: str) -> int:
    """Words of a slug: runs of letters between hyphens; ids and dates are no words."""
    return sum(1 for word in re.split(r"[-_+ .]", strip_marks(stem_of(part))) if re.fullmatch(r"[a-z]+|\d{1,2}", word))


def likeness(link: SeenLink, *, broadcaster: bool = False) -> float:
    """How much an address and its anchor look like a story's, by words alone: 0 (a list) … 1 (a story).

    `broadcaster`: all news of a station stands below `/video/` or the like, and counts as news.
    """
    parts = parts_of(link.url)
    if not parts or NOT_PAGES.search(parts[-1]):
        return 0.0
    stems = [stem_of(part) for part in parts]
    if any(stem in _LIST_PARTS for stem in stems) or _LIST_ID.search(stems[-1]) or _LIST_START.match(stems[-1]):
        return 0.0
    if not broadcaster and any(stem in _MEDIA_PARTS for stem in stems[:-1]):
        return 0.5
    words = max(slug_words(part) for part in parts[-3:])
    said = len(squeeze(link.text).split())
    score = {0: 0.0, 1: 0.0, 2: 0.05, 3: 0.2, 4: 0.4, 5: 0.7, 6: 0.85}.get(words, 0.95)
    if said >= 6:
        score += 0.25
    elif 0 < said <= 3:
        score -= 0.25
    if said >= 7 and words < 4 and _NUMBER.search(parts[-1] + urlsplit(link.url).query):
        score = 0.75  # an address without words: the headline that leads there must do
    if link.menu:
        score -= 0.3
    return min(1.0, max(0.0, score))


# ----------------------------------------------------------------------------------------------------- shapes


@dataclass(frozen=True, slots=True)
class _Shape:
    """The form of an address's end."""

    kind: str
    """id | hex | date | path-id | query | slug"""
    mark: str = ""
    """Letters before the id: post, a, d, ar, c46a …; the query key; the date's form."""
    joint: str = ""
    extension: str = ""
    digits: int = 0


_ID_END = re.compile(r"(?P<joint>[-_.])(?P<mark>[a-z]{1,6}\d{0,4}[a-z]|[a-z]{1,6}|)(?P<digits>\d{3,20})(?P<amp>i\d+)?$")
_C_ID = re.compile(r"-c\d+(?P<mark>[a-z])(?P<digits>\d{3,})$")
_HEX_END = re.compile(r"-(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,12}$", re.IGNORECASE)
_MIXED_END = re.compile(r"-(?=[\w-]*[A-Z0-9_])[A-Za-z0-9_]{9}$")
_DATE_DIR = re.compile(r"/((?:19|20)\d{2})(/?)(0[1-9]|1[0-2])(?:(/?)(0[1-9]|[12]\d|3[01]))?/(?=[^/])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUERY_ID = re.compile(r"(?:^|&)((?:[a-z]*id[a-z]*|p|urile|mabb|itemid))=[^&]+", re.IGNORECASE)


def _shape(url: str) -> _Shape | None:
    split = urlsplit(url)
    path = unquote(split.path)
    parts = parts_of(url)
    if not parts:
        return None
    last = parts[-1]
    extension = found[0] if (found := _EXTENSION.search(last)) else "/" if path.endswith("/") else ""
    stem = _EXTENSION.sub("", last)
    if extension in (".aspx", ".php", ".asp", ".jsp") or not extension:
        query = _QUERY_ID.search(split.query)
        if query:
            return _Shape("query", query[1], "", extension)
    if date := _DATE_DIR.search(path):
        form = "d" + (date[2] or "") + ("" if not date[5] else (date[4] or "") + "d")
        return _Shape("date", form, "hex" if _HEX_END.search(stem) or re.search(r"-\d{5,}$", stem) else "", extension)
    if found := _C_ID.search(stem):
        return _Shape("id", "c#" + found["mark"], "-", extension, len(found["digits"]))
    if _HEX_END.search(stem) and not re.search(r"-[a-f]?\d+$", stem):
        return _Shape("hex", "", "-", extension, len(_HEX_END.search(stem)[0]) - 1)  # type: ignore[index]
    if (found := _ID_END.search(stem)) and not (not found["mark"] and _YEAR.fullmatch(found["digits"])):
        return _Shape("id", found["mark"], found["joint"], extension, len(found["digits"]))
    if (found := re.fullmatch(r"([a-z]{0,3})(\d{3,20})", stem)) and len(parts) > 1 and not _YEAR.fullmatch(stem):
        return _Shape("path-id", "end" + found[1], "/", extension, len(found[2]))
    numbers = [part for part in parts[:-1] if re.fullmatch(r"\d{2,}", part)]
    if numbers:
        return _Shape("path-id", "before", "/", extension, len(numbers[-1]))
    if _MIXED_END.search(stem) and not re.search(r"-[a-z]+$", stem):
        return _Shape("hex", "mixed", "-", extension, 9)
    return _Shape("slug", "", "", extension)


def _regex(shape: _Shape, lengths: Iterable[int], floor: int) -> str:
    """The pattern of a shape. `floor`: the longest id of a list page of the same shape; article ids are longer."""
    end = re.escape(shape.extension) if shape.extension not in ("", "/") else "/?"
    if shape.kind == "slug" and shape.extension == "/":
        end = "/"  # nothing but its last slash tells such a story from a page about the paper
    sizes = sorted(lengths)
    if shape.kind == "date":
        form = r"/(?:19|20)\d{2}" + ("/" if shape.mark.startswith("d/") else "") + r"(?:0[1-9]|1[0-2])"
        if shape.mark.endswith("d") and len(shape.mark) > 1:
            form += ("/" if shape.mark.endswith("/d") else "") + r"(?:0[1-9]|[12]\d|3[01])"
        tail = r"-(?:[0-9a-f]{7}|\d{5,8})" if shape.joint == "hex" else ""
        return rf"{form}/[^?#]+{tail}{end}$"
    if shape.kind == "query":
        return rf"[?&]{re.escape(shape.mark)}=[^&#]+"
    if shape.kind == "hex":
        return rf"-[0-9a-fA-F]{{{shape.digits}}}{end}$" if shape.mark != "mixed" else rf"-[A-Za-z0-9_]{{9}}{end}$"
    if shape.kind == "slug":
        return rf"/(?:[^/?#-]+-){{{floor},}}[^/?#]*{end}$"
    low, high = max(sizes[0], floor + 1), sizes[-1]
    if low >= 13:
        span = rf"\d{{{min(low, 14)},20}}"
    elif shape.mark and shape.joint == "-":  # a letter before the id already tells it from others
        span = rf"\d{{{max(1, min(3, low), floor + 1)},}}"
    else:
        span = rf"\d{{{low if floor else max(4, low - 1) if low > 4 else low},{high + 2}}}"
    if shape.kind == "path-id":
        return rf"/{shape.mark[3:]}{span}{end}$" if shape.mark.startswith("end") else rf"/{span}/[^/?#]+{end}$"
    mark = r"c\d+" + shape.mark[2:] if shape.mark.startswith("c#") else re.escape(shape.mark)
    return rf"{re.escape(shape.joint)}{mark}{span}{end}$".replace(r"\-", "-")


def infer(
    links: Iterable[SeenLink],
    families: Mapping[str, Family] | None = None,
    *,
    html: str = "",
    feeds: Iterable[str] = (),
) -> Inferred:
    """The article pattern and family that a site's own links show.

    `html`: the page, for the families' markers; `feeds`: addresses of feeds that the site names.
    """
    known = dict(families or {})
    hints = _hints(known, html, feeds)
    everywhere = list({link.url: link for link in links}.values())
    seen = _of_main_host(everywhere)
    scores = {link.url: likeness(link) for link in seen}
    stories = [url for url, score in scores.items() if score >= 0.7]
    if len(stories) < MIN_ARTICLES:
        scores = {link.url: likeness(link, broadcaster=True) for link in seen}
        stories = [url for url, score in scores.items() if score >= 0.7]
    if len(stories) < MIN_ARTICLES:
        return Inferred(article=None, family=_best_hint(hints))
    patterns, bare = _patterns(scores, stories)
    patterns += _of_subdomains(everywhere, seen, patterns)
    if not patterns:
        return Inferred(article=None, family=_best_hint(hints))
    if not bare:  # where stories carry ids, a long slug without one is a topic page
        stories = [url for url in stories if (shape := _shape(url)) and shape.kind != "slug"]
    learned = _excluding("|".join(patterns), scores)
    lists = [link.url for link in seen if _is_list(link)]
    judged = _judge(learned, scores, stories, lists)
    family, by_family = _family_of(known, hints, judged, scores, stories, lists, bare=bare and len(patterns) == 1)
    if by_family and family:
        learned = known[family].article or learned
        judged = _judge(learned, scores, stories, lists)
    articles = tuple(link.url for link in everywhere if re.search(learned, link.url))  # on subdomains too
    return replace(judged, article=learned, family=family, by_family=by_family, articles=articles)


def _of_main_host(links: Iterable[SeenLink]) -> list[SeenLink]:
    """The links of the host that most of them lead to, if that is enough to learn from.

    Subdomains often run another system: classified advertisements, shops, video.
    """
    links = list(links)
    hosts = Counter(host(link.url) for link in links if likeness(link) >= 0.7)
    if not hosts:
        return links
    shortest = min(hosts, key=len)
    main = shortest if hosts[shortest] >= max(MIN_ARTICLES, 0.2 * max(hosts.values())) else max(hosts, key=lambda one: hosts[one])
    return [link for link in links if host(link.url) == main]


def _of_subdomains(everywhere: Sequence[SeenLink], seen: Sequence[SeenLink], patterns: Sequence[str]) -> list[str]:
    """A further shape that stories on several subdomains share: sections with hosts of their own.

    One subdomain with a shape of its own proves nothing: it may be a shop.
    """
    main = {link.url for link in seen}
    rest = [
        link
        for link in everywhere
        if link.url not in main and not any(re.search(pattern, link.url) for pattern in patterns)
    ]
    scores = {link.url: likeness(link) for link in rest}
    stories = [url for url, score in scores.items() if score >= 0.7]
    found = []
    for pattern in _patterns(scores, stories)[0] if len(stories) >= MIN_ARTICLES else []:
        hosts = {host(url) for url in stories if re.search(pattern, url)}
        if len(hosts) >= MIN_SUBDOMAINS and not pattern.startswith("/(?:[^/?#-]"):
            found.append(pattern)
    return found


def _patterns(scores: Mapping[str, float], stories: Sequence[str]) -> tuple[list[str], bool]:
    """One pattern a shape of story, the commonest first; and whether a shape without an id is among them."""
    groups: dict[_Shape, list[str]] = defaultdict(list)
    for url in scores:
        shape = _shape(url)
        if shape is not None:
            groups[_Shape(shape.kind, shape.mark, shape.joint, shape.extension)].append(url)
    patterns: list[str] = []
    covered: set[str] = set()
    with_id = 0
    bare = False

    def rank(one: tuple[_Shape, list[str]]) -> tuple[bool, int]:
        return one[0].kind == "slug", -sum(scores[url] >= 0.7 for url in one[1])

    for shape, members in sorted(groups.items(), key=rank):
        good = [url for url in members if scores[url] >= 0.7]
        if len(good) < max(2, MIN_SHAPE_SHARE * len(stories)):
            continue  # a few odd addresses are no shape of their own: advertisements, special pages
        if shape.kind == "slug" and with_id >= 0.3 * len(stories):
            continue
        pattern = _pattern_of(shape, members, scores)
        if pattern is None:
            continue
        accepted = {url for url in scores if re.search(pattern, url)}
        wrong = sum(scores[url] <= 0.25 for url in accepted)
        if wrong > 0.4 * max(1, len(accepted)) or accepted & set(stories) <= covered:
            continue
        patterns.append(pattern)
        covered |= accepted
        with_id += len(good) if shape.kind != "slug" else 0
        bare = bare or shape.kind == "slug"
    return patterns, bare


def _pattern_of(shape: _Shape, members: Sequence[str], scores: Mapping[str, float]) -> str | None:
    if shape.kind == "slug":
        return _slug_pattern(shape, members, scores)
    lengths: Counter[int] = Counter()
    wrong: Counter[int] = Counter()
    for url in members:
        found = _shape(url)
        size = found.digits if found else 0
        if scores[url] >= 0.7:
            lengths[size] += 1
        elif scores[url] <= 0.25:
            wrong[size] += 1
    kept = {size: count for size, count in lengths.items() if count > wrong[size]}
    if not kept:
        return None
    below = [size for size in wrong if size < min(kept)]
    if shape.kind == "hex":
        size = max(kept, key=lambda one: kept[one])
        return _regex(_Shape(shape.kind, shape.mark, shape.joint, shape.extension, size), [size], 0)
    return _regex(shape, kept, max(below, default=0))


def _slug_pattern(shape: _Shape, members: Sequence[str], scores: Mapping[str, float]) -> str | None:
    """How many hyphens a slug needs to be a story's: the number that errs least."""
    hyphens = {url: stem_of(parts_of(url)[-1]).count("-") for url in members}
    best: tuple[float, int] | None = None
    for floor in range(3, 9):
        right = sum(scores[url] >= 0.7 for url in members if hyphens[url] >= floor)
        wrong = sum(scores[url] <= 0.4 for url in members if hyphens[url] >= floor)
        missed = sum(scores[url] >= 0.7 for url in members if hyphens[url] < floor)
        cost = wrong + missed
        if right and (best is None or cost < best[0]):
            best = (cost, floor)
    return _regex(shape, [], best[1]) if best else None


def _is_list(link: SeenLink) -> bool:
    """An address that is surely no story: a list's name or id, or a short name in a menu."""
    parts = parts_of(link.url)
    if not parts or any(stem_of(part) in _LIST_PARTS for part in parts) or _LIST_ID.search(stem_of(parts[-1])):
        return True
    return link.menu and len(link.text.split()) <= 3 and max(slug_words(part) for part in parts[-2:]) <= 3


def _excluding(pattern: str, scores: Mapping[str, float]) -> str:
    """The pattern without what names a list, where it accepts any: first path parts (`/event/…-3615.htm`) and the words
    before a list's id (`…-tag3615.htm`)."""
    accepted = [parts for url in scores if (parts := parts_of(url)) and re.search(pattern, url)]
    bad = sorted({parts[0] for parts in accepted if len(parts) > 1 and stem_of(parts[0]) in _LIST_PARTS})
    words = sorted({found[1] for parts in accepted if (found := _LIST_WORD.search(stem_of(parts[-1])))})
    if not bad and not words:
        return pattern
    inside = "|".join(re.escape(part).replace(r"\-", "-") for part in bad)
    refused = [rf"(?!https?://[^/]+/(?:{inside})/)"] if bad else []
    refused += [rf"(?!.*-(?:{'|'.join(words)})\d+\w{{0,4}}(?:\.\w+)?/?$)"] if words else []
    body = f"(?:{pattern})" if "|" in pattern else pattern
    return rf"^{''.join(refused)}.*{body}"


def _judge(pattern: str, scores: Mapping[str, float], stories: Sequence[str], lists: Sequence[str]) -> Inferred:
    """How the pattern does on addresses that words alone can judge."""
    accepted = [url for url in scores if re.search(pattern, url)]
    wrong = [url for url in lists if re.search(pattern, url)]
    missed = [url for url in stories if not re.search(pattern, url)]
    return Inferred(
        article=pattern,
        precision=1 - len(wrong) / len(accepted) if accepted else 0.0,
        recall=1 - len(missed) / len(stories) if stories else 0.0,
        articles=tuple(accepted),
        doubtful=tuple(wrong + missed),
    )


def _hints(families: Mapping[str, Family], html: str, feeds: Iterable[str]) -> dict[str, int]:
    """Family → how many things on the page, beside its article addresses, point to it."""
    feeds = list(feeds)
    hints: dict[str, int] = {}
    for one in families.values():
        marked = sum(marker in html for marker in one.markers) if html else 0
        shaped = sum(bool(re.search(one.feed_shape, feed)) for feed in feeds) if one.feed_shape else 0
        hints[one.id] = 2 * marked + (1 if shaped and shaped >= 0.5 * len(feeds) else 0)
    return hints


def _best_hint(hints: Mapping[str, int]) -> str | None:
    best = max(hints, key=lambda one: hints[one], default=None)
    return best if best is not None and hints[best] >= 2 else None


def _family_of(
    families: Mapping[str, Family],
    hints: Mapping[str, int],
    judged: Inferred,
    scores: Mapping[str, float],
    stories: Sequence[str],
    lists: Sequence[str],
    *,
    bare: bool,
) -> tuple[str | None, bool]:
    """The family that pattern, markers and feeds point to, and whether its own pattern is good enough."""
    accepted = set(judged.articles)
    close: dict[str, float] = {}
    for family in families.values():
        own = {url for url in scores if family.article and re.search(family.article, url)}
        if own and accepted and len(own & accepted) / len(own | accepted) >= 0.9 and _dates_fit(family, own):
            close[family.id] = len(own & accepted) / len(own | accepted)
    # A pattern of nothing but an id is shared by several systems: then something else must point to one.
    sure = {one: hints[one] + (0 if _is_general(families[one], accepted) else 2) for one in close}
    best = max(sure, key=lambda one: (sure[one], close[one]), default=None)
    if best is not None and sure[best] == 0:  # a shape that any system may have: no name that promises more
        unmarked = [one for one in close if not families[one].markers]
        best = unmarked[0] if len(unmarked) == 1 else "slug-id" if "slug-id" in close else None
    if best is None:
        if bare:
            without = {one: hints[one] for one in hints if not families[one].article}
            return _best_hint(without) or ("slug-only" if "slug-only" in families else None), False
        return _best_hint(hints), False
    mine = _judge(families[best].article or "", scores, stories, lists)
    fits = close[best] >= 0.97 and mine.precision >= MIN_PRECISION and mine.recall >= MIN_RECALL
    # What was learned may know lists of this site that the family's pattern accepts.
    return best, fits and mine.precision >= judged.precision - _SAME


def _dates_fit(family: Family, urls: Iterable[str]) -> bool:
    """A family whose addresses carry the time fits only where they can be read as one."""
    if not family.published_in_url:
        return True
    urls = list(urls)
    return sum(bool(re.search(family.published_in_url, url)) for url in urls) >= 0.8 * len(urls)


def _is_general(family: Family, urls: Iterable[str]) -> bool:
    """Is its pattern nothing but an id, which several systems share? A time after a site's own number is more."""
    if not re.match(r"-\\d\{\d+,\d*\}", family.article or ""):
        return False
    urls = list(urls)
    found = [re.search(family.published_in_url, url) for url in urls] if family.published_in_url else []
    return sum(1 for one in found if one and one.groupdict().get("y")) < 0.5 * max(1, len(urls))
