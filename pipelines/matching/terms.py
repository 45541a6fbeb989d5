"""Words and word pairs of a story as weighted terms: what the linear model reads beside the evidence.

Folded, so that a text without marks reads the same. Terms carry the part of the story they stand in:
`t:` headline, `l:` opening, `b:` the whole text, `c:` the words around the clues.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise

from pipelines.matching.evidence import Clue, Reading
from pipelines.matching.lexicon import lowered
from pipelines.vietnamese import fold

_TOKEN = re.compile(r"[^\W\d_]+|\d+")
# The body is read to here; later words of long features only dilute it.
_REMEMBERED = 50_000
_BODY_SYLLABLES = 500
_LEAD_SYLLABLES = 60
# How much each part of the story weighs in the model, beside signs of size 1.
PART_SCALE = {"t": 2.4, "l": 2.0, "b": 2.0, "c": 2.4}


class _Shapes(dict[str, str]):
    """Folded form of each syllable, remembered: Vietnamese has but some thousand."""

    def __missing__(self, token: str) -> str:
        if token[0].isdigit():
            shape = "<year>" if len(token) == 4 and token[:2] in ("19", "20") else "<n>"
        else:
            shape = fold(token)
        if len(self) < _REMEMBERED:
            self[token] = shape
        return shape


_SHAPES = _Shapes()


def tokens(text: str) -> list[str]:
    """Folded syllables with numbers made alike: years, and other numbers."""
    shapes = _SHAPES
    return [shapes[token] for token in _TOKEN.findall(lowered(text))]


def _grams(parts: list[str], longest: int) -> set[str]:
    """Runs of one to `longest` tokens."""
    found = set(parts)
    if longest > 1:
        found.update([f"{a} {b}" for a, b in pairwise(parts)])
    if longest > 2:
        found.update([f"{a} {b} {c}" for a, b, c in zip(parts, parts[1:], parts[2:], strict=False)])
    return found


def terms_by_part(reading: Reading) -> dict[str, set[str]]:
    """The terms of each part of a story."""
    body = tokens(reading.text[: _BODY_SYLLABLES * 8])[:_BODY_SYLLABLES]
    around: set[str] = set()
    for clue in reading.clues:
        if clue.tier in ("deed", "likely", "weak"):
            around |= _grams(list(_around(reading, clue)), 3)
    return {
        "t": _grams(tokens(reading.title), 3),
        "l": _grams(body[:_LEAD_SYLLABLES], 2),
        "b": _grams(body, 2),
        "c": around,
    }


def part_value(prefix: str, count: int) -> float:
    """The value of each of a part's `count` terms: the part has length 1 times its scale."""
    return PART_SCALE[prefix] / math.sqrt(count) if count else 0.0


def terms(reading: Reading) -> dict[str, float]:
    """All terms of a story with their values, `part:term`."""
    return {
        f"{prefix}:{gram}": value
        for prefix, grams in terms_by_part(reading).items()
        for value in (part_value(prefix, len(grams)),)
        for gram in grams
    }


def _around(reading: Reading, clue: Clue) -> Iterator[str]:
    """The syllables about a clue, its act and instrument as their slugs."""
    source = reading.title if clue.field == "title" else reading.text
    before = tokens(source[max(clue.sentence_start, clue.start - 60) : clue.start])[-7:]
    inside = tokens(source[clue.start : clue.end])
    after = tokens(source[clue.end : min(clue.sentence_end, clue.end + 80)])[:9]
    yield from before
    yield "["
    yield from inside if len(inside) <= 10 else (*inside[:5], *inside[-5:])
    yield "]"
    yield from after
