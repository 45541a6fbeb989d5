"""Names told without their place or only counted, completed from what the rest of the story says.

"Công an tỉnh" takes the province of the bodies beside it, else that of the story; "Công an hai tỉnh" becomes the two
provinces that the story names; "Mặt trận Tổ quốc" in a headline the central committee that its text names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import cached_property

from pipelines.institutions import Head, Mention, Registry
from pipelines.reading.bodies import FAMILY, SIGNED
from pipelines.reading.candidates import Named
from pipelines.reading.lexicon import CENTRAL_HEADS
from pipelines.reading.place_lists import (
    Told,
    in_a_name,
    listed_provinces,
    names_listed,
    of_number,
    runs_of_places,
)
from pipelines.reading.units import Unit
from pipelines.reading.words import even, pattern


class Surroundings:
    """What the rest of the story says about the places of bodies told without one."""

    def __init__(
        self, units: Sequence[Unit], everyone: list[Named], registry: Registry, province: str | None
    ) -> None:
        self.units, self.everyone, self.registry, self.province = units, everyone, registry, province

    @cached_property
    def runs(self) -> list[list[Told]]:
        """The lists of places that the story tells."""
        return runs_of_places(self.units, self.registry)

    def resolved(self, members: list[Named]) -> list[Named]:
        """The members with groups told apart ("Công an hai tỉnh") and places put in ("Công an tỉnh")."""
        out: list[Named] = []
        members = self.of_localities(members)
        for position, named in enumerate(members):
            told = self._told_apart(self._fuller(self._centred(named, members), members), members)
            before = members[position - 1] if position else None
            if len(told) > 1 and before is not None and out and _shares_count(before, named):
                out[-1:] = [_at_place_of(before, other) for other in told]  # "Bộ CHQS và Công an ba tỉnh"
            out.extend(told)
        return [self._placed(named, out) for named in out]

    def _counted(self, head: Head | None, number: int) -> list[Named]:
        """The bodies of the kind that the story counts in exactly that number: "công an hai tỉnh"."""
        return [
            other
            for other in self.everyone
            if head is not None
            and other.mention.head == head
            and _NUMBERS.get((other.mention.count or "").lower(), 0) == number
            and not other.mention.place
        ]

    def _shared_by_count(self, members: list[Named]) -> bool:
        """ "Công an Sơn La, Bò Kẹo" where the story says "công an hai tỉnh": the head is told once for all."""
        first = members[0].mention
        if len(members) < 2 or not first.place or first.level or not all(m.place for m in members[1:]):
            return False
        places = [self.registry.place(m.mention.name) for m in members[1:]]
        own = (
            o.mention for o in self.everyone if o.mention.head is not None and o.mention.head.take != "unit"
        )
        if any(o.place and self.registry.place(o.place) in places for o in own):
            return False  # the story names a body there by itself
        return any(o.mention.level != "nước" for o in self._counted(first.head, len(members)))

    def of_localities(self, members: list[Named]) -> list[Named]:
        """ "A, B và C" where the story says "Công an ba địa phương ký": the police of each."""
        number = len(members)
        if self._shared_by_count(members):
            lead = members[0].mention
            places = [lead.place or "", *(m.mention.name for m in members[1:])]
            level = next(iter(self._counted(lead.head, number))).mention.level or "tỉnh"
            model = replace(
                members[0], mention=replace(lead, name=lead.head.full if lead.head else lead.name)
            )
            return self._at_places(model, places, level)
        if number < 2 or not all((m.bare and m.place) or _a_town(m) for m in members):
            return members
        for other in self.everyone:
            head, low = other.mention.head, other.unit.low
            found = _LOCALITIES.match(low[other.mention.start : other.mention.start + 60])
            if head is None or head.take != "place" or not head.local or found is None:
                continue
            if _NUMBERS.get(found["n"], 0) == number and SIGNED.search(low, other.stop):
                body = other.unit.text[other.mention.start : other.mention.start + found.end("body")]
                body = body[:1].upper() + body[1:]
                return [
                    replace(
                        m,
                        bare=False,
                        place=False,
                        mention=replace(
                            m.mention,
                            name=f"{body} {m.mention.name}",
                            head=head,
                            place=m.mention.name,
                            topic="",
                        ),
                    )
                    for m in members
                ]
        return members

    def _fuller(self, named: Named, members: list[Named]) -> Named:
        """A body named short where the story names one body that goes on: "Bộ Chỉ huy" is "Bộ Chỉ huy BĐBP tỉnh …"."""
        mention = named.mention
        if (
            mention.head is None
            or mention.place
            or mention.level
            or mention.count
            or mention.national
            or named.whole
        ):
            return named
        if mention.head.local and any(other.mention.place and other.mention.head for other in members):
            return named  # "Viện kiểm sát và Tòa án huyện A": the one beside tells the place
        lead = mention.name.lower() + " "
        longer = {
            other.mention.name.lower(): other
            for other in self.everyone
            if other.mention.name.lower().startswith(lead) and not other.mention.count
        }
        longest = max(longer, key=len, default="")
        if not longest or any(not longest.startswith(name) for name in longer):
            return named  # nothing longer, or more than one that it may be
        fuller = longer[longest].mention
        if not (fuller.place or fuller.level):
            return named
        return replace(named, mention=replace(fuller, start=mention.start, end=mention.end))

    def _centred(self, named: Named, members: list[Named]) -> Named:
        """ "Mặt trận Tổ quốc" in a headline as the central committee, where the text names that one and no local one."""
        mention = named.mention
        family = {local: central for central, local in FAMILY.items()}
        central = family.get(mention.head.slug) if mention.head else None
        if central is None or not mention.elliptic or mention.level or mention.count:
            return named
        if any(other.mention.place and other.mention.head and other.mention.head.local for other in members):
            return named  # beside a body of a province
        found = None
        for other in self.everyone:
            if other.mention.head == mention.head and (other.mention.place or other.mention.level):
                return named
            if found is None and other.mention.head is not None and other.mention.head.slug == central:
                found = other
        return replace(found, inside=False, office=False) if found is not None else named

    def _told_apart(self, named: Named, members: list[Named]) -> list[Named]:
        mention = named.mention
        told = (mention.count or "").lower()
        number = int(told) if told.isdigit() else _NUMBERS.get(told, 0)
        if named.group and number > 1:
            return self._provinces_of(named, number, members) or [named]
        if mention.head is not None and not mention.place and told in _ALL and mention.level:
            return self._all_listed(named) or self._places_listed(named, 0) or [named]
        if mention.head is None or number < 2 or mention.place:
            return [named]
        told_before = self._listed_elsewhere(named, number)
        if told_before:
            return told_before
        if mention.level == "nước" or mention.head.take == "none":
            places = self._places(number, {"country"})
            if len(places) == 1 and "Việt Nam" not in places:
                places = ["Việt Nam", *places]
            if len(places) < 2:
                return [named]
            lead = self._bare_head(mention)
            return [
                replace(
                    named,
                    mention=replace(
                        mention,
                        name=f"{lead} {place}",
                        country=self._country(place),
                        count=None,
                        level=None,
                        national=place == "Việt Nam",
                    ),
                )
                for place in places[:number]
            ]
        if mention.level in (None, "tỉnh", "thành phố"):
            others = {m.mention.place for m in members if m.mention.place and m.mention.head != mention.head}
            places = self._places(number, {"province", "neighbour"}, others)
            if len(places) < number:
                return [named]
            return self._at_places(named, places[:number], mention.level or "tỉnh")
        return self._places_listed(named, number) or [named]

    def _at_places(self, named: Named, places: Sequence[str], level: str) -> list[Named]:
        """The body at each of the places."""
        lead = self._bare_head(named.mention)
        return [
            replace(
                named,
                mention=replace(
                    named.mention,
                    name=f"{lead} {level} {place}",
                    place=place,
                    level=level,
                    count=None,
                    country=known.country if known and known.kind == "neighbour" else None,
                ),
            )
            for place in places
            for known in [self.registry.place(place)]
        ]

    def _places_listed(self, named: Named, number: int) -> list[Named]:
        """ "Công an các tỉnh", "Công an các xã này": at the places that one sentence lists."""
        level = named.mention.level
        if level is None or named.mention.topic:
            return []
        if level in ("tỉnh", "thành phố"):
            places = [told.printed for told in listed_provinces(self.runs)]
        else:
            places = names_listed(self.units, level, number, self.registry)
        return self._at_places(named, places, level)

    def _provinces_of(self, named: Named, number: int, members: list[Named]) -> list[Named]:
        """ "ba tỉnh Bắc Lào" beside a body of a province: the bodies of its kind in the three that one list names."""
        found = _PROVINCES.match(named.unit.low, named.mention.start)
        country = next((name for name in _NEIGHBOURS if name in named.mention.name), "Việt Nam")
        told = of_number(self.runs, number, {"province", "neighbour"}, country) if found else []
        if any(m.place for m in members):
            return []  # "bốn tỉnh Nam Lào là Attapu, Sekong …"
        heads = {m.mention.head for m in members if m.mention.head is not None and m.mention.place}
        if not told or len(heads) != 1:
            return []
        (head,) = heads
        if head is None or not head.local:
            return []
        model = replace(
            named, group=False, mention=replace(named.mention, head=head, name=head.full, count=None)
        )
        return self._at_places(model, [each.printed for each in told], "tỉnh")

    def _country(self, printed: str) -> str:
        known = self.registry.place(printed)
        return known.name if known is not None else printed

    def _listed_elsewhere(self, named: Named, number: int) -> list[Named]:
        """ "Công an 3 tỉnh nói trên": the bodies of the kind that one sentence names in exactly that number."""
        lists: dict[int, list[Named]] = {}
        command = even(named.mention.name) == _COMMAND
        for other in self.everyone:
            mention = other.mention
            if command and mention.head is not None and mention.head.slug in _COMMANDS and mention.place:
                lists.setdefault(id(other.unit), []).append(replace(other, office=False))
            if mention.head == named.mention.head and mention.place and mention.level == named.mention.level:
                lists.setdefault(id(other.unit), []).append(other)
        for found in lists.values():
            later = found[0].unit.index >= named.unit.index
            if later and named.unit.field != "title":
                continue  # a headline counts those whom the text names
            abroad = [other for other in found if other.mention.country not in (None, "Việt Nam")]
            for group in (found, abroad):
                if len({other.mention.place for other in group}) == number == len(group):
                    return group
        return []

    def _all_listed(self, named: Named) -> list[Named]:
        """ "Công an các xã": those of the kind and level that one sentence lists, where only one does."""
        lists: dict[int, list[Named]] = {}
        for other in self.everyone:
            mention = other.mention
            if mention.head == named.mention.head and mention.place and mention.level == named.mention.level:
                lists.setdefault(id(other.unit), []).append(other)
        told = [found for found in lists.values() if len({other.mention.place for other in found}) > 1]
        return told[0] if len(told) == 1 else []

    def _bare_head(self, mention: Mention) -> str:
        words = mention.name
        if mention.count:
            words = re.split(rf"\s+{re.escape(mention.count)}\b", words)[0]
        return words[:1].upper() + words[1:]

    def _places(self, number: int, kinds: set[str], others: Set[str | None] = frozenset()) -> list[str]:
        """The places of the kinds that one list names in that number, else the first in reading order, each once."""
        listed = of_number(self.runs, number, kinds)
        if listed and not any(told.printed in others for told in listed):
            return [told.printed for told in listed]
        out: dict[str, str] = {}
        for unit in self.units[:12]:
            tokens = unit.tokens
            at = 0
            while at < len(tokens):
                found = self.registry.place_index.longest(tokens, at) if tokens[at].capital else None
                if found is None or in_a_name(tokens, at):
                    at += 1
                    continue
                if found[1].kind in kinds:
                    out.setdefault(found[1].key, unit.text[tokens[at].start : tokens[found[0] - 1].end])
                at = found[0]
            if len(out) >= number:
                break
        return list(out.values())

    def _placed(self, named: Named, members: list[Named]) -> Named:
        mention = named.mention
        part = mention.head is not None and mention.level is not None and mention.place is None
        if not (mention.elliptic or part) or mention.count or named.whole or _of_its_own(mention):
            return named
        if mention.head is not None and mention.head.take == "place" and mention.topic and not mention.level:
            return named  # "Đoàn Thanh niên Chính phủ": a union's branch in a body of the whole country
        if any(word in mention.topic for word in _OF_THE_STATE):
            return named  # "Ban Tôn giáo Chính phủ"
        if mention.topic and self._abroad(mention.topic):
            return named  # "Phòng Thương mại và Công nghiệp Quốc gia Malaysia"
        level = mention.level
        if level is None and any(_central(m.mention) for m in members):
            return named
        beside = [
            m.mention
            for m in members
            if m.mention.place and m.mention.head and not _named_after_him(m.mention)
        ]
        if (
            mention.head is not None
            and mention.head.slug in {"so", "bo_chqs", "tinh_uy", "tinh_doan", "ban_noi_chinh", "bdbp"}
            and level is None
        ):
            level = "tỉnh"
        place, found_level = self._place_for(level, mention, beside)
        behind = [m.mention for m in members if m.unit is named.unit and m.mention in beside]
        close = [other for other in behind if 0 < other.start - mention.end < _JOINED]
        if mention.level is None and close and close[0].country not in (None, "Việt Nam"):
            place, found_level = close[0].place, close[0].level  # "Bộ CHQS và Sở An ninh tỉnh Khăm Muộn"
        if place is None:
            return named
        shown = mention.name.removesuffix(" này")  # "công an tỉnh này"
        if mention.level is None:
            shown = f"{shown} {self._level_word(found_level, place)}".strip()
        if place.upper().startswith("TP") or place.startswith("Thành phố"):
            shown = shown.removesuffix(" TP").removesuffix(" thành phố")
        return replace(
            named, mention=replace(mention, name=f"{shown} {place}", place=place, level=found_level)
        )

    def _abroad(self, topic: str) -> bool:
        """Does it end in the name of a country?"""
        words = topic.split()
        ends = (self.registry.place(" ".join(words[-n:])) for n in (1, 2, 3) if words[-n:][0][0].isupper())
        return any(place is not None and place.kind == "country" for place in ends)

    def _level_word(self, level: str | None, place: str) -> str:
        if level in (None, "nước"):
            return ""
        known = self.registry.place(place)
        if known is not None and (known.city or place.upper().startswith("TP")):
            return "" if place.upper().startswith(("TP", "THÀNH PHỐ")) else "TP"
        return level or ""

    def _place_for(
        self, level: str | None, mention: Mention, beside: list[Mention]
    ) -> tuple[str | None, str | None]:
        provincial = level in (None, "tỉnh", "thành phố")
        if not provincial:
            told = {other.place for other in beside if other.level == level and other.country is None}
            if len(told) == 1:
                return told.pop(), level
            here = [
                named.mention.place
                for named in self.everyone
                if named.mention.place
                and named.mention.country is None
                and level
                in (named.mention.level, named.mention.head.full.lower() if named.mention.head else None)
            ]
            if here:
                return Counter(here).most_common(1)[0][0], level
        for other in beside:
            same = other.level == level or level is None
            known = self.registry.place(other.place or "")
            if level in ("tỉnh", "thành phố") and known is not None and known.kind == "province":
                return other.place, level
            if level is None and other.place and other.level != "khu vực":
                return other.place, other.level
            if same and not provincial and other.place:
                return other.place, level
        counts: Counter[tuple[str, str]] = Counter()
        for named in self.everyone:
            other = named.mention
            if not other.place or other.count or other.level == "khu vực" or _named_after_him(other):
                continue
            known = self.registry.place(other.place)
            if level in ("tỉnh", "thành phố", None):
                if known is not None and known.kind == "province" and (level != "thành phố" or known.city):
                    counts[(known.key, other.place)] += 1 if other.head or named.place else 0
            elif other.level == level:
                counts[(other.place, other.place)] += 1
        if counts:
            return counts.most_common(1)[0][0][1], level or "tỉnh"
        if provincial:
            for unit in self.units[:10]:
                tokens = unit.tokens
                for at, token in enumerate(tokens):
                    if not token.capital:
                        continue
                    found = self.registry.place_index.longest(tokens, at)
                    if found and found[1].kind == "province" and not in_a_name(tokens, at):
                        return unit.text[token.start : tokens[found[0] - 1].end], level or "tỉnh"
            if self.province:
                return self.province, level or "tỉnh"
        return None, level


_LOCALITIES = pattern(r"(?P<body>[^,.;:]{3,30}?) (?P<n>hai|ba|bốn|năm|sáu|bảy) (?:địa phương|nơi)\b")


def _a_town(named: Named) -> bool:
    """A bare name of two syllables, which the gazetteer need not know; "Hội An" is read as an association's."""
    words = named.mention.name.split()
    known = named.bare or named.mention.name == f"Hội {named.mention.topic}"
    return known and not named.group and len(words) == 2 and named.mention.name.istitle()


def _shares_count(before: Named, named: Named) -> bool:
    """ "Bộ CHQS | và Công an ba tỉnh": the first is told without place or level right before the counted one."""
    mention = before.mention
    bare = (
        mention.head is not None
        and mention.head.local
        and not (mention.place or mention.level or mention.topic)
    )
    return bare and before.unit is named.unit and 0 < named.mention.start - mention.end < _JOINED


def _at_place_of(before: Named, other: Named) -> Named:
    told = other.mention
    name = f"{before.mention.name} {told.level or ''} {told.place or told.country or ''}".replace("  ", " ")
    mention = replace(before.mention, name=name, level=told.level, place=told.place, country=told.country)
    return replace(before, mention=mention)


_OF_THE_STATE = ("Chính phủ", "Quốc hội", "Trung ương")
_PROVINCES = pattern(r"(?:\w+ )?tỉnh\b")
_NEIGHBOURS = ("Lào", "Campuchia", "Trung Quốc")


def _named_after_him(mention: Mention) -> bool:
    """ "Đoàn TNCS Hồ Chí Minh" is not of the city."""
    return mention.head is not None and mention.head.slug == "doan_tn" and mention.place == "Hồ Chí Minh"


def _of_its_own(mention: Mention) -> bool:
    """The topic ends in a proper name: "Ban Quản lý Khu kinh tế | Dung Quất" lies where it lies."""
    words = mention.topic.split()
    return (
        len(words) >= _LONG_TOPIC and words[-1].istitle() and words[-2].istitle() and not words[-3].istitle()
    )


#: What is joined to a name begins so close behind it: "Bộ CHQS | và Sở An ninh tỉnh Khăm Muộn".
_JOINED = 6
#: "Quản lý rừng phòng hộ Nam Đông"; shorter ones in capitals are fields of work ("Tài Nguyên Môi Trường").
_LONG_TOPIC = 4


def _central(mention: Mention) -> bool:
    """A body of the whole country: beside it, "Mặt trận Tổ quốc" is not the province's."""
    if mention.head is None:
        return False
    return mention.national or mention.head.slug in CENTRAL_HEADS


_ALL = frozenset({"các", "những"})
#: "hai Bộ Chỉ huy": of the border guard or the military, whichever the story named.
_COMMAND = even("bộ chỉ huy")
_COMMANDS = frozenset({"bdbp", "bo_chqs"})
_NUMBERS = {"hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}
