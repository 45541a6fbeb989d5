"""`kyket db check`: is the file sound, and does it keep its promises?"""

# ruff: noqa: S608  every fragment of SQL here is the program's own; what people type is bound as a value
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.database.ledger import Ledger
from pipelines.database.trouble import explain
from pipelines.database.visits import STANDING
from pipelines.types import Outcome

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: At most so many offenders are named a promise.
_NAMED = 5


def check(store: Store) -> list[str]:
    """Every broken promise, one sentence each; empty when all is well."""
    try:
        return [
            *_file(store),
            *_references(store),
            *_search_index(store),
            *_ledger(store),
            *_crawls(store),
            *_stories(store),
        ]
    except sqlite3.Error as error:
        return [str(explain(error, store.path))]


def _file(store: Store) -> Iterator[str]:
    for row in store.rows("PRAGMA integrity_check(20)"):
        if row[0] != "ok":
            yield f"the file is damaged: {row[0]}"


def _references(store: Store) -> Iterator[str]:
    for row in store.rows("PRAGMA foreign_key_check")[:_NAMED]:
        yield f"row {row['rowid']} of {row['table']} points to a row of {row['parent']} that is not there"


def _search_index(store: Store) -> Iterator[str]:
    """Does the full-text index hold what the stories say?

    FTS5's own check is an INSERT, so a read-only connection compares a copy's answer: the rows it counts.
    """
    stories = store.value("SELECT count(*) FROM stories")
    indexed = store.value("SELECT count(*) FROM stories_fts_docsize")
    if stories != indexed:
        yield f"the full-text index holds {indexed} stories of {stories}; `kyket db check --repair` rebuilds it"
        return
    if store.readonly:
        return
    try:
        with store.transaction() as db:
            db.execute("INSERT INTO stories_fts(stories_fts, rank) VALUES ('integrity-check', 1)")
    except Exception as error:
        if "malformed" not in str(error) and "damaged" not in str(error):
            raise
        yield "the full-text index does not say what the stories say; `kyket db check --repair` rebuilds it"


def _some(store: Store, sql: str, sentence: str, parameters: tuple[object, ...] = ()) -> Iterator[str]:
    """One sentence when the question finds offenders, naming the first of them."""
    rows = store.rows(f"{sql} LIMIT {_NAMED + 1}", parameters)
    if rows:
        named = ", ".join(str(row[0]) for row in rows[:_NAMED])
        more = " and more" if len(rows) > _NAMED else ""
        yield f"{sentence}: {named}{more}"


def _ledger(store: Store) -> Iterator[str]:
    words = json.dumps([str(outcome) for outcome in Outcome])
    standing = json.dumps([str(outcome) for outcome in STANDING])
    known = "(SELECT value FROM json_each(?))"
    yield from _some(
        store,
        f"SELECT url FROM urls WHERE outcome NOT IN {known}",
        "URLs whose outcome is no outcome",
        (words,),
    )
    yield from _some(
        store,
        f"SELECT url FROM visits WHERE outcome = 'pending' OR outcome NOT IN {known}",
        "visits that did not end in a named outcome",
        (words,),
    )
    yield from _some(
        store,
        "SELECT url FROM urls WHERE outcome <> 'pending' AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.url = urls.url)",
        "URLs with an outcome that nobody visited",
    )
    yield from _some(
        store,
        "SELECT url FROM urls WHERE outcome = 'pending' AND EXISTS (SELECT 1 FROM visits v WHERE v.url = urls.url)",
        "URLs that were visited and are still pending",
    )
    yield from _some(
        store,
        "SELECT url FROM urls WHERE outcome = 'pending' AND next_try IS NULL",
        "pending URLs that no crawl would ever take up",
    )
    yield from _some(
        store,
        f"SELECT url FROM urls WHERE outcome IN {known} AND story IS NULL",
        "URLs that ended with a story, and have none",
        (standing,),
    )
    yield from _some(
        store,
        f"SELECT url FROM urls WHERE story IS NOT NULL AND outcome NOT IN {known}",
        "URLs that have a story, and whose outcome does not say so",
        (standing,),
    )
    yield from _some(
        store,
        "SELECT url FROM urls WHERE alias_of IS NOT NULL AND NOT EXISTS (SELECT 1 FROM urls c WHERE c.url = urls.alias_of)",
        "aliases of URLs that the ledger does not know",
    )
    yield from _some(
        store,
        "SELECT s.url FROM sightings s WHERE NOT EXISTS (SELECT 1 FROM urls u WHERE u.url = s.url)",
        "links that a source showed and the ledger lost",
    )
    # A story's ledger row keeps its standing word; any other URL says how its last visit ended.
    yield from _some(
        store,
        "SELECT u.url FROM urls u WHERE u.story IS NULL AND u.outcome <> 'pending' AND u.outcome <> "
        "(SELECT v.outcome FROM visits v WHERE v.url = u.url ORDER BY v.id DESC LIMIT 1)",
        "URLs whose outcome is not that of their last visit",
    )


def _crawls(store: Store) -> Iterator[str]:
    for row in store.rows("SELECT id, status, funnel FROM crawls ORDER BY id"):
        counted = Ledger.count_funnel(store.connection, row["id"])
        name = f"crawl {row['id']}"
        if counted["listed"] != counted["known"] + counted["new"]:
            yield f"{name}: {counted['listed']} links listed, but {counted['known']} known and {counted['new']} new"
        found = store.value("SELECT count(*) FROM urls WHERE crawl = ? AND source IS NOT NULL", (row["id"],))
        if counted["new"] != found:
            yield f"{name}: {counted['new']} links were new, but the ledger has {found} that it found"
        lost = store.value(
            "SELECT count(*) FROM urls u WHERE crawl = ? AND outcome <> 'pending' "
            "AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.url = u.url)",
            (row["id"],),
        )
        if lost:
            yield f"{name}: {lost} of its links are neither pending nor visited"
        if row["status"] == "running":
            continue
        told = json.loads(row["funnel"])
        if sum(told.get("outcomes", {}).values()) != told.get("visited"):
            yield f"{name}: its outcomes do not add up to its {told.get('visited')} visits"
        for key in ("listed", "known", "new", "visited"):
            if told.get(key) != counted[key]:
                yield f"{name}: its report says {key} {told.get(key)}, its rows say {counted[key]}"


def _stories(store: Store) -> Iterator[str]:
    yield from _some(
        store,
        "SELECT 's' || s.id FROM stories s WHERE NOT EXISTS (SELECT 1 FROM matches m WHERE m.story = s.id)",
        "stories that were never judged",
    )
    yield from _some(
        store,
        "SELECT 's' || s.id FROM stories s JOIN matches m ON m.story = s.id WHERE m.revision <> s.revision",
        "stories whose judgement is of an older revision",
    )
    yield from _some(
        store,
        "SELECT 's' || s.id FROM stories s JOIN matches m ON m.story = s.id WHERE m.listed <> "
        "CASE s.verdict WHEN 'accept' THEN 1 WHEN 'reject' THEN 0 ELSE m.is_match END",
        "stories that are listed against their verdict or score",
    )
    yield from _some(
        store,
        "SELECT 's' || e.story FROM evidence e JOIN stories s ON s.id = e.story WHERE e.revision <> s.revision OR "
        "substr(CASE e.field WHEN 'title' THEN s.title ELSE s.text END, e.start + 1, e.\"end\" - e.start) <> e.phrase",
        "stories whose evidence is not where it is said to be",
    )
    yield from _some(
        store,
        "SELECT 's' || s.id FROM stories s WHERE s.revision <> (SELECT max(number) FROM revisions r WHERE r.story = s.id) "
        "OR s.revision <> (SELECT count(*) FROM revisions r WHERE r.story = s.id)",
        "stories whose revisions are not complete",
    )
    yield from _some(
        store,
        "SELECT 's' || s.id FROM stories s WHERE s.origin <> 'seed' AND NOT EXISTS "
        "(SELECT 1 FROM urls u WHERE u.url = s.url AND u.story = s.id)",
        "stories whose URL the ledger does not lead to them",
    )
    yield from _some(
        store,
        # A copy of a copy may be too unlike the first text to point to it; but every chain ends with an original.
        "WITH RECURSIVE chain (story, at, steps) AS (SELECT story, original, 1 FROM duplicates UNION ALL "
        "SELECT c.story, d.original, c.steps + 1 FROM chain c JOIN duplicates d ON d.story = c.at WHERE c.steps < 64) "
        "SELECT 's' || story FROM chain WHERE steps = 64",
        "duplicates that lead to no original",
    )
    yield from _some(
        store,
        "SELECT 's' || s.id FROM stories s WHERE NOT EXISTS (SELECT 1 FROM event_stories es WHERE es.story = s.id)",
        "stories that belong to no event",
    )
    yield from _some(
        store,
        "SELECT 's' || es.story FROM event_stories es JOIN events e ON e.id = es.event WHERE e.merged_into IS NOT NULL",
        "stories that stand in an event which was merged into another",
    )
    yield from _some(
        store,
        "SELECT name FROM cursor WHERE position > (SELECT coalesce(max(id), 0) FROM notices)",
        "readers who have read further than there is",
    )
