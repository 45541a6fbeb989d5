"""The ledger: which crawls ran, what each source showed, and how every visit of a URL ended."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.database.store import to_json
from pipelines.database.times import from_db, from_db_or_none, to_db, to_db_or_none
from pipelines.database.visits import STANDING, Visit, write_visit
from pipelines.errors import StoreError
from pipelines.processes import is_alive
from pipelines.types import Link, Outcome, Outlet, Source

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: How `urls.why` of a story that is too old begins: its time follows.
_PUBLISHED, _CHANGED = "published ", "last changed "


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One look at a source."""

    outcome: str
    """`ok`, `not-modified`, or the word of the Outcome that it failed with."""
    url: str
    """The address asked for."""
    final_url: str | None = None
    """Where it was redirected to, if it was."""
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    links: int | None = None
    """Links seen, when that is more than those handed over (capped)."""
    off_pattern: int = 0
    """Links left out because they do not look like the outlet's articles."""
    newest: datetime | None = None
    why: str | None = None
    ttl_minutes: float | None = None
    """How long the feed itself asks to be left alone."""
    swept_to: str | None = None
    """Paging was completed back to this time; None leaves it as it is."""

    @property
    def good(self) -> bool:
        return self.outcome in ("ok", Outcome.NOT_MODIFIED, Outcome.UNCHANGED, Outcome.STORED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """What the database knows about a source."""

    id: str
    outlet: str
    kind: str
    url: str
    label: str | None
    seen: bool
    enabled: bool
    etag: str | None
    last_modified: str | None
    content_hash: str | None
    validators_agreed: int
    """Answers in a row whose validators and content agreed, believed 304s included."""
    validators_lied_at: datetime | None
    checked_at: datetime | None
    changed_at: datetime | None
    new_at: datetime | None
    next_check: datetime | None
    failures: int
    ttl_minutes: float | None
    swept_to: str | None
    state: str
    state_since: datetime | None
    state_why: str | None
    validators: str = "{}"
    """How far its validators are trusted, as JSON; the crawler's `validators` reads and writes it."""
    read_at: datetime | None = None
    """Last answer in full."""
    state_facts: str = "{}"
    """What the state rests on, as JSON."""
    needs_person: bool = False


_SOURCE_TIMES = frozenset(
    {"validators_lied_at", "checked_at", "changed_at", "new_at", "next_check", "state_since", "read_at"}
)
_SOURCE_COLUMNS = frozenset(SourceRow.__dataclass_fields__) - {"id", "outlet"}


class Ledger:
    """Crawls, sources, links and visits."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- catalogue and crawls ----------------------------------------------------------------------------------

    def sync_catalogue(self, outlets: Iterable[Outlet], *, now: datetime) -> None:
        """Make the tables `outlets` and `sources` say what the catalogue says; what was learnt of a source stays."""
        with self._store.transaction() as db:
            for outlet in outlets:
                db.execute(
                    "INSERT INTO outlets (id, name, domain, home, kind, family, province, enabled, first_seen) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
                    "domain = excluded.domain, home = excluded.home, kind = excluded.kind, family = excluded.family, "
                    "province = excluded.province, enabled = excluded.enabled",
                    (
                        outlet.id, outlet.name, outlet.domain, outlet.home, outlet.kind, outlet.family,
                        outlet.province, outlet.enabled, to_db(now),
                    ),
                )  # fmt: skip
                for source in outlet.sources:
                    self._upsert_source(db, source)

    @staticmethod
    def _upsert_source(db: sqlite3.Connection, source: Source) -> None:
        db.execute(
            "INSERT INTO sources (id, outlet, kind, url, label, seen, enabled) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, url = excluded.url, label = excluded.label, "
            "seen = excluded.seen, enabled = excluded.enabled",
            (
                source.id,
                source.outlet,
                str(source.kind),
                source.url,
                source.label,
                source.seen,
                source.enabled,
            ),
        )

    def begin_crawl(
        self,
        command: str,
        outlets: Collection[str],
        options: dict[str, Any],
        *,
        now: datetime,
        replay: bool = False,
    ) -> int:
        """Open a crawl; its number. Crawls that a dead process left `running` are closed as `killed`."""
        with self._store.transaction() as db:
            for crawl, pid in db.execute("SELECT id, pid FROM crawls WHERE status = 'running'").fetchall():
                if not is_alive(pid):
                    self._finish(db, crawl, "killed", "the process ended without saying why", None, now)
            cursor = db.execute(
                "INSERT INTO crawls (started_at, command, outlets, options, replay, pid, version) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    to_db(now), command, to_json(sorted(outlets)), to_json(options), replay, os.getpid(), _version(),
                ),
            )  # fmt: skip
            return _rowid(cursor)

    def finish_crawl(
        self, crawl: int, *, status: str, reason: str | None, errors: int = 0, now: datetime
    ) -> dict[str, Any]:
        """Close a crawl; its funnel, which is stored with it."""
        with self._store.transaction() as db:
            return self._finish(db, crawl, status, reason, errors, now)

    def _finish(
        self,
        db: sqlite3.Connection,
        crawl: int,
        status: str,
        reason: str | None,
        errors: int | None,
        now: datetime,
    ) -> dict[str, Any]:
        funnel = self.count_funnel(db, crawl)
        db.execute(
            "UPDATE crawls SET status = ?, finish_reason = ?, errors = coalesce(?, errors), funnel = ?, finished_at = ? "
            "WHERE id = ?",
            (status, reason, errors, to_json(funnel), to_db(now), crawl),
        )
        return funnel

    def commands(self) -> set[str]:
        """The commands that ever began a crawl here."""
        return {row["command"] for row in self._store.rows("SELECT DISTINCT command FROM crawls")}

    def funnel(self, crawl: int) -> dict[str, Any]:
        """The funnel of a crawl, counted now: listed = known + new; visited = the sum over outcomes."""
        return self.count_funnel(self._store.connection, crawl)

    @staticmethod
    def count_funnel(db: sqlite3.Connection, crawl: int) -> dict[str, Any]:
        """The funnel of a crawl counted from its rows."""
        polls, failed, links, known, new = db.execute(
            "SELECT count(*), coalesce(sum(outcome NOT IN ('ok', 'not-modified', 'unchanged', 'stored')), 0), "
            "coalesce(sum(links), 0), coalesce(sum(known), 0), coalesce(sum(new), 0) FROM polls WHERE crawl = ?",
            (crawl,),
        ).fetchone()
        outcomes = dict(
            db.execute(
                "SELECT outcome, count(*) FROM visits WHERE crawl = ? GROUP BY outcome ORDER BY 2 DESC",
                (crawl,),
            )
        )
        pending = db.execute(
            "SELECT count(*) FROM urls WHERE crawl = ? AND outcome = 'pending'", (crawl,)
        ).fetchone()[0]
        return {
            "polls": polls,
            "polls_failed": failed,
            "listed": links,
            "known": known,
            "new": new,
            "visited": sum(outcomes.values()),
            "outcomes": outcomes,
            "stored": sum(outcomes.get(outcome, 0) for outcome in STANDING),
            "still_pending": pending,
        }

    def crawl_outcomes(self, crawl: int) -> dict[Outcome, int]:
        """How many visits of a crawl ended how."""
        rows = self._store.rows(
            "SELECT outcome, count(*) FROM visits WHERE crawl = ? GROUP BY outcome", (crawl,)
        )
        return {Outcome(outcome): count for outcome, count in rows}

    # -- sources -----------------------------------------------------------------------------------------------

    def record_poll(
        self,
        crawl: int,
        source: Source,
        poll: Poll,
        links: Sequence[Link],
        *,
        now: datetime,
        keep_validators: bool,
    ) -> list[Link]:
        """What a source showed, in one transaction: sightings, new links as pending, the poll, the validators.

        `keep_validators=False` (a replay) leaves everything about the source as it was. Returns the links that
        were not known before.
        """
        at = to_db(now)
        distinct = list({link.url: link for link in links}.values())
        with self._store.transaction() as db:
            self._ensure_source(db, source, at)
            new = [link for link in distinct if self._sight(db, link, source.id, crawl, at)]
            listed = len(distinct)
            db.execute(
                "INSERT INTO polls (crawl, source, url, at, outcome, why, status, links, known, new, off_pattern, "
                "newest, content_hash, final_url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    crawl, source.id, poll.url, at, str(poll.outcome), poll.why, poll.status, listed,
                    listed - len(new), len(new), poll.off_pattern, to_db_or_none(poll.newest), poll.content_hash,
                    poll.final_url,
                ),
            )  # fmt: skip
            if keep_validators:
                self._remember_source(db, source.id, poll, bool(new), at)
        return new

    def _ensure_source(self, db: sqlite3.Connection, source: Source, at: str) -> None:
        if db.execute("SELECT 1 FROM sources WHERE id = ?", (source.id,)).fetchone():
            return
        # A source that no catalogue lists (a site search, a page given by hand) still deserves its row.
        db.execute(
            "INSERT INTO outlets (id, name, domain, first_seen) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (source.outlet, source.outlet, "", at),
        )
        self._upsert_source(db, source)

    @staticmethod
    def _sight(db: sqlite3.Connection, link: Link, source: str, crawl: int, at: str) -> bool:
        """Note that a source showed a link; True when the ledger did not know it."""
        new = db.execute(
            "INSERT INTO urls (url, outlet, source, first_seen, last_seen, next_try, title, summary, published, "
            "published_raw, published_from, crawl) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (url) DO NOTHING",
            (
                link.url, link.outlet, source, at, at, at, link.title, link.summary, to_db_or_none(link.published),
                link.published_raw, link.published_from, crawl,
            ),
        ).rowcount  # fmt: skip
        if not new:
            # What one source left out another may tell: a section has the title, the feed the time.
            db.execute(
                "UPDATE urls SET last_seen = max(last_seen, ?), title = coalesce(title, ?), "
                "summary = coalesce(summary, ?), published_raw = coalesce(published_raw, ?), "
                "published_from = coalesce(published_from, ?), published = coalesce(published, ?) WHERE url = ?",
                (
                    at, link.title, link.summary, link.published_raw, link.published_from,
                    to_db_or_none(link.published), link.url,
                ),
            )  # fmt: skip
        db.execute(
            "INSERT INTO sightings (source, url, first, last) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (source, url) DO UPDATE SET last = excluded.last",
            (source, link.url, at, at),
        )
        return bool(new)

    @staticmethod
    def _remember_source(db: sqlite3.Connection, source: str, poll: Poll, new: bool, at: str) -> None:
        old = db.execute(
            "SELECT content_hash FROM sources WHERE id = ?", (source,)
        ).fetchone()
        columns: dict[str, Any] = {"checked_at": at}
        if poll.good:
            columns["failures"] = 0
        if poll.content_hash is not None:
            columns |= {
                "etag": poll.etag, "last_modified": poll.last_modified, "content_hash": poll.content_hash,
            }  # fmt: skip
            if poll.content_hash != old["content_hash"]:
                columns["changed_at"] = at
        if new:
            columns["new_at"] = at
        if poll.ttl_minutes is not None:
            columns["ttl_minutes"] = poll.ttl_minutes
        if poll.swept_to is not None:
            columns["swept_to"] = poll.swept_to
        assignments = ", ".join(f"{column} = ?" for column in columns)
        failed = "" if poll.good else ", failures = failures + 1"
        db.execute(f"UPDATE sources SET {assignments}{failed} WHERE id = ?", (*columns.values(), source))  # noqa: S608

    def source_state(self, source: str) -> SourceRow | None:
        """What is known about a source, or None for one never heard of."""
        row = self._store.row("SELECT * FROM sources WHERE id = ?", (source,))
        return None if row is None else _source_row(row)

    def sources(self, outlets: Collection[str] | None = None) -> list[SourceRow]:
        """All sources, or those of some outlets."""
        rows = self._store.rows("SELECT * FROM sources ORDER BY outlet, id")
        return [_source_row(row) for row in rows if outlets is None or row["outlet"] in outlets]

    def read_to_end(self, outlets: Collection[str]) -> dict[str, datetime]:
        """Addresses of these outlets' lists that were read completely, and when last; for a backfill to resume."""
        rows = self._store.rows(
            "SELECT polls.url, max(polls.at) FROM polls JOIN sources ON sources.id = polls.source "
            "JOIN json_each(?) AS wanted ON wanted.value = sources.outlet "
            "WHERE polls.outcome = 'ok' AND polls.content_hash IS NOT NULL GROUP BY polls.url",
            (json.dumps(sorted(outlets)),),
        )
        return {url: from_db(at) for url, at in rows}

    def asked_in_backfill(self, outlets: Collection[str], *, since: datetime, after: datetime) -> dict[str, bool]:
        """Addresses of lists that a backfill at least as far back asked after a moment; True: read to their end."""
        rows = self._store.rows(
            "SELECT polls.url, max(polls.content_hash IS NOT NULL) FROM polls JOIN crawls ON crawls.id = polls.crawl "
            "JOIN sources ON sources.id = polls.source JOIN json_each(?) AS wanted ON wanted.value = sources.outlet "
            "WHERE polls.outcome = 'ok' AND polls.at > ? AND json_extract(crawls.options, '$.backfill') "
            "AND json_extract(crawls.options, '$.since') <= ? GROUP BY polls.url",
            (json.dumps(sorted(outlets)), to_db(after), since.isoformat()),
        )
        return {url: bool(whole) for url, whole in rows}

    def mark_read(self, source: str, url: str, content_hash: str) -> None:
        """The list that begins at this address was read to its end, on a later page and perhaps by a later crawl."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE polls SET content_hash = ? WHERE id = (SELECT max(id) FROM polls WHERE source = ? AND url = ?)",
                (content_hash, source, url),
            )

    def waiting(
        self, outlets: Collection[str], *, since: datetime | None = None, until: datetime | None = None
    ) -> dict[str, tuple[int, int]]:
        """How many links of each outlet are pending in a window of publication, and how many of them have no date."""
        rows = self._store.rows(
            "SELECT outlet, count(*), sum(published IS NULL) FROM urls WHERE outcome = 'pending' "
            "AND outlet IN (SELECT value FROM json_each(?)) AND coalesce(published >= ?, 1) "
            "AND coalesce(published <= ?, 1) GROUP BY outlet",
            (json.dumps(sorted(outlets)), to_db_or_none(since), to_db_or_none(until)),
        )
        return {outlet: (count, undated) for outlet, count, undated in rows}

    def pace(self, crawl: int) -> dict[str, tuple[int, float]]:
        """How many lists of each outlet a crawl asked for, and the seconds between the first and the last answer."""
        rows = self._store.rows(
            "SELECT sources.outlet, count(*), (julianday(max(polls.at)) - julianday(min(polls.at))) * 86400 "
            "FROM polls JOIN sources ON sources.id = polls.source WHERE polls.crawl = ? GROUP BY sources.outlet",
            (crawl,),
        )
        return {outlet: (count, seconds) for outlet, count, seconds in rows}

    def record_too_old(
        self, crawl: int, links: Iterable[Link], changed: Mapping[str, datetime], *, now: datetime
    ) -> None:
        """Links whose list shows that they are older than a crawl wants: they end so, and are not asked for.

        `changed`: when a page last changed, for links without a date: its story is not newer than that.
        """
        self.record_visits(
            crawl,
            [
                Visit(
                    url=link.url,
                    outcome=Outcome.TOO_OLD,
                    outlet=link.outlet,
                    why=f"{_PUBLISHED}{to_db(link.published)}" if link.published else f"{_CHANGED}{to_db(changed[link.url])}",
                )
                for link in links
            ],
            now=now,
        )

    def too_old(self, outlets: Collection[str], *, since: datetime, until: datetime | None = None) -> list[Link]:
        """Links that an earlier crawl left as too old and that a window further back wants, newest first."""
        when = (
            f"coalesce(published, CASE WHEN why LIKE '{_CHANGED}%' THEN substr(why, {len(_CHANGED) + 1}, 20) "
            f"WHEN why LIKE '{_PUBLISHED}%' THEN replace(substr(why, {len(_PUBLISHED) + 1}, 16), ' ', 'T') || ':00Z' END)"
        )
        rows = self._store.rows(
            f"SELECT * FROM urls WHERE outcome = 'too-old' AND outlet IN (SELECT value FROM json_each(?)) "  # noqa: S608
            f"AND {when} >= ? AND coalesce(published <= ?, 1) ORDER BY {when} DESC, rowid",
            (json.dumps(sorted(outlets)), to_db(since), to_db_or_none(until)),
        )
        return [_link(row) for row in rows]

    def set_source(self, source: str, **columns: Any) -> None:
        """Set columns of a source (datetimes as datetimes)."""
        unknown = columns.keys() - _SOURCE_COLUMNS
        if unknown:
            raise StoreError(f"a source has no {', '.join(sorted(unknown))}")
        if not columns:
            return
        values = [to_db(value) if isinstance(value, datetime) else value for value in columns.values()]
        assignments = ", ".join(f"{column} = ?" for column in columns)
        with self._store.transaction() as db:
            db.execute(f"UPDATE sources SET {assignments} WHERE id = ?", (*values, source))  # noqa: S608

    # -- links and visits --------------------------------------------------------------------------------------

    def add_links(self, links: Iterable[Link], *, crawl: int | None, now: datetime) -> list[Link]:
        """Links that no source showed (given by hand, found in an archive) enter as pending; the new ones."""
        at = to_db(now)
        with self._store.transaction() as db:
            return [
                link
                for link in links
                if db.execute(
                    "INSERT INTO urls (url, outlet, first_seen, last_seen, next_try, title, summary, published, "
                    "published_raw, published_from, crawl) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (url) DO NOTHING",
                    (
                        link.url, link.outlet, at, at, at, link.title, link.summary, to_db_or_none(link.published),
                        link.published_raw, link.published_from, crawl,
                    ),
                ).rowcount
            ]  # fmt: skip

    def pending(
        self, outlets: Collection[str] | None = None, *, now: datetime, limit: int | None = None
    ) -> list[Link]:
        """Links whose visit is due, newest published first."""
        where, parameters = "next_try IS NOT NULL AND next_try <= ?", [to_db(now)]
        if outlets is not None:
            where += " AND outlet IN (SELECT value FROM json_each(?))"
            parameters.append(json.dumps(sorted(outlets)))
        rows = self._store.rows(
            f"SELECT * FROM urls WHERE {where} ORDER BY coalesce(published, first_seen) DESC, rowid LIMIT ?",  # noqa: S608
            (*parameters, -1 if limit is None else limit),
        )
        return [_link(row) for row in rows]

    def known(self, urls: Iterable[str]) -> dict[str, Outcome]:
        """The outcome of each of these URLs that the ledger knows."""
        rows = self._store.rows(
            "SELECT url, outcome FROM urls WHERE url IN (SELECT value FROM json_each(?))",
            (json.dumps(list(urls)),),
        )
        return {url: Outcome(outcome) for url, outcome in rows}

    def polled(self) -> set[str]:
        """Every address that was asked for links, and where it led to."""
        rows = self._store.rows("SELECT url FROM polls UNION SELECT final_url FROM polls WHERE final_url IS NOT NULL")
        return {url for (url,) in rows}

    def link(self, url: str) -> Link | None:
        """What the ledger knows of a URL."""
        row = self._store.row("SELECT * FROM urls WHERE url = ?", (url,))
        return None if row is None else _link(row)

    def record_visit(
        self,
        crawl: int | None,
        url: str,
        outcome: Outcome,
        *,
        now: datetime,
        why: str | None = None,
        status: int | None = None,
        outlet: str | None = None,
        alias_of: str | None = None,
        retry_after: datetime | None = None,
    ) -> None:
        """One visit ended. An outcome that may get better is tried again later, a bounded number of times."""
        visit = Visit(
            url=url,
            outcome=outcome,
            why=why,
            status=status,
            outlet=outlet,
            alias_of=alias_of,
            retry_after=retry_after,
        )
        self.record_visits(crawl, [visit], now=now)

    def record_visits(self, crawl: int | None, visits: Iterable[Visit], *, now: datetime) -> None:
        """Many visits in one transaction."""
        with self._store.transaction() as db:
            for visit in visits:
                write_visit(db, crawl, visit, now=now)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kyket")
    except PackageNotFoundError:
        return "unknown"


def _rowid(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _link(row: sqlite3.Row) -> Link:
    return Link(
        url=row["url"],
        outlet=row["outlet"] or "",
        source=row["source"],
        title=row["title"],
        summary=row["summary"],
        published=from_db_or_none(row["published"]),
        published_raw=row["published_raw"],
        published_from=row["published_from"],
    )


def _source_row(row: sqlite3.Row) -> SourceRow:
    values: dict[str, Any] = {key: row[key] for key in row.keys()}  # noqa: SIM118 (sqlite3.Row iterates values)
    values |= {key: from_db_or_none(values[key]) for key in _SOURCE_TIMES}
    values |= {key: bool(values[key]) for key in ("seen", "enabled", "needs_person")}
    return SourceRow(**values)
