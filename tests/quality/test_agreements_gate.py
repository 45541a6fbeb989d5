"""The floor under the reading of agreements: stories of our own, and the labelled ones where they are."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipelines.evaluation.agreements import evaluate

HERE = Path(__file__).parent
FIELDS = ("act", "kind", "period", "event_date", "place", "party_precision", "party_recall", "party_f1")


def floors(section: str) -> dict[str, float]:
    table: dict[str, Any] = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))["agreements"]
    return table[section]


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]


def below(result: dict[str, Any], section: str) -> list[str]:
    measured = {
        **{field: result[field] for field in FIELDS},
        **{f"recall_{a}": s for a, s in result["act_recall"].items()},
    }
    return [
        f"{field} = {measured[field]} < {floor}"
        for field, floor in floors(section).items()
        if measured[field] is None or measured[field] < floor
    ]


@pytest.mark.quality
def test_our_own_stories_are_read_right() -> None:
    stories = rows(HERE / "agreements.jsonl")
    assert len(stories) >= 40
    assert below(evaluate(stories), "own") == []


@pytest.mark.quality
@pytest.mark.shared
@pytest.mark.parametrize("name", ["retold-dev", "stories-dev"])
def test_labelled_stories_are_read_no_worse_than_before(name: str, shared: Path) -> None:
    file = shared / "corpus" / f"{name}.jsonl"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    matches = [row for row in rows(file) if row.get("acts")]
    assert below(evaluate(matches), name) == []
