"""The candidate index of duplicates and events, and the one class that groups stories with it.

Everything a new story could be the same as is found by index: texts by shingle hashes, events by their rarest
terms within a time window, agreements by pairs of parties. Every list that is read has a bound, so a story costs
the same among ten thousand and among a million. What is decided is decided in `duplicates` and `events`; here is
the SQL. Nothing commits: `Grouper` works inside its caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from pipelines import duplicates, events, vietnamese
from pipelines.database.repeats import LATE, Repeats, pack_hashes, unpack_hashes
from pipelines.database.trouble import unusable
from pipelines.errors import StoreError
from pipelines.types import Agreement, Duplicate, Joined, Match, Story

SCHEMA: str = """
-- Shingle hashes of stored texts (duplicates.Signature.keep); bounded postings a hash.
CREATE TABLE duplicate_bands (
    long INTEGER NOT NULL, -- long texts are kept, and looked up, under fewer hashes: apart, each part stays small
    hash INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (long, hash, story)
) WITHOUT ROWID;
-- A story that repeats the text of an earlier one.
CREATE TABLE duplicates (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    original INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    score REAL NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX duplicates_original ON duplicates(original);
-- One signing (or one happening), told by its stories. An id once given always leads somewhere: follow merged_into.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT,
    merged_into INTEGER REFERENCES events(id),
    first_published TEXT,
    last_published TEXT,
    size INTEGER NOT NULL DEFAULT 0,
    is_match INTEGER NOT NULL DEFAULT 0,
    renews INTEGER REFERENCES events(id),
    renews_reason TEXT
);
CREATE INDEX events_last ON events(last_published) WHERE merged_into IS NULL;
CREATE INDEX events_merged ON events(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX events_renews ON events(renews) WHERE renews IS NOT NULL;
CREATE TABLE event_stories (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER NOT NULL REFERENCES events(id),
    score REAL NOT NULL,
    reasons TEXT NOT NULL DEFAULT '[]',
    joined_at TEXT
);
CREATE INDEX event_stories_event ON event_stories(event, story);
-- What events.Digest keeps of a story; `event` outlives a removal, so that a re-judged story finds its id again.
CREATE TABLE event_digests (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    digest BLOB,
    at REAL,
    is_match INTEGER NOT NULL DEFAULT 0,
    facts TEXT,
    sort_time TEXT NOT NULL,
    bands BLOB NOT NULL,
    long INTEGER NOT NULL
);
-- The rarest terms of a story within a stretch of days, so that what is read and written lies close together.
CREATE TABLE event_terms (
    stretch INTEGER NOT NULL,
    term INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (stretch, term, story)
) WITHOUT ROWID;
-- Two parties of one agreement, for retellings in other words and for renewals.
CREATE TABLE event_pairs (
    pair TEXT NOT NULL,
    day INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (pair, day, story)
) WITHOUT ROWID;
-- What a person said: these two stories are one event, or are not. Kept in both directions.
CREATE TABLE event_bonds (
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    bond TEXT NOT NULL CHECK (bond IN ('together', 'apart')),
    at TEXT,
    PRIMARY KEY (story, other)
) WITHOUT ROWID;
"""

#: Stories of one term and stretch that are looked at, the newest first.
_TERM_STORIES = 40
#: Stories, and their events, that are compared with one story.
_NEAR_STORIES = 40
_NEAR_EVENTS = 14
#: An event's stories that are compared: its first and its newest.
_MEMBERS = 8
#: Stories of one pair of parties that are looked at.
_PAIR_STORIES = 12
#: Days of one stretch of the term index. A story looks into its own and the two beside it.
_STRETCH_DAYS = 16
#: The stretch of stories whose time nobody knows.
_TIMELESS = -1
#: Stretches, newest first, that a story of unknown time looks into besides.
_NEWEST_STRETCHES = 3
#: Digests kept in memory.
_CACHED = 4096

_ONE_TERM = (
    "SELECT ? AS term, story FROM"
    " (SELECT story FROM event_terms WHERE stretch = ? AND term = ? ORDER BY story DESC LIMIT ?)"
)


class Grouped(NamedTuple):
    """What became of a story."""

    duplicate: Duplicate | None
    joined: Joined
    merged: tuple[int, ...]
    """Ids of events that the story showed to be one with the joined; they lead to it from now on."""

    @property
    def event(self) -> int:
        return self.joined.event

    @property
    def duplicate_of(self) -> int | None:
        return self.duplicate.of if self.duplicate else None

    @property
    def duplicate_reason(self) -> str | None:
        return self.duplicate.reason if self.duplicate else None


class Grouper:
    """Says of each story, as it arrives, what it repeats and which event it tells.

    Works on the given connection inside the caller's transaction. A story must stand in `stories` before it is
    added. Judging a story again is `add` again: it keeps its event's id where it stays alone or stays put.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._repeats = Repeats(connection)
        self._cache: OrderedDict[int, tuple[tuple[object, ...], events.Digest]] = OrderedDict()

    def add(
        self,
        story_id: int,
        story: Story,
        is_match: bool = False,
        agreement: Agreement | None = None,
        *,
        topical: bool = False,
        now: datetime | None = None,
    ) -> Grouped:
        """Index a story and say what it repeats and which event it tells.

        `topical`: it holds evidence, match or not.

        `now` is when it was judged; where neither the publication nor the finding has a time, it stands for them.
        """
        before = self._event_before(story_id)
        self.remove(story_id)
        known = story.published or story.found_at or now
        when = _text_of_time(known)
        words = vietnamese.syllables(story.text)
        signature = duplicates.signature_of(words)
        digest = events.digest(story, is_match=is_match, agreement=agreement, topical=topical, words=words)
        if digest.at is None and known is not None:
            digest = replace(digest, at=known.timestamp())
        judged = _text_of_time(now or known)
        duplicate = self._repeats.find(story_id, story, when, signature)
        near = self._near_stories(story_id, digest)
        joined, rivals = self._find_event(story_id, digest, near, duplicate, before, judged)
        self._index(story_id, digest, signature, when, joined.event)
        self._put(story_id, joined, judged)
        merged = self._merge_rivals(joined.event, rivals)
        if duplicate is None:
            self._draw(joined.event, digest, near, judged)
        if before is not None and before != joined.event and not self._size(before):
            self._redirect(before, joined.event)
        self._refresh(joined.event)
        self._link_renewal(story_id, digest, joined.event)
        return Grouped(duplicate, joined, merged)

    def remove(self, story_id: int) -> None:
        """Take a story out of the index, its event and its duplicates. Its event's id stays reserved for it."""
        row = self._db.execute(
            "SELECT event, bands, long FROM event_digests WHERE story = ? AND digest IS NOT NULL", (story_id,)
        ).fetchone()
        if row is None:
            return
        digest = self._digest(story_id)
        event, bands, long = row
        self._repeats.release(story_id)
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
        self._db.execute("DELETE FROM event_stories WHERE story = ?", (story_id,))
        self._db.execute(
            "UPDATE event_digests SET digest = NULL, facts = NULL, bands = x'' WHERE story = ?", (story_id,)
        )
        self._refresh(self.current(event))

    def place(
        self, story_id: int, story: Story, match: Match, agreement: Agreement | None, *, now: datetime
    ) -> Grouped:
        """`add` as the store calls it, after the matcher's judgement."""
        return self.add(story_id, story, match.is_match, agreement, topical=bool(match.evidence), now=now)

    def standing(self, story_id: int) -> tuple[int | None, int | None]:
        """Which story it repeats and which event it tells, as stored."""
        row = self._db.execute("SELECT original FROM duplicates WHERE story = ?", (story_id,)).fetchone()
        return (row[0] if row else None), self._event_of(story_id)

    def root(self, event: int) -> int | None:
        """The event that an id leads to now (a merged id to what it was merged into); None: there is none."""
        while (
            row := self._db.execute("SELECT merged_into FROM events WHERE id = ?", (event,)).fetchone()
        ) is not None:
            if row[0] is None:
                return event
            event = row[0]
        return None

    def members(self, event: int) -> list[int]:
        """The ids of an event's stories, ascending."""
        rows = self._db.execute("SELECT story FROM event_stories WHERE event = ? ORDER BY story", (event,))
        return [story for (story,) in rows]

    def current(self, event: int) -> int:
        """Like `root`.

        Raises:
            StoreError: there is no such event.
        """
        root = self.root(event)
        if root is None:
            raise unusable(f"there is no event e{event}")
        return root

    def merge(self, event: int, others: Iterable[int], at: str | None = None) -> int:
        """A person says that these events are one. Remembered; the machine never undoes it."""
        keep = self.current(event)
        for other in {self.current(other) for other in others} - {keep}:
            mine, theirs = self.members(keep), self.members(other)
            for a in mine:
                self._db.executemany(
                    "DELETE FROM event_bonds WHERE bond = 'apart' AND story = ? AND other = ?",
                    [pair for b in theirs for pair in ((a, b), (b, a))],
                )
            if mine and theirs:
                self._bond(mine[0], [theirs[0]], "together", at)
            self._redirect(other, keep)
        self._refresh(keep)
        return keep

    def split(self, event: int, story_ids: Iterable[int], at: str | None = None) -> int:
        """A person says that these stories of an event tell another one. Returns the new event; remembered."""
        event = self.current(event)
        members = self.members(event)
        leaving = [story for story in story_ids if story in set(members)]
        staying = [story for story in members if story not in set(leaving)]
        if not leaving or not staying:
            raise StoreError(f"splitting e{event} needs some of its stories, and some that stay")
        founded = self._found(at)
        for story in leaving:
            self._bond(story, staying, "apart", at)
        self._bond(leaving[0], leaving[1:], "together", at)
        self._db.executemany(
            "UPDATE event_stories SET event = ?, reasons = ? WHERE story = ?",
            [(founded, json.dumps(["a person split it off"]), story) for story in leaving],
        )
        self._db.executemany(
            "UPDATE event_digests SET event = ? WHERE story = ?", [(founded, story) for story in leaving]
        )
        self._refresh(event)
        self._refresh(founded)
        return founded

    # --- events

    def _find_event(
        self,
        story_id: int,
        digest: events.Digest,
        near: Sequence[int],
        duplicate: Duplicate | None,
        before: int | None,
        when: str,
    ) -> tuple[Joined, tuple[int, ...]]:
        told = self._bonded_event(story_id, "together")
        if told is not None:
            return Joined(event=told, score=1.0, reasons=("a person put it there",)), ()
        barred = self._barred_events(story_id)
        if duplicate is not None:
            event = self._event_of(duplicate.of)
            if event is not None and event not in barred:
                reason = f"repeats s{duplicate.of}: {duplicate.reason}"
                return Joined(event=event, score=duplicate.score, reasons=(reason,)), ()
        turned = self._event_of_followers(story_id)
        if turned is not None and turned not in barred:
            return Joined(event=turned, score=1.0, reasons=("others repeat its text",)), ()
        candidates = [
            events.Candidate(event=event, members=self._members(event))
            for event in self._events_of(near)
            if event not in barred
        ]
        decision = events.decide(digest, [c for c in candidates if c.members])
        if decision.event is not None:
            joined = Joined(event=decision.event, score=round(decision.score, 4), reasons=decision.reasons)
            return joined, decision.rivals
        event = before if before is not None and not self._size(before) else self._found(when)
        return Joined(event=event, score=0.0, reasons=decision.reasons), ()

    def _near_stories(self, story_id: int, digest: events.Digest) -> list[int]:
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

    def _events_of(self, stories: Iterable[int]) -> list[int]:
        found: dict[int, None] = {}
        for story in stories:
            event = self._event_of(story)
            if event is not None:
                found[event] = None
            if len(found) >= _NEAR_EVENTS:
                break
        return list(found)

    def _same_pairs(self, digest: events.Digest) -> list[int]:
        if digest.at is None:
            return []
        window = int(events.SAME_SIGNING_DAYS) + 1
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

    def _merge_rivals(self, event: int, rivals: Iterable[int]) -> tuple[int, ...]:
        merged = []
        for rival in rivals:
            if self._apart(event, rival):
                continue
            if events.are_one(self._members(event), self._members(rival)):
                self._redirect(rival, event)
                merged.append(rival)
        return tuple(merged)

    def _draw(self, event: int, digest: events.Digest, near: Iterable[int], when: str) -> None:
        """Stories of other events that fit better here, now that this one stands here, come over.

        Only stories that are no match: what a person was shown under a signing stays there.
        """
        for story in near:
            other = self._digest(story)
            if other is None or other.is_match or events.compare(digest, other).wording < events.JOIN:
                continue
            own = self._event_of(story)
            if own is None or own == event or self._is_tied(story):
                continue
            rest = [
                d for n in self.members(own)[-_MEMBERS:] if n != story and (d := self._digest(n)) is not None
            ]
            if rest and events.fits_better(other, rest, self._members(event)):
                reasons = (f"fits e{event} better than e{own}",)
                self._put(story, Joined(event=event, score=0.0, reasons=reasons), when)
                self._db.execute("UPDATE event_digests SET event = ? WHERE story = ?", (event, story))
                self._refresh(own)

    def _is_tied(self, story_id: int) -> bool:
        """Is the story bound by a duplicate or by a person's word?"""
        row = self._db.execute(
            "SELECT 1 FROM duplicates WHERE story = ?1 OR original = ?1"
            " UNION ALL SELECT 1 FROM event_bonds WHERE story = ?1 LIMIT 1",
            (story_id,),
        ).fetchone()
        return row is not None

    def _link_renewal(self, story_id: int, digest: events.Digest, event: int) -> None:
        if digest.at is None:
            return
        latest = _day(digest.at) - int(events.RENEWAL_DAYS)
        for pair in digest.pairs:
            for (story,) in self._db.execute(
                "SELECT story FROM event_pairs WHERE pair = ? AND day <= ? ORDER BY day DESC LIMIT ?",
                (pair, latest, _PAIR_STORIES),
            ):
                earlier = self._digest(story)
                why = events.renews(digest, earlier) if earlier else None
                renewed = self._event_of(story)
                if why and renewed is not None and renewed != event:
                    self._db.execute(
                        "UPDATE events SET renews = ?, renews_reason = ? WHERE id = ?", (renewed, why, event)
                    )
                    return

    # --- bookkeeping

    def _index(
        self, story_id: int, digest: events.Digest, signature: duplicates.Signature, when: str, event: int
    ) -> None:
        kept = self._repeats.with_room(signature)
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
                events.pack(digest.terms),
                digest.at,
                digest.is_match,
                events.facts_to_json(digest.facts),
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

    def _put(self, story_id: int, joined: Joined, when: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO event_stories (story, event, score, reasons, joined_at) VALUES (?, ?, ?, ?, ?)",
            (
                story_id,
                joined.event,
                joined.score,
                json.dumps(joined.reasons, ensure_ascii=False),
                None if when == LATE else when,
            ),
        )

    def _found(self, when: str | None) -> int:
        created = None if when in (None, LATE) else when
        event = self._db.execute("INSERT INTO events (created_at) VALUES (?)", (created,)).lastrowid
        assert event is not None
        return event

    def _redirect(self, event: int, into: int) -> None:
        self._db.execute("UPDATE event_stories SET event = ? WHERE event = ?", (into, event))
        self._db.execute("UPDATE events SET merged_into = ?, size = 0 WHERE id = ?", (into, event))
        self._db.execute("UPDATE events SET renews = ? WHERE renews = ? AND id <> ?", (into, event, into))
        self._refresh(into)

    def _refresh(self, event: int) -> None:
        self._db.execute(
            "UPDATE events SET (size, is_match, first_published, last_published) ="
            " (SELECT count(*), coalesce(max(d.is_match), 0), nullif(min(d.sort_time), ?),"
            " max(nullif(d.sort_time, ?)) FROM event_stories m JOIN event_digests d ON d.story = m.story"
            " WHERE m.event = events.id) WHERE id = ?",
            (LATE, LATE, event),
        )

    def _event_of(self, story_id: int) -> int | None:
        row = self._db.execute("SELECT event FROM event_stories WHERE story = ?", (story_id,)).fetchone()
        return row[0] if row else None

    def _event_before(self, story_id: int) -> int | None:
        row = self._db.execute("SELECT event FROM event_digests WHERE story = ?", (story_id,)).fetchone()
        return self.current(row[0]) if row and row[0] is not None else None

    def _event_of_followers(self, story_id: int) -> int | None:
        row = self._db.execute(
            "SELECT m.event FROM duplicates x JOIN event_stories m ON m.story = x.story"
            " WHERE x.original = ? ORDER BY x.story LIMIT 1",
            (story_id,),
        ).fetchone()
        return row[0] if row else None

    def _size(self, event: int) -> int:
        row = self._db.execute("SELECT count(*) FROM event_stories WHERE event = ?", (event,)).fetchone()
        return int(row[0])

    def _members(self, event: int) -> tuple[events.Digest, ...]:
        """The event's first and its newest stories."""
        rows = self._db.execute(
            "SELECT story FROM (SELECT story FROM event_stories WHERE event = ?1 ORDER BY story LIMIT 2)"
            " UNION SELECT story FROM (SELECT story FROM event_stories WHERE event = ?1 ORDER BY story DESC LIMIT ?2)",
            (event, _MEMBERS - 2),
        )
        digests = (self._digest(story) for (story,) in rows.fetchall())
        return tuple(digest for digest in digests if digest is not None)

    def _digest(self, story_id: int) -> events.Digest | None:
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
        digest = events.Digest(
            terms=events.unpack(stored[0]),
            at=stored[1],
            is_match=bool(stored[2]),
            facts=events.facts_from_json(stored[3]),
        )
        self._cache[story_id] = (stored, digest)
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return digest

    # --- what a person said

    def _bond(self, story: int, others: Iterable[int], bond: str, at: str | None) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO event_bonds (story, other, bond, at) VALUES (?, ?, ?, ?)",
            [row for other in others for row in ((story, other, bond, at), (other, story, bond, at))],
        )

    def _bonded_event(self, story_id: int, bond: str) -> int | None:
        row = self._db.execute(
            "SELECT m.event FROM event_bonds b JOIN event_stories m ON m.story = b.other"
            " WHERE b.story = ? AND b.bond = ? ORDER BY b.at DESC, b.other LIMIT 1",
            (story_id, bond),
        ).fetchone()
        return row[0] if row else None

    def _barred_events(self, story_id: int) -> set[int]:
        rows = self._db.execute(
            "SELECT DISTINCT m.event FROM event_bonds b JOIN event_stories m ON m.story = b.other"
            " WHERE b.story = ? AND b.bond = 'apart'",
            (story_id,),
        )
        return {event for (event,) in rows}

    def _apart(self, event: int, other: int) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM event_stories a JOIN event_bonds b ON b.story = a.story AND b.bond = 'apart'"
            " JOIN event_stories o ON o.story = b.other WHERE a.event = ? AND o.event = ? LIMIT 1",
            (event, other),
        ).fetchone()
        return row is not None


def _text_of_time(when: datetime | None) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when else LATE


def _day(at: float | None) -> int:
    return _TIMELESS if at is None else int(at // 86_400)


def _stretch(at: float | None) -> int:
    return _TIMELESS if at is None else _day(at) // _STRETCH_DAYS
