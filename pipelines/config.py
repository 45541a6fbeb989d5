"""`kyket.toml`: read once, checked key by key. A wrong key is an error that names file and key.

db = "kyket.db"                          # relative paths count from the folder of kyket.toml
contact = "https://example.org/about-us" # shown to the newspapers in the User-Agent
keep = "near"                            # matches | near | all
catalogue = ["my-outlets.toml"]          # outlets added to, or put in place of, the bundled ones

[archive]
folder = "archive"                       # WARC files of feeds and pages that pass the gate
cap_gb = 5.0                             # oldest first out
enabled = true

[schedule]                               # handed on as it stands; the daemon checks it
[digest]

[[outlet]]                               # outlets may stand here too
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigError
from pipelines.flow import KEEPS

FILE = "kyket.toml"
DATABASE = "kyket.db"
#: Sections that other rooms check, since they alone know what may stand in them.
_HANDED_ON = ("schedule", "digest", "notify", "serve", "outlet")
_KEYS = {"db", "contact", "keep", "catalogue", "archive", "profile", *_HANDED_ON}
_ARCHIVE_KEYS = {"folder", "cap_gb", "enabled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What `kyket.toml` says, or the defaults where there is none."""

    file: Path | None = None
    """The file it was read from."""
    db: Path | None = None
    contact: str | None = None
    """A URL or mail address at which a newspaper can reach the operator."""
    keep: str = "near"
    profile: str = "cooperation"
    """Name of a bundled profile, or path of a profile file."""
    catalogue_files: tuple[Path, ...] = ()
    """Files with outlets of the user's own."""
    archive_folder: Path | None = None
    """Where WARC files go; None: `archive` beside the database."""
    archive_cap_gb: float = 5.0
    archive_enabled: bool = True
    sections: Mapping[str, Any] = field(default_factory=dict)
    """`schedule`, `digest`, `notify`, `serve` and `outlet`, unread."""

    def db_path(self, option: str | Path | None = None) -> Path:
        """The database to use: `--db`, else `$KYKET_DB`, else what the file says, else `kyket.db` here.

        A `kyket.db` in the current directory goes before the file's: it is the one in sight.
        """
        if option is not None:
            return Path(option)
        if os.environ.get("KYKET_DB"):
            return Path(os.environ["KYKET_DB"])
        here = Path(DATABASE)
        if here.exists() or self.db is None:
            return here
        return self.db

    def archive_path(self, db: Path) -> Path:
        """Where the archive of a database is kept."""
        return self.archive_folder or db.absolute().parent / "archive"


def load_config(path: str | Path | None = None) -> Config:
    """Read `path`, else `$KYKET_CONFIG`, else `kyket.toml` in the current directory if there is one.

    Raises ConfigError, which names the file and the key.
    """
    named = path or os.environ.get("KYKET_CONFIG")
    file = Path(named or FILE)
    if not file.exists():
        if named:
            raise ConfigError(f"{file}: no such file")
        return Config()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror})") from error
    return _config(file, data)


def _config(file: Path, data: Mapping[str, Any]) -> Config:
    _only(file, "", data, _KEYS)
    archive = _typed(file, data, "archive", dict, {})
    _only(file, "archive.", archive, _ARCHIVE_KEYS)
    keep = _typed(file, data, "keep", str, "near")
    if keep not in KEEPS:
        raise ConfigError(f"{file}: keep: {keep!r} is none of {', '.join(KEEPS)}")
    contact = _typed(file, data, "contact", str, None)
    if contact is not None and not ("@" in contact or contact.startswith(("http://", "https://"))):
        raise ConfigError(f"{file}: contact: {contact!r} is neither a mail address nor a web address")
    catalogue = _typed(file, data, "catalogue", list, [])
    if not all(isinstance(entry, str) for entry in catalogue):
        raise ConfigError(f"{file}: catalogue: must be a list of file names")
    cap = _typed(file, archive, "cap_gb", (int, float), 5.0, "archive.")
    if cap <= 0:
        raise ConfigError(
            f"{file}: archive.cap_gb: must be more than 0; `enabled = false` turns the archive off"
        )
    folder = file.absolute().parent
    db = _typed(file, data, "db", str, None)
    archive_folder = _typed(file, archive, "folder", str, None, "archive.")
    return Config(
        file=file,
        db=None if db is None else folder / Path(db).expanduser(),
        contact=contact,
        keep=keep,
        profile=_typed(file, data, "profile", str, "cooperation"),
        catalogue_files=tuple(folder / Path(entry).expanduser() for entry in catalogue),
        archive_folder=None if archive_folder is None else folder / Path(archive_folder).expanduser(),
        archive_cap_gb=float(cap),
        archive_enabled=_typed(file, archive, "enabled", bool, True, "archive."),
        sections={key: data[key] for key in _HANDED_ON if key in data},
    )


def _only(file: Path, prefix: str, data: Mapping[str, Any], known: set[str]) -> None:
    for key in data:
        if key not in known:
            import difflib

            near = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"
            raise ConfigError(f"{file}: {prefix}{key}: unknown key{hint}")


def _typed(
    file: Path,
    data: Mapping[str, Any],
    key: str,
    kind: type | tuple[type, ...],
    default: Any,
    prefix: str = "",
) -> Any:
    if key not in data:
        return default
    value = data[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        names = {str: "a text", dict: "a section", list: "a list", bool: "true or false"}
        wanted = "a number" if isinstance(kind, tuple) else names.get(kind, str(kind))
        raise ConfigError(f"{file}: {prefix}{key}: must be {wanted}")
    return value
