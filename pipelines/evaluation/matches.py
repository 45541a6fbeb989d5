"""How well the judge tells matches from the rest, on labelled stories.

`core` and `civil` are matches. `core_auc` is how often, of a core and a civil story, the core one ranks
first; the ranking is the one `kyket new` and `kyket matches` print: closeness to the seeds, then score.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.matching.score import Judge
from pipelines.types import Match, Story
from pipelines.vietnamese import squeeze, tidy

POSITIVE = frozenset({"core", "civil"})
LABELS = ("core", "civil", "near", "neg")
_WORST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled story and what the judge said."""

    id: str
    label: str
    sure: bool
    stratum: str | None
    match: Match
    title: str

    @property
    def positive(self) -> bool:
        return self.label in POSITIVE


def story_of(row: Mapping[str, Any]) -> Story:
    """The story of one labelled row."""
    return Story(
        url=str(row.get("url") or row.get("id") or ""),
        title=squeeze(row.get("title") or ""),
        text=tidy(row.get("text") or ""),
        outlet=row.get("outlet"),
    )


def judge_rows(rows: Iterable[Mapping[str, Any]], judge: Judge) -> list[Judged]:
    return [
        Judged(
            id=str(row["id"]),
            label=str(row["label"]),
            sure=row.get("sure") is not False,
            stratum=row.get("stratum"),
            match=judge.judge(story_of(row)),
            title=str(row.get("title") or ""),
        )
        for row in rows
    ]


def evaluate(rows: Iterable[Mapping[str, Any]], judge: Judge) -> dict[str, Any]:
    """All figures of `kyket evaluate matches`; a share of nothing is None."""
    judged = judge_rows(rows, judge)
    return summarise(judged, judge.threshold)


def summarise(judged: Sequence[Judged], threshold: float) -> dict[str, Any]:
    strata: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        strata[one.stratum or "-"].append(one)
    wrong = [one for one in judged if one.positive != (one.match.score >= threshold)]
    wrong.sort(key=lambda one: (-abs(one.match.score - threshold), one.id))
    return {
        "threshold": threshold,
        "all": figures(judged, threshold),
        "sure": figures([one for one in judged if one.sure], threshold),
        "by_label": {
            label: _counts([one for one in judged if one.label == label], threshold)
            for label in LABELS
            if any(one.label == label for one in judged)
        },
        "by_stratum": {name: figures(part, threshold) for name, part in sorted(strata.items())},
        "errors": [
            {
                "id": one.id,
                "label": one.label,
                "score": one.match.score,
                "title": one.title,
                "why": why(one, threshold),
            }
            for one in wrong[:_WORST]
        ],
    }


def figures(judged: Sequence[Judged], threshold: float) -> dict[str, Any]:
    """Counts and shares for one group of stories."""
    positives = sum(one.positive for one in judged)
    called = [one for one in judged if one.match.score >= threshold]
    right = sum(one.positive for one in called)
    precision = right / len(called) if called else None
    recall = right / positives if positives else None
    f1 = None
    if precision is not None and recall is not None:
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "n": len(judged),
        "positives": positives,
        "precision": _rounded(precision),
        "recall": _rounded(recall),
        "f1": _rounded(f1),
        "average_precision": _rounded(average_precision([(one.match.score, one.positive) for one in judged])),
        "core_auc": _rounded(core_auc(judged)),
    }


def average_precision(scored: Iterable[tuple[float, bool]]) -> float | None:
    """Mean precision at each match, in order of score; stories of one score are taken together."""
    by_score: dict[float, Counter[bool]] = defaultdict(Counter)
    for score, positive in scored:
        by_score[score][positive] += 1
    total = sum(counts[True] for counts in by_score.values())
    if not total:
        return None
    found = seen = 0
    area = 0.0
    for score in sorted(by_score, reverse=True):
        found += by_score[score][True]
        seen += by_score[score].total()
        area += by_score[score][True] / total * found / seen
    return area


def core_auc(judged: Iterable[Judged]) -> float | None:
    """How often a core story ranks before a civil one (a tie counts half), by closeness, then score."""
    core: list[tuple[float, float]] = []
    civil: list[tuple[float, float]] = []
    for one in judged:
        if one.positive:
            (core if one.label == "core" else civil).append((one.match.closeness, one.match.score))
    if not core or not civil:
        return None
    won = sum((c > v) + 0.5 * (c == v) for c in core for v in civil)
    return won / (len(core) * len(civil))


def why(one: Judged, threshold: float) -> str:
    """One line that lets a person learn from an error."""
    match = one.match
    if match.score == 0:
        return "missed: no act near an instrument, so the gate refused it"
    reasons = ", ".join(f"{name} {value:+.1f}" for name, value in list(match.reasons.items())[:6])
    called = "called a match" if match.score >= threshold else "missed"
    sentence = match.evidence[0].sentence[:160] if match.evidence else ""
    return f"{called}: {reasons}" + (f" · “{sentence}”" if sentence else "")


def _counts(judged: Sequence[Judged], threshold: float) -> dict[str, int]:
    matched = sum(one.match.score >= threshold for one in judged)
    return {"n": len(judged), "match": matched, "no_match": len(judged) - matched}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
