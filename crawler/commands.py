"""`kyket crawl` and `kyket backfill`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from crawler.wording import many
from pipelines.flow import KEEPS

if TYPE_CHECKING:
    from crawler.bookkeeping import CrawlReport
    from crawler.session import CrawlOptions
    from pipelines.flow import Keep

_PATH = click.Path(path_type=Path)


class Day(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.3 only
    """`2026-07-01`, `2026-07-01T06:30`, or `3d` / `12h` ago; Vietnamese time when no zone is given."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        from zoneinfo import ZoneInfo

        text = str(value).strip()
        units = {"d": "days", "h": "hours", "w": "weeks"}
        if text[:-1].isdigit() and text[-1:] in units:
            return datetime.now(UTC) - timedelta(**{units[text[-1]]: int(text[:-1])})
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"“{text}” is no date; write 2026-07-01, 2026-07-01T06:30, or 3d for three days ago", param, ctx)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        return moment.astimezone(UTC)


def _shared(command: Any) -> Any:
    """The options that `crawl` and `backfill` have in common."""
    for option in reversed(
        (
            click.argument("outlets", nargs=-1),
            click.option("--limit", type=click.IntRange(min=1), help="At most this many pages an outlet."),
            click.option("--keep", type=click.Choice(KEEPS), help="Which stories are kept (default: kyket.toml, near)."),
            click.option("--archive", type=_PATH, metavar="DIR", help="Write WARC files there (default: archive/)."),
            click.option("--no-archive", is_flag=True, help="Archive nothing."),
            click.option("--catalogue", multiple=True, type=_PATH, metavar="FILE", help="Use these outlets instead."),
            click.option("--delay", type=click.FloatRange(min=0.0), help="Seconds between requests to one host."),
            click.option("--max-minutes", type=click.FloatRange(min=0.0), help="Take no new link after that; the rest stays pending."),
            click.option("--db", type=_PATH, help="The database (default: $KYKET_DB, kyket.toml, kyket.db)."),
            click.option("--json", "as_json", is_flag=True, help="Print the report as JSON."),
        )
    ):
        command = option(command)
    return command


@click.command(epilog="Example: kyket crawl qdnd baotuyenquang --since 3d --limit 50")
@_shared
@click.option("--since", type=Day(), help="Leave stories alone that were published before.")
@click.option("--due", is_flag=True, help="Only sources that are due for a look.")
@click.option("--replay", multiple=True, type=_PATH, metavar="FILE", help="Answer every request from these WARC files.")
def crawl(**given: Any) -> None:
    """One crawl of the named (default: all enabled) outlets.

    Pending links of earlier crawls come first, then the outlets' lists are asked for what is new. With --replay
    nothing touches the network; a page that the archives lack ends as `not-archived`.
    """
    _run(options_from(given, command="crawl"), as_json=given["as_json"])


@click.command(epilog="Example: kyket backfill --since 2026-01-01 --until 2026-03-31 qdnd")
@_shared
@click.option("--since", type=Day(), required=True, help="From this publication date on.")
@click.option("--until", type=Day(), help="Up to this one (default: now).")
@click.option("--plan", is_flag=True, help="Read the archives only, fetch no story, and say how long the rest will take.")
@click.option("--replay", multiple=True, type=_PATH, metavar="FILE", help="Answer every request from these WARC files.")
def backfill(**given: Any) -> None:
    """Older stories, from sitemap archives, date archives, site search and paged sections.

    Newest first, politely, and resumable: what was listed is in the ledger, archives that were read to their end are
    not asked again, and lists that were being paged go on where they were left. --plan asks the archives how many
    stories there are and says how long they will take; what it finds, the backfill begins with.
    """
    from zoneinfo import ZoneInfo

    from pipelines.errors import UsageError

    until = given["until"] or datetime.now(UTC)
    if until <= given["since"]:
        here = ZoneInfo("Asia/Ho_Chi_Minh")  # as typed
        raise UsageError(
            f"--until {until.astimezone(here):%Y-%m-%d} does not lie after --since {given['since'].astimezone(here):%Y-%m-%d}"
        )
    options = options_from({**given, "until": until}, command="backfill")
    if given["plan"]:
        _plan(options, as_json=given["as_json"])
    else:
        _run(options, as_json=given["as_json"])


def options_from(given: dict[str, Any], *, command: str) -> CrawlOptions:
    """The crawl that the command line and `kyket.toml` ask for.

    Raises ConfigError for a wrong `kyket.toml`, UsageError for options that contradict each other.
    """
    from crawler.session import CrawlOptions
    from pipelines.config import load_config
    from pipelines.errors import UsageError

    config = load_config()
    db = config.db_path(given.get("db"))
    # The shell spreads `--replay *.warc.gz` into one option value and many arguments.
    words = [str(word) for word in given.get("outlets") or ()]
    more_replay = [Path(word) for word in words if word.endswith((".warc.gz", ".warc"))] if given.get("replay") else []
    more_catalogue = [Path(word) for word in words if word.endswith(".toml")] if given.get("catalogue") else []
    spread = {str(path) for path in (*more_replay, *more_catalogue)}
    replay = files_of((*(given.get("replay") or ()), *more_replay))
    if given.get("archive") and (given.get("no_archive") or replay):
        raise UsageError("--archive writes what --no-archive and --replay do not have: name one of them")
    archive = None
    if not replay and not given.get("no_archive") and (given.get("archive") or config.archive_enabled):
        archive = given.get("archive") or config.archive_path(db)
    minutes = given.get("max_minutes")
    return CrawlOptions(
        db=db,
        outlets=tuple(word for word in words if word not in spread),
        catalogue=(*(given.get("catalogue") or ()), *more_catalogue),
        user_files=config.catalogue_files,
        overrides=tuple(config.sections.get("outlet", ())),
        due=bool(given.get("due")),
        since=given.get("since"),
        until=given.get("until"),
        backfill=command == "backfill",
        lists_only=bool(given.get("plan")),
        limit=given.get("limit"),
        keep=cast("Keep", given.get("keep") or config.keep),
        archive=archive,
        archive_cap=int(config.archive_cap_gb * 1e9),
        replay=replay,
        delay=given.get("delay"),
        contact=config.contact,
        no_new_after=None if minutes is None else minutes * 60.0,
        profile=config.profile,
        progress=not given.get("as_json") and sys.stderr.isatty(),
        command=command,
    )


def files_of(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """WARC files as named; a folder stands for those in it.

    Raises InputError for a path that does not exist or a folder without WARC files.
    """
    from pipelines.errors import InputError

    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted({*path.glob("*.warc.gz"), *path.glob("*.warc")})
            if not inside:
                raise InputError(f"{path}: no WARC file in this folder")
            files += inside
        elif path.is_file():
            files.append(path)
        else:
            raise InputError(f"{path}: no such file")
    return tuple(files)


def _run(options: CrawlOptions, *, as_json: bool) -> None:
    from crawler.run import run_crawl

    if not options.contact and not options.replay and sys.stderr.isatty():
        click.echo('Tell the newspapers how to reach you: contact = "you@example.org" in kyket.toml.', err=True)
    report = run_crawl(options)
    if as_json:
        click.echo(json.dumps(as_dict(report), ensure_ascii=False))
    else:
        for line in sentences(report):
            click.echo(line)
    if options.replay and not report.outcomes:
        click.echo("No list in the archives led to a page; `kyket import FILE` reads the pages in them directly.", err=True)
    for outlet, why in sorted(report.failures.items()):
        click.echo(f"{outlet}: {why}", err=True)
    if report.unread:
        click.echo(unread_line(report.unread), err=True)
    if report.archive_problem:
        click.echo(report.archive_problem, err=True)
    if report.errors and report.errors != [report.reason]:
        click.echo(f"{many(len(report.errors), 'fault')} of Kyket's own, logged above.", err=True)
    if not report.ok:
        sys.exit(1)


def _plan(options: CrawlOptions, *, as_json: bool) -> None:
    from crawler.plan import plan_as_dict, plan_of, plan_sentences
    from crawler.run import run_crawl
    from crawler.settings import KYKET_DELAY

    report = run_crawl(options)
    default = 0.0 if options.replay else KYKET_DELAY if options.delay is None else options.delay
    plan = plan_of(options, report, default)
    if as_json:
        click.echo(json.dumps(plan_as_dict(plan, options), ensure_ascii=False))
    else:
        for line in plan_sentences(plan):
            click.echo(line)
        click.echo("No story was fetched. The same command without --plan begins with these pages.", err=True)
    if not report.ok:
        for line in (*report.errors, *([report.reason] if report.status == "failed" and report.reason else ())):
            click.echo(line, err=True)
        sys.exit(1)


def as_dict(report: CrawlReport) -> dict[str, Any]:
    """The report as one JSON value."""
    return {
        "crawl": report.crawl, "status": report.status, "reason": report.reason, "outlets": report.outlets,
        "requests": report.requests, "outcomes": {str(outcome): count for outcome, count in report.outcomes.items()},
        "funnel": report.funnel, "failures": report.failures, "unread": report.unread, "errors": report.errors, "left": report.left,
        "seconds": round(report.seconds, 2),
    }  # fmt: skip


def sentences(report: CrawlReport) -> list[str]:
    """The report for a person: a few lines, what matters first."""
    from pipelines.types import Outcome

    matches = report.outcomes.get(Outcome.STORED, 0)
    pages = sum(report.outcomes.values())
    funnel = report.funnel
    lines = [
        f"Crawl {report.crawl}: {many(report.outlets, 'outlet')}, {many(pages, 'page')}, "
        f"{many(matches, 'new match', 'new matches')} in {report.seconds:.0f} s."
    ]
    if funnel.get("listed"):
        lines.append(f"Listed {funnel['listed']} links, {funnel['new']} of them new.")
    rest = [f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items(), key=lambda item: -item[1])]
    if rest:
        lines.append("Outcomes: " + ", ".join(rest) + ".")
    if report.left:
        lines.append(f"{many(report.left, 'link')} stay pending; the next crawl begins with them.")
    if report.status == "stopped":
        lines.append("Stopped early, as asked.")
    elif report.status == "failed":
        lines.append(f"The crawl failed: {report.reason}")
    if matches:
        lines.append("See them with: kyket new")
    return lines


def unread_line(unread: dict[str, str]) -> str:
    """One line on the lists that gave nothing, naming the first."""
    url, why = next(iter(unread.items()))
    more = f", and {len(unread) - 1} more" if len(unread) > 1 else ""
    return f"{many(len(unread), 'list')} could not be read: {url} ({why}){more}; see: kyket health"
