"""When to look again: bounds, budget, overlap, what the source asks for, failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.rhythm import VIETNAM, Rhythm, estimate
from schedules.due import Look, Policy, due, looks_per_day, next_check

NOON = datetime(2026, 8, 19, 12, 0, tzinfo=VIETNAM).astimezone(UTC)
NIGHT = datetime(2026, 8, 19, 1, 0, tzinfo=VIETNAM).astimezone(UTC)
POLICY = Policy()


def paper(per_day: float = 90.0) -> Rhythm:
    """A busy paper that writes from 6 to 22."""
    hours = [0.05 if h < 6 or h > 21 else 1.45 for h in range(24)]
    mean = sum(hours) / 24
    return Rhythm(
        per_day=per_day, hours=tuple(h / mean for h in hours), weekdays=(1.0,) * 7, stories=500,
        longest_gap=timedelta(hours=8), usual_gap=timedelta(hours=1),
    )  # fmt: skip


def wait(look: Look, rhythm: Rhythm | None = None, policy: Policy = POLICY) -> timedelta:
    return next_check(look, rhythm or paper(), policy) - look.at


def test_the_day_is_asked_more_often_than_the_night() -> None:
    assert wait(Look(at=NOON, listed=30, known=20)) < wait(Look(at=NIGHT, listed=30, known=20)) / 2


def test_a_day_of_looks_costs_the_budget() -> None:
    at, looks = NOON, 0
    while at < NOON + timedelta(days=7):
        at = next_check(Look(at=at, listed=30, known=15), paper(per_day=40), POLICY)
        looks += 1
    assert 0.9 * POLICY.looks_per_day < looks / 7 < 1.1 * POLICY.looks_per_day


def test_little_known_means_sooner() -> None:
    assert wait(Look(at=NOON, listed=30, known=3)) < wait(Look(at=NOON, listed=30, known=28))


def test_a_short_listing_is_looked_at_before_it_turns_over() -> None:
    busy = paper(per_day=400)
    gap = wait(Look(at=NOON, listed=10, known=5), busy)
    assert busy.expected(NOON, NOON + gap) < 10


def test_a_slow_source_is_asked_rarely() -> None:
    assert looks_per_day(paper(per_day=0.5), POLICY) == 4
    assert looks_per_day(paper(per_day=500), POLICY) == POLICY.looks_per_day


def test_retry_after_is_honoured() -> None:
    asked = NOON + timedelta(hours=9)
    assert next_check(Look(at=NOON, listed=30, known=1, retry_after=asked), paper(), POLICY) == asked
    assert next_check(Look(at=NOON, failures=1, retry_after=asked), paper(), POLICY) == asked


def test_a_ttl_is_believed_up_to_an_hour() -> None:
    plain = wait(Look(at=NOON, listed=30, known=20))
    assert wait(Look(at=NOON, listed=30, known=20, ttl=timedelta(minutes=50))) == timedelta(minutes=50) > plain
    assert wait(Look(at=NOON, listed=30, known=20, ttl=timedelta(days=7))) == timedelta(hours=1)


def test_failures_back_off_and_never_give_up() -> None:
    waits = [next_check(Look(at=NOON, failures=n), paper(), POLICY) - NOON for n in (1, 2, 3, 40)]
    assert waits == sorted(waits)
    assert waits[0] < timedelta(minutes=15)
    assert waits[-1] <= timedelta(days=1) * 1.2


@given(
    listed=st.integers(0, 200), known=st.integers(0, 200), per_day=st.floats(0, 5000), hour=st.integers(0, 23),
    ttl=st.none() | st.integers(1, 100000),
)  # fmt: skip
def test_a_look_that_worked_is_never_followed_below_the_floor_nor_above_the_ceiling(
    listed: int, known: int, per_day: float, hour: int, ttl: int | None
) -> None:
    look = Look(at=NOON + timedelta(hours=hour), listed=listed, known=min(known, listed), ttl=timedelta(minutes=ttl) if ttl else None)
    assert POLICY.floor <= wait(look, paper(per_day)) <= POLICY.ceiling


def test_a_new_source_is_asked_with_the_shape_of_a_newspaper() -> None:
    nothing = estimate([], now=NOON)
    assert POLICY.floor <= wait(Look(at=NOON), nothing) <= POLICY.ceiling


def test_due_is_never_looked_at_first_then_longest_overdue() -> None:
    checks = [("b", NOON - timedelta(hours=1)), ("c", NOON + timedelta(hours=1)), ("a", NOON - timedelta(hours=2)), ("new", None)]
    assert due(checks, NOON) == ["new", "a", "b"]
