"""When to look again: bounds, budget, overlap, what the source asks for, failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crawler.rhythm import VIETNAM, Rhythm, estimate
from pipelines.database import Store
from pipelines.database.times import to_db, to_db_or_none
from schedules.due import Look, Policy, due, looks_per_day, next_check
from schedules.jobs import read_schedule
from schedules.plan import plan

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


def test_a_ttl_is_not_honoured_past_the_moment_when_stories_would_leave_the_feed() -> None:
    look = Look(at=NOON, listed=30, known=25, ttl=timedelta(hours=1))
    assert wait(look, paper(2000)) < timedelta(minutes=20)
    assert wait(look, paper(20)) >= timedelta(hours=1)


def _planned(store: Store, source: str) -> datetime:
    at = next(look.next_check for look in store.jobs.looks() if look.source == source)
    assert at is not None
    return at


def _source(store: Store, *, checked: datetime, next_check: datetime | None = None) -> str:
    with store.transaction() as db:
        db.execute("INSERT INTO outlets (id, name, domain, first_seen) VALUES ('a', 'A', 'a.vn', '2026-01-01T00:00:00Z')")
        db.execute(
            "INSERT INTO sources (id, outlet, kind, url, enabled, checked_at, next_check) VALUES ('a:feed:x', 'a', 'feed', "
            "'https://www.a.vn/rss', 1, ?, ?)",
            (to_db(checked), to_db_or_none(next_check)),
        )
    return "a:feed:x"


def test_what_a_host_asked_for_binds_the_plan(tmp_path: Path) -> None:
    with Store(tmp_path / "k.db") as store:
        source = _source(store, checked=NOON)
        store.hosts.defer("www.a.vn", (NOON + timedelta(hours=20)).timestamp(), "Retry-After")
        plan(store, read_schedule({}), now=NOON + timedelta(minutes=1))
        assert _planned(store, source) == NOON + timedelta(hours=20)


def test_a_plan_of_a_clock_that_was_years_ahead_is_made_anew(tmp_path: Path) -> None:
    ahead = NOON + timedelta(days=1000)
    with Store(tmp_path / "k.db") as store:
        source = _source(store, checked=ahead, next_check=ahead + timedelta(hours=1))
        plan(store, read_schedule({}), now=NOON)
        first = _planned(store, source)
        plan(store, read_schedule({}), now=NOON + timedelta(minutes=1))
        assert NOON < first <= NOON + timedelta(days=1)
        assert _planned(store, source) == first


def test_an_outlets_own_policy_reaches_its_plan(tmp_path: Path) -> None:
    with Store(tmp_path / "k.db") as store:
        source = _source(store, checked=NOON)
        plan(store, read_schedule({"outlets": {"a": {"floor_minutes": 300}}}), now=NOON + timedelta(minutes=1))
        assert _planned(store, source) >= NOON + timedelta(minutes=300)


def test_sources_that_a_crashed_crawl_did_not_reach_wait(tmp_path: Path) -> None:
    with Store(tmp_path / "k.db") as store:
        source = _source(store, checked=NOON - timedelta(days=1), next_check=NOON - timedelta(minutes=3))
        assert store.jobs.put_off(NOON, until=NOON + timedelta(minutes=4)) == 1
        assert plan(store, read_schedule({}), now=NOON) == []
        assert plan(store, read_schedule({}), now=NOON + timedelta(minutes=4)) == [source]
