"""What the ledger can say of outlets' health: looks at their sources, delays, funnels, who found what.

Every question is asked of all outlets at once: the watch reads hundreds of thousands of rows, and asks every half hour.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.database.times import from_db, from_db_or_none, to_db
from pipelines.health_words import NETWORK
from pipelines.recall import recall
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: Looks at a source that are considered. Failures back off to a look a day, so that even a long spell is within.
LOOKS = 40
#: A page's outcomes that tell whether it could be read are looked at so far back.
PAGES = 60
#: The kinds of source, as bits of a mask in SQL.
_KINDS = ("feed", "section", "news-sitemap", "sitemap", "api", "search")


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
    crawl: int | None = None


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
    checked_at: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFigures:
    """An outlet's last days in numbers."""

    outlet: str
    name: str
    last_look: datetime | None
    last_new: datetime | None
    delays: tuple[float, ...] = ()
    """Minutes from publication to discovery, shortest first."""
    polls: int = 0
    """Requests to its sources."""
    unmodified: int = 0
    """Of them, answered 304."""
    pages: int = 0
    """Requests to its pages."""
    funnel: Mapping[str, int] = field(default_factory=dict)
    """How visits of its pages ended, most frequent first."""
    found_by: Mapping[frozenset[str], int] = field(default_factory=dict)
    """Stories by the kinds of source that showed them."""

    @property
    def median_minutes(self) -> float | None:
        """Half of its stories were found sooner after publication than this."""
        return round(statistics.median(self.delays), 1) if self.delays else None

    @property
    def p95_minutes(self) -> float | None:
        """95 of 100 stories were found sooner than this."""
        return round(self.delays[int(0.95 * (len(self.delays) - 1))], 1) if self.delays else None

    @property
    def unmodified_share(self) -> float | None:
        """Share of the looks at its sources that were answered 304."""
        return round(self.unmodified / self.polls, 3) if self.polls else None

    @property
    def recall(self) -> Json:
        """What each kind of source found, and an estimate of what all missed."""
        return recall(self.found_by)


class Health:
    """Questions about outlets' health, and the facts that the watch writes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sources(self) -> list[SourceHealthRow]:
        """Sources of enabled outlets that are on and were ever asked."""
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
                checked_at=from_db_or_none(row["checked_at"]),
                failures=row["failures"],
            )
            for row in self._store.rows(
                "SELECT s.* FROM sources s JOIN outlets o ON o.id = s.outlet WHERE s.enabled AND o.enabled "
                "AND s.checked_at IS NOT NULL ORDER BY s.outlet, s.id"
            )
        ]

    def polls(self, source: str, *, limit: int = LOOKS) -> list[PollRow]:
        """The last looks at a source on the live web, oldest first.

        Of a sweep over several pages the first; of a 304 and the whole answer that proved it, that answer.
        """
        # Read newest first along the index; grouping the whole past of a source would cost what it never shows.
        firsts: dict[int, Any] = {}
        for row in self._store.rows(
            "SELECT p.crawl, p.at, p.outcome, p.why, p.links, p.known, p.new, p.off_pattern, p.final_url "
            "FROM polls p JOIN crawls c ON c.id = p.crawl WHERE p.source = ? AND c.replay = 0 "
            "ORDER BY p.at DESC, p.id DESC LIMIT ?",
            (source, 2 * limit),
        ):
            if row["outcome"] != "not-modified" or row["crawl"] not in firsts:
                firsts[row["crawl"]] = row  # the last one seen is the crawl's first page
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
                crawl=row["crawl"],
            )
            for row in reversed(list(firsts.values())[:limit])
        ]

    def published(self, source: str, *, since: datetime) -> list[int]:
        """Unix times of publication (of finding, where that is unknown) of the stories that a source showed."""
        return [
            row[0]
            for row in self._store.rows(
                "SELECT CAST(strftime('%s', coalesce(u.published, g.first)) AS INTEGER) FROM sightings g CROSS JOIN urls u ON u.url = g.url "
                "WHERE g.source = ?1 AND g.first >= ?2 AND coalesce(u.published, g.first) >= ?2",
                (source, to_db(since)),
            )
        ]

    def listed_since(self, source: str, since: datetime) -> dict[str, str]:
        """The links that a source showed at or after a time → when it first did."""
        return {
            row[0]: row[1]
            for row in self._store.rows(
                "SELECT url, first FROM sightings WHERE source = ? AND last >= ?", (source, to_db(since))
            )
        }

    def shown_elsewhere(self, source: str, urls: Iterable[str]) -> set[str]:
        """Of these links of a source, those that any other source ever showed."""
        return {
            row[0]
            for row in self._store.rows(
                "SELECT DISTINCT g.url FROM sightings g JOIN json_each(?) AS wanted ON wanted.value = g.url WHERE g.source <> ?",
                (json.dumps(list(urls)), source),
            )
        }

    def beside(self, source: str, outlet: str, *, since: datetime, upto: datetime) -> list[tuple[str, int, int, int]]:
        """(other source, its stories before, of them shared, its stories since) around the source's last new link.

        Counted are stories that the other showed first after `since`; those after `upto` the source may not have yet.
        """
        rows = self._store.rows(
            "WITH mine AS (SELECT max(first) AS last, min(first) AS began FROM sightings WHERE source = ?1) "
            "SELECT b.source, sum(b.first <= mine.last) AS before, sum(b.first <= mine.last AND a.url IS NOT NULL) AS shared, "
            "sum(b.first > mine.last AND a.url IS NULL) AS since FROM mine JOIN sources s ON s.outlet = ?2 AND s.id <> ?1 "
            "JOIN sightings b ON b.source = s.id AND b.first >= ?3 AND b.first > mine.began AND b.first <= ?4 "
            "LEFT JOIN sightings a ON a.source = ?1 AND a.url = b.url GROUP BY b.source",
            (source, outlet, to_db(since), to_db(upto)),
        )
        return [(row["source"], row["before"], row["shared"], row["since"]) for row in rows]

    def pages_read(self, outcomes: Iterable[str], *, since: datetime) -> dict[str, list[str]]:
        """Outlet → how its last pages ended, oldest first, as far as they ended in one of these outcomes."""
        found: dict[str, list[str]] = {}
        for row in self._store.rows(
            "SELECT u.outlet, u.outcome FROM json_each(?) AS wanted JOIN urls u ON u.outcome = wanted.value "
            "LEFT JOIN crawls c ON c.id = u.crawl WHERE u.visited_at >= ? AND coalesce(c.replay, 0) = 0 AND u.outlet IS NOT NULL "
            "ORDER BY u.visited_at, u.rowid",
            (json.dumps(sorted(outcomes)), to_db(since)),
        ):
            found.setdefault(row["outlet"], []).append(row["outcome"])
        return {outlet: ends[-PAGES:] for outlet, ends in found.items()}

    def recent_looks(self, *, since: datetime) -> list[tuple[str, datetime, str]]:
        """(outlet, when, outcome) of the looks on the live web since a time, oldest first."""
        return [
            (row["outlet"], from_db(row["at"]), row["outcome"])
            for row in self._store.rows(
                "SELECT s.outlet, p.at, p.outcome FROM polls p JOIN sources s ON s.id = p.source JOIN crawls c ON c.id = p.crawl "
                "WHERE p.at >= ? AND c.replay = 0 ORDER BY p.at, p.id",
                (to_db(since),),
            )
        ]

    # -- figures -----------------------------------------------------------------------------------------------

    def figures(self, *, since: datetime) -> list[OutletFigures]:
        """The figures of every enabled outlet that was ever asked."""
        rows = self._store.rows(
            "SELECT o.id, o.name, (SELECT max(checked_at) FROM sources WHERE outlet = o.id) AS looked, "
            "(SELECT max(first_seen) FROM urls WHERE outlet = o.id) AS found FROM outlets o WHERE o.enabled "
            "AND EXISTS (SELECT 1 FROM sources s WHERE s.outlet = o.id AND s.checked_at IS NOT NULL) ORDER BY o.id"
        )
        began = self._first_looks()
        delays, requests = self._delays(since, began), self._requests(since)
        funnels, found_by = self._funnels(since), self._found_by(since, began)
        return [
            OutletFigures(
                outlet=row["id"],
                name=row["name"],
                last_look=from_db_or_none(row["looked"]),
                last_new=from_db_or_none(row["found"]),
                delays=tuple(sorted(delays.get(row["id"], ()))),
                polls=requests.get(row["id"], (0, 0))[0],
                unmodified=requests.get(row["id"], (0, 0))[1],
                pages=sum(funnels.get(row["id"], {}).values()),
                funnel=funnels.get(row["id"], {}),
                found_by=found_by.get(row["id"], {}),
            )
            for row in rows
        ]

    def _first_looks(self) -> dict[str, str]:
        """Outlet → its first look."""
        found: dict[str, str] = {}
        for row in self._store.rows(
            "SELECT s.outlet, (SELECT at FROM polls WHERE source = s.id ORDER BY at LIMIT 1) AS at FROM sources s "
            "WHERE s.checked_at IS NOT NULL"
        ):
            if row["at"] is not None:
                found[row["outlet"]] = min(row["at"], found.get(row["outlet"], row["at"]))
        return found

    def _delays(self, since: datetime, began: Mapping[str, str]) -> dict[str, list[float]]:
        """Outlet → minutes from publication to discovery.

        Only stories published after the first look at the outlet: its backlog was not ours to find in time. A date
        without a time of day says nothing of minutes.
        """
        found: dict[str, list[float]] = {}
        for row in self._store.rows(
            "SELECT u.outlet, u.published, (strftime('%s', u.first_seen) - strftime('%s', u.published)) / 60.0 AS minutes FROM outlets o "
            "JOIN urls u ON u.outlet = o.id AND u.first_seen >= ? WHERE u.published IS NOT NULL "
            "AND u.published <= u.first_seen AND u.published NOT LIKE '%T17:00:00Z'",
            (to_db(since),),
        ):
            if row["published"] > began.get(row["outlet"], "9"):
                found.setdefault(row["outlet"], []).append(row["minutes"])
        return found

    def _requests(self, since: datetime) -> dict[str, tuple[int, int]]:
        """Outlet → (looks at its sources, of them answered 304)."""
        return {
            row["outlet"]: (row["polls"], row["unmodified"])
            for row in self._store.rows(
                "SELECT s.outlet, sum(p.n) AS polls, sum(p.unmodified) AS unmodified FROM (SELECT source, count(*) AS n, "
                "sum(outcome = 'not-modified') AS unmodified FROM polls WHERE at >= ? GROUP BY source) p "
                "JOIN sources s ON s.id = p.source GROUP BY s.outlet",
                (to_db(since),),
            )
        }

    def _funnels(self, since: datetime) -> dict[str, dict[str, int]]:
        """Outlet → how visits of its pages ended."""
        found: dict[str, dict[str, int]] = {}
        for row in self._store.rows(
            "SELECT u.outlet, v.outcome, count(*) AS n FROM visits v CROSS JOIN urls u ON u.url = v.url "
            "LEFT JOIN crawls c ON c.id = v.crawl WHERE v.at >= ? AND coalesce(c.replay, 0) = 0 GROUP BY 1, 2 ORDER BY 3 DESC",
            (to_db(since),),
        ):
            found.setdefault(row["outlet"], {})[row["outcome"]] = row["n"]
        return found

    def _found_by(self, since: datetime, began: Mapping[str, str]) -> dict[str, dict[frozenset[str], int]]:
        """Outlet → kinds of source → stories that these showed, all first seen and published while we looked."""
        mask = " + ".join(f"{1 << bit} * max(s.kind = '{kind}')" for bit, kind in enumerate(_KINDS))
        found: dict[str, dict[frozenset[str], int]] = {}
        for row in self._store.rows(
            f"SELECT outlet, kinds, count(*) AS n FROM (SELECT u.outlet, {mask} AS kinds FROM json_each(?2) AS began "  # noqa: S608
            "JOIN urls u ON u.outlet = began.key AND u.first_seen >= ?1 AND coalesce(u.published, u.first_seen) > began.value "
            "JOIN sightings g ON g.url = u.url JOIN sources s ON s.id = g.source GROUP BY u.url) GROUP BY 1, 2",
            (to_db(since), json.dumps(dict(began))),
        ):
            kinds = frozenset(kind for bit, kind in enumerate(_KINDS) if row["kinds"] & 1 << bit)
            found.setdefault(row["outlet"], {})[kinds] = row["n"]
        return found

    def links_a_day(self, *, since: datetime) -> dict[str, dict[str, int]]:
        """Outlet → day in Vietnam → new links of that day, whatever became of them."""
        found: dict[str, dict[str, int]] = {}
        for row in self._store.rows(
            "SELECT u.outlet, date(max(coalesce(u.published, u.first_seen), ?1), '+7 hours') AS day, count(*) AS n "
            "FROM outlets o JOIN urls u ON u.outlet = o.id AND u.first_seen >= ?1 GROUP BY 1, 2",
            (to_db(since),),
        ):
            found.setdefault(row["outlet"], {})[row["day"]] = row["n"]
        return found

    # -- notices and states ------------------------------------------------------------------------------------

    def last_notes(self) -> dict[str, tuple[str, datetime]]:
        """Source → (kind, time) of the last notice about its health."""
        return {
            row["source"]: (row["kind"], from_db(row["at"]))
            for row in self._store.rows(
                "SELECT kind, at, json_extract(detail, '$.source') AS source, max(id) FROM notices "
                "WHERE kind IN ('broken', 'recovered') GROUP BY source"
            )
            if row["source"]
        }

    def outages(self) -> list[tuple[datetime, datetime | None]]:
        """When our own network was down, as it was noted: (since, until), None while it lasts."""
        spans: list[tuple[datetime, datetime | None]] = []
        for row in self._store.rows(
            "SELECT kind, at, json_extract(detail, '$.facts.since') AS since FROM notices WHERE kind IN ('broken', 'recovered') "
            "AND json_extract(detail, '$.source') = ? ORDER BY id",
            (NETWORK,),
        ):
            if row["kind"] == "broken":
                spans.append((from_db(row["since"] or row["at"]), None))
            elif spans and spans[-1][1] is None:
                spans[-1] = (spans[-1][0], from_db(row["at"]))
        return spans

    def write(
        self,
        states: Sequence[tuple[str, str, str, str, bool]],
        notes: Sequence[tuple[str, str, Json]],
        *,
        now: datetime,
    ) -> None:
        """States (source, state, why, facts as JSON, needs a person) and notices (kind, outlet, detail), together."""
        with self._store.transaction() as db:
            db.executemany(
                "UPDATE sources SET state_since = CASE WHEN state = ?2 THEN coalesce(state_since, ?6) ELSE ?6 END, "
                "state = ?2, state_why = ?3, state_facts = ?4, needs_person = ?5 WHERE id = ?1",
                [(*state, to_db(now)) for state in states],
            )
            for kind, outlet, detail in notes:
                self._store.jobs.note_health(kind, outlet, detail, now=now)

    def forgive(self, outcomes: Iterable[str], *, since: datetime, now: datetime) -> int:
        """Pages that failed while our own network was down are tried anew, as if they had not been; how many."""
        with self._store.transaction() as db:
            return db.execute(
                "UPDATE urls SET attempts = 0, next_try = ?3 WHERE outcome IN (SELECT value FROM json_each(?1)) "
                "AND visited_at >= ?2 AND story IS NULL",
                (json.dumps(sorted(outcomes)), to_db(since), to_db(now)),
            ).rowcount

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
