"""Reading WARC files (ISO 28500), ours and anybody's: CC-NEWS, wget, browsertrix, gzip a record or not at all.

Everything that reads archives goes through here: replay, import, reprocess.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import ArchiveError

log = logging.getLogger(__name__)

#: No single body is read beyond this, also after decompression.
MAX_BODY = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One answer in an archive."""

    url: str
    """As it was asked for."""
    at: datetime
    """WARC-Date."""
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Lower-case names; without the encodings of transfer and content, which are undone in `body`."""
    body: bytes = field(default=b"", repr=False)
    file: str = ""
    offset: int = 0
    complete: bool = True
    """False: the body broke off or is longer than MAX_BODY."""

    @property
    def place(self) -> str:
        """`<file>#<offset>`, as `stories.archive_record` keeps it."""
        return f"{Path(self.file).name}#{self.offset}"


def read_records(
    path: Path, *, bodies: bool = True, problem: Callable[[str], None] = log.warning
) -> Iterator[Record]:
    """All answers of a WARC file in order. `bodies=False`: headers only, for an index.

    A file that breaks off (a crawl was killed while writing) gives what is whole, and a sentence to `problem`.
    Raises ArchiveError for a file that is no WARC at all.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    found, last = 0, None
    try:
        with path.open("rb") as stream:
            records = ArchiveIterator(stream)
            for raw in records:
                found += 1
                record = _record(raw, path, records.offset, bodies)
                if record is not None:
                    last = record
                    yield record
            if last is not None and not bodies:
                last = read_record(path, last.offset)  # whether a record is whole, its body tells
            if last is not None and not last.complete and len(last.body) < MAX_BODY:
                problem(f"{path} breaks off in its last record")
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError) as error:
        if not found:  # the error quotes the first bytes, whatever they are
            raise ArchiveError(f"{path} cannot be read as a WARC file: it does not begin like one") from error
        problem(f"{path} breaks off after {found} records: {_first_line(error)}")
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}") from error
    if not found:
        raise ArchiveError(f"{path} holds no WARC record")


def read_record(path: Path, offset: int) -> Record | None:
    """The answer that begins at `offset`, or None when there is none there (the file was rotated away)."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            for raw in ArchiveIterator(stream):
                return _record(raw, path, offset, True)
    except FileNotFoundError:
        return None
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError) as error:
        raise ArchiveError(f"{path} is damaged at byte {offset}: {_first_line(error)}") from error
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}") from error
    return None


def _record(raw: Any, path: Path, offset: int, bodies: bool) -> Record | None:
    url = raw.rec_headers.get_header("WARC-Target-URI")
    if not url or raw.rec_type not in ("response", "resource"):
        return None
    url = url.strip("<>")  # WARC 1.0 wrote it in angle brackets
    if not url.startswith(("http://", "https://")):
        return None
    status, headers = 200, {}
    if raw.rec_type == "response":
        if raw.http_headers is None:
            return None
        code = raw.http_headers.get_statuscode() or ""
        status = int(code) if code.isdigit() else 0
        headers = {name.lower(): value for name, value in raw.http_headers.headers}
    elif kind := raw.rec_headers.get_header("Content-Type"):
        headers = {"content-type": kind}
    body, complete = _body(raw) if bodies else (b"", True)
    for undone in ("content-encoding", "transfer-encoding", "content-length"):
        headers.pop(undone, None)
    return Record(
        url=url, at=_date(raw.rec_headers.get_header("WARC-Date")), status=status, headers=headers, body=body,
        file=str(path), offset=offset, complete=complete,
    )  # fmt: skip


def _body(raw: Any) -> tuple[bytes, bool]:
    parts, size = [], 0
    stream = raw.content_stream()
    try:
        while size <= MAX_BODY and (part := stream.read(65_536)):
            parts.append(part)
            size += len(part)
    except (zlib.error, EOFError, OSError) as error:
        log.debug("a body breaks off: %s", error)
        return b"".join(parts)[:MAX_BODY], False
    body = b"".join(parts)
    # A gzip member that was cut off ends without an error; the record's own length tells.
    missing = size <= MAX_BODY and getattr(raw.raw_stream, "limit", 0) > 0
    return body[:MAX_BODY], size <= MAX_BODY and not missing


def _date(text: str | None) -> datetime:
    """WARC-Date: ISO 8601 UTC, in WARC 1.1 with a fraction; the epoch where a tool wrote nonsense."""
    try:
        at = datetime.fromisoformat((text or "").strip().replace("Z", "+00:00"))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
