"""How a source publishes: from the times of its past stories to what may be expected next. Pure.

The estimate is an hour-of-day profile times a weekday factor, both with exponential forgetting and a prior,
so that the first day already knows that nights are quiet. Local time is Vietnam's, which keeps no daylight saving.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
DAY = 86_400
#: Seconds that local time is ahead of UTC.
ZONE = 7 * 3600

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
RECORD_MARGIN = 1.2
HOLIDAY_SHARE = 0.6
#: The oldest story of a list stands apart when it lies so far, and so many usual (median) gaps, before the next.
PINNED_GAP = timedelta(days=4)
PINNED_FACTOR = 12
#: No silence is news before this: a day's notice must not come later than the day.
LEAST_SILENCE = timedelta(hours=20)
#: A paper that publishes by chance is called silent without reason once in so many months.
MONTHS_TO_A_FALSE_ALARM = 300
#: Stories closer than this share of the mean gap came together.
TOGETHER = 0.25
#: The prior of the gaps' shape: chance (1), with the weight of so many gaps; and the most regular that is believed.
SHAPE_PRIOR = 5
MOST_REGULAR = 10.0
#: One gap this much longer than the next was an outage, not the paper's habit.
LONE_RECORD = 2.5
#: A habit of so much a day is believed from so many whole days on; chance (1) is its prior, with the weight of as many.
LEAST_DAYS = 10
#: Judged by its days, a silence must beat the longest on record by this factor.
DAYS_MARGIN = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What silences are normal for a source, on its own clock (see `Rhythm.clock`)."""

    limit: float
    """A gap longer than this many mean gaps is news."""
    mean: float
    """The mean gap, in expected stories, beyond `together`."""
    together: float
    """Stories that follow each other within this many expected ones count as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """How alike a source's days are: a paper that fills its pages daily leaves no day out, one that writes by chance does."""

    stories: float
    """Stories of an ordinary day."""
    spread: float
    """Variance of a day's stories over their mean: 1 by chance, near 0 for a paper of so many a day."""
    late: float
    """How late its last story comes: the share of the day after it falls like that of the last of so many stories."""
    early: float
    """How early its first story comes, likewise."""
    record: float
    """The longest silence that was normal, in ordinary days."""
    weekdays: tuple[float, ...]
    """Factors as of `Rhythm`, and not above what was seen: a quiet Sunday is not thought busier for want of Sundays."""


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
    silence: Silence | None = None
    """None where too few stories were seen to say."""
    days: Days | None = None
    """None where too few whole days were seen to say."""

    def rate(self, at: datetime) -> float:
        """Expected stories an hour at `at`."""
        local = at.astimezone(VIETNAM)
        return self.per_day / 24 * self.hours[local.hour] * self.weekdays[local.weekday()] * holiday_share(local)

    def expected(self, start: datetime, end: datetime) -> float:
        """Expected stories from `start` to `end` (holidays counted with their small share)."""
        return self.clock(start.timestamp(), end.timestamp())

    def clock(self, start: float, end: float) -> float:
        """Expected stories between two Unix times; day by day, so that long silences cost little."""
        total, at = 0.0, start
        while at < end:
            day = int((at + ZONE) // DAY)
            midnight = day * DAY - ZONE
            last = min(end, midnight + DAY)
            part = 1.0 if last - at >= DAY else self.share(last - midnight) - self.share(at - midnight)
            total += part * self.weekdays[(day + 3) % 7] * _share_of_day(day)
            at = last
        return total * self.per_day

    def share(self, second: float) -> float:
        """The share of a day's stories that is out by this second of the local day."""
        hour = int(second // 3600)
        return (sum(self.hours[:hour]) + (self.hours[hour] * (second / 3600 - hour) if hour < 24 else 0.0)) / 24


def holiday_share(local: datetime) -> float:
    """The share of usual output on this local day: Tết, public holidays, else 1."""
    return _share_of(local.date())


@lru_cache(maxsize=4096)
def _share_of_day(number: int) -> float:
    """`holiday_share` of a day by its number since 1 January 1970."""
    return _share_of(date(1970, 1, 1) + timedelta(days=number))


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
    begin = None if since is None else since.timestamp()
    return estimate_seconds((at.timestamp() for at in published), now=now.timestamp(), since=begin)


def estimate_seconds(published: Iterable[float], *, now: float, since: float | None = None) -> Rhythm:
    """`estimate` of Unix times: the watch reads hundreds of thousands of them."""
    times = _without_pinned(sorted(t for t in published if t <= now and (since is None or t >= since)))
    begin = since if since is not None else (times[0] if times else now)
    watched = max((now - begin) / DAY, 1 / 24)
    hours = [share / sum(_PRIOR_HOURS) * PRIOR_STORIES for share in _PRIOR_HOURS]
    by_weekday = [0.0] * 7
    weight_sum = 0.0
    decay = math.log(2) / HALF_LIFE_DAYS
    for time in times:
        weight = math.exp(decay * (time - now) / DAY)
        day, second = divmod(time + ZONE, DAY)
        hours[int(second // 3600)] += weight
        by_weekday[int(day + 3) % 7] += weight  # 1 January 1970 was a Thursday
        weight_sum += weight
    effective_days = (1 - math.exp(-decay * watched)) / decay
    per_day = weight_sum / max(effective_days, 1 / 24)
    watched_days = _weekdays_watched(begin, now)
    weekdays = [
        (stories + PRIOR_WEEKDAYS * per_day) / ((days + PRIOR_WEEKDAYS) * per_day) if per_day else 1.0
        for stories, days in zip(by_weekday, watched_days, strict=True)
    ]
    smooth = [(hours[h - 1] / 2 + hours[h] + hours[(h + 1) % 24] / 2) / 2 for h in range(24)]
    gaps = _gaps(times)
    rhythm = Rhythm(
        per_day=per_day,
        hours=_mean_one(smooth),
        weekdays=_mean_one(weekdays),
        stories=len(times),
        longest_gap=timedelta(seconds=gaps[-1]) if gaps else None,
        usual_gap=timedelta(seconds=gaps[int(0.95 * (len(gaps) - 1))]) if gaps else None,
    )
    if len(times) < 5:
        return rhythm
    return replace(rhythm, silence=_silence(rhythm, times, watched), days=_days(rhythm, times))


def _without_pinned(times: list[float]) -> list[float]:
    """Leave out single old stories that a list keeps on top of, or below, its new ones.

    They would stretch the time watched and the longest silence, so that nothing could be too silent any more.
    """
    while len(times) >= 6:
        gaps = sorted(after - before for before, after in pairwise(times[1:]))
        if times[1] - times[0] <= max(PINNED_GAP.total_seconds(), PINNED_FACTOR * gaps[len(gaps) // 2]):
            break
        times = times[1:]
    return times


def _weekdays_watched(begin: float, now: float) -> list[float]:
    """How many (forgotten by half-life) days of each weekday lie between `begin` and `now`."""
    days, at = [0.0] * 7, begin
    while at < now:
        day = (at + ZONE) // DAY
        step = min(now, (day + 1) * DAY - ZONE)
        days[int(day + 3) % 7] += (step - at) / DAY * 0.5 ** ((now - step) / DAY / HALF_LIFE_DAYS)
        at = step
    return days


def _mean_one(values: Sequence[float]) -> tuple[float, ...]:
    mean = sum(values) / len(values)
    return tuple(value / mean for value in values)


def _gaps(times: Sequence[float]) -> list[float]:
    """Silences between stories, shortest first; those that touch a holiday say nothing of a normal day."""
    normal = [_share_of_day(int((time + ZONE) // DAY)) == 1.0 for time in times]
    return sorted(
        after - before for (before, after), (one, two) in zip(pairwise(times), pairwise(normal), strict=True) if one and two
    )


# -- silence -----------------------------------------------------------------------------------------------------


def _silence(rhythm: Rhythm, times: Sequence[float], watched: float) -> Silence:
    """How long a silence is explained by the past, on the source's own clock.

    That clock runs as fast as stories are expected (by hour, weekday and holiday), so a night, a Sunday or Tết counts
    little. On it the gaps of a paper that publishes at random are exponential, and those of a regular one are alike: a
    gamma distribution of mean 1 holds both, its shape drawn towards the random one where few gaps were seen. The limit
    is the gap that such a paper would show once in `MONTHS_TO_A_FALSE_ALARM` months, and never less than the longest
    on record with a margin.
    """
    gaps = [rhythm.clock(before, after) for before, after in pairwise(times)]
    # Stories that come together are one sign of life; the excess of an exponential gap is exponential again.
    together = TOGETHER * sum(gaps) / len(gaps)
    gaps = sorted(gap - together for gap in gaps if gap > together)
    count = len(gaps)
    mean = sum(gaps) / count if count else 0.0
    if count < 4 or mean <= 0:
        return Silence(limit=math.inf, mean=1.0, together=together)
    variance = sum((gap / mean - 1) ** 2 for gap in gaps) / (count - 1)
    shape = (count * min(max(1 / max(variance, 1e-6), 0.3), MOST_REGULAR) + SHAPE_PRIOR) / (count + SHAPE_PRIOR)
    chance = 1 / (MONTHS_TO_A_FALSE_ALARM * max(1.0, count / watched * 30))
    limit = _gamma_quantile(shape, chance)
    # The mean itself is known from few gaps only: the predictive distribution has a longer tail.
    limit *= 1 + limit / (2 * count * shape)
    record = gaps[-2] if count >= 20 and gaps[-1] > LONE_RECORD * gaps[-2] else gaps[-1]
    return Silence(limit=max(limit, (RECORD_MARGIN + 10 / count) * record / mean), mean=mean, together=together)


def _days(rhythm: Rhythm, times: Sequence[float]) -> Days | None:
    """What its whole days between the first story and the last have in common; holidays are left out."""
    told: dict[int, list[float]] = {}
    for time in times:
        told.setdefault(int((time + ZONE) // DAY), []).append(time)
    whole = [day for day in range(min(told) + 1, max(told)) if _share_of_day(day) == 1.0]
    if len(whole) < LEAST_DAYS:
        return None
    counts = [len(told.get(day, ())) for day in whole]
    if not any(counts):
        return None
    weekdays = list(rhythm.weekdays)
    for weekday in range(7):
        own = [count for day, count in zip(whole, counts, strict=True) if (day + 3) % 7 == weekday]
        if own:
            weekdays[weekday] = max(0.01, min(weekdays[weekday], sum(own) / len(own) * len(counts) / sum(counts)))
    usual = [weekdays[(day + 3) % 7] for day in whole]
    stories = sum(counts) / sum(usual)
    square = sum((count - stories * share) ** 2 / (stories * share) for count, share in zip(counts, usual, strict=True))
    spread = (square / (len(whole) - 1) * len(whole) + LEAST_DAYS) / (len(whole) + LEAST_DAYS)
    before = after = weight = 0.0
    for day, share in zip(whole, usual, strict=True):
        if day in told:
            midnight = day * DAY - ZONE
            before -= math.log(max(1e-6, 1 - rhythm.share(told[day][0] - midnight))) * share
            after -= math.log(max(1e-6, rhythm.share(told[day][-1] - midnight))) * share
            weight += 1
    gaps = sorted(rhythm.clock(one, two) / rhythm.per_day for one, two in pairwise(times))
    lone = len(gaps) >= 20 and gaps[-1] > LONE_RECORD * gaps[-2]
    return Days(
        stories=stories, spread=spread, late=weight / max(after, 1e-6), early=weight / max(before, 1e-6),
        record=gaps[-2] if lone else gaps[-1], weekdays=tuple(weekdays),
    )  # fmt: skip


def _chance_of_days(rhythm: Rhythm, days: Days, start: float, end: float) -> float:
    """The chance that a night's silence reaches from so early in its first day to so late in its last one.

    Of a day of n stories none falls into a part x with (1 - x)^n; by chance alone with exp(-nx), and sharper the less
    the days' numbers vary. The greater of both is taken, day by day.
    """
    chance, at = 1.0, start
    first = int((start + ZONE) // DAY)
    while at < end:
        day = int((at + ZONE) // DAY)
        midnight = day * DAY - ZONE
        upto = min(end, midnight + DAY)
        share = days.weekdays[(day + 3) % 7] * _share_of_day(day)
        part = (1.0 if upto >= midnight + DAY else rhythm.share(upto - midnight)) - rhythm.share(at - midnight)
        sharp = days.late if day == first else days.early
        quota = max(0.0, 1 - part) ** (sharp * share)
        chance *= max(quota if part < 1 else 0.0, math.exp(-days.stories * share * part / days.spread))
        at = upto
    return chance


def _gamma_quantile(shape: float, chance: float) -> float:
    """What a gamma variable of mean 1 exceeds with `chance` (Wilson & Hilferty 1931, PNAS 17, 684-688)."""
    if shape <= 1:
        return -math.log(chance) / math.sqrt(shape)
    z = NormalDist().inv_cdf(1 - chance)
    return (1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))) ** 3


def silence_is_news(rhythm: Rhythm, last_story: datetime, now: datetime) -> bool:
    """Has the source been silent for longer than its own history explains?

    Never before `LEAST_SILENCE` (holiday hours counted by their share). With fewer than five stories nothing is claimed.
    """
    return strangeness(rhythm, last_story, now) >= 1 and working_time(last_story, now) > LEAST_SILENCE


def strangeness(rhythm: Rhythm, last_story: datetime, now: datetime) -> float:
    """How long a silence is, as a share of the longest that the source's history explains."""
    if rhythm.silence is None:
        return 0.0
    start, end = last_story.timestamp(), now.timestamp()
    gap = rhythm.clock(start, end)
    by_gaps = max(0.0, gap - rhythm.silence.together) / rhythm.silence.mean / rhythm.silence.limit
    return max(by_gaps, _strange_days(rhythm, start, end, gap))


def _strange_days(rhythm: Rhythm, start: float, end: float, gap: float) -> float:
    """`strangeness` by what the source's days have in common."""
    days = rhythm.days
    if days is None or not rhythm.per_day:
        return 0.0
    once = 1 / (30 * MONTHS_TO_A_FALSE_ALARM)
    # The product of two chances is below a with a chance of a (1 - ln a): Fisher's combination.
    limit = once / (1 - math.log(once))
    chance = _chance_of_days(rhythm, days, start, end)
    explained = math.log(max(chance, 1e-300)) / math.log(limit)
    return min(explained, gap / rhythm.per_day / (DAYS_MARGIN * days.record))


def working_time(start: datetime, end: datetime) -> timedelta:
    """The time from `start` to `end` with holiday hours counted by their share of usual output."""
    total, at, last = 0.0, start.timestamp(), end.timestamp()
    while at < last:
        day = int((at + ZONE) // DAY)
        step = min(last, (day + 1) * DAY - ZONE)
        total += (step - at) * _share_of_day(day)
        at = step
    return timedelta(seconds=total)
