"""What the facts of two agreements say of their being one signing: parties, days, acts.

The same parties on the same days are one signing however differently it is told; other parties, another day or
another year are another one however alike the text is. What the agreement is *called* is no fact: one paper's kế hoạch
is the next one's chương trình. Pure.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import pairwise

from pipelines.event_digests import TERMS, Digest, Facts, days_apart, likeness, own_name, sort_of
from pipelines.types import Act

#: Days between preview, report and follow-up of one signing.
SAME_SIGNING_DAYS = 21.0
#: Days by which two tellings may misstate the day of one signing.
SAME_DAY_DAYS = 2.0

_DAY = 86_400.0
_YEAR = 365.25
#: Acts that put an agreement into force, and acts that look back on one.
SEALS = frozenset({Act.KY_KET.value, Act.GIA_HAN.value, Act.TRAO_DOI.value})
_REVIEWS = frozenset({Act.SO_KET.value, Act.TONG_KET.value})

#: What a party's key holds in place of a name where the text says "Công an tỉnh" and no province.
_LEVELS = frozenset(
    {"tinh", "thanh-pho", "huyen", "quan", "xa", "phuong", "thi-xa", "thi-tran", "khu-vuc", "dia-phuong"}
)
_LOWER_LEVELS = frozenset({"huyen", "quan", "xa", "phuong", "thi-xa", "thi-tran"})
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
#: Words of a name from which on it may stand at the end of a longer one: "Vingroup" is too little …
LEAST_NAME = 2
#: … and words that two long names must share, and the share of all theirs, to be one written in two ways.
LONG_NAME = 5
LONG_NAME_SHARED = 0.6
#: A story that names the parties of a signing and no others of its own belongs to it so many days before and after …
FOLLOW_UP_DAYS = 8.0
#: … with this much shared wording.
FOLLOW_UP_WORDING = 0.15
#: From here on two briefs are one form filled in twice, or one event: the provinces in it say which.
ONE_FORM = 0.4
#: Wording that two tellings must share where a party is told by its level alone.
ELLIPTICAL_WORDING = 0.12


def same_signing(a: Digest, b: Digest) -> tuple[bool | None, str | None]:
    """What the facts of two agreements say of their being one signing."""
    same, why = _by_facts(a, b)
    if same is None:
        elsewhere = _elsewhere(a, b)
        if elsewhere is not None:
            return False, f"of other provinces ({' and '.join(elsewhere)})"
    return same, why


def _elsewhere(a: Digest, b: Digest) -> tuple[str, str] | None:
    """The provinces of two briefs in nearly the same words that each name provinces, and none of the other's.

    Briefs of one campaign are nearly the same words in every province. Of longer texts only the weightiest terms are
    kept, and a province that they name may not be among these.
    """
    if a.facts is None or b.facts is None or max(len(a.terms), len(b.terms)) >= TERMS:
        return None
    if likeness(a, b) < ONE_FORM:
        return None
    here, there = _provinces_of(a), _provinces_of(b)
    return None if not here or not there or here & there else (min(here), min(there))


def _provinces_of(story: Digest) -> set[str]:
    return {name for terms, name in _provinces() if all(term in story.terms for term in terms)}


@cache
def _provinces() -> tuple[tuple[tuple[int, ...], str], ...]:
    """Hashed pairs of words of each province's name → what it is called now. Not of the cities: they date stories of all."""
    from pipelines.institutions import (
        Registry,
    )  # here: not everybody who imports this module compares stories

    provinces = [place for place in Registry.load().places if place.kind == "province" and not place.city]
    return tuple(
        (
            tuple(zlib.crc32(f"{a} {b}".encode()) for a, b in pairwise(place.key.split("-"))),
            place.successor or place.name,
        )
        for place in provinces
        if "-" in place.key
    )


def _by_facts(a: Digest, b: Digest) -> tuple[bool | None, str | None]:
    if a.facts is None or b.facts is None:
        told, other = (b, a) if a.facts is None else (a, b)
        if told.facts is None or len(told.facts.parties) < 2 or not told.is_match:
            return None, None
        other = replace(other, facts=Facts())
        a, b = told, other
    assert a.facts is not None and b.facts is not None
    apart = days_apart(a, b)
    if apart is not None and apart > SAME_SIGNING_DAYS:
        return False, f"told {apart:.0f} days apart"
    between = _days_between(a, b)
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
    here, there = named(a, b), named(b, a)
    if _of_states(a.facts.parties) != _of_states(b.facts.parties) and a.facts.parties and b.facts.parties:
        # "Việt Nam và Ai Cập" may be two bodies of theirs told shortly, or all the papers of a visit.
        bodies, other = (b, a) if _of_states(a.facts.parties) else (a, b)
        assert bodies.facts is not None
        if len(other.terms) == TERMS or any(_speaks_of(other, party) for party in bodies.facts.parties):
            return None, None  # of a long text only the weightiest terms are kept: it may well speak of them
        return False, "states here, bodies of theirs there"
    if not here and not there:
        return (False, "other parties") if a.facts.parties and b.facts.parties else (None, None)
    partners = _other_partners(a, b, here, there)
    if partners is not None:
        return False, f"with other partners ({' and '.join(partners)})"
    if not _acts_agree(a.facts.acts, b.facts.acts):
        return None, None
    soon = between is not None or (apart is not None and apart <= SAME_DAY_DAYS)
    if _told_shorter(a.facts.parties, b.facts.parties) and (
        likeness(a, b) < ELLIPTICAL_WORDING
        or not _places_fit(a, b, soon=soon)
        or not _places_fit(b, a, soon=soon)
    ):
        return None, None
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
        return soon or min(mine, theirs) >= 2 or _follows_up(a, b)
    return (
        soon and (full_here or full_there) and len(here) + len(there) >= 2 and max(len(here), len(there)) >= 2
    )


def _follows_up(a: Digest, b: Digest) -> bool:
    """Is one of them what came of the signing a few days later, or its announcement a few days before?"""
    apart = days_apart(a, b)
    return apart is not None and apart <= FOLLOW_UP_DAYS and likeness(a, b) >= FOLLOW_UP_WORDING


def _of_states(parties: frozenset[str]) -> bool:
    return all(sort_of(party) == "country" for party in parties)


def named(a: Digest, other: Digest) -> frozenset[str]:
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
    """Is it among them, also where one paper says its name shorter or otherwise?"""
    return party in others or any(_shorter(party, other) or _one_name(party, other) for other in others)


def _told_shorter(parties: frozenset[str], others: frozenset[str]) -> bool:
    """Is any party told by its level, its state, or without its place, where the other paper may mean another's?"""
    return any(_elliptical(party) or sort_of(party) == "country" for party in parties | others) or any(
        _shorter(party, other) for party in parties - others for other in others - parties
    )


def _places_fit(story: Digest, other: Digest, *, soon: bool) -> bool:
    """Where a party is told by its level: does the story name the province that the other one tells, or else none?

    A story that names none may be any province's; then it must be of the same days.
    """
    assert story.facts is not None and other.facts is not None
    for party in story.facts.parties - other.facts.parties:
        places = {
            theirs.rpartition(":")[2]
            for theirs in other.facts.parties
            if party.rpartition(":")[2] in _LEVELS and _shorter(party, theirs)
        } - _LEVELS
        if places and not any(_mentions(story, f"place:{place.rpartition('.')[2]}") for place in places):
            return soon and not _provinces_of(story)
    return True


def _shorter(party: str, other: str) -> bool:
    """Does one of the keys leave out the place ("Công an tỉnh", "Sở Y tế") that the other one tells?"""
    if ":" not in party or ":" not in other or sort_of(party) != sort_of(other):
        return False
    if party.startswith(other + ":") or other.startswith(party + ":"):
        return True
    (body, _, place), (other_body, _, other_place) = party.rpartition(":"), other.rpartition(":")
    return body == other_body and (_of_level(place, other_place) or _of_level(other_place, place))


def _of_level(level: str, place: str) -> bool:
    """May "tỉnh", "huyện" stand for this place? Places below the province are told with their level: `huyen.cu-chi`."""
    if level not in _LEVELS:
        return False
    own_level, dot, _ = place.partition(".")
    if dot or place in _LEVELS:
        return level in (own_level, "dia-phuong", "khu-vuc")
    return level not in _LOWER_LEVELS


@lru_cache(maxsize=65_536)
def _one_name(party: str, other: str) -> bool:
    """Are two keys one name, with and without the sort of body before it, or with a word of many written otherwise?"""
    if own_name(party) == own_name(other) or ":" not in party or ":" not in other:
        return False
    mine, theirs = (re.split(r"[^a-z0-9]+", own_name(key)) for key in (party, other))
    if "name" in (sort_of(party), sort_of(other)):
        less, more = sorted((mine, theirs), key=len)
        return len(less) >= LEAST_NAME and more[-len(less) :] == less
    if sort_of(party) != sort_of(other) or {w for w in mine if w.isdigit()} != {
        w for w in theirs if w.isdigit()
    }:
        return False
    shared = len(set(mine) & set(theirs))
    return shared >= LONG_NAME and shared >= LONG_NAME_SHARED * len(set(mine) | set(theirs))


def _elliptical(party: str) -> bool:
    """A body of a level without a name: any province's."""
    return own_name(party) in _LEVELS


def _explained(party: str, others: frozenset[str]) -> bool:
    """Does the name stand there because of another body of the same place? Công an Tây Ninh is not Hội CCB Tây Ninh."""
    return sort_of(party) not in _WHOLE_PLACES and any(
        own_name(other) == own_name(party)
        and sort_of(other) != sort_of(party)
        and sort_of(other) not in _WHOLE_PLACES
        for other in others
    )


def _mentions(story: Digest, party: str) -> bool:
    """Does its whole name stand in the words of the story? Keys leave out "và", which may stand between two words."""
    return all(
        term in story.terms or (before in story.terms and after in story.terms)
        for term, before, after in _pairs_of_words(party)
    )


def _stranger(a: Digest, b: Digest) -> tuple[str, str] | None:
    """Two parties of one sort, each unknown to the other story: Công an of this province and of that."""
    assert a.facts is not None and b.facts is not None
    unknown = b.facts.parties - named(b, a)
    for party in sorted(a.facts.parties - named(a, b)):
        for other in sorted(unknown):
            if ":" in party and sort_of(party) == sort_of(other) != "name":
                return party, other
    return None


def _other_partners(
    a: Digest, b: Digest, here: frozenset[str], there: frozenset[str]
) -> tuple[str, str] | None:
    """The partners of two stories in which one host signs, each time with another of whom the other story says nothing."""
    assert a.facts is not None and b.facts is not None
    if not a.is_match or not b.is_match or len(here) != 1 or len(there) != 1:
        return None
    mine, theirs = sorted(a.facts.parties - here), sorted(b.facts.parties - there)
    if not mine or not theirs:
        return None
    if {own_name(party) for party in mine} & {own_name(party) for party in theirs}:
        return None  # "Thanh Hóa và Hủa Phăn" may be their military commands
    if any(_touched_on(b, party) for party in mine) or any(_touched_on(a, party) for party in theirs):
        return None
    return mine[0], theirs[0]


def _touched_on(story: Digest, party: str) -> bool:
    """Does a good part of a party's own name stand in the story?"""
    terms = _own_terms(party)
    return not terms or 3 * sum(term in story.terms for term in terms) >= len(terms)


def _speaks_of(story: Digest, party: str) -> bool:
    """Does the story hold what sort of body it is, wherever it belongs: "cảnh sát biển", "bộ quốc phòng"?"""
    sort, _, rest = party.partition(":")
    words = re.split(r"[^a-z0-9]+", sort if "_" in sort or not rest else rest.partition(":")[0])
    terms = [f"{first} {second}" for first, second in pairwise(words)] or words
    return 2 * sum(zlib.crc32(term.encode()) in story.terms for term in terms) >= len(terms)


def _own_terms(party: str) -> tuple[int, ...]:
    """Hashed terms of what tells a party from others of its sort: its place, number or own name."""
    return tuple(term for term, _, _ in _pairs_of_words(party))


@lru_cache(maxsize=65_536)
def _pairs_of_words(party: str) -> tuple[tuple[int, int, int], ...]:
    """Hashed pairs of words of its own name and of its place, each by itself ("tỉnh" may stand between them).

    With each pair the two that stand for it where the text has "và" in the middle.
    """
    pairs = []
    for part in own_name(party).split(":"):
        words = [word for word in re.split(r"[^a-z0-9]+", part) if word]
        terms = [(f"{a} {b}", f"{a} va", f"va {b}") for a, b in pairwise(words)]
        pairs += terms or [(word, word, word) for word in words]
    return tuple((_hashed(term), _hashed(before), _hashed(after)) for term, before, after in pairs)


def _hashed(term: str) -> int:
    return zlib.crc32(term.encode())


def _days_between(a: Digest, b: Digest) -> float | None:
    """Days between the days of signing that two stories give; None where one gives none.

    A story without year and time has its year from the years of its agreement, if it has one; only the day and the month
    of such a date are sure.
    """
    assert a.facts is not None and b.facts is not None
    if not a.facts.date or not b.facts.date:
        return None
    days = abs(_day_number(a.facts.date) - _day_number(b.facts.date))
    if _year_is_sure(a) and _year_is_sure(b):
        return days
    return min(days % _YEAR, _YEAR - days % _YEAR)


def _year_is_sure(story: Digest) -> bool:
    assert story.facts is not None and story.facts.date is not None
    return story.at is not None and abs(story.at / _DAY - _day_number(story.facts.date)) < _YEAR


def _acts_agree(a: frozenset[str], b: frozenset[str]) -> bool:
    """A review and a signing often are one meeting told from two sides; only pure opposites disagree."""
    if not a or not b or a & b:
        return True
    return not ((a <= SEALS and b <= _REVIEWS) or (a <= _REVIEWS and b <= SEALS))


def _day_number(iso_date: str) -> float:
    return datetime.fromisoformat(iso_date).replace(tzinfo=UTC).timestamp() / _DAY
