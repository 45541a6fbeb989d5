"""Lists that tell the head of their names only once: "Cảng vụ Hàng hải Nha Trang, Bình Thuận, Vũng Tàu"."""

from __future__ import annotations

import re
from dataclasses import replace

from pipelines.reading.candidates import Named

_PLAIN = re.compile(r"\s*(?:,|;|và|, và|-|–)?\s*(?:tp|thành phố|tỉnh)?\.?\s*\Z")
_FEWEST = 3


def with_shared_head(members: list[Named]) -> list[Named]:
    """The members of a list that tells the head only once: "Cảng vụ Hàng hải Nha Trang, Bình Thuận, Vũng Tàu, …".

    Three and more bare places after a body that is named after a place are bodies of its kind; fewer may sign for themselves.
    """
    out: list[Named] = []
    at = 0
    members = _unit_among_bodies(_units_of_land(members))
    while at < len(members):
        here = members[at]
        out.append(here)
        stop = at + 1
        while (
            stop < len(members)
            and _only_a_place(members[stop])
            and _follows(members[stop - 1], members[stop])
        ):
            stop += 1
        known = sum(not (named.bare and not named.place) for named in members[at + 1 : stop])
        lower = stop > at + 1 and here.mention.head is not None and _in_lower_case(here)
        many = stop - at > _FEWEST and 2 * known > stop - at - 1
        lead = _before_the_place(here) if many or lower else None
        if lead is None and stop > at + 1 and all(_of_a_district(m) for m in members[at + 1 : stop]):
            lead = _before_the_district(here)
        if lead is not None:
            for named in members[at + 1 : stop]:
                place = named.mention.place or named.mention.name
                if named.mention.head is not None and named.unit.low.startswith("tp", named.mention.start):
                    place = named.unit.text[named.mention.start : named.mention.end]
                mention = replace(
                    named.mention,
                    name=f"{lead} {place}",
                    head=here.mention.head,
                    place=place,
                    level=here.mention.level,
                    topic="",
                )
                out.append(replace(named, mention=mention, place=False, bare=False))
            at = stop
        else:
            at += 1
    return out


_UNITS = frozenset({"xa", "phuong", "huyen"})
_COUNTED = re.compile(r"\s*(?:\([^()]*\))?\s*(?:,|và|cùng|, và)\s*(?:(?:\d+|hai|ba|bốn|năm|các)\s*)?\Z")


def _unit_among_bodies(members: list[Named]) -> list[Named]:
    """ "xã Tân Lập … với công an các xã A, B, C": one of their kind."""
    lands = [m for m in members if m.mention.head is not None and m.mention.head.slug in _UNITS]
    others = [m for m in members if m not in lands]
    heads = {m.mention.head for m in others}
    if len(lands) != 1 or len(others) < 2 or len(heads) != 1:
        return members
    (land,), (head,) = lands, heads
    level = land.mention.level
    if head is None or head.take != "place" or any(m.mention.level != level for m in others):
        return members
    lead = others[0].mention.name.removesuffix(f"{level} {others[0].mention.place}").strip()
    mention = replace(land.mention, name=f"{lead} {level} {land.mention.place}", head=head)
    return [replace(m, mention=mention) if m is land else m for m in members]


def _units_of_land(members: list[Named]) -> list[Named]:
    """ "Đoàn thanh niên xã Long Sơn và hai | phường Tân Phước, Phước Hòa": bodies of the kind of the first."""
    out: list[Named] = []
    for named in members:
        before = out[-1] if out else None
        head, mention = (before.mention.head if before else None), named.mention
        if (
            before is not None
            and head is not None
            and head.take == "place"
            and before.mention.level in ("xã", "phường", "thị trấn", "huyện", "quận")
            and mention.head is not None
            and mention.head.slug in _UNITS
            and _COUNTED.match(named.unit.low[before.stop : mention.start])
        ):
            lead = before.mention.name.removesuffix(f"{before.mention.level} {before.mention.place}").strip()
            name = f"{lead} {mention.level or mention.head.full.lower()} {mention.place}"
            named = replace(named, mention=replace(mention, name=name, head=head, topic=before.mention.topic))
        out.append(named)
    return out


def _in_lower_case(named: Named) -> bool:
    """ "công an Minh Hóa, | Bố Trạch và | Quảng Ninh": a noun in lower case is told for all that follow."""
    return not named.unit.text[named.mention.start].isupper() and named.mention.start > 0


def _only_a_place(named: Named) -> bool:
    """A place of the gazetteer, a city, or a name that may be one of a town ("Vũng Tàu")."""
    if named.bare and not named.place:
        return named.mention.name.istitle() and len(named.mention.name.split()) == 2
    return named.place or (named.mention.head is not None and named.mention.head.slug == "thanh_pho")


def _follows(before: Named, here: Named) -> bool:
    return _PLAIN.match(here.unit.low[before.stop : here.mention.start]) is not None


def _of_a_district(named: Named) -> bool:
    """A bare name of two or three syllables with marks: "Bến Lức"."""
    words = named.mention.name.split()
    return named.bare and not named.place and len(words) in (2, 3) and not named.mention.name.isascii()


def _before_the_district(named: Named) -> str | None:
    """ "VKSND huyện Đức Huệ, | Bến Lức, | Cần Giuộc": what stands before the first one's place, with the level."""
    mention = named.mention
    if mention.head is None or mention.head.take != "place" or not mention.place or mention.topic:
        return None
    if mention.level not in ("huyện", "xã", "phường", "quận") or not mention.name.endswith(mention.place):
        return None
    return mention.name.removesuffix(mention.place).strip()


def _before_the_place(named: Named) -> str | None:
    """What stands before the place in a body's name that ends in one: "Cảng vụ Hàng hải"."""
    mention = named.mention
    place = mention.place or (mention.topic if mention.head is not None and mention.topic.istitle() else "")
    if mention.head is None or mention.head.take not in ("place", "topic") or not place or mention.level:
        return None
    return mention.name.removesuffix(place).strip() if mention.name.endswith(place) else None
