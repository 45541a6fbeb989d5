"""sqlite3's errors → one sentence that says what to do."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from pipelines.errors import StoreError


def explain(error: sqlite3.Error, path: Path | str) -> StoreError:
    """The `StoreError` of a sqlite3 error, with the exit status that fits it.

    1 for what may pass (locked, full, read-only, a failing disk), 2 for a file that is no Kyket database.
    """
    text = str(error).lower()
    if "not a database" in text:
        return unusable(f"{path} is not a SQLite database; name Kyket's own file with --db")
    if "malformed" in text:
        return StoreError(
            f"{path} is damaged ({error}); restore a backup, or recover it with `sqlite3 {path} .recover`"
        ).named("damaged")
    if "locked" in text or "busy" in text:
        return StoreError(f"{path} is locked by another program; try again when that has finished").named(
            "locked"
        )
    if "readonly" in text or "read-only" in text:
        return StoreError(f"{path} is read-only; check the permissions of the file and of its folder").named(
            "read_only"
        )
    if "full" in text:
        return StoreError(
            f"the disk that holds {path} is full; free some space, nothing that was stored is lost"
        ).named("disk_full")
    if (
        "unable to open" in text and Path(path).is_file()
    ):  # its -wal cannot be made: the folder or disk is read-only
        return StoreError(f"{path} cannot be written; check the permissions of its folder and its disk")
    if "unable to open" in text:
        return unusable(f"{path} cannot be opened; check that its folder exists and may be written")
    if "disk i/o" in text:
        return StoreError(f"the disk that holds {path} fails ({error})")
    return StoreError(f"{path}: {error}")


def unusable(message: str) -> StoreError:
    """A StoreError for a wrong file: wrong use, exit status 2."""
    error = StoreError(message)
    error.exit_status = 2
    return error


def writable(path: Path) -> bool:
    """May this database be written? Its journal stands beside it, so the folder must allow it too."""
    return os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)
