"""What the documents say is what the program has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import storing
from click.testing import CliRunner

from pipelines import commands as own
from pipelines.types import Kind
from schedules import cli

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
COLUMNS = (PROJECT / "docs" / "columns.md").read_text(encoding="utf-8")


def family(name: str) -> list[tuple[str, click.Command]]:
    """A command and its sub-commands by their full names."""
    found: list[tuple[str, click.Command]] = []

    def walk(name: str, command: click.Command) -> None:
        found.append((name, command))
        if isinstance(command, click.Group):
            for inner, below in command.commands.items():
                walk(f"{name} {inner}", below)

    walk(name, cli.load(name))
    return found


def test_every_command_is_in_the_readme() -> None:
    missing = [name for name in cli.COMMANDS if f"`kyket {name}`" not in README]
    assert missing == []


def test_the_readme_speaks_of_no_command_that_is_not_there() -> None:
    said = set(
        re.findall(r"\bkyket ([a-z]+)\b", " ".join(re.findall(r"`[^`]*`|^kyket .*$", README, re.MULTILINE)))
    )
    assert said - set(cli.COMMANDS) == set()


def test_this_rooms_commands_are_listed_once() -> None:
    listed = {name for name, (module, _) in cli.COMMANDS.items() if module == "pipelines.commands"}
    assert listed == set(own.NAMES)


@pytest.mark.parametrize("top", cli.COMMANDS)
def test_every_command_answers_help_with_an_example(top: str) -> None:
    for name, command in family(top):
        result = CliRunner().invoke(command, ["--help"])
        assert result.exit_code == 0
        assert "Example:" in result.output, name
        assert f"kyket {top}" in result.output.replace("\n  ", " "), name


READERS = (
    "new", "matches", "show", "search", "agreements", "parties", "seeds list", "health", "digest", "outlets list",
    "outlets show", "outlets check", "schedule list", "schedule next", "evaluate matches", "evaluate events",
    "evaluate extraction", "evaluate agreements", "db check", "db stats", "rescore", "learn",
)  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_what_reads_has_json(name: str) -> None:
    command = dict(family(name.split(" ")[0]))[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options or "--format" in options


def _documented() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for part in re.split(r"^### ", COLUMNS, flags=re.MULTILINE)[1:]:
        name = part.split("\n", 1)[0].strip()
        rows = re.findall(r"^\| (\w+) \| (.+) \|$", part, re.MULTILINE)
        tables[name] = {column: meaning for column, meaning in rows if column != "column"}
    return tables


def test_every_table_and_column_is_explained(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        names = [
            row[0]
            for row in store.rows(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' "
                "AND name NOT LIKE 'stories_fts_%' AND name <> '_sqlite_migrations'"
            )
        ]
        real = {
            name: [row[0] for row in store.rows("SELECT name FROM pragma_table_xinfo(?)", (name,))]
            for name in names
        }
    # A full-text table has two columns that are commands, not data.
    real["stories_fts"] = [column for column in real["stories_fts"] if column not in ("stories_fts", "rank")]
    documented = _documented()
    assert {name: list(columns) for name, columns in documented.items()} == real
    assert all(len(meaning) > 2 for columns in documented.values() for meaning in columns.values())


def test_the_worked_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with storing.open_store(tmp_path) as store:
        told = storing.agreement("Quân khu 7", "Hội Nông dân", kind=Kind.KET_NGHIA)
        storing.save(store, storing.story(1, storing.TEXT + " Có biên phòng."), agreement=told)
    monkeypatch.chdir(tmp_path)
    page = (PROJECT / "docs" / "python.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    exec(compile(example, "docs/python.md", "exec"), {})
    said = capsys.readouterr().out
    assert "2026-08-02 ket_nghia 2026-2031 ['Quân khu 7', 'Hội Nông dân']" in said
    assert "1 {'2026': 1}" in said and "ký kết chương trình phối hợp" in said


@pytest.mark.slow
def test_help_and_new_import_nothing_heavy(tmp_path: Path) -> None:
    storing.open_store(tmp_path).close()
    heavy = {
        "scrapy",
        "trafilatura",
        "datasette",
        "sqlite_utils",
        "sklearn",
        "numpy",
        "lxml",
        "twisted",
        "rich",
        "apscheduler",
        "pandas",
    }
    for arguments in (["--help"], ["new", "--peek"], ["matches"], ["search", "ky ket"], ["new", "--help"]):
        script = (
            "import sys\nfrom schedules.cli import main\n"
            f"try: main({['--db', str(tmp_path / 'kyket.db'), *arguments]!r})\n"
            f"except SystemExit as done: print(sorted({heavy!r} & set(sys.modules)), done.code, file=sys.stderr)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT)
        assert done.stderr.strip() == "[] 0", arguments
