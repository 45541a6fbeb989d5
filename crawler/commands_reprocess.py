"""`kyket reprocess`: read and judge everything anew."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click


@click.command(epilog="Example: kyket reprocess --dry-run")
@click.option("--archive", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of WARC files (default: archive/ beside the database).")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--catalogue", "catalogues", multiple=True, type=click.Path(path_type=Path), help="Use these outlets' rules.")
@click.option("--db", type=click.Path(path_type=Path), help="The database (default: $KYKET_DB, kyket.toml, kyket.db).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reprocess(archive: Path | None, dry_run: bool, catalogues: tuple[Path, ...], db: Path | None, as_json: bool) -> None:
    """Extract and judge what is stored or archived anew, without a network, and say what changed.

    A changed text becomes a revision; a person's verdict is never touched.
    """
    from crawler.catalogue import load_catalogue
    from crawler.reprocessing import Reprocessor
    from pipelines.config import load_config
    from pipelines.database import Store
    from pipelines.flow import Flow
    from pipelines.reports import safe

    config = load_config()
    path = config.db_path(db)
    folder = archive or config.archive_path(path)
    now = datetime.now(UTC)
    catalogue = load_catalogue(list(catalogues) or None, user_files=config.catalogue_files)
    with Store(path, create=False) as store:
        profile = store.seeds.profile(config.profile)
        flow = Flow(profile, store.seeds.corpus(profile), keep="near")
        crawl = None
        if not dry_run:
            crawl = store.ledger.begin_crawl("reprocess", [], {"archive": str(folder)}, now=now, replay=True)
        work = Reprocessor(store, flow, catalogue, folder if folder.is_dir() else None, crawl=crawl)
        status = "failed"
        changes = []
        try:
            for part in (work.stored(now=now), work.archived(now=now)):
                for change in part:
                    changes.append(change.as_dict())
                    if not as_json:
                        click.echo(safe(f"{changes[-1]['id'] or 'new'}  {change.title}: {'; '.join(change.what)}"))
            status = "finished"
        finally:
            if crawl is not None:
                store.ledger.finish_crawl(crawl, status=status, reason=status, now=datetime.now(UTC))
    totals = work.totals
    if as_json:
        summary = {k: getattr(totals, k) for k in ("read", "from_archive", "changed", "new", "unreadable", "became", "stopped")}
        click.echo(json.dumps({"dry_run": dry_run, **summary, "changes": changes}, ensure_ascii=False))
        return
    would = "would change" if dry_run else "changed"
    click.echo(
        f"Read {totals.read} stories ({totals.from_archive} from their archived pages): {totals.changed} {would}, "
        f"{totals.new} new, {totals.became} became matches, {totals.stopped} stopped being matches."
    )
