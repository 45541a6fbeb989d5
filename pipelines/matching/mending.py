"""A text as it is read: glued and torn words put right, sentences in English left out.

Extraction loses the space where two elements meet ("Công anký kết") and scans tear words apart ("th ỏa
thuận"); bilingual papers put English lines between Vietnamese ones, which then pass for the story's lead. A
Vietnamese syllable has one of few shapes, so most of this shows. Only words that the profile's phrases use
are put right: nothing else is looked for. What is stored and shown is never changed: `Mended.at` leads back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.matching.lexicon import has_marks, lowered, normal
from pipelines.vietnamese import fold, sentences

_WORD = re.compile(r"[^\W\d_]+")
_SYLLABLE = re.compile(
    r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    r"(?:[iy]eu|uo[iu]|oa[iy]|oeo|ua[iy]|uye|uya|uyu|i[aeu]|ye|u[aeioyu]|o[aei]|a[iouy]|e[ou]|[aeiouy])"
    r"(?:ng|nh|ch|[cmnpt])?"
)
# â and ă never end a syllable, nor does the iê of "biên".
_UNFINISHED = re.compile("(?:[ăắằẳẵặâấầẩẫậ]|[iy][êếềểễệ])$")
_TONES = re.compile("[áàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")
_VOWEL = frozenset("aeiouy")
# Longest syllable ("nghiêng"); a longer word is split or foreign.
_LONGEST = 7
_ACRONYM = re.compile(r"[A-ZĐ]{2,}(?=[^\W\d_A-ZĐ]{2,}$)")
# Words that English cannot do without and Vietnamese does not have.
_ENGLISH = re.compile(
    r"\b(?:the|of|and|with|for|was|were|will|are|is|said|by|from|that|this|has|have|its|which|on|at|be)\b"
)
# A sentence with fewer words is a name as likely as a sentence.
_FEWEST = 5
_FOREIGN_SHARE = 0.4
_FINE, _GLUED, _PIECE = 0, 1, 2
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A text as it is read, and where each place of it stands in the text as it was written."""

    text: str
    starts: tuple[int, ...] = (0,)
    """Offsets in `text` from which on the distance to the written text is the one beside it."""
    shifts: tuple[int, ...] = (0,)

    def at(self, offset: int) -> int:
        """The same place in the text as it was written."""
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch, which is not empty, in the text as it was written."""
        return self.at(start), self.at(end - 1) + 1


class Mender:
    """Puts right the words of some phrases in any text."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._known = frozenset(normal(word) for phrase in phrases for word in _WORD.findall(phrase))
        self._kinds: dict[str, int] = {}

    def mend(self, text: str) -> Mended:
        """A cleaned text as it is to be read."""
        edits = [*self._words(text), *_foreign(text)]
        if not edits:
            return Mended(text=text)
        parts, starts, shifts = [], [0], [0]
        done = length = 0
        for start, end, instead in sorted(edits):
            if start < done:  # a word within a sentence that is left out
                continue
            parts += [text[done:start], instead]
            length += start - done + len(instead)
            done = end
            starts.append(length)
            shifts.append(end - length)
        parts.append(text[done:])
        return Mended(text="".join(parts), starts=tuple(starts), shifts=tuple(shifts))

    def _words(self, text: str) -> Iterable[tuple[int, int, str]]:
        """(start, end, what to read instead) of each space that is missing or too many."""
        kinds = {word: kind for word in set(_WORD.findall(text)) if (kind := self._kind(word)) != _FINE}
        if not kinds:
            return
        found = list(_WORD.finditer(text))
        for number, match in enumerate(found):
            kind = kinds.get(match.group(), _FINE)
            if kind == _GLUED:
                if at := self._seam(match.group()):
                    yield match.start() + at, match.start() + at, " "
            elif kind == _PIECE:
                for first, second in ((number - 1, number), (number, number + 1)):
                    if first >= 0 and second < len(found) and self._torn(text, found[first], found[second]):
                        yield found[first].end(), found[second].start(), ""
                        break

    def _torn(self, text: str, first: re.Match[str], second: re.Match[str]) -> bool:
        """Are these two one word of the phrases? A letter alone ("4 m ở", "độ C") is a unit more often than a piece."""
        return (
            text[first.end() : second.start()] == " "
            and len(first.group()) > 1
            and (second.group().islower() or (first.group().isupper() and len(second.group()) > 1))
            and self._is_known(first.group() + second.group())
        )

    def _kind(self, word: str) -> int:
        kind = self._kinds.get(word)
        if kind is None:
            kind = self._kind_of(word)
            if len(self._kinds) < _REMEMBERED:
                self._kinds[word] = kind
        return kind

    def _kind_of(self, word: str) -> int:
        lower = lowered(word)
        if len(word) > 3 and has_marks(lower) and not _is_syllable(lower):
            return _GLUED
        if len(word) <= 4 and normal(lower) not in self._known:
            folded = fold(lower)
            # "th", "t", "uận": no syllable, or one that begins with a marked vowel, as hardly any does.
            if not _is_syllable(lower) or (folded[0] in _VOWEL and has_marks(lower)):
                return _PIECE
        return _FINE

    def _is_known(self, word: str) -> bool:
        lower = lowered(word)
        return has_marks(lower) and _is_syllable(lower) and normal(lower) in self._known

    def _seam(self, word: str) -> int | None:
        """Where a glued word comes apart: into two syllables one of which the phrases use, best both."""
        if (acronym := _ACRONYM.match(word)) and self._is_known(word[acronym.end() :]):
            return acronym.end()
        lower = lowered(word)
        best: tuple[int, int] | None = None
        for at in range(2, len(lower) - 1):
            first, second = lower[:at], lower[at:]
            if _is_syllable(first) and _is_syllable(second):
                known = (normal(first) in self._known) + (normal(second) in self._known)
                if known and (best is None or (known, at) > best):
                    best = known, at
        return best[1] if best else None


def _is_syllable(lower: str) -> bool:
    """Has it the shape of a Vietnamese syllable?"""
    return (
        len(lower) <= _LONGEST
        and _SYLLABLE.fullmatch(fold(lower)) is not None
        and not _UNFINISHED.search(lower)
        and len(_TONES.findall(lower)) <= 1
    )


def _foreign(text: str) -> Iterable[tuple[int, int, str]]:
    """Sentences in English, each with the space or line end after it; none if the whole text is such."""
    if len(_ENGLISH.findall(text)) < 2:
        return
    parts = list(sentences(text))
    foreign = [_is_english(part.text) for part in parts]
    if all(foreign):
        return
    for number, (part, is_foreign) in enumerate(zip(parts, foreign, strict=True)):
        if is_foreign:
            yield part.start, parts[number + 1].start if number + 1 < len(parts) else len(text), ""


def _is_english(sentence: str) -> bool:
    lower = lowered(sentence)
    if has_marks(lower) or len(_ENGLISH.findall(lower)) < 2:
        return False
    words = _WORD.findall(lower)
    if len(words) < _FEWEST:
        return False
    return sum(not _is_syllable(word) for word in words) >= _FOREIGN_SHARE * len(words)
