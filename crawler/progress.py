"""Progress of a crawl on a terminal: outlets, pages and matches so far, time left. Silent in a pipe."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.plan import clock, seconds_each
from pipelines.types import Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.lanes import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast one outlet has answered so far."""

    answers: int = 0
    seconds: float = 0.0
    """Since its first request."""
    delay: float = 0.0
    """The pause that its host is given."""

    @property
    def each(self) -> float:
        """Seconds from one request to the next."""
        return seconds_each(self.delay, self.answers, self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """When a crawl will be done, as far as anybody can tell."""

    seconds: float
    at_least: bool
    """Lists are still to be read, so there may be more to do."""
    slowest: str | None = None
    """The outlet that takes longest."""

    def __str__(self) -> str:
        return clock(self.seconds, at_least=self.at_least)


def time_left(lanes: Iterable[Lane], paces: Mapping[str, Pace]) -> TimeLeft | None:
    """How long the rest takes: each outlet has its own pace, all are asked side by side, so the slowest decides.

    None while there is nothing left to do, or nobody can tell how fast any of it goes.
    """
    slowest: TimeLeft | None = None
    at_least = False
    for lane in lanes:
        if not lane.left:
            continue
        at_least = at_least or lane.open_ended
        each = paces[lane.outlet.id].each if lane.outlet.id in paces else 0.0
        if each > 0 and (slowest is None or lane.left * each > slowest.seconds):
            slowest = TimeLeft(seconds=lane.left * each, at_least=False, slowest=lane.outlet.id)
    return None if slowest is None else TimeLeft(seconds=slowest.seconds, at_least=at_least, slowest=slowest.slowest)


class Stopwatch:
    """Measures the pace of each lane from its first request on."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def paces(self, lanes: Iterable[Lane], delays: Mapping[str, float], now: float) -> dict[str, Pace]:
        """The paces at a moment (seconds of any steady clock). Call it often: it notes when a lane began."""
        paces = {}
        for lane in lanes:
            name = lane.outlet.id
            if lane.asked:
                began = self._began.setdefault(name, now)
                paces[name] = Pace(answers=lane.answers, seconds=now - began, delay=delays.get(name, 0.0))
            elif name in delays:
                paces[name] = Pace(delay=delays[name])
        return paces


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
        self.watch = Stopwatch()
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
        from crawler.addresses import place
        from crawler.session import session_of

        now = time.monotonic()
        if now - self._last < 0.1:
            return
        self._last = now
        session = session_of(self.crawler)
        lanes: dict[str, Lane] = getattr(self.crawler.spider, "lanes", {})
        delays = {name: session.delay_of(place(lane.outlet.home), name) for name, lane in lanes.items()}
        left = time_left(lanes.values(), self.watch.paces(lanes.values(), delays, now))
        outcomes = session.desk.outcomes
        pages, matches = sum(outcomes.values()), outcomes[Outcome.STORED]
        words = f"{pages} pages, {matches} matches" + (f", {left} left ({left.slowest})" if left else "")
        done = sum(lane.done for lane in lanes.values())
        self.progress.update(self.task, total=len(lanes) or None, completed=done, words=words)

    def stop(self) -> None:
        """Take the line away."""
        self.progress.stop()
