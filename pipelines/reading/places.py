"""Where it was signed, and in which province an outlet is at home."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.institutions import Registry
from pipelines.reading.acts import ActFound
from pipelines.reading.lexicon import NOT_A_NAME
from pipelines.reading.units import Unit
from pipelines.reading.words import Token, pattern
from pipelines.types import Party, Span, Story
from pipelines.vietnamese import fold, squeeze

_AT = pattern(
    r"\b(?:tại|ở)\s+(?!việt nam\b)(?:(?:trụ sở|hội trường|thủ đô|thành phố|tp\.?|tỉnh|huyện|thị xã|quận|xã|phường|thị trấn|trung tâm|khách sạn|cửa khẩu)\s+)*"
)


_AGENCY = re.compile(r"\s*(?:\([^()]{2,20}\)\s*[-–—]|—)\s")


@dataclass(frozen=True, slots=True)
class PlaceFound:
    name: str
    span: Span | None


def find_place(
    units: list[Unit], acts: list[ActFound], parties: tuple[Party, ...], registry: Registry
) -> PlaceFound | None:
    """The place told with "tại" in the sentences of the act or the lead; else the province that all parties share."""
    deciding = {id(found.unit) for found in acts}
    for unit in sorted(units[1:], key=lambda u: (id(u) not in deciding, u.index)):
        if unit.index > 6 and id(unit) not in deciding:
            continue
        for match in _AT.finditer(unit.low):
            found = _place_at(unit, match.end(), registry)
            if found is not None:
                return found
    dateline = _dateline(units, registry)
    if dateline is not None:
        return dateline
    homes = set()
    for party in parties:
        place = _home(party, registry)
        if place:
            homes.add(place)
    if len(homes) == 1:
        return PlaceFound(homes.pop(), None)
    return None


def _place_at(unit: Unit, position: int, registry: Registry) -> PlaceFound | None:
    tokens = unit.tokens
    at = next((n for n, token in enumerate(tokens) if token.start >= position), None)
    if at is None or not (tokens[at].capital or tokens[at].number):
        return None
    found = registry.place_index.longest(tokens, at)
    if found is not None and found[1].name != "Việt Nam":
        stop = found[0]
        return PlaceFound(
            squeeze(unit.text[tokens[at].start : tokens[stop - 1].end]),
            unit.span(tokens[at].start, tokens[stop - 1].end),
        )
    # "tại Công an xã Minh Thạnh, huyện Dầu Tiếng", "TP Vinh (Nghệ An)": a known place soon after
    for step in range(at, min(len(tokens), at + 14)):
        if re.search(r"[.;:]", tokens[step].gap) and step > at and not tokens[step].gap.startswith("."):
            break
        found = registry.place_index.longest(tokens, step)
        if found is not None and found[1].kind != "country" and _reads_on(tokens, at, step):
            begin = at if all(token.capital for token in tokens[at:step]) else step
            end = tokens[found[0] - 1].end
            if "(" in unit.text[tokens[begin].start : end]:
                end += 1
            return PlaceFound(
                squeeze(unit.text[tokens[begin].start : end]), unit.span(tokens[begin].start, end)
            )
    stop = at
    while (
        stop < len(tokens)
        and stop - at < 3
        and tokens[stop].capital
        and (stop == at or tokens[stop].gap == " ")
    ):
        stop += 1
    ends = stop >= len(tokens) or tokens[stop].gap.startswith((",", ")", "."))
    if (
        ends
        and stop > at
        and tokens[at].low not in NOT_A_NAME
        and registry.head_index.longest(tokens, at) is None
    ):
        return PlaceFound(
            squeeze(unit.text[tokens[at].start : tokens[stop - 1].end]),
            unit.span(tokens[at].start, tokens[stop - 1].end),
        )  # "Tại Abu Dhabi, …"
    return None


def _dateline(units: list[Unit], registry: Registry) -> PlaceFound | None:
    """The place before an agency's name: "Đà Nẵng (TTXVN) - …"."""
    for unit in units[1:3]:
        found = registry.place_index.longest(unit.tokens, 0) if unit.tokens else None
        if found is None or found[1].kind == "country":
            continue
        end = unit.tokens[found[0] - 1].end
        if _AGENCY.match(unit.text, end):
            return PlaceFound(squeeze(unit.text[:end]), unit.span(0, end))
    return None


def _reads_on(tokens: list[Token], at: int, stop: int) -> bool:
    lower = {
        "tỉnh",
        "huyện",
        "thành",
        "phố",
        "xã",
        "phường",
        "quận",
        "thị",
        "trấn",
        "tp",
        "công",
        "an",
        "bộ",
        "chqs",
        "biên",
        "phòng",
        "tiểu",
        "khu",
        "quân",
        "sự",
        "đồn",
        "cửa",
        "khẩu",
    }
    return all(token.capital or token.number or token.low in lower for token in tokens[at:stop])


def _home(party: Party, registry: Registry) -> str | None:
    form = registry.normalise(party.name)
    place = registry.place(form.place) if form.place else None
    return place.name if place is not None and place.kind == "province" else None


def outlet_province(story: Story, registry: Registry) -> str | None:
    """The province whose name the outlet's domain holds ("baohagiang.vn"), None when there is none."""
    host = (story.outlet or "") + " " + (urlsplit(story.url).hostname or "")
    host = re.sub(r"[^a-z ]", "", fold(host).replace(".", " "))
    found = [(slug, name) for slug, name in _province_slugs(registry) if slug in host]
    return max(found, key=lambda pair: len(pair[0]))[1] if found else None


@functools.lru_cache(maxsize=4)
def _province_slugs(registry: Registry) -> tuple[tuple[str, str], ...]:
    """Provinces' names as domains write them; the shortest names would be found in other words."""
    slugs = ((re.sub(r"[^a-z]", "", fold(place.name)), place) for place in registry.places)
    return tuple((slug, place.name) for slug, place in slugs if place.kind == "province" and len(slug) >= 5)
