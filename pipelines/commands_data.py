"""Commands over the whole: export, evaluate, db."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pipelines.commands_common import (
    db_option,
    filter_options,
    filters_of,
    json_options,
    open_store,
    print_json,
    progress,
)  # fmt: skip
from pipelines.errors import InputError

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
_FLOORS = click.option(
    "--floors", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="TOML of lowest allowed figures (all.f1 = 0.9); exit 1 below one.",
)  # fmt: skip
_SECTION = click.option(
    "--section",
    metavar="NAME",
    help="Take the floors from this section of the file, as matches.own; without it from the command's own, "
    "as [events], and in there from the one that is named like the data judged, else `own`.",
)


@click.command(epilog='Example: kyket export quan-khu-7.xlsx --party "Quân khu 7" --since 2022')
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.{csv,jsonl,xlsx,parquet}"
)
@filter_options
@click.option(
    "--sort",
    type=click.Choice(["published", "found", "nearest", "score", "outlet", "id"]),
    default="published",
)
@click.option("--bom/--no-bom", default=True, show_default=True, help="Begin CSV with a BOM, for Excel.")
@db_option
def export(file: Path, sort: str, bom: bool, db: Path | None, **options: Any) -> None:
    """Write what `kyket matches` with the same filters lists, complete. Cells cannot act as formulas."""
    from pipelines.exports import MATCH_COLUMNS
    from pipelines.exports import export as write

    with open_store(db, readonly=True) as store:
        filters = filters_of(options)
        with progress(store.reading.count(filters), "writing") as advance:

            def rows() -> Iterator[Any]:
                for match in store.reading.matches(filters, sort=sort):
                    yield match
                    advance(1)

            count = write(rows(), file, MATCH_COLUMNS, bom=bom)
    click.echo(f"Wrote {count} {'story' if count == 1 else 'stories'} to {file}.")


# -- evaluate --------------------------------------------------------------------------------------------------


@click.group(epilog="Example: kyket evaluate matches stories.jsonl --floors floors.toml")
def evaluate() -> None:
    """Measure against labelled stories."""


def _rows(files: tuple[Path, ...], *needed: str) -> list[dict[str, Any]]:
    """The objects of JSON lines files. Raises InputError, which names file and line."""
    rows = []
    for file in files:
        try:
            lines = (
                file.read_text(encoding="utf-8-sig").split("\n") if file.suffix != ".gz" else _unzipped(file)
            )
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{file}: cannot be read ({error})") from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError(f"{file}:{number}: not JSON ({error})") from error
            missing = [key for key in needed if key not in row] if isinstance(row, dict) else list(needed)
            if missing:
                raise InputError(f"{file}:{number}: lacks {', '.join(missing)}")
            rows.append(row)
    return rows


def _unzipped(file: Path) -> list[str]:
    import gzip

    return gzip.decompress(file.read_bytes()).decode("utf-8-sig").split("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floors:
    """Where the lowest allowed figures stand."""

    file: Path | None
    section: str | None
    command: str
    """The sub-command: the name of its part of a file of many."""
    data: str
    """The name of what is judged, without its ending."""


def _floors(command: str, file: Path | None, section: str | None, *judged: Path) -> _Floors:
    name = judged[0].name.split(".")[0] if len(judged) == 1 else ""
    return _Floors(file=file, section=section, command=command, data=name)


def _report(figures: dict[str, Any], floors: _Floors, as_json: bool) -> None:
    """Print figures; exit 1 when one lies below its floor."""
    missed = _missed(figures, floors)
    if as_json:
        print_json(figures)
    else:
        for line in _lines(figures):
            click.echo(line)
    for complaint in missed:
        click.echo(complaint, err=True)
    if missed:
        raise click.exceptions.Exit(1)


def _lines(figures: dict[str, Any], indent: str = "") -> Iterator[str]:
    from pipelines.reports import safe

    for key, value in figures.items():
        if isinstance(value, dict):
            simple = all(not isinstance(inner, (dict, list)) for inner in value.values())
            if simple:
                yield f"{indent}{key}: " + "  ".join(
                    f"{name} {_number(inner)}" for name, inner in value.items()
                )
            else:
                yield f"{indent}{key}:"
                yield from _lines(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{key}: {len(value)}"
            for one in value[:20]:
                yield f"{indent}  " + safe(
                    "  ".join(f"{_number(inner)}" for inner in one.values()) if isinstance(one, dict) else one
                )
        else:
            yield f"{indent}{key}: {_number(value)}"


def _number(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _missed(figures: dict[str, Any], floors: _Floors) -> list[str]:
    if floors.file is None:
        return []
    try:
        wanted = tomllib.loads(floors.file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{floors.file}: {error}") from error
    recalls = {f"recall_{act}": share for act, share in figures.get("act_recall", {}).items()}
    return list(_below({**recalls, **figures}, _section(figures, wanted, floors), "", floors.file))


def _section(figures: dict[str, Any], wanted: dict[str, Any], floors: _Floors) -> dict[str, Any]:
    """The floors meant: a named `[section]`; else the command's own, else the whole file.

    Bare names of matches' floors are about sure labels.
    """
    if floors.section is not None:
        for part in floors.section.split("."):
            inner = wanted.get(part)
            if not isinstance(inner, dict):
                raise InputError(f"{floors.file}: there is no section [{floors.section}]")
            wanted = inner
    elif isinstance(wanted.get(floors.command), dict):
        wanted = wanted[floors.command]
        kinds = {
            name: inner for name, inner in wanted.items() if isinstance(inner, dict) and name not in figures
        }
        if kinds:
            meant = next((name for name in (floors.data, "own") if name in kinds), None)
            if meant is None:
                known = ", ".join(f"{floors.command}.{name}" for name in kinds)
                raise InputError(
                    f"{floors.file}: say which floors are meant with --section; there are {known}"
                )
            wanted = kinds[meant]
    else:
        return wanted
    if isinstance(figures.get("sure"), dict) and not any(name in figures for name in wanted):
        return {"sure": wanted}
    return wanted


def _below(figures: Any, wanted: dict[str, Any], prefix: str, floors: Path) -> Iterator[str]:
    for key, floor in wanted.items():
        name = f"{prefix}{key}"
        if not isinstance(figures, dict) or key not in figures:
            raise InputError(f"{floors}: {name}: there is no such figure")
        value = figures[key]
        if isinstance(floor, dict):
            yield from _below(value, floor, f"{name}.", floors)
        elif not isinstance(floor, (int, float)) or isinstance(floor, bool):
            raise InputError(f"{floors}: {name}: a floor is a number")
        elif value is None or value < floor:
            yield f"{name} is {_number(value)}, below its floor {_number(floor)}"


def _judge(db: Path | None) -> Any:
    """The judge as the package ships it, or as the database named with --db has learnt it."""
    from pipelines.matching.score import Judge
    from pipelines.matching.similarity import SeedCorpus
    from pipelines.profile import load_profile

    if db is None:
        profile = load_profile()
        return Judge(profile, SeedCorpus.shipped(profile))
    with open_store(db, readonly=True) as store:
        profile = store.seeds.profile()
        return Judge(profile, store.seeds.corpus(profile))


@evaluate.command("matches", epilog="Example: kyket evaluate matches stories-dev.jsonl --json")
@_FILES
@_FLOORS
@_SECTION
@db_option
@json_options
def evaluate_matches(
    files: tuple[Path, ...],
    floors: Path | None,
    section: str | None,
    db: Path | None,
    as_json: bool,
    as_jsonl: bool,
) -> None:
    """Precision, recall, F1, average precision, core-before-civil AUC, and the worst errors.

    Measures the shipped model; with --db the one that this database has learnt.
    """
    from pipelines.evaluation import matches

    rows = _rows(files, "id", "title", "label")
    _report(
        matches.evaluate(rows, _judge(db)), _floors("matches", floors, section, *files), as_json or as_jsonl
    )


@evaluate.command("events", epilog="Example: kyket evaluate events events-dev.jsonl --json")
@_FILES
@_FLOORS
@_SECTION
@json_options
def evaluate_events(
    files: tuple[Path, ...], floors: Path | None, section: str | None, as_json: bool, as_jsonl: bool
) -> None:
    """B-cubed precision, recall and F1 of the events; precision of the duplicates. In file order, as a crawl meets them."""
    from pipelines.evaluation import events

    rows = _rows(files, "id", "event")
    if unreadable := events.unreadable_dates(rows):
        shown = ", ".join(repr(text[:40]) for text in unreadable[:3]) + (" …" if len(unreadable) > 3 else "")
        click.echo(f"Taken as undated, for published is no date: {shown}", err=True)
    _report(
        events.evaluate(rows),
        _floors("events", floors, section, *files),
        as_json or as_jsonl,
    )


@evaluate.command("extraction", epilog="Example: kyket evaluate extraction pages/ --json")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@_FLOORS
@_SECTION
@json_options
@click.pass_context
def evaluate_extraction(
    context: click.Context,
    folder: Path,
    floors: Path | None,
    section: str | None,
    as_json: bool,
    as_jsonl: bool,
) -> None:
    """Token F1 of the text, exact titles, publication times and authors, a page and in all."""
    from pipelines.evaluation import extraction

    outlets = (context.obj or {}).get("outlets")
    figures = extraction.evaluate(folder, outlets=outlets() if outlets is not None else ())
    _report(figures, _floors("extraction", floors, section, folder), as_json or as_jsonl)


@evaluate.command("agreements", epilog="Example: kyket evaluate agreements retold-dev.jsonl --json")
@_FILES
@_FLOORS
@_SECTION
@json_options
def evaluate_agreements(
    files: tuple[Path, ...], floors: Path | None, section: str | None, as_json: bool, as_jsonl: bool
) -> None:
    """Share of right acts, kinds, periods, event dates and places; precision and recall of parties."""
    from pipelines.evaluation import agreements

    figures = agreements.evaluate(_rows(files, "id", "text"))
    _report(figures, _floors("agreements", floors, section, *files), as_json or as_jsonl)


# -- db --------------------------------------------------------------------------------------------------------


@click.group(epilog="Example: kyket db check")
def db() -> None:
    """The database file itself: check it, back it up, measure it."""


@db.command("check", epilog="Example: kyket db check")
@click.option("--repair", is_flag=True, help="First build the full-text index anew.")
@db_option
@json_options
def db_check(repair: bool, db: Path | None, as_json: bool, as_jsonl: bool) -> None:
    """Integrity of the file, foreign keys, full-text index, and that every crawl's funnel adds up. Exit 1 if not."""
    with open_store(db, readonly=not (repair or _writable(db))) as store:
        if repair:
            store.repair()
        problems = store.check()
    if as_json or as_jsonl:
        print_json({"ok": not problems, "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        if not problems:
            click.echo("All is well.")
    if problems:
        raise click.exceptions.Exit(1)


def _writable(db: Path | None) -> bool:
    """May the file be written? FTS5 compares its index with the stories by a command that looks like a write."""
    from pipelines.config import load_config
    from pipelines.database.trouble import writable

    return writable(load_config().db_path(db))


@db.command("backup", epilog="Example: kyket db backup kyket-2026-08-01.db")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@db_option
def db_backup(file: Path, db: Path | None) -> None:
    """Copy the database as it stands to FILE, while others go on writing."""
    with open_store(db, readonly=True) as store:
        size = store.backup(file)
    click.echo(f"Wrote {file} ({size / 1e6:.1f} MB).")


@db.command("stats", epilog="Example: kyket db stats --json")
@db_option
@json_options
def db_stats(db: Path | None, as_json: bool, as_jsonl: bool) -> None:
    """Sizes and counts."""
    with open_store(db, readonly=True) as store:
        stats = store.reading.stats()
    if as_json or as_jsonl:
        print_json(stats)
        return
    for line in _lines(stats):
        click.echo(line)
