"""The seed corpus: the stories that a person gave as examples, beside the ones that the package knows."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines import vietnamese
from pipelines.database.store import to_json
from pipelines.database.times import to_db
from pipelines.database.trouble import unusable
from pipelines.types import Agreement, Match, Story

if TYPE_CHECKING:
    from pipelines.database.store import Store
    from pipelines.matching.similarity import SeedCorpus
    from pipelines.profile import Profile

Judging = Callable[[Story], tuple[Match, Agreement | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One seed."""

    id: str
    title: str | None
    """None for a shipped seed whose text was not added."""
    url: str | None
    outlet: str | None
    story: int | None
    """The story that holds its text."""
    shipped: bool
    active: bool
    """False: a shipped seed that was removed; nothing is compared with it."""
    facts: Mapping[str, Any]


class Seeds:
    """The table `seeds`, and the stories of origin `seed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def profile(self, name: str = "cooperation") -> Profile:
        """The profile with the weights in force in this database."""
        from pipelines.profile import load_profile

        return self._store.models.applied(load_profile(name))

    def corpus(self, profile: Profile) -> SeedCorpus:
        """The seeds that nearness is measured against: the shipped ones less those removed, and the user's own."""
        from pipelines.matching.similarity import SeedCorpus

        corpus = SeedCorpus.shipped(profile)
        shipped = set(corpus.ids)
        rows = self._store.rows(
            "SELECT seeds.id, seeds.active, stories.title, stories.text FROM seeds "
            "LEFT JOIN stories ON stories.id = seeds.story ORDER BY seeds.added_at, seeds.id"
        )
        for row in rows:
            if not row["active"]:
                corpus = corpus.without(row["id"])
            elif row["id"] not in shipped and row["text"] is not None:
                corpus = corpus.with_seed(row["id"], row["title"], row["text"])
        return corpus

    def list(self, profile: Profile) -> list[Seed]:
        """All seeds: the shipped ones first, in the profile's order, then the user's own."""
        return listed(profile, self._store.rows("SELECT * FROM seeds ORDER BY added_at, id"))

    def add(
        self,
        story: Story,
        judge: Judging,
        *,
        seed_id: str,
        facts: Mapping[str, Any] | None = None,
        now: datetime,
    ) -> tuple[int, bool]:
        """Store a story as the seed `seed_id`; (its story's number, whether anything changed).

        `facts` are those of the shipped seed that it was recognised as, else None. Adding a seed again brings back
        one that was removed, and revises its text when that changed.
        """
        address = None if story.url.startswith("seed:") else story.url
        story = replace(story, url=f"seed:{seed_id}", origin="seed")
        match, agreement = judge(story)
        with self._store.transaction() as db:
            before = db.execute("SELECT * FROM seeds WHERE id = ?", (seed_id,)).fetchone()
            saved = self._store.stories.save(story, match, agreement, crawl=None, now=now, cause="import")
            db.execute(
                "INSERT INTO seeds (id, story, url, outlet, title, shipped, active, facts, added_at) "
                "VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (id) DO UPDATE SET story = excluded.story, "
                "url = coalesce(excluded.url, url), outlet = coalesce(excluded.outlet, outlet), "
                "title = excluded.title, active = 1",
                (
                    seed_id, saved.story_id, address, story.outlet, story.title, facts is not None,
                    to_json(dict(facts or {})), to_db(now),
                ),
            )  # fmt: skip
        changed = (
            before is None or not before["active"] or before["story"] is None or saved.outcome != "unchanged"
        )
        return saved.story_id, changed

    def remove(self, seed_id: str, profile: Profile, *, now: datetime) -> None:
        """Take a seed out of the corpus; its story goes too. A shipped seed is remembered as removed.

        Raises StoreError when there is no such seed.
        """
        facts = next((facts for facts in profile.seed_facts if facts["id"] == seed_id), None)
        with self._store.transaction() as db:
            row = db.execute("SELECT * FROM seeds WHERE id = ?", (seed_id,)).fetchone()
            if (row is None and facts is None) or (row is not None and not row["active"]):
                raise unusable(f"there is no seed {seed_id!r}; `kyket seeds list` shows them")
            if facts is not None:
                db.execute(
                    "INSERT INTO seeds (id, shipped, active, facts, added_at) VALUES (?, 1, 0, ?, ?) "
                    "ON CONFLICT (id) DO UPDATE SET active = 0, story = NULL",
                    (seed_id, to_json(dict(facts)), to_db(now)),
                )
            else:
                db.execute("DELETE FROM seeds WHERE id = ?", (seed_id,))
            if row is not None and row["story"] is not None:
                self._store.stories.delete(row["story"], now=now)

    def new_id(self, name: str) -> str:
        """A free id for a user's own seed, made of its file's name or its headline."""
        words = re.findall(r"[a-z0-9]+", vietnamese.strip_marks(vietnamese.squeeze(name)).lower())
        stem = "-".join(words)[:40].strip("-") or "seed"
        taken = {row["id"] for row in self._store.rows("SELECT id FROM seeds")}
        number, candidate = 1, stem
        while candidate in taken:
            number += 1
            candidate = f"{stem}-{number}"
        return candidate

    def same_text(self, story: Story) -> str | None:
        """The id of the seed that holds the very text of a story, if one does."""
        from pipelines.database.stories import text_hash

        found = self._store.value(
            "SELECT seeds.id FROM seeds JOIN stories ON stories.id = seeds.story WHERE stories.text_hash = ?",
            (text_hash(story.text),),
        )
        return None if found is None else str(found)


def listed(profile: Profile, kept: Sequence[sqlite3.Row] = ()) -> list[Seed]:
    """The seeds of a profile and of the rows that a database keeps."""
    rows = {row["id"]: row for row in kept}
    seeds = []
    for facts in profile.seed_facts:
        row = rows.pop(facts["id"], None)
        seeds.append(
            Seed(
                id=facts["id"],
                title=None if row is None else row["title"],
                url=facts.get("url"),
                outlet=facts.get("outlet"),
                story=None if row is None else row["story"],
                shipped=True,
                active=row is None or bool(row["active"]),
                facts=facts,
            )
        )
    seeds.extend(
        Seed(
            id=row["id"],
            title=row["title"],
            url=row["url"],
            outlet=row["outlet"],
            story=row["story"],
            shipped=bool(row["shipped"]),
            active=bool(row["active"]),
            facts=json.loads(row["facts"]),
        )
        for row in rows.values()
    )
    return seeds
