"""`kyket import` of a WARC whose pages are mostly other news, against trafilatura on every page. One process each.

    python tests/benchmarks/bench_import.py [--pages 600] [--warc FILE]

Without --warc the pages are the sample press's made-up ones (one in a hundred a signing). Both sides read the same
file in one process; the baseline extracts each page with trafilatura and judges it with the same matcher. Prints the
ratio of processor times, and whether both found the same matches (by URL).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from pipelines.types import Page, Story
from pipelines.warc import read_records

_WARM = Page(
    url="https://a.example/tin-1.html",
    body=("<html lang=vi><body><h1>Ký kết chương trình phối hợp</h1><article>" + "<p>Hai bên ký kết chương trình phối hợp.</p>" * 9 + "</article>").encode(),
    fetched_at=datetime.now(UTC),
)


def make_warc(path: Path, pages: int) -> None:
    """A WARC of the big sample outlet's pages."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    from crawler.press import SamplePress

    with SamplePress(big=pages, only=["nghintrang"]) as press, path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        site = press.sites["nghintrang"]
        for story in site.listed(press.now)[:pages]:
            body = site.article_page(story, press.now)
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            url = site.url_of(story)
            writer.write_record(
                writer.create_warc_record(url, "response", payload=BytesIO(body), length=len(body), http_headers=headers)
            )


def by_kyket(path: Path, folder: Path) -> tuple[float, set[str]]:
    from crawler.catalogue import load_catalogue
    from crawler.importing import Importer, read_warc
    from pipelines.database import Store
    from pipelines.flow import Flow

    with Store(folder / "import.db") as store:
        profile = store.seeds.profile()
        flow = Flow(profile, store.seeds.corpus(profile))
        now = datetime.now(UTC)
        importer = Importer(store, flow, load_catalogue(), store.ledger.begin_crawl("import", [], {}, now=now))
        # What loads once (parsers, weights) would be most of a small file's time; both sides load it before the clock.
        flow.read(_WARM, None, now=now)
        began = time.process_time()
        for item in read_warc(path, problem=print):
            importer.take(item, now=now)
        importer.flush(now=now)
        spent = time.process_time() - began
        return spent, {match["url"] for match in store.reading.matches()}


def by_trafilatura(path: Path) -> tuple[float, set[str]]:
    from trafilatura import bare_extraction

    from pipelines.matching.score import Judge
    from pipelines.matching.similarity import SeedCorpus
    from pipelines.profile import load_profile
    from pipelines.vietnamese import squeeze, tidy

    profile = load_profile()
    judge = Judge(profile, SeedCorpus.shipped(profile))
    found: set[str] = set()
    bare_extraction(_WARM.body, with_metadata=True)
    judge.judge(Story(url=_WARM.url, title="Ký kết", text="Hai bên ký kết chương trình phối hợp."))
    began = time.process_time()
    for record in read_records(path):
        if record.status != 200 or "html" not in record.headers.get("content-type", "html"):
            continue
        page = bare_extraction(record.body, url=record.url, with_metadata=True, include_comments=False)
        if page is None or not page.text:
            continue
        story = Story(url=record.url, title=squeeze(page.title or ""), text=tidy(page.text))
        if judge.judge(story).is_match:
            found.add(record.url)
    return time.process_time() - began, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--warc", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = args.warc
        if path is None:
            path = folder / "big.warc.gz"
            make_warc(path, args.pages)
        ours, our_matches = by_kyket(path, folder)
        theirs, their_matches = by_trafilatura(path)
    print(f"kyket import {ours:.2f} s, trafilatura on every page {theirs:.2f} s of processor time: {theirs / ours:.1f} times")
    print(f"matches: {len(our_matches)} and {len(their_matches)}, the same: {our_matches == their_matches}")
    for url in sorted(our_matches ^ their_matches)[:5]:
        print("  only", "kyket" if url in our_matches else "trafilatura", url)


if __name__ == "__main__":
    main()
