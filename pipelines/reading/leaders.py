"""Leaders who stand for their bodies: "Bộ trưởng Nội vụ Campuchia", "Tổng Công tố Hàn Quốc", a general who meets them.

What a story calls only by who leads it is read as that body, as in somebody's office: a list of such names is one of
parties only where they sign or hold the talks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipelines.institutions import Mention, Registry
from pipelines.reading.lexicon import SURNAMES
from pipelines.reading.words import Token, joined

_RANKED = frozenset(
    {("đại", "tướng"), ("thượng", "tướng"), ("trung", "tướng"), ("bộ", "trưởng"), ("thứ", "trưởng")}
)
#: Offices that name no body, and the body that they lead.
_OFFICES = {
    ("tổng", "công", "tố"): "Viện Công tố tối cao",
    ("viện", "trưởng", "công", "tố"): "Viện Công tố tối cao",
    ("tổng", "thanh", "tra", "chính", "phủ"): "Thanh tra Chính phủ",
    ("tổng", "kiểm", "toán", "nhà", "nước"): "Kiểm toán Nhà nước",
    ("tư", "lệnh", "cảnh", "sát", "cơ", "động"): "Bộ Tư lệnh Cảnh sát cơ động",
    ("tư", "lệnh", "cảnh", "sát", "biển"): "Bộ Tư lệnh Cảnh sát biển",
    ("tư", "lệnh", "cảnh", "vệ"): "Bộ Tư lệnh Cảnh vệ",
}
#: The office of another country's leader, as it ends, and the ministry here whose leader meets that one.
_COUNTERPARTS = {
    ("trưởng", "quốc", "phòng"): "Bộ Quốc phòng",
    ("trưởng", "bộ", "quốc", "phòng"): "Bộ Quốc phòng",
    ("trưởng", "công", "an"): "Bộ Công an",
    ("trưởng", "bộ", "công", "an"): "Bộ Công an",
    ("trưởng", "an", "ninh"): "Bộ Công an",
    ("trưởng", "bộ", "an", "ninh"): "Bộ Công an",
    ("trưởng", "nội", "vụ"): "Bộ Công an",
    ("trưởng", "bộ", "nội", "vụ"): "Bộ Công an",
    ("tổng", "công", "tố"): "Bộ Công an",
}
#: Where the police are under a ministry of the interior; elsewhere it may be that of civil servants.
_POLICE_UNDER_INTERIOR = frozenset({"Campuchia"})
_LONGEST = max(len(words) for words in _OFFICES)


def leaders_in(tokens: list[Token], text: str, registry: Registry) -> Iterator[Mention]:
    """The bodies that the leaders named in a text stand for, in order."""
    for at in range(len(tokens) - 2):
        low = tokens[at].low
        if low in ("bộ", "thứ") and tokens[at + 1].low == "trưởng":
            found = _minister(tokens, at, text, registry)
        elif low in ("tổng", "viện") or (low == "tư" and not (at and tokens[at - 1].low == "bộ")):
            found = _by_office(tokens, at, text, registry)
        elif at > 1 and tokens[at - 1].low in ("tướng", "trưởng"):
            found = _by_name(tokens, at, registry)
        else:
            continue
        if found is not None:
            yield found


def _minister(tokens: list[Token], at: int, text: str, registry: Registry) -> Mention | None:
    """ "Bộ trưởng | Nội vụ | Campuchia": a minister by the field alone."""
    begin = at + 2
    known = registry.head_index.longest(tokens, at)
    if (known is not None and known[0] > begin) or not tokens[begin].capital or tokens[begin].gap != " ":
        return None
    field = registry.lower_index.longest(tokens, begin) or registry.topic_index.longest(tokens, begin)
    return (
        _led(tokens, at, field[0], f"Bộ {_piece(tokens, begin, field[0], text)}", text, registry)
        if field
        else None
    )


def _by_office(tokens: list[Token], at: int, text: str, registry: Registry) -> Mention | None:
    for size in range(_LONGEST, 2, -1):
        body = _OFFICES.get(tuple(token.low for token in tokens[at : at + size]))
        if body is not None:
            return _led(tokens, at, at + size, body, text, registry)
    return None


def _by_name(tokens: list[Token], at: int, registry: Registry) -> Mention | None:
    """ "Đại tướng | Lê Văn Mây | hội đàm với Bộ trưởng Quốc phòng Lào": the minister, told by rank and name alone."""
    rank = (tokens[at - 2].low, tokens[at - 1].low)
    if (
        rank not in _RANKED
        or not tokens[at].capital
        or tokens[at].gap != " "
        or tokens[at].low not in SURNAMES
    ):
        return None
    stop = at + 1
    while stop < len(tokens) and stop - at < _NAME and tokens[stop].capital and tokens[stop].gap == " ":
        stop += 1
    if stop - at < 2 or (stop < len(tokens) and tokens[stop].gap.startswith((",", " ("))):
        return None  # what follows tells the office
    body = _counterpart(tokens, registry, general=rank[1] == "tướng")
    return _body(f"{body} Việt Nam", tokens[at].start, tokens[stop - 1].end, registry) if body else None


_NAME = 4


def _counterpart(tokens: list[Token], registry: Registry, *, general: bool) -> str | None:
    """The ministry that meets the other country's leader whom the sentence names by office."""
    lows = [token.low for token in tokens]
    for at in range(len(lows)):
        for size in (4, 3):
            body = _COUNTERPARTS.get(tuple(lows[at : at + size]))
            found = registry.place_index.longest(tokens, at + size) if body else None
            if found is None or found[1].kind != "country" or found[1].name == "Việt Nam":
                continue
            if general or lows[at + size - 1] != "vụ" or found[1].name in _POLICE_UNDER_INTERIOR:
                return body
    return None


def _led(tokens: list[Token], at: int, stop: int, body: str, text: str, registry: Registry) -> Mention:
    """The body that the words from `at` to `stop` lead to, with the country behind them."""
    country = (
        registry.place_index.longest(tokens, stop) if stop < len(tokens) and tokens[stop].gap == " " else None
    )
    if country is not None and country[1].kind == "country":
        body, stop = f"{body} {_piece(tokens, stop, country[0], text)}", country[0]
    return _body(body, tokens[at].start, tokens[stop - 1].end, registry)


def _piece(tokens: list[Token], begin: int, stop: int, text: str) -> str:
    return joined(text[tokens[begin].start : tokens[stop - 1].end])


def _body(name: str, start: int, end: int, registry: Registry) -> Mention:
    from pipelines.reading.naming import read_name

    return replace(read_name(name, registry), name=name, start=start, end=end)
