"""Duplicates of equal texts, and one event a text: what is left when nothing compares stories further."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.database.times import to_db, to_db_or_none
from pipelines.types import Agreement, Match, Story

if TYPE_CHECKING:
    from pipelines.database.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a story belongs."""

    event: int | None = None
    duplicate_of: int | None = None
    duplicate_reason: str | None = None


class ExactGrouper:
    def __init__(self, store: Store) -> None:
        self._store = store

    def place(
        self, story_id: int, story: Story, match: Match, agreement: Agreement | None, *, now: datetime
    ) -> Placed:
        with self._store.transaction() as db:
            twin = None
            if story.incomplete is None:
                twin = db.execute(
                    "SELECT other.id, other.title FROM stories own JOIN stories other ON other.text_hash = own.text_hash "
                    "AND other.id <> own.id AND other.incomplete IS NULL LEFT JOIN duplicates d ON d.story = other.id "
                    "WHERE own.id = ? AND d.story IS NULL ORDER BY coalesce(other.published, other.found_at), other.id "
                    "LIMIT 1",
                    (story_id,),
                ).fetchone()
                if twin is not None and len(story.text.split()) < 40 and twin["title"] != story.title:
                    twin = None
            standing = self.standing(story_id)
            event = standing[1]
            if twin is not None:
                db.execute(
                    "INSERT OR REPLACE INTO duplicates (story, original, score, reason) VALUES (?, ?, 1.0, 'the same text')",
                    (story_id, twin["id"]),
                )
                event = event or self.standing(twin["id"])[1]
            if event is None:
                at = to_db_or_none(story.published)
                event = db.execute(
                    "INSERT INTO events (created_at, first_published, last_published) VALUES (?, ?, ?)",
                    (to_db(now), at, at),
                ).lastrowid
            db.execute(
                "INSERT INTO event_stories (story, event, score, joined_at) VALUES (?, ?, 1.0, ?) ON CONFLICT DO NOTHING",
                (story_id, event, to_db(now)),
            )
            db.execute(
                "UPDATE events SET size = (SELECT count(*) FROM event_stories WHERE event = events.id) WHERE id = ?",
                (event,),
            )
        return Placed(
            event=event,
            duplicate_of=None if twin is None else twin["id"],
            duplicate_reason=None if twin is None else "the same text",
        )

    def standing(self, story_id: int) -> tuple[int | None, int | None]:
        return (
            self._store.value("SELECT original FROM duplicates WHERE story = ?", (story_id,)),
            self._store.value("SELECT event FROM event_stories WHERE story = ?", (story_id,)),
        )

    def root(self, event: int) -> int | None:
        while (row := self._store.row("SELECT id, merged_into FROM events WHERE id = ?", (event,))) is not None:
            if row["merged_into"] is None:
                return int(row["id"])
            event = row["merged_into"]
        return None

    def members(self, event: int) -> list[int]:
        return [row[0] for row in self._store.rows("SELECT story FROM event_stories WHERE event = ? ORDER BY story", (event,))]

    def remove(self, story_id: int) -> None:
        with self._store.transaction() as db:
            db.execute("DELETE FROM duplicates WHERE story = ? OR original = ?", (story_id, story_id))
            db.execute("DELETE FROM event_stories WHERE story = ?", (story_id,))
