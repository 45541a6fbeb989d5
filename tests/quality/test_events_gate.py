"""The gate of events: signings of our own writing, and real clusters where they are at hand, above their floors.

events.jsonl: each signing is told two to four ways (preview, report, retelling, follow-up, reprint) by different
outlets; last year's, the next province's and the renewal stand among them to be kept apart. Floors are in
floors.toml; lowering one is a decision that the commit must explain.
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from pipelines.evaluation import events

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))["events"]
ACTS = ("ky_ket", "so_ket", "tong_ket", "gia_han", "trao_doi")

pytestmark = pytest.mark.quality


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@lru_cache
def _own() -> list[dict[str, Any]]:
    return _rows(HERE / "events.jsonl")


@lru_cache
def _grouped() -> tuple[list[int], dict[int, int]]:
    return events.group(_own(), judge=events.shipped_judge())


def _check(result: dict[str, Any], floors: dict[str, float]) -> None:
    misses = {key: (result[key], floor) for key, floor in floors.items() if result[key] < floor}
    assert not misses, f"below the floor: {misses} of {result}"


def test_the_signings_are_many_told_often_and_of_every_act() -> None:
    told: dict[str, int] = defaultdict(int)
    acts: dict[str, set[str]] = defaultdict(set)
    for row in _own():
        told[row["event"]] += 1
        for act in row["acts"]:
            acts[act].add(row["event"])
    assert sum(times >= 2 for times in told.values()) >= 60
    assert all(len(acts[act]) >= 8 for act in ACTS)


def test_own_signings_end_on_one_line_each() -> None:
    _check(events.evaluate(_own()), FLOORS["own"])


@pytest.mark.parametrize("act", ACTS)
def test_tellings_of_every_act_find_one_another(act: str) -> None:
    found, _ = _grouped()
    chosen = [i for i, row in enumerate(_own()) if act in row["acts"]]
    _, recall = events.bcubed([found[i] for i in chosen], [_own()[i]["event"] for i in chosen])
    assert recall >= FLOORS["own_recall"][act]


def test_every_reprint_is_a_duplicate_and_nothing_else_is() -> None:
    _, duplicate_of = _grouped()
    reprints = {i for i, row in enumerate(_own()) if row["role"] == "reprint"}
    assert set(duplicate_of) == reprints
    assert all(_own()[i]["event"] == _own()[original]["event"] for i, original in duplicate_of.items())


def test_an_event_names_all_outlets_that_told_it() -> None:
    found, _ = _grouped()
    outlets: dict[int, set[str]] = defaultdict(set)
    for event, row in zip(found, _own(), strict=True):
        outlets[event].add(row["outlet"])
    assert max(len(names) for names in outlets.values()) >= 4


@pytest.mark.shared
def test_real_clusters_stay_together(shared: Path) -> None:
    _check(events.evaluate(_rows(shared / "corpus" / "events-dev.jsonl")), FLOORS["clusters"])


@pytest.mark.shared
def test_real_retellings_find_one_another(shared: Path) -> None:
    rows = [row for row in _rows(shared / "corpus" / "retold-dev.jsonl") if row.get("event")]
    _check(events.evaluate(rows), FLOORS["retold"])
