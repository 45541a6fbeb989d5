"""Reprints as they come: damaged in one way and in several at once, in any order, and with stories that go again.

Every signing of the gate's own that is long enough is dressed up by chance (seeded), told to a grouper, and must be
found to repeat its original and nothing else.
"""

from __future__ import annotations

import json
import random
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from pipelines import duplicates, vietnamese
from pipelines.database.group_tables import SCHEMA
from pipelines.database.grouping import Grouper
from pipelines.types import Story

NOON = datetime(2024, 5, 20, 5, 0, tzinfo=UTC)
OWN = Path(__file__).with_name("quality") / "events.jsonl"
SPAM = (
    "Xem thêm: mười mẹo giữ máy lạnh ít tốn điện mùa nóng",
    "Bấm theo dõi trang của chúng tôi để nhận tin nhanh mỗi sáng",
    "Ảnh: Minh họa. Nguồn: Tổng hợp",
)
AGENCIES = ("(TTXVN) - ", "(TBĐN) ", "NDO - ", "(Chinhphu.vn) - ", "Theo báo bạn, ")


def _sentences(text: str) -> list[str]:
    return [part if part.endswith(".") else f"{part}." for part in text.split(". ") if part]


def _agency(text: str, chance: random.Random) -> str:
    return chance.choice(AGENCIES) + text


def _unmarked(text: str, chance: random.Random) -> str:
    return vietnamese.strip_marks(text)


def _decomposed(text: str, chance: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


def _ignorable(text: str, chance: random.Random) -> str:
    """Zero-width characters inside words, as some editors leave them."""
    return "".join(letter + "\u200b" * (chance.random() < 0.05) for letter in text)


def _spam(text: str, chance: random.Random) -> str:
    parts = _sentences(text)
    parts.insert(chance.randrange(len(parts) + 1), f"\n{chance.choice(SPAM)}\n")
    return " ".join(parts)


def _twice(text: str, chance: random.Random) -> str:
    return f"{text}\n{text}"


def _shouted(text: str, chance: random.Random) -> str:
    return text.upper()


def _half(text: str, chance: random.Random) -> str:
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


def _dropped(text: str, chance: random.Random) -> str:
    parts = _sentences(text)
    if len(parts) > 1:
        del parts[chance.randrange(len(parts))]
    return " ".join(parts)


def _hard_breaks(text: str, chance: random.Random) -> str:
    return "".join("\n" if letter == " " and chance.random() < 0.2 else letter for letter in text)


DAMAGES: dict[str, Callable[[str, random.Random], str]] = {
    "agency prefix": _agency,
    "marks lost": _unmarked,
    "decomposed": _decomposed,
    "ignorable characters": _ignorable,
    "spam put in": _spam,
    "captured twice": _twice,
    "in capitals": _shouted,
    "cut to half": _half,
    "a sentence dropped": _dropped,
    "broken lines": _hard_breaks,
}


def _own_texts() -> list[str]:
    """The reports of our own signings, as many to a page as make it long enough."""
    rows = [json.loads(line) for line in OWN.read_text("utf-8").splitlines()]
    pages = [""]
    for row in rows:
        if row["role"] == "report":
            if len(vietnamese.syllables(pages[-1])) >= 3 * duplicates.SHORT:
                pages.append("")
            pages[-1] = f"{pages[-1]} {row['text']}".strip()
    return pages[:-1]


PAGES = _own_texts()


class Press:
    """A grouper over a database in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.db = connection
        self.grouper = Grouper(connection)

    def tell(self, number: int, text: str, *, hour: int = 0, title: str = "Tin") -> int | None:
        """Add a story; the number of what it repeats."""
        text = vietnamese.tidy(text)
        story = Story(
            url=f"https://bao.example/{number}",
            title=title,
            text=text,
            published=NOON + timedelta(hours=hour),
        )
        self.db.execute(
            "INSERT INTO stories (id, title, text) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET title = ?2, text = ?3",
            (number, title, text),
        )
        return self.grouper.add(number, story).duplicate_of

    def original(self, number: int) -> int | None:
        return self.grouper.standing(number)[0]

    def event(self, number: int) -> int | None:
        return self.grouper.standing(number)[1]


@pytest.fixture
def press() -> Iterator[Press]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript("CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT, text TEXT);" + SCHEMA)
    yield Press(connection)
    connection.close()


def _tell_all(press: Press) -> None:
    for number, page in enumerate(PAGES):
        assert press.tell(number, page) is None


def test_the_pages_are_many_and_long_enough() -> None:
    assert len(PAGES) >= 20
    assert all(len(vietnamese.syllables(page)) >= 3 * duplicates.SHORT for page in PAGES)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_reprint_of_every_page_repeats_that_page(press: Press, damage: str) -> None:
    _tell_all(press)
    chance = random.Random(damage)
    for number, page in enumerate(PAGES):
        copy = DAMAGES[damage](page, chance)
        assert press.tell(1000 + number, copy, hour=2, title=f"Đầu đề khác {number}") == number
        assert press.event(1000 + number) == press.event(number)


def test_several_damages_at_once_hide_no_reprint(press: Press) -> None:
    _tell_all(press)
    chance = random.Random(20)
    # Not two that take words away: what is left of the page must be four fifths of the copy.
    mild = [name for name in DAMAGES if name not in ("cut to half", "spam put in", "in capitals")]
    for number, page in enumerate(PAGES):
        copy = page
        for damage in chance.sample(mild, 4):
            copy = DAMAGES[damage](copy, chance)
        assert press.tell(1000 + number, copy, hour=2, title="Theo báo bạn") == number


def test_half_a_page_with_its_own_ending_is_no_reprint(press: Press) -> None:
    """A page that shares its first half with another and then goes on otherwise tells something of its own."""
    _tell_all(press)
    chance = random.Random(4)
    for number, page in enumerate(PAGES):
        ending = _half(PAGES[(number + 1) % len(PAGES)][::-1], chance)[::-1]
        assert duplicates.verify(f"{_half(page, chance)} {ending}", page) is None


def test_short_texts_are_reprints_only_when_equal(press: Press) -> None:
    brief = " ".join(PAGES[0].split()[: duplicates.SHORT - 2])
    assert press.tell(1, brief) is None
    assert press.tell(2, f"(TTXVN) - {brief}", hour=1) is None
    assert press.tell(3, unicodedata.normalize("NFD", brief.upper()), hour=2) == 1


@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_whatever_the_order_of_arrival_all_repeat_the_first_published(
    press: Press, arrival: tuple[int, ...]
) -> None:
    page = PAGES[2]
    copies = [page, f"(TTXVN) - {page}", vietnamese.strip_marks(page), f"{page}\n{SPAM[0]}"]
    for hour in arrival:
        press.tell(10 + hour, copies[hour], hour=hour)
    assert [press.original(10 + hour) for hour in range(4)] == [None, 10, 10, 10]
    assert len({press.event(10 + hour) for hour in range(4)}) == 1


def test_a_chain_whose_ends_are_too_unlike_turns_round_as_far_as_the_texts_bear_it(press: Press) -> None:
    """Each copy adds to the one before: the last holds the first wholly, and the first, arriving last, leads them all."""
    grown = [PAGES[3], f"{PAGES[3]} {PAGES[4]}", f"{PAGES[3]} {PAGES[4]} {PAGES[5]}"]
    press.tell(3, grown[2], hour=3)
    assert press.tell(2, grown[1], hour=2) is None
    assert press.original(3) == 2
    press.tell(1, grown[0], hour=1)
    assert [press.original(number) for number in (1, 2, 3)] == [None, 1, 1]


def test_parts_of_one_page_do_not_hang_on_a_story_that_does_not_hold_them(press: Press) -> None:
    """Two halves repeat the page, but not each other: when the first half turns out to be the earliest, the second keeps to the page."""
    words = f"{PAGES[6]} {PAGES[7]}".split()
    first, second, page = (
        " ".join(words[: len(words) // 2]),
        " ".join(words[len(words) // 2 :]),
        " ".join(words),
    )
    press.tell(1, page, hour=2)
    assert press.tell(2, second, hour=3) == 1
    press.tell(3, first, hour=1)
    assert press.original(1) == 3
    assert press.original(2) == 1


def _cut(start: float, end: float) -> str:
    """A part of one long page."""
    words = f"{PAGES[11]} {PAGES[12]} {PAGES[13]}".split()
    return " ".join(words[int(start * len(words)) : int(end * len(words))])


@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_two_cuts_of_a_page_and_the_page_end_with_the_first_whatever_the_order(
    press: Press, arrival: tuple[int, ...]
) -> None:
    """The cuts share two thirds with each other, too little alone: the page that holds both shows that they are one text."""
    texts = [_cut(0.0, 0.62), _cut(0.2, 0.85), _cut(0.0, 1.0), PAGES[14]]
    assert duplicates.verify(texts[0], texts[1]) is None
    for hour in arrival:
        press.tell(10 + hour, texts[hour], hour=hour)
    assert [press.original(10 + hour) for hour in range(4)] == [None, 10, 10, None]
    assert len({press.event(10 + hour) for hour in range(3)}) == 1


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_a_round_up_does_not_make_one_text_of_what_it_holds(press: Press, arrival: tuple[int, ...]) -> None:
    texts = [PAGES[15], PAGES[16], f"{PAGES[15]}\n{PAGES[16]}"]
    for hour in arrival:
        press.tell(10 + hour, texts[hour], hour=hour)
    assert [press.original(10 + hour) for hour in range(3)] == [None, None, 10]


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_a_late_copy_also_leads_the_copies_that_only_it_is_like(
    press: Press, arrival: tuple[int, ...]
) -> None:
    """The second holds the first, and the third the second; the third does not hold enough of the first."""
    texts = [_cut(0.0, 0.5), _cut(0.07, 0.8), _cut(0.2, 1.0)]
    assert [duplicates.verify(texts[a], texts[b]) is not None for a, b in ((0, 1), (1, 2), (0, 2))] == [
        True,
        True,
        False,
    ]
    for hour in arrival:
        press.tell(10 + hour, texts[hour], hour=hour)
    assert [press.original(10 + hour) for hour in range(3)] == [None, 10, 10]
    assert len({press.event(10 + hour) for hour in range(3)}) == 1


@pytest.mark.parametrize("seed", range(10))
def test_however_often_stories_go_and_come_again_the_links_are_those_of_a_stream_in_order(
    press: Press, seed: int
) -> None:
    chance = random.Random(seed)
    cuts = [
        (chance.choice((0.0, 0.07, 0.2, 0.3)), chance.choice((0.5, 0.62, 0.8, 0.9, 1.0))) for _ in range(7)
    ]
    texts = [_cut(start, end) for start, end in cuts]
    for hour, text in enumerate(texts):
        press.tell(10 + hour, text, hour=hour)
    in_order = [press.original(10 + hour) for hour in range(len(texts))]
    assert in_order.count(None) < len(texts)
    for _ in range(12):
        hour = chance.randrange(len(texts))
        press.tell(10 + hour, texts[hour], hour=hour)
    assert [press.original(10 + hour) for hour in range(len(texts))] == in_order


def test_cuts_come_apart_again_when_the_page_that_showed_them_to_be_one_goes(press: Press) -> None:
    for number, text in enumerate([_cut(0.0, 0.62), _cut(0.2, 0.85), _cut(0.0, 1.0)], start=1):
        press.tell(number, text, hour=number)
    assert [press.original(number) for number in (1, 2, 3)] == [None, 1, 1]
    press.grouper.remove(3)
    assert [press.original(number) for number in (1, 2)] == [None, None]


@pytest.mark.parametrize("gone", range(4))
def test_when_any_copy_goes_the_others_still_repeat_the_first_that_is_left(press: Press, gone: int) -> None:
    page = PAGES[8]
    for number in range(4):
        press.tell(number, f"{AGENCIES[number]}{page}", hour=number)
    press.grouper.remove(gone)
    left = [number for number in range(4) if number != gone]
    assert [press.original(number) for number in left] == [None, left[0], left[0]]
    press.tell(gone, f"{AGENCIES[gone]}{page}", hour=gone)
    assert [press.original(number) for number in range(4)] == [None, 0, 0, 0]


def test_an_original_whose_text_becomes_another_leaves_its_copies_to_the_next(press: Press) -> None:
    for number in range(3):
        press.tell(number, f"{AGENCIES[number]}{PAGES[9]}", hour=number)
    press.tell(0, PAGES[10], hour=0)
    assert [press.original(number) for number in range(3)] == [None, None, 1]
