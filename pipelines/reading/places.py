"""Where it was signed, and in which province an outlet is at home."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.institutions import Place, Registry
from pipelines.reading.acts import ActFound
from pipelines.reading.lexicon import NOT_A_NAME
from pipelines.reading.units import Unit
from pipelines.reading.words import Token, even, pattern
from pipelines.types import Party, Span, Story
from pipelines.vietnamese import fold, squeeze

_AT = pattern(
    r"\b(?:tại|ở)\s+(?!việt nam\b)(?:(?:trụ sở|hội trường|thủ đô|thành phố|tp\.?|tỉnh|huyện|thị xã|quận|xã|phường|thị trấn|trung tâm|khách sạn|cửa khẩu)\s+)*"
)


#: A word of level before a name makes it a place.
_LEVEL = pattern(r"\b(?:thủ đô|thành phố|tp|tỉnh|huyện|thị xã|quận|xã|phường|thị trấn)\b")
#: Words of a sentence that goes on after its place ("ngày 14-3 tại Cam Ranh | tổng kết …").
_GOES_ON = frozenset(
    even(word)
    for word in (
        "ký",
        "tổng",
        "sơ",
        "diễn",
        "đã",
        "vừa",
        "tổ",
        "hai",
        "các",
        "làm",
        "mở",
        "chiều",
        "sáng",
        "ngày",
        "với",
    )
)
_TIMES = frozenset(even(word) for word in ("ngày", "sáng", "chiều", "tối", "hôm"))
_LEVELS = frozenset({"tỉnh", "huyện", "thành", "tp", "thị", "quận", "xã", "phường", "thủ", "bang", "nước"})
_NAME = r"[A-ZĐÀ-Ỹ][\w’']*(?:[ -]+[A-ZĐÀ-Ỹ][\w’']*){0,5}"
#: What a page prints before its story: a mark of the paper, a time.
_BEFORE_DATELINE = re.compile(r"\W*(?:\([^()]{2,30}\)\s*[-–—]?\s*)?")
_DATELINE = re.compile(
    rf"(?P<place>{_NAME})(?:(?:,| -) (?P<after>{_NAME})|\s?(?P<bracket>\()(?P<of>{_NAME})\))?"
    r"(?:\s*\((?:TTXVN|[A-ZĐ]{2,8})\)\s*[-–—]|\s*—|\s+[-–](?=\s)|,\s+(?i:ngày|sáng|trưa|chiều|tối|hôm)\b[^.:]{1,25}[.:])"
)
#: "Thành phố A ngày 27/4 | là nơi diễn ra …".
_IS_WHERE = re.compile(
    rf"\A(?:(?i:sáng|chiều|tối|ngày|hôm)[^,.;]{{0,25}}, )?(?i:thành phố|tỉnh|huyện|thị xã|quận|xã|phường) (?P<place>{_NAME})[^.;]{{0,40}} là nơi\b"
)
#: A headline's "… ở Vị Xuyên".
_AT_END = re.compile(rf" (?:tại|ở) (?:(?:huyện|tỉnh|xã|phường|thành phố) )?(?P<place>{_NAME})\Z")
#: "tại Công an xã A, | huyện B": where the body sits.
_OF_SEAT = re.compile(
    rf"[^.;:,]{{3,60}},? (?i:huyện|thị xã|thành phố|tp\.?|quận|tỉnh) (?P<place>{_NAME}(?:, (?:tỉnh )?{_NAME}(?=[.,;]))?)"
)
_MEETING = pattern(r"hội nghị|hội đàm|lễ (?:ký|kí|kết)|buổi lễ|buổi làm việc|cuộc họp|diễn ra|tổ chức")
#: The place of an older paper: "theo nội dung từng ký ngày 12-12-2021 tại …".
_THEN = pattern(r"(?:từng|đã|được) (?:ký|kí)[^,.;]{0,40}\Z")


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """Where it was signed, and the words that say so."""

    name: str
    """As printed, white space folded."""
    span: Span | None
    """None for a place deduced from the parties' homes or the outlet."""


def find_place(
    units: list[Unit],
    acts: list[ActFound],
    parties: tuple[Party, ...],
    registry: Registry,
    outlet: str | None = None,
) -> PlaceFound | None:
    """The place told with "tại" in the sentences of the act or the lead; else the province where all of it plays.

    `outlet` is the province of the newspaper: it decides between several parties' homes, and stands where nobody's
    home is told ("Công an huyện Tiên Phước" in a provincial paper).
    """
    deciding = {id(found.unit) for found in acts}
    dateline = _dateline(units, registry)
    for unit in sorted(units[1:], key=lambda u: (id(u) not in deciding, u.index)):
        if id(unit) not in deciding and (
            unit.index > 6 or (unit.index > 2 and _MEETING.search(unit.low) is None)
        ):
            continue
        for match in _AT.finditer(unit.low):
            if _THEN.search(unit.low, 0, match.start()) is not None:
                continue
            levelled = _LEVEL.search(unit.low, match.start(), match.end()) is not None
            found = _place_at(unit, match.end(), registry, levelled=levelled)
            if found is not None:
                return found
    if dateline is not None:
        return dateline
    for unit in units[:3]:
        named = _IS_WHERE.search(unit.text) or (_AT_END.search(unit.text) if unit.index == 0 else None)
        if named is not None:
            return PlaceFound(squeeze(named["place"]), unit.span(*named.span("place")))
    homes = {place for party in parties if (place := _home(party, registry))}
    if len(homes) != 1:
        if outlet is not None and (not homes or outlet in homes):
            return PlaceFound(outlet, None)
        if not homes:
            homes = {place.name for unit in units[:3] for place in _provinces_in(unit, registry)}
    return PlaceFound(homes.pop(), None) if len(homes) == 1 else None


def _provinces_in(unit: Unit, registry: Registry) -> list[Place]:
    """The Vietnamese provinces that a sentence names."""
    out: list[Place] = []
    at = 0
    while at < len(unit.tokens):
        found = registry.place_index.longest(unit.tokens, at) if unit.tokens[at].capital else None
        if found is not None and found[1].kind == "province":
            out.append(found[1])
        at = found[0] if found is not None else at + 1
    return out


def _place_at(unit: Unit, position: int, registry: Registry, *, levelled: bool = False) -> PlaceFound | None:
    """The place named at `position`. `levelled`: "thành phố", "huyện" … stands before it, so it is one."""
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
        if step > at and "," in tokens[step].gap and tokens[step].low not in _LEVELS:
            found = registry.place_index.longest(tokens, step)
            if found is None or found[1].kind == "country":
                break  # "tại thành phố Tân An, Bộ CHQS tỉnh Long An …"
        found = registry.place_index.longest(tokens, step)
        if found is not None and found[1].kind != "country" and _reads_on(tokens, at, step):
            begin = at if all(token.capital for token in tokens[at:step]) else step
            end = tokens[found[0] - 1].end
            if "(" in unit.text[tokens[begin].start : end]:
                end += 1
            return PlaceFound(
                squeeze(unit.text[tokens[begin].start : end]), unit.span(tokens[begin].start, end)
            )
    seat = _OF_SEAT.match(unit.text, tokens[at].start)
    if seat is not None:
        return PlaceFound(
            squeeze(unit.text[seat.start("place") : seat.end()]), unit.span(*seat.span("place"))
        )
    stop = at
    while (
        stop < len(tokens)
        and stop - at < 3
        and tokens[stop].capital
        and (stop == at or tokens[stop].gap == " ")
    ):
        stop += 1
    ends = (
        levelled
        or stop >= len(tokens)
        or tokens[stop].gap.startswith((",", ")", "."))
        or (tokens[stop].low in _GOES_ON and (stop - at >= 2 or tokens[stop].low in _TIMES))
    )
    if (
        ends
        and stop > at
        and (levelled or tokens[at].low not in NOT_A_NAME)
        and registry.head_index.longest(tokens, at) is None
    ):
        return PlaceFound(
            squeeze(unit.text[tokens[at].start : tokens[stop - 1].end]),
            unit.span(tokens[at].start, tokens[stop - 1].end),
        )  # "Tại Abu Dhabi, …"
    return None


def _dateline(units: list[Unit], registry: Registry) -> PlaceFound | None:
    """The place that opens a story: "Đà Nẵng (TTXVN) - …", "Hải Phòng, chiều 20/11.", "Kỳ Sơn (Nghệ An), chiều 18/11: …"."""
    for unit in units[1:4]:
        opened = _BEFORE_DATELINE.match(unit.text)
        start = opened.end() if opened else 0
        told = _DATELINE.match(unit.text, start)
        if told is None:
            continue
        at = next((n for n, token in enumerate(unit.tokens) if token.start >= start), None)
        found = registry.place_index.longest(unit.tokens, at) if at is not None else None
        province = told["of"] or told["place"]
        known = found is not None and unit.tokens[found[0] - 1].end >= told.end("place")
        if (known and found is not None and found[1].kind != "country") or registry.place(
            province
        ) is not None:
            end = (
                told.end("of") + 1 if told["bracket"] else told.end("of") if told["of"] else told.end("place")
            )
            return PlaceFound(squeeze(unit.text[start:end]), unit.span(start, end))
    return None


#: Words in small letters inside the name of a body or place where people meet.
_IN_A_SEAT = frozenset(
    even(
        "tỉnh huyện thành phố xã phường quận thị trấn tp công an bộ chqs biên phòng tiểu khu quân sự đồn cửa khẩu"
    ).split()
)


def _reads_on(tokens: list[Token], at: int, stop: int) -> bool:
    return all(token.capital or token.number or token.low in _IN_A_SEAT for token in tokens[at:stop])


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
