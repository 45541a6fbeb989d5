"""WARC out, WARC in.

Out: sources, and pages that pass the gate, as request and response records of WARC 1.1 (ISO 28500), one gzip member
a record. Each pair is written in one write, so that other tools can read the file while the crawl runs; what a kill
leaves half-written is cut off at the next start.

In: a download handler that answers every request from such files, and never from the network.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import responsetypes
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers

from crawler.backoff import Refused
from pipelines.errors import ArchiveError
from pipelines.processes import is_alive
from pipelines.types import Outcome
from pipelines.urls import lookup_key
from pipelines.warc import read_record, read_records

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.pacing import Wire
    from crawler.session import Session
    from pipelines.desk import Case

log = logging.getLogger("kyket.archive")

#: A file is closed and the next begun at this size: small enough to copy and to repair quickly.
ROTATE_AT = 200_000_000
_PATTERN = "kyket-*.warc.gz"
_OPEN = ".open"


class Archive:
    """Writes WARC files into a folder; its own thread compresses and writes."""

    def __init__(
        self, folder: Path, *, cap: int, software: str, user_agent: str, rotate_at: int = ROTATE_AT
    ) -> None:
        self.folder = folder
        self.cap = cap
        self.rotate_at = rotate_at
        self.broken: str | None = None
        self._software = software
        self._user_agent = user_agent
        self._file: Any = None
        self._path: Path | None = None
        self._number = 0
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kyket-archive")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".kyket-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ArchiveError(f"nothing can be archived in {folder}: {error.strerror or error}") from error
        repair_abandoned(folder)

    async def write(self, wire: Wire) -> str | None:
        """Archive an exchange; where its response lies (`<file>#<offset>`), or None when the archive is broken."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.write_now, wire)

    def write_now(self, wire: Wire) -> str | None:
        """`write` for callers outside the event loop."""
        with self._lock:
            if self.broken is not None:
                return None
            try:
                return self._write(wire)
            except OSError as error:
                # A full disk must not end the crawl: the stories matter more than their archive.
                self.broken = f"the archive in {self.folder} cannot be written: {error.strerror or error}"
                log.error("%s; the crawl goes on without it", self.broken)
                return None

    def _write(self, wire: Wire) -> str:
        if self._file is None or self._file.tell() >= self.rotate_at:
            self._next_file()
        assert self._path is not None
        response_first, request_after = exchange_records(wire)
        offset = self._append(response_first + request_after)
        return f"{self._path.name}#{offset}"

    def _append(self, data: bytes) -> int:
        offset: int = self._file.tell()
        try:
            if self._file.write(data) != len(data):
                raise OSError(28, "no space left on the disk")
        except OSError:
            self._file.truncate(offset)  # leave whole records only
            raise
        return offset

    def _next_file(self) -> None:
        self._close_file()
        stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        while True:
            name = f"kyket-{stamp}-{os.getpid()}-{self._number:05d}.warc.gz"
            self._number += 1
            path = self.folder / name
            marker = path.with_name(name + _OPEN)
            marker.write_text(f"{socket.gethostname()} {os.getpid()}\n", encoding="utf-8")
            try:
                self._file = path.open("xb", buffering=0)
            except FileExistsError:
                marker.unlink()
                continue
            break
        self._path = path
        self._append(info_record(path.name, self._software, self._user_agent))
        self._make_room()

    def _make_room(self) -> None:
        files = sorted(self.folder.glob(_PATTERN), key=lambda path: path.stat().st_mtime)
        total = sum(path.stat().st_size for path in files)
        for path in files:
            if total <= self.cap:
                return
            if path.with_name(path.name + _OPEN).exists():
                continue  # somebody is writing it
            total -= path.stat().st_size
            path.unlink()
            log.info("archive over %d bytes: removed %s", self.cap, path.name)

    def _close_file(self) -> None:
        if self._file is None:
            return
        self._file.flush()
        self._file.close()
        self._file = None
        assert self._path is not None
        self._path.with_name(self._path.name + _OPEN).unlink(missing_ok=True)

    def close(self) -> None:
        """Finish the file in hand."""
        self._thread.shutdown(wait=True)
        with self._lock:
            self._close_file()


def info_record(name: str, software: str, user_agent: str) -> bytes:
    """The warcinfo record that opens a file, compressed."""
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(
        writer.create_warcinfo_record(
            name,
            {
                "software": software,
                "format": "WARC File Format 1.1",
                "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
                "robots": "obey",
                "http-header-user-agent": user_agent,
            },
        )
    )
    return out.getvalue()


def exchange_records(wire: Wire) -> tuple[bytes, bytes]:
    """The response and the request record of an exchange, each a gzip member of its own."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    date = wire.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    extra = {"WARC-Date": date}
    if wire.ip_address:
        extra["WARC-IP-Address"] = wire.ip_address
    # The body was de-chunked on arrival, so a header that says otherwise would lie; its compression is kept as sent.
    headers = [
        (name, value)
        for name, value in wire.headers
        if name.lower() not in ("transfer-encoding", "content-length")
    ]
    headers.append(("Content-Length", str(len(wire.body))))
    response = writer.create_warc_record(
        wire.url,
        "response",
        payload=BytesIO(wire.body),
        length=len(wire.body),
        http_headers=StatusAndHeaders(f"{wire.status} {_phrase(wire.status)}", headers, protocol="HTTP/1.1"),
        warc_headers_dict=dict(extra),
    )
    writer.write_record(response)
    first = out.getvalue()
    path = wire.url.split("://", 1)[1]
    path = "/" + path.split("/", 1)[1] if "/" in path else "/"
    request = writer.create_warc_record(
        wire.url,
        "request",
        http_headers=StatusAndHeaders(
            f"GET {path} HTTP/1.1",
            [("Host", wire.url.split("://", 1)[1].split("/", 1)[0]), *wire.request_headers],
            is_http_request=True,
        ),
        warc_headers_dict={
            **extra,
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )
    writer.write_record(request)
    return first, out.getvalue()[len(first) :]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def repair_abandoned(folder: Path) -> list[Path]:
    """Cut the half-written last record off files whose writer was killed; the files that were changed."""
    repaired = []
    for marker in sorted(folder.glob(_PATTERN + _OPEN)):
        host, _, pid = marker.read_text(encoding="utf-8").strip().partition(" ")
        if host == socket.gethostname() and pid.isdigit() and is_alive(int(pid)):
            continue
        path = marker.with_name(marker.name.removesuffix(_OPEN))
        if path.exists():
            whole = whole_length(path)
            if whole == 0:
                path.unlink()  # killed before the first record was on disk
            elif whole < path.stat().st_size:
                os.truncate(path, whole)
                repaired.append(path)
                log.info("%s: cut off a record that a killed crawl left half-written", path.name)
        marker.unlink()
    return repaired


def whole_length(path: Path) -> int:
    """How many bytes at the beginning of a file are whole gzip members."""
    whole = position = 0
    with path.open("rb") as stream:
        unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
        fresh = True
        while chunk := stream.read(1 << 20):
            while chunk:
                try:
                    unzip.decompress(chunk)
                except zlib.error:
                    return whole
                fresh = False
                rest = unzip.unused_data if unzip.eof else b""
                position += len(chunk) - len(rest)
                if unzip.eof:
                    whole = position
                    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
                    fresh = True
                chunk = rest
    return whole if not fresh or whole else 0


class ArchiveStage:
    """Keeps the exchange of a page that passed the gate, before its story is stored."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveStage:
        from crawler.session import session_of

        return cls(session_of(crawler))

    async def process_item(self, case: Case) -> Case:
        archive = self.session.archive
        if archive is not None and case.wire is not None:
            place = await archive.write(case.wire)
            if place is not None:
                case.page = replace(case.page, record=place)
            case.wire = None
        return case


# ------------------------------------------------------------------------------------------------------ replay


@dataclass(frozen=True, slots=True)
class Capture:
    """Where an archived answer lies."""

    url: str
    at: datetime
    status: int
    file: Path
    offset: int


class ReplayIndex:
    """What some WARC files hold, by address. Scheme, `www.` and tracking do not matter."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._captures: defaultdict[str, list[Capture]] = defaultdict(list)
        self.latest: datetime | None = None
        self.count = 0
        self.problems: list[str] = []
        """A sentence for each file that breaks off."""
        for file in files:
            for record in read_records(Path(file), bodies=False, problem=self.problems.append):
                capture = Capture(record.url, record.at, record.status, Path(file), record.offset)
                self._captures[lookup_key(record.url)].append(capture)
                self.count += 1
                if self.latest is None or record.at > self.latest:
                    self.latest = record.at
        for captures in self._captures.values():
            captures.sort(key=lambda capture: capture.at)

    def captures(self, url: str) -> list[Capture]:
        """All captures of an address, oldest first."""
        return self._captures.get(lookup_key(url), [])

    def best(self, url: str, *, number: int | None = None) -> Capture | None:
        """The capture that answers for an address: the newest page, else the newest redirect or error."""
        captures = self.captures(url)
        if not captures:
            return None
        if number is not None:
            return captures[number]
        exact = [capture for capture in captures if capture.url == url] or captures
        pages = [capture for capture in exact if capture.status == 200] or [
            capture for capture in captures if capture.status == 200
        ]
        # An archived redirect to the very address that has the page is the same page (http → https).
        return (pages or exact)[-1]

    def __contains__(self, url: str) -> bool:
        return lookup_key(url) in self._captures

    def pages(self) -> list[Capture]:
        """The newest capture of each address that answered 200."""
        found = (self.best(captures[-1].url) for captures in self._captures.values())
        return [capture for capture in found if capture is not None and capture.status == 200]

    def addresses(self) -> list[str]:
        """One address of each capture group, in the order of the files."""
        return [captures[-1].url for captures in self._captures.values()]


class ReplayHandler(BaseDownloadHandler):
    """Answers from the archives; what they lack is `not-archived`. No socket is ever opened."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from crawler.session import session_of

        self.session = session_of(crawler)

    async def download_request(self, request: Request) -> Response:
        index = self.session.replay
        assert index is not None
        capture = index.best(request.url, number=request.meta.get("capture"))
        if capture is None:
            raise Refused(Outcome.NOT_ARCHIVED, "the archives do not hold it")
        record = await asyncio.get_running_loop().run_in_executor(None, read_record, capture.file, capture.offset)
        if record is None:
            raise Refused(Outcome.NOT_ARCHIVED, f"{capture.file.name} is gone")
        request.meta["archived_at"] = record.at
        request.meta["record"] = record.place
        self.session.requests += 1
        if not record.complete:
            raise Refused(Outcome.TRUNCATED, "the archived answer is not whole")
        headers = Headers(dict(record.headers))
        kind = responsetypes.responsetypes.from_args(headers=headers, url=request.url, body=record.body)
        return kind(url=request.url, status=record.status, headers=headers, body=record.body)
