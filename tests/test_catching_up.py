"""What the daemon decides without running: what to make up for, when to pause after a crash, whom to leave asleep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.database import Store
from schedules.daemon import Daemon
from schedules.jobs import read_schedule
from schedules.runner import ChildResult

NOW = datetime(2026, 8, 20, 3, 0, tzinfo=UTC)  # ten in the morning in Vietnam
YESTERDAY = datetime(2026, 8, 18, 23, 30, tzinfo=UTC)  # the report of the 19th
TODAY = datetime(2026, 8, 19, 23, 30, tzinfo=UTC)  # the report of the 20th


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "kyket.db") as opened:
        yield opened


def daemon(store: Store, section: dict[str, Any] | None = None, now: datetime = NOW) -> Daemon:
    return Daemon(store.path, lambda: read_schedule(section or {}), clock=lambda: now)


def ran(store: Store, job: str, at: datetime, status: str = "done") -> None:
    store.jobs.finish(store.jobs.begin(job, now=at), status=status, now=at)


def first(made: Daemon, job: str, *, catch_up: bool = True) -> datetime | None:
    spec = made.schedule.job(job)
    return made._first_time(spec, spec.trigger(made.schedule.zone), NOW, catch_up=catch_up)


def test_a_report_missed_while_the_machine_was_off_goes_out_once(store: Store) -> None:
    ran(store, "digest", YESTERDAY)
    assert first(daemon(store), "digest") == NOW
    ran(store, "digest", NOW)
    assert first(daemon(store), "digest") is None


@pytest.mark.parametrize("status", ["killed", "stopped"])
def test_a_job_cut_short_is_begun_again_but_not_for_ever(store: Store, status: str) -> None:
    ran(store, "digest", TODAY, status)
    assert first(daemon(store), "digest") == NOW
    for _ in range(3):
        ran(store, "digest", TODAY, "killed")
    assert first(daemon(store), "digest") is None


def test_a_job_that_failed_is_not_missed(store: Store) -> None:
    ran(store, "resweep", datetime(2026, 8, 19, 19, 30, tzinfo=UTC), "failed")
    assert first(daemon(store), "resweep") is None


def test_a_restart_does_not_begin_an_interval_anew(store: Store) -> None:
    made = daemon(store, {"maintenance": {"every": "7d"}})
    assert first(made, "maintenance") == NOW
    ran(store, "maintenance", NOW - timedelta(days=2))
    assert first(made, "maintenance", catch_up=False) == NOW + timedelta(days=5)


def test_a_last_run_in_the_future_is_a_clock_set_back(store: Store) -> None:
    ran(store, "health", NOW + timedelta(days=400))
    assert first(daemon(store), "health") == NOW


def test_a_crashed_crawl_makes_the_next_wait_ever_longer_until_one_works(store: Store) -> None:
    made = daemon(store)
    waits = []
    for _ in range(9):
        made._mind_crash("killed", began=NOW)
        assert made._crash_until is not None
        waits.append(made._crash_until - NOW)
        assert made._crawl_due(NOW) is None
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), timedelta(hours=1))
    made._mind_crash("partly", began=NOW)
    assert made._crawl_due(NOW) is not None


def test_an_outlet_in_its_quiet_hours_is_not_named_to_a_crawl_that_others_need(store: Store) -> None:
    with store.transaction() as db:
        for name in ("a", "b"):
            db.execute("INSERT INTO outlets (id, name, domain, first_seen) VALUES (?, ?, ?, '2026-01-01T00:00:00Z')", (name, name, name))
            db.execute("INSERT INTO sources (id, outlet, kind, url) VALUES (?, ?, 'feed', ?)", (name, name, f"https://{name}.vn/"))
    asleep = {"quiet_hours": "09:00-11:00"}
    command = daemon(store, {"outlets": {"a": asleep}})._crawl_due(NOW)
    assert command is not None
    assert "b" in command
    assert "a" not in command
    assert daemon(store, {"outlets": {"a": asleep, "b": asleep}})._crawl_due(NOW) is None


def test_a_minute_with_nothing_due_starts_no_child_and_writes_no_row(store: Store) -> None:
    with store.transaction() as db:
        db.execute("INSERT INTO outlets (id, name, domain, first_seen) VALUES ('a', 'A', 'a.vn', '2026-01-01T00:00:00Z')")
        db.execute(
            "INSERT INTO sources (id, outlet, kind, url, checked_at, next_check) VALUES ('a', 'a', 'feed', 'https://a.vn/', "
            "'2026-08-20T02:55:00Z', '2026-08-20T03:30:00Z')"
        )
    daemon(store)._run_job("crawl-due")
    assert store.jobs.last("crawl-due") is None


def test_an_outlet_that_failed_is_no_crash_but_a_crawl_without_an_end_is(store: Store, tmp_path: Path) -> None:
    with store.transaction() as db:
        db.execute("INSERT INTO crawls (started_at, command, status, pid) VALUES ('2026-08-20T03:00:00Z', 'crawl', 'finished', 11)")
        db.execute("INSERT INTO crawls (started_at, command, status, pid) VALUES ('2026-08-20T03:00:00Z', 'crawl', 'running', 12)")
    made = daemon(store)
    words = [made._verdict(ChildResult(status=1, log=tmp_path / "no.log", pid=pid), "crawl-due")[0] for pid in (11, 12, 13)]
    assert words == ["partly", "failed", "failed"]
