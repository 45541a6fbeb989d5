"""The one class that says of each story what it repeats and which event it tells, and keeps what a person said.

Everything a new story could be the same as is found by index (`event_index`, `repeats`); what is decided is decided
in `duplicates`, `events` and `neighbourhoods`; here is what follows from it in the tables. Nothing commits: `Grouper`
works inside its caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from pipelines import duplicates, event_digests, events, vietnamese
from pipelines.database.event_index import MEMBERS, EventIndex
from pipelines.database.party_identity import PartyIdentity
from pipelines.database.repeats import LATE, Repeats
from pipelines.database.second_look import Look, SecondLook
from pipelines.database.trouble import unusable
from pipelines.errors import StoreError
from pipelines.event_digests import Digest
from pipelines.types import Agreement, Duplicate, Joined, Match, Precision, Story

#: Stories that are looked at again when a person merges or splits parties, the newest.
_RECONSIDERED = 200
#: What is known of a time that names no day.
_NO_DAY = (Precision.MONTH, Precision.YEAR)


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
        self._index = EventIndex(connection)
        self._look = SecondLook(connection, self._index)
        self._identity = PartyIdentity(connection)

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
        agreement = self._identity.resolved(agreement)
        known = story.published or story.found_at or now
        when = _text_of_time(known)
        words = vietnamese.syllables(story.text)
        signature = duplicates.signature_of(words)
        digest = event_digests.digest(
            story, is_match=is_match, agreement=agreement, topical=topical, words=words
        )
        if story.published_precision in _NO_DAY:
            digest = replace(digest, at=None)  # a month is no time to count days from
        elif digest.at is None and known is not None:
            digest = replace(digest, at=known.timestamp())
        judged = _text_of_time(now or known)
        duplicate = self._repeats.find(story_id, story, when, signature)
        near = self._index.near_stories(story_id, digest)
        kept = self._repeats.with_room(signature)
        self._index.write(story_id, digest, signature, kept, when, before)
        return self._stand(story_id, digest, near, duplicate, before, judged)

    def reconsider(self, parties: list[int], *, now: datetime) -> int:
        """A person merged or split these parties: look again where the stories that name them belong; how many.

        Bounded to the newest `_RECONSIDERED`. Stories of events that a person put together or apart stay.
        """
        judged = _text_of_time(now)
        changed: list[tuple[int, Digest, int]] = []
        for story_id in self._identity.stories_of(parties, _RECONSIDERED):
            old = self._index.digest(story_id)
            before = self._event_before(story_id)
            if old is None or old.facts is None or before is None or self._spoken_of(before):
                continue
            digest = replace(old, facts=self._identity.facts_now(story_id, old.facts))
            if digest.facts != old.facts:
                self._index.rewrite_facts(story_id, old, digest)
                changed.append((story_id, digest, before))
        # All leave before the first finds its place: none is compared with what another was thought to tell.
        for story_id, _, _ in changed:
            self._db.execute("DELETE FROM event_stories WHERE story = ?", (story_id,))
        for before in {before for _, _, before in changed}:
            self._refresh(before)
        for story_id, digest, before in changed:
            duplicate = self._repeats.link_of(story_id)
            near = self._index.near_stories(story_id, digest)
            self._stand(story_id, digest, near, duplicate, before, judged)
        return len(changed)

    def _stand(
        self,
        story_id: int,
        digest: Digest,
        near: Sequence[int],
        duplicate: Duplicate | None,
        before: int | None,
        judged: str,
    ) -> Grouped:
        """Find the event of an indexed story and put it there, with all that follows from it."""
        alike = self._index.learn_nearness(story_id, near)
        joined = self._told_event(story_id, duplicate)
        merged: tuple[int, ...] = ()
        if joined is None:
            joined, merged = self._find_event(story_id, digest, near, alike, before, judged)
        else:
            self._arrive(story_id, joined, judged)
        self._gather(story_id, joined.event, judged)
        if digest.is_match and duplicate is None:
            self._draw(joined.event, digest, near, judged)
        if before is not None and before != joined.event and not self._size(before):
            self._redirect(before, joined.event)
        self._link_renewal(digest, joined.event)
        self._look_again(judged)
        return Grouped(duplicate, joined, merged)

    def remove(self, story_id: int) -> None:
        """Take a story out of the index, its event and its duplicates. Its event's id stays reserved for it."""
        row = self._db.execute(
            "SELECT event, bands, long FROM event_digests WHERE story = ? AND digest IS NOT NULL", (story_id,)
        ).fetchone()
        if row is None:
            return
        event, bands, long = row
        self._index.erase(story_id, bands, bool(long))
        self._repeats.release(story_id)
        self._db.execute("DELETE FROM event_stories WHERE story = ?", (story_id,))
        if event is not None:
            self._refresh(self.current(event))

    def place(
        self, story_id: int, story: Story, match: Match, agreement: Agreement | None, *, now: datetime
    ) -> Grouped:
        """`add` as the store calls it, after the matcher's judgement."""
        return self.add(story_id, story, match.is_match, agreement, topical=bool(match.evidence), now=now)

    def standing(self, story_id: int) -> tuple[int | None, int | None]:
        """Which story it repeats and which event it tells, as stored."""
        row = self._db.execute("SELECT original FROM duplicates WHERE story = ?", (story_id,)).fetchone()
        return (row[0] if row else None), self._index.event_of(story_id)

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

    def _told_event(self, story_id: int, duplicate: Duplicate | None) -> Joined | None:
        """The event that a person's word or an equal text tells."""
        told = self._bonded_event(story_id, "together")
        if told is not None:
            return Joined(event=told, score=1.0, reasons=("a person put it there",))
        barred = self._barred_events(story_id)
        if duplicate is not None:
            event = self._index.event_of(duplicate.of)
            if event is not None and event not in barred:
                reason = f"repeats s{duplicate.of}: {duplicate.reason}"
                return Joined(event=event, score=duplicate.score, reasons=(reason,))
        turned = self._event_of_followers(story_id)
        if turned is not None and turned not in barred:
            return Joined(event=turned, score=1.0, reasons=("others repeat its text",))
        return None

    def _gather(self, story_id: int, event: int, when: str) -> None:
        """What turned out to repeat a story comes to the story's event; a person's word keeps it where it is."""
        pending, seen, came = [story_id], {story_id}, False
        while pending:
            original = pending.pop()
            for copy in self._repeats.copies_of(original):
                own = self._index.event_of(copy)
                if copy in seen or own is None:
                    continue
                seen.add(copy)
                pending.append(copy)
                if own == event or self._spoken_of(own) or event in self._barred_events(copy):
                    continue
                link = self._repeats.link_of(copy)
                assert link is not None
                reasons = (f"repeats s{original}: {link.reason}",)
                self._put(copy, Joined(event=event, score=link.score, reasons=reasons), when)
                came = True
                if self._size(own):
                    self._refresh(own)
                else:
                    self._redirect(own, event)
        if came:
            self._refresh(event)

    def _find_event(
        self,
        story_id: int,
        digest: Digest,
        near: Sequence[int],
        alike: Mapping[int, float],
        before: int | None,
        when: str,
    ) -> tuple[Joined, tuple[int, ...]]:
        """Put a story where facts and wording say; also the ids of events that turned out to be the same."""
        barred = self._barred_events(story_id)
        found = [event for event in self._index.events_of(near) if event not in barred]
        settled = set(found) if digest.is_match else self._look.settled(found)
        candidates = [
            events.Candidate(event=event, members=self._index.digests_of(event))
            for event in found
            if event in settled
        ]
        decision = events.decide(digest, [c for c in candidates if c.members])
        look = None if digest.is_match else self._look.look(story_id, alike, settled | barred)
        if decision.event is not None and (look is None or decision.score >= look.link):
            joined = Joined(event=decision.event, score=round(decision.score, 4), reasons=decision.reasons)
            self._arrive(story_id, joined, when)
            return joined, self._merge_rivals(joined.event, decision.rivals)
        if look is not None:
            return self._follow(story_id, look, before, when)
        joined = Joined(event=self._own_event(before, when), score=0.0, reasons=decision.reasons)
        self._arrive(story_id, joined, when)
        return joined, ()

    def _look_again(self, when: str) -> None:
        """Where nearly every story has company, one that stands alone is looked at again by and by."""
        story_id = self._look.next_alone()
        digest = self._index.digest(story_id) if story_id is not None else None
        own = self._index.event_of(story_id) if story_id is not None else None
        if story_id is None or own is None or digest is None or digest.is_match:
            return
        near = self._index.near_stories(story_id, digest)
        alike = {other: self._index.likeness(story_id, other) for other in near}
        apart = self._look.settled([own, *self._index.events_of(near)]) | self._barred_events(story_id)
        if own in apart:
            return
        look = self._look.look(story_id, alike, apart | {own})
        if look.groups[0][1] == (story_id,):
            return
        self._db.execute("DELETE FROM event_stories WHERE story = ?", (story_id,))
        joined, _ = self._follow(story_id, look, own, when)
        if joined.event != own:
            self._redirect(own, joined.event)

    def _own_event(self, before: int | None, when: str) -> int:
        """The id of an event that a story founds: the one it had, if nobody else is left in it."""
        return before if before is not None and not self._size(before) else self._found(when)

    def _follow(
        self, story_id: int, look: Look, before: int | None, when: str
    ) -> tuple[Joined, tuple[int, ...]]:
        """Put the stories of a neighbourhood where the second look saw them."""
        moved: dict[int, int] = {}
        joined = None
        for event, stories in look.groups:
            if event is None:
                event = self._own_event(before, when) if story_id in stories else self._found(when)
            for story in stories:
                if story == story_id:
                    joined = Joined(event=event, score=round(look.link, 4), reasons=look.reasons)
                    self._put(story_id, joined, when)
                elif (was := self._index.event_of(story)) != event:
                    reasons = (f"fits e{event} better than e{was}, now that s{story_id} is known",)
                    self._put(story, Joined(event=event, score=round(look.link, 4), reasons=reasons), when)
                    if was is not None:
                        moved[was] = event
            self._refresh(event)
        assert joined is not None
        for event in moved:
            self._refresh(event)
        for event in look.left:
            self._redirect(event, moved[event])
        return joined, look.left

    def _merge_rivals(self, event: int, rivals: Iterable[int]) -> tuple[int, ...]:
        merged = []
        for rival in rivals:
            if self._apart(event, rival):
                continue
            if events.are_one(self._index.digests_of(event), self._index.digests_of(rival)):
                self._redirect(rival, event)
                merged.append(rival)
        return tuple(merged)

    def _draw(self, event: int, digest: Digest, near: Iterable[int], when: str) -> None:
        """Stories of other events that fit better here, now that this one stands here, come over.

        Only stories that are no match: what a person was shown under a signing stays there.
        """
        for story in near:
            other = self._index.digest(story)
            if other is None or other.is_match or events.compare(digest, other).wording < events.JOIN:
                continue
            own = self._index.event_of(story)
            if own is None or own == event or self._is_tied(story):
                continue
            newest = self._db.execute(
                "SELECT story FROM event_stories WHERE event = ? ORDER BY story DESC LIMIT ?", (own, MEMBERS)
            ).fetchall()
            rest = [d for (n,) in newest if n != story and (d := self._index.digest(n)) is not None]
            if rest and events.fits_better(other, rest, self._index.digests_of(event)):
                reasons = (f"fits e{event} better than e{own}",)
                self._put(story, Joined(event=event, score=0.0, reasons=reasons), when)
                self._refresh(own)
                self._refresh(event)

    def _spoken_of(self, event: int) -> bool:
        """Did a person put stories of the event together or apart?"""
        row = self._db.execute(
            "SELECT 1 FROM event_stories m JOIN event_bonds b ON b.story = m.story WHERE m.event = ? LIMIT 1",
            (event,),
        ).fetchone()
        return row is not None

    def _is_tied(self, story_id: int) -> bool:
        """Is the story bound by a duplicate or by a person's word?"""
        row = self._db.execute(
            "SELECT 1 FROM duplicates WHERE story = ?1 OR original = ?1"
            " UNION ALL SELECT 1 FROM event_bonds WHERE story = ?1 LIMIT 1",
            (story_id,),
        ).fetchone()
        return row is not None

    def _link_renewal(self, digest: Digest, event: int) -> None:
        for story in self._index.earlier_of_pairs(digest, events.RENEWAL_DAYS):
            earlier = self._index.digest(story)
            why = events.renews(digest, earlier) if earlier else None
            renewed = self._index.event_of(story)
            if why and renewed is not None and renewed != event:
                self._db.execute(
                    "UPDATE events SET renews = ?, renews_reason = ? WHERE id = ?", (renewed, why, event)
                )
                return

    # --- bookkeeping

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
        self._db.execute("UPDATE event_digests SET event = ? WHERE story = ?", (joined.event, story_id))

    def _arrive(self, story_id: int, joined: Joined, when: str) -> None:
        """Put a story that stands nowhere yet; what is known of its event grows by it, however large it is."""
        self._put(story_id, joined, when)
        self._db.execute(
            "UPDATE events SET size = size + 1, is_match = max(events.is_match, d.is_match),"
            " first_published = coalesce(min(first_published, d.told), first_published, d.told),"
            " last_published = coalesce(max(last_published, d.told), last_published, d.told)"
            " FROM (SELECT is_match, nullif(sort_time, ?) AS told FROM event_digests WHERE story = ?) d"
            " WHERE id = ?",
            (LATE, story_id, joined.event),
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
        """What is known of an event, counted anew from its stories."""
        self._db.execute(
            "UPDATE events SET (size, is_match, first_published, last_published) ="
            " (SELECT count(*), coalesce(max(d.is_match), 0), nullif(min(d.sort_time), ?),"
            " max(nullif(d.sort_time, ?)) FROM event_stories m JOIN event_digests d ON d.story = m.story"
            " WHERE m.event = events.id) WHERE id = ?",
            (LATE, LATE, event),
        )

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
