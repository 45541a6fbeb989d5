"""From the names of a list to parties: one a body, with the fullest name that the story tells for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipelines.institutions import Head, Institution, Place, Registry
from pipelines.reading.candidates import Named
from pipelines.reading.units import Unit
from pipelines.reading.words import pattern
from pipelines.types import Party, Span
from pipelines.vietnamese import fold

Known = tuple[Named, Institution]


SIGNED = pattern(
    r"\b(?:ký|kí)\b(?: kết)?|kết nghĩa|gia hạn|(?:kéo dài|nối dài) (?:bản|thỏa|hợp tác|quan hệ|chương trình|quy chế|hợp đồng|biên bản|hiệu lực|thời hạn)|tổng kết|sơ kết|trao (?:đổi )?(?:biên bản|bản ghi|văn kiện|thỏa thuận)"
)


def same_body(one: Known, other: Known) -> bool:
    """One body: equal keys, or one is told without its place and the rest of its key is the other's beginning."""
    a, b = one[1].key, other[1].key
    if a == b or (a.partition("@")[0] == b.partition("@")[0] and ("@" in a) != ("@" in b)):
        return True
    first, second = one[0].mention, other[0].mention
    if first.head is not None and first.head == second.head and first.place and second.place:
        levels = {first.level, second.level}
        alike = _joined(first.place) == _joined(second.place) and first.topic == second.topic
        if alike and (None in levels or (len(levels) == 1 and None in (first.country, second.country))):
            return True  # "Công an Tân Châu" and "Công an huyện Tân Châu"
    head = one[0].mention.head
    if head is not None and head.take == "branch" and head == other[0].mention.head:
        return first.topic == second.topic and not (first.place and second.place)
    numbered = head is not None and head.take == "number" and head == other[0].mention.head
    if numbered and not (first.topic and second.topic):
        return True  # "Bộ Tư lệnh Quân khu" beside "Quân khu 2"
    if head is not None and head == other[0].mention.head and head.take in ("topic", "name", "open"):
        shorter, longer = sorted((fold(one[1].full), fold(other[1].full)), key=len)
        printed_short, printed_long = sorted((fold(first.name), fold(second.name)), key=len)
        vietnamese = printed_long.endswith("viet nam") or printed_short.endswith("viet nam")
        if vietnamese and not printed_long.startswith(printed_short):
            return False  # "Bộ Tư pháp Việt Nam" and "Bộ Tư pháp Lào"
        if longer.startswith(shorter + " ") and not (
            head.local and one[0].mention.place and other[0].mention.place
        ):
            return True  # "Đại học Hosan" and "Đại học Hosan Hàn Quốc"
    if first.head is None and second.head is None and not (one[0].group or other[0].group):
        return one[0].unit is not other[0].unit and _branch_of(first.name, second.name)
    if len(a) > len(b):
        a, b, one = b, a, other
    return one[0].mention.elliptic and b.startswith(a + ":")


def _joined(place: str) -> str:
    """A place for comparing: "Na Kai" and "NaKai" are one."""
    return fold(place).replace(" ", "").replace("-", "")


_BRANCH = re.compile(r"\b(?:chi nhánh|tỉnh|thành phố|tp)\b\.?", re.IGNORECASE)


def _branch_of(one: str, other: str) -> bool:
    """Two brands of which one only leaves out the branch or the word for it: "Viettel", "Viettel chi nhánh Bắc Kạn"."""
    shorter, longer = sorted((_BRANCH.sub(" ", name).split() for name in (one, other)), key=len)
    return bool(shorter) and longer[: len(shorter)] == shorter


def as_parties(members: list[Known], everyone: list[Named], registry: Registry) -> tuple[Party, ...]:
    """One party a body, in reading order, with the fullest name told for it."""
    out: list[Known] = []
    heads = [named.mention.head for named, _ in members if named.mention.head is not None]
    beside = heads[0] if heads else None
    for known in [_spelled_out(known, everyone, registry, beside) for known in members]:
        for position, other in enumerate(out):
            if same_body(known, other):
                if len(known[1].key) > len(other[1].key):
                    out[position] = known
                break
            if _alias_of(known, other):
                break
            if _alias_of(other, known):
                out[position] = known
                break
        else:
            out.append(known)
    if not all(named.place for named, _ in out):
        bodies = [known for known in out if not known[0].place or _abroad(known[0])]
        if bodies and all(
            known[1].key.startswith(("tinh:", "province:")) or _abroad(known[0]) for known in bodies
        ):
            bodies = out  # "Bình Định và bốn tỉnh Nam Lào (Attapeu, …)"
        if any(_abroad(named) for named, _ in bodies):
            bodies = [
                known for known in bodies if not known[0].group
            ]  # "bốn tỉnh Nam Lào là Attapeu, Sekong …"
        if not any(_of_a_state(known) for known in bodies):  # "Chính phủ Thụy Sĩ và Việt Nam"
            out = bodies if len(bodies) >= 2 else [k for k in out if k[0].mention.place != "Việt Nam"]
    out = [known for known in out if not _part_of_another(known, out)]
    if sum(not named.group for named, _ in out) >= 3:
        out = [
            known for known in out if not known[0].group or known[0].mention.name.startswith("các tổ chức")
        ]
    counted = any(named.group and "tỉnh" in named.mention.name for named, _ in members)
    return tuple(_party(named, form, everyone, registry, counted=counted) for named, form in out)


def _spelled_out(known: Known, everyone: list[Named], registry: Registry, beside: Head | None) -> Known:
    """A brand as the body whose full name holds it somewhere else in the story: "BAF" is "CTCP Nông nghiệp BAF Việt Nam"."""
    named = known[0]
    mention = named.mention
    if mention.head is not None and mention.level in _LOWEST and not _printed(named):
        for (
            other
        ) in everyone:  # "Công an 7 xã, phường: …, Minh Long" and elsewhere "Công an phường Minh Long"
            told = other.mention
            same = told.head == mention.head and told.place == mention.place and told.topic == mention.topic
            if same and told.level in _LOWEST and told.level != mention.level:
                return other, registry.describe(told)
    if mention.head is not None and mention.place and mention.level is None:
        for other in everyone:  # "Công an Tân Châu" in the title, "Công an huyện Tân Châu" in the text
            fuller = other.mention
            if fuller.head != mention.head or not fuller.level or not fuller.place or fuller.count:
                continue
            if fold(fuller.place) == fold(mention.place) and fuller.topic == mention.topic:
                return other, registry.describe(fuller)
        return known
    if named.place and _abroad_or_province(named):
        return _body_at(known, everyone, registry)
    if named.place and beside is not None:  # "Cảnh sát biển Việt Nam và Indonesia" in the title
        for other in everyone:
            if (
                other.mention.head == beside
                and other.mention.country == mention.country
                and not other.mention.count
            ):
                return other, registry.describe(other.mention)
    if mention.head is not None or named.place or named.group:
        return known
    name = named.mention.name
    for other in everyone:  # "Gyeongsangbuk" in the title, "tỉnh Gyeongsangbuk" in the text
        told = other.mention
        if told.head is not None and told.head.take == "unit" and told.place == name and not told.count:
            return other, registry.describe(told)
    for other in everyone:
        if (
            other.bare
            or other.inside
            or other.mention.head is None
            or other.mention.head.take not in ("name", "topic")
        ):
            continue
        alias = (other.mention.alias or "").split(",")[0].strip()
        if alias == name or f" {name} " in f" {other.mention.name} ":
            return other, registry.describe(other.mention)
    return known


#: Levels that lists mix: "07 xã, phường".
_LOWEST = frozenset({"xã", "phường", "thị trấn"})


def _printed(named: Named) -> bool:
    """Its name stands in the text as it is, and was not completed from a list."""
    mention = named.mention
    return named.unit.text[mention.start : mention.end] == mention.name


def _abroad_or_province(named: Named) -> bool:
    return named.mention.place != named.mention.country


#: Bodies that are told of every province that signs, as hosts and guests.
OFFICIAL = frozenset({"tinh_uy", "thanh_uy", "hdnd", "doan_dbqh", "chinh_quyen"})


def _body_at(known: Known, everyone: list[Named], registry: Registry) -> Known:
    """A province in a headline as its body that the text names: "Hà Tĩnh - Khăm Muộn ký …" of two police forces."""
    place = registry.place(known[0].mention.name)
    if place is None:
        return known
    bodies: Counter[str] = Counter()
    first: dict[str, Known] = {}
    for other in everyone:
        mention = other.mention
        if mention.head is None or mention.head.take != "place" or not mention.place or mention.count:
            continue
        if registry.place(mention.place) != place or mention.head.slug in OFFICIAL:
            continue
        form = registry.describe(mention)
        bodies[form.key] += 1
        first.setdefault(form.key, (other, form))
    if not bodies:
        return _seat_at(known, place, everyone, registry)
    return first[bodies.most_common(1)[0][0]]


def _seat_at(known: Known, place: Place, everyone: list[Named], registry: Registry) -> Known:
    """The committee of a province in a headline, where the text lists those of several: "Tỉnh ủy hai tỉnh A và B"."""
    for head in OFFICIAL:
        alike = [o for o in everyone if o.mention.head is not None and o.mention.head.slug == head]
        alike = [o for o in alike if o.mention.place and not _printed(o)]
        here = [o for o in alike if registry.place(o.mention.place or "") == place]
        if here and len({o.mention.place for o in alike}) > 1:
            return here[0], registry.describe(here[0].mention)
    return known


def _alias_of(known: Known, other: Known) -> bool:
    """Is the one the short name that stands in brackets after the other, or the brand in the other's full name?"""
    name, alias = known[0].mention.name, other[0].mention.alias
    if alias and name in (alias, alias.split(",")[0].strip()):
        return True
    return known[0].bare and not other[0].bare and f" {name} " in f" {other[0].mention.name} "


def _of_a_state(known: Known) -> bool:
    """The government of another country, which signs with "Việt Nam"."""
    return known[1].head == "chinh_phu" and known[0].mention.country not in (None, "Việt Nam")


def _abroad(named: Named) -> bool:
    """A neighbour's province, not a country."""
    return (
        named.place and named.mention.place != named.mention.country and named.mention.country != "Việt Nam"
    )


#: The central body of a union and the slug of its local ones: "Mặt trận" beside the central committee means that.
FAMILY = {
    "mttq_tw": "mttq", "bo_tu_lenh_bdbp": "bdbp", "vks_toi_cao": "vks", "toa_an_toi_cao": "toa_an", "tong_ldld": "ldld"
}  # fmt: skip


#: A place that signs, and the bodies that sign for it.
_SEATS = frozenset({"tinh", "thanh_pho", "huyen", "xa", "phuong", "dac_khu", "chinh_quyen"})
_GOVERNS = frozenset({"ubnd", "tinh_uy", "thanh_uy", "huyen_uy", "hdnd"})


def _part_of_another(known: Known, all_known: list[Known]) -> bool:
    """ "Hải đoàn 21" beside "Đoàn cơ sở Hải đoàn 21" is the end of that name."""
    name, full = known[0].mention.name.lower(), fold(known[1].full)
    place = known[1].place
    for other in all_known:
        if other is known:
            continue
        if known[1].head in _SEATS and other[1].head in _GOVERNS and place and other[1].place == place:
            return True  # "huyện Cát Tiên" beside "Huyện ủy Cát Tiên"
        part = (
            other[0].reach > 0 and other[1].head != "doan_co_so"
        )  # "Phòng Tham mưu Quân khu 4" signs beside "Quân khu 4"
        if not part and other[0].mention.name.lower().replace(".", " ").endswith(" " + name):
            return True
        youth = known[1].head == "doan_tn" and other[1].head == "tinh_doan"
        if youth and known[0].mention.elliptic and not (known[0].mention.level or known[0].mention.topic):
            return True  # "Đoàn Thanh niên" in the headline, "Tỉnh đoàn" in the text
        family = FAMILY.get(other[1].head or "")
        if (known[0].mention.elliptic or known[0].mention.national) and known[1].head == family:
            return True
        if known[0].mention.elliptic and f" {full} " in f" {fold(other[1].full)} ":
            return True  # "Mặt trận Tổ quốc" beside "Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam"
    return False


#: A capital and the province around it have one name.
_CITY_TOO = frozenset({"Vientiane"})
#: "Bộ trưởng Quốc phòng Việt Nam" signs for "Bộ Quốc phòng Việt Nam".
_OFFICE_OF = re.compile(r"^(?:Bộ|Thứ) trưởng (?:Bộ )?")


def _party(
    named: Named, form: Institution, everyone: list[Named], registry: Registry, *, counted: bool
) -> Party:
    """`counted`: the list calls the places provinces already ("bốn tỉnh Nam Lào là Attapu, …")."""
    mention = named.mention
    name = mention.name
    place = registry.place(name) if named.place else None
    own = name.startswith("Khu tự trị")
    if (
        place is not None
        and place.kind != "country"
        and not place.city
        and place.name not in _CITY_TOO
        and not own
        and not (counted and _abroad(named))
    ):
        name = f"Tỉnh {name}"
    if mention.head is None and not named.group and not named.place:
        for other in everyone:  # "VNPT" is "Tập đoàn VNPT" where the story spells it out somewhere
            longer = other.mention.name
            if (
                len(longer) > len(name)
                and longer.endswith(name)
                and registry.describe(other.mention).key == form.key
            ):
                name = longer
    return Party(
        name=_OFFICE_OF.sub("Bộ ", name[:1].upper() + name[1:]) if mention.head is not None else name,
        key=form.key,
        short=mention.alias or (form.short if form.short != name else None),
        full=form.full,
        head=form.head,
        armed=form.armed,
        span=named.unit.span(mention.start, mention.end),
    )


_STATESMEN = pattern(
    r"\b(?:thủ tướng|tổng bí thư|chủ tịch nước|tổng thống|nhà vua|quốc vương|thăm chính thức|hai nước)\b"
)


def two_states(units: Sequence[Unit], registry: Registry) -> tuple[Party, ...]:
    """Viet Nam and the one country that title and lead speak of, when statesmen meet and no body is named."""
    if not any(_STATESMEN.search(unit.low) for unit in units[:3]):
        return ()
    counts: Counter[str] = Counter()
    where: dict[str, Span] = {}
    for unit in units[:3]:
        tokens = unit.tokens
        for at, token in enumerate(tokens):
            found = registry.place_index.longest(tokens, at) if token.capital else None
            if found and found[1].kind == "country":
                counts[found[1].name] += 1
                where.setdefault(found[1].name, unit.span(token.start, tokens[found[0] - 1].end))
    abroad = [name for name in counts if name != "Việt Nam"]
    if len(abroad) != 1:
        return ()
    out = []
    for name in ("Việt Nam", abroad[0]):
        form = registry.normalise(name)
        out.append(Party(name=name, key=form.key, full=form.full, head=form.head, span=where.get(name)))
    return tuple(out)


_DEFENCE = pattern(r"(?:hợp tác|ghi nhớ|lĩnh vực|kế hoạch|ý định thư|về)[^.;,]{0,25} quốc phòng")


#: The number of a joint paper ends with the letters of those who issued it: "số 03/QC-BCA-TLĐLĐ".
_NUMBER = re.compile(
    r"\d+/(?:QC|QCPH|CTr|CTPH|CT|KH|KHPH|NQLT|TTLT|TTLN|QCLN|CTHĐ|TT)((?:[-–][A-ZĐ&]{2,8}){2,4})\b"
)


def issuers(units: Sequence[Unit], registry: Registry) -> tuple[Party, ...]:
    """The bodies whose letters stand in the number of the joint paper, for a story that names its parties in no other way."""
    for unit in units[:8]:
        found = _NUMBER.search(unit.text)
        if found is None:
            continue
        forms = [registry.normalise(letters) for letters in re.split("[-–]", found[1]) if letters]
        if all(form.head for form in forms) and len({form.key for form in forms}) == len(forms):
            span = unit.span(found.start(1) + 1, found.end(1))
            return tuple(
                Party(
                    name=form.full, key=form.key, full=form.full, head=form.head, armed=form.armed, span=span
                )
                for form in forms
            )
    return ()


_TWO_MINISTRIES = pattern(r"\bhai bộ\b(?! phận)")


def both_ministries(
    parties: tuple[Party, ...], units: Sequence[Unit], registry: Registry
) -> tuple[Party, ...]:
    """The same ministry of the one other country that the opening speaks of, where "hai bộ" sign and one is named."""
    if len(parties) != 1 or parties[0].head not in {"bo", "bo_quoc_phong", "bo_cong_an"}:
        return parties
    if not any(_TWO_MINISTRIES.search(unit.low) for unit in units[:14]):
        return parties
    abroad: Counter[str] = Counter()
    for unit in units[:5]:
        for at, token in enumerate(unit.tokens):
            found = registry.place_index.longest(unit.tokens, at) if token.capital else None
            if found and found[1].kind == "country" and found[1].name != "Việt Nam":
                abroad[found[1].name] += 1
    if len(abroad) != 1:
        return parties
    (country,) = abroad
    named = parties[0]
    stem = named.name.removesuffix(f" {country}").removesuffix(" Việt Nam")
    out = []
    for name in (f"{stem} Việt Nam", f"{stem} {country}"):
        form = registry.normalise(name)
        out.append(
            named
            if name == named.name
            else replace(named, name=name, key=form.key, full=form.full, short=None)
        )
    return tuple(out)


def for_ministries(
    parties: tuple[Party, ...], units: Sequence[Unit], registry: Registry
) -> tuple[Party, ...]:
    """Countries that sign a paper on defence do so through their ministries of defence, where the story names one."""
    if len(parties) < 2 or not all(party.key.startswith("country:") for party in parties):
        return parties
    told = any(
        _DEFENCE.search(unit.low) and (unit.field == "title" or SIGNED.search(unit.low)) for unit in units[:6]
    )
    named = any(
        "bộ quốc phòng" in unit.low or "bộ trưởng quốc phòng" in unit.low or "tướng" in unit.low
        for unit in units[:12]
    )
    if not told or not named:
        return parties
    out = []
    for party in parties:
        form = registry.normalise(f"Bộ Quốc phòng {party.name}")
        out.append(
            replace(
                party,
                name=f"Bộ Quốc phòng {party.name}",
                key=form.key,
                full=form.full,
                short=None,
                head=form.head,
                armed=True,
            )
        )
    return tuple(out)
