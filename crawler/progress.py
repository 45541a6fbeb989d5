"""Progress of a crawl on a terminal: outlets, pages and matches so far, time left. Silent in a pipe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pipelines.types import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler

    from crawler.lanes import Lane

#: Pages to have seen before time left is worth saying.
_ENOUGH = 20


def time_left(lanes: Iterable[Lane], *, pages: int, seconds: float) -> float | None:
    """Seconds until the slowest outlet is done, from the pace so far; None while nobody can tell.

    Hosts are asked side by side, so the longest lane decides, not the sum.
    """
    lanes = list(lanes)
    if pages < _ENOUGH or seconds <= 0:
        return None
    longest, pace = 0.0, 0.0
    for lane in lanes:
        done = lane.taken - lane.under_way
        if done > 0:
            pace = max(pace, done / seconds)
        longest = max(longest, lane.waiting + len(lane.sweeps))
    return longest / pace if pace else None


class Display:
    """One line on standard error while the crawl runs."""

    def __init__(self, crawler: Crawler) -> None:
        import sys

        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )
        from scrapy import signals

        self.crawler = crawler
        self.began = time.monotonic()
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
            console=Console(file=sys.stderr),
            transient=True,
        )
        self.task = self.progress.add_task("outlets", total=None, words="")
        self._last = 0.0
        for signal in (signals.response_received, signals.item_scraped, signals.spider_opened):
            crawler.signals.connect(self.update, signal)
        self.progress.start()

    def update(self) -> None:
        """Look at the lanes; at most ten times a second."""
        from crawler.session import session_of

        now = time.monotonic()
        if now - self._last < 0.1:
            return
        self._last = now
        lanes: dict[str, Lane] = getattr(self.crawler.spider, "lanes", {})
        outcomes = session_of(self.crawler).desk.outcomes
        pages, matches = sum(outcomes.values()), outcomes[Outcome.STORED]
        left = time_left(lanes.values(), pages=pages, seconds=now - self.began)
        words = f"{pages} pages, {matches} matches" + (f", about {_clock(left)} left" if left else "")
        done = sum(lane.done for lane in lanes.values())
        self.progress.update(self.task, total=len(lanes) or None, completed=done, words=words)

    def stop(self) -> None:
        """Take the line away."""
        self.progress.stop()


def _clock(seconds: float) -> str:
    minutes = int(seconds + 59) // 60
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
