"""Duplicates in one real file: what a crash leaves, and two processes that write at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from pipelines.database.group_tables import SCHEMA
from pipelines.database.grouping import Grouper

STORIES = "CREATE TABLE stories (id INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL);"
TEXT = (
    "Chiều 3/4, Ban Quản lý cảng cá Bến Đá và Hải đội 2 ký quy chế phối hợp cứu nạn trên vùng biển phía nam đảo Hòn Lau. "
    "Hai bên lập chung một bảng trực, chia nhau ba tần số liên lạc và mỗi tháng diễn tập kéo tàu hỏng máy một lần. Chủ tàu "
    "đánh bắt xa bờ được phát áo phao, hướng dẫn báo vị trí qua máy định vị và nhắc nhau neo đậu tránh gió mùa đông bắc."
)
#: Tells its share of ten copies, one transaction each, the later published first; `crash` dies before the last commit.
TELLER = """
import os, sqlite3, sys
from datetime import UTC, datetime, timedelta
from pipelines.database.grouping import Grouper
from pipelines.types import Story

path, share, crash, text = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "crash", sys.argv[4]
db = sqlite3.connect(path, isolation_level=None, timeout=30)
grouper = Grouper(db)
print("ready", flush=True)
sys.stdin.readline()
numbers = [number for number in range(9, -1, -1) if number % 2 == share]
for number in numbers:
    copy = f"(Báo {number}) {text}"
    published = datetime(2024, 4, 3, tzinfo=UTC) + timedelta(hours=number)
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO stories VALUES (?, ?, ?)", (number, f"Tin của báo {number}", copy))
    grouper.add(number, Story(url=f"https://bao.example/{number}", title="Tin", text=copy, published=published))
    if crash and number == numbers[-1]:
        os._exit(9)
    db.execute("COMMIT")
"""


def _database(tmp_path: Path) -> Path:
    path = tmp_path / "kyket.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(STORIES + SCHEMA)
    return path


def _teller(path: Path, share: int, how: str = "whole") -> subprocess.Popen[str]:
    asked = [sys.executable, "-c", TELLER, str(path), str(share), how, TEXT]
    root = Path(__file__).parents[1]
    teller = subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)
    assert teller.stdout is not None
    assert teller.stdout.readline() == "ready\n"
    return teller


def _finish(*tellers: subprocess.Popen[str]) -> list[int]:
    for teller in tellers:
        assert teller.stdin is not None
        teller.stdin.write("go\n")
        teller.stdin.flush()
    codes = []
    for teller in tellers:
        teller.communicate(timeout=60)
        codes.append(teller.returncode)
    return codes


def _originals(path: Path) -> dict[int, int | None]:
    with closing(sqlite3.connect(path)) as db:
        return dict(
            db.execute(
                "SELECT s.id, d.original FROM stories s LEFT JOIN duplicates d ON d.story = s.id ORDER BY s.id"
            )
        )


def test_two_processes_that_tell_copies_at_once_agree_on_the_first(tmp_path: Path) -> None:
    path = _database(tmp_path)
    assert _finish(_teller(path, 0), _teller(path, 1)) == [0, 0]
    assert _originals(path) == {0: None} | dict.fromkeys(range(1, 10), 0)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(DISTINCT event) FROM event_stories").fetchone() == (1,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_crash_leaves_no_half_turned_link_and_the_next_telling_mends_it(tmp_path: Path) -> None:
    """The earliest copy dies while it turns the links of the others round: they still agree, and so when it comes again."""
    path = _database(tmp_path)
    assert _finish(_teller(path, 0, "crash")) == [9]
    assert _originals(path) == {2: None, 4: 2, 6: 2, 8: 2}
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("SELECT count(*) FROM event_digests WHERE story = 0").fetchone() == (0,)
        for number in (2, 4, 6, 8):  # as if judged anew
            Grouper(db).remove(number)
            db.execute("DELETE FROM stories WHERE id = ?", (number,))
    assert _finish(_teller(path, 0)) == [0]
    assert _originals(path) == {0: None, 2: 0, 4: 0, 6: 0, 8: 0}
