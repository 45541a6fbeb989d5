"""What is known of an event grows by each story that joins; it must always be what counting its stories anew gives."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.database.group_tables import SCHEMA
from pipelines.database.grouping import Grouper
from pipelines.types import Story

KNOWN = "SELECT id, size, is_match, first_published, last_published FROM events WHERE merged_into IS NULL ORDER BY id"
COUNTED = """
    SELECT e.id, count(m.story), coalesce(max(d.is_match), 0), nullif(min(d.sort_time), '9999'),
        max(nullif(d.sort_time, '9999'))
    FROM events e LEFT JOIN event_stories m ON m.event = e.id LEFT JOIN event_digests d ON d.story = m.story
    WHERE e.merged_into IS NULL GROUP BY e.id ORDER BY e.id
"""


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT, text TEXT);" + SCHEMA
        )
        yield connection


def _press(draw: random.Random) -> list[tuple[Story, bool]]:
    """Six matters told by many: retold in shuffled words, printed whole, a part of them without a time."""
    words = [f"{first}{rest}" for first in "bcdghklmnt" for rest in ("an", "inh", "oi", "ung", "em", "ao")]
    matters = [draw.choices(words, k=90) for _ in range(6)]
    stories = []
    for number in range(72):
        matter = list(draw.choice(matters))
        if draw.random() < 0.6:
            matter = [draw.choice(words) if draw.random() < 0.4 else word for word in matter]
        told = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=draw.randrange(96))
        story = Story(
            url=f"https://tin.example/{number}",
            title=" ".join(matter[:9]),
            text=" ".join(matter),
            published=None if draw.random() < 0.2 else told,
        )
        stories.append((story, draw.random() < 0.3))
    return stories


@pytest.mark.parametrize("seed", range(4))
def test_what_is_known_of_each_event_is_what_counting_gives(database: sqlite3.Connection, seed: int) -> None:
    draw = random.Random(seed)
    grouper = Grouper(database)
    stories = _press(draw)
    for number, (story, is_match) in enumerate(stories, start=1):
        database.execute("INSERT INTO stories VALUES (?, ?, ?)", (number, story.title, story.text))
        grouper.add(number, story, is_match)
        if number % 5 == 0:
            again = draw.randrange(1, number + 1)
            grouper.add(again, stories[again - 1][0], draw.random() < 0.3)
        if number % 9 == 0:
            grouper.remove(draw.randrange(1, number + 1))
        if number % 24 == 0:
            first, second = draw.sample(range(1, number + 1), 2)
            events = [event for event in (grouper.standing(first)[1], grouper.standing(second)[1]) if event]
            grouper.merge(events[0], events[1:])
        assert database.execute(KNOWN).fetchall() == database.execute(COUNTED).fetchall()
    assert database.execute("SELECT max(size) FROM events").fetchone()[0] > 3
