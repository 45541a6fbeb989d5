"""Phrases of a profile, found in a text whatever its case, tone-mark style, i/y spelling or lack of marks.

Phrases are looked for with their marks, in every spelling that means the same; in a line that has no marks
at all, folded. Both keep the text's length, so a hit's offsets are offsets into the story.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import ahocorasick_rs

from pipelines.vietnamese import fold, new_style_tones

_LEFTMOST_LONGEST = ahocorasick_rs.MatchKind.LeftmostLongest

# New style for what old style writes on the first vowel of an open oa, oe, uy; all of one length.
_OLD = {
    old: new_style_tones(old)
    for old in (
        first + second
        for firsts, second in (("òóỏõọ", "a"), ("òóỏõọ", "e"), ("ùúủũụ", "y"))
        for first in firsts
    )
}
_OLD_STYLE = re.compile("(?<!q)(?:" + "|".join(_OLD) + r")(?![^\W_])")
_Y_TO_I = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")
_Y_OPEN = re.compile(r"(?<![^\W_])(?:[hklmstv]|qu|th|tr)[yýỳỷỹỵ](?![^\W_])")
_MARKED = re.compile("[à-ãè-êìíò-õùúýăđĩũơưạ-ỹ]")


class _LowerTable(dict[int, int]):
    """str.translate table to lower case that never changes a text's length."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        lower = char.lower()
        lower = lower if len(lower) == 1 else char
        if lower.isspace() and lower != "\n":
            lower = " "
        self[code] = ord(lower)
        return self[code]


_LOWER = _LowerTable()


def normal(text: str) -> str:
    """Lower case, new-style tone marks, i for y in open syllables. Marks and length are kept; call it on cleaned text."""
    text = text.translate(_LOWER)
    text = _OLD_STYLE.sub(lambda found: _OLD[found[0]], text)
    return _Y_OPEN.sub(lambda found: found[0].translate(_Y_TO_I), text)


def has_marks(lower_text: str) -> bool:
    """Does a lower-case text hold a letter that only a text written with marks has?"""
    return _MARKED.search(lower_text) is not None


_I_AND_Y = dict(zip("iíìỉĩịyýỳỷỹỵ", "yýỳỷỹỵiíìỉĩị", strict=True))


def equal_forms(phrase: str) -> list[str]:
    """Every lower-case spelling that `normal` takes for the same: tone mark on either vowel, i or y.

    Looking for all spellings of a phrase is much faster than writing every text in one of them.
    """
    per_syllable = []
    for syllable in phrase.split(" "):
        goal = normal(syllable)
        forms = {syllable, *(candidate for candidate in _candidates(syllable) if normal(candidate) == goal)}
        per_syllable.append(sorted(forms))
    return [" ".join(parts) for parts in itertools.product(*per_syllable)]


def _candidates(syllable: str) -> Iterator[str]:
    yield "".join(_I_AND_Y.get(c, c) for c in syllable)
    decomposed = unicodedata.normalize("NFD", syllable)
    for tone in "\u0300\u0301\u0303\u0309\u0323":
        if tone in decomposed:
            bare = decomposed.replace(tone, "")
            for position in range(1, len(bare) + 1):
                yield unicodedata.normalize("NFC", bare[:position] + tone + bare[position:])


def lowered(text: str) -> str:
    """Lower case of the same length."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_LOWER)


class Hit(NamedTuple):
    """A phrase found."""

    start: int
    end: int
    senses: tuple[tuple[str, str], ...]
    """(category, slug) pairs; a phrase may have several."""
    phrase: str
    """As the profile spells it."""


class Lexicon:
    """Phrases with their senses, compiled for marked and for unmarked text."""

    def __init__(self, phrases: Mapping[str, Iterable[tuple[str, str]]]) -> None:
        self._marked = _compile(phrases, equal_forms)
        self._folded = _compile(phrases, lambda phrase: [fold(phrase)])

    def find(self, text: str) -> list[Hit]:
        """Non-overlapping hits at word starts in reading order, the longest at each place; `text` is cleaned."""
        form = lowered(text)
        if not has_marks(form):
            return self._folded.find(fold(form), 0)
        hits = self._marked.find(form, 0)
        if "\n" not in form:
            return hits
        # No phrase crosses a line end; only the lines without marks are read again, folded.
        start = 0
        plain: list[Hit] = []
        spans: list[tuple[int, int]] = []
        for line in form.split("\n"):
            if line and not has_marks(line):
                plain += self._folded.find(fold(line), start)
                spans.append((start, start + len(line)))
            start += len(line) + 1
        if not plain:
            return hits
        kept = [hit for hit in hits if not any(low <= hit.start < high for low, high in spans)]
        return sorted(kept + plain, key=lambda hit: hit.start)


class _Table:
    """One automaton and what its patterns mean."""

    def __init__(self, patterns: dict[str, tuple[str, list[tuple[str, str]]]]) -> None:
        self._entries = [
            (phrase, tuple(senses), " " not in pattern) for pattern, (phrase, senses) in patterns.items()
        ]
        self._automaton = ahocorasick_rs.AhoCorasick(list(patterns) or ["\x00"], matchkind=_LEFTMOST_LONGEST)

    def find(self, form: str, offset: int) -> list[Hit]:
        hits = []
        for index, start, end in self._automaton.find_matches_as_indexes(form):
            phrase, senses, single = self._entries[index]
            if start and form[start - 1].isalnum():
                continue
            # Glued words ("phối hợpnhằm") are common in badly extracted text, so only one-syllable
            # phrases, which hide inside other words, must end where a word ends.
            if single and end < len(form) and form[end].isalnum():
                continue
            hits.append(Hit(start + offset, end + offset, senses, phrase))
        return hits


def _compile(phrases: Mapping[str, Iterable[tuple[str, str]]], forms: Callable[[str], list[str]]) -> _Table:
    patterns: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for phrase, senses in phrases.items():
        for form in forms(phrase):
            entry = patterns.setdefault(form, (phrase, []))
            entry[1].extend(sense for sense in senses if sense not in entry[1])
    return _Table(patterns)
