"""Which stored text a story repeats: the part of grouping that finds, links and unlinks duplicates."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from pipelines import duplicates
from pipelines.types import Duplicate, Story

#: Postings of one shingle hash: more mean a stock line of some outlet, and the earliest lead to its texts as well.
_POSTINGS = 24
#: Stored texts that are checked word by word for one story: enough for a bulletin that says the same for three weeks.
_CHECKED = 24
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
        """What the story repeats: the first published of those that hold its text; later ones repeat the story.

        In whatever order stories arrive, each ends with the earliest that it repeats.
        """
        same = {}
        for other in self._repeated(story_id, signature):
            found = self._check(story, other)
            if found is not None:
                same[other] = found
                root = self._original_of(other)
                if root not in same and (at_root := self._check(story, root)) is not None:
                    same[root] = at_root
        if not same:
            return None
        place = (when, story_id)
        touched = {self._original_of(other) for other in same}
        earliest = min(same, key=self._place)
        if self._place(earliest) < place:
            self._link(story_id, _link_to(earliest, same[earliest]))
        for other, found in same.items():
            original = self._linked_to(other)
            if self._place(other) > place and (original is None or self._place(original) > place):
                if original is None:
                    self._hand_over(other, story_id, story)
                self._link(other, _link_to(story_id, found))
        if touched != {earliest}:
            self._unite({*touched, *same, story_id}, story_id, place)
        self._shorten({story_id, *same, *touched})
        return self.link_of(story_id)

    def _repeated(self, story_id: int, signature: duplicates.Signature) -> list[int]:
        """Stored stories that share enough shingle hashes, those first that share most of what they could."""
        of_long, of_short = marks(signature.coarse), marks(signature.lookup)
        rows = self._db.execute(
            "SELECT b.story, count(*) AS hits, length(d.bands) / 6 AS kept, d.long FROM ("  # noqa: S608  only question marks
            f" SELECT story FROM duplicate_bands WHERE long = 1 AND hash IN ({of_long}) UNION ALL"
            f" SELECT story FROM duplicate_bands WHERE long = 0 AND hash IN ({of_short})"
            ") b CROSS JOIN event_digests d ON d.story = b.story WHERE b.story <> ? GROUP BY b.story"
            # Two more, or one shared hash of one would outrank nine of ten.
            " ORDER BY hits / (2.0 + min(kept, iif(d.long, ?, ?))) DESC, b.story DESC LIMIT ?",
            (
                *signature.coarse,
                *signature.lookup,
                story_id,
                len(signature.coarse),
                len(signature.lookup),
                4 * _CHECKED,
            ),
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
        found = duplicates.verify(story.text, row[1], titles=(story.title, row[0]))
        if found is not None and not duplicates.same_brief(story.title, story.text, row[0], row[1]):
            return None
        return found

    def link_of(self, story_id: int) -> Duplicate | None:
        """What a story repeats, as stored."""
        row = self._db.execute(
            "SELECT original, score, reason FROM duplicates WHERE story = ?", (story_id,)
        ).fetchone()
        return Duplicate(of=row[0], score=row[1], reason=row[2]) if row else None

    def _linked_to(self, story_id: int) -> int | None:
        row = self._db.execute("SELECT original FROM duplicates WHERE story = ?", (story_id,)).fetchone()
        return row[0] if row else None

    def _original_of(self, story_id: int) -> int:
        seen = {story_id}
        while (original := self._linked_to(story_id)) is not None and original not in seen:
            story_id = original
            seen.add(story_id)
        return story_id

    def _hand_over(self, old: int, new: int, story: Story) -> None:
        """An earlier telling arrived: what repeats both the old original and the new one now points to the new."""
        followers = self._db.execute(
            "SELECT story FROM duplicates WHERE original = ? ORDER BY story LIMIT ?", (old, _TURNED)
        ).fetchall()
        for (follower,) in followers:
            found = self._check(story, follower)
            if found is not None:
                self._link(follower, _link_to(new, found))

    def _unite(self, touched: Iterable[int], through: int, place: tuple[str, int]) -> None:
        """A text that repeats several originals: where those are versions of one text, the later repeats the earlier."""

        def place_of(story: int) -> tuple[str, int]:
            return place if story == through else self._place(story)

        known = sorted({*touched, *(self._original_of(story) for story in touched)}, key=place_of)
        texts = self._texts_of(known)
        for number, later in enumerate(known):
            for earlier in known[:number] if self._linked_to(later) is None else ():
                found = duplicates.verify(texts[later], texts[earlier], least=duplicates.VERSION)
                if found is not None:
                    self._link(later, _version_of(earlier, found, through))
                    break

    def _shorten(self, stories: Iterable[int]) -> None:
        """Copies of copies point to the original itself, where they are versions of its text; else they stay a chain."""
        known = list(stories)
        chained = self._db.execute(
            # From the originals that repeat something: one that repeats nothing may have ten thousand copies.
            "SELECT d.story, d.original FROM duplicates o CROSS JOIN duplicates d ON d.original = o.story"  # noqa: S608
            f" WHERE o.story IN ({marks(known)}) UNION SELECT d.story, d.original FROM duplicates d"
            f" JOIN duplicates o ON o.story = d.original WHERE d.story IN ({marks(known)}) ORDER BY 1 LIMIT ?",
            (*known, *known, _TURNED),
        ).fetchall()
        for story, between in chained:
            root = self._original_of(story)
            texts = self._texts_of([story, root])
            found = duplicates.verify(texts[story], texts[root], least=duplicates.VERSION)
            if found is not None:
                self._link(story, _version_of(root, found, between))

    def _texts_of(self, stories: Sequence[int]) -> dict[int, str]:
        return dict(
            self._db.execute(
                f"SELECT id, text FROM stories WHERE id IN ({marks(stories)})",  # noqa: S608
                list(stories),
            )
        )

    def release(self, story_id: int) -> None:
        """A story is out of the index: what repeated it, and what only it held together, finds its original anew."""
        original = self._linked_to(story_id)
        loose = self._db.execute(
            "SELECT story FROM duplicates WHERE (original = ?1 OR story = ?1) AND score < ?2 AND story <> ?3",
            (original, duplicates.CONTAINED, story_id),
        ).fetchall()
        copies = self._db.execute(
            "SELECT x.story FROM duplicates x JOIN event_digests d ON d.story = x.story"
            " WHERE x.original = ? ORDER BY d.sort_time, x.story",
            (story_id,),
        ).fetchall()
        self._db.executemany("DELETE FROM duplicates WHERE story = ?", [(story_id,), *loose, *copies])
        texts = self._texts_of([story for (story,) in copies])
        for (story,) in copies[1:]:
            heir = copies[0][0]
            found = duplicates.verify(texts[story], texts[heir])
            if found is not None:
                self._link(story, _link_to(heir, found))
            else:
                loose.append((story,))
        for (story,) in copies[:1] + loose:
            self._find_again(story)

    def _find_again(self, story_id: int) -> None:
        title, text = self._db.execute("SELECT title, text FROM stories WHERE id = ?", (story_id,)).fetchone()
        story = Story(url="", title=title, text=text)
        self.find(story_id, story, self._place(story_id)[0], duplicates.signature(text))

    def copies_of(self, story_id: int) -> list[int]:
        """The stories that repeat this one, ascending."""
        rows = self._db.execute("SELECT story FROM duplicates WHERE original = ? ORDER BY story", (story_id,))
        return [story for (story,) in rows]

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

    def _place(self, story_id: int) -> tuple[str, int]:
        """Where a stored story stands in time: what is published earlier, or came earlier, is less."""
        row = self._db.execute("SELECT sort_time FROM event_digests WHERE story = ?", (story_id,)).fetchone()
        return (row[0] if row else LATE), story_id


def _link_to(original: int, found: duplicates.Sameness) -> Duplicate:
    return Duplicate(of=original, score=round(found.score, 4), reason=found.reason)


def _version_of(original: int, found: duplicates.Sameness, between: int) -> Duplicate:
    reason = f"{found.reason}, and s{between} holds both"
    return Duplicate(of=original, score=round(found.score, 4), reason=reason)


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values."""
    return ",".join("?" * len(values))


def pack_hashes(hashes: Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(6, "big") for value in hashes)


def unpack_hashes(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 6], "big") for i in range(0, len(data), 6)]
