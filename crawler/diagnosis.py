"""What a source showed → one state, the evidence for it, and what to change. Pure.

`SourceState` is the word that `outlets check`, `health` and polling share. Zero items at HTTP 200 are a finding,
not a success: most sources that fail do so silently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from crawler.discovery_links import Listing, owns, same_story
from crawler.patterns_infer import SeenLink, infer, likeness
from crawler.wording import many
from pipelines.types import Outcome, Outlet, Source, SourceKind
from pipelines.urls import host, site
from pipelines.vietnamese import fold


class SourceState(StrEnum):
    """What is true of a source now."""

    VERIFIED = "verified"  # lists stories that can be read
    QUIET = "quiet"  # works; silent for longer than usual, but its outlet may be silent too
    EMPTY = "empty"  # answers without a single story
    FROZEN = "frozen"  # answers the same old stories while the outlet publishes
    MOVED = "moved"  # gone, or leads elsewhere
    WRONG_SECTION = "wrong-section"  # answers with another section's stories
    CHALLENGED = "challenged"  # a cookie or JavaScript challenge instead of the source
    BLOCKED = "blocked"  # the host refuses us: robots.txt, 401, 403, 429, 451
    UNREACHABLE = "unreachable"  # no answer, or a server error
    CHANGED = "changed"  # answers something that is no longer this kind of source
    PATTERN_TOO_NARROW = "pattern-too-narrow"  # lists stories that the article pattern refuses
    PATTERN_TOO_WIDE = "pattern-too-wide"  # the article pattern accepts pages that are no stories
    EXTRACTION_POOR = "extraction-poor"  # its stories are found but cannot be read


#: States in which a source gives what it should.
WORKING = frozenset({SourceState.VERIFIED, SourceState.QUIET})

#: A dated source whose newest story is older than this is frozen, whatever its rhythm.
FROZEN_AFTER = timedelta(days=14)
#: Silence beyond this many times the longest normal one is more than a quiet spell …
FROZEN_GAPS = 3.0
#: … but never sooner than this: weekends, and Tết takes longer.
FROZEN_AT_LEAST = timedelta(days=3)
#: Shares of a source's entries, or of the sample stories, from which a fault is named.
NARROW_SHARE = 0.2
WIDE_SHARE = 0.2
POOR_SHARE = 0.5
#: Fewer entries or samples than these say nothing about a share.
MIN_ENTRIES = 5
MIN_SAMPLES = 2
#: A search shows at least this share of strangers to its words when it does not listen to them.
DEAF_SHARE = 0.8

_BLOCKED = frozenset(
    {Outcome.ROBOTS, Outcome.HTTP_401, Outcome.HTTP_403, Outcome.HTTP_429, Outcome.HTTP_451, Outcome.DEFERRED}
)
_GONE = frozenset({Outcome.GONE, Outcome.HTTP_404, Outcome.HTTP_410, Outcome.HTTP_400, Outcome.HTTP_405, Outcome.HTTP_4XX})
_UNREACHABLE = frozenset(
    {
        Outcome.DNS, Outcome.TLS, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.ROBOTS_UNREACHABLE, Outcome.HTTP_500,
        Outcome.HTTP_502, Outcome.HTTP_503, Outcome.HTTP_504, Outcome.HTTP_5XX, Outcome.HTTP_OTHER, Outcome.PRIVATE_ADDRESS,
        Outcome.NOT_ARCHIVED, Outcome.TRUNCATED, Outcome.TOO_LARGE, Outcome.ERROR,
    }
)  # fmt: skip
_UNREADABLE = frozenset(
    {
        Outcome.EXTRACT_FAILED, Outcome.TOO_SHORT, Outcome.TOO_LONG, Outcome.MOSTLY_LINKS, Outcome.MIXED,
        Outcome.BAD_ENCODING, Outcome.NOT_VIETNAMESE,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One request to a source and what came of it."""

    at: datetime
    outcome: Outcome | None = None
    """How it ended if not well: `http-404`, `challenge`, `dns`, …; `not-modified` for a 304; None for an answer."""
    why: str | None = None
    """The same in words, where the outcome alone says little."""
    final_url: str | None = None
    """The address that answered, if a redirect led elsewhere."""
    body_hash: str | None = None
    listing: Listing | None = None
    shard: str | None = None
    """The sitemap that was read, where the source is an index of sitemaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One story that the source listed, fetched and read."""

    url: str
    outcome: Outcome
    title: str | None = None
    listed_title: str | None = None
    published: datetime | None = None
    section: str | None = None
    """The section that the page names itself."""
    opening: str | None = None
    """How its text begins, for a person to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Everything known of a source at a moment."""

    source: Source
    outlet: Outlet
    now: datetime
    looks: Sequence[Look] = ()
    """Oldest first."""
    samples: Sequence[Sample] = ()
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Other sources of the outlet (id) → the addresses they list now."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Other sources (id) → their labels."""
    outlet_newest: datetime | None = None
    """The newest story that any other source of the outlet lists."""
    longest_gap: timedelta | None = None
    """The longest silence that was ever normal for this source."""
    phrases: Sequence[str] = ()
    """What a search was asked for."""
    found: Sequence[str] = ()
    """Sources of the same kind that the site itself names now (feeds on the home page, sitemaps in robots.txt)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The state of a source, why, and what would mend it."""

    source: str
    state: SourceState
    evidence: str
    """One sentence with the numbers it rests on."""
    proposal: str | None = None
    """What to change, in words; None when nothing needs to be."""
    changes: Mapping[str, Any] | None = None
    """The proposal as keys of the outlet's catalogue entry, for `catalogue_text.save_entry`."""

    @property
    def works(self) -> bool:
        return self.state in WORKING


def diagnose(seen: Observation) -> Diagnosis:
    """The one state that explains what a source showed; the gravest fault first."""
    if not seen.looks:
        return _say(seen, SourceState.UNREACHABLE, "it was never asked")
    last = seen.looks[-1]
    if last.outcome is not None and last.outcome is not Outcome.NOT_MODIFIED:
        found = _refused(seen, last, last.outcome)
        return replace(found, evidence=f"its newest sitemap, {last.shard}: {found.evidence}") if last.shard else found
    look = next((one for one in reversed(seen.looks) if one.listing is not None), None)
    if look is None or look.listing is None:
        return _say(seen, SourceState.UNREACHABLE, "it answers “not modified” but was never read")
    listing = look.listing
    for judge in (_moved, _not_a_list, _narrow, _deaf, _wrong_section, _wide, _poor, _silent):
        judged = judge(seen, look, listing)
        if judged is not None:
            return judged
    return _verified(seen, look, listing)


# --------------------------------------------------------------------------------------------------- no answer


def _refused(seen: Observation, last: Look, outcome: Outcome) -> Diagnosis:
    times, since = _in_a_row(seen)
    spell = f"{times} times in a row, since {since:%Y-%m-%d}" if times > 1 else "now"
    if outcome is Outcome.CHALLENGE:
        return _say(
            seen, SourceState.CHALLENGED, f"a cookie or JavaScript challenge answered {spell}",
            "ask the newspaper for access, or rely on its other sources; challenges are never evaded",
        )  # fmt: skip
    if outcome is Outcome.ROBOTS and seen.source.kind is SourceKind.SEARCH:  # papers often close their search alone
        off = {"url": seen.source.url, "seen": False, "enabled": False}
        return _say(seen, SourceState.BLOCKED, "robots.txt forbids its search", "switch it off", {"sources": [off]})
    if outcome in _BLOCKED:
        why = "robots.txt forbids it" if outcome is Outcome.ROBOTS else f"the host refuses with {outcome} {spell}"
        advice = "a longer `delay` may help" if outcome in (Outcome.HTTP_429, Outcome.DEFERRED) else "write to the newspaper"
        return _say(seen, SourceState.BLOCKED, why, advice)
    if outcome is Outcome.OFF_SITE or (last.final_url and not owns(seen.outlet, last.final_url)):
        return _new_domain(seen, host(last.final_url or "")) if last.final_url else _say(
            seen, SourceState.MOVED, "it redirects to another site"
        )  # fmt: skip
    if outcome in (Outcome.REDIRECT_LOOP,):
        return _say(seen, SourceState.MOVED, f"it redirects in a circle {spell}", *_replacement(seen))
    if outcome in _GONE:
        return _say(seen, SourceState.MOVED, f"it answers {outcome} {spell}", *_replacement(seen))
    if outcome in (Outcome.NOT_HTML, Outcome.BAD_ENCODING):
        return _say(seen, SourceState.CHANGED, f"it answers {outcome} {spell}", *_replacement(seen))
    reason = str(outcome) if outcome in _UNREACHABLE else f"an unexpected outcome, {outcome},"
    said = f"{reason} {spell}" + (f": {last.why}" if last.why else "")
    if "tls" in said.lower() and not seen.outlet.legacy_tls:
        return _say(seen, SourceState.UNREACHABLE, said, "if its server is an old one, `legacy_tls = true` lets Kyket speak to it")
    return _say(seen, SourceState.UNREACHABLE, said)


def _in_a_row(seen: Observation) -> tuple[int, datetime]:
    """How often, and since when, the source has ended as it did last."""
    outcome, times, since = seen.looks[-1].outcome, 0, seen.looks[-1].at
    for look in reversed(seen.looks):
        if look.outcome is not outcome:
            break
        times, since = times + 1, look.at
    return times, since


# ------------------------------------------------------------------------------------------------- wrong answer


def _moved(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    if look.final_url and not owns(seen.outlet, look.final_url, seen.source):
        return _new_domain(seen, host(look.final_url))
    if look.final_url and _path(look.final_url) == "" and _path(seen.source.url) != "":
        return _say(seen, SourceState.MOVED, "it redirects to the home page", *_replacement(seen))
    if not listing.links and listing.off_site >= MIN_ENTRIES and listing.off_site > listing.off_pattern:
        places = Counter(site(url) for url in listing.off_site_urls)
        place, count = places.most_common(1)[0] if places else ("", 0)
        if count > len(listing.off_site_urls) / 2:
            return _new_domain(seen, place, f"{count} of {len(listing.off_site_urls)} of its entries lead to {place}")
    return None


def _new_domain(seen: Observation, place: str, evidence: str | None = None) -> Diagnosis:
    return _say(
        seen,
        SourceState.MOVED,
        evidence or f"it redirects to {place}",
        f"if the newspaper is now at {place}, make that its domain; if another paper took it over, switch the outlet off",
        {"domain": place, "former_domains": [*seen.outlet.former_domains, seen.outlet.domain]},
    )


def _not_a_list(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    if listing.links or listing.next_urls:
        return None
    problem = listing.problem or "it lists nothing"
    if listing.off_pattern >= MIN_ENTRIES and "pattern" in problem:
        return None  # the next judge looks at the pattern
    if listing.off_pattern and "pattern" in problem:
        return _say(seen, SourceState.EMPTY, problem, *_replacement(seen))
    if "empty" in problem or "holds no links" in problem or listing.items:
        return _say(seen, SourceState.EMPTY, problem, *_replacement(seen))
    return _say(seen, SourceState.CHANGED, problem, *_replacement(seen))


def _narrow(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    """Stories by their words that the pattern refuses: all of a page's, or a good share of a feed's."""
    if listing.inferred:
        return _say(
            seen, SourceState.PATTERN_TOO_NARROW,
            f"{len(listing.links)} links read like stories, and the article pattern refuses most of them",
            f"make the article pattern {_either(seen.outlet.article, listing.inferred)}",
            {"article": _either(seen.outlet.article, listing.inferred)},
        )  # fmt: skip
    if not listing.off_pattern or (seen.source.kind in (SourceKind.SECTION, SourceKind.SEARCH) and listing.links):
        return None  # a page's other links are its menus
    titles = {link.url: link.title or "" for link in listing.links}
    refused = [url for url in listing.off_pattern_urls if url and likeness(SeenLink(url=url, text=titles.get(url, ""))) >= 0.7]
    total = max(listing.items, 1)
    share = len(refused) / min(total, max(len(listing.off_pattern_urls), 1)) * listing.off_pattern / total
    if len(refused) >= 2 and listing.items >= MIN_ENTRIES and share >= NARROW_SHARE:
        learned = infer([SeenLink(url=url, text=titles.get(url, "")) for url in refused])
        pattern = _either(seen.outlet.article, learned.article) if learned.article else None
        return _say(
            seen, SourceState.PATTERN_TOO_NARROW,
            f"the article pattern refuses {listing.off_pattern} of {listing.items} entries that read like stories, "
            f"for example {refused[0]}",
            f"make the article pattern {pattern}" if pattern else "widen the article pattern",
            {"article": pattern} if pattern else None,
        )  # fmt: skip
    if not listing.links:
        return _say(seen, SourceState.EMPTY, listing.problem or "it lists no story", *_replacement(seen))
    return None


def _deaf(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    """A search that does not listen: it shows the stories that other lists show, and hardly one has the words asked for."""
    if seen.source.kind is not SourceKind.SEARCH or not seen.phrases or len(listing.links) < MIN_ENTRIES:
        return None
    elsewhere = {same_story(url) for urls in seen.others.values() for url in urls}
    shown = sum(same_story(link.url) in elsewhere for link in listing.links)
    wanted = [set(fold(phrase).split()) for phrase in seen.phrases]
    told = [set(re.findall(r"[^\W_]+", fold(f"{link.title or ''} {link.summary or ''}"))) for link in listing.links]
    hits = sum(any(words <= one for words in wanted) for one in told)
    if shown < DEAF_SHARE * len(listing.links) or hits > (1 - DEAF_SHARE) * len(listing.links):
        return None
    return _say(
        seen, SourceState.CHANGED,
        f"{shown} of the {len(listing.links)} stories that it lists stand in the other lists too, and {hits} hold “{seen.phrases[0]}”: "
        "it does not look for what it is asked",
        *_replacement(seen),
    )  # fmt: skip


def _either(old: str | None, new: str) -> str:
    """The old pattern or the new one: older stories keep their addresses."""
    return new if not old or old == new else f"(?:{old})|(?:{new})"


def _wrong_section(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    """Another section's stories under this address: told by the name the page gives itself, or by an equal list.

    Small papers print the same boxes of newest and most read stories on every page: those are left out, and what
    remains must be the same stories in the same order. Of two equal lists the one is right whose stories, or whose
    own past, bear it out.
    """
    label, titled = _name(seen.source.label), _name(listing.title)
    if seen.source.kind not in (SourceKind.FEED, SourceKind.SECTION, SourceKind.API) or _general(label):
        return None
    paper = _name(seen.outlet.name)  # “Báo Cần Thơ” is no section “Cần Thơ”
    strangers = [
        one for one in dict.fromkeys(seen.labels.values()) if not _related(label, _name(one)) and _name(one) not in paper
    ]
    called = next((one for one in strangers if _name(one) in titled), None) if label not in titled else None
    if called is not None:
        evidence = f"it calls itself “{listing.title}” but stands in the catalogue as “{seen.source.label}”"
        return _say(seen, SourceState.WRONG_SECTION, evidence, *_replacement(seen))
    kind = f":{seen.source.kind}:"
    mine, others = _without_boxes(listing, {one: urls for one, urls in seen.others.items() if kind in one})
    told = [_name(sample.section) for sample in seen.samples if sample.section and same_story(sample.url) in mine]
    if any(_related(label, one) for one in told) or _continues(seen, look):
        return None
    for other, theirs in others.items():
        named = seen.labels.get(other)
        same = len(mine) >= 2 and mine == theirs
        if same and named in strangers:
            return _say(
                seen, SourceState.WRONG_SECTION,
                f"its {len(mine)} stories are those of “{named}”, in a source called “{seen.source.label}”", *_replacement(seen),
            )  # fmt: skip
    return None


def _without_boxes(listing: Listing, others: Mapping[str, Sequence[str]]) -> tuple[list[str], dict[str, list[str]]]:
    """This list and the others, in order, without the stories that stand in most of them."""
    mine = [same_story(link.url) for link in listing.links]
    lists = {other: [same_story(url) for url in addresses] for other, addresses in others.items()}
    often = Counter(url for urls in lists.values() for url in set(urls))
    boxes = {url for url, count in often.items() if len(lists) >= 3 and count >= max(3, len(lists) / 2)}
    return (
        [url for url in mine if url not in boxes],
        {other: [url for url in urls if url not in boxes] for other, urls in lists.items()},
    )


def _continues(seen: Observation, look: Look) -> bool:
    """Does the list go on from an earlier one of its own? Then it is the other that changed."""
    now = {same_story(link.url) for link in look.listing.links} if look.listing else set()
    before: set[str] = set()
    for earlier in seen.looks:
        if earlier is not look and earlier.listing is not None:
            before |= {same_story(link.url) for link in earlier.listing.links}
    return len(now & before) >= 0.3 * max(1, len(now)) and bool(before)


def _related(one: str, two: str) -> bool:
    """Names of one section, of a section and its part, or of a list of everything."""
    return _general(one) or _general(two) or one in two or two in one


def _name(label: str | None) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(label or "")))


def _general(name: str) -> bool:
    """Lists of everything may well equal another list."""
    return name in ("", "tat ca", "trang chu", "tin moi", "tin moi nhat", "noi bat", "home", "moi nhat")


def _wide(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    lists = [link.url for link in listing.links if likeness(SeenLink(url=link.url, text=link.title or "")) == 0.0]
    known = {same_story(source.url) for source in seen.outlet.sources}
    taken = [link.url for link in listing.links if same_story(link.url) in known]
    wrong = [sample for sample in seen.samples if sample.outcome is Outcome.NOT_ARTICLE]
    if taken or (len(seen.samples) >= MIN_SAMPLES and len(wrong) >= max(2, WIDE_SHARE * len(seen.samples))):
        example = taken[0] if taken else wrong[0].url
        what = f"{len(wrong)} of {len(seen.samples)} sample pages are no stories" if wrong else f"it accepts {len(taken)} section pages"
    elif len(listing.links) >= MIN_ENTRIES and len(lists) >= WIDE_SHARE * len(listing.links) and seen.source.kind is not SourceKind.FEED:
        example, what = lists[0], f"{len(lists)} of the {len(listing.links)} addresses it accepts read like lists"
    else:
        return None
    learned = infer([SeenLink(url=link.url, text=link.title or "") for link in listing.links])
    better = learned.article if learned.good and learned.article != seen.outlet.article else None
    return _say(
        seen, SourceState.PATTERN_TOO_WIDE, f"{what}, for example {example}",
        f"make the article pattern {better}" if better else "narrow the article pattern",
        {"article": better} if better else None,
    )  # fmt: skip


def _poor(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    had = [sample for sample in seen.samples if sample.outcome not in _BLOCKED | _GONE | _UNREACHABLE | {Outcome.CHALLENGE}]
    if len(had) < MIN_SAMPLES:
        return None
    unreadable = [sample for sample in had if sample.outcome in _UNREADABLE]
    mistitled = [
        sample
        for sample in had
        if sample.outcome not in _UNREADABLE and sample.listed_title and not _same_title(sample.title, sample.listed_title)
    ]
    undated = [sample for sample in had if sample.outcome not in _UNREADABLE and sample.published is None]
    for bad, what in (
        (unreadable, f"cannot be read ({unreadable[0].outcome})" if unreadable else ""),
        (mistitled, "have another headline than the list gives"),
        (undated, "have no publication time"),
    ):
        if len(bad) >= POOR_SHARE * len(had):
            return _say(
                seen, SourceState.EXTRACTION_POOR, f"{len(bad)} of {len(had)} sample stories {what}, for example {bad[0].url}",
                "give the outlet page rules (docs/adding-an-outlet.md) or the right family",
            )  # fmt: skip
    return None


def _same_title(page: str | None, listed: str) -> bool:
    """Lists shorten headlines: half of the shorter one's words in the other are enough."""
    one, two = set(fold(page or "").split()), set(fold(listed).split())
    return bool(one and two) and len(one & two) >= 0.5 * min(len(one), len(two))


# ---------------------------------------------------------------------------------------------------- the silent


def _silent(seen: Observation, look: Look, listing: Listing) -> Diagnosis | None:
    if seen.source.kind in (SourceKind.SITEMAP, SourceKind.SEARCH):
        return None  # archives need not be fresh
    newest, how = _last_news(seen, listing)
    if newest is None:
        return None
    age = seen.now - newest
    limit = max(FROZEN_AT_LEAST, (seen.longest_gap or FROZEN_AT_LEAST) * FROZEN_GAPS)
    outlet_alive = seen.outlet_newest is not None and seen.outlet_newest - newest > FROZEN_AT_LEAST
    outlet_silent = seen.outlet_newest is not None and not outlet_alive and seen.now - seen.outlet_newest > FROZEN_AT_LEAST
    said = f"{how} {newest:%Y-%m-%d}, {_days(age)} ago"
    if age > FROZEN_AFTER or (age > limit and outlet_alive):
        beside = f", while the outlet published on {seen.outlet_newest:%Y-%m-%d}" if outlet_alive else ""
        if not (outlet_silent and age <= FROZEN_AFTER):
            return _say(seen, SourceState.FROZEN, said + beside, *_replacement(seen))
    if age > max(seen.longest_gap or FROZEN_AT_LEAST, timedelta(days=1)):
        return _say(seen, SourceState.QUIET, said + (", as is the whole outlet" if outlet_silent else ""))
    return None


def _last_news(seen: Observation, listing: Listing) -> tuple[datetime | None, str]:
    """When the source last showed something new: by its dates, else by when its bytes or links last changed."""
    if listing.newest is not None:
        return listing.newest, "its newest story is of"
    changed: datetime | None = None
    earlier: frozenset[str] | None = None
    looks = [one for one in seen.looks if one.listing is not None]
    for one in looks:
        links = frozenset(link.url for link in one.listing.links) if one.listing else frozenset()
        if links != earlier:
            changed = one.at
        earlier = links
    # Seen once, it has not been silent: there is nothing to compare.
    return (changed, "its list has not changed since") if len(looks) > 1 else (None, "")


def _verified(seen: Observation, look: Look, listing: Listing) -> Diagnosis:
    stories, sitemaps = many(len(listing.links), "story", "stories"), many(len(listing.next_urls), "sitemap")
    if look.shard and listing.links:
        what = f"{sitemaps}, {look.shard} with {stories}"
    else:
        what = stories if listing.links else sitemaps
    newest = f", the newest of {listing.newest:%Y-%m-%d}" if listing.newest else ""
    read = [sample for sample in seen.samples if sample.outcome not in _UNREADABLE]
    tried = f"; {len(read)} of {many(len(seen.samples), 'sample')} read" if seen.samples else ""
    entry: dict[str, Any] = {"url": seen.source.url}
    if look.final_url and same_story(look.final_url) != same_story(seen.source.url):
        return _say(
            seen, SourceState.VERIFIED, f"it lists {what}{newest}{tried}, at {look.final_url}",
            f"make its address {look.final_url}",
            {"sources": [{**entry, "enabled": False},
                         {"kind": str(seen.source.kind), "url": look.final_url, "seen": True}]},
        )  # fmt: skip
    if not seen.source.seen or not seen.source.enabled:
        return _say(
            seen, SourceState.VERIFIED, f"it lists {what}{newest}{tried}", "switch it on",
            {"sources": [{**entry, "seen": True, "enabled": True}]},
        )  # fmt: skip
    return _say(seen, SourceState.VERIFIED, f"it lists {what}{newest}{tried}")


def _replacement(seen: Observation) -> tuple[str, dict[str, Any]] | tuple[()]:
    """Another source of this kind that the site names, nearest by its address; else switch it off."""
    known = {same_story(source.url) for source in seen.outlet.sources}
    fresh = [url for url in seen.found if same_story(url) not in known]
    off = {"url": seen.source.url, "seen": False, "enabled": False}
    if not fresh:
        return "switch it off", {"sources": [off]}
    words = set(re.findall(r"[a-z]{2,}", f"{_path(seen.source.url)} {_name(seen.source.label)}")) - {"rss", "htm", "html"}
    near = {url: len(words & set(re.findall(r"[a-z]{2,}", _path(url)))) for url in fresh}
    best = max(near, key=lambda url: near[url])
    if not near[best] and seen.source.kind not in (SourceKind.SITEMAP, SourceKind.NEWS_SITEMAP):
        return "switch it off", {"sources": [off]}  # nothing that the site names is about the same
    added = {"kind": str(seen.source.kind), "url": best, "seen": False, "enabled": True}
    if seen.source.label:
        added["label"] = seen.source.label
    return f"use {best}, which the site names now", {"sources": [off, added]}


def _say(
    seen: Observation,
    state: SourceState,
    evidence: str,
    proposal: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Diagnosis:
    whole = {"id": seen.outlet.id, **changes} if changes else None
    return Diagnosis(source=seen.source.id, state=state, evidence=evidence, proposal=proposal, changes=whole)


def _path(url: str) -> str:
    return urlsplit(url).path.strip("/").lower()


def _days(age: timedelta) -> str:
    days = age.days
    if days >= 1:
        return f"{days} day{'s' if days > 1 else ''}"
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hour{'s' if hours != 1 else ''}"
