"""Signatories: who put their name to it, with rank and office.

Only people of whom a sentence says that they signed: a chairman or a guest is none.
"""

from __future__ import annotations

import re

from pipelines.institutions import Registry
from pipelines.reading.acts import holds_sign
from pipelines.reading.units import Unit
from pipelines.reading.words import pattern
from pipelines.types import Party, Signatory

_RANKS = (
    "Đại tướng|Thượng tướng|Trung tướng|Thiếu tướng|Chuẩn tướng|Đại tá|Thượng tá|Trung tá|Thiếu tá|Đại úy|Đại uý|Thượng úy|"
    "Trung úy|Thiếu úy|Phó đô đốc|Chuẩn đô đốc|Đô đốc"
)
_PERSON = re.compile(
    rf"(?:(?P<rank>(?i:{_RANKS}))(?:,? (?:PGS|GS|TS|ThS|BS|TSKH|Tiến sĩ|Thạc sĩ)\.?)*|(?i:đồng chí|ông|bà)|(?:PGS|GS|TS|ThS|BS)\.?(?:,? ?(?:TS|BS)\.?)?)"
    r" (?P<name>[A-ZĐÀ-Ỹ][\w’'-]*(?: [A-ZĐÀ-Ỹ][\w’'-]*){0,5})"
)
_SIGNING = pattern(r"(?:đặt bút |cùng |đã |tiến hành |thay mặt[^.;]{0,60} )?\b(?:ký|kí)\b(?: kết)?")
_NOT_SIGNING = pattern(r"chủ trì|chứng kiến|tham dự|dự lễ|dự buổi|phát biểu|đến dự")
_MAX_OFFICE = 140


def find_signatories(
    units: list[Unit], parties: tuple[Party, ...], registry: Registry
) -> tuple[Signatory, ...]:
    """The people whom a sentence names as signing, in order, each once."""
    out: dict[str, Signatory] = {}
    for unit in units:
        if (unit.index > 30 and not unit.pointed) or not holds_sign(unit.low):
            continue
        for sign in _SIGNING.finditer(unit.low):
            before = unit.low[: sign.start()]
            if _NOT_SIGNING.search(before) or re.search(r"(?:lễ|buổi|hội nghị|việc) *$", before):
                continue
            people = [
                p
                for p in _PERSON.finditer(unit.text[: sign.start()])
                if p["name"].istitle() or _capitals(p["name"])
            ]
            if not people or sign.start() - people[-1].end() > 170:
                continue
            if _other_subject(unit, people[-1].end(), sign.start(), registry):
                continue
            for number, person in enumerate(people):
                stop = people[number + 1].start() if number + 1 < len(people) else sign.start()
                signatory = _signatory(unit, person, stop, parties, registry)
                out.setdefault(signatory.name, signatory)
            break
    return tuple(out.values())


def _capitals(name: str) -> bool:
    """Every word of a name begins with a capital; the pattern's letter range holds small letters too."""
    return all(word[0].isupper() for word in name.split())


def _other_subject(unit: Unit, start: int, stop: int, registry: Registry) -> bool:
    """Between the last person and the verb a new sentence part begins, whose subject signs instead."""
    tail = unit.text[start:stop]
    return (
        re.search(r"; |\bthì\b|\bkhi\b|\btrong đó\b|\bhai bên\b|\bcác bên\b|\bđại biểu\b|\bsau khi\b", tail)
        is not None
    )


def _signatory(
    unit: Unit, person: re.Match[str], stop: int, parties: tuple[Party, ...], registry: Registry
) -> Signatory:
    office = unit.text[person.end() : min(stop, person.end() + _MAX_OFFICE)]
    office = re.sub(
        r"^[\s,–-]+|[\s,;–-]*(?:\bvà\b|\bcùng\b|\bđã\b|\bvừa\b|\btiến hành\b|\bthay mặt\b.*|\bđại diện\b.*)?[\s,;–-]*$",
        "",
        office,
    )
    party_key = None
    if office:
        for mention in reversed(registry.find_parties(office)):
            key = registry.describe(mention).key
            party_key = next(
                (party.key for party in parties if party.key == key or party.key.startswith(key + ":")), None
            )
            if party_key:
                break
    rank = person["rank"]
    return Signatory(
        name=person["name"],
        rank=rank[:1].upper() + rank[1:] if rank else None,
        office=office or None,
        party_key=party_key,
        span=unit.span(person.start("name"), person.end("name")),
    )
