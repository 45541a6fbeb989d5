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
from functools import lru_cache
from itertools import pairwise

from pipelines.event_digests import Digest, Facts, days_apart, likeness, own_name, sort_of
from pipelines.types import Act

#: Days between preview, report and follow-up of one signing.
SAME_SIGNING_DAYS = 21.0
#: Days by which two tellings may misstate the day of one signing.
SAME_DAY_DAYS = 2.0

_DAY = 86_400.0
#: Acts that put an agreement into force, and acts that look back on one.
SEALS = frozenset({Act.KY_KET.value, Act.GIA_HAN.value, Act.TRAO_DOI.value})
_REVIEWS = frozenset({Act.SO_KET.value, Act.TONG_KET.value})

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


def same_signing(a: Digest, b: Digest) -> tuple[bool | None, str | None]:
    """What the facts of two agreements say of their being one signing."""
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
    here, there = named(a, b), named(b, a)
    if not here and not there:
        return (False, "other parties") if a.facts.parties and b.facts.parties else (None, None)
    if not _acts_agree(a.facts.acts, b.facts.acts):
        return None, None
    if any(map(_elliptical, a.facts.parties | b.facts.parties)) and likeness(a, b) < ELLIPTICAL_WORDING:
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
    """Is it among them, also where one paper leaves out the province ("Công an tỉnh")?"""
    if party in others:
        return True
    return any(
        sort_of(party) == sort_of(other) and (_elliptical(party) or _elliptical(other))
        for other in others
        if ":" in other
    )


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
    return all(term in story.terms for term in _own_terms(party))


def _stranger(a: Digest, b: Digest) -> tuple[str, str] | None:
    """Two parties of one sort, each unknown to the other story: Công an of this province and of that."""
    assert a.facts is not None and b.facts is not None
    unknown = b.facts.parties - named(b, a)
    for party in sorted(a.facts.parties - named(a, b)):
        for other in sorted(unknown):
            if ":" in party and sort_of(party) == sort_of(other) != "name":
                return party, other
    return None


@lru_cache(maxsize=65_536)
def _own_terms(party: str) -> tuple[int, ...]:
    """Hashed terms of what tells a party from others of its sort: its place, number or own name."""
    own = own_name(party)
    words = [word for word in re.split(r"[^a-z0-9]+", own) if word]
    terms = [f"{first} {second}" for first, second in pairwise(words)] or words
    return tuple(zlib.crc32(term.encode()) for term in terms)


def _days_between(a: str | None, b: str | None) -> float | None:
    return abs(_day_number(a) - _day_number(b)) if a and b else None


def _acts_agree(a: frozenset[str], b: frozenset[str]) -> bool:
    """A review and a signing often are one meeting told from two sides; only pure opposites disagree."""
    if not a or not b or a & b:
        return True
    return not ((a <= SEALS and b <= _REVIEWS) or (a <= _REVIEWS and b <= SEALS))


def _day_number(iso_date: str) -> float:
    return datetime.fromisoformat(iso_date).replace(tzinfo=UTC).timestamp() / _DAY
