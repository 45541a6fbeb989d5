"""The condition of a source over time: its looks in the ledger → one `SourceState` and whether a person must act. Pure.

`diagnosis` judges one visit in depth (`kyket outlets check`); this judges the history that ordinary crawls leave, so
that nobody has to ask. A normal paper on a holiday must raise no alarm, and a broken one must not stay unnoticed.
`pipelines.health_words` puts states and facts into words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crawler.diagnosis import SourceState
from crawler.rhythm import Rhythm, silence_is_news, working_time
from pipelines import health_words
from pipelines.types import Outcome
from pipelines.urls import host, same_site
from pipelines.vietnamese import fold

__all__ = ["Beside", "Condition", "History", "Seen", "condition", "looks_alike", "own_outage"]

GOOD = frozenset({"ok", "not-modified", "unchanged"})
#: Ends of a look that may lie at our own end of the line.
NETWORK = frozenset({"dns", "timeout", "unreachable", "tls", "robots-unreachable"})
_BLOCKED = frozenset({"robots", "http-401", "http-403", "http-429", "http-451", "deferred"})
_GONE = frozenset({"gone", "http-404", "http-410", "off-site", "redirect-loop"})
#: Pages that were fetched, passed the gate and could not be read.
UNREADABLE = frozenset({"extract-failed", "too-short", "mostly-links", "mixed", "not-article", "bad-encoding"})
READABLE = frozenset({"stored", "no-match", "duplicate", "revised", "unchanged"})

#: An outage that ends by itself needs nobody: so many failed looks, over so long, are one that does.
FAILED_LOOKS = 3
FAILED_FOR = timedelta(hours=12)
#: A refusal is no outage; it is said sooner.
REFUSED_FOR = timedelta(hours=3)
#: Zero links at HTTP 200 after a past with links.
EMPTY_FOR = timedelta(hours=6)
#: Share of unreadable pages, and the least number of pages that a share is taken of.
POOR_SHARE = 0.5
POOR_PAGES = 6
#: So unlikely, going by the outlet's own past, must an unbroken run of unreadable pages be to be told; at least two.
POOR_CHANCE = 0.002
SAME_LIST = 0.9
SAME_LIST_LEAST = 5
#: A story that stands in more than half of at least so many other lists belongs to a box that every page repeats.
BOX_LISTS = 3
#: So unlikely must it be that a source by chance shows none of the new stories that stand beside it.
BESIDE_CHANCE = 0.001
#: Siblings may be this much quicker than the source.
BESIDE_LAG = timedelta(hours=2)
#: Our own network is down when so many outlets, and this share of all that were just asked, cannot be reached.
OUTAGE_OUTLETS = 3
OUTAGE_SHARE = 0.9
#: Where no outlet answers at all, so many need not have answered before.
ALL_OUTLETS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look at a source, as the ledger has it."""

    at: datetime
    outcome: str
    links: int = 0
    new: int = 0
    off_pattern: int = 0
    final_url: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Another source of the outlet, and how its stories used to be shown by this one too."""

    source: str
    before: int
    """Stories that it showed while this source was well."""
    shared: int
    """Of them, those that this source showed as well."""
    since: int
    """Stories that it showed since this source showed its last new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that the judgement rests on."""

    source: str
    domain: str
    label: str | None = None
    looks: Sequence[Seen] = ()
    """Oldest first."""
    rhythm: Rhythm
    last_story: datetime | None = None
    """When the newest story of this source was published, or first seen."""
    links_now: frozenset[str] = frozenset()
    others_now: Mapping[str, tuple[str | None, frozenset[str]]] = field(default_factory=dict)
    """Other sources of the outlet → (label, links)."""
    alone: frozenset[str] = frozenset()
    """Of its links, those that it listed before the others were looked at, and that no other ever showed."""
    pages: Sequence[str] = ()
    """How the outlet's last pages ended that were read or could not be, oldest first."""
    beside: Beside | None = None
    """What the source that shares most with it showed since this one fell silent."""
    state_since: tuple[str, datetime] | None = None
    """The state it was in at the last judgement, and since when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is true of a source, what that rests on, and whether a person must act."""

    state: SourceState
    facts: Mapping[str, Any] = field(default_factory=dict)
    broken: bool = False
    """True once it is certain enough to tell a person."""

    @property
    def why(self) -> str:
        """What shows it, in English."""
        return health_words.why(str(self.state), self.facts, english=True)

    @property
    def advice(self) -> str | None:
        """What to do about it, in English."""
        return health_words.advice(str(self.state), english=True) if self.broken else None


def condition(history: History, *, now: datetime) -> Condition:
    """Judge one source; the gravest fault first."""
    looks = history.looks
    if not looks:
        return Condition(state=SourceState.VERIFIED, facts={"asked": False})
    last = looks[-1]
    if last.outcome not in GOOD:
        return _failing(history)
    if _elsewhere(last, history.domain):
        # One answer may be a gateway's or a proxy's; two are the paper's.
        twice = len(looks) > 1 and _elsewhere(looks[-2], history.domain)
        return Condition(state=SourceState.MOVED, broken=twice, facts={"host": host(last.final_url or ""), "since": last.at})
    for judge in (_empty, _wrong_section, _poor, _silent):
        found = judge(history, now)
        if found is not None:
            return found
    told = next((look for look in reversed(looks) if look.outcome == "ok"), last)
    return Condition(state=SourceState.VERIFIED, facts={"links": told.links})


def _elsewhere(look: Seen, domain: str) -> bool:
    return bool(look.final_url and domain) and not same_site(look.final_url or "", domain)


def _failing(history: History) -> Condition:
    """The last look failed: for how long, how often, and with what."""
    spell = _spell(history.looks, lambda look: look.outcome not in GOOD)
    last, since = spell[-1], spell[0].at
    facts = {"outcome": last.outcome, "looks": len(spell), "since": since}
    refused = len(spell) >= 2 and last.at - since >= REFUSED_FOR
    if last.outcome == Outcome.CHALLENGE:
        return Condition(state=SourceState.CHALLENGED, facts=facts, broken=refused)
    if last.outcome in _BLOCKED:
        return Condition(state=SourceState.BLOCKED, facts=facts, broken=refused)
    if last.outcome in _GONE:
        return Condition(state=SourceState.MOVED, facts=facts, broken=refused)
    broken = len(spell) >= FAILED_LOOKS and last.at - since >= FAILED_FOR
    return Condition(state=SourceState.UNREACHABLE, facts=facts, broken=broken)


def _empty(history: History, now: datetime) -> Condition | None:
    """HTTP 200 and not one link, although there used to be some. A 304 says nothing new."""
    told = [look for look in history.looks if look.outcome != "not-modified"]
    if not told or told[-1].links:
        return None
    spell = _spell(told, lambda look: look.outcome in GOOD and not look.links)
    if not spell:
        return None
    last = spell[-1]
    narrow = last.off_pattern >= SAME_LIST_LEAST
    state = SourceState.PATTERN_TOO_NARROW if narrow else SourceState.EMPTY
    since = _since(history, state, spell[0].at)
    lasted = last.at - since
    if narrow:
        broken = lasted >= EMPTY_FOR or len(spell) >= FAILED_LOOKS
    else:
        before = any(look.links for look in told) or history.last_story is not None
        broken = (before or len(spell) >= 5) and len(spell) >= FAILED_LOOKS and lasted >= EMPTY_FOR
    return Condition(state=state, broken=broken, facts={"since": since, "off_pattern": last.off_pattern, "note": last.why})


def _since(history: History, state: SourceState, seen: datetime) -> datetime:
    """Since when: the looks at hand may be fewer than the state has lasted."""
    if history.state_since is not None and history.state_since[0] == state:
        return min(seen, history.state_since[1])
    return seen


def _wrong_section(history: History, now: datetime) -> Condition | None:
    """The same list as another source of another name, boxes that every page repeats left out."""
    if _general(history.label) or len(history.looks) < 2 or history.alone:
        return None
    for other, shared, links in looks_alike(history.label, history.links_now, history.others_now):
        label = history.others_now[other][0]
        return Condition(
            state=SourceState.WRONG_SECTION, broken=True,
            facts={"shared": shared, "links": links, "label": label, "other": other},
        )  # fmt: skip
    return None


def looks_alike(
    label: str | None, mine: frozenset[str], others: Mapping[str, tuple[str | None, frozenset[str]]]
) -> list[tuple[str, int, int]]:
    """(source, shared links, own links) of the sources of another name that list the same as this one.

    Papers print the same boxes of newest and most read stories on every page. What stands in more than half of the
    others says nothing, and what remains must be enough to tell.
    """
    counts = Counter(url for _, links in others.values() for url in links)
    listing = sum(bool(links) for _, links in others.values())
    boxes = {url for url, count in counts.items() if listing >= BOX_LISTS and count > max(listing / 2, BOX_LISTS - 1)}
    own = mine - boxes
    if len(own) < SAME_LIST_LEAST:
        return []
    found = []
    for other, (name, links) in others.items():
        theirs = links - boxes
        if not theirs or _general(name) or fold(name or "") == fold(label or ""):
            continue
        if len(own & theirs) >= SAME_LIST * len(own | theirs):
            found.append((other, len(own & theirs), len(own)))
    return found


def _general(label: str | None) -> bool:
    """A list of everything may equal another list; so may one without a name."""
    name = fold(label or "").strip()
    return name in ("", "tat ca", "trang chu", "tin moi", "tin moi nhat", "moi nhat", "noi bat", "home")


def _poor(history: History, now: datetime) -> Condition | None:
    """Most of the last pages could not be read, or more in a row than the outlet's past explains."""
    pages = history.pages
    bad = [outcome in UNREADABLE for outcome in pages]
    run = next((n for n, one in enumerate(reversed(bad)) if not one), len(bad))
    earlier = bad[: len(bad) - run]
    usual = (sum(earlier) + 0.5) / (len(earlier) + 1)
    if run >= 2 and len(earlier) >= POOR_PAGES and usual**run < POOR_CHANCE:
        return Condition(state=SourceState.CHANGED, broken=True, facts={"bad": run, "pages": run})
    last = bad[-4 * POOR_PAGES :]
    if len(last) < POOR_PAGES or sum(last) < POOR_SHARE * len(last) or run == 0:
        return None
    return Condition(state=SourceState.CHANGED, broken=True, facts={"bad": sum(last), "pages": len(last)})


def _silent(history: History, now: datetime) -> Condition | None:
    """Silent for longer than its own history explains, as far as we looked. Holidays slow the clock."""
    last = history.last_story
    if last is None:
        return None
    # While nobody looked, the silence was ours.
    now = min(now, history.looks[-1].at)
    silent = working_time(last, now)
    usual = history.rhythm.usual_gap
    facts: dict[str, Any] = {"since": last, "usual_hours": usual.total_seconds() / 3600 if usual else None}
    beside = history.beside
    if beside is not None and beside.before >= 10 and beside.since:
        share = beside.shared / (beside.before + 1)
        if (1 - share) ** beside.since < BESIDE_CHANCE:
            facts |= {"missed": beside.since, "beside": beside.source}
            return Condition(state=SourceState.FROZEN, broken=True, facts=facts)
    if silence_is_news(history.rhythm, last, now):
        return Condition(state=SourceState.FROZEN, broken=True, facts=facts)
    if usual is not None and silent > max(usual, timedelta(hours=12)):
        return Condition(state=SourceState.QUIET, facts=facts)
    return None


def _spell(looks: Sequence[Seen], bad: Callable[[Seen], bool]) -> list[Seen]:
    """The unbroken run of bad looks at the end."""
    start = len(looks)
    while start and bad(looks[start - 1]):
        start -= 1
    return list(looks[start:])


# -- our own network ---------------------------------------------------------------------------------------------


def own_outage(last: Mapping[str, Sequence[Seen]]) -> tuple[datetime, int] | None:
    """Is it our own network that is down? (since when, how many outlets), or None.

    `last`: outlet → its looks of the last hours, oldest first. When nearly all outlets that were just asked fail at
    the network, and did not fail before, that is one fault of ours and not a hundred of theirs. An outlet whose looks
    all failed says nothing either way: it may have been dead for weeks.
    """
    ends = {outlet: looks[-1].outcome for outlet, looks in last.items() if looks}
    spells = {
        outlet: _spell(looks, lambda look: look.outcome in NETWORK)
        for outlet, looks in last.items()
        if looks and any(look.outcome not in NETWORK for look in looks)
    }
    failing = {outlet: spell for outlet, spell in spells.items() if spell}
    answering = sum(outcome not in NETWORK for outcome in ends.values())
    if not answering and len(ends) >= ALL_OUTLETS:
        begun = [spell[0].at for spell in spells.values() if spell] or [looks[0].at for looks in last.values() if looks]
        return min(begun), len(ends)
    asked = len(failing) + answering
    if len(failing) < OUTAGE_OUTLETS or len(failing) < OUTAGE_SHARE * asked:
        return None
    return min(spell[0].at for spell in failing.values()), len(failing)
