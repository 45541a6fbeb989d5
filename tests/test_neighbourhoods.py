"""The second look: what is told thickly must agree more, and what an early story decided wrongly is put right."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from pipelines import event_digests, events, neighbourhoods
from pipelines.database import event_index
from pipelines.database.group_tables import SCHEMA
from pipelines.database.grouping import Grouper
from pipelines.database.second_look import SETTLED
from pipelines.types import Story

NOON = datetime(2024, 5, 20, 5, 0, tzinfo=UTC)


def test_the_same_likeness_counts_for_less_where_much_like_it_is_told() -> None:
    lonely, crowded = neighbourhoods.nearness([0.15]), neighbourhoods.nearness([0.4] * 5)
    assert neighbourhoods.scaled(0.15, lonely, lonely) >= neighbourhoods.ONE_EVENT
    assert neighbourhoods.scaled(0.15, crowded, crowded) < neighbourhoods.ONE_EVENT
    assert neighbourhoods.scaled(0.15, lonely, crowded) == neighbourhoods.scaled(0.15, crowded, lonely)


def test_a_few_shared_phrases_join_nobody_however_little_else_is_told() -> None:
    lonely = neighbourhoods.nearness([])
    below, above = neighbourhoods.LEAST_ALIKE - 0.01, neighbourhoods.LEAST_ALIKE + 0.01
    assert neighbourhoods.scaled(below, lonely, lonely) < neighbourhoods.ONE_EVENT
    assert neighbourhoods.scaled(above, lonely, lonely) >= neighbourhoods.ONE_EVENT


def test_nobody_is_nearer_than_nothing() -> None:
    assert neighbourhoods.nearness([]) == neighbourhoods.nearness([0.01, 0.02])
    assert neighbourhoods.nearness([0.9] * 9) == pytest.approx(0.9)


def test_groups_are_found_by_average_link() -> None:
    links = [
        [1.0, 0.9, 0.5, 0.0],
        [0.9, 1.0, 0.1, 0.0],
        [0.5, 0.1, 1.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
    assert neighbourhoods.group(links, 0.25) == [[0, 1, 2], [3]]
    assert neighbourhoods.group(links, 0.35) == [[0, 1], [2], [3]]
    assert neighbourhoods.group([]) == []


def test_what_is_left_over_joins_where_less_is_asked_of_it() -> None:
    links = [
        [1.0, 0.9, 0.2, 0.0, 0.0],
        [0.9, 1.0, 0.2, 0.0, 0.0],
        [0.2, 0.2, 1.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 1.0, 0.9],
        [0.0, 0.0, 0.0, 0.9, 1.0],
    ]
    assert neighbourhoods.group(links, 0.3) == [[0, 1], [2], [3, 4]]
    assert neighbourhoods.group(links, 0.3, alone=0.15) == [[0, 1, 2], [3, 4]]
    assert neighbourhoods.group(links, 0.3, alone=0.25) == [[0, 1], [2], [3, 4]]


def test_two_events_are_never_put_together_for_less_than_two_events_need() -> None:
    links = [[1.0, 0.9, 0.2, 0.2], [0.9, 1.0, 0.2, 0.2], [0.2, 0.2, 1.0, 0.9], [0.2, 0.2, 0.9, 1.0]]
    assert neighbourhoods.group(links, 0.3, alone=0.1) == [[0, 1], [2, 3]]


def test_less_is_asked_of_a_lone_story_the_more_stories_have_company() -> None:
    asked = [neighbourhoods.alone(share / 100) for share in range(101)]
    assert asked == sorted(asked, reverse=True)
    assert asked[0] == asked[60] == neighbourhoods.ONE_EVENT
    assert neighbourhoods.LEAST_ALIKE < asked[100] < asked[80] < neighbourhoods.ONE_EVENT


def test_what_is_grouped_does_not_depend_on_the_order_of_positions() -> None:
    chance = random.Random(3)
    size = 12
    links = [[0.0] * size for _ in range(size)]
    for a in range(size):
        for b in range(a):
            links[a][b] = links[b][a] = chance.random()
    order = list(range(size))
    chance.shuffle(order)
    turned = neighbourhoods.group([[links[a][b] for b in order] for a in order], 0.5)
    back = sorted(sorted(order[position] for position in group) for group in turned)
    assert back == sorted(neighbourhoods.group(links, 0.5))


class Stream:
    """Stories of made-up words: each event has its own, and every story of a topic those of the topic."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.grouper = Grouper(connection)
        self.chance = random.Random(11)
        self.count = 0

    def tell(self, *words: tuple[str, int], filler: int = 40) -> int:
        """Add a story that draws so many of the thirty words of each stock; its number."""
        self.count += 1
        chosen = [
            f"{stock}{number}" for stock, many in words for number in self.chance.sample(range(30), many)
        ]
        chosen += [f"x{self.count}y{number}" for number in range(filler)]
        self.chance.shuffle(chosen)
        story = Story(
            url=f"https://bao.example/{self.count}", title="Tin", text=" ".join(chosen), published=NOON
        )
        self.db.execute(
            "INSERT INTO stories (id, title, text) VALUES (?, ?, ?)", (self.count, story.title, story.text)
        )
        self.grouper.add(self.count, story)
        return self.count

    def event(self, story: int) -> int | None:
        return self.grouper.standing(story)[1]


@pytest.fixture
def stream() -> Iterator[Stream]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript("CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT, text TEXT);" + SCHEMA)
    yield Stream(connection)
    connection.close()


def test_events_of_one_thick_topic_stay_apart(stream: Stream) -> None:
    told = {event: [] for event in "abc"}  # type: dict[str, list[int]]
    for _ in range(4):
        for event in "abc":
            told[event].append(stream.tell((event, 24), ("topic", 12)))
    events = [{stream.event(story) for story in stories} for stories in told.values()]
    assert all(len(one) == 1 for one in events)
    assert len(set.union(*events)) == 3


@pytest.mark.parametrize(("rest", "joined"), [(0, False), (90, True)])
def test_a_headline_with_its_lead_needs_more_in_common_than_a_full_text(rest: int, joined: bool) -> None:
    """The same cosine of a sixth: between two briefs it is their trade, between two full texts the same matter."""
    shared = 20

    def told(own: int) -> event_digests.Digest:
        terms = dict.fromkeys(range(shared), (1 / 6 / shared) ** 0.5)
        terms |= {own * 1000 + number: (5 / 6 / (50 + rest)) ** 0.5 for number in range(50 + rest)}
        return event_digests.Digest(terms=terms, at=None)

    one, other = told(1), told(2)
    link = events.link(one, other, event_digests.likeness(one, other))
    lonely = neighbourhoods.nearness([1 / 6])
    assert (neighbourhoods.scaled(link, lonely, lonely) >= neighbourhoods.ONE_EVENT) is joined


def test_a_story_put_wrongly_goes_to_its_own_when_they_come(stream: Stream) -> None:
    first = stream.tell(("a", 20), ("b", 12))
    early = stream.tell(("a", 8), ("b", 20))
    assert stream.event(first) == stream.event(early)
    for _ in range(3):
        stream.tell(("b", 26))
        stream.tell(("a", 26))
    assert stream.event(first) != stream.event(early)
    assert stream.event(early) == stream.event(stream.count - 1)
    (reasons,) = stream.db.execute("SELECT reasons FROM event_stories WHERE story = ?", (early,)).fetchone()
    assert "better" in reasons or "wording" in reasons


@pytest.mark.parametrize("dense", [True, False])
def test_a_lone_story_joins_later_where_nearly_every_story_has_company(
    stream: Stream, monkeypatch: pytest.MonkeyPatch, dense: bool
) -> None:
    monkeypatch.setattr(event_index, "_ONE_OF", 1)
    monkeypatch.setattr(event_index, "_ENOUGH", 16)
    event = {stream.event(stream.tell(("a", 24), filler=4)) for _ in range(3)}
    left_over = stream.tell(("a", 14))
    founded = stream.event(left_over)
    assert {founded}.isdisjoint(event)
    for number in range(60):
        stream.tell((f"q{number // 3 if dense else number}q", 24), filler=4)
    assert ({stream.event(left_over)} == event) is dense
    assert stream.grouper.current(founded or 0) == stream.event(left_over)


def test_every_id_leads_somewhere_whatever_moved(stream: Stream) -> None:
    for _ in range(60):
        stream.tell((stream.chance.choice("abcd"), 15), (stream.chance.choice("abcd"), 8), ("topic", 6))
    ids = [row[0] for row in stream.db.execute("SELECT id FROM events").fetchall()]
    assert all(stream.grouper.members(stream.grouper.current(event)) for event in ids)
    sizes = stream.db.execute(
        "SELECT e.id, e.size, count(m.story) FROM events e LEFT JOIN event_stories m ON m.event = e.id GROUP BY e.id"
    ).fetchall()
    assert all(size == counted for _, size, counted in sizes)
    apart = stream.db.execute(
        "SELECT count(*) FROM event_stories m JOIN event_digests d ON d.story = m.story WHERE d.event <> m.event"
    ).fetchone()
    assert apart == (0,)


def test_what_a_person_put_together_is_not_looked_at_again(stream: Stream) -> None:
    a, b = stream.tell(("a", 26)), stream.tell(("b", 26))
    kept = stream.grouper.merge(stream.event(a) or 0, [stream.event(b) or 0])
    for _ in range(4):
        stream.tell(("a", 26))
        stream.tell(("b", 26))
    assert stream.event(a) == stream.event(b) == kept


def test_a_duplicate_stands_where_its_original_stands(stream: Stream) -> None:
    original = stream.tell(("a", 20), ("b", 8))
    text = stream.db.execute("SELECT text FROM stories WHERE id = ?", (original,)).fetchone()[0]
    stream.count += 1
    copy = stream.count
    stream.db.execute("INSERT INTO stories (id, title, text) VALUES (?, 'Tin', ?)", (copy, text))
    again = Story(url="https://khac.example/1", title="Tin", text=text, published=NOON)
    assert stream.grouper.add(copy, again).duplicate_of == original
    for _ in range(4):
        stream.tell(("a", 26))
        stream.tell(("b", 26))
        assert stream.event(copy) == stream.event(original)


def test_an_event_too_large_to_look_at_still_takes_stories_in(stream: Stream) -> None:
    for _ in range(SETTLED + 4):
        stream.tell(("a", 26))
    assert len({stream.event(story) for story in range(1, stream.count + 1)}) == 1
