"""What the ledger can say of an outlet's health: looks at its sources, delays, funnels, who found what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.database.times import from_db, from_db_or_none, to_db
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: Looks at a source that are considered: enough for a week of hourly polling.
LOOKS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """One look at a source."""

    at: datetime
    outcome: str
    why: str | None
    links: int
    known: int
    new: int
    off_pattern: int
    final_url: str | None
    content_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealthRow:
    """A source as the catalogue and the ledger know it."""

    id: str
    outlet: str
    kind: str
    url: str
    label: str | None
    state: str
    state_since: datetime | None
    state_why: str | None
    next_check: datetime | None


class Health:
    """Questions about outlets' health, and the facts that the watch writes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sources(self) -> list[SourceHealthRow]:
        """Sources of enabled outlets that are on or were ever asked."""
        return [
            SourceHealthRow(
                id=row["id"],
                outlet=row["outlet"],
                kind=row["kind"],
                url=row["url"],
                label=row["label"],
                state=row["state"],
                state_since=from_db_or_none(row["state_since"]),
                state_why=row["state_why"],
                next_check=from_db_or_none(row["next_check"]),
            )
            for row in self._store.rows(
                "SELECT s.* FROM sources s JOIN outlets o ON o.id = s.outlet WHERE s.enabled AND o.enabled "
                "AND s.checked_at IS NOT NULL ORDER BY s.outlet, s.id"
            )
        ]

    def polls(self, source: str, *, limit: int = LOOKS) -> list[PollRow]:
        """The last looks at a source on the live web, oldest first. Of a sweep over several pages, the first."""
        # Read newest first along the index; grouping the whole past of a source would cost what it never shows.
        firsts: dict[int, Any] = {}
        for row in self._store.rows(
            "SELECT p.crawl, p.at, p.outcome, p.why, p.links, p.known, p.new, p.off_pattern, p.final_url, p.content_hash "
            "FROM polls p JOIN crawls c ON c.id = p.crawl WHERE p.source = ? AND c.replay = 0 "
            "ORDER BY p.at DESC, p.id DESC LIMIT ?",
            (source, 2 * limit),
        ):
            firsts[row["crawl"]] = row  # the last one seen is the crawl's first page
        rows = list(firsts.values())[:limit]
        return [
            PollRow(
                at=from_db(row["at"]),
                outcome=row["outcome"],
                why=row["why"],
                links=row["links"],
                known=row["known"],
                new=row["new"],
                off_pattern=row["off_pattern"],
                final_url=row["final_url"],
                content_hash=row["content_hash"],
            )
            for row in reversed(rows)
        ]

    def listed_now(self, outlet: str) -> dict[str, set[str]]:
        """Source → the links that its last full answer (and the pages after it) showed, for the sources of one outlet."""
        found: dict[str, set[str]] = {}
        for row in self._store.rows(
            "SELECT g.source, g.url FROM sources s JOIN polls p ON p.id = (SELECT min(id) FROM polls WHERE source = s.id "
            "AND crawl = (SELECT max(crawl) FROM polls WHERE source = s.id AND outcome = 'ok')) JOIN sightings g ON g.source = s.id AND g.last >= p.at "
            "WHERE s.outlet = ? AND s.enabled",
            (outlet,),
        ):
            found.setdefault(row["source"], set()).add(row["url"])
        return found

    def page_outcomes(self, outlet: str, *, since: datetime) -> dict[str, int]:
        """How visits of an outlet's pages ended."""
        return {
            row["outcome"]: row["n"]
            for row in self._store.rows(
                "SELECT v.outcome, count(*) AS n FROM visits v JOIN urls u ON u.url = v.url JOIN crawls c ON c.id = v.crawl "
                "WHERE u.outlet = ? AND v.at >= ? AND c.replay = 0 GROUP BY v.outcome ORDER BY n DESC",
                (outlet, to_db(since)),
            )
        }

    def last_times(self, outlet: str) -> tuple[datetime | None, datetime | None]:
        """(last look at any source, last new story) of an outlet."""
        row = self._store.row(
            "SELECT (SELECT max(checked_at) FROM sources WHERE outlet = ?1) AS looked, "
            "(SELECT max(first_seen) FROM urls WHERE outlet = ?1) AS found",
            (outlet,),
        )
        assert row is not None
        return from_db_or_none(row["looked"]), from_db_or_none(row["found"])

    def delays(self, outlet: str, *, since: datetime) -> list[float]:
        """Minutes from publication to discovery, shortest first.

        Only stories published after the first look at the outlet: its backlog was not ours to find in time. A date
        without a time of day says nothing of minutes.
        """
        rows = self._store.rows(
            "SELECT (julianday(u.first_seen) - julianday(u.published)) * 1440 AS minutes FROM urls u "
            "WHERE u.outlet = ?1 AND u.first_seen >= ?2 AND u.published IS NOT NULL AND u.published > "
            "(SELECT min(p.at) FROM polls p JOIN sources s ON s.id = p.source WHERE s.outlet = ?1) "
            "AND u.published <= u.first_seen AND u.published NOT LIKE '%T17:00:00Z' ORDER BY minutes",
            (outlet, to_db(since)),
        )
        return [float(row["minutes"]) for row in rows]

    def requests(self, outlet: str, *, since: datetime) -> tuple[int, int, int]:
        """(requests to sources, requests to pages, answers 304) of an outlet."""
        row = self._store.row(
            "SELECT (SELECT count(*) FROM polls p JOIN sources s ON s.id = p.source WHERE s.outlet = ?1 AND p.at >= ?2) AS polls, "
            "(SELECT count(*) FROM polls p JOIN sources s ON s.id = p.source WHERE s.outlet = ?1 AND p.at >= ?2 "
            "AND p.outcome = 'not-modified') AS unmodified, "
            "(SELECT count(*) FROM visits v JOIN urls u ON u.url = v.url WHERE u.outlet = ?1 AND v.at >= ?2) AS pages",
            (outlet, to_db(since)),
        )
        assert row is not None
        return int(row["polls"]), int(row["pages"]), int(row["unmodified"])

    def found_by(self, outlet: str, *, since: datetime) -> list[frozenset[str]]:
        """For each link first seen since then, the kinds of source that showed it."""
        return [
            frozenset(json.loads(row["kinds"]))
            for row in self._store.rows(
                "SELECT json_group_array(DISTINCT s.kind) AS kinds FROM urls u JOIN sightings g ON g.url = u.url "
                "JOIN sources s ON s.id = g.source WHERE u.outlet = ? AND u.first_seen >= ? GROUP BY u.url",
                (outlet, to_db(since)),
            )
        ]

    def last_note(self, source: str) -> tuple[str, datetime] | None:
        """(kind, time) of the last notice about a source's health."""
        row = self._store.row(
            "SELECT kind, at FROM notices WHERE kind IN ('broken', 'recovered') AND json_extract(detail, '$.source') = ? "
            "ORDER BY id DESC LIMIT 1",
            (source,),
        )
        return (row["kind"], from_db(row["at"])) if row else None

    def write(
        self, states: Sequence[tuple[str, str, str]], notes: Sequence[tuple[str, str, Json]], *, now: datetime
    ) -> None:
        """States (source, state, why) and notices (kind, outlet, detail) in one transaction."""
        with self._store.transaction() as db:
            for source, state, why in states:
                db.execute(
                    "UPDATE sources SET state_since = CASE WHEN state = ?1 THEN coalesce(state_since, ?3) ELSE ?3 END, "
                    "state = ?1, state_why = ?2 WHERE id = ?4",
                    (state, why, to_db(now), source),
                )
            for kind, outlet, detail in notes:
                self._store.jobs.note_health(kind, outlet, detail, now=now)

    def outlets(self) -> list[Json]:
        """Enabled outlets that were ever asked: id and name."""
        return [
            dict(row)
            for row in self._store.rows(
                "SELECT o.id, o.name FROM outlets o WHERE o.enabled AND EXISTS "
                "(SELECT 1 FROM sources s WHERE s.outlet = o.id AND s.checked_at IS NOT NULL) ORDER BY o.id"
            )
        ]

    def domains(self) -> dict[str, str]:
        """Outlet → its domain, as the catalogue of the last crawl had it."""
        return {row["id"]: row["domain"] for row in self._store.rows("SELECT id, domain FROM outlets WHERE domain <> ''")}

    def old_records(self, before: datetime) -> int:
        """Looks and visits older than this are thinned: one look a source and day stays. How many went."""
        with self._store.transaction() as db:
            return db.execute(
                "DELETE FROM polls WHERE at < ? AND new = 0 AND id NOT IN "
                "(SELECT max(id) FROM polls GROUP BY source, substr(at, 1, 10))",
                (to_db(before),),
            ).rowcount
