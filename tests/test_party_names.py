"""Hundreds of names as the press spells bodies: which are one party, which are two, and who took over from whom."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.institutions import Registry

NAMES = Path(__file__).with_name("quality") / "party-names.txt"

#: What the registry reached on the list when it was written anew; it may only rise.
PRECISION, RECALL, TOLD_APART = 0.995, 0.99, 0.995


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load()


def lines(mark: str) -> Iterator[list[str]]:
    """The names of every line of one mark: = one body, ! several, > two of which the second took over."""
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith(mark):
            yield [name.strip() for name in line[1:].split(" | ")]


def test_names_of_one_body_are_one_party_and_those_of_two_are_not(registry: Registry) -> None:
    same = [(names[0], other) for names in lines("=") for other in names[1:]]
    apart = [pair for mark in "!>" for names in lines(mark) for pair in itertools.combinations(names, 2)]
    assert len(same) + len(apart) > 950

    def one(pair: tuple[str, str]) -> bool:
        return registry.normalise(pair[0]).key == registry.normalise(pair[1]).key

    split = [pair for pair in same if not one(pair)]
    merged = [pair for pair in apart if one(pair)]
    right = len(same) - len(split)
    assert right / (right + len(merged)) >= PRECISION, merged
    assert right / len(same) >= RECALL, split
    assert 1 - len(merged) / len(apart) >= TOLD_APART, merged


def test_a_body_that_is_no_more_knows_who_took_over(registry: Registry) -> None:
    wrong = [
        (old, new)
        for old, new in lines(">")
        if registry.normalise(old).successor != registry.normalise(new).key
    ]
    assert wrong == []


def test_the_normal_form_of_a_full_name_is_itself(registry: Registry) -> None:
    """What is shown for a party, typed again, must mean that party."""
    names = {name for mark in "=!>" for line in lines(mark) for name in line}
    forms = {name: registry.normalise(name) for name in names}
    moved = [
        (name, form.full, form.key, again)
        for name, form in forms.items()
        if (again := registry.normalise(form.full).key) != form.key
    ]
    assert len(moved) <= 0.03 * len(names), moved
