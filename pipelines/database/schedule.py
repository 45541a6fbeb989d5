"""What every process must respect about a host: whose turn it is, what it forbade, when it may be asked again."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.database.times import from_db, to_db

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: RFC 9309 §2.4: a cached robots.txt should not be used for longer.
ROBOTS_MAX_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRow:
    """A host's robots.txt as last fetched and still fresh."""

    status: int
    """HTTP status; 0 when the host could not be reached."""
    body: str
    fetched_at: datetime
    expires_at: datetime
    crawl_delay: float | None
    """Seconds, as the rules for us say."""


class Hosts:
    """The table `hosts`: one politeness for the daemon's child, a crawl by hand and whatever else runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def crawl_delay(self, host: str) -> float | None:
        """The pause that a host's robots.txt asks for, in seconds, as far as it was read."""
        row = self._store.row("SELECT crawl_delay FROM hosts WHERE host = ?", (host,))
        return None if row is None else row["crawl_delay"]

    def try_turn(self, host: str, *, delay: float, hold: float, now: float, holder: str) -> float:
        """Take the host for one request if it is free; 0.0 when it is ours, else seconds until it is worth asking again.

        Over all processes one request is under way at a time: the host is ours until `finish_turn`, or for `hold`
        seconds, should we be killed. The next turn begins `delay` (or the Crawl-delay) after this one ended, and never
        before the time the host asked for. `now` is Unix time.
        """
        with self._store.transaction() as db:
            row = db.execute(
                "SELECT next_request_at, not_before, crawl_delay, holder, holder_until FROM hosts WHERE host = ?",
                (host,),
            ).fetchone()
            free_at = max(row["next_request_at"], row["not_before"]) if row else 0.0
            if free_at > now and row["holder"] and _is_dead(row["holder"]):
                # Its holder was killed: the pause counts from when it took the turn.
                taken_at = row["holder_until"] - max(hold, delay)
                free_at = max(taken_at + max(delay, row["crawl_delay"] or 0.0), row["not_before"])
            if free_at > now:
                return float(free_at - now)
            db.execute(
                "INSERT INTO hosts (host, next_request_at, holder, holder_until) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (host) DO UPDATE SET next_request_at = excluded.next_request_at, "
                "holder = excluded.holder, holder_until = excluded.holder_until",
                (host, now + max(hold, delay), holder, now + max(hold, delay)),
            )
        return 0.0

    def finish_turn(self, host: str, *, delay: float, now: float, holder: str) -> None:
        """Our request ended: the host is free again after `delay` or its Crawl-delay, whichever is longer."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE hosts SET next_request_at = ? + max(?, coalesce(crawl_delay, 0)), holder = NULL, "
                "holder_until = NULL WHERE host = ? AND holder = ?",
                (now, delay, host, holder),
            )

    def defer(self, host: str, until: float, why: str) -> None:
        """The host asked not to be visited before `until` (Unix time). A later time that it asked for stays."""
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO hosts (host, not_before, not_before_why) VALUES (?, ?, ?) "
                "ON CONFLICT (host) DO UPDATE SET not_before = excluded.not_before, "
                "not_before_why = excluded.not_before_why WHERE excluded.not_before > hosts.not_before",
                (host, until, why),
            )

    def not_before(self, host: str) -> float:
        """Unix time before which the host does not want to be asked; 0.0 when it said nothing."""
        return float(self._store.value("SELECT not_before FROM hosts WHERE host = ?", (host,)) or 0.0)

    def robots(self, host: str, *, now: datetime) -> RobotsRow | None:
        """The host's robots.txt, or None when there is none that is still fresh."""
        row = self._store.row(
            "SELECT robots_status, robots, robots_fetched_at, robots_expires_at, crawl_delay FROM hosts "
            "WHERE host = ? AND robots_expires_at > ?",
            (host, to_db(now)),
        )
        if row is None:
            return None
        return RobotsRow(
            status=row["robots_status"],
            body=row["robots"] or "",
            fetched_at=from_db(row["robots_fetched_at"]),
            expires_at=from_db(row["robots_expires_at"]),
            crawl_delay=row["crawl_delay"],
        )

    def save_robots(
        self,
        host: str,
        status: int,
        body: str,
        *,
        now: datetime,
        expires_at: datetime,
        crawl_delay: float | None = None,
    ) -> None:
        """Keep a host's robots.txt until `expires_at`, at most 24 hours."""
        expires_at = min(expires_at, now + ROBOTS_MAX_AGE)
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO hosts (host, robots, robots_status, robots_fetched_at, robots_expires_at, crawl_delay) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (host) DO UPDATE SET robots = excluded.robots, "
                "robots_status = excluded.robots_status, robots_fetched_at = excluded.robots_fetched_at, "
                "robots_expires_at = excluded.robots_expires_at, crawl_delay = excluded.crawl_delay",
                (host, body, status, to_db(now), to_db(expires_at), crawl_delay),
            )


def _is_dead(holder: str) -> bool:
    """Is `holder` (`<machine>:<pid>`) a process of this machine that has ended?"""
    machine, _, pid = holder.rpartition(":")
    if machine != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
