"""Bodies known by a name of their own, with their branches: "Vietcombank Bắc Gia Lai", "MobiFone Khu vực 1"."""

from __future__ import annotations

from pipelines.institutions import Mention, Registry
from pipelines.reading.name_parts import alias_after, begins_full_name, place_after
from pipelines.reading.words import Token, joined

_DIRECTIONS = frozenset({"Bắc", "Nam", "Đông", "Tây", "Trung"})


def _branch_end(tokens: list[Token], at: int, registry: Registry) -> int:
    """Index after the words of a branch that no gazetteer has, where a list goes on behind it: "BIDV | Phố Núi |, …"."""
    stop = at
    while (
        stop < len(tokens)
        and stop - at < _LONGEST
        and tokens[stop].gap == " "
        and tokens[stop].text.istitle()
    ):
        stop += 1
    if stop - at < 2 or stop >= len(tokens) or begins_full_name(tokens, at, registry):
        return at
    known = registry.head_index.longest(tokens, at) or registry.place_index.longest(tokens, at)
    listed = tokens[stop].gap == ", " or (tokens[stop].gap == " " and tokens[stop].low == "và")
    return stop if listed and known is None else at


_LONGEST = 3


def named_body(
    tokens: list[Token], at: int, stop: int, text: str, registry: Registry
) -> tuple[int, list[Mention]]:
    """The name that ends at `stop` and what belongs to it: (index after it, the one mention)."""
    while (
        stop < len(tokens)
        and tokens[stop].gap == " "
        and tokens[stop].capital
        and tokens[stop].text.isascii()
    ):
        if registry.place_index.longest(tokens, stop) or registry.head_index.longest(tokens, stop):
            break
        if tokens[stop].low == "khu":
            break
        stop += 1  # "Viettel Warehousing" is a company of its own
    toward = stop + 1 if stop + 1 < len(tokens) and tokens[stop].text in _DIRECTIONS else stop
    if toward > stop and place_after(tokens, toward, registry):
        stop = toward  # "Vietcombank Bắc | Gia Lai"
    if [token.low for token in tokens[stop : stop + 2]] == ["khu", "vực"] and stop + 2 < len(tokens):
        stop += 3 if tokens[stop + 2].number or tokens[stop + 2].capital else 0  # "MobiFone Khu vực 1"
    branch = stop + 2 if [token.low for token in tokens[stop : stop + 2]] == ["chi", "nhánh"] else stop
    if branch > stop and branch < len(tokens) and tokens[branch].low in registry.levels:
        branch += 1
    place = place_after(tokens, branch, registry)
    if place and place[1].kind == "province":  # "Viettel Hậu Giang", "VCCI chi nhánh Hà Nội": a branch there
        stop = place[0]
    elif branch == stop:
        stop = _branch_end(tokens, stop, registry)
    alias, end = alias_after(tokens, stop, text, registry)
    name = joined(text[tokens[at].start : tokens[stop - 1].end])
    return end, [Mention(name=name, start=tokens[at].start, end=tokens[stop - 1].end, head=None, alias=alias)]
