"""The application over one database: Datasette with our pages, and the guard around both."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.database.site import guard
from pipelines.database.site.adapting import Adapted, PlainCsv, adapted
from pipelines.types import Json

_HERE = Path(__file__).parent
#: The name under which Datasette shows the tables, whatever the file is called: `/data/stories`.
DATABASE = "data"
#: A question typed by hand may take so long.
SQL_MILLISECONDS = 3_000
#: Tables that the program keeps for itself; still there for those who ask by name.
_INNER = ("duplicate_bands", "event_digests", "event_terms", "event_pairs", "_sqlite_migrations")

#: What a table is counted by when it is opened.
_FACETS = {
    "stories": ["outlet"],
    "agreements": ["kind", "act"],
    "urls": ["outcome"],
    "sources": ["state", "kind"],
    "outlets": ["kind"],
    "crawls": ["command", "status"],
    "verdicts": ["verdict"],
}

#: The common questions, as links on the page of the database.
QUERIES: dict[str, dict[str, str]] = {
    "newest": {
        "title": "Tin khớp mới nhất · newest matches",
        "sql": (
            "SELECT 's' || s.id AS id, s.published, s.outlet, s.title, round(m.score, 2) AS score, a.kind, a.period, s.url\n"
            "FROM stories s JOIN matches m ON m.story = s.id LEFT JOIN agreements a ON a.story = s.id\n"
            "WHERE m.listed = 1 AND s.origin <> 'seed' ORDER BY coalesce(s.published, s.found_at) DESC LIMIT 200"
        ),
    },
    "who_with_whom": {
        "title": "Ai ký với ai · who signs with whom",
        "sql": (
            "SELECT 'a' || a.id AS id, a.event_date, a.act, a.kind, a.period, group_concat(ap.name, ' – ') AS parties, s.title, s.url\n"
            "FROM agreements a JOIN agreement_parties ap ON ap.agreement = a.id JOIN stories s ON s.id = a.story\n"
            "JOIN matches m ON m.story = s.id WHERE m.listed = 1 AND s.origin <> 'seed'\n"
            "GROUP BY a.id ORDER BY a.event_date DESC LIMIT 500"
        ),
    },
    "one_party": {
        "title": "Một bên đã ký gì từ một năm · what one party signed since a year",
        "sql": (
            "SELECT DISTINCT 'a' || a.id AS id, a.event_date, a.act, a.kind, a.period, a.place, ap.name AS party, s.title, s.url\n"
            "FROM aliases al JOIN parties p ON p.id = al.party\n"
            "JOIN agreement_parties ap ON ap.party IN (p.id, p.merged_into) JOIN agreements a ON a.id = ap.agreement\n"
            "JOIN stories s ON s.id = a.story JOIN matches m ON m.story = s.id\n"
            "WHERE m.listed = 1 AND al.name LIKE '%' || :party || '%' AND a.event_date >= :since ORDER BY a.event_date DESC"
        ),
    },
    "pairs": {
        "title": "Cặp bên ký nhiều nhất · the busiest pairs",
        "sql": (
            "SELECT p.name AS one, q.name AS other, count(DISTINCT coalesce(es.event, -a.story)) AS agreements,\n"
            "min(a.event_date) AS first, max(a.event_date) AS last\n"
            "FROM agreement_parties x JOIN agreement_parties y ON y.agreement = x.agreement AND y.party > x.party\n"
            "JOIN parties p ON p.id = x.party JOIN parties q ON q.id = y.party JOIN agreements a ON a.id = x.agreement\n"
            "LEFT JOIN event_stories es ON es.story = a.story GROUP BY x.party, y.party ORDER BY agreements DESC LIMIT 200"
        ),
    },
    "by_month": {
        "title": "Số thỏa thuận mỗi tháng theo loại · agreements a month by kind",
        "sql": (
            "SELECT substr(a.event_date, 1, 7) AS month, a.kind, count(*) AS stories FROM agreements a\n"
            "JOIN matches m ON m.story = a.story WHERE m.listed = 1 AND a.event_date IS NOT NULL\n"
            "GROUP BY 1, 2 ORDER BY 1 DESC, 3 DESC"
        ),
    },
    "expiring": {
        "title": "Thỏa thuận sắp hết giai đoạn · periods that end in a year",
        "sql": (
            "SELECT 'a' || a.id AS id, a.period, a.kind, group_concat(ap.name, ' – ') AS parties, s.title, s.url\n"
            "FROM agreements a JOIN stories s ON s.id = a.story JOIN matches m ON m.story = s.id\n"
            "LEFT JOIN agreement_parties ap ON ap.agreement = a.id\n"
            "WHERE m.listed = 1 AND substr(a.period, -4) = :year GROUP BY a.id ORDER BY a.event_date DESC"
        ),
    },
    "outcomes": {
        "title": "Mỗi đường dẫn kết thúc thế nào · how links ended, by outlet",
        "sql": "SELECT outlet, outcome, count(*) AS urls FROM urls GROUP BY outlet, outcome ORDER BY outlet, urls DESC",
    },
    "near_misses": {
        "title": "Tin suýt khớp · stories just below the threshold",
        "sql": (
            "SELECT 's' || s.id AS id, round(m.score, 3) AS score, s.published, s.outlet, s.title, s.url\n"
            "FROM matches m JOIN stories s ON s.id = m.story WHERE m.listed = 0 AND s.verdict IS NULL\n"
            "ORDER BY m.score DESC LIMIT 200"
        ),
    },
}


def application(
    path: Path,
    *,
    password: str | None = None,
    hosts: tuple[str, ...] = (),
    clock: Callable[[], datetime] | None = None,
) -> Any:
    """The ASGI application over a database that exists: pages, tables, feeds.

    `password` is asked of everyone where it is given; without one, verdicts are taken from this machine only.
    `hosts` are names, beside addresses and localhost, under which it may be asked. `clock` says what time it is.
    """
    from datasette.app import Datasette
    from datasette.plugins import pm
    from datasette.views import base

    from pipelines.database.site import routes

    if not pm.has_plugin("kyket"):
        pm.register(routes, name="kyket")
        pm.unregister(name="datasette.handle_exception")
    base.csv = PlainCsv
    datasette = Datasette(
        [],
        template_dir=str(_HERE / "templates"),
        static_mounts=[("static", str(_HERE / "static"))],
        metadata=metadata(),
        settings={
            "sql_time_limit_ms": SQL_MILLISECONDS,
            "facet_time_limit_ms": 300,
            "facet_suggest_time_limit_ms": 50,
            # Guessing what could be counted reads every column of a large table; the tables below say it.
            "suggest_facets": False,
            "max_returned_rows": 2000,
            "default_page_size": 50,
            "truncate_cells_html": 400,
            "num_sql_threads": 3,
            "allow_download": False,
            "max_csv_mb": 200,
        },
        pdb=False,
    )
    datasette.add_database(_database(datasette, path), name=DATABASE)
    datasette.kyket = routes.Site(path, guard.Rules(password=password, hosts=hosts), clock=clock)
    datasette.jinja_env.finalize = routes.shown
    assert datasette.jinja_env.loader is not None
    datasette.jinja_env.loader = Adapted(datasette.jinja_env.loader, str(guard.datasette_folder()))
    csp = guard.policy(guard.inline_hashes(map(adapted, guard.datasette_templates())))
    return guard.Guard(datasette.app(), datasette.kyket.rules, csp, site=datasette.kyket)


def _database(datasette: Any, path: Path) -> Any:
    """The file as Datasette reads it, also where neither it nor its folder may be written."""
    from datasette.database import Database

    class ReadOnly(Database):  # type: ignore[misc]
        def connect(self, write: bool = False) -> sqlite3.Connection:
            connection: sqlite3.Connection = super().connect(write)
            try:
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            except sqlite3.OperationalError:
                # A WAL database whose -shm cannot be made: nobody writes it here, so read it as it stands.
                connection.close()
                uri = f"{Path(self.path).absolute().as_uri()}?immutable=1"
                connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            return connection

    return ReadOnly(datasette, path=str(path), is_mutable=True)


async def warm(app: Any) -> None:
    """Ask for the pages that are asked for first, so that no visitor waits for templates, schemas and imports."""
    newest = await app.site.readers.ask(lambda store: store.value("SELECT max(story) FROM matches"))
    for path, query in (
        ("/", b""),
        (f"/s{newest or 0}", b""),
        ("/agreements", b""),
        ("/search", b"q=ky+ket"),
        ("/data", b""),
    ):
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
            "raw_path": path.encode(), "query_string": query, "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 0), "server": ("127.0.0.1", 0),
        }  # fmt: skip
        await app.inner(scope, _no_body, _unheard)


async def _no_body() -> Json:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _unheard(_: Any) -> None:
    """What is answered while warming up is for nobody."""


def metadata() -> Json:
    """What Datasette is told: the common questions, and what every table and column means."""
    explained = json.loads((_HERE / "columns.json").read_text(encoding="utf-8"))
    tables: Json = {
        table: {"description": about["about"], "columns": about["columns"]}
        for table, about in explained.items()
    }
    for table, facets in _FACETS.items():
        tables.setdefault(table, {})["facets"] = facets
    for table in _INNER:
        tables.setdefault(table, {})["hidden"] = True
    return {"title": "Kyket", "databases": {DATABASE: {"queries": QUERIES, "tables": tables}}}
