"""How fast a crawl is beside a bare Scrapy spider that only fetches, and whether its memory grows.

    python tests/benchmarks/bench_crawl.py [--pages 3000] [--memory 10000] [--gated text]

A server in a process of its own answers from memory. Both spiders fetch the same addresses with the same concurrency
and no delay; politeness is off, since it is what a crawl is meant to spend its time on. Times are from the first
request to the end of the crawl, everything written. Rounds alternate, and the best of each counts. Pages a second of
the clock are what matters; on a machine that has other things to do, processor time says more: of the crawl's own
process, and of it and its reader together (which runs beside it on another core; what it takes to load is told apart).

--gated says where the pages end: `bytes` hold no phrase of the gate; `links` hold some, in boxes of links only, as
most pages of the press do; `text` hold one in a paragraph, so that the reader's process must parse them; `mixed` are
the sample press's big outlet as it comes, one page in a hundred a signing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))
CONCURRENCY = 8


def pages(kind: str) -> list[bytes]:
    """Bodies of the sample press's big outlet that end where `kind` says, or as they come (`mixed`)."""
    from crawler.press.big import BIG_OUTLET
    from crawler.press.server import SamplePress
    from crawler.press.site import Request, Seen
    from pipelines.gate import Gate
    from pipelines.profile import load_profile

    profile = load_profile()
    gate = Gate(profile)
    header = "text/html; charset=utf-8"
    bodies: list[bytes] = []
    with SamplePress(only=[BIG_OUTLET.id], big=600, big_matches=0.01) as press:
        site = press.sites[BIG_OUTLET.id]
        for number in range(600):
            target = site.url_of(site.story(number)).removeprefix(site.base)  # type: ignore[attr-defined]
            body = site.answer(Request(outlet=BIG_OUTLET.id, method="GET", target=target), Seen(now=press.now)).body
            if kind != "mixed" and gate.admits_page(body, header):
                continue
            if kind == "bytes":
                body = _blanked(body, profile)
            elif kind == "text":
                body = body.replace(b"</article>", "<p>Người dân phối hợp dọn dẹp.</p></article>".encode(), 1)
            phrases = len(_blanked(body, profile)) != len(body)
            admitted = gate.admits_bytes(body, header), gate.admits_page(body, header)
            wanted = {"bytes": (False, False), "links": (False, False), "text": (True, False), "mixed": admitted}
            if admitted == wanted[kind] and (kind == "mixed" or phrases == (kind != "bytes")):
                bodies.append(body)
    assert len(bodies) >= 100, f"the big outlet has {len(bodies)} pages of kind {kind}"
    return bodies


def _blanked(body: bytes, profile: Any) -> bytes:
    """The page without any word of the gate's instruments, whatever its case."""
    import re

    words = {word for phrase in (*profile.sufficient, *profile.gate_instruments) for word in phrase.split()}
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", "tin", body.decode(), flags=re.IGNORECASE).encode()


def serve(bodies: list[bytes], ready: Any) -> None:
    """A server that costs as little as Python can: fixed answers, keep-alive."""

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport, self.buffer = transport, b""

        def data_received(self, data: bytes) -> None:
            self.buffer += data
            while b"\r\n\r\n" in self.buffer:
                head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
                path = head.split(b" ", 2)[1]
                if path == b"/robots.txt":
                    body, kind = b"User-agent: *\nDisallow: /tim-kiem\n", b"text/plain"
                elif path == b"/rss":
                    body, kind = b'<rss version="2.0"><channel><title>x</title></channel></rss>', b"text/xml"
                else:
                    body, kind = bodies[int(path.rsplit(b"-", 1)[1][:-5]) % len(bodies)], b"text/html; charset=utf-8"
                self.transport.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body)
                )

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def addresses(port: int, count: int) -> list[str]:
    return [f"http://127.0.0.1:{port}/tin-tuc-trong-ngay-{number}.html" for number in range(100_000, 100_000 + count)]


def bare(port: int, count: int) -> dict[str, Any]:
    """Scrapy as it comes, robots off, a callback that does nothing."""
    import scrapy
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    class Bare(scrapy.Spider):
        name = "bare"
        fetched = 0

        async def start(self) -> Any:
            for url in addresses(port, count):
                yield scrapy.Request(url)

        def parse(self, response: Any) -> None:
            self.fetched += 1

    process = AsyncCrawlerProcess(
        {"LOG_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY, "TELNETCONSOLE_ENABLED": False,
         "REMOTE_CONTROL_ENABLED": False, "DOWNLOAD_DELAY": 0}
    )  # fmt: skip
    crawler = process.create_crawler(Bare)
    clock: dict[str, float] = {}
    crawler.signals.connect(lambda: clock.update(began=time.perf_counter(), cpu=-time.process_time()), signals.spider_opened, weak=False)
    crawler.signals.connect(
        lambda: clock.update(ended=time.perf_counter(), cpu=clock["cpu"] + time.process_time()), signals.spider_closed, weak=False
    )
    process.crawl(crawler)
    process.start()
    assert crawler.spider is not None
    return {"pages": crawler.spider.fetched, "seconds": clock["ended"] - clock["began"], "cpu": clock["cpu"]}  # type: ignore[attr-defined]


def kyket(port: int, count: int, folder: Path) -> dict[str, Any]:
    """The real crawl: ledger, gate, outcomes, everything but pauses."""
    from scrapy import signals

    from crawler import run
    from crawler.session import CrawlOptions
    from pipelines.database import Store
    from pipelines.types import Link

    catalogue = folder / "bench.toml"
    catalogue.write_text(
        f'[[outlet]]\nid = "bench"\nname = "Bench"\ndomain = "127.0.0.1:{port}"\nhome = "http://127.0.0.1:{port}/"\n'
        'kind = "national"\narticle = \'-\\d+\\.html$\'\n'
        f'[[outlet.sources]]\nkind = "feed"\nurl = "http://127.0.0.1:{port}/rss"\nseen = true\n',
        "utf-8",
    )
    with Store(folder / "bench.db") as store:
        links = [Link(url=url, outlet="bench") for url in addresses(port, count)]
        store.ledger.add_links(links, crawl=None, now=datetime.now(UTC))
    clock: dict[str, float] = {}
    memory: list[int] = []
    watch = run._stop_politely

    def watched(crawler: Any) -> None:
        watch(crawler)
        crawler.signals.connect(lambda: clock.update(began=time.perf_counter(), cpu=-time.process_time()), signals.spider_opened, weak=False)
        crawler.signals.connect(seen, signals.response_received, weak=False)
        crawler.signals.connect(
            lambda: clock.update(ended=time.perf_counter(), cpu=clock["cpu"] + time.process_time()), signals.engine_stopped, weak=False
        )

    def seen() -> None:
        clock["seen"] = clock.get("seen", 0) + 1
        if clock["seen"] % 500 == 0:
            memory.append(rss())

    run._stop_politely = watched
    report = run.run_crawl(
        CrawlOptions(
            db=folder / "bench.db", catalogue=(catalogue,), delay=0.0,
            settings={"CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY},
        )
    )  # fmt: skip
    reader = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "reader": reader.ru_utime + reader.ru_stime,
        "pages": sum(report.outcomes.values()), "seconds": clock["ended"] - clock["began"], "cpu": clock["cpu"],
        "outcomes": {str(key): value for key, value in report.outcomes.items()}, "rss_mb": memory,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def rss() -> int:
    """Megabytes of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


def child(kind: str, port: int, count: int) -> dict[str, Any]:
    """One crawl in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--child", kind, "--port", str(port), "--pages", str(count), "--folder", folder],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, metavar="PAGES", help="crawl so many pages and print memory")
    parser.add_argument("--gated", choices=("bytes", "links", "text", "mixed"), default="bytes", help="where the pages end")
    parser.add_argument("--child")
    parser.add_argument("--port", type=int)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.child:
        work = bare(options.port, options.pages) if options.child == "bare" else kyket(
            options.port, options.pages, options.folder
        )
        print(json.dumps(work))
        return
    ready: Any = multiprocessing.get_context("spawn").Queue()
    bodies = pages(options.gated)
    random.Random(1).shuffle(bodies)
    print(f"{len(bodies)} bodies, {sum(map(len, bodies)) // len(bodies) // 1000} kB mean", flush=True)
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(bodies, ready), daemon=True)
    server.start()
    port = ready.get(timeout=30)
    try:
        if options.memory:
            result = child("kyket", port, options.memory)
            print(json.dumps(result))
            return
        best: dict[str, float] = {}
        # Pages of the other kinds never reach the reader: whatever time it took was for loading.
        loading = child("kyket", port, 8)["reader"] if options.gated in ("text", "mixed") else float("inf")
        for _ in range(options.rounds):
            for kind in ("bare", "kyket"):
                result = child(kind, port, options.pages)
                assert result["pages"] == options.pages, result
                count, reader = result["pages"], max(0.0, result.get("reader", 0.0) - loading)
                rates = {"clock": count / result["seconds"], "own": count / result["cpu"], "both": count / (result["cpu"] + reader)}
                for name, rate in rates.items():
                    best[kind + name] = max(best.get(kind + name, 0.0), rate)
                print(f"{kind:6}", *(f"{name} {rate:6.1f}" for name, rate in rates.items()), result.get("outcomes", ""), flush=True)
        print("pages a second, beside the bare spider's:", ", ".join(
            f"{best['kyket' + name] / best['bare' + name]:.2f} {words}"
            for name, words in (("clock", "by the clock"), ("own", "of its process's time"), ("both", "of its and its reader's time"))
        ), "(goal 0.80)")  # fmt: skip
    finally:
        server.kill()


if __name__ == "__main__":
    main()
