"""One open Kyket database: connection, transactions, and the rooms of questions and facts about it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pipelines.database import schema
from pipelines.database.trouble import explain, unusable
from pipelines.errors import StoreError

if TYPE_CHECKING:
    from pipelines.database.agreements import Agreements
    from pipelines.database.grouping import Grouper
    from pipelines.database.health import Health
    from pipelines.database.jobs import Jobs
    from pipelines.database.ledger import Ledger
    from pipelines.database.models import Models
    from pipelines.database.notices import Notices
    from pipelines.database.reading import Reading
    from pipelines.database.schedule import Hosts
    from pipelines.database.search import Search
    from pipelines.database.seeds import Seeds
    from pipelines.database.stories import Stories
    from pipelines.database.verdicts import Verdicts


class Store:
    """A Kyket database. One connection; use one Store a thread, or serialise the calls.

    Raises StoreError when the file is not a Kyket database, is locked, read-only, on a full disk or written
    by a newer Kyket. `readonly` never writes, not even a migration; `create=False` wants the file to exist.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        readonly: bool = False,
        create: bool = True,
        busy_timeout: float = 30.0,
    ) -> None:
        self.path = Path(path)
        self.readonly = readonly
        self._depth = 0
        if (readonly or not create) and not self.path.exists():
            raise unusable(
                f"there is no database at {self.path} yet; `kyket demo` or `kyket crawl` makes one, --db names another"
            )
        if self.path.is_dir():
            raise unusable(f"{self.path} is a folder; --db wants the name of a file")
        try:
            self.connection = self._connect(busy_timeout)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    # -- opening -----------------------------------------------------------------------------------------------

    def _connect(self, busy_timeout: float) -> sqlite3.Connection:
        if self.readonly:
            return self._connect_readonly(busy_timeout)
        connection = self._open(f"{self.path.absolute().as_uri()}?mode=rwc", busy_timeout)
        try:
            version = self._check_version(connection)
            connection.execute("PRAGMA foreign_keys = ON")
            if version < schema.VERSION:
                self._switch_to_wal(connection, busy_timeout)
                schema.migrate(connection)
            # A WAL survives kill -9 of the program without a sync a transaction; power loss costs the last ones only.
            connection.execute("PRAGMA synchronous = NORMAL")
            self._tune(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_readonly(self, busy_timeout: float) -> sqlite3.Connection:
        uri = self.path.absolute().as_uri()
        connection = self._open(f"{uri}?mode=ro", busy_timeout)
        try:
            try:
                version = self._check_version(connection)
            except sqlite3.OperationalError as error:
                if "unable to open" not in str(error) and "readonly" not in str(error):
                    raise
                # A WAL database in a folder that may not be written: nobody writes it here, so read it as it stands.
                connection.close()
                connection = self._open(f"{uri}?immutable=1", busy_timeout)
                version = self._check_version(connection)
            if version < schema.VERSION:
                connection.close()
                with Store(self.path, create=False, busy_timeout=busy_timeout):
                    return self._connect_readonly(busy_timeout)
            connection.execute("PRAGMA query_only = ON")
            self._tune(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _open(uri: str, busy_timeout: float) -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=busy_timeout, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _check_version(self, connection: sqlite3.Connection) -> int:
        version = schema.version_of(connection)
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        if application != schema.APPLICATION_ID:
            empty = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
            if not empty or application or version:
                raise unusable(
                    f"{self.path} is a SQLite database, but not one of Kyket's; name Kyket's own file with --db"
                )
        if version > schema.VERSION:
            raise unusable(
                f"{self.path} was written by a newer Kyket (its tables are version {version}, "
                f"this program knows {schema.VERSION}); upgrade Kyket"
            )
        return version

    @staticmethod
    def _switch_to_wal(connection: sqlite3.Connection, busy_timeout: float) -> None:
        # The busy handler is not called for this switch, and two processes may create the same file at once.
        deadline = time.monotonic() + busy_timeout
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    @staticmethod
    def _tune(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA cache_size = -32768")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA mmap_size = 268435456")

    def close(self) -> None:
        """Close the connection; closing twice does no harm."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- transactions and queries ------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: `BEGIN IMMEDIATE`, or a savepoint inside another transaction of this Store.

        Waits for other writers up to the busy timeout. Raises StoreError for what SQLite refuses.
        """
        savepoint = f"kyket_{self._depth}"
        begin = f"SAVEPOINT {savepoint}" if self._depth else "BEGIN IMMEDIATE"
        commit = f"RELEASE {savepoint}" if self._depth else "COMMIT"
        connection = self.connection
        try:
            if self.readonly:
                raise StoreError(f"{self.path} was opened for reading only")
            connection.execute(begin)
            self._depth += 1
            try:
                yield connection
                connection.execute(commit)
            except BaseException:
                # What the grouper remembers may be of stories that now never were.
                self.__dict__.pop("grouper", None)
                # A full disk has SQLite roll everything back by itself; then there is nothing left to undo.
                if connection.in_transaction:
                    if self._depth > 1:
                        connection.execute(f"ROLLBACK TO {savepoint}")
                        connection.execute(f"RELEASE {savepoint}")
                    else:
                        connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def rows(self, sql: str, parameters: Any = ()) -> list[sqlite3.Row]:
        """All rows of a question. Raises StoreError."""
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def row(self, sql: str, parameters: Any = ()) -> sqlite3.Row | None:
        """The first row of a question, or None. Raises StoreError."""
        try:
            found: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        return found

    def value(self, sql: str, parameters: Any = ()) -> Any:
        """The first column of the first row, or None. Raises StoreError."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def pairs(self, sql: str, parameters: Any = ()) -> dict[Any, Any]:
        """First column → second, in order. Raises StoreError."""
        return {row[0]: row[1] for row in self.rows(sql, parameters)}

    def stream(self, sql: str, parameters: Any = ()) -> Iterator[sqlite3.Row]:
        """Rows one by one, for results that may be long. Raises StoreError."""
        try:
            yield from self.connection.execute(sql, parameters)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def backup(self, target: str | Path) -> int:
        """Copy the database as it stands to `target` while others go on writing; its size in bytes.

        Raises StoreError; a half-written copy is removed.
        """
        target = Path(target)
        if target.exists() and target.resolve() == self.path.resolve():
            raise unusable(f"{target} is the database itself; name another file for the backup")
        if target.exists():
            raise unusable(f"{target} exists already; name a new file for the backup")
        try:
            copy = sqlite3.connect(target)
            try:
                self.connection.backup(copy, pages=2048, sleep=0.01)
            finally:
                copy.close()
        except sqlite3.Error as error:
            target.unlink(missing_ok=True)
            raise explain(error, target) from error
        return target.stat().st_size

    def optimise(self) -> None:
        """Merge the full-text index into one piece and let SQLite look at its statistics again."""
        with self.transaction() as db:
            db.execute("INSERT INTO stories_fts(stories_fts) VALUES ('optimize')")
        self.rows("PRAGMA optimize")

    # -- rooms -------------------------------------------------------------------------------------------------

    @cached_property
    def ledger(self) -> Ledger:
        from pipelines.database.ledger import Ledger

        return Ledger(self)

    @cached_property
    def hosts(self) -> Hosts:
        from pipelines.database.schedule import Hosts

        return Hosts(self)

    @cached_property
    def health(self) -> Health:
        from pipelines.database.health import Health

        return Health(self)

    @cached_property
    def jobs(self) -> Jobs:
        from pipelines.database.jobs import Jobs

        return Jobs(self)

    @cached_property
    def stories(self) -> Stories:
        from pipelines.database.stories import Stories

        return Stories(self)

    @cached_property
    def agreements(self) -> Agreements:
        from pipelines.database.agreements import Agreements

        return Agreements(self)

    @cached_property
    def grouper(self) -> Grouper:
        from pipelines.database.grouping import Grouper

        return Grouper(self.connection)

    @cached_property
    def notices(self) -> Notices:
        from pipelines.database.notices import Notices

        return Notices(self)

    @cached_property
    def verdicts(self) -> Verdicts:
        from pipelines.database.verdicts import Verdicts

        return Verdicts(self)

    @cached_property
    def models(self) -> Models:
        from pipelines.database.models import Models

        return Models(self)

    @cached_property
    def seeds(self) -> Seeds:
        from pipelines.database.seeds import Seeds

        return Seeds(self)

    @cached_property
    def reading(self) -> Reading:
        from pipelines.database.reading import Reading

        return Reading(self)

    @cached_property
    def search(self) -> Search:
        from pipelines.database.search import Search

        return Search(self)

    def check(self) -> list[str]:
        """Every broken promise of the file, one sentence each; empty when all is well."""
        from pipelines.database.checks import check

        return check(self)

    def repair(self) -> None:
        """Build the full-text index anew from the stories. Raises StoreError."""
        with self.transaction() as db:
            db.execute("INSERT INTO stories_fts(stories_fts) VALUES ('rebuild')")


def to_json(value: Any) -> str:
    """JSON text as the database keeps lists and maps: readable, Vietnamese as is."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
