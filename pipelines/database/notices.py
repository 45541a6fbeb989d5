"""What is new: an append-only list of notices, and cursors that say how far someone has read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.database.times import to_db
from pipelines.types import Story

if TYPE_CHECKING:
    from pipelines.database.store import Store

NEW_EVENT = "new-event"
GREW = "grew"
NEWLY_MATCHED = "newly-matched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that happened."""

    id: int
    at: str
    kind: str
    """new-event | grew | newly-matched"""
    story: int
    event: int | None
    outlet: str | None


class Notices:
    """The tables `notices` and `cursor`. A position is a notice's number, never a time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def story_stored(
        self,
        db: sqlite3.Connection,
        story_id: int,
        story: Story,
        event: int | None,
        *,
        now: datetime,
        newly: bool,
        listed: bool,
    ) -> None:
        """Tell that a story counts as a match from now on. `newly`: it was stored earlier and did not then."""
        if not listed:
            return
        if db.execute("SELECT 1 FROM notices WHERE story = ? LIMIT 1", (story_id,)).fetchone() is not None:
            return  # a revision, or a story that went in and out of the matches: it was told once
        told = db.execute(
            "SELECT 1 FROM notices WHERE event = ? OR event IN (SELECT id FROM events WHERE merged_into = ?) LIMIT 1",
            (event, event),
        ).fetchone()
        kind = GREW if told is not None else NEWLY_MATCHED if newly else NEW_EVENT
        db.execute(
            "INSERT INTO notices (at, kind, story, event, outlet) VALUES (?, ?, ?, ?, ?)",
            (to_db(now), kind, story_id, event, story.outlet),
        )

    def since(self, position: int) -> list[Notice]:
        """The notices after a position, oldest first."""
        rows = self._store.rows(
            "SELECT id, at, kind, story, event, outlet FROM notices WHERE id > ? AND story IS NOT NULL ORDER BY id",
            (position,),
        )
        return [Notice(**dict(row)) for row in rows]

    def last(self) -> int:
        """The number of the newest notice; 0 when there is none."""
        return int(self._store.value("SELECT coalesce(max(id), 0) FROM notices"))

    def position(self, name: str = "new") -> int:
        """How far the reader `name` has read."""
        return int(self._store.value("SELECT position FROM cursor WHERE name = ?", (name,)) or 0)

    def move(self, position: int, name: str = "new", *, now: datetime) -> None:
        """The reader has seen everything up to `position`. Never backwards; nothing is written when it stands."""
        if position <= self.position(name):
            return
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO cursor (name, position, previous, moved_at) VALUES (?, ?, 0, ?) "
                "ON CONFLICT (name) DO UPDATE SET previous = cursor.position, position = excluded.position, "
                "moved_at = excluded.moved_at WHERE excluded.position > cursor.position",
                (name, position, to_db(now)),
            )

    def undo(self, name: str = "new", *, now: datetime) -> bool:
        """Move the cursor back to where it stood before its last move; False when there is no such place."""
        with self._store.transaction() as db:
            return bool(
                db.execute(
                    "UPDATE cursor SET position = previous, previous = NULL, moved_at = ? "
                    "WHERE name = ? AND previous IS NOT NULL",
                    (to_db(now), name),
                ).rowcount
            )
