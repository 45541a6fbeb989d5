"""Vietnamese text, once and right: cleaning, folding, syllables, sentences.

Every stage that compares words uses this module. Its central property: `fold` keeps the length of a
cleaned text, so an offset found in the folded text is an offset into the original.
Pure; imports the standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

# Default-ignorable code points (Unicode DerivedCoreProperties) that occur in news pages: soft hyphen, combining
# grapheme joiner, zero-width characters, bidi controls, word joiners, variation selectors, BOM, tags.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# C0/C1 controls but tab, line feed and carriage return: they carry escape sequences to terminals.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# What a terminal obeys, whole: CSI (colours, cursor), OSC and its kin up to their end on the same line (titles, links,
# the clipboard), and the short ones. An 8-bit introducer counts with a parameter only: in badly decoded pages the same
# bytes are half a quotation mark.
_ESCAPE = re.compile(
    "(?:\x1b\\[|\x9b(?=[0-9;?]))[0-?]*[ -/]*[@-~]"
    "|\x1b[]PX^_][^\x07\x1b\x9c\n]{0,4000}(?:\x07|\x1b\\\\|\x9c)"
    "|\x1b[!-/]*[0-~]"
)
_SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")
# One look for all that `harmless` changes: most texts hold nothing of it.
_HARM = re.compile(f"{_IGNORABLE.pattern[:-1]}{_CONTROL.pattern[1:-1]}\r\x85\u2028\u2029]")


def harmless(text: str) -> str:
    """Text that a terminal, a browser or a reader of lines only shows: the one rule for whatever strangers wrote.

    Escape sequences go whole, then controls, bidi and zero-width characters; every line end becomes `\\n`. Idempotent.
    """
    if _HARM.search(text) is None:
        return text
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPE.sub("", text)
    return _LINE_ENDS.sub("\n", _CONTROL.sub("", _IGNORABLE.sub("", text)))


def clean(text: str) -> str:
    """`harmless`, in NFC. Idempotent."""
    return unicodedata.normalize("NFC", harmless(text))


def squeeze(text: str) -> str:
    """`clean`, and every run of white space (line ends too) becomes one space; stripped. For titles and names."""
    return " ".join(_SPACES.sub(" ", clean(text)).split())


def tidy(text: str) -> str:
    """`clean`, with runs of spaces as one, lines stripped and empty lines dropped. For the text of a story."""
    lines = (_SPACES.sub(" ", line).strip() for line in clean(text).split("\n"))
    return "\n".join(line for line in lines if line)


class _FoldTable(dict[int, int]):
    """str.translate table filled as characters are met; maps one code point to exactly one."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        if char in "đĐðÐ":  # eth and the African Đ stand for đ in badly typed pages
            folded = "d"
        else:
            base = unicodedata.normalize("NFD", char)
            base = "".join(c for c in base if not unicodedata.combining(c)) or char
            lower = base.lower()
            folded = lower if len(lower) == 1 else char
        if folded.isspace() and folded != "\n":
            folded = " "
        self[code] = ord(folded)
        return self[code]


_FOLD = _FoldTable()
# y and i are two spellings of one sound in an open syllable after these initials (kỹ/kĩ, lý/lí, tỷ/tỉ, quy/qui).
# Written from the y backwards, so that the engine looks at places with a y only.
_Y_AS_I = re.compile(r"y\b(?:(?<=\b[hklmstv]y)|(?<=\bquy)|(?<=\bthy)|(?<=\btry))")


def strip_marks(text: str) -> str:
    """Lower case without tone and vowel marks, đ as d. Same length as the (cleaned) text."""
    return text.translate(_FOLD)


def fold(text: str) -> str:
    """The one folding for comparing: `strip_marks`, and y written i where Vietnamese spells both ways.

    `ký kết`, `Kí kết`, `KY KET` give `ki ket`. Same length as `text`, so offsets carry over; call it on cleaned text.
    """
    return _Y_AS_I.sub("i", text.translate(_FOLD))


# Old and new style put the tone mark of oa, oe, uy on either vowel: hòa/hoà, khỏe/khoẻ, thúy/thuý.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OLD_STYLE = re.compile(rf"(?<![qQ])([oOuU])([{_TONES}])([aAeEyY])(?![\w\u0300-\u0323])")


def new_style_tones(text: str) -> str:
    """Tone marks of open oa, oe, uy moved to the second vowel (hòa → hoà), NFC. For accent-keeping comparison."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _OLD_STYLE.sub(r"\1\3\2", decomposed))


_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def syllables(text: str) -> list[str]:
    """Folded syllables (runs of letters or digits) in order."""
    return _WORD.findall(fold(text))


_MARKED_Y_AS_I = re.compile(r"[yýỳỷỹỵ]\b(?:(?<=\b[hklmstv].)|(?<=\bqu.)|(?<=\bth.)|(?<=\btr.))")
_I_FOR_Y = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")


def marked_syllables(text: str) -> list[str]:
    """Lower-case syllables with their marks, tone placement and i/y made equal; for exact-text comparison."""
    lower = new_style_tones(text).lower()
    return _WORD.findall(_MARKED_Y_AS_I.sub(lambda found: found.group().translate(_I_FOR_Y), lower))


class Sentence(NamedTuple):
    start: int
    end: int
    text: str


# A full stop after these is not the end of a sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"“'/.-])(?:TP|Tp|tp|T\.Ư|TƯ|TW|T\.W|Th|ThS|Ths|TS|Ts|PGS|GS|BS|Bs|KS|CN|ThS|LS|Ls|NS|NSND|NSƯT|ĐB|Tr|tr|Q|P|H|TX|TT|X|St|Mr|Mrs|Ms|Dr|No|Co|Ltd|Inc|Corp|Jr|vs|v\.v|đ/c|Đ/c|ĐC|VN|U|S|A|B|C|D|E|G|K|L|M|N|Đ)$"
)
_STOP = re.compile(r"(?:[.!?…]+[\"”’'»)\]]*)(?=\s|$|[\"“(]|[A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ])|\n+")


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a cleaned text with their code-point offsets. A line end always ends one.

    Full stops inside numbers, dates, initials and usual abbreviations do not.
    """
    start = 0
    for stop in _STOP.finditer(text):
        if text[stop.start()] != "\n":
            token = stop.group()
            if token.startswith(".") and len(token) == 1:
                before, after = text[start : stop.start()][-14:], text[stop.end() : stop.end() + 2]
                if _ABBREVIATION.search(before) and after.strip():
                    continue
                nxt = after.strip()[:1]
                if not after[:1].isspace() and before[-1:].isdigit():
                    continue
                if after[:1].isspace() and nxt.islower():
                    continue
                if not after[:1].isspace() and after[:1].isupper() and not before[-2:].islower():
                    continue
            elif after_lower(text, stop.end()) and (not token.startswith(("!", "?")) or token[-1] in "\"”’'»)"):
                continue
        sentence = _trim(text, start, stop.end())
        if sentence:
            yield sentence
        start = stop.end()
    sentence = _trim(text, start, len(text))
    if sentence:
        yield sentence


def after_lower(text: str, position: int) -> bool:
    """Does the text go on in lower case after white space at `position`?"""
    rest = text[position : position + 3].lstrip(" ")
    return bool(rest) and rest[0].islower()


def _trim(text: str, start: int, end: int) -> Sentence | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Sentence(start, end, text[start:end]) if end > start else None
