"""The shipped weights from labelled corpora: `python -m pipelines.matching.fit --corpus DIR --seeds DIR`.

Developers run it when labels, phrases or signs change; it needs scikit-learn. The same input gives the same
files. Stories whose id falls in the held-out part (`held_out`) are never fitted on unless `--all` is given:
the figures of docs/quality.md come from a fit without them, the shipped weights from a fit with them.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tomllib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.evaluation.matches import POSITIVE, story_of
from pipelines.matching.evidence import Reader, armed_signs
from pipelines.matching.score import Judge
from pipelines.matching.similarity import SeedCorpus, inverse_frequencies
from pipelines.matching.terms import terms
from pipelines.profile import Profile, load_profile
from pipelines.types import Story
from pipelines.vietnamese import fold, squeeze, tidy

_PROFILES = Path(__file__).parents[1] / "profiles"
_C = 1.0  # inverse regularisation, chosen by cross-validation
_C_CLOSENESS = 1.0
_UNSURE_WEIGHT = 0.5
_KEEP_TERM = 0.02  # a term whose weight is smaller moves no score
_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    id: str
    story: Story
    label: str
    weight: float
    group: str

    @property
    def positive(self) -> bool:
        return self.label in POSITIVE


def held_out(story_id: str) -> bool:
    """A fixed fifth of all labelled stories, by their ids."""
    return zlib.crc32(story_id.encode()) % 5 == 0


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def read_corpus(directory: Path, extra: Path) -> list[Labelled]:
    """The labelled stories, the extra labels of unlabelled ones, and ordinary news as no match."""
    rows = read_rows(directory / "stories-dev.jsonl") + read_rows(directory / "retold-dev.jsonl")
    labelled = [
        _labelled(row, row["label"], 1.0 if row.get("sure") is not False else _UNSURE_WEIGHT) for row in rows
    ]
    unlabelled = {
        row["id"]: row
        for name in ("unlabelled-topical.jsonl", "ordinary-stream.jsonl")
        for row in read_rows(directory / name)
    }
    given = {row["id"]: row for row in read_rows(extra)} if extra.exists() else {}
    for story_id, label in given.items():
        if story_id in unlabelled:
            weight = 1.0 if label.get("sure") is not False else _UNSURE_WEIGHT
            labelled.append(_labelled(unlabelled[story_id], label["label"], weight))
    return labelled


def _labelled(row: Mapping[str, Any], label: str, weight: float) -> Labelled:
    title = squeeze(row.get("title") or "")
    group = str(row.get("event") or fold(title or squeeze(row["text"]))[:40])
    return Labelled(id=str(row["id"]), story=story_of(row), label=label, weight=weight, group=group)


def build_seed_vectors(profile: Profile, seeds: Path, background: Iterable[str]) -> dict[str, Any]:
    """Rarity of terms in the press, and the five seeds' vectors and sketches."""
    idf, default = inverse_frequencies(background, least=8)
    corpus = SeedCorpus(idf=idf, default_idf=default)
    for facts in tomllib.loads((seeds / "seeds.toml").read_text("utf-8"))["seed"]:
        seed = next(s["id"] for s in profile.seed_facts if s.get("file") == facts["file"])
        text = tidy((seeds / facts["file"]).read_text("utf-8"))
        corpus = corpus.with_seed(seed, None, text)
    used = {term for vector in corpus.vectors.values() for term in vector}
    single = {
        term: value for term, value in idf.items() if " " not in term or term in used or value < default - 1.2
    }
    return {
        "made_by": "python -m pipelines.matching.fit",
        "default_idf": default,
        "idf": single,
        "vectors": {s: {t: round(w, 4) for t, w in sorted(v.items())} for s, v in corpus.vectors.items()},
        "sketches": {s: sorted(marks) for s, marks in corpus.sketches.items()},
    }


def features_of(
    profile: Profile, corpus: SeedCorpus, stories: Sequence[Labelled]
) -> list[tuple[dict[str, float], dict[str, float], dict[str, float]]]:
    """(signs, terms, closeness features) of each story."""
    reader = Reader(profile)
    rows = []
    for one in stories:
        reading = reader.read(one.story.title, one.story.text)
        nearest = corpus.nearness(one.story.title, one.story.text)
        close = armed_signs(reading)
        close["similarity"] = min(1.0, 2 * nearest[0].similarity) if nearest else 0.0
        rows.append((Judge.signs_of(reading, nearest), terms(reading), close))
    return rows


def fit_logistic(
    features: Sequence[Mapping[str, float]], positive: Sequence[bool], weight: Sequence[float], c: float
) -> tuple[dict[str, float], float]:
    """Weights and bias of an L2-regularised logistic regression."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(features)
    model = LogisticRegression(C=c, max_iter=2000, tol=1e-5).fit(matrix, positive, sample_weight=weight)
    return dict(zip(vectorizer.get_feature_names_out(), map(float, model.coef_[0]), strict=True)), float(
        model.intercept_[0]
    )


def fit_weights(
    stories: Sequence[Labelled], rows: Sequence[tuple[dict[str, float], dict[str, float], dict[str, float]]]
) -> dict[str, Any]:
    together = [{**found, **words} for found, words, _ in rows]
    weights, bias = fit_logistic(together, [s.positive for s in stories], [s.weight for s in stories], _C)
    is_term = {name for _, words, _ in rows for name in words}
    matches = [(s, row[2]) for s, row in zip(stories, rows, strict=True) if s.positive]
    close, close_bias = fit_logistic(
        [f for _, f in matches],
        [s.label == "core" for s, _ in matches],
        [s.weight for s, _ in matches],
        _C_CLOSENESS,
    )
    return {
        "bias": round(bias, 4),
        "signs": {n: round(w, 4) for n, w in sorted(weights.items()) if n not in is_term},
        "terms": {
            n: round(w, 3) for n, w in sorted(weights.items()) if n in is_term and abs(w) >= _KEEP_TERM
        },
        "closeness": {"bias": round(close_bias, 4), **{n: round(w, 4) for n, w in sorted(close.items())}},
    }


def folds_of(stories: Sequence[Labelled]) -> list[int]:
    return [zlib.crc32(s.group.encode()) % _FOLDS for s in stories]


def cross_validated(
    stories: Sequence[Labelled], rows: Sequence[tuple[dict[str, float], dict[str, float], dict[str, float]]]
) -> list[tuple[float, float]]:
    """(logit, words' part of it) of each story, by weights fitted without its fold."""
    folds = folds_of(stories)
    found = [(0.0, 0.0)] * len(stories)
    for fold in range(_FOLDS):
        train = [i for i, f in enumerate(folds) if f != fold]
        weights = fit_weights([stories[i] for i in train], [rows[i] for i in train])
        for i, f in enumerate(folds):
            if f == fold:
                words = sum(weights["terms"].get(t, 0.0) * v for t, v in rows[i][1].items())
                other = sum(weights["signs"].get(n, 0.0) * v for n, v in rows[i][0].items())
                found[i] = (weights["bias"] + other + words, words)
    return found


def best_threshold(stories: Sequence[Labelled], logits: Sequence[float]) -> float:
    """The score that maximises F1 over the labelled stories by cross-validation, rounded to 0.01."""
    best = (0.0, 0.5)
    for percent in range(20, 81):
        edge = math.log(percent / (100 - percent))
        right = sum(s.weight for s, z in zip(stories, logits, strict=True) if z >= edge and s.positive)
        called = sum(s.weight for s, z in zip(stories, logits, strict=True) if z >= edge)
        wanted = sum(s.weight for s in stories if s.positive)
        f1 = 2 * right / (called + wanted) if called + wanted else 0.0
        best = max(best, (f1, percent / 100))
    return best[1]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m pipelines.matching.fit", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, required=True, help="folder of stories-dev.jsonl, retold-dev.jsonl …"
    )
    parser.add_argument(
        "--seeds", type=Path, required=True, help="folder of the seed texts and their seeds.toml"
    )
    parser.add_argument("--extra", type=Path, default=Path(__file__).with_name("extra_labels.jsonl"))
    parser.add_argument(
        "--all", action="store_true", help="fit on the held-out part too, as the shipped weights are"
    )
    parser.add_argument("--out", type=Path, default=_PROFILES)
    arguments = parser.parse_args(argv)
    profile = load_profile("cooperation")
    stories = read_corpus(arguments.corpus, arguments.extra)
    if not arguments.all:
        stories = [s for s in stories if not held_out(s.id)]
    background = [
        f"{squeeze(row['title'] or '')}\n{tidy(row['text'])[:4000]}"
        for name in ("unlabelled-topical.jsonl", "ordinary-stream.jsonl")
        for row in read_rows(arguments.corpus / name)
    ]
    vectors = build_seed_vectors(profile, arguments.seeds, background)
    corpus = SeedCorpus.shipped(_with_vectors(profile, vectors))
    rows = features_of(profile, corpus, stories)
    held = cross_validated(stories, rows)
    weights = fit_weights(stories, rows)
    weights = {
        "made_by": "python -m pipelines.matching.fit",
        "made": f"{len(stories)} stories",
        "threshold": best_threshold(stories, [logit for logit, _ in held]),
        "examples": "cooperation.examples.json",
        **weights,
    }
    _write(arguments.out / "cooperation.seeds.json", vectors)
    _write(arguments.out / "cooperation.weights.json", weights)
    _write_examples(arguments.out / "cooperation.examples.json", stories, rows, held)
    sys.stdout.write(
        f"{len(stories)} stories, {len(weights['signs'])} signs, {len(weights['terms'])} terms, threshold {weights['threshold']}\n"
    )


def _with_vectors(profile: Profile, vectors: Mapping[str, Any]) -> Profile:
    from dataclasses import replace

    return replace(profile, seed_vectors=vectors)


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=0, sort_keys=False) + "\n", encoding="utf-8")


def _write_examples(
    path: Path,
    stories: Sequence[Labelled],
    rows: Sequence[tuple[dict[str, float], dict[str, float], dict[str, float]]],
    held: Sequence[tuple[float, float]],
) -> None:
    """Features of the labelled stories for `refit`: signs, and the words' part as cross-validation gave it."""
    names = sorted({name for found, _, _ in rows for name in found} | {"words"})
    index = {name: i for i, name in enumerate(names)}
    packed = {
        "about": "features and labels of the labelled stories; no words of theirs",
        "names": names,
        "rows": [
            {
                "f": [[index[n], round(v, 3)] for n, v in sorted({**found, "words": words}.items())],
                "y": int(story.positive),
                "w": story.weight,
                "g": f"{zlib.crc32(story.group.encode()):08x}",
            }
            for story, (found, _, _), (_, words) in zip(stories, rows, held, strict=True)
        ],
    }
    raw = json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(raw + b"\n")
