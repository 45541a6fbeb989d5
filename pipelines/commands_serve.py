"""`kyket serve`: the database in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines.commands_common import db_option, open_store


@click.command(epilog="Example: kyket serve --port 8001")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port on 127.0.0.1.")
@db_option
def serve(port: int, db: Path | None) -> None:
    """Web pages over the database (Datasette), on this machine only, until Ctrl-C. Nothing can be changed there."""
    with open_store(db, readonly=True) as store:
        path = store.path
    import uvicorn

    click.echo(f"http://127.0.0.1:{port}/ shows {path}; Ctrl-C ends it.", err=True)
    uvicorn.run(application(path), host="127.0.0.1", port=port, log_level="warning", lifespan="on")


def application(path: Path) -> Any:
    """The Datasette application over a database: read-only, questions limited in time, columns explained."""
    from datasette.app import Datasette

    return Datasette(
        [str(path)],
        metadata=metadata(path.stem),
        settings={
            "sql_time_limit_ms": 3000,
            "max_returned_rows": 2000,
            "allow_download": False,
            "default_page_size": 50,
            "truncate_cells_html": 400,
        },
        pdb=False,
    ).app()


#: The common questions, as links on the first page.
QUESTIONS: dict[str, dict[str, str]] = {
    "moi_nhat": {
        "title": "Tin ký kết mới nhất / newest matches",
        "sql": "SELECT 's' || s.id AS id, s.published, s.outlet, s.title, round(m.score, 2) AS score, a.kind, a.period, "
        "s.url FROM stories s JOIN matches m ON m.story = s.id LEFT JOIN agreements a ON a.story = s.id "
        "WHERE m.listed AND s.origin <> 'seed' ORDER BY s.published DESC LIMIT 200",
    },
    "ai_voi_ai": {
        "title": "Ai ký kết với ai / who signs with whom",
        "sql": "SELECT 'a' || a.id AS id, a.event_date, a.act, a.kind, a.period, group_concat(ap.name, ' – ') AS parties, "
        "s.title FROM agreements a JOIN agreement_parties ap ON ap.agreement = a.id JOIN stories s ON s.id = a.story "
        "WHERE s.origin <> 'seed' GROUP BY a.id ORDER BY a.event_date DESC LIMIT 500",
    },
    "mot_ben": {
        "title": "Một bên đã ký gì / what one party signed",
        "sql": "SELECT 'a' || a.id AS id, a.event_date, a.kind, a.period, ap.name, s.title, s.url FROM aliases al "
        "JOIN agreement_parties ap ON ap.party = al.party JOIN agreements a ON a.id = ap.agreement "
        "JOIN stories s ON s.id = a.story WHERE al.name LIKE '%' || :ben || '%' GROUP BY a.id ORDER BY a.event_date DESC",
    },
    "ket_cuc": {
        "title": "Mỗi đường dẫn kết thúc thế nào / outcomes by outlet",
        "sql": "SELECT outlet, outcome, count(*) AS urls FROM urls GROUP BY outlet, outcome ORDER BY outlet, urls DESC",
    },
}


def metadata(name: str) -> dict[str, Any]:
    """What Datasette is told about the file: its questions, and who made it."""
    return {
        "title": "Kyket",
        "description": "Ai ký kết với ai trên báo chí Việt Nam",
        "databases": {name: {"queries": QUESTIONS}},
    }
