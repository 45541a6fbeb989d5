"""Commands that answer: new, matches, show, search, agreements, parties, events."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.commands_common import (
    db_option,
    filter_options,
    filters_of,
    json_options,
    look,
    note,
    open_store,
    pager,
    parse_id,
    print_json,
    print_results,
)  # fmt: skip
from pipelines.errors import UsageError
from pipelines.types import Json

if TYPE_CHECKING:
    from pipelines.database import Store
    from pipelines.database.filters import Filters
    from pipelines.reports import Look


@click.command(epilog="Example: kyket new --peek")
@click.option("--peek", is_flag=True, help="Look without moving the cursor.")
@click.option("--undo", is_flag=True, help="Move the cursor back to where it stood before the last look.")
@db_option
@json_options
def new(peek: bool, undo: bool, db: Path | None, as_json: bool, as_jsonl: bool) -> None:
    """What is new since you last looked: one line an event, nearest to the seeds first.

    New events, events that another outlet has told meanwhile, and stories that a later look at the score made matches.
    """
    if undo:
        if peek:
            raise UsageError("--undo and --peek exclude each other")
        with open_store(db) as store:
            moved = store.notices.undo(now=datetime.now(UTC))
        message = (
            "The cursor is back: `kyket new` shows the same again."
            if moved
            else "There is no look to take back."
        )
        click.echo(message, err=as_json or as_jsonl)
        return
    from pipelines.reports import new_lines

    with open_store(db, readonly=True) as store:
        found, position = store.reading.new(store.notices.position())
    style = look()
    with pager(used=True):
        count = print_results(
            found, as_json=as_json, as_jsonl=as_jsonl, lines=lambda match: new_lines(match, style)
        )
    # Only what was really written has been seen: a full disk or a closed pipe raises here, and the cursor stays.
    sys.stdout.flush()
    if not count and not (as_json or as_jsonl):
        note("Nothing new. `kyket matches` lists what there is.")
    if not peek:
        with open_store(db) as store:
            store.notices.move(position, now=datetime.now(UTC))


@click.command(epilog='Example: kyket matches --since 2024-01 --party "Quân khu 7" --sort nearest')
@filter_options
@click.option(
    "--sort", type=click.Choice(["published", "found", "nearest", "score", "outlet", "id"]), default="published",
    show_default=True, help="Order of the list.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@db_option
@json_options
def matches(
    sort: str, limit: int | None, db: Path | None, as_json: bool, as_jsonl: bool, **options: Any
) -> None:
    """List matches. A person's verdict outranks the score; seeds are left out."""
    from pipelines.reports import match_line

    with open_store(db, readonly=True) as store:
        found = store.reading.matches(filters_of(options), sort=sort, limit=limit)
        style = look()
        with pager(used=not (as_json or as_jsonl)):
            count = print_results(
                found, as_json=as_json, as_jsonl=as_jsonl, lines=lambda match: (match_line(match, style),)
            )
    if not count and not (as_json or as_jsonl):
        note("No match is like that.")


@click.command(epilog="Example: kyket show s12")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@db_option
@json_options
def show(ids: tuple[str, ...], db: Path | None, as_json: bool, as_jsonl: bool) -> None:
    """One story (s12), event (e7), agreement (a5) or party (p3) with everything that is known of it.

    Text with the evidence marked, agreement, nearest seeds, duplicates and retellings, where it came from.
    """
    wanted = [parse_id(text) for text in ids]
    with open_store(db, readonly=True) as store:
        found = [_thing(store, letter, number) for letter, number in wanted]
    if as_json and not as_jsonl:
        print_json(found[0] if len(found) == 1 else found)
        return
    style = look()
    with pager(used=not as_jsonl):
        print_results(found, as_json=False, as_jsonl=as_jsonl, lines=lambda thing: _thing_lines(thing, style))


def _thing(store: Store, letter: str, number: int) -> Json:
    if letter == "e":
        return store.reading.event(number)
    if letter == "p":
        from pipelines.database.filters import Filters

        party = store.reading.parties(f"p{number}", Filters(with_seeds=True))[0]
        party["agreed"] = list(store.reading.agreements(Filters(parties=(f"p{number}",), with_seeds=True)))
        return party
    if letter == "a":
        number = store.reading.story_of_agreement(number)
    return store.reading.show(number)


def _thing_lines(thing: Json, style: Look) -> Iterable[str]:
    from pipelines import event_reasons
    from pipelines.reports import agreement_line, match_line, party_lines, safe, story_lines

    if thing["id"].startswith("e"):
        moved = f" (merged from {thing['asked']})" if thing["asked"] != thing["id"] else ""
        yield style.strong(f"{thing['id']}{moved}: {len(thing['stories'])} stories")
        if thing["renews"]:
            yield f"renews {thing['renews']} ({thing['renews_reason']})"
        for story in thing["stories"]:
            yield match_line(story, style)
            yield style.wrap(f"({safe(event_reasons.told(story['joined']))})", " " * 7)
    elif thing["id"].startswith("p"):
        yield from party_lines(thing, style)
        yield from (agreement_line(one, style) for one in thing["agreed"])
    else:
        yield from story_lines(thing, style)


@click.command(
    context_settings={"ignore_unknown_options": True},  # `-bóng` excludes a word
    epilog="""Example: kyket search '"ký kết" AND (quân khu* OR biên phòng) NOT title:"bóng đá" from:2023'""",
)
@click.argument("query", nargs=-1, required=True)
@click.option("--matches-only", is_flag=True, help="Only stories that are matches.")
@click.option(
    "--limit", type=click.IntRange(min=1, max=1000), default=20, show_default=True, help="Hits on a page."
)
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="Which page of hits.")
@click.option("--facets", is_flag=True, help="Count the hits by outlet, year and kind.")
@db_option
@json_options
def search(
    query: tuple[str, ...],
    matches_only: bool,
    limit: int,
    page: int,
    facets: bool,
    db: Path | None,
    as_json: bool,
    as_jsonl: bool,
) -> None:
    """Full text over all stories; accents are optional.

    "phrases", AND OR NOT and parentheses, prefix*, title:word, party:"Quân khu 7", outlet:qdnd, kind:ket_nghia,
    from:2024-01, to:2024-06.
    """
    from pipelines.reports import facet_lines, hit_lines, search_summary

    mistyped = next((word for word in query if word.startswith("--")), None)
    if mistyped is not None:
        raise UsageError(f"there is no option {mistyped}; `kyket search --help` lists them")
    with open_store(db, readonly=True) as store:
        result = store.search.search(
            " ".join(query),
            matches_only=matches_only,
            limit=limit,
            offset=(page - 1) * limit,
            facets=facets or as_json,
        )
    if as_json and not as_jsonl:
        print_json(result)
        return
    style = look()
    with pager(used=not as_jsonl):
        if not as_jsonl and style.width is not None:
            click.echo(style.faint(search_summary(result)))
        print_results(
            result["hits"], as_json=False, as_jsonl=as_jsonl, lines=lambda hit: hit_lines(hit, style)
        )
        if facets and not as_jsonl:
            if not result["total_is_exact"]:
                click.echo(f"Counted among the newest {result['total']:,}:")
            for line in facet_lines(result["facets"], style):
                click.echo(line)
    if not result["hits"] and not as_jsonl:
        note("Nothing found." + (f" {result['hint']}" if result.get("hint") else ""))


@click.command(epilog='Example: kyket agreements --party "Quân khu 7" --since 2022 --out quan-khu-7.xlsx')
@filter_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write FILE.csv, .jsonl, .xlsx or .parquet.",
)
@click.option(
    "--graph",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write who signs with whom: FILE.graphml or .html.",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@db_option
@json_options
def agreements(
    out: Path | None,
    graph: Path | None,
    limit: int | None,
    db: Path | None,
    as_json: bool,
    as_jsonl: bool,
    **options: Any,
) -> None:
    """Who signed what with whom, when, for which period: one line an event, the newest first."""
    from pipelines.reports import agreement_line

    with open_store(db, readonly=True) as store:
        found = store.reading.agreements(filters_of(options), limit=limit)
        if out is not None or graph is not None:
            # A graph needs them all at once, a table one after another.
            rows = found if graph is None else list(found)
            if out is not None:
                from pipelines.exports import AGREEMENT_COLUMNS, export

                count = export(rows, out, AGREEMENT_COLUMNS)
                click.echo(f"Wrote {count} agreement{'' if count == 1 else 's'} to {out}.", err=True)
            if graph is not None:
                from pipelines.graphs import write_graph

                nodes, edges = write_graph(list(rows), store.reading.parties(), graph)
                click.echo(f"Wrote {nodes} parties and {edges} ties to {graph}.", err=True)
            return
        style = look()
        with pager(used=not (as_json or as_jsonl)):
            count = print_results(
                found, as_json=as_json, as_jsonl=as_jsonl, lines=lambda one: (agreement_line(one, style),)
            )
    if not count and not (as_json or as_jsonl):
        note("No agreement is like that.")


@click.group(
    invoke_without_command=True,
    epilog='Example: kyket parties --party "Tuyên Quang" --since 2022; kyket parties merge p3 p9',
)
@filter_options
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write FILE.csv, .jsonl, .xlsx or .parquet.",
)
@click.option(
    "--graph",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write who signs with whom: FILE.graphml or .html.",
)
@db_option
@json_options
@click.pass_context
def parties(
    context: click.Context,
    /,
    limit: int | None,
    out: Path | None,
    graph: Path | None,
    db: Path | None,
    as_json: bool,
    as_jsonl: bool,
    **options: Any,
) -> None:
    """The organisations that sign, with their names and how often they signed; merge and split them.

    The filters say which agreements count; --party which organisations are listed.
    """
    context.obj = {**(context.obj or {}), "db": db}
    if context.invoked_subcommand is not None:
        return
    named: tuple[str, ...] = options.pop("parties")
    filters = filters_of({**options, "parties": ()})
    with open_store(db, readonly=True) as store:
        found = _parties(store, named, filters, limit)
        if graph is not None:
            from dataclasses import replace

            from pipelines.graphs import write_graph

            told = list(store.reading.agreements(replace(filters, parties=named)))
            nodes, edges = write_graph(told, store.reading.parties(), graph)
            click.echo(f"Wrote {nodes} parties and {edges} ties to {graph}.", err=True)
    if out is not None:
        from pipelines.exports import PARTY_COLUMNS, export

        click.echo(f"Wrote {export(found, out, PARTY_COLUMNS)} parties to {out}.", err=True)
    if out is None and graph is None:
        _print_parties(found, as_json=as_json, as_jsonl=as_jsonl)


def _parties(store: Store, named: tuple[str, ...], filters: Filters, limit: int | None) -> list[Json]:
    if not named:
        return store.reading.parties(None, filters, limit=limit)
    found = {party["id"]: party for name in named for party in store.reading.parties(name, filters)}
    return list(found.values())[:limit]


def _print_parties(found: list[Json], *, as_json: bool, as_jsonl: bool) -> None:
    from pipelines.reports import party_lines

    style = look()
    with pager(used=not (as_json or as_jsonl)):
        print_results(found, as_json=as_json, as_jsonl=as_jsonl, lines=lambda one: party_lines(one, style))
    if not found and not (as_json or as_jsonl):
        note("No party is like that.")


@parties.command("list", epilog="Example: kyket parties list --limit 20")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@db_option
@json_options
@click.pass_context
def parties_list(
    context: click.Context, limit: int | None, db: Path | None, as_json: bool, as_jsonl: bool
) -> None:
    """The same list as `kyket parties`."""
    with open_store(db or context.obj["db"], readonly=True) as store:
        found = store.reading.parties(None, limit=limit)
    _print_parties(found, as_json=as_json, as_jsonl=as_jsonl)


@parties.command("merge", epilog="Example: kyket parties merge p3 p9 p12")
@click.argument("into", metavar="pN")
@click.argument("others", nargs=-1, required=True, metavar="pM...")
@db_option
@click.pass_context
def parties_merge(context: click.Context, into: str, others: tuple[str, ...], db: Path | None) -> None:
    """The others are the same organisation as the first. Remembered for stories to come."""
    first = parse_id(into, "p")[1]
    rest = [parse_id(other, "p")[1] for other in others]
    with open_store(db or context.obj["db"]) as store:
        store.agreements.merge_parties(first, rest, now=datetime.now(UTC))
    click.echo(f"p{first} now stands for {', '.join(f'p{other}' for other in rest)} too.")


@parties.command(
    "split", epilog='Example: kyket parties split p9; kyket parties split p3 "Bộ CHQS tỉnh Hà Giang"'
)
@click.argument("party", metavar="pN")
@click.argument("name", required=False)
@db_option
@click.pass_context
def parties_split(context: click.Context, party: str, name: str | None, db: Path | None) -> None:
    """Take a merged party out again, or make one of a party's names an organisation of its own. Remembered."""
    number = parse_id(party, "p")[1]
    with open_store(db or context.obj["db"]) as store:
        split = store.agreements.split_party(number, name, now=datetime.now(UTC))
    click.echo(f"p{split} stands for itself.")


@click.group(epilog="Example: kyket events merge e7 e9")
def events() -> None:
    """Correct which stories tell the same signing; `kyket show e7` shows an event."""


@events.command("merge", epilog="Example: kyket events merge e7 e9")
@click.argument("into", metavar="eN")
@click.argument("others", nargs=-1, required=True, metavar="eM...")
@db_option
def events_merge(into: str, others: tuple[str, ...], db: Path | None) -> None:
    """These events are one signing. Remembered, and never undone by the machine."""
    from pipelines.database.times import to_db

    first = parse_id(into, "e")[1]
    rest = [parse_id(other, "e")[1] for other in others]
    if first in rest:
        raise UsageError(f"e{first} cannot be merged into itself")
    with open_store(db) as store, store.transaction():
        event = store.grouper.merge(first, rest, to_db(datetime.now(UTC)))
    click.echo(f"e{event} now tells what {', '.join(f'e{other}' for other in rest)} told.")


@events.command("split", epilog="Example: kyket events split e7 s12 s15")
@click.argument("event", metavar="eN")
@click.argument("stories", nargs=-1, required=True, metavar="sM...")
@db_option
def events_split(event: str, stories: tuple[str, ...], db: Path | None) -> None:
    """These stories of an event tell another signing. Remembered, and never undone by the machine."""
    from pipelines.database.times import to_db

    number = parse_id(event, "e")[1]
    rest = [parse_id(story, "s")[1] for story in stories]
    with open_store(db) as store, store.transaction():
        split = store.grouper.split(number, rest, to_db(datetime.now(UTC)))
    click.echo(f"e{split} is their event now.")
