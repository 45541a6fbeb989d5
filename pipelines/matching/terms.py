"""Words and word pairs of a story as weighted terms: what the linear model reads beside the evidence.

Folded, so that a text without marks reads the same. Terms carry the part of the story they stand in:
`t:` headline, `l:` opening, `b:` the whole text, `c:` the words around the clues.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

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


def _grams(parts: list[str], longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        for i in range(len(parts) - size + 1):
            yield " ".join(parts[i : i + size])


def _part(prefix: str, grams: Iterable[str]) -> dict[str, float]:
    names = {f"{prefix}:{gram}" for gram in grams}
    return dict.fromkeys(names, PART_SCALE[prefix] / math.sqrt(len(names))) if names else {}


def terms(reading: Reading) -> dict[str, float]:
    """All terms of a story, each part scaled to its own length 1 times its scale."""
    body = tokens(reading.text[: _BODY_SYLLABLES * 8])[:_BODY_SYLLABLES]
    found = _part("t", _grams(tokens(reading.title), 3))
    found.update(_part("l", _grams(body[:_LEAD_SYLLABLES], 2)))
    found.update(_part("b", _grams(body, 2)))
    around: set[str] = set()
    for clue in reading.clues:
        if clue.tier in ("deed", "likely", "weak"):
            around.update(_grams(list(_around(reading, clue)), 3))
    found.update(_part("c", around))
    return found


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
