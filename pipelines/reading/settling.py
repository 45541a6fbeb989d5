"""What the story as a whole says of its parties' identity: in which province a commune lies, which short name is one.

Communes, wards, districts and schools of one name stand in many provinces. One of them becomes a party of its own by
the province that the story gives it: behind its name, in the other parties' names, alone in its opening, or that of the
paper that tells it. Where nothing says it, the body stays without, and is told apart by nothing but its name.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace

from pipelines.institutions import Place, Registry
from pipelines.party_heirs import PROVINCE_MARK, UNTOLD_MARK, in_province, needs_province, untold
from pipelines.reading.name_parts import begins_full_name
from pipelines.reading.units import Unit
from pipelines.reading.words import even
from pipelines.types import Agreement, Party

#: So many words behind a name may tell where it is: ", huyện Mộc Châu, tỉnh Sơn La".
_BEHIND = 12
#: Sentences in which the one province that a story is about is named.
_OPENING = 8
_LONGEST_SHORT = 40
#: What introduces a short name and is no part of it.
_INTRODUCED = re.compile(
    r"\A(?:(?:viết|gọi|tên) tắt(?: là)?|sau đây gọi(?: tắt)? là|(?:HOSE|HNX|UPCoM|UPCOM|mã)(?: CK)?\s*:)\s*:?\s*", re.IGNORECASE
)  # fmt: skip


def settled(
    agreement: Agreement, units: Sequence[Unit], registry: Registry, *, province: str | None, url: str
) -> Agreement:
    """The agreement with the keys of its parties told apart by province, and with short names that are names.

    `province`: that of the outlet, the last thing that is asked. `url`: the story's, for bodies whose place nobody tells:
    two stories' "Công an tỉnh" are not one body.
    """
    keys: dict[str, str] = {}
    parties = []
    for party in agreement.parties:
        named = replace(party, short=_short_name(party, registry))
        if needs_province(party.key) and PROVINCE_MARK not in party.key:
            place = _province_of(party, agreement.parties, units, registry, province)
            if place is not None:
                key, full = in_province(party.key, party.full or party.name, place)
                keys[party.key] = key
                named = replace(named, key=key, full=full)
        elif untold(registry, party.key, party.name):
            key = f"{party.key}{UNTOLD_MARK}{zlib.crc32(url.encode(errors='replace')):08x}"
            keys[party.key] = key
            named = replace(named, key=key)
        parties.append(named)
    signatories = tuple(
        replace(one, party_key=keys.get(one.party_key or "", one.party_key)) for one in agreement.signatories
    )
    return replace(agreement, parties=tuple(parties), signatories=signatories)


def _short_name(party: Party, registry: Registry) -> str | None:
    """The short name, unless what stood in brackets is a country, a remark or another body."""
    if party.short is None or party.key.startswith(("country:", "tinh:")):
        return None
    short = _INTRODUCED.sub("", party.short).strip(" \"'“”‘’.")
    if not short or len(short) > _LONGEST_SHORT or re.search(r"[,;:%()]", short) or registry.place(short):
        return None
    low = even(short).split()
    if len(low) > 1 and short[0].islower():
        return None  # "tiền thân là …", "thuộc …"
    form = registry.normalise(short)
    if form.key == party.key or form.head is None or form.head == party.head:
        return short
    return None  # "Công ty VinSpeed (Tập đoàn Vingroup)"


def _province_of(
    party: Party, parties: Sequence[Party], units: Sequence[Unit], registry: Registry, outlet: str | None
) -> Place | None:
    told = _told_behind(party, units, registry)
    if told is not None:
        return told
    if any(_abroad(other, registry) for other in parties):
        return None  # the counterpart's communes lie across the border
    beside = {
        place.key: place
        for other in parties
        if other is not party and (place := _home(other, registry)) is not None
    }
    opening = _provinces_in(units[:_OPENING], registry)
    if len(beside) == 1 and opening.keys() <= beside.keys():
        return next(iter(beside.values()))
    own = registry.place(outlet) if outlet else None
    if own is not None and (not opening or own.key in opening):
        return own
    return next(iter(opening.values())) if len(opening) == 1 else None


def _told_behind(party: Party, units: Sequence[Unit], registry: Registry) -> Place | None:
    """The province right behind the name: "(Mộc Châu, Sơn La)", ", huyện X, tỉnh Y"."""
    span = party.span
    if span is None:
        return None
    unit = next(
        (u for u in units if u.field == span.field and u.start <= span.start < u.start + len(u.text)), None
    )
    if unit is None:
        return None
    end = span.end - unit.start
    tokens = unit.tokens
    first = next((at for at, token in enumerate(tokens) if token.start >= end), len(tokens))
    for at in range(first, min(first + _BEHIND, len(tokens))):
        token = tokens[at]
        if re.search(r"[.;:]\s", token.gap) or token.low in {"và", "với", "cùng", "ký"}:
            return None
        if not token.capital and token.low not in registry.levels and token.low not in {"phố", "xã", "trấn"}:
            return None
        found = registry.place_index.longest(tokens, at) if token.capital else None
        if found is not None and found[1].kind != "country":
            return found[1]
    return None


def _home(party: Party, registry: Registry) -> Place | None:
    """The province that a party is of, itself a provincial body or told with its province."""
    _, _, tail = party.key.partition(PROVINCE_MARK)
    if tail:
        return next((place for place in registry.places if place.key == tail), None)
    last = party.key.rsplit(":", 1)[-1]
    return next((place for place in registry.places if place.kind == "province" and place.key == last), None)


def _abroad(party: Party, registry: Registry) -> bool:
    last = party.key.rsplit(":", 1)[-1]
    return any(place.key == last for place in registry.places if place.kind == "neighbour")


def _provinces_in(units: Sequence[Unit], registry: Registry) -> dict[str, Place]:
    """The provinces named, by key; not those that are a person's given names."""
    out: dict[str, Place] = {}
    for unit in units:
        tokens = unit.tokens
        at = 0
        while at < len(tokens):
            found = registry.place_index.longest(tokens, at) if tokens[at].capital else None
            if found is None:
                at += 3 if begins_full_name(tokens, at, registry) else 1
                continue
            smaller = at > 0 and tokens[at - 1].low in {"xã", "phường", "huyện", "quận", "trấn"}
            if found[1].kind == "province" and not smaller:
                out[found[1].key] = found[1]
            at = found[0]
    return out
