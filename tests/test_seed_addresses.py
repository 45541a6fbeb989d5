"""`kyket seeds add URL`: the page is fetched as a crawl would, here from an archive, and becomes a seed."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
URL = "https://baomau.example/ky-ket-vung-5.html"
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Vùng 5 ký kết với hội nông dân</title>
<meta property="og:type" content="article"><meta property="og:title" content="Vùng 5 ký kết với hội nông dân">
<meta property="article:published_time" content="2026-03-12T15:20:00+07:00"></head><body><article><h1>Vùng 5 ký kết với hội nông dân</h1>
<p>Sáng 12-3, Bộ Tư lệnh Vùng 5 Hải quân và Hội Nông dân tỉnh Nam Sơn tổ chức lễ ký kết chương trình phối hợp giai đoạn 2026-2030.</p>
<p>Hai bên sẽ cùng tuyên truyền về biển, giúp hội viên làm ăn và nhận đỡ đầu con em ngư dân có hoàn cảnh khó khăn trên đảo.</p>
<p>Phát biểu tại buổi lễ, chỉ huy Vùng cho biết các hải đội đã chọn xong những xã sẽ làm điểm trong sáu tháng đầu của chương trình.</p>
<p>Trước khi ký, hai bên xem lại việc phối hợp của hai năm qua: hơn bốn mươi buổi nói chuyện ở các chợ cá, ba trăm lá cờ trao cho
chủ tàu và sáu mô hình nuôi cá lồng được chuyển giao cho gia đình quân nhân tại ngũ. Việc còn chậm là khám bệnh cho ngư dân đường dài.</p>
<p>Đại diện hội cho rằng lực lượng tại chỗ là hội viên, vì thế chương trình mới dành phần lớn kinh phí cho lớp học ngay tại bến.</p>
</article></body></html>"""

pytestmark = pytest.mark.slow


def _archive(path: Path) -> None:
    """One response record, written out: a WARC file is simple."""
    page = PAGE.encode()
    answer = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(page)
        + page
    )
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2026-03-13T01:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    path.write_bytes(gzip.compress(head.encode() + answer + b"\r\n\r\n"))


def _run(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    _archive(folder / "page.warc.gz")
    script = (
        "import sys; from pathlib import Path; from crawler import single; from schedules import cli\n"
        "online = single.fetch_pages\n"
        "single.fetch_pages = lambda urls, db: online(urls, db=db, replay=[Path('page.warc.gz')])\n"
        f"cli.main(['--db', 'kyket.db', 'seeds', 'add', {url!r}])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_a_page_becomes_a_seed_that_remembers_its_address(tmp_path: Path) -> None:
    done = _run(tmp_path, URL)
    assert done.returncode == 0, done.stderr
    script = "from schedules.cli import main; main(['--db', 'kyket.db', 'seeds', 'list', '--json'])"
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    listed = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    [own] = [seed for seed in json.loads(listed.stdout) if not seed["shipped"]]
    assert (own["url"], own["title"]) == (URL, "Vùng 5 ký kết với hội nông dân")


def test_a_page_that_cannot_be_had_is_named_and_adds_nothing(tmp_path: Path) -> None:
    done = _run(tmp_path, "https://baomau.example/khong-co.html")
    assert done.returncode == 2
    assert "khong-co.html cannot be had: not-archived" in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1
