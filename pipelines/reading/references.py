"""Bodies told by a bare noun that stands for a name told before: "Viện cùng Sở …", "giữa đơn vị này và …", "lãnh đạo xã và …"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.institutions import Registry
from pipelines.reading.candidates import Named, names_in
from pipelines.reading.chains import Chain
from pipelines.reading.naming import read_name
from pipelines.reading.units import Unit
from pipelines.reading.words import even, pattern

_NOUNS = (
    r"đơn vị|nhà trường|trường|học viện|bệnh viện|công ty|ngân hàng|tập đoàn|tổng công ty|lữ đoàn|trung đoàn|sư đoàn|tiểu đoàn|đồn"
    r"|hải đoàn|quân khu|quân đoàn|cơ quan|hội|sở|viện|trung tâm|bộ|đài|báo|ban|cục|huyện|tỉnh|thành phố|xã|phường|thị xã|thị trấn"
)
#: "tại Lữ đoàn 297 … lễ kết nghĩa giữa Lữ đoàn | và phường B", "đơn vị vừa cùng | B", "Viện cùng | B", "lãnh đạo xã và | B".
_THIS_ONE = pattern(
    rf"(?:\bgiữa (?:lãnh đạo |đại diện )?|(?:\A|[,:;(] |\b(?:nay|qua|nơi|lãnh đạo|đại diện) ))(?P<noun>{_NOUNS})(?: này| chủ nhà| ta)?"
    r" (?:vừa |đã |sẽ |cũng |làm lễ |tổ chức lễ )*(?:và|với|cùng|cùng với|phối hợp với|(?:ký|kí)(?: kết)? với|kết nghĩa với)"
    r" (?:các |(?:hai|ba|bốn|\d+) (?:địa phương|đơn vị)(?: (?:của|ở|trên) [^,;.:]{3,40})?(?: là|:) )?\Z"
)
_ANYONE = frozenset(even("đơn vị,cơ quan,nhà trường").split(","))
_FURTHEST = 6


def with_this_one(chain: Chain, read: Sequence[Unit], registry: Registry) -> None:
    """Put before a list the body that a bare noun means ("giữa đơn vị này và …"): the nearest one told before."""
    unit, start = chain.unit, chain.members[0].mention.start
    found = _THIS_ONE.search(unit.low[max(0, start - 70) : start])
    if found is None:
        return
    told = [named for named in names_in(unit, registry) if named.stop <= start]
    for other in reversed([other for other in read if other.index < unit.index]):
        told = [*names_in(other, registry), *told]
    for named in reversed(told[-_FURTHEST:]):
        head = named.mention.head
        known = registry.place(named.mention.name) if named.place else None
        if known is not None and found["noun"] == ("thành phố" if known.city else "tỉnh"):
            name = f"{found['noun']} {named.mention.name}"
            named = replace(named, mention=replace(named.mention, name=name), place=False, bare=False)
            named = _as_unit(named, registry)
            head = named.mention.head
        if head is None or named.group or named.mention.count:
            continue
        # "Hội trường Đảng ủy phường A … | phường và B ký"
        if found["noun"] == named.mention.level and named.mention.place and chain.unit is named.unit:
            name = f"{found['noun']} {named.mention.place}"
            named = _as_unit(replace(named, mention=replace(named.mention, name=name)), registry)
        if found["noun"] in _ANYONE or _is_one(found["noun"], named):
            this = replace(named, inside=False, office=False)
            if all(this.mention.name != other.mention.name for other in chain.members):
                chain.members.insert(0, this)
                chain.score += 2.8 if not chain.between else 0.5
                chain.between = True
            return


def _as_unit(named: Named, registry: Registry) -> Named:
    """A place as the province or city that signs: "Hải Phòng" as "thành phố Hải Phòng"."""
    read = read_name(named.mention.name, registry)
    return replace(named, mention=replace(read, start=named.mention.start, end=named.mention.end))


def _is_one(noun: str, named: Named) -> bool:
    name = even(named.mention.name)
    return name.startswith(noun + " ") and len(name) > len(noun) + 1
