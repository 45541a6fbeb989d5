"""Which organisation a party is by now: what a person merged or split outranks the key that was read.

Where the database has no registry of parties (grouping a stream in memory) every key stands for itself.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from pipelines import vietnamese
from pipelines.event_digests import Facts, told_without_province
from pipelines.types import Agreement, Party


class PartyIdentity:
    """Reads `parties` and `party_decisions`; writes nothing."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._registry = (
            connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'party_decisions'"
            ).fetchone()
            is not None
        )

    def resolved(self, agreement: Agreement | None) -> Agreement | None:
        """The agreement with the keys of its parties as a person left them."""
        if agreement is None or not self._registry:
            return agreement
        parties = tuple(replace(party, key=self._key(party)) for party in agreement.parties)
        return replace(agreement, parties=parties)

    def facts_now(self, story_id: int, facts: Facts) -> Facts:
        """The facts of a stored story with its parties as they are merged or split now."""
        if not self._registry:
            return facts
        rows = self._db.execute(
            "SELECT p.key, coalesce(root.key, p.key) FROM agreements a JOIN agreement_parties ap ON ap.agreement = a.id"
            " JOIN parties p ON p.id = ap.party LEFT JOIN parties root ON root.id = p.merged_into WHERE a.story = ?",
            (story_id,),
        )
        now = {told_without_province(key): told_without_province(root) for key, root in rows}
        if not now:
            return facts
        parties = frozenset(now.values())
        named = (alias.partition("=") for alias in facts.aliases)
        aliases = frozenset(f"{now.get(key, key)}={word}" for key, _, word in named)
        return replace(
            facts,
            parties=parties,
            aliases=frozenset(alias for alias in aliases if alias.partition("=")[0] in parties),
        )

    def stories_of(self, parties: list[int], most: int) -> list[int]:
        """The newest stories whose agreement names one of the parties, or one merged into them."""
        found: dict[int, None] = {}
        for party in parties:
            rows = self._db.execute(
                "SELECT a.story FROM parties p JOIN agreement_parties ap ON ap.party = p.id"
                " JOIN agreements a ON a.id = ap.agreement WHERE p.id = ?1 OR p.merged_into = ?1"
                " ORDER BY a.story DESC LIMIT ?2",
                (party, most),
            )
            found |= {story: None for (story,) in rows}
        return sorted(found)[-most:]

    def _key(self, party: Party) -> str:
        folded = " ".join(vietnamese.syllables(party.name))
        renamed = self._db.execute(
            "SELECT into_key FROM party_decisions WHERE decision = 'rename' AND key = ? ORDER BY id DESC LIMIT 1",
            (folded,),
        ).fetchone()
        key = renamed[0] if renamed is not None and renamed[0] else party.key
        root = self._db.execute(
            "SELECT root.key FROM parties p JOIN parties root ON root.id = p.merged_into WHERE p.key = ?",
            (key,),
        ).fetchone()
        return str(root[0]) if root is not None else key
