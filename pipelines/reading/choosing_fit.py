"""The shipped weights of `choosing.py` from labelled stories: `python -m pipelines.reading.choosing_fit FILE.jsonl …`.

Developers run it when the lists, the names or the signs change; it needs scikit-learn. The same input gives the same file.

The lists have been mended on labelled stories, so there they are right too often to learn from: weights fitted on what
they chose would trust them blindly. Therefore each story is read again with some links of its lists cut, which is what a
sentence built in an unknown way does to them, and the weights learn what a body that was left then looks like.
`--ask FILE.jsonl` gives the party F1 of stories that are kept out of the fit, `--check` cross-validates by story; with
`--ask` alone the shipped weights are asked. Each line tells what the lists reach and what the weights make of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from pipelines.evaluation.agreements import same_party, story_of
from pipelines.institutions import Registry
from pipelines.reading import chains, choosing, parties
from pipelines.reading.bodies import as_parties
from pipelines.reading.candidates import Named
from pipelines.reading.choosing import Body, Surveyed, gather
from pipelines.reading.places import outlet_province
from pipelines.reading.units import units_of
from pipelines.types import Party

#: Shares of links that are cut in the three further readings of a story, and what such a reading counts for.
_CUT = (0.4, 0.5, 0.6)
_CUT_WEIGHT = 0.5
_C = 1.0  # inverse regularisation, chosen by cross-validation
_LEAST = 8  # a sign that fewer bodies show is not learnt from
_FOLDS = 8
MODELS = ("kept", "missing", "instead")


@dataclass(frozen=True, slots=True)
class Example:
    """One body of one story."""

    model: str
    signs: frozenset[str]
    party: bool
    weight: float
    group: str
    """Stories of one group are fitted on or asked together."""


def examples_of(rows: Iterable[Mapping[str, Any]], registry: Registry) -> Iterator[Example]:
    """The bodies of labelled stories, of each reading, with whether they are parties."""
    for row in rows:
        if not row.get("parties"):
            continue
        for share in (0.0, *_CUT):
            yield from _examples(row, share, registry)


def _group(row: Mapping[str, Any]) -> str:
    return str(row.get("title") or row.get("id"))[:38].lower()


def _examples(row: Mapping[str, Any], cut: float, registry: Registry) -> Iterator[Example]:
    bodies, story, names = _read(row, cut, registry)
    chosen = sum(body.party is not None for body in bodies)
    right = _right(bodies, names, list(row["parties"]), registry)
    for body in bodies:
        model = "kept" if body.party is not None else "missing" if chosen < 2 else "instead"
        weight = _CUT_WEIGHT if cut else 1.0
        yield Example(model, story.signs(body), id(body) in right, weight, _group(row))


def _read(
    row: Mapping[str, Any], cut: float, registry: Registry
) -> tuple[list[Body], Surveyed, dict[int, str]]:
    """The bodies of a story as the lists leave them, with a share of the lists' links cut."""
    story = story_of(row)
    bodies: list[Body] = []
    surveyed = [Surveyed([], [])]
    names: dict[int, str] = {}

    def look(
        found: tuple[Party, ...], lists: Any, read: Any, everyone: Any, context: Any, known: Registry
    ) -> Any:
        bodies.extend(gather(found, lists, read, context, known))
        surveyed[0] = Surveyed(bodies, read)
        for body in bodies:
            names[id(body)] = _shown(body, everyone, known)
        return found

    linked = chains._linked
    with (
        mock.patch.object(parties, "choose", look),
        mock.patch.object(chains, "_linked", _cutting(linked, cut, str(row.get("id")))),
    ):
        parties.find_parties(units_of(story), registry, province=outlet_province(story, registry))
    return bodies, surveyed[0], names


def _cutting(linked: Callable[[str, Named], bool], share: float, salt: str) -> Callable[[str, Named], bool]:
    def cut(between: str, here: Named) -> bool:
        mark = f"{salt} {share} {here.mention.name} {here.unit.index}"
        return linked(between, here) and zlib.crc32(mark.encode()) % 1000 >= 1000 * share

    return cut


def _shown(body: Body, everyone: list[Named], registry: Registry) -> str:
    if body.party is not None:
        return body.party.name
    told = body.fullest
    found = as_parties([(told.named, told.form)], everyone, registry)
    return found[0].name if found else ""


def _right(
    bodies: Sequence[Body], names: Mapping[int, str], expected: list[str], registry: Registry
) -> set[int]:
    """Ids of the bodies that are parties: each party is one body, one that the lists chose if it can be."""
    right: set[int] = set()
    for only_chosen in (True, False):
        for party in list(expected):
            for body in bodies:
                if only_chosen != (body.party is not None) or id(body) in right or not names[id(body)]:
                    continue
                if same_party(names[id(body)], party, registry):
                    right.add(id(body))
                    expected.remove(party)
                    break
    return right


def fit(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """The weights of the three models, L2-regularised logistic regressions."""
    from sklearn.linear_model import LogisticRegression

    out: dict[str, dict[str, float]] = {}
    for model in MODELS:
        rows = [example for example in examples if example.model == model]
        seen = Counter(sign for example in rows for sign in example.signs)
        names = sorted(sign for sign, count in seen.items() if count >= _LEAST)
        table = [[float(name in example.signs) for name in names] for example in rows]
        fitted = LogisticRegression(C=_C, max_iter=4000).fit(
            table, [example.party for example in rows], sample_weight=[example.weight for example in rows]
        )
        weights = {"bias": round(float(fitted.intercept_[0]), 4)}
        weights |= {name: round(float(w), 4) for name, w in zip(names, fitted.coef_[0], strict=True)}
        out[model] = weights
    return out


def party_f1(
    rows: Iterable[Mapping[str, Any]], registry: Registry, weights: Mapping[str, Mapping[str, float]] | None
) -> tuple[int, int, int]:
    """(right, found, expected) parties, chosen with these weights; without any, as the lists chose."""
    right = found = expected = 0
    with mock.patch.object(choosing, "shipped", lambda: weights):
        for row in rows:
            if not row.get("parties"):
                continue
            story = story_of(row)
            with mock.patch.object(parties, "choose", choosing.choose if weights else _as_they_are):
                told = parties.find_parties(
                    units_of(story), registry, province=outlet_province(story, registry)
                )
            left = [party.name for party in told]
            found += len(left)
            expected += len(row["parties"])
            for party in row["parties"]:
                hit = next((name for name in left if same_party(name, party, registry)), None)
                if hit is not None:
                    left.remove(hit)
                    right += 1
    return right, found, expected


def _as_they_are(found: tuple[Party, ...], *_: object) -> tuple[Party, ...]:
    return found


def _f1(counts: tuple[int, int, int]) -> float:
    right, found, expected = counts
    return round(2 * right / (found + expected), 4) if found + expected else 0.0


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the files, say what the weights reach, write them unless `--dry`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path, help="labelled stories, one JSON object a line")
    parser.add_argument("--ask", nargs="*", type=Path, default=[], help="stories kept out of the fit")
    parser.add_argument("--check", action="store_true", help="cross-validate by story")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    parser.add_argument("--out", type=Path, default=choosing.WEIGHTS)
    chosen = parser.parse_args(arguments)
    registry = Registry.load()
    asked = {path: _rows(path) for path in chosen.ask}
    closed = {_group(row) for rows in asked.values() for row in rows}
    files = {path: [row for row in _rows(path) if _group(row) not in closed] for path in chosen.files}
    examples = [example for rows in files.values() for example in examples_of(rows, registry)]
    weights = fit(examples) if examples else choosing.shipped()
    for path, rows in asked.items():
        _say(path.name, _f1(party_f1(rows, registry, None)), _f1(party_f1(rows, registry, weights)))
    if chosen.check:
        _cross_validate(files, examples, registry)
    if examples and not chosen.dry:
        data = {"made_by": "python -m pipelines.reading.choosing_fit", "models": weights}
        chosen.out.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _cross_validate(
    files: Mapping[Path, Sequence[Mapping[str, Any]]], examples: Sequence[Example], registry: Registry
) -> None:
    def fold(group: str) -> int:
        return zlib.crc32(group.encode()) % _FOLDS

    folds = [fit([example for example in examples if fold(example.group) != part]) for part in range(_FOLDS)]
    for path, rows in files.items():
        counts = [
            party_f1([row for row in rows if fold(_group(row)) == part], registry, folds[part])
            for part in range(_FOLDS)
        ]
        right, found, expected = (sum(part[i] for part in counts) for i in range(3))
        _say(path.name, _f1(party_f1(rows, registry, None)), _f1((right, found, expected)))


def _say(name: str, lists: float, weighed: float) -> None:
    print(json.dumps({"stories": name, "lists": lists, "weighed": weighed}), file=sys.stdout)


if __name__ == "__main__":
    main()
