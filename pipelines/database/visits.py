"""How a visit of a URL ends in the ledger: its outcome, when it is tried again, and when a match is looked at again."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.database.times import from_db_or_none, to_db, to_db_or_none
from pipelines.errors import StoreError
from pipelines.types import TRANSIENT, Outcome

#: Back-off after a visit that may succeed later: 10 minutes, 40 minutes, 2.7 h, 10.7 h, 1.8 days, then no more.
FIRST_RETRY = timedelta(minutes=10)
RETRY_FACTOR = 4
MAX_ATTEMPTS = 6
#: Ends that say nothing about the page: the host asked to wait, or an archive lacks the record. They use up no attempt.
FREE_OF_CHARGE = frozenset({Outcome.DEFERRED, Outcome.NOT_ARCHIVED})
#: Ends of a visit that leave a story behind, and so may stand in `urls.outcome` for good.
STANDING = frozenset({Outcome.STORED, Outcome.NO_MATCH, Outcome.DUPLICATE, Outcome.HEADLINE})
#: Matches are looked at again this long after they were found: newspapers correct and complete.
REFETCH_AFTER = (timedelta(hours=6), timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How one visit of a URL ended."""

    url: str
    outcome: Outcome
    why: str | None = None
    status: int | None = None
    outlet: str | None = None
    alias_of: str | None = None
    retry_after: datetime | None = None


def write_visit(
    db: sqlite3.Connection, crawl: int | None, visit: Visit, *, now: datetime, story: int | None = None
) -> None:
    """The rows of one visit, inside the caller's transaction. `story` is the story that the URL now has."""
    at, outcome = to_db(now), Outcome(visit.outcome)
    if outcome is Outcome.PENDING:
        raise StoreError(f"{visit.url}: a visit cannot end as pending")
    db.execute(
        "INSERT INTO urls (url, outlet, first_seen, last_seen, crawl) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (url) DO NOTHING",
        (visit.url, visit.outlet, at, at, crawl),
    )
    row = db.execute(
        "SELECT urls.attempts, urls.story, urls.outcome, stories.incomplete, stories.found_at FROM urls "
        "LEFT JOIN stories ON stories.id = urls.story WHERE urls.url = ?",
        (visit.url,),
    ).fetchone()
    complete = row["story"] is not None and row["incomplete"] is None
    attempts = row["attempts"] + (outcome not in FREE_OF_CHARGE)
    next_try = None if complete and story is None else _next_try(outcome, attempts, now, visit.retry_after)
    # A story that is kept goes on standing for its URL although a later look found it unchanged or failed.
    stands = story is None and row["story"] is not None
    db.execute(
        "UPDATE urls SET outcome = ?, why = ?, visited_at = ?, attempts = ?, next_try = ?, story = coalesce(?, story), "
        "alias_of = coalesce(?, alias_of), outlet = coalesce(outlet, ?), last_seen = max(last_seen, ?) WHERE url = ?",
        (
            row["outcome"] if stands else str(outcome), visit.why, at, attempts, to_db_or_none(next_try), story,
            visit.alias_of, visit.outlet, at, visit.url,
        ),
    )  # fmt: skip
    db.execute(
        "INSERT INTO visits (crawl, url, outcome, why, at, status) VALUES (?, ?, ?, ?, ?, ?)",
        (crawl, visit.url, str(outcome), visit.why, at, visit.status),
    )
    if complete and story is None:
        advance_refetch(db, row["story"], row["found_at"], at)


def advance_refetch(db: sqlite3.Connection, story: int, found_at: str, at: str) -> None:
    """After another look at a story: the next one is due at the next step of `REFETCH_AFTER`, or never."""
    db.execute(
        "UPDATE stories SET refetch_at = ? WHERE id = ? AND refetch_at IS NOT NULL",
        (next_refetch(found_at, at), story),
    )


def next_refetch(found_at: str, at: str) -> str | None:
    """When a match found at `found_at` is to be looked at again, seen from `at`."""
    found = from_db_or_none(found_at)
    assert found is not None
    steps = (to_db(found + step) for step in REFETCH_AFTER)
    return next((step for step in steps if step > at), None)


def _next_try(
    outcome: Outcome, attempts: int, now: datetime, retry_after: datetime | None
) -> datetime | None:
    if outcome not in TRANSIENT:
        return None
    if attempts >= MAX_ATTEMPTS:
        return None
    pause = FIRST_RETRY * RETRY_FACTOR ** max(0, attempts - 1)
    # Jitter, so that the links of one bad hour do not all come back in the same minute.
    due = now + pause * random.uniform(0.85, 1.15)  # noqa: S311
    return (
        due
        if retry_after is None
        else max(retry_after, due if outcome is not Outcome.DEFERRED else retry_after)
    )
