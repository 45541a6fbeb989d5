"""Learning from verdicts: on the labelled stories' features as well, never on verdicts alone."""

from __future__ import annotations

import pytest

from pipelines.matching.fit import Example, labelled_examples, refit
from pipelines.matching.score import Judge
from pipelines.matching.similarity import SeedCorpus
from pipelines.profile import load_profile
from pipelines.types import Story

WEIGHTS = {"threshold": 0.5, "scale": 1.0, "shift": 0.0}
LABELLED = [
    Example(
        features={"model": 2.0 if n % 2 else -2.0, "a": float(n % 2)}, positive=bool(n % 2), group=f"g{n}"
    )
    for n in range(60)
]


def test_verdicts_alone_teach_nothing() -> None:
    with pytest.raises(ValueError, match="labelled"):
        refit([], [Example(features={"a": 1.0}, positive=True)], WEIGHTS)


def test_without_contradiction_little_changes() -> None:
    result = refit(LABELLED, [Example(features={"model": 2.0, "a": 1.0}, positive=True, group="v")], WEIGHTS)
    assert result.before.f1 == result.after.f1 == 1.0
    assert (result.verdicts, result.labelled) == (1, 60)


def test_repeated_rejections_of_a_kind_are_learnt() -> None:
    verdicts = [
        Example(features={"model": 1.5, "spam": 1.0}, positive=False, group=f"v{n}") for n in range(12)
    ]
    result = refit(LABELLED, verdicts, WEIGHTS)
    assert result.verdicts_before == 0.0
    assert result.verdicts_after > 0.9
    assert result.weights["learnt"]["spam"] < -1
    assert result.after.f1 >= result.before.f1


def test_the_fit_is_the_same_each_time() -> None:
    verdicts = [Example(features={"model": 1.0, "x": 1.0}, positive=False, group="v")]
    assert refit(LABELLED, verdicts, WEIGHTS) == refit(LABELLED, verdicts, WEIGHTS)


def test_the_package_ships_examples_with_both_answers_and_no_words() -> None:
    profile = load_profile()
    examples = labelled_examples(profile)
    assert len(examples) > 1500
    assert {example.positive for example in examples} == {True, False}
    assert all("model" in example.features for example in examples[:50])
    terms = profile.weights["linear"]["terms"]
    assert not any(name in terms for example in examples[:200] for name in example.features)


def test_refitted_weights_judge() -> None:
    profile = load_profile()
    seeds = SeedCorpus.shipped(profile)
    story = Story(
        url="u",
        title="Hai trường ký thỏa thuận hợp tác",
        text="Sáng 5-3, hai trường ký kết thỏa thuận hợp tác đào tạo.",
    )
    judge = Judge(profile, seeds)
    lowered = {**profile.weights, "shift": -20.0}
    assert judge.judge(story).is_match
    assert not Judge(profile, seeds, weights=lowered).judge(story).is_match
    assert "model" in judge.features(story)
