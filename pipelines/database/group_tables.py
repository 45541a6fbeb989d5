"""The tables of grouping: duplicates, events, and the index that finds candidates for both."""

from __future__ import annotations

FOUNDATION: str = """
-- Shingle hashes of stored texts (duplicates.Signature.keep); bounded postings a hash.
CREATE TABLE duplicate_bands (
    long INTEGER NOT NULL, -- long texts are kept, and looked up, under fewer hashes: apart, each part stays small
    hash INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (long, hash, story)
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
-- What event_digests.Digest keeps of a story; `event` outlives a removal, so that a re-judged story finds its id again.
CREATE TABLE event_digests (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    digest BLOB,
    at REAL,
    is_match INTEGER NOT NULL DEFAULT 0,
    facts TEXT,
    sort_time TEXT NOT NULL,
    bands BLOB NOT NULL,
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

#: Added later; see `neighbourhoods`.
NEARNESS: str = """
-- The stories that a story is most like, and how alike they are, as JSON [[story, likeness], …].
CREATE TABLE event_nearness (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    likest TEXT NOT NULL
);
"""

#: The very first databases keep the hashes of long and short texts together; every look for a duplicate fails there.
BANDS_ARE_MIXED: str = (
    "SELECT NOT EXISTS (SELECT 1 FROM pragma_table_info('duplicate_bands') WHERE name = 'long')"
)
BANDS_APART: str = """
ALTER TABLE duplicate_bands RENAME TO mixed_bands;
CREATE TABLE duplicate_bands (
    long INTEGER NOT NULL, -- long texts are kept, and looked up, under fewer hashes: apart, each part stays small
    hash INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (long, hash, story)
) WITHOUT ROWID;
INSERT INTO duplicate_bands (long, hash, story)
    SELECT d.long, b.hash, b.story FROM mixed_bands b JOIN event_digests d ON d.story = b.story;
DROP TABLE mixed_bands;
"""

SCHEMA: str = FOUNDATION + NEARNESS
