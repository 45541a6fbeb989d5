"""`kyket schedule run`: keeps the jobs going, and survives whatever a small server does to it.

Every job's work happens in a child process, so a crash, a hang or a leak takes one run with it and not the daemon.
What must outlive the daemon is in the database; what must die with it is a lock that the kernel releases.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from pipelines.database import Store
from pipelines.errors import KyketError, StoreError
from schedules.jobs import JobSpec, Schedule
from schedules.plan import now_utc, plan
from schedules.runner import ChildResult, Runner

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

log = logging.getLogger("kyket.daemon")

#: A crawl takes no new link after this, so that one slow outlet delays no other.
CRAWL_MINUTES = 10
#: Wall clock and monotonic clock may part by this much before the jobs are planned anew.
CLOCK_JUMP = 30.0
LIMITS = {
    "resweep": timedelta(hours=2),
    "digest": timedelta(minutes=10),
    "health": timedelta(minutes=5),
    "check-outlets": timedelta(hours=3),
    "maintenance": timedelta(hours=2),
}
CRAWLS = ("crawl-due", "resweep", "check-outlets")


@contextmanager
def only_daemon(db: Path) -> Iterator[None]:
    """Hold the lock of the one daemon a database may have.

    The lock is the kernel's (`flock`): it ends with the process, however that ends. Raises StoreError that says
    who holds it.
    """
    path = db.with_name(db.name + ".daemon.lock")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = _holder(file.read())
            raise StoreError(f"{db} has a daemon already{holder}; stop that one first") from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "since": now_utc().isoformat(timespec="seconds")}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _holder(text: str) -> str:
    with contextlib.suppress(ValueError, KeyError):
        data = json.loads(text)
        return f" (process {data['pid']}, since {data['since']})"
    return ""


class Daemon:
    """The scheduler with its jobs.

    `load` reads the configuration anew (for SIGHUP); `base` are the options that every child gets.
    """

    def __init__(
        self, db: Path, load: Callable[[], Schedule], *, base: tuple[str, ...] = (), clock: Callable[[], datetime] = now_utc
    ) -> None:
        self.db = db
        self.load = load
        self.base = base
        self.clock = clock
        self.schedule = load()
        logs = db.absolute().parent / "logs"
        # Crawls and reports have a runner each, so that a long crawl never holds up the morning report.
        self.runners = {"crawls": Runner(logs), "reports": Runner(logs)}
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._scheduler = self._new_scheduler()

    # -- life --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until SIGTERM or SIGINT. Raises StoreError when another daemon has the database."""
        with only_daemon(self.db):
            with Store(self.db) as store:
                killed = store.jobs.close_abandoned(now=self.clock())
                unconfirmed = store.jobs.mark_unconfirmed()
            if killed:
                log.warning("%d runs of jobs were cut short when the last daemon was killed", killed)
            if unconfirmed:
                log.warning("%d deliveries are unconfirmed; look with `kyket digest --resend`", unconfirmed)
            self._handle_signals()
            self._scheduler.start()
            self._plan_jobs(catch_up=True)
            log.info("watching; database %s, process %d", self.db, os.getpid())
            try:
                self._idle()
            finally:
                for runner in self.runners.values():
                    runner.stop()
                self._scheduler.shutdown(wait=True)
                log.info("stopped")

    def stop(self) -> None:
        """Ask the daemon to end: the story in hand is finished, nothing new begins."""
        self._stop.set()

    def _handle_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # tests drive the daemon from a thread, where Python allows no handlers
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())
        signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        signal.signal(signal.SIGHUP, lambda *_: self._reload.set())

    def _idle(self) -> None:
        """Wait for signals, and notice when somebody sets the clock."""
        offset = time.time() - time.monotonic()
        while not self._stop.wait(1.0):
            if self._reload.is_set():
                self._reload.clear()
                self._load_again()
            now_offset = time.time() - time.monotonic()
            if abs(now_offset - offset) > CLOCK_JUMP:
                log.warning("the clock jumped by %.0f seconds; planning the jobs anew", now_offset - offset)
                self._plan_jobs(catch_up=False)
                offset = now_offset

    def _load_again(self) -> None:
        try:
            self.schedule = self.load()
        except KyketError as error:
            log.error("the configuration was not reloaded, the old one stays: %s", error)
            return
        self._plan_jobs(catch_up=False)
        log.info("the configuration was reloaded")

    # -- jobs --------------------------------------------------------------------------------------------------

    def _new_scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=self.schedule.zone,
            executors={"crawls": ThreadPoolExecutor(1), "reports": ThreadPoolExecutor(1)},
            # A pool that was busy for some minutes has not missed anything: the default grace of a second skips jobs.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 15 * 60},
        )
        scheduler.add_listener(self._on_event, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        return scheduler

    def _plan_jobs(self, *, catch_up: bool) -> None:
        self._scheduler.remove_all_jobs()
        now = self.clock()
        for spec in self.schedule.jobs:
            if not spec.enabled:
                continue
            trigger = spec.trigger(self.schedule.zone)
            extra: dict[str, Any] = {}
            # An interval would first fire after one interval; and a reboot at 06:31 must not cost the 06:30 report.
            if spec.every is not None or (catch_up and self._missed(spec, trigger, now)):
                extra["next_run_time"] = now
            self._scheduler.add_job(
                self._run_job,
                trigger,
                args=[spec.name],
                id=spec.name,
                executor="crawls" if spec.name in CRAWLS else "reports",
                **extra,
            )

    def _missed(self, spec: JobSpec, trigger: BaseTrigger, now: datetime) -> bool:
        """Should the job have run while no daemon was there? Once is enough, however often."""
        with Store(self.db) as store:
            last = store.jobs.last(spec.name)
        if last is None:
            return False
        due_at = trigger.get_next_fire_time(last.started_at, last.started_at + timedelta(seconds=1))
        return due_at is not None and due_at <= now

    def _on_event(self, event: JobExecutionEvent) -> None:
        if event.code == EVENT_JOB_ERROR:
            log.error("job %s failed: %s", event.job_id, event.exception)
        elif event.code == EVENT_JOB_MISSED:
            log.warning("job %s was missed by more than its grace", event.job_id)
        # MAX_INSTANCES of crawl-due is ordinary: a crawl takes longer than the minute between looks.

    def _run_job(self, name: str) -> None:
        now = self.clock()
        arguments = self._arguments(name, now)
        if arguments is None or self._stop.is_set():
            return
        with Store(self.db) as store:
            run = store.jobs.begin(name, now=now)
        runner = self.runners["crawls" if name in CRAWLS else "reports"]
        limit = LIMITS.get(name, self.schedule.crawl_limit)
        try:
            result = runner.run([*arguments, "--db", str(self.db)], name=name, limit=limit, now=now)
        except OSError as error:
            self._finish(run, "failed", f"the child could not be started: {error.strerror}")
            raise
        status, detail = self._verdict(result)
        self._finish(run, status, detail)
        level = logging.INFO if status == "done" else logging.WARNING
        log.log(level, "%s: %s%s", name, status, f" ({detail})" if detail else "")

    def _arguments(self, name: str, now: datetime) -> list[str] | None:
        """The child's command, or None when there is nothing to do."""
        if name == "crawl-due":
            return self._crawl_due(now)
        if name == "resweep":
            if self.schedule.is_quiet(now):
                return None
            since = (now - timedelta(days=self.schedule.job(name).options["days"])).astimezone(self.schedule.zone)
            return ["crawl", "--since", f"{since:%Y-%m-%d}", "--max-minutes", "90", *self.base]
        if name == "digest":
            return ["digest", "--send"]
        if name == "check-outlets":
            return ["outlets", "check", "--all", "--switch-on", *self.base]
        return ["schedule", "once", name]

    def _crawl_due(self, now: datetime) -> list[str] | None:
        if self.schedule.is_quiet(now):
            return None
        with Store(self.db) as store:
            if self._other_crawl(store):
                return None
            fresh = not store.jobs.looks()
            if not fresh and not plan(store, self.schedule, now=now) and not store.ledger.pending(now=now, limit=1):
                return None
        return ["crawl", "--due", "--max-minutes", str(CRAWL_MINUTES), *self.base]

    def _other_crawl(self, store: Store) -> bool:
        """Does a crawl of an earlier daemon, which was killed, still run? It will end by itself."""
        return any(_alive(pid) for _, pid in store.jobs.running_crawls())

    @staticmethod
    def _verdict(result: ChildResult) -> tuple[str, str | None]:
        if result.killed:
            return "killed", f"did not stop when its time was up; log {result.log.name}"
        if result.overran:
            return "failed", f"took too long and was stopped; log {result.log.name}"
        if result.status < 0:
            return "killed", f"ended by signal {-result.status}; log {result.log.name}"
        if result.status:
            return "failed", f"exit status {result.status}: {result.last_line()}"
        return "done", None

    def _finish(self, run: int, status: str, detail: str | None) -> None:
        with Store(self.db) as store:
            store.jobs.finish(run, status=status, detail=detail, now=self.clock())


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
