"""One key for all spellings of a body: what of a name tells the body, and what is its spelling alone.

A key is `sort:topic:place`: `cong_an:gia-lai`, `so:giao-duc-dao-tao:dak-lak`, `cong_an:xa.tan-lap`. Legal forms,
abbreviations, leaders named for their body ("Ban Thường vụ …") and how a place is spelled leave no trace in it.
A body below the province keeps its level, so that the police of Hòa Bình city are not those of Hòa Bình province.
Pure; the facts are in `institutions.toml`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace

from pipelines.institutions import Head, Institution, Mention, Place, Registry, slug_of
from pipelines.party_heirs import heir_of, in_province, needs_province
from pipelines.party_spelling import (
    abroad_by_sound,
    brand_slug,
    company_topic,
    core_of,
    foreign,
    foreign_brand,
    spelled,
)
from pipelines.reading.words import WordIndex, even, joined, pattern, tokens_of
from pipelines.vietnamese import fold

#: Leaders that stand for the body named behind them. "Đảng ủy" counts where a comma or a dash joins the two.
_LEADERS = re.compile(
    r"^(?:(?:Ban (?:Thường vụ|Chấp hành|Lãnh đạo|lãnh đạo|Giám đốc|Giám hiệu|Chủ nhiệm)|BTV|BCH|Thường trực|Thường vụ|"
    r"Đoàn Chủ tịch|Lãnh đạo)\s+|(?:Đảng ủy|Đảng uỷ|ĐU)(?:\s*[,–-]\s*| và )(?:Chỉ huy |Ban Giám đốc )?)(?=[A-ZĐ])"
)
_CENTRAL = re.compile(r"^(?:Trung ương|Trung Ương|T\.Ư|TƯ|TW)\s+(?=[A-ZĐ])")
_HOST = re.compile(r"tại (?:nước )?(.+)")
_ABROAD = re.compile(r"(?: \(|, )[^(),]+\)?$")
_CAPITAL_CITY = re.compile(r"^[Tt]hủ đô (?=[A-ZĐ])")
_REPUBLIC = re.compile(r"^(?:nước|Nước|Cộng hòa|Cộng hoà|CH|Vương quốc|Liên bang|LB|CHLB)\s+", re.UNICODE)


def form_of_name(registry: Registry, name: str) -> Institution:
    """The normal form of a name that stands alone, with the superior that stands behind it."""
    from pipelines.reading.naming import read_name

    name = spelled(name)
    own = _own_place(registry, name) or _own_place(registry, _ABROAD.sub("", name)) or _state(registry, name)
    if own is not None:
        return _of_place(own)
    led = _LEADERS.sub("", name)
    if led != name and registry.head_index.longest(tokens_of(led), 0):
        return replace(form_of_name(registry, led), short=led)
    mention = read_name(name, registry)
    rest = name[mention.end :].lstrip(" ,-–(").rstrip(" )")
    if mention.head is not None and rest:
        mention = _with_rest(registry, mention, mention.head, rest)
    elif mention.head is None and rest and registry.place(_bare_branch(rest)) is not None:
        mention = replace(mention, name=name, end=len(name))  # "VNPT | tỉnh Lâm Đồng"
    return form_of(registry, mention)


def _with_rest(registry: Registry, mention: Mention, head: Head, rest: str) -> Mention:
    """A name with what stands behind its first part: its superior, where an embassy is, a command's seat."""
    from pipelines.reading.naming import read_name

    if head.slug == "ban_chi_huy_pkkv" and rest[0].isupper():
        return replace(mention, topic=f"{mention.topic} {rest}")
    if head.slug == "dai_su_quan" and (host := _HOST.match(rest)):
        seat = registry.place(host[1])
        return replace(mention, topic=f"tại {seat.name}") if seat and seat.name != "Việt Nam" else mention
    if rest.isdigit() and mention.level in _LOWER and mention.place:
        return replace(mention, place=f"{mention.place} {rest}")  # "phường Hà Giang 1"
    seat = _own_place(registry, rest)
    if seat is not None and head.slug == "bo_tu_lenh" and not mention.topic:
        return replace(mention, place=seat.name)  # "Bộ Tư lệnh thành phố Hồ Chí Minh"
    words = tokens_of(rest)
    single = registry.head_index.longest(words, 0) if len(words) == 2 else None
    if head.take == "place" and not mention.place and single and single[0] == 1 and words[1].capital:
        return replace(mention, place=rest)  # "Công an | Hội An"
    state = registry.place(rest)
    if state is not None and state.kind == "country" and head.take == "number":
        return replace(mention, country=state.name)  # "Quân khu 4 Campuchia"
    above = read_name(rest, registry)
    if above.head is not None or registry.name_index.longest(tokens_of(rest), 0):
        return _part_of(mention, head, above, registry)
    return mention


def form_of(registry: Registry, mention: Mention) -> Institution:
    """The normal form of a mention that a text has already taken apart."""
    state = registry.place(mention.name)
    if state is not None and state.kind == "country":
        return _of_place(state)
    if mention.head is None:
        return _without_head(registry, mention)
    other = _read_otherwise(registry, mention, mention.head)
    if other is not None:
        return other
    return _with_head(registry, mention, mention.head)


# --- names without a head noun --------------------------------------------------------------------------------------


_SMALLER = pattern(r"\A(?:thành phố|tp|huyện|quận|thị xã|thị trấn|xã|phường)\b")


def _own_place(registry: Registry, name: str) -> Place | None:
    """The place that a name is, but not the province of whose name there is a city: "TP Hòa Bình"."""
    place = registry.place(name)
    if place is not None and place.kind == "province" and not place.city and _SMALLER.match(even(name)):
        return None
    return place


def _state(registry: Registry, name: str) -> Place | None:
    """ "Cộng hòa Hàn Quốc", "nước CHND Trung Hoa"."""
    short = name
    for _ in range(3):
        shorter = _REPUBLIC.sub("", short)
        if shorter == short:
            return None
        short = shorter
        place = registry.place(short)
        if place is not None and place.kind == "country":
            return place
    return None


def _of_place(place: Place) -> Institution:
    """A place that signs for itself: a province is one party with and without "tỉnh" before it."""
    sort = "country" if place.kind == "country" else "tinh"
    return Institution(
        key=f"{sort}:{place.key}",
        full=place.name,
        short=place.name,
        head=None,
        armed=False,
        place=place.name,
        successor=f"{sort}:{slug_of(place.successor)}" if place.successor else None,
    )


def _without_head(registry: Registry, mention: Mention) -> Institution:
    own = _own_place(registry, mention.name) or _state(registry, mention.name)
    if own is not None:
        return _of_place(own)
    seat = registry.place(_CAPITAL_CITY.sub("", mention.name))
    if seat is not None and seat.kind != "country" and not seat.city:  # not the province around it
        return replace(_of_place(seat), key=f"tinh:thu-do.{seat.key}", full=f"Thủ đô {seat.name}")
    central = _CENTRAL.sub("", mention.name)
    if central != mention.name and registry.head_index.longest(tokens_of(central), 0):
        if not even(central).endswith("việt nam"):
            central += " Việt Nam"
        return replace(form_of_name(registry, central), short=mention.name)
    tokens = tokens_of(mention.name)
    named = registry.name_index.longest(tokens, 0)
    if named and named[0] == len(tokens):
        return _known(registry, named[1], mention.name)
    if named:
        branch = _branch(registry, named[1], mention.name[tokens[named[0] - 1].end :])
        if branch is not None:
            return replace(branch, full=registry.expand(mention.name), short=mention.name)
    full = registry.expand(mention.name)
    if full != mention.name and full.startswith(("Đại học", "Văn phòng", "Đại sứ quán")):
        return replace(form_of_name(registry, full), short=mention.name)  # "ĐHQGHN"
    begins = registry.head_index.longest(tokens_of(full), 0)
    return Institution(
        key=f"name:{brand_slug(full)}",
        full=full,
        short=mention.name,
        head=begins[1].slug if begins else None,
        armed=bool(begins and begins[1].armed),
    )


def _known(registry: Registry, full: str, short: str) -> Institution:
    """A body known by a name of its own: its full name's slug; a unit with a number is known by its head."""
    from pipelines.reading.naming import read_name

    tokens = tokens_of(full)
    head = registry.head_index.longest(tokens, 0)
    if head is not None and head[1].slug not in _NAMED_SORTS:  # "Quân khu 7", "Đại học Quốc gia Hà Nội"
        mention = read_name(full, _without_names(registry))
        if mention.head is not None and mention.end == len(full):
            return replace(_with_head(registry, mention, mention.head), short=short)
    return Institution(
        key=f"name:{brand_slug(full)}",
        full=full,
        short=short,
        head=head[1].slug if head else None,
        armed=bool(head and head[1].armed),
    )


_BRANCH = pattern(r"\A[\s,–-]*(?:(?:chi nhánh|cn)\s+)?(?:(?:tỉnh|thành phố|tp\.?)\s+)?")


def _bare_branch(rest: str) -> str:
    found = _BRANCH.match(even(rest))
    return rest[found.end() :] if found else rest


def _branch(registry: Registry, full: str, rest: str) -> Institution | None:
    """A company's or bank's branch in a province: "Viettel Gia Lai", "Agribank chi nhánh tỉnh Quảng Trị"."""
    place = registry.place(_bare_branch(rest))
    if place is None or place.kind != "province":
        return None
    form = _known(registry, full, full)
    return replace(
        form,
        key=f"{form.key}:{place.key}",
        full=f"{form.full} chi nhánh {place.name}",
        place=place.name,
        successor=f"{form.key}:{slug_of(place.successor)}" if place.successor else None,
    )


# --- names that are another's ------------------------------------------------------------------------------------

_BUSINESS = frozenset({"cong_ty", "tap_doan", "tong_cong_ty", "doanh_nghiep"})
_NAMED_SORTS = _BUSINESS | {
    "ngan_hang",
    "to_chuc",
    "quy",
    "co_quan",
    "he_thong",
    "hiep_hoi",
    "lien_doan",
    "benh_vien",
}


def _read_otherwise(registry: Registry, mention: Mention, head: Head) -> Institution | None:
    """The form of another reading of a name with a head: leaders for their body, a command for its troops, a brand."""
    if head.slug in {"ban", "dang_uy"}:
        rest = _LEADERS.sub("", mention.name)
        if rest != mention.name and registry.head_index.longest(tokens_of(rest), 0):
            return replace(_of_inner(registry, rest, mention), short=rest)
    topic = registry.expand(mention.topic) if mention.topic else ""
    if head.slug == "bo_tu_lenh" and topic:
        troops = registry.head_index.longest(tokens_of(topic), 0)
        if troops is not None and troops[1].armed and troops[1].slug != "bo_tu_lenh":
            return _of_inner(registry, topic, mention)
    if head.slug not in _NAMED_SORTS or not topic:
        return None
    brand = company_topic(topic) if head.slug in _BUSINESS else topic
    inner = registry.head_index.longest(tokens_of(brand), 0)
    if head.slug == "cong_ty" and inner is not None and inner[1].slug in {"tap_doan", "tong_cong_ty"}:
        return _of_inner(registry, brand, mention)
    tokens = tokens_of(brand)
    named = registry.name_index.longest(tokens, 0)
    if named and named[0] == len(tokens):
        return _known(registry, named[1], mention.name)
    if named and (branch := _branch(registry, named[1], brand[tokens[named[0] - 1].end :])) is not None:
        return replace(branch, short=mention.name)
    if mention.place is None:
        known = _full_names(registry).get(f"{head.slug}:{core_of(topic)}")
        if known is not None:
            return _known(registry, known, mention.name)
    if head.slug in _BUSINESS and foreign_brand(brand):
        return Institution(
            key=f"name:{brand_slug(brand)}",
            full=joined(f"{head.full} {brand}"),
            short=mention.name,
            head=head.slug,
            armed=head.armed,
        )
    return None


def _of_inner(registry: Registry, name: str, outer: Mention) -> Institution:
    """The form of the body named inside a longer name, at the place that the longer one has."""
    from pipelines.reading.naming import read_name

    inner = read_name(name, registry)
    if inner.place is None and outer.place is not None and inner.head is not None:
        inner = replace(inner, place=outer.place, level=outer.level, country=outer.country)
    return form_of(registry, inner)


@functools.lru_cache(maxsize=4)
def _without_names(registry: Registry) -> Registry:
    """The registry without the bodies known by a name of their own: every name is read by its head."""
    return replace(registry, name_index=WordIndex())


@functools.lru_cache(maxsize=4)
def _full_names(registry: Registry) -> dict[str, str]:
    """Head and rest of each known full name → that name: "Ngân hàng Ngoại thương Việt Nam" lacks "TMCP" only."""
    from pipelines.reading.naming import read_name

    bare = _without_names(registry)
    out: dict[str, str] = {}
    for full in registry.names:
        mention = read_name(full, bare)
        if mention.head is not None and mention.head.slug in _NAMED_SORTS:
            topic = full[len(mention.name) - len(mention.topic) :] if mention.topic else ""
            if topic:
                out.setdefault(f"{mention.head.slug}:{core_of(registry.expand(topic))}", full)
    return out


# --- names with a head noun ---------------------------------------------------------------------------------------

#: Levels below the province. A "thành phố" is one unless it is a province of its own.
_LOWER = frozenset({"huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu"})
_LOWER_HEADS = frozenset({"huyen", "xa", "phuong", "ban_lang", "dac_khu"})
#: Spellings of a head that tell the level of its place.
_TELLS_LEVEL = {
    "thành đoàn": "thành phố", "thành ủy": "thành phố", "huyện đoàn": "huyện", "huyện ủy": "huyện", "quận đoàn": "quận",
    "quận ủy": "quận", "thị ủy": "thị xã", "thị đoàn": "thị xã",
}  # fmt: skip
#: (even form, the spelling) of each.
_TELLING = tuple((even(word), word) for word in _TELLS_LEVEL)
_NATIONAL = ("ĐHQG", "Đại học Quốc gia", "ĐH Quốc gia", "Đại học quốc gia")


def _with_head(registry: Registry, mention: Mention, head: Head) -> Institution:
    level = _level(mention, head)
    place, lower = _place(registry, mention, head, level)
    country = mention.country or (place.country if place is not None and place.kind == "neighbour" else None)
    topic = registry.expand(mention.topic)
    if mention.place is None and topic and head.slug == "bo_tu_lenh" and registry.place(topic) is not None:
        place, topic = registry.place(topic), ""  # "BTL TPHCM"
    country_told, topic = _of_a_country(registry, head, topic)
    country = country or country_told
    if mention.place and topic and _is_place_again(topic, mention.place):
        topic = ""
    whole = _own_place(registry, topic) if topic and not mention.place and place is None else None
    if (
        whole is not None
        and whole.kind == "province"
        and head.slug not in _NAMED_SORTS
        and fold(topic) != "sai gon"
    ):  # "Trường Chính trị | Gia Lai", with and without "tỉnh"
        place, topic = whole, ""
    if head.slug in ("tinh", "thanh_pho") and place is not None and not topic:
        own = f"Tỉnh {place.name}" if not place.city else place.name
        return replace(_of_place(place), full=own, head=head.slug)
    slug = (
        "tinh_doan"
        if head.slug == "doan_tn" and mention.place and not topic and not mention.national
        else "ban_chqs"
        if head.slug == "bo_chqs" and lower in _LOWER
        else "cong_an"
        if head.slug == "ty_cong_an" and place is not None and place.kind == "neighbour"
        else head.slug
    )
    parts = [slug]
    kind = kind_of(registry, mention, head)
    dealing = topic_slug(_named_topic(topic, head))
    if (
        place is not None and topic
    ):  # a part of a body, named with the body's place: "Đoàn Thanh niên | Công an tỉnh Gia Lai"
        dealing = re.sub(r"-(?:tinh|thanh-pho|tp)\Z", "", dealing.removesuffix(f"-{place.key}"))
    told = "-".join(filter(None, [kind, dealing]))
    if told:
        parts.append(told)
    where: str | None = None
    if place is not None and place.kind != "country":
        where = place.name
        parts.append(place.key)
    elif mention.place and not (place is not None and place.kind == "country"):
        where = mention.place
        parts.append(f"{slug_of(lower)}.{slug_of(mention.place)}" if lower else slug_of(mention.place))
    elif mention.level:
        parts.append(slug_of(mention.level))
    abroad = place is None and (
        head.slug in ("tinh", "thanh_pho")
        or any(foreign(token.text) for token in tokens_of(mention.place or ""))
    )  # no other place is called so: a country behind it adds nothing
    named_place = bool(mention.place) and abroad
    if country and country != "Việt Nam" and not named_place and (place is None or place.kind == "country"):
        parts.append(slug_of(country))
    shown = _shown_place(mention, place, level)
    full = joined(
        " ".join(filter(None, [_kind_name(registry, mention, head), topic, shown, _abroad(country, place)]))
    )
    named = head.short if not kind else _kind_name(registry, mention, head)
    short = joined(" ".join(filter(None, [named, mention.topic, shown, _abroad(country, place)])))
    key = ":".join(parts)
    within = registry.place(mention.within) if mention.within and needs_province(key) else None
    if within is not None and within.kind != "country":
        key, full = in_province(key, full, within)
    return Institution(
        key=key,
        full=full,
        short=short,
        head=head.slug,
        armed=head.armed,
        place=where,
        successor=heir_of(registry, key),
    )


#: Bodies of a state, whose names may end in that of their country.
_OF_STATES = frozenset({"bo", "tong_cuc", "cuc", "uy_ban", "thanh_tra", "van_phong"})


def _of_a_country(registry: Registry, head: Head, topic: str) -> tuple[str | None, str]:
    """The country at the end of what a body of a state deals with: "Tư pháp | Lào", "Y tế | Việt Nam"."""
    if head.slug not in _OF_STATES:
        return None, topic
    tokens = tokens_of(topic)
    for at in range(1, len(tokens)):
        found = registry.place_index.longest(tokens, at) if tokens[at].capital else None
        ends = found is not None and (found[0] == len(tokens) or head.slug == "bo")
        if found and ends and found[1].kind == "country":  # a ministry's, also before its minister's name
            led = tokens[at - 1].low == "nước" and at > 1
            return found[1].name, topic[: tokens[at - 1 if led else at].start].rstrip(" ,(")
    return None, topic


def _is_place_again(topic: str, place: str) -> bool:
    """Is what was read for the topic the place, or its level alone: "TP. | Thủ Đức"?"""
    words, own = slug_of(topic), slug_of(place)
    return words in {own, "tinh", "huyen", "thanh-pho", "tp", f"thanh-pho-{own}"} or own == f"tp-{words}"


def _level(mention: Mention, head: Head) -> str | None:
    if head.take == "unit":
        printed = even(mention.name)
        return next((level for level in _LEVEL_WORDS if printed.startswith(level)), mention.level)
    if mention.level is not None:
        return mention.level
    low = even(mention.name)
    return next((_TELLS_LEVEL[word] for begin, word in _TELLING if low.startswith(begin)), None)


_LEVEL_WORDS = tuple(
    even(word)
    for word in ("thị trấn", "thị xã", "thành phố", "đặc khu", "huyện", "quận", "phường", "xã", "tỉnh", "tp", "cụm bản", "bản", "thôn", "khóm", "ấp", "buôn")
)  # fmt: skip


def _place(
    registry: Registry, mention: Mention, head: Head, level: str | None
) -> tuple[Place | None, str | None]:
    """The gazetteer's entry of a mention's place, or None and the level of a smaller place of whatever name."""
    if not mention.place:
        return None, None
    if level in ("tp", "thành phố"):
        level = "thành phố"
    place = registry.place(mention.place) or (
        abroad_by_sound(registry, mention.place) if level in (None, "tỉnh") else None
    )
    if head.slug in _LOWER_HEADS or level in _LOWER:
        return None, level
    if place is not None and place.kind != "country":
        capital = place.name == "Vientiane" and level in ("thủ đô", "thành phố")
        if capital:
            return None, "thủ đô"
        if level == "thành phố" and not place.city:
            return None, level
        return place, None
    if head.slug in ("tinh", "thanh_pho"):
        return place, None
    return place, level


def topic_slug(topic: str) -> str:
    """The slug of what a body deals with: no "và", no "số" before a number, no zero before a digit, Roman as Arabic."""
    low = even(topic).removeprefix("bộ binh ")
    words = [fold(word) for word in re.findall(r"[^\W_]+", low) if word not in {"và", "của"}]
    kept: list[str] = []
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word == "so" and following.isdigit():
            continue
        kept.append(word.lstrip("0") or "0" if word.isdigit() else word)
    return "-".join(kept)


#: Units known by their number alone: a Roman one is the same.
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9"}


def _named_topic(topic: str, head: Head) -> str:
    if head.take == "number" and topic in _ROMAN:
        return _ROMAN[topic]
    if head.slug in _BUSINESS:
        return company_topic(topic) or topic
    if head.slug == "benh_vien":
        return re.sub(r"\A(?:[Đđ]a khoa|[Qq]uân y)(?:\s+|\Z)", "", topic)
    if head.slug in {"hoc_vien", "vien"} and topic.count(" ") > 2:
        topic = topic.removesuffix(" Việt Nam")
    if head.slug == "dai_hoc":
        return re.sub(r"\A[Qq]uốc gia(?:\s+|\Z)", "", topic)
    if head.slug == "bao":
        return re.sub(r"\s+(?:điện tử|Điện tử|online|Online)\Z", "", topic) or topic
    if head.slug == "don_bien_phong":
        return re.sub(r"\A(?:(?:quốc tế|Quốc tế|cảng|Cảng|CKC|CK|CKQT)\s+)+", "", topic) or topic
    return topic


def kind_of(registry: Registry, mention: Mention, head: Head) -> str:
    """What tells one sort of body from another that shares its head: "THPT" of schools, a national university."""
    if head.slug == "dai_hoc" and mention.name.startswith(_NATIONAL):
        return "quoc-gia"
    found = head.kind_of(mention.name)
    return slug_of(registry.expand(found)) if found else ""


def _kind_name(registry: Registry, mention: Mention, head: Head) -> str:
    if head.slug == "dai_hoc" and mention.name.startswith(_NATIONAL):
        return "Đại học Quốc gia"
    found = head.kind_of(mention.name)
    if found:
        return registry.expand(found)
    low = even(mention.name)
    told = next((word for begin, word in _TELLING if low.startswith(begin)), None)
    return told.capitalize() if told else head.full


def _shown_place(mention: Mention, place: Place | None, level: str | None) -> str | None:
    if place is not None and place.kind == "province":
        if place.city:
            return place.name if place.name.startswith("TP") else f"TP {place.name}"
        return f"tỉnh {place.name}"
    if place is not None and place.kind == "neighbour":
        return f"tỉnh {place.name}"
    if mention.place:
        if mention.head is not None and mention.head.take == "unit":
            return mention.place
        return f"{mention.level} {mention.place}" if mention.level else mention.place
    if mention.national and "Việt Nam" not in f"{mention.head.full if mention.head else ''} {mention.topic}":
        return "Việt Nam"
    return mention.level


def _abroad(country: str | None, place: Place | None) -> str | None:
    if country is None or country == "Việt Nam" or (place is not None and place.kind == "country"):
        return None
    return f"({country})" if place is not None else country


# --- parts of bodies ------------------------------------------------------------------------------------------------

_PARTS = frozenset(
    {
        "phong",
        "co_quan",
        "khoa",
        "cuc",
        "ban",
        "vu",
        "doi",
        "doan_tn",
        "cong_doan",
        "hoi",
        "trung_tam",
        "doan_co_so",
    }
)
#: What a command is called behind the name of one of its departments.
_TROOPS = {"bo_tu_lenh_bdbp": "Bộ đội Biên phòng", "canh_sat_bien": "Cảnh sát biển"}
_SMALL_UNITS = frozenset({"hai_doi", "dai_doi", "tieu_doan"})


def _part_of(part: Mention, head: Head, above: Mention, registry: Registry) -> Mention:
    """A part of a body with what of the body tells it: "Phòng PC07 | Công an tỉnh Long An"."""
    if head.slug == "dai_hoc" and above.name.startswith(("ĐHQG", "Đại học", "ĐH ")):
        place = above.place or above.topic
        return replace(part, place=place or None) if registry.place(place) else part
    if head.slug in _SMALL_UNITS and above.place and above.head is not None and above.head.slug == "bdbp":
        return replace(part, place=above.place, level=above.level)
    if (
        head.slug == "trai_giam"
        and not part.topic
        and above.head is not None
        and above.head.slug == "cong_an"
    ):
        return replace(part, topic="Công an", place=above.place, level=above.level)
    staff = (
        head.slug in {"cuc", "vu", "ban"}
        and above.head is not None
        and above.head.slug in {"bo", "bo_quoc_phong", "bo_cong_an", "bo_tong_tham_muu"}
    )
    if head.slug not in _PARTS or part.place or above.head is None or staff:
        return part
    superior = _TROOPS.get(above.head.slug, above.head.short)
    topic = " ".join(filter(None, [part.topic, superior, above.topic]))
    return replace(part, topic=topic, place=above.place, level=above.level, country=above.country)
