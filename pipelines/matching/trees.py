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
        self._trees: Sequence[Sequence[Sequence[float]]] = data["trees"]
        self._base = float(data["base"])

    def contributions(self, features: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """(start, feature → how much it moved the log odds); start and all moves add up to the log odds."""
        values = [features.get(name, 0.0) for name in self._names]
        moved = [0.0] * len(values)
        start = self._base
        for tree in self._trees:
            node = tree[0]
            here = node[4]
            start += here
            while (feature := int(node[0])) >= 0:
                node = tree[int(node[2] if values[feature] <= node[1] else node[3])]
                moved[feature] += node[4] - here
                here = node[4]
        return start, {name: amount for name, amount in zip(self._names, moved, strict=True) if amount}
