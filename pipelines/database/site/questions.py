"""The questions that only the pages ask. Read-only; each is bounded, whatever the size of the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.database.filters import Filters, condition
from pipelines.database.times import to_db
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database.store import Store

_LISTED = "m.listed = 1 AND s.origin <> 'seed'"
#: The order in which a story stands for its event: whole, no reprint, nearest to the seeds.
_FIRST = "s.incomplete IS NOT NULL, d.story IS NOT NULL, m.closeness DESC, m.score DESC, s.id"
#: A day in Hanoi of a story.
_DAY = "date(coalesce(s.published, s.found_at), '+7 hours')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One event of a list: the story that stands for it, and why it is in the list."""

    story: int
    event: int | None
    news: str | None
    """new-event | newly-matched | grew"""


class Questions:
    """Questions over one read-only Store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- today -------------------------------------------------------------------------------------------------

    def news_since(self, since: datetime, *, limit: int, offset: int) -> tuple[int, list[Telling]]:
        """Events with something new since then, nearest to the seeds first: (how many, one page of them)."""
        return self._events(
            "notices n JOIN stories s ON s.id = n.story",
            "n.at >= ?",
            (to_db(since),),
            limit,
            offset,
            news="n.kind",
        )

    def told_on(self, day: date, *, limit: int, offset: int) -> tuple[int, list[Telling]]:
        """Events that were told on one day in Hanoi."""
        start = to_db(datetime.fromisoformat(f"{day.isoformat()}T00:00:00+07:00"))
        end = to_db(datetime.fromisoformat(f"{day.isoformat()}T00:00:00+07:00") + timedelta(days=1))
        return self._events(
            "stories s",
            "coalesce(s.published, s.found_at) >= ? AND coalesce(s.published, s.found_at) < ?",
            (start, end),
            limit,
            offset,
        )

    def _events(
        self,
        tables: str,
        where: str,
        parameters: tuple[Any, ...],
        limit: int,
        offset: int,
        *,
        news: str = "NULL",
    ) -> tuple[int, list[Telling]]:
        rows = self._store.rows(
            "WITH told AS (SELECT s.id, coalesce(e.merged_into, e.id) AS event, m.closeness, "  # noqa: S608
            f"{news} AS news, row_number() OVER (PARTITION BY coalesce(e.merged_into, e.id, -s.id) ORDER BY {_FIRST}) AS place "
            f"FROM {tables} JOIN matches m ON m.story = s.id LEFT JOIN duplicates d ON d.story = s.id "
            "LEFT JOIN event_stories es ON es.story = s.id LEFT JOIN events e ON e.id = es.event "
            f"WHERE {where} AND {_LISTED}), "
            "kinds AS (SELECT coalesce(event, -id) AS root, max(news = 'new-event') AS fresh, "
            "max(news = 'newly-matched') AS newly FROM told GROUP BY 1) "
            "SELECT told.id, told.event, CASE WHEN news IS NULL THEN NULL WHEN fresh THEN 'new-event' "
            "WHEN newly THEN 'newly-matched' ELSE 'grew' END AS news, count(*) OVER () AS total "
            "FROM told JOIN kinds ON kinds.root = coalesce(told.event, -told.id) WHERE place = 1 "
            "ORDER BY closeness DESC, id DESC LIMIT ? OFFSET ?",
            (*parameters, limit, offset),
        )
        total = rows[0]["total"] if rows else 0
        return total, [Telling(story=row["id"], event=row["event"], news=row["news"]) for row in rows]

    def latest(self, limit: int) -> list[Telling]:
        """The events told last, newest first."""
        rows = self._store.rows(
            "SELECT s.id, coalesce(e.merged_into, e.id) AS event FROM stories s JOIN matches m ON m.story = s.id "  # noqa: S608
            "LEFT JOIN event_stories es ON es.story = s.id LEFT JOIN events e ON e.id = es.event "
            f"WHERE {_LISTED} ORDER BY coalesce(s.published, s.found_at) DESC LIMIT ?",
            (limit * 4,),
        )
        found: dict[int, Telling] = {}
        for row in rows:
            root = row["event"] or -row["id"]
            found.setdefault(root, Telling(story=row["id"], event=row["event"], news=None))
        return list(found.values())[:limit]

    def matches_a_day(self, first: date, last: date) -> dict[str, int]:
        """Hanoi day → matches told on it."""
        start = datetime.fromisoformat(f"{first.isoformat()}T00:00:00+07:00")
        end = datetime.fromisoformat(f"{last.isoformat()}T00:00:00+07:00") + timedelta(days=1)
        return self._store.pairs(
            f"SELECT {_DAY}, count(*) FROM stories s JOIN matches m ON m.story = s.id "  # noqa: S608
            f"WHERE coalesce(s.published, s.found_at) >= ? AND coalesce(s.published, s.found_at) < ? AND {_LISTED} GROUP BY 1",
            (to_db(start), to_db(end)),
        )

    def newest_day(self) -> str | None:
        """The Hanoi day of the newest match."""
        found: str | None = self._store.value(
            f"SELECT {_DAY} FROM stories s JOIN matches m ON m.story = s.id WHERE {_LISTED} "  # noqa: S608
            "ORDER BY coalesce(s.published, s.found_at) DESC LIMIT 1"
        )
        return found

    def outlet_names(self) -> dict[str, str]:
        """Id → name."""
        return self._store.pairs("SELECT id, name FROM outlets")

    def party_ids(self, stories: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
        """Story → its parties: (number, name), as merged."""
        found: dict[int, list[tuple[int, str]]] = {}
        for row in self._store.rows(
            "SELECT a.story, root.id, root.name FROM agreements a JOIN agreement_parties ap ON ap.agreement = a.id "
            "JOIN parties p ON p.id = ap.party JOIN parties root ON root.id = coalesce(p.merged_into, p.id) "
            "WHERE a.story IN (SELECT value FROM json_each(?)) ORDER BY a.story, ap.position",
            (json.dumps(list(stories)),),
        ):
            found.setdefault(row["story"], []).append((row["id"], row["name"]))
        return found

    # -- one story ---------------------------------------------------------------------------------------------

    def seed(self, seed_id: str) -> Json | None:
        """A seed with its text, where the database holds it."""
        row = self._store.row(
            "SELECT seeds.id, seeds.title, seeds.url, seeds.outlet, seeds.facts, stories.text, stories.id AS story "
            "FROM seeds LEFT JOIN stories ON stories.id = seeds.story WHERE seeds.id = ?",
            (seed_id,),
        )
        return None if row is None else {**dict(row), "facts": json.loads(row["facts"])}

    def revision_texts(self, story: int) -> list[Json]:
        """Every revision with its words, oldest first; the current one has the story's."""
        rows = self._store.rows(
            "SELECT r.number, r.at, r.cause, coalesce(r.title, s.title) AS title, coalesce(r.text, s.text) AS text, "
            "r.extractor FROM revisions r JOIN stories s ON s.id = r.story WHERE r.story = ? ORDER BY r.number",
            (story,),
        )
        return [dict(row) for row in rows]

    # -- agreements --------------------------------------------------------------------------------------------

    def _told(self, filters: Filters, year: str | None) -> tuple[str, tuple[Any, ...]]:
        """One agreement an event, as a common table `told`: the telling that says most of it."""
        where = condition(self._store, filters)
        year_sql = " AND substr(coalesce(a.event_date, s.published, s.found_at), 1, 4) = ?" if year else ""
        sql = (
            "WITH told AS (SELECT *, row_number() OVER (PARTITION BY root ORDER BY known DESC, reprint, incomplete IS NOT NULL, "  # noqa: S608
            "closeness DESC, id) AS place FROM (SELECT s.id, a.id AS agreement, a.kind, a.act, a.period, a.place AS town, "
            "coalesce(e.merged_into, e.id, -s.id) AS root, m.closeness, s.incomplete, d.story IS NOT NULL AS reprint, "
            "coalesce(a.event_date, s.published, s.found_at) AS day, "
            "10 * min(2, (SELECT count(*) FROM agreement_parties ap WHERE ap.agreement = a.id)) + (a.act IS NOT NULL) "
            "+ (a.kind IS NOT NULL) + (a.period IS NOT NULL) + (a.event_date IS NOT NULL) + (a.place IS NOT NULL) AS known "
            "FROM agreements a JOIN stories s ON s.id = a.story JOIN matches m ON m.story = s.id "
            "LEFT JOIN event_stories es ON es.story = s.id LEFT JOIN events e ON e.id = es.event "
            f"LEFT JOIN duplicates d ON d.story = s.id WHERE {where.sql}{year_sql})) "
        )
        return sql, (*where.parameters, *([year] if year else []))

    def agreements(
        self, filters: Filters, *, year: str | None, limit: int, offset: int
    ) -> tuple[int, list[int], dict[str, dict[str, int]]]:
        """(how many agreements, the stories of one page of them, counts by kind, act and year); newest first."""
        told, parameters = self._told(filters, year)
        rows = self._store.rows(
            f"{told}SELECT id, kind, act, substr(day, 1, 4) AS year FROM told WHERE place = 1 ORDER BY day DESC, id DESC",  # noqa: S608
            parameters,
        )
        facets: dict[str, dict[str, int]] = {"kind": {}, "act": {}, "year": {}}
        for row in rows:
            for name, counts in facets.items():
                if row[name] is not None:
                    counts[row[name]] = counts.get(row[name], 0) + 1
        facets["kind"] = dict(sorted(facets["kind"].items(), key=lambda one: -one[1]))
        facets["act"] = dict(sorted(facets["act"].items(), key=lambda one: -one[1]))
        facets["year"] = dict(sorted(facets["year"].items(), reverse=True))
        return len(rows), [row["id"] for row in rows[offset : offset + limit]], facets

    # -- parties -----------------------------------------------------------------------------------------------

    def party(self, number: int) -> Json | None:
        """A party as merged, with its names; None when there is none."""
        row = self._store.row(
            'SELECT root.id, root.name, root.short, root."full", root.armed FROM parties p '
            "JOIN parties root ON root.id = coalesce(p.merged_into, p.id) WHERE p.id = ?",
            (number,),
        )
        if row is None:
            return None
        aliases = [
            one["name"]
            for one in self._store.rows(
                "SELECT DISTINCT a.name FROM aliases a JOIN parties p ON p.id = a.party "
                "WHERE coalesce(p.merged_into, p.id) = ? AND a.name <> ? ORDER BY a.name LIMIT 40",
                (row["id"], row["name"]),
            )
        ]
        return {**dict(row), "armed": bool(row["armed"]), "aliases": aliases}

    def partners(self, number: int) -> list[Json]:
        """Who signs with a party: number, name, armed, agreements (events), first and last; the most frequent first."""
        rows = self._store.rows(
            "WITH own AS (SELECT DISTINCT ap.agreement FROM agreement_parties ap JOIN parties p ON p.id = ap.party "  # noqa: S608
            "WHERE coalesce(p.merged_into, p.id) = ?1) "
            "SELECT root.id, root.name, root.armed, count(DISTINCT coalesce(e.merged_into, e.id, -s.id)) AS agreements, "
            "min(substr(coalesce(a.event_date, s.published, s.found_at), 1, 10)) AS first, "
            "max(substr(coalesce(a.event_date, s.published, s.found_at), 1, 10)) AS last "
            "FROM own JOIN agreements a ON a.id = own.agreement JOIN stories s ON s.id = a.story "
            "JOIN matches m ON m.story = s.id LEFT JOIN event_stories es ON es.story = s.id "
            "LEFT JOIN events e ON e.id = es.event JOIN agreement_parties ap ON ap.agreement = a.id "
            "JOIN parties p ON p.id = ap.party JOIN parties root ON root.id = coalesce(p.merged_into, p.id) "
            f"WHERE root.id <> ?1 AND {_LISTED} GROUP BY root.id ORDER BY agreements DESC, root.name",
            (number,),
        )
        return [{**dict(row), "armed": bool(row["armed"])} for row in rows]

    def ties(self, *, most: int, party: int | None = None) -> tuple[list[Json], list[Json], int]:
        """(parties, ties between them, parties in all) for a graph: the busiest parties, or those around one.

        A tie's weight is the number of events that name both.
        """
        around = ""
        parameters: list[Any] = []
        if party is not None:
            around = (
                " AND a.id IN (SELECT ap.agreement FROM agreement_parties ap JOIN parties p ON p.id = ap.party "
                "WHERE coalesce(p.merged_into, p.id) = ?)"
            )
            parameters.append(party)
        rows = self._store.rows(
            "SELECT DISTINCT coalesce(e.merged_into, e.id, -s.id) AS event, coalesce(p.merged_into, p.id) AS party "  # noqa: S608
            "FROM agreements a JOIN stories s ON s.id = a.story JOIN matches m ON m.story = s.id "
            "LEFT JOIN event_stories es ON es.story = s.id LEFT JOIN events e ON e.id = es.event "
            "JOIN agreement_parties ap ON ap.agreement = a.id JOIN parties p ON p.id = ap.party "
            f"WHERE {_LISTED}{around}",
            parameters,
        )
        members: dict[int, set[int]] = {}
        degree: dict[int, int] = {}
        for row in rows:
            members.setdefault(row["event"], set()).add(row["party"])
            degree[row["party"]] = degree.get(row["party"], 0) + 1
        signing = {one for group in members.values() if len(group) > 1 for one in group}
        busiest = sorted(signing, key=lambda one: (one != party, -degree[one], one))[:most]
        kept = set(busiest)
        weights: dict[tuple[int, int], int] = {}
        for group in members.values():
            inside = sorted(group & kept)
            for place, first in enumerate(inside):
                for second in inside[place + 1 :]:
                    weights[first, second] = weights.get((first, second), 0) + 1
        names = {
            row["id"]: row
            for row in self._store.rows(
                "SELECT id, name, armed FROM parties WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(busiest),),
            )
        }
        nodes = [
            {
                "id": f"p{one}",
                "name": names[one]["name"],
                "armed": bool(names[one]["armed"]),
                "agreements": degree[one],
            }
            for one in busiest
        ]
        ties = [
            {"a": f"p{a}", "b": f"p{b}", "weight": weight}
            for (a, b), weight in sorted(weights.items(), key=lambda one: (-one[1], one[0]))
        ]
        return nodes, ties, len(signing)

    def parties(
        self, name: str | None, armed: bool | None, *, limit: int, offset: int
    ) -> tuple[int, list[Json]]:
        """(how many, one page) of the parties with an agreement, the most frequent first."""
        from pipelines.database.filters import parties_named

        only = None if not name else json.dumps(parties_named(self._store, name))
        rows = self._store.rows(
            "SELECT root.id, root.name, root.armed, count(DISTINCT coalesce(e.merged_into, e.id, -s.id)) AS agreements, "  # noqa: S608
            "min(substr(coalesce(a.event_date, s.published, s.found_at), 1, 10)) AS first, "
            "max(substr(coalesce(a.event_date, s.published, s.found_at), 1, 10)) AS last, count(*) OVER () AS total "
            "FROM agreement_parties ap JOIN parties p ON p.id = ap.party "
            "JOIN parties root ON root.id = coalesce(p.merged_into, p.id) JOIN agreements a ON a.id = ap.agreement "
            "JOIN stories s ON s.id = a.story JOIN matches m ON m.story = s.id "
            "LEFT JOIN event_stories es ON es.story = s.id LEFT JOIN events e ON e.id = es.event "
            f"WHERE {_LISTED} AND (?1 IS NULL OR p.id IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR root.armed = ?2) "
            "GROUP BY root.id ORDER BY agreements DESC, root.name LIMIT ?3 OFFSET ?4",
            (only, None if armed is None else int(armed), limit, offset),
        )
        total = rows[0]["total"] if rows else 0
        return total, [{**dict(row), "armed": bool(row["armed"])} for row in rows]

    def renewals(self, events: Sequence[int]) -> dict[int, int | None]:
        """Each event, and every event that it renews or that renews it, near and far → the event that it renews."""
        rows = self._store.rows(
            "WITH RECURSIVE kin(id) AS (SELECT value FROM json_each(?) "
            "UNION SELECT e.renews FROM kin JOIN events e ON e.id = kin.id WHERE e.renews IS NOT NULL "
            "UNION SELECT e.id FROM kin JOIN events e ON e.renews = kin.id) "
            "SELECT e.id, coalesce(old.merged_into, e.renews) AS renews FROM kin JOIN events e ON e.id = kin.id "
            "LEFT JOIN events old ON old.id = e.renews",
            (json.dumps(list(events)),),
        )
        return {row["id"]: row["renews"] for row in rows}

    def event_lines(self, events: Sequence[int]) -> dict[int, Json]:
        """Event → period, date, story and title of the telling that says most."""
        found: dict[int, Json] = {}
        for row in self._store.rows(
            "SELECT coalesce(e.merged_into, e.id) AS event, s.id AS story, s.title, a.period, a.act, a.kind, "
            "substr(coalesce(a.event_date, s.published, s.found_at), 1, 10) AS day FROM events e "
            "JOIN event_stories es ON es.event = e.id JOIN stories s ON s.id = es.story "
            "LEFT JOIN agreements a ON a.story = s.id WHERE coalesce(e.merged_into, e.id) IN (SELECT value FROM json_each(?)) "
            "ORDER BY a.period IS NULL, a.event_date IS NULL, s.id",
            (json.dumps(list(events)),),
        ):
            found.setdefault(row["event"], dict(row))
        return found

    # -- outlets and crawls ------------------------------------------------------------------------------------

    def outlets(self, *, since: datetime, now: datetime) -> list[Json]:
        """Every outlet with stories or a look: states of its sources, last times, outcomes of links since then."""
        funnels: dict[str, dict[str, int]] = {}
        for row in self._store.rows(
            "SELECT u.outlet, u.outcome, count(*) AS n FROM outlets o JOIN urls u ON u.outlet = o.id AND u.first_seen >= ? "
            "GROUP BY u.outlet, u.outcome",
            (to_db(since),),
        ):
            funnels.setdefault(row["outlet"], {})[row["outcome"]] = row["n"]
        states: dict[str, list[Json]] = {}
        for row in self._store.rows(
            "SELECT id, outlet, kind, label, state, state_since, state_why, state_facts, needs_person, failures, checked_at, "
            "next_check FROM sources "
            "WHERE enabled AND checked_at IS NOT NULL ORDER BY outlet, id"
        ):
            states.setdefault(row["outlet"], []).append(dict(row))
        days = self.stories_a_day(since=now - timedelta(days=30))
        rows = self._store.rows(
            "SELECT o.id, o.name, o.domain, o.home, o.kind, o.enabled, "
            "(SELECT max(first_seen) FROM urls WHERE outlet = o.id) AS last_new, "
            "(SELECT max(published) FROM stories WHERE outlet = o.id) AS last_story FROM outlets o ORDER BY o.name"
        )
        return [
            {
                **dict(row),
                "sources": states.get(row["id"], []),
                "last_look": max((one["checked_at"] for one in states.get(row["id"], [])), default=None),
                "funnel": dict(sorted(funnels.get(row["id"], {}).items(), key=lambda one: -one[1])),
                "days": days.get(row["id"], {}),
            }
            for row in rows
        ]

    def stories_a_day(self, *, since: datetime) -> dict[str, dict[str, int]]:
        """Outlet → Hanoi day → stories told on it."""
        found: dict[str, dict[str, int]] = {}
        for row in self._store.rows(
            f"SELECT s.outlet, {_DAY} AS day, count(*) AS n FROM stories s "  # noqa: S608
            "WHERE coalesce(s.published, s.found_at) >= ? AND s.origin <> 'seed' AND s.outlet IS NOT NULL GROUP BY 1, 2",
            (to_db(since),),
        ):
            found.setdefault(row["outlet"], {})[row["day"]] = row["n"]
        return found

    def outlet(self, name: str) -> Json | None:
        row = self._store.row("SELECT * FROM outlets WHERE id = ?", (name,))
        return None if row is None else dict(row)

    def outlet_sources(self, name: str) -> list[Json]:
        """Its sources with what was learnt of each, those that are asked first."""
        rows = self._store.rows(
            "SELECT id, kind, url, label, seen, enabled, checked_at, new_at, next_check, failures, state, state_since, state_why "
            "FROM sources WHERE outlet = ? ORDER BY enabled DESC, checked_at IS NULL, id",
            (name,),
        )
        return [dict(row) for row in rows]

    def outlet_polls(self, name: str, limit: int) -> list[Json]:
        """The last looks at its sources, newest first."""
        rows = self._store.rows(
            "SELECT p.at, p.source, p.outcome, p.why, p.status, p.links, p.new, p.crawl FROM polls p "
            "WHERE p.source IN (SELECT id FROM sources WHERE outlet = ?) ORDER BY p.id DESC LIMIT ?",
            (name, limit),
        )
        return [dict(row) for row in rows]

    def newest_of_outlet(self, name: str, limit: int) -> list[int]:
        """Its newest stories, matches or not."""
        return [
            row[0]
            for row in self._store.rows(
                "SELECT id FROM stories WHERE outlet = ? AND origin <> 'seed' ORDER BY published DESC LIMIT ?",
                (name, limit),
            )
        ]

    def crawls(self, *, limit: int, offset: int) -> tuple[int, list[Json]]:
        """(how many, one page) of the crawls, newest first."""
        total = int(self._store.value("SELECT count(*) FROM crawls"))
        rows = self._store.rows("SELECT * FROM crawls ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset))
        return total, [self._crawl(row) for row in rows]

    @staticmethod
    def _crawl(row: Any) -> Json:
        return {
            **dict(row),
            "outlets": json.loads(row["outlets"]),
            "options": json.loads(row["options"]),
            "funnel": json.loads(row["funnel"]),
        }

    def crawl(self, number: int) -> Json | None:
        """One crawl: what came of its visits, by outlet, and its looks at sources; None when there is none."""
        row = self._store.row("SELECT * FROM crawls WHERE id = ?", (number,))
        if row is None:
            return None
        outcomes: dict[str, dict[str, int]] = {}
        for one in self._store.rows(
            "SELECT coalesce(u.outlet, '') AS outlet, v.outcome, count(*) AS n FROM visits v JOIN urls u ON u.url = v.url "
            "WHERE v.crawl = ? GROUP BY 1, 2 ORDER BY 1, 3 DESC",
            (number,),
        ):
            outcomes.setdefault(one["outlet"], {})[one["outcome"]] = one["n"]
        polls = self._store.rows(
            "SELECT p.at, p.source, s.outlet, s.kind, p.outcome, p.why, p.status, p.links, p.known, p.new FROM polls p "
            "LEFT JOIN sources s ON s.id = p.source WHERE p.crawl = ? ORDER BY p.id LIMIT 500",
            (number,),
        )
        stories = [
            one[0]
            for one in self._store.rows(
                f"SELECT s.id FROM stories s JOIN matches m ON m.story = s.id WHERE s.crawl = ? AND {_LISTED} "  # noqa: S608
                "ORDER BY m.closeness DESC LIMIT 100",
                (number,),
            )
        ]
        return {
            **self._crawl(row),
            "outcomes": outcomes,
            "polls": [dict(one) for one in polls],
            "stories": stories,
        }

    def totals(self) -> Json:
        """Small figures for the foot of the first page."""
        value = self._store.value
        return {
            "stories": value("SELECT count(*) FROM stories"),
            "matches": value("SELECT count(*) FROM matches WHERE listed = 1"),
            "last_crawl": value("SELECT max(started_at) FROM crawls WHERE replay = 0"),
        }

    def agreement_numbers(self, stories: Sequence[int]) -> dict[int, int]:
        """Story → the number of its agreement."""
        return self._store.pairs(
            "SELECT story, id FROM agreements WHERE story IN (SELECT value FROM json_each(?))",
            (json.dumps(list(stories)),),
        )
