"""Texts and ranges → what a page shows: marked segments, a diff of two revisions, chains of renewals. Pure."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: A diff of longer texts goes line by line: word by word its time grows with the square.
_WORDWISE = 6_000
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of a text and what it is."""

    start: int
    end: int
    sort: str
    """CSS class: evidence | sentence | party | period | date | place | signatory | hit"""
    label: str | None = None
    """What a reader is told about it."""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text with one set of marks."""

    text: str
    sorts: tuple[str, ...] = ()
    label: str | None = None
    href: str | None = None


def segments(text: str, marks: Iterable[Mark]) -> list[Segment]:
    """Cut a text where a mark begins or ends. Ranges that do not fit the text are left out; the text is always whole."""
    fitting = [mark for mark in marks if 0 <= mark.start < mark.end <= len(text)]
    cuts = sorted({0, len(text), *(mark.start for mark in fitting), *(mark.end for mark in fitting)})
    found = []
    for start, end in itertools.pairwise(cuts):
        covering = sorted(
            (mark for mark in fitting if mark.start <= start and end <= mark.end),
            key=lambda mark: mark.end - mark.start,
        )
        labels = [mark.label for mark in covering if mark.label]
        found.append(
            Segment(
                text[start:end],
                tuple(dict.fromkeys(mark.sort for mark in covering)),
                "; ".join(dict.fromkeys(labels)) or None,
                next((mark.href for mark in covering if mark.href), None),
            )
        )
    return found


def paragraphs(text: str, marks: Iterable[Mark]) -> list[list[Segment]]:
    """The lines of a text, each cut into segments."""
    marks = list(marks)
    found: list[list[Segment]] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        inside = [
            Mark(max(mark.start, start) - start, min(mark.end, end) - start, mark.sort, mark.label, mark.href)
            for mark in marks
            if mark.start < end and mark.end > start
        ]
        if line.strip():
            found.append(segments(line, inside))
        start = end + 1
    return found


def occurrences(text: str, wanted: str, sort: str) -> list[Mark]:
    """Where a phrase stands in a text, letter for letter."""
    if not wanted:
        return []
    found: list[Mark] = []
    start = text.find(wanted)
    while start >= 0 and len(found) < 50:
        found.append(Mark(start, start + len(wanted), sort))
        start = text.find(wanted, start + len(wanted))
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch that two revisions share, or that only one has."""

    sort: str
    """same | gone | new"""
    text: str


def changes(old: str, new: str) -> list[Change]:
    """What turns one text into another, in reading order; word by word where the texts are not too long."""
    short = len(old) + len(new) <= _WORDWISE
    before = _TOKEN.findall(old) if short else old.splitlines(keepends=True)
    after = _TOKEN.findall(new) if short else new.splitlines(keepends=True)
    found: list[Change] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Change("same", "".join(before[a:b])))
            continue
        if b > a:
            found.append(Change("gone", "".join(before[a:b])))
        if d > c:
            found.append(Change("new", "".join(after[c:d])))
    return found


def shortened(diff: Sequence[Change], keep: int = 160) -> list[Change]:
    """A diff whose long unchanged stretches keep their ends only."""
    found: list[Change] = []
    for number, change in enumerate(diff):
        text = change.text
        if change.sort == "same" and len(text) > 2 * keep + 20:
            head = text[:keep] if number else ""
            tail = text[-keep:] if number < len(diff) - 1 else ""
            text = f"{head} … {tail}"
        found.append(Change(change.sort, text))
    return found


def chains(renews: Mapping[int, int | None]) -> list[list[int]]:
    """Events and the event that each renews → chains, each oldest first; events without a neighbour are left out.

    A cycle, which no honest data has, ends a chain.
    """
    renewed = {old for old in renews.values() if old is not None}
    found = []
    for newest in sorted(number for number in renews if number not in renewed and renews[number] is not None):
        chain, at = [newest], renews[newest]
        while at is not None and at not in chain:
            chain.append(at)
            at = renews.get(at)
        found.append(chain[::-1])
    return found


def sparkline(values: Sequence[int], width: int = 120, height: int = 28) -> str:
    """The points of an SVG polyline through the values, oldest first; empty for none."""
    if not values:
        return ""
    top = max(max(values), 1)
    step = width / max(len(values) - 1, 1)
    return " ".join(
        f"{n * step:.1f},{height - 2 - value / top * (height - 4):.1f}" for n, value in enumerate(values)
    )
