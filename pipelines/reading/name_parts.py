"""Parts of institutions' names: counts, levels, places and lists of them, countries, short names in brackets.

`naming.py` puts them together; nothing here knows which head a name has but for what a list repeats of it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.institutions import Head, Mention, Place, Registry
from pipelines.reading.countries import countries_at, is_national, of_countries
from pipelines.reading.inner_letters import printed
from pipelines.reading.lexicon import COUNTS, NOT_A_NAME, STOP, SURNAMES
from pipelines.reading.words import Token, joined


def is_counted(tokens: list[Token], at: int) -> bool:
    """Does a count stand before: "hai sở", "các ban"?"""
    return at > 0 and tokens[at].gap == " " and (tokens[at - 1].low in COUNTS or tokens[at - 1].number)


def joins_name(gap: str) -> bool:
    """May it stand between two words of one proper name?"""
    return gap in (" ", "-", "&", ".", ". ", " & ", "'", "’")


def mention_of(
    tokens: list[Token], at: int, stop: int, head: Head, text: str, *, topic: str = "", **parts: object
) -> Mention:
    """The mention that the words from `at` to `stop` print. `parts`: further fields of it."""
    start, end = tokens[at].start, tokens[stop - 1].end
    return Mention(name=printed(text[start:end]), start=start, end=end, head=head, topic=topic, **parts)  # type: ignore[arg-type]  # callers name its fields


#: A short name of capitals.
_LETTERS = re.compile(r"[A-ZĐ][A-ZĐ&.-]*[A-ZĐ]\Z")


def alias_after(tokens: list[Token], stop: int, text: str, registry: Registry) -> tuple[str | None, int]:
    """A short name in brackets right after the name, and the index after the bracket."""
    if (
        stop >= len(tokens)
        or "(" not in tokens[stop].gap
        or tokens[stop].gap.strip() not in ("(", '("', "(“")
    ):
        return None, stop
    close = text.find(")", tokens[stop].start)
    if close < 0 or close - tokens[stop].start > 60:
        return None, stop
    end = stop
    while end < len(tokens) and tokens[end].start < close:
        end += 1
    inside = joined(text[tokens[stop].start : close])
    return inside, end


def is_short(alias: str) -> bool:
    """Is what stands in brackets short enough for a short name, and no list?"""
    return len(alias) <= 24 and "," not in alias


def begins_person(tokens: list[Token], at: int) -> bool:
    """Does an address or a rank begin here, behind which a person is named?"""
    if tokens[at].low == "bà" and at + 1 < len(tokens) and tokens[at + 1].low in {"rịa", "nà", "đen", "điểm"}:
        return False
    if tokens[at].low in {"ông", "bà"}:
        return True
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return following in {"tướng", "tá", "úy", "sĩ"} or (tokens[at].low, following) == ("đồng", "chí")


def begins_full_name(tokens: list[Token], at: int, registry: Registry) -> bool:
    """A person's name begins here: "Sở TT&TT | Nguyễn Minh Bình"."""
    if tokens[at].low not in SURNAMES or tokens[at].gap != " " or at + 2 >= len(tokens):
        return False
    following = tokens[at + 1 : at + 3]
    if not all(token.capital and token.gap == " " and not token.text.isupper() for token in following):
        return False
    return registry.place_index.longest(tokens, at) is None


def count_at(tokens: list[Token], at: int) -> tuple[str | None, int]:
    """A number or "hai", "các" … as printed and the index after it; None and `at` where there is none."""
    if at < len(tokens) and tokens[at].gap == " " and (tokens[at].low in COUNTS or tokens[at].number):
        return tokens[at].text, at + 1
    return None, at


def group_count(tokens: list[Token], at: int) -> str | None:
    """The number right before a head, as printed."""
    return tokens[at - 1].text if is_counted(tokens, at) else None


def place_after(tokens: list[Token], at: int, registry: Registry) -> tuple[int, Place] | None:
    """The place of the gazetteer that follows with no comma between, and the index after it."""
    if at >= len(tokens) or tokens[at].gap not in (" ", ". ", "."):
        return None
    return registry.place_index.longest(tokens, at)


def level_at(tokens: list[Token], at: int, registry: Registry) -> tuple[int, str] | None:
    """A level word ("tỉnh", "thành phố", "xã, phường") and the index after it."""
    if at >= len(tokens) or tokens[at].gap not in (" ", ", "):
        return None
    if tokens[at].low == "thành" and at + 1 < len(tokens) and tokens[at + 1].low == "phố":
        return at + 2, "thành phố"
    if tokens[at].low == "khu" and at + 2 < len(tokens) and tokens[at + 1].low == "vực":
        return (at + 2, "khu vực") if tokens[at + 2].capital or tokens[at + 2].number else None
    if tokens[at].low == "thị" and at + 1 < len(tokens) and tokens[at + 1].low in ("xã", "trấn"):
        return at + 2, "thị " + tokens[at + 1].low
    if tokens[at].low == "cấp" or (tokens[at].low == "châu" and not _prefecture(tokens, at)):
        return None
    if tokens[at].low in registry.levels:
        low = tokens[at].low
        if at + 1 < len(tokens) and tokens[at + 1].low in {"ủy", "uỷ"} and tokens[at + 1].gap == " ":
            return None  # "Tỉnh ủy"
        if tokens[at].capital and at + 1 < len(tokens) and tokens[at + 1].low == "đoàn":
            return None  # "Hội Cựu chiến binh, | Tỉnh đoàn"
        return at + 1, {"tp": "thành phố", "tx": "thị xã"}.get(low, low)
    return None


def _prefecture(tokens: list[Token], at: int) -> bool:
    """ "châu Hồng Hà" of China, not "châu Âu" and not a name that ends so ("Lai Châu")."""
    following = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].gap == " " else None
    if tokens[at].capital or following is None or not following.capital:
        return False
    return following.low not in {"âu", "á", "phi", "mỹ", "úc", "đại"}


def is_proper(tokens: list[Token], at: int, registry: Registry) -> bool:
    """Does the word go on a proper name, and begins no person's?"""
    token = tokens[at]
    if (
        token.gap not in (" ", ". ")
        or not token.capital
        or begins_person(tokens, at)
        or (token.low in NOT_A_NAME and not _two_capitals(tokens, at))
        or begins_full_name(tokens, at, registry)
    ):
        return False
    return registry.head_index.longest(tokens, at) is None and registry.name_index.longest(tokens, at) is None


def _two_capitals(tokens: list[Token], at: int) -> bool:
    """ "Biên Hòa", "Kế Sách": a name although its first syllable begins everyday words."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return (
        following is not None
        and following.gap == " "
        and following.text.istitle()
        and tokens[at].text.istitle()
    )


_TIERS = {
    "tỉnh": 1, "thành phố": 2, "quận": 2, "huyện": 2, "thị xã": 2, "xã": 3, "phường": 3, "thị trấn": 3, "đặc khu": 3
}  # fmt: skip


def tier_of(level: str | None) -> int:
    """How far below the state a level is: 1 a province … 3 a commune; 0 for none."""
    return _TIERS.get(level or "", 0)


class PlaceItem:
    """One place of a list: its words, the larger place after it, and its country."""

    __slots__ = ("country", "end", "first", "level", "start", "within")

    def __init__(self, start: int, end: int, level: str | None = None) -> None:
        self.start, self.end, self.level = start, end, level
        self.within: str | None = None
        self.country: str | None = None
        self.first = False

    def moved(self, by: int) -> PlaceItem:
        """The item with its word indexes counted from further back."""
        other = PlaceItem(self.start + by, self.end + by, self.level)
        other.within, other.country, other.first = self.within, self.country, self.first
        return other


def place_items(
    tokens: list[Token], at: int, registry: Registry, *, plural: bool, singular: str | None = None
) -> tuple[list[PlaceItem], int]:
    """The places named from `at` on: one, or all of a list."""
    items: list[PlaceItem] = []
    stop = at
    level: str | None = None
    while stop < len(tokens):
        if items:
            step = stop
            linked = tokens[step].gap in (", ", "; ", " - ", " – ", "-")
            if tokens[step].low in ("và", "cùng") and tokens[step].gap in (" ", ") "):
                step, linked = step + 1, True
            if step >= len(tokens):
                break
            if tokens[step].gap.startswith(")"):
                linked = linked or tokens[step].gap in ("), ", ") ")
            if not linked or step >= len(tokens):
                break
            again = level_at(tokens, step, registry)
            if again is not None and plural:
                step, level = again
            elif again is not None:
                step = again[0]
                if tier_of(singular) != tier_of(again[1]) or step >= len(tokens) or not tokens[step].capital:
                    break
                item = PlaceItem(step, one_place(tokens, step, registry), again[1])
                stop = larger_place(tokens, item.end, item, registry)
                items.append(item)
                continue
            if not list_goes_on(tokens, step, items[-1], registry, plural=plural):
                break
        else:
            step = stop
            if tokens[step].gap not in (" ", ". ", "."):
                break
        end = one_place(tokens, step, registry)
        if end == step:
            break
        found = registry.place_index.longest(tokens, step)
        own = _own_level(level, singular, found[1] if found else None) if items or plural else level
        item = PlaceItem(step, end, own)
        item.first = not items
        if found and found[1].kind == "neighbour":
            item.country = found[1].country
        stop = larger_place(tokens, end, item, registry)
        items.append(item)
        if len(items) > 40:
            break
    return items, stop


def _own_level(level: str | None, told: str | None, place: Place | None) -> str | None:
    """What a province of a list is, whatever the one before it was called: "tỉnh A, TP B, C"."""
    if place is None or place.kind != "province" or (level or told) not in ("tỉnh", "thành phố"):
        return level
    return "thành phố" if place.city else "tỉnh"


def list_goes_on(tokens: list[Token], at: int, last: PlaceItem, registry: Registry, *, plural: bool) -> bool:
    if at >= len(tokens) or not (tokens[at].capital or tokens[at].number):
        return False
    if (
        _begins_body(tokens, at, registry)
        or registry.name_index.longest(tokens, at)
        or begins_person(tokens, at)
    ):
        return False
    here = registry.place_index.longest(tokens, at)
    if plural:
        return here is None or here[1].kind != "country" or _begins_longer(tokens, at, *here)
    before = registry.place_index.longest(tokens, last.start)
    if before and before[1].kind == "neighbour" and tokens[last.start - 1].low in ("phố", "huyện", "châu"):
        return False  # "thành phố Bách Sắc, | Quảng Tây"
    return bool(here and before and here[1].kind != "country" and before[1].kind == here[1].kind)


def _begins_longer(tokens: list[Token], at: int, stop: int, place: Place) -> bool:
    """Is a country's name of one syllable the beginning of a longer name: "Đức | Hòa", "Nga | Sơn"?"""
    return (
        place.kind == "country"
        and stop == at + 1
        and stop < len(tokens)
        and tokens[stop].capital
        and tokens[stop].gap == " "
        and not tokens[stop].text.isupper()
    )


def _ends_in_number(tokens: list[Token], at: int, first: int) -> bool:
    """Is the number at `at` the end of a place's name ("Ka Túp 2"), and not a count of what follows?"""
    if at == first or not tokens[at].number or tokens[at].gap != " " or len(tokens[at].text) > 2:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return (
        following is None
        or following.gap[:1] in (",", ".", ";", ")")
        or following.low in {"và", "với", "cùng"}
    )


def _begins_body(tokens: list[Token], at: int, registry: Registry) -> bool:
    """A head of institutions begins here; one syllable that ends the name is a part of it: "Vụ | Bản"."""
    found = registry.head_index.longest(tokens, at)
    if found is None:
        return False
    following = tokens[found[0]] if found[0] < len(tokens) else None
    ends = following is None or following.gap != " " or not (following.capital or following.number)
    if not ends and found[0] == at + 1 and tokens[at].text.istitle() and following is not None:
        beyond = tokens[at + 2] if at + 2 < len(tokens) else None
        if following.text.istitle() and (beyond is None or beyond.gap != " " or beyond.low in STOP):
            return False  # "Duy Xuyên, Điện Bàn và | Hội An | tổ chức"
    return not (found[0] == at + 1 and ends and tokens[at].text.istitle())


def one_place(tokens: list[Token], at: int, registry: Registry) -> int:
    found = registry.place_index.longest(tokens, at)
    if found is not None and not _begins_longer(tokens, at, *found):
        return found[0]
    if at < len(tokens) and tokens[at].number:
        return at + 1
    stop = at
    while (
        stop < len(tokens) and stop - at < 5 and (tokens[stop].capital or _ends_in_number(tokens, stop, at))
    ):
        token = tokens[stop]
        if stop > at and (
            token.gap not in (" ", "-", " - ", "'", "’")
            or _begins_body(tokens, stop, registry)
            or begins_person(tokens, stop)
        ):
            break
        if stop > at and token.gap == " - " and tokens[stop].text.isupper():
            break
        if token.number:
            return stop + 1
        stop += 1
    while (
        stop < len(tokens) and stop > at and tokens[stop].gap in ("-", "'", "’") and stop - at < 6
    ):  # "Sa-la-van"
        stop += 1
    return stop


def only_cities(
    tokens: list[Token], items: list[PlaceItem], stop: int, registry: Registry
) -> tuple[list[PlaceItem], int]:
    """The places of a list up to the first that is a province and no city: "TP. Cần Thơ, | Đồng Tháp"."""
    for number, item in enumerate(items):
        known = registry.place_index.longest(tokens, item.start)
        if number and known is not None and known[1].kind == "province" and not known[1].city:
            return items[:number], items[number - 1].end
    return items, stop


def larger_place(tokens: list[Token], end: int, item: PlaceItem, registry: Registry) -> int:
    """Read "(Thăng Bình)" or ", tỉnh Gia Lai" after a place into the item; the index after it."""
    if end >= len(tokens):
        return end
    gap = tokens[end].gap
    if gap in (" (", "("):
        stop = end
        while stop < len(tokens) and ")" not in tokens[stop].gap and stop - end < 8:
            stop += 1
        inside = registry.place_index.longest(tokens, end)
        if inside and inside[1].kind == "country":
            item.country = inside[1].name
        closed = stop < len(tokens) and ")" in tokens[stop].gap
        if (
            closed
            and inside is None
            and _LETTERS.match("".join(t.gap + t.text for t in tokens[end:stop]).strip(" ("))
        ):
            return end  # "Đại học Quốc gia TP.HCM (ĐHQG-HCM)": its short name
        if closed or stop == len(tokens):
            item.within = " ".join(t.text for t in tokens[end:stop])
            return stop
        return end
    own = registry.place_index.longest(tokens, item.start)
    if gap in (", ", " ") and (own is None or own[1].kind != "province" or own[0] != end):
        level = level_at(tokens, end, registry)
        if level is not None and level[1] in ("tỉnh", "huyện", "thành phố", "thị xã", "quận"):
            stop = one_place(tokens, level[0], registry)
            if stop > level[0]:
                item.within = " ".join(t.text for t in tokens[level[0] : stop])
                inside = registry.place_index.longest(tokens, level[0])
                if inside and inside[1].kind == "neighbour":
                    item.country = inside[1].country
                return stop
    return end


def completed(
    tokens: list[Token],
    at: int,
    after: int,
    head: Head,
    text: str,
    item: PlaceItem,
    *,
    level: str | None,
    several: bool,
    topic: str = "",
) -> Mention:
    """The mention of a head at one place of a list; the printed name where it is the only one."""
    place = joined(text[tokens[item.start].start : tokens[item.end - 1].end])
    level = item.level or level
    if head.take == "unit":
        name = joined(f"{head.full} {place}")
        if not several:
            name = printed(text[tokens[at].start : tokens[item.end - 1].end])
    elif several:
        lead = printed(text[tokens[at].start : tokens[after - 1].end])
        told = level if not lead.lower().startswith((level or "", *_COMMITTEES)) else None
        name = joined(" ".join(filter(None, [lead, told, place])))
        name = name[:1].upper() + name[1:]
    else:
        name = printed(text[tokens[at].start : tokens[item.end - 1].end])
    return Mention(
        name=name,
        start=tokens[at].start if not several or item.first else tokens[item.start].start,
        end=tokens[item.end - 1].end,
        head=head,
        topic=topic,
        level=level,
        place=place,
        country=item.country,
        within=item.within,
    )


#: Their names tell the level: "Huyện ủy | Đồng Văn".
_COMMITTEES = ("tỉnh ủy", "tỉnh uỷ", "thành ủy", "thành uỷ", "huyện ủy", "huyện uỷ", "quận ủy", "thị ủy")


def _to_the_names(tokens: list[Token], at: int) -> int:
    """Over "thành (phố)", "giáp ranh" and "gồm" to the first name of a list: "UBND 6 tỉnh, thành gồm | Quảng Trị, …"."""
    step = at
    if step < len(tokens) and tokens[step].low == "thành" and tokens[step].gap in (" ", ", "):
        step += 1
        if step < len(tokens) and tokens[step].low == "phố" and tokens[step].gap == " ":
            step += 1
    if [token.low for token in tokens[step : step + 2]] in (
        ["giáp", "ranh"],
        ["biên", "giới"],
        ["phía", "bắc"],
    ):
        step += 2
    if step < len(tokens) and tokens[step].low in {"gồm", "là", "như"} and tokens[step].gap in (" ", ", "):
        step += 1
    if step >= len(tokens) or not (tokens[step].capital or tokens[step].number):
        return at
    if tokens[step].gap == ": ":
        return step
    return step if step > at and tokens[step].gap == " " else at


def _localities(tokens: list[Token], at: int) -> bool:
    """ "địa phương" before a name."""
    words = tokens[at : at + 3]
    return [token.low for token in words[:2]] == ["địa", "phương"] and len(words) == 3 and words[2].capital


def with_places(
    tokens: list[Token],
    at: int,
    after_head: int,
    after: int,
    head: Head,
    text: str,
    registry: Registry,
    *,
    capped: int | None = None,
) -> tuple[int, list[Mention]] | None:
    """The mention_of(s) of a head (with a topic up to `after`) and the places that follow."""
    topic = joined(text[tokens[after_head].start : tokens[after - 1].end]) if after > after_head else ""
    stop, national, country = after, False, None
    step = stop
    if is_national(tokens, step):
        national, step = True, step + 2
        if head.full.endswith("Việt Nam") or head.slug in {"mttq"}:
            national = False
    if national is False and tokens[at].low in ("trung", "t", "tư", "tw"):
        national = True
    count, counted = count_at(tokens, step)
    if count is not None and _localities(tokens, counted):
        items, end = place_items(tokens, counted + 2, registry, plural=True)
        if len(items) > 1:  # "Công an 3 địa phương Duy Xuyên, Điện Bàn và Hội An"
            return end, [
                completed(tokens, at, after, head, text, item, level=None, several=True, topic=topic)
                for item in items
            ]
    level = level_at(tokens, counted, registry)
    plural = count is not None or is_counted(
        tokens, at
    )  # "Công an hai xã A, B", "hai hạt kiểm lâm khu vực A, B"
    if level is not None:
        names_at, name = level
        extra = level_at(tokens, names_at, registry) if plural else None  # "07 xã, phường"
        if extra is not None and tokens[names_at].gap == ", ":
            names_at = extra[0]
        if names_at < len(tokens) and tokens[names_at].low in {"bạn", "này"}:
            names_at += 1
        again, recounted = count_at(tokens, names_at)
        counted_level = level_at(tokens, recounted, registry) if again is not None else None
        if counted_level is not None and counted_level[1] == name:  # "Công an tỉnh 03 tỉnh: A, B và C"
            count, names_at, plural = again, counted_level[0], True
        if plural:
            names_at = _to_the_names(tokens, names_at)
        behind_colon = plural and names_at < len(tokens) and tokens[names_at].gap == ": "
        if behind_colon:
            opened = [tokens[names_at]._replace(gap=" "), *tokens[names_at + 1 :]]
            found_items, length = place_items(opened, 0, registry, plural=True)
            items, end = [item.moved(names_at) for item in found_items], names_at + length
        else:
            items, end = place_items(tokens, names_at, registry, plural=plural, singular=name)
        if plural and len(items) == 1 and name != "tỉnh" and count not in ("các", "những"):
            larger = registry.place_index.longest(tokens, items[0].start)
            if larger is not None and larger[1].kind == "province":  # "Công an ba huyện Quảng Bình"
                mention = mention_of(tokens, at, end, head, text, topic=topic, level=name, count=count)
                return end, [mention]
        if (
            not items
            and plural
            and names_at < len(tokens)
            and tokens[names_at].gap in (" (", "(", ": ", " gồm ")
        ):
            opened = [tokens[names_at]._replace(gap=" "), *tokens[names_at + 1 :]]
            inside, length = place_items(opened, 0, registry, plural=True)
            if len(inside) > 1:
                items, end = [item.moved(names_at) for item in inside], names_at + length
        if items:
            return end, [
                completed(
                    tokens,
                    at,
                    after,
                    head,
                    text,
                    item,
                    level=name,
                    several=len(items) > 1 or plural,
                    topic=topic,
                )
                for item in items
            ]
        mention = mention_of(
            tokens, at, names_at, head, text, topic=topic, level=name, count=count or group_count(tokens, at)
        )
        return names_at, [mention]
    if count is not None and counted < len(tokens) and tokens[counted].low == "nước":
        countries, end = countries_at(tokens, counted + 1, registry)
        if len(countries) > 1:
            return end, of_countries(tokens, at, after, head, text, countries)
        mention = mention_of(tokens, at, counted + 1, head, text, topic=topic, level="nước", count=count)
        return counted + 1, [mention]
    found = place_after(tokens, step, registry)
    if found is not None and found[1].kind == "country":
        stop, country = found[0], found[1].name
        national = country == "Việt Nam" or national
        mention = mention_of(tokens, at, stop, head, text, topic=topic, national=True, country=country)
        return stop, [mention]
    if found is not None or (
        head.take == "place" and step < len(tokens) and is_proper(tokens, step, registry)
    ):
        items, end = place_items(tokens, step, registry, plural=False)
        if len(items) == 1 and end == items[0].end:
            alias, after_alias = alias_after(tokens, end, text, registry)
            if alias and is_short(alias) and registry.place(alias) is None:
                mention = completed(
                    tokens, at, after, head, text, items[0], level=None, several=False, topic=topic
                )
                return after_alias, [replace(mention, alias=alias)]
        if items:
            return end, [
                completed(
                    tokens, at, after, head, text, item, level=None, several=len(items) > 1, topic=topic
                )
                for item in items
            ]
    stop = max(step, after)
    alias, end = alias_after(tokens, stop, text, registry)
    within = None
    if alias and registry.place(alias):
        country_or_place = registry.place(alias)
        if country_or_place and country_or_place.kind == "country":
            country = country_or_place.name
        else:
            within = alias
        alias = None
    elif alias and not is_short(alias):
        alias = None
    mention = mention_of(
        tokens,
        at,
        stop,
        head,
        text,
        topic=topic,
        national=national,
        country=country,
        within=within,
        alias=alias,
        count=group_count(tokens, at),
    )
    return end, [mention]
