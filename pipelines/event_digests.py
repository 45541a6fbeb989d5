"""What is kept of a story to compare it with the next: its weightiest terms, its time, the facts of its agreement.

Terms are single folded syllables and pairs of neighbours, weighed by TF-IDF with background counts of the Vietnamese
press (`background.txt`). Pure but for reading that file once.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zlib
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

from pipelines import vietnamese
from pipelines.types import Agreement, Precision, Story

#: Terms of a story that are kept, the weightiest first.
TERMS = 256
#: Terms a story is found by.
RARE_TERMS = 20
#: Terms that a story of a signing looks for others by.
SOUGHT_TERMS = 30
#: A term of the headline counts as often as so many in the text: what a paper puts there is what its story is about …
TITLE_WEIGHT = 8
#: … but the headlines of signings share their phrases, where wording counts for less than facts.
TITLE_WEIGHT_OF_SIGNINGS = 3
#: Syllables of a text that are read; what follows in a long feature blurs what it is about.
READ = 1500

_DAY = 86_400.0
_NUMBER_OF_TERMS = struct.Struct("<H")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


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
        parties = sorted({own_name(party) for party in self.facts.parties})[:8]
        if len(parties) < 2:  # bodies of one province
            parties = sorted(self.facts.parties)[:8]
        return tuple(f"{a}|{b}" for a, b in combinations(parties, 2))


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
    signing = is_match or topical
    _count(vietnamese.syllables(story.title), TITLE_WEIGHT_OF_SIGNINGS if signing else TITLE_WEIGHT, counts)
    rarity, rarest = known.rarity.get, known.rarest
    ranked = [(-math.log1p(times) * rarity(term, rarest), term) for term, times in counts.items()]
    ranked.sort()
    del ranked[TERMS:]
    length = math.sqrt(sum(weight * weight for weight, _ in ranked)) or 1.0
    return Digest(
        terms={zlib.crc32(term.encode()): -weight / length for weight, term in ranked},
        at=story.published.timestamp() if story.published else None,
        is_match=is_match,
        facts=_facts(agreement if is_match else None, story) if signing else None,
    )


def likeness(a: Digest, b: Digest) -> float:
    """Cosine of the terms, 0 … 1."""
    mine, theirs = a.terms, b.terms
    if len(mine) > len(theirs):
        mine, theirs = theirs, mine
    get = theirs.get
    return sum(weight * get(term, 0.0) for term, weight in mine.items())


def days_apart(a: Digest, b: Digest) -> float | None:
    """Days between two tellings; None where a time is not known."""
    return None if a.at is None or b.at is None else abs(a.at - b.at) / _DAY


def told_without_province(key: str) -> str:
    """A party's key without the province that only some tellings give a commune: `cong_an:xa.tan-lap@tay-ninh`."""
    return key.partition("@")[0]


def sort_of(party: str) -> str:
    """What sort of body a party is: `cong_an` of `cong_an:tay-ninh`."""
    return party.partition(":")[0]


def own_name(party: str) -> str:
    """What tells it from others of its sort: `tay-ninh`; the whole key where there is no sort."""
    return party.partition(":")[2] or party


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


# --- terms


def _count(words: Sequence[str], times: int, into: Counter[str]) -> None:
    for _ in range(times):
        into.update(words)
        into.update([f"{first} {second}" for first, second in pairwise(words)])


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


def _facts(agreement: Agreement | None, story: Story) -> Facts:
    years = frozenset(_YEAR.findall(f"{story.title} {story.text}"))
    if agreement is None:
        return Facts(years=years)
    day = agreement.event_date if agreement.event_date_precision == Precision.DAY else None
    return Facts(
        parties=frozenset(told_without_province(party.key) for party in agreement.parties),
        acts=frozenset(act.value for act in agreement.acts),
        date=day,
        period=agreement.period,
        aliases=frozenset(
            f"{told_without_province(party.key)}={words[0]}"
            for party in agreement.parties
            for name in (party.short, party.name)
            if name and len(words := vietnamese.syllables(name)) == 1 and len(words[0]) > 2
        ),
        years=years,
    )
