"""One probability that a story is a match, with the reasons that moved it.

Two layers, both plain sums. A linear model (logistic regression) weighs the signs of the evidence, the words
of the story and its nearness to the seeds; small trees correct it where signs mean more together than apart.
What is shown as a reason is what moved the score: every path through a tree is a sum of moves by feature, and
the linear model's part is shared among its features in proportion. `matching.fit` finds the weights; this
module only adds them up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from heapq import nlargest
from typing import Any

from pipelines.gate import Gate
from pipelines.matching.evidence import DOUBT, Clue, Reader, Reading, armed_signs, clue_signs, signs
from pipelines.matching.similarity import SeedCorpus
from pipelines.matching.terms import part_value, terms_by_part
from pipelines.matching.trees import Trees
from pipelines.profile import Profile
from pipelines.types import Evidence, Match, Nearness, Story
from pipelines.vietnamese import sentences

# A person reads at most this many sentences.
_SHOWN = 5
_REASONS_SHOWN = 14
# The linear model's parts nearly cancel below this: then no share of them says anything.
_SPREAD = 0.2

# Weights for a profile that nobody has fitted yet: the plain reading of the evidence. A clear deed in headline
# or opening makes a match; confusers, doubt and a mere mention in the body do not.
_UNFITTED = {
    "title:deed:plain": 2.5, "title:likely:plain": 1.5, "lead:deed:plain": 2.5, "lead:likely:plain": 1.5, "body:deed:plain": 1.0,
    "last:deed:plain": 0.8, "title:weak": 0.5, "lead:weak": 0.3, "title:deed:doubt": 0.8, "lead:deed:doubt": 0.6,
    "clean-deeds": 0.5, "lead:deed+joined": 0.5, "title:deed+joined": 0.5, "lead:deed+dated": 0.4, "no-deed": -1.5, "near-seed": 2.0,
}  # fmt: skip
_UNFITTED_BIAS = -3.0


class Judge:
    """Judges stories by one profile and one seed corpus. Holds no state that changes while it works."""

    def __init__(
        self, profile: Profile, seeds: SeedCorpus, *, weights: Mapping[str, Any] | None = None
    ) -> None:
        weights = weights if weights is not None else profile.weights
        self.profile = profile
        self.seeds = seeds
        self.gate = Gate(profile)
        self._reader = Reader(profile)
        linear: Mapping[str, Any] = weights.get("linear") or {"signs": _UNFITTED, "bias": _UNFITTED_BIAS}
        self._signs: Mapping[str, float] = linear["signs"]
        self._terms: dict[str, dict[str, float]] = {}
        for term, weight in (linear.get("terms") or {}).items():
            part, _, gram = term.partition(":")
            self._terms.setdefault(part, {})[gram] = weight
        self._known = {part: frozenset(weighted) for part, weighted in self._terms.items()}
        self._bias = float(linear["bias"])
        self._trees = Trees(weights["trees"]) if weights.get("trees") else None
        # What a person's verdicts changed (`fit.refit`); nothing in the shipped profile.
        self._scale = float(weights.get("scale", 1.0))
        self._shift = float(weights.get("shift", 0.0))
        self._learnt: Mapping[str, float] = weights.get("learnt") or {}
        self._closeness: Mapping[str, float] = weights.get("closeness") or {}
        self.threshold = float(weights.get("threshold", profile.threshold))
        self.model = f"{profile.name} {profile.version}" + (
            f" ({weights['made']})" if "made" in weights else ""
        )

    def judge(self, story: Story) -> Match:
        """The judgement of one story. Its title and text are cleaned (`vietnamese.squeeze`, `tidy`)."""
        title, text = story.title or "", story.text
        if not self.gate.admits_text(title, text):
            return Match(score=0.0, threshold=self.threshold, model=self.model)
        nearest = self.seeds.nearness(title, text)
        reading = self._reader.read(title, text, captions=story.captions)
        found = self.signs_of(reading, nearest)
        logit, reasons = self._weigh(reading, found)
        return Match(
            score=round(_logistic(logit), 4),
            threshold=self.threshold,
            evidence=tuple(self._evidence(story, reading)) or self._plain_evidence(title, text),
            nearest=nearest,
            closeness=round(self._close(reading, nearest), 4),
            reasons=_strongest(reasons),
            model=self.model,
        )

    def _weigh(self, reading: Reading, found: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """(log odds, feature → its part of them)."""
        model, reasons = self._model(reading, found)
        logit = self._scale * model + self._shift
        for name, value in found.items():
            if (learnt := self._learnt.get(name)) is not None:
                logit += learnt * value
                reasons[name] = reasons.get(name, 0.0) + learnt * value
        return logit, reasons

    def _model(self, reading: Reading, found: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """The shipped model's log odds and their parts, before what was learnt from verdicts."""
        parts = {name: w * value for name, value in found.items() if (w := self._signs.get(name))}
        if self._terms:
            for where, grams in terms_by_part(reading).items():
                size, weighted = part_value(where, len(grams)), self._terms.get(where, {})
                for gram in grams & self._known.get(where, frozenset()):
                    parts[f"{where}:{gram}"] = weighted[gram] * size
        linear = self._bias + math.fsum(parts.values())
        if self._trees is None:
            return linear, parts
        start, moves = self._trees.contributions({**found, "linear": linear})
        logit = start + math.fsum(moves.values())
        moved = moves.pop("linear", 0.0)
        spread = math.fsum(parts.values())
        if moved * spread > 0 and abs(spread) > _SPREAD:
            for name, part in parts.items():
                moves[name] = moves.get(name, 0.0) + moved * part / spread
        else:
            moves["wording"] = moved
        return logit, moves

    @staticmethod
    def signs_of(reading: Reading, nearest: tuple[Nearness, ...]) -> dict[str, float]:
        """All dense features: the evidence's signs and the nearness to the nearest seed."""
        found = signs(reading)
        if nearest:
            found["near-seed"] = min(1.0, 2 * nearest[0].similarity)
        return found

    def features(self, story: Story) -> dict[str, float]:
        """What `matching.fit.refit` learns from: the signs, and the model's log odds as one feature `model`."""
        reading = self._reader.read(story.title or "", story.text, captions=story.captions)
        found = self.signs_of(reading, self.seeds.nearness(story.title, story.text))
        found["model"] = self._model(reading, found)[0]
        return found

    def _close(self, reading: Reading, nearest: tuple[Nearness, ...]) -> float:
        """0 … 1: how near to the seeds in kind of party and story."""
        similarity = nearest[0].similarity if nearest else 0.0
        if not self._closeness:
            return similarity
        found = armed_signs(reading)
        found["similarity"] = min(1.0, 2 * similarity)
        weights = self._closeness
        return _logistic(
            weights.get("bias", 0.0) + math.fsum(weights.get(n, 0.0) * v for n, v in found.items())
        )

    def _evidence(self, story: Story, reading: Reading) -> Iterator[Evidence]:
        """The sentences that speak for a match, the deciding one first."""
        weighed = sorted(
            (
                (_TIER_FIRST[clue.tier], not clue.marks & DOUBT, self._weight(clue), -number, clue)
                for number, clue in enumerate(reading.clues)
            ),
            key=lambda entry: (-(entry[0] + entry[1]), -entry[2], -entry[3]),
        )
        for _, _, weight, _, clue in weighed[:_SHOWN]:
            source = (story.title or "") if clue.field == "title" else story.text
            written = reading.written(clue.field)
            start, end = written.span(clue.start, clue.end)
            sentence_start, sentence_end = written.span(clue.sentence_start, clue.sentence_end)
            yield Evidence(
                phrase=source[start:end],
                sentence=source[sentence_start:sentence_end],
                field=clue.field,
                start=start,
                end=end,
                sentence_start=sentence_start,
                sentence_end=sentence_end,
                act=clue.act,
                instrument=clue.instrument,
                weight=round(weight, 3),
            )

    def _weight(self, clue: Clue) -> float:
        return math.fsum(
            self._signs.get(name, 0.0) + self._learnt.get(name, 0.0) for name in clue_signs(clue)
        )

    def _plain_evidence(self, title: str, text: str) -> tuple[Evidence, ...]:
        """The phrase that passed the gate, where no sentence holds a clue."""
        for field, source in (("title", title), ("text", text)):
            for sentence in sentences(source):
                if (span := self.gate.phrase_in(sentence.text)) is not None:
                    return (
                        Evidence(
                            phrase=sentence.text[span[0] : span[1]], sentence=sentence.text, field=field,
                            start=sentence.start + span[0], end=sentence.start + span[1],
                            sentence_start=sentence.start, sentence_end=sentence.end,
                        ),
                    )  # fmt: skip
        return ()


_TIER_FIRST = {"deed": 2, "likely": 2, "weak": 1, "act": 1, "noun": 0}


def _logistic(logit: float) -> float:
    if logit < -700:
        return 0.0
    return 1.0 / (1.0 + math.exp(-logit))


def _strongest(reasons: Mapping[str, float]) -> dict[str, float]:
    """The reasons that moved the score most."""
    strongest = nlargest(_REASONS_SHOWN, reasons.items(), key=lambda entry: (abs(entry[1]), entry[0]))
    return {name: round(value, 3) for name, value in strongest}
