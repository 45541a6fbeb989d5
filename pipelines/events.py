"""Is this the same signing told again? Pure decisions over what is kept of a story.

A story is compared as a `Digest` (`event_digests`): its weightiest terms, when it was published, and, for a match,
the facts of its agreement, which outrank wording (`event_facts`). An event is compared through its stories: average link as in group-average clustering (Voorhees 1986;
for news streams Allan et al. 1998, "On-line new event detection and tracking"), mixed with the weakest link,
because average link alone lets a long-running topic swallow its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from pipelines.event_digests import TERMS, Digest, Facts, days_apart, likeness
from pipelines.event_facts import SAME_DAY_DAYS, SEALS, named, same_signing

#: Mixed link at which a story joins an event. Fitted on half of the clusters of three public sets, held to the rest.
JOIN = 0.12
#: Share of the weakest link in the mixed link.
WEAKEST = 0.3
#: A story must come this near, relative to how near the event's own stories are to one another.
COHESION = 0.3
#: With the same parties on the same days, this much shared wording is enough.
JOIN_SAME_PARTIES = 0.03
#: Briefs share their phrases with all others of their kind, those of signings most: where facts do not decide between
#: them, more wording must, most of all when nobody knows the times …
JOIN_SIGNINGS = 0.3
#: … less between stories of the same days. Full texts, and briefs that give the same date, join as others do.
JOIN_SAME_DAYS = 0.18
#: A digest filled to less than this share is a brief; in between the thresholds change smoothly.
FULL = 0.85
BRIEF = 0.65
#: The same for stories that tell of no signing: only a headline with its lead is as short as that. Of 5,000 such, undated,
#: two that are 0.18 to 0.26 alike were one event in one pair of eighteen read, from 0.3 in about every second.
FULL_OTHER = 0.6
BRIEF_OTHER = 0.4
#: Days between two tellings from which on wording must agree more …
CALM_DAYS = 4.0
#: … by its whole threshold again every so many days.
FADE_DAYS = 8.0
#: A renewal comes at least so many days after what it renews.
RENEWAL_DAYS = 90.0


_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How two stories compare."""

    wording: float
    """Cosine of the terms, 0 … 1."""
    same_signing: bool | None
    """What the facts say: True the same, False another, None nothing."""
    why: str | None = None
    """The fact that decided, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An event that a story may belong to."""

    event: int
    members: tuple[Digest, ...]
    """Its stories, or enough of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a story belongs."""

    event: int | None
    """The event it joins; None: it founds one."""
    score: float
    """Mixed link with that event, 0 … 1."""
    reasons: tuple[str, ...] = ()
    rivals: tuple[int, ...] = ()
    """Other events it would have joined: they may be one with the first."""


def compare(a: Digest, b: Digest) -> Likeness:
    """How alike two stories are, in words and in facts. Symmetric."""
    same, why = same_signing(a, b)
    return Likeness(wording=likeness(a, b), same_signing=same, why=why)


def link(a: Digest, b: Digest, wording: float) -> float:
    """How nearly two stories are tellings of one event by wording and time; 0 where facts say that they are not.

    `wording` is their cosine: likeness of stories whose threshold is higher than the usual (briefs of signings,
    tellings days apart) counts for as much less.
    """
    if same_signing(a, b)[0] is False:
        return 0.0
    return wording * JOIN / (_least(a, (b,)) * _fading(a, (b,)))


def decide(story: Digest, candidates: Iterable[Candidate]) -> Decision:
    """Join the event that fits best, or found one."""
    fits = []
    for candidate in candidates:
        fit = _fit(story, candidate.members)
        if fit is not None:
            fits.append((fit[0], -candidate.event, fit[1], fit[2]))
    fits.sort(reverse=True)
    if not fits:
        return Decision(event=None, score=0.0, reasons=("no earlier story tells this",))
    _, event, score, reasons = fits[0]
    return Decision(
        event=-event, score=score, reasons=reasons, rivals=tuple(-rival for _, rival, _, _ in fits[1:])
    )


def are_one(a: Sequence[Digest], b: Sequence[Digest]) -> bool:
    """Are two events, known by their stories, one after all?"""
    links = [compare(story, other) for story in a for other in b]
    told = [link.same_signing for link in links if link.same_signing is not None]
    if told and 2 * sum(told) <= len(told):
        return False
    needed = JOIN_SAME_PARTIES if told else max(_needed(story, b) for story in a)
    return _mixed([link.wording for link in links]) >= max(needed, 0.0 if told else COHESION * _cohesion(a))


def fits_better(story: Digest, here: Sequence[Digest], there: Sequence[Digest]) -> bool:
    """Does a story fit the event `there` better than the rest of its own, `here`?"""
    fit = _fit(story, there)
    return fit is not None and fit[1] > _mixed([likeness(story, other) for other in here])


def renews(story: Digest, earlier: Digest) -> str | None:
    """Does `story` tell the renewal of what `earlier` told? Why, or None."""
    if story.facts is None or earlier.facts is None or story.at is None or earlier.at is None:
        return None
    shared = story.facts.parties & earlier.facts.parties
    smaller = min(len(story.facts.parties), len(earlier.facts.parties))
    if len(shared) < 2 or len(shared) < smaller:
        return None
    if story.at - earlier.at < RENEWAL_DAYS * _DAY or not earlier.facts.acts & SEALS:
        return None
    if not story.facts.acts & SEALS:
        return None
    days = (story.at - earlier.at) / _DAY
    return f"the same {len(shared)} parties {_in_time(days)} later"


def _in_time(days: float) -> str:
    return f"{days / 365:.1f} years" if days > 500 else f"{days:.0f} days"


# --- one story and one event


def _fit(story: Digest, members: Sequence[Digest]) -> tuple[float, float, tuple[str, ...]] | None:
    """How well a story fits an event: (fit in thresholds, mixed link, reasons); None: it does not."""
    links = [compare(story, member) for member in members]
    told = [link for link in links if link.same_signing is not None]
    same = sum(1 for link in told if link.same_signing)
    if told and same * 2 <= len(told) and same < len(told):
        return None
    wording = [link.wording for link in links]
    link = _mixed(wording)
    if same:
        why = next(link_.why for link_ in told if link_.same_signing)
        needed = JOIN_SAME_PARTIES
        reasons = [why] if why else []
    else:
        needed = _needed(story, members)
        reasons = []
    if link < needed:
        return None
    reasons.append(f"wording {link:.2f} alike (needs {needed:.2f}), nearest {max(wording):.2f}")
    gap = _gap(story, members)
    if gap is not None:
        reasons.append(f"published {gap:.1f} days apart" if gap >= 1 else "published within a day")
    return link / needed + (10.0 if same else 0.0), link, tuple(reasons)


def _mixed(wording: Sequence[float]) -> float:
    return (1 - WEAKEST) * sum(wording) / len(wording) + WEAKEST * min(wording)


def _needed(story: Digest, members: Sequence[Digest]) -> float:
    """The mixed link that a story needs to join an event."""
    return max(_least(story, members), COHESION * _cohesion(members)) * _fading(story, members)


def _least(story: Digest, members: Sequence[Digest]) -> float:
    """The mixed link that wording alone must reach."""
    signings = [member for member in members if member.facts is not None]
    if story.facts is None or not signings:
        if story.facts is None and not any(member.is_match for member in signings):
            share = _brevity(story, members, full=FULL_OTHER, brief=BRIEF_OTHER)
            return JOIN + (_of_briefs(story, members) - JOIN) * share
        # What a signing says of its trade, the next story of that trade says too: names must bear it out.
        share = 1.0 if _nobody_named(story, members) else _brevity(story, members)
        return JOIN + (JOIN_SAME_DAYS - JOIN) * share
    if any(
        member.facts and member.facts.date and member.facts.date == story.facts.date for member in signings
    ):
        return JOIN
    needed = JOIN + (_of_briefs(story, signings) - JOIN) * _brevity(story, members)
    return max(needed, JOIN_SAME_DAYS) if _nobody_named(story, members) else needed


def _of_briefs(story: Digest, members: Sequence[Digest]) -> float:
    """The mixed link that briefs must reach: less where they are of the same days."""
    gap = _gap(story, members)
    return JOIN_SAME_DAYS if gap is not None and gap <= SAME_DAY_DAYS else JOIN_SIGNINGS


def _brevity(story: Digest, members: Sequence[Digest], *, full: float = FULL, brief: float = BRIEF) -> float:
    """1: the briefest of the stories is a brief; 0: all are full texts."""
    filled = min(len(story.terms), *(len(member.terms) for member in members)) / TERMS
    return min(1.0, max(0.0, (full - filled) / (full - brief)))


def _nobody_named(story: Digest, members: Sequence[Digest]) -> bool:
    """Does one side tell whose signing it is, and the other side name none of them?"""
    told = [(story, other) for other in members] + [(other, story) for other in members]
    asked = [
        bool(named(one, replace(other, facts=other.facts or Facts())))
        for one, other in told
        if one.is_match and one.facts is not None and len(one.facts.parties) >= 2
    ]
    return bool(asked) and not any(asked)


def _cohesion(members: Sequence[Digest]) -> float:
    """Mean wording likeness among the event's own stories; 0 for a single one."""
    pairs = [likeness(a, b) for a, b in combinations(members, 2)]
    return sum(pairs) / len(pairs) if pairs else 0.0


def _gap(story: Digest, members: Sequence[Digest]) -> float | None:
    """Days to the event's nearest telling."""
    gaps = [gap for member in members if (gap := days_apart(story, member)) is not None]
    return min(gaps) if gaps else None


def _fading(story: Digest, members: Sequence[Digest]) -> float:
    """The longer ago, the more alike it must be."""
    gap = _gap(story, members)
    return 1.0 if gap is None or gap <= CALM_DAYS else 1.0 + (gap - CALM_DAYS) / FADE_DAYS
