"""One child process a crawl: started, watched, asked to stop, killed only when it will not."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

#: How long a child may take to finish the story in hand after it was asked to stop.
GRACE = timedelta(seconds=20)
#: Logs kept of each kind of child (a crawl every minute must not push out the night's), and bytes of all together.
KEEP_LOGS = 50
MOST_LOG_BYTES = 100_000_000

log = logging.getLogger("kyket.daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildResult:
    """How a child ended."""

    status: int
    """Exit status; negative: killed by that signal."""
    log: Path
    overran: bool = False
    """It was stopped because its time was up."""
    killed: bool = False
    """It did not stop when asked."""
    stopped: bool = False
    """It ended because the daemon itself was asked to end."""
    pid: int = 0

    def last_line(self) -> str:
        """The last line that the child wrote, for a message."""
        try:
            lines = self.log.read_text("utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1][:300] if lines else ""


class Runner:
    """Runs `kyket …` as child processes, one after another; `stop()` ends the one under way."""

    def __init__(self, logs: Path, *, grace: timedelta = GRACE, lock: Path | None = None) -> None:
        """`lock`: a file that the child holds locked, so that a later daemon notices a child that outlived this one."""
        self.logs = logs
        self.grace = grace
        self.lock = lock
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def run(self, arguments: Sequence[str], *, name: str, limit: timedelta, now: datetime) -> ChildResult:
        """Run `kyket ARGUMENTS` and wait for it, at most `limit` (then SIGTERM, and SIGKILL after the grace)."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._drop_old_logs()
        written = self.logs / f"{now:%Y%m%dT%H%M%S}-{name}.log"
        command = [sys.executable, "-m", "schedules", *arguments]
        held = self._take_lock()
        try:
            with written.open("ab") as out:
                # A session of its own: a Ctrl-C at the terminal reaches the daemon only, which then asks the child.
                child = subprocess.Popen(  # noqa: S603 (our own interpreter and arguments)
                    command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                    start_new_session=True, pass_fds=() if held is None else (held,),
                )  # fmt: skip
            if held is not None:
                os.pwrite(held, str(child.pid).encode(), 0)
        finally:
            if held is not None:
                os.close(held)  # the child's copy keeps the lock until the child ends, whatever becomes of us
        with self._lock:
            self._child = child
            if self._stopping.is_set():
                _signal(child, signal.SIGTERM)
        try:
            return self._wait(child, written, limit)
        finally:
            with self._lock:
                self._child = None
            _clear_group(child.pid)

    def _take_lock(self) -> int | None:
        """Lock the children's file; a child that outlived an earlier daemon is asked to end first, then made to.

        The kernel holds the lock for as long as that child lives, so a number that another process got since is
        never taken for it.
        """
        if self.lock is None:
            return None
        held = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        asked, killed = None, False
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                now = time.monotonic()
                group = os.pread(held, 20, 0)
                if asked is None and group.isdigit():
                    asked = now
                    log.warning("a child of an earlier daemon still runs (process %s); it is asked to end", group.decode())
                    _signal_group(int(group), signal.SIGTERM)
                elif asked is not None and not killed and now - asked > self.grace.total_seconds():
                    killed = True
                    _signal_group(int(group), signal.SIGKILL)
                if self._stopping.is_set():
                    os.close(held)
                    raise InterruptedError(4, "the daemon was asked to end") from None
                time.sleep(0.2)
            else:
                os.ftruncate(held, 0)  # were we killed before the new number is written, nobody is signalled for the old
                return held

    def _wait(self, child: subprocess.Popen[bytes], log: Path, limit: timedelta) -> ChildResult:
        overran = killed = False
        try:
            status = child.wait(limit.total_seconds())
        except subprocess.TimeoutExpired:
            overran = True
            _signal(child, signal.SIGTERM)
            try:
                status = child.wait(self.grace.total_seconds())
            except subprocess.TimeoutExpired:
                killed = True
                _signal(child, signal.SIGKILL)
                status = child.wait()
        stopped = self._stopping.is_set() and not overran
        return ChildResult(status=status, log=log, overran=overran, killed=killed, stopped=stopped, pid=child.pid)

    def stop(self) -> None:
        """Ask the child under way to stop, and any later one at once; kill it when the grace is over."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child is None:
            return
        _signal(child, signal.SIGTERM)
        killer = threading.Timer(self.grace.total_seconds(), _signal, (child, signal.SIGKILL))
        killer.daemon = True
        killer.start()

    def _drop_old_logs(self) -> None:
        """Keep the newest of each kind, and all together below a cap."""
        kept: dict[str, int] = {}
        total = 0
        for path in sorted(self.logs.glob("*.log"), reverse=True):
            kind = path.stem.partition("-")[2]
            kept[kind] = kept.get(kind, 0) + 1
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_size
            if kept[kind] > KEEP_LOGS or total > MOST_LOG_BYTES:
                path.unlink(missing_ok=True)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the child's whole group; a child that is gone needs none."""
    if child.poll() is None:
        _signal_group(child.pid, number)


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _clear_group(group: int) -> None:
    """What a crashed child left behind (its reading processes) goes with it."""
    _signal_group(group, signal.SIGKILL)
