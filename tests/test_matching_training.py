"""How the shipped weights are made: threshold, damaged copies, stories of our own writing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import pipelines.matching.training as training
from pipelines.evaluation.matches import LABELS
from pipelines.matching.training import (
    DAMAGES,
    UNTAUGHT,
    Labelled,
    best_threshold,
    damaged,
    label_row,
    variants,
)

OWN = Path(training.__file__).with_name("own_stories.jsonl")
GATE = Path(__file__).parent / "quality" / "matches.jsonl"


def rows(path: Path) -> list[dict[str, Any]]:
    return [row for line in path.read_text("utf-8").split("\n") if line and "id" in (row := json.loads(line))]


def story(number: int, label: str) -> Labelled:
    row = {
        "id": f"press/{number}",
        "title": f"Tin số {number}",
        "text": "Một câu dài vừa phải.\nHai câu nữa.\nBa.",
    }
    return label_row(row, label, 1.0)


def logit(score: float) -> float:
    return math.log(score / (1 - score))


def test_the_threshold_stands_in_the_middle_of_what_is_nearly_as_good() -> None:
    stories = [story(n, "civil" if n < 50 else "near") for n in range(100)]
    scores = [0.6 if s.label == "civil" else 0.4 for s in stories]
    # Every threshold above 0.4 and up to 0.6 parts them; the first or last of these would hang on one story.
    assert best_threshold(stories, [logit(score) for score in scores]) == pytest.approx(0.5, abs=0.02)


def test_stories_of_our_own_do_not_choose_the_threshold() -> None:
    stories = [story(n, "civil" if n < 50 else "near") for n in range(100)]
    logits = [logit(0.6 if s.label == "civil" else 0.4) for s in stories]
    ours = [label_row({"id": f"w{n}", "title": "Bài riêng", "text": "Chữ."}, "near", 1.0) for n in range(80)]
    with_ours = best_threshold([*stories, *ours], [*logits, *([logit(0.55)] * len(ours))])
    assert with_ours == best_threshold(stories, logits)


@pytest.mark.parametrize("damage", [*DAMAGES, *UNTAUGHT])
def test_a_damaged_copy_stays_with_its_story(damage: str) -> None:
    whole = label_row(
        {
            "id": "press/1",
            "title": "Hai trường ký thỏa thuận",
            "text": "Một hai ba bốn năm sáu bảy tám chín mười lăm hai mươi.\n" * 40,
        },
        "civil",
        1.0,
    )
    copy = damaged(whole, damage)
    assert (copy.group, copy.label) == (whole.group, whole.label)
    assert copy.weight < whole.weight
    assert copy.story != whole.story


def test_what_is_taught_and_what_only_tests_differ() -> None:
    assert not set(DAMAGES) & set(UNTAUGHT)
    taught = {copy.id.partition("#")[2] for copy in variants([story(n, "civil") for n in range(60)])}
    assert taught == set(DAMAGES)


def test_our_own_stories_are_whole_and_not_those_of_the_gate() -> None:
    ours = rows(OWN)
    assert len(ours) > 100
    assert all(row["label"] in LABELS and row["title"] and row["text"] for row in ours)
    assert len({row["id"] for row in ours}) == len(ours)
    gate = {row["text"][:60] for row in rows(GATE)}
    assert not gate & {row["text"][:60] for row in ours}
