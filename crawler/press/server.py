"""The sample press on loopback: real HTTP/1.1, one port an outlet, a thread a connection. Standard library only.

with SamplePress() as press:
    press.base("songcai")                   # http://127.0.0.1:40123
    press.catalogue_toml()                  # the outlets, with these addresses
    press.misbehave("songcai", faults.busy(seconds=3), on="feed", times=2)
    press.publish(story); press.advance(hours=2)
    press.requests("songcai")               # what was asked, when
"""

from __future__ import annotations

import random
import re
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http import HTTPStatus
from itertools import pairwise
from types import TracebackType
from typing import Any

from .big import BIG_OUTLET, BigSite, ordinary_story, signing_story
from .catalogue import entries_toml
from .faults import Fault
from .site import Answer, Request, Seen, Site
from .world import PressOutlet, PressStory, World, parse_blocks

HOST = "127.0.0.1"
MAX_HEAD = 65_536
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: closing sends RST


@dataclass(slots=True)
class Rule:
    """A fault in force at an outlet; `stop()` ends it."""

    fault: Fault
    outlet: str | None
    path: re.Pattern[str] | None
    kind: str | None
    times: int | None
    since: datetime | None
    until: datetime | None
    hits: int = 0
    active: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def stop(self) -> None:
        self.active = False

    def takes(self, site: Site, request: Request, now: datetime) -> bool:
        """Whether it holds for this request; counts the hit."""
        if not self.active or (self.outlet is not None and self.outlet != site.outlet.id):
            return False
        if (self.since and now < self.since) or (self.until and now >= self.until):
            return False
        if self.path is not None and not self.path.search(request.target):
            return False
        if self.kind is not None and site.route(request.target).kind != self.kind:
            return False
        with self._lock:
            if self.times is not None and self.hits >= self.times:
                return False
            self.hits += 1
        return True


class SamplePress:
    """A small loopback news world. Start it, crawl it, change it while it runs.

    `now` is the world's moment (default: the real one at construction) and stands still unless `speed` seconds of
    the world pass in each real second, or `advance` moves it. `port_base` gives outlet n the port `port_base + n`
    (default: any free ports). `big` adds an outlet with that many cheap distinct pages; `only` serves those outlets.
    """

    def __init__(
        self,
        *,
        now: datetime | None = None,
        speed: float = 0.0,
        port_base: int | None = None,
        big: int = 0,
        big_matches: float = 0.01,
        only: Iterable[str] | None = None,
    ) -> None:
        self.world = World.load(now or datetime.now(UTC))
        self._origin = now or datetime.now(UTC)
        self._speed = speed
        self._started = time.monotonic()
        self._port_base = port_base
        if big:
            self.world.outlets[BIG_OUTLET.id] = BIG_OUTLET
        self._big = (big, big_matches)
        wanted = set(only) if only is not None else set(self.world.outlets)
        if unknown := wanted - self.world.outlets.keys():
            raise KeyError(f"the sample press has no outlet {sorted(unknown)[0]!r}")
        self._ids = [outlet for outlet in self.world.outlets if outlet in wanted]
        self.sites: dict[str, Site] = {}
        self._rules: list[Rule] = []
        self._filled = 0
        self._log: list[Request] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listeners: list[socket.socket] = []
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor: threading.Thread | None = None
        self._wake: socket.socket | None = None

    # Life

    def start(self) -> SamplePress:
        """Listen; returns itself. OSError if a port is taken."""
        selector = selectors.DefaultSelector()
        try:
            for index, outlet_id in enumerate(self._ids):
                listener = socket.create_server(
                    (HOST, self._port_base + index if self._port_base else 0), backlog=128
                )
                self._listeners.append(listener)
                base = f"http://{HOST}:{listener.getsockname()[1]}"
                self.sites[outlet_id] = self._site(outlet_id, base)
                selector.register(listener, selectors.EVENT_READ, outlet_id)
        except OSError:
            selector.close()
            self.stop()
            raise
        reader, self._wake = socket.socketpair()
        selector.register(reader, selectors.EVENT_READ, None)
        self._acceptor = threading.Thread(
            target=self._accept, args=(selector, reader), name="sample-press", daemon=True
        )
        self._acceptor.start()
        return self

    def _site(self, outlet_id: str, base: str) -> Site:
        outlet = self.world.outlets[outlet_id]
        if outlet is BIG_OUTLET:
            count, matches = self._big
            return BigSite(outlet, self.world, base, count=count, matches=matches, now=self._origin)
        return Site(outlet, self.world, base)

    def stop(self) -> None:
        """Close every connection and wait for the threads. Harmless when it is not running."""
        self._stopping.set()
        if self._wake is not None:
            self._wake.close()
        if self._acceptor is not None:
            self._acceptor.join(5)
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        with self._lock:
            open_connections = list(self._connections.items())
        for connection, _ in open_connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in open_connections:
            thread.join(5)

    def __enter__(self) -> SamplePress:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # The world

    @property
    def now(self) -> datetime:
        """The world's moment."""
        return self._origin + timedelta(seconds=(time.monotonic() - self._started) * self._speed)

    def advance(self, to: datetime | None = None, **delta: float) -> datetime:
        """Move the world's clock to a moment, or on by `hours=`, `minutes=` …; stories due by then appear."""
        now = to if to is not None else self.now + timedelta(**delta)
        self._origin, self._started = now, time.monotonic()
        return now

    def publish(self, story: PressStory) -> str:
        """Put a story (or a new revision of one) into its outlet; its address. It shows once `published` has come."""
        self.world.add(story)
        return self.url_of(story.id)

    def tell(
        self,
        outlet: str,
        title: str,
        text: str,
        *,
        lead: str | None = None,
        section: str | None = None,
        published: datetime | None = None,
        label: str = "neg",
        **facts: Any,
    ) -> str:
        """Publish a story of one's own words; its address.

        `text` has one block a line (`[ảnh] …` a caption, `## …` a heading). Without `published` it is out now; `facts`
        are other fields of `PressStory`, e.g. `event`, `parties`, `quirks`. Told again with the same `id`, it is a new
        revision.
        """
        published = published or self.now
        facts.setdefault("id", f"tin-{len(self.world.stories)}")
        return self.publish(
            PressStory(
                outlet=outlet,
                section=section or self.world.outlets[outlet].sections[0].slug,
                title=title,
                lead=lead,
                blocks=parse_blocks(text),
                published=published.replace(microsecond=0),
                label=label,
                **facts,
            )
        )

    def fill(
        self,
        outlet: str,
        count: int,
        *,
        every: timedelta,
        until: datetime | None = None,
        matches: float = 0.0,
    ) -> list[str]:
        """Publish `count` made-up stories, one `every` so often, the last at `until` (default: now); their addresses.

        For rhythm, paging and backfill: `until` in the future makes stories that come out as the clock moves on.
        `matches` is the share of signings. Newest first.
        """
        until = until or self.now
        sections = self.world.outlets[outlet].sections
        stories = []
        for index in range(count):
            self._filled += 1
            seed = random.Random(f"fill/{outlet}/{self._filled}")  # noqa: S311 - the same news each time
            make = signing_story if seed.random() < matches else ordinary_story
            section = sections[index % len(sections)].slug
            stories.append(
                make(
                    5_000_000 + self._filled,
                    outlet=outlet,
                    section=section,
                    published=until - index * every,
                    seed=seed,
                )
            )
        self.world.add_many(stories)
        return [self.url_of(story.id) for story in stories]

    def withdraw(self, story_id: str) -> None:
        """Take a story away: its address answers 404."""
        self.world.remove(story_id)

    @property
    def stories(self) -> list[PressStory]:
        """All stories of the served outlets, those still to come too."""
        return [story for story in self.world.stories.values() if story.outlet in self.sites]

    def outlet(self, outlet_id: str) -> PressOutlet:
        return self.world.outlets[outlet_id]

    def base(self, outlet_id: str) -> str:
        """The outlet's address, `http://127.0.0.1:port`, no slash at the end."""
        return self.sites[outlet_id].base

    def bases(self) -> dict[str, str]:
        return {outlet_id: site.base for outlet_id, site in self.sites.items()}

    def url_of(self, story_id: str) -> str:
        story = self.world.stories[story_id]
        return self.sites[story.outlet].url_of(story)

    def feed_url(self, outlet_id: str, section: str | None = None) -> str | None:
        site = self.sites[outlet_id]
        path = site.family.feed_path(site.outlet.section(section) if section else None)
        return site.base + path if path else None

    def section_url(self, outlet_id: str, section: str, page: int = 1) -> str | None:
        site = self.sites[outlet_id]
        found = site.section_at(section, None)
        path = site.family.section_path(found, page) if found else None
        return site.base + path if path else None

    def gold(self) -> list[dict[str, Any]]:
        """What is true of every story that is out: url, title, lead, text, captions, label, event, parties …"""
        rows = []
        for story in self.stories:
            if story.published <= self.now:
                row: dict[str, Any] = {
                    key: getattr(story, key)
                    for key in [
                        "id",
                        "outlet",
                        "section",
                        "title",
                        "lead",
                        "text",
                        "captions",
                        "authors",
                        "label",
                        "event",
                        "acts",
                        "kind",
                        "parties",
                        "period",
                        "event_date",
                        "place",
                        "reprint_of",
                        "quirks",
                        "note",
                        "is_match",
                    ]
                }
                rows.append({"url": self.url_of(story.id), "published": story.published, **row})
        return rows

    def catalogue_toml(self) -> str:
        """The served outlets as a catalogue file."""
        return entries_toml(self.sites.values())

    # Misbehaviour

    def misbehave(
        self,
        outlet: str | None,
        fault: Fault,
        *,
        path: str | None = None,
        on: str | None = None,
        times: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Rule:
        """Let an outlet (None: all) answer wrongly.

        `path` is a regex over path and query; `on` a kind of address (article, section, feed, news-sitemap, sitemap,
        shard, api, robots, home); `times` how often; `since` / `until` the world's moments between which it holds.
        The newest rule that holds wins.
        """
        if outlet is not None and outlet not in self.world.outlets:
            raise KeyError(f"the sample press has no outlet {outlet!r}")
        rule = Rule(fault, outlet, re.compile(path) if path else None, on, times, since, until)
        with self._lock:
            self._rules = [*self._rules, rule]
        return rule

    def behave(self, outlet: str | None = None) -> None:
        """End every fault of the outlet (None: of all)."""
        with self._lock:
            self._rules = [r for r in self._rules if outlet is not None and r.outlet != outlet]

    # The log

    def requests(
        self, outlet: str | None = None, *, path: str | None = None, on: str | None = None
    ) -> list[Request]:
        """The requests so far in order of arrival; `path` is a regex over path and query, `on` a kind of address."""
        with self._lock:
            found = list(self._log)
        return [
            r
            for r in found
            if (outlet is None or r.outlet == outlet)
            and (path is None or re.search(path, r.target))
            and (on is None or self.sites[r.outlet].route(r.target).kind == on)
        ]

    def pauses(self, outlet: str, *, path: str | None = None) -> list[float]:
        """Seconds between the arrivals of one request and the next at an outlet."""
        times = [request.at for request in self.requests(outlet, path=path)]
        return [after - before for before, after in pairwise(times)]

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()

    # HTTP

    def _accept(self, selector: selectors.BaseSelector, reader: socket.socket) -> None:
        with selector, reader:
            while not self._stopping.is_set():
                for key, _ in selector.select():
                    if key.data is None or self._stopping.is_set():
                        return
                    listener: socket.socket = key.fileobj  # type: ignore[assignment]
                    try:
                        connection, _ = listener.accept()
                    except OSError:  # the client went away between select and accept
                        continue
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    thread = threading.Thread(
                        target=self._serve, args=(connection, self.sites[key.data]), daemon=True
                    )
                    with self._lock:
                        self._connections[connection] = thread
                    thread.start()

    def _serve(self, connection: socket.socket, site: Site) -> None:
        """All requests of one connection."""
        try:
            for request in self._read(connection, site):
                if not self._respond(connection, site, request):
                    break
        except OSError:  # the client closed or reset: its right
            pass
        finally:
            with self._lock:
                self._connections.pop(connection, None)
            connection.close()

    def _read(self, connection: socket.socket, site: Site) -> Iterator[Request]:
        """Requests as they arrive on a kept-alive connection; bodies are read and dropped."""
        data = b""
        while not self._stopping.is_set():
            while b"\r\n\r\n" not in data:
                more = connection.recv(65_536)
                if not more or len(data) > MAX_HEAD:
                    return
                data += more
            head, _, data = data.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            try:
                method, target, version = lines[0].split(" ")
                headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines[1:])
                }
                length = int(headers.get("content-length", 0))
            except ValueError:
                connection.sendall(
                    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                return
            while len(data) < length:
                data += connection.recv(65_536)
            data = data[length:]
            if version == "HTTP/1.0":
                headers.setdefault("connection", "close")
            request = Request(
                outlet=site.outlet.id,
                method=method,
                target=target,
                headers=headers,
                at=time.monotonic(),
                host=headers.get("host", ""),
            )
            with self._lock:
                self._log.append(request)
            yield request

    def _answer(self, site: Site, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return Answer(status=405, headers={"Allow": "GET, HEAD", "Content-Type": "text/plain"})
        now = self.now
        seen = Seen(now=now)
        for rule in reversed(self._rules):
            if rule.takes(site, request, now):
                return rule.fault(site, request, seen)
        return site.answer(request, seen)

    def _respond(self, connection: socket.socket, site: Site, request: Request) -> bool:
        """Send the answer; whether the connection may be used again."""
        answer = self._answer(site, request)
        request.status = answer.status
        if answer.delay and self._stopping.wait(answer.delay):
            return False
        if answer.hang:
            request.status = None
            self._wait_for_close(connection)
            return False
        if answer.reset:
            request.status = None
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            return False
        keep = request.headers.get("connection", "").lower() != "close" and answer.stop_after is None
        body = answer.body if answer.status != 304 and request.method != "HEAD" else b""
        connection.sendall(_head(answer, keep))
        self._send(connection, request, body[: answer.stop_after], answer.drip)
        request.done = time.monotonic()
        return keep

    def _send(
        self, connection: socket.socket, request: Request, body: bytes, drip: tuple[int, float] | None
    ) -> None:
        if drip is None:
            request.sent = len(body)  # first, so that a client that has its answer finds it in the log
            connection.sendall(body)
            return
        size, pause = drip
        for start in range(0, len(body), size):
            connection.sendall(body[start : start + size])
            request.sent = min(start + size, len(body))
            if self._stopping.wait(pause):
                return

    def _wait_for_close(self, connection: socket.socket) -> None:
        """Until the client hangs up or the press stops (which shuts the socket down)."""
        while not self._stopping.is_set() and connection.recv(4096):
            pass


def _head(answer: Answer, keep: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Unknown')}",
        f"Date: {formatdate(usegmt=True)}",
    ]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status != 304:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
