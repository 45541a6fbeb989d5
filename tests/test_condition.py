"""A source's condition over time: each way to break is told apart, and a holiday is not one of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from crawler.condition import Beside, Condition, History, Seen, condition, own_outage
from crawler.diagnosis import SourceState
from crawler.rhythm import VIETNAM, Rhythm, estimate, holiday_share
from pipelines.recall import recall

NOW = datetime(2026, 8, 19, 5, 0, tzinfo=UTC)


def usual(last: datetime = NOW) -> Rhythm:
    return estimate([last - timedelta(hours=2 * i) for i in range(200)], now=last)


def looks(hours: int, outcome: str = "ok", links: int = 20, **more: object) -> list[Seen]:
    """One look an hour up to now."""
    return [
        Seen(at=NOW - timedelta(hours=h), outcome=outcome, links=links if outcome == "ok" else 0, **more)  # type: ignore[arg-type]
        for h in range(hours, -1, -1)
    ]


def judge(seen: list[Seen], **more: object) -> Condition:
    defaults: dict[str, object] = {"rhythm": usual(), "last_story": NOW - timedelta(hours=2)}
    return condition(History(source="a:feed:x", domain="a.vn", looks=seen, **(defaults | more)), now=NOW)  # type: ignore[arg-type]


def test_a_source_that_lists_stories_is_verified() -> None:
    assert judge(looks(48)).state is SourceState.VERIFIED


CASES: dict[str, tuple[list[Seen], dict[str, object], SourceState]] = {
    "unreachable": (looks(48)[:-14] + looks(13, "timeout"), {}, SourceState.UNREACHABLE),
    "blocked": (looks(48)[:-5] + looks(4, "http-403"), {}, SourceState.BLOCKED),
    "challenged": (looks(48)[:-5] + looks(4, "challenge"), {}, SourceState.CHALLENGED),
    "gone": (looks(48)[:-5] + looks(4, "http-404"), {}, SourceState.MOVED),
    "moved": (looks(2, final_url="https://other.vn/rss"), {}, SourceState.MOVED),
    "empty": (looks(48)[:-8] + looks(7, links=0), {}, SourceState.EMPTY),
    "pattern": (looks(48)[:-8] + looks(7, links=0, off_pattern=30), {}, SourceState.PATTERN_TOO_NARROW),
    "frozen": (looks(48), {"last_story": NOW - timedelta(days=2)}, SourceState.FROZEN),
    "extraction": (looks(48), {"pages": ["stored", "stored"] + ["too-short"] * 8}, SourceState.CHANGED),
    "wrong section": (
        looks(48),
        {"label": "Quốc phòng", "links_now": frozenset("abcdef"), "others_now": {"o": ("Thể thao", frozenset("abcdef"))}},
        SourceState.WRONG_SECTION,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_way_to_break_is_told_apart_and_needs_a_person(name: str) -> None:
    seen, more, state = CASES[name]
    found = judge(seen, **more)
    assert found.state is state
    assert found.broken
    assert found.advice


def test_an_outage_of_an_hour_needs_nobody() -> None:
    found = judge(looks(48)[:-2] + looks(1, "timeout"))
    assert found.state is SourceState.UNREACHABLE
    assert not found.broken


def test_a_list_of_everything_may_equal_another() -> None:
    more = {"label": "Tin mới", "links_now": frozenset("abcdef"), "others_now": {"o": ("Thời sự", frozenset("abcdef"))}}
    assert judge(looks(48), **more).state is SourceState.VERIFIED


SIDEBAR = frozenset(f"box-{n}" for n in range(28))


def sections(**own: str) -> dict[str, tuple[str | None, frozenset[str]]]:
    return {name: (name, SIDEBAR | frozenset(links)) for name, links in own.items()}


def test_sections_that_share_nearly_all_their_links_with_a_box_on_every_page_are_no_wrong_sections() -> None:
    more = {"label": "Quốc phòng", "links_now": SIDEBAR | {"a"}, "others_now": sections(kinh_te="b", the_thao="c", doi_song="d")}
    assert judge(looks(48), **more).state is SourceState.VERIFIED


def test_a_wrong_section_is_told_apart_although_every_page_has_the_box() -> None:
    more = {
        "label": "Quốc phòng", "links_now": SIDEBAR | frozenset("abcdef"),
        "others_now": sections(kinh_te="ghijkl", the_thao="abcdef", doi_song="mnopqr"),
    }  # fmt: skip
    found = judge(looks(48), **more)
    assert found.state is SourceState.WRONG_SECTION
    assert "6 of its 6 links are those of “the_thao”" in found.why


def test_of_two_sections_only_the_one_without_a_story_of_its_own_is_wrong() -> None:
    more = {"label": "Quốc phòng", "links_now": SIDEBAR | {"a"}, "others_now": sections(the_thao="b")}
    assert judge(looks(48), **more).state is SourceState.WRONG_SECTION
    assert judge(looks(48), alone=frozenset("a"), **more).state is SourceState.VERIFIED


def test_what_stands_beside_it_shows_a_sparse_source_frozen_before_its_silence_does() -> None:
    last = NOW - timedelta(days=4)
    sparse = {"rhythm": estimate([last - timedelta(days=3 * i) for i in range(20)], now=NOW), "last_story": last}
    assert judge(looks(48), **sparse).state is not SourceState.FROZEN
    found = judge(looks(48), beside=Beside(source="a:section:y", before=30, shared=28, since=4), **sparse)
    assert found.state is SourceState.FROZEN
    assert found.broken
    assert "4 stories that it would usually show stand in a:section:y" in found.why
    stranger = Beside(source="a:section:y", before=300, shared=20, since=9)
    assert judge(looks(48), beside=stranger, **sparse).state is not SourceState.FROZEN


@pytest.mark.parametrize(
    ("pages", "broken"),
    [
        (["stored"] * 20 + ["too-short"] * 2, True),
        (["stored"] * 20 + ["too-short"], False),
        ((["stored"] * 4 + ["too-short"]) * 5 + ["too-short"], False),
        ((["stored"] * 4 + ["too-short"]) * 5 + ["too-short"] * 5, True),
        (["stored"] * 3 + ["too-short"] * 2, False),
    ],
)
def test_unreadable_pages_in_a_row_are_weighed_against_the_past(pages: list[str], broken: bool) -> None:
    found = judge(looks(48), pages=pages)
    assert (found.state is SourceState.CHANGED) is broken


def test_when_nearly_all_outlets_fail_at_once_the_fault_is_ours() -> None:
    def history(*outcomes: str) -> list[Seen]:
        return [Seen(at=NOW - timedelta(minutes=10 * n), outcome=one) for n, one in reversed(list(enumerate(reversed(outcomes))))]

    good, bad = history("ok", "ok", "not-modified"), history("ok", "dns", "timeout")
    fallen = {f"o{n}": bad for n in range(9)}
    assert own_outage(fallen) == (NOW - timedelta(minutes=10), 9)
    assert own_outage({**fallen, "well": good}) == (NOW - timedelta(minutes=10), 9)
    assert own_outage({**fallen, "well": good, "too": good}) is None
    assert own_outage({"a": bad, "b": bad}) is None, "two may well fall together"
    dead = {f"dead{n}": history("dns", "dns") for n in range(4)}
    assert own_outage(dead) is None
    assert own_outage({**dead, "well": good}) is None
    assert own_outage({**dead, "another": history("dns")}) is not None, "nobody answers at all"


def test_not_modified_is_no_emptiness() -> None:
    assert judge(looks(48)[:-8] + looks(7, "not-modified")).state is SourceState.VERIFIED


def test_one_answer_from_elsewhere_needs_nobody() -> None:
    found = judge([*looks(5), Seen(at=NOW, outcome="ok", links=20, final_url="https://gateway.example/login")])
    assert found.state is SourceState.MOVED
    assert not found.broken


def test_while_nobody_looked_the_silence_was_ours() -> None:
    """The daemon was off for four days; its first glance at the health must not call every paper frozen."""
    seen = [Seen(at=NOW - timedelta(days=4, hours=h), outcome="ok", links=20) for h in range(48, -1, -1)]
    last = NOW - timedelta(days=4, hours=2)
    assert judge(seen, rhythm=usual(last), last_story=last).state is SourceState.VERIFIED


def publications(rng: random.Random, begin: datetime, days: int, per_day: float) -> list[datetime]:
    """A paper's month: busy by day, quiet by night, slow on holidays, with the chance of real life."""
    times, at = [], begin
    while at < begin + timedelta(days=days):
        local = at.astimezone(VIETNAM)
        rate = per_day / 24 * (1.7 if 6 <= local.hour < 21 else 0.1) * holiday_share(local)
        at += timedelta(hours=rng.expovariate(1.0))
        if rng.random() < rate:
            times.append(at)
    return times


#: Stories a day of a paper that publishes by chance → days after which its silence cannot be chance any more.
FOUND_WITHIN = {2: 6, 6: 2.5, 24: 0.95}


@pytest.mark.parametrize("per_day", FOUND_WITHIN)
@pytest.mark.parametrize("seed", range(3))
def test_two_months_with_tet_in_them_raise_no_alarm_and_a_freeze_is_found_in_time(per_day: float, seed: int) -> None:
    begin = datetime(2026, 12, 20, tzinfo=UTC)  # Tết is 6 February 2027
    times = publications(random.Random(seed), begin, 60, per_day)
    false_alarms = []
    at = begin + timedelta(days=21)
    while at < begin + timedelta(days=60):
        past = [t for t in times if t <= at]
        found = condition(
            History(
                source="a:feed:x", domain="a.vn", looks=[Seen(at=at, outcome="ok", links=20)],
                rhythm=estimate(past, now=at), last_story=past[-1] if past else None,
            ),
            now=at,
        )  # fmt: skip
        if found.broken:
            false_alarms.append(at)
        at += timedelta(hours=12)
    assert not false_alarms
    # Then it freezes.
    rhythm, late = estimate(times, now=times[-1]), times[-1] + timedelta(days=FOUND_WITHIN[per_day])
    history = History(source="a:feed:x", domain="a.vn", looks=[Seen(at=late, outcome="ok", links=20)], rhythm=rhythm, last_story=times[-1])
    assert condition(history, now=late).state is SourceState.FROZEN


def test_what_all_sources_missed_is_estimated_by_their_overlap() -> None:
    feed, section = frozenset({"feed"}), frozenset({"section"})
    missed = recall({feed: 20, section: 10, feed | section: 30})["estimated_missed"]
    assert 5 < missed < 8
    assert recall({feed: 1})["estimated_missed"] is None
