"""The words of a text with their places, and an index of phrases over them.

Phrases are compared word by word, with marks, in any case and with either tone placement; what stands between the
words (space, hyphen, dash, ampersand, full stop) makes no difference, so "Bà Rịa - Vũng Tàu" finds "Bà Rịa-Vũng Tàu".
"""

from __future__ import annotations

import re
import unicodedata
from typing import Generic, NamedTuple, TypeVar

from pipelines.vietnamese import new_style_tones

T = TypeVar("T")

_WORD = re.compile(r"[^\W_]+")


class Token(NamedTuple):
    """A run of letters or digits."""

    text: str
    low: str
    """Lower case, tone marks in the new place."""
    start: int
    end: int
    gap: str
    """What stands between the word before and this one."""
    capital: bool
    """Begins with a capital, or is a brand with one inside ("eCloudvalley")."""

    @property
    def number(self) -> bool:
        """Digits only."""
        return self.text.isdigit()


#: Open oa, oe, ua, uy with the tone mark on the first vowel, composed.
_OLD_PLACE = re.compile(r"(?<!q)[òóỏõọùúủũụ][aey](?!\w)")
_NEW_PLACE = {first + second: new_style_tones(first + second) for first in "òóỏõọùúủũụ" for second in "aey"}


def even(text: str) -> str:
    """Lower case with tone marks in the new place, of the same length as `text`."""
    if unicodedata.is_normalized("NFC", text):
        lowered = text.lower()
        if len(lowered) == len(text):
            return _OLD_PLACE.sub(lambda found: _NEW_PLACE[found.group()], lowered)
    lowered = new_style_tones(text).lower()
    return lowered if len(lowered) == len(text) else text.lower() if len(text.lower()) == len(text) else text


#: A token without the detour over its keyword arguments: texts have thousands.
_token = tuple.__new__


def tokens_of(text: str, low: str | None = None) -> list[Token]:
    """The words of a cleaned text in order. `low`: its even form, where it is known already."""
    low = even(text) if low is None else low
    out: list[Token] = []
    last = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        word = text[start:end]
        capital = word[0].isupper() or (word.isascii() and not word.islower() and word[0].isalpha())
        out.append(_token(Token, (word, low[start:end], start, end, text[last:start], capital)))
        last = end
    return out


def joined(text: str) -> str:
    """A piece of a cleaned text with its white space folded."""
    return " ".join(text.split())


#: What may stand between the words of one phrase; a comma only where the phrase itself has one.
_JOIN = re.compile(r"[ .\-–‑&/]{1,3}\Z")
_COMMA = re.compile(r", ?\Z| ?[-–&] ?\Z")


class WordIndex(Generic[T]):
    """Phrases → values; finds the longest phrase that begins at a word."""

    def __init__(self) -> None:
        # first word → second word ("" for phrases of one) → the phrases, longest first
        self._by_first: dict[
            str, dict[str, list[tuple[tuple[str, ...], tuple[bool, ...], tuple[bool, ...], T]]]
        ] = {}

    def add(self, phrase: str, value: T) -> None:
        """Index one spelling. An all-capital word of it (an abbreviation) matches only in capitals."""
        words = tokens_of(phrase)
        lows = tuple(word.low for word in words)
        commas = tuple("," in word.gap for word in words)
        shouted = tuple(len(word.text) > 1 and word.text.isupper() and not word.number for word in words)
        rows = self._by_first.setdefault(lows[0], {}).setdefault(lows[1] if len(lows) > 1 else "", [])
        rows.append((lows, commas, shouted, value))
        rows.sort(key=lambda row: -len(row[0]))

    def begins(self, low: str) -> bool:
        """Does a phrase begin with this word?"""
        return low in self._by_first

    def longest(self, tokens: list[Token], at: int, *, limit: int = 1 << 30) -> tuple[int, T] | None:
        """(index after the phrase, value) of the longest phrase whose first word is `tokens[at]`, ending by `limit`."""
        seconds = self._by_first.get(tokens[at].low) if at < len(tokens) else None
        if seconds is None:
            return None
        longer = seconds.get(tokens[at + 1].low, ()) if at + 1 < len(tokens) else ()
        for lows, commas, shouted, value in (*longer, *seconds.get("", ())):
            stop = at + len(lows)
            if stop > len(tokens) or stop > limit:
                continue
            for offset, low in enumerate(lows):
                token = tokens[at + offset]
                if token.low != low or (shouted[offset] and not token.text.isupper()):
                    break
                if offset and not (_COMMA if commas[offset] else _JOIN).match(token.gap):
                    break
            else:
                return stop, value
        return None


class Closing:
    """Words that close a text: which of them, if any, stands at its end.

    The pattern is tried only on a text that ends with the last word of one of them, which nearly none does.
    """

    def __init__(self, words: str, trail: str = r"\s*") -> None:
        spelled = words.split("|")
        self._pattern = pattern(rf"(?<!\w)(?:{words}){trail}\Z")
        self._ends = tuple({even(phrase).rsplit(" ", 1)[-1] for phrase in spelled})

    def search(self, text: str) -> re.Match[str] | None:
        """The closing words of an even text."""
        return self._pattern.search(text) if text.rstrip(" .:,\xa0").endswith(self._ends) else None


def pattern(words: str) -> re.Pattern[str]:
    """A regular expression over even text: written in lower case, with either tone placement."""
    return re.compile(new_style_tones(words))
