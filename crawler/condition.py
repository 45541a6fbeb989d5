"""The condition of a source over time: its looks in the ledger → one `SourceState` and whether a person must act. Pure.

`diagnosis` judges one visit in depth (`kyket outlets check`); this judges the history that ordinary crawls leave, so
that nobody has to ask. A normal paper on a holiday must raise no alarm, and a broken one must not stay unnoticed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.diagnosis import SourceState
from crawler.rhythm import Rhythm, silence_is_news, working_time
from pipelines.types import Outcome
from pipelines.urls import host, same_site
from pipelines.vietnamese import fold

GOOD = frozenset({"ok", "not-modified", "unchanged"})
_BLOCKED = frozenset({"robots", "http-401", "http-403", "http-429", "http-451", "deferred"})
_GONE = frozenset({"gone", "http-404", "http-410", "off-site", "redirect-loop"})
#: Pages that were fetched, passed the gate and could not be read.
_UNREADABLE = frozenset({"extract-failed", "too-short", "mostly-links", "mixed", "not-article", "bad-encoding"})
_READABLE = frozenset({"stored", "no-match", "duplicate", "revised", "unchanged"})

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
SAME_LIST = 0.9
SAME_LIST_LEAST = 5


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
    page_outcomes: Mapping[str, int] = field(default_factory=dict)
    """How the outlet's pages ended in the last days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is true of a source, why, and what to do about it."""

    state: SourceState
    why: str
    advice: str | None = None
    broken: bool = False
    """True once it is certain enough to tell a person."""


def condition(history: History, *, now: datetime) -> Condition:
    """Judge one source; the gravest fault first."""
    looks = history.looks
    if not looks:
        return Condition(state=SourceState.VERIFIED, why="not asked yet")
    last = looks[-1]
    if last.outcome not in GOOD:
        return _failing(history, now)
    if _elsewhere(last, history.domain):
        # One answer may be a gateway's or a proxy's; two are the paper's.
        twice = len(looks) > 1 and _elsewhere(looks[-2], history.domain)
        return Condition(
            state=SourceState.MOVED, broken=twice, why=f"it redirects to {host(last.final_url or '')}",
            advice="if the paper moved, change its domain: kyket outlets check --apply",
        )  # fmt: skip
    for judge in (_empty, _wrong_section, _poor, _frozen):
        found = judge(history, now)
        if found is not None:
            return found
    return Condition(state=SourceState.VERIFIED, why=f"{last.links} links at the last look")


def _elsewhere(look: Seen, domain: str) -> bool:
    return bool(look.final_url and domain) and not same_site(look.final_url or "", domain)


def _failing(history: History, now: datetime) -> Condition:
    """The last look failed: for how long, how often, and with what."""
    spell = _spell(history.looks, lambda look: look.outcome not in GOOD)
    last, since = spell[-1], spell[0].at
    lasted = last.at - since
    said = f"{last.outcome} at {len(spell)} looks since {since:%Y-%m-%d %H:%M} UTC"
    if last.outcome == Outcome.CHALLENGE:
        return Condition(
            state=SourceState.CHALLENGED, why=said, broken=len(spell) >= 2 and lasted >= REFUSED_FOR,
            advice="a challenge is never evaded: ask the paper for access, or rely on its other sources",
        )  # fmt: skip
    if last.outcome in _BLOCKED:
        return Condition(
            state=SourceState.BLOCKED, why=said, broken=len(spell) >= 2 and lasted >= REFUSED_FOR,
            advice="ask less often (delay), or write to the paper",
        )  # fmt: skip
    if last.outcome in _GONE:
        return Condition(
            state=SourceState.MOVED, why=said, broken=len(spell) >= 2 and lasted >= REFUSED_FOR,
            advice="look for its new address: kyket outlets check",
        )  # fmt: skip
    broken = len(spell) >= FAILED_LOOKS and lasted >= FAILED_FOR
    return Condition(
        state=SourceState.UNREACHABLE, why=said, broken=broken,
        advice="nothing yet; it is asked again by itself" if not broken else "see whether the site is down for everybody",
    )  # fmt: skip


def _empty(history: History, now: datetime) -> Condition | None:
    """HTTP 200 and not one link, although there used to be some. A 304 says nothing new."""
    told = [look for look in history.looks if look.outcome != "not-modified"]
    if not told or told[-1].links:
        return None
    spell = _spell(told, lambda look: look.outcome in GOOD and not look.links)
    if not spell:
        return None
    last, lasted = spell[-1], spell[-1].at - spell[0].at
    before = any(look.links for look in told)
    if last.off_pattern >= SAME_LIST_LEAST:
        return Condition(
            state=SourceState.PATTERN_TOO_NARROW, broken=lasted >= EMPTY_FOR or len(spell) >= FAILED_LOOKS,
            why=f"{last.off_pattern} links, none of them fits the article pattern, since {spell[0].at:%Y-%m-%d %H:%M} UTC",
            advice="the paper changed its addresses: kyket outlets check --apply",
        )  # fmt: skip
    return Condition(
        state=SourceState.EMPTY, broken=(before or len(spell) >= 5) and len(spell) >= FAILED_LOOKS and lasted >= EMPTY_FOR,
        why=f"it answers without a single story since {spell[0].at:%Y-%m-%d %H:%M} UTC" + (f" ({last.why})" if last.why else ""),
        advice="kyket outlets check says whether another source took its place",
    )  # fmt: skip


def _wrong_section(history: History, now: datetime) -> Condition | None:
    """The same list as another source of another name."""
    mine = history.links_now
    if len(mine) < SAME_LIST_LEAST or _general(history.label) or len(history.looks) < 2:
        return None
    for other, (label, theirs) in history.others_now.items():
        if not theirs or _general(label) or fold(label or "") == fold(history.label or ""):
            continue
        if len(mine & theirs) >= SAME_LIST * len(mine | theirs):
            return Condition(
                state=SourceState.WRONG_SECTION, broken=True,
                why=f"{len(mine & theirs)} of its {len(mine)} links are those of “{label}” ({other})",
                advice="the section's address or number is wrong: kyket outlets check",
            )  # fmt: skip
    return None


def _general(label: str | None) -> bool:
    """A list of everything may equal another list; so may one without a name."""
    name = fold(label or "").strip()
    return name in ("", "tat ca", "trang chu", "tin moi", "tin moi nhat", "moi nhat", "noi bat", "home")


def _poor(history: History, now: datetime) -> Condition | None:
    bad = sum(history.page_outcomes.get(outcome, 0) for outcome in _UNREADABLE)
    good = sum(history.page_outcomes.get(outcome, 0) for outcome in _READABLE)
    if bad + good < POOR_PAGES or bad < POOR_SHARE * (bad + good):
        return None
    return Condition(
        state=SourceState.CHANGED, broken=True, why=f"{bad} of the outlet's last {bad + good} pages could not be read",
        advice="the paper changed its pages: kyket outlets check, then docs/adding-an-outlet.md on page rules",
    )  # fmt: skip


def _frozen(history: History, now: datetime) -> Condition | None:
    """Silent for longer than its own history explains, as far as we looked. Holidays slow the clock."""
    if history.last_story is None:
        return None
    # While nobody looked, the silence was ours.
    now = min(now, history.looks[-1].at)
    if silence_is_news(history.rhythm, history.last_story, now):
        return Condition(
            state=SourceState.FROZEN, broken=True,
            why=f"nothing new since {history.last_story:%Y-%m-%d %H:%M} UTC; {_usual(history.rhythm)}",
            advice="see whether the paper publishes elsewhere: kyket outlets check",
        )  # fmt: skip
    usual = history.rhythm.usual_gap
    if usual is not None and working_time(history.last_story, now) > max(usual, timedelta(hours=12)):
        return Condition(state=SourceState.QUIET, why=f"nothing new since {history.last_story:%Y-%m-%d %H:%M} UTC")
    return None


def _usual(rhythm: Rhythm) -> str:
    hours = rhythm.usual_gap.total_seconds() / 3600 if rhythm.usual_gap else 0
    return f"its pauses are shorter than {hours:.0f} hours, 95 times in 100"


def _spell(looks: Sequence[Seen], bad: object) -> list[Seen]:
    """The unbroken run of bad looks at the end."""
    assert callable(bad)
    run: list[Seen] = []
    for look in reversed(looks):
        if not bad(look):
            break
        run.insert(0, look)
    return run


def estimate_missed(found_by: Sequence[frozenset[str]], one: str = "feed", other: str = "section") -> float | None:
    """How many stories both kinds of source missed, by Chapman's capture-recapture estimate; None without overlap.

    (n1 + 1)(n2 + 1) / (m + 1) - 1 estimates all stories (Chapman 1951, University of California Publications in
    Statistics 1, 131-160); those that either found are taken off.
    """
    first = sum(one in kinds for kinds in found_by)
    second = sum(other in kinds for kinds in found_by)
    both = sum(one in kinds and other in kinds for kinds in found_by)
    if not both:
        return None
    total = (first + 1) * (second + 1) / (both + 1) - 1
    return max(0.0, total - (first + second - both))
