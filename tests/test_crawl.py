"""A whole crawl of the sample press: every link in one outcome, once, and the report says what happened."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from crawling import PROJECT, Child, crawl, options_for, outcomes, rows

from crawler.commands import unread_line
from crawler.lanes import HOST_FAILURES, Lane, Sweep
from crawler.press import faults
from crawler.press.server import SamplePress
from pipelines.types import Link, Outcome, Outlet, Source, SourceKind

OUTLET = Outlet(id="bao", name="Báo", domain="bao.vn", home="https://bao.vn/", kind="provincial")


# ------------------------------------------------------------------------------------------------ lanes


def _lane(limit: int | None = None, window: int = 1) -> Lane:
    return Lane(OUTLET, limit=limit, window=window)


def _link(number: int, day: int | None = None) -> Link:
    from datetime import UTC, datetime

    published = None if day is None else datetime(2026, 7, day, tzinfo=UTC)
    return Link(url=f"https://bao.vn/{number}", outlet="bao", published=published)


def test_a_lane_asks_its_sources_first_then_pages_newest_first() -> None:
    from datetime import UTC, datetime

    lane = _lane()
    source = Source(id="bao:feed:x", outlet="bao", kind=SourceKind.FEED, url="https://bao.vn/rss")
    lane.sweeps.append(Sweep(source=source, url=source.url, started=datetime(2026, 7, 1, tzinfo=UTC)))
    lane.add([_link(1, 3), _link(2, 9), _link(3)])
    assert isinstance(lane.next(), Sweep)
    assert lane.next() is None, "one request at a time"
    order = []
    lane.under_way = 0
    while task := lane.next():
        assert not isinstance(task, Sweep)
        order.append(task[0].url[-1])
        lane.under_way = 0
    assert order == ["2", "1", "3"]


def test_a_lane_keeps_to_its_limit_and_queues_no_link_twice() -> None:
    lane = _lane(limit=2, window=9)
    assert lane.add([_link(1), _link(2), _link(3), _link(1)]) == 3
    assert lane.add([_link(2)]) == 0
    assert lane.waiting == 2
    assert [lane.next() is None for _ in range(3)] == [False, False, True]
    assert lane.waiting == 0


def test_a_link_gets_one_second_chance() -> None:
    lane = _lane(window=9)
    lane.add([_link(1)])
    lane.next()
    assert lane.again(_link(1), False)
    lane.next()
    assert not lane.again(_link(1), False)


def test_a_host_that_fails_again_and_again_is_left_alone_and_one_answer_forgives() -> None:
    lane = _lane(window=99)
    lane.add([_link(number) for number in range(50)])
    for _ in range(HOST_FAILURES - 1):
        lane.failed(Outcome.TIMEOUT, "no answer")
    lane.answered()
    for _ in range(HOST_FAILURES - 1):
        lane.failed(Outcome.UNREACHABLE, "refused")
        lane.failed(Outcome.GONE, "says nothing of the host")
    assert lane.next() is not None
    lane.failed(Outcome.DNS, "no such name")
    assert lane.closed is not None
    assert lane.next() is None
    assert lane.waiting == 49


def test_a_database_that_cannot_be_written_ends_the_crawl_and_is_said_once(tmp_path: Path) -> None:
    from pipelines.desk import Desk
    from pipelines.errors import StoreError

    desk = Desk(tmp_path / "kyket.db")
    desk.fail("a page: full", StoreError("the disk is full"))
    desk.fail("another page: full", StoreError("the disk is full"))
    assert desk.errors == ["the disk is full"]
    assert desk.broken == "the disk is full"
    desk.close()


# ------------------------------------------------------------------------------------------------ whole crawls


@pytest.mark.slow
def test_a_crawl_ends_every_link_in_one_outcome_and_a_second_crawl_adds_nothing(tmp_path: Path) -> None:
    counts = (
        "SELECT (SELECT count(*) FROM urls), (SELECT count(*) FROM stories), (SELECT count(*) FROM revisions), "
        "(SELECT count(*) FROM sightings), (SELECT count(*) FROM notices)"
    )
    with SamplePress() as press:
        report = crawl(press, tmp_path, archive=tmp_path / "archive")
        assert report.errors == []
        assert report.status == "finished"
        gold = {row["url"]: row for row in press.gold()}
        before = rows(tmp_path, counts)
        again = crawl(press, tmp_path, archive=tmp_path / "archive")
        assert again.outcomes == {}
    assert rows(tmp_path, counts) == before
    ended = dict(rows(tmp_path, "SELECT url, outcome FROM urls"))
    assert "pending" not in ended.values()
    assert "error" not in ended.values()
    listed = [url for url in gold if url in ended]
    assert len(listed) >= 20
    positives = [url for url in listed if gold[url]["label"] in ("core", "civil") and "gone" not in gold[url]["quirks"]]
    had = [url for url in positives if ended[url] in ("stored", "duplicate", "alias")]
    assert len(had) >= 0.9 * len(positives), sorted(set(positives) - set(had))
    funnel = report.funnel
    assert funnel["listed"] == funnel["known"] + funnel["new"]
    assert funnel["visited"] == sum(funnel["outcomes"].values()) == sum(report.outcomes.values())
    from pipelines.database import Store

    with Store(tmp_path / "kyket.db") as store:
        assert store.check() == []


@pytest.mark.slow
def test_a_changed_story_is_looked_at_again_when_due_and_its_old_text_kept(tmp_path: Path) -> None:
    from pipelines.database import Store

    with SamplePress(only=["suoinguon"]) as press:
        crawl(press, tmp_path)
        [(story_id, url)] = rows(
            tmp_path, "SELECT id, url FROM stories JOIN matches ON story = id WHERE is_match ORDER BY id LIMIT 1"
        )
        changed = next(story for story in press.stories if press.url_of(story.id) == url)
        extra = replace(changed.blocks[0], text="Lễ ký kết đã thành công tốt đẹp, theo tin bổ sung của ban tổ chức.")
        press.publish(replace(changed, blocks=(*changed.blocks, extra)))
        with Store(tmp_path / "kyket.db") as store, store.transaction() as db:
            db.execute("UPDATE stories SET refetch_at = '2020-01-01T00:00:00Z' WHERE id = ?", (story_id,))
        report = crawl(press, tmp_path)
    assert [str(outcome) for outcome in report.outcomes] == ["revised"]
    assert rows(tmp_path, "SELECT revision FROM stories WHERE id = ?", story_id) == [(2,)]
    assert rows(tmp_path, "SELECT count(*) FROM revisions WHERE story = ?", story_id) != [(0,)]


@pytest.mark.slow
def test_a_story_behind_a_challenge_is_kept_by_its_headline_and_completed_later(tmp_path: Path) -> None:
    from pipelines.database import Store

    with SamplePress(only=["songcai", "suoinguon"]) as press:
        press.misbehave(None, faults.challenge(), on="article")
        crawl(press, tmp_path)
        walls = outcomes(tmp_path)
        assert walls.get("headline", 0) + walls.get("duplicate", 0) >= 1
        assert rows(tmp_path, "SELECT DISTINCT incomplete FROM stories") == [("challenge",)]
        press.behave()
        with Store(tmp_path / "kyket.db") as store, store.transaction() as db:
            db.execute("UPDATE urls SET next_try = '2020-01-01T00:00:00Z' WHERE next_try IS NOT NULL")
        crawl(press, tmp_path)
    assert rows(tmp_path, "SELECT count(*) FROM stories WHERE incomplete IS NOT NULL") == [(0,)]
    assert "headline" not in outcomes(tmp_path)


@pytest.mark.slow
def test_limit_and_since_leave_the_rest_pending(tmp_path: Path) -> None:
    with SamplePress(only=["songcai"]) as press:
        limited = crawl(press, tmp_path, limit=1)
        assert sum(limited.outcomes.values()) == 1
        assert limited.left == 0
        left = outcomes(tmp_path)["pending"]
        assert left >= 1
        recent = crawl(press, tmp_path, since=press.now + timedelta(days=1))
        assert recent.outcomes == {}
        assert outcomes(tmp_path)["pending"] == left
        crawl(press, tmp_path)
    assert "pending" not in outcomes(tmp_path)


@pytest.mark.slow
def test_an_outlet_that_fails_makes_the_crawl_not_ok_and_is_named(tmp_path: Path) -> None:
    with SamplePress(only=["songcai", "suoinguon"]) as press:
        press.misbehave("songcai", faults.status(502))
        report = crawl(press, tmp_path)
    assert not report.ok
    assert list(report.failures) == ["songcai"]
    assert rows(tmp_path, "SELECT status, errors > 0 FROM crawls") == [("finished", 1)]


@pytest.mark.slow
def test_a_list_that_gives_nothing_is_named_though_its_outlet_did_well(tmp_path: Path) -> None:
    with SamplePress(only=["suoinguon"]) as press:
        press.misbehave("suoinguon", faults.truncated(), on="feed")
        report = crawl(press, tmp_path)
    assert report.ok
    [(url, why)] = report.unread.items()
    assert url.endswith(".rss")
    assert why == "truncated: the answer broke off before its end"
    assert unread_line(report.unread).endswith("see: kyket health")


def test_the_line_about_unread_lists_names_the_first_and_counts_the_others() -> None:
    assert unread_line({"https://a.vn/rss": "gone: HTTP 404"}) == (
        "1 list could not be read: https://a.vn/rss (gone: HTTP 404); see: kyket health"
    )
    assert ", and 1 more; " in unread_line({"https://a.vn/rss": "gone: HTTP 404", "https://b.vn/rss": "empty: no"})


@pytest.mark.slow
def test_an_address_that_moved_is_an_alias_of_the_one_that_answers(tmp_path: Path) -> None:
    with SamplePress(only=["suoinguon"]) as press:
        target = next(s for s in press.stories if s.published <= press.now and "unlisted" not in s.quirks)
        listed = press.url_of(target.id)
        path = listed.removeprefix(press.base("suoinguon"))
        press.misbehave("suoinguon", faults.redirect(listed + "?ban=moi"), path="^" + re.escape(path) + "$")
        crawl(press, tmp_path)
    [(outcome, alias_of)] = rows(tmp_path, "SELECT outcome, alias_of FROM urls WHERE url = ?", listed)
    assert outcome == "alias"
    assert rows(tmp_path, "SELECT count(*) FROM urls WHERE url = ? AND outcome != 'pending'", alias_of) == [(1,)]


@pytest.mark.slow
def test_scrapy_itself_lists_and_runs_the_spider(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert "outlet" in done.stdout.split()
    run = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "outlet", "-a", "outlets=khongco", "-s", f"KYKET_DB={tmp_path / 'x.db'}"],
        cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "no outlet is called" in run.stderr


@pytest.mark.slow
def test_a_database_that_is_none_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    from pipelines.errors import StoreError

    with SamplePress(only=["suoinguon"]) as press:
        options = options_for(press, tmp_path)
        options.db.write_bytes(b"this is a text, not a database" * 100)
        with pytest.raises(StoreError):
            Child(tmp_path, options).report()
        assert press.requests() == []
