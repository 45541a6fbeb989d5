"""The daemon, run as its users run it: a process that crawls the sample press, reports once, and survives kills."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crawler.press import SamplePress, faults
from crawler.press.faults import Answer
from pipelines.database import Store
from pipelines.database.ledger import Poll
from pipelines.types import Link, Outcome
from schedules.daemon import Daemon
from schedules.jobs import read_schedule

pytestmark = pytest.mark.slow


class Hook:
    """A web hook that counts the reports it gets."""

    def __init__(self) -> None:
        self.reports: list[dict[str, Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.reports.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/"


class House:
    """A folder with a catalogue of the running press, a configuration and a daemon."""

    def __init__(self, folder: Path, press: SamplePress, hook: Hook) -> None:
        self.folder, self.press, self.hook = folder, press, hook
        (folder / "press.toml").write_text(press.catalogue_toml(), "utf-8")
        (folder / "kyket.toml").write_text(
            f'[archive]\nenabled = false\n[digest]\nto = ["{hook.url}"]\n[schedule]\n'
            '[schedule.crawl-due]\nevery = "1s"\n[schedule.digest]\nevery = "2s"\n',
            "utf-8",
        )
        self.daemon: subprocess.Popen[bytes] | None = None
        self.log = folder / "daemon.log"

    @property
    def db(self) -> Path:
        return self.folder / "kyket.db"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "schedules", *arguments]

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(
                self.command("schedule", "run", "--catalogue", "press.toml"), cwd=self.folder, stdout=log, stderr=log,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            )  # fmt: skip
        return self.daemon

    def kill_all(self) -> None:
        """The machine stops: the daemon and its children, at once."""
        assert self.daemon is not None
        for pid in [self.daemon.pid, *children_of(self.daemon.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.daemon.wait()

    def stories(self) -> dict[str, int]:
        with Store(self.db, readonly=True) as store:
            return {row.story.title: row.id for row in store.stories.iterate()}

    def look_at_everything_again(self) -> None:
        """Make every source due now: nobody wants to wait for the politeness of five minutes in a test."""
        with Store(self.db) as store:
            store.jobs.set_next_checks([(look.source, store_now()) for look in store.jobs.looks()])


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def wait_for(condition: Callable[[], Any], seconds: float = 90.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = condition()
        except Exception:  # the database is not there yet
            found = None
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"never came true: {condition}")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    hook = Hook()
    with SamplePress(only=["songcai"]) as press:
        built = House(tmp_path, press, hook)
        yield built
        if built.daemon is not None and built.daemon.poll() is None:
            built.kill_all()
    hook.server.shutdown()
    hook.server.server_close()


def test_what_is_published_appears_and_is_reported_once_and_the_end_is_polite(house: House) -> None:
    daemon = house.start()
    wait_for(lambda: len(house.stories()) >= 5)
    wait_for(lambda: house.hook.reports)

    refused = subprocess.run(
        house.command("schedule", "run"), cwd=house.folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    assert refused.returncode == 1
    assert f"process {daemon.pid}" in refused.stderr

    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(30) == 0
    with Store(house.db) as store:
        assert store.check() == []
        assert store.jobs.last("crawl-due") is not None
    assert len(house.hook.reports) == 1


def test_killed_at_random_moments_nothing_is_lost_doubled_or_left_locked(house: House) -> None:
    rng = random.Random(7)
    for _ in range(4):
        house.start()
        time.sleep(rng.uniform(0.5, 6.0))
        house.kill_all()
    house.start()
    wait_for(lambda: len(house.stories()) >= 5)

    def settled() -> bool:
        with Store(house.db, readonly=True) as store:
            return not store.ledger.pending(limit=1, now=store_now()) and store.jobs.last("crawl-due", finished=True) is not None

    wait_for(settled)
    assert house.daemon is not None
    house.daemon.send_signal(signal.SIGTERM)
    assert house.daemon.wait(30) == 0
    with Store(house.db) as store:
        assert store.check() == []
        titles = [row.story.url for row in store.stories.iterate()]
        assert len(titles) == len(set(titles))
        unconfirmed = store.jobs.deliveries(status="unconfirmed")
        sending = store.jobs.deliveries(status="sending")
    assert sending == []
    assert len(house.hook.reports) + len(unconfirmed) <= 2
    assert len(house.hook.reports) <= 1


def test_a_broken_configuration_on_sighup_keeps_the_old_one_and_a_mended_one_is_taken(house: House) -> None:
    daemon = house.start()
    wait_for(lambda: "watching" in house.log.read_text("utf-8"))
    good = (house.folder / "kyket.toml").read_text("utf-8")
    (house.folder / "kyket.toml").write_text('[schedule\n', "utf-8")
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "was not reloaded" in house.log.read_text("utf-8"))
    (house.folder / "kyket.toml").write_text(good.replace('"1s"', '"2s"'), "utf-8")
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "was reloaded" in house.log.read_text("utf-8"))
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(30) == 0


def past(house: House, *, until: datetime) -> None:
    """Three weeks of ordinary life up to `until`: the daemon was there, looked every two hours, and found a story each time."""
    from crawler.catalogue import is_polled, load_catalogue

    (outlet,) = load_catalogue([house.folder / "press.toml"]).values()
    with Store(house.db) as store:
        store.ledger.sync_catalogue([outlet], now=until)
        for n in range(20 * 12, -1, -1):
            at = until - n * timedelta(hours=2)
            crawl = store.ledger.begin_crawl("crawl", [outlet.id], {}, now=at)
            for place, source in enumerate(one for one in outlet.sources if is_polled(one)):
                link = Link(url=f"{outlet.home}cu-{place}-{n}.html", outlet=outlet.id, published=at - timedelta(minutes=20))
                store.ledger.record_poll(crawl, source, Poll(outcome="ok", url=source.url), [link], now=at, keep_validators=True)
                store.ledger.record_visit(crawl, link.url, Outcome.GATED, now=at)
            store.ledger.finish_crawl(crawl, status="finished", reason=None, now=at)


def notes(house: House) -> dict[str, list[str]]:
    """Source → what was noted of its health, in order."""
    found: dict[str, list[str]] = {}
    with Store(house.db, readonly=True) as store:
        for row in store.rows("SELECT kind, json_extract(detail, '$.source') AS source FROM notices WHERE kind IN ('broken', 'recovered') ORDER BY id"):
            found.setdefault(row["source"], []).append(row["kind"])
    return found


def test_an_outlet_that_freezes_is_told_once_and_its_recovery_once(house: House) -> None:
    froze = store_now() - timedelta(hours=40)
    past(house, until=froze)
    config = (house.folder / "kyket.toml").read_text("utf-8") + '[schedule.health]\nevery = "2s"\n'
    (house.folder / "kyket.toml").write_text(config, "utf-8")
    fault = house.press.misbehave("songcai", faults.frozen(froze))
    daemon = house.start()
    wait_for(lambda: notes(house))
    wait_for(lambda: (notes(house), time.sleep(6))[0] == notes(house))  # the crawl comes to one list after another
    assert set(map(tuple, notes(house).values())) == {("broken",)}
    fault.stop()
    for number, section in enumerate(house.press.outlet("songcai").sections):
        title = f"Hội Nông dân xã Bãi Vàng {number} trồng rừng"
        house.press.tell("songcai", title, "Sáng nay, hội viên trồng năm nghìn cây keo ven sông.", section=section.slug)

    def recovered() -> bool:
        house.look_at_everything_again()
        time.sleep(2)
        return all(kinds[-1] == "recovered" for kinds in notes(house).values())

    wait_for(recovered)
    time.sleep(5)
    assert set(map(tuple, notes(house).values())) == {("broken", "recovered")}
    wait_for(lambda: house.hook.reports)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(30) == 0
    assert len(house.hook.reports) == 1


class OnceAsked(timedelta):
    """A time limit that is up as soon as the crawl has asked the server and waits for its answer."""

    asked: threading.Event

    def total_seconds(self) -> float:
        assert self.asked.wait(60), "the crawl asked for nothing"
        self.asked.clear()
        return 0.3


@pytest.mark.parametrize("deaf", [False, True], ids=["it ends when asked", "it is killed"])
def test_a_crawl_that_hangs_is_ended_at_its_limit_put_off_ever_longer_and_then_goes_on_as_usual(
    house: House, monkeypatch: pytest.MonkeyPatch, deaf: bool
) -> None:
    monkeypatch.chdir(house.folder)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    limit, ahead = OnceAsked(), timedelta()
    limit.asked = threading.Event()

    def hangs(site: Any, request: Any, seen: Any) -> Answer:
        limit.asked.set()
        return Answer(hang=True)

    # The process has a clock that the test puts forward; the crawls have the world's.
    watching = Daemon(
        house.db, lambda: replace(read_schedule({}), crawl_limit=limit), base=("--catalogue", "press.toml", "--delay", "0"),
        clock=lambda: store_now() + ahead,
    )  # fmt: skip
    if deaf:
        watching.runners["crawls"].grace = timedelta()

    def runs() -> list[str]:
        with Store(house.db, readonly=True) as store:
            return [row["status"] for row in store.rows("SELECT status FROM job_runs ORDER BY id")]

    fault = house.press.misbehave("songcai", hangs)
    for crash in (1, 2):
        watching._run_job("crawl-due")
        assert runs() == (["killed"] if deaf else ["failed"]) * crash
        with Store(house.db, readonly=True) as store:
            waits = [(look.next_check or store_now()) - store_now() - ahead for look in store.jobs.looks()]
        assert min(waits) > crash * timedelta(seconds=30), "a minute, then two"
        watching._run_job("crawl-due")
        assert len(runs()) == crash, "nothing is begun before the pause is over"
        ahead += crash * timedelta(minutes=1, seconds=5)
        house.look_at_everything_again()
    fault.stop()
    watching.schedule = replace(watching.schedule, crawl_limit=timedelta(minutes=5))
    watching._run_job("crawl-due")
    assert runs()[-1] in ("done", "partly")
    assert len(house.stories()) >= 5
    with Store(house.db) as store:
        assert store.check() == []


def store_now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
