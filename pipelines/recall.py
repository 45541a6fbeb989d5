"""The recall ledger's arithmetic: what two kinds of source found tells what both missed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _missed(counts: Mapping[frozenset[str], int], one: str, other: str) -> float | None:
    """How many stories both kinds of source missed: (n1 + 1)(n2 + 1) / (m + 1) - 1 estimates all, those that either found
    are taken off. None without overlap.

    Chapman 1951, University of California Publications in Statistics 1, 131-160. It supposes that both kinds find
    independently of each other; feeds and sections of one paper favour the same stories, so it is a lower bound.
    """
    first = sum(n for kinds, n in counts.items() if one in kinds)
    second = sum(n for kinds, n in counts.items() if other in kinds)
    both = sum(n for kinds, n in counts.items() if one in kinds and other in kinds)
    if not both:
        return None
    total = (first + 1) * (second + 1) / (both + 1) - 1
    return max(0.0, total - (first + second - both))


def recall(counts: Mapping[frozenset[str], int]) -> dict[str, Any]:
    """Of stories counted by the kinds of source that showed them: what each found, alone found, and all missed."""
    kinds = sorted({kind for found in counts for kind in found})
    estimates = [
        missed for i, a in enumerate(kinds) for b in kinds[i + 1 :] if (missed := _missed(counts, a, b)) is not None
    ]
    return {
        "stories": sum(counts.values()),
        "found_by": {kind: sum(n for found, n in counts.items() if kind in found) for kind in kinds},
        "only_by": {kind: counts.get(frozenset({kind}), 0) for kind in kinds},
        "estimated_missed": round(min(estimates), 1) if estimates else None,
    }
