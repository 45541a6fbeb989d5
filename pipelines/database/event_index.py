"""The index that finds what a new story could be the same event as, and what is kept of stored stories.

Events are found by their rarest terms within a time window, agreements by pairs of parties. Every list that is read
has a bound, so a story costs the same among ten thousand and among a million.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipelines import duplicates, event_digests, event_facts, neighbourhoods
from pipelines.database.repeats import marks, pack_hashes, unpack_hashes
from pipelines.event_digests import Digest, facts_from_json, facts_to_json, pack, unpack

#: Stories of one term and stretch that are looked at, the newest first.
_TERM_STORIES = 40
#: Stories, and their events, that are compared with one story.
_NEAR_STORIES = 40
_NEAR_EVENTS = 14
#: An event's stories that are compared: its first and its newest.
MEMBERS = 8
#: Stories of one pair of parties that are looked at.
_PAIR_STORIES = 12
#: Days of one stretch of the term index. A story looks into its own and the two beside it.
_STRETCH_DAYS = 16
#: The stretch of stories whose time nobody knows.
_TIMELESS = -1
#: Stretches, newest first, that a story of unknown time looks into besides.
_NEWEST_STRETCHES = 3
#: One of so many of the newest stories is asked whether it has company; so many are asked, and so few say nothing.
_ONE_OF = 8
_ASKED = 256
_ENOUGH = 64
#: Digests, and likenesses of two stories, kept in memory.
_CACHED = 4096
_CACHED_LIKENESSES = 65_536

_ONE_TERM = (
    "SELECT ? AS term, story FROM"
    " (SELECT story FROM event_terms WHERE stretch = ? AND term = ? ORDER BY story DESC LIMIT ?)"
)


class EventIndex:
    """Candidates, digests and nearness over the tables of `group_tables`; decides nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._cache: OrderedDict[int, tuple[tuple[object, ...], Digest]] = OrderedDict()
        self._likenesses: dict[tuple[int, int], tuple[Digest, Digest, float]] = {}

    # --- candidates

    def near_stories(self, story_id: int, digest: Digest) -> list[int]:
        """Stories that share a pair of parties, or rare terms in the time window; the likeliest first."""
        nearness: defaultdict[int, float] = defaultdict(float)
        sought = digest.sought
        lists = " UNION ALL ".join([_ONE_TERM] * len(sought))
        for stretch in self._stretches(digest.at) if sought else ():
            places = [value for term in sought for value in (term, stretch, term, _TERM_STORIES)]
            for term, other in self._db.execute(lists, places):
                nearness[other] += digest.terms[term] ** 2
        near = [story for story, _ in sorted(nearness.items(), key=lambda n: (-n[1], n[0]))[:_NEAR_STORIES]]
        return [story for story in dict.fromkeys((*self._same_pairs(digest), *near)) if story != story_id]

    def events_of(self, stories: Iterable[int]) -> list[int]:
        """The events of these stories, the first ones' first; a bounded number."""
        found: dict[int, None] = {}
        for story in stories:
            event = self.event_of(story)
            if event is not None:
                found[event] = None
            if len(found) >= _NEAR_EVENTS:
                break
        return list(found)

    def earlier_of_pairs(self, digest: Digest, days: float) -> Iterable[int]:
        """Stories of the same parties at least so many days before, the latest first."""
        if digest.at is None:
            return
        latest = _day(digest.at) - int(days)
        for pair in digest.pairs:
            for (story,) in self._db.execute(
                "SELECT story FROM event_pairs WHERE pair = ? AND day <= ? ORDER BY day DESC LIMIT ?",
                (pair, latest, _PAIR_STORIES),
            ):
                yield story

    def event_of(self, story_id: int) -> int | None:
        """The event that a story stands in."""
        row = self._db.execute("SELECT event FROM event_stories WHERE story = ?", (story_id,)).fetchone()
        return row[0] if row else None

    def _same_pairs(self, digest: Digest) -> list[int]:
        if digest.at is None:
            return []
        window = int(event_facts.SAME_SIGNING_DAYS) + 1
        day = _day(digest.at)
        found: dict[int, None] = {}
        for pair in digest.pairs:
            for (story,) in self._db.execute(
                "SELECT story FROM event_pairs WHERE pair = ? AND day BETWEEN ? AND ? ORDER BY day DESC LIMIT ?",
                (pair, day - window, day + window, _PAIR_STORIES),
            ):
                found[story] = None
        return list(found)

    def _stretches(self, at: float | None) -> list[int]:
        if at is not None:
            middle = _stretch(at)
            timeless = self._db.execute("SELECT 1 FROM event_terms WHERE stretch = ? LIMIT 1", (_TIMELESS,))
            return [middle - 1, middle, middle + 1] + ([_TIMELESS] if timeless.fetchone() else [])
        stretches, last = [_TIMELESS], None
        for _ in range(_NEWEST_STRETCHES):
            (last,) = self._db.execute(
                "SELECT max(stretch) FROM event_terms WHERE stretch < coalesce(?, stretch + 1)", (last,)
            ).fetchone()
            if last is None or last == _TIMELESS:
                break
            stretches.append(last)
        return stretches

    # --- what is kept

    def write(
        self,
        story_id: int,
        digest: Digest,
        signature: duplicates.Signature,
        kept: Sequence[int],
        when: str,
        event: int | None,
    ) -> None:
        """Index a story; `kept` are those of its shingle hashes that it is found by."""
        self._db.executemany(
            "INSERT OR IGNORE INTO duplicate_bands (long, hash, story) VALUES (?, ?, ?)",
            [(signature.long, value, story_id) for value in kept],
        )
        self._db.execute(
            "INSERT OR REPLACE INTO event_digests (story, event, digest, at, is_match, facts, sort_time, bands, long)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                story_id,
                event,
                pack(digest.terms),
                digest.at,
                digest.is_match,
                facts_to_json(digest.facts),
                when,
                pack_hashes(kept),
                signature.long,
            ),
        )
        stretch = _stretch(digest.at)
        self._db.executemany(
            "INSERT OR IGNORE INTO event_terms (stretch, term, story) VALUES (?, ?, ?)",
            [(stretch, term, story_id) for term in digest.rare],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO event_pairs (pair, day, story) VALUES (?, ?, ?)",
            [(pair, _day(digest.at), story_id) for pair in digest.pairs],
        )

    def rewrite_facts(self, story_id: int, old: Digest, new: Digest) -> None:
        """The facts of an indexed story changed, its words did not."""
        self._db.execute(
            "UPDATE event_digests SET facts = ? WHERE story = ?", (facts_to_json(new.facts), story_id)
        )
        self._db.executemany(
            "DELETE FROM event_pairs WHERE pair = ? AND day = ? AND story = ?",
            [(pair, _day(old.at), story_id) for pair in old.pairs],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO event_pairs (pair, day, story) VALUES (?, ?, ?)",
            [(pair, _day(new.at), story_id) for pair in new.pairs],
        )

    def erase(self, story_id: int, bands: bytes, long: bool) -> None:
        """Take a story out of the index; its row stays, with the event it was in."""
        digest = self.digest(story_id)
        self._db.executemany(
            "DELETE FROM duplicate_bands WHERE long = ? AND hash = ? AND story = ?",
            [(long, value, story_id) for value in unpack_hashes(bands)],
        )
        if digest is not None:
            stretch = _stretch(digest.at)
            self._db.executemany(
                "DELETE FROM event_terms WHERE stretch = ? AND term = ? AND story = ?",
                [(stretch, term, story_id) for term in digest.rare],
            )
            self._db.executemany(
                "DELETE FROM event_pairs WHERE pair = ? AND day = ? AND story = ?",
                [(pair, _day(digest.at), story_id) for pair in digest.pairs],
            )
        self._db.execute("DELETE FROM event_nearness WHERE story = ?", (story_id,))
        self._db.execute(
            "UPDATE event_digests SET digest = NULL, facts = NULL, bands = x'' WHERE story = ?", (story_id,)
        )

    def digests_of(self, event: int) -> tuple[Digest, ...]:
        """The event's first and its newest stories."""
        rows = self._db.execute(
            "SELECT story FROM (SELECT story FROM event_stories WHERE event = ?1 ORDER BY story LIMIT 2)"
            " UNION SELECT story FROM (SELECT story FROM event_stories WHERE event = ?1 ORDER BY story DESC LIMIT ?2)",
            (event, MEMBERS - 2),
        )
        digests = (self.digest(story) for (story,) in rows.fetchall())
        return tuple(digest for digest in digests if digest is not None)

    def digest(self, story_id: int) -> Digest | None:
        """What is kept of a story; None: it is not indexed."""
        row = self._db.execute(
            "SELECT digest, at, is_match, facts FROM event_digests WHERE story = ? AND digest IS NOT NULL",
            (story_id,),
        ).fetchone()
        if row is None:
            return None
        # The row is read every time, only taking it apart is saved: another process may have judged the story anew.
        stored = tuple(row)
        cached = self._cache.get(story_id)
        if cached is not None and cached[0] == stored:
            self._cache.move_to_end(story_id)
            return cached[1]
        digest = Digest(
            terms=unpack(stored[0]),
            at=stored[1],
            is_match=bool(stored[2]),
            facts=facts_from_json(stored[3]),
        )
        self._cache[story_id] = (stored, digest)
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return digest

    # --- nearness

    def likeness(self, a: int, b: int) -> float:
        """How alike two indexed stories are in wording."""
        a, b = min(a, b), max(a, b)
        mine, theirs = self.digest(a), self.digest(b)
        if mine is None or theirs is None:
            return 0.0
        known = self._likenesses.get((a, b))
        if known is not None and known[0] is mine and known[1] is theirs:
            return known[2]
        value = event_digests.likeness(mine, theirs)
        if len(self._likenesses) >= _CACHED_LIKENESSES:
            self._likenesses.clear()
        self._likenesses[a, b] = (mine, theirs, value)
        return value

    def learn_nearness(self, story_id: int, near: Iterable[int]) -> dict[int, float]:
        """Note how alike a new story and its neighbours are; the likeness of each neighbour."""
        alike = {other: self.likeness(story_id, other) for other in near}
        likest = self._likest((story_id, *alike))
        nearest = sorted(alike, key=lambda other: (-alike[other], other))[: neighbourhoods.NEAREST]
        changed = {story_id: [(other, alike[other]) for other in nearest]}
        for other, value in alike.items():
            rest = [pair for pair in likest.get(other, []) if pair[0] != story_id]
            if len(rest) < neighbourhoods.NEAREST or value > rest[-1][1]:
                best = sorted([*rest, (story_id, value)], key=lambda pair: (-pair[1], pair[0]))
                changed[other] = best[: neighbourhoods.NEAREST]
        self._db.executemany(
            "INSERT OR REPLACE INTO event_nearness (story, likest) VALUES (?, ?)",
            [
                (story, json.dumps([(other, round(value, 4)) for other, value in best]))
                for story, best in changed.items()
            ],
        )
        return alike

    def nearness(self, stories: Sequence[int]) -> Mapping[int, float]:
        """How near the nearest stories of each are."""
        likest = self._likest(stories)
        return {
            story: neighbourhoods.nearness([value for _, value in likest.get(story, [])]) for story in stories
        }

    def company(self) -> float:
        """Share of the newest stories that have another like them; 0 while too few are known to say."""
        known, alike = self._db.execute(
            "SELECT count(*), total(coalesce(json_extract(likest, '$[0][1]'), 0) >= ?) FROM"
            " (SELECT likest FROM event_nearness WHERE story % ? = 0 ORDER BY story DESC LIMIT ?)",
            (neighbourhoods.COMPANY, _ONE_OF, _ASKED),
        ).fetchone()
        return alike / known if known >= _ENOUGH else 0.0

    def _likest(self, stories: Sequence[int]) -> dict[int, list[tuple[int, float]]]:
        rows = self._db.execute(
            f"SELECT story, likest FROM event_nearness WHERE story IN ({marks(stories)})",  # noqa: S608
            list(stories),
        )
        return {story: [(other, value) for other, value in json.loads(text)] for story, text in rows}


def _day(at: float | None) -> int:
    return _TIMELESS if at is None else int(at // 86_400)


def _stretch(at: float | None) -> int:
    return _TIMELESS if at is None else _day(at) // _STRETCH_DAYS
