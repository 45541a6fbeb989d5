"""Who wrote it, as printed: author boxes, signature lines, agencies, "Tin, ảnh: …". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.vietnamese import squeeze, strip_marks, syllables

# "Bài và ảnh:", "Tin, ảnh:", "Thực hiện:", "Theo" … before a name. Matched without marks, in lower case.
_CREDIT = re.compile(
    r"^(?:(?:tin|bai|anh|clip|video|thuc hien|noi dung|do hoa|thiet ke|trinh bay|bien tap|bien dich|tong hop|tac gia bai viet|tac gia|nguoi viet|viet boi|nguoi dang|(?:duoc )?dang boi|phong vien|pv|phong su|chum anh|ghi chep)"
    r"(?:\s*(?:,|-|–|&|\+|/|va|:)\s*|\s+(?=(?:anh|bai|va)\b)))*(?:\s*:\s*|(?<=[:,])\s*|\s+-\s+)"
)
_CREDIT_WORD = re.compile(
    r"^(?:tin|bai|anh|clip|video|thuc hien|noi dung|do hoa|thiet ke|trinh bay|bien tap|bien dich|tong hop|tac gia|nguoi viet|viet boi|phong su|chum anh)\b[^:]{0,40}:"
)
_ORGANISATION = re.compile(
    r"\b(?:tap chi|online|news|vn|com|net|dien tu|toa soan|ban bien tap|vccorp|www|http|https|facebook|media|admin|administrator|editor|bbt|btv|tto|tno|tpo|cong thong tin|ban tin|vietnamplus)\b|\.(?:vn|com|net)\b|@|/"
)
# Papers, agencies and other sources that stand where a name would.
_AGENCY = re.compile(
    r"\b(?:forbes|reuters|afp|ap|cnn|bbc|ttxvn|tan hoa xa|xinhua|bloomberg|cnbc|rt|tass|sputnik|guardian|times|post|daily|mail|sun|journal|variety|yonhap|kyodo|nhk|"
    r"vietnamnet|vietnam\+|vnexpress|dan tri|tuoi tre|thanh nien|tien phong|lao dong|nguoi lao dong|nhan dan|quan doi|cong an nhan dan|tri thuc tre|tri thuc|nhip song|thi truong|"
    r"to quoc|phap luat|doi song|kinh te|tai chinh|gia dinh|phu nu|doanh nghiep|giao duc|suc khoe|the thao|bong da|zing|znews|kenh14|cafef|cafebiz|soha|genk|vtv|vov|vtc|"
    r"infonet|ngoisao|ngoi sao|dau tu|cong thuong|ha noi moi|sai gon|viet nam|vietnam|tong hop|internet|wikipedia|youtube|tiktok|sina|sohu|weibo|qq)\b"
)
_PAPER = re.compile(r"(?<!\w)(?:báo|đài)\s", re.IGNORECASE)  # with its mark: Bảo and Đại are names of people
_BUREAU = re.compile(r"[A-ZĐ]{3,}\d*[-.][A-ZĐ]")  # a station's office: VOV-Miền Trung
_SOURCE = re.compile(r"^[(\[]?\s*(?:theo|nguon|dan nguon|trich|tham khao|trich nguon)\b\s*:?\s*")
# Words of lower case that stand inside names.
_JOINERS = frozenset(("và", "de", "da", "van", "von", "le", "la", "bin"))
# Ranks, degrees and offices before a name: "Đại tá, TS. PHẠM HỮU LỘC".
_RANK = re.compile(
    r"^(?:(?:(?:dai|thuong|trung|thieu) (?:tuong|ta|uy)|dai uy|thuong uy|chuan uy|do doc|pho do doc|chuan do doc|"
    r"gs|pgs|ts|ths|tskh|bs|bsckii?|ks|ls|cn|nsnd|nsut|nghs|nha bao|luat su|bac si|tien si|thac si|giao su|pho giao su|dr|phd|qncn|ctv|pv)\b\.?[\s,:-]*)+"
)
_PAREN = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
_SEPARATOR = re.compile(r"\s*(?:;|,|\s-\s|\s–\s|–|/|\||•|·|\s&\s|\s\+\s|\s+và\s+|\s+VÀ\s+|\s+Và\s+)\s*")
_MAX_BYLINE = 90  # characters of a signature line; "Bài và ảnh: …" of three authors stays below


def names_in(text: str) -> tuple[str, ...]:
    """The authors that a byline's text names, as printed; organisations and offices left out.

    `Tin, ảnh: Văn Sơn - Thu Hà` → Văn Sơn, Thu Hà; `Hà Thu (theo Reuters)` → Hà Thu; `PV/Vietnam+` → nothing.
    """
    text = squeeze(text).strip("-–—:•|,;. ")
    names: list[str] = []
    folded = strip_marks(text)
    if source := _SOURCE.match(folded):
        # "Theo Sầm Hoa (Vietnamnet/Reuters)" names a person, "Theo Reuters" does not.
        rest = re.split(r"\s*[/|(]", _PAREN.sub("", text[source.end() :]), maxsplit=1)[0].strip(
            "-–—:•|,;()[]. "
        )
        words = rest.split()
        person = (
            2 <= len(words) <= 4
            and _is_title_cased(rest)
            and not _AGENCY.search(strip_marks(rest))
            and not _SEPARATOR.search(rest)
        )
        return (rest,) if person else ()
    if credit := _CREDIT.match(folded):
        text, folded = text[credit.end() :], folded[credit.end() :]
    source = re.search(
        r"[\s(\[]+(?:theo|nguon|dich tu|tong hop|luoc dich|bien dich|luoc thuat|dich|th)\b.*$", folded
    )
    if source:
        text = text[: source.start()]
    text = without_rank(_PAREN.sub("", text).strip("-–—:•|,;()[]. "))
    for part in _SEPARATOR.split(text):
        part = part.strip("-–—:•|,;()[] ")
        folded = strip_marks(part)
        if credit := _CREDIT.match(folded + ":" if _CREDIT_WORD.match(folded + ":") else folded):
            part = part[credit.end() :]
            folded = strip_marks(part)
        part = without_rank(part)
        if _looks_like_name(part) and part not in names:
            names.append(part)
    return people_first(names)


def people_first(names: Iterable[str]) -> tuple[str, ...]:
    """The names once each; agencies and papers only where no person is named."""
    every = tuple(dict.fromkeys(names))
    return tuple(name for name in every if not _AGENCY.fullmatch(strip_marks(name))) or every


_PHOTO_CREDIT = re.compile(r"(?:anh|clip|video|do hoa|infographic|quay phim|audio)\s*(?:minh hoa)?\s*:")


# Who signs without a name: reporters, editors, an agency.
_NAMELESS = re.compile(
    r"(?:nhom )?(?:p\.?\s?v\.?|phong vien|bbt|ban bien tap|toa soan|ctv|cong tac vien|btv|ttxvn|tong hop|t\.h|th)"
)


def is_nameless_signature(text: str) -> bool:
    """A signature that names nobody: "PV", "Nhóm phóng viên", "TTXVN"."""
    return bool(_NAMELESS.fullmatch(strip_marks(squeeze(text)).strip("-–—:•|,;.()[] ")))


def is_bare_name(text: str) -> bool:
    """Two to four capitalised words and nothing else, as a plain last line signs: THANH NĂM, Lê Hùng."""
    bare = without_rank(_PAREN.sub("", squeeze(text)).strip("-–—:•|,;.()[] "))
    words = bare.split()
    return (
        2 <= len(words) <= 4
        and all(word.isalpha() and len(word) <= 7 for word in words)
        and _is_title_cased(bare)
        and _looks_like_name(bare)
        and not _AGENCY.search(strip_marks(bare))
    )


def is_photo_credit(text: str) -> bool:
    """Does a credit name who took the pictures, not who wrote?"""
    return bool(_PHOTO_CREDIT.match(strip_marks(squeeze(text)).lstrip("(-–— ")))


def without_rank(text: str) -> str:
    """A name without military rank, degree or office before it."""
    found = _RANK.match(strip_marks(text))
    return text[found.end() :] if found else text


def _is_title_cased(text: str) -> bool:
    """Does every word begin with a capital, as in a name?"""
    words = text.split()
    return (
        bool(words) and all(word[0].isupper() or word in _JOINERS for word in words) and words[0][0].isupper()
    )


def _looks_like_name(text: str) -> bool:
    if not 2 <= len(text) <= 48 or not any(char.isalpha() for char in text):
        return False
    folded = strip_marks(text)
    if (
        _SOURCE.match(folded)
        or _ORGANISATION.search(folded)
        or _PAPER.match(text)
        or _BUREAU.match(text)
        or any(char.isdigit() for char in text)
    ):
        return False
    return len(text.split()) <= 6 and text[0].isupper()


def is_byline(text: str, known: Iterable[str] = (), *, emphasis: str = "", right: bool = False) -> bool:
    """Is this line a signature rather than a sentence?

    `known`: names that metadata or an author box gave. A short line that is one of them, a credit ("Tin, ảnh: …"), a source ("Theo …"), or,
    when it is set bold, italic or to the right, that consists of names alone.
    """
    text = squeeze(text)
    if not text or len(text) > _MAX_BYLINE:
        return False
    folded = strip_marks(text).strip("-–—:•|,;.()[] ")
    own = set(syllables(text))
    for name in known:
        parts = set(syllables(name))
        if parts and parts <= own and len(own) <= len(parts) + 5 and not re.search(r"[.!?]\s", text):
            return True
    if _CREDIT_WORD.match(folded):
        return bool(names_in(text)) or len(text) < 60
    if (
        _SOURCE.match(folded)
        and len(text) <= 70
        and not re.search(r"[.!?,]\s|\bcho biet\b|\bngay\b", text[:-1])
    ):
        return True
    bare = without_rank(_PAREN.sub("", text).strip("-–—:•|,;.()[] "))
    if not (emphasis or right):
        return False
    listed = [part for part in _SEPARATOR.split(bare) if part]
    return (
        bool(listed)
        and len(listed) <= 5
        and all(
            _looks_like_name(part) and _is_title_cased(part) and len(part.split()) <= 5 for part in listed
        )
    )
