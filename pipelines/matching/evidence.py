"""What the words of a story say: who does what with which instrument, when, and whether it is the point.

A story is read sentence by sentence. A sentence that holds an act and an instrument, or a strong phrase of
either kind, is a `Clue`, with everything that stands around it: a future, a negation, a look back, a date,
two parties joined, the armed forces, or one of the known confusers. `signs` turns the clues into named,
binary or small-count features; the judge weighs them and shows the sentences that weighed most.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pipelines.matching.lexicon import Hit, Lexicon
from pipelines.matching.mending import Mended, Mender
from pipelines.profile import Profile
from pipelines.types import Act
from pipelines.vietnamese import fold, sentences, syllables

# Characters before an act in which a future, a negation or a look back governs it.
_GOVERNED = 30
# An act and an instrument further apart than this in one sentence hardly belong together.
_REACH = 110
# A feature of 6,000 words is read to here and at its end; the deed stands in the first third of all that we saw.
_READ_CHARS = 9_000
_READ_END = 1_500

_BETWEEN = re.compile(r"\b(?:giua|voi|cung)\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DATE = re.compile(
    r"\b(?:(?:sang|chieu|toi|trua|ngay|hom)\s+(?:nay|qua|\(?\d{1,2}\s?[-/.]\s?\d{1,2})|\d{1,2}\s?[-/.]\s?\d{1,2}\b|vua qua|moi day|ngay \d{1,2}|ngay hom)"
)
_PAST_YEAR = re.compile(
    r"\b(?:nam|thang \d{1,2}[-/.]|hoi thang \d{1,2}|tu nam|ngay \d{1,2}[-/.]\d{1,2}[-/.])\s?((?:19|20)\d\d)\b"
)
_PERIOD = re.compile(r"\b(?:giai doan|nam)?\s?(?:19|20)\d\d\s?[-–—]\s?(?:19|20)\d\d\b")
_EXPLAINS = re.compile(
    r"(?i)(?:theo đó|theo (?:nội dung|th[ỏo][ảa] thuận|biên bản|bản ghi nhớ|chương trình|quy chế|kế hoạch|hợp đồng|ký kết)|nội dung (?:ký kết|phối hợp|hợp tác)|hai bên|các bên|hai đơn vị)"
)
_COUNTED = re.compile(
    r"(?:\b\d+|\b(?:cac|nhung|nhieu|hang loat|mot so|hai|ba|bon|nam|sau|bay|tam|chin|muoi|loat)) (?:\w+ )?$"
)
_CEREMONY = re.compile(r"\b(?:tai|sau|tu|ben le|du|trong) (?:le|buoi|hoi nghi|buoi le) (?:\w+ )?$")
_SINCE = re.compile(
    r"^.{0,60}?\b(?:vao |hoi |tu |trong )?(?:nam|thang \d{1,2}[-/.]|\d{1,2}[-/.]\d{1,2}[-/.])\s?(?:19|20)\d\d(?!\s?[-–])"
)
# "Theo thỏa thuận vừa được ký": news in a subordinate clause, not a look back.
_JUST = re.compile(
    r"\b(?:vua|moi|moi day|hom nay|hom qua) (?:duoc |chinh thuc |cung |cung nhau )?(?:dat but )?(?:k[iy]|trao|gia han)\b"
)
# "ký kế hoạch hợp tác năm 2024": the year is part of what the document is called; "ký vào năm 2016" looks back.
_NAMED_YEAR = re.compile(r"^(?:(?! (?:vao|hoi|tu|trong|ngay|thang|ki) )[^,;:(]){0,60}?\bnam (?:19|20)\d\d\b")
_MARKUP = re.compile(r"<a href=|https?://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """A sentence that speaks of an agreement."""

    field: str
    """title | lead | text | caption"""
    start: int
    """Of the phrase: from its act to its instrument, whichever is first."""
    end: int
    sentence_start: int
    sentence_end: int
    act: Act | None
    act_phrase: str | None
    instrument: str | None
    tier: str
    """How plainly it speaks: deed, likely, weak, act, noun."""
    marks: frozenset[str]
    """What stands around it: future, negated, back, fresh, joined, armed, civil2, contract, …"""
    place: str
    """title | first | lead | early | late | last: where in the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A story as it was read."""

    title: str
    """As read: glued and torn words mended, English sentences left out; the offsets of clues are offsets into it."""
    text: str
    clues: tuple[Clue, ...]
    hits_title: tuple[Hit, ...]
    sentences: int
    counts: Mapping[str, int]
    """How often the words of each category stand in the text: `confusers/contract`, `parties/armed` …"""
    explained: int
    """Sentences that go on to say what was agreed ("theo đó", "theo thỏa thuận" …)."""
    mended_title: Mended
    mended_text: Mended

    def written(self, field: str) -> Mended:
        """Leads from offsets of a clue of this field to offsets into the story as it was written."""
        return self.mended_title if field == "title" else self.mended_text


class Reader:
    """Reads stories with one profile's words."""

    def __init__(self, profile: Profile) -> None:
        self._lexicon: Lexicon = profile.lexicon()
        self._mender = Mender(
            phrase
            for table in (profile.acts, profile.instruments)
            for phrases in table.values()
            for phrase in phrases
        )
        self._strong_acts = profile.strong_acts
        self._strong_instruments = profile.strong_instruments

    def read(
        self, title: str | None, text: str, *, captions: Iterable[str] = (), mend: bool = True
    ) -> Reading:
        """Find the clues of a cleaned story. `mend=False` reads it as it was written, as the weights were fitted."""
        mending = self._mender.mend if mend else _as_written
        mended_title, mended_text = mending(title or ""), mending(text)
        title, text = mended_title.text, mended_text.text
        clues: list[Clue] = []
        title_hits = self._lexicon.find(title)
        if title_hits:
            clues += self._clues("title", title, 0, title_hits, "title")
        caption_lines = frozenset(mending(caption).text for caption in captions)
        counts: Counter[str] = Counter()
        total = explained = 0
        for offset, passage, tail in _passages(text):
            parts = list(sentences(passage))
            hits = self._lexicon.find(passage)
            counts.update(
                f"{c}/{s}"
                for hit in hits
                for c, s in hit.senses
                if c in ("confusers", "parties", "instruments")
            )
            starts = [hit.start for hit in hits]
            for number, sentence in enumerate(parts):
                if _EXPLAINS.match(sentence.text):
                    explained += 1
                low, high = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
                if low == high:
                    continue
                field = "caption" if sentence.text in caption_lines else "text"
                position = offset + sentence.start
                # A caption weighs as the line that it is: nothing labelled says which lines are captions.
                place = _place(total + number, position, len(text), tail, len(parts) - number)
                clues += self._clues(
                    "lead" if field == "text" and place in ("first", "lead") else field,
                    sentence.text,
                    position,
                    [
                        h._replace(start=h.start - sentence.start, end=h.end - sentence.start)
                        for h in hits[low:high]
                    ],
                    place,
                )
            total += len(parts)
        return Reading(
            title=title,
            text=text,
            clues=tuple(clues),
            hits_title=tuple(title_hits),
            sentences=total,
            counts=counts,
            explained=explained,
            mended_title=mended_title,
            mended_text=mended_text,
        )

    def _clues(self, field: str, sentence: str, offset: int, hits: list[Hit], place: str) -> Iterator[Clue]:
        acts = [h for h in hits if h.senses[0][0] == "acts" or any(c == "acts" for c, _ in h.senses)]
        instruments = [h for h in hits if any(c == "instruments" for c, _ in h.senses)]
        if not acts and not instruments:
            return
        best: tuple[int, int, Hit | None, Hit | None, str] | None = None
        doubts = [h.end for h in hits if any(c == "time" and s in DOUBT for c, s in h.senses)]
        for act in acts:
            # Of two deeds in one sentence the undoubted one is the news: "vừa ký …, theo bản ghi nhớ ký năm 2012".
            doubted = 1000 if any(0 <= act.start - end <= _GOVERNED for end in doubts) else 0
            strong_act = act.phrase in self._strong_acts
            for instrument in instruments:
                if instrument is act:
                    gap = 0
                elif instrument.start >= act.end:
                    gap = instrument.start - act.end
                else:
                    gap = act.start - instrument.end + 15  # Vietnamese names the deed before its object
                if gap > _REACH:
                    continue
                slug = _slug(instrument, "instruments")
                strong = slug in self._strong_instruments and (
                    " " in instrument.phrase or len(instrument.phrase) <= 4
                )
                tier = _tier(strong_act, strong, slug, instrument.phrase)
                rank = (_TIERS.index(tier), gap + doubted)
                if best is None or rank < best[:2]:
                    best = (*rank, act, instrument, tier)
        if best is None:
            strong_acts = [h for h in acts if h.phrase in self._strong_acts]
            nouns = [
                h
                for h in instruments
                if _slug(h, "instruments") in self._strong_instruments and " " in h.phrase
            ]
            if strong_acts:
                best = (3, 0, strong_acts[0], None, "act")
            elif nouns:
                best = (4, 0, None, nouns[0], "noun")
            else:
                return
        _, _, found_act, found_instrument, tier = best
        found = [h for h in (found_act, found_instrument) if h is not None]
        start, end = min(h.start for h in found), max(h.end for h in found)
        marks = frozenset(self._marks(sentence, hits, found_act, found_instrument))
        yield Clue(
            field=field,
            start=offset + start,
            end=offset + end,
            sentence_start=offset,
            sentence_end=offset + len(sentence),
            act=Act(_slug(found_act, "acts")) if found_act else None,
            act_phrase=found_act.phrase if found_act else None,
            instrument=_slug(found_instrument, "instruments") if found_instrument else None,
            tier=tier,
            marks=marks,
            place=place,
        )

    def _marks(
        self, sentence: str, hits: list[Hit], act: Hit | None, instrument: Hit | None
    ) -> Iterator[str]:
        anchor = act or instrument
        assert anchor is not None
        folded = fold(sentence)
        just = _JUST.search(folded)
        recent = just is not None and abs(just.start() - anchor.start) <= _GOVERNED
        if recent:
            yield "just"
        civil = armed = 0
        for hit in hits:
            for category, slug in hit.senses:
                if category == "time":
                    governs = 0 <= anchor.start - hit.end <= _GOVERNED or hit.start == anchor.start
                    if slug == "fresh":
                        yield "fresh"
                    elif governs:
                        if not (recent and slug == "background"):
                            yield slug
                    elif hit.start < anchor.start:
                        yield f"{slug}-far"
                elif category == "confusers":
                    yield slug
                elif category == "parties":
                    if slug == "armed":
                        armed += 1
                    elif slug == "armed_owned":
                        yield "armed-owned"
                    else:
                        civil += 1
        if armed:
            yield "armed"
        if armed > 1:
            yield "armed2"
        if civil + armed >= 2:
            yield "two-parties"
        if civil + armed >= 4:
            yield "many-parties"
        after = folded[anchor.end :]
        before = folded[max(0, anchor.start - 40) : anchor.start]
        if instrument is not None and _COUNTED.search(
            folded[max(0, instrument.start - 20) : instrument.start]
        ):
            yield "counted"
        if _CEREMONY.search(before):
            yield "ceremony"
        named_year = False
        if act is not None and instrument is not None and "ki" in fold(act.phrase):
            named_year = instrument.start >= act.end and bool(_NAMED_YEAR.match(folded[instrument.end :]))
            if named_year:
                yield "named-year"
            elif _SINCE.match(after):
                yield "since"
        if _BETWEEN.search(after[:160]):
            yield "joined"
        if " giua " in folded:
            yield "giua"
        if _DATE.search(folded):
            yield "dated"
        if _PERIOD.search(folded):
            yield "period"
        elif not named_year and _PAST_YEAR.search(folded):
            yield "year"
        if _MARKUP.search(sentence):
            yield "markup"
        if "?" in sentence:
            yield "question"
        if len(sentence) > 350:
            yield "long"
        if act is not None and instrument is not None and act is not instrument:
            yield "forward" if act.start < instrument.start else "backward"


def _as_written(text: str) -> Mended:
    return Mended(text=text)


_TIERS = ("deed", "likely", "weak", "act", "noun")


def _tier(strong_act: bool, strong_instrument: bool, slug: str, phrase: str) -> str:
    if strong_act and strong_instrument:
        return "deed"
    if strong_act and slug not in ("du_an", "hop_dong"):
        return "likely"
    if strong_act or strong_instrument:
        return "weak"
    return "noun"


def _slug(hit: Hit | None, category: str) -> str:
    assert hit is not None
    return next(slug for c, slug in hit.senses if c == category)


def _passages(text: str) -> Iterator[tuple[int, str, bool]]:
    """The parts of a text that are read: all of a usual story, beginning and end of a long one."""
    if len(text) <= _READ_CHARS + _READ_END:
        yield 0, text, True
        return
    cut = text.rfind("\n", _READ_CHARS // 2, _READ_CHARS)
    cut = cut if cut > 0 else _READ_CHARS
    yield 0, text[:cut], False
    tail = text.find("\n", len(text) - _READ_END)
    tail = tail + 1 if tail > 0 else len(text) - _READ_END
    yield tail, text[tail:], True


def _place(number: int, position: int, length: int, tail: bool, remaining: int) -> str:
    if number == 0:
        return "first"
    if number <= 2 and position < 700:
        return "lead"
    if tail and remaining <= 2:
        return "last"
    return "early" if position < min(1200, length * 0.4) else "late"


def clue_signs(clue: Clue) -> Iterator[str]:
    """The names of the features that one clue gives rise to."""
    region = _REGION[clue.place]
    plain = "doubt" if clue.marks & DOUBT else "plain"
    yield f"{region}:{clue.tier}"
    yield f"{region}:{clue.tier}:{plain}"
    group = "deed" if clue.tier in _DEEDS else clue.tier
    for mark in sorted(clue.marks):
        if clue.tier != "noun" or mark in ("armed", "background"):
            yield f"{region}:{group}+{mark}"
    if clue.instrument:
        yield f"{region}:i={clue.instrument}"
    if clue.act_phrase:
        yield f"{region}:a={clue.act_phrase}" if region in ("title", "lead") else f"body:a={clue.act}"
    if clue.act_phrase and clue.instrument and clue.tier in (*_DEEDS, "weak"):
        yield f"pair={clue.act}/{clue.instrument}"


_REGION = {"title": "title", "first": "lead", "lead": "lead", "early": "body", "late": "body", "last": "last"}
DOUBT = frozenset({"future", "negation", "background"})
_DEEDS = ("deed", "likely")
_TELLING = frozenset({"armed", "two-parties", "joined", "period", "dated", "just"})
_LOOKS_BACK = frozenset({"since", "year", "background-far", "question"})


def signs(reading: Reading) -> dict[str, float]:
    """Named features of a reading: which clues there are, how many, how early, and what else the story speaks of."""
    found: dict[str, float] = {}
    for clue in reading.clues:
        for name in clue_signs(clue):
            found[name] = 1.0
    deeds = [c for c in reading.clues if c.tier in _DEEDS]
    clean = [c for c in deeds if not c.marks & DOUBT]
    opening = {c.place == "title" for c in reading.clues if c.place in ("title", "first", "lead")}
    length = max(3, reading.sentences)
    found["deeds"] = min(len(deeds), 6) / 2
    found["clean-deeds"] = min(len(clean), 6) / 2
    found["clean-share"] = len(clean) / len(deeds) if deeds else 0.0
    found["density"] = min(3.0, 3.0 * len(reading.clues) / length)
    found["deed-density"] = min(3.0, 3.0 * len(deeds) / length)
    found["length"] = min(3.0, math.log1p(reading.sentences) / 1.2)
    found["explained"] = min(3.0, reading.explained / 2)
    if not deeds:
        found["no-deed"] = 1.0
    for first, second in pairwise(sorted({c.place for c in deeds})):
        found[f"both:{first}+{second}"] = 1.0
    if len(opening) > 1:
        found["opening:both"] = 1.0
    for clue in clean:
        # Wherever it stands: what a headline teaches about a deed holds for a caption and a last line too.
        about = clue.marks & _TELLING
        found[f"any:{clue.tier}"] = 1.0
        for mark in about:
            found[f"any:{clue.tier}+{mark}"] = 1.0
        if not clue.marks & _LOOKS_BACK and len(about) >= 2:
            found["any:full-deed"] = 1.0
            if "armed" in about:
                found["any:full-armed"] = 1.0
    if clean and not any(c.place in ("title", "first", "lead") for c in clean):
        # The deed stands where only a whole reading finds it: after talks, in a caption or a last sentence.
        found[f"late-only:{'talks' if talks_of(reading) else 'other'}"] = 1.0
    body = [c for c in clean if c.field != "title"]
    found["first-deed"] = min(3.0, math.log1p(body[0].sentence_start) / 3) if body else 3.0
    if title := {s for s in syllables(reading.title) if len(s) > 1}:
        shared = [
            len(title & set(syllables(_sentence(reading, c)))) / len(title)
            for c in deeds
            if c.field != "title"
        ]
        found["title-overlap"] = max(shared, default=0.0)
    for kind, count in reading.counts.items():
        found[f"n:{kind}"] = min(3.0, 6.0 * count / (length + 3))
    for hit in reading.hits_title:
        for category, slug in hit.senses:
            if category in ("confusers", "parties"):
                found[f"title:{slug}"] = 1.0
    return found


def talks_of(reading: Reading) -> bool:
    """Is the story one of talks, by its headline or text?"""
    return bool(reading.counts.get("confusers/talks")) or any(
        slug == "talks" for hit in reading.hits_title for _, slug in hit.senses
    )


def _sentence(reading: Reading, clue: Clue) -> str:
    return (reading.title if clue.field == "title" else reading.text)[clue.sentence_start : clue.sentence_end]


def armed_signs(reading: Reading) -> dict[str, float]:
    """How far the parties are from the armed forces, police, border guard or veterans: what sets core above civil."""
    clues = [c for c in reading.clues if c.tier in (*_DEEDS, "weak", "noun")]
    found: dict[str, float] = {}
    for c in clues:
        region = _REGION[c.place]
        found[f"{region}"] = 1.0
        if "armed" in c.marks:
            found[f"{region}:armed"] = 1.0
        if "armed2" in c.marks:
            found[f"{region}:armed2"] = 1.0
        if "armed-owned" in c.marks:
            found["owned"] = 1.0
    if any(slug == "armed" for h in reading.hits_title for _, slug in h.senses):
        found["title-armed"] = 1.0
    deeds = [c for c in clues if c.tier in _DEEDS]
    if deeds:
        found["deed-share"] = sum("armed" in c.marks for c in deeds) / len(deeds)
    if clues:
        found["share"] = sum("armed" in c.marks for c in clues) / len(clues)
    return found
