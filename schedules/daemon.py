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
from schedules.notify import one_sender
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
#: Who runs what: each runner has one child at a time, so that crawls, the report and the slow upkeep hold up no other.
RUNNERS = {
    "crawl-due": "crawls", "resweep": "crawls", "digest": "reports", "health": "reports",
    "check-outlets": "upkeep", "maintenance": "upkeep",
}  # fmt: skip
#: After a crashed crawl the next waits a minute, after each further one twice as long, up to an hour.
CRASH_PAUSE = timedelta(minutes=1)
MOST_CRASH_PAUSE = timedelta(hours=1)
#: A report that failed is tried again after this, then twice as long …
REPORT_PAUSE = timedelta(minutes=10)
MOST_REPORT_TRIES = 4
#: A job that was killed under way is begun again at the next start, so often at most: it may be what kills the machine.
MOST_RESTARTS = 3


@contextmanager
def only_daemon(db: Path) -> Iterator[None]:
    """Hold the lock of the one daemon a database may have.

    The lock is the kernel's (`flock`): it ends with the process, however that ends. Raises StoreError that says
    who holds it.
    """
    path = db.with_name(db.name + ".daemon.lock")
    try:
        opened = path.open("a+")
    except OSError as error:
        raise StoreError(f"{path}: the daemon's lock cannot be made ({error.strerror})") from None
    with opened as file:
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
        self.runners = {
            kind: Runner(logs, lock=db.with_name(f"{db.name}.{kind}.lock")) for kind in sorted(set(RUNNERS.values()))
        }
        self._began = clock()
        self._crashes = 0
        self._crash_until: datetime | None = None
        self._report_failures = 0
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._scheduler = self._new_scheduler()

    # -- life --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until SIGTERM or SIGINT. Raises StoreError when another daemon has the database."""
        self._handle_signals()
        with only_daemon(self.db):
            with Store(self.db) as store:
                killed = store.jobs.close_abandoned(now=self.clock())
                unconfirmed = 0
                with contextlib.suppress(StoreError), one_sender(self.db):  # else an earlier daemon's child still sends
                    unconfirmed = store.jobs.mark_unconfirmed()
            if killed:
                log.warning("%d runs of jobs were cut short when the last daemon was killed", killed)
            if unconfirmed:
                log.warning("%d deliveries are unconfirmed; look with `kyket digest --resend`", unconfirmed)
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
                # A machine that slept looks like this too, and has missed what was due meanwhile.
                self._plan_jobs(catch_up=now_offset > offset)
                offset = now_offset

    def _load_again(self) -> None:
        try:
            self.schedule = self.load()
        except (KyketError, OSError, ValueError) as error:
            log.error("the configuration was not reloaded, the old one stays: %s", error)
            return
        self._plan_jobs(catch_up=False)
        log.info("the configuration was reloaded")

    # -- jobs --------------------------------------------------------------------------------------------------

    def _new_scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=self.schedule.zone,
            executors={kind: ThreadPoolExecutor(1) for kind in self.runners},
            # Late is better than never, and once is enough: a busy pool or a machine that stood still skips no report.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
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
            if (first := self._first_time(spec, trigger, now, catch_up=catch_up)) is not None:
                extra["next_run_time"] = first
            self._scheduler.add_job(
                self._run_job,
                trigger,
                args=[spec.name],
                id=spec.name,
                executor=RUNNERS[spec.name],
                **extra,
            )

    def _first_time(self, spec: JobSpec, trigger: BaseTrigger, now: datetime, *, catch_up: bool) -> datetime | None:
        """When a job runs first, where that is not what its trigger says.

        What was missed while no daemon was there, or was killed under way, is done once, however often it was missed.
        """
        with Store(self.db) as store:
            last = store.jobs.last(spec.name)
            restarts = store.jobs.killed_in_a_row(spec.name)
        cut_short = last is not None and last.status in ("killed", "stopped") and restarts < MOST_RESTARTS
        if spec.every is not None:
            # An interval would first fire after one interval; a restart must not begin it anew either.
            if last is None or last.started_at > now or (catch_up and cut_short):
                return now
            return max(now, last.started_at + spec.every)
        if not catch_up:
            return None
        if cut_short:
            return now
        since = last.started_at if last is not None else self._began
        due_at = trigger.get_next_fire_time(since, since + timedelta(seconds=1))
        return now if due_at is not None and due_at <= now else None

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
        limit = LIMITS.get(name, self.schedule.crawl_limit)
        runner = self.runners[RUNNERS[name]]
        try:
            result = runner.run([*arguments, "--db", str(self.db)], name=name, limit=limit, now=now)
        except InterruptedError:
            self._finish(run, "stopped", "the daemon was asked to end")
            return
        except OSError as error:
            self._finish(run, "failed", f"the child could not be started: {error.strerror}")
            raise
        status, detail = self._verdict(result, name)
        if name == "crawl-due":
            self._mind_crash(status, began=now)
        if name == "digest":
            self._mind_report(status)
        self._finish(run, status, detail)
        level = logging.INFO if status in ("done", "partly", "stopped") else logging.WARNING
        log.log(level, "%s: %s%s", name, status, f" ({detail})" if detail else "")

    def _arguments(self, name: str, now: datetime) -> list[str] | None:
        """The child's command, or None when there is nothing to do."""
        if name == "crawl-due":
            return self._crawl_due(now)
        if name == "resweep":
            if self.schedule.is_quiet(now):
                return None
            since = (now - timedelta(days=self.schedule.job(name).options["days"])).astimezone(self.schedule.zone)
            with Store(self.db) as store:
                names = self._awake(store, now)
            if names is None:
                return None
            return ["crawl", "--since", f"{since:%Y-%m-%d}", "--max-minutes", "90", *names, *self.base]
        if name == "digest":
            return ["digest", "--send"]
        if name == "check-outlets":
            return ["outlets", "check", "--all", "--switch-on", *self.base]
        return ["schedule", "once", name]

    def _crawl_due(self, now: datetime) -> list[str] | None:
        if self.schedule.is_quiet(now):
            return None
        if self._crash_until is not None and now < self._crash_until <= now + MOST_CRASH_PAUSE:
            return None
        with Store(self.db) as store:
            names = self._awake(store, now)
            if names is None:
                return None
            fresh = not store.jobs.looks()
            due = plan(store, self.schedule, now=now)
            if not fresh and not due and not store.ledger.pending(names or None, now=now, limit=1):
                return None
        return ["crawl", "--due", "--max-minutes", str(CRAWL_MINUTES), *names, *self.base]

    def _awake(self, store: Store, now: datetime) -> list[str] | None:
        """The outlets to name to a crawl because others have their quiet hours; empty: all. None: all are asleep."""
        quiet = [outlet for outlet in self.schedule.outlet_quiet if self.schedule.is_quiet(now, outlet)]
        if not quiet:
            return []
        names = sorted({look.outlet for look in store.jobs.looks()} - set(quiet))
        return names or None

    def _mind_crash(self, status: str, *, began: datetime) -> None:
        """Pause after a crash, and put off the sources that the crashed crawl did not get to, ever longer."""
        if status in ("done", "partly", "stopped"):
            self._crashes, self._crash_until = 0, None
            return
        self._crashes += 1
        now = self.clock()
        pause = min(CRASH_PAUSE * 2 ** min(self._crashes - 1, 10), MOST_CRASH_PAUSE)
        self._crash_until = now + pause
        with Store(self.db) as store:
            put_off = store.jobs.put_off(began, until=now + pause)
        log.warning("the crawl crashed %d times in a row; %d sources wait %s", self._crashes, put_off, pause)

    def _mind_report(self, status: str) -> None:
        """A report whose run broke off is tried again, ever later; addresses that have it are left alone."""
        self._report_failures = self._report_failures + 1 if status in ("failed", "killed") else 0
        if 0 < self._report_failures <= MOST_REPORT_TRIES and not self._stop.is_set():
            at = self.clock() + REPORT_PAUSE * 2 ** (self._report_failures - 1)
            self._scheduler.add_job(
                self._run_job, "date", run_date=at, args=["digest"], id="digest-again", executor=RUNNERS["digest"],
                replace_existing=True,
            )  # fmt: skip

    def _verdict(self, result: ChildResult, name: str) -> tuple[str, str | None]:
        """How a child ended, in a word and a line."""
        if result.killed:
            return "killed", f"did not stop when its time was up; log {result.log.name}"
        if result.overran:
            return "failed", f"took too long and was stopped; log {result.log.name}"
        if result.stopped and result.status:
            return "stopped", "the daemon was asked to end"
        if result.status < 0:
            return "killed", f"ended by signal {-result.status}; log {result.log.name}"
        if result.status:
            detail = f"exit status {result.status}: {result.last_line()}"
            if name in ("crawl-due", "resweep"):
                # That an outlet failed is ordinary and said by `kyket health`; that the crawl broke off is not.
                with Store(self.db) as store:
                    if store.jobs.crawl_ended(result.pid):
                        return "partly", detail
            return "failed", detail
        return "done", None

    def _finish(self, run: int, status: str, detail: str | None) -> None:
        with Store(self.db) as store:
            store.jobs.finish(run, status=status, detail=detail, now=self.clock())
