"""The second look: a new story has the stories around it grouped anew, as `neighbourhoods` says.

Only events of stories that are no match, and that no person put together or apart, are looked at again: what was
shown as a signing stays where it is, and a person's word outranks all of this. The number of stories that are
compared with one another is bounded.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines import events, neighbourhoods
from pipelines.database.event_index import EventIndex
from pipelines.database.repeats import marks

#: Events that are looked at again for one story, and stories in them.
_EVENTS = 5
_STORIES = 40
#: An event of more stories is settled: one more changes little in it.
SETTLED = 24
#: Newest stories, those of them that stand alone are looked at again in turn.
_LOOKED_AT_AGAIN = 4096
#: How often the newest stories are asked how many of them have company.
_ASK_EVERY = 16
#: Likeness from which a neighbour's event is worth looking at.
_WORTH = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the stories around a new one belong together now."""

    groups: tuple[tuple[int | None, tuple[int, ...]], ...]
    """Event that keeps its id (None: a new one) and the stories that are one event; the new story's group first."""
    left: tuple[int, ...]
    """Events that no group keeps."""
    link: float
    """Mean likeness of the new story and the others of its group; 0: it stands alone."""
    reasons: tuple[str, ...]
    """Why the new story stands there, for people."""


class SecondLook:
    """Groups neighbourhoods anew; reads the index, writes nothing."""

    def __init__(self, connection: sqlite3.Connection, index: EventIndex) -> None:
        self._db = connection
        self._index = index
        self._looked_at = -1
        self._asked = 0
        self._alone = neighbourhoods.ONE_EVENT

    def settled(self, found: Iterable[int]) -> set[int]:
        """Those of the events that are not looked at again: of matches, large ones, and those a person spoke of."""
        wanted = list(found)
        rows = self._db.execute(
            "SELECT id FROM events e WHERE (is_match OR size > ? OR EXISTS (SELECT 1 FROM event_stories m"  # noqa: S608
            f" JOIN event_bonds b ON b.story = m.story WHERE m.event = e.id)) AND id IN ({marks(wanted)})",
            (SETTLED, *wanted),
        )
        return {event for (event,) in rows}

    def next_alone(self) -> int | None:
        """The next of the newest stories that stands alone, in turn; None while standing alone is nothing unusual."""
        if self._least_alone() >= neighbourhoods.ONE_EVENT:
            return None
        for start in (self._looked_at, -1):
            row = self._db.execute(
                "SELECT m.story FROM event_stories m JOIN events e ON e.id = m.event WHERE e.size = 1 AND m.story >"
                " max(?, (SELECT max(story) FROM event_stories) - ?) ORDER BY m.story LIMIT 1",
                (start, _LOOKED_AT_AGAIN),
            ).fetchone()
            if row is not None:
                self._looked_at = int(row[0])
                return self._looked_at
        return None

    def look(self, story_id: int, alike: Mapping[int, float], settled: Collection[int]) -> Look:
        """Group a new story, already indexed, and the events of its neighbours."""
        members = self._around(alike, settled)
        pool = [story_id, *(story for stories in members.values() for story in stories)]
        grouped = neighbourhoods.group(self._links(pool), alone=self._least_alone())
        groups = self._with_their_originals([[pool[position] for position in group] for group in grouped])
        return self._named(story_id, groups, members)

    def _least_alone(self) -> float:
        """`neighbourhoods.alone` as the newest stories are now; they are asked every so often."""
        if self._asked % _ASK_EVERY == 0:
            self._alone = neighbourhoods.alone(self._index.company())
        self._asked += 1
        return self._alone

    def _around(self, alike: Mapping[int, float], settled: Collection[int]) -> dict[int, list[int]]:
        """The events of the likest neighbours, and their stories."""
        members: dict[int, list[int]] = {}
        room = _STORIES - 1
        for story, likeness in sorted(alike.items(), key=lambda pair: (-pair[1], pair[0])):
            if likeness < _WORTH or len(members) >= _EVENTS:
                break
            event = self._index.event_of(story)
            if event is None or event in settled or event in members:
                continue
            rows = self._db.execute(
                "SELECT story FROM event_stories WHERE event = ? ORDER BY story", (event,)
            )
            stories = [other for (other,) in rows]
            if len(stories) <= room:
                members[event] = stories
                room -= len(stories)
        return members

    def _links(self, pool: Sequence[int]) -> list[list[float]]:
        nearness = self._index.nearness(pool)
        digests = [self._index.digest(story) for story in pool]
        links = [[0.0] * len(pool) for _ in pool]
        for i, a in enumerate(pool):
            for j in range(i):
                mine, theirs = digests[i], digests[j]
                if mine is None or theirs is None:
                    continue
                link = events.link(mine, theirs, self._index.likeness(a, pool[j]))
                links[i][j] = links[j][i] = neighbourhoods.scaled(link, nearness[a], nearness[pool[j]])
        return links

    def _with_their_originals(self, groups: list[list[int]]) -> list[list[int]]:
        """A duplicate stands where its original stands."""
        place = {story: number for number, group in enumerate(groups) for story in group}
        rows = self._db.execute(
            f"SELECT story, original FROM duplicates WHERE story IN ({marks(list(place))})",  # noqa: S608
            list(place),
        )
        for story, original in rows.fetchall():
            if original in place and place[original] != place[story]:
                groups[place[story]].remove(story)
                groups[place[original]].append(story)
                place[story] = place[original]
        return [group for group in groups if group]

    def _named(self, story_id: int, groups: list[list[int]], members: Mapping[int, Sequence[int]]) -> Look:
        """Each group keeps the id of the event that most of its stories come from, the largest group first."""
        event_of = {story: event for event, stories in members.items() for story in stories}
        named: list[tuple[int | None, tuple[int, ...]]] = []
        kept: set[int] = set()
        for group in sorted(groups, key=lambda stories: (-len(stories), min(stories))):
            of = Counter(event_of[story] for story in group if story in event_of)
            free = [event for event in of if event not in kept]
            event = max(free, key=lambda candidate: (of[candidate], -candidate)) if free else None
            if event is not None:
                kept.add(event)
            named.append((event, tuple(sorted(group))))
        named.sort(key=lambda entry: story_id not in entry[1])
        others = [story for story in named[0][1] if story != story_id]
        alike = [self._index.likeness(story_id, other) for other in others]
        reasons: tuple[str, ...] = ("no earlier story tells this",)
        if alike:
            nearness = self._index.nearness([story_id, *others])
            mean = sum(alike) / len(alike)
            scaled = [
                neighbourhoods.scaled(one, nearness[story_id], nearness[other])
                for one, other in zip(alike, others, strict=True)
            ]
            reasons = (
                f"wording {mean:.2f} alike on average, nearest {max(alike):.2f}",
                f"{sum(scaled) / len(scaled):.2f} for how much like it is told"
                f" (about {neighbourhoods.ONE_EVENT:.2f} is one event)",
            )
        return Look(
            groups=tuple(named),
            left=tuple(event for event in members if event not in kept),
            link=sum(alike) / len(alike) if alike else 0.0,
            reasons=reasons,
        )
