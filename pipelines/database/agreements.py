"""Agreements and parties: who agreed what with whom, under which names, and what a person merged or split."""

# ruff: noqa: S608  every fragment of SQL here is the program's own; what people type is bound as a value
from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.database.party_identity import PERSON, folded_name, renamed, split_off, standing
from pipelines.database.store import to_json
from pipelines.database.times import to_db
from pipelines.database.trouble import unusable
from pipelines.types import Act, Agreement, Kind, Party, Precision, Signatory, Span

if TYPE_CHECKING:
    from pipelines.database.store import Store


class Agreements:
    """The tables `agreements`, `parties`, `aliases`, `agreement_parties`, `signatories` and `spans`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(
        self, db: sqlite3.Connection, story: int, revision: int, agreement: Agreement | None
    ) -> int | None:
        """Replace the agreement that a story tells of, inside the caller's transaction; its number."""
        old = db.execute("SELECT id FROM agreements WHERE story = ?", (story,)).fetchone()
        if agreement is None:
            if old is not None:
                db.execute("DELETE FROM agreements WHERE id = ?", (old["id"],))
            return None
        values = (
            revision, agreement.acts[0] if agreement.acts else None, to_json(agreement.acts), agreement.kind,
            agreement.period, agreement.event_date, agreement.event_date_precision, agreement.place,
        )  # fmt: skip
        if old is None:
            cursor = db.execute(
                "INSERT INTO agreements (revision, act, acts, kind, period, event_date, event_date_precision, place, "
                "story) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, story),
            )
            number = cursor.lastrowid
            assert number is not None
        else:  # the number stays: people quote it
            number = int(old["id"])
            db.execute(
                "UPDATE agreements SET revision = ?, act = ?, acts = ?, kind = ?, period = ?, event_date = ?, "
                "event_date_precision = ?, place = ? WHERE story = ?",
                (*values, story),
            )
            for table in ("agreement_parties", "signatories", "spans"):
                db.execute(f"DELETE FROM {table} WHERE agreement = ?", (number,))
        ids = {party.key: self._party(db, party) for party in agreement.parties}
        db.executemany(
            "INSERT INTO agreement_parties (agreement, position, party, name, role) VALUES (?, ?, ?, ?, ?)",
            [
                (number, position, ids[party.key], party.name, party.role)
                for position, party in enumerate(agreement.parties, start=1)
            ],
        )
        db.executemany(
            "INSERT INTO signatories (agreement, position, name, rank, office, party) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (number, position, one.name, one.rank, one.office, ids.get(one.party_key or ""))
                for position, one in enumerate(agreement.signatories, start=1)
            ],
        )
        spans = dict(agreement.spans)
        spans |= {
            f"party {n}": p.span for n, p in enumerate(agreement.parties, start=1) if p.span is not None
        }
        spans |= {
            f"signatory {n}": s.span for n, s in enumerate(agreement.signatories, 1) if s.span is not None
        }
        db.executemany(
            'INSERT INTO spans (agreement, name, field, start, "end") VALUES (?, ?, ?, ?, ?)',
            [(number, name, span.field, span.start, span.end) for name, span in spans.items()],
        )
        return number

    def _party(self, db: sqlite3.Connection, party: Party) -> int:
        key, known = standing(db, party)
        if key.startswith(PERSON):  # of the body that the registry takes it for, it has that one name
            party = replace(party, short=None, full=None)
        if known is None:
            cursor = db.execute(
                'INSERT INTO parties (key, name, short, "full", head, armed) VALUES (?, ?, ?, ?, ?, ?)',
                (key, party.full or party.name, party.short, party.full, party.head, party.armed),
            )
            assert cursor.lastrowid is not None
            number = cursor.lastrowid
        else:
            number = known
            self._rekey(db, number, key)
            db.execute(
                'UPDATE parties SET short = coalesce(short, ?), "full" = coalesce("full", ?), '
                "head = coalesce(head, ?), armed = max(armed, ?) WHERE id = ?",
                (party.short, party.full, party.head, party.armed, number),
            )
        for name in {party.name, party.short, party.full} - {None}:
            assert name is not None
            if name != party.name and split_off(db, folded_name(name), party.key):
                continue
            db.execute(
                "INSERT INTO aliases (name, folded, party) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (name, folded_name(name), number),
            )
        return number

    @staticmethod
    def _rekey(db: sqlite3.Connection, number: int, key: str) -> None:
        """Give a party the key that the registry reads for it now, also where a person's decisions name it."""
        old = Agreements._key_of(db, number)
        if old == key:
            return
        db.execute("UPDATE parties SET key = ? WHERE id = ?", (key, number))
        db.execute("UPDATE party_decisions SET key = ? WHERE key = ? AND decision <> 'rename'", (key, old))
        db.execute("UPDATE party_decisions SET into_key = ? WHERE into_key = ?", (key, old))
        for row in db.execute(
            "SELECT id, key FROM party_decisions WHERE decision = 'rename' AND substr(key, -length(?)) = ?",
            (f"|{old}", f"|{old}"),
        ).fetchall():
            name = row["key"][: -len(old)]
            db.execute("UPDATE party_decisions SET key = ? WHERE id = ?", (f"{name}{key}", row["id"]))

    def read(self, story: int) -> Agreement | None:
        """The agreement of a story as the stages know it, or None."""
        row = self._store.row("SELECT * FROM agreements WHERE story = ?", (story,))
        if row is None:
            return None
        spans = {
            one["name"]: Span(field=one["field"], start=one["start"], end=one["end"])
            for one in self._store.rows("SELECT * FROM spans WHERE agreement = ?", (row["id"],))
        }
        parties = self._store.rows(
            'SELECT ap.position, ap.name, ap.role, p.key, p.short, p."full", p.head, p.armed FROM agreement_parties ap '
            "JOIN parties p ON p.id = ap.party WHERE ap.agreement = ? ORDER BY ap.position",
            (row["id"],),
        )
        signatories = self._store.rows(
            "SELECT s.position, s.name, s.rank, s.office, p.key FROM signatories s LEFT JOIN parties p ON p.id = s.party "
            "WHERE s.agreement = ? ORDER BY s.position",
            (row["id"],),
        )
        return Agreement(
            acts=tuple(Act(act) for act in json.loads(row["acts"])),
            kind=None if row["kind"] is None else Kind(row["kind"]),
            parties=tuple(
                Party(
                    name=one["name"], key=one["key"], short=one["short"], full=one["full"], role=one["role"],
                    head=one["head"], armed=bool(one["armed"]), span=spans.pop(f"party {one['position']}", None),
                )
                for one in parties
            ),
            period=row["period"],
            event_date=row["event_date"],
            event_date_precision=None if row["event_date_precision"] is None else Precision(row["event_date_precision"]),
            place=row["place"],
            signatories=tuple(
                Signatory(
                    name=one["name"], rank=one["rank"], office=one["office"], party_key=one["key"],
                    span=spans.pop(f"signatory {one['position']}", None),
                )
                for one in signatories
            ),
            spans=spans,
        )  # fmt: skip

    # -- reading -----------------------------------------------------------------------------------------------

    def of_story(self, story: int) -> dict[str, Any] | None:
        """The agreement of a story, with parties, signatories and spans, or None."""
        row = self._store.row("SELECT * FROM agreements WHERE story = ?", (story,))
        if row is None:
            return None
        result: dict[str, Any] = {key: row[key] for key in row.keys() if key != "acts"}  # noqa: SIM118
        result["acts"] = json.loads(row["acts"])
        result["parties"] = [
            {
                "id": one["id"], "name": one["name"], "canonical": one["canonical"], "role": one["role"],
                "armed": bool(one["armed"]),
            }
            for one in self._store.rows(
                "SELECT root.id, ap.name, root.name AS canonical, ap.role, root.armed FROM agreement_parties ap "
                "JOIN parties p ON p.id = ap.party JOIN parties root ON root.id = coalesce(p.merged_into, p.id) "
                "WHERE ap.agreement = ? ORDER BY ap.position",
                (row["id"],),
            )
        ]  # fmt: skip
        result["signatories"] = [
            dict(one)
            for one in self._store.rows(
                "SELECT name, rank, office FROM signatories WHERE agreement = ? ORDER BY position",
                (row["id"],),
            )
        ]
        result["spans"] = {
            one["name"]: [one["field"], one["start"], one["end"]]
            for one in self._store.rows("SELECT * FROM spans WHERE agreement = ?", (row["id"],))
        }
        return result

    # -- a person's corrections --------------------------------------------------------------------------------

    def merge_parties(self, into: int, others: list[int], *, now: datetime) -> None:
        """`others` are the same organisation as `into`; remembered for every story to come.

        Raises StoreError for a party that does not exist.
        """
        with self._store.transaction() as db:
            root = self._root(db, into)
            for other in others:
                number = self._root(db, other)
                if number == root:
                    if other == into:
                        raise unusable(f"p{into} cannot be merged into itself")
                    continue
                db.execute(
                    "UPDATE parties SET merged_into = ? WHERE id = ? OR merged_into = ?",
                    (root, number, number),
                )
                self._decide(db, "merge", number, root, now)
            self._store.grouper.reconsider([root], now=now)

    def split_party(self, party: int, name: str | None = None, *, now: datetime) -> int:
        """Undo a merge, or make the alias `name` of a party an organisation of its own; its number.

        Remembered: the machine does not put them together again. Raises StoreError when there is nothing to split.
        """
        with self._store.transaction() as db:
            row = db.execute("SELECT * FROM parties WHERE id = ?", (party,)).fetchone()
            if row is None:
                raise unusable(f"there is no party p{party}; `kyket parties` lists them")
            if name is None:
                if row["merged_into"] is None:
                    merged = db.execute(
                        "SELECT id FROM parties WHERE merged_into = ? ORDER BY id", (party,)
                    ).fetchall()
                    of_it = ", ".join(f"p{one['id']}" for one in merged)
                    raise unusable(
                        f"p{party} ({row['name']}) was not merged into another; "
                        + (f"split off one of those merged into it ({of_it}), or " if of_it else "")
                        + "name the alias to split off"
                    )
                self._decide(db, "split", party, row["merged_into"], now)
                self._with_its_own(db, party, row["merged_into"])
                db.execute("UPDATE parties SET merged_into = NULL WHERE id = ?", (party,))
                self._store.grouper.reconsider([party, row["merged_into"]], now=now)
                return party
            number = self._split_alias(db, party, name, now)
            self._store.grouper.reconsider([party, number], now=now)
            return number

    @staticmethod
    def _with_its_own(db: sqlite3.Connection, party: int, root: int) -> None:
        """Those that a person had merged into the party before it was merged itself leave with it."""
        db.execute(
            "UPDATE parties SET merged_into = ?1 WHERE merged_into = ?2 AND id <> ?1 AND (SELECT d.into_key FROM party_decisions d "
            "WHERE d.decision = 'merge' AND d.key = parties.key ORDER BY d.id DESC LIMIT 1) = "
            "(SELECT key FROM parties WHERE id = ?1)",
            (party, root),
        )

    def _split_alias(self, db: sqlite3.Connection, party: int, name: str, now: datetime) -> int:
        folded = folded_name(name)
        family = [
            row["id"]
            for row in db.execute("SELECT id FROM parties WHERE id = ? OR merged_into = ?", (party, party))
        ]
        marks = ", ".join("?" * len(family))
        alias = db.execute(
            f"SELECT name, party FROM aliases WHERE folded = ? AND party IN ({marks})",
            (folded, *family),
        ).fetchone()
        if alias is None:
            raise unusable(f"p{party} is nowhere called {name!r}; `kyket show p{party}` lists its names")
        key = f"{PERSON}{folded}"
        if db.execute(
            "SELECT 1 FROM parties WHERE key = ?", (key,)
        ).fetchone():  # the name of another party, too
            key = f"{PERSON}{renamed(folded, self._key_of(db, party))}"
        db.execute(
            "INSERT INTO parties (key, name, head, armed) SELECT ?, ?, head, armed FROM parties WHERE id = ? "
            "ON CONFLICT (key) DO NOTHING",
            (key, alias["name"], alias["party"]),
        )
        number = int(db.execute("SELECT id FROM parties WHERE key = ?", (key,)).fetchone()["id"])
        keys = db.execute(f"SELECT key FROM parties WHERE id IN ({marks})", family).fetchall()
        db.executemany(
            "INSERT INTO party_decisions (decision, key, into_key, at) VALUES ('rename', ?, ?, ?)",
            [(renamed(folded, one["key"]), key, to_db(now)) for one in keys],
        )
        for row in db.execute(
            f"SELECT agreement, position, name FROM agreement_parties WHERE party IN ({marks})",
            family,
        ).fetchall():
            if folded_name(row["name"]) == folded:
                db.execute(
                    "UPDATE agreement_parties SET party = ? WHERE agreement = ? AND position = ?",
                    (number, row["agreement"], row["position"]),
                )
        db.execute(f"DELETE FROM aliases WHERE folded = ? AND party IN ({marks})", (folded, *family))
        db.execute(
            "INSERT INTO aliases (name, folded, party) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (alias["name"], folded, number),
        )
        return number

    @staticmethod
    def _key_of(db: sqlite3.Connection, party: int) -> str:
        return str(db.execute("SELECT key FROM parties WHERE id = ?", (party,)).fetchone()["key"])

    @staticmethod
    def _root(db: sqlite3.Connection, party: int) -> int:
        row = db.execute("SELECT id, merged_into FROM parties WHERE id = ?", (party,)).fetchone()
        if row is None:
            raise unusable(f"there is no party p{party}; `kyket parties` lists them")
        return int(row["merged_into"] or row["id"])

    @staticmethod
    def _decide(db: sqlite3.Connection, decision: str, party: int, into: int, now: datetime) -> None:
        db.execute(
            "INSERT INTO party_decisions (decision, key, into_key, at) SELECT ?, one.key, other.key, ? "
            "FROM parties one, parties other WHERE one.id = ? AND other.id = ?",
            (decision, to_db(now), party, into),
        )
