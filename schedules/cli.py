"""`kyket`: composes the rooms' commands. Nothing of a command is imported before it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from pipelines.errors import KyketError

#: Command → (module that has it, the line that `kyket --help` shows). A test holds the lines against the commands'
#: own help; reading them from there would import every room at each start.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("crawler.commands_demo", "The whole job on the bundled sample press, without a network."),
    "crawl": ("crawler.commands", "One crawl of the named (default: all enabled) outlets."),
    "backfill": ("crawler.commands", "Older stories, from sitemap archives, site search and paged sections."),
    "import": ("crawler.commands_import", "Stories from WARC files, saved pages or JSON lines."),
    "new": ("pipelines.commands", "What is new since you last looked, one line an event."),
    "matches": ("pipelines.commands", "List matches, with filters."),
    "show": ("pipelines.commands", "One story, event, agreement or party with everything known of it."),
    "search": ("pipelines.commands", "Full text over all stories; accents are optional."),
    "agreements": ("pipelines.commands", "Who signed what with whom, when, for which period."),
    "parties": ("pipelines.commands", "The organisations that sign; merge and split them."),
    "events": ("pipelines.commands", "Merge and split events."),
    "accept": ("pipelines.commands", "Say that stories are matches."),
    "reject": ("pipelines.commands", "Say that stories are no matches."),
    "learn": ("pipelines.commands", "Refit the score from your verdicts."),
    "rescore": ("pipelines.commands", "Judge all stored stories anew."),
    "seeds": ("pipelines.commands", "The example stories: add, list, remove."),
    "profile": ("pipelines.commands", "Hand the topic to a colleague, or take one over."),
    "outlets": ("crawler.commands_outlets", "The catalogue of newspapers: list, show, check, add."),
    "health": ("schedules.commands", "How each outlet does, and what needs a person."),
    "schedule": ("schedules.commands", "The daemon: run it, see its jobs, see what is next."),
    "digest": ("schedules.commands", "The daily report."),
    "serve": ("pipelines.commands", "Web pages over the database."),
    "export": ("pipelines.commands", "Matches as CSV, JSON lines, XLSX or Parquet."),
    "reprocess": ("crawler.commands_reprocess", "Read what is archived anew and say what changed."),
    "evaluate": ("pipelines.commands", "Measure against labelled stories."),
    "db": ("pipelines.commands", "Check, back up and measure the database."),
}


class Rooms(click.Group):
    """A group whose commands live in other modules until they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return load(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean `kyket {near[0]}`?" if near else " `kyket --help` lists the commands."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx) from error


def load(name: str) -> click.Command:
    """The command `name`, imported from its room."""
    found = _find(name)
    if name == "crawl" and not hasattr(found, "planned"):
        # The crawler may not know the schedule; `--due` asks it here, before the crawl begins.
        found.callback = _planned(found.callback)
        found.planned = True  # type: ignore[attr-defined]
    return found


def _planned(callback: Any) -> Any:
    def crawl(**given: Any) -> Any:
        if given.get("due"):
            from schedules.plan import plan_now

            plan_now(given.get("db"))
        return callback(**given)

    return crawl


def _find(name: str) -> click.Command:
    module = importlib.import_module(COMMANDS[name][0])
    finder = getattr(module, "command", None)
    if callable(finder) and not isinstance(finder, click.Command):
        found = finder(name)
        assert isinstance(found, click.Command)
        return found
    for value in vars(module).values():
        if isinstance(value, click.Command) and value.name == name:
            return value
    raise KyketError(f"{COMMANDS[name][0]} has no command {name!r}; the installation is broken")


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"kyket {version('kyket')}")
        ctx.exit()


@click.group(
    cls=Rooms, epilog="Example: kyket demo, then kyket new. `kyket COMMAND --help` explains a command."
)
@click.option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="The database, for any command.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.pass_context
def kyket(context: click.Context, db: Path | None) -> None:
    """Watch the Vietnamese press for organisations that sign, renew or review agreements."""
    # Tools of the upper rooms that a command of the lower one may need; each imports when it is called.
    context.obj = {"outlets": _outlets, "fetch": _fetch}
    if db is not None:
        os.environ["KYKET_DB"] = str(db)


def _outlets() -> list[Any]:
    from crawler.catalogue import load_catalogue
    from pipelines.config import load_config

    return list(load_catalogue(user_files=load_config().catalogue_files).values())


def _fetch(urls: list[str], db: Path) -> Any:
    from crawler.single import fetch_pages

    return fetch_pages(urls, db=db)


def main(arguments: list[str] | None = None) -> Any:
    """Run a command; exits with 0 (done), 1 (not the whole job) or 2 (wrong use or configuration)."""
    for stream in (sys.stdout, sys.stderr):
        # Vietnamese is printed as is, whatever the locale of a cron job or container says.
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = kyket.main(arguments, prog_name="kyket", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        _complain("stopped")
        code = 130
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = 0 if error.ctx is not None and error.ctx.parent is None else error.exit_code
    except click.ClickException as error:
        _complain(error.format_message(), usage=isinstance(error, click.UsageError))
        code = error.exit_code
    except KyketError as error:
        _complain(str(error))
        code = error.exit_status
    except BrokenPipeError:
        # The reader went away (`kyket matches | head`): not the whole job was done, and nobody is there to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _complain(f"{where}{error.strerror or error}")
        code = 1
    except Exception as error:
        if os.environ.get("KYKET_DEBUG"):
            raise
        _complain(
            f"an unexpected fault ({type(error).__name__}: {error}); this is a mistake of the program, not yours. "
            "KYKET_DEBUG=1 shows where it happened"
        )
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str, *, usage: bool = False) -> None:
    from pipelines.vietnamese import clean

    lines = [line for line in clean(message).split("\n") if line.strip()]
    hint = " (--help explains)" if usage and "`" not in message else ""
    click.echo(f"kyket: {' '.join(lines)}{hint}", err=True)
