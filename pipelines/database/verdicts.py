"""A person's verdicts. They outrank every score, also later ones."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.database.times import to_db
from pipelines.database.trouble import unusable

if TYPE_CHECKING:
    from pipelines.database.store import Store


class Verdicts:
    """The table `verdicts` (all that was ever said) and `stories.verdict` (what holds now)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def standing(self) -> list[tuple[int, str]]:
        """(story, verdict) of every story that a person judged, seeds left out."""
        return [
            (row["id"], row["verdict"])
            for row in self._store.rows(
                "SELECT id, verdict FROM stories WHERE verdict IS NOT NULL AND origin <> 'seed' ORDER BY id"
            )
        ]

    def give(
        self, verdict: str, *, stories: list[int], events: list[int], note: str | None = None, now: datetime
    ) -> list[int]:
        """Accept or reject stories, and all stories of events; `none` takes a verdict back. The stories concerned.

        Raises StoreError when one does not exist; then nothing is changed.
        """
        done: list[int] = []
        with self._store.transaction() as db:
            for story in stories:
                if db.execute("SELECT 1 FROM stories WHERE id = ?", (story,)).fetchone() is None:
                    raise unusable(f"there is no story s{story}")
                self._write(db, story, None, verdict, note, now)
                done.append(story)
            for event in events:
                root = self._store.grouper.root(event)
                members = self._store.grouper.members(root) if root is not None else []
                if root is None or not members:
                    raise unusable(f"there is no event e{event}")
                for story in members:
                    self._write(db, story, root, verdict, note, now)
                    done.append(story)
        return done

    def inherit(
        self,
        db: sqlite3.Connection,
        story: int,
        *,
        event: int | None,
        duplicate_of: int | None,
        now: datetime,
    ) -> str | None:
        """A story that joins an event, or repeats a text, on which a person has spoken has that verdict too.

        A verdict of its own stays. Returns the one that holds.
        """
        own: str | None = db.execute("SELECT verdict FROM stories WHERE id = ?", (story,)).fetchone()[
            "verdict"
        ]
        if own is not None:
            return own
        said = None
        if event is not None:
            said = db.execute(
                "SELECT verdict FROM verdicts WHERE event = ? OR event IN (SELECT id FROM events WHERE merged_into = ?) "
                "ORDER BY id DESC LIMIT 1",
                (event, event),
            ).fetchone()
        if said is None and duplicate_of is not None:
            said = db.execute("SELECT verdict FROM stories WHERE id = ?", (duplicate_of,)).fetchone()
        if said is None or said["verdict"] not in ("accept", "reject"):
            return None
        self._write(db, story, None, said["verdict"], "with its event" if event else "with its original", now)
        return str(said["verdict"])

    @staticmethod
    def _write(
        db: sqlite3.Connection, story: int, event: int | None, verdict: str, note: str | None, now: datetime
    ) -> None:
        db.execute(
            "INSERT INTO verdicts (story, event, verdict, note, at) VALUES (?, ?, ?, ?, ?)",
            (story, event, verdict, note, to_db(now)),
        )
        standing = None if verdict == "none" else verdict
        db.execute("UPDATE stories SET verdict = ? WHERE id = ?", (standing, story))
        db.execute(
            "UPDATE matches SET listed = CASE ? WHEN 'accept' THEN 1 WHEN 'reject' THEN 0 ELSE is_match END "
            "WHERE story = ?",
            (standing, story),
        )
