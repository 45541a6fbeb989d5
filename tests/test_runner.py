"""Children: watched, asked to stop, killed only when they will not; and one daemon a database."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import StoreError
from schedules import runner as runner_module
from schedules.daemon import only_daemon
from schedules.runner import Runner

NOW = datetime(2026, 8, 19, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A program that stands in for `kyket`: its first argument says how to behave."""
    program = tmp_path / "child.py"
    program.write_text(
        "import signal, sys, time\n"
        "how = sys.argv[1]\n"
        "if how == 'deaf': signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if how == 'polite': signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        "print('began', flush=True)\n"
        "if how in ('deaf', 'polite'): time.sleep(60)\n"
        "print('the last line')\n"
        "sys.exit(int(how) if how.isdigit() else 0)\n"
    )
    real = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([sys.executable, str(program), *command[3:]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(runner_module.subprocess, "Popen", popen)
    return program


def test_a_child_that_ends_gives_its_status_and_its_log(child: Path, tmp_path: Path) -> None:
    result = Runner(tmp_path / "logs").run(["3"], name="crawl", limit=MINUTE, now=NOW)
    assert result.status == 3
    assert not result.overran
    assert result.last_line() == "the last line"


def test_a_child_that_overruns_is_asked_to_stop(child: Path, tmp_path: Path) -> None:
    result = Runner(tmp_path / "logs").run(["polite"], name="crawl", limit=timedelta(seconds=1), now=NOW)
    assert result.overran
    assert not result.killed


def test_a_child_that_does_not_listen_is_killed(child: Path, tmp_path: Path) -> None:
    runner = Runner(tmp_path / "logs", grace=timedelta(seconds=0.5))
    result = runner.run(["deaf"], name="crawl", limit=timedelta(seconds=1), now=NOW)
    assert result.killed
    assert result.status == -9


def test_stop_ends_the_child_under_way(child: Path, tmp_path: Path) -> None:
    runner = Runner(tmp_path / "logs")
    results = []
    thread = threading.Thread(
        target=lambda: results.append(runner.run(["polite"], name="crawl", limit=MINUTE, now=NOW))
    )
    thread.start()
    log = tmp_path / "logs" / "20260819T000000-crawl.log"
    deadline = time.monotonic() + 20
    while not (log.exists() and "began" in log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    runner.stop()
    thread.join(20)
    assert [result.status for result in results] == [0]


def test_old_logs_go(child: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "KEEP_LOGS", 2)
    runner = Runner(tmp_path / "logs")
    for minute in range(4):
        runner.run(["0"], name="crawl", limit=MINUTE, now=NOW + minute * MINUTE)
    assert len(list((tmp_path / "logs").glob("*.log"))) == 3  # two old ones and the newest


def test_logs_of_each_kind_are_kept_apart(child: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "KEEP_LOGS", 2)
    runner = Runner(tmp_path / "logs")
    runner.run(["0"], name="resweep", limit=MINUTE, now=NOW)
    for minute in range(1, 6):
        runner.run(["0"], name="crawl-due", limit=MINUTE, now=NOW + minute * MINUTE)
    assert len(list((tmp_path / "logs").glob("*-resweep.log"))) == 1


def test_a_child_that_outlived_its_daemon_is_ended_before_the_next_begins(child: Path, tmp_path: Path) -> None:
    lock = tmp_path / "crawls.lock"
    earlier = Runner(tmp_path / "logs", lock=lock)
    results = []
    thread = threading.Thread(
        target=lambda: results.append(earlier.run(["deaf"], name="orphan", limit=MINUTE, now=NOW))
    )
    thread.start()
    log = tmp_path / "logs" / "20260819T000000-orphan.log"
    deadline = time.monotonic() + 20
    while not (log.exists() and "began" in log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    later = Runner(tmp_path / "logs", grace=timedelta(seconds=0.5), lock=lock)
    assert later.run(["0"], name="crawl", limit=MINUTE, now=NOW).status == 0
    thread.join(20)
    assert [result.status for result in results] == [-9]


def test_the_second_daemon_refuses_and_says_who_holds_the_first(tmp_path: Path) -> None:
    db = tmp_path / "kyket.db"
    with only_daemon(db), pytest.raises(StoreError, match=r"has a daemon already \(process \d+"), only_daemon(db):
        pass
    with only_daemon(db):
        """The lock ends with its holder."""
