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
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.evaluation.matches import POSITIVE, Judged, story_of, summarise
from pipelines.gate import Gate
from pipelines.matching.evidence import Reader, armed_signs
from pipelines.matching.score import Judge
from pipelines.matching.similarity import SeedCorpus, inverse_frequencies
from pipelines.matching.terms import terms
from pipelines.matching.trees import Trees
from pipelines.profile import Profile, load_profile
from pipelines.types import Match, Story
from pipelines.vietnamese import fold, squeeze, strip_marks, tidy

_PROFILES = Path(__file__).parents[1] / "profiles"
_C = 1.0  # inverse regularisation, chosen by cross-validation
_C_CLOSENESS = 1.0
_UNSURE_WEIGHT = 0.8
_ORDINARY_WEIGHT = 1.0
_KEEP_TERM = 0.02  # a term whose weight is smaller moves no score
_FOLDS = 5
_TERM_STORIES = 4  # counting the damaged copies: in at least two stories
_TREE_BAGS = 3
_TREE_SIGN_STORIES = 12
_DAMAGED_WEIGHT = 0.25
_NEARLY_AS_GOOD = 0.004  # two of the 500 sure matches


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


def held_out(one: Labelled) -> bool:
    """A fixed fifth of the labelled stories; retellings of one event and copies are held out together."""
    return zlib.crc32(f"held out {one.group}".encode()) % 5 == 0


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def read_corpus(directory: Path, extra: Path, gate: Gate, own: Path | None = None) -> list[Labelled]:
    """The labelled stories, the extra labels of unlabelled ones, stories of our own writing, and ordinary news as no match."""
    rows = read_rows(directory / "stories-dev.jsonl") + read_rows(directory / "retold-dev.jsonl")
    labelled = [
        label_row(row, row["label"], 1.0 if row.get("sure") is not False else _UNSURE_WEIGHT) for row in rows
    ]
    unlabelled = {
        row["id"]: row
        for name in ("unlabelled-topical.jsonl", "ordinary-stream.jsonl")
        for row in read_rows(directory / name)
    }
    given = {row["id"]: row for row in read_rows(extra) if "id" in row} if extra.exists() else {}
    for story_id, label in given.items():
        if story_id in unlabelled:
            weight = 1.0 if label.get("sure") is not False else _UNSURE_WEIGHT
            labelled.append(label_row(unlabelled[story_id], label["label"], weight))
    if own is not None:
        labelled += [
            label_row(row, row["label"], 1.0 if row.get("sure") is not False else _UNSURE_WEIGHT)
            for row in read_rows(own)
            if "id" in row
        ]
    known = {one.group for one in labelled}
    for story_id, row in unlabelled.items():
        # Of ordinary news nearly nothing is a match; the few that could be were read and labelled.
        if story_id.startswith("o") and story_id not in given:
            one = label_row(row, "neg", _ORDINARY_WEIGHT)
            if one.group not in known and gate.admits_text(one.story.title, one.story.text):
                labelled.append(one)
    return labelled


def label_row(row: Mapping[str, Any], label: str, weight: float) -> Labelled:
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


def seed_stories(profile: Profile, seeds: Path) -> list[Labelled]:
    """The seeds are matches by definition; they are fitted on like other labelled stories."""
    found = []
    for facts in profile.seed_facts:
        text = tidy((seeds / str(facts["file"])).read_text("utf-8"))
        story = Story(url=str(facts["id"]), title="", text=text)
        found.append(
            Labelled(id=f"seed {facts['id']}", story=story, label="core", weight=1.0, group=str(facts["id"]))
        )
    return found


def features_of(
    profile: Profile, corpus: SeedCorpus, stories: Sequence[Labelled]
) -> list[tuple[dict[str, float], dict[str, float], dict[str, float]]]:
    """(signs, terms, closeness features) of each story."""
    reader = Reader(profile)
    rows = []
    for one in stories:
        reading = reader.read(one.story.title, one.story.text, mend=False)
        # A seed is not its own neighbour: the model must know it when it is no seed.
        others = corpus.without(one.group) if one.group in corpus.vectors else corpus
        nearest = others.nearness(one.story.title, one.story.text)
        close = armed_signs(reading)
        close["similarity"] = min(1.0, 2 * nearest[0].similarity) if nearest else 0.0
        rows.append((Judge.signs_of(reading, nearest), terms(reading), close))
    return rows


Rows = Sequence[tuple[dict[str, float], dict[str, float], dict[str, float]]]


class Table:
    """Named features of many stories as one sparse matrix, built once and fitted on many selections of rows."""

    def __init__(self, features: Sequence[Mapping[str, float]], least: int = 1) -> None:
        import numpy as np
        from scipy.sparse import csr_matrix

        seen = Counter(name for found in features for name in found)
        self.names = sorted(name for name, count in seen.items() if count >= least)
        place = {name: i for i, name in enumerate(self.names)}
        starts, columns, values = [0], [], []
        for found in features:
            for name, value in found.items():
                if (column := place.get(name)) is not None:
                    columns.append(column)
                    values.append(value)
            starts.append(len(columns))
        self.matrix = csr_matrix(
            (np.array(values), np.array(columns, dtype=np.int32), np.array(starts, dtype=np.int32)),
            shape=(len(features), len(self.names)),
        )

    def fit(
        self, rows: Sequence[int], positive: Sequence[bool], weight: Sequence[float], c: float
    ) -> tuple[Any, float]:
        """(weights, bias) of an L2-regularised logistic regression on these rows."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=c, solver="liblinear", tol=1e-3, intercept_scaling=5.0)
        model.fit(self.matrix[rows], positive, sample_weight=weight)
        return model.coef_[0], float(model.intercept_[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Everything that fitting needs of the labelled stories, in one order."""

    stories: Sequence[Labelled]
    rows: Rows
    wording: Table
    """Signs and terms together."""
    closeness: Table
    _fitted: dict[tuple[int, ...], tuple[Any, float]] = field(default_factory=dict, repr=False)
    """Fits already made: leaving out two folds is the same in either order, and half of all fits are such."""

    @classmethod
    def of(cls, stories: Sequence[Labelled], rows: Rows) -> Data:
        seen = Counter(term for _, words, _ in rows for term in words)
        wording = [
            {**found, **{t: v for t, v in words.items() if seen[t] >= _TERM_STORIES}}
            for found, words, _ in rows
        ]
        return cls(
            stories=stories,
            rows=rows,
            wording=Table(wording),
            closeness=Table([close for _, _, close in rows]),
        )

    def fit_wording(self, part: Sequence[int]) -> tuple[Any, float]:
        key = tuple(part)
        if key not in self._fitted:
            self._fitted[key] = self.wording.fit(
                list(key), [self.stories[i].positive for i in key], [self.stories[i].weight for i in key], _C
            )
        return self._fitted[key]


def fit_weights(data: Data, part: Sequence[int]) -> dict[str, Any]:
    """All weights from a part of the stories: the linear model, the trees that correct it, closeness."""
    stories, rows, folds = data.stories, data.rows, folds_of(data.stories)
    inner: dict[int, float] = {}
    # The trees must see the linear model as it will be on stories it was not fitted on.
    for tested in sorted({folds[i] for i in part}):
        vector, bias = data.fit_wording([i for i in part if folds[i] != tested])
        asked = [i for i in part if folds[i] == tested]
        inner.update(zip(asked, data.wording.matrix[asked] @ vector + bias, strict=True))
    vector, bias = data.fit_wording(part)
    linear = dict(zip(data.wording.names, map(float, vector), strict=True))
    signs_ = {name for i in part for name in rows[i][0]}
    trees = fit_trees([stories[i] for i in part], [{**rows[i][0], "linear": float(inner[i])} for i in part])
    matches = [i for i in part if stories[i].positive]
    close, close_bias = data.closeness.fit(
        matches,
        [stories[i].label == "core" for i in matches],
        [stories[i].weight for i in matches],
        _C_CLOSENESS,
    )
    return {
        "linear": {
            "bias": round(bias, 4),
            "signs": {n: round(w, 4) for n, w in linear.items() if n in signs_},
            "terms": {n: round(w, 3) for n, w in linear.items() if n not in signs_ and abs(w) >= _KEEP_TERM},
        },
        "trees": trees,
        "closeness": {
            "bias": round(close_bias, 4),
            **{n: round(float(w), 4) for n, w in zip(data.closeness.names, close, strict=True)},
        },
    }


def fit_trees(stories: Sequence[Labelled], features: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Gradient-boosted trees over the signs that occur in enough stories, as data for `trees.Trees`."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier

    often = Counter(name for found in features for name in found)
    names = sorted(name for name, count in often.items() if count >= _TREE_SIGN_STORIES)
    matrix = np.array([[found.get(name, 0.0) for name in names] for found in features])
    positive = np.array([s.positive for s in stories])
    weight = np.array([s.weight for s in stories])
    trees: list[list[list[float]]] = []
    base = 0.0
    for seed in range(_TREE_BAGS):
        model = HistGradientBoostingClassifier(
            max_iter=110, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=14, l2_regularization=4.0,
            max_features=0.3, early_stopping=False, random_state=seed,
        ).fit(matrix, positive, sample_weight=weight)  # fmt: skip
        base += float(model._baseline_prediction.ravel()[0]) / _TREE_BAGS
        trees += [_tree(stage[0].nodes) for stage in model._predictors]
    used = sorted({int(node[0]) for tree in trees for node in tree if node[0] >= 0})
    place = {feature: i for i, feature in enumerate(used)}
    return {
        "base": round(base, 4),
        "names": [names[feature] for feature in used],
        "trees": [[[place.get(int(n[0]), -1), *n[1:]] for n in tree] for tree in trees],
    }


def _tree(nodes: Any) -> list[list[float]]:
    """One tree of scikit-learn's, each value divided by the bags, inner values the mean of their leaves."""

    def mean(i: int) -> tuple[float, float]:
        node = nodes[i]
        if node["is_leaf"]:
            return float(node["value"]) * float(node["count"]), float(node["count"])
        (left, n), (right, m) = mean(int(node["left"])), mean(int(node["right"]))
        return left + right, n + m

    packed = []
    for i, node in enumerate(nodes):
        total, count = mean(i)
        leaf = bool(node["is_leaf"])
        packed.append(
            [
                -1 if leaf else int(node["feature_idx"]),
                0 if leaf else round(float(node["num_threshold"]), 4),
                0 if leaf else int(node["left"]),
                0 if leaf else int(node["right"]),
                round(total / count / _TREE_BAGS, 5),
            ]
        )
    return packed


def logit_of(
    weights: Mapping[str, Any], row: tuple[dict[str, float], dict[str, float], dict[str, float]], trees: Trees
) -> float:
    """The log odds that these weights give one story."""
    linear = weights["linear"]
    z = linear["bias"]
    z += sum(linear["signs"].get(n, 0.0) * v for n, v in row[0].items())
    z += sum(linear["terms"].get(n, 0.0) * v for n, v in row[1].items())
    start, moves = trees.contributions({**row[0], "linear": z})
    return start + sum(moves.values())


def folds_of(stories: Sequence[Labelled]) -> list[int]:
    return [zlib.crc32(s.group.encode()) % _FOLDS for s in stories]


def cross_validated(data: Data) -> list[float]:
    """The log odds of each story by weights fitted without its fold."""
    folds = folds_of(data.stories)
    found = [0.0] * len(folds)
    for tested in range(_FOLDS):
        weights = fit_weights(data, [i for i, f in enumerate(folds) if f != tested])
        trees = Trees(weights["trees"])
        for i, f in enumerate(folds):
            if f == tested:
                found[i] = logit_of(weights, data.rows[i], trees)
    return found


def variants(stories: Sequence[Labelled]) -> list[Labelled]:
    """One damaged copy of each story, as the press and its extraction damage them; which, its id decides."""
    return [damaged(one, DAMAGES[zlib.crc32(f"damage {one.id}".encode()) % len(DAMAGES)]) for one in stories]


DAMAGES = ("no-title", "no-lead", "no-marks", "capitals", "lead-twice", "lead-only")
# Damages that nothing is fitted on: they tell whether what was learnt carries over.
UNTAUGHT = ("no-title-no-lead", "cut-300", "cut-600", "cut-1200", "glued", "english")
_ENGLISH = "The two sides met earlier this week, the organisers said; more details will be given later."


def damaged(one: Labelled, damage: str) -> Labelled:
    """The story as it looks after one kind of damage, of the same group and less weight."""
    title, text = one.story.title, one.story.text
    lines = text.split("\n")
    if damage == "no-title" and len(text) > 120:
        title = ""
    elif damage == "no-lead" and len(lines) > 2:
        text = "\n".join(lines[1:])
    elif damage == "no-marks":
        title, text = strip_marks(title), strip_marks(text)
    elif damage == "capitals":
        title, text = title.upper(), "\n".join([lines[0].upper(), *lines[1:]])
    elif damage == "lead-twice":
        text = "\n".join([lines[0], *lines])
    elif damage == "lead-only" and one.label != "core":
        text = lines[0]
    elif damage == "no-title-no-lead" and len(lines) > 2:
        title, text = "", "\n".join(lines[1:])
    elif damage.startswith("cut-"):
        text = text[: int(damage.removeprefix("cut-"))]
    elif damage == "glued":
        text = "\n".join(_glued(line) for line in lines)
    elif damage == "english":
        text = "\n".join([_ENGLISH, *lines[:2], _ENGLISH, *lines[2:]])
    return replace(
        one,
        id=f"{one.id}#{damage}",
        story=replace(one.story, title=title, text=text),
        weight=one.weight * _DAMAGED_WEIGHT,
    )


def _glued(line: str) -> str:
    """Every eleventh space lost, every seventeenth word torn apart: what scans and bad extraction do."""
    words = line.split(" ")
    torn = [f"{w[:2]} {w[2:]}" if n % 17 == 16 and len(w) > 3 else w for n, w in enumerate(words)]
    return "".join(w + ("" if n % 11 == 10 else " ") for n, w in enumerate(torn)).strip()


def best_threshold(stories: Sequence[Labelled], logits: Sequence[float]) -> float:
    """The score at which the worse of precision and recall is best, on sure labels by cross-validation.

    A monitor wants no story missed and few false alarms; F1 alone would trade one for the other. The best point
    hangs on single stories, so the middle of all thresholds that are nearly as good is taken.
    """
    sure = [
        (s.positive, z)
        for s, z in zip(stories, logits, strict=True)
        if s.weight == 1 and _labelled_corpus(s.id)
    ]
    wanted = sum(positive for positive, _ in sure)
    worse: dict[int, float] = {}
    for percent in range(30, 71):
        edge = math.log(percent / (100 - percent))
        called = [positive for positive, z in sure if z >= edge]
        worse[percent] = min(sum(called) / max(1, len(called)), sum(called) / max(1, wanted))
    best = max(worse.values())
    near = [percent for percent, value in worse.items() if value >= best - _NEARLY_AS_GOOD]
    return round(sum(near) / len(near)) / 100


def _labelled_corpus(story_id: str) -> bool:
    """Is it of the labelled corpora, whose mix of stories is known, rather than picked by us to teach?"""
    return "/" in story_id or story_id[0] in "rq"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m pipelines.matching.fit", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, required=True, help="folder of stories-dev.jsonl, retold-dev.jsonl …"
    )
    parser.add_argument(
        "--seeds", type=Path, required=True, help="folder of the seed texts and their seeds.toml"
    )
    parser.add_argument("--extra", type=Path, default=Path(__file__).with_name("extra_labels.jsonl"))
    parser.add_argument("--own", type=Path, default=Path(__file__).with_name("own_stories.jsonl"))
    parser.add_argument(
        "--all", action="store_true", help="fit on the held-out part too, as the shipped weights are"
    )
    parser.add_argument("--out", type=Path, default=_PROFILES)
    arguments = parser.parse_args(argv)
    profile = load_profile("cooperation")
    stories = read_corpus(arguments.corpus, arguments.extra, Gate(profile), arguments.own)
    kept_back = [] if arguments.all else [s for s in stories if held_out(s)]
    if not arguments.all:
        stories = [s for s in stories if not held_out(s)]
    background = [
        f"{squeeze(row['title'] or '')}\n{tidy(row['text'])[:4000]}"
        for name in ("unlabelled-topical.jsonl", "ordinary-stream.jsonl")
        for row in read_rows(arguments.corpus / name)
    ]
    vectors = build_seed_vectors(profile, arguments.seeds, background)
    corpus = SeedCorpus.shipped(_with_vectors(profile, vectors))
    own = seed_stories(profile, arguments.seeds)
    stories = [*stories, *own]
    every = [*stories, *variants(stories)]
    data = Data.of(every, features_of(profile, corpus, every))
    held = cross_validated(data)[: len(stories)]
    weights = fit_weights(data, range(len(every)))
    rows = data.rows[: len(stories)]
    weights = {
        "made_by": "python -m pipelines.matching.fit",
        "made": f"{len(stories)} stories",
        "threshold": best_threshold(stories, held),
        "examples": "cooperation.examples.json",
        **weights,
    }
    _write(arguments.out / "cooperation.seeds.json", vectors)
    _write(arguments.out / "cooperation.weights.json", weights)
    _write_examples(arguments.out / "cooperation.examples.json", stories, rows, held)
    for one, logit in zip(stories[-len(own) :], held[-len(own) :], strict=True):
        say(f"{one.id}: {1 / (1 + math.exp(-logit)):.3f} by weights fitted without it")
    report_folds(stories, held, weights["threshold"])
    linear = weights["linear"]
    say(
        f"{len(stories)} stories, {len(linear['signs'])} signs, {len(linear['terms'])} terms, threshold {weights['threshold']}"
    )
    if kept_back:
        report_held_out(profile, corpus, weights, kept_back)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def report_folds(stories: Sequence[Labelled], held: Sequence[float], threshold: float) -> None:
    """Figures by cross-validation over the whole labelled corpora; closeness is not part of it."""
    judged = [
        Judged(
            id=s.id,
            label=s.label,
            sure=s.weight == 1,
            stratum=None,
            match=Match(score=1 / (1 + math.exp(-logit)), threshold=threshold),
            title="",
        )
        for s, logit in zip(stories, held, strict=True)
    ]
    for name, part in (
        ("press and retold", [j for j in judged if _labelled_corpus(j.id)]),
        ("ordinary", [j for j in judged if "/" not in j.id and j.id[0] == "o"]),
    ):
        summary = summarise(part, threshold)
        for which in ("sure", "all"):
            say(json.dumps({"folds": name, "labels": which, **summary[which], "core_auc": None}))


def report_held_out(
    profile: Profile, seeds: SeedCorpus, weights: Mapping[str, Any], stories: Sequence[Labelled]
) -> None:
    """Figures on the stories that were kept back, whole, by population and damaged."""
    judge = Judge(profile, seeds, weights=weights)

    def judged(part: Iterable[Labelled]) -> list[Judged]:
        return [
            Judged(
                id=s.id,
                label=s.label,
                sure=s.weight == 1,
                stratum=None,
                match=judge.judge(s.story),
                title=s.story.title,
            )
            for s in part
        ]

    labelled = [s for s in stories if _labelled_corpus(s.id)]
    parts = {
        "press and retold": labelled,
        "press": [s for s in labelled if "/" in s.id],
        "retold": [s for s in labelled if "/" not in s.id],
        **{
            damage: [replace(damaged(s, damage), weight=s.weight) for s in labelled]
            for damage in (*DAMAGES, *UNTAUGHT)
        },
    }
    for name, part in parts.items():
        summary = summarise(judged(part), judge.threshold)
        for which in ("sure", "all"):
            say(json.dumps({"part": name, "labels": which, **summary[which]}))


def _with_vectors(profile: Profile, vectors: Mapping[str, Any]) -> Profile:
    return replace(profile, seed_vectors=vectors)


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=0, sort_keys=False) + "\n", encoding="utf-8")


def _write_examples(
    path: Path,
    stories: Sequence[Labelled],
    rows: Sequence[tuple[dict[str, float], dict[str, float], dict[str, float]]],
    held: Sequence[float],
) -> None:
    """Features of the labelled stories for `refit`: signs, and the model's log odds as cross-validation gave them."""
    names = sorted({name for found, _, _ in rows for name in found} | {"model"})
    index = {name: i for i, name in enumerate(names)}
    packed = {
        "about": "features and labels of the labelled stories; no words of theirs",
        "names": names,
        "rows": [
            {
                "f": [[index[n], round(v, 3)] for n, v in sorted({**found, "model": logit}.items())],
                "y": int(story.positive),
                "w": story.weight,
                "g": f"{zlib.crc32(story.group.encode()):08x}",
                **({} if _labelled_corpus(story.id) else {"t": 1}),
            }
            for story, (found, _, _), logit in zip(stories, rows, held, strict=True)
        ],
    }
    raw = json.dumps(packed, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(raw + b"\n")
