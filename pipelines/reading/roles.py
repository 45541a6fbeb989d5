"""Roles where the story states them: who held the meeting, who came to it.

"Bộ Tư lệnh Quân khu 7 tổ chức hội nghị", "tại Bộ CHQS tỉnh Phongsaly", "BĐBP Sơn La đón đoàn …" make a host; "đoàn …",
"đón đoàn …", "phía bạn có …" make a counterpart. Two that hold a meeting together are neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.institutions import Registry
from pipelines.reading.candidates import Named, names_in
from pipelines.reading.units import Unit
from pipelines.reading.words import pattern
from pipelines.types import Party

HOST, COUNTERPART = "host", "counterpart"

_HOLDS = pattern(
    r"\A[\s,]*(?:\([^()]*\)\s*)?(?:đã |vừa |chính thức )?(?:tổ chức|đăng cai|chủ trì|đón|tiếp|mở hội nghị|mở lễ)\b"
)
_TOGETHER = pattern(r"(?:và|cùng|với|phối hợp với|,)\s*(?:các )?\Z")
_SEAT = pattern(r"\b(?:tại|ở)\s+(?:trụ sở |hội trường )?\Z")
_DELEGATION = pattern(r"\b(?:đón|tiếp|với|và)? ?(?:đoàn (?:công tác |đại biểu |cán bộ )?(?:của )?)\Z")
_READ = 8


def with_roles(parties: tuple[Party, ...], units: Sequence[Unit], registry: Registry) -> tuple[Party, ...]:
    """The parties, each with its role where the first sentences state one."""
    if len(parties) < 2:
        return parties
    roles: dict[str, set[str]] = {}
    for unit in units[:_READ]:
        if unit.names is None:
            continue  # a sentence that was not worth reading for parties states no role either
        names = names_in(unit, registry)
        for position, named in enumerate(names):
            role = _role(unit, named, names[position - 1] if position else None)
            if role is not None:
                roles.setdefault(registry.describe(named.mention).key, set()).add(role)
    told = [_told(party, roles) for party in parties]
    if sum(role == HOST for role in told) > 1:  # they held it together
        told = [None if role == HOST else role for role in told]
    if told.count(HOST) == 1 and len(parties) == 2:
        told = [role or COUNTERPART for role in told]
    return tuple(
        replace(party, role=role) if role else party for party, role in zip(parties, told, strict=True)
    )


def _told(party: Party, roles: dict[str, set[str]]) -> str | None:
    found = {role for key, said in roles.items() for role in said if key == party.key}
    return found.pop() if len(found) == 1 else None


def _role(unit: Unit, named: Named, before: Named | None) -> str | None:
    start, end = named.mention.start, named.mention.end
    lead = unit.low[max(0, start - 40) : start]
    if _DELEGATION.search(lead):
        return COUNTERPART
    if _SEAT.search(lead):
        return HOST
    together = before is not None and _TOGETHER.search(unit.low[before.mention.end : start])
    if _HOLDS.search(unit.low[end : end + 60]) and not together:
        return HOST
    return None
