"""The gate of extraction: figures over real captured pages and over our own must not fall below their floors.

Floors are in floors.toml; lowering one is a decision that the commit must explain.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from pipelines.evaluation import extraction
from pipelines.extract import extract_story
from pipelines.types import Outcome, Outlet, Page, Rejected

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))["extraction"]
NOW = datetime(2026, 12, 31, tzinfo=UTC)

pytestmark = pytest.mark.quality


@lru_cache
def _catalogue() -> tuple[Outlet, ...]:
    from crawler.catalogue import load_catalogue

    return tuple(load_catalogue().values())


def _check(result: dict[str, Any], floors: dict[str, float]) -> None:
    misses = {key: (result[key], floor) for key, floor in floors.items() if result[key] < floor}
    assert not misses, (
        misses,
        [
            row
            for row in result["pages"]
            if row.get("token_f1", 1) < 0.97 or not row.get("title", True) or not row.get("published", True)
        ],
    )


@pytest.mark.parametrize("outlets", ["with the catalogue's rules", "without any rules"])
def test_our_own_pages_stay_above_their_floors(outlets: str) -> None:
    rules = _catalogue() if outlets.startswith("with the") else ()
    _check(extraction.evaluate(HERE.parent / "pages", outlets=rules, now=NOW), FLOORS["own"])


@pytest.mark.shared
@pytest.mark.parametrize("outlets", ["with the catalogue's rules", "without any rules"])
def test_captured_pages_stay_above_their_floors(shared: Path, outlets: str) -> None:
    rules = _catalogue() if outlets.startswith("with the") else ()
    _check(extraction.evaluate(shared / "press" / "pages", outlets=rules, now=NOW), FLOORS["captured"])


@pytest.mark.shared
def test_captured_section_and_home_pages_are_no_stories(shared: Path) -> None:
    folder = shared / "press" / "pages"
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf-8").splitlines()]
    lists = [entry for entry in entries if entry["page_type"] != "article"]
    assert len(lists) >= 10
    for entry in lists:
        url = entry["url"] or "https://bao.example.vn/trang-khong-ro-dia-chi"
        page = Page(url=url, body=(folder / entry["file"]).read_bytes(), fetched_at=NOW)
        result = extract_story(page, None, now=NOW)
        assert isinstance(result, Rejected), entry["file"]
        assert result.outcome in (Outcome.NOT_ARTICLE, Outcome.TOO_SHORT, Outcome.MOSTLY_LINKS), entry["file"]


@pytest.mark.shared
def test_the_captured_challenge_is_recognised(shared: Path) -> None:
    body = (shared / "press" / "pages" / "_challenge.html").read_bytes()
    result = extract_story(
        Page(url="https://bao.example.vn/x-1.html", body=body, fetched_at=NOW), None, now=NOW
    )
    assert isinstance(result, Rejected)
    assert result.outcome is Outcome.CHALLENGE
