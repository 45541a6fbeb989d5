"""`kyket import`: stories from WARC files, saved pages and JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.flow import KEEPS

if TYPE_CHECKING:
    from crawler.importing import Importer


@click.command(name="import", epilog="Example: kyket import CC-NEWS-20260801.warc.gz saved-page.html stories.jsonl")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="The address of a saved page that does not declare its own (one HTML file only).")
@click.option("--keep", type=click.Choice(KEEPS), default="near", show_default=True, help="Which stories are kept.")
@click.option("--limit", type=click.IntRange(min=1), help="Read at most this many pages of each WARC file.")
@click.option("--catalogue", "catalogues", multiple=True, type=click.Path(path_type=Path), help="Use these outlets.")
@click.option("--db", "db", type=click.Path(path_type=Path), help="The database (default: $KYKET_DB, kyket.toml, kyket.db).")
@click.option("--json", "as_json", is_flag=True, help="Print the outcomes as JSON.")
def import_command(
    files: tuple[Path, ...],
    url: str | None,
    keep: Any,
    limit: int | None,
    catalogues: tuple[Path, ...],
    db: Path | None,
    as_json: bool,
) -> None:
    """Bring in stories from elsewhere: WARC (also CC-NEWS), saved HTML, or JSONL {url,title,text,published?,outlet?}.

    They pass the same stages as crawled pages and end in the same outcomes. Importing a file again adds nothing.
    """
    from crawler.catalogue import load_catalogue
    from crawler.importing import Importer, kind_of
    from pipelines.config import load_config
    from pipelines.database import Store
    from pipelines.errors import InputError, UsageError
    from pipelines.flow import Flow

    kinds = [(path, kind_of(path)) for path in files]
    for path, _ in kinds:
        if not path.is_file():
            raise InputError(f"{path}: no such file")
    if url and [kind for _, kind in kinds] != ["html"]:
        raise UsageError("--url goes with exactly one saved HTML page")
    config = load_config()
    catalogue = load_catalogue(list(catalogues) or None, user_files=config.catalogue_files)
    with Store(config.db_path(db)) as store:
        profile = store.seeds.profile()
        flow = Flow(profile, store.seeds.corpus(profile), keep=keep)
        now = datetime.now(UTC)
        crawl = store.ledger.begin_crawl("import", [], {"files": [str(f) for f in files], "keep": keep}, now=now)
        importer = Importer(store, flow, catalogue, crawl)
        status, reason = "failed", "stopped by an error"
        try:
            for path, kind in kinds:
                _import_file(importer, path, kind, url, limit, quiet=as_json)
            status, reason = "finished", "finished"
        finally:
            importer.flush(now=datetime.now(UTC))
            store.ledger.finish_crawl(
                crawl, status=status, reason=reason, errors=len(importer.report.problems), now=datetime.now(UTC)
            )
    report = importer.report
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in report.outcomes.most_common()) or "nothing in it"
        click.echo(f"Imported {sum(report.outcomes.values())} pages and stories: {counts}.")
        click.echo(f"{report.new_matches} new matches." + (" See them with: kyket new" if report.new_matches else ""))
    for problem in report.problems:
        click.echo(problem, err=True)
    if report.problems:
        sys.exit(1)


def _import_file(importer: Importer, path: Path, kind: str, url: str | None, limit: int | None, *, quiet: bool) -> None:
    from crawler.importing import read_html, read_jsonl, read_warc
    from pipelines.types import Page

    now = datetime.now(UTC)
    if kind == "html":
        importer.take(read_html(path, url), now=now)
        return
    with path.open("rb") as file, _progress(path, quiet=quiet) as advance:
        if kind == "warc":
            for item in read_warc(path, problem=importer.report.problems.append, limit=limit):
                importer.take(item, now=now)
                advance(int(item.record.rpartition("#")[2]) if isinstance(item, Page) and item.record else 0, importer)
        else:
            lines = _decoded(file, path)
            for story in read_jsonl(lines, str(path), now=now):
                importer.take(story, now=now)
                advance(file.tell(), importer)


def _decoded(file: Any, path: Path) -> Iterator[str]:
    from pipelines.errors import InputError

    for number, line in enumerate(file, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{path}, line {number}: not UTF-8") from None


class _progress:  # noqa: N801 (used like a function)
    """A bar over the bytes of a file on a terminal, nothing in a pipe. Yields `advance(position, importer)`."""

    def __init__(self, path: Path, *, quiet: bool) -> None:
        self.path = path
        self.bar: Any = None
        if not quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self.bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[found]}"), TimeRemainingColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip

    def __enter__(self) -> Any:
        if self.bar is None:
            return lambda position, importer: None
        self.bar.start()
        task = self.bar.add_task(self.path.name, total=self.path.stat().st_size, found="")

        def advance(position: int, importer: Importer) -> None:
            report = importer.report
            found = f"{sum(report.outcomes.values())} read, {report.new_matches} matches"
            self.bar.update(task, completed=position, found=found)

        return advance

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
