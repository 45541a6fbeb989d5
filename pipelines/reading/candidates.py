"""Possible parties of a sentence: bodies, proper names without a head noun, counted groups, places for governments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from pipelines.institutions import Mention, Registry
from pipelines.reading.leaders import leaders_in
from pipelines.reading.lexicon import JOINTS, NO_COUNTRY, NOT_A_NAME, STOP, SURNAMES, VAGUE
from pipelines.reading.naming import find_mentions, read_name
from pipelines.reading.units import Unit
from pipelines.reading.words import Closing, Token, even, pattern

#: "với", "cùng" and the like right before a name.
WITH = pattern(
    r"\b(?:với|cùng|và|cùng với|gồm)\s*[\"“]?(?:đối tác(?: \w+){0,2}(?: là)? ?|(?:các|\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười) |đoàn |phía )?\Z"
)
_INSIDE = Closing(
    r"thuộc|trực thuộc|của|tại|ở|trụ sở|hội trường|cửa khẩu|sân bay|nhà ga|cảng|bến|khu đô thị|từ|do|trên địa bàn|đóng quân|dẫn đầu|cho|đến|tới|sang|thăm|cơ sở|theo|nguồn|báo"
)
_OFFICE = pattern(
    r"(?<!\w)(?:giám đốc|chủ tịch|bí thư|trưởng|chỉ huy|chính ủy|chủ nhiệm|tư lệnh|hiệu trưởng|viện trưởng|tổng biên tập|chánh văn phòng|thường trực|ủy viên|chính trị viên|phó|chánh án|thống đốc|ceo|đại sứ|tgđ|gđ|viện phó|lãnh đạo của)(?: (?:thứ nhất|thường trực|trưởng|chính trị|ban thường vụ|kiêm|đốc|lệnh|nhiệm))*\s*\Z"
)
_PERSON = Closing(
    r"ông|bà|anh|chị|đồng chí|đại tá|thượng tá|trung tá|thiếu tá|đại tướng|thượng tướng|trung tướng|thiếu tướng|đại úy|thượng úy|ts|tiến sĩ|thạc sĩ|pgs|gs|bác sĩ|bs|luật sư|tổng giám đốc|giám đốc|chủ tịch|chủ tịch nước|bộ trưởng|thủ tướng|phó thủ tướng|tổng bí thư|bí thư|hiệu trưởng|tổng thống|tỉnh trưởng|ảnh|tin|nhà báo|nhạc sĩ|nghệ sĩ|ca sĩ|huân tước|thứ trưởng|cựu|tỷ phú|tỉ phú|doanh nhân|hlv|mr|ms|ceo|phó chủ tịch|trưởng ban|quốc vương|hoàng tử",
    r"[.:,]?\s*",
)
_GROUP = pattern(
    r"(?:(?:gần |hơn )?(?P<n>\d{1,4}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|các|những|nhiều) )(?P<head>tỉnh|thành phố|địa phương|doanh nghiệp|trường|xã|phường|huyện|tổ chức tôn giáo|ngân hàng|đại lý|đối tác|trại giam|công ty|sở|đơn vị|đảng ủy|đồn biên phòng|đoàn kinh tế|cơ quan tham mưu|cấp ủy|bệnh viện|hợp tác xã|nhà cung cấp|nhà mạng|chi nhánh|trường đại học|đơn vị quân đội|quỹ|hiệp hội|cơ quan báo chí|tổ chức giáo dục|ban chqs|chi khu quân sự|tập đoàn|nhà đầu tư|trung tâm)(?P<tail>(?: (?!ký|kí|đã|vừa|triển khai|mà |diễn ra|mang |hướng|đánh dấu|nhiều |ngoài|khác|lớn |hàng đầu|quan trọng|trên |trong |về|tổ chức|trong việc|để|nhằm|sẽ|tại |và |với |cùng |năm |giai đoạn|sau |tham |có |được|phối hợp|khi|do |là |mở |này|cũng|thực hiện|hội đàm|chiều|sáng|ngày|đóng|chưa|đủ|còn lại|đã|nhìn|tổng kết|sơ kết|báo cáo|phát triển)[^\s,.;:()\"“”]+){0,9})"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A body in a sentence, as a possible party."""

    mention: Mention
    unit: Unit
    office: bool = False
    """It stands in somebody's office: "Giám đốc Công an tỉnh"."""
    bare: bool = False
    """A proper name without a head noun."""
    group: bool = False
    """A counted group without names: "6 tỉnh khu vực Bắc Trung bộ"."""
    inside: bool = False
    """It stands in brackets, or after "thuộc", "của", "tại": it says whose a party is, or where it met."""
    place: bool = False
    """A country or province standing for its government."""
    reach: int = 0
    """Where the body that it is part of ends, when that is told right behind it: "Lữ đoàn 125 | Hải quân"."""
    whole: bool = False
    """Its name tells the body that it is part of."""

    @property
    def stop(self) -> int:
        """Where all that is told of it ends."""
        return max(self.mention.end, self.reach)


def names_in(unit: Unit, registry: Registry) -> list[Named]:
    """Every possible party of a sentence in order: bodies, proper names, groups, places standing for governments."""
    if unit.names is None:
        unit.names = _find_names(unit, registry)
    return unit.names


def _find_names(unit: Unit, registry: Registry) -> list[Named]:
    mentions = find_mentions(unit.tokens, unit.text, registry)
    out = [
        Named(
            mention,
            unit,
            office=unit.low.startswith(MINISTERS, mention.start)
            or (
                unit.text[mention.start - 1 : mention.start] == "("
                and _person_before(unit, mention.start - 1)
            )
            or _OFFICE.search(unit.low[max(0, mention.start - 60) : mention.start]) is not None,
            inside=_belongs(unit, mention.start, mention.end) or _goal(unit, mention),
        )
        for mention in mentions
        if unit.text[max(0, mention.start - 1) : mention.start] not in ("/", "-")  # "03/QC-BCA" is a number
    ]
    out = [
        _commanded(_without_person(named), registry)
        for named in out
        if not _only_counted(named.mention, unit)
    ]
    out = [replace(named, inside=True) if _seat_abroad(named, out) else named for named in out]
    for leader in leaders_in(unit.tokens, unit.text, registry):
        out = [
            named for named in out if named.mention.end <= leader.start or leader.end <= named.mention.start
        ]
        out.append(Named(leader, unit, office=True))
    covered = [(named.mention.start, named.mention.end) for named in out]
    for group in _groups(unit):
        start, end = group.span()
        if any(s < end and start < e for s, e in covered):
            continue
        named = _named_in_brackets(unit, group["head"], (start, end), mentions, registry)
        if named:
            out.extend(named)
            covered.append((start, named[-1].mention.end))
            continue
        counted = group["n"].isdigit() and int(group["n"]) > 2
        if group["head"].split()[-1] in VAGUE and not group["tail"] and not counted:
            continue
        if group["n"] in ("hai", "2") and group["head"] not in ("tỉnh", "xã", "huyện", "phường"):
            continue
        if (
            group["head"] == "đơn vị"
            and group["tail"].strip() == unit.text[group.start("tail") : group.end("tail")].strip()
        ):
            continue  # "các đơn vị trên địa bàn" names nobody
        if unit.text[end : end + 1] == ":":
            continue
        name = unit.text[start:end].strip()
        if group["n"] in ("những", "nhiều"):
            name = f"Các {name[len(group['n']) :].strip()}"
        mention = Mention(name=name, start=start, end=end, head=None, count=group["n"])
        out.append(Named(mention, unit, group=True))
        covered.append((start, end))
    out.extend(_bare_names(unit, covered, registry))
    out = [_several(named, out) for named in out]
    return _drawn_in(_with_bracket(sorted(out, key=lambda named: named.mention.start), unit, registry), unit)


def _with_bracket(names: list[Named], unit: Unit, registry: Registry) -> list[Named]:
    """ "Ban Chỉ huy BĐBP (Bộ CHQS tỉnh Quảng Trị)": a local body takes its place from the superior in brackets."""
    out: list[Named] = []
    for position, named in enumerate(names):
        mention = named.mention
        following = names[position + 1] if position + 1 < len(names) else None
        bare = mention.elliptic and mention.level is None and not mention.count
        above = following.mention if following is not None and following.inside else None
        if above is not None and unit.text[mention.end : above.start] != " (":
            above = None
        if bare and mention.alias and mention.alias[0].isupper() and " " in mention.alias:
            above = read_name(mention.alias, registry)
        if bare and above is not None and above.head is not None and above.place:
            where = f"{above.level or ''} {above.place}".strip()
            name = f"{mention.name} {where}"
            named = replace(
                named, mention=replace(mention, name=name, place=above.place, level=above.level, alias=None)
            )
        out.append(named)
    return out


def _without_person(named: Named) -> Named:
    """ "Bí thư Đảng ủy xã Nguyễn Văn Hiền": who holds the office is no place."""
    mention = named.mention
    words = (mention.place or "").split()
    if not named.office or len(words) < _FULL_NAME or even(words[0]) not in SURNAMES:
        return named
    if not all(word.istitle() for word in words) or not mention.name.endswith(mention.place or ""):
        return named
    name = mention.name.removesuffix(mention.place or "").strip()
    return replace(named, mention=replace(mention, name=name, place=None, end=mention.start + len(name)))


_FULL_NAME = 3
_ABROAD = pattern(r",? ?\(?(?:nước )?(?:lào|campuchia|trung quốc)\b")


def _seat_abroad(named: Named, names: list[Named]) -> bool:
    """ "Tiểu đoàn 3, | tỉnh Prey Veng, Campuchia": where the neighbour's body before it is."""
    mention, unit = named.mention, named.unit
    if mention.head is None or mention.head.slug != "tinh" or not _ABROAD.match(unit.low, mention.end):
        return False
    return any(
        unit.text[other.mention.end : mention.start] == ", "
        and other.mention.head is not None
        and other.mention.head.take != "unit"
        and other.mention.level not in ("tỉnh", "thành phố")
        and not other.mention.country
        for other in names
    )


_LOCALLY = (" địa phương", " các cấp", " cơ sở", " sở tại")
MINISTERS = ("bộ trưởng", "thứ trưởng")
_COMMANDER = pattern(r"\btư lệnh \Z")
_COMMANDED = frozenset({"bdbp", "khong_quan", "hai_quan"})


def _commanded(named: Named, registry: Registry) -> Named:
    """ "Tư lệnh BĐBP" speaks for "Bộ Tư lệnh BĐBP"."""
    mention = named.mention
    if mention.head is None or mention.head.slug not in _COMMANDED or mention.place:
        return named
    if not named.office or not _COMMANDER.search(named.unit.low[max(0, mention.start - 12) : mention.start]):
        return named
    name = f"Bộ Tư lệnh {mention.name}"
    known = read_name(name, registry)
    return replace(named, mention=replace(known, name=name, start=mention.start, end=mention.end))


def _only_counted(mention: Mention, unit: Unit) -> bool:
    """ "7 trường đại học kỹ thuật trọng điểm" is a group: nothing in lower case behind a count is a name."""
    if mention.elliptic and not mention.level and unit.low.startswith(_LOCALLY, mention.end):
        return True  # "Đoàn thanh niên địa phương"
    if mention.place or mention.level or mention.name != mention.name.lower():
        return False
    before = unit.low[: mention.start].split()[-1:]
    return bool(before) and (before[0].isdigit() or before[0] in _COUNTING | {"mỗi"})


_COUNTING = frozenset(even("hai ba bốn năm sáu bảy tám chín mười các những nhiều").split())
#: First words of what a group may be of.
_COUNTED = frozenset(
    even(
        "tỉnh thành địa doanh trường xã phường huyện tổ ngân đại đối trại công sở đơn đảng đồn đoàn cơ cấp bệnh hợp nhà chi quỹ"
        " hiệp ban tập trung"
    ).split()
)


def _groups(unit: Unit) -> Iterator[re.Match[str]]:
    """The counted groups of a sentence in order: "6 tỉnh khu vực Bắc Trung bộ", "các doanh nghiệp"."""
    last = 0
    tokens = unit.tokens
    for at, (before, here) in enumerate(pairwise(tokens)):
        if here.low not in _COUNTED or not (before.number or before.low in _COUNTING) or before.start < last:
            continue
        about = at > 0 and tokens[at - 1].low in ("gần", "hơn")
        found = _GROUP.match(unit.low, tokens[at - 1].start if about else before.start)
        if found is not None:
            last = found.end()
            yield found


_PLURAL = pattern(r"\b(?:các|những|nhiều) \Z")
_AREA = pattern(r"\A(?:phía|khu vực|miền|vùng|trên địa bàn|trong tỉnh|ở)\b")


def _several(named: Named, names: list[Named]) -> Named:
    """ "các bệnh viện phía Nam", "các Đồn Biên phòng tỉnh Quảng Trị": a group by its kind and where it is."""
    mention, unit = named.mention, named.unit
    if mention.head is None or named.group or mention.head.take not in ("topic", "name", "number"):
        return named
    area = _AREA.match(even(mention.topic)) or (mention.level in ("tỉnh", "thành phố") and not mention.topic)
    if not area or not _PLURAL.search(unit.low[max(0, mention.start - 8) : mention.start]):
        return named
    if any(other is not named and other.mention.head == mention.head for other in names):
        return named
    name = f"Các {unit.text[mention.start : mention.end]}"
    return replace(named, group=True, mention=replace(mention, name=name, head=None, count="các"))


def _drawn_in(names: list[Named], unit: Unit) -> list[Named]:
    """ "chỉ đạo của Quân khu 3 và Tỉnh ủy": what "và" joins to a superior is one too."""
    out: list[Named] = []
    for named in names:
        before = out[-1] if out else None
        if (
            before is not None
            and before.inside
            and (
                (between := unit.low[before.mention.end : named.mention.start].strip()) == "và"
                or (between == "," and _repeats_head(named, unit))
            )
        ):
            named = replace(named, inside=True)
        out.append(named)
    return out


def _repeats_head(named: Named, unit: Unit) -> bool:
    """Its head is told before the first of its list: "của Công an ba huyện A, | B"."""
    mention = named.mention
    first = unit.low[mention.start : mention.end].split(maxsplit=1)[:1]
    return mention.head is not None and even(mention.name).split(maxsplit=1)[:1] != first


_LISTED = re.compile(r" ?\(([^()]{5,240})\)")
_GROUP_HEADS = {"tỉnh": "tinh", "xã": "xa", "phường": "phuong", "huyện": "huyen", "sở": "so"}


def _named_in_brackets(
    unit: Unit, group: str, span: tuple[int, int], mentions: list[Mention], registry: Registry
) -> list[Named]:
    """The members of a counted group that brackets name: "sáu sở phía Bắc (Cao Bằng, Hà Giang …)"."""
    found = _LISTED.match(unit.text, span[1])
    slug = _GROUP_HEADS.get(group)
    if found is None or slug is None:
        return []
    head = next(head for head in registry.heads if head.slug == slug)
    like = next((mention for mention in mentions if mention.head == head and mention.topic), None)
    if slug == "so" and like is None:
        return []
    topic = like.topic if like is not None else ""
    out: list[Named] = []
    position = found.start(1)
    for part in re.split(r"(, | và |; )", found[1]):
        place = part.strip()
        if place[:1].isupper():
            name = " ".join(filter(None, [head.full, topic, place]))
            begin = position + part.index(place)
            start = begin if out else span[0]  # the first is joined to what stands before the group
            out.append(
                Named(
                    Mention(
                        name=place if slug == "tinh" else name,
                        start=start,
                        end=begin + len(place),
                        head=head,
                        topic=topic,
                        place=place,
                    ),
                    unit,
                )
            )
        elif part.strip() not in ("và", ",", ";"):
            return []
        position += len(part)
    return out if len(out) > 1 else []


_SUPERIOR = pattern(
    r"(?<!\w)(?:thuộc|trực thuộc|của|tại|ở|trụ sở|hội trường|trên địa bàn|nguồn|ảnh|theo|thành viên|công ty con|nguồn:)\s+(?:trụ sở |hội trường |đơn vị |trụ sở chính |nhà văn hóa |văn phòng |cấp )?\Z"
)


_WENT = pattern(r"\b(?:sang|đến|tới|về|lên|ra|xuống|ngay ở|trên) \Z")


def _goal(unit: Unit, mention: Mention) -> bool:
    """ "sang xã Tri Lễ kết nghĩa với …": where somebody went."""
    unit_of_land = mention.head is not None and mention.head.take == "unit"
    return unit_of_land and _WENT.search(unit.low[max(0, mention.start - 12) : mention.start]) is not None


#: What those after it hold together: "Hội nghị của A và B", "thỏa thuận của hai bên".
_MEETING_OF = pattern(
    r"\b(?:hội nghị|lễ ký|lễ ký kết|buổi lễ|cuộc họp|hội đàm|phối hợp|hợp tác|ghi nhớ|liên tịch|kết nghĩa|ký kết|(?:hội nghị|lễ ký|lễ ký kết|cuộc họp) [^.;,]{0,40}|liên tịch(?: số)? [\w/-]*\d[\w/-]*|đoàn|đoàn công tác|đoàn đại biểu|đoàn cán bộ|đại diện) của (?:hai (?:bên|đơn vị|ngành) )?\Z"
)
#: "Hai đơn vị | (A và B) ký": the brackets name those who are counted.
_COUNTED_ONES = pattern(
    r"\b(?:hai|ba|bốn|năm|sáu|bảy|\d{1,2}|các|những) (?:bên|đơn vị|cơ quan|ngành|trường|địa phương|lực lượng|doanh nghiệp|tổ chức|ngân hàng)(?: (?:tham gia|ký kết|trên|cùng ký))?\s*\Z"
)
#: The body did not exist before: "lễ ra mắt Hợp tác xã …".
_FOUNDED = pattern(r"\b(?:ra mắt|thành lập|khai trương|khánh thành|khởi công|tham quan|thăm) \Z")
#: "nhân 95 năm | Công đoàn Việt Nam", "kỷ niệm 80 năm Ngày thành lập | …": whose birthday it is.
_YEARS_OF = pattern(
    r"\b(?:kỷ niệm|nhân|chào mừng|dịp|tròn) (?:lần thứ )?\d{1,3} năm (?:ngày )?(?:thành lập |truyền thống |ra đời |xây dựng )*\Z"
)
_SOMEBODY = re.compile(
    r"(?:(?i:ông|bà|đồng chí|đ/c|(?:đại|thượng|trung|thiếu) (?:tướng|tá|úy))) (?:[A-ZĐÀ-Ỹ]\w+ ?){2,4}\Z"
)


def _person_before(unit: Unit, end: int) -> bool:
    """ "Đại tá Lê Văn Thái | (Công an tỉnh Nghệ An)": for whom somebody speaks."""
    return _SOMEBODY.search(unit.text[max(0, end - 50) : end]) is not None


#: "Ủy viên Ban Thường vụ Tỉnh ủy" is a person's seat in the Party.
_MEMBER = pattern(
    r"\b(?:ủy viên|đảng ủy viên) (?:thường trực |dự khuyết |ban thường vụ |ban chấp hành |thường vụ |btv |bch )*\Z"
)
#: "Bí thư Tỉnh ủy, Giám đốc Công an tỉnh" speaks for the police, "Bí thư Tỉnh ủy Lê Văn A" for the committee.
_SECRETARY = pattern(r"\bbí thư (?:thường trực |thứ nhất )?\Z")
#: ", huyện Dầu Tiếng": where the body named before is.
_SEAT = pattern(r"[,(] ?(?:tỉnh|huyện|thành phố|tp\.?|thị xã|quận|xã|phường)\s+\Z")


def _belongs(unit: Unit, start: int, end: int) -> bool:
    """The name says whose a party is, or where it met, and stands in brackets or after "thuộc", "của", "tại"."""
    before = unit.low[:start]
    if _MEMBER.search(before[-48:]) or _FOUNDED.search(before[-16:]) or _YEARS_OF.search(before[-60:]):
        return True
    if _MEETING_OF.search(before[-70:]):
        return False
    if unit.low[end : end + 1] == "," and _SECRETARY.search(before[-48:]):
        return True
    if before.count("(") > before.count(")"):
        lead = before[: before.rindex("(")]
        return _COUNTED_ONES.search(lead[-60:]) is None and not _person_before(unit, len(lead))
    return _SUPERIOR.search(before[-48:]) is not None


def _bare_names(unit: Unit, covered: list[tuple[int, int]], registry: Registry) -> list[Named]:
    tokens = unit.tokens
    out: list[Named] = []
    if unit.text.isupper():
        return out
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if not token.capital or any(s <= token.start < e for s, e in covered):
            at += 1
            continue
        if token.low in _ADDRESSES and registry.place_index.longest(tokens, at) is None:
            at += 1
            while at < len(tokens) and tokens[at].capital and tokens[at].gap in (" ", "-", "’", "'"):
                at += 1  # "Ông Kunio Umeda"
            continue
        if token.low in JOINTS:
            at += 1  # "Ở Viêng Chăn, …" at the beginning of a sentence
            continue
        found = registry.place_index.longest(tokens, at)
        if found is not None and at + 1 < len(tokens) and (token.low, tokens[at + 1].low) in NO_COUNTRY:
            found = None
        if found is not None:
            stop, place = found
            if (
                stop < len(tokens)
                and tokens[stop].capital
                and tokens[stop].gap == " "
                and (place.kind != "country" or _begins_a_town(tokens, at, stop))
            ):
                stop = at
            else:
                before = unit.low[: token.start]
                behind = place.kind == "country" and any(e == token.start - 1 for _, e in covered)
                if (
                    not (behind and token.gap == " ")  # "BĐBP tỉnh Kon Tum | Việt Nam"
                    and not any(s < tokens[stop - 1].end and token.start < e for s, e in covered)
                    and not _SEAT.search(before[-32:])
                    and not _INSIDE.search(before[-48:])
                    and not _PERSON.search(before[-48:])
                    and not _FROM.search(before[-24:])
                    and before.count("(") <= before.count(")")
                ):
                    mention = Mention(
                        name=unit.text[token.start : tokens[stop - 1].end],
                        start=token.start,
                        end=tokens[stop - 1].end,
                        head=None,
                        place=place.name,
                        country=place.country,
                    )
                    out.append(Named(mention, unit, place=True, bare=True))
                elif stop < len(tokens) and tokens[stop].gap == " " and tokens[stop].capital:
                    while stop < len(tokens) and tokens[stop].gap in (" ", "-") and tokens[stop].capital:
                        stop += 1  # "Thủ tướng Malaysia | Anwar Ibrahim"
                at = stop
                continue
        stop = at + 1
        while stop < len(tokens) and stop - at < 8:
            nxt = tokens[stop]
            if nxt.gap not in (" ", "-", "&", ".", " & ", "’", "'") or any(
                s <= nxt.start < e for s, e in covered
            ):
                break
            if not (nxt.capital or nxt.number):
                if nxt.text not in _PARTICLES or not _foreign(tokens, at, stop):
                    break
                stop += 1
            stop += 1
        while stop + 1 <= len(tokens) - 1 and tokens[stop].gap == ", " and tokens[stop].low in _FORMS:
            stop += 1
        while stop - 1 > at and tokens[stop - 1].number and stop < len(tokens) and tokens[stop].gap == " ":
            stop -= 1  # "NASDAQ | 5 lĩnh vực"
        if _is_dateline(unit, at, stop):
            at = stop
            continue
        # what follows a name without a comma is a person: "Bộ Nội vụ Campuchia | Samdech Sar Kheng"
        follows_name = any(e + 1 == token.start and unit.text[e] == " " for _, e in covered)
        if not follows_name and _is_brand(unit, at, stop) and registry.head_index.longest(tokens, at) is None:
            start, end = token.start, tokens[stop - 1].end
            rest = unit.text[end : end + 60]
            alias = re.match(r"\s*\(([^()]{2,40})\)", rest)
            mention = Mention(
                name=unit.text[start:end], start=start, end=end, head=None, alias=alias[1] if alias else None
            )
            out.append(Named(mention, unit, bare=True))
        at = stop
    return out


def _begins_a_town(tokens: list[Token], at: int, stop: int) -> bool:
    """ "Đức | Hòa", "Nga | Sơn": a country's name of one syllable before one more, which is no foreigner's name."""
    following = tokens[stop].text
    syllable = following.istitle() and (not following.isascii() or len(following) <= _SYLLABLE)
    return stop == at + 1 and tokens[at].text.istitle() and syllable


_SYLLABLE = 4
_ADDRESSES = frozenset({"ông", "bà"})


#: Words that join the parts of foreign names: "Harvard Graduate School | of | Education".
_PARTICLES = frozenset({"of", "for", "and", "de", "du", "des", "the", "und"})


def _foreign(tokens: list[Token], first: int, at: int) -> bool:
    """Is the name before a foreign particle in letters without marks, and does it go on with a capital?"""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return (
        following is not None
        and following.capital
        and following.gap == " "
        and all(token.text.isascii() for token in (*tokens[first:at], following))
    )


def _is_dateline(unit: Unit, at: int, stop: int) -> bool:
    """The newspaper's or agency's letters before a text: "BHG - Công an tỉnh …"."""
    if unit.field == "title" or unit.index != 1 or stop - at > 2 or stop >= len(unit.tokens):
        return False
    if stop - at == 2 and not all(token.text.isupper() for token in unit.tokens[at:stop]):
        return False  # "BIM Energy - thành viên Tập đoàn BIM - và …" is a body
    return not unit.text[: unit.tokens[at].start].strip(" (") and unit.tokens[stop].gap.strip(" )") in (
        "-",
        "–",
        "—",
    )


#: "số 58 | Quán Sứ", "đường | Lê Lợi": an address.
_ADDRESS = pattern(
    r"\b(?:số|cơ sở|đường|phố|ngõ|tầng|tòa nhà|đại lộ)(?: [\w/.-]*\d[\w/.-]*)?,? \Z"
    r"|\b(?:xã|phường|huyện) (?:biên giới|vùng biên|vùng cao|miền núi|đảo|ven biển|nghèo) \Z"
)
#: "đối tác | Nga", "doanh nghiệp | Nhật Bản": the country tells where somebody is from.
_FROM = Closing(
    r"đối tác|doanh nghiệp|công ty|tập đoàn|ngân hàng|đại học|học viện|bệnh viện|trường|hãng|nhà đầu tư|người|khách|chuyên gia|kiều bào",
    " ",
)


#: "thực hiện chương trình | PT-TH", "dự án | VFBC": what it names is no body.
_WORK = Closing(
    r"chương trình|dự án|đề án|kênh|phong trào|mô hình|chuyên mục|phần mềm|công trình|nghị quyết|chỉ thị|cuộc thi|cuộc vận động|vaccine|nghị định|quyết định",
    " ",
)
#: The central committee of what follows: "T.Ư | Hội Nông dân".
_CENTRAL_LETTERS = frozenset({"T.Ư", "TƯ", "TW", "T.W", "BCH", "BTV"})


#: Legal forms after a comma: "MoneyGram International, Inc."
_FORMS = frozenset({"inc", "ltd", "jsc", "corp", "llc", "gmbh"})


def _is_brand(unit: Unit, at: int, stop: int) -> bool:
    tokens = unit.tokens
    first = tokens[at]
    words = tokens[at:stop]
    before = unit.low[: first.start]
    if _PERSON.search(before[-48:]) or (_INSIDE.search(before[-48:]) and not WITH.search(before[-64:])):
        return False
    if (
        _SEAT.search(before[-32:])
        or _ADDRESS.search(before[-40:])
        or before.endswith(("/", "-"))
        or unit.text[tokens[stop - 1].end :][:1] == "/"
    ):
        return False
    if unit.text[first.start : tokens[stop - 1].end] in _CENTRAL_LETTERS or _WORK.search(before[-24:]):
        return False
    if (
        len(words) == 3
        and first.low in SURNAMES
        and not any(word.text.isascii() and len(word.text) > 6 for word in words)
    ):
        return False  # a person
    capitals = len(words) >= 3 and all(word.capital for word in words)  # "Thế Giới Di Động"
    if (first.low in NOT_A_NAME and not capitals) or before.count("(") > before.count(")"):
        return False
    if unit.field != "title" and before.endswith(("“", '"', "'", "‘")):
        return False
    if before.count("“") > before.count("”") and not before.endswith("“"):
        return False  # in the middle of a quoted title
    if len(words) == 1 and not first.text.strip("IVX"):
        return False
    if first.low == "phía":
        return False
    if len(words) == 1:
        following = tokens[stop] if stop < len(tokens) and tokens[stop].gap == " " else None
        titled = first.text[1:].islower()
        if titled and not first.text.isascii():
            return False  # one Vietnamese syllable begins a sentence, it is no brand
        if (
            titled
            and len(first.text) <= 5
            and following is not None
            and not following.capital
            and following.low not in STOP
        ):
            return False
        sentence_start = not before.strip(" \"“'(")
        if len(first.text) < 2 or (
            sentence_start and first.text[1:].islower() and unit.field != "title" and len(first.text) < 5
        ):
            return False
    return True
