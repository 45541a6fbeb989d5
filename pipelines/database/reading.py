"""The questions that readers ask: matches, what is new, one story with everything, agreements, parties."""

# ruff: noqa: S608  every fragment of SQL here is the program's own; what people type is bound as a value
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipelines import event_reasons
from pipelines.database.filters import SORTS, Filters, condition, parties_named
from pipelines.database.notices import GREW, NEW_EVENT, NEWLY_MATCHED
from pipelines.database.trouble import unusable
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: Rows of a list whose evidence, parties and events are looked up together.
_CHUNK = 200

_COLUMNS = (
    "s.id, s.url, s.outlet, s.title, s.lead, s.published, s.published_precision, s.found_at, s.incomplete, s.origin, "
    "s.verdict, m.score, m.threshold, m.closeness, m.nearest_seed, m.similarity, m.listed, "
    "a.id AS agreement, a.act, a.kind, a.period, a.event_date, a.place"
)
_TABLES = "stories s JOIN matches m ON m.story = s.id LEFT JOIN agreements a ON a.story = s.id"


class Reading:
    """Read-only questions; nothing here writes."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- matches -----------------------------------------------------------------------------------------------

    def matches(
        self, filters: Filters | None = None, *, sort: str = "published", limit: int | None = None
    ) -> Iterator[Json]:
        """Stories that the filters let through, each as the JSON of one match. Read in chunks."""
        where = condition(self._store, filters or Filters())
        # The ids are read first: the chunks then hold no cursor open while a slow reader takes its time.
        ids = [
            row[0]
            for row in self._store.stream(
                f"SELECT s.id FROM {_TABLES} WHERE {where.sql} ORDER BY {SORTS[sort]} LIMIT ?",
                (*where.parameters, -1 if limit is None else limit),
            )
        ]
        yield from self._in_chunks(ids)

    def _in_chunks(self, ids: list[int]) -> Iterator[Json]:
        for start in range(0, len(ids), _CHUNK):
            yield from self.of(ids[start : start + _CHUNK])

    def count(self, filters: Filters | None = None) -> int:
        """How many stories the filters let through."""
        where = condition(self._store, filters or Filters())
        sql = f"SELECT count(*) FROM {_TABLES} WHERE {where.sql}"
        return int(self._store.value(sql, where.parameters))

    def of(self, ids: list[int]) -> list[Json]:
        """These stories as JSON of one match, in the order given."""
        marks = json.dumps(ids)
        rows = {
            row["id"]: row
            for row in self._store.rows(
                f"SELECT {_COLUMNS} FROM {_TABLES} WHERE s.id IN (SELECT value FROM json_each(?))",
                (marks,),
            )
        }
        evidence = self._grouped(
            "SELECT story, phrase, sentence, field FROM evidence "
            "WHERE story IN (SELECT value FROM json_each(?)) ORDER BY story, rank",
            marks,
        )
        parties = self._grouped(
            "SELECT a.story, coalesce(root.name, ap.name) AS name FROM agreements a "
            "JOIN agreement_parties ap ON ap.agreement = a.id JOIN parties p ON p.id = ap.party "
            "LEFT JOIN parties root ON root.id = p.merged_into "
            "WHERE a.story IN (SELECT value FROM json_each(?)) ORDER BY a.story, ap.position",
            marks,
        )
        events = self._events(marks)
        pairs = self._store.pairs
        originals = pairs(
            "SELECT story, original FROM duplicates WHERE story IN (SELECT value FROM json_each(?))", (marks,)
        )
        urls = pairs(
            "SELECT story, url FROM seeds WHERE story IN (SELECT value FROM json_each(?)) AND url IS NOT NULL",
            (marks,),
        )
        return [
            _match_json(
                rows[number], evidence.get(number, []), parties.get(number, []), events.get(number),
                originals.get(number), urls.get(number),
            )
            for number in ids
            if number in rows
        ]  # fmt: skip

    def _grouped(self, sql: str, marks: str) -> dict[int, list[sqlite3.Row]]:
        grouped: dict[int, list[sqlite3.Row]] = {}
        for row in self._store.rows(sql, (marks,)):
            grouped.setdefault(row["story"], []).append(row)
        return grouped

    def _events(self, marks: str) -> dict[int, Json]:
        """Story → its event with size and outlets."""
        roots = {
            row["story"]: row["root"]
            for row in self._store.rows(
                "SELECT es.story, coalesce(e.merged_into, e.id) AS root FROM event_stories es "
                "JOIN events e ON e.id = es.event WHERE es.story IN (SELECT value FROM json_each(?))",
                (marks,),
            )
        }
        members: dict[int, Json] = {}
        for row in self._store.rows(
            "SELECT es.event, count(*) AS size, json_group_array(DISTINCT s.outlet) AS outlets FROM event_stories es "
            "JOIN stories s ON s.id = es.story WHERE es.event IN (SELECT value FROM json_each(?)) "
            "AND s.origin <> 'seed' GROUP BY es.event",
            (json.dumps(sorted(set(roots.values()))),),
        ):
            outlets = sorted(outlet for outlet in json.loads(row["outlets"]) if outlet)
            members[row["event"]] = {"id": f"e{row['event']}", "size": row["size"], "outlets": outlets}
        alone: Json = {"size": 0, "outlets": []}
        return {story: members.get(root, {"id": f"e{root}", **alone}) for story, root in roots.items()}

    # -- what is new -------------------------------------------------------------------------------------------

    def new(self, position: int, *, upto: int | None = None) -> tuple[list[Json], int]:
        """What happened after a position in the notices: one match an event, nearest to the seeds first; the new position.

        `upto` leaves out what was noted after that position.

        Each has `news` (new-event | grew | newly-matched), `new_stories` and `new_outlets` besides.
        """
        notices = [n for n in self._store.notices.since(position) if upto is None or n.id <= upto]
        grouped: dict[tuple[str, int], list[Any]] = {}
        for notice in notices:
            event = self._event_of(notice.story)
            grouped.setdefault(("e", event) if event is not None else ("s", notice.story), []).append(notice)
        shown: dict[int, list[Any]] = {}
        for (sort, number), told in grouped.items():
            members = self._listed_members(number) if sort == "e" else [number]
            story = self._representative(members)
            fresh = [notice for notice in told if notice.story in members]
            if story is not None and fresh:  # else rejected meanwhile, or no match any more
                shown[story] = fresh
        found = [self._news(match, shown[int(match["id"][1:])]) for match in self._in_chunks(list(shown))]
        found.sort(key=lambda match: (-match["closeness"], -match["score"], match["id"]))
        return found, max((notice.id for notice in notices), default=position)

    @staticmethod
    def _news(match: Json, fresh: list[Any]) -> Json:
        kinds = {notice.kind for notice in fresh}
        match["news"] = next((kind for kind in (NEW_EVENT, NEWLY_MATCHED) if kind in kinds), GREW)
        match["new_stories"] = [f"s{notice.story}" for notice in fresh]
        match["new_outlets"] = sorted({notice.outlet for notice in fresh if notice.outlet})
        return match

    def _event_of(self, story: int) -> int | None:
        found: int | None = self._store.value(
            "SELECT coalesce(e.merged_into, e.id) FROM event_stories es JOIN events e ON e.id = es.event WHERE es.story = ?",
            (story,),
        )
        return found

    def _listed_members(self, event: int) -> list[int]:
        rows = self._store.rows(
            "SELECT s.id FROM event_stories es JOIN stories s ON s.id = es.story JOIN matches m ON m.story = s.id "
            "WHERE es.event = ? AND m.listed = 1 AND s.origin <> 'seed' ORDER BY s.id",
            (event,),
        )
        return [row[0] for row in rows]

    def _representative(self, stories: list[int]) -> int | None:
        """The story that stands for its event: whole, no reprint, no announcement of it, nearest to the seeds.

        An announcement appeared before the day that another story gives.
        """
        found: int | None = self._store.value(
            "WITH told AS (SELECT max(event_date) AS day FROM agreements "
            "WHERE story IN (SELECT value FROM json_each(?1)) AND length(event_date) = 10) "
            "SELECT s.id FROM stories s JOIN matches m ON m.story = s.id LEFT JOIN duplicates d ON d.story = s.id "
            "WHERE s.id IN (SELECT value FROM json_each(?1)) AND m.listed = 1 AND s.origin <> 'seed' "
            "ORDER BY s.incomplete IS NOT NULL, d.story IS NOT NULL, "
            "coalesce(date(s.published, '+7 hours') < (SELECT day FROM told), 0), "
            "m.closeness DESC, m.score DESC, s.id LIMIT 1",
            (json.dumps(stories),),
        )
        return found

    # -- one thing ---------------------------------------------------------------------------------------------

    def show(self, story: int) -> Json:
        """Everything about one story. Raises StoreError when there is none."""
        row = self._store.stories.get(story)
        matches = self.of([story])
        if row is None or not matches:
            raise unusable(f"there is no story s{story}")
        match = self._store.stories.match(story)
        assert match is not None
        result = matches[0]
        result["text"] = row.story.text
        result["captions"] = list(row.story.captions)
        result["authors"] = list(row.story.authors)
        result["section"] = row.story.section
        result["evidence"] = [
            {
                "phrase": one.phrase, "sentence": one.sentence, "field": one.field, "start": one.start, "end": one.end,
                "sentence_start": one.sentence_start, "sentence_end": one.sentence_end, "act": one.act,
                "instrument": one.instrument, "weight": one.weight,
            }
            for one in match.evidence
        ]  # fmt: skip
        result["reasons"] = dict(match.reasons)
        result["nearest_seeds"] = [{"id": near.seed, "similarity": near.similarity} for near in match.nearest]
        result["agreement"] = self._store.agreements.of_story(story)
        result["original"] = self._original(story)
        result["reprints"] = self._reprints(story)
        result["retellings"] = self._retellings(story)
        result["revisions"] = [
            dict(one)
            for one in self._store.rows(
                "SELECT number, at, cause, title, published, extractor, archive_record FROM revisions "
                "WHERE story = ? ORDER BY number",
                (story,),
            )
        ]
        result["verdicts"] = [
            dict(one)
            for one in self._store.rows(
                "SELECT verdict, note, at FROM verdicts WHERE story = ? ORDER BY id", (story,)
            )
        ]
        result["provenance"] = {
            "origin": row.story.origin,
            "published_raw": row.story.published_raw,
            "published_from": row.story.published_from,
            "published_precision": row.story.published_precision,
            "extractor": row.story.extractor,
            "notes": list(row.story.notes),
            "archive_record": row.archive_record,
            "crawl": row.crawl,
            "model": match.model,
            "sightings": [
                dict(one)
                for one in self._store.rows(
                    "SELECT source, first, last FROM sightings WHERE url = ?", (row.story.url,)
                )
            ],
            "visits": [
                dict(one)
                for one in self._store.rows(
                    "SELECT crawl, at, outcome, status, why FROM visits WHERE url = ? ORDER BY id",
                    (row.story.url,),
                )
            ],
            "aliases": [
                one["url"]
                for one in self._store.rows("SELECT url FROM urls WHERE alias_of = ?", (row.story.url,))
            ],
        }
        return result

    def _original(self, story: int) -> Json | None:
        row = self._store.row(
            "SELECT d.original, d.score, d.reason, s.title, s.outlet, s.origin FROM duplicates d "
            "JOIN stories s ON s.id = d.original WHERE d.story = ?",
            (story,),
        )
        return None if row is None else {**dict(row), "original": f"s{row['original']}"}

    def _reprints(self, story: int) -> list[Json]:
        rows = self._store.rows(
            "SELECT d.story AS id, d.score, d.reason, s.title, s.outlet, s.published FROM duplicates d "
            "JOIN stories s ON s.id = d.story WHERE d.original = ? ORDER BY coalesce(s.published, s.found_at)",
            (story,),
        )
        return [{**dict(row), "id": f"s{row['id']}"} for row in rows]

    def _retellings(self, story: int) -> list[Json]:
        """The other stories of its event that are no reprints of one another, and why each joined."""
        rows = self._store.rows(
            "SELECT other.story AS id, other.score, other.reasons, s.title, s.outlet, s.published "
            "FROM event_stories own JOIN event_stories other ON other.event = own.event AND other.story <> own.story "
            "JOIN stories s ON s.id = other.story LEFT JOIN duplicates d ON d.story = other.story "
            "WHERE own.story = ? AND d.story IS NULL ORDER BY coalesce(s.published, s.found_at)",
            (story,),
        )
        noted = self._with_names([json.loads(row["reasons"]) for row in rows])
        return [
            {**dict(row), "id": f"s{row['id']}", "reasons": reasons}
            for row, reasons in zip(rows, noted, strict=True)
        ]

    def _with_names(self, noted: list[list[str]]) -> list[list[str]]:
        """Reasons for joining an event, with the parties' names in place of their keys."""
        keys = {key for reasons in noted for key in event_reasons.keys_in(reasons)}
        known = self._store.rows(
            "SELECT key, name FROM parties WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        names = {row["key"]: row["name"] for row in known}
        return [[event_reasons.with_names(reason, names) for reason in reasons] for reasons in noted]

    def story_of_agreement(self, agreement: int) -> int:
        """The story that tells of an agreement. Raises StoreError when there is none."""
        found: int | None = self._store.value("SELECT story FROM agreements WHERE id = ?", (agreement,))
        if found is None:
            raise unusable(f"there is no agreement a{agreement}; `kyket agreements` lists them")
        return found

    def event(self, event: int) -> Json:
        """An event with all its stories, and why each `joined`. Raises StoreError when there is none."""
        root = self._store.grouper.root(event)
        if root is None:
            raise unusable(f"there is no event e{event}")
        members = self._store.grouper.members(root)
        row = self._store.row("SELECT * FROM events WHERE id = ?", (root,))
        assert row is not None
        rows = self._store.rows("SELECT story, reasons FROM event_stories WHERE event = ?", (root,))
        noted = self._with_names([json.loads(one["reasons"]) for one in rows])
        joined = {f"s{one['story']}": reasons for one, reasons in zip(rows, noted, strict=True)}
        return {
            "id": f"e{root}",
            "asked": f"e{event}",
            "first_published": row["first_published"],
            "last_published": row["last_published"],
            "renews": None if row["renews"] is None else f"e{row['renews']}",
            "renews_reason": row["renews_reason"],
            "stories": [{**story, "joined": joined.get(story["id"], [])} for story in self.of(members)],
        }

    # -- agreements and parties --------------------------------------------------------------------------------

    def agreements(self, filters: Filters | None = None, *, limit: int | None = None) -> Iterator[Json]:
        """One agreement an event: who agreed what with whom, when, for which period; newest first."""
        where = condition(self._store, filters or Filters())
        ids: dict[int, int] = {}
        for row in self._store.stream(
            f"SELECT s.id, coalesce(e.merged_into, e.id, -s.id) AS root FROM {_TABLES} "
            "LEFT JOIN event_stories es ON es.story = s.id LEFT JOIN events e ON e.id = es.event "
            "LEFT JOIN duplicates d ON d.story = s.id "
            f"WHERE {where.sql} AND a.id IS NOT NULL "
            "ORDER BY coalesce(a.event_date, s.published, s.found_at) DESC, d.story IS NOT NULL, "
            "s.incomplete IS NOT NULL, m.closeness DESC, s.id",
            where.parameters,
        ):
            if row["root"] not in ids and limit is not None and len(ids) >= limit:
                continue
            held = ids.setdefault(row["root"], row["id"])
            if held != row["id"] and self._richer(row["id"], held):
                ids[row["root"]] = row["id"]
        wanted = list(ids.values())
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            numbers = self._store.pairs(
                "SELECT story, id FROM agreements WHERE story IN (SELECT value FROM json_each(?))",
                (json.dumps(chunk),),
            )
            known = self._grouped(
                "SELECT a.story, coalesce(p.merged_into, p.id) AS id FROM agreements a "
                "JOIN agreement_parties ap ON ap.agreement = a.id JOIN parties p ON p.id = ap.party "
                "WHERE a.story IN (SELECT value FROM json_each(?)) ORDER BY a.story, ap.position",
                json.dumps(chunk),
            )
            for match in self.of(chunk):
                story = int(match["id"][1:])
                yield {
                    "id": f"a{numbers[story]}",
                    "act": match["act"],
                    "kind": match["kind"],
                    "parties": match["parties"],
                    "party_ids": list(dict.fromkeys(f"p{row['id']}" for row in known.get(story, ()))),
                    "period": match["period"],
                    "event_date": match["event_date"],
                    "place": match["place"],
                    "event": match["event"],
                    "story": match["id"],
                    "title": match["title"],
                    "url": match["url"],
                    "outlet": match["outlet"],
                    "published": match["published"],
                }

    def _richer(self, story: int, than: int) -> bool:
        """Does one telling of an event say more of the agreement than another?"""

        def fields(number: int) -> tuple[int, int]:
            row = self._store.row(
                "SELECT (act IS NOT NULL) + (kind IS NOT NULL) + (period IS NOT NULL) + (event_date IS NOT NULL) "
                "+ (place IS NOT NULL) AS known, (SELECT count(*) FROM agreement_parties ap "
                "WHERE ap.agreement = agreements.id) AS parties FROM agreements WHERE story = ?",
                (number,),
            )
            assert row is not None
            return min(row["parties"], 2), row["known"]

        return fields(story) > fields(than)

    def parties(
        self, name: str | None = None, filters: Filters | None = None, *, limit: int | None = None
    ) -> list[Json]:
        """Organisations with the number of their agreements (events), the most frequent first.

        `filters` say which agreements count. Parties without one are left out, unless they are asked for by `name`.
        """
        only = None if name is None else json.dumps(parties_named(self._store, name))
        where = condition(self._store, filters or Filters())
        rows = self._store.rows(
            'SELECT root.id, root.key, root.name, root.short, root."full", root.head, root.armed, '
            "count(DISTINCT told.event) AS agreements, min(told.day) AS first, max(told.day) AS last "
            "FROM parties p JOIN parties root ON root.id = coalesce(p.merged_into, p.id) LEFT JOIN ("
            "SELECT ap.party, coalesce(es.event, -s.id) AS event, "
            "coalesce(a.event_date, substr(coalesce(s.published, s.found_at), 1, 10)) AS day "
            f"FROM {_TABLES} JOIN agreement_parties ap ON ap.agreement = a.id "
            f"LEFT JOIN event_stories es ON es.story = s.id WHERE {where.sql}) told ON told.party = p.id "
            "WHERE ? IS NULL OR p.id IN (SELECT value FROM json_each(?)) "
            "GROUP BY root.id HAVING ? IS NOT NULL OR agreements > 0 ORDER BY agreements DESC, root.name LIMIT ?",
            (*where.parameters, only, only, only, -1 if limit is None else limit),
        )
        names = self._aliases([row["id"] for row in rows])
        heirs, forerunners = self._succession([row["key"] for row in rows])
        return [
            {
                "id": f"p{row['id']}", "name": row["name"], "short": row["short"], "full": row["full"],
                "head": row["head"], "armed": bool(row["armed"]), "aliases": names.get(row["id"], []),
                "agreements": row["agreements"], "first": row["first"], "last": row["last"],
                "heir": heirs.get(row["key"]), "forerunners": forerunners.get(row["key"], []),
            }
            for row in rows
        ]  # fmt: skip

    def _succession(self, keys: Sequence[str]) -> tuple[dict[str, Json], dict[str, list[Json]]]:
        """For each key the party that took over its work, and those whose work it took over, as far as any story tells of them."""
        from pipelines.institutions import Registry
        from pipelines.party_heirs import forerunners_of, heir_of

        registry = Registry.load()
        after = {key: heir for key in keys if (heir := heir_of(registry, key)) is not None}
        before = {key: found for key in keys if (found := forerunners_of(registry, key))}
        asked = json.dumps(sorted({*after.values(), *(key for found in before.values() for key in found)}))
        known = {
            row["key"]: {"id": f"p{row['id']}", "name": row["name"]}
            for row in self._store.rows(
                "SELECT p.key, root.id, root.name FROM parties p JOIN parties root ON root.id = coalesce(p.merged_into, p.id) "
                "WHERE p.key IN (SELECT value FROM json_each(?))",
                (asked,),
            )
        }
        return (
            {key: known[heir] for key, heir in after.items() if heir in known},
            {key: [known[one] for one in found if one in known] for key, found in before.items()},
        )

    def _aliases(self, parties: Iterable[int]) -> dict[int, list[str]]:
        names: dict[int, list[str]] = {}
        for row in self._store.rows(
            "SELECT coalesce(p.merged_into, p.id) AS root, a.name FROM aliases a JOIN parties p ON p.id = a.party "
            "WHERE coalesce(p.merged_into, p.id) IN (SELECT value FROM json_each(?)) ORDER BY a.name",
            (json.dumps(list(parties)),),
        ):
            names.setdefault(row["root"], []).append(row["name"])
        return names

    # -- the database itself -----------------------------------------------------------------------------------

    def stats(self) -> Json:
        """Sizes and counts."""
        value = self._store.value
        pages, page_size, free = (
            value("PRAGMA page_count"),
            value("PRAGMA page_size"),
            value("PRAGMA freelist_count"),
        )
        by = self._store.pairs
        return {
            "file": str(self._store.path),
            "bytes": pages * page_size,
            "free_bytes": free * page_size,
            "stories": value("SELECT count(*) FROM stories WHERE origin <> 'seed'"),
            "stories_by_origin": by("SELECT origin, count(*) FROM stories GROUP BY origin ORDER BY 2 DESC"),
            "matches": value(
                "SELECT count(*) FROM matches m JOIN stories s ON s.id = m.story WHERE listed AND s.origin <> 'seed'"
            ),
            "events": value("SELECT count(*) FROM events WHERE merged_into IS NULL"),
            "duplicates": value("SELECT count(*) FROM duplicates"),
            "agreements": value("SELECT count(*) FROM agreements"),
            "parties": value("SELECT count(*) FROM parties WHERE merged_into IS NULL"),
            "seeds": value("SELECT count(*) FROM stories WHERE origin = 'seed'"),
            "revisions": value("SELECT count(*) FROM revisions"),
            "verdicts": value("SELECT count(*) FROM verdicts"),
            "outlets": value("SELECT count(*) FROM outlets"),
            "outlets_with_stories": value(
                "SELECT count(DISTINCT outlet) FROM stories WHERE origin <> 'seed'"
            ),
            "sources": value("SELECT count(*) FROM sources"),
            "urls": value("SELECT count(*) FROM urls"),
            "urls_by_outcome": by("SELECT outcome, count(*) FROM urls GROUP BY outcome ORDER BY 2 DESC"),
            "visits": value("SELECT count(*) FROM visits"),
            "crawls": value("SELECT count(*) FROM crawls"),
            "first_found": value("SELECT min(found_at) FROM stories WHERE origin <> 'seed'"),
            "last_found": value("SELECT max(found_at) FROM stories WHERE origin <> 'seed'"),
        }


def _match_json(
    row: sqlite3.Row,
    evidence: list[sqlite3.Row],
    parties: list[sqlite3.Row],
    event: Json | None,
    original: int | None,
    seed_url: str | None,
) -> Json:
    return {
        "id": f"s{row['id']}",
        "url": seed_url or row["url"],
        "outlet": row["outlet"],
        "title": row["title"],
        "lead": row["lead"],
        "published": row["published"],
        "published_precision": row["published_precision"],
        "found_at": row["found_at"],
        "origin": row["origin"],
        "incomplete": row["incomplete"],
        "score": row["score"],
        "threshold": row["threshold"],
        "closeness": row["closeness"],
        "evidence": [{key: one[key] for key in ("phrase", "sentence", "field")} for one in evidence],
        "nearest_seed": (
            None
            if row["nearest_seed"] is None
            else {"id": row["nearest_seed"], "similarity": row["similarity"]}
        ),
        "act": row["act"],
        "kind": row["kind"],
        "period": row["period"],
        "event_date": row["event_date"],
        "place": row["place"],
        "parties": [party["name"] for party in parties],
        "event": event,
        "duplicate_of": None if original is None else f"s{original}",
        "verdict": row["verdict"],
    }
