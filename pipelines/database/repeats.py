"""Which stored text a story repeats: the part of grouping that finds, links and unlinks duplicates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from pipelines import duplicates
from pipelines.types import Duplicate, Story

#: Postings of one shingle hash: more mean a stock line of some outlet, and the earliest lead to its texts as well.
_POSTINGS = 24
#: Stored texts that are checked word by word for one story.
_CHECKED = 12
#: Duplicates of one original that are checked anew when the link turns round.
_TURNED = 200
LATE = "9999"  # sorts after every time


class Repeats:
    """Duplicates over the tables `duplicate_bands`, `duplicates` and `event_digests`; see `grouping`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def find(
        self, story_id: int, story: Story, when: str, signature: duplicates.Signature
    ) -> Duplicate | None:
        """What the story repeats, linked to the first published; an earlier story turns the link round instead."""
        best: tuple[tuple[str, int], Duplicate] | None = None
        same = []
        for other in self._repeated(story_id, signature):
            found = self._check(story, other)
            if found is not None:
                same.append((other, found))
        for other, found in same:
            root = self._original_of(other)
            if root != other and (at_root := self._check(story, root)) is not None:
                other, found = root, at_root
            rank = (self._time_of(other), other)
            if best is None or rank < best[0]:
                best = (rank, Duplicate(of=other, score=round(found.score, 4), reason=found.reason))
        if best is None:
            return None
        if (when, story_id) < best[0]:
            self._turn_round(best[1].of, story_id, story, best[1])
            return None
        duplicate = best[1]
        self._link(story_id, duplicate)
        return duplicate

    def _repeated(self, story_id: int, signature: duplicates.Signature) -> list[int]:
        """Stored stories that share enough shingle hashes, most first."""
        of_long, of_short = marks(signature.coarse), marks(signature.lookup)
        rows = self._db.execute(
            "SELECT b.story, count(*) AS hits, length(d.bands) / 6, d.long FROM ("  # noqa: S608  only question marks
            f" SELECT story FROM duplicate_bands WHERE long = 1 AND hash IN ({of_long}) UNION ALL"
            f" SELECT story FROM duplicate_bands WHERE long = 0 AND hash IN ({of_short})"
            ") b CROSS JOIN event_digests d ON d.story = b.story"
            " WHERE b.story <> ? GROUP BY b.story ORDER BY hits DESC, b.story LIMIT ?",
            (*signature.coarse, *signature.lookup, story_id, 4 * _CHECKED),
        ).fetchall()
        worth = [
            story
            for story, hits, kept, long in rows
            if hits >= duplicates.hits_worth_checking(signature, kept, bool(long))
        ]
        return worth[:_CHECKED]

    def _check(self, story: Story, other: int) -> duplicates.Sameness | None:
        row = self._db.execute("SELECT title, text FROM stories WHERE id = ?", (other,)).fetchone()
        if row is None:
            return None
        found = duplicates.verify(story.text, row[1])
        if found is not None and not duplicates.same_brief(story.title, story.text, row[0], row[1]):
            return None
        return found

    def _original_of(self, story_id: int) -> int:
        seen = {story_id}
        while True:
            row = self._db.execute("SELECT original FROM duplicates WHERE story = ?", (story_id,)).fetchone()
            if row is None or row[0] in seen:
                return story_id
            story_id = row[0]
            seen.add(story_id)

    def _turn_round(self, old: int, new: int, story: Story, link: Duplicate) -> None:
        """An earlier telling arrived: the old original, and what repeats both, now point to it."""
        followers = self._db.execute(
            "SELECT story FROM duplicates WHERE original = ? ORDER BY story LIMIT ?", (old, _TURNED)
        ).fetchall()
        for (follower,) in followers:
            found = self._check(story, follower)
            if found is not None:
                self._link(follower, Duplicate(of=new, score=round(found.score, 4), reason=found.reason))
        self._link(old, Duplicate(of=new, score=link.score, reason=link.reason))

    def release(self, story_id: int) -> None:
        """A story goes: the earliest of those that repeat it becomes the original of the others."""
        self._db.execute("DELETE FROM duplicates WHERE story = ?", (story_id,))
        rows = self._db.execute(
            "SELECT x.story, x.score, x.reason FROM duplicates x JOIN event_digests d ON d.story = x.story"
            " WHERE x.original = ? ORDER BY d.sort_time, x.story",
            (story_id,),
        ).fetchall()
        self._db.execute("DELETE FROM duplicates WHERE original = ?", (story_id,))
        if not rows:
            return
        heir = rows[0][0]
        texts = dict(
            self._db.execute(
                f"SELECT id, text FROM stories WHERE id IN ({marks(rows)})",  # noqa: S608
                [row[0] for row in rows],
            )
        )
        for story, _, _ in rows[1:]:
            found = duplicates.verify(texts[story], texts[heir])
            if found is not None:
                self._link(story, Duplicate(of=heir, score=round(found.score, 4), reason=found.reason))

    def _link(self, story_id: int, link: Duplicate) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO duplicates (story, original, score, reason) VALUES (?, ?, ?, ?)",
            (story_id, link.of, link.score, link.reason),
        )

    def with_room(self, signature: duplicates.Signature) -> list[int]:
        """The hashes that do not have all the postings yet that are ever read."""
        hashes = signature.keep
        full = {
            value
            for (value,) in self._db.execute(
                f"SELECT hash FROM duplicate_bands WHERE long = ? AND hash IN ({marks(hashes)})"  # noqa: S608
                " GROUP BY hash HAVING count(*) >= ?",
                (signature.long, *hashes, _POSTINGS),
            )
        }
        return [value for value in hashes if value not in full]

    def _time_of(self, story_id: int) -> str:
        row = self._db.execute("SELECT sort_time FROM event_digests WHERE story = ?", (story_id,)).fetchone()
        return row[0] if row else LATE


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values."""
    return ",".join("?" * len(values))


def pack_hashes(hashes: Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(6, "big") for value in hashes)


def unpack_hashes(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 6], "big") for i in range(0, len(data), 6)]
