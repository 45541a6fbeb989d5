"""One child process a crawl: started, watched, asked to stop, killed only when it will not."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

#: How long a child may take to finish the story in hand after it was asked to stop.
GRACE = timedelta(seconds=20)
#: Logs of children kept; older ones go.
KEEP_LOGS = 50


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

    def last_line(self) -> str:
        """The last line that the child wrote, for a message."""
        try:
            lines = self.log.read_text("utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1][:300] if lines else ""


class Runner:
    """Runs `kyket …` as child processes, one after another; `stop()` ends the one under way."""

    def __init__(self, logs: Path, *, grace: timedelta = GRACE) -> None:
        self.logs = logs
        self.grace = grace
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def run(self, arguments: Sequence[str], *, name: str, limit: timedelta, now: datetime) -> ChildResult:
        """Run `kyket ARGUMENTS` and wait for it, at most `limit` (then SIGTERM, and SIGKILL after the grace)."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._drop_old_logs()
        log = self.logs / f"{now:%Y%m%dT%H%M%S}-{name}.log"
        command = [sys.executable, "-m", "schedules", *arguments]
        with log.open("ab") as out:
            # A session of its own: a Ctrl-C at the terminal reaches the daemon only, which then asks the child.
            child = subprocess.Popen(  # noqa: S603 (our own interpreter and arguments)
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        with self._lock:
            self._child = child
            if self._stopping.is_set():
                _signal(child, signal.SIGTERM)
        try:
            return self._wait(child, log, limit)
        finally:
            with self._lock:
                self._child = None

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
        return ChildResult(status=status, log=log, overran=overran, killed=killed)

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
        for old in sorted(self.logs.glob("*.log"))[:-KEEP_LOGS]:
            old.unlink(missing_ok=True)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the child's whole group; a child that is gone needs none."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
