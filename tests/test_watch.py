"""The watch over outlets on a real ledger in virtual time: one notice when a source breaks, one when it is back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.rhythm import VIETNAM, holiday_share
from pipelines.database import Store
from pipelines.database.ledger import Poll
from pipelines.digests import health_lines
from pipelines.types import Link, Outcome, Outlet, Source, SourceKind
from schedules.jobs import read_schedule
from schedules.plan import plan
from schedules.watch import health_report, watch_health

BEGIN = datetime(2027, 1, 12, tzinfo=UTC)  # Tết is 6 February 2027
SOURCE = Source(id="a:feed:x", outlet="a", kind=SourceKind.FEED, url="https://a.vn/rss", label="Tin mới")
HOUR = timedelta(hours=1)


class Paper:
    """An outlet that writes by day, slows down on holidays, and can be broken in several ways."""

    def __init__(self, store: Store, per_day: float, seed: int) -> None:
        self.store, self.per_day = store, per_day
        self.rng = random.Random(seed)
        self.feed: list[Link] = []
        self.number = 0
        self.how = "well"
        outlet = Outlet(id="a", name="A", domain="a.vn", home="https://a.vn/", kind="provincial", sources=(SOURCE,))
        store.ledger.sync_catalogue([outlet], now=BEGIN)

    def hour(self, now: datetime) -> None:
        """An hour passes; then a crawl looks at the feed."""
        local = now.astimezone(VIETNAM)
        rate = self.per_day / 24 * (1.55 if 6 <= local.hour < 21 else 0.08) * holiday_share(local)
        if self.how != "frozen":
            for _ in range(sum(self.rng.random() < rate / 4 for _ in range(4))):
                self.number += 1
                at = now - HOUR * self.rng.random()
                self.feed.append(Link(url=f"https://a.vn/bai-{self.number}.html", outlet="a", source=SOURCE.id, published=at))
        crawl = self.store.ledger.begin_crawl("crawl", ["a"], {}, now=now)
        links = self.feed[-30:] if self.how in ("well", "frozen") else []
        outcome = {"unreachable": "timeout", "blocked": "http-403"}.get(self.how, "ok")
        poll = Poll(outcome=outcome, url=SOURCE.url, links=len(links) or None)
        self.store.ledger.record_poll(crawl, SOURCE, poll, links, now=now, keep_validators=True)
        self.store.ledger.finish_crawl(crawl, status="finished", reason=None, now=now)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "kyket.db") as opened:
        yield opened


def watch(paper: Paper, begin: datetime, hours: int, *, every: int = 6) -> list[tuple[datetime, str, bool]]:
    """Hours of life; the notices given meanwhile as (when, state, recovered)."""
    told = []
    for n in range(1, hours + 1):
        now = begin + n * HOUR
        paper.hour(now)
        if n % every == 0:
            told += [
                (now, change["state"], change["recovered"]) for change in watch_health(paper.store, now=now)
            ]
    return told


@pytest.mark.slow
@pytest.mark.parametrize("per_day", [5, 30])
def test_a_month_with_tet_raises_no_alarm(store: Store, per_day: float) -> None:
    assert watch(Paper(store, per_day, seed=int(per_day)), BEGIN, 33 * 24) == []


@pytest.mark.parametrize(
    ("how", "state"), [("frozen", "frozen"), ("empty", "empty"), ("unreachable", "unreachable"), ("blocked", "blocked")]
)
def test_each_break_is_told_once_within_a_day_and_a_quarter_and_its_end_once(store: Store, how: str, state: str) -> None:
    paper = Paper(store, 30, seed=3)
    assert watch(paper, BEGIN, 12 * 24) == []
    broke = BEGIN + timedelta(days=12)
    paper.how = how
    told = watch(paper, broke, 60)
    assert [(word, back) for _, word, back in told] == [(state, False)]
    assert told[0][0] <= broke + timedelta(hours=30)
    assert health_report(store, now=broke + 60 * HOUR)["outlets"][0]["needs_person"]
    paper.how = "well"
    assert [back for _, _, back in watch(paper, broke + 60 * HOUR, 30)] == [True]


def test_a_source_that_flickers_is_not_told_of_again_within_the_cool_down(store: Store) -> None:
    paper = Paper(store, 30, seed=4)
    watch(paper, BEGIN, 8 * 24)
    at, told = BEGIN + timedelta(days=8), []
    for how in ("blocked", "well", "blocked", "well", "blocked"):
        paper.how = how
        told += watch(paper, at, 6, every=1)
        at += 6 * HOUR
    assert [back for _, _, back in told] == [False, True]


# -- our own network ---------------------------------------------------------------------------------------------


class Press:
    """Several outlets that are asked every hour, and a line that may be cut."""

    def __init__(self, store: Store, count: int) -> None:
        self.store, self.number = store, 0
        self.sources = [
            Source(id=f"o{n}:feed:x", outlet=f"o{n}", kind=SourceKind.FEED, url=f"https://o{n}.vn/rss", label="Tin mới")
            for n in range(count)
        ]
        outlets = [
            Outlet(id=one.outlet, name=one.outlet, domain=f"{one.outlet}.vn", home="", kind="provincial", sources=(one,))
            for one in self.sources
        ]
        store.ledger.sync_catalogue(outlets, now=BEGIN)

    def hour(self, now: datetime, *, down: frozenset[str] | None = None) -> None:
        """One crawl; `down`: the outlets that cannot be reached."""
        crawl = self.store.ledger.begin_crawl("crawl", [], {}, now=now)
        for place, one in enumerate(self.sources):
            self.number += 1
            failed = down is not None and one.outlet in down
            links = [Link(url=f"https://{one.outlet}.vn/{self.number}.html", outlet=one.outlet, source=one.id, published=now - HOUR / 2)]
            poll = Poll(outcome="dns" if failed else "ok", url=one.url, links=None if failed else 1)
            self.store.ledger.record_poll(crawl, one, poll, [] if failed else links, now=now + place * HOUR / 60, keep_validators=True)
        self.store.ledger.finish_crawl(crawl, status="finished", reason=None, now=now)


def test_our_own_outage_is_told_once_blames_nobody_and_ends_with_one_notice(store: Store) -> None:
    press = Press(store, 8)
    everybody = frozenset(one.outlet for one in press.sources)
    told: list[tuple[str, str, bool]] = []

    def live(begin: datetime, hours: int, down: frozenset[str] | None) -> datetime:
        for n in range(hours):
            now = begin + n * HOUR
            press.hour(now, down=down)
            told.extend((one["outlet"], one["state"], one["recovered"]) for one in watch_health(store, now=now + HOUR / 2))
        return begin + hours * HOUR

    at = live(BEGIN, 48, None)
    at = live(at, 30, everybody)
    report = health_report(store, now=at)
    assert report["offline"]["outlets"] == 8
    assert not any(outlet["needs_person"] for outlet in report["outlets"])
    assert "own network" in report["outlets"][0]["sources"][0]["why"]
    live(at, 24, None)
    assert told == [("network", "offline", False), ("network", "offline", True)]
    assert [line[:20] for line in health_lines(store.jobs.health_changes(0))] == ["✓ Mạng của máy này: "]


def test_while_our_line_is_cut_no_source_is_put_off_and_pages_that_failed_are_tried_anew(store: Store) -> None:
    press = Press(store, 6)
    everybody = frozenset(one.outlet for one in press.sources)
    press.hour(BEGIN)
    for n in range(1, 9):
        now = BEGIN + n * HOUR
        press.hour(now, down=everybody)
        plan(store, read_schedule({}), now=now + HOUR / 5)
    looks = store.jobs.looks()
    assert all(look.failures == 0 for look in looks)
    assert all(look.next_check is not None and look.next_check - now < HOUR / 2 for look in looks)
    watch_health(store, now=now)
    url = "https://o1.vn/2.html"
    for attempt in range(6):
        store.ledger.record_visit(None, url, Outcome.DNS, now=now + attempt * HOUR / 60)
    assert store.ledger.pending(now=now + 900 * HOUR, limit=99) and url not in {
        one.url for one in store.ledger.pending(now=now + 900 * HOUR)
    }
    press.hour(now + HOUR)
    watch_health(store, now=now + 1.5 * HOUR)
    assert url in {one.url for one in store.ledger.pending(now=now + 2 * HOUR)}


def test_an_outlet_that_really_fell_during_our_outage_is_told_afterwards(store: Store) -> None:
    press = Press(store, 6)
    everybody, one = frozenset(source.outlet for source in press.sources), frozenset({"o3"})
    told = []
    for n in range(24 + 8 + 20):
        now = BEGIN + n * HOUR
        press.hour(now, down=None if n < 24 else everybody if n < 32 else one)
        told += [(change["outlet"], change["recovered"]) for change in watch_health(store, now=now + HOUR / 2)]
    assert told == [("network", False), ("network", True), ("o3", False)]
