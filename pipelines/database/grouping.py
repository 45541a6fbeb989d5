"""The candidate index of duplicates and events, and the one class that groups stories with it.

Everything a new story could be the same as is found by index: texts by shingle hashes, events by their rarest
terms within a time window, agreements by pairs of parties. Every list that is read has a bound, so a story costs
the same among ten thousand and among a million. What is decided is decided in `duplicates` and `events`; here is
the SQL. Nothing commits: `Grouper` works inside its caller's transaction.
"""

SCHEMA = """
-- Shingle hashes of stored texts (duplicates.Signature.keep); bounded postings a hash.
CREATE TABLE duplicate_bands (
    hash INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (hash, story)
) WITHOUT ROWID;
-- A story that repeats the text of an earlier one.
CREATE TABLE duplicates (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    original INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    score REAL NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX duplicates_original ON duplicates(original);
-- One signing (or one happening), told by its stories. An id once given always leads somewhere: follow merged_into.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT,
    merged_into INTEGER REFERENCES events(id),
    first_published TEXT,
    last_published TEXT,
    size INTEGER NOT NULL DEFAULT 0,
    is_match INTEGER NOT NULL DEFAULT 0,
    renews INTEGER REFERENCES events(id),
    renews_reason TEXT
);
CREATE INDEX events_last ON events(last_published) WHERE merged_into IS NULL;
CREATE INDEX events_merged ON events(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX events_renews ON events(renews) WHERE renews IS NOT NULL;
CREATE TABLE event_stories (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER NOT NULL REFERENCES events(id),
    score REAL NOT NULL,
    reasons TEXT NOT NULL DEFAULT '[]',
    joined_at TEXT
);
CREATE INDEX event_stories_event ON event_stories(event, story);
-- What events.Digest keeps of a story; `event` outlives a removal, so that a re-judged story finds its id again.
CREATE TABLE event_digests (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    digest BLOB,
    sort_time TEXT NOT NULL,
    bands INTEGER NOT NULL,
    long INTEGER NOT NULL
);
-- The rarest terms of a story within a stretch of days, so that what is read and written lies close together.
CREATE TABLE event_terms (
    stretch INTEGER NOT NULL,
    term INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (stretch, term, story)
) WITHOUT ROWID;
-- Two parties of one agreement, for retellings in other words and for renewals.
CREATE TABLE event_pairs (
    pair TEXT NOT NULL,
    day INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (pair, day, story)
) WITHOUT ROWID;
-- What a person said: these two stories are one event, or are not. Kept in both directions.
CREATE TABLE event_bonds (
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    bond TEXT NOT NULL CHECK (bond IN ('together', 'apart')),
    at TEXT,
    PRIMARY KEY (story, other)
) WITHOUT ROWID;
"""
