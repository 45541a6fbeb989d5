"""The plan of the house, held against the code: imports run one way, pure modules stay pure."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
ROOMS = ("pipelines", "crawler", "schedules")
#: What each room may import of the others.
BELOW = {"pipelines": set(), "crawler": {"pipelines"}, "schedules": {"pipelines", "crawler"}}
#: Modules that must work on values alone.
PURE = (
    "pipelines/types.py", "pipelines/vietnamese.py", "pipelines/urls.py", "pipelines/gate.py", "pipelines/agreements.py",
    "pipelines/institutions.py", "pipelines/duplicates.py", "pipelines/events.py", "pipelines/event_digests.py",
    "pipelines/event_facts.py", "pipelines/matching/evidence.py",
    "pipelines/matching/similarity.py", "pipelines/matching/score.py", "crawler/discovery.py", "crawler/diagnosis.py",
    "crawler/rhythm.py", "schedules/due.py",
)  # fmt: skip
IMPURE = {"scrapy", "sqlite3", "sqlite_utils", "socket", "urllib.request", "requests", "httpx", "twisted", "subprocess"}


def _files(room: str) -> list[Path]:
    return sorted((PROJECT / room).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_from_schedules_to_crawler_to_pipelines_only(room: str) -> None:
    forbidden = set(ROOMS) - BELOW[room] - {room}
    wrong = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for path in _files(room)
        for name in _imports(path)
        if name.split(".")[0] in forbidden
    ]
    assert not wrong


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_use_no_network_no_sql_and_no_clock(name: str) -> None:
    source = (PROJECT / name).read_text("utf-8")
    assert not {i for i in _imports(PROJECT / name) if i in IMPURE or i.split(".")[0] in IMPURE}
    assert not re.search(r"datetime\.now\(|\btime\.time\(|date\.today\(|utcnow\(", source)


def test_scrapy_is_imported_in_pipelines_by_the_stages_alone() -> None:
    importers = {p.name for p in _files("pipelines") if any(i.split(".")[0] == "scrapy" for i in _imports(p))}
    assert importers <= {"stages.py"}


def test_trafilatura_and_htmldate_have_one_importer_each() -> None:
    for library, owner in (("trafilatura", "extract.py"), ("htmldate", "dates.py")):
        importers = {
            p.name for room in ROOMS for p in _files(room) if any(i.split(".")[0] == library for i in _imports(p))
        }
        assert importers <= {owner}, library


def test_sql_is_written_in_the_database_room_only() -> None:
    statement = re.compile(r"[\"'](?:SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE) ", re.IGNORECASE)
    wrong = [
        str(path.relative_to(PROJECT))
        for room in ROOMS
        for path in _files(room)
        if "database" not in path.parts and statement.search(path.read_text("utf-8"))
    ]
    assert not wrong
