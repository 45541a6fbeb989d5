"""The tables, as migrations. Old databases open: a change is a new migration, never an edit of an old one.

Times are ISO 8601 UTC text, `YYYY-MM-DDTHH:MM:SSZ`; lists and maps are JSON text. docs/columns.md describes
every table and column, and a test holds the two against each other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipelines.database.group_tables import BANDS_APART, BANDS_ARE_MIXED, NEARNESS
from pipelines.database.group_tables import FOUNDATION as GROUPING
from pipelines.database.jobs import SCHEMA as JOBS

if TYPE_CHECKING:
    from sqlite_utils import Database

#: `PRAGMA user_version` of a database that this program writes; one more for every migration.
VERSION = 4
#: `PRAGMA application_id`: the bytes "Kykt", so that `file` and we can tell a Kyket database from any other.
APPLICATION_ID = 0x4B796B74

_CATALOGUE = """
CREATE TABLE outlets (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    home TEXT,
    kind TEXT,
    family TEXT,
    province TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    first_seen TEXT NOT NULL
);
CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    outlet TEXT NOT NULL REFERENCES outlets(id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    label TEXT,
    seen INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    validators_agreed INTEGER NOT NULL DEFAULT 0,
    validators_lied_at TEXT,
    checked_at TEXT,
    changed_at TEXT,
    new_at TEXT,
    next_check TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    ttl_minutes REAL,
    swept_to TEXT,
    state TEXT NOT NULL DEFAULT 'unverified',
    state_since TEXT,
    state_why TEXT
);
CREATE INDEX sources_outlet ON sources(outlet);
CREATE INDEX sources_next_check ON sources(next_check);
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    robots TEXT,
    robots_status INTEGER,
    robots_fetched_at TEXT,
    robots_expires_at TEXT,
    crawl_delay REAL,
    next_request_at REAL NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    not_before_why TEXT,
    holder TEXT,
    holder_until REAL
);
"""

_LEDGER = """
CREATE TABLE crawls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    command TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'running',
    finish_reason TEXT,
    outlets TEXT NOT NULL DEFAULT '[]',
    options TEXT NOT NULL DEFAULT '{}',
    replay INTEGER NOT NULL DEFAULT 0,
    funnel TEXT NOT NULL DEFAULT '{}',
    errors INTEGER NOT NULL DEFAULT 0,
    pid INTEGER,
    version TEXT
);
CREATE TABLE urls (
    url TEXT PRIMARY KEY,
    outlet TEXT,
    source TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'pending',
    why TEXT,
    visited_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT,
    title TEXT,
    summary TEXT,
    published TEXT,
    published_raw TEXT,
    published_from TEXT,
    story INTEGER REFERENCES stories(id),
    alias_of TEXT,
    crawl INTEGER REFERENCES crawls(id)
);
CREATE INDEX urls_crawl ON urls(crawl);
CREATE INDEX urls_todo ON urls(outlet, next_try) WHERE next_try IS NOT NULL;
CREATE INDEX urls_outcome ON urls(outcome);
CREATE INDEX urls_outlet_first_seen ON urls(outlet, first_seen);
CREATE INDEX urls_story ON urls(story) WHERE story IS NOT NULL;
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    crawl INTEGER REFERENCES crawls(id),
    url TEXT NOT NULL REFERENCES urls(url),
    outcome TEXT NOT NULL,
    why TEXT,
    at TEXT NOT NULL,
    status INTEGER
);
CREATE INDEX visits_crawl ON visits(crawl, outcome);
CREATE INDEX visits_url ON visits(url);
CREATE TABLE sightings (
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (source, url)
) WITHOUT ROWID;
CREATE INDEX sightings_url ON sightings(url);
CREATE TABLE polls (
    id INTEGER PRIMARY KEY,
    crawl INTEGER REFERENCES crawls(id),
    source TEXT NOT NULL REFERENCES sources(id),
    url TEXT NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT,
    status INTEGER,
    links INTEGER NOT NULL DEFAULT 0,
    known INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    off_pattern INTEGER NOT NULL DEFAULT 0,
    newest TEXT,
    content_hash TEXT,
    final_url TEXT
);
CREATE INDEX polls_source ON polls(source, at);
CREATE INDEX polls_crawl ON polls(crawl);
"""

_STORIES = """
CREATE TABLE stories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL UNIQUE,
    outlet TEXT,
    origin TEXT NOT NULL DEFAULT 'crawl',
    title TEXT NOT NULL,
    lead TEXT,
    text TEXT NOT NULL,
    captions TEXT NOT NULL DEFAULT '[]',
    authors TEXT NOT NULL DEFAULT '[]',
    section TEXT,
    published TEXT,
    published_raw TEXT,
    published_from TEXT,
    published_precision TEXT,
    found_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    text_hash TEXT NOT NULL,
    incomplete TEXT,
    extractor TEXT,
    notes TEXT NOT NULL DEFAULT '[]',
    archive_record TEXT,
    crawl INTEGER REFERENCES crawls(id),
    refetch_at TEXT,
    verdict TEXT CHECK (verdict IN ('accept', 'reject')),
    title_d TEXT GENERATED ALWAYS AS (replace(replace(replace(replace(title, 'đ', 'd'), 'Đ', 'D'), 'ð', 'd'), 'Ð', 'D')) VIRTUAL,
    text_d TEXT GENERATED ALWAYS AS (replace(replace(replace(replace(text, 'đ', 'd'), 'Đ', 'D'), 'ð', 'd'), 'Ð', 'D')) VIRTUAL
);
CREATE INDEX stories_published ON stories(published);
CREATE INDEX stories_told ON stories(coalesce(published, found_at));
CREATE INDEX stories_found ON stories(found_at);
CREATE INDEX stories_outlet ON stories(outlet, published);
CREATE INDEX stories_text_hash ON stories(text_hash);
CREATE INDEX stories_verdict ON stories(verdict) WHERE verdict IS NOT NULL;
CREATE INDEX stories_crawl ON stories(crawl);
CREATE INDEX stories_refetch ON stories(refetch_at) WHERE refetch_at IS NOT NULL;
CREATE TABLE revisions (
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    cause TEXT NOT NULL,
    title TEXT,
    lead TEXT,
    text TEXT,
    captions TEXT,
    published TEXT,
    text_hash TEXT NOT NULL,
    extractor TEXT,
    archive_record TEXT,
    PRIMARY KEY (story, number)
);
CREATE TABLE matches (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    score REAL NOT NULL,
    threshold REAL NOT NULL,
    is_match INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    closeness REAL NOT NULL DEFAULT 0,
    nearest_seed TEXT,
    similarity REAL,
    nearest TEXT NOT NULL DEFAULT '[]',
    reasons TEXT NOT NULL DEFAULT '{}',
    model TEXT,
    judged_at TEXT NOT NULL
);
CREATE INDEX matches_listed ON matches(listed, closeness);
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    field TEXT NOT NULL,
    phrase TEXT NOT NULL,
    sentence TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentence_start INTEGER NOT NULL,
    sentence_end INTEGER NOT NULL,
    act TEXT,
    instrument TEXT,
    weight REAL NOT NULL DEFAULT 0
);
CREATE INDEX evidence_story ON evidence(story, rank);
CREATE TABLE seeds (
    id TEXT PRIMARY KEY,
    story INTEGER UNIQUE REFERENCES stories(id),
    url TEXT,
    outlet TEXT,
    title TEXT,
    shipped INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 1,
    facts TEXT NOT NULL DEFAULT '{}',
    added_at TEXT NOT NULL
);
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'none')),
    note TEXT,
    at TEXT NOT NULL
);
CREATE INDEX verdicts_story ON verdicts(story, id);
CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    profile TEXT NOT NULL,
    weights TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '{}',
    at TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    story INTEGER REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    outlet TEXT,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX notices_event ON notices(event) WHERE event IS NOT NULL;
CREATE INDEX notices_story ON notices(story);
CREATE TABLE cursor (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL DEFAULT 0,
    previous INTEGER,
    moved_at TEXT NOT NULL
);
"""

_AGREEMENTS = """
CREATE TABLE agreements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    story INTEGER NOT NULL UNIQUE REFERENCES stories(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    act TEXT,
    acts TEXT NOT NULL DEFAULT '[]',
    kind TEXT,
    period TEXT,
    event_date TEXT,
    event_date_precision TEXT,
    place TEXT
);
CREATE INDEX agreements_date ON agreements(event_date);
CREATE INDEX agreements_kind ON agreements(kind);
CREATE TABLE parties (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    short TEXT,
    "full" TEXT,
    head TEXT,
    armed INTEGER NOT NULL DEFAULT 0,
    merged_into INTEGER REFERENCES parties(id)
);
CREATE INDEX parties_merged ON parties(merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE aliases (
    folded TEXT NOT NULL,
    party INTEGER NOT NULL REFERENCES parties(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (folded, party)
) WITHOUT ROWID;
CREATE TABLE agreement_parties (
    agreement INTEGER NOT NULL REFERENCES agreements(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    party INTEGER NOT NULL REFERENCES parties(id),
    name TEXT NOT NULL,
    role TEXT,
    PRIMARY KEY (agreement, position)
) WITHOUT ROWID;
CREATE INDEX agreement_parties_party ON agreement_parties(party);
CREATE TABLE signatories (
    agreement INTEGER NOT NULL REFERENCES agreements(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    rank TEXT,
    office TEXT,
    party INTEGER REFERENCES parties(id),
    PRIMARY KEY (agreement, position)
) WITHOUT ROWID;
CREATE TABLE spans (
    agreement INTEGER NOT NULL REFERENCES agreements(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    field TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    PRIMARY KEY (agreement, name)
) WITHOUT ROWID;
CREATE TABLE party_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    decision TEXT NOT NULL CHECK (decision IN ('merge', 'split', 'rename')),
    key TEXT NOT NULL,
    into_key TEXT,
    at TEXT NOT NULL
);
"""

_SEARCH = """
CREATE VIRTUAL TABLE stories_fts USING fts5(
    title_d, text_d, content='stories', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER stories_fts_insert AFTER INSERT ON stories BEGIN
    INSERT INTO stories_fts(rowid, title_d, text_d) VALUES (new.id, new.title_d, new.text_d);
END;
CREATE TRIGGER stories_fts_delete AFTER DELETE ON stories BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title_d, text_d) VALUES ('delete', old.id, old.title_d, old.text_d);
END;
CREATE TRIGGER stories_fts_update AFTER UPDATE OF title, text ON stories BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title_d, text_d) VALUES ('delete', old.id, old.title_d, old.text_d);
    INSERT INTO stories_fts(rowid, title_d, text_d) VALUES (new.id, new.title_d, new.text_d);
END;
"""

_WATCH = """
ALTER TABLE sources ADD COLUMN validators TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sources ADD COLUMN read_at TEXT;
ALTER TABLE sources ADD COLUMN state_facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sources ADD COLUMN needs_person INTEGER NOT NULL DEFAULT 0;
CREATE INDEX polls_at ON polls(at);
CREATE INDEX visits_at ON visits(at);
"""

#: One entry a migration, in order; migration n takes a database from version n-1 to n.
MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("001-foundation", _CATALOGUE + _LEDGER + _STORIES + _AGREEMENTS + GROUPING + JOBS + _SEARCH),
    ("002-watch", _WATCH),
    ("003-nearness", NEARNESS),
    ("004-bands-apart", BANDS_APART),
)
#: A migration that only some databases need, and the question that says which; the others just note that it ran.
_NEEDED: dict[str, str] = {"004-bands-apart": BANDS_ARE_MIXED}


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version of an open database; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(script: str) -> Iterator[str]:
    """The single statements of a script, in order; triggers stay whole.

    `executescript` would commit first, and a migration must be one transaction.
    """
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            if pending.strip():
                yield pending.strip()
            pending = ""
    if pending.strip():
        yield pending.strip()


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an open database to `VERSION` in one transaction; the migrations that ran are listed in a table.

    Safe against another process that migrates the same file at the same time: the version is looked at again
    under the write lock.
    """
    from sqlite_utils import Database, Migrations

    migrations = Migrations("kyket")
    for name, script in MIGRATIONS:
        migrations(name=name)(_runner(script, _NEEDED.get(name)))
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version_of(connection) < VERSION:
            migrations.apply(Database(connection))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _runner(script: str, needed: str | None) -> Callable[[Database], None]:
    def run(database: Database) -> None:
        if needed is not None and not database.conn.execute(needed).fetchone()[0]:
            return
        for statement in statements(script):
            database.conn.execute(statement)

    return run
