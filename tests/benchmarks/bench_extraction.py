"""Extraction beside plain trafilatura, newspaper4k and news-please: quality and time on the same pages in one run.

    python tests/benchmarks/bench_extraction.py FOLDER [--rules]

FOLDER has the layout of `kyket evaluate extraction`. Readers that are not installed are left out. `--rules` also lets
Kyket use the catalogue's page rules; without it, it reads every page as one of an unknown outlet. Times are CPU milliseconds a
page on one core, after one warm-up run, import time excluded.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipelines.encodings import decode
from pipelines.evaluation import extraction
from pipelines.extract import extract_story
from pipelines.types import Outcome, Outlet, Page, Rejected, Story

Reader = Callable[[Page, Outlet | None, datetime], Story | Rejected]


def kyket(page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
    return extract_story(page, outlet, now=now)


def plain_trafilatura(page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
    from trafilatura import bare_extraction

    found = bare_extraction(page.body, url=page.url, with_metadata=True, include_comments=False)
    if found is None:
        return Rejected(outcome=Outcome.TOO_SHORT, why="nothing found")
    return _story(page, found.title, found.text, found.date, [found.author] if found.author else [])


def newspaper(page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
    from newspaper import Article

    article = Article(page.url, language="vi")
    article.download(input_html=decode(page.body))
    article.parse()
    return _story(page, article.title, article.text, article.publish_date, article.authors)


def news_please(page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
    from newsplease import NewsPlease

    found = NewsPlease.from_html(decode(page.body), url=page.url)
    return _story(page, found.title, found.maintext, found.date_publish, found.authors or [])


def _story(page: Page, title: str | None, text: str | None, when: Any, authors: list[str]) -> Story:
    """What another reader found, as a story; a time without a zone is taken as Vietnamese."""
    from pipelines.dates import VIETNAM, parse_date

    published = None
    if isinstance(when, datetime):
        published = when if when.tzinfo else when.replace(tzinfo=VIETNAM)
    elif when and (parsed := parse_date(str(when), now=datetime.now(UTC))):
        published = parsed.value
    return Story(
        url=page.url, title=title or "", text=text or "", published=published, authors=tuple(authors)
    )


READERS: dict[str, tuple[str, Reader]] = {
    "kyket": ("trafilatura", kyket),
    "trafilatura": ("trafilatura", plain_trafilatura),
    "newspaper4k": ("newspaper", newspaper),
    "news-please": ("newsplease", news_please),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rules", action="store_true", help="let Kyket use the catalogue's page rules")
    options = parser.parse_args()
    outlets: tuple[Outlet, ...] = ()
    if options.rules:
        from crawler.catalogue import load_catalogue

        outlets = tuple(load_catalogue().values())
    now = datetime.now(UTC)
    print(
        f"{'reader':<12} {'n':>4} {'F1':>7} {'worst':>7} {'title':>6} {'time':>6} {'authors':>8} {'ms/page':>8} {'slowest':>8}"
    )
    for name, (module, reader) in READERS.items():
        if find_spec(module) is None:
            print(f"{name:<12} not installed")
            continue
        spent: list[float] = []
        timed = _timed(reader, spent)
        extraction.evaluate(options.folder, outlets=outlets, now=now, extractor=timed)
        spent.clear()
        result = extraction.evaluate(options.folder, outlets=outlets, now=now, extractor=timed)
        print(
            f"{name:<12} {result['n']:>4} {result['token_f1']:>7.4f} {result['token_f1_min']:>7.4f} {result['title']:>6.2f} "
            f"{result['published']:>6.2f} {result['authors']:>8.2f} {statistics.mean(spent):>8.1f} {max(spent):>8.1f}"
        )


def _timed(reader: Reader, spent: list[float]) -> Reader:
    def read(page: Page, outlet: Outlet | None, now: datetime) -> Story | Rejected:
        begun = time.process_time()
        try:
            return reader(page, outlet, now)
        except Exception as fault:  # another library's failure is its result
            return Rejected(outcome=Outcome.EXTRACT_FAILED, why=str(fault))
        finally:
            spent.append(1000 * (time.process_time() - begun))

    return read


if __name__ == "__main__":
    main()
