"""WARC out: valid for other tools while it is written, after a kill, and within its cap."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import archive
from crawler.archive import Archive, ReplayIndex
from crawler.pacing import Wire
from pipelines.errors import ArchiveError
from pipelines.warc import MAX_BODY, read_record, read_records

AT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


def _wire(number: int = 1, *, body: bytes | None = None, headers: tuple[tuple[str, str], ...] = ()) -> Wire:
    return Wire(
        url=f"https://bao.vn/tin-{number}.html?x=1",
        request_headers=(("User-Agent", "Kyket/test"),),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"), *headers),
        body=body if body is not None else f"<p>Tin số {number}</p>".encode() * 20,
        at=AT,
        ip_address="113.160.0.1",
    )


def _archive(folder: Path, **changes: int) -> Archive:
    return Archive(folder, **{"cap": 10**9, **changes}, software="Kyket/test", user_agent="Kyket/test (+x)")  # type: ignore[arg-type]


def test_an_exchange_is_readable_while_the_archive_is_open(tmp_path: Path) -> None:
    keeper = _archive(tmp_path)
    place = keeper.write_now(_wire())
    [file] = tmp_path.glob("*.warc.gz")
    [record] = read_records(file)
    assert record.url == "https://bao.vn/tin-1.html?x=1"
    assert record.at == AT
    assert record.body == _wire().body
    assert place == record.place
    keeper.close()
    assert not list(tmp_path.glob("*.open"))


def test_other_tools_find_info_response_and_request_each_in_its_own_gzip_member(tmp_path: Path) -> None:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.checker import Checker

    keeper = _archive(tmp_path)
    keeper.write_now(_wire(1))
    keeper.write_now(_wire(2, headers=(("Transfer-Encoding", "chunked"), ("Content-Length", "7"))))
    keeper.close()
    [file] = tmp_path.glob("*.warc.gz")
    with file.open("rb") as stream:
        records = ArchiveIterator(stream)
        kinds, responses, concurrent = [], [], []
        for record in records:
            kinds.append(record.rec_type)
            if record.rec_type == "response":
                responses.append(record.rec_headers.get_header("WARC-Record-ID"))
                assert record.http_headers.get_header("Transfer-Encoding") is None
                assert int(record.http_headers.get_header("Content-Length")) == len(record.content_stream().read())
            elif record.rec_type == "request":
                concurrent.append(record.rec_headers.get_header("WARC-Concurrent-To"))
                assert record.http_headers.get_header("User-Agent") == "Kyket/test"
    assert kinds == ["warcinfo", "response", "request", "response", "request"]
    assert concurrent == responses
    assert file.read_bytes().count(b"\x1f\x8b\x08") >= 5

    class Options:
        inputs = [str(file)]  # noqa: RUF012
        verbose = False

    checker = Checker(Options())
    checker.process_all()
    assert checker.exit_value == 0


def test_a_compressed_body_is_kept_as_sent_and_read_unpacked(tmp_path: Path) -> None:
    keeper = _archive(tmp_path)
    keeper.write_now(_wire(body=gzip.compress(b"<p>tin</p>"), headers=(("Content-Encoding", "gzip"),)))
    keeper.close()
    [record] = read_records(next(tmp_path.glob("*.warc.gz")))
    assert record.body == b"<p>tin</p>"
    assert "content-encoding" not in record.headers


def test_a_bomb_in_an_archive_is_read_up_to_the_limit_and_called_incomplete(tmp_path: Path) -> None:
    keeper = _archive(tmp_path)
    keeper.write_now(_wire(body=gzip.compress(b"a" * (MAX_BODY + 10)), headers=(("Content-Encoding", "gzip"),)))
    keeper.close()
    [record] = read_records(next(tmp_path.glob("*.warc.gz")))
    assert len(record.body) == MAX_BODY
    assert not record.complete


def test_files_rotate_and_the_oldest_go_when_the_cap_is_reached(tmp_path: Path) -> None:
    keeper = _archive(tmp_path, cap=20_000, rotate_at=4_000)
    for number in range(40):
        keeper.write_now(_wire(number, body=os.urandom(1_000)))
    keeper.close()
    files = sorted(tmp_path.glob("*.warc.gz"))
    assert 2 <= len(files) <= 6
    assert sum(file.stat().st_size for file in files) <= 20_000 + 6_000
    kept = [record.url for file in files for record in read_records(file)]
    assert kept == sorted(kept, key=lambda url: int(url.split("-")[1].split(".")[0]))
    assert kept[-1].endswith("tin-39.html?x=1")


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_a_record_that_a_kill_left_half_written_is_cut_off_at_the_next_start(tmp_path: Path, cut: int) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    keeper = _archive(tmp_path)
    keeper.write_now(_wire(1))
    whole = next(tmp_path.glob("*.warc.gz")).stat().st_size
    keeper.write_now(_wire(2, body=os.urandom(5_000)))
    [file] = tmp_path.glob("*.warc.gz")
    os.truncate(file, whole + cut)
    marker = next(tmp_path.glob("*.open"))
    marker.write_text(f"{socket.gethostname()} {child.pid}\n")
    assert [record.url for record in read_records(file)][:1] == ["https://bao.vn/tin-1.html?x=1"]
    _archive(tmp_path).close()
    assert file.stat().st_size == whole
    assert not marker.exists()
    assert [record.url for record in read_records(file)] == ["https://bao.vn/tin-1.html?x=1"]
    keeper._file.close()
    keeper._file = None


def test_the_file_of_a_crawl_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    keeper = _archive(tmp_path)
    keeper.write_now(_wire(1))
    assert archive.repair_abandoned(tmp_path) == []
    assert list(tmp_path.glob("*.open"))
    keeper.close()


def test_a_full_disk_stops_the_archive_and_leaves_whole_records(tmp_path: Path) -> None:
    keeper = _archive(tmp_path)
    keeper.write_now(_wire(1))
    file = keeper._file

    class Full:
        def __getattr__(self, name: str) -> object:
            return getattr(file, name)

        def write(self, data: bytes) -> int:
            return int(file.write(data[:100]))

    keeper._file = Full()
    assert keeper.write_now(_wire(2)) is None
    assert keeper.broken is not None
    assert "cannot be written" in keeper.broken
    keeper.close()
    assert len(list(read_records(next(tmp_path.glob("*.warc.gz"))))) == 1


def test_a_folder_that_cannot_be_written_is_said_before_the_crawl(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="nothing can be archived"):
        _archive(tmp_path / "file")


@pytest.mark.parametrize("content", [b"", b"<html>no archive</html>", b"\x1f\x8b\x08\x00 broken"])
def test_a_file_that_is_no_warc_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.warc.gz"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"bad\.warc\.gz"):
        list(read_records(path))


def test_a_replay_says_that_an_archive_breaks_off(tmp_path: Path) -> None:
    keeper = _archive(tmp_path)
    keeper.write_now(_wire(1))
    keeper.write_now(_wire(2, body=os.urandom(5000)))
    keeper.close()
    [file] = tmp_path.glob("*.warc.gz")
    assert ReplayIndex([file]).problems == []
    place = next(record.offset for record in read_records(file) if record.url.endswith("tin-2.html?x=1"))
    os.truncate(file, place + 3000)
    assert ReplayIndex([file]).problems == [f"{file} breaks off in its last record"]


def test_an_archive_answers_whatever_scheme_www_or_tracking_the_link_has(tmp_path: Path) -> None:
    keeper = _archive(tmp_path)
    keeper.write_now(_wire(1))
    keeper.close()
    index = ReplayIndex(tmp_path.glob("*.warc.gz"))
    for url in ("http://www.bao.vn/tin-1.html?x=1", "https://bao.vn/tin-1.html?x=1&utm_source=zalo#top"):
        capture = index.best(url)
        assert capture is not None, url
        record = read_record(capture.file, capture.offset)
        assert record is not None
        assert record.url == "https://bao.vn/tin-1.html?x=1"
    assert index.best("https://bao.vn/tin-2.html?x=1") is None
