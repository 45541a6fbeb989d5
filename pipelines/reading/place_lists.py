"""Lists of places anywhere in a story: what "Công an ba tỉnh", "Công an các xã này" and "bốn tỉnh bạn" count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.institutions import Place, Registry
from pipelines.reading.lexicon import SURNAMES
from pipelines.reading.name_parts import place_items
from pipelines.reading.units import Unit
from pipelines.reading.words import Token, joined, pattern

#: What stands between two places of one list.
_JOINT = pattern(
    r"[\s,;]*(?:(?:và|cùng|với|-|–|hay)\s)?\s*(?:tỉnh|thành phố|tp|đoàn)?\.?\s*(?:\([^()]{2,20}\))?[\s,;]*(?:và\s)?"
)
_READ = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A province or country of the gazetteer as a sentence prints it."""

    printed: str
    place: Place
    unit: int


def runs_of_places(units: Sequence[Unit], registry: Registry) -> list[list[Told]]:
    """The provinces, neighbours' provinces and countries of the first sentences, those of one list together."""
    out: list[list[Told]] = []
    for unit in units[:_READ]:
        tokens, at, last = unit.tokens, 0, -1
        while at < len(tokens):
            found = registry.place_index.longest(tokens, at) if tokens[at].capital else None
            if found is None or in_a_name(tokens, at):
                at += 1
                continue
            start, end = tokens[at].start, tokens[found[0] - 1].end
            told = Told(printed=unit.text[start:end], place=found[1], unit=unit.index)
            if last >= 0 and _JOINT.fullmatch(unit.low, last, start):
                out[-1].append(told)
            else:
                out.append([told])
            at, last = found[0], end
    return out


def in_a_name(tokens: Sequence[Token], at: int) -> bool:
    """A person's given names: "Nguyễn | Hòa Bình", or the President's name where it is not the city's."""
    if tokens[at].low == "hồ":
        return at == 0 or tokens[at - 1].low not in {"phố", "tp"}
    return at > 0 and tokens[at].gap == " " and tokens[at - 1].capital and tokens[at - 1].low in SURNAMES


def of_number(runs: list[list[Told]], number: int, kinds: set[str], country: str | None = None) -> list[Told]:
    """The places of the kinds (and country) that one list names in exactly that number; nothing where none does."""
    for run in runs:
        distinct = {
            told.place.key: told
            for told in run
            if told.place.kind in kinds and (country is None or told.place.country == country)
        }
        if len(distinct) == number:
            return list(distinct.values())
    return []


def listed_provinces(runs: list[list[Told]]) -> list[Told]:
    """All provinces of the first sentence that lists three and more."""
    for run in runs:
        if len({told.place.key for told in run if told.place.kind != "country"}) >= _MANY:
            here = [told for other in runs for told in other if told.unit == run[0].unit]
            return list({told.place.key: told for told in here if told.place.kind != "country"}.values())
    return []


_MANY = 3
_OPENING = r"(?:, [^\W\d_]+)?[^.;:()]{0,70}?(?:\bgồm(?: có)?:?|:|\blà:?|\()\s*"


def names_listed(units: Sequence[Unit], level: str, number: int, registry: Registry) -> list[str]:
    """The names after "bảy xã … gồm", "năm huyện:", "ba phường (": as many as are counted, or at least two."""
    for unit in units[:_READ]:
        for found in pattern(rf"\b{level}\b{_OPENING}").finditer(unit.low):
            at = next((n for n, token in enumerate(unit.tokens) if token.start >= found.end()), None)
            if at is None or not unit.tokens[at].capital:
                continue
            opened = [unit.tokens[at]._replace(gap=" "), *unit.tokens[at + 1 :]]
            items, _ = place_items(opened, 0, registry, plural=True)
            names = [joined(unit.text[opened[i.start].start : opened[i.end - 1].end]) for i in items]
            if len(set(names)) == len(names) >= 2 and number in (0, len(names)):
                return names
    return []
