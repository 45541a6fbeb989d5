"""The sentences of a story that may tell of the agreement, each with where it stands.

The title is unit 0; then the sentences of the text in order. A reader asks for a unit's even form (lower case, one
tone placement, same length) once and gets offsets that are offsets into title or text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.reading.words import Token, even, tokens_of
from pipelines.types import Match, Span, Story
from pipelines.vietnamese import sentences

#: A sentence is read to this many characters: what is longer is a list or a page gone wrong, and reading stays linear.
LONGEST = 1_000
#: So many sentences are read, and those that the matcher points at wherever they stand.
MOST = 300


@dataclass(eq=False)
class Unit:
    """One sentence, or the title."""

    text: str
    start: int
    """Code-point offset into title or text."""
    field: str
    """title | text"""
    index: int
    """0 for the title, then 1, 2, 3 … in reading order."""
    lead: bool = False
    caption: bool = False
    pointed: bool = False
    """The matcher named it as evidence."""
    names: list[Any] | None = None
    """The possible parties in it, once they have been looked for (`candidates.names_in`)."""

    @cached_property
    def low(self) -> str:
        """Lower case, one tone placement; same length as `text`."""
        return even(self.text)

    @cached_property
    def tokens(self) -> list[Token]:
        """The words with their places in `text`."""
        return tokens_of(self.text, self.low)

    def span(self, start: int, end: int) -> Span:
        """The span of an offset pair into this unit."""
        return Span(field=self.field, start=self.start + start, end=self.start + end)


def units_of(story: Story, match: Match | None = None) -> list[Unit]:
    """Title and sentences, marked as lead, caption and evidence."""
    pointed = {(e.field == "title", e.sentence_start) for e in match.evidence} if match else set()
    out = [Unit(text=story.title[:LONGEST], start=0, field="title", index=0, pointed=(True, 0) in pointed)]
    lead_end = len(story.lead) if story.lead and story.text.startswith(story.lead) else 0
    captions = [story.text.find(caption) for caption in story.captions]
    bounds = [
        (at, at + len(caption)) for at, caption in zip(captions, story.captions, strict=True) if at >= 0
    ]
    for number, sentence in enumerate(sentences(story.text), start=1):
        if number > MOST and (False, sentence.start) not in pointed:
            continue
        out.append(
            Unit(
                text=sentence.text[:LONGEST],
                start=sentence.start,
                field="text",
                index=number,
                lead=sentence.start < lead_end or (not lead_end and number <= 2),
                caption=any(start <= sentence.start < end for start, end in bounds),
                pointed=(False, sentence.start) in pointed,
            )
        )
    return out
