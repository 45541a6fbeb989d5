"""The grammar of institutions' names: a head noun and its continuation, read word by word.

A name is head + topic or number or proper name + level and place: "Sở | Giáo dục và Đào tạo | tỉnh | Đắk Lắk".
Lists distribute over the head ("Công an các quận 1, 3 và Phú Nhuận" is three bodies), and a counted group without
names ("6 tỉnh khu vực Bắc Trung bộ") is one mention with its count.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.institutions import Head, Mention, Place, Registry
from pipelines.reading.lexicon import (
    CAPITAL_HEADS,
    COMPOUND,
    COUNTED_THINGS,
    COUNTS,
    DESCRIBED_HEADS,
    HARD_STOP,
    NOT_A_HEAD,
    NOT_A_NAME,
    RANKS,
    STOP,
    SURNAMES,
)
from pipelines.reading.words import Token, joined, tokens_of

_MAX_NAME = 14


def find_mentions(tokens: list[Token], text: str, registry: Registry) -> list[Mention]:
    """Every institution in the words, in order. A longer name hides the heads inside it."""
    out: list[Mention] = []
    at = 0
    while at < len(tokens):
        found = _mentions_at(tokens, at, text, registry)
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
    return Mention(name=name, start=0, end=len(name), head=None)


def _mentions_at(
    tokens: list[Token], at: int, text: str, registry: Registry, *, alone: bool = False
) -> tuple[int, list[Mention]] | None:
    named = registry.name_index.longest(tokens, at)
    found = registry.head_index.longest(tokens, at)
    if named and (found is None or named[0] > found[0]) and (tokens[at].capital or alone):
        return _named(tokens, at, named[0], text, registry)
    if found is None:
        return None
    after, head = found
    single = after == at + 1
    first = tokens[at]
    if single and not alone:
        nxt = tokens[after] if after < len(tokens) and _joins(tokens[after].gap) else None
        if nxt is not None and nxt.low in NOT_A_HEAD and not nxt.capital:
            return None
        if not first.capital and at > 0 and tokens[at - 1].capital and first.gap == " " and not _counted(tokens, at):
            return None  # "Quốc phòng", "Giáo hội": the second half of a word
        if not first.capital and (nxt is None or not (nxt.capital or nxt.number)) and not _counted(tokens, at):
            return None
    elif not single and not alone and not first.capital and not _named_after(tokens, after, head, registry):
        return None
    reader = _READERS[head.take]
    result = reader(tokens, at, after, head, text, registry)
    if result is None and alone:
        return after, [_mention(tokens, at, after, head, text)]
    return result


def _named(
    tokens: list[Token], at: int, stop: int, text: str, registry: Registry
) -> tuple[int, list[Mention]]:
    while stop < len(tokens) and tokens[stop].gap == " " and tokens[stop].capital and tokens[stop].text.isascii():
        if registry.place_index.longest(tokens, stop) or registry.head_index.longest(tokens, stop):
            break
        stop += 1  # "Viettel Warehousing" is a company of its own
    place = _place_after(tokens, stop, registry)
    if place and place[1].kind == "province":  # "Viettel Hậu Giang" is the group's branch there
        stop = place[0]
    alias, end = _alias(tokens, stop, text, registry)
    name = joined(text[tokens[at].start : tokens[stop - 1].end])
    return end, [Mention(name=name, start=tokens[at].start, end=tokens[stop - 1].end, head=None, alias=alias)]


def _brand(token: Token) -> bool:
    """No Vietnamese syllable: longer than one can be, or with a capital inside."""
    return token.text.isascii() and (len(token.text) > 6 or not token.text[1:].islower()) and len(token.text) > 1


def _named_after(tokens: list[Token], after: int, head: Head, registry: Registry) -> bool:
    """May a head in lower case be meant as a body? "hải quan Quảng Trị" yes, "an ninh, trật tự" and "tổ chức lễ" no."""
    if head.slug not in CAPITAL_HEADS:
        return True
    if head.slug in {"to_chuc", "chung_khoan", "doanh_nghiep"} or after >= len(tokens) or tokens[after].gap != " ":
        return False
    if tokens[after].low in ("tổ", "thế"):
        return False
    country = registry.place_index.longest(tokens, after)
    if head.slug == "so_an_ninh" and country and country[1].kind == "country":
        return False
    return tokens[after].capital or _level_at(tokens, after, registry) is not None or tokens[after].low in COUNTS


def _counted(tokens: list[Token], at: int) -> bool:
    """Does a count stand before: "hai sở", "các ban"?"""
    return at > 0 and tokens[at].gap == " " and (tokens[at - 1].low in COUNTS or tokens[at - 1].number)


def _joins(gap: str) -> bool:
    return gap in (" ", "-", "&", ".", ". ", " & ")


def _mention(
    tokens: list[Token], at: int, stop: int, head: Head, text: str, *, topic: str = "", **parts: object
) -> Mention:
    start, end = tokens[at].start, tokens[stop - 1].end
    return Mention(name=joined(text[start:end]), start=start, end=end, head=head, topic=topic, **parts)  # type: ignore[arg-type]


# --- readers, one for each `take` ---------------------------------------------------------------------------------


def _read_none(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]]:
    count, counted = _count_at(tokens, after)
    if count is not None and counted < len(tokens) and tokens[counted].low == "nước":
        countries, end = _countries(tokens, counted + 1, registry)
        if len(countries) > 1:
            return end, _of_countries(tokens, at, after, head, text, countries)
        return counted + 1, [_mention(tokens, at, counted + 1, head, text, level="nước", count=count)]
    countries, end = _countries(tokens, after, registry)
    dashed = len(countries) > 1 and tokens[countries[1][0]].gap in (" - ", " – ", "-")
    if len(countries) > 1 and (dashed or _counted(tokens, at)):
        return end, _of_countries(tokens, at, after, head, text, countries)
    stop, national, country = _country_after(tokens, after, registry)
    alias, end = _alias(tokens, stop, text, registry)
    known = registry.place(alias) if alias else None
    if known is not None and known.kind == "country":
        country, alias = known.name, None
    mention = _mention(
        tokens, at, stop, head, text, national=national, country=country, alias=alias, count=_group_count(tokens, at)
    )
    return end, [mention]


def _countries(tokens: list[Token], at: int, registry: Registry) -> tuple[list[tuple[int, int, str]], int]:
    """A list of countries ("Việt Nam và Campuchia", "Việt Nam - Indonesia") and the index after it."""
    out: list[tuple[int, int, str]] = []
    stop = at
    while stop < len(tokens):
        step = stop
        if out:
            if tokens[step].low in ("và", "với") and tokens[step].gap == " ":
                step += 1
            elif tokens[step].gap not in (", ", " - ", " – ", "-"):
                break
        elif tokens[step].gap != " ":
            break
        found = registry.place_index.longest(tokens, step) if step < len(tokens) else None
        if found is None or found[1].kind != "country":
            break
        out.append((step, found[0], found[1].name))
        stop = found[0]
    return out, stop


def _of_countries(
    tokens: list[Token], at: int, after: int, head: Head, text: str, countries: list[tuple[int, int, str]]
) -> list[Mention]:
    lead = joined(text[tokens[at].start : tokens[after - 1].end])
    return [
        Mention(
            name=f"{lead[:1].upper()}{lead[1:]} {joined(text[tokens[first].start : tokens[stop - 1].end])}",
            start=tokens[first].start,
            end=tokens[stop - 1].end,
            head=head,
            country=country,
            national=country == "Việt Nam",
        )
        for first, stop, country in countries
    ]


def _country_after(tokens: list[Token], after: int, registry: Registry) -> tuple[int, bool, str | None]:
    stop, national, country = after, False, None
    step = stop + 1 if stop < len(tokens) and tokens[stop].low == "nước" and tokens[stop].gap == " " else stop
    if step < len(tokens) and tokens[step].gap in (" ", " (", ", "):
        found = registry.place_index.longest(tokens, step)
        if found and found[1].kind == "country" and (tokens[step].gap != ", " or False):
            stop, country = found[0], found[1].name
            national = country == "Việt Nam"
    return stop, national, country


def _read_place(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    return _with_places(tokens, at, after, after, head, text, registry)


def _read_number(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    first = tokens[at].low
    stop = after
    while stop < len(tokens) and stop < after + 2 and tokens[stop].gap in (" ", "-", "") and _numeral(tokens[stop]):
        stop += 1
        if tokens[stop - 1].number:
            break
    if first.startswith("qk") and len(first) > 2:
        stop = after
    if stop == after:
        if head.slug in {"quan_khu", "quan_doan"} and tokens[at].capital:
            return after, [_mention(tokens, at, after, head, text)]
        run = _run(tokens, after, registry, topics=False)
        if run == after or not tokens[after].capital:
            return None
        stop = run
    topic = joined(text[tokens[after].start : tokens[stop - 1].end]) if stop > after else ""
    if head.slug == "vung_hai_quan":
        sea = stop + 1 < len(tokens) and tokens[stop].low == "hải" and tokens[stop + 1].low == "quân"
        guard = stop + 2 < len(tokens) and tokens[stop].low == "cảnh" and tokens[stop + 2].low == "biển"
        if not sea and not guard and "hải" not in {t.low for t in tokens[at:after]}:
            return None
        end = stop + (2 if sea else 3 if guard else 0)
        mention = _mention(tokens, at, end, head, text, topic=topic)
        return end, [mention]
    _, end = _alias(tokens, stop, text, registry)
    mentions = [_mention(tokens, at, stop, head, text, topic=topic)]
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
    return nxt is None or nxt.gap != " " or (nxt.low in STOP and nxt.low not in COUNTED_THINGS)


def _numeral(token: Token) -> bool:
    return token.number or token.text in {"I", "II", "III", "IV", "V", "BB", "CSB"} or (
        token.capital and any(c.isdigit() for c in token.text)
    )


def _read_topic(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    if head.slug == "co_quan" and after < len(tokens) and registry.head_index.longest(tokens, after):
        return None  # "hai cơ quan Ban Nội chính và …"
    run = _described(tokens, after, head, registry)
    if run == after:
        if head.slug in {"hoc_vien", "benh_vien", "dai_hoc", "truong", "co_quan"}:
            return None
        level = after < len(tokens) and tokens[after].low in registry.levels and tokens[after].gap == " "
        return _with_places(tokens, at, after, after, head, text, registry) if level and head.slug == "dang_uy" else None
    # A place at the end of the run is where the body is, not what it deals with.
    topic_stop = run
    for begin in range(after + 1, run):
        found = registry.place_index.longest(tokens, begin)
        if found and found[0] >= run and found[1].kind != "country":
            return _with_places(tokens, at, after, begin, head, text, registry, capped=found[0])
    return _with_places(tokens, at, after, topic_stop, head, text, registry)


def _read_name(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    stop = _described(tokens, after, head, registry)
    if stop == after or not any(t.capital or t.number for t in tokens[after:stop]):
        if head.armed and _level_at(tokens, after, registry):
            return _with_places(tokens, at, after, after, head, text, registry)
        return None
    if _counted(tokens, at):
        items, end = _place_items(tokens, after, registry, plural=True)
        if len(items) > 1:
            return end, [_completed(tokens, at, after, head, text, item, level=None, several=True) for item in items]
    while stop > after + 3 and all(not (t.capital or t.number) for t in tokens[stop - 3 : stop]):
        stop -= 1
    if stop > after + 1 and not tokens[stop - 1].capital and not tokens[stop - 1].number and _brand(tokens[stop - 2]):
        stop -= 1  # "NutiFood | chia sẻ"
    if not tokens[at].capital:
        known = [registry.place_index.longest(tokens, n) for n in range(after, stop) if tokens[n].capital]
        if known and known[0] is not None and known[0][0] == stop and known[0][1].kind == "country":
            return None  # "một công ty chứng khoán Việt Nam" names none
    seat = stop + 1 if stop < len(tokens) and tokens[stop].low == "tp" and tokens[stop].gap == " " else stop
    found = registry.place_index.longest(tokens, seat if seat < len(tokens) else stop) if stop < len(tokens) else None
    if found and tokens[stop].gap == " " and found[1].kind == "province":  # "… Hạ tầng Kỹ thuật TP.HCM"
        stop = found[0]
    topic = joined(text[tokens[after].start : tokens[stop - 1].end])
    alias, end = _alias(tokens, stop, text, registry)
    return end, [_mention(tokens, at, stop, head, text, topic=topic, alias=alias)]


def _read_unit(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    if after >= len(tokens) or tokens[after].gap not in (" ", ". ", "."):
        return None
    if not (tokens[after].capital or tokens[after].number):
        return None
    known = registry.place_index.longest(tokens, after)
    if known and known[1].kind == "country":
        return None  # "hai tỉnh Campuchia" counts provinces, it names none
    items, stop = _place_items(tokens, after, registry, plural=_counted(tokens, at))
    if len(items) == 1 and _counted(tokens, at) and tokens[at - 1].low != "các":
        return None  # "9 tỉnh Tây Bắc" is a group, not a province of that name
    low = tokens[at].low
    return stop, [
        _completed(tokens, at, after, head, text, item, level=low, several=len(items) > 1) for item in items
    ]


def _read_branch(
    tokens: list[Token], at: int, after: int, head: Head, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    stop = after
    if stop + 1 < len(tokens) and tokens[stop].low == "chi" and tokens[stop + 1].low == "nhánh":
        stop += 2
        if stop < len(tokens) and tokens[stop].low in registry.levels:
            stop += 1
        place = _place_after(tokens, stop, registry)
        run = place[0] if place else _run(tokens, stop, registry, topics=False)
        name_place = joined(text[tokens[stop].start : tokens[run - 1].end]) if run > stop else None
        stop = max(run, stop)
        alias, end = _alias(tokens, stop, text, registry)
        return end, [_mention(tokens, at, stop, head, text, topic="chi nhánh", place=name_place)]
    alias, end = _alias(tokens, stop, text, registry)
    place = _place_after(tokens, stop, registry) if end == stop else None
    if place and place[1].kind == "province":
        where = joined(text[tokens[stop].start : tokens[place[0] - 1].end])
        return place[0], [_mention(tokens, at, place[0], head, text, topic="chi nhánh", place=where)]
    return end, [_mention(tokens, at, stop, head, text, alias=alias)]


_READERS = {
    "none": _read_none,
    "place": _read_place,
    "number": _read_number,
    "topic": _read_topic,
    "name": _read_name,
    "unit": _read_unit,
    "branch": _read_branch,
}


# --- runs of words --------------------------------------------------------------------------------------------------


def _run(tokens: list[Token], at: int, registry: Registry, *, topics: bool) -> int:
    """Index after the run of name words that begins at `at` (`at` itself when there is none)."""
    stop = at
    lower = 0
    while stop < len(tokens) and stop - at < _MAX_NAME:
        token = tokens[stop]
        gap = token.gap
        if stop == at and gap not in (" ", ". ", " “", ' "'):
            break
        if stop > at and not _joins(gap):
            crossed = _crossing(tokens, stop, registry) if topics else None
            if crossed is None:
                break
            stop, lower = crossed, 0
            continue
        if token.low in {"và"}:
            crossed = _crossing(tokens, stop, registry) if topics and stop > at else None
            if crossed is None:
                break
            stop, lower = crossed, 0
            continue
        if stop > at and _new_name(tokens, stop, registry):
            break
        if stop > at and token.capital and _level_ahead(tokens, stop, registry):
            break
        if token.capital and stop > at and _full_name(tokens, stop, registry):
            break
        if token.capital or token.number:
            if token.low in RANKS and stop > at and _person(tokens, stop):
                break
            stop, lower = stop + 1, 0
            continue
        if stop == at and not (token.low == "số" and stop + 1 < len(tokens) and tokens[stop + 1].number):
            opened = registry.lower_index.longest(tokens, stop) if topics else None
            if opened is None:
                break
            stop, lower = opened[0], 0
            continue
        if token.low == "số" and stop + 1 < len(tokens) and tokens[stop + 1].number:
            stop, lower = stop + 2, 0  # "Trại giam số 5"
            continue
        inner = registry.lower_index.longest(tokens, stop) if topics else None
        if inner is not None and token.low not in {"phòng"}:
            stop, lower = inner[0], 0
            continue
        if token.low in STOP and (tokens[stop - 1].low, token.low) not in COMPOUND:
            break
        lower += 1
        if lower > 4:
            break
        stop += 1
    while stop > at and tokens[stop - 1].low in {"và", "của", "các"}:
        stop -= 1
    return stop


def _described(tokens: list[Token], after: int, head: Head, registry: Registry) -> int:
    """The run after a head, over a description in lower case that leads to the name: "công nghệ | G-Group"."""
    stop = _run(tokens, after, registry, topics=True)
    if head.slug not in DESCRIBED_HEADS or any(token.capital for token in tokens[after:stop]):
        return stop
    step = stop
    while step < len(tokens) and step - after < 8 and tokens[step].gap == " " and not tokens[step].capital:
        if tokens[step].low in HARD_STOP and (tokens[step - 1].low, tokens[step].low) not in COMPOUND:
            return stop
        step += 1
    if step >= len(tokens) or tokens[step].gap != " " or not tokens[step].capital:
        return stop
    if registry.head_index.longest(tokens, step) and registry.place_index.longest(tokens, step) is None:
        return stop
    end = _run(tokens, step, registry, topics=True)
    return end if end > step else stop


def _new_name(tokens: list[Token], at: int, registry: Registry) -> bool:
    """Does another institution begin here? Heads of one word do inside names all the time, longer ones do not."""
    found = registry.head_index.longest(tokens, at)
    if found is None or not tokens[at].capital:
        return False
    return found[0] - at > 1 and found[1].take in {"place", "none"} and found[1].slug not in {"hai_quan", "quan_doi", "kiem_lam"}


def _full_name(tokens: list[Token], at: int, registry: Registry) -> bool:
    """A person's name begins here: "Sở TT&TT | Nguyễn Minh Bình"."""
    if tokens[at].low not in SURNAMES or tokens[at].gap != " " or at + 2 >= len(tokens):
        return False
    following = tokens[at + 1 : at + 3]
    if not all(token.capital and token.gap == " " and not token.text.isupper() for token in following):
        return False
    return registry.place_index.longest(tokens, at) is None


def _level_ahead(tokens: list[Token], at: int, registry: Registry) -> bool:
    """"Thành phố", "Tỉnh" as the level of a place, not in "Tỉnh ủy" or "Thành đoàn"."""
    level = _level_at(tokens, at, registry)
    if level is None or tokens[at].low in {"vùng", "bang", "thủ", "xã", "tx"}:
        return False
    return level[0] >= len(tokens) or tokens[level[0]].low not in {"ủy", "uỷ", "đoàn"}


def _person(tokens: list[Token], at: int) -> bool:
    return tokens[at].low in {"ông", "bà"} or (at + 1 < len(tokens) and tokens[at + 1].low in {"tướng", "tá", "úy", "chí", "sĩ"})


def _crossing(tokens: list[Token], at: int, registry: Registry) -> int | None:
    """Index after the topic that a comma, dash, "&" or "và" leads into, None where the name ends there."""
    step = at + 1 if tokens[at].low == "và" else at
    if step >= len(tokens) or (step > at and tokens[step].gap != " "):
        return None
    if step == at and tokens[at].gap not in (", ", " - ", " – ", "-", "–", " -", "- "):
        return None
    found = registry.topic_index.longest(tokens, step)
    return found[0] if found else None


def _alias(tokens: list[Token], stop: int, text: str, registry: Registry) -> tuple[str | None, int]:
    """A short name in brackets right after the name, and the index after the bracket."""
    if stop >= len(tokens) or "(" not in tokens[stop].gap or tokens[stop].gap.strip() not in ("(", '("', "(“"):
        return None, stop
    close = text.find(")", tokens[stop].start)
    if close < 0 or close - tokens[stop].start > 60:
        return None, stop
    end = stop
    while end < len(tokens) and tokens[end].start < close:
        end += 1
    inside = joined(text[tokens[stop].start : close])
    return inside, end


# --- places -----------------------------------------------------------------------------------------------------------


def _place_after(tokens: list[Token], at: int, registry: Registry) -> tuple[int, Place] | None:
    if at >= len(tokens) or tokens[at].gap not in (" ", ". ", "."):
        return None
    return registry.place_index.longest(tokens, at)


def _level_at(tokens: list[Token], at: int, registry: Registry) -> tuple[int, str] | None:
    """A level word ("tỉnh", "thành phố", "xã, phường") and the index after it."""
    if at >= len(tokens) or tokens[at].gap not in (" ", ", "):
        return None
    if tokens[at].low == "thành" and at + 1 < len(tokens) and tokens[at + 1].low == "phố":
        return at + 2, "thành phố"
    if tokens[at].low == "thị" and at + 1 < len(tokens) and tokens[at + 1].low in ("xã", "trấn"):
        return at + 2, "thị " + tokens[at + 1].low
    if tokens[at].low == "cấp":
        return None
    if tokens[at].low in registry.levels:
        low = tokens[at].low
        return at + 1, {"tp": "thành phố", "tx": "thị xã"}.get(low, low)
    return None


def _with_places(
    tokens: list[Token],
    at: int,
    after_head: int,
    after: int,
    head: Head,
    text: str,
    registry: Registry,
    *,
    capped: int | None = None,
) -> tuple[int, list[Mention]] | None:
    """The mention(s) of a head (with a topic up to `after`) and the places that follow."""
    topic = joined(text[tokens[after_head].start : tokens[after - 1].end]) if after > after_head else ""
    stop, national, country = after, False, None
    step = stop
    if _is_national(tokens, step):
        national, step = True, step + 2
        if head.full.endswith("Việt Nam") or head.slug in {"mttq"}:
            national = False
    if national is False and tokens[at].low in ("trung", "t", "tư", "tw"):
        national = True
    count, counted = _count_at(tokens, step)
    level = _level_at(tokens, counted, registry)
    plural = count is not None
    if level is not None:
        names_at, name = level
        extra = _level_at(tokens, names_at, registry) if plural else None  # "07 xã, phường"
        if extra is not None and tokens[names_at].gap == ", ":
            names_at = extra[0]
        if names_at < len(tokens) and tokens[names_at].low in {"bạn", "này"}:
            names_at += 1
        items, end = _place_items(tokens, names_at, registry, plural=plural, singular=name)
        if not items and plural and names_at < len(tokens) and tokens[names_at].gap in (" (", "(", ": ", " gồm "):
            opened = [tokens[names_at]._replace(gap=" "), *tokens[names_at + 1 :]]
            inside, length = _place_items(opened, 0, registry, plural=True)
            if len(inside) > 1:
                items, end = [item.moved(names_at) for item in inside], names_at + length
        if items:
            return end, [
                _completed(
                    tokens, at, after, head, text, item, level=name, several=len(items) > 1 or plural, topic=topic
                )
                for item in items
            ]
        mention = _mention(
            tokens, at, names_at, head, text, topic=topic, level=name, count=count or _group_count(tokens, at)
        )
        return names_at, [mention]
    if count is not None and counted < len(tokens) and tokens[counted].low == "nước":
        countries, end = _countries(tokens, counted + 1, registry)
        if len(countries) > 1:
            return end, _of_countries(tokens, at, after, head, text, countries)
        mention = _mention(tokens, at, counted + 1, head, text, topic=topic, level="nước", count=count)
        return counted + 1, [mention]
    found = _place_after(tokens, step, registry)
    if found is not None and found[1].kind == "country":
        stop, country = found[0], found[1].name
        national = country == "Việt Nam" or national
        mention = _mention(tokens, at, stop, head, text, topic=topic, national=True, country=country)
        return stop, [mention]
    if found is not None or (head.take == "place" and step < len(tokens) and _proper(tokens, step, registry)):
        items, end = _place_items(tokens, step, registry, plural=False)
        if items:
            return end, [
                _completed(tokens, at, after, head, text, item, level=None, several=len(items) > 1, topic=topic)
                for item in items
            ]
    stop = max(step, after)
    alias, end = _alias(tokens, stop, text, registry)
    within = None
    if alias and registry.place(alias):
        country_or_place = registry.place(alias)
        if country_or_place and country_or_place.kind == "country":
            country = country_or_place.name
        else:
            within = alias
        alias = None
    elif alias and not _short_name(alias):
        alias = None
    mention = _mention(
        tokens,
        at,
        stop,
        head,
        text,
        topic=topic,
        national=national,
        country=country,
        within=within,
        alias=alias,
        count=_group_count(tokens, at),
    )
    return end, [mention]


def _short_name(alias: str) -> bool:
    return len(alias) <= 24 and "," not in alias


def _is_national(tokens: list[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at].gap == " " and tokens[at].low == "việt" and tokens[at + 1].low == "nam"


def _count_at(tokens: list[Token], at: int) -> tuple[str | None, int]:
    if at < len(tokens) and tokens[at].gap == " " and (tokens[at].low in COUNTS or tokens[at].number):
        return tokens[at].text, at + 1
    return None, at


def _group_count(tokens: list[Token], at: int) -> str | None:
    return tokens[at - 1].text if _counted(tokens, at) else None


def _proper(tokens: list[Token], at: int, registry: Registry) -> bool:
    token = tokens[at]
    if token.gap not in (" ", ". ") or not token.capital or _person(tokens, at) or token.low in NOT_A_NAME:
        return False
    return registry.head_index.longest(tokens, at) is None and registry.name_index.longest(tokens, at) is None


_TIERS = {
    "tỉnh": 1, "thành phố": 2, "quận": 2, "huyện": 2, "thị xã": 2, "xã": 3, "phường": 3, "thị trấn": 3, "đặc khu": 3
}  # fmt: skip


def _tier(level: str | None) -> int:
    return _TIERS.get(level or "", 0)


class _Item:
    """One place of a list: its words, the larger place after it, and its country."""

    __slots__ = ("country", "end", "first", "level", "start", "within")

    def __init__(self, start: int, end: int, level: str | None = None) -> None:
        self.start, self.end, self.level = start, end, level
        self.within: str | None = None
        self.country: str | None = None
        self.first = False

    def moved(self, by: int) -> _Item:
        """The item with its word indexes counted from further back."""
        other = _Item(self.start + by, self.end + by, self.level)
        other.within, other.country, other.first = self.within, self.country, self.first
        return other


def _place_items(
    tokens: list[Token], at: int, registry: Registry, *, plural: bool, singular: str | None = None
) -> tuple[list[_Item], int]:
    """The places named from `at` on: one, or all of a list."""
    items: list[_Item] = []
    stop = at
    level: str | None = None
    while stop < len(tokens):
        if items:
            step = stop
            linked = tokens[step].gap in (", ", "; ", " - ", " – ", "-")
            if tokens[step].low in ("và", "cùng") and tokens[step].gap in (" ", ") "):
                step, linked = step + 1, True
            if tokens[step].gap.startswith(")"):
                linked = linked or tokens[step].gap in ("), ", ") ")
            if not linked or step >= len(tokens):
                break
            again = _level_at(tokens, step, registry)
            if again is not None and plural:
                step, level = again
            elif again is not None:
                step = again[0]
                if _tier(singular) != _tier(again[1]) or step >= len(tokens) or not tokens[step].capital:
                    break
                item = _Item(step, _one_place(tokens, step, registry), again[1])
                stop = _larger_place(tokens, item.end, item, registry)
                items.append(item)
                continue
            if not _list_goes_on(tokens, step, items[-1], registry, plural=plural):
                break
        else:
            step = stop
            if tokens[step].gap not in (" ", ". ", "."):
                break
        end = _one_place(tokens, step, registry)
        if end == step:
            break
        item = _Item(step, end, level)
        item.first = not items
        found = registry.place_index.longest(tokens, step)
        if found and found[1].kind == "neighbour":
            item.country = found[1].country
        stop = _larger_place(tokens, end, item, registry)
        items.append(item)
        if len(items) > 40:
            break
    return items, stop


def _list_goes_on(tokens: list[Token], at: int, last: _Item, registry: Registry, *, plural: bool) -> bool:
    if at >= len(tokens) or not (tokens[at].capital or tokens[at].number):
        return False
    if registry.head_index.longest(tokens, at) or registry.name_index.longest(tokens, at) or _person(tokens, at):
        return False
    here = registry.place_index.longest(tokens, at)
    if plural:
        return here is None or here[1].kind != "country"
    before = registry.place_index.longest(tokens, last.start)
    return bool(here and before and here[1].kind != "country" and before[1].kind == here[1].kind)


def _one_place(tokens: list[Token], at: int, registry: Registry) -> int:
    found = registry.place_index.longest(tokens, at)
    if found is not None:
        return found[0]
    if at < len(tokens) and tokens[at].number:
        return at + 1
    stop = at
    while stop < len(tokens) and stop - at < 5 and tokens[stop].capital:
        token = tokens[stop]
        if stop > at and (token.gap not in (" ", "-", " - ") or registry.head_index.longest(tokens, stop) or _person(tokens, stop)):
            break
        if stop > at and token.gap == " - " and tokens[stop].text.isupper():
            break
        if token.number:
            return stop + 1
        stop += 1
    while stop < len(tokens) and stop > at and tokens[stop].gap == "-" and stop - at < 6:  # "Sa-la-van"
        stop += 1
    return stop


def _larger_place(tokens: list[Token], end: int, item: _Item, registry: Registry) -> int:
    """Read "(Thăng Bình)" or ", tỉnh Gia Lai" after a place into the item; the index after it."""
    if end >= len(tokens):
        return end
    gap = tokens[end].gap
    if gap in (" (", "("):
        stop = end
        while stop < len(tokens) and ")" not in tokens[stop].gap and stop - end < 8:
            stop += 1
        inside = registry.place_index.longest(tokens, end)
        if inside and inside[1].kind == "country":
            item.country = inside[1].name
        closed = stop < len(tokens) and ")" in tokens[stop].gap
        if closed or stop == len(tokens):
            item.within = " ".join(t.text for t in tokens[end:stop])
            return stop
        return end
    if gap in (", ", " "):
        level = _level_at(tokens, end, registry)
        if level is not None and level[1] in ("tỉnh", "huyện", "thành phố", "thị xã", "quận"):
            stop = _one_place(tokens, level[0], registry)
            if stop > level[0]:
                item.within = " ".join(t.text for t in tokens[level[0] : stop])
                inside = registry.place_index.longest(tokens, level[0])
                if inside and inside[1].kind == "neighbour":
                    item.country = inside[1].country
                return stop
    return end


def _completed(
    tokens: list[Token],
    at: int,
    after: int,
    head: Head,
    text: str,
    item: _Item,
    *,
    level: str | None,
    several: bool,
    topic: str = "",
) -> Mention:
    """The mention of a head at one place of a list; the printed name where it is the only one."""
    place = joined(text[tokens[item.start].start : tokens[item.end - 1].end])
    level = item.level or level
    if head.take == "unit":
        name = joined(f"{head.full} {place}")
        if not several:
            name = joined(text[tokens[at].start : tokens[item.end - 1].end])
    elif several:
        lead = joined(text[tokens[at].start : tokens[after - 1].end])
        name = joined(" ".join(filter(None, [lead, level, place])))
        name = name[:1].upper() + name[1:]
    else:
        name = joined(text[tokens[at].start : tokens[item.end - 1].end])
    return Mention(
        name=name,
        start=tokens[at].start if not several or item.first else tokens[item.start].start,
        end=tokens[item.end - 1].end,
        head=head,
        topic=topic,
        level=level,
        place=place,
        country=item.country,
        within=item.within,
    )


def names_in(mentions: list[Mention]) -> Iterator[str]:
    """The printed names, for messages and tests."""
    return (mention.name for mention in mentions)
