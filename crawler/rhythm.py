"""How a source publishes: from the times of its past stories to what may be expected next. Pure.

The estimate is an hour-of-day profile times a weekday factor, both with exponential forgetting and a prior,
so that the first day already knows that nights are quiet. Local time is Vietnam's, which keeps no daylight saving.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

# Share of a day's stories in each local hour over nine national outlets of July-August 2026, rounded: the prior
# for a source of which little is known. Only the shape matters; its weight is PRIOR_STORIES.
_PRIOR_HOURS = (2.0, 1.0, 0.5, 0.5, 1.0, 3.0, 5.0, 6.0, 7.0, 8.0, 8.0, 8.0, 7.0, 7.0, 8.0, 9.0, 9.0, 9.0, 8.0, 8.0, 7.0, 6.0, 5.0, 3.0)
PRIOR_STORIES = 30.0
#: Weekdays differ by a fifth at most in the data; a prior of two mean days keeps one odd Sunday from mattering.
PRIOR_WEEKDAYS = 2.0
HALF_LIFE_DAYS = 21.0
#: Lunar New Year's Day (Tết) by year, Vietnam's calendar. Papers publish much less from two days before to six after.
TET = {
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 2),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8), 2036: (1, 28), 2037: (2, 15),
    2038: (2, 4), 2039: (1, 24), 2040: (2, 12),
}  # fmt: skip
#: Fixed public holidays, local (month, day): papers slow down on them too.
HOLIDAYS = frozenset({(1, 1), (4, 30), (5, 1), (9, 2)})
TET_SHARE = 0.3
#: A silence must beat the longest one on record by this factor, and by more where few stories make the record.
RECORD_MARGIN = 1.35
HOLIDAY_SHARE = 0.6
#: The oldest story of a list stands apart when it lies so far, and so many usual (median) gaps, before the next.
PINNED_GAP = timedelta(days=4)
PINNED_FACTOR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What to expect of one source."""

    per_day: float
    """Stories a day, forgetting with a half-life of three weeks."""
    hours: tuple[float, ...]
    """24 factors with mean 1: how busy each local hour is against the mean."""
    weekdays: tuple[float, ...]
    """7 factors with mean 1, Monday first."""
    stories: int
    """How many stories the estimate rests on."""
    longest_gap: timedelta | None
    """The longest silence between two stories that was ever normal here (holidays left out)."""
    usual_gap: timedelta | None
    """95 of 100 silences between two stories are shorter."""

    def rate(self, at: datetime) -> float:
        """Expected stories an hour at `at`."""
        local = at.astimezone(VIETNAM)
        return self.per_day / 24 * self.hours[local.hour] * self.weekdays[local.weekday()] * holiday_share(local)

    def expected(self, start: datetime, end: datetime) -> float:
        """Expected stories from `start` to `end` (holidays counted with their small share)."""
        total, at = 0.0, start
        while at < end:
            step = min(end, (at + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0))
            total += self.rate(at) * (step - at).total_seconds() / 3600
            at = step
        return total


def holiday_share(local: datetime) -> float:
    """The share of usual output on this local day: Tết, public holidays, else 1."""
    return _share_of(local.date())


@lru_cache(maxsize=4096)
def _share_of(day: date) -> float:
    tet = TET.get(day.year)
    if tet:
        days = (day - day.replace(month=tet[0], day=tet[1])).days
        if -2 <= days <= 6:
            return TET_SHARE
    return HOLIDAY_SHARE if (day.month, day.day) in HOLIDAYS else 1.0


def estimate(published: Iterable[datetime], *, now: datetime, since: datetime | None = None) -> Rhythm:
    """The rhythm of a source from the publication times of its stories.

    `since` is when watching began (default: the first story); stories of the future and before it are ignored.
    """
    times = _without_pinned(sorted(t for t in published if t <= now and (since is None or t >= since)))
    begin = since or (times[0] if times else now)
    watched = max((now - begin).total_seconds() / 86400, 1 / 24)
    hours = [share / sum(_PRIOR_HOURS) * PRIOR_STORIES for share in _PRIOR_HOURS]
    by_weekday = [0.0] * 7
    weight_sum = 0.0
    for time in times:
        weight = 0.5 ** ((now - time).total_seconds() / 86400 / HALF_LIFE_DAYS)
        local = time.astimezone(VIETNAM)
        hours[local.hour] += weight
        by_weekday[local.weekday()] += weight
        weight_sum += weight
    decay = math.log(2) / HALF_LIFE_DAYS
    effective_days = (1 - math.exp(-decay * watched)) / decay
    per_day = weight_sum / max(effective_days, 1 / 24)
    watched_days = _weekdays_watched(begin, now)
    weekdays = [
        (stories + PRIOR_WEEKDAYS * per_day) / ((days + PRIOR_WEEKDAYS) * per_day) if per_day else 1.0
        for stories, days in zip(by_weekday, watched_days, strict=True)
    ]
    smooth = [(hours[h - 1] / 2 + hours[h] + hours[(h + 1) % 24] / 2) / 2 for h in range(24)]
    gaps = _gaps(times)
    return Rhythm(
        per_day=per_day,
        hours=_mean_one(smooth),
        weekdays=_mean_one(weekdays),
        stories=len(times),
        longest_gap=gaps[-1] if gaps else None,
        usual_gap=gaps[int(0.95 * (len(gaps) - 1))] if gaps else None,
    )


def _without_pinned(times: list[datetime]) -> list[datetime]:
    """Leave out single old stories that a list keeps on top of, or below, its new ones.

    They would stretch the time watched and the longest silence, so that nothing could be too silent any more.
    """
    while len(times) >= 6:
        gaps = sorted(after - before for before, after in pairwise(times[1:]))
        if times[1] - times[0] <= max(PINNED_GAP, PINNED_FACTOR * gaps[len(gaps) // 2]):
            break
        times = times[1:]
    return times


def _weekdays_watched(begin: datetime, now: datetime) -> list[float]:
    """How many (forgotten by half-life) days of each weekday lie between `begin` and `now`."""
    days, at = [0.0] * 7, begin
    while at < now:
        local = at.astimezone(VIETNAM)
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        step = min(now, midnight)
        age = (now - step).total_seconds() / 86400
        days[local.weekday()] += (step - at) / timedelta(days=1) * 0.5 ** (age / HALF_LIFE_DAYS)
        at = step
    return days


def _mean_one(values: Sequence[float]) -> tuple[float, ...]:
    mean = sum(values) / len(values)
    return tuple(value / mean for value in values)


def _gaps(times: Sequence[datetime]) -> list[timedelta]:
    """Silences between stories, shortest first; those that touch a holiday say nothing of a normal day."""
    return sorted(
        after - before
        for before, after in pairwise(times)
        if holiday_share(before.astimezone(VIETNAM)) == 1.0 and holiday_share(after.astimezone(VIETNAM)) == 1.0
    )


def silence_is_news(rhythm: Rhythm, last_story: datetime, now: datetime) -> bool:
    """Has the source been silent for longer than its own history explains?

    True when the silence exceeds a day, twice the usual gap, and every gap that was ever normal here (with a margin);
    holidays slow the clock by their share. With fewer than five stories nothing is claimed.
    """
    if rhythm.stories < 5 or rhythm.usual_gap is None or rhythm.longest_gap is None:
        return False
    silent = working_time(last_story, now)
    return silent > max(timedelta(days=1), 2 * rhythm.usual_gap, (RECORD_MARGIN + 10 / rhythm.stories) * rhythm.longest_gap)


def working_time(start: datetime, end: datetime) -> timedelta:
    """The time from `start` to `end` with holiday hours counted by their share of usual output."""
    total, at = timedelta(), start
    while at < end:
        local = at.astimezone(VIETNAM)
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        step = min(end, midnight)
        total += (step - at) * holiday_share(local)
        at = step
    return total
