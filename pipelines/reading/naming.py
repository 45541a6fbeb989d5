"""The grammar of institutions' names: a head noun and its continuation, read word by word.

A name is head + topic or number or proper name + level and place: "Sở | Giáo dục và Đào tạo | tỉnh | Đắk Lắk".
Lists distribute over the head ("Công an các quận 1, 3 và Phú Nhuận" is three bodies), and a counted group without
names ("6 tỉnh khu vực Bắc Trung bộ") is one mention with its count.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.institutions import Head, Mention, Registry
from pipelines.reading.countries import countries_at, country_after, of_countries
from pipelines.reading.inner_letters import without_inner_letters
from pipelines.reading.lexicon import (
    CAPITAL_HEADS,
    COUNTED_THINGS,
    COUNTS,
    ENDS_WORD,
    HARD_STOP,
    NOT_A_HEAD,
    OF_BODIES,
    PAPERS,
    STOP,
    VERBS,
)
from pipelines.reading.lists import counted_offices, forces_at, plain_run
from pipelines.reading.name_parts import (
    alias_after,
    completed,
    count_at,
    group_count,
    is_counted,
    joins_name,
    level_at,
    mention_of,
    only_cities,
    place_after,
    place_items,
    with_places,
)
from pipelines.reading.own_names import named_body
from pipelines.reading.runs import described, open_run, run_of_words
from pipelines.reading.words import Token, joined, tokens_of


def find_mentions(tokens: list[Token], text: str, registry: Registry) -> list[Mention]:
    """Every institution in the words, in order. A longer name hides the heads inside it."""
    out: list[Mention] = []
    if "(" in text:
        tokens = without_inner_letters(tokens, registry)
    at = 0
    heads, named, opened = registry.head_index, registry.name_index, registry.open_index
    while at < len(tokens):
        low = tokens[at].low
        found = forces_at(tokens, at, text, registry) or counted_offices(tokens, at, text, registry)
        if found:
            out.extend(found[1])
            at = found[0]
            continue
        opening = opened.longest(tokens, at) if tokens[at].capital and opened.begins(low) else None
        if opening is not None and heads.begins(low):
            known = heads.longest(tokens, at)
            if known is not None and known[0] < opening[0]:  # "Thuế cơ sở 3" is not "Thuế"
                found = _open_at(tokens, at, text, registry)
        if found is None and (heads.begins(low) or named.begins(low)):
            found = _mentions_at(tokens, at, text, registry)
        if found is None and opening is not None:
            found = _open_at(tokens, at, text, registry)
        if found:
            stop, mentions = found
            out.extend(mentions)
            at = max(stop, at + 1)
        else:
            at += 1
    return out


def read_name(name: str, registry: Registry) -> Mention:
    """The parts of one name that stands alone, such as a label or a person's correction."""
    tokens = tokens_of(name)
    for at in range(min(2, len(tokens))):
        found = _mentions_at(tokens, at, name, registry, alone=True)
        if found and found[1]:
            return found[1][0]
        opened = _open_at(tokens, at, name, registry) if at == 0 else None
        if opened:
            return opened[1][0]
    return Mention(name=name, start=0, end=len(name), head=None)


def _mentions_at(
    tokens: list[Token], at: int, text: str, registry: Registry, *, alone: bool = False
) -> tuple[int, list[Mention]] | None:
    named = registry.name_index.longest(tokens, at)
    found = registry.head_index.longest(tokens, at)
    if found is not None and found[0] > at + 1:
        larger = registry.place_index.longest(tokens, found[0] - 1)
        if larger is not None and larger[0] > found[0]:  # "Mặt trận | Lào Cai" is not the front of Laos
            found = registry.head_index.longest(tokens, at, limit=found[0] - 1)
    if named and (found is None or named[0] > found[0]) and (tokens[at].capital or alone):
        return named_body(tokens, at, named[0], text, registry)
    if found is None:
        return None
    after, head = found
    single = after == at + 1
    first = tokens[at]
    longer = registry.place_index.longest(tokens, at) if single and not alone else None
    if longer is not None and longer[0] > after and longer[1].kind == "country":
        return None  # "Đài Loan"
    if head.slug == "thanh_uy" and at and tokens[at].gap == ", " and tokens[at - 1].low == "tỉnh":
        return None  # "12 tỉnh, thành ủy"
    if head.slug == "ban" and not alone and _heads_of_a_body(tokens, after):
        return None  # "Ban Giám đốc | Sở Y tế"
    if single and not alone:
        if at > 0 and first.gap == " " and not first.capital and (tokens[at - 1].low, first.low) in ENDS_WORD:
            return None
        nxt = tokens[after] if after < len(tokens) and joins_name(tokens[after].gap) else None
        if nxt is not None and nxt.low in NOT_A_HEAD and not nxt.capital:
            return None
        if (
            not first.capital
            and at > 0
            and tokens[at - 1].capital
            and first.gap == " "
            and not is_counted(tokens, at)
        ):
            return None  # "Quốc phòng", "Giáo hội": the second half of a word
        if (
            not first.capital
            and (nxt is None or not (nxt.capital or nxt.number))
            and not is_counted(tokens, at)
        ):
            return None
    elif not single and not alone and not first.capital and not _named_after(tokens, after, head, registry):
        return None
    reader = _READERS[head.take]
    result = reader(tokens, at, after, head, text, registry)
    if result is None and alone:
        return after, [mention_of(tokens, at, after, head, text)]
    return result


def _open_at(tokens: list[Token], at: int, text: str, registry: Registry) -> tuple[int, list[Mention]] | None:
    """A body of a kind that has no head: "Đội Kiểm lâm cơ động và PCCCR số 2", "Trạm Đăng kiểm 38D"."""
    if at > 0 and tokens[at].gap == " " and tokens[at - 1].capital and tokens[at - 1].low not in STOP:
        return None  # inside a longer name
    found = registry.open_index.longest(tokens, at)
    if found is None:
        return None
    after, head = found
    following = tokens[after] if after < len(tokens) else None
    if following is not None and following.low in NOT_A_HEAD and not following.capital:
        return None
    if tokens[at].low == "ban" and _heads_of_a_body(tokens, after):
        return None
    return _read_open(tokens, at, after, head, text, registry)


def _heads_of_a_body(tokens: list[Token], at: int) -> bool:
    """ "Giám đốc", "Giám hiệu": the few who lead the body that is named behind them."""
    pair = tuple(token.low for token in tokens[at : at + 2])
    return pair in {("giám", "đốc"), ("giám", "hiệu")}


def _read_open(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    inside = _of_a_body(tokens, at, after, head, text, registry, told=True)
    if inside is not None:
        return inside
    run = open_run(tokens, after, registry)
    if not any(token.capital or token.number for token in tokens[after:run]):
        level = level_at(tokens, run, registry) if run < len(tokens) and tokens[run].gap == " " else None
        if level is None or level[0] >= len(tokens) or not tokens[level[0]].capital:
            return None
    for begin in range(after, run):
        place = registry.place_index.longest(tokens, begin)
        if place and place[0] >= run and place[1].kind != "country":
            return with_places(tokens, at, after, begin, head, text, registry)
    return with_places(tokens, at, after, run, head, text, registry)


def _brand(token: Token) -> bool:
    """No Vietnamese syllable: longer than one can be, or with a capital inside."""
    return (
        token.text.isascii() and (len(token.text) > 6 or not token.text[1:].islower()) and len(token.text) > 1
    )


def _named_after(tokens: list[Token], after: int, head: Head, registry: Registry) -> bool:
    """May a head in lower case be meant as a body? "hải quan Quảng Trị" yes, "an ninh, trật tự" and "tổ chức lễ" no."""
    if head.slug not in CAPITAL_HEADS:
        return True
    if (
        head.slug in {"to_chuc", "chung_khoan", "doanh_nghiep"}
        or after >= len(tokens)
        or tokens[after].gap != " "
    ):
        return False
    if tokens[after].low in ("tổ", "thế"):
        return False
    country = registry.place_index.longest(tokens, after)
    if head.slug == "so_an_ninh" and country and country[1].kind == "country":
        return False
    return (
        tokens[after].capital or level_at(tokens, after, registry) is not None or tokens[after].low in COUNTS
    )


# --- readers, one for each `take` ---------------------------------------------------------------------------------


def _read_none(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]]:
    count, counted = count_at(tokens, after)
    if count is not None and counted < len(tokens) and tokens[counted].low == "nước":
        countries, end = countries_at(tokens, counted + 1, registry)
        if len(countries) > 1:
            return end, of_countries(tokens, at, after, head, text, countries)
        return counted + 1, [mention_of(tokens, at, counted + 1, head, text, level="nước", count=count)]
    countries, end = countries_at(tokens, after, registry)
    dashed = len(countries) > 1 and tokens[countries[1][0]].gap in (" - ", " – ", "-")
    if len(countries) > 1 and (dashed or is_counted(tokens, at)):
        return end, of_countries(tokens, at, after, head, text, countries)
    stop, national, country = country_after(tokens, after, registry)
    alias, end = alias_after(tokens, stop, text, registry)
    known = registry.place(alias) if alias else None
    if known is not None and known.kind == "country":
        country, alias = known.name, None
    mention = mention_of(
        tokens,
        at,
        stop,
        head,
        text,
        national=national,
        country=country,
        alias=alias,
        count=group_count(tokens, at),
    )
    return end, [mention]


def _of_a_body(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry, *, told: bool = False
) -> tuple[int, list[Mention]] | None:
    """A part of a body that is named right behind it: "Chi đoàn | Đồn Biên phòng Lũng Cú".

    `told`: only where the body has a name of its own, so that "Đội | Kiểm lâm cơ động" is no part of the rangers.
    """
    if after >= len(tokens) or tokens[after].gap != " " or not tokens[after].capital:
        return None
    found = _mentions_at(tokens, after, text, registry)
    if found is None or len(found[1]) != 1 or found[1][0].start != tokens[after].start:
        return None
    body = found[1][0]
    if told and (
        body.head is None or body.head.take == "unit" or body.count or not (body.place or body.topic)
    ):
        return None
    name = joined(text[tokens[at].start : body.end])
    return found[0], [
        replace(body, name=name, start=tokens[at].start, head=head, topic=body.name, alias=None)
    ]


def _read_place(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    if head.slug in OF_BODIES:
        inside = _of_a_body(tokens, at, after, head, text, registry)
        if inside is not None:
            return inside
    return with_places(tokens, at, after, after, head, text, registry)


def _read_number(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    first = tokens[at].low
    stop = after
    while (
        stop < len(tokens)
        and stop < after + 2
        and tokens[stop].gap in (" ", "-", "")
        and _numeral(tokens[stop])
    ):
        stop += 1
        if tokens[stop - 1].number:
            break
    if first.startswith("qk") and len(first) > 2:
        stop = after
    if stop == after and after + 1 < len(tokens) and tokens[after].low == "số" and tokens[after + 1].number:
        stop = after + 2  # "Đoàn Trinh sát số 2"
    if (
        head.slug == "ban_chi_huy_pkkv"
        and stop > after
        and stop < len(tokens)
        and tokens[stop].gap in (" - ", " – ")
    ):
        run = run_of_words(tokens, stop + 1, registry, topics=False) if tokens[stop].capital else stop
        stop = max(stop + 1, run) if tokens[stop].capital else stop  # "khu vực 5 - Khe Sanh"
    if stop == after:
        if head.slug in {"quan_khu", "quan_doan"} and tokens[at].capital:
            return after, [mention_of(tokens, at, after, head, text)]
        run = run_of_words(tokens, after, registry, topics=False)
        if run == after or not tokens[after].capital:
            return None
        stop = open_run(tokens, after, registry) if head.armed else run
    topic = joined(text[tokens[after].start : tokens[stop - 1].end]) if stop > after else ""
    if head.slug == "vung_hai_quan":
        sea = stop + 1 < len(tokens) and tokens[stop].low == "hải" and tokens[stop + 1].low == "quân"
        guard = stop + 2 < len(tokens) and tokens[stop].low == "cảnh" and tokens[stop + 2].low == "biển"
        if not sea and not guard and "hải" not in {t.low for t in tokens[at:after]}:
            return None
        end = stop + (2 if sea else 3 if guard else 0)
        mention = mention_of(tokens, at, end, head, text, topic=topic)
        return end, [mention]
    _, end = alias_after(tokens, stop, text, registry)
    mentions = [mention_of(tokens, at, stop, head, text, topic=topic)]
    while end == stop and _another_number(tokens, stop):  # "Hải đoàn Biên phòng 48, 28"
        here = tokens[stop] if tokens[stop].number else tokens[stop + 1]
        lead = joined(text[tokens[at].start : tokens[after - 1].end])
        mentions.append(
            Mention(name=f"{lead} {here.text}", start=here.start, end=here.end, head=head, topic=here.text)
        )
        stop = end = stop + (1 if tokens[stop].number else 2)
    return end, mentions


def _another_number(tokens: list[Token], at: int) -> bool:
    """Does a list of unit numbers go on, and not a count of something else ("Quân đoàn 4, 12 đơn vị")?"""
    if at >= len(tokens):
        return False
    step = at + 1 if tokens[at].low == "và" and tokens[at].gap == " " else at
    if step >= len(tokens) or not tokens[step].number or (step == at and tokens[at].gap != ", "):
        return False
    nxt = tokens[step + 1] if step + 1 < len(tokens) else None
    if nxt is None or nxt.gap != " " or (nxt.low in STOP and nxt.low not in COUNTED_THINGS):
        return True
    return step + 2 < len(tokens) and (nxt.low, tokens[step + 2].low) in VERBS  # "434 | đóng trên địa bàn"


def _numeral(token: Token) -> bool:
    return (
        token.number
        or token.text in {"BB", "CSB"}
        or (token.text.isupper() and not token.text.strip("IVX"))
        or ((token.capital or token.text[0].isdigit()) and any(c.isdigit() for c in token.text))
    )


def _read_topic(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    another = registry.head_index.longest(tokens, after) if head.slug == "co_quan" else None
    if head.slug == "co_quan" and is_counted(tokens, at):
        return None  # "Mười cơ quan Hà Nội", "hai cơ quan Ban Nội chính và …"
    if another is not None and another[1].slug != "so_an_ninh":
        return None  # "hai cơ quan Ban Nội chính và …"
    if head.slug == "bo" and is_counted(tokens, at) and after < len(tokens) and not tokens[after].capital:
        return None  # "Hai bộ an ninh Việt Nam - Campuchia"
    if head.slug == "dang_uy":
        inside = _of_a_body(tokens, at, after, head, text, registry)
        if inside is not None and inside[1][0].country is None and _is_unit(tokens, after, registry):
            return inside
    run = described(tokens, after, head, registry)
    if run == after:
        inside = _with_its_unit(tokens, at, after, head, text, registry)
        if inside is not None:
            return inside
        run = plain_run(tokens, at, after, head, registry)
        if run > after:
            return with_places(tokens, at, after, run, head, text, registry)
        _, counted = count_at(tokens, after)
        level = counted < len(tokens) and level_at(tokens, counted, registry) is not None
        level = level and tokens[after].gap == " "
        if level and head.slug in {"benh_vien", "truong"} and after > at + 2 and tokens[at].capital:
            return with_places(tokens, at, after, after, head, text, registry)  # "Bệnh viện Đa khoa | tỉnh"
        return (
            with_places(tokens, at, after, after, head, text, registry)
            if level and head.slug == "dang_uy"
            else None
        )
    committee = (
        registry.head_index.longest(tokens, run) if run < len(tokens) and tokens[run].gap == " " else None
    )
    if committee is not None and committee[1].slug in {"tinh_uy", "thanh_uy", "huyen_uy"}:
        return with_places(
            tokens, at, after, committee[0], head, text, registry
        )  # "Ban Tổ chức | Tỉnh ủy | Sơn La"
    if head.slug in _COUNTABLE and is_counted(tokens, at):
        items, end = place_items(tokens, after, registry, plural=True)
        if len(items) > 1:  # "hai bệnh viện Tâm Anh và Nhân dân 115"
            return end, [
                completed(tokens, at, after, head, text, item, level=None, several=True) for item in items
            ]
    # A place at the end of the run is where the body is, not what it deals with.
    topic_stop = run
    for begin in range(after + 1, run):
        found = registry.place_index.longest(tokens, begin)
        if found and found[0] >= run and found[1].kind != "country":
            return with_places(tokens, at, after, begin, head, text, registry, capped=found[0])
    return with_places(tokens, at, after, topic_stop, head, text, registry)


def _is_unit(tokens: list[Token], at: int, registry: Registry) -> bool:
    """A body with a number: "Đảng ủy | Tiểu đoàn 1"."""
    found = registry.head_index.longest(tokens, at)
    return found is not None and (found[1].take == "number" or (found[1].armed and found[1].take == "name"))


_LARGE = frozenset({"trung_tam", "vien", "truong", "benh_vien", "hoc_vien", "nha_hat"})


def _with_its_unit(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    """ "Trung tâm huấn luyện | Vùng 2 Hải quân": a description in lower case that leads to the unit it is part of."""
    step = after
    if head.slug not in _LARGE:
        return None  # "Ban chỉ huy Đồn Biên phòng …" is the post itself
    while step < len(tokens) and tokens[step].gap == " " and not tokens[step].capital and step - after < 4:
        if tokens[step].low in HARD_STOP:
            return None
        step += 1
    if step == after or step >= len(tokens) or not tokens[at].capital or not _is_unit(tokens, step, registry):
        return None
    inside = _of_a_body(tokens, at, step, head, text, registry)
    if inside is None:
        return None
    lead = joined(text[tokens[after].start : tokens[step].start])
    stop, (mention,) = inside
    return stop, [replace(mention, topic=f"{lead} {mention.topic}")]


#: Bodies that are counted and then told by their proper names alone.
_COUNTABLE = frozenset({"benh_vien", "dai_hoc", "cao_dang", "truong", "hoc_vien"})


def _read_name(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    inside = _of_a_body(tokens, at, after, head, text, registry) if head.slug == "doan_co_so" else None
    if inside is not None:
        return inside
    if is_counted(tokens, at) and after < len(tokens) and tokens[after].gap == ": " and tokens[after].capital:
        opened = [tokens[after]._replace(gap=" "), *tokens[after + 1 :]]
        listed, length = place_items(opened, 0, registry, plural=True)
        if len(listed) > 1:  # "ba đồn biên phòng: Nậm Mây, Pa Hạ, Sín Lủng"
            return after + length, [
                completed(tokens, at, after, head, text, item.moved(after), level=None, several=True)
                for item in listed
            ]
    stop = described(tokens, after, head, registry)
    if stop == after or not any(t.capital or t.number for t in tokens[after:stop]):
        if (head.armed or head.slug == "hai_quan_cua_khau") and level_at(tokens, after, registry):
            return with_places(tokens, at, after, after, head, text, registry)
        plain = plain_run(tokens, at, after, head, registry)
        return with_places(tokens, at, after, plain, head, text, registry) if plain > after else None
    if is_counted(tokens, at):
        items, end = place_items(tokens, after, registry, plural=True)
        if len(items) > 1:
            return end, [
                completed(tokens, at, after, head, text, item, level=None, several=True) for item in items
            ]
    natural = stop >= len(tokens) or tokens[stop].gap != " " or tokens[stop].low in STOP
    company = head.slug in _COMPANIES
    while (
        (company or not natural)
        and stop > after + 3
        and all(not (t.capital or t.number) for t in tokens[stop - 3 : stop])
    ):
        group = registry.lower_index.longest(tokens, stop - 2)
        if group is not None and group[0] == stop:
            break  # "… Kỳ nghỉ | quốc tế"
        stop -= 1
    if (
        stop > after + 1
        and not tokens[stop - 1].capital
        and not tokens[stop - 1].number
        and _brand(tokens[stop - 2])
    ):
        stop -= 1  # "NutiFood | chia sẻ"
    if not tokens[at].capital and all(t.low == "việt" for t in tokens[after:stop] if t.capital):
        return None  # "công ty thuần Việt đầu tiên"
    if not tokens[at].capital:
        known = [registry.place_index.longest(tokens, n) for n in range(after, stop) if tokens[n].capital]
        if known and known[0] is not None and known[0][0] == stop and known[0][1].kind == "country":
            return None  # "một công ty chứng khoán Việt Nam" names none
    seat = stop + 1 if stop < len(tokens) and tokens[stop].low == "tp" and tokens[stop].gap == " " else stop
    found = (
        registry.place_index.longest(tokens, seat if seat < len(tokens) else stop)
        if stop < len(tokens)
        else None
    )
    if found and tokens[stop].gap == " " and found[1].kind == "province":  # "… Hạ tầng Kỹ thuật TP.HCM"
        stop = found[0]
    if not company:
        level = level_at(tokens, stop, registry) if stop < len(tokens) and tokens[stop].gap == " " else None
        if level is not None and level[0] < len(tokens) and tokens[level[0]].capital:
            return with_places(
                tokens, at, after, stop, head, text, registry
            )  # "Trại tạm giam Công an | tỉnh Lào Cai"
    topic = joined(text[tokens[after].start : tokens[stop - 1].end])
    alias, end = alias_after(tokens, stop, text, registry)
    return end, [mention_of(tokens, at, stop, head, text, topic=topic, alias=alias)]


_COMPANIES = frozenset(
    {"cong_ty", "tap_doan", "tong_cong_ty", "ngan_hang", "doanh_nghiep", "he_thong", "chung_khoan"}
)


def _read_unit(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    if after >= len(tokens) or tokens[after].gap not in (" ", ". ", "."):
        return None
    if not (tokens[after].capital or tokens[after].number):
        return None
    if head.slug == "ban_lang" and tokens[at].low == "bản" and not _village(tokens, at, after):
        return None  # "bản Thỏa thuận", "Nhật Bản"
    known = registry.place_index.longest(tokens, after)
    if known and known[1].kind == "country":
        return None  # "hai tỉnh Campuchia" counts provinces, it names none
    items, stop = place_items(tokens, after, registry, plural=is_counted(tokens, at))
    if len(items) == 1 and is_counted(tokens, at) and tokens[at - 1].low != "các":
        return None  # "9 tỉnh Tây Bắc" is a group, not a province of that name
    low = tokens[at].low
    if head.slug == "thanh_pho" and len(items) > 1:
        items, stop = only_cities(tokens, items, stop, registry)
    return stop, [
        completed(tokens, at, after, head, text, item, level=low, several=len(items) > 1) for item in items
    ]


def _village(tokens: list[Token], before: int, at: int) -> bool:
    """Is "bản" a village, and what follows its name, not that of a paper?"""
    if before and tokens[before].gap == " " and tokens[before - 1].capital:
        return False
    return tokens[at].capital and tokens[at].low not in PAPERS and not tokens[at].text.isupper()


def _read_branch(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    stop = after
    if stop + 1 < len(tokens) and tokens[stop].low == "chi" and tokens[stop + 1].low == "nhánh":
        stop += 2
        if stop < len(tokens) and tokens[stop].low in registry.levels:
            stop += 1
        place = place_after(tokens, stop, registry)
        run = place[0] if place else run_of_words(tokens, stop, registry, topics=False)
        name_place = joined(text[tokens[stop].start : tokens[run - 1].end]) if run > stop else None
        stop = max(run, stop)
        alias, end = alias_after(tokens, stop, text, registry)
        return end, [mention_of(tokens, at, stop, head, text, topic="chi nhánh", place=name_place)]
    area = level_at(tokens, stop, registry) if stop < len(tokens) else None
    if (
        area is not None and area[1] == "khu vực" and _numeral(tokens[area[0]])
    ):  # "Ngân hàng Nhà nước khu vực 10"
        topic = joined(text[tokens[stop].start : tokens[area[0]].end])
        return area[0] + 1, [mention_of(tokens, at, area[0] + 1, head, text, topic=topic)]
    alias, end = alias_after(tokens, stop, text, registry)
    place = place_after(tokens, stop, registry) if end == stop else None
    if place and place[1].kind == "province":
        where = joined(text[tokens[stop].start : tokens[place[0] - 1].end])
        return place[0], [mention_of(tokens, at, place[0], head, text, topic="chi nhánh", place=where)]
    return end, [mention_of(tokens, at, stop, head, text, alias=alias)]


_READERS = {
    "none": _read_none,
    "place": _read_place,
    "number": _read_number,
    "topic": _read_topic,
    "name": _read_name,
    "unit": _read_unit,
    "branch": _read_branch,
    "open": _read_open,
}
