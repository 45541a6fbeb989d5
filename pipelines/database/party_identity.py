"""Which organisation a party is by now: what a person merged or split outranks the key that was read.

Where the database has no registry of parties (grouping a stream in memory) every key stands for itself.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from pipelines import vietnamese
from pipelines.event_digests import Facts, told_without_province
from pipelines.party_heirs import UNTOLD_MARK
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
        key, number = standing(self._db, party)
        if number is None:
            return key
        root = self._db.execute(
            "SELECT root.key FROM parties p JOIN parties root ON root.id = coalesce(p.merged_into, p.id) WHERE p.id = ?",
            (number,),
        ).fetchone()
        return str(root[0])


def folded_name(name: str) -> str:
    """A name's folded syllables with one space between: what names are compared by."""
    return " ".join(vietnamese.syllables(name))


def renamed(folded: str, key: str) -> str:
    """What `party_decisions` calls a name of a party that a person made an organisation of its own."""
    return f"{folded}|{key}"


def standing(db: sqlite3.Connection, party: Party) -> tuple[str, int | None]:
    """Under which key the database holds the party that a story names, and its number; None where it is new.

    A name that a person split off counts before the key that was read. A key that nobody has, of a body whose full name
    one party of an older registry has, is that party's new key: what people quoted, merged and split stays theirs.
    """
    folded = folded_name(party.name)
    key = split_off(db, folded, party.key) or party.key
    row = db.execute("SELECT id FROM parties WHERE key = ?", (key,)).fetchone()
    if row is not None:
        return key, int(row[0])
    # What a person made, and what is of one story alone, never had another key.
    own = key.startswith(PERSON) or UNTOLD_MARK in key
    return key, None if own else _of_older_registry(db, party)


def split_off(db: sqlite3.Connection, folded: str, key: str) -> str | None:
    """The key of the organisation that a person made of this name of a party, None where nobody did."""
    row = db.execute(
        "SELECT into_key FROM party_decisions WHERE decision = 'rename' AND key IN (?, ?) ORDER BY id DESC LIMIT 1",
        (folded, renamed(folded, key)),  # decisions of the first versions name no party
    ).fetchone()
    return str(row[0]) if row is not None and row[0] else None


#: How the key of an organisation that a person made begins.
PERSON = "person:"


def _of_older_registry(db: sqlite3.Connection, party: Party) -> int | None:
    """The one party that has the full name for a name of its own and whose key the registry would not give it today."""
    rows = db.execute(
        "SELECT DISTINCT p.id, p.key, p.name FROM aliases a JOIN parties p ON p.id = a.party WHERE a.folded = ? LIMIT 2",
        (folded_name(party.full or party.name),),
    ).fetchall()
    if len(rows) != 1 or rows[0][1].startswith(PERSON) or UNTOLD_MARK in rows[0][1]:
        return None
    number, key, name = rows[0]
    from pipelines.institutions import Registry

    return None if Registry.load().normalise(name).key == key else int(number)
