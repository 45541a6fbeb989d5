"""The daemon, its child or both killed at random moments, thirty times: is anything lost, doubled or left locked?

    python tests/benchmarks/kill_daemon.py [--kills 30] [--seed 7]

Runs against the sample press on loopback, reports to a web hook of its own, and exits 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from test_daemon import Hook, House, children_of, store_now, wait_for  # noqa: E402

from crawler.press import SamplePress  # noqa: E402
from pipelines.database import Store  # noqa: E402


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    hook = Hook()
    counts = {"daemon": 0, "child": 0, "both": 0}
    with SamplePress(only=["songcai"]) as press, tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), press, hook)
        daemon = house.start()
        try:
            for _ in range(args.kills):
                time.sleep(rng.uniform(0.3, 5.0))
                victim = rng.choice(sorted(counts))
                children = children_of(daemon.pid)
                counts[victim] += 1
                if victim != "child":
                    kill(daemon.pid)
                    daemon.wait()
                if victim != "daemon":
                    for child in children:
                        kill(child)
                if victim != "child":
                    daemon = house.start()
                if rng.random() < 0.3:
                    house.look_at_everything_again()
            wrong = verdict(house, hook)
        finally:
            house.kill_all()
    hook.server.shutdown()
    print(f"kills: {counts}")
    print("\n".join(wrong) if wrong else "nothing lost, nothing doubled, no report twice, no stale lock")
    raise SystemExit(1 if wrong else 0)


def verdict(house: House, hook: Hook) -> list[str]:
    """Which promises were broken."""

    def settled() -> bool:
        with Store(house.db, readonly=True) as store:
            return not store.ledger.pending(limit=1, now=store_now()) and len(house.stories()) >= 5

    with Store(house.db) as store:
        # The pauses after crashes are right for a server and long for a benchmark.
        store.jobs.set_next_checks([(look.source, store_now()) for look in store.jobs.looks()])
    assert house.daemon is not None
    number = house.daemon.pid
    wait_for(lambda: f"process {number}" in house.log.read_text("utf-8"))  # an interpreter that still starts has no manners
    house.daemon.send_signal(signal.SIGTERM)
    wrong = [] if house.daemon.wait(30) == 0 else ["the daemon did not exit 0 on SIGTERM"]
    house.start()
    wait_for(settled, 180)
    house.daemon.send_signal(signal.SIGTERM)
    if house.daemon.wait(30) != 0:
        wrong.append("the daemon did not exit 0 on SIGTERM")
    expected = reference(house)
    with Store(house.db) as store:
        wrong += [f"database: {problem}" for problem in store.check()]
        urls = [row.story.url for row in store.stories.iterate()]
        if len(urls) != len(set(urls)):
            wrong.append("a story is stored twice")
        if set(urls) != expected:
            wrong.append(f"stories differ from an undisturbed crawl: {sorted(set(urls) ^ expected)}")
        delivered = store.jobs.deliveries(status="delivered")
        unconfirmed = store.jobs.deliveries(status="unconfirmed")
        if len(hook.reports) > 1:
            wrong.append(f"the report was delivered {len(hook.reports)} times")
        print(f"{len(urls)} stories; reports received {len(hook.reports)}, delivered {len(delivered)}, unconfirmed {len(unconfirmed)}")
    return wrong


def reference(house: House) -> set[str]:
    """What one undisturbed crawl of the same press stores."""
    import subprocess

    database = house.folder / "reference.db"
    subprocess.run(
        house.command("crawl", "--catalogue", "press.toml", "--no-archive", "--delay", "0", "--db", str(database)),
        cwd=house.folder, check=False, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, capture_output=True,
    )  # fmt: skip
    with Store(database, readonly=True) as store:
        return {row.story.url for row in store.stories.iterate()}


if __name__ == "__main__":
    main()
