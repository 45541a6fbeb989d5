"""Quality gates of the judge: over stories of our own writing, and over the held-out part of the labelled ones.

The floors stand in floors.toml. Lowering one is a decision to be explained where it is lowered.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipelines.evaluation.matches import evaluate
from pipelines.matching.score import Judge
from pipelines.matching.similarity import SeedCorpus
from pipelines.profile import load_profile

HERE = Path(__file__).parent
FLOORS: dict[str, Any] = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))["matches"]


@pytest.fixture(scope="module")
def judge() -> Judge:
    profile = load_profile()
    return Judge(profile, SeedCorpus.shipped(profile))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


@pytest.mark.quality
@pytest.mark.parametrize("metric", sorted(FLOORS["own"]))
def test_own_stories_are_judged_at_least_this_well(judge: Judge, metric: str) -> None:
    report = evaluate(rows(HERE / "matches.jsonl"), judge)
    assert report["sure"][metric] >= FLOORS["own"][metric], report["errors"]


@pytest.mark.quality
@pytest.mark.shared
def test_ordinary_news_raises_few_alarms(judge: Judge, shared: Path) -> None:
    stream = [{**row, "label": "neg"} for row in rows(shared / "corpus" / "ordinary-stream.jsonl")]
    report = evaluate(stream, judge)
    # True matches in the stream are alarms here, so the ceiling is above the goal of 2 in 1,000.
    assert report["by_label"]["neg"]["match"] / len(stream) <= FLOORS["ordinary"]["alarm_share"]


@pytest.mark.quality
@pytest.mark.shared
def test_every_seed_is_a_match_also_when_it_is_no_seed(shared: Path) -> None:
    profile = load_profile()
    seeds = SeedCorpus.shipped(profile)
    from pipelines.types import Story
    from pipelines.vietnamese import tidy

    for facts in profile.seed_facts:
        text = tidy((shared / "seeds" / facts["file"]).read_text("utf-8"))
        assert seeds.recognise("", text) == facts["id"]
        story = Story(url=str(facts.get("url") or facts["id"]), title="", text=text)
        within = Judge(profile, seeds).judge(story)
        without = Judge(profile, seeds.without(facts["id"])).judge(story)
        assert within.is_match and without.is_match, (facts["id"], within.score, without.score)
        assert within.nearest[0].seed == facts["id"]
        assert all(near.seed != facts["id"] for near in without.nearest)
