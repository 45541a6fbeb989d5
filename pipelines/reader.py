"""The reader: a process of its own that gates, extracts and judges pages, so that the event loop only fetches.

Jobs and results travel over one socket pair, on the event loop of the crawl: no thread, no queue in between. A few
jobs are under way at once, so that the next page is there when the last is done. A page that stalls or kills the
process costs that page alone: the process is replaced, and whoever waited behind is asked again.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import ReaderError
from pipelines.types import Link, Outcome, Outlet, Page, Rejected

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.flow import Flow, Keep, Processed

#: A page that takes the reader longer than this is given up. The slowest real page took under half a second.
READ_LIMIT = 60.0
#: Loading weights and parsers takes seconds, on a busy machine many.
START_LIMIT = 180.0
#: trafilatura keeps caches that grow with every page; empty them every so many.
RESET_EVERY = 500
#: Seconds between two looks at how long the page in hand takes.
_LOOK_EVERY = 1.0
_LENGTH = struct.Struct("!Q")
_BUFFER = 1 << 20


class Reading:
    """What the reader's process does with a job; the same when it is a thread of the crawl's."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._outlets: dict[str, Outlet] = {}
        self._pages = 0

    def do(self, job: tuple[Any, ...]) -> Processed | Rejected | None:
        """`("page", page, outlet id, outlet or None, now)` or `("headline", link, why, now)`."""
        if job[0] == "headline":
            link, why, now = job[1:]
            return self._flow.from_headline(link, why, now=now)
        page, name, outlet, now = job[1:]
        if outlet is not None:
            self._outlets[name] = outlet
        self._pages += 1
        if self._pages % RESET_EVERY == 0:
            from pipelines.extract import forget_caches

            forget_caches()
        # The crawl looked at the bytes before it asked.
        return self._flow.read(page, self._outlets.get(name), now=now, past_bytes=True)


# ------------------------------------------------------------------------------------------- the crawl's side


class _Job:
    __slots__ = ("answer", "began", "content")

    def __init__(self, content: Callable[[set[str]], tuple[Any, ...]]) -> None:
        self.content = content
        """The job, given the outlets that the process knows; it learns those that are named."""
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.began = time.monotonic()


class Reader:
    """The process as the crawl sees it. Starts with the first job: most pages need none of it; used on one event loop."""

    def __init__(self, path: Path, profile: str, keep: Keep) -> None:
        self._begin = (str(path), profile, keep)
        self._jobs: deque[_Job] = deque()
        self._line: _Line | None = None
        self._watch: asyncio.TimerHandle | None = None

    async def page(self, page: Page, outlet: Outlet | None, now: datetime) -> Processed | Rejected:
        """Gate (its second step), extract and judge a page that passed the gate's first step.

        Raises ReaderError for a fault of ours; a page that stalls or kills the process is `extract-failed`.
        """
        name = outlet.id if outlet is not None else ""

        def content(known: set[str]) -> tuple[Any, ...]:
            # An outlet's rules are sent once: they are larger than many a page's text.
            new = None if outlet is None or name in known else outlet
            known.add(name)
            return ("page", page, name, new, now)

        result: Processed | Rejected = await self._ask(content)
        return result

    async def headline(self, link: Link, why: str, now: datetime) -> Processed | Rejected | None:
        """A story of the link's own words, or None when they hold no evidence."""
        result: Processed | Rejected | None = await self._ask(lambda known: ("headline", link, why, now))
        return result

    async def _ask(self, content: Callable[[set[str]], tuple[Any, ...]]) -> Any:
        job = _Job(content)
        self._jobs.append(job)
        self._send(job)
        return await job.answer

    def _send(self, job: _Job) -> None:
        if self._line is None:
            self._line = _Line(self, self._begin)
        self._line.send(job)
        if self._watch is None:
            self._watch = asyncio.get_running_loop().call_later(_LOOK_EVERY, self._look)

    # -- what the process answered, or that it is gone -----------------------------------------------------------

    def started(self) -> None:
        """The process is ready for its first job."""
        if self._jobs:
            self._jobs[0].began = time.monotonic()

    def answered(self, good: bool, value: Any) -> None:
        """The process did its oldest job."""
        job = self._jobs.popleft()
        if self._jobs:
            self._jobs[0].began = time.monotonic()
        if job.answer.done():
            return
        if good:
            job.answer.set_result(value)
        else:
            job.answer.set_exception(ReaderError(value))

    def lost(self, line: _Line, why: str, *, fault: str | None = None) -> None:
        """The process is gone: the page in hand is given up, those behind it are asked again."""
        if self._line is not line:
            return
        self._line = None
        line.kill()
        waiting, self._jobs = self._jobs, deque()
        if fault is not None:
            for job in waiting:
                if not job.answer.done():
                    job.answer.set_exception(ReaderError(fault))
            return
        if waiting:
            first = waiting.popleft()
            if not first.answer.done():
                first.answer.set_result(Rejected(outcome=Outcome.EXTRACT_FAILED, why=why))
        for job in waiting:
            if not job.answer.done():
                job.began = time.monotonic()
                self._jobs.append(job)
                self._send(job)

    def _look(self) -> None:
        """Is the page in hand taking too long?"""
        self._watch = None
        if self._line is None or not self._jobs:
            return
        waited = time.monotonic() - self._jobs[0].began
        if not self._line.ready and waited > START_LIMIT:
            self.lost(self._line, "", fault=f"the reader's process was not ready after {START_LIMIT:.0f} s")
        elif self._line.ready and waited > READ_LIMIT:
            self.lost(self._line, f"reading it took longer than {READ_LIMIT:.0f} s")
        if self._watch is None:
            self._watch = asyncio.get_running_loop().call_later(_LOOK_EVERY, self._look)

    def close(self) -> None:
        """End the process."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        line, self._line = self._line, None
        if line is not None:
            line.kill()


class _Line(asyncio.Protocol):
    """One process and the socket to it."""

    def __init__(self, reader: Reader, begin: tuple[str, str, str]) -> None:
        self.ready = False
        """The process has loaded what it needs."""
        self._reader = reader
        self._known: set[str] = set()
        self._waiting: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        with theirs:
            # The standard input is a life line: it ends with us, whatever ends us.
            self._process = subprocess.Popen(  # noqa: S603 (this very program)
                [sys.executable, "-P", "-c", "from pipelines.reader import main; main()", str(theirs.fileno()), *begin],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
        ours.setblocking(False)
        self._socket = ours
        self._opening = asyncio.ensure_future(
            asyncio.get_running_loop().create_connection(lambda: self, sock=ours)
        )

    def send(self, job: _Job) -> None:
        data = pickle.dumps(job.content(self._known), protocol=pickle.HIGHEST_PROTOCOL)
        frame = _LENGTH.pack(len(data)) + data
        if self._transport is None:
            self._waiting.append(frame)
        else:
            self._transport.write(frame)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(high=1 << 30)  # how many jobs are under way bounds it
        transport.writelines(self._waiting)
        self._waiting.clear()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        while len(received) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(received)[0]
            if len(received) < end:
                return
            kind, value = pickle.loads(bytes(received[_LENGTH.size : end]))  # noqa: S301 (our own process)
            del received[:end]
            if kind == "ready":
                self.ready = True
                self._reader.started()
            elif kind == "failed":
                self._reader.lost(self, "", fault=value)
                return
            else:
                self._reader.answered(kind == "done", value)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self.ready:
            self._reader.lost(self, "the reader died while reading it")
        else:
            self._reader.lost(self, "", fault="the reader's process ended before it was ready")

    def kill(self) -> None:
        """End the process now; harmless when it has ended."""
        self._opening.cancel()
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        else:
            self._socket.close()
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


# ----------------------------------------------------------------------------------------- the process's side


def main() -> None:
    """`python -c "from pipelines.reader import main; main()" SOCKET DATABASE PROFILE KEEP`."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the crawl, which finishes the page in hand
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    number, path, profile, keep = sys.argv[1:5]
    with socket.socket(fileno=int(number)) as line:
        try:
            reading = Reading(build_flow(Path(path), profile, keep))  # type: ignore[arg-type]  # one of our own words
        except Exception as error:
            _answer(line, ("failed", f"{type(error).__name__}: {error}"))
            return
        _answer(line, ("ready", None))
        stream = line.makefile("rb", buffering=_BUFFER)
        while head := stream.read(_LENGTH.size):
            job = pickle.loads(stream.read(_LENGTH.unpack(head)[0]))  # noqa: S301 (from our own parent)
            result: tuple[str, Any]
            try:
                result = ("done", reading.do(job))
            except Exception as error:
                result = ("fault", f"{type(error).__name__}: {error}")
            _answer(line, result)


def _answer(line: socket.socket, value: tuple[str, Any]) -> None:
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    line.sendall(_LENGTH.pack(len(data)) + data)


def _end_with_parent() -> None:
    """The crawl holds the other end of our standard input; when it is gone, so are we, whatever we are doing."""
    sys.stdin.buffer.read()
    os._exit(1)


def build_flow(path: Path, profile_name: str, keep: Keep) -> Flow:
    """The Flow for a database: its profile, and the seeds as the database knows them."""
    from pipelines.database import Store
    from pipelines.flow import Flow

    with Store(path) as store:
        profile = store.seeds.profile(profile_name)
        seeds = store.seeds.corpus(profile)
    return Flow(profile, seeds, keep=keep)
