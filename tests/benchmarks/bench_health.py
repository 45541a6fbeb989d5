"""What the watch over outlets costs: processor seconds of `kyket health`, of the half-hourly watch and of planning.

    python tests/benchmarks/bench_health.py [--sources 1000] [--sightings 200] [--looks 120]

Makes a database of outlets with four sources each that publish for ten weeks, and times each question on it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.database import Store
from pipelines.database.times import to_db
from pipelines.types import Outlet, Source, SourceKind
from schedules.jobs import read_schedule
from schedules.plan import plan
from schedules.watch import health_report, watch_health

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
KINDS = (SourceKind.FEED, SourceKind.SECTION, SourceKind.SECTION, SourceKind.NEWS_SITEMAP)


def build(path: Path, *, sources: int, sightings: int, looks: int) -> None:
    """Ten weeks of outlets; every second story of an outlet is shown by two of its sources."""
    rng = random.Random(1)
    outlets = [
        Outlet(
            id=f"o{n}", name=f"Báo {n}", domain=f"o{n}.vn", home=f"https://o{n}.vn/", kind="provincial",
            sources=tuple(
                Source(id=f"o{n}:{kind}:{i}", outlet=f"o{n}", kind=kind, url=f"https://o{n}.vn/{i}", label=f"Mục {i}", seen=True)
                for i, kind in enumerate(KINDS)
            ),
        )
        for n in range(sources // len(KINDS))
    ]  # fmt: skip
    with Store(path) as store:
        store.ledger.sync_catalogue(outlets, now=NOW)
        crawls = [store.ledger.begin_crawl("crawl", [], {}, now=NOW) for _ in range(looks)]
        with store.transaction() as db:
            for outlet in outlets:
                for place, source in enumerate(outlet.sources):
                    for n in range(sightings):
                        at = NOW - timedelta(days=70) * (n + rng.random()) / sightings
                        shared = n % 2 == 0 and place
                        url = f"https://{outlet.id}.vn/{0 if shared else place}-{n}.html"
                        seen, told = to_db(at + timedelta(minutes=rng.uniform(2, 40))), to_db(at)
                        new = db.execute(
                            "INSERT OR IGNORE INTO urls (url, outlet, source, first_seen, last_seen, outcome, published) "
                            "VALUES (?, ?, ?, ?, ?, 'gated', ?)",
                            (url, outlet.id, source.id, seen, seen, told),
                        ).rowcount  # fmt: skip
                        last = to_db(NOW) if n < 20 else seen
                        db.execute("INSERT OR IGNORE INTO sightings VALUES (?, ?, ?, ?)", (source.id, url, seen, last))
                        if new:
                            db.execute(
                                "INSERT INTO visits (crawl, url, outcome, at, status) VALUES (?, ?, 'gated', ?, 200)",
                                (crawls[n % looks], url, seen),
                            )
                    for n, crawl in enumerate(crawls):
                        db.execute(
                            "INSERT INTO polls (crawl, source, url, at, outcome, status, links, known, new, content_hash) "
                            "VALUES (?, ?, ?, ?, ?, 200, 20, 19, 1, 'h')",
                            (crawl, source.id, source.url, to_db(NOW - timedelta(hours=looks - n)), "ok" if n % 3 else "not-modified"),
                        )  # fmt: skip
                    db.execute("UPDATE sources SET checked_at = ? WHERE id = ?", (to_db(NOW - timedelta(hours=1)), source.id))


def measure(name: str, question: Callable[[], Any]) -> None:
    """Processor seconds, and those of a second time."""
    took = []
    for _ in range(2):
        began = time.process_time()
        question()
        took.append(time.process_time() - began)
    print(f"{name:32} {took[0]:7.2f} s, again {took[1]:.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--sightings", type=int, default=200, help="of each source")
    parser.add_argument("--looks", type=int, default=120, help="at each source")
    parser.add_argument("--keep", type=Path, help="make the database here, or use the one that is here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.keep or Path(folder) / "health.db"
        if not path.exists():
            build(path, sources=args.sources, sightings=args.sightings, looks=args.looks)
        with Store(path) as store:
            measure("the watch (every half hour)", lambda: watch_health(store, now=NOW))
            measure("kyket health", lambda: health_report(store, now=NOW))
            measure("planning all sources", lambda: plan(store, read_schedule({}), now=NOW))


if __name__ == "__main__":
    main()
