"""Lists of bodies that share what is told once: one place after several heads, one noun before several names.

"Biên phòng, kiểm lâm và hải quan Thanh Hóa", "Quân sự, Công an tỉnh Quảng Nam", "Ba bộ Quốc phòng, Công an, Ngoại giao".
"""

from __future__ import annotations

import functools
from dataclasses import replace

from pipelines.institutions import Head, Mention, Registry
from pipelines.reading.lexicon import BEGINS_NOUN, COMPOUND, STOP, VERBS
from pipelines.reading.name_parts import is_counted, level_at, one_place
from pipelines.reading.words import Token, even, joined

#: Forces and offices that a list may tell by their bare nouns, in any case.
_FORCES = frozenset(
    {"bdbp", "cong_an", "kiem_lam", "hai_quan_cua_khau", "thue", "thads", "vks", "toa_an", "mttq"}
)
_MILITARY = frozenset({("quân", "sự"), ("quân", "đội")})
_COUNTED_NOUNS = {"bộ": "Bộ", "sở": "Sở", "ban": "Ban", "phòng": "Phòng", "cục": "Cục"}
#: First words of the second half of a field of work: "Giáo dục và | Đào tạo".
_SECOND_HALVES = frozenset(even("đào đầu môi công truyền thể du phát ptnt xã").split())
_NUMBERS = {
    even(word): number
    for number, word in enumerate(["hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"], start=2)
}


def forces_at(
    tokens: list[Token], at: int, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    """Bare nouns of forces up to the one that is told with the place: (index of that one, the others).

    The last is left to the ordinary reading where it begins with a capital.
    """
    if tokens[at].low not in _first_words(registry):
        return None
    found = _force(tokens, at, registry)
    if found is None or (at and tokens[at].gap == " " and tokens[at - 1].capital):
        return None
    starts, stops, heads = [at], [found[0]], [found[1]]
    while (step := _next(tokens, stops[-1])) is not None:
        following = _force(tokens, step, registry)
        if following is None:
            break
        starts.append(step)
        stops.append(following[0])
        heads.append(following[1])
    unusual = any(
        not tokens[start].capital or head is None for start, head in zip(starts, heads, strict=True)
    )
    level, place = _place_behind(tokens, stops[-1], text, registry)
    bare = len(starts) > 2 and any(head is not None and head.slug == "hai_quan_cua_khau" for head in heads)
    if len(starts) < 2 or not (unusual or bare):
        return None
    if place is None and level is None and not (bare and not unusual):
        return None
    if heads[-1] is not None and tokens[starts[-1]].capital and not (bare and not unusual):
        last = starts.pop()
        stops.pop()
        heads.pop()
    else:
        last = stops[-1]
    out = []
    for start, stop, head in zip(starts, stops, heads, strict=True):
        lead = text[tokens[start].start : tokens[stop - 1].end]
        if head is None:
            head = _command(level, place, registry)
            lead = head.short
        name = joined(" ".join(filter(None, [lead[:1].upper() + lead[1:], level, place])))
        begin, end = tokens[start].start, tokens[stop - 1].end
        topic = place or "" if head.take == "name" else ""
        where = None if head.take == "name" else place
        out.append(Mention(name=name, start=begin, end=end, head=head, topic=topic, level=level, place=where))
    if last == stops[-1] and place is not None:  # the last of them is told with its place
        _, end_of_place = _behind(tokens, last, registry)
        out[-1] = replace(out[-1], end=tokens[end_of_place - 1].end)
        last = end_of_place
    return last, out


@functools.lru_cache(maxsize=4)
def _first_words(registry: Registry) -> frozenset[str]:
    """The words that the spellings of forces begin with."""
    spelled = [s for head in registry.heads if head.slug in _FORCES for s in (head.full, *head.aliases)]
    return frozenset({"quân", *(even(spelling).split()[0] for spelling in spelled)})


def _force(tokens: list[Token], at: int, registry: Registry) -> tuple[int, Head | None] | None:
    """(index after a force's bare noun, its head); no head for the military, whose command depends on the place."""
    if (
        at + 1 < len(tokens)
        and (tokens[at].low, tokens[at + 1].low) in _MILITARY
        and tokens[at + 1].gap == " "
    ):
        after = tokens[at + 2] if at + 2 < len(tokens) else None
        return None if after is not None and after.low == "nhân" else (at + 2, None)
    found = registry.head_index.longest(tokens, at)
    return found if found is not None and found[1].slug in _FORCES else None


def _next(tokens: list[Token], at: int) -> int | None:
    """Index of what a comma, a dash or "và" joins."""
    if at >= len(tokens):
        return None
    if tokens[at].low == "và" and tokens[at].gap in (" ", ", "):
        return at + 1
    return at if tokens[at].gap in (", ", " - ", " – ", "-") else None


def _behind(tokens: list[Token], at: int, registry: Registry) -> tuple[str | None, int]:
    level = level_at(tokens, at, registry) if at < len(tokens) and tokens[at].gap == " " else None
    step = level[0] if level else at
    end = step
    if step < len(tokens) and tokens[step].gap == " " and tokens[step].capital:
        end = one_place(tokens, step, registry)
    return (level[1] if level else None), end


def _place_behind(
    tokens: list[Token], at: int, text: str, registry: Registry
) -> tuple[str | None, str | None]:
    level, end = _behind(tokens, at, registry)
    step = level_at(tokens, at, registry)
    begin = step[0] if level and step else at
    if end <= begin:
        return level, None
    place = joined(text[tokens[begin].start : tokens[end - 1].end])
    return level, place if level or registry.place(place) else None


def _command(level: str | None, place: str | None, registry: Registry) -> Head:
    """The command that "quân sự" means at a place: of a province, else of a district or commune."""
    known = registry.place(place) if place else None
    slug = (
        "bo_chqs"
        if level in (None, "tỉnh") or (known is not None and known.kind == "province")
        else "ban_chqs"
    )
    return next(head for head in registry.heads if head.slug == slug)


def counted_offices(
    tokens: list[Token], at: int, text: str, registry: Registry
) -> tuple[int, list[Mention]] | None:
    """ "Ba bộ Quốc phòng, Công an, Ngoại giao", "hai sở Y tế và Nội vụ tỉnh Long An": as many names as are counted."""
    noun = _COUNTED_NOUNS.get(tokens[at].low)
    if noun is None or not is_counted(tokens, at):
        return None
    told = tokens[at - 1]
    number = int(told.text) if told.number else _NUMBERS.get(told.low, 0)
    parts, step = [at + 1], at + 1
    joined_topics: list[int] = []
    while step < len(tokens) and step - at < 8 * max(number, 1) and tokens[parts[-1]].capital:
        token = tokens[step]
        if step > parts[-1] and token.gap == ", ":
            parts.append(step)
        elif token.gap not in (" ", "-", " - ", "&", " & ", " – ") or token.low in registry.levels:
            break
        elif token.low == "và" and step + 1 < len(tokens):
            step += 1
            parts.append(step)
            if tokens[step].low in _SECOND_HALVES:
                joined_topics.append(step)
        elif not token.capital and _ends_it(tokens, step):
            break
        step += 1
    while len(parts) > number and joined_topics:
        parts.remove(joined_topics.pop(0))  # "Giáo dục và | Đào tạo" is one
    if not 2 <= len(parts) == number or any(registry.place_index.longest(tokens, part) for part in parts):
        return None
    level, end = _behind(tokens, step, registry)
    where = joined(text[tokens[step].start : tokens[end - 1].end]) if end > step and level else ""
    out = []
    for begin, following in zip(parts, [*parts[1:], step], strict=True):
        stop = following - 1 if tokens[following - 1].low == "và" else following
        piece = joined(f"{noun} {text[tokens[begin].start : tokens[stop - 1].end]} {where}")
        mention = _alone(piece, registry)
        start = tokens[at].start if begin == at + 1 else tokens[begin].start
        out.append(replace(mention, start=start, end=tokens[stop - 1].end))
    return (end if where else step), out


def _ends_it(tokens: list[Token], at: int) -> bool:
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    low, before = tokens[at].low, tokens[at - 1].low
    stops = low in STOP and (before, low) not in COMPOUND and (low, following) not in BEGINS_NOUN
    return stops or (low, following) in VERBS


def _alone(name: str, registry: Registry) -> Mention:
    from pipelines.reading.naming import read_name

    return replace(read_name(name, registry), name=name)


#: Kinds of bodies whose names may tell only in lower case what they do: "Trung tâm thí nghiệm điện".
_PLAIN = frozenset(
    {"trung_tam", "chi_nhanh", "hoi", "hiep_hoi", "cong_ty", "doanh_nghiep", "quy", "lien_doan"}
)
_JOINTS = frozenset(even("và với cùng giữa").split())
_ENDS = frozenset(
    even("ký kí và với cùng đã vừa sẽ tại về để nhằm do là có tổ trong của cho gồm thống mới").split()
)
_LONGEST = 10


def plain_run(tokens: list[Token], at: int, after: int, head: Head, registry: Registry) -> int:
    """Index after a name in lower case that a list holds with a capital head; `after` where none stands."""
    listed = at > 0 and (tokens[at].gap == ", " or (tokens[at].gap == " " and tokens[at - 1].low in _JOINTS))
    if head.slug not in _PLAIN or not tokens[at].capital or not listed:
        return after
    stop = after
    while stop < len(tokens) and stop - after < _LONGEST:
        token = tokens[stop]
        if token.gap == ", " and registry.topic_index.longest(tokens, stop) and stop > after:
            stop += 1
            continue
        if token.gap != " " or token.low in _ENDS or token.low in registry.levels:
            break
        if (
            stop > after + 1
            and token.low == "khu"
            and stop + 2 < len(tokens)
            and tokens[stop + 1].low == "vực"
        ):
            return stop + 3
        if token.capital and stop > after:
            return after
        stop += 1
    ended = stop >= len(tokens) or tokens[stop].gap != " " or tokens[stop].low in _ENDS | registry.levels
    return stop if stop - after >= 2 and ended else after
