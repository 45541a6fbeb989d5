"""How far a name goes on: the run of words after its head, over joints, topics and descriptions.

A run ends before a verb, another institution, a person, a level with its place, and after too many words in lower case.
"""

from __future__ import annotations

from pipelines.institutions import Head, Registry
from pipelines.reading.lexicon import (
    BEGINS_NOUN,
    COMPOUND,
    DESCRIBED_HEADS,
    HARD_STOP,
    NO_COUNTRY,
    NOT_A_NAME,
    RANKS,
    STOP,
    VERBS,
    WORKS,
)
from pipelines.reading.name_parts import begins_full_name, begins_person, joins_name, level_at
from pipelines.reading.words import Token, even

_MAX_NAME = 14
#: What is held: the word before it is a verb.
_HELD = frozenset(even("ký kí lễ hội buổi họp cuộc trao gặp tọa giao đợt").split())
#: What bodies do together, and the papers that they do it with.
_DEEDS = frozenset(
    tuple(even(pair).split())
    for pair in (
        "tổ chức", "triển khai", "thực hiện", "hội nghị", "kế hoạch", "chương trình", "quy chế", "biên bản", "thỏa thuận",
        "tiếp tục", "tham gia", "tham dự", "lãnh đạo", "đại diện", "phát động", "trao tặng", "giao ban", "tuần tra", "diễn ra",
    )
)  # fmt: skip


def run_of_words(tokens: list[Token], at: int, registry: Registry, *, topics: bool) -> int:
    """Index after the run of name words that begins at `at` (`at` itself when there is none)."""
    stop = at
    lower = 0
    while stop < len(tokens) and stop - at < _MAX_NAME:
        token = tokens[stop]
        gap = token.gap
        if stop == at and gap not in (" ", ". ", " “", ' "'):
            break
        if stop > at and gap == "/" and not token.capital and not token.number and topics:
            stop += 1  # "chất độc da cam/dioxin"
            continue
        if stop > at and not joins_name(gap):
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
        if token.capital and stop > at and begins_full_name(tokens, stop, registry):
            break
        if token.capital or token.number or _numbered(token):
            if token.low in RANKS and stop > at and begins_person(tokens, stop):
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
        if _does(tokens, stop, registry):
            break
        inner = registry.lower_index.longest(tokens, stop) if topics else None
        if inner is not None and token.low not in {"phòng"}:
            stop, lower = inner[0], 0
            continue
        if _ends_name(tokens, stop):
            break
        lower += 1
        if lower > 4:
            break
        stop += 1
    while stop > at and tokens[stop - 1].low in {"và", "của", "các"}:
        stop -= 1
    if stop > at + 2 and (tokens[stop - 2].text, tokens[stop - 1].text) == ("địa", "phương"):
        stop -= 2  # "Hội Chữ thập đỏ địa phương"
    return stop


#: A description in lower case that leads to a number or a name is not longer than this.
_LONGEST_DESCRIPTION = 9


def open_run(tokens: list[Token], at: int, registry: Registry) -> int:
    """The run of words after an open head, over a description in lower case that leads to a number or a name."""
    stop = run_of_words(tokens, at, registry, topics=True)
    while stop < len(tokens):
        further = _onward(tokens, stop, registry)
        if further == stop:
            break
        stop = further
    return stop


def _onward(tokens: list[Token], at: int, registry: Registry) -> int:
    """Index after the words that lead on to a number, "số N", a place or a name; `at` where nothing does."""
    step = at + 1 if tokens[at].low == "và" and tokens[at].gap == " " else at
    if step > at and (step >= len(tokens) or _begins_another(tokens, step, registry)):
        return at
    first = step
    while step < len(tokens) and step - first <= _LONGEST_DESCRIPTION and tokens[step].gap in (" ", "/"):
        token = tokens[step]
        if token.low == "số" and step + 1 < len(tokens) and tokens[step + 1].number:
            return step + 2
        level = level_at(tokens, step, registry)
        if level is not None and token.low != "khu":
            return step if step > at and level[0] < len(tokens) and tokens[level[0]].capital else at
        if token.number:
            return step + 1 if step > first else at
        if token.capital:
            if step > first and _begins_another(tokens, step, registry):
                return at
            return max(step + 1, run_of_words(tokens, step, registry, topics=True))
        pair = _pair(tokens, step)
        if token.low in HARD_STOP or pair in VERBS or pair in _DEEDS or _ends_name(tokens, step):
            return at
        step += 1
    return at


def _begins_another(tokens: list[Token], at: int, registry: Registry) -> bool:
    """Another body, a place or a person begins here."""
    indexes = (registry.head_index, registry.name_index, registry.place_index, registry.open_index)
    if any(index.longest(tokens, at) is not None for index in indexes):
        return True
    return begins_person(tokens, at) or begins_full_name(tokens, at, registry)


def _numbered(token: Token) -> bool:
    """A unit's number with a letter: "115B"."""
    return token.text[:-1].isdigit() and token.text[-1].isupper()


def _pair(tokens: list[Token], at: int) -> tuple[str, str]:
    """The word at `at` and the one right after it, which is empty where a comma or the end comes first."""
    following = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].gap == " " else None
    return tokens[at].low, following.low if following is not None else ""


def _ends_name(tokens: list[Token], at: int) -> bool:
    """Is the word in lower case one that names do not go on over, and not the half of a longer word?"""
    if tokens[at].low not in STOP or (tokens[at - 1].low, tokens[at].low) in COMPOUND:
        return False
    return _pair(tokens, at) not in BEGINS_NOUN


def _does(tokens: list[Token], at: int, registry: Registry) -> bool:
    """Does the name end here because what follows tells what its bearer does ("… Lam Kinh | tổ chức lễ")?"""
    pair = _pair(tokens, at)
    if pair in VERBS:
        return True
    before = tokens[at - 1]
    if pair == ("tổ", "chức") and at + 2 < len(tokens) and tokens[at + 2].low in _HELD:
        return True  # "6 trường Đại học khối Kỹ thuật | tổ chức ký kết"
    if pair not in WORKS or not before.capital:
        return False
    if pair == ("tổ", "chức"):
        return before.low not in {"ban", "phòng", "cục", "vụ"}
    following = tokens[at + 2] if at + 2 < len(tokens) and tokens[at + 2].gap == " " else None
    if following is None or following.capital:
        return False
    goes_on = registry.lower_index.longest(tokens, at + 2) or registry.topic_index.longest(tokens, at + 2)
    return goes_on is None and following.low not in {"và", "hạ", "đô", "công", "nhà", "kinh"}


def described(tokens: list[Token], after: int, head: Head, registry: Registry) -> int:
    """The run after a head, over a description in lower case that leads to the name: "công nghệ | G-Group"."""
    stop = run_of_words(tokens, after, registry, topics=True)
    if head.slug not in DESCRIBED_HEADS or any(token.capital for token in tokens[after:stop]):
        return stop
    step = stop
    while step < len(tokens) and step - after < 8 and tokens[step].gap == " " and not tokens[step].capital:
        if tokens[step].low in HARD_STOP and (tokens[step - 1].low, tokens[step].low) not in COMPOUND:
            return stop
        step += 1
    if step < len(tokens) and step > after + 1 and tokens[after - 1].gap != "(" and tokens[step].gap == " (":
        return step if tokens[step].capital and _head_is_printed_as_name(tokens, after) else stop
    if step >= len(tokens) or tokens[step].gap != " " or not tokens[step].capital:
        return stop
    if registry.head_index.longest(tokens, step) and registry.place_index.longest(tokens, step) is None:
        return stop
    end = run_of_words(tokens, step, registry, topics=True)
    return end if end > step else stop


def _head_is_printed_as_name(tokens: list[Token], after: int) -> bool:
    """ "Quỹ hợp tác khí hậu toàn cầu (GCPF)": in capitals inside the sentence, or the first word of two."""
    return tokens[after - 1].capital or (after > 1 and tokens[after - 2].capital)


def _new_name(tokens: list[Token], at: int, registry: Registry) -> bool:
    """Does another institution begin here? Heads of one word do inside names all the time, longer ones do not."""
    found = registry.head_index.longest(tokens, at)
    if found is None or not tokens[at].capital:
        return False
    return (
        found[0] - at > 1
        and found[1].take in {"place", "none"}
        and found[1].slug not in {"chinh_phu", "hai_quan", "quan_doi", "kiem_lam", "hoi_ccb"}
    )


def _level_ahead(tokens: list[Token], at: int, registry: Registry) -> bool:
    """ "Thành phố", "Tỉnh" as the level of a place, not in "Tỉnh ủy" or "Thành đoàn"."""
    level = level_at(tokens, at, registry)
    if level is None or tokens[at].low in {"vùng", "bang", "thủ", "xã", "tx"}:
        return False
    return level[0] >= len(tokens) or tokens[level[0]].low not in {"ủy", "uỷ", "đoàn"}


def _crossing(tokens: list[Token], at: int, registry: Registry) -> int | None:
    """Index after the topic that a comma, dash, "&" or "và" leads into, None where the name ends there."""
    step = at + 1 if tokens[at].low == "và" else at
    if step >= len(tokens) or (step > at and tokens[step].gap != " "):
        return None
    if step == at and tokens[at].gap not in (", ", " - ", " – ", "-", "–", " -", "- "):
        return None
    found = registry.topic_index.longest(tokens, step)
    if found is None and step == at and _dashed(tokens, at, registry):
        return at + 1  # "Giáo dục nghề nghiệp - | Giáo dục thường xuyên", "Vĩnh Sơn - | Sông Hinh"
    if found is None and step == at and tokens[at].gap == ", " and _field(tokens, at, registry):
        joint = at + 2  # "Văn hóa, | Thông tin và Thể thao"
        if joint + 1 < len(tokens) and tokens[joint].low == "và" and tokens[joint].gap == " ":
            last = registry.topic_index.longest(tokens, joint + 1)
            if last is not None or _field(tokens, joint + 1, registry):
                return joint
    if found is None and step > at and _field(tokens, step, registry):
        return step + 2  # "Bộ Tài nguyên và | Bảo vệ môi trường"
    if found is None and step == at and _letters(tokens[at - 1]) and _letters(tokens[at]):
        return at + 1  # "Sở GD – ĐT"
    return found[0] if found else None


def _dashed(tokens: list[Token], at: int, registry: Registry) -> bool:
    """Does a dash join two parts of one name: two countries, two fields of work, two proper names of two syllables?"""
    if tokens[at].gap not in (" - ", " – ") or not tokens[at - 1].text.isalpha():
        return False
    if tokens[at - 1].low == "việt" and tokens[at].low in _PARTNERS:
        return True  # "Công nghệ thông tin và Truyền thông Việt - | Hàn"
    place = registry.place_index.longest(tokens, at)
    if place is not None:
        before = max(0, at - 2)
        mate = next((registry.place_index.longest(tokens, n) for n in (before, at - 1) if n < at), None)
        mate = mate or registry.place_index.longest(tokens, at - 1)
        told = any(token.low == "nghị" for token in tokens[max(0, at - 4) : at])  # "Hữu nghị Việt Nam - Lào"
        return bool(
            told and place[1].kind == "country" and mate and mate[0] == at and mate[1].kind == "country"
        )
    if _field(tokens, at, registry):
        return not tokens[at - 1].capital
    pairs = tokens[at - 2 : at], tokens[at : at + 2]
    if (
        at < 3
        or at + 1 >= len(tokens)
        or _begins_another(tokens, at, registry)
        or tokens[at].low in NOT_A_NAME
    ):
        return False
    after = tokens[at + 2] if at + 2 < len(tokens) and tokens[at + 2].gap == " " else None
    if after is not None and after.capital:
        return False
    return all(
        first.text.istitle() and second.text.istitle() and second.gap == " " for first, second in pairs
    )


#: Countries as the second half of "Việt - …".
_PARTNERS = frozenset(even("hàn nhật nga đức pháp mỹ trung úc hung xô bun lào anh ý séc").split())


def _field(tokens: list[Token], at: int, registry: Registry) -> bool:
    """A field of work in two syllables, the first with a capital: what "và" joins to it is no other body's name."""
    first = tokens[at]
    second = tokens[at + 1] if at + 1 < len(tokens) else None
    if second is None or second.gap != " " or second.capital or second.number or not first.text.istitle():
        return False
    pair = (first.low, second.low)
    if first.low in NOT_A_NAME or pair in VERBS or (second.low in STOP and pair not in COMPOUND):
        return False
    indexes = (registry.head_index, registry.name_index, registry.place_index)
    if pair in NO_COUNTRY:
        return True
    return all(index.longest(tokens, at) is None for index in indexes)


def _letters(token: Token) -> bool:
    """Two or three capitals that stand for words: "GD", "ĐT"."""
    return token.text.isalpha() and token.text.isupper() and 2 <= len(token.text) <= 3
