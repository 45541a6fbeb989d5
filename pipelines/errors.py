"""The one tree of errors that a person may see.

A message says what went wrong, where (outlet, URL, file or key) and what to do about it.
The command line prints it without a traceback and exits with `exit_status`.
"""

from __future__ import annotations

from typing import Any, Self


class KyketError(Exception):
    """Anything Kyket can explain to a person in one or two lines."""

    exit_status = 1
    code: str | None = None
    """Names the sentence, for whoever tells it in another language; None where it has one language only."""
    values: dict[str, Any]
    """What stands in the sentence, by name."""

    def named(self, code: str, **values: Any) -> Self:
        """This error, its sentence named."""
        self.code, self.values = code, values
        return self


class UsageError(KyketError):
    """Wrong use or configuration: the command cannot start."""

    exit_status = 2


class CatalogueError(UsageError):
    """An outlet's entry is wrong; the message names file, outlet and key."""


class ProfileError(UsageError):
    """A topic profile is wrong; the message names file and key."""


class ConfigError(UsageError):
    """`kyket.toml` is wrong; the message names file and key."""


class InputError(UsageError):
    """A file handed to a command cannot be read as what it should be; the message names file and line."""


class StoreError(KyketError):
    """The database cannot be used: not one, locked, read-only, full, or from a newer Kyket."""


class ExtractError(KyketError):
    """A page could not be read as a story although it looks like one."""


class ArchiveError(KyketError):
    """A WARC file cannot be read or written; the message names it."""


class ReaderError(KyketError):
    """The process that reads pages failed by a fault of ours; in its own words."""
