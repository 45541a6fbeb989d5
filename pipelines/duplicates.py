"""Is this the same text again? A sketch that finds candidates and an exact check that decides.

The sketch keeps every shingle hash that is 0 modulo a constant (scaled MinHash: Broder 1997, "On the resemblance
and containment of documents", `M_p`; Irber et al. 2022 call it FracMinHash). Unlike a fixed number of minima it
estimates *containment*, so a 120-word brief inside a 1,500-word page is found as surely as a whole reprint.

The check compares the folded five-syllable shingles of both texts and then looks at what differs: a text that
repeats a form with other names, numbers or dates (lottery, gold price, last year's signing, the next province's)
is news of its own. A false duplicate hides news; in doubt the answer is None.

Pure; imports `vietnamese` only.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile

from pipelines import vietnamese

#: Syllables a shingle. Five is long enough that two writers rarely share one by chance, short enough that a
#: changed word spoils only five.
SHINGLE = 5
#: Below this many syllables only equal texts are duplicates: a brief shares its stock phrases with too many.
SHORT = 40
#: Share of the shorter text's shingles that the other must hold.
CONTAINED = 0.8
#: Two originals that one text repeats are versions of a text if the shorter shares this much with the other. In 5,819
#: stories of the press such originals share 0.62 or more, or else 0.3: a notice and a page with the same company lines.
VERSION = 0.5
#: A text is looked up by one shingle hash in four …
LOOKUP_SCALE = 4
#: … and kept under as many if it is short, else under one in eight: a long text has enough of them, and what a million
#: texts are kept under must stay small. Of sixty syllables of a stored page none would be kept in one of 1,800 cases;
#: one in twenty-four, as the first databases have it, loses one in ten. A multiple of the other scale, and so is 24.
LONG_SCALE = 8
LONG = 160  # shingles
#: Hashes of a text without end that are used; the smallest, so that two such texts use the same.
MOST = 4096
#: Equal texts shorter than this ("Đang cập nhật") say nothing without an equal headline.
TRIVIAL = 15
#: Syllables of a headline's lead. A text that has as many is more than a stock line: the longest that was met has 49.
LEAD = 80
#: So many characters of a page nearly always hold as many.
_OF_A_LEAD = 800
#: A headline of fewer syllables ("Tin vắn", or none) says nothing against an equal text.
TELLING = 5
#: An equal brief is a show's stock line unless it takes up this share of each headline, as a lead does …
TAKEN_UP = 0.4
#: … or the headlines share this much of the shorter one: more than the show's name.
HEADLINES_ALIKE = 0.6
#: Aligned places where both texts state a fact that the other nowhere has, as a share of the shorter text's facts:
#: on 2,194 stories of three cluster sets reprints with a light edit stay below it, filled-in forms are above.
CONFLICT_SHARE = 0.06
#: … or so many of them dates; in the lead one is enough: a bulletin may say the same every day. No reprint of the press
#: had another day.
DATED_CONFLICTS = 2
#: One date put for another at so many aligned places: another day's form, also where each text names both days
#: (results of today beside those of yesterday).
DATE_MOVED = 3
#: Words of its own headline that each text puts at an aligned place, and the other story has nowhere: the same
#: instructions for another matter. Of 325 pairs of reprints in the press none has two.
SUBJECT = 2
#: Facts of more words than this are looked for in the running text: there are few.
_RUN = 4
#: Short lines that are the paper's own: a photo's credit or a source anywhere …
CREDIT_SYLLABLES = 12
#: … and a byline or a counter among the last ones.
CLOSING_SYLLABLES = 8
CLOSING_LINES = 2

_DATE_WORDS = frozenset(
    ("ngay", "thang", "nam", "sang", "trua", "chieu", "toi", "dem", "nay", "qua")
) | frozenset(
    ("hai", "ba", "tu", "bay", "nhat")  # of the days of the week
)
_CREDITS = frozenset(("anh", "nguon", "theo", "tin", "video", "clip", "photo", "pv"))
_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"[^\W_]+")
_PAPER_FIRST = re.compile(r"\s*\([^()\n]{2,40}\)")
_SENTENCE_ENDS = (".", "!", "?", ";", ",", ":")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…\n\"“”‘’(\[•*–-])\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What the index knows of a text. Stable across runs, machines and versions (CRC-32 and BLAKE2b, no seeds)."""

    syllables: int
    """Length of the text."""
    exact: int
    """48-bit hash of the folded text."""
    lookup: tuple[int, ...] = field(repr=False)
    """48-bit hashes to look up, ascending."""
    coarse: tuple[int, ...] = field(repr=False)
    """The part of `lookup` at the scale of long texts."""
    long: bool
    """Does the index keep `coarse` only?"""

    @property
    def keep(self) -> tuple[int, ...]:
        """What the index keeps the text under."""
        return self.coarse if self.long else self.lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Sameness:
    """Why two texts are one."""

    score: float
    """Share of the shorter text's shingles that the longer has, 0 … 1."""
    likeness: float
    """Jaccard coefficient of the shingles, 0 … 1."""
    reason: str
    """For people: `the same text`, `93 % of the shorter text's word sequences` …"""


@dataclass(frozen=True, slots=True)
class _Fact:
    """A number or name that a text states: half-open range of syllables, and what is compared."""

    start: int
    end: int
    words: str
    number: bool
    dated: bool


@dataclass(frozen=True, slots=True)
class _Text:
    """A text taken apart for comparing."""

    syllables: list[str]
    facts: list[_Fact]
    bare: list[str]
    """The syllables, numbers without their units …"""
    running: str
    """… and with one space before and after each."""
    shingles: dict[str, int]
    """Shingle → its first position."""
    headline: frozenset[str]
    """Syllables of the headline."""
    vocabulary: frozenset[str]
    """Syllables of the text and of its headline."""
    _runs: dict[int, frozenset[str]] = field(default_factory=dict)

    def states(self, fact: _Fact) -> bool:
        """Does the text hold the words of a fact? Asked of every place that differs, so what it has is kept by length."""
        length = fact.words.count(" ") + 1
        if length > _RUN:
            return f" {fact.words} " in self.running
        if length not in self._runs:
            at = (self.bare[start : start + length] for start in range(len(self.bare) - length + 1))
            self._runs[length] = frozenset(" ".join(words) for words in at)
        return fact.words in self._runs[length]


def signature(story_text: str) -> Signature:
    """The sketch of a story's text (without its title)."""
    return signature_of(vietnamese.syllables(story_text))


def signature_of(words: Sequence[str]) -> Signature:
    """The sketch of a text that is taken apart into `vietnamese.syllables` already."""
    exact = _hash48(" ".join(words).encode())
    if len(words) < SHORT:
        own = (exact,) if words else ()
        return Signature(syllables=len(words), exact=exact, lookup=own, coarse=own, long=False)
    shingles = set(_shingles(words))
    lookup, coarse = [], []
    for shingle in shingles:
        data = shingle.encode()
        crc = zlib.crc32(data)
        if crc % LOOKUP_SCALE == 0:
            value = _hash48(data)
            lookup.append(value)
            if crc % LONG_SCALE == 0:
                coarse.append(value)
    return Signature(
        syllables=len(words),
        exact=exact,
        lookup=tuple(sorted(lookup)[:MOST]),
        coarse=tuple(sorted(coarse)[:MOST]),
        long=len(shingles) > LONG,
    )


def hits_worth_checking(mine: Signature, kept: int, long: bool) -> float:
    """How many shared hashes make it worth reading a stored text that is kept under `kept` hashes.

    Half of what a text contained to `CONTAINED` shares on average: chance seldom halves it.
    """
    own = len(mine.coarse) if long else len(mine.lookup)
    return max(1.0, 0.5 * CONTAINED * min(kept, own))


def verify(
    a_text: str, b_text: str, *, titles: tuple[str, str] = ("", ""), least: float = CONTAINED
) -> Sameness | None:
    """Do both hold the same text, whole or mostly? Symmetric. None: no, or not surely.

    `titles`: the headlines, in the same order, where they are known. `least`: the share of the shorter text's shingles
    that the other must hold.
    """
    a_words = vietnamese.syllables(a_text)
    b_words = a_words if a_text == b_text else vietnamese.syllables(b_text)
    if not a_words or not b_words:
        return None
    if a_words == b_words:
        return Sameness(score=1.0, likeness=1.0, reason="the same text")
    if min(len(a_words), len(b_words)) < SHORT:
        return None
    a_set, b_set = set(_shingles(a_words)), set(_shingles(b_words))
    shared = len(a_set & b_set)
    contained = shared / min(len(a_set), len(b_set))
    if contained < least:
        return None
    a, b = _take_apart(a_text, a_words, titles[0]), _take_apart(b_text, b_words, titles[1])
    if _tells_other_facts(a, b):
        return None
    likeness = shared / (len(a_set) + len(b_set) - shared)
    part = "the text" if likeness >= CONTAINED else "the shorter text"
    reason = f"{contained:.0%} of {part}'s five-word sequences are in the other"
    return Sameness(score=contained, likeness=likeness, reason=reason)


def same_brief(a_title: str, a_text: str, b_title: str, b_text: str) -> bool:
    """For two that hold one text: is that more than the stock line that a show or a column prints below each headline?

    An equal brief takes up both headlines, as a lead does, and of two texts of some sentences one takes up its own; or
    the headlines are alike. Where a headline is missing or says next to nothing, the text alone decides.
    """
    if any(len(vietnamese.syllables(text[:_OF_A_LEAD])) >= LEAD for text in (a_text, b_text)):
        return True  # without taking a page apart to its end
    a_words, b_words = vietnamese.syllables(a_text), vietnamese.syllables(b_text)
    if max(len(a_words), len(b_words)) >= LEAD:
        return True
    a, b = vietnamese.syllables(a_title), vietnamese.syllables(b_title)
    if len(a_words) < TRIVIAL or a == b:
        return a == b
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) < TELLING:
        return True
    if _share(shorter, longer) >= HEADLINES_ALIKE:
        return True
    taken_up = min if len(a_words) < SHORT else max
    return taken_up(_share(a, a_words), _share(b, b_words)) >= TAKEN_UP


def _share(words: Sequence[str], other: Sequence[str]) -> float:
    """How much of what `words` holds stands in the other too, 0 … 1; nothing is shared by no words."""
    return len(set(words) & set(other)) / len(set(words)) if words else 0.0


def _shingles(words: Sequence[str]) -> list[str]:
    return [" ".join(five) for five in zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)]


def _hash48(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=6).digest(), "big")


def _take_apart(text: str, words: list[str], title: str) -> _Text:
    shingles: dict[str, int] = {}
    for position, shingle in enumerate(_shingles(words)):
        shingles.setdefault(shingle, position)
    bare = [_bare_number(word) if word[0].isdigit() else word for word in words]
    headline = frozenset(vietnamese.syllables(title))
    return _Text(
        words, _facts(text, bare), bare, f" {' '.join(bare)} ", shingles, headline, headline.union(words)
    )


def _bare_number(token: str) -> str:
    """`05` → `5`, `15m` → `15`, `22h00` → `22`: two papers print one number in several ways."""
    digits = _DIGITS.match(token)
    return (digits.group().lstrip("0") or "0") if digits else token


def _facts(text: str, bare: list[str]) -> list[_Fact]:
    """The numbers and names of a text: runs of digits, and of capitals that no sentence start explains.

    Acronyms are left out: the next paper spells them out. So are credits and bylines: the next paper has its own.
    """
    kinds = [_kind_of(text, token) for token in _TOKEN.finditer(vietnamese.fold(text))]
    for start, end in _signed_lines(text):
        kinds[start:end] = [None] * (end - start)
    facts, position = [], 0
    while position < len(kinds):
        kind, end = kinds[position], position + 1
        while kind and end < len(kinds) and kinds[end] == kind:
            end += 1
        if kind == "name":
            facts.append(_Fact(position, end, " ".join(bare[position:end]), False, False))
        elif kind == "number" and not _is_stamp(bare[position:end]):
            # A lone small number is told from others by the word before it: `ngày 28`, `điều 5`.
            start = position - 1 if position and end - position == 1 and len(bare[position]) < 3 else position
            dated = bare[max(0, position - 1)] in _DATE_WORDS
            facts.append(_Fact(position, end, " ".join(bare[start:end]), True, dated))
        position = end
    return facts


def _is_stamp(numbers: Sequence[str]) -> bool:
    """`17:04, 18/01/2020` and the other way round: when a page was put up, which every paper prints of its own."""
    if len(numbers) not in (5, 6):
        return False
    values = [int(number) for number in numbers]
    return any(
        day[0] <= 31
        and day[1] <= 12
        and 1990 <= day[2] <= 2100
        and clock[0] <= 23
        and all(n <= 59 for n in clock)
        for day, clock in ((values[:3], values[3:]), (values[-3:], values[:-3]))
    )


def _signed_lines(text: str) -> Iterator[tuple[int, int]]:
    """The paper's name in front, credits, sources, bylines and counters: half-open ranges of syllables."""
    if (paper := _PAPER_FIRST.match(text)) is not None:
        yield 0, len(vietnamese.syllables(paper.group()))
    lines = text.split("\n")
    start, last = 0, len(lines) - 1
    for number, line in enumerate(lines):
        words = vietnamese.syllables(line)
        closing = last - number < min(CLOSING_LINES, last) and not line.endswith(_SENTENCE_ENDS)
        credit = len(words) <= CREDIT_SYLLABLES and words[:1] and words[0] in _CREDITS
        if credit or (closing and len(words) <= CLOSING_SYLLABLES):
            yield start, start + len(words)
        start += len(words)


def _kind_of(text: str, token: re.Match[str]) -> str | None:
    printed = text[token.start() : token.end()]
    if printed[0].isdigit():
        return "number"
    if not printed[0].isupper() or (len(printed) > 1 and printed.isupper()) or len(printed) == 1:
        return None
    starts = _SENTENCE_START.search(text[max(0, token.start() - 3) : token.start()])
    return None if starts or token.start() == 0 else "name"


def _tells_other_facts(a: _Text, b: _Text) -> bool:
    """Is it the same form filled in anew: where the texts run alike, do they put other names, numbers or subjects?"""
    if len(a.shingles) > len(b.shingles):
        a, b = b, a
    conflicts, dated = 0, 0.0
    moved: Counter[tuple[str, str]] = Counter()
    for a_range, b_range in _differing(a, b):
        if min(len(_subject(a, a_range, b)), len(_subject(b, b_range, a))) >= SUBJECT:
            return True
        moved.update(_moved_dates(_facts_at(a, a_range), _facts_at(b, b_range)))
        a_new, b_new = _only_here(a, a_range, b), _only_here(b, b_range, a)
        pairs = [(x, y) for x in a_new for y in b_new if _same_sort(x, y)]
        conflicts += bool(pairs)
        if any(x.dated and y.dated for x, y in pairs):
            dated += 1.0 if min(a_range[0], b_range[0]) < LEAD else 1 / DATED_CONFLICTS
    if max(moved.values(), default=0) >= DATE_MOVED:
        return True
    return dated >= 1 or (conflicts > 0 and conflicts >= CONFLICT_SHARE * len(a.facts))


def _only_here(text: _Text, place: tuple[int, int], other: _Text) -> list[_Fact]:
    """The facts of a place that the other text nowhere states."""
    return [fact for fact in _facts_at(text, place) if not other.states(fact)]


def _subject(text: _Text, place: tuple[int, int], other: _Text) -> frozenset[str]:
    """The words of a place that are of the text's headline, and of the other story nowhere."""
    start, end = place
    return text.headline.intersection(text.syllables[start:end]) - other.vocabulary


def _facts_at(text: _Text, place: tuple[int, int]) -> list[_Fact]:
    start, end = place
    first = bisect_right(text.facts, start, key=lambda fact: fact.end)  # facts stand in order and apart
    return list(takewhile(lambda fact: fact.start < end, islice(text.facts, first, None)))


def _moved_dates(a_facts: Sequence[_Fact], b_facts: Sequence[_Fact]) -> set[tuple[str, str]]:
    """The days of which one text puts one, the other the other at a place that differs, whichever way round."""
    a_days, b_days = ({day for fact in facts if (day := _day_of(fact))} for facts in (a_facts, b_facts))
    return {(min(a, b), max(a, b)) for a in a_days for b in b_days if a != b}


def _day_of(fact: _Fact) -> str | None:
    """The day where a fact reads like a date: `28` of `28/8`, of `28 8 2022`, of `ngày 28`."""
    if not fact.number:
        return None
    numbers = [word for word in fact.words.split() if word.isdigit()]
    like_a_date = len(numbers) in (2, 3) and int(numbers[0]) <= 31 and int(numbers[1]) <= 12
    return numbers[0] if numbers and (fact.dated or like_a_date) else None


def _same_sort(a: _Fact, b: _Fact) -> bool:
    """May one stand for the other: two names, or two numbers of one length (an age is not a year of birth)?"""
    if a.number != b.number:
        return False
    if not a.number:
        return True
    if a.dated and b.dated:
        a_date, b_date = _date_of(a), _date_of(b)
        return any(a_date[part] != b_date[part] for part in a_date.keys() & b_date.keys())
    a_last, b_last = a.words.split()[-1], b.words.split()[-1]
    return a_last != b_last and len(a_last) == len(b_last)


def _date_of(fact: _Fact) -> dict[str, int]:
    """What a dated number says of `day`, `month` and `year`: `ngày 28`, `28/8`, `tháng 8/2022`, `28-8-2022`, `2022`."""
    numbers = [int(word) for word in fact.words.split() if word.isdigit()]
    if len(numbers) == 1:
        part = "year" if numbers[0] > 31 else "month" if fact.words.startswith("thang ") else "day"
        return {part: numbers[0]}
    if len(numbers) == 2 and numbers[1] > 31:
        return {"year" if numbers[0] > 31 else "month": numbers[0]}
    return dict(zip(("day", "month", "year"), numbers, strict=False))


def _differing(a: _Text, b: _Text) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The places where aligned texts differ: half-open syllable ranges in `a` and in `b`.

    Anchored on shared shingles, so linear in the length of the texts. Ranges far apart in length are an
    insertion or a rewritten paragraph, no substitution, and are left out.
    """
    places = []
    last_a = last_b = 0  # ends of the last shared run
    for at_a, at_b in _in_order(a, b):
        if at_a > last_a and at_b >= last_b and _comparable(at_a - last_a, at_b - last_b):
            places.append(((last_a, at_a), (last_b, at_b)))
        last_a, last_b = max(last_a, at_a + SHINGLE), max(last_b, at_b + SHINGLE)
    rest_a, rest_b = len(a.syllables) - last_a, len(b.syllables) - last_b
    if rest_a > 0 and _comparable(rest_a, rest_b):
        places.append(((last_a, len(a.syllables)), (last_b, len(b.syllables))))
    return places


def _in_order(a: _Text, b: _Text) -> list[tuple[int, int]]:
    """Where the shared shingles stand in both texts: the most of them that stand in the same order in both.

    The longest increasing subsequence (Fredman 1975), as in patience diff: a phrase that one text has elsewhere
    too ("chủ nhật ngày 28/8" under yesterday's results) leads the alignment astray no more.
    """
    shared = [
        (at_a, at_b)
        for at_a in range(len(a.syllables) - SHINGLE + 1)
        if (at_b := b.shingles.get(" ".join(a.syllables[at_a : at_a + SHINGLE]))) is not None
    ]
    lowest: list[int] = []  # of the chains of each length, the lowest end in `b` …
    ends: list[int] = []  # … and which of `shared` it is
    before: list[int | None] = []
    for number, (_, at_b) in enumerate(shared):
        length = bisect_left(lowest, at_b)
        before.append(ends[length - 1] if length else None)
        lowest[length : length + 1] = [at_b]
        ends[length : length + 1] = [number]
    chain: list[tuple[int, int]] = []
    link = ends[-1] if ends else None
    while link is not None:
        chain.append(shared[link])
        link = before[link]
    return chain[::-1]


def _comparable(a_length: int, b_length: int) -> bool:
    return 0 < b_length <= 2 * a_length + 6 and a_length <= 2 * b_length + 6
