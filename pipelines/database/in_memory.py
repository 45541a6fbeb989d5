"""Groups a stream of stories in a database in memory: for measuring, and for trying a stream out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing

from pipelines.database.group_tables import SCHEMA
from pipelines.database.grouping import Grouper
from pipelines.types import Agreement, Match, Story

_STORIES = "CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL);"

Judged = tuple[Story, Match | None, Agreement | None]


def group(stories: Iterable[Judged]) -> tuple[list[int], dict[int, int]]:
    """The event of each story in order of arrival, and which (by position) repeats which."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(_STORIES + SCHEMA)
        grouper = Grouper(connection)
        for position, (story, match, agreement) in enumerate(stories):
            connection.execute(
                "INSERT INTO stories (id, title, text) VALUES (?, ?, ?)", (position, story.title, story.text)
            )
            is_match, topical = (
                match is not None and match.is_match,
                match is not None and bool(match.evidence),
            )
            grouper.add(position, story, is_match, agreement, topical=topical)
        events = connection.execute("SELECT event FROM event_stories ORDER BY story").fetchall()
        repeats = dict(connection.execute("SELECT story, original FROM duplicates"))
    return [event for (event,) in events], repeats
