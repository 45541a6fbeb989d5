"""Stories from elsewhere: the same stages, the same outcomes, nothing twice, and kind words for broken files."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.commands_import import import_command
from pipelines.database import Store

SIGNING = (
    "Sáng 12/8, tại thành phố Bến Thương, Bộ Chỉ huy quân sự tỉnh Bến Thương và Trường Đại học Sông Cái tổ chức lễ ký kết "
    "chương trình phối hợp giáo dục quốc phòng giai đoạn 2026 - 2030. Đại tá Lê Văn Mẫu và hiệu trưởng Trần Thị Mẫu đã ký "
    "chương trình phối hợp trước sự chứng kiến của lãnh đạo tỉnh. Theo chương trình, hai bên trao đổi giảng viên và mở "
    "lớp bồi dưỡng kiến thức quốc phòng cho sinh viên mỗi năm. Hai đơn vị cũng sẽ tổ chức giao lưu văn nghệ, thể thao."
)
WEATHER = (
    "Sáng 12/8, miền Bắc có mưa rào rải rác, nhiệt độ cao nhất 33 độ. Cơ quan khí tượng cho biết trong hai ngày tới mưa "
    "giảm dần, trời hửng nắng về trưa. Người dân vùng núi cần đề phòng sạt lở đất sau nhiều ngày mưa kéo dài vừa qua."
)


def page(title: str, text: str, url: str = "https://song-cai.example/tin-1.html") -> str:
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="canonical" href="{url}"><meta property="og:title" content="{title}">'
        f'<meta property="article:published_time" content="2026-08-12T10:00:00+07:00"></head><body><article>'
        f"<h1>{title}</h1><div class='content'>" + "".join(f"<p>{s}.</p>" for s in text.split(". ")) + "</div></article></body></html>"
    )


SIGNED = page("Ký kết chương trình phối hợp giáo dục quốc phòng giai đoạn 2026 - 2030", SIGNING)


def warc(path: Path, pages: dict[str, str], *, cut: int = 0) -> Path:
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    for url, body in pages.items():
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        record = writer.create_warc_record(url, "response", payload=BytesIO(body.encode()), length=len(body.encode()), http_headers=headers)
        writer.write_record(record)
    data = buffer.getvalue()
    path.write_bytes(data[: len(data) - cut])
    return path


def run(db: Path, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(import_command, [*map(str, arguments), "--db", str(db), "--json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.stdout.splitlines()[0])


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "kyket.db"


def stories(db: Path) -> list[tuple[str, str, str]]:
    with Store(db, readonly=True) as store:
        assert store.check() == []
        return [(row.story.url, row.story.title, row.story.origin) for row in store.stories.iterate()]


def test_a_warc_is_judged_page_by_page(db: Path, tmp_path: Path) -> None:
    file = warc(
        tmp_path / "a.warc.gz",
        {"https://song-cai.example/tin-1.html": SIGNED, "https://song-cai.example/tin-2.html": page("Mưa giảm", WEATHER, "https://song-cai.example/tin-2.html")},
    )
    code, report = run(db, file)
    assert code == 0
    assert report["outcomes"] == {"gated": 1, "stored": 1}
    assert report["new_matches"] == 1


def test_importing_again_adds_no_story(db: Path, tmp_path: Path) -> None:
    file = warc(tmp_path / "a.warc.gz", {"https://song-cai.example/tin-1.html": SIGNED})
    run(db, file)
    _, again = run(db, file)
    assert again["outcomes"] == {"unchanged": 1}
    assert len(stories(db)) == 1


def test_a_damaged_warc_gives_what_is_whole_and_exits_1(db: Path, tmp_path: Path) -> None:
    pages = {f"https://song-cai.example/tin-{n}.html": page("Mưa giảm", WEATHER, f"https://song-cai.example/tin-{n}.html") for n in range(3)}
    code, report = run(db, warc(tmp_path / "a.warc.gz", pages, cut=200))
    assert code == 1
    assert 2 <= sum(report["outcomes"].values()) <= 3
    assert "a.warc.gz" in report["problems"][0]


def test_a_saved_page_says_its_own_address(db: Path, tmp_path: Path) -> None:
    (tmp_path / "saved.html").write_text(SIGNED, "utf-8")
    run(db, tmp_path / "saved.html")
    assert [url for url, _, _ in stories(db)] == ["https://song-cai.example/tin-1.html"]


def test_a_saved_page_without_an_address_wants_one(db: Path, tmp_path: Path) -> None:
    (tmp_path / "saved.html").write_text(SIGNED.replace('<link rel="canonical" href="https://song-cai.example/tin-1.html">', ""), "utf-8")
    with pytest.raises(Exception, match="--url"):
        run(db, tmp_path / "saved.html")
    code, _ = run(db, tmp_path / "saved.html", "--url", "https://other.example/a.html")
    assert code == 0


def test_jsonl_stories_are_judged_as_they_are(db: Path, tmp_path: Path) -> None:
    rows = [
        {"url": "https://a.example/1", "title": "Ký kết chương trình phối hợp", "text": SIGNING, "published": "2026-08-12T10:00:00+07:00", "outlet": "a"},
        {"url": "https://a.example/2", "title": "Mưa\u2028giảm", "text": WEATHER},
    ]
    (tmp_path / "s.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    _, report = run(db, tmp_path / "s.jsonl")
    assert report["outcomes"] == {"gated": 1, "stored": 1}
    assert stories(db)[0][2] == "import"


BROKEN: dict[str, tuple[str, str]] = {
    "not JSON": ("s.jsonl", "s.jsonl, line 1: not JSON"),
    "no url": ("s.jsonl", "line 1: url is missing"),
    "bad date": ("s.jsonl", "line 1: published"),
    "address": ("s.jsonl", "line 1: url"),
}
CONTENT = {
    "not JSON": "{oops",
    "no url": json.dumps({"title": "a", "text": "b"}),
    "bad date": json.dumps({"url": "https://a.example/1", "title": "a", "text": "b", "published": "someday"}),
    "address": json.dumps({"url": "file:///etc/passwd", "title": "a", "text": "b"}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_line_is_named(name: str, db: Path, tmp_path: Path) -> None:
    file, message = BROKEN[name]
    (tmp_path / file).write_text(CONTENT[name])
    with pytest.raises(Exception, match=message):
        run(db, tmp_path / file)


def test_a_file_that_is_nothing_of_ours_is_refused(db: Path, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"\x00\x01\x02")
    with pytest.raises(Exception, match="not a WARC, HTML or JSON lines file"):
        run(db, tmp_path / "x.bin")
    (tmp_path / "y.warc.gz").write_bytes(gzip.compress(b"no record here"))
    with pytest.raises(Exception, match=r"y\.warc\.gz"):
        run(db, tmp_path / "y.warc.gz")


def test_nothing_that_a_terminal_obeys_is_stored(db: Path, tmp_path: Path) -> None:
    harm = "\x1b[31m\x9b0m\x07\x00\u202e"
    row = {
        "url": "https://song-cai.example/tin-9.html", "title": "Ký kết chương trình" + harm, "text": SIGNING + harm,
        "lead": "Sáng 12/8" + harm, "authors": ["Lê Mẫu" + harm], "outlet": "songcai" + harm, "published": "2026-08-12",
    }  # fmt: skip
    lines, saved = tmp_path / "a.jsonl", tmp_path / "b.html"
    lines.write_text(json.dumps(row) + "\n", "utf-8")
    head = f'<meta name="author" content="Trần Mẫu{harm}"><meta property="article:section" content="Xã hội{harm}">'
    told = page(f"Ký kết{harm} chương trình phối hợp giáo dục", SIGNING + harm, "https://song-cai.example/tin-10.html")
    saved.write_text(told.replace("</head>", head + "</head>"), "utf-8")
    code, report = run(db, lines, saved)
    assert (code, sum(report["outcomes"].values())) == (0, 2)
    with sqlite3.connect(db) as file:
        dump = [line for line in file.iterdump() if not line.startswith("CREATE")]
    assert len(stories(db)) == 2
    assert not re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", "".join(dump))
