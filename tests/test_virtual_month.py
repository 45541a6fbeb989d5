"""Papers of 0.3 to 150 stories a day through a month with Tết in it: no false alarm; and every way to break is found.

Time is virtual, looks come when the policy says so, and the watch judges after each of them, as the daemon would.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from crawler.condition import Beside, Condition, History, Seen, condition
from crawler.diagnosis import SourceState
from crawler.rhythm import VIETNAM, Rhythm, estimate, holiday_share
from schedules.due import Look, Policy, next_check

BEGIN = datetime(2026, 12, 20, tzinfo=UTC)
#: The month that is watched, after a month in which the paper was got to know. Tết is 6 February 2027.
MONTH = (BEGIN + timedelta(days=31), BEGIN + timedelta(days=62))
BROKE = BEGIN + timedelta(days=40, hours=3)
RATES = (0.3, 1.0, 5.0, 30.0, 150.0)
DAY = timedelta(days=1)


def publications(per_day: float, seed: int) -> list[datetime]:
    """Two months of a paper that publishes by chance: busy by day, quiet by night, slow on holidays."""
    rng = random.Random(f"{per_day}/{seed}")
    times, at = [], BEGIN - (timedelta(days=60) if per_day < 1 else timedelta())
    while at < MONTH[1]:
        local = at.astimezone(VIETNAM)
        mean = per_day / 24 * (1.55 if 6 <= local.hour < 21 else 0.08) * holiday_share(local)
        spent = rng.expovariate(1)
        while spent < mean:
            times.append(at + spent / mean * timedelta(hours=1))
            spent += rng.expovariate(1)
        at += timedelta(hours=1)
    return times


#: How busy the hours of an editorial office are, from six in the morning to eleven at night.
OFFICE = (0.3, 0.6, 1.0, 1.5, 1.5, 1.3, 1.0, 0.6, 0.8, 1.2, 1.4, 1.3, 1.0, 0.8, 0.6, 0.4, 0.2)


def editions(per_day: float, seed: int, *, weekend: float = 1.0) -> list[datetime]:
    """Two months of a paper that fills its pages daily: so many stories a day, a third more or fewer, in office hours."""
    rng = random.Random(f"{per_day}/{seed}")
    times, midnight = [], BEGIN.astimezone(VIETNAM).replace(hour=0)
    while midnight < MONTH[1]:
        wanted = per_day * rng.uniform(0.7, 1.3) * holiday_share(midnight) * (weekend if midnight.weekday() >= 5 else 1)
        for hour in rng.choices(range(6, 23), OFFICE, k=int(wanted + rng.random())):
            times.append(midnight + (hour + rng.random()) * timedelta(hours=1))
        midnight += DAY
    return sorted(time.astimezone(UTC) for time in times)


def history(rhythm: Rhythm, last: datetime, looks: list[Seen], **more: object) -> History:
    return History(source="a:feed:x", domain="a.vn", label="Quốc phòng", looks=looks, rhythm=rhythm, last_story=last, **more)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("per_day", RATES)
def test_a_month_with_tet_in_it_raises_no_alarm(per_day: float) -> None:
    for seed in range(2 if per_day > 30 else 4):
        times, at = publications(per_day, seed), MONTH[0]
        while at < MONTH[1]:
            past = [time for time in times if at - timedelta(days=70) <= time <= at]
            found = condition(history(estimate(past, now=at), past[-1], [Seen(at=at, outcome="ok", links=20)]), now=at)
            assert not found.broken, (seed, at, found.why)
            at += timedelta(hours=12)


@pytest.mark.slow
@pytest.mark.parametrize("weekend", [1.0, 0.3])
@pytest.mark.parametrize("per_day", [2.0, 5.0, 10.0, 30.0])
def test_a_paper_that_fills_its_pages_daily_raises_no_alarm_either(per_day: float, weekend: float) -> None:
    for seed in range(4):
        times, at = editions(per_day, seed, weekend=weekend), MONTH[0]
        while at < MONTH[1]:
            past = [time for time in times if time <= at]
            if at - past[-1] > timedelta(hours=12):
                found = condition(history(estimate(past, now=at), past[-1], [Seen(at=at, outcome="ok", links=20)]), now=at)
                assert not found.broken, (seed, at, found.why)
            at += timedelta(hours=6)


#: Days within which the freeze of a paper that fills its pages daily is told by its silence alone. Of five stories at
#: chance hours the last may fall in the morning, and the first of the next day at night: once in 250 nights.
BY_EDITIONS = {2.0: 3.0, 5.0: 1.5, 10.0: 1.0, 30.0: 1.0}


@pytest.mark.parametrize("per_day", BY_EDITIONS)
def test_a_paper_that_fills_its_pages_daily_is_told_frozen_after_a_day_or_little_more(per_day: float) -> None:
    for seed in range(6):
        before = [time for time in editions(per_day, seed) if time <= BROKE]
        at = BROKE
        while not condition(history(estimate(before, now=at), before[-1], [ok(at)]), now=at).broken:
            at += timedelta(hours=1)
        assert at - BROKE <= BY_EDITIONS[per_day] * DAY, seed


@dataclass(frozen=True)
class Break:
    """How a source breaks: what a look shows from then on, and what stands beside it."""

    state: SourceState
    look: Callable[[datetime], Seen]
    more: Callable[[int], dict[str, object]] = lambda told: {}
    """Told how many stories were published since, what else the history holds."""


def ok(at: datetime, **more: object) -> Seen:
    return Seen(at=at, outcome="ok", **({"links": 20} | more))  # type: ignore[arg-type]


LINKS = frozenset(f"l{n}" for n in range(20))
BREAKS: dict[str, Break] = {
    "empty": Break(SourceState.EMPTY, lambda at: ok(at, links=0)),
    "wrong section": Break(
        SourceState.WRONG_SECTION, ok, lambda told: {"links_now": LINKS, "others_now": {"o": ("Thể thao", LINKS)}}
    ),
    "new addresses": Break(SourceState.PATTERN_TOO_NARROW, lambda at: ok(at, links=0, off_pattern=20)),
    "moved": Break(SourceState.MOVED, lambda at: ok(at, final_url="https://other.vn/rss")),
    "gone": Break(SourceState.MOVED, lambda at: Seen(at=at, outcome="http-404")),
    "challenged": Break(SourceState.CHALLENGED, lambda at: Seen(at=at, outcome="challenge")),
    "blocked": Break(SourceState.BLOCKED, lambda at: Seen(at=at, outcome="http-403")),
    "unreachable": Break(SourceState.UNREACHABLE, lambda at: Seen(at=at, outcome="timeout")),
    "unreadable": Break(SourceState.CHANGED, ok, lambda told: {"pages": ["stored"] * 20 + ["too-short"] * told}),
    "frozen": Break(SourceState.FROZEN, ok),
    "frozen, its sibling is not": Break(
        SourceState.FROZEN, ok, lambda told: {"beside": Beside(source="a:section:y", before=60, shared=58, since=told)}
    ),
}
#: Breaks that show only in what is published: a paper that writes nothing shows nothing.
SILENT = {"frozen", "frozen, its sibling is not", "unreadable"}


def found_after(per_day: float, how: str, seed: int) -> tuple[timedelta, Rhythm]:
    """How long after a source broke a person is told, and the rhythm that was known."""
    kind, times = BREAKS[how], publications(per_day, seed)
    before = [time for time in times if time <= BROKE]
    rhythm = estimate([time for time in before if time >= BROKE - timedelta(days=70)], now=BROKE)
    looks = [ok(BROKE - timedelta(hours=6) + n * timedelta(hours=2)) for n in range(3)]
    # The last look before the break may lie as far back as the policy allows.
    at, failures, policy = BROKE + timedelta(minutes=30), 0, Policy()
    while at < BROKE + timedelta(days=120):
        look = kind.look(at)
        looks.append(look)
        failures = 0 if look.outcome == "ok" else failures + 1
        fresh = "frozen" not in how and how != "wrong section"
        last = max([time for time in times if time <= at], default=before[-1]) if fresh else before[-1]
        told = sum(BROKE < time <= at - timedelta(hours=2) for time in times)
        found: Condition = condition(history(rhythm, last, looks[-40:], **kind.more(told)), now=at)
        if found.broken:
            assert found.state is kind.state
            return at - BROKE, rhythm
        at = next_check(Look(at=at, listed=20, known=20, failures=failures), rhythm, policy)
    raise AssertionError(f"{how} of a paper of {per_day} a day was never found")


@pytest.mark.parametrize("how", sorted(BREAKS.keys() - SILENT))
@pytest.mark.parametrize("per_day", RATES)
def test_what_an_answer_shows_is_told_within_a_day_however_little_the_paper_writes(per_day: float, how: str) -> None:
    assert found_after(per_day, how, 0)[0] <= DAY


#: Days within which a freeze is told that nothing but silence shows. A paper that publishes by chance keeps silent for
#: two mean intervals in one gap of seven, and for six in one of four hundred: sooner would be a false alarm every month.
BY_SILENCE = {0.3: 45.0, 1.0: 25.0, 5.0: 2.75, 30.0: 1.0, 150.0: 1.0}


@pytest.mark.parametrize("per_day", RATES)
def test_a_freeze_is_told_as_soon_as_it_cannot_be_chance(per_day: float) -> None:
    for seed in range(4 if per_day < 100 else 1):
        assert found_after(per_day, "frozen", seed)[0] <= BY_SILENCE[per_day] * DAY


def nth_story(per_day: float, seed: int, number: int) -> timedelta:
    """How long after the break the paper published so many stories."""
    return [time for time in publications(per_day, seed) if time > BROKE][number - 1] - BROKE


#: A story counts two hours after it appeared, and the next look comes after six hours at the latest.
NOTICED = timedelta(hours=8.5)


@pytest.mark.parametrize("per_day", RATES)
def test_beside_a_living_sibling_a_freeze_is_told_at_the_third_story_that_is_missing(per_day: float) -> None:
    for seed in range(4 if per_day < 100 else 1):
        took, _ = found_after(per_day, "frozen, its sibling is not", seed)
        assert took <= nth_story(per_day, seed, 3) + NOTICED


@pytest.mark.parametrize("per_day", RATES)
def test_unreadable_pages_are_told_at_the_second_one(per_day: float) -> None:
    for seed in range(4 if per_day < 100 else 1):
        took, _ = found_after(per_day, "unreadable", seed)
        assert took <= nth_story(per_day, seed, 2) + NOTICED
