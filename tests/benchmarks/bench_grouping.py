"""Stories a second that the grouper judges among 10,000, 100,000 and 1,000,000 stored ones, and its memory.

    python tests/benchmarks/bench_grouping.py [--sizes 10000 100000 1000000] [--stories 600] [--folder DIR]

The stored stories are written straight into the index, with terms and shingle hashes distributed as those of made-up
press text, spread over two years; then new stories of the newest days arrive one transaction each: one in five
retells an earlier one, one in twenty is a reprint. Each size runs in a process of its own, so that its memory is its
own. At the end, finding duplicates alone is compared with datasketch's MinHash LSH, where that is installed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from pipelines import duplicates, event_digests
from pipelines.database.group_tables import SCHEMA
from pipelines.database.grouping import Grouper
from pipelines.database.repeats import Repeats
from pipelines.types import Story

DAYS = 730
NOW = datetime(2026, 6, 1, tzinfo=UTC)
BACKGROUND = Path(event_digests.__file__).with_name("background.txt")


class Press:
    """Makes up stories: common words by their real frequency, and a handful of words of the matter itself."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        pairs = [line.split("\t") for line in BACKGROUND.read_text("ascii").splitlines() if "\t" in line]
        terms = [(term, int(times)) for times, group in pairs for term in group.split(",")]
        self._common = [term for term, _ in terms]
        self._weights = list(accumulate(times for _, times in terms))
        self._rare = [term for term, times in terms if times < 60]

    def matter(self) -> list[str]:
        return self._random.sample(self._rare, 25)

    def story(self, number: int, matter: list[str], *, words: int = 260) -> Story:
        chosen = self._random.choices(self._common, cum_weights=self._weights, k=words)
        for term in matter:
            for _ in range(self._random.randint(1, 4)):
                chosen[self._random.randrange(words)] = term
        at = NOW - timedelta(minutes=self._random.randrange(3 * 24 * 60))
        title = " ".join(self._random.sample(matter, 5))
        return Story(url=f"https://bao.example/{number}", title=title, text=" ".join(chosen), published=at)

    def arriving(self, count: int) -> list[Story]:
        stories: list[Story] = []
        matters: list[list[str]] = []
        for number in range(count):
            chance = self._random.random()
            if stories and chance < 0.05:
                old = self._random.choice(stories)
                stories.append(
                    Story(
                        url=f"{old.url}/{number}",
                        title="Theo báo bạn",
                        text=f"(TH) {old.text}",
                        published=old.published,
                    )
                )
                continue
            matter = self._random.choice(matters) if matters and chance < 0.25 else self.matter()
            matters.append(matter)
            stories.append(self.story(number, matter))
        return stories


def fill(connection: sqlite3.Connection, size: int, press: Press) -> None:
    """Write `size` stored stories into the index."""
    samples = [press.story(-n, press.matter()) for n in range(400)]
    digests = [event_digests.digest(story) for story in samples]
    bands = max(1, sum(len(duplicates.signature(story.text).keep) for story in samples) // len(samples))
    connection.executescript(
        "CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT, text TEXT);" + SCHEMA +
        "CREATE TEMP TABLE sample (id INTEGER PRIMARY KEY, title TEXT, text TEXT, digest BLOB);"
        "CREATE TEMP TABLE pool (id INTEGER PRIMARY KEY, term INTEGER);"
    )  # fmt: skip
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO sample VALUES (?, ?, ?, ?)",
        [
            (n, s.title, s.text, event_digests.pack(d.terms))
            for n, (s, d) in enumerate(zip(samples, digests, strict=True))
        ],
    )
    terms = [term for digest in digests for term in digest.rare]
    connection.executemany("INSERT INTO pool VALUES (?, ?)", enumerate(terms))
    end = NOW.timestamp()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)"
    connection.execute(
        f"INSERT INTO stories (id, title, text) {numbers}"
        " SELECT i, title, text FROM n JOIN sample s ON s.id = n.i % ?2",
        (size, len(samples)),
    )
    connection.execute(f"INSERT INTO events (id, size) {numbers} SELECT i, 1 FROM n", (size,))
    connection.execute(
        f"INSERT INTO event_stories (story, event, score) {numbers} SELECT i, i, 0 FROM n", (size,)
    )
    connection.execute(
        f"INSERT INTO event_digests (story, event, digest, at, sort_time, bands, long) {numbers}"
        " SELECT i, i, s.digest, ?3 - (?1 - i) * ?4 * 86400.0 / ?1,"
        " strftime('%Y-%m-%dT%H:%M:%SZ', ?3 - (?1 - i) * ?4 * 86400.0 / ?1, 'unixepoch'), zeroblob(6 * ?5), 1"
        " FROM n JOIN sample s ON s.id = n.i % ?2",
        (size, len(samples), end, DAYS, bands),
    )
    connection.execute(
        f"INSERT OR IGNORE INTO event_terms (stretch, term, story) {numbers},"
        " k(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM k WHERE j < ?2)"
        " SELECT d.at / 86400 / 16, p.term, d.story FROM event_digests d CROSS JOIN k"
        " JOIN pool p ON p.id = abs(random()) % ?3 ORDER BY 1, 2, 3",
        (size, event_digests.RARE_TERMS, len(terms)),
    )
    connection.execute(
        f"INSERT OR IGNORE INTO duplicate_bands (long, hash, story) {numbers},"
        " k(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM k WHERE j < ?2)"
        " SELECT 1, random() & 281474976710655, n.i FROM n CROSS JOIN k ORDER BY 2",
        (size, bands),
    )
    # As after real use: each story knows the five that it is most like, among those of about its time.
    connection.execute(
        f"INSERT INTO event_nearness (story, likest) {numbers}"
        " SELECT i, json_array(json_array(max(1, i - abs(random()) % 400), 0.0912),"
        " json_array(max(1, i - abs(random()) % 400), 0.0745), json_array(max(1, i - abs(random()) % 400), 0.0631),"
        " json_array(min(?1, i + abs(random()) % 400), 0.0544), json_array(min(?1, i + abs(random()) % 400), 0.0476))"
        " FROM n",
        (size,),
    )
    connection.execute("COMMIT")


def measure(size: int, stories: int, folder: Path) -> dict[str, float]:
    """One size, in this process."""
    press = Press(seed=7)
    path = folder / f"grouping-{size}.db"
    began = time.perf_counter()
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        fill(connection, size, press)
    connection.close()
    filled = time.perf_counter() - began
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    grouper = Grouper(connection)
    arriving = press.arriving(stories + 50)
    took: list[float] = []
    busy: list[float] = []
    joined = repeated = 0
    for number, story in enumerate(arriving, start=size + 1):
        began, worked = time.perf_counter(), time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO stories (id, title, text) VALUES (?, ?, ?)", (number, story.title, story.text)
        )
        grouped = grouper.add(number, story)
        connection.execute("COMMIT")
        took.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
        joined += grouped.joined.score > 0
        repeated += grouped.duplicate is not None
    took, busy = took[50:], busy[50:]  # the first ones warm the caches
    connection.close()
    return {
        "stored": size,
        "stories_per_second": round(len(took) / sum(took), 1),
        "stories_per_processor_second": round(len(busy) / sum(busy), 1),
        "slowest_ms": round(1000 * max(took), 1),
        "joined": joined,
        "duplicates": repeated,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "file_mb": path.stat().st_size // 2**20,
        "filled_in_s": round(filled, 1),
    }


def duplicates_alone(count: int) -> dict[str, float]:
    """Finding duplicates alone, in memory: ours (sketch, index, exact check) and datasketch's LSH (sketch and index)."""
    stories = Press(seed=11).arriving(count)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript("CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT, text TEXT);" + SCHEMA)
    repeats = Repeats(connection)
    began, found = time.process_time(), 0
    for number, story in enumerate(stories):
        connection.execute(
            "INSERT INTO stories (id, title, text) VALUES (?, ?, ?)", (number, story.title, story.text)
        )
        signature = duplicates.signature(story.text)
        when = story.published.isoformat() if story.published else ""
        found += repeats.find(number, story, when, signature) is not None
        connection.executemany(
            "INSERT OR IGNORE INTO duplicate_bands VALUES (?, ?, ?)",
            [(signature.long, v, number) for v in signature.keep],
        )
        connection.execute(
            "INSERT INTO event_digests (story, sort_time, bands, long) VALUES (?, ?, zeroblob(?), ?)",
            (number, when, 6 * len(signature.keep), signature.long),
        )
    ours = count / (time.process_time() - began)
    connection.close()
    report = {"ours_per_processor_second": round(ours, 1), "ours_found": found}
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        return report
    from pipelines.vietnamese import syllables

    lsh = MinHashLSH(threshold=0.8, num_perm=128)
    began, found = time.process_time(), 0
    for number, story in enumerate(stories):
        words = syllables(story.text)
        sketch = MinHash(num_perm=128)
        sketch.update_batch({" ".join(words[i : i + 5]).encode() for i in range(max(1, len(words) - 4))})
        found += bool(lsh.query(sketch))
        lsh.insert(str(number), sketch)
    report |= {
        "datasketch_per_processor_second": round(count / (time.process_time() - began), 1),
        "datasketch_found": found,
    }
    return report


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--stories", type=int, default=600)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one is not None:
        print(json.dumps(measure(chosen.one, chosen.stories, chosen.folder)))
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        first = None
        for size in chosen.sizes:
            again = [
                sys.executable,
                __file__,
                "--one",
                str(size),
                "--stories",
                str(chosen.stories),
                "--folder",
                folder,
            ]
            report = json.loads(subprocess.run(again, check=True, capture_output=True, text=True).stdout)
            first = first or report["stories_per_processor_second"]
            print(
                json.dumps(report | {"of_first": round(report["stories_per_processor_second"] / first, 2)}),
                flush=True,
            )
    print(json.dumps(duplicates_alone(2_000)))


if __name__ == "__main__":
    main()
