"""Is this the same signing told again? Pure decisions over what is kept of a story.

A story is compared as a `Digest`: its weightiest terms (single folded syllables and pairs of neighbours, TF-IDF
with background counts of the Vietnamese press), when it was published, and, for a match, the facts of its
agreement. An event is compared through its stories: average link as in group-average clustering (Voorhees 1986;
for news streams Allan et al. 1998, "On-line new event detection and tracking"), mixed with the weakest link,
because average link alone lets a long-running topic swallow its neighbours.

Facts outrank wording: the same parties on the same days are one event however differently it is told, and other
parties, another day or another year are another event however alike the text is. What the agreement is *called*
is no fact here: one paper's kế hoạch is the next one's chương trình.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import combinations, pairwise
from pathlib import Path

from pipelines import vietnamese
from pipelines.types import Act, Agreement, Precision, Story

#: Terms of a story that are kept, the weightiest first.
TERMS = 256
#: Terms a story is found by.
RARE_TERMS = 20
#: Terms that a story of a signing looks for others by.
SOUGHT_TERMS = 30
#: A term of the headline counts as often as three in the text.
TITLE_WEIGHT = 3
#: Syllables of a text that are read; what follows in a long feature blurs what it is about.
READ = 1500
#: Mixed link at which a story joins an event. Fitted on half of the clusters of three public sets, held to the rest.
JOIN = 0.12
#: Share of the weakest link in the mixed link.
WEAKEST = 0.3
#: A story must come this near, relative to how near the event's own stories are to one another.
COHESION = 0.3
#: With the same parties on the same days, this much shared wording is enough.
JOIN_SAME_PARTIES = 0.03
#: Stories of signings share their phrases with all other signings: where facts do not decide between briefs of
#: that kind, more wording must, most of all when nobody knows the times …
JOIN_SIGNINGS = 0.3
#: … less between stories of the same days. Full texts, and briefs that give the same date, join as others do.
JOIN_SAME_DAYS = 0.18
#: A digest filled to less than this share is a brief; in between the thresholds change smoothly.
FULL = 0.85
BRIEF = 0.65
#: Days between two tellings from which on wording must agree more …
CALM_DAYS = 4.0
#: … by its whole threshold again every so many days.
FADE_DAYS = 8.0
#: Days between preview, report and follow-up of one signing.
SAME_SIGNING_DAYS = 21.0
#: Days by which two tellings may misstate the day of one signing.
SAME_DAY_DAYS = 2.0
#: A renewal comes at least so many days after what it renews.
RENEWAL_DAYS = 90.0

_DAY = 86_400.0
_NUMBER_OF_TERMS = struct.Struct("<H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the agreement of a story gives to compare; of a story that only has the words of one, its years."""

    parties: frozenset[str] = frozenset()
    """`Party.key`s."""
    acts: frozenset[str] = frozenset()
    """Slugs."""
    date: str | None = None
    """ISO date of the signing when the day is known."""
    period: str | None = None
    aliases: frozenset[str] = frozenset()
    """`<key>=<folded short name>` where a party has one that is one word: VNPT, Viettel, BIDV."""
    years: frozenset[str] = frozenset()
    """Years that the story names, for stories whose time nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What is kept of a story to compare it with the next."""

    terms: Mapping[int, float] = field(repr=False)
    """Hashed term → weight, weightiest first, length 1."""
    at: float | None = None
    """Publication time, seconds since 1970."""
    is_match: bool = False
    facts: Facts | None = None

    @property
    def rare(self) -> tuple[int, ...]:
        """The terms a story is found by."""
        return tuple(self.terms)[:RARE_TERMS]

    @property
    def sought(self) -> tuple[int, ...]:
        """The terms it looks for others by: more where wording is known to differ most, in signings."""
        return tuple(self.terms)[: RARE_TERMS if self.facts is None else SOUGHT_TERMS]

    @property
    def pairs(self) -> tuple[str, ...]:
        """Every two parties, as one key each."""
        if self.facts is None:
            return ()
        # Without the sort of body: one paper's "UBND tỉnh Quảng Trị" is the next one's "Quảng Trị".
        parties = sorted({_own_name(party) for party in self.facts.parties})[:8]
        if len(parties) < 2:  # bodies of one province
            parties = sorted(self.facts.parties)[:8]
        return tuple(f"{a}|{b}" for a, b in combinations(parties, 2))


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


def digest(
    story: Story,
    *,
    is_match: bool = False,
    agreement: Agreement | None = None,
    topical: bool = False,
    words: Sequence[str] | None = None,
) -> Digest:
    """What is kept of a story. The agreement of a story that is no match is not looked at.

    `topical`: it holds words of signings though it may be no match; such stories share phrases with all others.
    `words` are the `vietnamese.syllables` of its text, for a caller who has them.
    """
    known = _background()
    counts: Counter[str] = Counter()
    _count((words if words is not None else vietnamese.syllables(story.text))[:READ], 1, counts)
    _count(vietnamese.syllables(story.title), TITLE_WEIGHT, counts)
    rarity, rarest = known.rarity.get, known.rarest
    ranked = [(-math.log1p(times) * rarity(term, rarest), term) for term, times in counts.items()]
    ranked.sort()
    del ranked[TERMS:]
    length = math.sqrt(sum(weight * weight for weight, _ in ranked)) or 1.0
    return Digest(
        terms={zlib.crc32(term.encode()): -weight / length for weight, term in ranked},
        at=story.published.timestamp() if story.published else None,
        is_match=is_match,
        facts=_facts(agreement if is_match else None, story) if is_match or topical else None,
    )


def compare(a: Digest, b: Digest) -> Likeness:
    """How alike two stories are, in words and in facts. Symmetric."""
    same, why = _same_signing(a, b)
    return Likeness(wording=_cosine(a.terms, b.terms), same_signing=same, why=why)


def link(a: Digest, b: Digest, wording: float) -> float:
    """How nearly two stories are tellings of one event by wording and time; 0 where facts say that they are not.

    `wording` is their cosine: likeness of stories whose threshold is higher than the usual (briefs of signings,
    tellings days apart) counts for as much less.
    """
    if _same_signing(a, b)[0] is False:
        return 0.0
    return wording * JOIN / (_least(a, (b,)) * _fading(a, (b,)))


def likeness(a: Digest, b: Digest) -> float:
    """Cosine of the terms, 0 … 1."""
    return _cosine(a.terms, b.terms)


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
    return fit is not None and fit[1] > _mixed([_cosine(story.terms, other.terms) for other in here])


def renews(story: Digest, earlier: Digest) -> str | None:
    """Does `story` tell the renewal of what `earlier` told? Why, or None."""
    if story.facts is None or earlier.facts is None or story.at is None or earlier.at is None:
        return None
    shared = story.facts.parties & earlier.facts.parties
    smaller = min(len(story.facts.parties), len(earlier.facts.parties))
    if len(shared) < 2 or len(shared) < smaller:
        return None
    if story.at - earlier.at < RENEWAL_DAYS * _DAY or not earlier.facts.acts & _SEALS:
        return None
    if not story.facts.acts & _SEALS:
        return None
    days = (story.at - earlier.at) / _DAY
    return f"the same {len(shared)} parties {_in_time(days)} later"


def pack(terms: Mapping[int, float]) -> bytes:
    """Terms as bytes; weights in 1/65,535. Facts and time are columns of their own."""
    numbers = array("I", terms)
    weights = array("H", (round(weight * 65_535) for weight in terms.values()))
    return _NUMBER_OF_TERMS.pack(len(numbers)) + numbers.tobytes() + weights.tobytes()


def unpack(data: bytes) -> dict[int, float]:
    """The terms that `pack` packed."""
    (number,) = _NUMBER_OF_TERMS.unpack_from(data)
    terms, weights = array("I"), array("H")
    start = _NUMBER_OF_TERMS.size
    terms.frombytes(data[start : start + 4 * number])
    weights.frombytes(data[start + 4 * number : start + 6 * number])
    return {term: weight / 65_535 for term, weight in zip(terms, weights, strict=True)}


def facts_to_json(facts: Facts | None) -> str | None:
    """Facts as text for the database."""
    if facts is None:
        return None
    fields = {
        "parties": sorted(facts.parties),
        "acts": sorted(facts.acts),
        "date": facts.date,
        "period": facts.period,
        "aliases": sorted(facts.aliases),
        "years": sorted(facts.years),
    }
    return json.dumps(fields, ensure_ascii=False)


def facts_from_json(text: str | None) -> Facts | None:
    """Facts from the text of `facts_to_json`."""
    if text is None:
        return None
    fields = json.loads(text)
    return Facts(
        parties=frozenset(fields["parties"]),
        acts=frozenset(fields["acts"]),
        date=fields["date"],
        period=fields["period"],
        aliases=frozenset(fields["aliases"]),
        years=frozenset(fields["years"]),
    )


# --- wording


def _count(words: Sequence[str], times: int, into: Counter[str]) -> None:
    for _ in range(times):
        into.update(words)
        into.update([f"{first} {second}" for first, second in pairwise(words)])


def _cosine(a: Mapping[int, float], b: Mapping[int, float]) -> float:
    if len(a) > len(b):
        a, b = b, a
    get = b.get
    return sum(weight * get(term, 0.0) for term, weight in a.items())


_BACKGROUND = Path(__file__).with_name("background.txt")


@dataclass(frozen=True, slots=True)
class _Background:
    rarity: Mapping[str, float]
    """Term → ln(stories / stories that hold it)."""
    rarest: float
    """Of a term that is not among them."""


@cache
def _background() -> _Background:
    """How rare terms are in the Vietnamese press, from the counts that ship beside this module."""
    rarity: dict[str, float] = {}
    with _BACKGROUND.open(encoding="ascii") as lines:
        stories = int(next(lines).split()[1])
        least = int(next(lines).split()[1])
        for line in lines:
            times, terms = line.rstrip("\n").split("\t")
            value = math.log((stories + 1) / (int(times) + 0.5))
            for term in terms.split(","):
                rarity[term] = value
    return _Background(rarity, math.log((stories + 1) / (least + 0.5)))


# --- facts

_SEALS = frozenset({Act.KY_KET.value, Act.GIA_HAN.value, Act.TRAO_DOI.value})
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_REVIEWS = frozenset({Act.SO_KET.value, Act.TONG_KET.value})


def _facts(agreement: Agreement | None, story: Story) -> Facts:
    years = frozenset(_YEAR.findall(f"{story.title} {story.text}"))
    if agreement is None:
        return Facts(years=years)
    day = agreement.event_date if agreement.event_date_precision == Precision.DAY else None
    return Facts(
        parties=frozenset(party.key for party in agreement.parties),
        acts=frozenset(act.value for act in agreement.acts),
        date=day,
        period=agreement.period,
        aliases=frozenset(
            f"{party.key}={words[0]}"
            for party in agreement.parties
            for name in (party.short, party.name)
            if name and len(words := vietnamese.syllables(name)) == 1 and len(words[0]) > 2
        ),
        years=years,
    )


#: What a party's key holds in place of a name where the text says "Công an tỉnh" and no province.
_LEVELS = frozenset(
    {"tinh", "thanh-pho", "huyen", "quan", "xa", "phuong", "thi-xa", "thi-tran", "khu-vuc", "dia-phuong"}
)
#: Sorts that stand for a place as a whole: one paper's "UBND tỉnh" is the next one's "tỉnh".
_WHOLE_PLACES = frozenset(
    {
        "tinh",
        "thanh_pho",
        "huyen",
        "quan",
        "xa",
        "phuong",
        "ubnd",
        "hdnd",
        "tinh_uy",
        "thanh_uy",
        "country",
        "chinh_phu",
        "name",
    }
)
#: Wording that two tellings must share where a party is told by its level alone.
ELLIPTICAL_WORDING = 0.12


def _same_signing(a: Digest, b: Digest) -> tuple[bool | None, str | None]:
    """What the facts of two agreements say of their being one signing."""
    if a.facts is None or b.facts is None:
        told, other = (b, a) if a.facts is None else (a, b)
        if told.facts is None or len(told.facts.parties) < 2 or not told.is_match:
            return None, None
        other = replace(other, facts=Facts())
        a, b = told, other
    assert a.facts is not None and b.facts is not None
    apart = _days_apart(a, b)
    if apart is not None and apart > SAME_SIGNING_DAYS:
        return False, f"told {apart:.0f} days apart"
    between = _days_between(a.facts.date, b.facts.date)
    if between is not None and between > SAME_DAY_DAYS:
        return False, f"signed on {a.facts.date} and on {b.facts.date}"
    if (
        apart is None
        and a.is_match
        and b.is_match
        and a.facts.years
        and b.facts.years
        and not a.facts.years & b.facts.years
    ):
        return False, "of other years"
    stranger = _stranger(a, b)
    if stranger is not None:
        return False, f"other parties ({' and '.join(stranger)})"
    here, there = _named(a, b), _named(b, a)
    if not here and not there:
        return (False, "other parties") if a.facts.parties and b.facts.parties else (None, None)
    if not _acts_agree(a.facts.acts, b.facts.acts):
        return None, None
    if (
        any(map(_elliptical, a.facts.parties | b.facts.parties))
        and _cosine(a.terms, b.terms) < ELLIPTICAL_WORDING
    ):
        return None, None
    soon = between is not None or (apart is not None and apart <= SAME_DAY_DAYS)
    if _agree_on_parties(a, b, here, there, soon=soon):
        when = f", {a.facts.date}" if a.facts.date and a.facts.date == b.facts.date else ""
        return True, f"the same parties ({', '.join(sorted(here | there))}){when}"
    return None, None


def _agree_on_parties(
    a: Digest, b: Digest, here: frozenset[str], there: frozenset[str], *, soon: bool
) -> bool:
    """Does each story name (nearly) all parties of the other? Where one names none, days must agree too."""
    assert a.facts is not None and b.facts is not None
    mine, theirs = len(a.facts.parties), len(b.facts.parties)
    if max(mine, theirs) < 2:
        return False
    full_here, full_there = len(here) == mine, len(there) == theirs
    if full_here and full_there:
        return soon or min(mine, theirs) >= 2
    return (
        soon and (full_here or full_there) and len(here) + len(there) >= 2 and max(len(here), len(there)) >= 2
    )


def _named(a: Digest, other: Digest) -> frozenset[str]:
    """Those of a story's parties that the other story has for parties too, or whose name stands in its words."""
    assert a.facts is not None and other.facts is not None
    named = {
        party
        for party in a.facts.parties
        if _is_party(party, other.facts.parties)
        or (not _elliptical(party) and _mentions(other, party) and not _explained(party, other.facts.parties))
    }
    for alias in a.facts.aliases:
        party, _, word = alias.partition("=")
        if zlib.crc32(word.encode()) in other.terms:
            named.add(party)
    return frozenset(named)


def _is_party(party: str, others: frozenset[str]) -> bool:
    """Is it among them, also where one paper leaves out the province ("Công an tỉnh")?"""
    if party in others:
        return True
    return any(
        _sort(party) == _sort(other) and (_elliptical(party) or _elliptical(other))
        for other in others
        if ":" in other
    )


def _elliptical(party: str) -> bool:
    """A body of a level without a name: any province's."""
    return _own_name(party) in _LEVELS


def _explained(party: str, others: frozenset[str]) -> bool:
    """Does the name stand there because of another body of the same place? Công an Tây Ninh is not Hội CCB Tây Ninh."""
    return _sort(party) not in _WHOLE_PLACES and any(
        _own_name(other) == _own_name(party)
        and _sort(other) != _sort(party)
        and _sort(other) not in _WHOLE_PLACES
        for other in others
    )


def _mentions(story: Digest, party: str) -> bool:
    return all(term in story.terms for term in _own_terms(party))


def _stranger(a: Digest, b: Digest) -> tuple[str, str] | None:
    """Two parties of one sort, each unknown to the other story: Công an of this province and of that."""
    assert a.facts is not None and b.facts is not None
    unknown = b.facts.parties - _named(b, a)
    for party in sorted(a.facts.parties - _named(a, b)):
        for other in sorted(unknown):
            if ":" in party and _sort(party) == _sort(other) != "name":
                return party, other
    return None


def _sort(party: str) -> str:
    return party.partition(":")[0]


def _own_name(party: str) -> str:
    return party.partition(":")[2] or party


@lru_cache(maxsize=65_536)
def _own_terms(party: str) -> tuple[int, ...]:
    """Hashed terms of what tells a party from others of its sort: its place, number or own name."""
    own = _own_name(party)
    words = [word for word in re.split(r"[^a-z0-9]+", own) if word]
    terms = [f"{first} {second}" for first, second in pairwise(words)] or words
    return tuple(zlib.crc32(term.encode()) for term in terms)


def _days_between(a: str | None, b: str | None) -> float | None:
    return abs(_day_number(a) - _day_number(b)) if a and b else None


def _acts_agree(a: frozenset[str], b: frozenset[str]) -> bool:
    """A review and a signing often are one meeting told from two sides; only pure opposites disagree."""
    if not a or not b or a & b:
        return True
    return not ((a <= _SEALS and b <= _REVIEWS) or (a <= _REVIEWS and b <= _SEALS))


def _days_apart(a: Digest, b: Digest) -> float | None:
    return None if a.at is None or b.at is None else abs(a.at - b.at) / _DAY


def _day_number(iso_date: str) -> float:
    return datetime.fromisoformat(iso_date).replace(tzinfo=UTC).timestamp() / _DAY


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
            return JOIN
        # What a signing says of its trade, the next story of that trade says too: names must bear it out.
        share = 1.0 if _nobody_named(story, members) else _brevity(story, members)
        return JOIN + (JOIN_SAME_DAYS - JOIN) * share
    if any(
        member.facts and member.facts.date and member.facts.date == story.facts.date for member in signings
    ):
        return JOIN
    gap = _gap(story, signings)
    of_briefs = JOIN_SAME_DAYS if gap is not None and gap <= SAME_DAY_DAYS else JOIN_SIGNINGS
    needed = JOIN + (of_briefs - JOIN) * _brevity(story, members)
    return max(needed, JOIN_SAME_DAYS) if _nobody_named(story, members) else needed


def _brevity(story: Digest, members: Sequence[Digest]) -> float:
    """1: the briefest of the stories is a brief; 0: all are full texts."""
    filled = min(len(story.terms), *(len(member.terms) for member in members)) / TERMS
    return min(1.0, max(0.0, (FULL - filled) / (FULL - BRIEF)))


def _nobody_named(story: Digest, members: Sequence[Digest]) -> bool:
    """Does one side tell whose signing it is, and the other side name none of them?"""
    told = [(story, other) for other in members] + [(other, story) for other in members]
    asked = [
        bool(_named(one, replace(other, facts=other.facts or Facts())))
        for one, other in told
        if one.is_match and one.facts is not None and len(one.facts.parties) >= 2
    ]
    return bool(asked) and not any(asked)


def _cohesion(members: Sequence[Digest]) -> float:
    """Mean wording likeness among the event's own stories; 0 for a single one."""
    pairs = [_cosine(a.terms, b.terms) for a, b in combinations(members, 2)]
    return sum(pairs) / len(pairs) if pairs else 0.0


def _gap(story: Digest, members: Sequence[Digest]) -> float | None:
    """Days to the event's nearest telling."""
    gaps = [gap for member in members if (gap := _days_apart(story, member)) is not None]
    return min(gaps) if gaps else None


def _fading(story: Digest, members: Sequence[Digest]) -> float:
    """The longer ago, the more alike it must be."""
    gap = _gap(story, members)
    return 1.0 if gap is None or gap <= CALM_DAYS else 1.0 + (gap - CALM_DAYS) / FADE_DAYS
