"""Small regression trees as data: what gradient boosting found, evaluated and explained in plain Python.

A tree is a list of nodes `[feature, threshold, left, right, value]`; a leaf has feature -1. `value` is the
mean of the leaves below, so that a path's steps from node to node say how much each feature moved the
result (Saabas, 2014), and the steps add up to it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Trees:
    """A boosted ensemble over named features; a feature that a story lacks is 0."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._names: Sequence[str] = data["names"]
        self._trees: Sequence[Sequence[tuple[int, float, int, int, float]]] = [
            [
                (int(f), float(edge), int(left), int(right), float(value))
                for f, edge, left, right, value in tree
            ]
            for tree in data["trees"]
        ]
        self.start = float(data["base"]) + sum(tree[0][4] for tree in self._trees)
        """The log odds before any feature is asked."""

    def contributions(self, features: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """(start, feature → how much it moved the log odds); start and all moves add up to the log odds."""
        values = [features.get(name, 0.0) for name in self._names]
        moved = [0.0] * len(values)
        for tree in self._trees:
            feature, edge, left, right, here = tree[0]
            while feature >= 0:
                following = tree[left if values[feature] <= edge else right]
                moved[feature] += following[4] - here
                feature, edge, left, right, here = following
        return self.start, {name: amount for name, amount in zip(self._names, moved, strict=True) if amount}
