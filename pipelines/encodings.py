"""Bytes → text, whatever the page claims about itself.

Order of belief: a byte order mark; valid UTF-8 (random legacy bytes are practically never valid UTF-8, so this beats
every declaration); the declared charset if it decodes; then the Vietnamese legacy encodings, the most Vietnamese
reading winning. Text that is legacy *inside* a well-encoded page (TCVN3 or VNI fonts typed into Unicode, titles
encoded twice) is mended by `mend`. Pure.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from collections.abc import Callable

from pipelines.vietnamese import strip_marks

_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.-]+)""", re.IGNORECASE)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# TCVN 5712:1993 (TCVN3, "ABC" fonts), as the Latin-1 characters it shows as. Capitals with tone are a font's work.
_TCVN3_LATIN = "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉËÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ®¡¢§£¤¥¦"
_TCVN3_VIET = "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđĂÂĐÊÔƠƯ"
_TCVN3 = str.maketrans(_TCVN3_LATIN, _TCVN3_VIET)
_TCVN3_SIGNS = re.compile("[µ¶·¸¹»¼½¾©ª«¬®¨\u00ad×]")


def _vni_table() -> dict[str, str]:
    tones = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
    hat = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
    breve = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
    table = {"ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ô": "ơ", "ö": "ư"}
    for letter in "aeouy":
        table |= {letter + sign: letter + tone for sign, tone in tones.items()}
    for letter in "aeo":
        table |= {letter + sign: letter + "\u0302" + tone for sign, tone in hat.items()}
    table |= {"a" + sign: "a\u0306" + tone for sign, tone in breve.items()}
    for sign, letter in (("ô", "ơ"), ("ö", "ư")):
        table |= {sign + mark: letter + tone for mark, tone in tones.items()}
    table |= {key.upper(): value.upper() for key, value in table.items()}
    table |= {key[0].upper() + key[1:]: value.capitalize() for key, value in table.items() if len(key) == 2}
    return {key: unicodedata.normalize("NFC", value) for key, value in table.items()}


_VNI = _vni_table()
_VNI_FORM = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_VNI_SIGNS = re.compile("[aeouyAEOUYôöÔÖ][ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË]|[ñÑöÖæ]")

# Frequent words that a text of some length cannot do without; the measure of "this is Vietnamese".
_COMMON_TEXT = (
    "và của các có là được cho trong với người một đã không những từ đến này ông năm tại về để khi công nhân việt nam "
    "ngày hội thành phố tỉnh trên đồng chí quân đội hợp phối ký kết bộ chương trình ở tháng ra nhà nước theo sau "
    "sự đầu phát triển xã huyện quốc gia"
)
_COMMON = frozenset(_COMMON_TEXT.split())
_WORDS = re.compile(r"[^\W\d_]+")
_MARKED = re.compile("[ăđơưĂĐƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def vietnamese_share(text: str, sample: int = 4000) -> float:
    """Share of words among the most frequent of the language, 0 … 1; an ordinary story has about 0.25."""
    words = _WORDS.findall(text[:sample].lower())
    return sum(word in _COMMON for word in words) / len(words) if words else 0.0


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a page or feed. Never fails: what cannot be read becomes U+FFFD.

    `content_type` is the header's value; a `<meta charset>` or an XML declaration is looked for in the first 4 kB.
    windows-1258 comes out NFC. Entities stay as they are (the HTML parser reads them).
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _declared(body, content_type)
    if (wide := _wide(body)) is not None:
        return body.decode(wide, "replace")
    text = body.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    marked = sum(1 for char in text if char > "\u00bf") - wrong
    if marked > 20 * wrong or (declared in ("utf-8", None) and marked > 3 * wrong):
        return text  # UTF-8 with a few broken bytes: cut off, or pasted from elsewhere
    readings: list[tuple[float, str]] = []
    for charset in dict.fromkeys((declared, "cp1258", "cp1252")):
        if charset is None or charset.startswith(("utf-16", "utf-32", "utf-8")):
            continue
        try:
            reading = body.decode(charset)
        except (UnicodeDecodeError, LookupError):
            reading = body.decode(charset if _known(charset) else "cp1252", "replace")
        if charset == "cp1258":
            reading = unicodedata.normalize("NFC", reading)
        readings.append((_score(reading), reading))
    latin = body.decode("latin-1")
    for reading in (latin.translate(_TCVN3), from_vni(latin)):
        readings.append((_score(_text_only(reading)), reading))
    best = max(readings, key=lambda pair: pair[0])  # the first wins a tie: the declared one
    return best[1]


def _text_only(text: str) -> str:
    return re.sub(r"<[^>]*>", " ", text)


def _score(text: str) -> float:
    plain = _text_only(text)
    words = _WORDS.findall(plain[:200_000].lower())
    if not words:
        return 0.0
    known = sum(word in _COMMON for word in words) / len(words)
    return known - 5 * plain.count("\ufffd") / max(len(plain), 1)


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _declared(body: bytes, content_type: str | None) -> str | None:
    head = body[:4096]
    names = []
    if content_type and (found := _HEADER.search(content_type)):
        names.append(found[1])
    names += [match[1].decode("ascii") for match in (_XML.search(head), _META.search(head)) if match]
    for name in names:
        name = {"windows-1258": "cp1258", "x-viet-vps": "cp1258"}.get(name.lower(), name.lower())
        if _known(name):
            return codecs.lookup(name).name.replace("utf_8", "utf-8")
    return None


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark shows in its zero bytes; a mere claim of UTF-16 does not make it so."""
    sample = body[:2000]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    if odd > len(sample) / 6 and odd > 4 * even:
        return "utf-16-le"
    if even > len(sample) / 6 and even > 4 * odd:
        return "utf-16-be"
    return None


def from_tcvn3(text: str) -> str:
    """Text typed in a TCVN3 ("ABC") font, read as Unicode."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """Text typed in a VNI font, read as Unicode."""
    return _VNI_FORM.sub(lambda match: _VNI[match[0]], text)


def undouble(text: str) -> str:
    """Text whose UTF-8 bytes were taken for Latin-1 or windows-1252 and encoded again (`KÃ½ káº¿t` → `Ký kết`).

    Unchanged unless the whole text reads so.
    """
    if not re.search("[ÃÂÄÆá][\u0080-\u00ff‘’“”•–—˜™š›œžŸ€‚ƒ„…†‡ˆ‰Š‹Œ]|áº|á»", text):
        return text
    raw = bytearray()
    for char in text:
        if ord(char) < 256:
            raw.append(ord(char))
            continue
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            return text
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return text


def unescape(text: str) -> str:
    """Character references resolved, also those escaped twice (`&amp;#7871;`), at most three times over."""
    for _ in range(3):
        if "&" not in text:
            break
        resolved = html.unescape(text)
        if resolved == text:
            break
        text = resolved
    return text


def mend(text: str) -> str:
    """A title, paragraph or story in which relics of other encodings are set right; otherwise unchanged.

    A relic is only mended on proof: the text holds the signs of the old encoding, is not already Vietnamese,
    and reads as Vietnamese after it.
    """
    return mended(text)[0]


#: A reading of text that was typed in one old font.
OldFont = Callable[[str], str]


def mended(text: str) -> tuple[str, OldFont | None]:
    """`mend`, and which old font's table it took (None if none was needed): proof for shorter lines beside it."""
    if text.isascii():
        return text, None
    text = undouble(text)
    if _MARKED.search(text):
        return text, None
    for signs, read in ((_TCVN3_SIGNS, from_tcvn3), (_VNI_SIGNS, from_vni)):
        if len(signs.findall(text)) < 2:
            continue
        reading = read(text)
        if vietnamese_share(reading) > max(0.12, 2 * vietnamese_share(text)) and _MARKED.search(reading):
            return reading, read
    return text, None


def may_be_old_font(text: str) -> bool:
    """Letters beyond ASCII and none that only Vietnamese has: old fonts write so, and a few Vietnamese words, too."""
    return not text.isascii() and _MARKED.search(text) is None


def is_vietnamese(text: str) -> bool:
    """Is the text Vietnamese? By its marks and its most frequent words; accentless Vietnamese passes by the latter."""
    sample = text[:6000]
    letters = sum(char.isalpha() for char in sample)
    if not letters:
        return False
    if len(_MARKED.findall(sample)) / letters > 0.05:
        return True
    words = _WORDS.findall(strip_marks(sample))
    return bool(words) and sum(word in _COMMON_FOLDED for word in words) / len(words) > 0.2


#: Letters beyond the Latin ones that any text of a Vietnamese paper is written in.
_OTHER_LETTERS = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")


def is_of_another_script(text: str) -> bool:
    """Is the text mostly written in other letters than Latin ones: Khmer, Lao, Chinese?"""
    sample = text[:6000]
    letters = sum(char.isalpha() for char in sample)
    return letters > 0 and len(_OTHER_LETTERS.findall(sample)) > letters / 2


_COMMON_FOLDED_TEXT = (
    "va cua cac duoc nguoi mot khong nhung tu den nay nam tai ve de khi cong nhan viet ngay hoi thanh pho tinh tren "
    "dong chi quan doi hop phoi ky ket chuong trinh thang nha nuoc theo su dau phat trien xa huyen quoc gia la"
)
_COMMON_FOLDED = frozenset(_COMMON_FOLDED_TEXT.split())
