"""Leaders who stand for their bodies: "Bộ trưởng Nội vụ Campuchia", "Đại tướng Tô Lâm", "Tổng Công tố Hàn Quốc".

What a story calls only by who leads it is read as that body, as in somebody's office: a list of such names is one of
parties only where they sign or hold the talks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipelines.institutions import Mention, Registry
from pipelines.reading.words import Token, even, joined

#: Who led the two armed ministries, and their deputies who sign for them; told with a rank or as minister.
_LEADERS = {
    tuple(even(name).split()): body
    for body, names in {
        "Bộ Công an": (
            "Tô Lâm", "Lương Tam Quang", "Trần Đại Quang", "Lê Hồng Anh", "Lê Thế Tiệm", "Bùi Văn Nam", "Lê Quý Vương",
            "Nguyễn Văn Thành", "Nguyễn Văn Sơn", "Trần Quốc Tỏ", "Lê Quốc Hùng", "Nguyễn Duy Ngọc", "Lê Văn Tuyến",
            "Nguyễn Văn Long", "Phạm Thế Tùng", "Đặng Hồng Đức",
        ),
        "Bộ Quốc phòng": (
            "Phan Văn Giang", "Ngô Xuân Lịch", "Phùng Quang Thanh", "Phạm Văn Trà", "Nguyễn Chí Vịnh", "Lê Hữu Đức",
            "Võ Minh Lương", "Nguyễn Tân Cương", "Trịnh Văn Quyết", "Phạm Hoài Nam", "Lê Huy Vịnh", "Vũ Hải Sản",
        ),
    }.items()
    for name in names
}  # fmt: skip
_RANKED = frozenset(
    {("đại", "tướng"), ("thượng", "tướng"), ("trung", "tướng"), ("bộ", "trưởng"), ("thứ", "trưởng")}
)
#: Offices that name no body, and the body that they lead.
_OFFICES = {
    ("tổng", "công", "tố"): "Viện Công tố tối cao",
    ("viện", "trưởng", "công", "tố"): "Viện Công tố tối cao",
    ("tổng", "thanh", "tra", "chính", "phủ"): "Thanh tra Chính phủ",
    ("tổng", "kiểm", "toán", "nhà", "nước"): "Kiểm toán Nhà nước",
}
_LONGEST = max(len(words) for words in _OFFICES)


def leaders_in(tokens: list[Token], text: str, registry: Registry) -> Iterator[Mention]:
    """The bodies that the leaders named in a text stand for, in order."""
    for at in range(len(tokens) - 2):
        low = tokens[at].low
        if low in ("bộ", "thứ") and tokens[at + 1].low == "trưởng":
            found = _minister(tokens, at, text, registry)
        elif low in ("tổng", "viện"):
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
    """ "Đại tướng | Tô Lâm"."""
    if at < 2 or not tokens[at].capital or tokens[at].gap != " ":
        return None
    if (tokens[at - 2].low, tokens[at - 1].low) not in _RANKED:
        return None
    for size in (3, 2):
        body = _LEADERS.get(tuple(token.low for token in tokens[at : at + size]))
        if body is not None:
            return _body(body, tokens[at].start, tokens[at + size - 1].end, registry)
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
