"""Polling policy against fixed intervals on publication times, in virtual time.

    python tests/benchmarks/bench_polling.py TIMES.jsonl [--feed 30] [--curve]
    python tests/benchmarks/bench_polling.py --made-up [--seed 5]

TIMES.jsonl: one `{"outlet", "published", "complete"}` a line. Outlets marked incomplete are replayed as they are
(the newest items of each morning), which says whether items are missed but little of delays. Prints one table.
"""

from __future__ import annotations

import argparse
import bisect
import json
import math
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.rhythm import Rhythm, estimate
from schedules.due import Look, Policy, next_check

NextLook = Callable[[datetime, Sequence[datetime], Sequence[datetime]], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Delays in minutes from publication to the look that found it."""

    requests_per_day: float
    median: float
    p95: float
    missed: int
    found: int


def simulate(times: Sequence[datetime], next_look: NextLook, *, feed: int) -> Result:
    """Replay publications against a policy. A story is missed when `feed` newer ones push it out before a look."""
    begin, end = times[0], times[-1]
    now, seen, looks, missed = begin + timedelta(minutes=1), 0, 0, 0
    delays: list[float] = []
    while now < end:
        looks += 1
        upto = bisect.bisect_right(times, now)
        missed += max(0, upto - seen - feed)
        delays += [(now - t).total_seconds() / 60 for t in times[max(seen, upto - feed) : upto]]
        new, listing = times[seen:upto], times[max(0, upto - feed) : upto]
        seen = upto
        now = next_look(now, new, listing)
    delays.sort()
    days = (end - begin) / timedelta(days=1)
    return Result(
        requests_per_day=looks / days,
        median=statistics.median(delays),
        p95=delays[int(0.95 * (len(delays) - 1))],
        missed=missed,
        found=len(delays),
    )


def fixed(minutes: float) -> NextLook:
    return lambda now, new, listing: now + timedelta(minutes=minutes)


class Ours:
    """The policy as the scheduler runs it: it learns the rhythm from what it saw itself."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.seen: list[datetime] = []
        self.began: datetime | None = None
        self.rhythm: Rhythm | None = None
        self.learned: datetime | None = None
        self.count = 0

    def __call__(self, now: datetime, new: Sequence[datetime], listing: Sequence[datetime]) -> datetime:
        self.began = self.began or now
        self.seen += new
        # The scheduler estimates before each plan; every tenth new story is near enough.
        if self.rhythm is None or self.learned is None or now - self.learned > timedelta(hours=6) or len(self.seen) > 1.1 * self.count:
            self.count = len(self.seen)
            self.rhythm = estimate(self.seen, now=now, since=min([self.began, *self.seen[:30]]))
            self.learned = now
        look = Look(at=now, listed=len(listing), known=len(listing) - len(new))
        return next_check(look, self.rhythm, self.policy)


#: Papers of every habit that a policy must bear: (stories a day, items in the feed, share of a day's stories by hour).
_WORKDAY = [0, 0, 0, 0, 0, 1, 4, 6, 7, 7, 7, 6, 5, 5, 6, 7, 7, 6, 5, 5, 4, 3, 2, 1]
_MORNING = [0, 0, 0, 0, 1, 8, 14, 14, 8, 3, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
MADE_UP: dict[str, tuple[float, int, list[float], list[float]]] = {
    "daily": (60, 30, _WORKDAY, [1] * 7),
    "bursty mornings": (40, 30, _MORNING, [1] * 7),
    "flat day and night": (60, 30, [1] * 24, [1] * 7),
    "weekends only": (20, 30, _WORKDAY, [0, 0, 0, 0, 0, 3.5, 3.5]),
    "weekdays only": (25, 30, _WORKDAY, [1.4] * 5 + [0, 0]),
    "weekly magazine": (12 / 7, 30, _WORKDAY, [0, 0, 0, 0, 7, 0, 0]),
    "300 a day, feed of 20": (300, 20, _WORKDAY, [1] * 7),
    "night shift": (80, 30, _WORKDAY[12:] + _WORKDAY[:12], [1] * 7),
    "one a day": (1, 30, _WORKDAY, [1] * 7),
    "one in three days": (1 / 3, 30, _WORKDAY, [1] * 7),
    "batches of twelve": (48, 30, _WORKDAY, [1] * 7),
}


def make_up(name: str, *, seed: int, days: int = 70) -> list[datetime]:
    """Ten weeks of a made-up paper: chance within its hours and weekdays, flat in minutes."""
    rng = random.Random(f"{name}/{seed}")
    per_day, _, hours, weekdays = MADE_UP[name]
    batch = 12 if name.startswith("batches") else 1
    times = []
    for day in range(days):
        midnight = datetime(2026, 6, 1, 17, tzinfo=UTC) + timedelta(days=day)
        weekday = (midnight + timedelta(hours=7)).weekday()
        for hour, share in enumerate(hours):
            mean = per_day / batch * weekdays[weekday] * share / sum(hours)
            at = rng.expovariate(1) if mean else math.inf
            while at < mean:
                begin = midnight + timedelta(hours=hour + at / mean)
                times += [begin + timedelta(minutes=rng.uniform(0, 10)) for _ in range(batch)] if batch > 1 else [begin]
                at += rng.expovariate(1)
    return sorted(times)


def compare(times: Sequence[datetime], *, feed: int) -> tuple[Result, Result]:
    """The policy, and polling at a fixed interval with as many requests (every 37.5 minutes or less often)."""
    ours = simulate(times, Ours(Policy()), feed=feed)
    return ours, simulate(times, fixed(max(37.5, 1440 / ours.requests_per_day)), feed=feed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("times", type=Path, nargs="?")
    parser.add_argument("--made-up", action="store_true", help="papers of every habit instead of a file")
    parser.add_argument("--only", help="this made-up paper only")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--feed", type=int, default=30, help="items in the feed")
    parser.add_argument("--curve", action="store_true", help="requests against delay for several budgets")
    args = parser.parse_args()
    if args.made_up:
        print(f"{'paper':24} {'stories/day':>11} {'req/day':>8} {'of 37.5 min':>11} {'median':>7} {'ratio':>6} {'p95':>7} {'ratio':>6} {'missed':>7}")
        for name, (per_day, feed, _, _) in MADE_UP.items():
            if args.only and args.only not in name:
                continue
            ours, plain = compare(make_up(name, seed=args.seed), feed=feed)
            print(
                f"{name:24} {per_day:11.1f} {ours.requests_per_day:8.1f} {ours.requests_per_day / 38.4:11.2f} {ours.median:7.1f} "
                f"{ours.median / plain.median:6.2f} {ours.p95:7.1f} {ours.p95 / plain.p95:6.2f} {ours.missed:7d}", flush=True,
            )  # fmt: skip
        return
    by_outlet: dict[str, list[datetime]] = defaultdict(list)
    for line in args.times.read_text("utf-8").splitlines():
        row = json.loads(line)
        by_outlet[row["outlet"]].append(datetime.fromisoformat(row["published"]).astimezone(UTC))
    print(f"{'outlet':18} {'policy':16} {'req/day':>8} {'median':>7} {'p95':>7} {'missed':>7} {'found':>7}")
    for outlet, times in sorted(by_outlet.items()):
        times.sort()
        rows: list[tuple[str, NextLook]] = [(f"every {m:g} min", fixed(m)) for m in (5, 15, 37.5, 60)]
        rows.append(("kyket", Ours(Policy())))
        if args.curve:
            rows += [(f"kyket {b:g}/day", Ours(Policy(looks_per_day=b))) for b in (12, 24, 48, 72, 96, 144)]
        for name, policy in rows:
            r = simulate(times, policy, feed=args.feed)
            print(f"{outlet:18} {name:16} {r.requests_per_day:8.1f} {r.median:7.1f} {r.p95:7.1f} {r.missed:7d} {r.found:7d}")


if __name__ == "__main__":
    main()
