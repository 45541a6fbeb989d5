"""What an earlier Kyket wrote, the program of today opens, reads and goes on with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import storing

from pipelines.database import Store, schema
from schedules.cli import main

VERSION_1 = Path(__file__).with_name("database-version-1.sql")

#: The first of all databases kept the hashes of long and short texts together.
MIXED = """
CREATE TABLE mixed (hash INTEGER NOT NULL, story INTEGER NOT NULL, PRIMARY KEY (hash, story)) WITHOUT ROWID;
INSERT INTO mixed SELECT hash, story FROM duplicate_bands;
DROP TABLE duplicate_bands;
ALTER TABLE mixed RENAME TO duplicate_bands;
"""


def _as_version_1(database: sqlite3.Connection) -> None:
    """The database as the dump has it."""


def _with_mixed_bands(database: sqlite3.Connection) -> None:
    database.executescript(MIXED)


@pytest.fixture(params=[_as_version_1, _with_mixed_bands], ids=["version 1", "the very first"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file as it was written then."""
    path = tmp_path / "old.db"
    changed: Callable[[sqlite3.Connection], None] = request.param
    database = sqlite3.connect(path)
    database.executescript(VERSION_1.read_text(encoding="utf-8"))
    changed(database)
    assert database.execute("PRAGMA user_version").fetchone()[0] == 1
    database.close()
    return path


def _shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns of every table (name, type, not null, default, place in the key) and of every index."""
    with Store(path, readonly=True) as store:
        names = [
            row[0] for row in store.rows("SELECT name FROM sqlite_master WHERE type <> 'trigger' ORDER BY 1")
        ]
        shape: dict[str, list[tuple[object, ...]]] = {}
        for name in names:
            columns = store.rows("SELECT * FROM pragma_table_xinfo(?)", (name,))
            shape[name] = sorted(tuple(row)[1:] for row in columns) or [
                tuple(row)[1:] for row in store.rows("SELECT * FROM pragma_index_xinfo(?)", (name,))
            ]
        shape["triggers"] = sorted(
            tuple(row) for row in store.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
    return shape


def test_its_tables_become_those_of_a_new_file(old: Path, tmp_path: Path) -> None:
    Store(old).close()
    storing.open_store(tmp_path, "new.db").close()
    assert _shape(old) == _shape(tmp_path / "new.db")


def test_it_keeps_its_stories_and_takes_new_ones(old: Path) -> None:
    with Store(old) as store:
        assert store.value("PRAGMA user_version") == schema.VERSION
        assert store.check() == []
        assert store.search.ids("hoi nong dan") == [1, 2]
        retold = storing.save(store, storing.story(4, name="tayha"))
        fresh = storing.save(
            store, storing.story(5, storing.OTHER.replace("máy", "bàn"), "Thêm phòng thí nghiệm")
        )
        assert store.reading.of([retold.story_id])[0]["duplicate_of"] == "s1"
        assert store.search.ids("hoi nong dan") == [1, 2, retold.story_id]
        assert fresh.story_id == 5
        assert store.check() == []


def test_reading_alone_is_enough_to_bring_it_up(old: Path) -> None:
    with Store(old, readonly=True) as store:
        assert store.value("SELECT count(*) FROM stories") == 3
        assert store.value("PRAGMA user_version") == schema.VERSION


@pytest.mark.parametrize(
    "command", ["new --peek", "matches", "agreements", "search vùng", "show s1", "db check"]
)
def test_the_commands_that_read_answer(old: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main([*command.split(), "--db", str(old)])
    printed = capsys.readouterr()
    assert (done.value.code or 0, printed.err) == (0, "")
    assert "Cửa Bạc" in printed.out or command == "db check"
