"""Polling policy against fixed intervals on publication times, in virtual time.

    python tests/benchmarks/bench_polling.py TIMES.jsonl [--feed 30] [--curve]

TIMES.jsonl: one `{"outlet", "published", "complete"}` a line. Outlets marked incomplete are replayed as they are
(the newest items of each morning), which says whether items are missed but little of delays. Prints one table.
"""

from __future__ import annotations

import argparse
import bisect
import json
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

    def __call__(self, now: datetime, new: Sequence[datetime], listing: Sequence[datetime]) -> datetime:
        self.began = self.began or now
        self.seen += new
        if self.rhythm is None or self.learned is None or now - self.learned > timedelta(hours=6):
            self.rhythm = estimate(self.seen, now=now, since=min([self.began, *self.seen[:30]]))
            self.learned = now
        look = Look(at=now, listed=len(listing), known=len(listing) - len(new))
        return next_check(look, self.rhythm, self.policy)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("times", type=Path)
    parser.add_argument("--feed", type=int, default=30, help="items in the feed")
    parser.add_argument("--curve", action="store_true", help="requests against delay for several budgets")
    args = parser.parse_args()
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
