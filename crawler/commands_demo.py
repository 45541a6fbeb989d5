"""`kyket demo`: the whole job on the bundled sample press."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

#: Seconds between two requests to one sample outlet: enough to see the pacing work, short enough to wait for.
DELAY = 0.05


@click.command(epilog="Example: kyket demo, then kyket show s1 --db kyket-demo.db")
@click.option(
    "--db", type=click.Path(path_type=Path), default=Path("kyket-demo.db"), show_default=True, help="The demo's database."
)
@click.option("--json", "as_json", is_flag=True, help="Print the new matches as JSON.")
def demo(db: Path, as_json: bool) -> None:
    """The whole job on the bundled sample press: real HTTP on loopback, real pipelines, a real database. No network.

    The database of an earlier demo is replaced.
    """
    from crawler.commands import sentences
    from crawler.press import SamplePress
    from crawler.run import run_crawl
    from crawler.session import CrawlOptions

    _clear(db)
    began = time.monotonic()
    with SamplePress() as press, tempfile.TemporaryDirectory(prefix="kyket-demo-") as folder:
        catalogue = Path(folder) / "sample-press.toml"
        catalogue.write_text(press.catalogue_toml(), "utf-8")
        bases = press.bases()
        if not as_json:
            click.echo(f"The sample press is up: {len(bases)} invented outlets on 127.0.0.1. Crawling them …", err=True)
        report = run_crawl(
            CrawlOptions(
                db=db,
                catalogue=(catalogue,),
                delay=DELAY,
                allow_private=tuple(sorted(base.split("//", 1)[1].strip("/") for base in bases.values())),
                contact="https://example.org/kyket-demo",
                progress=not as_json and sys.stderr.isatty(),
                command="demo",
            )
        )
    if not as_json:
        for line in sentences(report)[:3]:
            click.echo(line, err=True)
        click.echo("", err=True)
    _print_new(db, as_json)
    if not as_json:
        _say_how_to_go_live(db, time.monotonic() - began)
    if not report.ok:
        for outlet, why in sorted(report.failures.items()):
            click.echo(f"{outlet}: {why}", err=True)
        raise SystemExit(1)


def _clear(db: Path) -> None:
    """Remove the database of the last demo; anything else of that name stays, with an error."""
    from pipelines.database import Store
    from pipelines.errors import UsageError

    if not db.exists():
        return
    with Store(db, readonly=True) as store:
        commands = store.ledger.commands()
    if commands - {"demo"}:
        raise UsageError(f"{db} holds more than a demo; name another file with --db")
    for suffix in ("", "-wal", "-shm"):
        db.with_name(db.name + suffix).unlink(missing_ok=True)


def _print_new(db: Path, as_json: bool) -> None:
    from pipelines.commands import command

    new: Any = command("new")
    with click.Context(new, info_name="new") as ctx:
        ctx.invoke(new, peek=True, undo=False, db=db, as_json=as_json, as_jsonl=False)


def _say_how_to_go_live(db: Path, seconds: float) -> None:
    click.echo(
        f"\nDone in {seconds:.0f} s; everything is in {db}. Look closer:\n"
        f"  kyket show s1 --db {db}        one story: evidence, agreement, duplicates\n"
        f"  kyket search '\"quy che phoi hop\"' --db {db}\n"
        "Go live:\n"
        "  kyket crawl qdnd baotuyenquang   two outlets, politely (kyket outlets list shows them all)\n"
        "  kyket schedule run               the daemon: crawls when stories appear, reports each morning",
        err=True,
    )
