"""How fast stories are judged and pages gated: `python tests/benchmarks/bench_judging.py [SHARED]`.

Prints milliseconds of processor time, the best of several rounds, and how long a plain loop takes on this machine
now, so that figures of a busy machine can be read.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))

from pipelines.evaluation.matches import story_of  # noqa: E402
from pipelines.gate import Gate  # noqa: E402
from pipelines.matching.score import Judge  # noqa: E402
from pipelines.matching.similarity import SeedCorpus  # noqa: E402
from pipelines.profile import load_profile  # noqa: E402


def best(work: Callable[[], object], rounds: int = 4) -> float:
    """Seconds of processor time of the fastest round."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT.parent / "shared"
    profile = load_profile()
    gate, judge = Gate(profile), Judge(profile, SeedCorpus.shipped(profile))
    print(f"a loop of 3 million additions: {best(lambda: sum(range(3_000_000))) * 1e3:.0f} ms")
    corpus = shared / "corpus" / "stories-dev.jsonl"
    file = corpus if corpus.exists() else PROJECT / "tests" / "quality" / "matches.jsonl"
    stories = [story_of(json.loads(line)) for line in file.read_text("utf-8").split("\n")[:400] if line]
    took = best(lambda: [judge.judge(story) for story in stories], 3)
    print(f"judging: {took / len(stories) * 1e3:.2f} ms a story ({len(stories)} of {file.name})")
    pages = [path.read_bytes() for path in sorted((shared / "press" / "pages").glob("*.html"))]
    if not pages:
        print("no captured pages here: the gate is not measured")
        return
    size = sum(map(len, pages))
    took = best(lambda: [gate.admits_bytes(page) for page in pages])
    print(f"gate, bytes: {size / took / 1e6:.0f} MB/s, {took / len(pages) * 1e3:.2f} ms a page")
    took = best(lambda: [gate.admits_page(page) for page in pages], 3)
    passed = sum(gate.admits_page(page) for page in pages)
    print(f"gate, both steps: {took / len(pages) * 1e3:.2f} ms a page; {passed} of {len(pages)} pages pass")


if __name__ == "__main__":
    main()
