"""Stories: one transaction writes everything of one, and whatever was written can be read back as it was."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines import vietnamese
from pipelines.database.store import to_json
from pipelines.database.times import from_db, from_db_or_none, to_db, to_db_or_none
from pipelines.database.visits import Visit, next_refetch, write_visit
from pipelines.types import (
    Act,
    Agreement,
    Evidence,
    Link,
    Match,
    Nearness,
    Outcome,
    Page,
    Precision,
    Story,
)  # fmt: skip

if TYPE_CHECKING:
    from pipelines.database.grouping import Grouped
    from pipelines.database.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of a story."""

    outcome: Outcome
    story_id: int
    revision: int
    duplicate_of: int | None = None
    event: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """A stored story with what the database adds to it."""

    id: int
    story: Story
    revision: int
    found_at: datetime
    updated_at: datetime
    text_hash: str
    verdict: str | None
    """accept | reject | None"""
    refetch_at: datetime | None
    crawl: int | None
    archive_record: str | None


def text_hash(text: str) -> str:
    """Equal for equal texts, whatever their spacing, punctuation, case, tone placement or i/y."""
    words = " ".join(vietnamese.marked_syllables(text))
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


class Stories:
    """The tables `stories`, `revisions`, `matches` and `evidence`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- writing -----------------------------------------------------------------------------------------------

    def save(
        self,
        story: Story,
        match: Match,
        agreement: Agreement | None,
        *,
        crawl: int | None,
        now: datetime,
        page: Page | None = None,
        cause: str = "page",
    ) -> Saved:
        """Everything of one story in one transaction: text, judgement, agreement, duplicate, event, notice, ledger.

        A known URL with a changed text gets a revision (`cause`: page, extractor or import); an unchanged one only
        its visit. A page reached under another address than its canonical one is an alias. A person's verdict is
        never overwritten.
        """
        asked = page.link.url if page is not None and page.link is not None else story.url
        status = None if page is None else page.status
        record = None if page is None else page.record
        with self._store.transaction() as db:
            row = db.execute("SELECT * FROM stories WHERE url = ?", (story.url,)).fetchone()
            if row is None and asked != story.url:
                row = self._take_over_headline(db, asked, story)
            if row is None:
                saved, why = self._insert(db, story, match, agreement, crawl, record, now)
            elif asked != story.url and row["incomplete"] is None:
                # The same story under another address: its own page alone may revise it, or the two would take turns.
                self._visit_alias(db, crawl, asked, story, status, now)
                return self._saved(Outcome.ALIAS, row["id"], row["revision"])
            elif _unchanged(row, story):
                saved, why = self._unchanged(db, row, story, record, now), None
            else:
                saved, why = self._revise(db, row, story, match, agreement, record, cause, now)
            if asked != story.url:
                self._visit_alias(db, crawl, asked, story, status, now)
            self._visit(db, crawl, story, saved, why, status, now)
        return saved

    def delete(self, story_id: int, *, now: datetime) -> None:
        """Take a story out with all that hangs on it; reprints of it find another original, or become one."""
        with self._store.transaction() as db:
            orphans = [
                row[0] for row in db.execute("SELECT story FROM duplicates WHERE original = ?", (story_id,))
            ]
            self._store.grouper.remove(story_id)
            db.execute("UPDATE urls SET story = NULL WHERE story = ?", (story_id,))
            db.execute("DELETE FROM stories WHERE id = ?", (story_id,))
            for orphan in orphans:
                row = db.execute("SELECT * FROM stories WHERE id = ?", (orphan,)).fetchone()
                match = self.match(orphan)
                assert match is not None
                placed = self._store.grouper.place(
                    orphan, _story(row), match, self._store.agreements.read(orphan), now=now
                )
                if placed.duplicate_of is None:
                    db.execute(
                        "UPDATE urls SET outcome = ?, why = NULL WHERE story = ?",
                        (str(Outcome.STORED if match.is_match else Outcome.NO_MATCH), orphan),
                    )

    def rejudge(
        self,
        story_id: int,
        match: Match,
        agreement: Agreement | None,
        *,
        now: datetime,
        revision: int | None = None,
    ) -> bool:
        """Write a new judgement of a stored story; True when it became or stopped being a match.

        Its event is looked for anew then, and `kyket new` tells of one that became a match. A person's verdict
        outranks the score. `revision` is the one that was judged: where the story has another by now, or is gone,
        nothing is written, since whoever revised it judged it too.
        """
        with self._store.transaction() as db:
            row = db.execute("SELECT * FROM stories WHERE id = ?", (story_id,)).fetchone()
            if row is None or (revision is not None and row["revision"] != revision):
                return False
            before = db.execute("SELECT is_match FROM matches WHERE story = ?", (story_id,)).fetchone()
            self._write_match(db, story_id, row["revision"], match, row["verdict"], now)
            self._store.agreements.write(db, story_id, row["revision"], agreement)
            changed = before is None or bool(before["is_match"]) != match.is_match
            if changed:
                self._place(db, story_id, row["revision"], _story(row), match, agreement, now, newly=True)
            self._stand(db, story_id, match)
        return changed

    def _insert(
        self,
        db: sqlite3.Connection,
        story: Story,
        match: Match,
        agreement: Agreement | None,
        crawl: int | None,
        record: str | None,
        now: datetime,
    ) -> tuple[Saved, str | None]:
        at = to_db(now)
        found_at = to_db(story.found_at) if story.found_at is not None else at
        cursor = db.execute(
            "INSERT INTO stories (url, outlet, origin, title, lead, text, captions, authors, section, published, "
            "published_raw, published_from, published_precision, found_at, updated_at, text_hash, incomplete, "
            "extractor, notes, archive_record, crawl, refetch_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                story.url, story.outlet, story.origin, story.title, story.lead, story.text, to_json(story.captions),
                to_json(story.authors), story.section, to_db_or_none(story.published), story.published_raw,
                story.published_from, story.published_precision, found_at, at, text_hash(story.text),
                story.incomplete, story.extractor, to_json(story.notes), record, crawl,
                next_refetch(found_at, at) if match.is_match and story.origin == "crawl" else None,
            ),
        )  # fmt: skip
        story_id = cursor.lastrowid
        assert story_id is not None
        self._write_revision(db, story_id, 1, "first", story, at, record)
        self._write_match(db, story_id, 1, match, None, now)
        self._store.agreements.write(db, story_id, 1, agreement)
        return self._place(db, story_id, 1, story, match, agreement, now, newly=False)

    @staticmethod
    def _take_over_headline(db: sqlite3.Connection, asked: str, story: Story) -> sqlite3.Row | None:
        """A story known by its headline alone gets the canonical URL that its page turned out to have."""
        row = db.execute(
            "SELECT id FROM stories WHERE url = ? AND incomplete IS NOT NULL", (asked,)
        ).fetchone()
        if row is None:
            return None
        db.execute("UPDATE stories SET url = ? WHERE id = ?", (story.url, row["id"]))
        db.execute("UPDATE urls SET story = NULL WHERE url = ?", (asked,))
        found: sqlite3.Row = db.execute("SELECT * FROM stories WHERE id = ?", (row["id"],)).fetchone()
        return found

    def _place(
        self,
        db: sqlite3.Connection,
        story_id: int,
        revision: int,
        story: Story,
        match: Match,
        agreement: Agreement | None,
        now: datetime,
        *,
        newly: bool,
    ) -> tuple[Saved, str | None]:
        """Duplicate and event of a new or changed story, the verdict it inherits, its notice and its outcome."""
        placed = self._store.grouper.place(story_id, story, match, agreement, now=now)
        if story.origin == "seed":
            placed = self._make_original(db, story_id, placed, now)
        verdict = self._store.verdicts.inherit(
            db, story_id, event=placed.event, duplicate_of=placed.duplicate_of, now=now
        )
        if story.origin != "seed":
            self._store.notices.story_stored(
                db, story_id, story, placed.event, now=now, newly=newly, listed=_listed(match, verdict)
            )
        if placed.duplicate_of is not None:
            outcome, why = Outcome.DUPLICATE, f"s{placed.duplicate_of}: {placed.duplicate_reason}"
        elif story.incomplete is not None:
            outcome, why = Outcome.HEADLINE, story.incomplete
        elif match.is_match:
            outcome, why = Outcome.STORED, None
        else:
            outcome, why = Outcome.NO_MATCH, f"score {match.score:.2f} below {match.threshold:.2f}"
        saved = Saved(
            outcome=outcome,
            story_id=story_id,
            revision=revision,
            duplicate_of=placed.duplicate_of,
            event=placed.event,
        )
        return saved, why

    def _make_original(self, db: sqlite3.Connection, seed: int, placed: Grouped, now: datetime) -> Grouped:
        """A seed is the original of its text, whatever time its copies carry: a person vouches for it."""
        db.execute("UPDATE event_digests SET sort_time = '0000' WHERE story = ?", (seed,))
        if placed.duplicate_of is None:
            return placed
        db.execute("DELETE FROM duplicates WHERE story = ?", (seed,))
        copies = [placed.duplicate_of]
        copies += [
            row[0] for row in db.execute("SELECT story FROM duplicates WHERE original = ?", (copies[0],))
        ]
        for copy in copies:
            row = db.execute("SELECT * FROM stories WHERE id = ?", (copy,)).fetchone()
            match = self.match(copy)
            assert match is not None
            self._store.grouper.place(copy, _story(row), match, self._store.agreements.read(copy), now=now)
            db.execute(
                "UPDATE urls SET outcome = 'duplicate' WHERE story = ? AND outcome = 'stored'", (copy,)
            )
        return placed._replace(duplicate=None)

    def _unchanged(
        self, db: sqlite3.Connection, row: sqlite3.Row, story: Story, record: str | None, now: datetime
    ) -> Saved:
        """The text is the same. Facts that were missing are filled in; nothing that is there is replaced."""
        db.execute(
            "UPDATE stories SET published = coalesce(published, ?), published_raw = coalesce(published_raw, ?), "
            "published_from = coalesce(published_from, ?), published_precision = coalesce(published_precision, ?), "
            "outlet = coalesce(outlet, ?), archive_record = coalesce(archive_record, ?) WHERE id = ?",
            (
                to_db_or_none(story.published), story.published_raw, story.published_from, story.published_precision,
                story.outlet, record, row["id"],
            ),
        )  # fmt: skip
        return self._saved(Outcome.UNCHANGED, row["id"], row["revision"])

    def _revise(
        self,
        db: sqlite3.Connection,
        row: sqlite3.Row,
        story: Story,
        match: Match,
        agreement: Agreement | None,
        record: str | None,
        cause: str,
        now: datetime,
    ) -> tuple[Saved, str | None]:
        """A changed text: the old one is kept as a revision, judgement and event are made anew."""
        story_id, number, at = row["id"], row["revision"] + 1, to_db(now)
        if story.incomplete is not None and row["incomplete"] is None:
            # A wall in front of a page that was read before must not replace it by its headline.
            return self._saved(Outcome.UNCHANGED, story_id, row["revision"]), story.incomplete
        db.execute(
            "UPDATE revisions SET title = ?, lead = ?, text = ?, captions = ?, published = ? "
            "WHERE story = ? AND number = ?",
            (
                row["title"], row["lead"], row["text"], row["captions"], row["published"], story_id, row["revision"],
            ),
        )  # fmt: skip
        db.execute(
            "UPDATE stories SET title = ?, lead = ?, text = ?, captions = ?, authors = ?, "
            "section = coalesce(?, section), published = coalesce(?, published), "
            "published_raw = coalesce(?, published_raw), published_from = coalesce(?, published_from), "
            "published_precision = coalesce(?, published_precision), updated_at = ?, revision = ?, text_hash = ?, "
            "incomplete = ?, extractor = ?, notes = ?, archive_record = coalesce(?, archive_record), "
            "refetch_at = ? WHERE id = ?",
            (
                story.title, story.lead, story.text, to_json(story.captions), to_json(story.authors), story.section,
                to_db_or_none(story.published), story.published_raw, story.published_from, story.published_precision,
                at, number, text_hash(story.text), story.incomplete, story.extractor, to_json(story.notes), record,
                next_refetch(row["found_at"], at) if match.is_match and row["origin"] == "crawl" else None, story_id,
            ),
        )  # fmt: skip
        self._write_revision(db, story_id, number, cause, story, at, record)
        was = db.execute("SELECT listed FROM matches WHERE story = ?", (story_id,)).fetchone()
        self._write_match(db, story_id, number, match, row["verdict"], now)
        self._store.agreements.write(db, story_id, number, agreement)
        placed, why = self._place(
            db, story_id, number, story, match, agreement, now, newly=was is not None and not was["listed"]
        )
        self._stand(db, story_id, match)
        if row["incomplete"] is not None:  # the page could at last be had: this is its first real outcome
            return placed, why
        saved = Saved(
            outcome=Outcome.REVISED, story_id=story_id, revision=number, duplicate_of=placed.duplicate_of,
            event=placed.event,
        )  # fmt: skip
        return saved, None

    def _write_revision(
        self,
        db: sqlite3.Connection,
        story_id: int,
        number: int,
        cause: str,
        story: Story,
        at: str,
        record: str | None,
    ) -> None:
        # The current text stands in `stories` alone; it moves into its revision when the next one replaces it.
        db.execute(
            "INSERT INTO revisions (story, number, at, cause, text_hash, extractor, archive_record) "
            "SELECT id, ?, ?, ?, text_hash, ?, ? FROM stories WHERE id = ?",
            (number, at, cause, story.extractor, record, story_id),
        )

    @staticmethod
    def _write_match(
        db: sqlite3.Connection, story_id: int, revision: int, match: Match, verdict: str | None, now: datetime
    ) -> None:
        nearest = match.nearest[0] if match.nearest else None
        db.execute(
            "INSERT OR REPLACE INTO matches (story, revision, score, threshold, is_match, listed, closeness, "
            "nearest_seed, similarity, nearest, reasons, model, judged_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                story_id, revision, match.score, match.threshold, match.is_match, _listed(match, verdict),
                match.closeness, nearest.seed if nearest else None, nearest.similarity if nearest else None,
                to_json([[near.seed, round(near.similarity, 4)] for near in match.nearest]),
                to_json({name: round(value, 4) for name, value in match.reasons.items()}), match.model, to_db(now),
            ),
        )  # fmt: skip
        db.execute("DELETE FROM evidence WHERE story = ?", (story_id,))
        db.executemany(
            'INSERT INTO evidence (story, revision, rank, field, phrase, sentence, start, "end", sentence_start, '
            "sentence_end, act, instrument, weight) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    story_id, revision, rank, one.field, one.phrase, one.sentence, one.start, one.end,
                    one.sentence_start, one.sentence_end, one.act, one.instrument, one.weight,
                )
                for rank, one in enumerate(match.evidence, start=1)
            ],
        )  # fmt: skip

    @staticmethod
    def _visit_alias(
        db: sqlite3.Connection, crawl: int | None, asked: str, story: Story, status: int | None, now: datetime
    ) -> None:
        visit = Visit(
            url=asked, outcome=Outcome.ALIAS, status=status, outlet=story.outlet, alias_of=story.url
        )
        write_visit(db, crawl, visit, now=now)

    def _visit(
        self,
        db: sqlite3.Connection,
        crawl: int | None,
        story: Story,
        saved: Saved,
        why: str | None,
        status: int | None,
        now: datetime,
    ) -> None:
        if story.origin == "seed":
            return  # a person handed it over; no page was visited
        visit = Visit(url=story.url, outcome=saved.outcome, why=why, status=status, outlet=story.outlet)
        fresh = saved.outcome not in (Outcome.UNCHANGED, Outcome.REVISED)
        write_visit(db, crawl, visit, now=now, story=saved.story_id if fresh else None)

    @staticmethod
    def _stand(db: sqlite3.Connection, story_id: int, match: Match) -> None:
        """The ledger's word for a re-judged story's URL. Duplicates and headlines keep theirs."""
        db.execute(
            "UPDATE urls SET outcome = ? WHERE story = ? AND outcome IN ('stored', 'no-match')",
            (str(Outcome.STORED if match.is_match else Outcome.NO_MATCH), story_id),
        )

    def _saved(self, outcome: Outcome, story_id: int, revision: int) -> Saved:
        duplicate_of, event = self._store.grouper.standing(story_id)
        return Saved(
            outcome=outcome, story_id=story_id, revision=revision, duplicate_of=duplicate_of, event=event
        )

    # -- reading -----------------------------------------------------------------------------------------------

    def get(self, story_id: int) -> StoryRow | None:
        """A story by its number."""
        row = self._store.row("SELECT * FROM stories WHERE id = ?", (story_id,))
        return None if row is None else _story_row(row)

    def story(self, story_id: int) -> Story | None:
        """A story as the stages know it."""
        row = self._store.row("SELECT * FROM stories WHERE id = ?", (story_id,))
        return None if row is None else _story(row)

    def by_url(self, url: str) -> StoryRow | None:
        """A story by its canonical URL."""
        row = self._store.row("SELECT * FROM stories WHERE url = ?", (url,))
        return None if row is None else _story_row(row)

    def count(self) -> int:
        """How many stories are stored, seeds among them."""
        return int(self._store.value("SELECT count(*) FROM stories"))

    def is_match(self, story_id: int) -> bool:
        """Does the score make the story a match? A person's verdict is not asked."""
        return bool(self._store.value("SELECT is_match FROM matches WHERE story = ?", (story_id,)))

    def match(self, story_id: int) -> Match | None:
        """The stored judgement of a story, evidence and all."""
        row = self._store.row("SELECT * FROM matches WHERE story = ?", (story_id,))
        if row is None:
            return None
        evidence = self._store.rows("SELECT * FROM evidence WHERE story = ? ORDER BY rank", (story_id,))
        return Match(
            score=row["score"],
            threshold=row["threshold"],
            evidence=tuple(_evidence(one) for one in evidence),
            nearest=tuple(
                Nearness(seed=seed, similarity=value) for seed, value in json.loads(row["nearest"])
            ),
            closeness=row["closeness"],
            reasons=json.loads(row["reasons"]),
            model=row["model"],
        )

    def iterate(self, batch: int = 500, *, after: int = 0, origin: str | None = None) -> Iterator[StoryRow]:
        """All stories by number, read in batches so that a long job holds no read transaction open."""
        while True:
            rows = self._store.rows(
                "SELECT * FROM stories WHERE id > ? AND (? IS NULL OR origin = ?) ORDER BY id LIMIT ?",
                (after, origin, origin, batch),
            )
            if not rows:
                return
            yield from map(_story_row, rows)
            after = rows[-1]["id"]

    def refetch_due(self, outlets: Collection[str] | None, now: datetime) -> list[Link]:
        """Matches that are due to be looked at again."""
        rows = self._store.rows(
            "SELECT url, outlet, title, published, published_raw, published_from FROM stories "
            "WHERE refetch_at IS NOT NULL AND refetch_at <= ? AND (? IS NULL OR outlet IN "
            "(SELECT value FROM json_each(?))) ORDER BY refetch_at",
            (to_db(now), None if outlets is None else 1, json.dumps(sorted(outlets or ()))),
        )
        return [
            Link(
                url=row["url"], outlet=row["outlet"] or "", title=row["title"],
                published=from_db_or_none(row["published"]), published_raw=row["published_raw"],
                published_from=row["published_from"],
            )
            for row in rows
        ]  # fmt: skip

    def rescore(
        self,
        judge: Callable[[Story], tuple[Match, Agreement | None]],
        *,
        now: datetime,
        batch: int = 100,
        progress: Callable[[int], None] | None = None,
    ) -> dict[str, int]:
        """Judge every stored story anew; how many were judged, became matches, stopped being matches.

        Judging happens outside the transactions, which stay short: a crawl goes on meanwhile.
        """
        counts = {"judged": 0, "became": 0, "stopped": 0}
        pending: list[tuple[StoryRow, Match, Agreement | None]] = []

        def flush() -> None:
            with self._store.transaction():
                for row, match, agreement in pending:
                    if self.rejudge(row.id, match, agreement, now=now, revision=row.revision):
                        counts["became" if match.is_match else "stopped"] += 1
            counts["judged"] += len(pending)
            if progress is not None:
                progress(len(pending))
            pending.clear()

        for row in self.iterate(batch):
            match, agreement = judge(row.story)
            pending.append((row, match, agreement))
            if len(pending) >= batch:
                flush()
        flush()
        return counts


def _listed(match: Match, verdict: str | None) -> bool:
    return verdict == "accept" or (bool(match.is_match) and verdict != "reject")


def _unchanged(row: sqlite3.Row, story: Story) -> bool:
    if row["incomplete"] is not None:
        known = (row["incomplete"], row["title"], row["text"])
        return known == (story.incomplete, story.title, story.text)
    same_title = vietnamese.marked_syllables(row["title"]) == vietnamese.marked_syllables(story.title)
    return same_title and bool(row["text_hash"] == text_hash(story.text))


def _evidence(row: sqlite3.Row) -> Evidence:
    return Evidence(
        phrase=row["phrase"], sentence=row["sentence"], field=row["field"], start=row["start"], end=row["end"],
        sentence_start=row["sentence_start"], sentence_end=row["sentence_end"],
        act=None if row["act"] is None else Act(row["act"]), instrument=row["instrument"], weight=row["weight"],
    )  # fmt: skip


def _story(row: sqlite3.Row) -> Story:
    precision: Any = row["published_precision"]
    return Story(
        url=row["url"],
        title=row["title"],
        text=row["text"],
        outlet=row["outlet"],
        lead=row["lead"],
        captions=tuple(json.loads(row["captions"])),
        authors=tuple(json.loads(row["authors"])),
        published=from_db_or_none(row["published"]),
        published_raw=row["published_raw"],
        published_from=row["published_from"],
        published_precision=None if precision is None else Precision(precision),
        incomplete=row["incomplete"],
        section=row["section"],
        extractor=row["extractor"],
        notes=tuple(json.loads(row["notes"])),
        found_at=from_db(row["found_at"]),
        origin=row["origin"],
    )


def _story_row(row: sqlite3.Row) -> StoryRow:
    return StoryRow(
        id=row["id"],
        story=_story(row),
        revision=row["revision"],
        found_at=from_db(row["found_at"]),
        updated_at=from_db(row["updated_at"]),
        text_hash=row["text_hash"],
        verdict=row["verdict"],
        refetch_at=from_db_or_none(row["refetch_at"]),
        crawl=row["crawl"],
        archive_record=row["archive_record"],
    )
