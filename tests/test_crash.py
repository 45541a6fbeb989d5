"""kill -9 at any moment: the database stays whole, the next crawl finishes the job, nothing is stored twice."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from crawling import Child, crawl, options_for, outcomes, rows

from crawler.press import faults
from crawler.press.server import SamplePress
from pipelines.warc import read_records

pytestmark = pytest.mark.slow
#: More of them by hand: KYKET_KILLS=20 pytest tests/test_crash.py
KILLS = int(os.environ.get("KYKET_KILLS", "5"))
OUTLETS = ["songcai", "cuabien", "suoinguon", "dongdoi"]


def _check(folder: Path) -> None:
    from pipelines.database import Store

    with Store(folder / "kyket.db") as store:
        assert store.check() == []
    assert rows(folder, "SELECT url FROM stories GROUP BY url HAVING count(*) > 1") == []


def _kill(child: Child) -> bool:
    """Kill -9; True when it was still running."""
    running = child.process.poll() is None
    if running:
        os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()
    return running


def _expected(press: SamplePress, folder: Path) -> dict[str, str]:
    """URL → outcome of a crawl that nobody disturbs."""
    folder.mkdir()
    crawl(press, folder)
    return dict(rows(folder, "SELECT url, outcome FROM urls"))  # type: ignore[arg-type]


def test_after_kills_at_random_moments_the_next_crawl_finishes_the_job_although_the_feed_answers_304(
    tmp_path: Path,
) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    with SamplePress(only=OUTLETS) as press:
        expected = _expected(press, tmp_path / "undisturbed")
        press.misbehave(None, faults.always_304(), on="feed")
        killed = 0
        for _ in range(KILLS):
            options = options_for(press, tmp_path, delay=0.02, archive=tmp_path / "archive")
            child = Child(tmp_path, options)
            before = len(press.requests())
            deadline = time.monotonic() + 30
            wanted = before + chance.randrange(1, 45)
            while len(press.requests()) < wanted and child.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(chance.random() * 0.05)
            killed += _kill(child)
            _check(tmp_path)
        assert killed >= KILLS // 2, f"seed {seed}"
        crawl(press, tmp_path, archive=tmp_path / "archive")
        _check(tmp_path)
    ended = dict(rows(tmp_path, "SELECT url, outcome FROM urls"))
    # Which of two equal texts is the duplicate depends on who came first.
    stored = {"stored", "duplicate"}
    assert {url: "story" if o in stored else o for url, o in ended.items()} == {
        url: "story" if o in stored else o for url, o in expected.items()
    }, f"seed {seed}"
    assert {row[0] for row in rows(tmp_path, "SELECT DISTINCT status FROM crawls")} <= {"finished", "killed"}
    for file in (tmp_path / "archive").glob("*.warc.gz"):
        assert list(read_records(file))
    assert not list((tmp_path / "archive").glob("*.open"))


def test_a_kill_between_a_feeds_answer_and_its_stories_loses_no_link(tmp_path: Path) -> None:
    with SamplePress(only=["suoinguon"]) as press:
        press.misbehave("suoinguon", faults.hang(), on="article")
        child = Child(tmp_path, options_for(press, tmp_path))
        deadline = time.monotonic() + 30
        while not press.requests("suoinguon", on="article") and time.monotonic() < deadline:
            time.sleep(0.01)
        assert _kill(child)
        listed = outcomes(tmp_path)
        assert set(listed) == {"pending"}
        press.behave()
        press.misbehave("suoinguon", faults.status(304), on="feed")
        press.misbehave("suoinguon", faults.status(304), on="section")
        crawl(press, tmp_path)
    assert "pending" not in outcomes(tmp_path)
    assert sum(outcomes(tmp_path).values()) == sum(listed.values())
    _check(tmp_path)


def test_sigterm_finishes_what_is_in_hand_and_says_so(tmp_path: Path) -> None:
    with SamplePress(only=["songcai"]) as press:
        press.misbehave("songcai", faults.slow(0.5), on="article")
        child = Child(tmp_path, options_for(press, tmp_path, delay=0.5))
        deadline = time.monotonic() + 30
        while not press.requests("songcai", on="article") and time.monotonic() < deadline:
            time.sleep(0.01)
        child.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        report = child.report()
        assert time.monotonic() - began < 20
    assert report.status == "stopped"
    assert report.errors == []
    assert rows(tmp_path, "SELECT status FROM crawls") == [("stopped",)]
    asked = len(press.requests("songcai", on="article"))
    assert rows(tmp_path, "SELECT count(*) FROM visits") == [(asked,)]
    assert "pending" in outcomes(tmp_path)
    _check(tmp_path)


def test_sigterm_does_not_wait_for_a_host_that_never_answers_and_its_link_stays_pending(tmp_path: Path) -> None:
    with SamplePress(only=["songcai"]) as press:
        press.misbehave("songcai", faults.hang(), on="article")
        child = Child(tmp_path, options_for(press, tmp_path, settings={"DOWNLOAD_TIMEOUT": 600}))
        deadline = time.monotonic() + 30
        while not press.requests("songcai", on="article") and time.monotonic() < deadline:
            time.sleep(0.01)
        child.process.send_signal(signal.SIGTERM)
        report = child.report(timeout=90)
    assert report.status == "stopped"
    assert report.errors == []
    assert set(outcomes(tmp_path)) == {"pending"}
    _check(tmp_path)
