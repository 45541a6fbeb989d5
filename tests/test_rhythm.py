"""What a source's past says of its future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.rhythm import VIETNAM, estimate, holiday_share, silence_is_news, working_time

NOW = datetime(2026, 8, 20, 5, 0, tzinfo=UTC)


def stories(days: int, per_day: int, *, begin_hour: int = 7, end_hour: int = 21, now: datetime = NOW) -> list[datetime]:
    """Evenly spread stories of each local day between two hours."""
    times = []
    for day in range(days, 0, -1):
        midnight = (now.astimezone(VIETNAM) - timedelta(days=day)).replace(hour=0, minute=0, second=0)
        span = timedelta(hours=end_hour - begin_hour)
        times += [midnight + timedelta(hours=begin_hour) + span * i / per_day for i in range(per_day)]
    return [t.astimezone(UTC) for t in times]


def test_stories_a_day_are_learnt() -> None:
    assert estimate(stories(30, 24), now=NOW).per_day == pytest.approx(24, rel=0.1)


def test_quiet_hours_are_learnt() -> None:
    rhythm = estimate(stories(30, 24), now=NOW)
    noon, night = (datetime(2026, 8, 19, hour, tzinfo=VIETNAM) for hour in (12, 2))
    assert rhythm.rate(noon) > 10 * rhythm.rate(night)


def test_a_day_is_expected_to_bring_a_day_of_stories() -> None:
    rhythm = estimate(stories(30, 24), now=NOW)
    assert rhythm.expected(NOW, NOW + timedelta(days=1)) == pytest.approx(24, rel=0.15)


def test_an_unknown_source_has_the_shape_of_a_newspaper_and_no_stories() -> None:
    rhythm = estimate([], now=NOW)
    assert rhythm.per_day == 0
    assert rhythm.hours[9] > rhythm.hours[3]


def test_future_stories_teach_nothing() -> None:
    assert estimate([NOW + timedelta(days=1)], now=NOW).stories == 0


def test_weekdays_are_weighed_by_how_often_they_were_watched() -> None:
    """Three days of watching must not say that the other four weekdays are dead."""
    rhythm = estimate(stories(3, 20), now=NOW)
    assert min(rhythm.weekdays) > 0.6


@pytest.mark.parametrize(("day", "share"), [((2027, 2, 6), 0.3), ((2027, 2, 13), 1.0), ((2026, 9, 2), 0.6), ((2026, 8, 20), 1.0)])
def test_holidays_slow_the_press(day: tuple[int, int, int], share: float) -> None:
    assert holiday_share(datetime(*day, 12, tzinfo=VIETNAM)) == share


def test_hours_of_tet_count_by_their_share() -> None:
    begin = datetime(2027, 2, 6, tzinfo=VIETNAM)
    assert working_time(begin, begin + timedelta(days=1)) == timedelta(days=0.3)


def test_a_daily_paper_silent_for_thirty_hours_is_news() -> None:
    times = stories(30, 24)
    rhythm = estimate(times, now=NOW)
    assert not silence_is_news(rhythm, times[-1], times[-1] + timedelta(hours=20))
    assert silence_is_news(rhythm, times[-1], times[-1] + timedelta(hours=30))


def test_a_paper_of_one_story_in_three_days_may_be_silent_for_five() -> None:
    times = [NOW - timedelta(days=3 * i) for i in range(20, 0, -1)]
    rhythm = estimate(times, now=NOW)
    assert not silence_is_news(rhythm, times[-1], times[-1] + timedelta(days=5))
    assert silence_is_news(rhythm, times[-1], times[-1] + timedelta(days=7))


def test_tet_is_no_alarm() -> None:
    eve = datetime(2027, 2, 4, 3, tzinfo=UTC)
    times = stories(30, 10, now=eve)
    rhythm = estimate(times, now=eve)
    assert not silence_is_news(rhythm, times[-1], times[-1] + timedelta(days=2))


def test_an_old_story_pinned_to_the_list_stretches_neither_the_rate_nor_the_longest_silence() -> None:
    times = stories(10, 12)
    pinned = [NOW - timedelta(days=60), NOW - timedelta(days=45), *times]
    assert estimate(pinned, now=NOW) == estimate(times, now=NOW)


def test_a_paper_that_writes_once_a_week_keeps_its_whole_past() -> None:
    times = [NOW - timedelta(days=7 * i) for i in range(9, 0, -1)]
    assert estimate(times, now=NOW).stories == 9
