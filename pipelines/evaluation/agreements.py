"""How well agreements are read: exact act, kind, period, event date; precision and recall of parties.

A field is judged where the file gives it. `acts` compares as a set; `act` asks only whether it is among those found.
A period that the file gives as null must come out empty. A date is judged only if the story's words or `published`
give its year. A party counts as found when one of the two names, abbreviations spelled out and folded, holds the
other and both begin with the same head noun phrase; each found party answers for one expected party only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.agreements import read_agreement
from pipelines.evaluation.times import published_of
from pipelines.institutions import Registry
from pipelines.types import Act, Agreement, Story
from pipelines.vietnamese import fold, squeeze, tidy


def evaluate(rows: Iterable[Mapping[str, Any]], *, registry: Registry | None = None) -> dict[str, Any]:
    """Read each row's story and compare with what the row says was agreed. Rows that give no field count for nothing."""
    registry = registry or Registry.load()
    tally = _Tally()
    for row in rows:
        if not _labelled(row):
            continue
        tally.stories += 1
        found = read_agreement(story_of(row), registry=registry)
        _compare(row, found, registry, tally)
    return tally.result()


def story_of(row: Mapping[str, Any]) -> Story:
    """A row of the file as a story, `published` read in any of the usual forms."""
    told = published_of(row.get("published"))
    return Story(
        url=str(row.get("url") or f"file:{row.get('id', '')}"),
        title=squeeze(str(row.get("title") or "")),
        text=tidy(str(row.get("text") or "")),
        outlet=row.get("outlet"),
        published=told.value,
        published_precision=told.precision,
        origin="file",
    )


def same_party(found: str, expected: str, registry: Registry) -> bool:
    """The file format's rule for two names of one party."""
    if registry.head_of(registry.expand(found)) != registry.head_of(registry.expand(expected)):
        return False
    spelled = zip(_comparables(found, registry), _comparables(expected, registry), strict=True)
    return any(a.strip() and b.strip() and (a in b or b in a) for a, b in spelled)


def _comparables(name: str, registry: Registry) -> tuple[str, str]:
    """The name folded for comparing: with its abbreviations spelled out, and with its head noun phrase spelled out too."""
    return _flat(registry.expand(name)), _flat(registry.normalise(name).full)


def _flat(name: str) -> str:
    """Folded words, the level words of provinces left out ("tỉnh", "thành phố"), padded to whole words."""
    words = "".join(char if char.isalnum() else " " for char in fold(name)).split()
    text = f" {' '.join(words)} "
    for level in (" thanh pho ", " tinh ", " tp "):
        text = text.replace(level, " ")
    return text


def _labelled(row: Mapping[str, Any]) -> bool:
    return any(row.get(key) for key in ("act", "acts", "kind", "period", "event_date", "place", "parties"))


class _Tally:
    """Right and judged counts a field, and the errors."""

    def __init__(self) -> None:
        self.stories = 0
        self.right: Counter[str] = Counter()
        self.judged: Counter[str] = Counter()
        self.act_right: Counter[str] = Counter()
        self.act_judged: Counter[str] = Counter()
        self.party_found = self.party_expected = self.party_hits_found = self.party_hits_expected = 0
        self.errors: list[dict[str, Any]] = []

    def judge(self, row: Mapping[str, Any], field: str, right: bool, found: object, expected: object) -> None:
        self.judged[field] += 1
        self.right[field] += right
        if not right:
            self.errors.append({"id": row.get("id"), "field": field, "found": found, "expected": expected})

    def share(self, field: str) -> float | None:
        return round(self.right[field] / self.judged[field], 4) if self.judged[field] else None

    def result(self) -> dict[str, Any]:
        precision = self.party_hits_found / self.party_found if self.party_found else 0.0
        recall = self.party_hits_expected / self.party_expected if self.party_expected else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {
            "n": self.stories,
            "act": self.share("act"),
            "act_recall": {
                str(act): round(self.act_right[act] / self.act_judged[act], 4)
                for act in Act
                if self.act_judged[act]
            },
            "kind": self.share("kind"),
            "period": self.share("period"),
            "event_date": self.share("event_date"),
            "place": self.share("place"),
            "party_precision": round(precision, 4),
            "party_recall": round(recall, 4),
            "party_f1": round(f1, 4),
            "errors": self.errors,
        }


def _compare(row: Mapping[str, Any], found: Agreement, registry: Registry, tally: _Tally) -> None:
    acts = [str(act) for act in found.acts]
    expected_acts = list(row.get("acts") or ([row["act"]] if row.get("act") else []))
    if row.get("acts"):
        tally.judge(row, "act", set(acts) == set(expected_acts), acts, expected_acts)
    elif row.get("act"):
        tally.judge(row, "act", row["act"] in acts, acts, row["act"])
    for act in expected_acts:
        tally.act_judged[act] += 1
        tally.act_right[act] += act in acts
    if row.get("kind"):
        kind = str(found.kind) if found.kind else None
        tally.judge(row, "kind", kind == row["kind"], kind, row["kind"])
    if "period" in row:
        tally.judge(row, "period", found.period == row["period"], found.period, row["period"])
    if row.get("event_date") and _year_is_told(row):
        tally.judge(
            row, "event_date", found.event_date == row["event_date"], found.event_date, row["event_date"]
        )
    if row.get("place"):
        tally.judge(row, "place", _same_place(found.place, row["place"]), found.place, row["place"])
    if row.get("parties"):
        _compare_parties(row, [party.name for party in found.parties], registry, tally)


def _year_is_told(row: Mapping[str, Any]) -> bool:
    return (
        bool(row.get("published"))
        or str(row["event_date"])[:4] in f"{row.get('title') or ''} {row.get('text') or ''}"
    )


def _same_place(found: str | None, expected: str) -> bool:
    if not found:
        return False
    a, b = (
        " ".join("".join(c if c.isalnum() else " " for c in fold(name)).split()) for name in (found, expected)
    )
    a, b = (name.replace("tphcm", "tp ho chi minh").replace("tp hcm", "tp ho chi minh") for name in (a, b))
    return f" {a} " in f" {b} " or f" {b} " in f" {a} "


def _compare_parties(row: Mapping[str, Any], names: list[str], registry: Registry, tally: _Tally) -> None:
    expected = list(row["parties"])
    left = list(names)
    missing = []
    for party in expected:
        hit = next((name for name in left if same_party(name, party, registry)), None)
        if hit is None:
            missing.append(party)
        else:
            left.remove(hit)
    tally.party_expected += len(expected)
    tally.party_found += len(names)
    tally.party_hits_expected += len(expected) - len(missing)
    tally.party_hits_found += len(names) - len(left)
    if missing or left:
        tally.errors.append({"id": row.get("id"), "field": "parties", "found": names, "expected": expected})
