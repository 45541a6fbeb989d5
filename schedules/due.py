"""When to look at a source again. Pure: history and headers and `now` in, a time out.

A daily budget of looks is spread over the day in proportion to a power of the source's expected stories an hour.
The square root would minimise the mean delay (it is the classical crawl-frequency result: Cho & Garcia-Molina,
"Effective page refresh policies for Web crawlers", 2003, for a fixed budget); 0.65 buys a smaller median for the
same 95th percentile on real publication times. See `tests/benchmarks/bench_polling.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.rhythm import VIETNAM, Rhythm, holiday_share

BUSY_POWER = 0.65
#: A quiet hour still gets this share of a mean hour's attention.
QUIET_FLOOR = 0.06
#: Little of the listing was known: something may have slipped by (overlap rule).
FEW_KNOWN = 0.33
MOST_KNOWN = 0.67
#: Plan to be back before this share of the feed's length has been published anew.
FEED_SHARE = 0.4
STEP: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often a person wants outlets to be asked."""

    looks_per_day: float = 38.4
    """Budget of requests a day for a source that publishes at least as often; 40 % of polling every 15 minutes."""
    floor: timedelta = timedelta(minutes=5)
    """Never sooner than this after the last look: politeness."""
    ceiling: timedelta = timedelta(hours=6)
    """Never later than this: staleness; failures back off beyond it, up to `failure_ceiling`."""
    failure_ceiling: timedelta = timedelta(days=1)
    slow_looks_per_story: float = 4.0
    """A slow source gets this many looks for each story it is expected to publish, at least `ceiling` apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the last look at a source showed."""

    at: datetime
    listed: int = 0
    """Links in the listing."""
    known: int = 0
    """Of them, already known."""
    failures: int = 0
    """Failed looks in a row, 0 after a success."""
    retry_after: datetime | None = None
    ttl: timedelta | None = None
    """What the source itself asks for (`ttl`, `sy:updatePeriod`)."""


def next_check(look: Look, rhythm: Rhythm, policy: Policy, *, jitter: float = 0.5) -> datetime:
    """The time of the next look.

    `jitter` in 0 … 1 spreads sources (failures and sparse sources most); pass a stable hash of the source.
    """
    if look.failures:
        return _after_failure(look, policy, jitter)
    budget = looks_per_day(rhythm, policy)
    at = _spend(look.at, rhythm, policy, budget)
    full = policy.ceiling
    if look.listed:
        overflow = _before_overflow(look, rhythm, policy)
        full = overflow - look.at
        at = min(at, overflow)
        share = look.known / look.listed
        if look.known == 0 and rhythm.stories:
            at = look.at + policy.floor  # the whole list turned over: something has slipped by
        elif share < FEW_KNOWN and rhythm.stories:
            at = look.at + (at - look.at) / 2
    wait = at - look.at
    if look.ttl:
        # A feed's ttl says how long it may be cached; we believe it up to an hour, since many copy it from a template,
        # and not where stories would leave the feed meanwhile.
        wait = max(wait, min(look.ttl, timedelta(hours=1), full))
    at = look.at + min(max(wait, policy.floor), policy.ceiling)
    return max(at, look.retry_after) if look.retry_after else at


def looks_per_day(rhythm: Rhythm, policy: Policy) -> float:
    """The daily budget of one source: the policy's, or less where little is published."""
    least = timedelta(days=1) / policy.ceiling
    if not rhythm.stories:
        return min(policy.looks_per_day, 4 * least)
    return min(policy.looks_per_day, max(least, policy.slow_looks_per_story * rhythm.per_day))


def _spend(start: datetime, rhythm: Rhythm, policy: Policy, budget: float) -> datetime:
    """The moment at which one look of the budget has accrued since `start`."""
    powers = [max(hour, QUIET_FLOOR) ** BUSY_POWER for hour in rhythm.hours]
    mean = sum(powers) / 24
    accrued, at, last = 0.0, start, start + policy.ceiling
    while accrued < 1 and at < last:
        local = at.astimezone(VIETNAM)
        holiday: float = holiday_share(local) ** BUSY_POWER
        gain: float = powers[local.hour] / mean * holiday * budget * (STEP / timedelta(days=1))
        if accrued + gain >= 1:
            return at + STEP * ((1 - accrued) / gain)
        accrued += gain
        at += STEP
    return at


def _before_overflow(look: Look, rhythm: Rhythm, policy: Policy) -> datetime:
    """Be back before the listing can have turned over, whatever the budget says."""
    at, expected, last = look.at, 0.0, look.at + policy.ceiling
    while expected < FEED_SHARE * look.listed and at < last:
        expected += rhythm.rate(at) * (STEP / timedelta(hours=1))
        at += STEP
    return at


def _after_failure(look: Look, policy: Policy, jitter: float) -> datetime:
    """Back-off by doubling from ten minutes, up to a day: asked rarely, never given up."""
    doublings: int = 2 ** min(look.failures - 1, 10)
    wait = min(timedelta(minutes=10) * doublings, policy.failure_ceiling)
    at = look.at + wait * (0.8 + 0.4 * jitter)
    return max(at, look.retry_after) if look.retry_after else at


def due(next_checks: Sequence[tuple[str, datetime | None]], now: datetime) -> list[str]:
    """The ids whose time has come, longest overdue first; never looked at comes before all."""
    ready = [(at, name) for name, at in next_checks if at is None or at <= now]
    return [name for _, name in sorted(ready, key=lambda pair: (pair[0] is not None, pair[0], pair[1]))]
