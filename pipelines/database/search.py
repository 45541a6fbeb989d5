"""Full text over all stories: accents optional, ranked, with snippets and facets; quick at a million stories.

Two ways to a first page. Where few stories hold the words, FTS5 ranks all of them. Where very many do, ranking
all would read every one of them: the newest few hundred are ranked, since of a hundred thousand stories that
hold "quân đội" nobody wants the best by term frequency but a good one of late.
"""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.database.filters import act_named, kind_named, outlets_named, parties_named
from pipelines.database.query import Every, Not, Query, QueryError, Term, exact_share, fts, parse, spans
from pipelines.database.times import from_db_or_none, to_db
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
        return [row[0] for row in self._store.rows(f"SELECT s.id FROM stories s WHERE {found.sql} ORDER BY s.id", found.parameters)]  # noqa: S608

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
            return self._search(query, text, matches_only, limit, offset, facets)
        except sqlite3.Error as error:
            raise explain(error, self._store.path) from error

    def _search(
        self, query: Query, text: str, matches_only: bool, limit: int, offset: int, facets: bool
    ) -> Json:
        matching = self.matching(text)
        where = matching.sql + (" AND m.listed = 1" if matches_only else "")
        join = "JOIN matches m ON m.story = s.id" if matches_only else ""
        ids = [
            row[0]
            for row in self._store.rows(
                f"SELECT s.id FROM stories s {join} WHERE {where} LIMIT ?",  # noqa: S608
                (*matching.parameters, _COUNTED + 1),
            )
        ]
        exact = len(ids) <= _COUNTED
        ranked = self._ranked(query, ids, where, join, matching.parameters, max(_RANK_NEWEST, offset + limit))
        page = ranked[offset : offset + limit]
        return {
            "query": text,
            "total": min(len(ids), _COUNTED),
            "total_is_exact": exact,
            "hits": self._hits(page, query.terms),
            "facets": self._facets(where, join, matching.parameters) if facets else {},
        }

    # -- order -------------------------------------------------------------------------------------------------

    def _ranked(
        self, query: Query, ids: list[int], where: str, join: str, parameters: tuple[Any, ...], enough: int
    ) -> list[int]:
        """The best stories, best first; at least `enough` of them where there are so many."""
        if query.words is None or not _positive(query):
            rows = self._store.rows(
                f"SELECT s.id FROM stories s {join} WHERE {where} "  # noqa: S608
                "ORDER BY coalesce(s.published, s.found_at) DESC, s.id DESC LIMIT ?",
                (*parameters, enough),
            )
            return [row[0] for row in rows]
        if len(ids) > _RANK_ALL:
            rows = self._store.rows(
                f"SELECT s.id FROM stories s {join} WHERE {where} ORDER BY s.id DESC LIMIT ?",  # noqa: S608
                (*parameters, enough),
            )
            ids = [row[0] for row in rows]
        return self._by_hand(self._best(query, ids, enough), query.terms)

    def _best(self, query: Query, ids: list[int], enough: int) -> list[tuple[int, float]]:
        """(story, relevance) of these stories by bm25."""
        assert query.words is not None
        if not ids:
            return []
        rows = self._store.rows(
            "SELECT rowid, bm25(stories_fts, ?, 1.0) AS rank FROM stories_fts WHERE stories_fts MATCH ? "
            "AND rowid BETWEEN ? AND ? AND rowid IN (SELECT value FROM json_each(?)) ORDER BY rank LIMIT ?",
            (_TITLE_WEIGHT, fts(query.words), min(ids), max(ids), json.dumps(ids), enough),
        )
        return [(row["rowid"], -row["rank"]) for row in rows]

    def _by_hand(self, best: list[tuple[int, float]], terms: tuple[Term, ...]) -> list[int]:
        """Relevance, raised for recent stories and for those that hold the accents as typed."""
        head, tail = best[:_REORDERED], best[_REORDERED:]
        if not head:
            return []
        accented = any(term.accented for term in terms)
        columns = "id, coalesce(published, found_at) AS told" + (", title, text" if accented else "")
        rows = {
            row["id"]: row
            for row in self._store.rows(
                f"SELECT {columns} FROM stories WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (json.dumps([story for story, _ in head]),),
            )
        }
        newest = max(from_db_or_none(row["told"]) for row in rows.values())  # type: ignore[type-var]
        assert newest is not None
        least = min(relevance for _, relevance in head)
        scored = []
        for story, relevance in head:
            row = rows[story]
            told = from_db_or_none(row["told"])
            assert told is not None
            age = (newest - told).total_seconds() / 86400
            lift = 1 + _RECENCY * math.exp2(-age / _HALF_LIFE)
            if accented:
                lift += _ACCENTS * exact_share(terms, f"{row['title']}\n{row['text']}")
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
            hit["title_highlights"] = sorted({span for term in terms for span in spans(term, hit["title"])})
            hit["snippet"], hit["highlights"] = snippet(text, terms)
        return hits

    def _facets(self, where: str, join: str, parameters: tuple[Any, ...]) -> Json:
        """Counts by outlet, year and kind over the newest hits, at most as many as are counted."""
        newest = f"WITH hits AS (SELECT s.id FROM stories s {join} WHERE {where} ORDER BY s.id DESC LIMIT {_COUNTED})"  # noqa: S608

        def counts(sql: str) -> Json:
            return {str(row[0]): row[1] for row in self._store.rows(f"{newest} {sql}", parameters) if row[0] is not None}

        return {
            "outlet": counts(
                "SELECT outlet, count(*) FROM hits JOIN stories USING (id) GROUP BY outlet ORDER BY 2 DESC, 1 LIMIT 30"
            ),
            "year": counts(
                "SELECT substr(coalesce(published, found_at), 1, 4), count(*) FROM hits JOIN stories USING (id) "
                "GROUP BY 1 ORDER BY 1 DESC"
            ),
            "kind": counts(
                "SELECT kind, count(*) FROM hits JOIN agreements a ON a.story = hits.id GROUP BY kind ORDER BY 2 DESC, 1"
            ),
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
                sql, given = "s.outlet IN (SELECT value FROM json_each(?))", json.dumps(outlets_named(self._store, value))
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
        raise QueryError(f"{name}:{value} is no date; write {name}:2024, {name}:2024-01 or {name}:2024-01-31") from None


def _positive(query: Query) -> bool:
    """Does the query name a word that must be there?"""
    return bool(query.terms)


def _negatives(query: Query) -> list[Any]:
    node = query.words
    parts = node.parts if isinstance(node, Every) else (node,)
    return [part.part for part in parts if isinstance(part, Not)]


def snippet(text: str, terms: tuple[Term, ...], room: int = _SNIPPET) -> tuple[str, list[tuple[int, int]]]:
    """The stretch of a text that holds most of the terms, and where they stand in it."""
    found = sorted({(*span, number) for number, term in enumerate(terms) for span in spans(term, text)})
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
    inside = [(a - start + len(before), b - start + len(before)) for a, b, _ in found if start <= a and b <= end]
    return before + text[start:end] + after, sorted(set(inside))


def _word_start(text: str, position: int) -> int:
    while 0 < position < len(text) and not text[position - 1].isspace():
        position -= 1
    return position


def _word_end(text: str, position: int) -> int:
    while position < len(text) and not text[position].isspace():
        position += 1
    return position
