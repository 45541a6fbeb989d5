"""How well stories are grouped: B-cubed over events, pairwise precision over duplicates.

B-cubed (Bagga and Baldwin 1998) judges each story by the company it keeps, so that a large event does not drown
the single ones. The stream is judged in file order, as a crawl would meet it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from pipelines import vietnamese
from pipelines.database import in_memory
from pipelines.evaluation.times import published_of
from pipelines.types import Agreement, Match, Story

Judge = Callable[[Story], tuple[Match | None, Agreement | None]]
"""Story → how it matches (None: nobody asked), and the agreement it tells of."""


def shipped_judge() -> Judge:
    """The matcher and the reader of agreements as the package ships them."""
    from pipelines.agreements import read_agreement
    from pipelines.institutions import Registry
    from pipelines.matching import score
    from pipelines.matching.similarity import SeedCorpus
    from pipelines.profile import load_profile

    profile, registry = load_profile(), Registry.load()
    judge = score.Judge(profile, SeedCorpus.shipped(profile))

    def judge_story(story: Story) -> tuple[Match | None, Agreement | None]:
        match = judge.judge(story)
        return match, read_agreement(story, match, registry=registry) if match.is_match else None

    return judge_story


def by_wording(story: Story) -> tuple[Match | None, Agreement | None]:
    """A judge to whom no story is a match: wording and time decide alone."""
    return None, None


def evaluate(rows: Iterable[Mapping[str, Any]], *, judge: Judge | None = None) -> dict[str, Any]:
    """Group the stories as a stream and compare with their `event`s.

    `judge` says which are matches and what they agree on; without it, what ships does, as in a crawl.
    """
    stories = list(rows)
    found, duplicate_of = group(stories, judge=judge or shipped_judge())
    expected = [str(row["event"]) for row in stories]
    precision, recall = bcubed(found, expected)
    pairs = _duplicate_pairs(duplicate_of)
    right = sum(1 for a, b in pairs if expected[a] == expected[b])
    return {
        "n": len(stories),
        "events": len(set(found)),
        "bcubed_precision": round(precision, 4),
        "bcubed_recall": round(recall, 4),
        "bcubed_f1": round(_f1(precision, recall), 4),
        "duplicate_pairs": len(pairs),
        "duplicate_precision": round(right / len(pairs), 4) if pairs else 1.0,
    }


def group(rows: Sequence[Mapping[str, Any]], *, judge: Judge) -> tuple[list[int], dict[int, int]]:
    """The event of each story, and which story (by position) repeats which."""
    stories = (_story(row) for row in rows)
    return in_memory.group((story, *judge(story)) for story in stories)


def bcubed(found: Sequence[object], expected: Sequence[object]) -> tuple[float, float]:
    """Mean precision and recall of each item's group."""
    if not found:
        return 1.0, 1.0
    in_found, in_expected = Counter(found), Counter(expected)
    both = Counter(zip(found, expected, strict=True))
    precision = sum(n * n / in_found[f] for (f, _), n in both.items()) / len(found)
    recall = sum(n * n / in_expected[e] for (_, e), n in both.items()) / len(found)
    return precision, recall


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _duplicate_pairs(duplicate_of: Mapping[int, int]) -> list[tuple[int, int]]:
    """Every two stories that are one text: all pairs of an original and what repeats it."""
    groups: dict[int, list[int]] = {}
    for story in duplicate_of:
        root = story
        while root in duplicate_of:
            root = duplicate_of[root]
        groups.setdefault(root, [root]).append(story)
    return [pair for group_ in groups.values() for pair in combinations(sorted(group_), 2)]


def unreadable_dates(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """What stands as `published` and is no date, each once, as the rows have it. Such stories are taken as undated."""
    written = (row.get("published") for row in rows)
    return list(dict.fromkeys(str(value) for value in written if published_of(value).unreadable))


def _story(row: Mapping[str, Any]) -> Story:
    told = published_of(row.get("published"))
    return Story(
        url=str(row.get("url") or f"https://example.invalid/{row.get('id', '')}"),
        title=vietnamese.squeeze(str(row.get("title") or "")),
        text=vietnamese.tidy(str(row.get("text") or "")),
        outlet=row.get("outlet"),
        published=told.value,
        published_precision=told.precision,
        origin="import",
    )
