"""How fast is search beside a hand-written FTS5 query over the same stories, in the same run?

    python tests/benchmarks/bench_search.py --stories 20000
    python tests/benchmarks/bench_search.py --stories 1000000 --db /tmp/bench.db    # kept, and used again

Goal: the 95th percentile at most 1.5 times the hand-written query's, and under 100 ms for common two-word queries at
a million stories.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipelines.database import Store

#: The press's common words, those first that come most often: word n is drawn with a chance of about 1/n (Zipf).
COMMON = [
    "và",
    "của",
    "các",
    "trong",
    "là",
    "có",
    "được",
    "cho",
    "với",
    "công tác",
    "người",
    "những",
    "một",
    "không",
    "này",
    "đã",
    "năm",
    "tỉnh",
    "ký kết",
    "phối hợp",
    "quân đội",
    "chương trình",
    "đồng chí",
    "bộ",
    "phát triển",
    "xã hội",
    "kinh tế",
    "địa phương",
    "thành phố",
    "tổ chức",
    "thực hiện",
    "nhân dân",
    "biên phòng",
    "an ninh",
    "hội nghị",
    "đơn vị",
    "cán bộ",
    "chiến sĩ",
    "hợp tác",
    "ghi nhớ",
    "biên bản",
    "kết nghĩa",
    "quy chế",
    "sơ kết",
    "tổng kết",
    "giai đoạn",
    "đại tá",
    "trung tướng",
    "chính ủy",
    "tư lệnh",
    "quân",
    "đội",
    "ký",
    "kết",
    "hội",
    "biên",
    "chương",
    "phối",
    "lễ",
    "xã",
    "dân",
    "công an",
    "quân khu",
    "bộ đội",
    "tuyên truyền",
]
INITIALS = [
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "h",
    "kh",
    "l",
    "m",
    "n",
    "nh",
    "ph",
    "qu",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
]
RHYMES = [
    "a",
    "ai",
    "an",
    "ang",
    "anh",
    "ao",
    "âm",
    "ân",
    "ây",
    "e",
    "en",
    "ê",
    "i",
    "iên",
    "inh",
    "o",
    "oa",
    "ong",
    "ô",
    "ơi",
    "u",
    "ương",
    "y",
]
VOCABULARY = (
    *COMMON,
    *(initial + rhyme for initial in INITIALS for rhyme in RHYMES),
    *(f"tên{n}" for n in range(20_000)),
)
QUERIES = {
    "common, two words": [
        "ký kết",
        "quân đội",
        "phối hợp",
        "biên phòng",
        "ky ket",
        "quan doi",
        "hợp tác",
        "hội nghị",
    ],
    "common, phrase": ['"ký kết"', '"quân đội"', '"chương trình phối hợp"', '"bien ban"'],
    "common and rare": ["ký kết tên900", "quân đội tên4000", "biên phòng thương", "hợp tác khương"],
    "rare": ["tên700", "tên8000 OR tên9000", "tên1500 tên200"],
    "headline, not, prefix": [
        "title:quân title:đội",
        "ký kết NOT biên phòng",
        "chương tr*",
        "quân đội outlet:bao3",
    ],
    "years": ["ký kết from:2016 to:2016", "quân đội from:2024", "hợp tác NOT outlet:bao3 to:2020"],
}
#: A text has so many sentences, of so many words; about 250 syllables on the whole, as short news has.
SENTENCES = (3, 17)
WORDS = (8, 28)


def stories_of(number: int) -> Iterator[tuple[str, str]]:
    """Titles and texts of words with the press's skewed frequencies; the same every time."""
    chance = random.Random(7)
    weights = list(itertools.accumulate(1 / (rank + 6) for rank in range(len(VOCABULARY))))
    pool = [
        " ".join(chance.choices(VOCABULARY, cum_weights=weights, k=chance.randint(*WORDS)))
        for _ in range(200_000)
    ]
    for n in range(number):
        title = chance.choice(pool)[:70]
        yield title, ". ".join(chance.choices(pool, k=chance.randint(*SENTENCES))) + f" số {n}"


def fill(store: Store, stories: int) -> None:
    """Stories straight into the tables; what search reads is there, nothing else."""
    begun = time.perf_counter()
    store.connection.execute("PRAGMA synchronous = OFF")
    rows = enumerate(stories_of(stories), start=1)
    with store.transaction() as db:
        for outlet in range(20):
            db.execute(
                "INSERT INTO outlets (id, name, domain, first_seen) VALUES (?, ?, ?, '2020-01-01T00:00:00Z')",
                (f"bao{outlet}", f"Báo {outlet}", f"bao{outlet}.example"),
            )
        for number, (title, text) in rows:
            month, day = number % 12 + 1, number % 28 + 1
            at = f"{2015 + number * 11 // (stories + 1)}-{month:02d}-{day:02d}T00:00:00Z"
            db.execute(
                "INSERT INTO stories (id, url, outlet, title, text, published, found_at, updated_at, text_hash) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    f"https://bao.example/{number}",
                    f"bao{number % 20}",
                    title,
                    text,
                    at,
                    at,
                    at,
                    str(number),
                ),
            )
            db.execute(
                "INSERT INTO matches (story, revision, score, threshold, is_match, listed, judged_at) VALUES (?, 1, ?, 0.5, ?, ?, ?)",
                (number, number % 100 / 100, number % 100 >= 50, number % 100 >= 50, at),
            )
        db.execute("INSERT INTO stories_fts(stories_fts) VALUES ('optimize')")
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"filled {stories} stories in {time.perf_counter() - begun:.0f} s", file=sys.stderr)


def by_hand(connection: sqlite3.Connection, query: str) -> None:
    """What someone writes who knows FTS5: ranked by bm25, first page, with snippets."""
    words = (
        re.sub(r"(NOT )?(outlet|from|to):\S+", "", query)
        .replace("đ", "d")
        .replace("title:", "title_d:")
        .strip()
    )
    connection.execute(
        "SELECT s.id, s.title, s.outlet, s.published, snippet(stories_fts, 1, '[', ']', '…', 24) FROM stories_fts "
        "JOIN stories s ON s.id = stories_fts.rowid WHERE stories_fts MATCH ? ORDER BY stories_fts.rank LIMIT 20",
        (words,),
    ).fetchall()


def milliseconds(job: Callable[[], object], rounds: int) -> list[tuple[float, float]]:
    """(by the clock, of the processor) of every round: on a shared machine the second is what the job costs."""
    times = []
    for _ in range(rounds):
        begun, worked = time.perf_counter(), time.thread_time()
        job()
        times.append(((time.perf_counter() - begun) * 1000, (time.thread_time() - worked) * 1000))
    return times


def percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def summary(times: list[tuple[float, float]]) -> dict[str, float]:
    clock, worked = zip(*times, strict=True)
    return {
        "p50": round(statistics.median(clock), 1),
        "p95": round(percentile(list(clock)), 1),
        "processor p50": round(statistics.median(worked), 1),
        "processor p95": round(percentile(list(worked)), 1),
    }


def ratio(ours: list[tuple[float, float]], theirs: list[tuple[float, float]], which: int) -> float:
    return round(percentile([t[which] for t in ours]) / percentile([t[which] for t in theirs]), 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--db", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.db or Path(folder) / "bench.db"
        with Store(path) as store:
            if not store.value("SELECT count(*) FROM stories"):
                fill(store, options.stories)
        with Store(path, readonly=True) as store:
            stories = store.value("SELECT count(*) FROM stories")
            ours, theirs, figures = [], [], {}
            for kind, queries in QUERIES.items():
                mine = [
                    t
                    for q in queries
                    for t in milliseconds(lambda q=q: store.search.search(q), options.rounds)
                ]
                other = [
                    t
                    for q in queries
                    for t in milliseconds(lambda q=q: by_hand(store.connection, q), options.rounds)
                ]
                ours += mine
                theirs += other
                figures[kind] = {"ours": summary(mine), "by hand": summary(other)}
        result = {
            "stories": stories,
            "p95_ratio": ratio(ours, theirs, 0),
            "p95_ratio_of_processor_time": ratio(ours, theirs, 1),
            "ms": figures,
        }
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
