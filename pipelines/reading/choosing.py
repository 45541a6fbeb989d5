"""Which of all bodies that a story names agreed: rules propose, fitted weights decide.

The lists of `chains.py` propose parties. A sentence that is built in another way leaves bodies outside of every list: in the
headline, in the office of the one who signed, in the sentence before "hai đơn vị ký kết". So every body that the story
names, each with all its mentions, gets signs of where it stands, and three small logistic models weigh them: is what the
lists chose a party (`kept`); is a further body one, where fewer than two parties are known (`missing`); is a body one in
the stead of a chosen name that it competes with ("Tỉnh ủy hai tỉnh" for the two provinces of a headline, `instead`).
The weights are data beside this file, fitted by `choosing_fit.py`. Pure but for reading them once.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.institutions import Institution, Registry
from pipelines.reading.bodies import SIGNED, as_parties, same_body
from pipelines.reading.candidates import Named, names_in
from pipelines.reading.chains import Chain
from pipelines.reading.completing import Surroundings
from pipelines.reading.units import Unit
from pipelines.reading.words import pattern
from pipelines.types import Party
from pipelines.vietnamese import fold

WEIGHTS = Path(__file__).with_name("choosing.json")

#: From cross-validation by story on labelled stories (docs/quality-agreements.md). A party of the lists is dropped below …
DROPPED_BELOW = 0.15
#: … a body is taken where fewer than two parties are known from …
TAKEN_FROM = 0.4
#: … and a body takes the place of a name that it competes with from here, if it is likelier than that name.
INSTEAD_FROM = 0.4
_ENOUGH = 2
#: More bodies than a story of one agreement names: what is behind them is a page gone wrong.
_MOST = 60


@dataclass(frozen=True, slots=True)
class Told:
    """One mention of a body."""

    named: Named
    form: Institution
    chain: Chain | None
    """The list that it stands in; a superior and a place of the meeting stand in none."""


@dataclass(eq=False)
class Body:
    """All that a story tells of one body."""

    told: list[Told] = field(default_factory=list)
    """In reading order."""
    party: Party | None = None
    """As the lists chose it; None for a body that they left."""

    @property
    def fullest(self) -> Told:
        """The mention that says most of it, of a brand the one told most often; no mere superior or place if it can be."""
        often = Counter(one.form.key for one in self.told)

        def rank(one: Told) -> tuple[bool, int, int]:
            known = len(one.form.key) if one.named.mention.head is not None else often[one.form.key]
            return not one.named.inside, known, -one.named.unit.index

        return max(self.told, key=rank)

    @functools.cached_property
    def form(self) -> Institution | Party:
        """What it is: as the lists chose it, else by its fullest mention."""
        return self.party if self.party is not None else self.fullest.form

    @functools.cached_property
    def flat(self) -> str:
        """Its name in full, folded, padded to whole words."""
        return f" {fold(self.form.full or self.form.key)} "

    @property
    def place(self) -> str | None:
        """Where it is, by its first mention."""
        return self.told[0].form.place if self.told else None

    @property
    def only_in_title(self) -> bool:
        """Named in the headline and nowhere else."""
        return bool(self.told) and all(one.named.unit.field == "title" for one in self.told)


def choose(
    parties: tuple[Party, ...],
    chains: Sequence[Chain],
    read: Sequence[Unit],
    everyone: list[Named],
    context: Surroundings,
    registry: Registry,
) -> tuple[Party, ...]:
    """The parties that the lists chose, without the unlikely, with what is likelier or missing.

    `read`: the sentences that were read for names, `everyone`: all names in them.
    """
    if not any(chain.members for chain in chains):
        return parties
    bodies = gather(parties, chains, read, context, registry)
    chosen = [body for body in bodies if body.party is not None]
    left = [body for body in bodies if body.party is None]
    few = len(chosen) < _ENOUGH
    rivals = {id(body): [other for other in chosen if competes(body, other)] for body in left}
    asked = [body for body in left if few or len(rivals[id(body)]) == 1]
    if not asked and len(chosen) <= _ENOUGH:
        return parties  # nothing to add, nothing to exchange, none to spare
    story = Surveyed(bodies, read)
    likely = {id(body): probability("kept", story.signs(body)) for body in chosen}
    model = "missing" if few else "instead"
    likely |= {id(body): probability(model, story.signs(body)) for body in asked}
    kept = [body for body in chosen if likely[id(body)] >= DROPPED_BELOW]
    for body in sorted(asked, key=lambda body: -likely[id(body)]):
        against = [other for other in kept if other in rivals[id(body)] or competes(body, other)]
        if not against:
            if len(kept) < _ENOUGH and likely[id(body)] >= TAKEN_FROM:
                kept.append(body)
        elif _instead(body, against, likely):
            kept[kept.index(against[0])] = body
    for body in sorted(chosen, key=lambda body: -likely[id(body)]):
        if (
            len(kept) < min(_ENOUGH, len(chosen))
            and body not in kept
            and not any(competes(body, k) for k in kept)
        ):
            kept.append(body)
    return _as_told(kept, everyone, registry)


def _instead(body: Body, against: Sequence[Body], likely: Mapping[int, float]) -> bool:
    """Does it take the place of the one chosen name that it competes with?"""
    if len(against) != 1 or against[0].party is None:
        return False
    return likely[id(body)] >= max(likely[id(against[0])], INSTEAD_FROM)


def _as_told(kept: list[Body], everyone: list[Named], registry: Registry) -> tuple[Party, ...]:
    """The parties of the bodies: those of the lists in their order, a substitute in its predecessor's place."""
    out: list[Party] = []
    for body in kept:
        if body.party is not None:
            found: tuple[Party, ...] = (body.party,)
        else:
            fullest = body.fullest
            found = as_parties([(fullest.named, fullest.form)], everyone, registry)
        out.extend(party for party in found if all(party.key != other.key for other in out))
    return tuple(out)


def gather(
    parties: Sequence[Party],
    chains: Sequence[Chain],
    read: Sequence[Unit],
    context: Surroundings,
    registry: Registry,
) -> list[Body]:
    """Every body that the sentences name, those that the lists chose first."""
    bodies = [Body(party=party) for party in parties]
    by_key = {party.key: body for party, body in zip(parties, bodies, strict=True)}
    by_span = {
        (body.party.span.field, body.party.span.start): body
        for body in bodies
        if body.party is not None and body.party.span is not None
    }
    left: list[Told] = []
    for one in _tellings(chains, read, context, registry):
        start = one.named.unit.start + one.named.mention.start
        body = by_key.get(one.form.key) or by_span.get((one.named.unit.field, start))
        if body is not None:
            body.told.append(one)
        else:
            left.append(one)
    for one in left:
        known = (one.named, one.form)
        for body in bodies:
            if any(same_body(known, (other.named, other.form)) for other in body.told):
                body.told.append(one)
                break
        else:
            if len(bodies) < _MOST:
                bodies.append(Body(told=[one]))
    return bodies


def _tellings(
    chains: Sequence[Chain], read: Sequence[Unit], context: Surroundings, registry: Registry
) -> Iterator[Told]:
    """Every mention once with its list, then those that stand in no list."""
    held: set[tuple[int, int]] = set()
    for chain in chains:
        for named in context.resolved(chain.members):
            yield Told(named, registry.describe(named.mention), chain)
        held.update((id(named.unit), named.mention.start) for named in chain.members)
    for unit in read:
        for named in names_in(unit, registry):
            if (id(unit), named.mention.start) not in held:
                for full in context.resolved([named]):
                    yield Told(full, registry.describe(full.mention), None)


_SEATS = frozenset({"tinh", "thanh_pho", "huyen", "xa", "phuong", "dac_khu", "chinh_quyen"})
_COMMITTEES = frozenset(
    {"tinh_uy", "thanh_uy", "huyen_uy", "dang_uy", "hdnd", "doan_dbqh", "chinh_phu", "quoc_hoi"}
)


def competes(one: Body, other: Body) -> bool:
    """Do the two stand for one party: a place and its body, a name and a longer one around it?"""
    if one.form.key == other.form.key:
        return False
    if one.flat in other.flat or other.flat in one.flat:
        return True
    for seat, body in ((one, other), (other, one)):
        one_place = seat.told and body.told and seat.place and seat.place == body.place
        if one_place and (seat.told[0].named.place or seat.form.head in _SEATS):
            return True
    return False


# --- signs ----------------------------------------------------------------------------------------------------------

_NEAR = 40
_FURTHER = 110
_BEFORE_NEAR = (
    ("with", pattern(r"\b(?:với|cùng|cùng với)\s+(?:(?:các|đoàn|đại diện|lãnh đạo|phía|đối tác|bạn|đơn vị|ông|bà|chính quyền)\s+){0,2}\Z")),
    ("between", pattern(r"\bgiữa\s+(?:(?:các|đoàn|đại diện|lãnh đạo|phía|hai|đơn vị)\s+){0,2}\Z")),
    ("and", pattern(r"(?:\bvà|,|;|&|-|–)\s*(?:(?:các|đoàn|đại diện|lãnh đạo|phía|đối tác|đơn vị)\s+){0,2}\Z")),
    ("at", pattern(r"\b(?:tại|ở|trụ sở|hội trường|địa bàn|đến|tới|về|sang|thăm)\s+(?:(?:trụ sở|hội trường|thủ đô|trên địa bàn)\s+)?\Z")),
    ("of", pattern(r"\b(?:của|thuộc|trực thuộc)\s+\Z")),
    ("by", pattern(r"\b(?:theo|nguồn|tin từ|do|từ|được|cho)\s+\Z")),
    ("delegation", pattern(r"\bđoàn (?:công tác |đại biểu |cán bộ )?(?:của )?\Z")),
    ("receives", pattern(r"\b(?:đón|tiếp|tiếp đoàn|đón đoàn|mời)\s+(?:\w+\s+){0,4}\Z")),
    ("gives", pattern(r"\b(?:tặng|trao tặng|hỗ trợ|cho|giúp|ủng hộ)\s+(?:\w+\s+){0,3}\Z")),
)  # fmt: skip
_BEFORE = (
    ("attending", pattern(r"(?<!\w)(?:dự có|tham dự|đến dự|cùng dự|dự|về dự|chứng kiến|có mặt|sự hiện diện|tham gia|khách mời|chỉ đạo|giám sát|bảo trợ|phát biểu)\b[^.;]{0,70}\Z")),
    ("within", pattern(r"\b(?:theo|căn cứ|triển khai|thực hiện|cụ thể hóa|quyết định|nghị quyết|chỉ thị|thông tư|dự án|chương trình|nhân|kỷ niệm)\b[^.;,]{0,40}\Z")),
)  # fmt: skip
_AFTER = (
    ("attends", pattern(r"\A[^.;]{0,70}?\b(?:dự|tới dự|chứng kiến|phát biểu|có mặt|chỉ đạo|cho biết|hoan nghênh|yêu cầu|đề nghị)\b")),
    ("speaks", pattern(r"\A[^.;]{0,60}?\b(?:cho biết|nói|nhấn mạnh|khẳng định|yêu cầu|đề nghị|đánh giá|chia sẻ)\b")),
    ("holds", pattern(r"\A[\s,]*(?:\([^()]*\)\s*)?(?:đã |vừa |sẽ )?(?:tổ chức|đăng cai|chủ trì|đón|tiếp|mở|làm lễ|đứng ra)\b")),
)  # fmt: skip
_CHIEF = pattern(
    r"(?<!\w)(?:giám đốc|tổng giám đốc|chủ tịch|tư lệnh|chỉ huy trưởng|bộ trưởng|chính ủy|hiệu trưởng|viện trưởng|cục trưởng|trưởng|bí thư|thống đốc|ceo|chủ nhiệm|đồn trưởng)\s*\Z"
)
_TALKS = pattern(r"\b(?:hội đàm|làm việc với|chủ trì|gặp|giao lưu|họp)\b")
_TWINS = pattern(r"\bkết nghĩa\b")
_BOTH = pattern(
    r"\b(?:hai|đôi|các) (?:bên|đơn vị|đoàn|ông|cơ quan|ngành|tỉnh|lực lượng|địa phương|tổ chức|bộ)\b"
)
_BY_THE_VERB = 80
_TALKS_FOLLOW = 60
_SOON = 2
_LIST_SCORES = (0, 1, 2, 3, 4)
_LAST_RANK = 4
_LONG_NAME = 7


class Surveyed:
    """A story's bodies side by side, for the signs that compare them."""

    def __init__(self, bodies: Sequence[Body], read: Sequence[Unit]) -> None:
        self.bodies = bodies
        self.chosen = [body for body in bodies if body.party is not None]
        self.signed = [unit for unit in read if unit.field != "title" and SIGNED.search(unit.low)]
        self.both = [unit.index for unit in self.signed if _BOTH.search(unit.low)]
        self._about: dict[int, frozenset[str]] = {}
        self._lists = {id(one.chain) for body in self.chosen for one in body.told if one.chain is not None}
        ranked = sorted(bodies, key=_first_told)
        self._rank = {id(body): rank for rank, body in enumerate(ranked)}
        self._best = {id(body): _best_list(body) for body in bodies}

    def signs(self, body: Body) -> frozenset[str]:
        """Where the body stands, in words that the weights know."""
        found: set[str] = set()
        for one in body.told:
            found.update(self._mention(one, chosen=body.party is not None))
        found.update(self._body(body))
        found.update(_sort_of(body))
        found.update(self._beside(body))
        return frozenset(found)

    def _unit(self, unit: Unit) -> frozenset[str]:
        """What the whole sentence tells, once a sentence."""
        known = self._about.get(id(unit))
        if known is None:
            about = {
                "title"
                if unit.field == "title"
                else "lead"
                if unit.lead
                else "late"
                if unit.index > 3
                else ""
            }
            if unit.caption:
                about.add("caption")
            if SIGNED.search(unit.low):
                about.add("signed")
                if unit.field != "title":
                    about.add("signed in text")
            if _TALKS.search(unit.low):
                about.add("talks")
            if _TWINS.search(unit.low):
                about.add("twins")
            if unit.field != "title" and any(0 <= index - unit.index <= _SOON for index in self.both):
                about.add("both sign")
            known = self._about[id(unit)] = frozenset(about - {""})
        return known

    def _mention(self, one: Told, *, chosen: bool) -> Iterator[str]:
        named, unit = one.named, one.named.unit
        about = self._unit(unit)
        yield from about
        low, start, end = unit.low, named.mention.start, named.stop
        before, after = low[max(0, start - _FURTHER) : start], low[end : end + _FURTHER]
        near = before[-_NEAR:]
        signed, talks = "signed" in about, "talks" in about
        if signed and SIGNED.search(after[:_BY_THE_VERB]):
            yield "verb after"
        if signed and SIGNED.search(before[-_BY_THE_VERB:]):
            yield "verb before"
        if talks and _TALKS.search(after[:_TALKS_FOLLOW]):
            yield "talks after"
        for name, words in _BEFORE_NEAR:
            if words.search(near):
                yield name
                if name == "with" and signed:
                    yield "with, signed"
        for name, words in _BEFORE:
            if words.search(before):
                yield name
        for name, words in _AFTER:
            if words.match(after):
                yield name
        if before.count("(") > before.count(")"):
            yield "brackets"
        if not before.strip(" \"“'("):
            yield "begins"
        if named.office:
            yield "office"
            if signed:
                yield "office, signed"
            elif "both sign" in about:
                yield "office, both sign"
            if _CHIEF.search(near):
                yield "chief"
                if signed or talks:
                    yield "chief, deed"
        elif not named.inside:
            yield "free"
            yield from (f"free, {name}" for name in ("signed", "title", "both sign") if name in about)
        if one.chain is not None:
            yield from _list_signs(one, one.chain)
            if not chosen and id(one.chain) in self._lists:
                yield "beside chosen"

    def _body(self, body: Body) -> Iterator[str]:
        best = self._best[id(body)]
        yield from (f"list>={edge}" for edge in _LIST_SCORES if best >= edge)
        places = len({id(one.named.unit) for one in body.told})
        if places > 1:
            yield "two sentences"
        if places > 2:
            yield "three sentences"
        if body.only_in_title:
            yield "only title"
        if body.told and all(one.named.inside for one in body.told):
            yield "only inside"
        if body.told and all(one.named.office for one in body.told):
            yield "only office"
        yield f"rank {min(self._rank[id(body)], _LAST_RANK)}"
        others = [other for other in self.chosen if other is not body]
        yield f"chosen {min(len(others), 3)}"
        theirs = max((self._best[id(other)] for other in others), default=-1.0)
        if theirs < 2:
            yield "weak choice"
        if best >= theirs - 0.5:
            yield "as good a list"
        if self._told_again_by_noun(body):
            yield "echo"

    def _told_again_by_noun(self, body: Body) -> bool:
        """ "Viện Kỹ thuật …" in one sentence, "| Viện cùng Ban Tuyên giáo ký kết" in the one that tells the signing."""
        nouns = {
            one.named.unit.low[one.named.mention.start : one.named.mention.end].split(" ", 1)[0]
            for one in body.told
            if one.named.mention.head is not None
        }
        return any(
            not any(name.mention.start <= found.start("noun") < name.mention.end for name in unit.names or ())
            for unit in self.signed
            for noun in nouns
            if noun in unit.low
            for found in _echo(noun).finditer(unit.low)
        )

    def _beside(self, body: Body) -> Iterator[str]:
        for other in self.bodies:
            if other is body:
                continue
            alike = body.form.head is not None and body.form.head == other.form.head
            if other.party is None:
                if body.flat in other.flat:
                    yield "in another's name"
                if alike:
                    yield "like another"
                continue
            if alike:
                yield "same head"
            if body.form.armed and other.form.armed:
                yield "both armed"
            if body.flat in other.flat:
                yield "part of name"
            elif other.flat in body.flat:
                yield "holds name"
            elif body.flat.split()[-1:] == other.flat.split()[-1:]:
                yield "same last word"
            if body.place and body.place == other.place:
                yield "same place"
            if competes(body, other):
                yield "stands for chosen"
                if other.only_in_title:
                    yield "stands for chosen, only title"
                if other.told and other.told[0].named.place:
                    yield "stands for chosen place"
                if other.told and other.told[0].named.mention.head is None:
                    yield "stands for chosen headless"


def _list_signs(one: Told, chain: Chain) -> Iterator[str]:
    if len(chain.members) > 1:
        yield "listed"
    if len(chain.members) > 2:
        yield "long list"
    if chain.between:
        yield "list between"
    if chain.doubtful:
        yield "list doubtful"
    if chain.members[0].mention.start == one.named.mention.start:
        yield "first of list"


def _sort_of(body: Body) -> Iterator[str]:
    """What kind of body it is."""
    if not body.told:
        yield "deduced"
        return
    named = max(body.told, key=lambda one: len(one.form.key)).named
    mention, head = named.mention, named.mention.head
    words = len(mention.name.split())
    if named.group:
        yield "group"
    if named.place:
        yield "place"
        if mention.place == mention.country:
            yield "country"
    if head is None and not named.place and not named.group:
        yield "bare"
    if head is not None:
        yield f"take {head.take}"
        told = {
            "armed": head.armed,
            "seat": head.slug in _SEATS,
            "committee": head.slug in _COMMITTEES,
            "elliptic": mention.elliptic,
            "counted": bool(mention.count),
            "national": mention.national,
            "head alone": head.take != "none" and not (mention.place or mention.topic or mention.level or mention.national),
        }  # fmt: skip
        yield from (name for name, true in told.items() if true)
    if mention.country not in (None, "Việt Nam"):
        yield "abroad"
    if words == 1:
        yield "one word"
    if words > _LONG_NAME:
        yield "long name"


def _first_told(body: Body) -> tuple[int, int]:
    return min(((one.named.unit.index, one.named.mention.start) for one in body.told), default=(0, 0))


def _best_list(body: Body) -> float:
    return max((one.chain.score for one in body.told if one.chain is not None), default=-1.0)


@functools.lru_cache(maxsize=512)
def _echo(noun: str) -> re.Pattern[str]:
    """The bare noun beside a joint: "và | Sở", "lãnh đạo | xã", "| Viện cùng"."""
    word = re.escape(noun)
    return re.compile(
        rf"(?:(?:và|với|cùng|giữa|đạo|diện) (?={word}\b)|\b(?={word} (?:và|với|cùng|ký|đã|vừa) ))(?P<noun>{word})\b"
    )


# --- weights --------------------------------------------------------------------------------------------------------


def probability(model: str, signs: frozenset[str]) -> float:
    """0 … 1: how likely a body with these signs is a party, by the model `kept`, `missing` or `instead`."""
    weights = shipped()[model]
    logit = weights["bias"] + math.fsum(weights.get(sign, 0.0) for sign in signs)
    return 1.0 / (1.0 + math.exp(-logit))


@functools.lru_cache(maxsize=1)
def shipped() -> Mapping[str, Mapping[str, float]]:
    """The weights beside this file: model → sign → weight."""
    models: dict[str, dict[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["models"]
    return models
