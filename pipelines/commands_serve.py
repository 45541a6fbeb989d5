"""`kyket serve`: the database in a browser."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pipelines.commands_common import db_option, open_store
from pipelines.errors import UsageError


@click.command(epilog="Example: kyket serve --port 8001")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port.")
@click.option(
    "--host", "name", metavar="NAME", help="Also answer under this name or address (needs a password)."
)
@db_option
def serve(port: int, name: str | None, db: Path | None) -> None:
    """Web pages over the database, on this machine only, until Ctrl-C.

    Where $KYKET_PASSWORD is set, everyone is asked for it; --host makes the pages reachable from elsewhere then.
    """
    password = os.environ.get("KYKET_PASSWORD") or None
    if name is not None and password is None:
        raise UsageError("--host shows the pages to others; set a password first, in $KYKET_PASSWORD")
    with open_store(db) as store:  # brings an older file up to date before anybody reads it
        path = store.path
    import uvicorn

    from pipelines.database.site.app import application

    click.echo(f"http://127.0.0.1:{port}/ shows {path}; Ctrl-C ends it.", err=True)
    served = application(path, password=password, hosts=(name,) if name else ())
    uvicorn.run(
        served,
        host="127.0.0.1" if name is None else "0.0.0.0",  # noqa: S104  asked for, and behind a password
        port=port,
        log_level="warning",
        lifespan="on",
    )
