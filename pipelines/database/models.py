"""Weights that were learnt from a person's verdicts, beside those that the package ships."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.database.store import to_json
from pipelines.database.times import to_db

if TYPE_CHECKING:
    from pipelines.database.store import Store
    from pipelines.profile import Profile


class Models:
    """The table `models`: every set of weights that was applied here, the active one marked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def weights(self, profile: str) -> Mapping[str, Any] | None:
        """The weights learnt for a profile and in force, or None: then the shipped ones are."""
        found = self._store.value(
            "SELECT weights FROM models WHERE profile = ? AND active ORDER BY id DESC LIMIT 1", (profile,)
        )
        return None if found is None else json.loads(found)

    def applied(self, profile: Profile) -> Profile:
        """The profile with the weights in force."""
        weights = self.weights(profile.name)
        return profile if weights is None else replace(profile, weights=weights)

    def apply(
        self, profile: str, weights: Mapping[str, Any], report: Mapping[str, Any], *, now: datetime
    ) -> int:
        """Put weights in force; the former ones stay in the table. The number of the new ones."""
        with self._store.transaction() as db:
            db.execute("UPDATE models SET active = 0 WHERE profile = ?", (profile,))
            cursor = db.execute(
                "INSERT INTO models (profile, weights, report, at, active) VALUES (?, ?, ?, ?, 1)",
                (profile, to_json(weights), to_json(report), to_db(now)),
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def reset(self, profile: str) -> bool:
        """Back to the shipped weights; False when they were in force already."""
        with self._store.transaction() as db:
            return bool(
                db.execute("UPDATE models SET active = 0 WHERE profile = ? AND active", (profile,)).rowcount
            )
