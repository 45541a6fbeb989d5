"""What all commands share: options, ids and dates as people type them, opening the database, printing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipelines.errors import UsageError

if TYPE_CHECKING:
    from pipelines.database import Store
    from pipelines.database.filters import Filters
    from pipelines.reports import Look

Command = TypeVar("Command", bound=Callable[..., Any])


# -- options ---------------------------------------------------------------------------------------------------


def db_option(command: Command) -> Command:
    """`--db PATH`."""
    return click.option(
        "--db", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH",
        help="The database (default: $KYKET_DB, else kyket.db here, else what kyket.toml says).",
    )(command)  # fmt: skip


def json_options(command: Command) -> Command:
    """`--json` and `--jsonl`."""
    command = click.option("--jsonl", "as_jsonl", is_flag=True, help="Print one JSON object a line.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")(command)


def filter_options(command: Command) -> Command:
    """The filters of `matches` and of everything that lists the same stories."""
    for option in (
        click.option("--with-seeds", is_flag=True, help="Show the seeds too."),
        click.option(
            "--verdict", type=click.Choice(["accept", "reject", "none"]), help="What a person said."
        ),
        click.option("--text", metavar="QUERY", help="Full text, as `kyket search` takes it."),
        click.option(
            "--min-score",
            type=click.FloatRange(0, 1),
            help="In place of the threshold; also stories below it.",
        ),
        click.option("--party", "parties", multiple=True, metavar="NAME|pN", help="A party; twice: both."),
        click.option("--act", metavar="ACT", help="ky_ket, so_ket, tong_ket, gia_han, trao_doi."),
        click.option("--kind", metavar="KIND", help="Kind of agreement, as slug or in words."),
        click.option(
            "--outlet", "outlets", multiple=True, metavar="OUTLET", help="An outlet; may be repeated."
        ),
        click.option("--found-since", metavar="DATE", help="Found by Kyket at or after this."),
        click.option("--until", metavar="DATE", help="Published on or before this day."),
        click.option(
            "--since",
            metavar="DATE",
            help="Published on or after this day (2024-01-31, 31/1/2024, 7d, today).",
        ),
    ):
        command = option(command)
    return command


def filters_of(options: dict[str, Any]) -> Filters:
    """The Filters of `filter_options`; takes them out of `options`."""
    from pipelines.database.filters import Filters
    from pipelines.dates_typed import day_range

    now = datetime.now(UTC)
    since, until, found_since = (options.pop(name) for name in ("since", "until", "found_since"))
    return Filters(
        since=None if since is None else day_range(since, now=now)[0],
        until=None if until is None else day_range(until, now=now)[1],
        found_since=None if found_since is None else day_range(found_since, now=now)[0],
        outlets=options.pop("outlets"),
        kind=options.pop("kind"),
        act=options.pop("act"),
        parties=options.pop("parties"),
        min_score=options.pop("min_score"),
        text=options.pop("text"),
        verdict=options.pop("verdict"),
        with_seeds=options.pop("with_seeds"),
    )


# -- what people type ------------------------------------------------------------------------------------------


_ID = re.compile(r"([sepa]?)(\d{1,18})", re.IGNORECASE)


def parse_id(text: str, allowed: str = "sepa") -> tuple[str, int]:
    """`s12` → ("s", 12). A bare number is the first letter of `allowed`. Raises UsageError."""
    found = _ID.fullmatch(text.strip())
    letter = (found.group(1).lower() or allowed[0]) if found else ""
    if found is None or letter not in allowed:
        names = {"s": "s12 a story", "e": "e7 an event", "p": "p3 a party", "a": "a5 an agreement"}
        raise UsageError(f"{text!r} is no id here; {', '.join(names[one] for one in allowed)}")
    return letter, int(found.group(2))


# -- the database ----------------------------------------------------------------------------------------------


def open_store(db: Path | None, *, readonly: bool = False, create: bool = False) -> Store:
    """The database that `--db` and the configuration name."""
    from pipelines.config import load_config
    from pipelines.database import Store

    path = db if db is not None else load_config().db_path()
    return Store(path, readonly=readonly, create=create)


# -- printing --------------------------------------------------------------------------------------------------


def look() -> Look:
    """How standard output looks: columns and colour on a terminal, plain in a pipe; NO_COLOR is honoured."""
    from pipelines.reports import Look

    if not sys.stdout.isatty():
        return Look()
    import shutil

    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Look(width=shutil.get_terminal_size((80, 24)).columns, colour=colour)


def print_json(value: Any) -> None:
    """One JSON value, readable."""
    from pipelines.reports import json_text

    click.echo(json_text(value, indent=2))


def print_results(
    results: Iterable[Any], *, as_json: bool, as_jsonl: bool, lines: Callable[[Any], Iterable[str]]
) -> int:
    """A list as JSON, JSON lines or text; how many there were. Streams all but `--json`'s brackets."""
    from pipelines.reports import json_text

    count = 0
    if as_json and not as_jsonl:
        click.echo("[", nl=False)
        for result in results:
            click.echo((",\n " if count else "\n ") + json_text(result), nl=False)
            count += 1
        click.echo("\n]" if count else "]")
        return count
    for result in results:
        count += 1
        if as_jsonl:
            click.echo(json_text(result))
        else:
            for line in lines(result):
                click.echo(line)
    return count


def note(text: str) -> None:
    """A remark for a person; silent in a pipe, and never among the data."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


@contextmanager
def pager(*, used: bool) -> Iterator[None]:
    """Long output goes through the pager, on a terminal only. Quitting it early is no error."""
    if not used or not sys.stdout.isatty() or os.environ.get("PAGER") == "":
        yield
        return
    import io
    import pydoc
    from contextlib import redirect_stdout

    height = os.get_terminal_size().lines
    buffer = io.StringIO()
    with redirect_stdout(buffer):
        yield
    text = buffer.getvalue()
    if text.count("\n") < height:
        sys.stdout.write(text)
    else:
        os.environ.setdefault("LESS", "-RFX")
        pydoc.pager(text)


@contextmanager
def progress(total: int | None, what: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, silence in a pipe; yields the function that advances it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)
