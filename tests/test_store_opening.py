"""A database is opened, made, refused or waited for, each with one clear sentence."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import storing

from pipelines.database import Store, schema
from pipelines.database.trouble import explain
from pipelines.errors import StoreError


def test_a_new_file_gets_every_table_and_its_mark(tmp_path: Path) -> None:
    with Store(tmp_path / "kyket.db") as store:
        tables = {row[0] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {
            "outlets",
            "sources",
            "hosts",
            "crawls",
            "urls",
            "visits",
            "sightings",
            "stories",
            "revisions",
        } <= tables
        assert store.value("PRAGMA application_id") == schema.APPLICATION_ID
        assert store.value("PRAGMA user_version") == schema.VERSION
        assert store.value("PRAGMA journal_mode") == "wal"
        assert store.value("PRAGMA foreign_keys") == 1
        assert store.check() == []


def test_the_migrations_that_ran_are_listed(tmp_path: Path) -> None:
    with Store(tmp_path / "kyket.db") as store:
        names = [row[0] for row in store.rows("SELECT name FROM _sqlite_migrations ORDER BY id")]
    assert names == [name for name, _ in schema.MIGRATIONS]
    assert len(names) == schema.VERSION


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        before = store.value("SELECT group_concat(sql, ';') FROM sqlite_master")
    with storing.open_store(tmp_path) as store:
        assert store.value("SELECT group_concat(sql, ';') FROM sqlite_master") == before


def test_many_processes_may_make_the_same_file_at_once(tmp_path: Path) -> None:
    script = "import sys; from pipelines.database import Store; Store(sys.argv[1]).close()"
    command = [sys.executable, "-c", script, str(tmp_path / "kyket.db")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    makers = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(4)]
    assert [(maker.communicate()[1], maker.returncode) for maker in makers] == [(b"", 0)] * 4
    with storing.open_store(tmp_path) as store:
        assert store.check() == []


@pytest.mark.parametrize("content", [b"not a database, but long enough to look at" * 40, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"notes\.txt is not a SQLite database") as caught:
        Store(path)
    assert caught.value.exit_status == 2
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not one of Kyket's"):
        Store(path)
    assert path.read_bytes() == before


def test_a_newer_version_asks_for_an_upgrade(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        store.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer Kyket") as caught:
        storing.open_store(tmp_path)
    assert caught.value.exit_status == 2


def test_reading_a_database_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    for options in ({"readonly": True}, {"create": False}):
        with pytest.raises(StoreError, match="kyket demo"):
            Store(tmp_path / "none.db", **options)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Store(tmp_path)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "missing" / "kyket.db")


def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        for number in range(40):
            storing.save(store, storing.story(number, storing.OTHER + str(number)))
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = tmp_path / "kyket.db"
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xff" * (len(content) - 8192 - 4096)
    path.write_bytes(content)
    try:
        with storing.open_store(tmp_path) as store:
            found = " ".join(store.check())
    except StoreError as error:
        found = str(error)
    assert "damaged" in found


def test_readonly_writes_nothing_and_says_so(tmp_path: Path) -> None:
    storing.open_store(tmp_path).close()
    with Store(tmp_path / "kyket.db", readonly=True) as store:
        assert store.reading.stats()["stories"] == 0
        with pytest.raises(StoreError, match="reading only"), store.transaction():
            pass


def test_a_file_on_a_disk_that_takes_no_new_files_is_not_called_missing(tmp_path: Path) -> None:
    whole = tmp_path / "kyket.db"
    whole.touch()
    refused = sqlite3.OperationalError("unable to open database file")  # what SQLite says when it cannot make its -wal
    assert "cannot be written" in str(explain(refused, whole))
    assert explain(refused, whole).exit_status == 1
    assert "check that its folder exists" in str(explain(refused, tmp_path / "none" / "kyket.db"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_without_write_permission_is_said_to_be_read_only(tmp_path: Path) -> None:
    storing.open_store(tmp_path).close()
    (tmp_path / "kyket.db").chmod(0o444)
    with storing.open_store(tmp_path) as store, pytest.raises(StoreError, match="read-only"):
        storing.save(store, storing.story())


def test_a_locked_database_is_waited_for_and_then_named(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as holder, Store(tmp_path / "kyket.db", busy_timeout=0.05) as other:
        with holder.transaction():
            with pytest.raises(StoreError, match="locked by another program") as caught:
                storing.save(other, storing.story())
            assert caught.value.exit_status == 1
        storing.save(other, storing.story())
        assert other.check() == []


def test_readers_are_not_held_up_by_a_writer(tmp_path: Path) -> None:
    with (
        storing.open_store(tmp_path) as writer,
        Store(tmp_path / "kyket.db", readonly=True, busy_timeout=0.05) as reader,
    ):
        with writer.transaction():
            storing.save(writer, storing.story())
            assert reader.reading.stats()["stories"] == 0
        assert reader.reading.stats()["stories"] == 1


def test_writers_of_many_threads_take_turns(tmp_path: Path) -> None:
    storing.open_store(tmp_path).close()
    faults: list[Exception] = []

    def write(name: str) -> None:
        try:
            with Store(tmp_path / "kyket.db") as store:
                for number in range(8):
                    storing.save(store, storing.story(number, storing.OTHER + name * 9, name=name))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("mot", "hai", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with storing.open_store(tmp_path) as store:
        assert store.value("SELECT count(*) FROM stories") == 24
        assert store.check() == []


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        storing.save(store, storing.story())
        pages = store.value("PRAGMA page_count")
        store.connection.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(StoreError, match="is full") as caught:
            storing.save(store, storing.story(2, "\n".join(f"{storing.OTHER} {n}" for n in range(400))))
        assert caught.value.exit_status == 1
        assert store.value("SELECT count(*) FROM stories") == 1
        assert store.check() == []


@pytest.mark.slow
def test_a_file_size_limit_is_a_sentence_not_a_crash(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from pipelines.database import Store; from pipelines.errors import StoreError\n"
        "import storing\n"
        "store = Store(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))\n"
        "try:\n"
        "    for n in range(2000): storing.save(store, storing.story(n, storing.OTHER + str(n)))\n"
        "except StoreError as error: print(error)\n"
    )
    tests = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "kyket.db")],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert "kyket.db" in done.stdout and len(done.stdout.strip().split("\n")) == 1
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 900_000
    with storing.open_store(tmp_path) as store:
        assert store.check() == []


def test_a_failed_transaction_leaves_no_trace(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        with pytest.raises(RuntimeError), store.transaction():
            storing.save(store, storing.story())
            raise RuntimeError
        assert store.value("SELECT count(*) FROM stories") == 0
        # What was remembered of the story that never was must not touch the one that takes its number.
        storing.save(store, storing.story(2, storing.OTHER))
        assert store.check() == []


def test_an_inner_transaction_fails_alone(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store, store.transaction():
        storing.save(store, storing.story())
        with pytest.raises(RuntimeError), store.transaction():
            storing.save(store, storing.story(2, storing.OTHER))
            raise RuntimeError
        assert store.value("SELECT count(*) FROM stories") == 1


def test_a_backup_is_whole_while_others_write(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store, storing.open_store(tmp_path) as writer:
        storing.save(store, storing.story())
        with writer.transaction():
            storing.save(writer, storing.story(2, storing.OTHER))
            store.backup(tmp_path / "copy.db")
    with Store(tmp_path / "copy.db", create=False) as copy:
        assert copy.check() == []
        assert copy.value("SELECT count(*) FROM stories") == 1


def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    with storing.open_store(tmp_path) as store:
        for target in ("kyket.db", "notes.txt"):
            (tmp_path / "notes.txt").write_text("mine")
            with pytest.raises(StoreError, match="name"):
                store.backup(tmp_path / target)
        assert (tmp_path / "notes.txt").read_text() == "mine"
