"""Letters in brackets that only repeat the words before them: "Bộ Chỉ huy Quân sự (CHQS) tỉnh Lai Châu"."""

from __future__ import annotations

import re

from pipelines.institutions import Registry
from pipelines.reading.words import Token, joined


def without_inner_letters(tokens: list[Token], registry: Registry) -> list[Token]:
    """The words without letters in brackets that only repeat the words before them, where the name goes on behind.

    "Bộ Chỉ huy Quân sự (CHQS) tỉnh Lai Châu", "Mặt trận Tổ quốc (MTTQ) Việt Nam". At the end of a name they stay: they
    are its short name.
    """
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        stop = _letters_end(tokens, at) if out and tokens[at].gap == " (" else at
        letters = "".join(token.text for token in tokens[at:stop])
        if stop > at and (_initials(out, letters) or _before_a_province(tokens, stop, registry)):
            out.append(tokens[stop]._replace(gap=" "))
            at = stop + 1
        else:
            out.append(tokens[at])
            at += 1
    return out


def _letters_end(tokens: list[Token], at: int) -> int:
    """Index after letters in brackets ("(CHQS)", "(PT-TH)") behind which a name goes on; `at` where there are none."""
    stop = at + 1
    if stop < len(tokens) and tokens[stop].gap == "-":
        stop += 1
    following = tokens[stop] if stop < len(tokens) else None
    if following is not None and following.gap == ")" and following.number:
        pass  # "Tiểu đoàn Bộ binh (BB)1"
    elif following is None or following.gap != ") " or not (following.low in _GOES_ON or following.capital):
        return at
    letters = [token.text for token in tokens[at:stop]]
    shouted = all(word.isupper() and word.isalpha() for word in letters)
    return stop if shouted and 2 <= len("".join(letters)) <= 8 else at


#: Words with which a name goes on behind its letters in brackets.
_GOES_ON = frozenset(
    {"tỉnh", "huyện", "xã", "phường", "thành", "tp", "quận", "thị", "khu", "việt", "trung", "tối", "số"}
)


def _before_a_province(tokens: list[Token], at: int, registry: Registry) -> bool:
    """ "Công ty Điện lực (PC) | Lai Châu"."""
    place = registry.place_index.longest(tokens, at)
    return place is not None and place[1].kind == "province"


def _initials(before: list[Token], letters: str) -> bool:
    words = before[-len(letters) :]
    return "".join(word.text[0] for word in words).upper() == letters.upper()


#: Letters in brackets that repeat words of the name: "Quân sự (CHQS) tỉnh".
_INNER = re.compile(r"\s*\([A-ZĐÂÊÔƯ]{2,8}\)(?=\s+\w)")


def printed(piece: str) -> str:
    """A name as the text has it, its white space folded, without letters in brackets inside it."""
    return joined(_INNER.sub("", piece) if "(" in piece else piece)
