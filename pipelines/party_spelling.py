"""How names of bodies are spelled: abbreviations by their place in a name, legal forms, brands, and sounds. Pure."""

from __future__ import annotations

import functools
import re

from pipelines.institutions import Place, Registry, slug_of
from pipelines.reading.words import even, pattern, tokens_of
from pipelines.vietnamese import fold, squeeze

_LETTERS = re.compile(r"\b(?:[A-ZĐ]\.){2,}(?:[A-ZĐ]\b)?(?!\s*Ư)")
_UNIT_LETTERS = re.compile(r"\b(QK|BĐ|QĐ) ?(?=\d)")
_UNITS = {"QK": "Quân khu ", "BĐ": "Binh đoàn ", "QĐ": "Quân đoàn "}
_SMALL_PLACE = re.compile(r"\b([HPQX])\.\s*(?=[A-ZĐÀ-Ỵ\d])")
_SMALL_PLACES = {"H": "huyện ", "P": "phường ", "Q": "quận ", "X": "xã "}
_BOARD = re.compile(r"^(?:BQL|Ban QL)\b(?=\s)")
_CENTRE = re.compile(r"^TT\.? (?=[A-ZĐÀ-Ỵ][^\W\d_]*[a-zà-ỵ])(?!Huế)")
_POLICE_ROOM = re.compile(r"^(?=P[ACVX]\d\d\b)")
_POLICE_DEPARTMENT = re.compile(r"^(?=[AC][01]\d\b)")
_SEA_REGION = re.compile(r"\bVùng (\d)(?:,| -)? (?:HQ|Quân chủng Hải quân)\b")
_UNIVERSITY = re.compile(r"^(?:Trường )?ĐH ?(SP|BK|KHTN|KTQD|CNTT|KHXH&NV)\b")
_FIELDS = {
    "SP": "Sư phạm",
    "BK": "Bách khoa",
    "KHTN": "Khoa học Tự nhiên",
    "KTQD": "Kinh tế Quốc dân",
    "CNTT": "Công nghệ thông tin",
    "KHXH&NV": "Khoa học Xã hội và Nhân văn",
}
_BEGINNINGS = (
    (re.compile(r"^UBKT\b"), "Ủy ban Kiểm tra"),
    (re.compile(r"^CDC\b(?= \w)"), "Trung tâm Kiểm soát bệnh tật"),
)
_SCHOOL = re.compile(r"^(?=(?:THPT|THCS|Tiểu học|Mầm non|Sĩ quan) (?:[A-ZĐÀ-Ỵ]|chuyên ))")
_COLLEGE = re.compile(r"^CĐ (?=[A-ZĐÀ-Ỵ])")
_POWER_COMPANY = re.compile(r"^PC (?=[A-ZĐ])")


@functools.lru_cache(maxsize=8192)
def spelled(name: str) -> str:
    """A name that stands alone, with the abbreviations spelled out that only their place in a name explains."""
    name = squeeze(name)
    name = _LETTERS.sub(lambda found: found.group().replace(".", ""), name)
    name = _UNIT_LETTERS.sub(lambda found: _UNITS[found[1]], name)
    name = _SMALL_PLACE.sub(lambda found: _SMALL_PLACES[found[1]], name)
    name = _BOARD.sub("Ban Quản lý", name)
    name = _CENTRE.sub("Trung tâm ", name)
    name = _POLICE_ROOM.sub("Phòng ", name)
    name = _POLICE_DEPARTMENT.sub("Cục ", name)
    name = _SEA_REGION.sub(r"Vùng \1 Hải quân", name)
    name = _UNIVERSITY.sub(lambda found: f"Đại học {_FIELDS[found[1]]}", name)
    for short, long in _BEGINNINGS:
        name = short.sub(long, name)
    name = _SCHOOL.sub("Trường ", name)
    name = _COLLEGE.sub("Cao đẳng ", name)
    return _POWER_COMPANY.sub("Công ty Điện lực ", name)


#: Endings of companies' names that say nothing but that they are companies.
_COMPANY_TAIL = re.compile(
    r"(?:-(?:group|incorporated|corporation|corp|company|co|ltd|limited|jsc|inc|plc|ctcp|ag|gmbh))+\Z"
)


def brand_slug(name: str) -> str:
    """The slug of a brand without the words of its legal form behind it."""
    slug = slug_of(name)
    return _COMPANY_TAIL.sub("", slug) or slug


_LEGAL = pattern(
    r"\A(?:(?:trách nhiệm hữu hạn|tnhh|mtv|một thành viên|hai thành viên|2tv|cổ phần|cp)\b[\s,–-]*)+|"
    r"[\s,–-]+(?:ctcp|jsc|công ty cổ phần|co\.?,? ?ltd\.?)\Z"
)


def company_topic(topic: str) -> str:
    """A company's own name without its legal forms."""
    low = even(topic)
    found = _LEGAL.search(low)
    while found is not None and len(low) == len(topic):
        topic = (topic[: found.start()] + topic[found.end() :]).strip()
        low = even(topic)
        found = _LEGAL.search(low) if topic else None
    return topic


#: A folded Vietnamese syllable.
_SYLLABLE = re.compile(
    r"(?:b|c|ch|d|gh?|gi|h|kh?|l|m|n|ngh?|nh|p|ph|qu|r|s|t|th|tr|v|x)?[aeiou]{1,3}(?:c|ch|m|n|ng|nh|p|t)?\Z"
)


def foreign(word: str) -> bool:
    """A word of plain letters that can be no Vietnamese syllable."""
    return word.isascii() and word.isalpha() and _SYLLABLE.match(fold(word)) is None


def foreign_brand(brand: str) -> bool:
    """Is it a brand that no Vietnamese words explain: "Honda Việt Nam", "Samsung Electronics", but not "FPT Long Châu"?"""
    words = [token.text for token in tokens_of(brand)]
    if words[-2:] == ["Việt", "Nam"]:
        words = words[:-2]
    if len(words) > 1 and words[-1].lower() in {"group", "corporation", "corp", "holdings", "bank"}:
        return all(word.isascii() for word in words)
    return bool(words) and foreign(words[0]) and all(word.isascii() for word in words)


def core_of(topic: str) -> str:
    """The slug of a name without the words that say what legal form it has."""
    words = slug_of(topic).split("-")
    kept = words[4:] if words[:4] == ["thuong", "mai", "co", "phan"] else words
    return "-".join(word for word in kept if word != "tmcp")


def abroad_by_sound(registry: Registry, name: str) -> Place | None:
    """A neighbour's province in a spelling that nobody listed, equal to a known one but for marks, joints and like letters."""
    sound = _sound(name)
    return _sounds(registry).get(sound) if len(sound) >= 6 else None


_LIKE = (("ph", "f"), ("kh", "k"), ("th", "t"), ("ch", "c"), ("ck", "c"), ("x", "s"), ("y", "i"), ("k", "c"), ("w", "v"), ("ou", "u"), ("oo", "u"))  # fmt: skip


def _sound(name: str) -> str:
    letters = re.sub(r"[^a-z]", "", fold(name))
    for one, other in _LIKE:
        letters = letters.replace(one, other)
    return re.sub(r"(.)\1+", r"\1", letters)


@functools.lru_cache(maxsize=4)
def _sounds(registry: Registry) -> dict[str, Place]:
    """Sounds of the known spellings; one that two provinces share is left out."""
    out: dict[str, Place | None] = {}
    for spelling, place in registry.spellings:
        if place.kind == "neighbour":
            sound = _sound(spelling)
            out[sound] = place if out.get(sound, place) is place else None
    return {sound: place for sound, place in out.items() if place is not None}
