"""What the daemon remembers: runs of its jobs, deliveries of its reports, and the history that planning needs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.database.times import from_db, from_db_or_none, to_db, to_db_or_none
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store

SCHEMA = """
CREATE TABLE job_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    status TEXT NOT NULL DEFAULT 'running',
    detail TEXT,
    pid INTEGER
);
CREATE INDEX job_runs_job ON job_runs(job, id);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report TEXT NOT NULL,
    address TEXT NOT NULL,
    message_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('sending', 'delivered', 'failed', 'unconfirmed')),
    upto INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    why TEXT,
    UNIQUE (report, address)
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One run of a job of the daemon."""

    id: int
    job: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    """running | done | partly (an outlet failed) | failed | killed | stopped (with the daemon)"""
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLook:
    """What planning needs to know of one source."""

    source: str
    outlet: str
    next_check: datetime | None
    checked_at: datetime | None
    listed: int
    known: int
    failures: int
    ttl_minutes: float | None
    not_before: datetime | None
    """When the host asked to be left alone until then."""
    outcome: str | None = None
    """How it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One report on its way to one address."""

    id: int
    report: str
    address: str
    """The address without its secrets."""
    message_id: str
    status: str
    upto: int
    attempts: int
    why: str | None


class Jobs:
    """The tables `job_runs` and `deliveries`, and the planner's view of `sources`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- runs --------------------------------------------------------------------------------------------------

    def begin(self, job: str, *, now: datetime) -> int:
        """A run of a job starts; its number."""
        with self._store.transaction() as db:
            cursor = db.execute(
                "INSERT INTO job_runs (job, started_at, pid) VALUES (?, ?, ?)", (job, to_db(now), os.getpid())
            )
            return int(cursor.lastrowid or 0)

    def finish(self, run: int, *, status: str, detail: str | None = None, now: datetime) -> None:
        """A run ended."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE job_runs SET finished_at = ?, status = ?, detail = ? WHERE id = ?",
                (to_db(now), status, detail, run),
            )

    def close_abandoned(self, *, now: datetime) -> int:
        """Runs that a dead daemon left `running` become `killed`; how many. Call it holding the daemon's lock."""
        with self._store.transaction() as db:
            return db.execute(
                "UPDATE job_runs SET status = 'killed', finished_at = ?, detail = 'the daemon was killed' "
                "WHERE status = 'running'",
                (to_db(now),),
            ).rowcount

    def last(self, job: str, *, finished: bool = False) -> JobRun | None:
        """The newest run of a job; `finished` leaves out those that still run."""
        extra = " AND status != 'running'" if finished else ""
        row = self._store.row(
            f"SELECT * FROM job_runs WHERE job = ?{extra} ORDER BY id DESC LIMIT 1",  # noqa: S608 (a constant)
            (job,),
        )
        if row is None:
            return None
        return JobRun(
            id=row["id"],
            job=row["job"],
            started_at=from_db(row["started_at"]),
            finished_at=from_db_or_none(row["finished_at"]),
            status=row["status"],
            detail=row["detail"],
        )

    def forget_runs(self, *, before: datetime) -> int:
        """Drop old rows of jobs, so that a job every minute does not fill the file; the last of each job stays."""
        with self._store.transaction() as db:
            return db.execute(
                "DELETE FROM job_runs WHERE started_at < ? AND id NOT IN (SELECT max(id) FROM job_runs GROUP BY job)",
                (to_db(before),),
            ).rowcount

    def killed_in_a_row(self, job: str) -> int:
        """How many of the newest runs of a job were killed, one after another."""
        rows = self._store.rows("SELECT status FROM job_runs WHERE job = ? ORDER BY id DESC LIMIT 20", (job,))
        count = 0
        for row in rows:
            if row["status"] != "killed":
                break
            count += 1
        return count

    def crawl_ended(self, pid: int) -> bool:
        """Did the newest crawl of a process come to an end of its own, whatever its outlets answered?"""
        status = self._store.value("SELECT status FROM crawls WHERE pid = ? ORDER BY id DESC LIMIT 1", (pid,))
        return status in ("finished", "stopped")

    def put_off(self, began: datetime, *, until: datetime) -> int:
        """Sources that were due at `began` and have not been looked at since wait until then; how many."""
        with self._store.transaction() as db:
            return db.execute(
                "UPDATE sources SET next_check = ?2 WHERE enabled AND (next_check IS NULL OR next_check <= ?1) "
                "AND (checked_at IS NULL OR checked_at < ?1)",
                (to_db(began), to_db(until)),
            ).rowcount

    # -- planning ----------------------------------------------------------------------------------------------

    def looks(self, outlets: Sequence[str] | None = None) -> list[LastLook]:
        """The last look at every source that is polled for news: archives and searches are for backfill."""
        asked: dict[str, float] = {
            row["host"]: row["not_before"]
            for row in self._store.rows("SELECT host, not_before FROM hosts WHERE not_before > 0")
        }
        rows = self._store.rows(
            # A 304 lists what the answer before it did, and all of that is known by now.
            "SELECT s.id, s.url, s.outlet, s.next_check, s.checked_at, s.failures, s.ttl_minutes, p.outcome, "
            "coalesce(w.links, 0) AS listed, coalesce(CASE WHEN p.id = w.id THEN w.known ELSE w.links END, 0) AS known FROM sources s "
            "JOIN outlets o ON o.id = s.outlet LEFT JOIN polls p ON p.id = "
            "(SELECT id FROM polls WHERE source = s.id ORDER BY at DESC, id DESC LIMIT 1) LEFT JOIN polls w ON w.id = "
            "(SELECT id FROM polls WHERE source = s.id AND outcome = 'ok' ORDER BY at DESC, id DESC LIMIT 1) "
            "WHERE s.enabled AND o.enabled AND s.kind NOT IN ('sitemap', 'search') ORDER BY s.outlet, s.id"
        )
        return [
            LastLook(
                source=row["id"],
                outlet=row["outlet"],
                next_check=from_db_or_none(row["next_check"]),
                checked_at=from_db_or_none(row["checked_at"]),
                listed=row["listed"],
                known=row["known"],
                failures=row["failures"],
                outcome=row["outcome"],
                ttl_minutes=row["ttl_minutes"],
                not_before=_time(asked.get(urlsplit(row["url"]).netloc.lower())) if asked else None,
            )
            for row in rows
            if outlets is None or row["outlet"] in outlets
        ]

    def publications(self, source: str, *, since: datetime) -> list[datetime]:
        """When the stories that a source showed were published (found, where that is unknown)."""
        rows = self._store.rows(
            "SELECT coalesce(u.published, g.first) AS at FROM sightings g JOIN urls u ON u.url = g.url "
            "WHERE g.source = ?1 AND g.first >= ?2 AND coalesce(u.published, g.first) >= ?2 ORDER BY at",
            (source, to_db(since)),
        )
        return [from_db(row["at"]) for row in rows]

    def set_next_checks(self, checks: Sequence[tuple[str, datetime | None]]) -> None:
        """Write when to look at sources again."""
        with self._store.transaction() as db:
            db.executemany(
                "UPDATE sources SET next_check = ? WHERE id = ?",
                [(to_db_or_none(at), source) for source, at in checks],
            )

    def forget_failures(self, sources: Sequence[str]) -> None:
        """These sources failed through no fault of theirs: their next failure is their first."""
        with self._store.transaction() as db:
            db.executemany("UPDATE sources SET failures = 0 WHERE id = ?", [(source,) for source in sources])

    # -- deliveries --------------------------------------------------------------------------------------------

    def begin_delivery(self, report: str, address: str, message_id: str, *, upto: int, now: datetime) -> Delivery:
        """`sending` is committed before the service is called, so that a kill in between leaves a trace."""
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO deliveries (report, address, message_id, status, upto, started_at) "
                "VALUES (?, ?, ?, 'sending', ?, ?) ON CONFLICT (report, address) DO UPDATE SET status = 'sending', "
                "attempts = attempts + 1, upto = excluded.upto, started_at = excluded.started_at, why = NULL",
                (report, address, message_id, upto, to_db(now)),
            )
        found = self.delivery(report, address)
        assert found is not None
        return found

    def end_delivery(self, delivery: int, *, status: str, why: str | None = None, now: datetime) -> None:
        """The service confirmed (`delivered`) or refused (`failed`)."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE deliveries SET status = ?, why = ?, finished_at = ? WHERE id = ?",
                (status, why, to_db(now), delivery),
            )

    def mark_unconfirmed(self) -> int:
        """Deliveries that a killed process left `sending` become `unconfirmed`; how many."""
        with self._store.transaction() as db:
            return db.execute(
                "UPDATE deliveries SET status = 'unconfirmed', why = 'stopped before the service answered' "
                "WHERE status = 'sending'"
            ).rowcount

    def delivery(self, report: str, address: str) -> Delivery | None:
        """The delivery of one report to one address."""
        row = self._store.row("SELECT * FROM deliveries WHERE report = ? AND address = ?", (report, address))
        if row is None:
            return None
        return Delivery(
            id=row["id"],
            report=row["report"],
            address=row["address"],
            message_id=row["message_id"],
            status=row["status"],
            upto=row["upto"],
            attempts=row["attempts"],
            why=row["why"],
        )

    def delivered_upto(self, address: str, report: str) -> int:
        """The last notice that reports before `report` have brought to an address; one that may have arrived counts.

        An address that never had a report begins where the others stood when it was first tried, not at the beginning
        of the database.
        """
        had = self._store.value(
            "SELECT max(upto) FROM deliveries WHERE address = ? AND report <> ? AND status IN ('delivered', 'unconfirmed')",
            (address, report),
        )
        if had is None:
            had = self._store.value(
                "SELECT max(upto) FROM deliveries WHERE status = 'delivered' AND report < coalesce("
                "(SELECT min(report) FROM deliveries WHERE address = ?), ?)",
                (address, report),
            )
        return int(had or 0)

    def deliveries(self, *, status: str | None = None, limit: int = 50) -> list[Delivery]:
        """The newest deliveries, or those of one status."""
        rows = self._store.rows(
            "SELECT report, address FROM deliveries WHERE ? IS NULL OR status = ? ORDER BY id DESC LIMIT ?",
            (status, status, limit),
        )
        return [found for row in rows if (found := self.delivery(row["report"], row["address"]))]

    def delivered_upto_any(self) -> int | None:
        """The last notice of the newest delivered report, or None when none was ever delivered."""
        found = self._store.value("SELECT max(upto) FROM deliveries WHERE status = 'delivered'")
        return None if found is None else int(found)

    # -- the report's material ---------------------------------------------------------------------------------

    def notices_between(self, begin: datetime, end: datetime) -> tuple[int, int]:
        """(last notice before `begin`, last notice before `end`)."""
        row = self._store.row(
            "SELECT coalesce((SELECT max(id) FROM notices WHERE at < ?), 0) AS since, "
            "coalesce((SELECT max(id) FROM notices WHERE at < ?), 0) AS upto",
            (to_db(begin), to_db(end)),
        )
        assert row is not None
        return int(row["since"]), int(row["upto"])

    def health_changes(self, since: int, upto: int | None = None) -> list[Json]:
        """Outlets that broke or recovered, as noted after `since`; of several notes of one source the last."""
        changes: dict[str, Json] = {}
        for row in self._store.rows(
            "SELECT id, at, kind, outlet, detail FROM notices WHERE kind IN ('broken', 'recovered') AND id > ? "
            "AND (? IS NULL OR id <= ?) ORDER BY id",
            (since, upto, upto),
        ):
            detail = json.loads(row["detail"])
            changes[detail.get("source") or row["outlet"]] = {
                "outlet": row["outlet"], "at": row["at"], "recovered": row["kind"] == "recovered", **detail,
            }  # fmt: skip
        return list(changes.values())

    def note_health(self, kind: str, outlet: str, detail: Json, *, now: datetime) -> None:
        """A source broke (`broken`) or works again (`recovered`); for the report and for alarms."""
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO notices (at, kind, outlet, detail) VALUES (?, ?, ?, ?)",
                (to_db(now), kind, outlet, json.dumps(detail, ensure_ascii=False)),
            )

    def figures(self, *, now: datetime, zone_hours: float, days: int) -> Json:
        """The last 24 hours in numbers, and matches found on each of the last local `days`, oldest first."""
        day_ago = to_db(now - timedelta(days=1))
        by_day: dict[str, int] = {
            row["day"]: row["n"]
            for row in self._store.rows(
                "SELECT date(s.found_at, ?) AS day, count(*) AS n FROM stories s JOIN matches m ON m.story = s.id "
                "WHERE m.listed = 1 AND s.origin <> 'seed' AND s.found_at >= ? AND s.found_at <= ? GROUP BY day",
                (f"{zone_hours:+g} hours", to_db(now - timedelta(days=days)), to_db(now)),
            )
        }
        local = now + timedelta(hours=zone_hours)
        trend = [by_day.get(f"{local - timedelta(days=back):%Y-%m-%d}", 0) for back in range(days - 1, -1, -1)]
        return {
            "matches": int(
                self._store.value(
                    "SELECT count(*) FROM stories s JOIN matches m ON m.story = s.id WHERE m.listed = 1 "
                    "AND s.origin <> 'seed' AND s.found_at >= ?",
                    (day_ago,),
                )
            ),
            "stories": int(self._store.value("SELECT count(*) FROM stories WHERE found_at >= ?", (day_ago,))),
            "pages": int(self._store.value("SELECT count(*) FROM visits WHERE at >= ?", (day_ago,))),
            "trend": trend,
        }

    def deliveries_of(self, report: str, *, status: str | None = None) -> list[Delivery]:
        """The deliveries of one report, or those of them with a status."""
        rows = self._store.rows(
            "SELECT address FROM deliveries WHERE report = ? AND (? IS NULL OR status = ?) ORDER BY id",
            (report, status, status),
        )
        return [found for row in rows if (found := self.delivery(report, row["address"]))]


def _time(unix: float | None) -> datetime | None:
    return datetime.fromtimestamp(unix, UTC) if unix else None
