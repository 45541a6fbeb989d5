"""Full text over all stories: accents optional, ranked, with snippets and facets; quick at a million stories.

Two ways to a first page. Where few stories hold the words, all are ranked by bm25. Where very many do, that would
read every one of them: the newest few hundred are ordered, headlines first, since of a hundred thousand stories that
hold "quân đội" nobody wants the best by term frequency but a good one of late.
"""

# ruff: noqa: S608  every fragment of SQL here is the program's own; what people type is bound as a value
from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.database.filters import act_named, kind_named, outlets_named, parties_named
from pipelines.database.query import Accents, Every, Not, Query, Term, fts, parse, refusal, spans
from pipelines.database.times import to_db
from pipelines.database.trouble import explain
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store

#: More stories than this and the newest are ranked only.
_RANK_ALL = 2_000
#: So many of them.
_RANK_NEWEST = 400
#: Counting goes on to here; beyond it is "more than".
_COUNTED = 10_000
#: A filter that leaves more stories than this is asked of each candidate; a narrower one is made a set first.
_BROAD = 150_000
_LARGEST = 2**62
#: … but where this share of the stories between its first and last passes a broad one, each candidate is asked.
_DENSE = 0.5
#: Candidates whose accents are compared and whose order is made by hand.
_REORDERED = 150
#: Weight of a hit in the headline against one in the text, for bm25.
_TITLE_WEIGHT = 6.0
#: A story loses half of what recency gives it in so many days.
_HALF_LIFE = 365.0
_RECENCY = 0.5
_ACCENTS = 1.0
_SNIPPET = 220


@dataclass(frozen=True, slots=True)
class Matching:
    """A condition over `stories s` that a query makes."""

    sql: str
    parameters: tuple[Any, ...]


class Search:
    """Questions over the index `stories_fts`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def matching(self, text: str) -> Matching:
        """The stories that a query finds, as a condition. Raises QueryError."""
        query = parse(text)
        parts, values = self._filters(query)
        if query.words is not None:
            expression = fts(query.words) if _positive(query) else None
            if expression is not None:
                parts.insert(0, "s.id IN (SELECT rowid FROM stories_fts WHERE stories_fts MATCH ?)")
                values.insert(0, expression)
            else:
                parts.append("s.id NOT IN (SELECT rowid FROM stories_fts WHERE stories_fts MATCH ?)")
                values.append(" OR ".join(fts(part) for part in _negatives(query)))
        return Matching("(" + " AND ".join(parts) + ")", tuple(values))

    def ids(self, text: str) -> list[int]:
        """Every story that a query finds, by number."""
        found = self.matching(text)
        return [
            row[0]
            for row in self._store.rows(
                f"SELECT s.id FROM stories s WHERE {found.sql} ORDER BY s.id", found.parameters
            )
        ]

    def search(
        self,
        text: str,
        *,
        matches_only: bool = False,
        limit: int = 20,
        offset: int = 0,
        facets: bool = False,
    ) -> Json:
        """A page of hits, the best first, with the count and facets.

        `{query, total, total_is_exact, hits: [{… one story …, snippet, highlights, title_highlights}], facets}`;
        highlights are code-point ranges. Raises QueryError for what cannot be understood, StoreError otherwise.
        """
        query = parse(text)
        try:
            newest = self._newest(query, text, matches_only)
            exact = len(newest) <= _COUNTED
            newest = newest[:_COUNTED]
            page = self._ranked(query, newest, max(_RANK_NEWEST, offset + limit))[offset : offset + limit]
            return {
                "query": text,
                "total": len(newest),
                "total_is_exact": exact,
                "hits": self._hits(page, query.terms),
                "facets": self._facets(newest) if facets else {},
            }
        except sqlite3.Error as error:
            raise explain(error, self._store.path) from error

    def _newest(self, query: Query, text: str, matches_only: bool) -> list[int]:
        """The stories that the query finds, those found last first; one more than is counted when there are more."""
        if not _positive(query):
            matching = self.matching(text)
            only = " AND s.id IN (SELECT story FROM matches WHERE listed = 1)" if matches_only else ""
            sql = f"SELECT s.id FROM stories s WHERE {matching.sql}{only} ORDER BY s.id DESC LIMIT ?"
            return [row[0] for row in self._store.rows(sql, (*matching.parameters, _COUNTED + 1))]
        assert query.words is not None
        # FTS5 hands out its rows in the order of their numbers without sorting, and stops when there are enough.
        where, given = ["stories_fts MATCH ?"], [fts(query.words)]
        least, most = 0, _LARGEST
        wanted = [("stories s", "s.id", one, value) for one, value in self._conditions(query)]
        if matches_only:
            wanted.append(("matches s", "s.story", "s.listed = ?", [1]))
        for table, number, one, value in wanted:
            first, last, is_set = self._extent(table, number, one, value)
            least, most = max(least, first), min(most, last)
            # The plus keeps SQLite from asking FTS5 for each number of the set by itself.
            where.append(
                f"+f.rowid IN (SELECT {number} FROM {table} WHERE {one})"
                if is_set
                else f"EXISTS (SELECT 1 FROM {table} WHERE {number} = f.rowid AND {one})"
            )
            given += value
        sql = (
            f"SELECT f.rowid FROM stories_fts f WHERE {' AND '.join(where)} AND f.rowid BETWEEN ? AND ? "
            "ORDER BY f.rowid DESC LIMIT ?"
        )
        return [row[0] for row in self._store.rows(sql, (*given, least, most, _COUNTED + 1))]

    def _conditions(self, query: Query) -> list[tuple[str, list[Any]]]:
        """The filters, the two ends of a stretch of time as one: apart, each would be most of all stories."""
        parts, values = self._filters(query)
        times = [n for n, (name, _, wanted) in enumerate(query.filters) if name in ("from", "to") and wanted]
        single = [(one, [values[n]]) for n, one in enumerate(parts) if n not in times]
        if times:
            single.append((" AND ".join(parts[n] for n in times), [values[n] for n in times]))
        return single

    def _extent(self, table: str, number: str, one: str, value: list[Any]) -> tuple[int, int, bool]:
        """(the first story that a filter leaves, the last, whether a set of them costs less than asking each)."""
        if one.startswith("NOT "):
            return 0, _LARGEST, False  # nearly all stories, and no index finds them
        # A stretch of time is a piece of an index and mostly of the numbers too: worth its ends in any case.
        most = _LARGEST if "published" in one else _BROAD + 1
        row = self._store.row(
            f"SELECT count(*), min(id), max(id) FROM (SELECT {number} AS id FROM {table} WHERE {one} LIMIT ?)",
            (*value, most),
        )
        assert row is not None
        count, first, last = row
        if not count:
            return 0, 0, True
        if count <= _BROAD:
            return first, last, True
        if most <= count:
            return 0, _LARGEST, False  # not counted to the end
        return first, last, count < (last - first) * _DENSE

    # -- order -------------------------------------------------------------------------------------------------

    def _ranked(self, query: Query, newest: list[int], enough: int) -> list[int]:
        """The best stories, best first; at least `enough` of them where there are so many."""
        if not newest:
            return []
        if not _positive(query):
            rows = self._store.rows(
                "SELECT id FROM stories WHERE id IN (SELECT value FROM json_each(?)) "
                "ORDER BY coalesce(published, found_at) DESC, id DESC",
                (json.dumps(newest),),
            )
            return [row[0] for row in rows]
        few = len(newest) <= _RANK_ALL
        best = self._by_bm25(query, newest, enough) if few else self._by_headline(query, newest[:enough])
        return self._by_hand(best, query.terms)

    def _by_bm25(self, query: Query, ids: list[int], enough: int) -> list[tuple[int, float]]:
        """(story, relevance) of these stories, the most relevant first."""
        assert query.words is not None
        rows = self._store.rows(
            "SELECT rowid, bm25(stories_fts, ?, 1.0) AS rank FROM stories_fts WHERE stories_fts MATCH ? "
            "AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))",
            (_TITLE_WEIGHT, fts(query.words), ids[-1], ids[0], json.dumps(ids)),
        )
        best = [(row["rowid"], -row["rank"]) for row in rows]
        best.sort(key=lambda one: (-one[1], -one[0]))
        return best[: max(enough, _REORDERED)]

    def _by_headline(self, query: Query, ids: list[int]) -> list[tuple[int, float]]:
        """(story, relevance): those that hold the words in the headline before those that only mention them.

        For words that very many stories hold; how rare they are then says nothing, and asking costs a walk
        through all of them.
        """
        assert query.words is not None
        rows = self._store.rows(
            "SELECT rowid FROM stories_fts WHERE stories_fts MATCH ? AND rowid BETWEEN ? AND ?",
            (f"title_d : ({fts(query.words)})", ids[-1], ids[0]),
        )
        headed = {row[0] for row in rows}
        best = [(story, _TITLE_WEIGHT if story in headed else 1.0) for story in ids]
        best.sort(key=lambda one: (-one[1], -one[0]))
        return best

    def _by_hand(self, best: list[tuple[int, float]], terms: tuple[Term, ...]) -> list[int]:
        """Relevance, raised for recent stories and for those that hold the accents as typed."""
        head, tail = best[:_REORDERED], best[_REORDERED:]
        accents = Accents(terms)
        columns = "id, coalesce(published, found_at) AS told" + (", title, text" if accents else "")
        rows = {
            row["id"]: row
            for row in self._store.rows(
                f"SELECT {columns} FROM stories WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps([story for story, _ in head]),),
            )
        }
        told = {story: datetime.fromisoformat(row["told"]) for story, row in rows.items()}
        newest = max(told.values())
        least = min(relevance for _, relevance in head)
        scored = []
        for story, relevance in head:
            age = (newest - told[story]).total_seconds() / 86400
            lift = 1 + _RECENCY * math.exp2(-age / _HALF_LIFE)
            if accents:
                lift += _ACCENTS * accents.share(f"{rows[story]['title']}\n{rows[story]['text']}")
            # bm25 of a word in most stories comes out at or below nothing; shifted, the lifts still order them.
            scored.append(((relevance - min(0.0, least) + 0.1) * lift, story))
        scored.sort(key=lambda one: (-one[0], -one[1]))
        return [story for _, story in scored] + [story for story, _ in tail]

    # -- hits and facets ---------------------------------------------------------------------------------------

    def _hits(self, ids: list[int], terms: tuple[Term, ...]) -> list[Json]:
        texts = self._store.pairs(
            "SELECT id, text FROM stories WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
        )
        hits = self._store.reading.of(ids)
        for hit in hits:
            text = texts[int(hit["id"][1:])]
            hit["is_match"] = hit["verdict"] == "accept" or (
                hit["score"] >= hit["threshold"] and hit["verdict"] != "reject"
            )
            hit["title_highlights"] = sorted({(start, end) for start, end, _ in spans(terms, hit["title"])})
            hit["snippet"], hit["highlights"] = snippet(text, terms)
        return hits

    def _facets(self, ids: list[int]) -> Json:
        """Counts by outlet, year and kind of these stories."""
        hits = "WITH hits AS (SELECT value AS id FROM json_each(?))"
        marks = json.dumps(ids)
        outlets: Counter[str] = Counter()
        years: Counter[str] = Counter()
        # One walk through the stories for both: that is what takes the time.
        for outlet, year, count in self._store.rows(
            f"{hits} SELECT outlet, substr(coalesce(published, found_at), 1, 4), count(*) FROM hits JOIN stories USING (id) "
            "GROUP BY 1, 2",
            (marks,),
        ):
            years[year] += count
            if outlet is not None:
                outlets[outlet] += count
        kinds = self._store.pairs(
            f"{hits} SELECT kind, count(*) FROM hits JOIN agreements a ON a.story = hits.id WHERE kind IS NOT NULL "
            "GROUP BY kind ORDER BY 2 DESC, 1",
            (marks,),
        )
        return {
            "outlet": dict(sorted(outlets.items(), key=lambda one: (-one[1], one[0]))[:30]),
            "year": dict(sorted(years.items(), reverse=True)),
            "kind": kinds,
        }

    def _filters(self, query: Query) -> tuple[list[str], list[Any]]:
        parts: list[str] = []
        values: list[Any] = []
        for name, value, wanted in query.filters:
            if name == "party":
                sql = (
                    "s.id IN (SELECT a.story FROM agreement_parties ap JOIN agreements a ON a.id = ap.agreement "
                    "WHERE ap.party IN (SELECT value FROM json_each(?)))"
                )
                given: Any = json.dumps(parties_named(self._store, value))
            elif name == "outlet":
                sql, given = (
                    "s.outlet IN (SELECT value FROM json_each(?))",
                    json.dumps(outlets_named(self._store, value)),
                )
            elif name == "kind":
                sql, given = "s.id IN (SELECT story FROM agreements WHERE kind = ?)", kind_named(value)
            elif name == "act":
                sql = "s.id IN (SELECT story FROM agreements, json_each(agreements.acts) WHERE json_each.value = ?)"
                given = act_named(value)
            else:
                start, end = _days(name, value)
                sql, given = (
                    ("coalesce(s.published, s.found_at) >= ?", to_db(start))
                    if name == "from"
                    else ("coalesce(s.published, s.found_at) < ?", to_db(end))
                )
            parts.append(sql if wanted else f"NOT coalesce({sql}, 0)")
            values.append(given)
        return parts, values


def _days(name: str, value: str) -> tuple[datetime, datetime]:
    from pipelines.dates_typed import calendar_range

    try:
        return calendar_range(value)
    except (ValueError, OverflowError):
        raise refusal("no_date", name=name, value=value) from None


def _positive(query: Query) -> bool:
    """Does the query name a word that must be there?"""
    return bool(query.terms)


def _negatives(query: Query) -> list[Any]:
    node = query.words
    parts = node.parts if isinstance(node, Every) else (node,)
    return [part.part for part in parts if isinstance(part, Not)]


def snippet(text: str, terms: tuple[Term, ...], room: int = _SNIPPET) -> tuple[str, list[tuple[int, int]]]:
    """The stretch of a text that holds most of the terms, and where they stand in it."""
    found = spans(terms, text)
    if not found:
        short = text[:room]
        return (short + ("…" if len(text) > room else "")), []
    best, best_count, first = 0, -1, 0
    for last in range(len(found)):
        while found[last][1] - found[first][0] > room - 40:
            first += 1
        if first > last:
            first = last
        count = len({number for _, _, number in found[first : last + 1]}) * 100 + (last - first)
        if count > best_count:
            best, best_count = first, count
    start = _word_start(text, max(0, found[best][0] - 40))
    end = _word_end(text, min(len(text), start + room))
    before, after = ("…" if start else ""), ("…" if end < len(text) else "")
    inside = [
        (a - start + len(before), b - start + len(before)) for a, b, _ in found if start <= a and b <= end
    ]
    return before + text[start:end] + after, sorted(set(inside))


def _word_start(text: str, position: int) -> int:
    while 0 < position < len(text) and not text[position - 1].isspace():
        position -= 1
    return position


def _word_end(text: str, position: int) -> int:
    while position < len(text) and not text[position].isspace():
        position += 1
    return position
